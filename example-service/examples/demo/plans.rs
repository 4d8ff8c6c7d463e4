//! What the planner does: a search and a deep page, at production's size.

use perf_harness::{
    Failure, PerfDb, PerfTest, Recording, Rows, Scale, assert_index_used, assert_no_full_scan,
    assert_plan_scales,
};

use super::app::App;
use super::{indented, seed};

const NAIVE_SEARCH: &str = "/naive/api/articles/?search=xylophone";
const SEARCH: &str = "/api/articles/?search=xylophone";
const NAIVE_PAGE: &str = "/naive/api/articles/?page=3&page_size=20";
const PAGE: &str = "/api/articles/?page_size=20";

/// Red and green, twice.
pub(super) fn tell() -> Result<(), String> {
    println!("{SEARCH_RED}");
    let red = red("red::the_search_seeks", NAIVE_SEARCH, |list| {
        assert_no_full_scan!(list, "articles_article");
    })?;
    expect(&red, "all of articles_article is read")?;
    println!("{}", indented(&red.to_string()));
    println!("{SEARCH_GREEN}");
    green("green::the_search_seeks", SEARCH, |list| {
        assert_index_used!(list, "articles_article_search_idx");
        assert_no_full_scan!(list, "articles_article");
    })?;
    println!("    test the_search_seeks ... ok\n");
    println!("{PAGE_RED}");
    let red = self::red("red::a_deep_page_costs_no_more", NAIVE_PAGE, scales)?;
    expect(&red, "linear: cost")?;
    println!("{}", indented(&red.to_string()));
    println!("{PAGE_GREEN}");
    green("green::a_deep_page_costs_no_more", PAGE, scales)?;
    println!("    test a_deep_page_costs_no_more ... ok\n");
    Ok(())
}

const SEARCH_RED: &str = "\
4. Red again: title__icontains=.. OR content__icontains=.., on 300 articles, judged as if there were a million

    #[perf_test(template = seed::three_hundred_articles, rows(articles_article = 1_000_000, auth_user = 50_000))]
    async fn the_search_seeks(db: PerfDb) {
        let list = db.record(App::on(&db).get(\"/naive/api/articles/?search=xylophone\")).await;
        assert_no_full_scan!(list, \"articles_article\");
    }
";

const SEARCH_GREEN: &str = "\
5. Green: GinIndex(SearchVector('title', 'content', config='english')), and a query that it can serve

    + assert_index_used!(list, \"articles_article_search_idx\");
";

const PAGE_RED: &str = "\
6. Red: pages by their number, OFFSET 40, at growing sizes of the table

        assert_plan_scales!(list, Scale::of(1_000..=10_000_000).table(\"articles_article\"));
";

const PAGE_GREEN: &str = "\
7. Green: CursorPagination, WHERE (created_at, id) < ($1, $2)
";

fn scales(list: &Recording<()>) {
    let scale = Scale::of(1_000..=10_000_000).table("articles_article");
    let page = list.choose(|query| query.sql().contains("ORDER BY"));
    assert_plan_scales!(page, scale);
}

/// The test of the story on one endpoint, as if there were a million articles.
fn test(name: &str, path: &'static str, check: fn(&Recording<()>)) -> Result<(), Failure> {
    PerfTest::new(name)
        .template(seed::three_hundred_articles)
        .rows(Rows::of([
            ("articles_article", 1_000_000),
            ("auth_user", 50_000),
        ]))
        .run(async move |db: PerfDb| {
            let app = App::on(&db);
            let list = db.record(async { drop(app.get(path).await) }).await;
            check(&list.on_table("articles_article"));
        })
}

fn red(name: &str, path: &'static str, check: fn(&Recording<()>)) -> Result<Failure, String> {
    let failure = test(name, path, check).err();
    failure.ok_or_else(|| format!("{path} held its budget"))
}

fn green(name: &str, path: &'static str, check: fn(&Recording<()>)) -> Result<(), String> {
    test(name, path, check).map_err(|failure| format!("{path} broke its budget\n{failure}"))
}

fn expect(failure: &Failure, words: &str) -> Result<(), String> {
    if failure.to_string().contains(words) {
        return Ok(());
    }
    Err(format!("nothing says that {words}:\n{failure}"))
}
