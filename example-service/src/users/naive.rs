//! The port line by line, and with it the N+1 that Django's lazy relations hide.

use axum::{Json, extract::State};
use sea_orm::{
    ColumnTrait, DatabaseConnection, DbErr, EntityTrait, ModelTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, Select,
};

use super::{
    NOT_FOUND,
    entity::{content_type, group, permission, profile, user},
    serializer::{ProfileSerializer, UserSerializer},
    sparse::{Field, Wanted},
};
use crate::{
    error::ApiError,
    pagination::{NumberedPage, PageNumber, PageSize, RequestUrl, count},
    path_converters::Pk,
};

/// One query for the count, one for the page, then four per user.
///
/// ```python
/// class UserList(SparseFieldsMixin, generics.ListAPIView):
///     queryset = User.objects.order_by('id')
///     serializer_class = UserSerializer  # user.profile, user.groups, get_all_permissions()
///     pagination_class = PageNumberPagination
/// ```
pub(super) async fn list_users(
    State(db): State<DatabaseConnection>,
    number: PageNumber,
    size: PageSize,
    wanted: Wanted,
    url: RequestUrl,
) -> Result<Json<NumberedPage<UserSerializer>>, ApiError> {
    let users = user::Entity::find();
    let page = number.of(count(&db, users.clone()).await?, size)?;
    if page.limit == 0 {
        return Ok(Json(page.answer(&url, Vec::new())));
    }
    let users = users
        .order_by_asc(user::COLUMN.id)
        .limit(page.limit)
        .offset((page.offset > 0).then_some(page.offset))
        .all(&db)
        .await?;
    let mut results = Vec::with_capacity(users.len());
    for user in users {
        results.push(serialize(&db, user, wanted).await?);
    }
    Ok(Json(page.answer(&url, results)))
}

/// One query for the user, then the same four.
///
/// ```python
/// class UserDetail(SparseFieldsMixin, generics.RetrieveAPIView):
///     queryset = User.objects.all()
///     serializer_class = UserSerializer
/// ```
pub(super) async fn retrieve_user(
    State(db): State<DatabaseConnection>,
    Pk(id): Pk<i32>,
    wanted: Wanted,
) -> Result<Json<UserSerializer>, ApiError> {
    let id = id.ok_or(NOT_FOUND)?;
    let user = user::Entity::find_by_id(id).one(&db).await?;
    let user = user.ok_or(NOT_FOUND)?;
    Ok(Json(serialize(&db, user, wanted).await?))
}

/// Each relation is loaded when its field is written: those that are not wanted never are.
async fn serialize(
    db: &DatabaseConnection,
    user: user::Model,
    wanted: Wanted,
) -> Result<UserSerializer, DbErr> {
    let (mut profile, mut groups, mut permissions) = (None, None, None);
    if wanted.has(Field::Profile) {
        profile = Some(load_profile(db, &user).await?.map(ProfileSerializer::new));
    }
    if wanted.has(Field::Groups) {
        groups = Some(load_groups(db, &user).await?);
    }
    if wanted.has(Field::Permissions) {
        permissions = Some(get_all_permissions(db, &user).await?);
    }
    Ok(UserSerializer {
        profile,
        groups,
        permissions,
        ..UserSerializer::of_columns(user, wanted)
    })
}

/// What `user.profile` does when it was not selected with the user.
async fn load_profile(
    db: &DatabaseConnection,
    user: &user::Model,
) -> Result<Option<profile::Model>, DbErr> {
    user.find_related(profile::Entity).one(db).await
}

/// `sorted(group.name for group in user.groups.all())`: by code points, whatever the database's collation.
async fn load_groups(db: &DatabaseConnection, user: &user::Model) -> Result<Vec<String>, DbErr> {
    let groups = user.find_related(group::Entity).all(db).await?;
    let mut names: Vec<_> = groups.into_iter().map(|group| group.name).collect();
    names.sort_unstable();
    Ok(names)
}

/// `sorted(user.get_all_permissions())` of Django's `ModelBackend`: those of the user, then those of the groups; twice all
/// of them for a superuser, and none for who is not active.
async fn get_all_permissions(
    db: &DatabaseConnection,
    user: &user::Model,
) -> Result<Vec<String>, DbErr> {
    if !user.is_active {
        return Ok(Vec::new());
    }
    let (own, of_groups) = if user.is_superuser {
        (permission::Entity::find(), permission::Entity::find())
    } else {
        (user.find_related(permission::Entity), of_groups(user))
    };
    let mut labels = load_labels(db, own).await?;
    labels.extend(load_labels(db, of_groups).await?);
    labels.sort_unstable();
    labels.dedup();
    Ok(labels)
}

/// `Permission.objects.filter(group__in=user.groups.all())`
fn of_groups(user: &user::Model) -> Select<permission::Entity> {
    let groups = user.find_related(group::Entity).select_only();
    let groups = groups.column(group::Column::Id).into_query();
    permission::Entity::find()
        .inner_join(group::Entity)
        .filter(group::Column::Id.in_subquery(groups))
}

/// `permissions.values_list('content_type__app_label', 'codename')`
async fn load_labels(
    db: &DatabaseConnection,
    permissions: Select<permission::Entity>,
) -> Result<Vec<String>, DbErr> {
    let labels: Vec<(String, String)> = permissions
        .inner_join(content_type::Entity)
        .select_only()
        .column(content_type::Column::AppLabel)
        .column(permission::Column::Codename)
        .into_tuple()
        .all(db)
        .await?;
    let label = |(app, codename)| format!("{app}.{codename}");
    Ok(labels.into_iter().map(label).collect())
}
