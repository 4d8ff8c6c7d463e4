//! A dashboard that is read again: remembered until its user writes.

use example_service::seed::token_of;
use perf_harness::{Failure, PerfDb, PerfTest, assert_queries};

use super::app::App;
use super::{indented, seed};

const NAIVE: &str = "/naive/api/dashboard/";
const TUNED: &str = "/api/dashboard/";

/// Red, green.
pub(super) fn tell() -> Result<(), String> {
    println!("{INTRODUCTION}");
    let red = test("red", NAIVE)
        .err()
        .ok_or("the naive dashboard held its budget")?;
    if !red.to_string().contains("actual    7 queries") {
        return Err(format!(
            "the naive dashboard did not cost 7 queries:\n{red}"
        ));
    }
    println!("{}", indented(&red.to_string()));
    println!("{CURE}");
    test("green", TUNED)
        .map_err(|failure| format!("the tuned dashboard broke its budget\n{failure}"))?;
    println!("    test a_dashboard_that_was_read_costs_nothing ... ok\n");
    Ok(())
}

const INTRODUCTION: &str = "\
8. Red: a dashboard, read once more by its user

    #[perf_test(template = seed::hundred_dashboards)]
    async fn a_dashboard_that_was_read_costs_nothing(db: PerfDb) {
        let app = App::on(&db).with_token(&token_of(1));
        app.get(\"/naive/api/dashboard/\").await;
        let again = db.record(app.get(\"/naive/api/dashboard/\")).await;
        assert_queries!(again, 0);
    }
";

const CURE: &str = "\
9. Green: one statement for counts and page, remembered until the user writes, and the token with it
";

fn test(act: &str, path: &'static str) -> Result<(), Failure> {
    PerfTest::new(format!("{act}::a_dashboard_that_was_read_costs_nothing"))
        .template(seed::hundred_dashboards)
        .run(async |db: PerfDb| {
            let app = App::on(&db).with_token(&token_of(1));
            drop(app.get(path).await);
            let again = db.record(app.get(path)).await;
            assert_queries!(again, 0);
        })
}
