//! The port line by line: a count for each number, pages by their number, nothing remembered, and each item read before
//! it is written. What is written here the tuned dashboard does not know of, as if another process had done it.

use axum::{Json, extract::State, http::StatusCode};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, DatabaseConnection, DbErr, ModelTrait as _,
    QueryFilter, QueryOrder, QuerySelect,
};

use super::{
    MOST_ITEMS, NO_ITEM,
    entity::item::{self, Status},
    items_of,
    serializer::{CountsSerializer, DashboardSerializer, ItemInput, ItemSerializer},
};
use crate::{
    access::SignedIn,
    error::ApiError,
    pagination::{NumberedPage, PageNumber, PageSize, RequestUrl, count},
    parsers::Data,
    path_converters::Pk,
};

type Dashboard = DashboardSerializer<NumberedPage<ItemSerializer>>;

/// Six queries, five of which count.
///
/// ```python
/// class Dashboard(MyItems, generics.ListCreateAPIView):
///     pagination_class = DashboardPages  # PageNumberPagination
///
///     def list(self, request, *args, **kwargs):
///         page = super().list(request, *args, **kwargs).data
///         return Response({'counts': self.counts(), **page})
///
///     def counts(self):
///         items = self.get_queryset()
///         counts = {'total': items.count()}
///         for status in Item.Status.values:
///             counts[status] = items.filter(status=status).count()
///         return counts
/// ```
pub(super) async fn dashboard(
    State(db): State<DatabaseConnection>,
    SignedIn(user): SignedIn,
    number: PageNumber,
    size: PageSize<MOST_ITEMS>,
    url: RequestUrl,
) -> Result<Json<Dashboard>, ApiError> {
    let count = count(&db, items_of(user.id)).await?;
    let page = number.of(count, size)?;
    let mut items = Vec::new();
    if page.limit > 0 {
        items = items_of(user.id)
            .order_by_desc(item::COLUMN.id)
            .limit(page.limit)
            .offset((page.offset > 0).then_some(page.offset))
            .all(&db)
            .await?;
    }
    let results = items.into_iter().map(ItemSerializer::from).collect();
    Ok(Json(DashboardSerializer {
        counts: counts(&db, user.id).await?,
        page: page.answer(&url, results),
    }))
}

async fn counts(db: &DatabaseConnection, owner: i32) -> Result<CountsSerializer, DbErr> {
    let of = |status| items_of(owner).filter(item::COLUMN.status.eq(status));
    let count = async |items| count(db, items).await.map(u64::cast_signed);
    Ok(CountsSerializer {
        total: count(items_of(owner)).await?,
        open: count(of(Status::Open)).await?,
        done: count(of(Status::Done)).await?,
        archived: count(of(Status::Archived)).await?,
    })
}

/// ```python
/// def perform_create(self, serializer):
///     serializer.save(owner=self.request.user)
/// ```
pub(super) async fn create_item(
    State(db): State<DatabaseConnection>,
    SignedIn(user): SignedIn,
    Data(data): Data,
) -> Result<(StatusCode, Json<ItemSerializer>), ApiError> {
    let item = ItemInput::whole(&data)?.create(user.id);
    let item = item.insert(&db).await?;
    Ok((StatusCode::CREATED, Json(item.into())))
}

/// ```python
/// class DashboardItem(MyItems, generics.UpdateAPIView, generics.DestroyAPIView):
///     http_method_names = ['patch', 'delete', 'options']
/// ```
pub(super) async fn update_item(
    State(db): State<DatabaseConnection>,
    SignedIn(user): SignedIn,
    Pk(id): Pk<i64>,
    data: Result<Data, ApiError>,
) -> Result<Json<ItemSerializer>, ApiError> {
    let id = id.ok_or(NO_ITEM)?;
    let item = get_item(&db, user.id, id).await?;
    let Data(data) = data?;
    let mut changes = ItemInput::partial(&data)?.changes();
    changes.id = sea_orm::Unchanged(item.id);
    match changes.update(&db).await {
        // Somebody else has deleted it meanwhile.
        Err(DbErr::RecordNotUpdated) => Err(NO_ITEM),
        item => Ok(Json(item?.into())),
    }
}

pub(super) async fn delete_item(
    State(db): State<DatabaseConnection>,
    SignedIn(user): SignedIn,
    Pk(id): Pk<i64>,
) -> Result<StatusCode, ApiError> {
    let id = id.ok_or(NO_ITEM)?;
    let item = get_item(&db, user.id, id).await?;
    item.delete(&db).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `self.get_object()`: of all items only the user's own.
async fn get_item(db: &DatabaseConnection, owner: i32, id: i64) -> Result<item::Model, ApiError> {
    let item = items_of(owner).filter(item::COLUMN.id.eq(id)).one(db);
    item.await?.ok_or(NO_ITEM)
}
