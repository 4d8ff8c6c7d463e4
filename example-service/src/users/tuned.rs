//! The users with all that is asked for, and no more, in as many queries however many they are: the profiles by a join,
//! the groups and the permissions of the page at once.

use axum::{Json, extract::State};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbErr, EntityTrait, QueryFilter, QueryResult, QuerySelect,
    QueryTrait, Select,
};

use super::{
    NOT_FOUND,
    entity::{profile, user},
    prefetch,
    serializer::{DateTimeField, ProfileSerializer, UserSerializer},
    sparse::{Field, Wanted},
};
use crate::{
    error::ApiError,
    error::Detail,
    pagination::{AtPosition, CursorPagination, PageSize, RequestUrl, cursor::CursorPage},
    path_converters::Pk,
};

#[utoipa::path(
    get,
    path = "/api/users/",
    tag = "users",
    summary = "The users, in the order of their ids",
    description = "",
    params(
        ("fields" = Option<String>, Query, description = "Names of fields, with commas between: only these are answered; all when absent", example = "id,username"),
        ("page_size" = Option<u64>, Query, description = "1 to 100, 20 when absent; a larger one is cut"),
        ("cursor" = Option<String>, Query, description = "Of the `next` or `previous` of another page"),
    ),
    responses(
        (status = OK, body = CursorPage<UserSerializer>),
        (status = UNAUTHORIZED, description = "A token that is not valid", body = Detail),
        (status = NOT_FOUND, description = "A cursor that is broken", body = Detail),
        (status = TOO_MANY_REQUESTS, description = "Throttled; with `Retry-After`", body = Detail),
        (status = SERVICE_UNAVAILABLE, description = "No database; with `Retry-After`", body = Detail),
    ),
    security((), ("token" = [])),
)]
/// Three queries: users with profiles, their groups, their permissions; fewer where less is wanted. A superuser on the page
/// costs one more, for the names of all permissions.
///
/// ```python
/// class UserList(TunedUsers, generics.ListAPIView):
///     pagination_class = OldestFirst  # CursorPagination, ordering = 'id'
///
/// def users_with(wanted):
///     users = User.objects.all()
///     if 'profile' in wanted:
///         users = users.select_related('profile')
///     if 'permissions' in wanted:
///         users = users.prefetch_related(Prefetch('user_permissions', permissions()))
///     if 'groups' in wanted or 'permissions' in wanted:
///         users = users.prefetch_related(Prefetch('groups', groups_with(wanted)))
///     return users.only('id', *columns)
/// ```
pub(super) async fn list_users(
    State(db): State<DatabaseConnection>,
    AtPosition(cursor): AtPosition,
    PageSize(size): PageSize,
    wanted: Wanted,
    url: RequestUrl,
) -> Result<Json<CursorPage<UserSerializer>>, ApiError> {
    let pagination = CursorPagination {
        column: user::Column::Id,
        descending: false,
        cursor,
        size,
    };
    let users = read(&db, pagination.select(users_with(wanted)), wanted).await?;
    let page = pagination.page(users, |user| user.id.into(), &url);
    Ok(Json(CursorPage {
        next: page.next,
        previous: page.previous,
        results: prefetched(&db, page.results, wanted).await?,
    }))
}

#[utoipa::path(
    get,
    path = "/api/users/{id}/",
    tag = "users",
    summary = "One user",
    description = "",
    params(
        ("id" = i32, Path, description = "The user's id"),
        ("fields" = Option<String>, Query, description = "Names of fields, with commas between: only these are answered; all when absent", example = "id,username"),
    ),
    responses(
        (status = OK, body = UserSerializer),
        (status = UNAUTHORIZED, description = "A token that is not valid", body = Detail),
        (status = NOT_FOUND, description = "No such user", body = Detail),
        (status = TOO_MANY_REQUESTS, description = "Throttled; with `Retry-After`", body = Detail),
        (status = SERVICE_UNAVAILABLE, description = "No database; with `Retry-After`", body = Detail),
    ),
    security((), ("token" = [])),
)]
/// The same queries for one user.
///
/// ```python
/// class UserDetail(TunedUsers, generics.RetrieveAPIView):
///     pass
/// ```
pub(super) async fn retrieve_user(
    State(db): State<DatabaseConnection>,
    Pk(id): Pk<i32>,
    wanted: Wanted,
) -> Result<Json<UserSerializer>, ApiError> {
    let id = id.ok_or(NOT_FOUND)?;
    let found = users_with(wanted).filter(user::COLUMN.id.eq(id));
    let users = read(&db, found, wanted).await?;
    let user = prefetched(&db, users, wanted).await?.pop();
    user.map(Json).ok_or(NOT_FOUND)
}

/// The columns that are wanted and no other, Django's `only()`; the id tells the users apart.
fn users_with(wanted: Wanted) -> Select<user::Entity> {
    let columns = [
        (Field::Username, user::Column::Username),
        (Field::FirstName, user::Column::FirstName),
        (Field::LastName, user::Column::LastName),
        (Field::Email, user::Column::Email),
        (Field::DateJoined, user::Column::DateJoined),
    ];
    let columns = columns.into_iter().filter(|(field, _)| wanted.has(*field));
    let mut users = user::Entity::find().select_only().column(user::Column::Id);
    users = users.columns(columns.map(|(_, column)| column));
    if wanted.has(Field::IsActive) || wanted.has(Field::Permissions) {
        users = users.column(user::Column::IsActive);
    }
    if wanted.has(Field::Permissions) {
        users = users.column(user::Column::IsSuperuser);
    }
    if wanted.has(Field::Profile) {
        users = users.left_join(profile::Entity).columns([
            profile::Column::Bio,
            profile::Column::Location,
            profile::Column::Website,
            profile::Column::BirthDate,
        ]);
    }
    users
}

/// A user without groups and permissions yet.
struct User {
    id: i32,
    permissions: Permissions,
    fields: UserSerializer,
}

/// Which of them a user has, as Django's `ModelBackend` says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Permissions {
    Granted,
    /// An active superuser.
    All,
    /// Who is not active, superuser or not; or nobody wants to know.
    None,
}

impl Permissions {
    fn of(row: &QueryResult) -> Result<Self, DbErr> {
        Ok(
            match (
                row.try_get_by("is_active")?,
                row.try_get_by("is_superuser")?,
            ) {
                (false, _) => Self::None,
                (true, true) => Self::All,
                (true, false) => Self::Granted,
            },
        )
    }
}

async fn read(
    db: &DatabaseConnection,
    users: Select<user::Entity>,
    wanted: Wanted,
) -> Result<Vec<User>, DbErr> {
    let rows = db.query_all(&users.into_query()).await?;
    rows.iter().map(|row| user(row, wanted)).collect()
}

fn user(row: &QueryResult, wanted: Wanted) -> Result<User, DbErr> {
    let id = row.try_get_by("id")?;
    let text = |field, column: &str| wanted.then(field, || row.try_get_by(column));
    let permissions = wanted.then(Field::Permissions, || Permissions::of(row))?;
    Ok(User {
        id,
        permissions: permissions.unwrap_or(Permissions::None),
        fields: UserSerializer {
            id: wanted.has(Field::Id).then_some(id),
            username: text(Field::Username, "username")?,
            first_name: text(Field::FirstName, "first_name")?,
            last_name: text(Field::LastName, "last_name")?,
            email: text(Field::Email, "email")?,
            is_active: wanted.then(Field::IsActive, || row.try_get_by("is_active"))?,
            date_joined: wanted.then(Field::DateJoined, || {
                row.try_get_by("date_joined").map(DateTimeField)
            })?,
            profile: wanted.then(Field::Profile, || profile(row))?,
            ..UserSerializer::default()
        },
    })
}

/// A bio may be empty, but never `NULL` unless the join found no profile.
fn profile(row: &QueryResult) -> Result<Option<ProfileSerializer>, DbErr> {
    let Some(bio) = row.try_get_by::<Option<String>, _>("bio")? else {
        return Ok(None);
    };
    Ok(Some(ProfileSerializer {
        bio,
        location: row.try_get_by("location")?,
        website: row.try_get_by("website")?,
        birth_date: row.try_get_by("birth_date")?,
    }))
}

/// Adds the groups and permissions that are wanted: a query each for all users, and one for all superusers.
async fn prefetched(
    db: &DatabaseConnection,
    mut users: Vec<User>,
    wanted: Wanted,
) -> Result<Vec<UserSerializer>, DbErr> {
    if wanted.has(Field::Groups) {
        let ids = users.iter().map(|user| user.id).collect();
        let mut groups = prefetch::groups(db, ids).await?;
        for user in &mut users {
            user.fields.groups = Some(groups.remove(&user.id).unwrap_or_default());
        }
    }
    if wanted.has(Field::Permissions) {
        add_permissions(db, &mut users).await?;
    }
    Ok(users.into_iter().map(|user| user.fields).collect())
}

async fn add_permissions(db: &DatabaseConnection, users: &mut [User]) -> Result<(), DbErr> {
    let having = |some| users.iter().filter(move |user| user.permissions == some);
    let ids = having(Permissions::Granted).map(|user| user.id).collect();
    let all = match having(Permissions::All).next() {
        Some(_) => prefetch::all_permissions(db).await?,
        None => Vec::new(),
    };
    let mut granted = prefetch::permissions(db, ids).await?;
    for user in users {
        user.fields.permissions = Some(match user.permissions {
            Permissions::Granted => granted.remove(&user.id).unwrap_or_default(),
            Permissions::All => all.clone(),
            Permissions::None => Vec::new(),
        });
    }
    Ok(())
}
