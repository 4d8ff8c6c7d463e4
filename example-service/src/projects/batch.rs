//! What `POST /api/v1/projects/` takes: a project, or a list of them. All are checked before one is written.

use sea_orm::prelude::DateTimeUtc;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{entity::project::Status, filters::choice, serializer::NewProjectSerializer};
use crate::{
    access::User,
    error::ApiError,
    fields::{CharField, Errors, Input, Mistakes, NULL, non_field},
};

/// As many as one request may create.
pub(super) const MAX_BATCH: usize = 500;

/// The input of a project.
#[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
pub(super) struct NewProject {
    /// Trimmed, and not blank.
    #[schema(max_length = 120)]
    pub(super) name: String,
    #[schema(required = false)]
    pub(super) description: String,
    /// `active` when absent.
    #[schema(required = false)]
    pub(super) status: Status,
}

/// ```python
/// class OneOrManyMixin:
///     def get_serializer(self, *args, **kwargs):
///         if isinstance(kwargs.get('data'), list):
///             kwargs.update(many=True, max_length=MAX_BATCH)
///         return super().get_serializer(*args, **kwargs)
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(untagged)]
pub(super) enum OneOrMany<T> {
    One(T),
    Many(Vec<T>),
}

impl OneOrMany<NewProject> {
    pub(super) fn of(data: &Value) -> Result<Self, ApiError> {
        match data {
            Value::Array(items) => Ok(Self::Many(list(items)?)),
            one => Ok(Self::One(NewProject::of(one)?)),
        }
    }

    /// Those to be created, in their order.
    pub(super) fn projects(&self) -> &[NewProject] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Many(many) => many,
        }
    }

    /// What is answered: one for one, a list for a list.
    pub(super) fn answer<T>(&self, created: Vec<T>) -> OneOrMany<T> {
        match (self, <[T; 1]>::try_from(created)) {
            (Self::One(_), Ok([one])) => OneOrMany::One(one),
            (Self::Many(_), Ok([one])) => OneOrMany::Many(vec![one]),
            (_, Err(many)) => OneOrMany::Many(many),
        }
    }
}

/// REST framework's `ListSerializer`: what is wrong with each, by its place.
fn list(items: &[Value]) -> Result<Vec<NewProject>, Errors> {
    if items.len() > MAX_BATCH {
        let told = format!("Ensure this field has no more than {MAX_BATCH} elements.");
        return Err(non_field(&told));
    }
    let mut projects = Vec::with_capacity(items.len());
    let mut errors = Errors::default();
    for (place, item) in items.iter().enumerate() {
        match element(item) {
            Ok(project) => projects.push(project),
            Err(mistakes) => errors.add(&place.to_string(), mistakes),
        }
    }
    if errors.is_empty() {
        Ok(projects)
    } else {
        Err(errors)
    }
}

fn element(item: &Value) -> Result<NewProject, Mistakes> {
    match item {
        Value::Null => Err(Mistakes::from(NULL.to_owned())),
        item => NewProject::of(item).map_err(Mistakes::from),
    }
}

const NAME: CharField = CharField {
    required: true,
    allow_blank: false,
    max_length: Some(120),
};

const DESCRIPTION: CharField = CharField {
    required: false,
    allow_blank: true,
    max_length: None,
};

impl NewProject {
    /// As it will be read, once it has an id.
    pub(super) fn created(&self, id: i64, at: DateTimeUtc, owner: &User) -> NewProjectSerializer {
        NewProjectSerializer {
            id,
            name: self.name.clone(),
            description: self.description.clone(),
            status: self.status,
            created_at: at,
            updated_at: at,
            owner: owner.clone().into(),
        }
    }

    fn of(data: &Value) -> Result<Self, Errors> {
        let mut input = Input::of(data, false)?;
        let name = input.char("name", NAME);
        let description = input.char("description", DESCRIPTION);
        let status = input.choice("status", choice);
        input.finish()?;
        Ok(Self {
            name: name.unwrap_or_default(),
            description: description.unwrap_or_default(),
            status: status.unwrap_or_default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(data: &Value) -> Result<OneOrMany<NewProject>, String> {
        OneOrMany::of(data).map_err(|error| match error {
            ApiError::Invalid(errors) => serde_json::to_string(&errors).unwrap(),
            other => panic!("a wrong project is invalid, not {other:?}"),
        })
    }

    fn named(name: &str) -> NewProject {
        NewProject {
            name: name.to_owned(),
            description: String::new(),
            status: Status::Active,
        }
    }

    #[test]
    fn one_is_one_and_a_list_is_a_list() {
        let one = read(&json!({"name": " a ", "id": 7, "owner": 3}));
        assert_eq!(one, Ok(OneOrMany::One(named("a"))));
        assert_eq!(read(&json!([])), Ok(OneOrMany::Many(vec![])));
        let many = read(&json!([{"name": "a"}, {"name": 1.5, "description": " "}]));
        assert_eq!(many, Ok(OneOrMany::Many(vec![named("a"), named("1.5")])));
        let full = read(&json!({"name": "a", "description": "b", "status": "archived"}));
        let expected = NewProject {
            description: "b".to_owned(),
            status: Status::Archived,
            ..named("a")
        };
        assert_eq!(full, Ok(OneOrMany::One(expected)));
        let most = read(&json!(vec![json!({"name": "a"}); MAX_BATCH])).unwrap();
        assert_eq!(most.projects().len(), MAX_BATCH);
    }

    /// The right-hand side is what Django REST framework 3.18 answers.
    #[test]
    fn mistakes_are_told_in_the_words_of_rest_framework() {
        for (data, expected) in [
            (json!(null), r#"{"non_field_errors":["No data provided"]}"#),
            (
                json!(3),
                r#"{"non_field_errors":["Invalid data. Expected a dictionary, but got int."]}"#,
            ),
            (json!({}), r#"{"name":["This field is required."]}"#),
            (
                json!({"name": true, "description": [], "status": "x"}),
                r#"{"name":["Not a valid string."],"description":["Not a valid string."],"status":["\"x\" is not a valid choice."]}"#,
            ),
            (
                json!({"name": "x".repeat(121) + "\0"}),
                r#"{"name":["Ensure this field has no more than 120 characters.","Null characters are not allowed."]}"#,
            ),
            (json!([null]), r#"{"0":["This field may not be null."]}"#),
            (
                json!([{}, {"name": "a"}, 3, [], null, "x"]),
                concat!(
                    r#"{"0":{"name":["This field is required."]},"#,
                    r#""2":{"non_field_errors":["Invalid data. Expected a dictionary, but got int."]},"#,
                    r#""3":{"non_field_errors":["Invalid data. Expected a dictionary, but got list."]},"#,
                    r#""4":["This field may not be null."],"#,
                    r#""5":{"non_field_errors":["Invalid data. Expected a dictionary, but got str."]}}"#,
                ),
            ),
            (
                json!(vec![json!({}); MAX_BATCH + 1]),
                r#"{"non_field_errors":["Ensure this field has no more than 500 elements."]}"#,
            ),
        ] {
            assert_eq!(read(&data), Err(expected.to_owned()), "{data}");
        }
    }

    /// As text "10" is before "2".
    #[test]
    fn mistakes_of_a_list_are_in_its_order() {
        let told = read(&json!(vec![json!({}); 11])).unwrap_err();
        let place = |place: &str| told.find(&format!("\"{place}\":")).unwrap();
        assert!(place("2") < place("10"), "{told}");
    }
}
