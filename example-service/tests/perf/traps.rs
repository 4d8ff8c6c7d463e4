//! What sea-orm 2.0 offers for a Django ORM's features, and what it costs: why the tuned endpoints do it otherwise.

use example_service::{
    articles::entity::article,
    projects::entity::{check, project},
    users::entity::user,
};
use perf_harness::{Metric, PerfDb, perf_test};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, EntityTrait as _, LoaderTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
    sea_query::{Expr, ExprTrait as _},
};

use crate::seed;

/// Of 3,000 articles the page that begins behind 2,000: by sea-orm's cursor over two columns, by an offset, and by one
/// comparison of rows, which is what `articles/cursor.rs` writes.
#[perf_test(template = seed::hundred_users)]
async fn a_cursor_over_two_columns_reads_as_much_as_an_offset(db: PerfDb) {
    let service = db.connection();
    example_service::seed::articles(&service, 3_000)
        .await
        .unwrap();
    service.execute_unprepared("ANALYZE").await.unwrap();
    let newest = || {
        article::Entity::find()
            .order_by_desc(article::COLUMN.created_at)
            .order_by_desc(article::COLUMN.id)
    };
    let last = newest().offset(1_999).one(&service).await.unwrap().unwrap();

    let by_cursor = db.record(async {
        let mut cursor =
            article::Entity::find().cursor_by((article::Column::CreatedAt, article::Column::Id));
        cursor.before((last.created_at, last.id)).last(20);
        cursor.all(&service).await.unwrap()
    });
    let by_cursor = by_cursor.await;
    let by_offset = db
        .record(async {
            newest()
                .offset(2_000)
                .limit(20)
                .all(&service)
                .await
                .unwrap()
        })
        .await;
    let by_rows = db
        .record(async {
            let columns = Expr::tuple([
                Expr::col(article::Column::CreatedAt),
                Expr::col(article::Column::Id),
            ]);
            let place = Expr::tuple([Expr::val(last.created_at), Expr::val(last.id)]);
            newest()
                .filter(columns.lt(place))
                .limit(20)
                .all(&service)
                .await
                .unwrap()
        })
        .await;

    let ids = |page: &[article::Model]| page.iter().map(|article| article.id).collect::<Vec<_>>();
    let expected = ids(by_offset.output());
    assert_eq!(expected.len(), 20);
    assert_eq!(ids(by_rows.output()), expected);
    let mut of_the_cursor = ids(by_cursor.output());
    of_the_cursor.sort_unstable_by(|a, b| b.cmp(a));
    assert_eq!(of_the_cursor, expected);

    let examined = |page: &perf_harness::Recording<Vec<article::Model>>| {
        page.measure(Metric::RowsExamined).unwrap()
    };
    assert!(examined(&by_cursor) > 1_000, "{}", examined(&by_cursor));
    assert!(examined(&by_offset) > 1_000, "{}", examined(&by_offset));
    assert!(examined(&by_rows) <= 20, "{}", examined(&by_rows));
}

/// A statement for each length of the list, to parse, to plan and to keep. `projects/newest_files.sql` and `users/prefetch.rs` have one
/// parameter, an array.
#[perf_test(template = crate::projects::hundred_projects)]
async fn a_loader_writes_another_statement_for_each_number_of_parents(db: PerfDb) {
    let service = db.connection();
    let mut texts = Vec::new();
    for n in [3, 4] {
        let projects = project::Entity::find()
            .limit(n)
            .all(&service)
            .await
            .unwrap();
        let loaded = db
            .record(async { projects.load_many(check::Entity, &service).await.unwrap() })
            .await;
        assert_eq!(loaded.output().len() as u64, n);
        let text = loaded.queries().next().unwrap().sql().to_owned();
        assert!(text.contains("IN (($1), ($2), ($3)"), "{text}");
        texts.push(text);
    }
    assert_ne!(texts[0], texts[1]);

    let ids = [vec![1_i64, 2, 3], vec![1, 2, 3, 4]];
    let arrays = db
        .record(async {
            for ids in ids {
                let of_them = check::Entity::find().filter(check::Column::ProjectId.eq_any(ids));
                of_them.all(&service).await.unwrap();
            }
        })
        .await;
    let mut texts: Vec<_> = arrays
        .queries()
        .map(|query| query.sql().to_owned())
        .collect();
    assert!(texts[0].contains("= ANY($1)"), "{}", texts[0]);
    texts.dedup();
    assert_eq!(texts.len(), 1);
}

/// `select_related` by `find_also_related` is one statement, and right.
#[perf_test(template = crate::projects::hundred_projects)]
async fn a_related_row_comes_by_a_join(db: PerfDb) {
    let service = db.connection();
    let joined = db
        .record(async {
            let projects = project::Entity::find().find_also_related(user::Entity);
            projects.limit(50).all(&service).await.unwrap()
        })
        .await;
    assert!(joined.output().iter().all(|(_, owner)| owner.is_some()));
    perf_harness::assert_queries!(joined, 1);
}
