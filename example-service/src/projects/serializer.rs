//! The JSON of projects, at two depths: their fields, their order and their formats.

use sea_orm::{DerivePartialModel, FromQueryResult, prelude::DateTimeUtc};
use serde::Serialize;
use utoipa::ToSchema;

use super::entity::{
    check::{self, State},
    file::{self, Kind},
    project::{self, Status},
};
use crate::{
    date_time::iso_8601,
    users::{UserSummarySerializer, entity::user},
};

/// A file in the list: `fields = ['id', 'path', 'size', 'uploaded_at']`
#[derive(Debug, Serialize, FromQueryResult, ToSchema)]
pub(super) struct NewestFileSerializer {
    #[serde(skip)]
    pub(super) project_id: i64,
    id: i64,
    path: String,
    size: i64,
    #[serde(serialize_with = "iso_8601")]
    #[schema(value_type = String, format = DateTime)]
    uploaded_at: DateTimeUtc,
}

impl From<file::Model> for NewestFileSerializer {
    fn from(file: file::Model) -> Self {
        Self {
            project_id: file.project_id,
            id: file.id,
            path: file.path,
            size: file.size,
            uploaded_at: file.uploaded_at,
        }
    }
}

/// `fields = ['id', 'kind', 'path', 'size', 'uploaded_at']`
#[derive(Debug, Serialize, FromQueryResult, ToSchema)]
pub(super) struct FileSerializer {
    id: i64,
    kind: Kind,
    path: String,
    size: i64,
    #[serde(serialize_with = "iso_8601")]
    #[schema(value_type = String, format = DateTime)]
    uploaded_at: DateTimeUtc,
}

impl From<file::Model> for FileSerializer {
    fn from(file: file::Model) -> Self {
        Self {
            id: file.id,
            kind: file.kind,
            path: file.path,
            size: file.size,
            uploaded_at: file.uploaded_at,
        }
    }
}

/// `fields = ['id', 'name', 'state', 'created_at', 'author']`
#[derive(Debug, Serialize, DerivePartialModel, ToSchema)]
#[sea_orm(entity = "check::Entity")]
pub(super) struct CheckSerializer {
    id: i64,
    name: String,
    state: State,
    #[serde(serialize_with = "iso_8601")]
    #[schema(value_type = String, format = DateTime)]
    created_at: DateTimeUtc,
    #[sea_orm(nested)]
    author: UserSummarySerializer,
}

impl CheckSerializer {
    pub(super) fn new(check: check::Model, author: user::Model) -> Self {
        Self {
            id: check.id,
            name: check.name,
            state: check.state,
            created_at: check.created_at,
            author: author.into(),
        }
    }
}

/// A project in the list. Read as a partial model it asks for these columns and no other; its files come after.
///
/// ```python
/// class ProjectRowSerializer(serializers.ModelSerializer):
///     owner = UserSummarySerializer(read_only=True)
///     files = NewestFileSerializer(source='newest_files', many=True, read_only=True)
///
///     class Meta:
///         model = Project
///         fields = ['id', 'name', 'status', 'created_at', 'owner', 'files']
/// ```
#[derive(Debug, Serialize, DerivePartialModel, ToSchema)]
#[sea_orm(entity = "project::Entity")]
pub(super) struct ProjectRowSerializer {
    pub(super) id: i64,
    name: String,
    status: Status,
    #[serde(serialize_with = "iso_8601")]
    #[schema(value_type = String, format = DateTime)]
    created_at: DateTimeUtc,
    #[sea_orm(nested)]
    owner: UserSummarySerializer,
    #[sea_orm(skip)]
    pub(super) files: Vec<NewestFileSerializer>,
}

impl ProjectRowSerializer {
    pub(super) fn new(
        project: project::Model,
        owner: user::Model,
        files: Vec<file::Model>,
    ) -> Self {
        Self {
            id: project.id,
            name: project.name,
            status: project.status,
            created_at: project.created_at,
            owner: owner.into(),
            files: files.into_iter().map(Into::into).collect(),
        }
    }
}

/// A project that was just made.
///
/// ```python
/// class NewProjectSerializer(serializers.ModelSerializer):
///     owner = UserSummarySerializer(read_only=True)
///
///     class Meta:
///         model = Project
///         fields = ['id', 'name', 'description', 'status', 'created_at', 'updated_at', 'owner']
/// ```
#[derive(Debug, Serialize, DerivePartialModel, ToSchema)]
#[sea_orm(entity = "project::Entity")]
pub(super) struct NewProjectSerializer {
    pub(super) id: i64,
    pub(super) name: String,
    pub(super) description: String,
    pub(super) status: Status,
    #[serde(serialize_with = "iso_8601")]
    #[schema(value_type = String, format = DateTime)]
    pub(super) created_at: DateTimeUtc,
    #[serde(serialize_with = "iso_8601")]
    #[schema(value_type = String, format = DateTime)]
    pub(super) updated_at: DateTimeUtc,
    #[sea_orm(nested)]
    pub(super) owner: UserSummarySerializer,
}

impl NewProjectSerializer {
    pub(super) fn new(project: project::Model, owner: UserSummarySerializer) -> Self {
        Self {
            id: project.id,
            name: project.name,
            description: project.description,
            status: project.status,
            created_at: project.created_at,
            updated_at: project.updated_at,
            owner,
        }
    }
}

/// A project on its own.
///
/// ```python
/// class ProjectDetailSerializer(serializers.ModelSerializer):
///     owner = UserSummarySerializer(read_only=True)
///     files = FileSerializer(source='newest_files', many=True, read_only=True)
///     checks = CheckSerializer(source='newest_checks', many=True, read_only=True)
///
///     class Meta:
///         model = Project
///         fields = ['id', 'name', 'description', 'status', 'created_at', 'updated_at', 'owner', 'files', 'checks']
/// ```
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ProjectDetailSerializer {
    #[serde(flatten)]
    pub(super) project: NewProjectSerializer,
    pub(super) files: Vec<FileSerializer>,
    pub(super) checks: Vec<CheckSerializer>,
}
