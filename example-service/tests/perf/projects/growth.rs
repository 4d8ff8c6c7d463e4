//! Ten files of each project are read, however many it has.

use example_service::{projects::entity::file::Kind, seed};
use perf_harness::{Metric, PerfDb, assert_max_rows_examined, assert_no_disk_spill, perf_test};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, QueryResult, Statement};

use super::hundred_projects;
use crate::app::App;

/// Far more than are shown, of each project of the first page.
async fn many_files(db: &PerfDb, n: u32) {
    let db = db.connection();
    for project in 81..=100 {
        seed::files_of(&db, project, Kind::Source, n).await.unwrap();
    }
    db.execute_unprepared("ANALYZE").await.unwrap();
}

#[perf_test(template = hundred_projects)]
async fn a_page_examines_as_many_files_as_it_shows(db: PerfDb) {
    let app = App::on(&db);
    let mut examined = Vec::new();
    for n in [0, 300, 3_000] {
        many_files(&db, n).await;
        let page = db.record(app.get("/api/v1/projects/")).await;
        let files = page.on_table("projects_file");
        // The projects of the page, and ten files of each.
        assert_max_rows_examined!(files, 20 + 20 * 10);
        assert_no_disk_spill!(files);
        examined.push(page.measure(Metric::RowsExamined).unwrap());
    }
    examined.dedup();
    assert_eq!(examined.len(), 1, "{examined:?}");
}

#[perf_test(template = hundred_projects)]
async fn a_project_examines_as_many_files_as_it_shows(db: PerfDb) {
    let app = App::on(&db);
    for n in [0, 3_000] {
        many_files(&db, n).await;
        let project = db.record(app.get("/api/v1/projects/100/")).await;
        // The kinds, and ten files of each.
        assert_max_rows_examined!(project.on_table("projects_file"), 4 + 4 * 10);
    }
}

/// Django's `Prefetch('files', files[:10])`, in its SQL.
const WINDOW: &str = r#"
SELECT * FROM (
    SELECT "projects_file"."id", "projects_file"."project_id", "projects_file"."uploaded_at",
           ROW_NUMBER() OVER (PARTITION BY "projects_file"."project_id"
               ORDER BY "projects_file"."uploaded_at" DESC, "projects_file"."id" DESC) AS "place"
    FROM "projects_file"
    WHERE "projects_file"."kind" = 'source' AND "projects_file"."project_id" = ANY($1)
) "numbered"
WHERE "place" <= 10
"#;

async fn window(db: &DatabaseConnection) -> Vec<QueryResult> {
    let projects: Vec<i64> = (81..=100).collect();
    let values = [projects.into()];
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, WINDOW, values);
    db.query_all_raw(statement).await.unwrap()
}

/// What `LATERAL` is for.
#[perf_test(template = hundred_projects)]
async fn a_window_function_examines_all_files_to_keep_ten_of_each_project(db: PerfDb) {
    for (more, files) in [(0, 30), (300, 330)] {
        many_files(&db, more).await;
        let list = db.record(window(&db.connection())).await;
        assert_eq!(list.output().len(), 20 * 10);
        let examined = list.measure(Metric::RowsExamined).unwrap();
        assert!(examined >= 20 * files, "{examined} of {files} each");
    }
}
