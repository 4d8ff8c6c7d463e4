//! `GET /api/articles/` and its line-by-line port: what a page of them costs.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod limits;
pub(crate) mod pages;
mod plans;
mod search;

use axum::http::StatusCode;
use example_service::seed;
use perf_harness::{
    Frame, PerfDb, PerfTest, Repetition, SetupError, TemplateDb, assert_constant_queries,
    assert_efficient, assert_max_queries, assert_no_n_plus_one, assert_queries, perf_test,
};
use sea_orm::DbErr;

use crate::app::App;
use crate::seed::three_hundred_articles;

async fn hundred_authors(db: TemplateDb) -> Result<(), DbErr> {
    let db = db.connection();
    seed::migrate(&db).await?;
    seed::users(&db, 100).await
}

async fn articles(db: PerfDb, n: usize) {
    let n = u32::try_from(n).unwrap();
    seed::articles(&db.connection(), n).await.unwrap();
}

#[perf_test(template = three_hundred_articles)]
async fn the_article_list_costs_one_query(db: PerfDb) {
    let app = App::on(&db);
    let list = db.record(app.get("/api/articles/?page_size=100")).await;
    assert_eq!(list.output().results().len(), 100);
    assert_max_queries!(list, 1);
    assert_no_n_plus_one!(list);
    assert_efficient!(list);
}

#[perf_test(template = three_hundred_articles)]
async fn a_search_costs_one_query_on_every_page(db: PerfDb) {
    let app = App::on(&db);
    let mut link = Some("/api/articles/?search=database&page_size=100".to_owned());
    for expected in [100, 100, 70] {
        let path = link.take().expect("another page");
        let page = db.record(app.get(&path)).await;
        assert_eq!(page.output().results().len(), expected);
        assert_queries!(page, 1);
        assert_efficient!(page);
        link = crate::app::link(page.output(), "next");
    }
    assert_eq!(link, None);
}

#[perf_test(template = three_hundred_articles)]
async fn a_search_whose_words_are_nowhere_costs_a_second_query(db: PerfDb) {
    let app = App::on(&db);
    for (text, queries, found) in [
        // A word that is misspelt is looked for among the titles.
        ("databse", 2, true),
        ("xylophone", 2, false),
        // What is no word is similar to nothing.
        ("%21%3F", 1, false),
    ] {
        let path = format!("/api/articles/?search={text}");
        let list = db.record(app.get(&path)).await;
        assert_eq!(!list.output().results().is_empty(), found, "{text}");
        assert_queries!(list, queries);
    }
    // It is not asked for its words again.
    let similar = app.get("/api/articles/?search=databse&page_size=5").await;
    let next = crate::app::link(&similar, "next").expect("more than five");
    let list = db.record(app.get(&next)).await;
    assert_eq!(list.output().results().len(), 5);
    assert_queries!(list, 1);
}

#[perf_test(template = hundred_authors)]
async fn the_cost_of_a_page_does_not_depend_on_the_articles(db: PerfDb) -> Result<(), SetupError> {
    let sizes = [10, 100, 1_000];
    for path in [
        "/api/articles/?page_size=100",
        "/api/articles/?search=database",
    ] {
        let page = async |db: PerfDb| {
            let results = App::on(&db).get(path).await.results();
            assert!(!results.is_empty());
        };
        assert_constant_queries!(db.record_at(sizes, articles, page).await?);
    }
    Ok(())
}

#[perf_test(template = three_hundred_articles)]
async fn the_naive_article_list_costs_a_query_per_article(db: PerfDb) {
    let app = App::on(&db);
    let list = db
        .record(app.get("/naive/api/articles/?page_size=100"))
        .await;
    assert_eq!(list.output().results().len(), 100);
    // The count, the page, the authors.
    assert_queries!(list, 102);
    assert_queries!(list.on_table("auth_user"), 100);
    let repeated = list.repeated();
    assert_eq!((repeated.len(), repeated[0].count()), (1, 100));
    assert_eq!(repeated[0].repetition(), Repetition::DifferentValues);
    // The line to change.
    let path = repeated[0].path().expect("sea-orm tells of its queries");
    let functions = path.frames().iter().take(2).map(Frame::function);
    assert_eq!(
        functions.collect::<Vec<_>>(),
        [Some("load_author"), Some("list_articles")]
    );
    assert!(path.site().file().ends_with("src/articles/naive.rs"));
    assert!(path.frames()[1].in_loop().is_some());
    // And the rows that it goes through.
    let parent = list.traffic().parent(&repeated[0]).expect("the articles");
    assert_eq!(parent.query().tables(), ["articles_article"]);
    let (_, column) = parent.column().expect("a column of theirs");
    assert_eq!(column, "author_id");
}

/// What the tests above ask of the tuned list, asked of the naive one.
#[test]
fn the_naive_article_list_breaks_every_budget() {
    let broken = PerfTest::new("naive_articles_break_every_budget")
        .template(hundred_authors)
        .run(async |db: PerfDb| {
            let list = async |db: PerfDb| App::on(&db).get("/naive/api/articles/").await;
            let growth = db.record_at([10, 20], articles, async |db| drop(list(db).await));
            assert_constant_queries!(growth.await.unwrap());
            articles(db.clone(), 20).await;
            let page = db.record(list(db.clone())).await;
            assert_max_queries!(page, 2);
            assert_no_n_plus_one!(page);
        })
        .unwrap_err();
    let told = broken.to_string();
    // 18 of 20 articles are published, and 9 of 10.
    assert!(told.contains("actual    20 queries"), "{told}");
    assert_eq!(told.matches("list_articles").count(), 3, "{told}");
}

#[perf_test(template = three_hundred_articles)]
async fn a_naive_search_that_finds_nothing_costs_the_count(db: PerfDb) {
    let app = App::on(&db);
    let list = db
        .record(app.get("/naive/api/articles/?search=xylophone"))
        .await;
    assert!(list.output().results().is_empty());
    assert_queries!(list, 1);
}

#[perf_test(template = three_hundred_articles)]
async fn what_is_refused_costs_no_query(db: PerfDb) {
    let app = App::on(&db);
    for (path, status) in [
        ("/api/articles/?cursor=x", StatusCode::NOT_FOUND),
        ("/api/articles/?search=a%00b", StatusCode::BAD_REQUEST),
        ("/naive/api/articles/?page=x", StatusCode::NOT_FOUND),
        ("/naive/api/articles/?search=a%00b", StatusCode::BAD_REQUEST),
    ] {
        let refused = db.record(app.get(path)).await;
        assert_eq!(refused.output().status, status, "{path}");
        assert_queries!(refused, 0);
    }
}
