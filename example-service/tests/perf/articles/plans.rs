//! How the planner answers for articles, as if there were a million of them.

use perf_harness::{
    Failure, PerfDb, PerfTest, PlanGrowth, Recording, Rows, Scale, assert_index_used,
    assert_no_full_scan, assert_plan_scales, assert_sorted_by_index, perf_test,
};
use sea_orm::{ConnectionTrait as _, DbBackend, Statement};

use crate::app::App;
use crate::seed::three_hundred_articles;

fn production() -> Rows {
    Rows::of([("articles_article", 1_000_000), ("auth_user", 50_000)])
}

#[perf_test(template = three_hundred_articles, rows(articles_article = 1_000_000, auth_user = 50_000))]
async fn a_search_seeks_through_the_index_of_words(db: PerfDb) {
    let app = App::on(&db);
    let list = db.record(app.get("/api/articles/?search=xylophone")).await;
    let words = list.on_table("articles_article");
    assert_index_used!(words, "articles_article_search_idx");
    assert_no_full_scan!(list, "articles_article");
}

/// Where a search parses its text when it is planned for any text, as a prepared statement comes to be after five times.
fn parsed_for_each_article(list: &Recording<()>) -> Vec<String> {
    let plans = list.on_table("articles_article").plans().unwrap();
    let plan = plans.queries()[0].generic().unwrap();
    let of_query = plan
        .nodes()
        .filter(|node| node.relationship() != Some("InitPlan"));
    let said = of_query.flat_map(|node| {
        let conditions = ["Index Cond", "Recheck Cond", "Filter"];
        let conditions = conditions.into_iter().filter_map(|name| node.text(name));
        conditions.chain(node.texts("Sort Key"))
    });
    said.filter(|text| text.contains("websearch_to_tsquery"))
        .map(ToOwned::to_owned)
        .collect()
}

#[perf_test(template = three_hundred_articles)]
async fn the_text_is_parsed_once_and_not_for_each_article(db: PerfDb) {
    let app = App::on(&db);
    let search = async { drop(app.get("/api/articles/?search=database").await) };
    let list = db.record(search).await;
    assert_eq!(parsed_for_each_article(&list), [""; 0]);
}

#[perf_test(template = three_hundred_articles)]
async fn that_a_text_is_parsed_for_each_article_would_be_seen(db: PerfDb) {
    let search = async {
        let statement =
            "SELECT id FROM articles_article WHERE search @@ websearch_to_tsquery('english', $1)
            ORDER BY ts_rank(search, websearch_to_tsquery('english', $1)) DESC";
        let values = ["database".into()];
        let search = Statement::from_sql_and_values(DbBackend::Postgres, statement, values);
        db.connection().query_all_raw(search).await.unwrap();
    };
    let list = db.record(search).await;
    let told = parsed_for_each_article(&list);
    assert!(told.iter().any(|text| text.contains("ts_rank")), "{told:?}");
}

#[perf_test(template = three_hundred_articles, rows(articles_article = 1_000_000, auth_user = 50_000))]
async fn the_list_comes_out_of_an_index_in_order(db: PerfDb) {
    let app = App::on(&db);
    let list = db.record(app.get("/api/articles/?page_size=20")).await;
    assert_sorted_by_index!(list);
    assert_index_used!(list, "articles_article_newest_idx");
    assert_no_full_scan!(list, "articles_article");
}

#[perf_test(template = three_hundred_articles)]
async fn a_page_costs_the_same_at_any_depth(db: PerfDb) {
    let app = App::on(&db);
    let first = app.get("/api/articles/?page_size=20").await;
    let next = crate::app::link(&first, "next").expect("a second page");
    let second = db.record(app.get(&next)).await;
    let scale = Scale::of(1_000..=10_000_000).table("articles_article");
    assert_plan_scales!(second, scale.at_most(PlanGrowth::Constant));
}

/// What a test of the naive endpoint says.
fn naive(path: &'static str, check: fn(&Recording<()>)) -> Failure {
    PerfTest::new("naive")
        .template(three_hundred_articles)
        .rows(production())
        .run(async move |db: PerfDb| {
            let app = App::on(&db);
            let list = db.record(async { drop(app.get(path).await) }).await;
            check(&list.on_table("articles_article"));
        })
        .expect_err("the naive endpoint holds no such budget")
}

#[test]
fn the_naive_search_reads_all_articles() {
    let failure = naive("/naive/api/articles/?search=xylophone", |list| {
        assert_no_full_scan!(list, "articles_article");
    });
    let told = failure.to_string();
    assert!(told.contains("all of articles_article is read"), "{told}");
}

#[test]
fn the_naive_pages_grow_with_their_depth() {
    let failure = naive("/naive/api/articles/?page=3&page_size=20", |list| {
        let offset = list.choose(|query| query.sql().contains("OFFSET"));
        assert_plan_scales!(
            offset,
            Scale::of(1_000..=10_000_000).table("articles_article")
        );
    });
    let told = failure.to_string();
    assert!(told.contains("linear: cost"), "{told}");
    assert!(told.contains("OFFSET reads what it skips"), "{told}");
}
