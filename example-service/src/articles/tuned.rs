//! The list by its indexes: a seek to the place in the list, a seek to the words, the authors by a join.

use axum::{Json, extract::State};
use sea_orm::{
    ColumnTrait, DatabaseConnection, DbErr, EntityTrait, FromQueryResult, PartialModelTrait as _,
    QueryFilter, QueryOrder, QuerySelect, Select, sea_query::Expr,
};

use super::{
    cursor::{AtCursor, Cursor, page},
    entity::article::{self, Status},
    search::{Matching, Search, SearchText},
    serializer::ArticleSerializer,
};
use crate::{
    error::{ApiError, Detail},
    pagination::{
        PageSize, RequestUrl,
        cursor::{self, CursorPage},
    },
    users::entity::user,
};

/// One query; two for a search whose words are nowhere.
///
/// ```python
/// class Newest(CursorPagination):
///     ordering = ('-created_at', '-id')
///
/// class BestMatch(CursorPagination):
///     ordering = ('-rank', '-created_at', '-id')
///
/// def matching(text):
///     query = SearchQuery(text, config='english', search_type='websearch')
///     return published().filter(search=query).annotate(rank=ranked(SearchRank(F('search'), query)))
///
/// def looking_like(text):  # where the first page of `matching` is empty
///     return (
///         published()
///         .filter(title__trigram_word_similar=text)
///         .annotate(rank=ranked(TrigramWordSimilarity(text, 'title')))
///     )
/// ```
#[utoipa::path(
    get,
    path = "/api/articles/",
    tag = "articles",
    description = "Published articles, the newest first; in a search the best first.",
    params(
        ("search" = Option<String>, Query, description = "Words, \"a phrase\", or, -not: at most 200 characters"),
        ("page_size" = Option<u64>, Query, description = "1 to 100, 20 when absent"),
        ("cursor" = Option<String>, Query, description = "Of the `next` or `previous` of another page"),
    ),
    security((), ("token" = [])),
    responses(
        (status = OK, body = CursorPage<ArticleSerializer>),
        (status = BAD_REQUEST, body = Detail, description = "The search is too long or holds a null character"),
        (status = UNAUTHORIZED, body = Detail),
        (status = NOT_FOUND, body = Detail, description = "The cursor is broken"),
        (status = TOO_MANY_REQUESTS, body = Detail),
        (status = SERVICE_UNAVAILABLE, body = Detail),
    )
)]
pub(super) async fn list_articles(
    State(db): State<DatabaseConnection>,
    Search(search): Search,
    AtCursor(cursor): AtCursor,
    PageSize(size): PageSize,
    url: RequestUrl,
) -> Result<Json<CursorPage<ArticleSerializer>>, ApiError> {
    if cursor.is_some_and(|cursor| cursor.is_of_search() != search.is_some()) {
        return Err(cursor::INVALID);
    }
    let place = Place { cursor, size };
    let (matching, rows) = match search {
        Some(text) => place.find(&db, &text).await?,
        None => (Matching::Words, place.newest(&db).await?),
    };
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    Ok(Json(page(rows, size, cursor.as_ref(), matching, &url)))
}

/// An article, and in a search how well it matches.
#[derive(Debug, FromQueryResult)]
pub(super) struct Found {
    pub(super) rank: Option<i32>,
    #[sea_orm(nested)]
    pub(super) article: ArticleSerializer,
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
    ) -> Result<(Matching, Vec<Found>), DbErr> {
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

    async fn newest(&self, db: &DatabaseConnection) -> Result<Vec<Found>, DbErr> {
        self.read(db, self.articles(None), None).await
    }

    async fn matches(
        &self,
        db: &DatabaseConnection,
        text: &SearchText,
        matching: Matching,
    ) -> Result<Vec<Found>, DbErr> {
        let found = self.articles(Some(text)).filter(text.matches(matching));
        self.read(db, found, Some(text.rank(matching))).await
    }

    /// What may be seen of the list from here.
    fn articles(&self, search: Option<&SearchText>) -> Select<article::Entity> {
        let published = article::Entity::find()
            .inner_join(user::Entity)
            .filter(article::COLUMN.status.eq(Status::Published));
        match &self.cursor {
            Some(cursor) => published.filter(cursor.beyond(search)),
            None => published,
        }
    }

    /// One more than fits on the page, to know whether there is another.
    async fn read(
        &self,
        db: &DatabaseConnection,
        articles: Select<article::Entity>,
        rank: Option<Expr>,
    ) -> Result<Vec<Found>, DbErr> {
        let order = Cursor::order(self.cursor.as_ref());
        let mut columns = ArticleSerializer::select_cols(articles.select_only());
        if let Some(rank) = rank {
            columns = columns
                .expr_as(rank, "rank")
                .order_by(Expr::col("rank"), order.clone());
        }
        columns
            .order_by(article::COLUMN.created_at, order.clone())
            .order_by(article::COLUMN.id, order)
            .limit(self.size + 1)
            .into_model()
            .all(db)
            .await
    }
}
