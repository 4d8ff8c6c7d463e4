//! The newest files of projects: so many of each, of all of them by one statement.
//!
//! A window function, by which Django takes them, numbers all files of the projects to keep ten of each. `LATERAL` is a loop over
//! the projects, and each turn of it takes ten rows from the top of `projects_file_newest_idx` and stops.

use sea_orm::{
    DatabaseConnection, DbBackend, DbErr, FromQueryResult, SelectModel, SelectorRaw, Statement,
    Value,
};

use super::{
    entity::file::Kind,
    serializer::{FileSerializer, NewestFileSerializer, ProjectRowSerializer},
};

/// Gives each project its ten newest files of that kind; one query, none for no projects. The projects are an array, one
/// parameter: a loader of sea-orm sends another statement for each number of them.
///
/// ```python
/// def newest_files(kind):
///     files = File.objects.filter(kind=kind).only('path', 'size', 'uploaded_at', 'project')
///     return files.order_by(*NEWEST)[:10]
/// ```
pub(super) async fn load_files(
    db: &DatabaseConnection,
    projects: &mut [ProjectRowSerializer],
    kind: Kind,
) -> Result<(), DbErr> {
    if projects.is_empty() {
        return Ok(());
    }
    let ids: Vec<_> = projects.iter().map(|project| project.id).collect();
    let values = [ids.into(), kind.into()];
    let files = select::<NewestFileSerializer>(include_str!("newest_files.sql"), values);
    for file in files.all(db).await? {
        let project = projects
            .iter_mut()
            .find(|project| project.id == file.project_id);
        if let Some(project) = project {
            project.files.push(file);
        }
    }
    Ok(())
}

fn select<T: FromQueryResult>(
    statement: &str,
    values: impl IntoIterator<Item = Value>,
) -> SelectorRaw<SelectModel<T>> {
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, statement, values);
    T::find_by_statement(statement)
}

/// The ten newest files of each kind, by one query.
pub(super) async fn files_of_each_kind(
    db: &DatabaseConnection,
    project: i64,
) -> Result<Vec<FileSerializer>, DbErr> {
    let statement = include_str!("newest_of_each_kind.sql");
    select(statement, [project.into()]).all(db).await
}
