//! `authtoken_token`: REST framework's `Token`.

use sea_orm::entity::prelude::*;

use crate::users::entity::user;

/// A token: who sends its key is its user.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "authtoken_token")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    pub created: DateTimeUtc,
    #[sea_orm(unique)]
    pub user_id: i32,
    /// `token.user`.
    #[sea_orm(belongs_to, from = "user_id", to = "id")]
    pub user: BelongsTo<user::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
