//! `django_content_type`: Django's own `django.contrib.contenttypes.models.ContentType`.

use sea_orm::entity::prelude::*;

/// A model of the project, by its app and its name.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "django_content_type")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub app_label: String,
    pub model: String,
    /// `content_type.permission_set`.
    #[sea_orm(has_many)]
    pub permissions: HasMany<super::permission::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
