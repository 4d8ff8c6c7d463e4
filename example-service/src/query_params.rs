//! The query string of a request: Django's `request.GET`.

use std::convert::Infallible;

use axum::{extract::FromRequestParts, http::request::Parts};
use serde_json::{Map, Value};

/// The parameters in their order. Nothing in a query string is an error: what is no UTF-8 is replaced.
#[derive(Debug, Clone)]
pub(crate) struct QueryParams(Vec<(String, String)>);

impl QueryParams {
    pub(crate) fn of(parts: &Parts) -> Self {
        let query = parts.uri.query().unwrap_or_default();
        Self(
            form_urlencoded::parse(query.as_bytes())
                .into_owned()
                .collect(),
        )
    }

    /// The value of a parameter. Of several the last one counts, as in Django's `QueryDict`.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let (_, value) = self.0.iter().rev().find(|(known, _)| known == name)?;
        Some(value)
    }

    /// What a serializer takes: `Serializer(data=request.query_params)`. A parameter without a value counts as not given, as a
    /// field of a form that was left empty.
    pub(crate) fn to_data(&self) -> Value {
        let mut data = Map::new();
        for (name, value) in &self.0 {
            if value.is_empty() {
                data.remove(name);
            } else {
                data.insert(name.clone(), value.as_str().into());
            }
        }
        Value::Object(data)
    }

    pub(crate) fn into_pairs(self) -> Vec<(String, String)> {
        self.0
    }
}

impl<S: Sync> FromRequestParts<S> for QueryParams {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(parts))
    }
}
