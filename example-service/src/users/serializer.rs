//! The JSON of a user: its fields, their order and their formats. What is not listed is not sent, the
//! password least of all.

use sea_orm::prelude::{Date, DateTimeUtc};
use serde::Serialize;

use super::entity::{profile, user};
use crate::date_time::iso_8601;

/// A user as a client sees it, with its profile or `null`.
///
/// ```python
/// class ProfileSerializer(serializers.ModelSerializer):
///     class Meta:
///         model = Profile
///         fields = ['bio', 'location', 'website', 'birth_date']
///
/// class UserSerializer(serializers.ModelSerializer):
///     profile = ProfileSerializer(allow_null=True)
///
///     class Meta:
///         model = User
///         fields = ['id', 'username', 'first_name', 'last_name', 'email', 'is_active', 'date_joined', 'profile']
/// ```
#[derive(Debug, Serialize)]
pub(super) struct UserSerializer {
    id: i32,
    username: String,
    first_name: String,
    last_name: String,
    email: String,
    is_active: bool,
    #[serde(serialize_with = "iso_8601")]
    date_joined: DateTimeUtc,
    profile: Option<ProfileSerializer>,
}

impl UserSerializer {
    pub(super) fn new(user: user::Model, profile: Option<profile::Model>) -> Self {
        Self {
            id: user.id,
            username: user.username,
            first_name: user.first_name,
            last_name: user.last_name,
            email: user.email,
            is_active: user.is_active,
            date_joined: user.date_joined,
            profile: profile.map(ProfileSerializer::new),
        }
    }
}

#[derive(Debug, Serialize)]
struct ProfileSerializer {
    bio: String,
    location: String,
    website: String,
    birth_date: Option<Date>,
}

impl ProfileSerializer {
    fn new(profile: profile::Model) -> Self {
        Self {
            bio: profile.bio,
            location: profile.location,
            website: profile.website,
            birth_date: profile.birth_date,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user() -> user::Model {
        user::Model {
            id: 7,
            password: "!unusable".to_owned(),
            last_login: None,
            is_superuser: true,
            username: "ada".to_owned(),
            first_name: "Ada".to_owned(),
            last_name: "Lovelace".to_owned(),
            email: "ada@example.com".to_owned(),
            is_staff: true,
            is_active: true,
            date_joined: "2026-01-02T03:04:05.123456Z".parse().unwrap(),
        }
    }

    fn profile(birth_date: Option<&str>) -> profile::Model {
        profile::Model {
            id: 9,
            bio: "Wrote \"the\" first program\nin Zürich.".to_owned(),
            location: "London".to_owned(),
            website: "https://example.com/ada".to_owned(),
            birth_date: birth_date.map(|date| date.parse().unwrap()),
            created_at: user().date_joined,
            updated_at: user().date_joined,
            user_id: 7,
        }
    }

    fn check(profile: Option<profile::Model>, expected: &str) {
        let json = serde_json::to_string(&UserSerializer::new(user(), profile)).unwrap();
        let user = concat!(
            r#"{"id":7,"username":"ada","first_name":"Ada","last_name":"Lovelace","#,
            r#""email":"ada@example.com","is_active":true,"#,
            r#""date_joined":"2026-01-02T03:04:05.123456Z","#,
        );
        assert_eq!(json, format!(r#"{user}"profile":{expected}}}"#));
    }

    #[test]
    fn a_user_is_written_with_its_profile_and_without_its_password() {
        check(
            Some(profile(Some("1815-12-10"))),
            concat!(
                r#"{"bio":"Wrote \"the\" first program\nin Zürich.","location":"London","#,
                r#""website":"https://example.com/ada","birth_date":"1815-12-10"}"#,
            ),
        );
    }

    #[test]
    fn an_unknown_birth_date_is_null() {
        let json = serde_json::to_value(ProfileSerializer::new(profile(None))).unwrap();
        assert_eq!(json["birth_date"], serde_json::Value::Null);
    }

    #[test]
    fn a_user_without_a_profile_has_null_for_it() {
        check(None, "null");
    }
}
