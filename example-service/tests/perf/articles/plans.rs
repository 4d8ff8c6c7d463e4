//! How the planner answers for articles, as if there were a million of them.

use perf_harness::{
    Failure, PerfDb, PerfTest, PlanGrowth, Rows, Scale, assert_index_used, assert_no_full_scan,
    assert_plan_scales, assert_sorted_by_index, perf_test,
};

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
fn naive(path: &'static str, check: fn(&perf_harness::Recording<()>)) -> Failure {
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
