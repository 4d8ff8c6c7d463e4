//! What is asked of the articles, and what they are searched for.

use super::{
    Cases,
    pages::{List, wrong_pages},
};

pub(super) fn articles(cases: &mut Cases) {
    cases.get("articles: first page", "/api/articles/");
    cases.follow("articles: second page", "articles: first page", "next");
    cases.follow("articles: back again", "articles: second page", "previous");
    cases.get("articles: pages of 100", "/api/articles/?page_size=100");
    cases.follow("articles: second of 100", "articles: pages of 100", "next");
    cases.follow("articles: last of 100", "articles: second of 100", "next");
    let list = List {
        name: "articles",
        path: "/api/articles/?",
        owner: None,
    };
    wrong_pages(list, cases);
}

/// Texts with what a query language could take for its own, percent-encoded.
pub(super) fn searches(cases: &mut Cases) {
    for (name, text) in [
        ("search: a rare word", "heisenbug"),
        ("search: the rarest", "zugzwang"),
        ("search: in capitals", "HEISENBUG"),
        ("search: with blanks around", "%20%20case137%20"),
        ("search: a common word", "database"),
        ("search: Unicode", "Z%C3%BCrich"),
        ("search: nothing found", "xylophone"),
        ("search: blanks only", "%20%20"),
        ("search: quotes", "%22was%20a%20heisenbug%22"),
        ("search: one quote", "%22heisenbug"),
        ("search: an apostrophe", "heisenbug%27"),
        (
            "search: operators",
            "heisenbug%20%26%20%7C%20%21%20%28%20%3A%2A",
        ),
        ("search: or", "zugzwang%20or%20heisenbug"),
        ("search: not", "heisenbug%20-zugzwang"),
        ("search: a percent sign", "100%25"),
        ("search: an underscore", "eisen_u"),
        ("search: a backslash", "%5C"),
        (
            "search: SQL",
            "%27%3B%20DROP%20TABLE%20articles_article%3B%20--",
        ),
        ("search: an emoji", "%F0%9F%A6%80"),
        ("search: no UTF-8", "%FF%FE"),
        ("search: misspelt", "databse"),
        ("search: the beginning of a word", "transac"),
        ("search: punctuation", "%21%3F"),
        ("search: a null character", "a%00b"),
    ] {
        cases.get(name, &format!("/api/articles/?search={text}"));
    }
    let long = "x".repeat(201);
    cases.get("search: too long", &format!("/api/articles/?search={long}"));
    let longest = "x".repeat(200);
    cases.get(
        "search: as long as can be",
        &format!("/api/articles/?search={longest}"),
    );
    cases.follow("search: second page", "search: a common word", "next");
    cases.follow("search: third page", "search: second page", "next");
    cases.follow("search: back again", "search: third page", "previous");
    let list = List {
        name: "search",
        path: "/api/articles/?search=database&",
        owner: None,
    };
    wrong_pages(list, cases);
}
