//! Input, field by field: the part of REST framework's `fields.py` that the serializers here need, in its words.
//!
//! A serializer takes its fields out of [`Input`] one by one, and [`Input::finish`] tells all mistakes together.

mod date;
mod number;

use sea_orm::prelude::Date;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};
use std::num::{IntErrorKind, ParseIntError};

use crate::error::ApiError;

/// Mistakes as REST framework tells them: by field, in the order of the fields, which a map of `serde_json` does not keep.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Errors(Vec<(String, Mistakes)>);

/// What is wrong with one field, or with one object of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(crate) enum Mistakes {
    Told(Vec<String>),
    Fields(Errors),
}

impl Errors {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn add(&mut self, name: &str, mistakes: impl Into<Mistakes>) {
        self.0.push((name.to_owned(), mistakes.into()));
    }
}

impl Serialize for Errors {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, mistakes)| (name, mistakes)))
    }
}

impl From<Errors> for Mistakes {
    fn from(errors: Errors) -> Self {
        Self::Fields(errors)
    }
}

impl From<String> for Mistakes {
    fn from(told: String) -> Self {
        Self::Told(vec![told])
    }
}

impl From<Vec<String>> for Mistakes {
    fn from(told: Vec<String>) -> Self {
        Self::Told(told)
    }
}

/// An object that a client sent, and what was wrong with it so far.
#[derive(Debug)]
pub(crate) struct Input<'a> {
    values: &'a Map<String, Value>,
    /// `PATCH`: what is missing stays as it is.
    partial: bool,
    errors: Errors,
}

/// `CharField`: trimmed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CharField {
    pub(crate) required: bool,
    pub(crate) allow_blank: bool,
    pub(crate) max_length: Option<usize>,
}

impl<'a> Input<'a> {
    /// An error, in REST framework's words, for what is no object.
    pub(crate) fn of(data: &'a Value, partial: bool) -> Result<Self, Errors> {
        match data {
            Value::Object(values) => Ok(Self {
                values,
                partial,
                errors: Errors::default(),
            }),
            other => Err(not_a_dictionary(other)),
        }
    }

    /// `None` if it is missing or wrong.
    pub(crate) fn char(&mut self, name: &str, field: CharField) -> Option<String> {
        let value = self.given(name, field.required)?;
        self.checked(name, char_of(value, field))
    }

    /// `ChoiceField` of these words.
    pub(crate) fn choice<T>(&mut self, name: &str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        let value = self.given(name, false)?;
        let choice = choice_of(value).and_then(|word| {
            parse(&word).ok_or_else(|| format!("\"{word}\" is not a valid choice."))
        });
        self.checked(name, choice)
    }

    /// `IntegerField`, of the bounds `least` to `most`.
    pub(crate) fn integer(&mut self, name: &str, least: i64, most: i64) -> Option<i64> {
        let value = self.given(name, false)?;
        self.checked(
            name,
            integer_of(value).and_then(|n| bounded(n, least, most)),
        )
    }

    /// `DateField(allow_null=True)`. The outer `None` is missing or wrong, the inner one `null`.
    #[expect(clippy::option_option, reason = "missing and `null` are told apart")]
    pub(crate) fn nullable_date(&mut self, name: &str) -> Option<Option<Date>> {
        match self.given(name, false)? {
            Value::Null => Some(None),
            value => self.checked(name, date_of(value)).map(Some),
        }
    }

    /// All mistakes, if there are any.
    pub(crate) fn finish(self) -> Result<(), Errors> {
        if self.errors.is_empty() {
            Ok(())
        } else {
            Err(self.errors)
        }
    }

    fn given(&mut self, name: &str, required: bool) -> Option<&'a Value> {
        let value = self.values.get(name);
        if value.is_none() && required && !self.partial {
            self.errors.add(name, "This field is required.".to_owned());
        }
        value
    }

    fn checked<T, M: Into<Mistakes>>(&mut self, name: &str, value: Result<T, M>) -> Option<T> {
        let mistakes = |told| self.errors.add(name, told);
        value.map_err(mistakes).ok()
    }
}

impl From<Errors> for ApiError {
    fn from(errors: Errors) -> Self {
        Self::Invalid(errors)
    }
}

fn not_a_dictionary(data: &Value) -> Errors {
    if data.is_null() {
        return non_field("No data provided");
    }
    let kind = python_type(data);
    non_field(&format!(
        "Invalid data. Expected a dictionary, but got {kind}."
    ))
}

/// A mistake of the whole, not of a field.
pub(crate) fn non_field(told: &str) -> Errors {
    let mut errors = Errors::default();
    errors.add("non_field_errors", told.to_owned());
    errors
}

/// What Python calls the type of a JSON value.
fn python_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "NoneType",
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_f64() => "float",
        Value::Number(_) => "int",
        Value::String(_) => "str",
        Value::Array(_) => "list",
        Value::Object(_) => "dict",
    }
}

pub(crate) const NULL: &str = "This field may not be null.";

/// A text may be wrong in two ways.
fn char_of(value: &Value, field: CharField) -> Result<String, Vec<String>> {
    let text = match value {
        Value::Null => return Err(vec![NULL.to_owned()]),
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number::text(number),
        Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
            return Err(vec!["Not a valid string.".to_owned()]);
        }
    };
    if text.is_empty() && !field.allow_blank {
        return Err(vec!["This field may not be blank.".to_owned()]);
    }
    let most = field.max_length.filter(|most| text.chars().count() > *most);
    let long = most.map(|most| format!("Ensure this field has no more than {most} characters."));
    let null = text
        .contains('\0')
        .then(|| "Null characters are not allowed.".to_owned());
    let mistakes: Vec<_> = long.into_iter().chain(null).collect();
    if mistakes.is_empty() {
        Ok(text)
    } else {
        Err(mistakes)
    }
}

/// The word that is looked up among the choices: Python's `str` of the value.
fn choice_of(value: &Value) -> Result<String, String> {
    match value {
        Value::Null => Err(NULL.to_owned()),
        Value::String(word) => Ok(word.clone()),
        Value::Bool(true) => Ok("True".to_owned()),
        Value::Bool(false) => Ok("False".to_owned()),
        Value::Number(number) => Ok(number::text(number)),
        other => Ok(other.to_string()),
    }
}

const NO_INTEGER: &str = "A valid integer is required.";

/// As many characters as REST framework turns into a number.
const MAX_STRING_LENGTH: usize = 1000;

pub(crate) fn integer_of(value: &Value) -> Result<i64, String> {
    let text = match value {
        Value::Null => return Err(NULL.to_owned()),
        // Among them the integers beyond 64 bits, as the JSON parser reads them.
        Value::Number(number) if number.is_f64() => return whole_float(number.as_f64()),
        Value::String(text) if text.chars().count() > MAX_STRING_LENGTH => {
            return Err("String value too large.".to_owned());
        }
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(_) | Value::Array(_) | Value::Object(_) => return Err(NO_INTEGER.to_owned()),
    };
    whole(&text).ok_or_else(|| NO_INTEGER.to_owned())
}

#[expect(clippy::cast_possible_truncation, reason = "it saturates")]
fn whole_float(number: Option<f64>) -> Result<i64, String> {
    match number {
        Some(number) if number.fract() == 0.0 => Ok(number as i64),
        _ => Err(NO_INTEGER.to_owned()),
    }
}

/// `3`, ` 3 ` and `3.00`. What is beyond 64 bits counts as the largest: no field here reaches as far.
fn whole(text: &str) -> Option<i64> {
    let text = text.trim();
    let digits = match text.split_once('.') {
        Some((digits, zeros)) if zeros.bytes().all(|byte| byte == b'0') => digits,
        Some(_) => return None,
        None => text,
    };
    digits
        .parse()
        .or_else(|error: ParseIntError| match error.kind() {
            IntErrorKind::PosOverflow => Ok(i64::MAX),
            IntErrorKind::NegOverflow => Ok(i64::MIN),
            _ => Err(error),
        })
        .ok()
}

fn bounded(number: i64, least: i64, most: i64) -> Result<i64, String> {
    match number {
        _ if number > most => Err(format!(
            "Ensure this value is less than or equal to {most}."
        )),
        _ if number < least => Err(format!(
            "Ensure this value is greater than or equal to {least}."
        )),
        _ => Ok(number),
    }
}

fn date_of(value: &Value) -> Result<Date, String> {
    let date = value.as_str().and_then(date::parse);
    date.ok_or_else(|| {
        "Date has wrong format. Use one of these formats instead: YYYY-MM-DD.".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const TITLE: CharField = CharField {
        required: true,
        allow_blank: false,
        max_length: Some(5),
    };

    /// The field `f` of this object, by `read`, or the mistakes.
    fn check<T: PartialEq + std::fmt::Debug>(
        value: Value,
        read: impl Fn(&mut Input<'_>) -> Option<T>,
        expected: Result<T, &str>,
    ) {
        let data = Value::Object([("f".to_owned(), value)].into_iter().collect());
        let mut input = Input::of(&data, false).unwrap();
        let actual = read(&mut input);
        let actual = input.finish().map(|()| actual.unwrap());
        let expected = expected.map_err(|told| {
            let mut errors = Errors::default();
            errors.add("f", told.to_owned());
            errors
        });
        assert_eq!(actual, expected, "{data}");
    }

    #[test]
    fn a_text_is_trimmed_and_told_what_is_wrong_with_it() {
        for (value, expected) in [
            (json!(" abc "), Ok("abc")),
            (json!("äöüßé"), Ok("äöüßé")),
            (json!(12), Ok("12")),
            (json!(1.0), Ok("1.0")),
            (json!(null), Err("This field may not be null.")),
            (json!("  "), Err("This field may not be blank.")),
            (json!(true), Err("Not a valid string.")),
            (json!([]), Err("Not a valid string.")),
            (json!({}), Err("Not a valid string.")),
            (
                json!("abcdef"),
                Err("Ensure this field has no more than 5 characters."),
            ),
            (json!("a\0b"), Err("Null characters are not allowed.")),
        ] {
            let expected = expected.map(str::to_owned);
            check(value, |input| input.char("f", TITLE), expected);
        }
    }

    #[test]
    fn a_choice_is_one_of_its_words() {
        let parse = |word: &str| (word == "open").then_some(1);
        for (value, expected) in [
            (json!("open"), Ok(1)),
            (json!(""), Err("\"\" is not a valid choice.")),
            (json!("Open"), Err("\"Open\" is not a valid choice.")),
            (json!(7), Err("\"7\" is not a valid choice.")),
            (json!(true), Err("\"True\" is not a valid choice.")),
            (json!(null), Err("This field may not be null.")),
        ] {
            check(value, |input| input.choice("f", parse), expected);
        }
    }

    #[test]
    fn an_integer_may_be_written_as_text_or_with_zeros_behind_the_point() {
        for (value, expected) in [
            (json!(3), Ok(3)),
            (json!(" 3 "), Ok(3)),
            (json!("3.00"), Ok(3)),
            (json!(3.0), Ok(3)),
            (
                json!(0),
                Err("Ensure this value is greater than or equal to 1."),
            ),
            (
                json!(6),
                Err("Ensure this value is less than or equal to 5."),
            ),
            (
                serde_json::from_str("99999999999999999999").unwrap(),
                Err("Ensure this value is less than or equal to 5."),
            ),
            (
                json!("99999999999999999999"),
                Err("Ensure this value is less than or equal to 5."),
            ),
            (
                json!("1".repeat(50)),
                Err("Ensure this value is less than or equal to 5."),
            ),
            (json!(3.5), Err("A valid integer is required.")),
            (json!("three"), Err("A valid integer is required.")),
            (json!(true), Err("A valid integer is required.")),
            (json!(null), Err("This field may not be null.")),
            (json!("1".repeat(1001)), Err("String value too large.")),
        ] {
            check(value, |input| input.integer("f", 1, 5), expected);
        }
    }

    #[test]
    fn a_date_is_a_text_or_null() {
        let wrong = "Date has wrong format. Use one of these formats instead: YYYY-MM-DD.";
        let date = "2026-02-28".parse().unwrap();
        for (value, expected) in [
            (json!("2026-02-28"), Ok(Some(date))),
            (json!(null), Ok(None)),
            (json!("2026-02-30"), Err(wrong)),
            (json!(20_260_228), Err(wrong)),
        ] {
            check(value, |input| input.nullable_date("f"), expected);
        }
    }

    #[test]
    fn what_is_required_may_be_missing_in_a_patch_only() {
        let empty = json!({});
        for (partial, expected) in [
            (true, Ok(())),
            (false, Err(json!({"f": ["This field is required."]}))),
        ] {
            let mut input = Input::of(&empty, partial).unwrap();
            assert_eq!(input.char("f", TITLE), None);
            assert_eq!(input.finish().map_err(|errors| json!(errors)), expected);
        }
    }

    #[test]
    fn what_is_no_object_is_told_by_its_type_in_python() {
        for (value, kind) in [
            (json!([]), "list"),
            (json!("a"), "str"),
            (json!(1), "int"),
            (json!(1.5), "float"),
            (json!(true), "bool"),
        ] {
            let errors = Input::of(&value, false).unwrap_err();
            let told = format!("Invalid data. Expected a dictionary, but got {kind}.");
            assert_eq!(json!(errors), json!({"non_field_errors": [told]}));
        }
        let errors = Input::of(&Value::Null, false).unwrap_err();
        let told = "No data provided";
        assert_eq!(json!(errors), json!({"non_field_errors": [told]}));
    }

    #[test]
    fn mistakes_are_told_all_together_in_the_order_of_the_fields() {
        let data = json!({"title": "abcde\0", "status": "x", "priority": "y"});
        let mut input = Input::of(&data, false).unwrap();
        let _ = input.char("title", TITLE);
        let _ = input.choice("status", |_| None::<()>);
        let _ = input.integer("priority", 1, 5);
        let errors = serde_json::to_string(&input.finish().unwrap_err()).unwrap();
        assert_eq!(
            errors,
            concat!(
                r#"{"title":["Ensure this field has no more than 5 characters.","Null characters are not allowed."],"#,
                r#""status":["\"x\" is not a valid choice."],"priority":["A valid integer is required."]}"#,
            )
        );
    }
}
