//! The projects by their indexes: owners and authors by joins, the newest files of all projects of a page by one statement, and
//! all new projects by one, too.

use axum::{Json, extract::State, http::StatusCode};
use sea_orm::{
    ActiveEnum, ColumnTrait, ConnectionTrait, DatabaseConnection, DbBackend, DbErr, EntityTrait,
    QueryFilter, QueryOrder, QuerySelect, Select, Statement,
    sea_query::{Expr, ExprTrait as _, Query},
};

use super::{
    batch::{NewProject, OneOrMany},
    entity::{check, file::Kind, project},
    filters::ProjectFilter,
    newest::{files_of_each_kind, load_files},
    serializer::{
        CheckSerializer, NewProjectSerializer, ProjectDetailSerializer, ProjectRowSerializer,
    },
};
use crate::{
    access::{SignedIn, User},
    date_time::now,
    error::{ApiError, Detail, FieldErrors},
    pagination::{AtPosition, CursorPagination, PageSize, RequestUrl, cursor::CursorPage},
    parsers::Data,
    path_converters::Pk,
    users::entity::user,
};

/// Two queries: the projects with their owners, and the files of all of them.
///
/// ```python
/// class ProjectList(FilteredMixin, OneOrManyMixin, generics.ListCreateAPIView):
///     pagination_class = NewestFirst
///
///     def get_queryset(self):
///         return rows(**self.filters)
///
/// def rows(file_kind, checks=None, **columns):
///     projects = Project.objects.filter(**columns)
///     if checks:
///         in_state = Check.objects.filter(project=OuterRef('pk'), state=checks)
///         projects = projects.filter(Exists(in_state))
///     return (
///         projects.select_related('owner')
///         .only('name', 'status', 'created_at', 'owner__username')
///         .prefetch_related(Prefetch('files', newest_files(file_kind), to_attr='newest_files'))
///     )
/// ```
#[utoipa::path(
    get,
    path = "/api/v1/projects/",
    description = "Projects, the newest first, each with its ten newest files of a kind.",
    params(
        ("owner" = Option<i64>, Query, description = "only those of this user"),
        ("status" = Option<project::Status>, Query, description = "only those in this state"),
        ("checks" = Option<String>, Query, description = "`failed`: only those with a check that failed"),
        ("file_kind" = Option<Kind>, Query, description = "of which kind the files are; `source` when absent"),
        ("cursor" = Option<String>, Query, description = "from `next` or `previous` of another page"),
        ("page_size" = Option<u64>, Query, description = "1 to 100, 20 when absent"),
    ),
    security((), ("token" = [])),
    responses(
        (status = OK, body = CursorPage<ProjectRowSerializer>),
        (status = BAD_REQUEST, description = "what is wrong with the filters, by their names", body = FieldErrors),
        (status = UNAUTHORIZED, description = "a token that is none", body = Detail),
        (status = NOT_FOUND, description = "a cursor that is none", body = Detail),
        (status = TOO_MANY_REQUESTS, body = Detail),
        (status = SERVICE_UNAVAILABLE, body = Detail),
    ),
)]
pub(super) async fn list_projects(
    State(db): State<DatabaseConnection>,
    filter: ProjectFilter,
    AtPosition(cursor): AtPosition,
    PageSize(size): PageSize,
    url: RequestUrl,
) -> Result<Json<CursorPage<ProjectRowSerializer>>, ApiError> {
    let pagination = CursorPagination {
        column: project::Column::Id,
        descending: true,
        cursor,
        size,
    };
    let projects = pagination.select(filtered(&filter));
    let rows: Vec<ProjectRowSerializer> = projects.into_partial_model().all(&db).await?;
    let mut page = pagination.page(rows, |project| project.id, &url);
    load_files(&db, &mut page.results, filter.file_kind).await?;
    Ok(Json(page))
}

/// The states that have an index of their own are written into the statement, as Django writes them. A parameter would do as
/// long as Postgres plans for its value; in a plan for all values it would not, and nothing here should hang on which it is.
fn filtered(filter: &ProjectFilter) -> Select<project::Entity> {
    let mut projects = project::Entity::find().inner_join(user::Entity);
    if let Some(owner) = filter.owner {
        projects = projects.filter(project::COLUMN.owner_id.eq(owner));
    }
    if let Some(status) = filter.status {
        let status = match status {
            project::Status::Active => "'active'",
            project::Status::Archived => "'archived'",
        };
        projects = projects.filter(project::Column::Status.into_expr().eq(Expr::cust(status)));
    }
    if filter.failed {
        projects = projects.filter(Expr::exists(failed_checks()));
    }
    projects
}

/// `Exists(Check.objects.filter(project=OuterRef('pk'), state='failed'))`
fn failed_checks() -> sea_orm::sea_query::SelectStatement {
    let project = Expr::col((project::Entity, project::Column::Id));
    Query::select()
        .expr(Expr::cust("1"))
        .from(check::Entity)
        .and_where(check::Column::ProjectId.into_expr().eq(project))
        .and_where(check::Column::State.into_expr().eq(Expr::cust("'failed'")))
        .take()
}

/// Three queries: the project with its owner, the files of all kinds, the checks with their authors.
///
/// ```python
/// class ProjectDetail(generics.RetrieveAPIView):
///     def get_queryset(self):
///         return (
///             Project.objects.select_related('owner')
///             .only('name', 'description', 'status', 'created_at', 'updated_at', 'owner__username')
///             .prefetch_related(
///                 Prefetch('files', newest_of_each_kind(), to_attr='newest_files'),
///                 Prefetch('checks', newest_checks(), to_attr='newest_checks'),
///             )
///         )
/// ```
#[utoipa::path(
    get,
    path = "/api/v1/projects/{id}/",
    description = "A project with its ten newest files of each kind and its fifty newest checks.",
    params(("id" = i64, Path)),
    security((), ("token" = [])),
    responses(
        (status = OK, body = ProjectDetailSerializer),
        (status = UNAUTHORIZED, description = "a token that is none", body = Detail),
        (status = NOT_FOUND, body = Detail),
        (status = TOO_MANY_REQUESTS, body = Detail),
        (status = SERVICE_UNAVAILABLE, body = Detail),
    ),
)]
pub(super) async fn show_project(
    State(db): State<DatabaseConnection>,
    Pk(id): Pk<i64>,
) -> Result<Json<ProjectDetailSerializer>, ApiError> {
    let id = id.ok_or(super::NOT_FOUND)?;
    let project = project::Entity::find_by_id(id)
        .inner_join(user::Entity)
        .into_partial_model()
        .one(&db)
        .await?;
    Ok(Json(ProjectDetailSerializer {
        project: project.ok_or(super::NOT_FOUND)?,
        files: files_of_each_kind(&db, id).await?,
        checks: newest_checks(&db, id).await?,
    }))
}

/// ```python
/// def newest_checks():
///     return (
///         Check.objects.select_related('author')
///         .only('name', 'state', 'created_at', 'project', 'author__username')
///         .order_by('-id')[:50]
///     )
/// ```
async fn newest_checks(
    db: &DatabaseConnection,
    project: i64,
) -> Result<Vec<CheckSerializer>, DbErr> {
    check::Entity::find()
        .inner_join(user::Entity)
        .filter(check::COLUMN.project_id.eq(project))
        .order_by_desc(check::COLUMN.id)
        .limit(50)
        .into_partial_model()
        .all(db)
        .await
}

/// One statement, for one project as for five hundred.
///
/// ```python
/// class BulkCreateSerializer(serializers.ListSerializer):
///     def create(self, validated_data):
///         return Project.objects.bulk_create(Project(**values) for values in validated_data)
/// ```
#[utoipa::path(
    post,
    path = "/api/v1/projects/",
    description = "A new project, or at most 500: all of them or none.",
    request_body = OneOrMany<NewProject>,
    security(("token" = [])),
    responses(
        (status = CREATED, body = OneOrMany<NewProjectSerializer>),
        (status = BAD_REQUEST, description = "what is wrong, by field; in a list by place and field; or that it is no JSON", body = FieldErrors),
        (status = UNAUTHORIZED, body = Detail),
        (status = PAYLOAD_TOO_LARGE, body = Detail),
        (status = UNSUPPORTED_MEDIA_TYPE, body = Detail),
        (status = TOO_MANY_REQUESTS, body = Detail),
        (status = SERVICE_UNAVAILABLE, body = Detail),
    ),
)]
pub(super) async fn create_projects(
    State(db): State<DatabaseConnection>,
    SignedIn(user): SignedIn,
    Data(data): Data,
) -> Result<(StatusCode, Json<OneOrMany<NewProjectSerializer>>), ApiError> {
    let input = OneOrMany::of(&data)?;
    let created = bulk_create(&db, input.projects(), &user).await?;
    Ok((StatusCode::CREATED, Json(input.answer(created))))
}

/// An array for each column: the statement is the same for any number of projects and has five parameters, where
/// `insert_many` writes one for each value, 65,535 at most.
async fn bulk_create(
    db: &DatabaseConnection,
    projects: &[NewProject],
    owner: &User,
) -> Result<Vec<NewProjectSerializer>, DbErr> {
    if projects.is_empty() {
        return Ok(Vec::new());
    }
    let now = now();
    let column = |of: fn(&NewProject) -> String| projects.iter().map(of).collect::<Vec<_>>();
    let values = [
        column(|project| project.name.clone()).into(),
        column(|project| project.description.clone()).into(),
        column(|project| project.status.to_value()).into(),
        now.into(),
        owner.id.into(),
    ];
    let statement = include_str!("create.sql");
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, statement, values);
    let mut ids = Vec::with_capacity(projects.len());
    for row in db.query_all_raw(statement).await? {
        ids.push(row.try_get::<i64>("", "id")?);
    }
    // They were given in the order of the projects, but nothing says that they are returned in it.
    ids.sort_unstable();
    let created = ids.into_iter().zip(projects);
    let created = created.map(|(id, project)| project.created(id, now, owner));
    Ok(created.collect())
}
