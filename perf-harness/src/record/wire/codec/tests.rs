//! Messages made by hand, however they are cut.

mod oracle;

use super::{Backend, Frame, Framer, Frontend, OutOfStep, Target};

/// The most of a message that is kept.
const MIB: usize = 1 << 20;

/// Feeds the bytes in pieces and gives the frames, with a `None` for the end of all sense.
fn frames(bytes: &[u8], piece: usize) -> Vec<Option<(u8, Vec<u8>)>> {
    let mut framer = Framer::default();
    let mut found = Vec::new();
    for piece in bytes.chunks(piece) {
        let wants = |tag| tag != b'-';
        framer.feed(piece, wants, |frame| {
            found.push(frame.ok().map(|frame| (frame.tag, frame.body.to_vec())));
        });
    }
    found
}

fn check_frames(bytes: &[u8], expected: &[Option<(u8, &[u8])>]) {
    for piece in 1..=bytes.len() {
        let found = frames(bytes, piece);
        let found: Vec<_> = found
            .iter()
            .map(|frame| frame.as_ref().map(|(tag, body)| (*tag, body.as_slice())))
            .collect();
        assert_eq!(found, expected, "in pieces of {piece}");
    }
}

#[test]
fn messages_are_found_however_they_are_cut() {
    check_frames(
        b"Q\0\0\0\x06a\0S\0\0\0\x04X\0\0\0\x05z",
        &[Some((b'Q', b"a\0")), Some((b'S', b"")), Some((b'X', b"z"))],
    );
}

#[test]
fn a_body_that_is_not_wanted_is_passed_over() {
    check_frames(
        b"-\0\0\0\x08junkS\0\0\0\x04",
        &[Some((b'-', b"")), Some((b'S', b""))],
    );
}

#[test]
fn half_a_message_is_none() {
    check_frames(b"S\0\0\0\x04Q\0\0\0\x06a", &[Some((b'S', b""))]);
}

#[test]
fn an_impossible_length_is_told_once_and_ends_the_reading() {
    for length in [0, 3, 0x3fff_ffff, u32::MAX] {
        let bytes = [b"S\0\0\0\x04Q".as_slice(), &length.to_be_bytes()].concat();
        check_frames(&bytes, &[Some((b'S', b"")), None]);
        let more = [&bytes, b"S\0\0\0\x04".as_slice()].concat();
        assert_eq!(frames(&more, usize::MAX), frames(&bytes, usize::MAX));
    }
}

fn with_length(tag: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 4).expect("a short body");
    [&[tag], length.to_be_bytes().as_slice(), body].concat()
}

/// Feeds one message in pieces and gives what `look` makes of it.
fn look_at<T>(message: &[u8], piece: usize, look: impl Fn(Frame<'_>) -> T) -> T {
    let mut framer = Framer::default();
    let mut seen = None;
    for piece in message.chunks(piece) {
        framer.feed(
            piece,
            |_| true,
            |frame| {
                seen = Some(look(frame.expect("a length that can be")));
            },
        );
        assert!(framer.held() <= 2 * MIB, "{}", framer.held());
    }
    assert!(framer.held() <= MIB / 16, "{}", framer.held());
    seen.expect("a whole message")
}

#[test]
fn a_long_text_is_read_in_part_and_held_no_longer_than_its_message() {
    let text = "x".repeat(3 * MIB);
    for piece in [usize::MAX, 32 * 1024] {
        let message = with_length(b'Q', format!("{text}\0").as_bytes());
        look_at(&message, piece, |frame| {
            assert_eq!(
                Frontend::decode(frame),
                Frontend::Query(text[..MIB].to_owned())
            );
        });
        let message = with_length(b'P', format!("s\0{text}\0\0\x01\0\0\0\x17").as_bytes());
        look_at(&message, piece, |frame| {
            let expected = Frontend::Parse {
                statement: "s",
                sql: text[..MIB - 2].to_owned(),
                types: Vec::new(),
            };
            assert_eq!(Frontend::decode(frame), expected);
        });
    }
}

/// The parameters of a `Bind` of two values, the first one long.
fn long_bind(first: u8, second: u8, piece: usize) -> Vec<crate::record::Parameter> {
    let long = vec![first; 2 * MIB];
    let length = u32::try_from(long.len()).expect("a short value");
    let mut body = b"\0s\0\0\0\0\x02".to_vec();
    body.extend(length.to_be_bytes());
    body.extend(long);
    body.extend([0, 0, 0, 1, second, 0, 0]);
    look_at(&with_length(b'B', &body), piece, |frame| {
        let Frontend::Bind { values, .. } = Frontend::decode(frame) else {
            panic!("no bind: {frame:?}");
        };
        values.iter().map(|value| value.parameter(0)).collect()
    })
}

#[test]
fn long_values_are_cut_and_still_told_apart() {
    let values = long_bind(1, 1, usize::MAX);
    assert!(values.len() == 2 && values.iter().all(crate::record::Parameter::is_cut));
    assert_eq!(values, long_bind(1, 1, 1000), "pieces do not matter");
    assert_ne!(values, long_bind(1, 2, usize::MAX));
    assert_ne!(values, long_bind(2, 1, usize::MAX));
}

#[test]
fn a_value_that_was_kept_in_full_is_not_cut() {
    let long = [[0, 0x20, 0, 0].as_slice(), &vec![7; 2 * MIB]].concat();
    let body = [b"\0s\0\0\0\0\x02\0\0\0\x01x".as_slice(), &long, &[0, 0]].concat();
    let short = with_length(b'B', b"\0s\0\0\0\0\x01\0\0\0\x01x\0\0");
    let mut cut = Vec::new();
    let mut framer = Framer::default();
    for message in [with_length(b'B', &body), short] {
        framer.feed(&message, Frontend::wants, |frame| {
            let frame = frame.expect("a length that can be");
            let Frontend::Bind { values, .. } = Frontend::decode(frame) else {
                panic!("no bind: {}", frame.body.len());
            };
            cut.push(frame.beyond.is_some());
            cut.extend(values.iter().map(|value| value.parameter(0).is_cut()));
        });
    }
    assert_eq!(cut, [true, false, true, false, false]);
}

fn decode(tag: u8, body: &[u8]) -> Frontend<'_> {
    Frontend::decode(Frame {
        tag,
        body,
        beyond: None,
    })
}

#[test]
fn the_formats_of_a_bind_are_none_one_for_all_or_one_each() {
    let binary = |formats: &[u8]| {
        let body = [b"\0\0", formats, b"\0\x02\xff\xff\xff\xff\0\0\0\x01x\0\0"].concat();
        let Frontend::Bind { values, .. } = decode(b'B', &body) else {
            panic!("no bind");
        };
        assert_eq!(values[0].bytes, None);
        assert_eq!(values[1].bytes, Some(b"x".as_slice()));
        [values[0].binary, values[1].binary]
    };
    assert_eq!(binary(b"\0\0"), [false, false]);
    assert_eq!(binary(b"\0\x01\0\x01"), [true, true]);
    assert_eq!(binary(b"\0\x02\0\0\0\x01"), [false, true]);
}

#[test]
fn describe_and_close_are_about_a_statement_or_a_portal() {
    assert_eq!(
        decode(b'D', b"Ss1\0"),
        Frontend::Describe(Target::Statement("s1"))
    );
    assert_eq!(decode(b'C', b"P\0"), Frontend::Close(Target::Portal("")));
    assert_eq!(decode(b'D', b"Xs1\0"), Frontend::NotUnderstood);
}

#[test]
fn a_body_that_ends_too_early_is_not_understood() {
    for (tag, body) in [
        (b'P', b"s1".as_slice()),
        (b'B', b"\0s\0\0\x01"),
        (b'B', b"\0s\0\0\0\0\x01\0\0\0\x02x"),
        (b'B', b"\0s\0\0\0\0\x02\0\0\0\x01x"),
        (b'E', b""),
        (b'D', b""),
        (b'C', b"S"),
    ] {
        assert_eq!(decode(tag, body), Frontend::NotUnderstood, "{tag} {body:?}");
    }
}

#[test]
fn a_text_in_another_encoding_loses_letters_and_nothing_else() {
    let expected = Frontend::Query("SELECT '\u{fffd}'".to_owned());
    assert_eq!(decode(b'Q', b"SELECT '\xe9'\0"), expected);
}

#[test]
fn an_error_may_have_any_fields_in_any_order() {
    let read = |body: &[u8]| {
        let frame = Frame {
            tag: b'E',
            body,
            beyond: None,
        };
        match Backend::decode(frame) {
            Backend::Error { sqlstate, message } => (sqlstate, message),
            other => panic!("no error: {other:?}"),
        }
    };
    let expected = ("22012".to_owned(), "no".to_owned());
    assert_eq!(read(b"SERROR\0C22012\0Mno\0\0"), expected);
    assert_eq!(read(b"Mno\0?what\0C22012\0\0"), expected);
    assert_eq!(read(b""), (String::new(), String::new()));
    assert_eq!(read(b"C22012"), ("22012".to_owned(), String::new()));
}

#[test]
fn an_out_of_step_framer_says_so() {
    let mut told = Vec::new();
    Framer::default().feed(b"S\0\0\0\0", |_| true, |frame| told.push(frame.err()));
    assert_eq!(told, [Some(OutOfStep)]);
}
