//! `articles_article`: what the users write.

use sea_orm::entity::prelude::*;

use crate::users::entity::user;

/// An article. As in Django, the columns have no defaults and `on_delete=CASCADE` is the program's work.
///
/// ```python
/// class Article(models.Model):
///     class Status(models.TextChoices):
///         DRAFT = 'draft'
///         PUBLISHED = 'published'
///
///     title = models.CharField(max_length=200)
///     slug = models.SlugField(max_length=200, unique=True)
///     content = models.TextField()
///     status = models.CharField(max_length=16, choices=Status, default=Status.DRAFT)
///     created_at = models.DateTimeField(auto_now_add=True)
///     view_count = models.IntegerField(default=0)
///     author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
///     search = models.GeneratedField(  # no field of the entity: nothing reads it, but in a condition
///         expression=(
///             SearchVector('title', weight='A', config='english')
///             + SearchVector('content', weight='B', config='english')
///         ),
///         output_field=SearchVectorField(),
///         db_persist=True,
///     )
///
///     class Meta:
///         ordering = ['-created_at', '-id']
///         indexes = [
///             GinIndex(fields=['search'], name='articles_article_search_idx'),
///             GinIndex(fields=['title'], opclasses=['gin_trgm_ops'], name='articles_article_title_trgm'),
///             models.Index(fields=['-created_at', '-id'], name='articles_article_newest_idx'),
///         ]
/// ```
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "articles_article")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub title: String,
    #[sea_orm(unique)]
    pub slug: String,
    #[sea_orm(column_type = "Text")]
    pub content: String,
    pub status: Status,
    pub created_at: DateTimeUtc,
    pub view_count: i32,
    pub author_id: i32,
    /// `article.author`.
    #[sea_orm(belongs_to, from = "author_id", to = "id")]
    pub author: BelongsTo<user::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

/// Who may read an article: only what is published is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))")]
pub enum Status {
    #[sea_orm(string_value = "draft")]
    Draft,
    #[sea_orm(string_value = "published")]
    Published,
}
