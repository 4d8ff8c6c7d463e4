//! The dashboard by one statement and from memory, and each write by one statement.

use std::cmp::Reverse;

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use sea_orm::{
    ActiveModelTrait as _, ConnectionTrait as _, DatabaseConnection, DbErr, EntityTrait,
    FromQueryResult as _, Order, PartialModelTrait as _, QueryFilter as _, QuerySelect as _,
    QueryTrait as _,
    sea_query::{
        Asterisk, Condition, Expr, ExprTrait as _, Func, JoinType, Query, SelectStatement,
    },
};

use super::{
    MOST_ITEMS, NO_ITEM, conditional,
    entity::item::{self, Status},
    items_of,
    serializer::{
        CountsSerializer, DashboardSerializer, ItemInput, ItemInputSchema, ItemSerializer,
    },
};
use crate::{
    access::SignedIn,
    error::{ApiError, Detail, FieldErrors},
    pagination::{AtPosition, CursorPagination, PageSize, RequestUrl, cursor::CursorPage},
    parsers::Data,
    path_converters::Pk,
    service::Service,
};

type Dashboard = DashboardSerializer<CursorPage<ItemSerializer>>;

#[utoipa::path(
    get,
    path = "/api/dashboard/",
    description = "What the signed-in user has to do, newest first, and how much of it.",
    params(
        ("cursor" = Option<String>, Query, description = "Of the `next` or `previous` of another page."),
        ("page_size" = Option<u64>, Query, description = "1 to 1000, 20 when absent."),
        ("If-None-Match" = Option<String>, Header, description = "The `ETag` of an answer that the client has."),
    ),
    responses(
        (status = OK, body = inline(Dashboard), headers(
            ("ETag" = String, description = "Of this body."),
            ("Cache-Control" = String, description = "`private, no-cache`"),
            ("Vary" = String, description = "`Authorization`"),
        )),
        (status = NOT_MODIFIED, description = "The client has it."),
        (status = UNAUTHORIZED, body = Detail),
        (status = NOT_FOUND, body = Detail, description = "The cursor is broken."),
        (status = TOO_MANY_REQUESTS, body = Detail),
        (status = SERVICE_UNAVAILABLE, body = Detail),
    ),
    security(("token" = []))
)]
/// No query while the page is remembered, else one; and one more for a token that is not.
///
/// ```python
/// class Dashboard(InvalidatesDashboard, MyItems, generics.ListCreateAPIView):
///     pagination_class = DashboardCursor  # CursorPagination
///
///     def list(self, request, *args, **kwargs):
///         remembered = cache.DashboardCache(request.user, request.build_absolute_uri())
///         body = remembered.get_or_render(self.render)
///         return revalidated(request, body)
///
///     def render(self):
///         page = super().list(self.request).data
///         return JSONRenderer().render({'counts': self.counts(), **page})
///
///     def counts(self):
///         counts = {name: Count('status', filter=Q(status=name)) for name in Item.Status.values}
///         return self.get_queryset().aggregate(total=Count('status'), **counts)
/// ```
pub(super) async fn dashboard(
    State(Service { db, dashboards, .. }): State<Service>,
    SignedIn(user): SignedIn,
    AtPosition(cursor): AtPosition,
    PageSize(size): PageSize<MOST_ITEMS>,
    url: RequestUrl,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let pagination = CursorPagination {
        column: item::Column::Id,
        descending: true,
        cursor,
        size,
    };
    let read = async {
        let (counts, items) = read(&db, user.id, &pagination).await?;
        let page = pagination.page(items, |item| item.id, &url);
        serde_json::to_vec(&DashboardSerializer { counts, page })
            .map_err(|error| DbErr::Json(error.to_string()))
    };
    let page = dashboards.page(user.id, url.normal(), read).await?;
    Ok(conditional::answer(&headers, page))
}

type Pages = CursorPagination<item::Column>;

/// The counts and the page by one statement: of the same moment, and one wait for the database. The counts are of one
/// row, which comes with each item, and alone where there is none.
async fn read(
    db: &DatabaseConnection,
    owner: i32,
    pagination: &Pages,
) -> Result<(CountsSerializer, Vec<ItemSerializer>), DbErr> {
    let page = pagination.select(items_of(owner)).select_only();
    let statement = Query::select()
        .column(Asterisk)
        .from_subquery(counts(owner), "counts")
        .join_subquery(
            JoinType::LeftJoin,
            ItemSerializer::select_cols(page).into_query(),
            "page",
            Condition::all(),
        )
        .take();
    let rows = db.query_all(&statement).await?;
    let counts = match rows.first() {
        Some(row) => CountsSerializer::from_query_result(row, "")?,
        None => CountsSerializer::default(),
    };
    let items: Result<Vec<Option<ItemSerializer>>, DbErr> = rows
        .iter()
        .map(|row| Option::from_query_result(row, ""))
        .collect();
    let mut items: Vec<ItemSerializer> = items?.into_iter().flatten().collect();
    // They are in order already. But SQL does not promise that a join leaves it.
    match pagination.order() {
        Order::Desc => items.sort_by_key(|item| Reverse(item.id)),
        _ => items.sort_by_key(|item| item.id),
    }
    Ok((counts, items))
}

/// `status` is never null, and `dashboard_item_status_idx` holds all that is read.
fn counts(owner: i32) -> SelectStatement {
    let count = || Func::count(Expr::col(item::Column::Status));
    let of = |status: Status| count().filter(Expr::col(item::Column::Status).eq(status));
    Query::select()
        .expr_as(count(), "total")
        .expr_as(of(Status::Open), "open")
        .expr_as(of(Status::Done), "done")
        .expr_as(of(Status::Archived), "archived")
        .from(item::Entity)
        .and_where(Expr::col(item::Column::OwnerId).eq(owner))
        .take()
}

#[utoipa::path(
    post,
    path = "/api/dashboard/",
    description = "Adds an item.",
    request_body = ItemInputSchema,
    responses(
        (status = CREATED, body = ItemSerializer),
        (status = BAD_REQUEST, body = FieldErrors),
        (status = UNAUTHORIZED, body = Detail),
        (status = PAYLOAD_TOO_LARGE, body = Detail),
        (status = UNSUPPORTED_MEDIA_TYPE, body = Detail),
        (status = TOO_MANY_REQUESTS, body = Detail),
        (status = SERVICE_UNAVAILABLE, body = Detail),
    ),
    security(("token" = []))
)]
/// One statement.
///
/// ```python
/// def perform_create(self, serializer):
///     with cache.invalidated_for(self.request.user):
///         super().perform_create(serializer)
/// ```
pub(super) async fn create_item(
    State(Service { db, dashboards, .. }): State<Service>,
    SignedIn(user): SignedIn,
    Data(data): Data,
) -> Result<(StatusCode, Json<ItemSerializer>), ApiError> {
    let item = ItemInput::whole(&data)?.create(user.id);
    let insert = async move { item.insert(&db).await };
    let item = dashboards.write(user.id, insert).await?;
    Ok((StatusCode::CREATED, Json(item.into())))
}

#[utoipa::path(
    patch,
    path = "/api/dashboard/{id}/",
    description = "Changes what is named of an item.",
    params(("id" = i64, Path)),
    request_body(content = ItemInputSchema, description = "No field is required."),
    responses(
        (status = OK, body = ItemSerializer),
        (status = BAD_REQUEST, body = FieldErrors),
        (status = UNAUTHORIZED, body = Detail),
        (status = NOT_FOUND, body = Detail, description = "There is no such item, or it is another user's."),
        (status = PAYLOAD_TOO_LARGE, body = Detail),
        (status = UNSUPPORTED_MEDIA_TYPE, body = Detail),
        (status = TOO_MANY_REQUESTS, body = Detail),
        (status = SERVICE_UNAVAILABLE, body = Detail),
    ),
    security(("token" = []))
)]
/// One statement: the item is found and changed at once, and nothing is read that it may have lost by then.
///
/// ```python
/// def perform_update(self, serializer):
///     with cache.invalidated_for(self.request.user):
///         super().perform_update(serializer)
/// ```
pub(super) async fn update_item(
    State(Service { db, dashboards, .. }): State<Service>,
    SignedIn(user): SignedIn,
    Pk(id): Pk<i64>,
    data: Result<Data, ApiError>,
) -> Result<Json<ItemSerializer>, ApiError> {
    let id = id.ok_or(NO_ITEM)?;
    let input = data.and_then(|Data(data)| Ok(ItemInput::partial(&data)?));
    let changes = match input {
        Ok(input) => input.changes(),
        Err(mistake) => return Err(told_of_an_item(&db, user.id, id, mistake).await),
    };
    let update = item::Entity::update_many()
        .set(changes)
        .filter(item::COLUMN.id.eq(id))
        .filter(item::COLUMN.owner_id.eq(user.id));
    let update = async move { update.exec_with_returning(&db).await };
    let updated = dashboards.write(user.id, update).await?;
    let item = updated.into_iter().next().ok_or(NO_ITEM)?;
    Ok(Json(item.into()))
}

/// REST framework looks for the item before it looks at the body.
async fn told_of_an_item(
    db: &DatabaseConnection,
    owner: i32,
    id: i64,
    mistake: ApiError,
) -> ApiError {
    let found: Result<Option<i64>, DbErr> = items_of(owner)
        .filter(item::COLUMN.id.eq(id))
        .select_only()
        .column(item::Column::Id)
        .into_tuple()
        .one(db)
        .await;
    match found {
        Ok(Some(_)) => mistake,
        Ok(None) => NO_ITEM,
        Err(error) => error.into(),
    }
}

#[utoipa::path(
    delete,
    path = "/api/dashboard/{id}/",
    description = "Removes an item.",
    params(("id" = i64, Path)),
    responses(
        (status = NO_CONTENT),
        (status = UNAUTHORIZED, body = Detail),
        (status = NOT_FOUND, body = Detail, description = "There is no such item, or it is another user's."),
        (status = TOO_MANY_REQUESTS, body = Detail),
        (status = SERVICE_UNAVAILABLE, body = Detail),
    ),
    security(("token" = []))
)]
/// One statement.
///
/// ```python
/// def perform_destroy(self, item):
///     with cache.invalidated_for(self.request.user):
///         super().perform_destroy(item)
/// ```
pub(super) async fn delete_item(
    State(Service { db, dashboards, .. }): State<Service>,
    SignedIn(user): SignedIn,
    Pk(id): Pk<i64>,
) -> Result<StatusCode, ApiError> {
    let id = id.ok_or(NO_ITEM)?;
    let delete = item::Entity::delete_many()
        .filter(item::COLUMN.id.eq(id))
        .filter(item::COLUMN.owner_id.eq(user.id));
    let delete = async move { delete.exec(&db).await };
    match dashboards.write(user.id, delete).await?.rows_affected {
        0 => Err(NO_ITEM),
        _ => Ok(StatusCode::NO_CONTENT),
    }
}
