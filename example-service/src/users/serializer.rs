//! The JSON of a user: its fields, their order and their formats. What is not listed is not sent, the
//! password least of all.

use sea_orm::{
    DerivePartialModel,
    prelude::{Date, DateTimeUtc},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    entity::{profile, user},
    sparse::{Field, Wanted},
};
use crate::{access::User, date_time::iso_8601};

/// A user as a client sees it, with its profile or `null`. Fields that were not asked for are absent.
///
/// ```python
/// class ProfileSerializer(serializers.ModelSerializer):
///     class Meta:
///         model = Profile
///         fields = ['bio', 'location', 'website', 'birth_date']
///
/// class UserSerializer(serializers.ModelSerializer):
///     profile = ProfileSerializer(read_only=True)
///     groups = serializers.SerializerMethodField()
///     permissions = serializers.SerializerMethodField()
///
///     class Meta:
///         model = User
///         fields = ['id', 'username', 'first_name', 'last_name', 'email', 'is_active', 'date_joined',
///                   'profile', 'groups', 'permissions']
///
///     def get_groups(self, user):
///         return sorted(group.name for group in user.groups.all())
///
///     def get_permissions(self, user):
///         return sorted(user.get_all_permissions())
/// ```
#[derive(Debug, Default, PartialEq, Serialize, ToSchema)]
#[schema(as = User, description = "A user. Fields that were not asked for are absent.")]
pub(super) struct UserSerializer {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) id: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) username: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) first_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) last_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) is_active: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = String, format = DateTime)]
    pub(super) date_joined: Option<DateTimeField>,
    /// `null` for a user without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = Option<ProfileSerializer>)]
    #[expect(clippy::option_option, reason = "what is absent is not null")]
    pub(super) profile: Option<Option<ProfileSerializer>>,
    /// Names, sorted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) groups: Option<Vec<String>>,
    /// `app_label.codename`, sorted: what the user may do, also by a group.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) permissions: Option<Vec<String>>,
}

impl UserSerializer {
    /// What is wanted of the user's own columns; relations are another matter.
    pub(super) fn of_columns(user: user::Model, wanted: Wanted) -> Self {
        let has = |field| wanted.has(field);
        Self {
            id: has(Field::Id).then_some(user.id),
            username: has(Field::Username).then_some(user.username),
            first_name: has(Field::FirstName).then_some(user.first_name),
            last_name: has(Field::LastName).then_some(user.last_name),
            email: has(Field::Email).then_some(user.email),
            is_active: has(Field::IsActive).then_some(user.is_active),
            date_joined: has(Field::DateJoined).then_some(DateTimeField(user.date_joined)),
            ..Self::default()
        }
    }
}

/// A time in REST framework's format.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct DateTimeField(#[serde(serialize_with = "iso_8601")] pub(super) DateTimeUtc);

#[derive(Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = Profile)]
pub(super) struct ProfileSerializer {
    pub(super) bio: String,
    pub(super) location: String,
    pub(super) website: String,
    #[schema(required)]
    pub(super) birth_date: Option<Date>,
}

impl ProfileSerializer {
    pub(super) fn new(profile: profile::Model) -> Self {
        Self {
            bio: profile.bio,
            location: profile.location,
            website: profile.website,
            birth_date: profile.birth_date,
        }
    }
}

/// A user beside what is theirs.
///
/// ```python
/// class UserSummarySerializer(serializers.ModelSerializer):
///     class Meta:
///         model = User
///         fields = ['id', 'username']
/// ```
#[derive(Debug, Clone, Serialize, DerivePartialModel, ToSchema)]
#[sea_orm(entity = "user::Entity")]
#[schema(as = UserSummary)]
pub(crate) struct UserSummarySerializer {
    id: i32,
    username: String,
}

impl From<user::Model> for UserSummarySerializer {
    fn from(user: user::Model) -> Self {
        Self {
            id: user.id,
            username: user.username,
        }
    }
}

impl From<User> for UserSummarySerializer {
    fn from(user: User) -> Self {
        Self {
            id: user.id,
            username: user.username,
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
        let user = UserSerializer {
            profile: Some(profile.map(ProfileSerializer::new)),
            groups: Some(vec!["editors".to_owned()]),
            permissions: Some(vec![]),
            ..UserSerializer::of_columns(user(), Wanted::ALL)
        };
        let fields = concat!(
            r#"{"id":7,"username":"ada","first_name":"Ada","last_name":"Lovelace","#,
            r#""email":"ada@example.com","is_active":true,"#,
            r#""date_joined":"2026-01-02T03:04:05.123456Z","#,
        );
        assert_eq!(
            serde_json::to_string(&user).unwrap(),
            format!(r#"{fields}"profile":{expected},"groups":["editors"],"permissions":[]}}"#)
        );
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

    #[test]
    fn what_is_not_wanted_is_absent() {
        let nothing = serde_json::to_string(&UserSerializer::default()).unwrap();
        assert_eq!(nothing, "{}");
    }
}
