//! The list by its indexes: a seek to the place in the list, a seek to the words, the authors by a join.

use axum::{Json, extract::State};
use sea_orm::{
    ColumnTrait, DatabaseConnection, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    Select,
};

use super::{
    cursor::{AtCursor, Cursor, page},
    entity::article::{self, Status},
    search::{Matching, Search, SearchText},
    serializer::ArticleSerializer,
};
use crate::{
    error::ApiError,
    pagination::{PageSize, RequestUrl, cursor::CursorPage},
    users::entity::user,
};

#[utoipa::path(get, path = "/api/articles/", responses((status = OK)))]
/// One query; two for a search whose words are nowhere.
///
/// ```python
/// class ArticlePagination(CursorPagination):
///     ordering = ('-created_at', '-id')
///
/// articles = Article.objects.filter(status='published').select_related('author').only(..)
/// if text:
///     words = SearchVector('title', 'content', config='english')
///     query = SearchQuery(text, config='english', search_type='websearch')
///     found = articles.annotate(search=words).filter(search=query)
///     similar = articles.filter(title__trigram_word_similar=text)  # when nothing is found
/// ```
pub(super) async fn list_articles(
    State(db): State<DatabaseConnection>,
    Search(search): Search,
    AtCursor(cursor): AtCursor,
    PageSize(size): PageSize,
    url: RequestUrl,
) -> Result<Json<CursorPage<ArticleSerializer>>, ApiError> {
    let place = Place { cursor, size };
    let (matching, rows) = match search {
        Some(text) => place.find(&db, &text).await?,
        None => (Matching::Words, place.read(&db, place.articles()).await?),
    };
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    Ok(Json(page(rows, size, cursor.as_ref(), matching, &url)))
}

/// A page to be read.
struct Place {
    cursor: Option<Cursor>,
    size: u64,
}

impl Place {
    /// What is similar is asked for only where the first page of what has the words is empty: stop words, words
    /// cut short or misspelt. Pages after the first go on as it did.
    async fn find(
        &self,
        db: &DatabaseConnection,
        text: &SearchText,
    ) -> Result<(Matching, Vec<ArticleSerializer>), DbErr> {
        let matching = self
            .cursor
            .map_or(Matching::Words, |cursor| cursor.matching);
        let rows = self.matches(db, text, matching).await?;
        if rows.is_empty() && self.cursor.is_none() && text.has_trigrams() {
            let similar = self.matches(db, text, Matching::SimilarTitle).await?;
            return Ok((Matching::SimilarTitle, similar));
        }
        Ok((matching, rows))
    }

    async fn matches(
        &self,
        db: &DatabaseConnection,
        text: &SearchText,
        matching: Matching,
    ) -> Result<Vec<ArticleSerializer>, DbErr> {
        let found = self.articles().filter(text.matches(matching));
        self.read(db, found).await
    }

    /// What may be seen of the list from here.
    fn articles(&self) -> Select<article::Entity> {
        let published = article::Entity::find()
            .inner_join(user::Entity)
            .filter(article::COLUMN.status.eq(Status::Published));
        match &self.cursor {
            Some(cursor) => published.filter(cursor.beyond()),
            None => published,
        }
    }

    /// One more than fits on the page, to know whether there is another.
    async fn read(
        &self,
        db: &DatabaseConnection,
        articles: Select<article::Entity>,
    ) -> Result<Vec<ArticleSerializer>, DbErr> {
        let order = Cursor::order(self.cursor.as_ref());
        articles
            .order_by(article::COLUMN.created_at, order.clone())
            .order_by(article::COLUMN.id, order)
            .limit(self.size + 1)
            .into_partial_model()
            .all(db)
            .await
    }
}
