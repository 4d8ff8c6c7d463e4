//! `auth_group`: Django's own `django.contrib.auth.models.Group`.

use sea_orm::entity::prelude::*;

/// Users who may do the same things.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "auth_group")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    #[sea_orm(unique)]
    pub name: String,
    /// `group.user_set`.
    #[sea_orm(has_many, via = "user_group")]
    pub users: HasMany<super::user::Entity>,
    /// `group.permissions`.
    #[sea_orm(has_many, via = "group_permission")]
    pub permissions: HasMany<super::permission::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
