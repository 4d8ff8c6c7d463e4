//! `auth_user`: Django's own `django.contrib.auth.models.User`.

use sea_orm::entity::prelude::*;

/// An account.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "auth_user")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    /// A hash in Django's format, or `!` and noise when there is none. Never serialized.
    pub password: String,
    pub last_login: Option<DateTimeUtc>,
    pub is_superuser: bool,
    #[sea_orm(unique)]
    pub username: String,
    pub first_name: String,
    pub last_name: String,
    pub email: String,
    pub is_staff: bool,
    pub is_active: bool,
    pub date_joined: DateTimeUtc,
    /// `user.profile`, the `related_name` of the profile's `OneToOneField`.
    #[sea_orm(has_one)]
    pub profile: HasOne<super::profile::Entity>,
    /// `user.groups`.
    #[sea_orm(has_many, via = "user_group")]
    pub groups: HasMany<super::group::Entity>,
    /// `user.user_permissions`.
    #[sea_orm(has_many, via = "user_permission")]
    pub user_permissions: HasMany<super::permission::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
