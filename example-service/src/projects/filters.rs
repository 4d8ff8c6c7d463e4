//! `?owner=`, `?status=`, `?checks=` and `?file_kind=`: what the list can be filtered by, in the words of a serializer.

use axum::{extract::FromRequestParts, http::request::Parts};
use sea_orm::{ActiveEnum, sea_query::ValueType};

use super::entity::{file::Kind, project::Status};
use crate::{
    error::ApiError,
    fields::{Errors, Input},
    query_params::QueryParams,
};

/// ```python
/// class ProjectFilter(serializers.Serializer):
///     owner = serializers.IntegerField(required=False)
///     status = serializers.ChoiceField(choices=Project.Status.choices, required=False)
///     checks = serializers.ChoiceField(choices=[Check.State.FAILED.value], required=False)
///     file_kind = serializers.ChoiceField(choices=File.Kind.choices, default=File.Kind.SOURCE)
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct ProjectFilter {
    /// Any number: most are nobody's.
    pub(super) owner: Option<i64>,
    pub(super) status: Option<Status>,
    /// `?checks=failed`: those with a check that failed.
    pub(super) failed: bool,
    /// Filters no project, but the files that are shown of it.
    pub(super) file_kind: Kind,
}

impl ProjectFilter {
    fn of(params: &QueryParams) -> Result<Self, Errors> {
        let data = params.to_data();
        let mut input = Input::of(&data, false)?;
        let owner = input.integer("owner", i64::MIN, i64::MAX);
        let status = input.choice("status", choice);
        let failed = input.choice("checks", |word| (word == "failed").then_some(true));
        let file_kind = input.choice("file_kind", choice);
        input.finish()?;
        Ok(Self {
            owner,
            status,
            failed: failed.unwrap_or_default(),
            file_kind: file_kind.unwrap_or_default(),
        })
    }
}

/// The choice of that word.
pub(super) fn choice<T>(word: &str) -> Option<T>
where
    T: ActiveEnum,
    T::Value: ValueType + From<String>,
{
    T::try_from_value(&word.to_owned().into()).ok()
}

impl<S: Sync> FromRequestParts<S> for ProjectFilter {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Self::of(&QueryParams::of(parts)).map_err(ApiError::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;

    async fn read(query: &str) -> Result<ProjectFilter, String> {
        let request = Request::get(format!("/?{query}")).body(()).unwrap();
        let (mut parts, ()) = request.into_parts();
        let filter = ProjectFilter::from_request_parts(&mut parts, &()).await;
        filter.map_err(|error| match error {
            ApiError::Invalid(errors) => serde_json::to_string(&errors).unwrap(),
            other => panic!("a wrong filter is invalid, not {other:?}"),
        })
    }

    #[tokio::test]
    async fn filters_are_read_and_an_empty_one_is_none() {
        let default = ProjectFilter::default();
        for (query, expected) in [
            ("", default),
            ("owner=&status=&checks=&file_kind=", default),
            ("owner=7&owner=", default),
            (
                "owner=x&owner=%207.0%20&status=archived&checks=failed&file_kind=data",
                ProjectFilter {
                    owner: Some(7),
                    status: Some(Status::Archived),
                    failed: true,
                    file_kind: Kind::Data,
                },
            ),
            (
                "owner=99999999999999999999",
                ProjectFilter {
                    owner: Some(i64::MAX),
                    ..default
                },
            ),
        ] {
            assert_eq!(read(query).await, Ok(expected), "{query}");
        }
    }

    /// The right-hand side is what Django REST framework 3.18 answers.
    #[tokio::test]
    async fn wrong_filters_are_told_all_together() {
        for (query, expected) in [
            (
                "file_kind=x&checks=passed&status=Active&owner=1e3",
                concat!(
                    r#"{"owner":["A valid integer is required."],"status":["\"Active\" is not a valid choice."],"#,
                    r#""checks":["\"passed\" is not a valid choice."],"file_kind":["\"x\" is not a valid choice."]}"#,
                ),
            ),
            (
                "status=%22a%C3%BC%00",
                r#"{"status":["\"\"aü\u0000\" is not a valid choice."]}"#,
            ),
            ("owner=.", r#"{"owner":["A valid integer is required."]}"#),
        ] {
            assert_eq!(read(query).await, Err(expected.to_owned()), "{query}");
        }
    }
}
