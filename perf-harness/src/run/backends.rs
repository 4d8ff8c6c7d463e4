//! The server's processes that answer a test are found, through whatever the server came from.

#![cfg(feature = "sqlx")]

use crate::machine::tests::Rival;
use crate::machine::{Backend, NotVisible, run_delay_is_known};
use crate::run::PerfTest;

#[test]
fn the_process_that_answers_a_connection_is_found_by_its_number_and_database() {
    if let Err(unknown) = run_delay_is_known() {
        eprintln!("skipped: {unknown}");
        return;
    }
    let outcome = PerfTest::new("the_process_that_answers").run(async |db| {
        let pool = db.pool();
        let mut connection = pool.acquire().await.unwrap();
        let question = "SELECT pg_backend_pid(), current_database()::text";
        let (pid, database): (i32, String) = sqlx::query_as(question)
            .fetch_one(&mut *connection)
            .await
            .unwrap();
        let pid = u32::try_from(pid).unwrap();
        let backend = match Backend::of(pid, &database) {
            Ok(backend) => backend,
            Err(NotVisible::Elsewhere(_)) => {
                assert!(!is_named_here(&database), "{pid} {database}");
                eprintln!("skipped: the server is not on this machine");
                return;
            }
            Err(other) => panic!("{other}"),
        };
        assert_eq!(
            Backend::of(pid, "another").err(),
            Some(NotVisible::Elsewhere(pid))
        );
        let Ok(_rival) = Rival::of(pid) else {
            eprintln!("skipped: the server is another user's");
            return;
        };
        let before = backend.waited();
        while backend.waited() == before {
            sqlx::query("SELECT count(*) FROM generate_series(1, 100000)")
                .execute(&mut *connection)
                .await
                .unwrap();
        }
        assert!(!backend.ran().is_zero(), "{backend:?}");
    });
    assert!(outcome.is_ok(), "{outcome:?}");
}

/// Whether some process of this machine says the name.
fn is_named_here(database: &str) -> bool {
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let mut titles =
        processes.filter_map(|process| std::fs::read(process.path().join("cmdline")).ok());
    titles.any(|title| String::from_utf8_lossy(&title).contains(database))
}
