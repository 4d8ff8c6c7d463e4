//! The port line by line: a search that no index can serve, a count of all that it found, pages by their number,
//! and the author of each article by a query.

use axum::{Json, extract::State};
use sea_orm::{
    ColumnTrait, DatabaseConnection, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    Select, sea_query::Expr,
};

use super::{
    entity::article::{self, Status},
    search::{Search, SearchText},
    serializer::ArticleSerializer,
};
use crate::{
    error::ApiError,
    pagination::{NumberedPage, PageNumber, PageSize, RequestUrl, count},
    users::entity::user,
};

/// One query for the count, one for the page, then one per article.
///
/// ```python
/// class ArticleList(generics.ListAPIView):
///     serializer_class = ArticleSerializer  # article.author: one query each
///     pagination_class = PageNumberPagination
///
///     def get_queryset(self):
///         articles = Article.objects.filter(status=Article.Status.PUBLISHED)
///         text = text_of(self.request)
///         if text:
///             articles = articles.filter(Q(title__icontains=text) | Q(content__icontains=text))
///         return articles
/// ```
pub(super) async fn list_articles(
    State(db): State<DatabaseConnection>,
    Search(search): Search,
    number: PageNumber,
    size: PageSize,
    url: RequestUrl,
) -> Result<Json<NumberedPage<ArticleSerializer>>, ApiError> {
    let found = published(search.as_ref());
    let page = number.of(count(&db, found.clone()).await?, size)?;
    if page.limit == 0 {
        return Ok(Json(page.answer(&url, Vec::new())));
    }
    let articles = found
        .order_by_desc(article::COLUMN.created_at)
        .order_by_desc(article::COLUMN.id)
        .limit(page.limit)
        .offset((page.offset > 0).then_some(page.offset))
        .all(&db)
        .await?;
    let mut results = Vec::with_capacity(articles.len());
    for article in articles {
        let author = load_author(&db, &article).await?;
        results.push(ArticleSerializer::new(article, author));
    }
    Ok(Json(page.answer(&url, results)))
}

fn published(search: Option<&SearchText>) -> Select<article::Entity> {
    let published = article::Entity::find().filter(article::COLUMN.status.eq(Status::Published));
    match search {
        Some(text) => published.filter(icontains(text)),
        None => published,
    }
}

/// `Q(title__icontains=text) | Q(content__icontains=text)`, in Django's SQL.
fn icontains(text: &SearchText) -> Expr {
    let pattern = text.like_pattern();
    Expr::cust_with_values(
        r#"UPPER("articles_article"."title"::text) LIKE UPPER($1) OR UPPER("articles_article"."content"::text) LIKE UPPER($2)"#,
        [pattern.clone(), pattern],
    )
}

/// What `article.author` does when it was not selected with the article.
async fn load_author(
    db: &DatabaseConnection,
    article: &article::Model,
) -> Result<user::Model, DbErr> {
    let author = user::Entity::find_by_id(article.author_id).one(db).await?;
    author.ok_or_else(|| DbErr::RecordNotFound(format!("the author of article {}", article.id)))
}
