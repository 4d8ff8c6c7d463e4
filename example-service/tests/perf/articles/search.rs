//! What the searches find: both the same where they should, and where not, why.

use axum::http::StatusCode;
use perf_harness::{PerfDb, perf_test};
use sea_orm::ConnectionTrait as _;
use serde_json::Value;

use super::three_hundred_articles;
use crate::app::{App, all};

/// What both searches find.
struct Found {
    naive: Vec<Value>,
    tuned: Vec<Value>,
}

async fn search(app: &App, text: &str) -> Found {
    let text: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
    let query = format!("?search={text}&page_size=100");
    Found {
        naive: all(app, &format!("/naive/api/articles/{query}")).await,
        tuned: newest_first(all(app, &format!("/api/articles/{query}")).await),
    }
}

/// One list is in the order of time, the other in that of the ranks.
fn newest_first(mut articles: Vec<Value>) -> Vec<Value> {
    articles.sort_by_key(|article| std::cmp::Reverse(article["id"].as_i64()));
    articles
}

fn ids(articles: &[Value]) -> Vec<i64> {
    let ids = articles.iter().map(|article| article["id"].as_i64());
    ids.collect::<Option<_>>().unwrap()
}

#[perf_test(template = three_hundred_articles)]
async fn both_searches_find_the_same_whole_words(db: PerfDb) {
    let app = App::on(&db);
    for (text, expected) in [
        ("zugzwang", vec![137]),
        ("heisenbug", vec![237, 137, 37]),
        ("HeisenBug", vec![237, 137, 37]),
        (" case137 ", vec![137]),
        ("xylophone", vec![]),
    ] {
        let found = search(&app, text).await;
        assert_eq!(ids(&found.naive), expected, "{text}");
        assert_eq!(found.tuned, found.naive, "{text}");
    }
    for (text, at_least) in [
        ("database", 200),
        ("Zürich", 30),
        ("zürich", 30),
        ("bitmap", 30),
    ] {
        let found = search(&app, text).await;
        assert!(found.naive.len() > at_least, "{text}");
        assert_eq!(found.tuned, found.naive, "{text}");
    }
}

#[perf_test(template = three_hundred_articles)]
async fn only_full_text_knows_words_from_letters(db: PerfDb) {
    let app = App::on(&db);
    for (text, naive, tuned) in [
        // Words in any order and at any distance.
        ("zugzwang heisenbug", vec![], vec![137]),
        // Words in any of their forms.
        ("heisenbugs", vec![], vec![237, 137, 37]),
        // A phrase, one of several, one but not the other.
        ("\"move was a zugzwang\"", vec![], vec![137]),
        ("\"zugzwang move\"", vec![], vec![]),
        ("zugzwang or heisenbug", vec![], vec![237, 137, 37]),
        ("heisenbug -zugzwang", vec![], vec![237, 37]),
        // Letters of a word, with and without what LIKE would take for a wildcard.
        ("eisenbu", vec![237, 137, 37], vec![]),
        ("%eisenbu", vec![], vec![]),
        ("eisen_u", vec![], vec![]),
    ] {
        let found = search(&app, text).await;
        assert_eq!(ids(&found.naive), naive, "{text}");
        assert_eq!(ids(&found.tuned), tuned, "{text}");
    }
}

#[perf_test(template = three_hundred_articles)]
async fn what_matches_best_comes_first(db: PerfDb) {
    let app = App::on(&db);
    let db = db.connection();
    let statement = "UPDATE articles_article SET title = 'A heisenbug' WHERE id = 37";
    db.execute_unprepared(statement).await.unwrap();
    let statement = "UPDATE articles_article SET title = 'Transctions' WHERE id = 41";
    db.execute_unprepared(statement).await.unwrap();
    for (text, expected) in [
        // A title counts more than a content; then the newest.
        ("heisenbug", vec![37, 237, 137]),
        // Two of the words in a content count more than one.
        ("zugzwang or heisenbug", vec![37, 137, 237]),
    ] {
        let text = text.replace(' ', "+");
        let found = all(&app, &format!("/api/articles/?search={text}")).await;
        assert_eq!(ids(&found), expected, "{text}");
    }
    // What is most similar.
    let found = all(&app, "/api/articles/?search=transctions").await;
    assert_eq!(ids(&found)[0], 41);
}

#[perf_test(template = three_hundred_articles)]
async fn similar_titles_are_found_where_the_words_are_not(db: PerfDb) {
    let app = App::on(&db);
    for (text, word) in [
        // Misspelt, the beginning of a word, and one of two letters.
        ("transction", "transaction"),
        ("distribted", "distributed"),
        ("schem", "schema"),
        ("da", "da"),
    ] {
        let found = search(&app, text).await.tuned;
        assert!(!found.is_empty(), "{text}");
        for article in found {
            let title = article["title"].as_str().unwrap();
            assert!(title.contains(word), "{text}: {title}");
        }
    }
}

#[perf_test(template = three_hundred_articles)]
async fn no_text_is_a_syntax_error_or_sql(db: PerfDb) {
    let app = App::on(&db);
    let long = "a or ".repeat(40);
    for text in [
        "'",
        "''",
        "\"",
        "\"heisenbug",
        "'; DROP TABLE articles_article; --",
        "$1",
        "?",
        ":*",
        "heisenbug:*",
        "a & | b",
        "!",
        "!!heisenbug",
        "((",
        "<->",
        "a <-> b",
        "-",
        "- -",
        "or",
        "or or or",
        "\\",
        "\\'",
        "%",
        "_",
        "*",
        "{\"a\": 1}",
        "日本語",
        "🦀",
        "e\u{301}",
        "\u{202e}gubnesieh",
        "\u{fffd}",
        "\u{feff}",
        "\r\n",
        long.as_str(),
    ] {
        let encoded: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
        for path in ["/naive/api/articles/", "/api/articles/"] {
            let answer = app.get(&format!("{path}?search={encoded}")).await;
            assert_eq!(
                answer.status,
                StatusCode::OK,
                "{path} {text:?}: {}",
                answer.body
            );
        }
    }
    let invalid = app.get("/api/articles/?search=%FF%FE").await;
    assert_eq!(invalid.status, StatusCode::OK, "{}", invalid.body);
    assert_eq!(all(&app, "/api/articles/?page_size=100").await.len(), 270);
}
