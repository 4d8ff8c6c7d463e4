//! A number as Python writes it.

use serde_json::Number;

/// Python's `str` of it: of a float all digits, or from `1e+16` on and below `1e-04` a power of ten.
pub(super) fn text(number: &Number) -> String {
    let Some(float) = number.as_f64().filter(|_| number.is_f64()) else {
        return number.to_string();
    };
    let scientific = format!("{float:e}");
    let (digits, power) = scientific.split_once('e').unwrap_or((&scientific, ""));
    match power.parse::<i32>() {
        Ok(power) if !(-4..16).contains(&power) => format!("{digits}e{power:+03}"),
        _ => format!("{float:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The texts are those that Python prints.
    #[test]
    fn it_is_the_text_that_python_makes_of_it() {
        for (json, expected) in [
            ("12", "12"),
            ("-0.0", "-0.0"),
            ("1.0", "1.0"),
            ("9.9e15", "9900000000000000.0"),
            ("1e16", "1e+16"),
            ("-15e15", "-1.5e+16"),
            ("1.5e300", "1.5e+300"),
            ("0.0001", "0.0001"),
            ("0.00002", "2e-05"),
            ("5e-324", "5e-324"),
        ] {
            let number = serde_json::from_str(json).unwrap();
            assert_eq!(text(&number), expected, "{json}");
        }
    }
}
