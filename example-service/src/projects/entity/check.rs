//! `projects_check`: what was found out about a project.

use sea_orm::entity::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use super::project;
use crate::users::entity::user;

/// A check of a project.
///
/// ```python
/// class Check(models.Model):
///     class State(models.TextChoices):
///         PASSED = 'passed'
///         FAILED = 'failed'
///         RUNNING = 'running'
///
///     name = models.CharField(max_length=120)
///     state = models.CharField(max_length=16, choices=State)
///     created_at = models.DateTimeField(auto_now_add=True)
///     project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name='checks')
///     author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
///
///     class Meta:
///         indexes = [
///             models.Index(fields=['project', '-id'], name='projects_check_newest_idx'),
///             models.Index(fields=['project'], condition=Q(state='failed'), name='projects_check_failed_idx'),
///         ]
/// ```
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "projects_check")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub name: String,
    pub state: State,
    pub created_at: DateTimeUtc,
    pub project_id: i64,
    pub author_id: i32,
    /// `check.project`.
    #[sea_orm(belongs_to, from = "project_id", to = "id")]
    pub project: BelongsTo<project::Entity>,
    /// `check.author`.
    #[sea_orm(belongs_to, from = "author_id", to = "id")]
    pub author: BelongsTo<user::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, ToSchema)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))")]
#[serde(rename_all = "lowercase")]
#[schema(as = CheckState)]
pub enum State {
    #[sea_orm(string_value = "passed")]
    Passed,
    #[sea_orm(string_value = "failed")]
    Failed,
    #[sea_orm(string_value = "running")]
    Running,
}
