//! Assertions about plans that must fail. `plans` runs them as a child process and reads what they print.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod blog;

use blog::blog;
use perf_harness::{
    PerfDb, Recording, Rows, assert_index_used, assert_max_buffers, assert_max_rows_examined,
    assert_no_disk_spill, assert_no_full_scan, assert_no_seq_scan, assert_plan_scales,
    assert_plan_snapshot, assert_sorted_by_index, perf_test,
};
use sqlx::{AssertSqlSafe, PgPool};

/// Production's size.
fn million() -> Rows {
    Rows::of([("articles", 1_000_000)])
}

async fn drafts(pool: &PgPool) {
    let query = sqlx::query("SELECT id, title FROM articles WHERE status = $1 AND author_id > 0");
    query.bind("published").execute(pool).await.unwrap();
}

async fn by_slug(pool: &PgPool, slug: &str) {
    let query = sqlx::query("SELECT id, title FROM articles WHERE lower(slug) = $1");
    query.bind(slug).execute(pool).await.unwrap();
}

async fn copy_out(pool: &PgPool) {
    let mut connection = pool.acquire().await.unwrap();
    let copy = connection.copy_out_raw("COPY articles TO STDOUT").await;
    let mut rows = copy.unwrap();
    while futures::StreamExt::next(&mut rows).await.is_some() {}
}

async fn recorded(db: &PerfDb, sql: &'static str) -> Recording<()> {
    let pool = db.pool();
    let work = sqlx::raw_sql(sql).execute(&pool);
    db.record(async { drop(work.await.unwrap()) }).await
}

#[perf_test(template = blog)]
async fn all_of_a_table_is_read(db: PerfDb) {
    let pool = db.pool();
    let list = db.record(drafts(&pool)).await.at_rows(million());
    assert_no_full_scan!(list, "articles");
}

#[perf_test(template = blog)]
async fn a_whole_index_is_read(db: PerfDb) {
    let list = recorded(&db, "SELECT id FROM articles ORDER BY id").await;
    assert_no_full_scan!(list.at_rows(million()));
}

#[perf_test(template = blog)]
async fn a_small_table_is_read_in_sequence(db: PerfDb) {
    let pool = db.pool();
    let list = db.record(drafts(&pool)).await;
    assert_no_seq_scan!(list, "articles");
}

#[perf_test(template = blog)]
async fn the_index_is_on_another_expression(db: PerfDb) {
    let pool = db.pool();
    let article = db.record(by_slug(&pool, "slug-7")).await.at_rows(million());
    assert_index_used!(article, "articles_slug_idx");
}

#[perf_test(template = blog)]
async fn the_plan_for_all_values_reads_the_table(db: PerfDb) {
    let pool = db.pool();
    let list = db
        .record(async {
            let query = sqlx::query(
                "SELECT id FROM articles WHERE status = $1 ORDER BY created_at LIMIT 1",
            );
            query.bind("draft").execute(&pool).await.unwrap();
        })
        .await;
    assert_index_used!(list.at_rows(million()), "articles_drafts_idx");
}

#[perf_test(template = blog)]
async fn too_many_rows_are_looked_at(db: PerfDb) {
    let pool = db.pool();
    let work = async {
        for number in 0..3 {
            by_slug(&pool, &format!("slug-{number}")).await;
        }
    };
    assert_max_rows_examined!(db, 100, work);
}

#[perf_test(template = blog)]
async fn too_many_blocks_are_touched(db: PerfDb) {
    let pool = db.pool();
    let list = db.record(drafts(&pool)).await;
    assert_max_buffers!(list, 2);
}

#[perf_test(template = blog)]
async fn a_sort_is_too_large_for_its_memory(db: PerfDb) {
    let list = recorded(
        &db,
        "SET work_mem = '64kB'; SELECT content || u.id FROM articles, authors u ORDER BY content || u.id",
    );
    assert_no_disk_spill!(list.await);
}

#[perf_test(template = blog)]
async fn the_result_is_sorted(db: PerfDb) {
    let list = recorded(&db, "SELECT id FROM articles ORDER BY title LIMIT 20").await;
    assert_sorted_by_index!(list.at_rows(million()));
}

#[perf_test(template = blog)]
async fn no_index_is_called_so(db: PerfDb) {
    let list = recorded(&db, "SELECT id FROM articles WHERE slug = 'slug-1'").await;
    assert_index_used!(list, "articles_slug_index");
}

#[perf_test(template = blog)]
async fn no_table_is_called_so(db: PerfDb) {
    let list = recorded(&db, "SELECT id FROM articles WHERE slug = 'slug-1'").await;
    assert_no_full_scan!(list, "blog.posts");
}

#[perf_test(template = blog)]
async fn two_schemas_have_the_table(db: PerfDb) {
    let list = recorded(&db, "SELECT id FROM tags").await;
    assert_no_full_scan!(list, "tags");
}

#[perf_test(template = blog)]
async fn no_query_reads_the_table(db: PerfDb) {
    let list = recorded(&db, "SELECT id FROM articles WHERE slug = 'slug-1'").await;
    assert_no_full_scan!(list, "authors");
}

#[perf_test(template = blog)]
async fn no_query_is_chosen(db: PerfDb) {
    let list = recorded(&db, "SELECT id FROM articles WHERE slug = 'slug-1'").await;
    assert_no_full_scan!(list.on_table("article"));
}

#[perf_test(template = blog)]
async fn nothing_is_ordered(db: PerfDb) {
    let list = recorded(&db, "SELECT id FROM articles WHERE slug = 'slug-1'").await;
    assert_sorted_by_index!(list);
}

#[perf_test(template = blog)]
async fn a_write_is_not_run_again(db: PerfDb) {
    let list = recorded(&db, "UPDATE articles SET title = 'x' WHERE slug = 'slug-1'").await;
    assert_max_rows_examined!(list, 1);
}

#[perf_test(template = blog)]
async fn a_copy_has_no_plan(db: PerfDb) {
    let pool = db.pool();
    let list = db.record(copy_out(&pool)).await;
    assert_no_full_scan!(list);
}

#[perf_test(template = blog)]
async fn an_empty_table_cannot_be_taken_for_a_larger_one(db: PerfDb) {
    let list = recorded(&db, "SELECT id FROM drafts WHERE id = 1").await;
    assert_no_full_scan!(list.at_rows(Rows::of([("drafts", 1_000)])), "drafts");
}

#[perf_test(template = blog)]
async fn two_tables_are_read_by_many_queries(db: PerfDb) {
    let pool = db.pool();
    let list = db
        .record(async {
            for number in 1..=4 {
                let sql = format!("SELECT count(*) FROM articles WHERE title LIKE '%{number}%'");
                let query = sqlx::query(AssertSqlSafe(sql));
                query.execute(&pool).await.unwrap();
            }
        })
        .await;
    assert_no_full_scan!(list.at_rows(million()), "articles");
}

#[perf_test(template = blog)]
async fn a_page_by_offset_grows_with_its_depth(db: PerfDb) {
    let pool = db.pool();
    let page = db
        .record(async {
            let query = sqlx::query(
                "SELECT id, title FROM articles ORDER BY created_at DESC, id DESC LIMIT $1 OFFSET $2",
            );
            query.bind(20_i64).bind(0_i64).execute(&pool).await.unwrap();
        })
        .await;
    assert_plan_scales!(page, 1_000..=10_000_000);
}

#[perf_test(template = blog, rows(articles = 1_000_000))]
async fn the_work_grows_with_the_table(db: PerfDb) {
    let sql = "SELECT a.id, u.name FROM articles a JOIN authors u ON u.id = a.author_id
                WHERE a.title LIKE 'title 1%' ORDER BY a.title LIMIT 20";
    let list = recorded(&db, sql).await;
    assert_plan_scales!(
        list,
        perf_harness::Scale::of(1_000..=10_000_000).table("articles")
    );
}

#[perf_test(template = blog, plans)]
async fn a_function_reads_all_of_a_table(db: PerfDb) {
    let list = recorded(&db, "SELECT count_drafts()").await;
    assert_no_full_scan!(list, "articles");
}

#[perf_test(template = blog, plans)]
async fn a_write_looks_at_too_many_rows(db: PerfDb) {
    let list = recorded(
        &db,
        "UPDATE articles SET title = title || '!' WHERE status = 'draft'",
    );
    assert_max_rows_examined!(list.await, 10);
}

#[perf_test(template = blog)]
async fn there_are_no_two_sizes(db: PerfDb) {
    let list = recorded(&db, "SELECT id FROM articles WHERE slug = 'slug-1'").await;
    assert_plan_scales!(list, 1_000..=1_000);
}

#[perf_test(template = blog)]
async fn the_plan_is_another_one(db: PerfDb) {
    let list = recorded(&db, "SELECT id FROM articles WHERE slug = 'slug-1'").await;
    assert_plan_snapshot!(list, @"SELECT id FROM articles WHERE slug = ?
  sequential scan of articles");
}

#[perf_test(template = blog, plans)]
async fn a_role_may_not_tell_its_plans(db: PerfDb) {
    let pool = db.pool();
    let role = format!("plans_untold_{}", std::process::id());
    let run = async |sql: String| {
        let statement = sqlx::raw_sql(AssertSqlSafe(sql));
        statement.execute(&pool).await.unwrap();
    };
    run(format!(
        "CREATE ROLE {role}; GRANT SELECT ON articles TO {role}"
    ))
    .await;
    let mut connection = pool.acquire().await.unwrap();
    let act = sqlx::raw_sql(AssertSqlSafe(format!("SET ROLE {role}")));
    act.execute(&mut *connection).await.unwrap();
    let work = sqlx::query("SELECT id FROM articles WHERE title = 'x'");
    let list = db.record(work.execute(&mut *connection)).await;
    list.output().as_ref().unwrap();
    assert_no_full_scan!(list, "articles");
    drop(connection.close().await);
    run(format!("DROP OWNED BY {role}; DROP ROLE {role}")).await;
}

#[perf_test(template = blog, rows(visits = 1_000_000))]
async fn all_partitions_are_read(db: PerfDb) {
    let list = recorded(&db, "SELECT count(*) FROM visits WHERE article_id % 7 = 1").await;
    assert_no_full_scan!(list, "visits");
}

#[perf_test(template = blog)]
async fn each_query_counts_that_was_sent_again(db: PerfDb) {
    let pool = db.pool();
    let work = async {
        for _ in 0..3 {
            let query = sqlx::query("SELECT title FROM articles WHERE slug = 'slug-7'");
            query.execute(&pool).await.unwrap();
        }
    };
    assert_max_rows_examined!(db, 2, work);
}

/// More sets of values than are asked about.
async fn many_slugs(pool: &PgPool) {
    for number in 0..103 {
        let query = sqlx::query("SELECT title FROM articles WHERE slug = $1");
        let query = query.bind(format!("slug-{number}"));
        query.execute(pool).await.unwrap();
    }
}

#[perf_test(template = blog)]
async fn more_queries_than_are_asked_about(db: PerfDb) {
    let pool = db.pool();
    assert_max_rows_examined!(db, 1_000, many_slugs(&pool));
}

#[perf_test(template = blog)]
async fn some_plans_were_not_asked_for(db: PerfDb) {
    let pool = db.pool();
    let list = db.record(many_slugs(&pool)).await.at_rows(million());
    assert_index_used!(list, "articles_slug_idx");
    assert_no_full_scan!(list, "articles");
}

#[perf_test(template = blog)]
async fn every_query_was_refused(db: PerfDb) {
    let pool = db.pool();
    let query = sqlx::query("SELECT 1 / (id - id) FROM articles");
    let list = db.record(query.execute(&pool)).await;
    list.output().as_ref().unwrap_err();
    assert_no_full_scan!(list);
}

#[perf_test(template = blog)]
async fn how_a_copy_grows_is_not_known(db: PerfDb) {
    let pool = db.pool();
    let work = async {
        let query = sqlx::query("SELECT title FROM articles WHERE slug = 'slug-7'");
        query.execute(&pool).await.unwrap();
        copy_out(&pool).await;
    };
    assert_plan_scales!(db, 1_000..=10_000_000, work);
}
