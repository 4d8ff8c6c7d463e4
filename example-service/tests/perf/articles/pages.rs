//! The pages of the article lists: each article is on one of them.

use axum::http::StatusCode;
use perf_harness::{PerfDb, perf_test};
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use serde_json::Value;

use super::three_hundred_articles;
use crate::app::{Answer, App, all, link, pages};

async fn execute(db: &PerfDb, statement: &str) {
    let db = db.connection();
    db.execute_unprepared(statement).await.unwrap();
}

/// The published articles of these words, the best first, as one query lists them.
async fn ranked(db: &PerfDb, text: &str) -> Vec<i64> {
    let statement = "SELECT id FROM articles_article, websearch_to_tsquery('english', $1) AS query
        WHERE status = 'published' AND search @@ query
        ORDER BY round(ts_rank(search, query) * 1000000) DESC, created_at DESC, id DESC";
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, statement, [text.into()]);
    let rows = db.connection().query_all_raw(statement).await.unwrap();
    let ids = rows.iter().map(|row| row.try_get_by_index(0));
    ids.collect::<Result<_, _>>().unwrap()
}

fn ids(articles: &[Value]) -> Vec<i64> {
    let ids = articles.iter().map(|article| article["id"].as_i64());
    ids.collect::<Option<_>>().unwrap()
}

/// There and back by cursors, held to what the numbered pages list.
async fn check_list(app: &App) {
    let numbered = all(app, "/naive/api/articles/?page_size=100").await;
    assert_eq!(numbered.len(), 270);
    check_chain(app, "", &ids(&numbered)).await;
}

/// There and back by cursors, held to the order of the ranks.
async fn check_search(db: &PerfDb, app: &App, text: &str, found: usize) {
    let ranked = ranked(db, text).await;
    assert_eq!(ranked.len(), found, "{text}");
    check_chain(app, &format!("search={text}&"), &ranked).await;
}

async fn check_chain(app: &App, query: &str, expected: &[i64]) {
    let there = pages(app, &format!("/api/articles/?{query}page_size=7"), "next").await;
    assert_eq!(ids(&there.concat()), expected, "{query}");
    let (last, full) = there.split_last().expect("a page");
    assert!(full.iter().all(|page| page.len() == 7), "{query}");
    assert!(!last.is_empty(), "{query}");
    let end = walk(app, query, there.len() - 1).await;
    let mut back = pages(app, &end, "previous").await;
    back.reverse();
    assert_eq!(back, there, "{query}");
}

/// The path of the page that so many links lead to.
async fn walk(app: &App, query: &str, links: usize) -> String {
    let mut path = format!("/api/articles/?{query}page_size=7");
    for _ in 0..links {
        path = link(&app.get(&path).await, "next").expect("a next page");
    }
    path
}

#[perf_test(template = three_hundred_articles)]
async fn pages_follow_each_other_without_gap_or_repeat(db: PerfDb) {
    let app = App::on(&db);
    check_list(&app).await;
    check_search(&db, &app, "bitmap", 44).await;
}

#[perf_test(template = three_hundred_articles)]
async fn pages_follow_each_other_among_articles_of_the_same_moment(db: PerfDb) {
    // Five of each moment, and all of one.
    for moments in ["id / 5", "1"] {
        let statement = format!(
            "UPDATE articles_article SET created_at = timestamptz '2026-01-01 00:00:00.123456+00' + {moments} * interval '1 hour'"
        );
        execute(&db, &statement).await;
        let app = App::on(&db);
        check_list(&app).await;
        check_search(&db, &app, "bitmap", 44).await;
    }
}

#[perf_test(template = three_hundred_articles)]
async fn pages_of_similar_titles_follow_each_other(db: PerfDb) {
    let app = App::on(&db);
    let found = all(&app, "/api/articles/?search=databse&page_size=100").await;
    assert!(found.len() > 20, "{}", found.len());
    let there = all(&app, "/api/articles/?search=databse&page_size=7").await;
    assert_eq!(there, found);
}

#[perf_test(template = three_hundred_articles)]
async fn both_lists_say_the_same(db: PerfDb) {
    let app = App::on(&db);
    let naive = app.get("/naive/api/articles/?page_size=100").await;
    let tuned = app.get("/api/articles/?page_size=100").await;
    let results = |page: &Answer| {
        let (_, results) = page.body.split_once(r#""results":"#).unwrap();
        results.to_owned()
    };
    assert_eq!(naive.results().len(), 100);
    assert_eq!(results(&naive), results(&tuned));
    let newest = &tuned.results()[0];
    assert_eq!(newest["id"], 299);
    assert_eq!(newest["created_at"], "2026-01-01T17:33:58.500000Z");
    assert_eq!(newest["author"]["username"], "user300");
    assert!(naive.body.starts_with(
        r#"{"count":270,"next":"/naive/api/articles/?page=2&page_size=100","previous":null,"results":[{"id":299,"#
    ));
    assert!(tuned.body.starts_with(r#"{"next":"/api/articles/?cursor="#));
}

#[perf_test(template = three_hundred_articles)]
async fn drafts_are_not_listed(db: PerfDb) {
    execute(
        &db,
        "UPDATE articles_article SET status = 'draft' WHERE id <> 137",
    )
    .await;
    let app = App::on(&db);
    for path in ["/naive/api/articles/", "/api/articles/"] {
        for query in ["", "?search=heisenbug"] {
            let results = app.get(&format!("{path}{query}")).await.results();
            let ids: Vec<_> = results.iter().map(|article| &article["id"]).collect();
            assert_eq!(ids, [137], "{path}{query}");
        }
    }
}

/// Numbers count from the top, where articles are added; a cursor stays where it is.
#[perf_test(template = three_hundred_articles)]
async fn a_new_article_moves_the_numbered_pages_and_no_cursor(db: PerfDb) {
    let app = App::on(&db);
    let first = app.get("/api/articles/").await;
    let after_first = link(&first, "next").expect("a next page");
    let expected = app.get(&after_first).await.results();
    example_service::seed::articles(&db.connection(), 1)
        .await
        .unwrap();
    assert_eq!(app.get(&after_first).await.results(), expected);
    let numbered = app.get("/naive/api/articles/?page=2").await.results();
    assert_eq!(numbered[0], *first.results().last().unwrap());
}

#[perf_test(template = three_hundred_articles)]
async fn who_finds_a_page_gone_can_turn_round(db: PerfDb) {
    // Nothing similar is shown instead of what had the words.
    let (app, query) = (App::on(&db), "search=database&");
    let second = app.get(&walk(&app, query, 1).await).await;
    let neighbour = |name| link(&second, name).expect("a neighbour");
    let (newer, older) = (neighbour("previous"), neighbour("next"));
    let page = second.results();
    let statement = format!(
        "UPDATE articles_article SET content = '', title = 'datbase' WHERE id <> ALL ('{{{}}}')",
        ids(&page)
            .iter()
            .map(i64::to_string)
            .collect::<Vec<_>>()
            .join(",")
    );
    execute(&db, &statement).await;
    for (gone, back) in [(newer, "next"), (older, "previous")] {
        let empty = app.get(&gone).await;
        assert!(empty.results().is_empty(), "{}", empty.body);
        let back = link(&empty, back).expect("a way back");
        assert_eq!(app.get(&back).await.results(), page);
    }
}

#[perf_test(template = three_hundred_articles)]
async fn a_page_that_does_not_exist_is_404_as_in_rest_framework(db: PerfDb) {
    let app = App::on(&db);
    for (path, detail) in [
        ("/api/articles/?cursor=bm9uc2Vuc2U%3D", "Invalid cursor"),
        ("/api/articles/?cursor=%FF%FE", "Invalid cursor"),
        // p=-1000000000000000000, before all time of Postgres; i=1
        (
            "/api/articles/?cursor=cD0tMTAwMDAwMDAwMDAwMDAwMDAwMCZpPTE%3D",
            "Invalid cursor",
        ),
        ("/naive/api/articles/?page=15", "Invalid page."),
        ("/naive/api/articles/?page=0", "Invalid page."),
    ] {
        let answer = app.get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(answer.body, format!(r#"{{"detail":"{detail}"}}"#), "{path}");
    }
    // A cursor of a search is none of the list, and the other way round.
    let cursor_of = async |path: &str| {
        let next = link(&app.get(path).await, "next").expect("a next page");
        let (_, cursor) = next.split_once("cursor=").expect("a cursor");
        cursor.split('&').next().unwrap().to_owned()
    };
    let of_search = cursor_of("/api/articles/?search=database").await;
    let of_list = cursor_of("/api/articles/").await;
    for path in [
        format!("/api/articles/?cursor={of_search}"),
        format!("/api/articles/?search=database&cursor={of_list}"),
    ] {
        let answer = app.get(&path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
    // The last one, the first one, and a cursor at either end of time.
    for (path, found) in [
        ("/naive/api/articles/?page=14", 10),
        ("/naive/api/articles/?page=last", 10),
        ("/api/articles/?cursor=", 20),
        // p=253402300799999999&i=9223372036854775807
        (
            "/api/articles/?cursor=cD0yNTM0MDIzMDA3OTk5OTk5OTkmaT05MjIzMzcyMDM2ODU0Nzc1ODA3",
            20,
        ),
        // p=-62135596800000000&i=-9223372036854775808
        (
            "/api/articles/?cursor=cD0tNjIxMzU1OTY4MDAwMDAwMDAmaT0tOTIyMzM3MjAzNjg1NDc3NTgwOA%3D%3D",
            0,
        ),
    ] {
        assert_eq!(app.get(path).await.results().len(), found, "{path}");
    }
}
