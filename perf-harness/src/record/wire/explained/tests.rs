//! Notices among other messages, however they are cut.

use proptest::prelude::*;

use super::{Filter, Piece};

fn message(tag: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 4).expect("a short body");
    [&[tag], &length.to_be_bytes()[..], body].concat()
}

fn notice(severity: &str, text: &str, routine: &str) -> Vec<u8> {
    let body = format!("S{severity}\0V{severity}\0C00000\0M{text}\0Fx.c\0L1\0R{routine}\0\0");
    message(b'N', body.as_bytes())
}

fn plan(json: &str) -> Vec<u8> {
    let text = format!("duration: 0.416 ms  plan:\n{json}");
    notice("INFO", &text, "explain_ExecutorEnd")
}

fn error(severity: &str) -> Vec<u8> {
    let body = format!("S{severity}\0V{severity}\0C42501\0Mnot allowed\0Fx.c\0L1\0Rset\0\0");
    message(b'E', body.as_bytes())
}

/// What came of a stream.
#[derive(Debug, Default, PartialEq, Eq)]
struct Came {
    passed: Vec<u8>,
    plans: Vec<Option<String>>,
    switched: Vec<Result<(), String>>,
}

impl Came {
    fn of<'a>(filter: &mut Filter, pieces: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut came = Self::default();
        for piece in pieces {
            filter.feed(piece, |piece| match piece {
                Piece::Pass(bytes) => came.passed.extend(bytes),
                Piece::Plan(plan) => came.plans.push(plan.map(str::to_owned)),
                Piece::Switched(answer) => came.switched.push(answer),
            });
        }
        came
    }
}

fn filter(awaits: bool) -> Filter {
    let mut filter = Filter::default();
    if awaits {
        filter.await_switch();
    }
    filter
}

/// Cut in two anywhere, and in bytes, the stream gives the same.
fn check(awaits: bool, stream: &[Vec<u8>], expected: &Came) {
    let bytes = stream.concat();
    for cut in 0..=bytes.len() {
        let (one, two) = bytes.split_at(cut);
        let came = Came::of(&mut filter(awaits), [one, two]);
        assert_eq!(came, *expected, "cut at {cut}");
    }
    let came = Came::of(&mut filter(awaits), bytes.chunks(1));
    assert_eq!(came, *expected, "byte by byte");
}

fn row() -> Vec<u8> {
    message(b'D', b"\0\x01\0\0\0\x01N")
}

fn done() -> Vec<u8> {
    message(b'C', b"SELECT 1\0")
}

fn ready() -> Vec<u8> {
    message(b'Z', b"I")
}

#[test]
fn a_plan_is_taken_out_and_the_rest_passes() {
    let own = notice("INFO", "duration: 1 ms  plan:\nmine", "exec_stmt_raise");
    let warning = notice("WARNING", "no transaction", "EndTransactionBlock");
    let stream = [
        row(),
        plan("{\"Query Text\": \"SELECT 1\"}"),
        warning.clone(),
        done(),
        own.clone(),
        plan("{}"),
        ready(),
    ];
    let expected = Came {
        passed: [row(), warning, done(), own, ready()].concat(),
        plans: vec![
            Some("{\"Query Text\": \"SELECT 1\"}".to_owned()),
            Some("{}".to_owned()),
        ],
        switched: vec![],
    };
    check(false, &stream, &expected);
}

#[test]
fn what_cannot_be_a_plan_passes_before_it_is_whole() {
    for (begun, passes) in [
        (&b"N\0\0\x01\0SNOTICE\0VNOTICE\0C00000\0Mx"[..], true),
        (b"N\0\0\x01\0SINFO\0VINFO\0C00000\0Md", false),
        (b"N\0\0\x01\0SINFO\0VINFO\0C00000\0Mdo it", true),
        (b"N\0\0\x01\0SLOG\0VLOG\0C00000\0Mduration: ", true),
        (b"N\0\0\x01\0SINFO\0VINFO\0C00000\0Mduration: 1", false),
        (b"D\0\0", true),
        (b"D", true),
        (b"Z\0\0\0\x05", true),
    ] {
        let came = Came::of(&mut Filter::default(), [begun]);
        let passed: &[u8] = if passes { begun } else { b"" };
        assert_eq!(came.passed, passed, "{}", String::from_utf8_lossy(begun));
    }
}

#[test]
fn the_answer_to_the_switch_is_taken_out_and_what_comes_beside_it_passes() {
    let beside = message(b'A', b"\0\0\0\x01channel\0payload\0");
    let answer = |last: Vec<u8>| {
        let steps = [message(b'1', b""), message(b'2', b"")].concat();
        [steps, beside.clone(), last, ready(), row(), done(), ready()]
    };
    let expected = |switched| Came {
        passed: [beside.clone(), row(), done(), ready()].concat(),
        plans: vec![],
        switched: vec![switched],
    };
    let set = [message(b'C', b"SET\0"), message(b'3', b"")].concat();
    check(true, &answer(set), &expected(Ok(())));
    let refused = Err("not allowed".to_owned());
    check(true, &answer(error("ERROR")), &expected(refused));
}

#[test]
fn an_error_that_ends_the_session_passes_while_the_answer_is_awaited() {
    let stream = [error("FATAL")];
    let expected = Came {
        passed: stream.concat(),
        ..Came::default()
    };
    check(true, &stream, &expected);
}

#[test]
fn a_plan_that_is_too_long_is_taken_out_and_told_without_its_text() {
    let long = plan(&"x".repeat(9 << 20));
    let bytes = [row(), long, ready()].concat();
    let mut filter = Filter::default();
    let came = Came::of(&mut filter, bytes.chunks(32 << 10));
    assert_eq!(came.passed, [row(), ready()].concat());
    assert_eq!(came.plans, [None]);
    assert!(filter.held.capacity() <= 1 << 16);
}

#[test]
fn bytes_that_make_no_sense_pass() {
    let stream = [row(), b"N\0\0\0\x01and so on".to_vec(), plan("{}")];
    let expected = Came {
        passed: stream.concat(),
        ..Came::default()
    };
    check(false, &stream, &expected);
}

#[test]
fn what_is_held_back_when_the_server_ends_goes_on() {
    let half = &plan("{}")[..60];
    let mut filter = Filter::default();
    assert_eq!(Came::of(&mut filter, [half]), Came::default());
    assert_eq!(filter.rest(), half);
    assert_eq!(filter.rest(), b"");
}

/// Messages of a server, and whether each is a plan.
fn any_message() -> impl Strategy<Value = (Vec<u8>, bool)> {
    let tag = prop::sample::select(b"123ACDEGHIKNRSTVWZcdntv".to_vec());
    let body = prop::collection::vec(any::<u8>(), 0..40);
    let severity = prop::sample::select(vec!["INFO", "NOTICE", "LOG"]);
    let text = prop::sample::select(vec!["duration: 1 ms  plan:\n{}", "duration: ", "dur", ""]);
    let routine = prop::sample::select(vec!["explain_ExecutorEnd", "exec_stmt_raise"]);
    prop_oneof![
        3 => (tag, body).prop_map(|(tag, body)| (message(tag, &body), false)),
        2 => "[a-z ]{0,40}".prop_map(|text| (plan(&text), true)),
        2 => (severity, text, routine).prop_map(|(severity, text, routine)| {
            let is_plan = (severity, routine) == ("INFO", "explain_ExecutorEnd") && text.ends_with("{}");
            (notice(severity, text, routine), is_plan)
        }),
    ]
}

proptest! {
    #[test]
    fn what_passes_is_the_stream_without_the_plans(
        messages in prop::collection::vec(any_message(), 0..12),
        cuts in prop::collection::vec(1_usize..60, 1..20),
    ) {
        let all: Vec<u8> = messages.iter().flat_map(|(bytes, _)| bytes.clone()).collect();
        let kept = messages.iter().filter(|(_, is_plan)| !is_plan);
        let kept: Vec<u8> = kept.flat_map(|(bytes, _)| bytes.clone()).collect();
        let mut filter = Filter::default();
        let mut came = Came::default();
        let (mut rest, mut sizes) = (&all[..], cuts.iter().cycle());
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(rest.len().min(*sizes.next().expect("a cycle")));
            came.passed.extend(Came::of(&mut filter, [piece]).passed);
            rest = after;
        }
        prop_assert_eq!(came.passed, kept);
    }
}
