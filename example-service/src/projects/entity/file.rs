//! `projects_file`: what was uploaded to a project.

use sea_orm::entity::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use super::project;

/// A file of a project.
///
/// ```python
/// class File(models.Model):
///     class Kind(models.TextChoices):
///         SOURCE = 'source'
///         TEST = 'test'
///         DOCUMENT = 'document'
///         DATA = 'data'
///
///     kind = models.CharField(max_length=16, choices=Kind)
///     path = models.CharField(max_length=255)
///     size = models.BigIntegerField()
///     uploaded_at = models.DateTimeField(auto_now_add=True)
///     project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name='files')
///
///     class Meta:
///         indexes = [
///             models.Index(fields=['project', 'kind', '-uploaded_at', '-id'], name='projects_file_newest_idx'),
///         ]
/// ```
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "projects_file")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub kind: Kind,
    pub path: String,
    pub size: i64,
    pub uploaded_at: DateTimeUtc,
    pub project_id: i64,
    /// `file.project`.
    #[sea_orm(belongs_to, from = "project_id", to = "id")]
    pub project: BelongsTo<project::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

/// What a file is for. In the order of their words, in which a project shows them.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    ToSchema,
)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))")]
#[serde(rename_all = "lowercase")]
#[schema(as = FileKind)]
pub enum Kind {
    #[sea_orm(string_value = "data")]
    Data,
    #[sea_orm(string_value = "document")]
    Document,
    #[default]
    #[sea_orm(string_value = "source")]
    Source,
    #[sea_orm(string_value = "test")]
    Test,
}
