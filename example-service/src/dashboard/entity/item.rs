//! `dashboard_item`: what the users have to do.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::users::entity::user;

/// An item. As in Django, the columns have no defaults and `on_delete=CASCADE` is the program's work.
///
/// ```python
/// class Item(models.Model):
///     class Status(models.TextChoices):
///         OPEN = 'open'
///         DONE = 'done'
///         ARCHIVED = 'archived'
///
///     title = models.CharField(max_length=200)
///     notes = models.TextField(blank=True, default='')
///     status = models.CharField(max_length=16, choices=Status, default=Status.OPEN)
///     priority = models.PositiveSmallIntegerField(default=3, validators=[MinValueValidator(1), MaxValueValidator(5)])
///     due_on = models.DateField(null=True, blank=True)
///     created_at = models.DateTimeField(auto_now_add=True)
///     updated_at = models.DateTimeField(auto_now=True)
///     owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name='items')
///
///     class Meta:
///         ordering = ['-id']
///         indexes = [
///             models.Index(fields=['owner', '-id'], name='dashboard_item_newest_idx'),
///             models.Index(fields=['owner', 'status'], name='dashboard_item_status_idx'),
///         ]
/// ```
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "dashboard_item")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub title: String,
    #[sea_orm(column_type = "Text")]
    pub notes: String,
    pub status: Status,
    pub priority: i16,
    pub due_on: Option<Date>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub owner_id: i32,
    /// `item.owner`.
    #[sea_orm(belongs_to, from = "owner_id", to = "id")]
    pub owner: BelongsTo<user::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

/// How far an item has come.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize, ToSchema,
)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))")]
#[serde(rename_all = "lowercase")]
#[schema(as = ItemStatus)]
pub enum Status {
    #[sea_orm(string_value = "open")]
    Open,
    #[sea_orm(string_value = "done")]
    Done,
    #[sea_orm(string_value = "archived")]
    Archived,
}
