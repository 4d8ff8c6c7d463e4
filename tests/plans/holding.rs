//! Assertions about plans that hold.

use perf_harness::{
    PerfDb, Plan, PlanGrowth, PlanOf, Recording, Rows, Scale, assert_index_used,
    assert_max_buffers, assert_max_rows_examined, assert_no_disk_spill, assert_no_full_scan,
    assert_no_seq_scan, assert_plan_scales, assert_plan_snapshot, assert_sorted_by_index,
    perf_test,
};
use sqlx::PgPool;

use crate::blog::blog;

fn million() -> Rows {
    Rows::of([("articles", 1_000_000), ("authors", 50_000)])
}

async fn search(pool: &PgPool, words: &str) {
    let query = sqlx::query(
        "SELECT id, title FROM articles
          WHERE to_tsvector('english', title || ' ' || content) @@ websearch_to_tsquery('english', $1)",
    );
    query.bind(words).execute(pool).await.unwrap();
}

async fn newest(pool: &PgPool) {
    let query =
        sqlx::query("SELECT id, title FROM articles ORDER BY created_at DESC, id DESC LIMIT $1");
    query.bind(20_i64).execute(pool).await.unwrap();
}

#[perf_test(template = blog)]
async fn a_search_seeks_through_its_index_at_productions_size(db: PerfDb) {
    let pool = db.pool();
    let list = db
        .record(search(&pool, "borrowing"))
        .await
        .at_rows(million());
    assert_index_used!(list, "articles_search_idx");
    assert_index_used!(list, "public.articles_search_idx");
    assert_no_full_scan!(list, "articles");
    assert_no_full_scan!(list);
    assert_no_seq_scan!(list);
}

#[perf_test(template = blog)]
async fn work_that_is_bounded_scales(db: PerfDb) {
    let pool = db.pool();
    let page = db.record(newest(&pool)).await;
    assert_plan_scales!(page, 1_000..=10_000_000);
    let next = "SELECT id FROM articles WHERE (created_at, id) < ($1::timestamptz, 7) ORDER BY created_at DESC, id DESC LIMIT 20";
    let next = sqlx::query(next).bind("2026-01-09");
    let next = db.record(next.execute(&pool)).await.transpose().unwrap();
    assert_plan_scales!(next, 1_000..=10_000_000);
    let all = db.record(search(&pool, "borrowing")).await;
    let linear = Scale::of(1_000..=10_000_000).table("articles");
    assert_plan_scales!(all, linear.at_most(PlanGrowth::Linear));
}

#[perf_test(template = blog, rows(articles = 1_000_000), distinct(articles.status = 4))]
async fn the_attribute_says_how_large_tables_are(db: PerfDb) {
    let pool = db.pool();
    let list = db
        .record(sqlx::query("SELECT id FROM articles WHERE slug = 'slug-7'").execute(&pool))
        .await;
    assert_no_full_scan!(list, "articles");
    let plans = list.plans().unwrap();
    let rows: Vec<(&str, u64)> = plans.rows().tables().collect();
    assert_eq!(rows, [("articles", 1_000_000)]);
}

#[perf_test(template = blog)]
async fn a_page_comes_out_of_an_index_in_order(db: PerfDb) {
    let pool = db.pool();
    let page = db.record(newest(&pool)).await.at_rows(million());
    assert_sorted_by_index!(page);
    assert_index_used!(page, "articles_newest_idx");
    assert_no_full_scan!(page, "articles");
}

#[perf_test(template = blog)]
async fn work_is_counted_by_the_server(db: PerfDb) {
    let pool = db.pool();
    let page = db.record(newest(&pool)).await;
    assert_max_rows_examined!(page, 20);
    assert_max_buffers!(page, 50);
    assert_no_disk_spill!(page);
    let plans = page.executed_plans().unwrap();
    let ran = plans.queries()[0].ran().unwrap();
    assert_eq!(ran.rows_examined(), Some(20.0));
    assert!(ran.root().buffers().unwrap().touched() > 0);
}

#[perf_test(template = blog, rows(visits = 1_000_000))]
async fn an_index_of_a_partitioned_table_stands_for_those_of_its_partitions(db: PerfDb) {
    let pool = db.pool();
    let query = sqlx::query("SELECT count(*) FROM visits WHERE article_id = 7");
    let list = db.record(query.execute(&pool)).await;
    assert_index_used!(list, "visits_article_idx");
    assert_no_full_scan!(list, "visits");
}

#[perf_test(template = blog, plans, rows(articles = 1_000_000))]
async fn what_ran_says_nothing_of_a_table_that_is_taken_for_larger(db: PerfDb) {
    let pool = db.pool();
    let query = sqlx::query("SELECT id FROM articles WHERE author_id = 7");
    let list = db.record(query.execute(&pool)).await;
    let plans = list.plans().unwrap();
    let ran = plans.queries()[0].ran().unwrap();
    let accesses = plans.table_accesses(ran);
    assert!(
        accesses.iter().any(|one| one.access.is_full()),
        "{accesses:?}"
    );
    assert_no_full_scan!(list, "articles");
}

#[perf_test(template = blog, plans)]
async fn what_ran_is_told_by_the_server(db: PerfDb) {
    assert_eq!(db.without_plans(), None);
    let pool = db.pool();
    let update = "UPDATE articles SET title = title || '!' WHERE slug = $1";
    let work = async {
        for slug in ["slug-1", "slug-2", "slug-2"] {
            sqlx::query(update).bind(slug).execute(&pool).await.unwrap();
        }
    };
    let list = db.record(work).await;
    assert_max_rows_examined!(list, 3);
    assert_index_used!(list, "articles_slug_idx");
    let plans = list.executed_plans().unwrap();
    assert_eq!(plans.queries().len(), 2);
    assert!(
        plans
            .queries()
            .iter()
            .all(|query| query.ran().is_some_and(Plan::has_run))
    );
    let title: String = sqlx::query_scalar("SELECT title FROM articles WHERE slug = 'slug-2'")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(title, "title 2!!", "no write is executed twice");
}

#[perf_test(template = blog)]
async fn a_table_of_two_blocks_may_be_read_whole(db: PerfDb) {
    let pool = db.pool();
    let list = db
        .record(sqlx::query("SELECT id FROM public.tags").execute(&pool))
        .await;
    assert_no_full_scan!(list, "public.tags");
    assert_no_seq_scan!(list);
}

#[perf_test(template = blog)]
async fn nothing_that_a_plan_was_asked_for_stays(db: PerfDb) {
    let pool = db.pool();
    let catalog = "SELECT md5(string_agg(c::text, ',' ORDER BY oid)) FROM pg_class c";
    let before: String = sqlx::query_scalar(catalog).fetch_one(&pool).await.unwrap();
    let list = db.record(newest(&pool)).await.at_rows(million());
    list.plans().unwrap();
    list.executed_plans().unwrap();
    let after: String = sqlx::query_scalar(catalog).fetch_one(&pool).await.unwrap();
    assert_eq!(before, after);
}

#[perf_test(template = blog)]
async fn a_query_that_the_server_refused_is_not_asked_about(db: PerfDb) {
    let pool = db.pool();
    let work = async {
        sqlx::query("SELECT 1 / (id - id) FROM articles")
            .execute(&pool)
            .await
            .unwrap_err();
        newest(&pool).await;
    };
    let list: Recording<()> = db.record(work).await;
    let plans = list.plans().unwrap();
    assert_eq!(plans.queries().len(), 1);
    assert_index_used!(list.at_rows(million()), "articles_newest_idx");
}

#[perf_test(template = blog)]
async fn assertions_take_work_and_give_its_output(db: PerfDb) {
    let pool = db.pool();
    let count = || {
        sqlx::query_scalar::<_, i64>("SELECT id FROM articles WHERE slug = 'slug-9'")
            .fetch_one(&pool)
    };
    assert_eq!(assert_max_rows_examined!(db, 1, count()).unwrap(), 9);
    assert_eq!(
        assert_index_used!(db, "articles_slug_idx", count()).unwrap(),
        9
    );
    assert_eq!(assert_no_full_scan!(db, "articles", count()).unwrap(), 9);
    let names = [PlanOf::Values, PlanOf::AllValues].map(|of| serde_json::to_value(of).unwrap());
    assert_eq!(names, ["values", "all_values"]);
}

#[perf_test(template = blog, rows(articles = 1_000_000))]
async fn the_shape_of_plans_is_kept(db: PerfDb) {
    let pool = db.pool();
    let work = async {
        newest(&pool).await;
        search(&pool, "borrowing").await;
        search(&pool, "rust").await;
        let query = "SELECT id FROM articles WHERE status = $1 ORDER BY created_at LIMIT 1";
        sqlx::query(query)
            .bind("draft")
            .execute(&pool)
            .await
            .unwrap();
    };
    let page = db.record(work).await;
    assert_plan_snapshot!(page, @r"
    SELECT ... FROM articles ORDER BY created_at DESC, id DESC LIMIT $1
      Limit
      └─ Index Scan using articles_newest_idx on articles

    SELECT ... FROM articles WHERE to_tsvector(?, title || ? || content) @@ websearch_to_tsquery(?, $1)
      Bitmap Heap Scan on articles
      └─ Bitmap Index Scan on articles_search_idx for to_tsvector(?, ((title || ?) || content)) @@ ?

    SELECT ... FROM articles WHERE to_tsvector(?, title || ? || content) @@ websearch_to_tsquery(?, $1)
      Seq Scan on articles where to_tsvector(?, ((title || ?) || content)) @@ ?
      for all values:
      Bitmap Heap Scan on articles
      └─ Bitmap Index Scan on articles_search_idx for to_tsvector(?, ((title || ?) || content)) @@ ?

    SELECT id FROM articles WHERE status = $1 ORDER BY created_at LIMIT ?
      Limit
      └─ Index Scan using articles_drafts_idx on articles
      for all values:
      Limit
      └─ Index Scan Backward using articles_newest_idx on articles where status = ?
    ");
}

#[perf_test(template = blog, rows(articles = 1_000_000))]
async fn what_makes_no_rows_of_a_query_needs_no_plan(db: PerfDb) {
    let pool = db.pool();
    let work = sqlx::raw_sql(
        "CREATE TEMP TABLE one (id int GENERATED ALWAYS AS IDENTITY, two int GENERATED ALWAYS AS (1 + 1) STORED);
         SET search_path = public; SELECT id FROM articles WHERE slug = 'slug-7'; DROP TABLE one",
    );
    let list = db.record(work.execute(&pool)).await;
    list.output().as_ref().unwrap();
    assert_no_full_scan!(list, "articles");
}
