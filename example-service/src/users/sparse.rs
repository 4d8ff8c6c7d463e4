//! Sparse fields: `?fields=id,username`.
//!
//! ```python
//! class SparseFieldsMixin:
//!     def wanted(self):
//!         known = UserSerializer.Meta.fields
//!         asked = {name.strip() for name in self.request.query_params.get('fields', '').split(',')}
//!         return [name for name in known if name in asked] or known
//! ```

use std::convert::Infallible;

use axum::{extract::FromRequestParts, http::request::Parts};

use crate::query_params::QueryParams;

/// A field of the serializer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Id,
    Username,
    FirstName,
    LastName,
    Email,
    IsActive,
    DateJoined,
    Profile,
    Groups,
    Permissions,
}

impl Field {
    const ALL: [Self; 10] = [
        Self::Id,
        Self::Username,
        Self::FirstName,
        Self::LastName,
        Self::Email,
        Self::IsActive,
        Self::DateJoined,
        Self::Profile,
        Self::Groups,
        Self::Permissions,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Username => "username",
            Self::FirstName => "first_name",
            Self::LastName => "last_name",
            Self::Email => "email",
            Self::IsActive => "is_active",
            Self::DateJoined => "date_joined",
            Self::Profile => "profile",
            Self::Groups => "groups",
            Self::Permissions => "permissions",
        }
    }
}

/// The fields that a request asks for: unknown names are ignored, none means all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wanted([bool; Field::ALL.len()]);

impl Wanted {
    pub(super) const ALL: Self = Self([true; Field::ALL.len()]);

    fn parse(names: &str) -> Self {
        let names: Vec<_> = names.split(',').map(str::trim).collect();
        let asked = Field::ALL.map(|field| names.contains(&field.name()));
        if asked.contains(&true) {
            Self(asked)
        } else {
            Self::ALL
        }
    }

    pub(super) fn has(self, field: Field) -> bool {
        self.0[field as usize]
    }

    /// What `get` gives, if the field is wanted.
    pub(super) fn then<T, E>(
        self,
        field: Field,
        get: impl FnOnce() -> Result<T, E>,
    ) -> Result<Option<T>, E> {
        self.has(field).then(get).transpose()
    }
}

impl<S: Sync> FromRequestParts<S> for Wanted {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let params = QueryParams::of(parts);
        Ok(Self::parse(params.get("fields").unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_is_wanted_and_no_more() {
        let all = Field::ALL.map(Field::name);
        for (names, expected) in [
            ("id,username", &["id", "username"][..]),
            (" username ,id,id", &["id", "username"]),
            ("permissions,nonsense,", &["permissions"]),
            ("", &all),
            (",", &all),
            ("password,ID", &all),
        ] {
            let wanted = Wanted::parse(names);
            let fields = Field::ALL.into_iter().filter(|field| wanted.has(*field));
            let fields: Vec<_> = fields.map(Field::name).collect();
            assert_eq!(fields, expected, "{names:?}");
        }
    }
}
