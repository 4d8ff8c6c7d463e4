//! What the recorder says of its own to the server takes nothing of the program's away.

#[path = "../benches/recorder/client.rs"]
#[expect(dead_code, reason = "the bench asks for more")]
mod client;

use client::{Client, message};
use perf_harness::{PerfDb, PerfTest};

/// A program may prepare without a name in one exchange, and bind in the next. A simple query in between would take that
/// statement away.
#[test]
fn a_recording_that_begins_between_a_parse_and_its_bind_takes_no_statement_away() {
    let test = PerfTest::new("between").plans().run(async |db: PerfDb| {
        let mut client = Client::connect(&db.url().parse().unwrap()).unwrap();
        let sync = message(b'S', b"");
        let parse = message(b'P', b"\0SELECT 7\0\0\0");
        client.exchange(&[&parse[..], &sync].concat()).unwrap();
        let bind = message(b'B', b"\0\0\0\0\0\0\0\0");
        let execute = message(b'E', b"\0\0\0\0\0");
        let run = [&bind[..], &execute, &sync].concat();
        let list = db.record(async { client.exchange(&run) }).await;
        assert_eq!(list.output().as_ref().unwrap().rows, 1);
        let query = list.queries().next().unwrap();
        assert!(query.executed_plan().unwrap().contains("\"Result\""));
        assert!(!query.is_prepared());
    });
    test.unwrap();
}
