//! `auth_permission`: Django's own `django.contrib.auth.models.Permission`.

use sea_orm::entity::prelude::*;

/// What may be done to rows of one model; `manage.py migrate` makes four for each.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "auth_permission")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub name: String,
    pub content_type_id: i32,
    pub codename: String,
    /// `permission.content_type`.
    #[sea_orm(belongs_to, from = "content_type_id", to = "id")]
    pub content_type: BelongsTo<super::content_type::Entity>,
    /// `permission.user_set`.
    #[sea_orm(has_many, via = "user_permission")]
    pub users: HasMany<super::user::Entity>,
    /// `permission.group_set`.
    #[sea_orm(has_many, via = "group_permission")]
    pub groups: HasMany<super::group::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
