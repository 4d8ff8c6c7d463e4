//! The port line by line: the owner and the files of each project by a query, the author of each check by a query, and a
//! statement for each new project.

use axum::{Json, extract::State, http::StatusCode};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, DatabaseConnection, DbErr, EntityTrait,
    PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};

use super::{
    batch::{NewProject, OneOrMany},
    entity::{
        check,
        file::{self, Kind},
        project,
    },
    filters::ProjectFilter,
    serializer::{
        CheckSerializer, NewProjectSerializer, ProjectDetailSerializer, ProjectRowSerializer,
    },
};
use crate::{
    access::{SignedIn, User},
    date_time::now,
    error::ApiError,
    pagination::{NumberedPage, PageNumber, PageSize, RequestUrl, count},
    parsers::Data,
    path_converters::Pk,
    users::entity::user,
};

/// One query for the count, one for the page, then two per project.
///
/// ```python
/// class ProjectList(FilteredMixin, OneOrManyMixin, generics.ListCreateAPIView):
///     pagination_class = PageNumberPagination
///
///     def get_queryset(self):
///         projects = Project.objects.all()
///         if 'owner' in self.filters:
///             projects = projects.filter(owner=self.filters['owner'])
///         if 'status' in self.filters:
///             projects = projects.filter(status=self.filters['status'])
///         if 'checks' in self.filters:
///             projects = projects.filter(checks__state=self.filters['checks']).distinct()
///         return projects
///
/// class NaiveProjectRowSerializer(ProjectRowSerializer):
///     owner = UserSummarySerializer(read_only=True)  # project.owner: one query each
///
///     def get_files(self, project):
///         files = newest(project.files, self.context['file_kind'])
///         return NewestFileSerializer(files, many=True).data
/// ```
pub(super) async fn list_projects(
    State(db): State<DatabaseConnection>,
    filter: ProjectFilter,
    number: PageNumber,
    size: PageSize,
    url: RequestUrl,
) -> Result<Json<NumberedPage<ProjectRowSerializer>>, ApiError> {
    let found = filtered(&filter);
    let rows = if filter.failed {
        // Of a `distinct()` Django counts the rows of a sub-query, as sea-orm does.
        PaginatorTrait::count(found.clone(), &db).await?
    } else {
        count(&db, found.clone()).await?
    };
    let page = number.of(rows, size)?;
    if page.limit == 0 {
        return Ok(Json(page.answer(&url, Vec::new())));
    }
    let projects = found
        .order_by_desc(project::COLUMN.id)
        .limit(page.limit)
        .offset((page.offset > 0).then_some(page.offset))
        .all(&db)
        .await?;
    let mut results = Vec::with_capacity(projects.len());
    for project in projects {
        let owner = load_user(&db, project.owner_id).await?;
        let files = newest(&db, &project, filter.file_kind).await?;
        results.push(ProjectRowSerializer::new(project, owner, files));
    }
    Ok(Json(page.answer(&url, results)))
}

fn filtered(filter: &ProjectFilter) -> Select<project::Entity> {
    let mut projects = project::Entity::find();
    if let Some(owner) = filter.owner {
        projects = projects.filter(project::COLUMN.owner_id.eq(owner));
    }
    if let Some(status) = filter.status {
        projects = projects.filter(project::COLUMN.status.eq(status));
    }
    if filter.failed {
        projects = projects
            .inner_join(check::Entity)
            .filter(check::COLUMN.state.eq(check::State::Failed))
            .distinct();
    }
    projects
}

/// Four queries for the files, one for each kind; and one per check.
///
/// ```python
/// class NaiveProjectDetailSerializer(ProjectDetailSerializer):
///     def get_files(self, project):
///         files = [file for kind in sorted(File.Kind.values) for file in newest(project.files, kind)]
///         return FileSerializer(files, many=True).data
///
///     def get_checks(self, project):  # check.author: one query each
///         return CheckSerializer(project.checks.order_by('-id')[:50], many=True).data
/// ```
pub(super) async fn show_project(
    State(db): State<DatabaseConnection>,
    Pk(id): Pk<i64>,
) -> Result<Json<ProjectDetailSerializer>, ApiError> {
    let id = id.ok_or(super::NOT_FOUND)?;
    let project = project::Entity::find_by_id(id).one(&db).await?;
    let project = project.ok_or(super::NOT_FOUND)?;
    let owner = load_user(&db, project.owner_id).await?;
    let mut files = Vec::new();
    for kind in [Kind::Data, Kind::Document, Kind::Source, Kind::Test] {
        files.extend(newest(&db, &project, kind).await?);
    }
    let found = check::Entity::find()
        .filter(check::COLUMN.project_id.eq(project.id))
        .order_by_desc(check::COLUMN.id)
        .limit(50)
        .all(&db)
        .await?;
    let mut checks = Vec::with_capacity(found.len());
    for check in found {
        let author = load_user(&db, check.author_id).await?;
        checks.push(CheckSerializer::new(check, author));
    }
    Ok(Json(ProjectDetailSerializer {
        project: NewProjectSerializer::new(project, owner.into()),
        files: files.into_iter().map(Into::into).collect(),
        checks,
    }))
}

/// What `project.owner` and `check.author` do when they were not selected with it.
async fn load_user(db: &DatabaseConnection, id: i32) -> Result<user::Model, DbErr> {
    let user = user::Entity::find_by_id(id).one(db).await?;
    user.ok_or_else(|| DbErr::RecordNotFound(format!("user {id}")))
}

/// `files.filter(kind=kind).order_by('-uploaded_at', '-id')[:10]`
async fn newest(
    db: &DatabaseConnection,
    project: &project::Model,
    kind: Kind,
) -> Result<Vec<file::Model>, DbErr> {
    file::Entity::find()
        .filter(file::COLUMN.project_id.eq(project.id))
        .filter(file::COLUMN.kind.eq(kind))
        .order_by_desc(file::COLUMN.uploaded_at)
        .order_by_desc(file::COLUMN.id)
        .limit(10)
        .all(db)
        .await
}

/// A statement for each, and no transaction around them.
///
/// ```python
/// def perform_create(self, serializer):
///     serializer.save(owner=self.request.user)
/// ```
pub(super) async fn create_projects(
    State(db): State<DatabaseConnection>,
    SignedIn(user): SignedIn,
    Data(data): Data,
) -> Result<(StatusCode, Json<OneOrMany<NewProjectSerializer>>), ApiError> {
    let input = OneOrMany::of(&data)?;
    let mut created = Vec::with_capacity(input.projects().len());
    for project in input.projects() {
        let saved = save(&db, project, &user).await?;
        created.push(NewProjectSerializer::new(saved, user.clone().into()));
    }
    Ok((StatusCode::CREATED, Json(input.answer(created))))
}

/// `project.save()`
async fn save(
    db: &DatabaseConnection,
    project: &NewProject,
    owner: &User,
) -> Result<project::Model, DbErr> {
    let now = now();
    let project = project::ActiveModel {
        name: Set(project.name.clone()),
        description: Set(project.description.clone()),
        status: Set(project.status),
        created_at: Set(now),
        updated_at: Set(now),
        owner_id: Set(owner.id),
        ..Default::default()
    };
    project.insert(db).await
}
