//! Workloads: one of every kind of message, and random ones.

use std::fmt;

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::select;

use crate::ask::{Ask, Kind, Statement};

/// `n`, 1 to 5, is what there is in the beginning.
pub(crate) const TABLE: &str =
    "CREATE TABLE items (n int); INSERT INTO items SELECT generate_series(1, 5)";
/// As in the beginning.
pub(crate) const AFRESH: &str = "TRUNCATE items; INSERT INTO items SELECT generate_series(1, 5)";

/// `abs(integer)`
const ABS: u32 = 1397;

/// All in one go, with as little waiting as the protocol needs.
#[derive(Clone)]
pub(crate) struct Workload(pub(crate) Vec<Ask>);

impl fmt::Debug for Workload {
    /// A message a line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|ask| write!(f, "\n  {ask:?}"))
    }
}

/// Every kind of message, and every way in which a statement can end.
pub(crate) fn of_every_kind() -> Workload {
    let simple = |all: &[(Kind, &str)]| {
        let all = all.iter().map(|(kind, sql)| Statement::new(*kind, *sql));
        Ask::Query(all.collect())
    };
    let mut asks = vec![
        simple(&[
            (Kind::Select, "SELECT n FROM items"),
            (Kind::Empty, ""),
            (Kind::Write, "INSERT INTO items VALUES (6)"),
        ]),
        simple(&[(Kind::Empty, "")]),
        simple(&[
            (Kind::Utility, "LISTEN news"),
            (Kind::Utility, "NOTIFY news, 'a word'"),
        ]),
        simple(&[(Kind::Select, "SELECT FROM nowhere")]),
        simple(&[(Kind::Select, "SELEC 1")]),
        simple(&[(Kind::Utility, "DO $$ BEGIN RAISE NOTICE 'heard'; END $$")]),
        simple(&[(Kind::Utility, "BEGIN"), (Kind::Utility, "SAVEPOINT a")]),
    ];
    asks.extend(run(
        "s1",
        "p1",
        "SELECT n FROM generate_series(1, 5) n",
        Kind::Select,
        &[2, 2],
    ));
    asks.extend([
        Ask::Flush,
        Ask::Execute("p1".into(), 0),
        Ask::ClosePortal("p1".into()),
        Ask::Sync,
    ]);
    asks.extend(run(
        "",
        "",
        "SELECT n FROM generate_series(1, 5) n",
        Kind::Select,
        &[2],
    ));
    asks.extend(run(
        "",
        "",
        "SELECT 1 / (n - 2) FROM generate_series(1, 3) n",
        Kind::Select,
        &[0],
    ));
    asks.extend(run("", "", "SELECT 'never'", Kind::Select, &[0]));
    asks.extend([Ask::Sync, Ask::Sync]);
    asks.push(simple(&[
        (Kind::Utility, "ROLLBACK TO a"),
        (Kind::Utility, "RELEASE a"),
        (Kind::Utility, "COMMIT"),
    ]));
    asks.extend(run(
        "",
        "",
        "INSERT INTO items SELECT generate_series(7, 9) RETURNING n",
        Kind::Returning(3),
        &[1, 0],
    ));
    asks.extend([Ask::CloseStatement("s1".into()), Ask::Sync]);
    for (simple, waits, fails) in [
        (true, true, false),
        (false, true, false),
        (false, false, true),
    ] {
        asks.extend(copy_in(simple, waits, "10\n11\n", fails));
    }
    asks.push(simple(&[(Kind::Utility, "COPY items TO STDOUT")]));
    asks.extend([Ask::Call(ABS, vec!["-7".into()]), Ask::Call(0, vec![])]);
    asks.push(simple(&[
        (Kind::Prepare, "PREPARE q AS SELECT n FROM items"),
        (Kind::Prepared, "EXECUTE q"),
    ]));
    asks.extend(end());
    Workload(asks)
}

/// Whatever was begun ends, and whatever was kept is given back.
fn end() -> Vec<Ask> {
    let alone = |kind, sql: &str| Ask::Query(vec![Statement::new(kind, sql)]);
    vec![
        Ask::Sync,
        alone(Kind::Utility, "ROLLBACK"),
        alone(Kind::Deallocate, "DEALLOCATE ALL"),
        alone(Kind::Utility, "UNLISTEN *"),
    ]
}

/// `Parse`, `Bind`, `Describe`, and an `Execute` for each number of rows.
fn run(name: &str, portal: &str, sql: &str, kind: Kind, fetches: &[u32]) -> Vec<Ask> {
    let fetches = fetches
        .iter()
        .map(|most| Ask::Execute(portal.to_owned(), *most));
    let mut asks = vec![
        Ask::Parse(name.to_owned(), Statement::new(kind, sql)),
        Ask::DescribeStatement(name.to_owned()),
        Ask::Bind(portal.to_owned(), name.to_owned(), vec![]),
        Ask::DescribePortal(portal.to_owned()),
    ];
    asks.extend(fetches);
    asks
}

/// A copy that waits for the server to be ready, or sends its data at once.
fn copy_in(simple: bool, waits: bool, data: &str, fails: bool) -> Vec<Ask> {
    let copy = Statement::new(Kind::Utility, "COPY items FROM STDIN");
    let mut asks = if simple {
        vec![Ask::Query(vec![
            copy,
            Statement::new(Kind::Select, "SELECT count(*) FROM items"),
        ])]
    } else {
        // Nothing else may execute it by chance.
        let name = "copy".to_owned();
        vec![
            Ask::CloseStatement(name.clone()),
            Ask::Parse(name.clone(), copy),
            Ask::Bind(String::new(), name, vec![]),
            Ask::Execute(String::new(), 0),
        ]
    };
    if waits {
        asks.extend([Ask::Flush, Ask::Await]);
    }
    asks.push(Ask::CopyData(data.to_owned()));
    asks.push(if fails { Ask::CopyFail } else { Ask::CopyDone });
    asks.extend((!simple).then_some(Ask::Sync));
    asks
}

/// A random workload.
pub(crate) fn random() -> impl Strategy<Value = Workload> {
    let unit = prop_oneof![
        4 => vec(statement(), 1..4).prop_map(|all| vec![Ask::Query(all)]),
        6 => pipeline(),
        2 => held(),
        1 => (name(), portal()).prop_map(again),
        1 => copy(),
        1 => Just(vec![Ask::Call(ABS, vec!["-7".into()])]),
        1 => Just(vec![Ask::Sync]),
    ];
    vec(unit, 1..12).prop_map(|units| {
        // What is sent after a `Sync` and before the error that came before it is known can use no name of before.
        let units = units.into_iter().chain([end()]);
        let units = units.map(|unit| [unit, vec![Ask::Await]].concat());
        Workload(units.flatten().collect())
    })
}

fn copy() -> impl Strategy<Value = Vec<Ask>> {
    let data = select(vec!["", "10\n", "10\n11\n12\n", "ten\n"]);
    (any::<[bool; 3]>(), data)
        .prop_map(|([simple, waits, fails], data)| copy_in(simple, waits, data, fails))
}

/// Steps of the extended protocol, up to a `Sync`.
fn pipeline() -> impl Strategy<Value = Vec<Ask>> {
    let step = prop_oneof![
        6 => (name(), portal(), statement(), fetches(), any::<[bool; 4]>()).prop_map(execution),
        1 => Just(vec![Ask::Flush]),
        1 => Just(vec![Ask::Sync]),
        1 => portal().prop_map(|portal| vec![Ask::ClosePortal(portal)]),
        1 => name().prop_map(|name| vec![Ask::CloseStatement(name)]),
        1 => unreadable(),
        // Without a `Sync` before it, version 18 fails at what comes next: `StartTransactionCommand: unexpected state STARTED`.
        1 => statement().prop_map(|one| vec![Ask::Sync, Ask::Query(vec![one])]),
    ];
    vec(step, 1..5).prop_map(|steps| {
        let steps = steps.into_iter().flatten();
        steps.chain([Ask::Sync]).collect()
    })
}

type Execution = (String, String, Statement, Vec<u32>, [bool; 4]);

fn execution((name, portal, statement, fetches, choices): Execution) -> Vec<Ask> {
    let [describes, describes_portal, closes, closes_portal] = choices;
    let fetches = match statement.kind {
        // How many rows there were is told by the last part alone.
        Kind::Prepared => vec![0],
        Kind::Utility if statement.sql.starts_with("FETCH") => vec![0],
        // What controls a transaction may take the portal along: to ask it again would execute none.
        Kind::Utility => fetches.into_iter().take(1).collect(),
        _ => fetches,
    };
    // Its name would hide that it is prepared already.
    let mut asks = vec![
        Ask::CloseStatement(name.clone()),
        Ask::Parse(name.clone(), statement),
    ];
    asks.extend(describes.then(|| Ask::DescribeStatement(name.clone())));
    asks.push(Ask::Bind(portal.clone(), name.clone(), vec![]));
    asks.extend(describes_portal.then(|| Ask::DescribePortal(portal.clone())));
    asks.extend(
        fetches
            .into_iter()
            .map(|most| Ask::Execute(portal.clone(), most)),
    );
    asks.extend(closes.then_some(Ask::CloseStatement(name)));
    asks.extend(closes_portal.then_some(Ask::ClosePortal(portal)));
    asks
}

/// A statement that may have been prepared before, or not.
fn again((name, portal): (String, String)) -> Vec<Ask> {
    let execute = Ask::Execute(portal.clone(), 0);
    vec![Ask::Bind(portal, name, vec![]), execute, Ask::Sync]
}

/// A portal that is fetched in parts, while its transaction does something else.
fn held() -> impl Strategy<Value = Vec<Ask>> {
    let simple = |kind, sql: &str| vec![Ask::Query(vec![Statement::new(kind, sql)])];
    let savepoint = |asks: Vec<Ask>, end: &str| {
        let (begin, end) = (
            simple(Kind::Utility, "SAVEPOINT a"),
            simple(Kind::Utility, end),
        );
        [begin, asks, end].concat()
    };
    let fails = run(
        "",
        "",
        "SELECT 1 / (n - 2) FROM generate_series(1, 3) n",
        Kind::Select,
        &[0],
    );
    let fails = [fails, vec![Ask::Sync]].concat();
    let lost = run("", "", "SELECT n FROM items", Kind::Select, &[2]);
    let lost = [lost, vec![Ask::Sync]].concat();
    let amid = select(vec![
        vec![],
        simple(Kind::Select, "SELECT n FROM items"),
        savepoint(vec![], "RELEASE a"),
        savepoint(lost.clone(), "RELEASE a"),
        savepoint(lost.clone(), "ROLLBACK TO a"),
        savepoint([lost, fails].concat(), "ROLLBACK TO a"),
        savepoint(
            simple(Kind::Select, "SELECT nothing FROM nowhere"),
            "ROLLBACK TO a",
        ),
    ]);
    let fetches = vec((select(vec![0, 1, 2]), amid), 1..4);
    let end = select(vec!["COMMIT", "ROLLBACK", "CLOSE nothing", "SELEC 1"]);
    (fetches, end).prop_map(move |(fetches, end)| {
        // One that is under way ends first.
        let mut asks = [
            simple(Kind::Utility, "ROLLBACK"),
            simple(Kind::Utility, "BEGIN"),
        ]
        .concat();
        asks.extend(run(
            "",
            "held",
            "SELECT n FROM generate_series(1, 5) n",
            Kind::Select,
            &[1],
        ));
        asks.push(Ask::Sync);
        for (most, amid) in fetches {
            asks.extend(amid);
            asks.extend([Ask::Execute("held".to_owned(), most), Ask::Sync]);
        }
        asks.extend(simple(Kind::Utility, end));
        asks.extend(simple(Kind::Utility, "ROLLBACK"));
        asks
    })
}

/// A value that is no number: `Bind` fails.
fn unreadable() -> impl Strategy<Value = Vec<Ask>> {
    portal().prop_map(|portal| {
        let statement = Statement::new(Kind::Select, "SELECT $1::int");
        vec![
            Ask::Parse(String::new(), statement),
            Ask::Bind(portal.clone(), String::new(), vec!["no number".to_owned()]),
            Ask::Execute(portal, 0),
        ]
    })
}

fn name() -> impl Strategy<Value = String> {
    select(vec!["", "", "s1", "s2"]).prop_map(str::to_owned)
}

fn portal() -> impl Strategy<Value = String> {
    select(vec!["", "", "p1"]).prop_map(str::to_owned)
}

/// How many rows each `Execute` asks for.
fn fetches() -> impl Strategy<Value = Vec<u32>> {
    select(vec![
        vec![0],
        vec![0],
        vec![1],
        vec![2, 0],
        vec![1, 1, 1],
        vec![5, 0, 0],
        vec![],
    ])
}

fn statement() -> impl Strategy<Value = Statement> {
    const ALL: &[(Kind, &str)] = &[
        (Kind::Select, "SELECT n FROM items"),
        (Kind::Select, "SELECT n FROM generate_series(1, 3) n"),
        (Kind::Select, "SELECT n FROM items WHERE false"),
        (
            Kind::Select,
            "SELECT /* a; comment */ 'a;b' -- b; c\n AS text",
        ),
        (Kind::Select, "VALUES (1), (2)"),
        (
            Kind::Select,
            "SELECT 1 / (n - 2) FROM generate_series(1, 3) n",
        ),
        (Kind::Select, "SELECT nothing FROM nowhere"),
        (Kind::Select, "SELEC 1"),
        (Kind::Write, "INSERT INTO items VALUES (1), (2)"),
        (Kind::Write, "UPDATE items SET n = n + 1 WHERE n < 3"),
        (Kind::Write, "DELETE FROM items WHERE n > 3"),
        (
            Kind::Returning(3),
            "INSERT INTO items SELECT generate_series(1, 3) RETURNING n",
        ),
        (Kind::Utility, "SHOW server_version"),
        (Kind::Utility, "SET application_name = 'another'"),
        (Kind::Utility, "LISTEN news"),
        (Kind::Utility, "NOTIFY news, 'a word'"),
        (Kind::Utility, "UNLISTEN news"),
        (
            Kind::Utility,
            "DO $$ BEGIN RAISE NOTICE 'heard; read'; END $$",
        ),
        (Kind::Utility, "EXPLAIN (COSTS off) SELECT n FROM items"),
        (Kind::Utility, "COPY items TO STDOUT"),
        (Kind::Utility, "BEGIN"),
        (Kind::Utility, "BEGIN"),
        (Kind::Utility, "BEGIN"),
        (Kind::Utility, "COMMIT"),
        (Kind::Utility, "ROLLBACK"),
        (Kind::Utility, "SAVEPOINT a"),
        (Kind::Utility, "SAVEPOINT b"),
        (Kind::Utility, "ROLLBACK TO a"),
        (Kind::Utility, "RELEASE a"),
        (Kind::Utility, "DECLARE c CURSOR FOR SELECT n FROM items"),
        (Kind::Utility, "FETCH 2 FROM c"),
        (Kind::Utility, "CLOSE c"),
        (Kind::Prepare, "PREPARE q AS SELECT n FROM items"),
        (Kind::Prepared, "EXECUTE q"),
        (Kind::Deallocate, "DEALLOCATE q"),
        (Kind::Deallocate, "DEALLOCATE ALL"),
        (Kind::Empty, ""),
    ];
    select(ALL).prop_map(|(kind, sql)| Statement::new(kind, sql))
}
