//! `projects_project`: what the users work on.

use sea_orm::entity::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use super::{check, file};
use crate::users::entity::user;

/// A project. As in Django, the columns have no defaults and `on_delete=CASCADE` is the program's work.
///
/// ```python
/// class Project(models.Model):
///     class Status(models.TextChoices):
///         ACTIVE = 'active'
///         ARCHIVED = 'archived'
///
///     name = models.CharField(max_length=120)
///     description = models.TextField(blank=True, default='')
///     status = models.CharField(max_length=16, choices=Status, default=Status.ACTIVE)
///     created_at = models.DateTimeField(auto_now_add=True)
///     updated_at = models.DateTimeField(auto_now=True)
///     owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name='projects')
///
///     class Meta:
///         ordering = ['-id']
///         indexes = [
///             models.Index(fields=['owner', 'status', '-id'], name='projects_owner_status_idx'),
///             models.Index(fields=['-id'], condition=Q(status='active'), name='projects_active_newest_idx'),
///         ]
/// ```
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "projects_project")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub name: String,
    #[sea_orm(column_type = "Text")]
    pub description: String,
    pub status: Status,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub owner_id: i32,
    /// `project.owner`.
    #[sea_orm(belongs_to, from = "owner_id", to = "id")]
    pub owner: BelongsTo<user::Entity>,
    /// `project.files`.
    #[sea_orm(has_many)]
    pub files: HasMany<file::Entity>,
    /// `project.checks`.
    #[sea_orm(has_many)]
    pub checks: HasMany<check::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

/// Whether it is still worked on.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, ToSchema,
)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))")]
#[serde(rename_all = "lowercase")]
#[schema(as = ProjectStatus)]
pub enum Status {
    #[default]
    #[sea_orm(string_value = "active")]
    Active,
    #[sea_orm(string_value = "archived")]
    Archived,
}
