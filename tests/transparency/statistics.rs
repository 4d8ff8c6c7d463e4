//! The recorder's counts against those of `pg_stat_statements`, and the bytes it forwards against those sent directly.

use std::pin::pin;

use futures::FutureExt as _;
use perf_harness::{Class, Outcome, PerfDb, PerfTest, Recording};
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestRunner};

use crate::conversation::{Conversation, End, Executed, talk};
use crate::server::with_statistics;
use crate::socket::{Answer, Socket};
use crate::workload::{AFRESH, TABLE, Workload, of_every_kind, random};

#[test]
fn counts_agree_with_pg_stat_statements_on_random_workloads() {
    let test = "statistics::counts_agree_with_pg_stat_statements_on_random_workloads";
    with_statistics(test, || {
        on_a_database(|mut side| {
            // The same ones each time; more of them with `PROPTEST_CASES`.
            let more = std::env::var_os("PROPTEST_CASES").is_some();
            let standard = Config::default();
            let mut runner = TestRunner::new(Config {
                cases: if more { standard.cases } else { 300 },
                rng_seed: RngSeed::Fixed(20_250_923),
                failure_persistence: None,
                ..standard
            });
            let side = std::cell::RefCell::new(&mut side);
            let cuts = proptest::collection::vec(1..2_000_usize, 0..6);
            let cases = (random(), cuts);
            let result = runner.run(&cases, |(workload, mut cuts)| {
                cuts.sort_unstable();
                let mut side = side.borrow_mut();
                let directly = side.directly(&workload);
                let told = side.compare(&workload, &cuts, &directly);
                told.map_err(TestCaseError::fail)
            });
            result.unwrap_or_else(|failure| panic!("{failure}"));
        });
    });
}

#[test]
fn counts_agree_wherever_the_stream_is_cut() {
    let test = "statistics::counts_agree_wherever_the_stream_is_cut";
    with_statistics(test, || {
        on_a_database(|mut side| {
            let workload = of_every_kind();
            let length: usize = workload.0.iter().map(|ask| ask.bytes().len()).sum();
            let directly = side.directly(&workload);
            for cut in 0..length {
                let told = side.compare(&workload, &[cut], &directly);
                told.unwrap_or_else(|told| panic!("cut at {cut} of {length}: {told}"));
            }
        });
    });
}

#[test]
fn a_connection_opens_wherever_its_first_bytes_are_cut() {
    let test = "statistics::a_connection_opens_wherever_its_first_bytes_are_cut";
    with_statistics(test, || {
        on_a_database(|side| {
            for cut in 1..Socket::first_bytes(side.db.url()) {
                let recording = side.db.record(async {
                    Socket::connect_in_pieces(side.db.url(), &[cut]).ask("SELECT 42")
                });
                let recording = at_once(recording);
                assert_eq!(recording.output(), &[["42"]]);
                let counts = recording.counts();
                assert_eq!((counts.connects, counts.queries), (1, 1), "cut at {cut}");
            }
        });
    });
}

/// The output of a future whose work has blocked: it waits for nothing but its turn, and that of the recorder's thread.
fn at_once<F: Future>(future: F) -> F::Output {
    // This blocks within one turn of a task, so nothing may be kept back until the next.
    let mut future = pin!(tokio::task::unconstrained(future));
    loop {
        if let Some(output) = (&mut future).now_or_never() {
            return output;
        }
        std::thread::yield_now();
    }
}

fn on_a_database(work: impl FnOnce(Side<'_>)) {
    let test = PerfTest::new("on_a_database").run(async |db: PerfDb| work(Side::of(&db)));
    test.unwrap_or_else(|failure| panic!("{failure}"));
}

/// One database, seen through the recorder and directly.
struct Side<'a> {
    db: &'a PerfDb,
    recorded: Socket,
    direct: Socket,
    /// Looks at results, in another database.
    observer: Socket,
    database: String,
    version: u32,
}

impl<'a> Side<'a> {
    fn of(db: &'a PerfDb) -> Self {
        let mut direct = Socket::connect(db.direct_url());
        direct.ask(TABLE);
        let about = "SELECT oid, current_setting('server_version_num')::int / 10000 FROM pg_database WHERE datname = current_database()";
        let about = direct.ask(about).remove(0);
        let mut elsewhere = url::Url::parse(db.direct_url()).unwrap();
        elsewhere.set_path("postgres");
        let mut observer = Socket::connect(elsewhere.as_str());
        observer.ask("CREATE EXTENSION IF NOT EXISTS pg_stat_statements");
        Self {
            db,
            recorded: Socket::connect(db.url()),
            direct,
            observer,
            database: about[0].clone(),
            version: about[1].parse().unwrap(),
        }
    }

    /// What a workload is answered without a recorder.
    fn directly(&mut self, workload: &Workload) -> Vec<Answer> {
        self.direct.ask(AFRESH);
        comparable(talk(&mut self.direct, &workload.0, &[], self.version).heard)
    }

    /// Runs a workload through the recorder, and holds all that is known of it together.
    fn compare(
        &mut self,
        workload: &Workload,
        cuts: &[usize],
        directly: &[Answer],
    ) -> Result<(), String> {
        self.direct.ask(AFRESH);
        self.reset();
        let socket = &mut self.recorded;
        let version = self.version;
        let recording = self
            .db
            .record(async { talk(socket, &workload.0, cuts, version) });
        let recording = at_once(recording);
        let told = Told::of(&recording);
        let Conversation {
            heard,
            executed,
            portals,
            ..
        } = recording.into_output();
        same("messages", &comparable(heard)[..], directly)?;
        let mut executed = executed;
        executed.sort();
        same("statements", &told.statements, &executed)?;
        same("undecoded", &told.undecoded, &0)?;
        same("counted", &told.counted, &executed.len())?;
        let completed = told.statements.iter();
        let completed = completed.filter(|one| one.end == End::Completed).count() as u64;
        let (counted, calls) = (portals.counted, self.statistics());
        let calls_expected = completed - counted.lost + counted.cut_short;
        same("calls", &calls.0, &calls_expected)?;
        same("calls and rows", &calls, &(counted.calls, counted.rows))
    }

    fn reset(&mut self) {
        let database = &self.database;
        self.observer.ask(&format!(
            "SELECT pg_stat_statements_reset(0, {database}, 0)"
        ));
    }

    /// Calls and rows of this database.
    fn statistics(&mut self) -> (u64, u64) {
        let database = &self.database;
        let sums = self.observer.ask(&format!(
            "SELECT coalesce(sum(calls), 0)::text, coalesce(sum(rows), 0)::text FROM pg_stat_statements WHERE dbid = {database}"
        ));
        let number = |at: usize| sums[0][at].parse().unwrap();
        (number(0), number(1))
    }
}

/// What the recorder says.
struct Told {
    statements: Vec<Executed>,
    counted: usize,
    undecoded: usize,
}

impl Told {
    fn of<T>(recording: &Recording<T>) -> Self {
        let classes = [Class::Query, Class::TransactionControl, Class::Driver];
        let all = classes
            .iter()
            .flat_map(|class| recording.traffic().of_class(*class));
        let mut statements: Vec<Executed> = all
            .map(|query| Executed {
                sql: query.sql().to_owned(),
                end: match query.outcome() {
                    Outcome::Completed => End::Completed,
                    Outcome::Suspended => End::Suspended,
                    Outcome::Failed(error) => End::Failed(error.sqlstate().to_owned()),
                    _ => End::Running,
                },
                rows: query.rows(),
            })
            .collect();
        statements.sort();
        let counts = recording.counts();
        Self {
            statements,
            counted: counts.queries + counts.transaction_control + counts.driver,
            undecoded: counts.undecoded,
        }
    }
}

fn same<T: PartialEq + std::fmt::Debug + ?Sized>(
    what: &str,
    found: &T,
    expected: &T,
) -> Result<(), String> {
    if found == expected {
        return Ok(());
    }
    Err(format!(
        "{what}:\n   found {found:?}\nexpected {expected:?}"
    ))
}

/// All but what is of one session alone: parameters, which a session tells when they change, and who notifies.
fn comparable(heard: Vec<Answer>) -> Vec<Answer> {
    let kept = heard.into_iter().filter(|answer| answer.tag != b'S');
    kept.map(|mut answer| {
        if answer.tag == b'A' {
            answer.body.drain(..4);
        }
        answer
    })
    .collect()
}
