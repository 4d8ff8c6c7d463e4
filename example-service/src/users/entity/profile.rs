//! `profiles`: what a user tells about themselves.

use sea_orm::entity::prelude::*;

/// A profile. As in Django, the columns have no defaults: who inserts sets `created_at` and `updated_at`, and
/// `on_delete=CASCADE` is the program's work, not the database's.
///
/// ```python
/// class Profile(models.Model):
///     user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name='profile')
///     bio = models.TextField(blank=True)
///     location = models.CharField(max_length=120, blank=True)
///     website = models.URLField(blank=True)
///     birth_date = models.DateField(null=True, blank=True)
///     created_at = models.DateTimeField(auto_now_add=True)
///     updated_at = models.DateTimeField(auto_now=True)
///
///     class Meta:
///         db_table = 'profiles'
/// ```
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "profiles")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    #[sea_orm(column_type = "Text")]
    pub bio: String,
    pub location: String,
    pub website: String,
    pub birth_date: Option<Date>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    #[sea_orm(unique)]
    pub user_id: i32,
    /// `profile.user`.
    #[sea_orm(belongs_to, from = "user_id", to = "id")]
    pub user: BelongsTo<super::user::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
