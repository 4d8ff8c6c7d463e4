//! Our codec against another: the `pgwire` crate must read the same messages out of real drivers' streams.
//!
//! It does not know the function call protocol (`FunctionCall` and its response), so those two messages are left
//! out of what it is given.

use std::fmt::Debug;

use pgwire::messages::response::{ErrorResponse, TransactionStatus};
use pgwire::messages::{
    DecodeContext, PgWireBackendMessage as Theirs, PgWireFrontendMessage as TheirsSent,
    ProtocolVersion,
};

use super::super::{Backend, Frame, Framer, Frontend, Target};
use crate::record::wire::Direction;
use crate::record::wire::captures::{self, Capture};

/// A message's type byte and those of its fields that we read.
type Seen = (char, String);

#[test]
fn another_codec_reads_the_same_messages() {
    for capture in captures::all() {
        let context = context(&capture);
        for direction in [Direction::Sent, Direction::Received] {
            let (known, ours) = our_messages(&capture, direction);
            let theirs = match direction {
                Direction::Sent => read_all(&known, |bytes| their_frontend(bytes, &context)),
                Direction::Received => read_all(&known, |bytes| their_backend(bytes, &context)),
            };
            let at = format!("{} {direction:?}", capture.name);
            for (at_message, (ours, theirs)) in ours.iter().zip(&theirs).enumerate() {
                assert_eq!(ours, theirs, "{at}, message {at_message}");
            }
            assert_eq!(ours.len(), theirs.len(), "{at}");
            assert!(!ours.is_empty() || capture.name == "psql-refused", "{at}");
        }
    }
}

/// Every message that we find, and the bytes of those that they know.
fn our_messages(capture: &Capture, direction: Direction) -> (Vec<u8>, Vec<Seen>) {
    let mut framer = Framer::default();
    let (mut known, mut seen) = (Vec::new(), Vec::new());
    for (_, bytes) in capture.writes.iter().filter(|(of, _)| *of == direction) {
        framer.feed(
            bytes,
            |_| true,
            |frame| {
                let frame = frame.expect("a length that can be");
                if frame.tag == b'F' && direction == Direction::Sent || frame.tag == b'V' {
                    return;
                }
                known.extend(super::with_length(frame.tag, frame.body));
                seen.push(match direction {
                    Direction::Sent => our_frontend(frame),
                    Direction::Received => our_backend(frame),
                });
            },
        );
    }
    (known, seen)
}

fn our_frontend(frame: Frame<'_>) -> Seen {
    let fields = match Frontend::decode(frame) {
        Frontend::Query(sql) => sql,
        Frontend::Parse {
            statement,
            sql,
            types,
        } => fields(&(statement, sql, types)),
        Frontend::Bind {
            portal,
            statement,
            values,
            results,
        } => {
            let values: Vec<_> = values.iter().map(|it| (it.binary, it.bytes)).collect();
            fields(&(portal, statement, values, results))
        }
        Frontend::Execute { portal } => fields(&portal),
        Frontend::Describe(target) | Frontend::Close(target) => match target {
            Target::Statement(name) => fields(&(b'S', name)),
            Target::Portal(name) => fields(&(b'P', name)),
        },
        Frontend::NotUnderstood => panic!("{frame:?}"),
        Frontend::Sync | Frontend::FunctionCall | Frontend::CopyEnd | Frontend::NoAccount => {
            String::new()
        }
    };
    (frame.tag.into(), fields)
}

fn our_backend(frame: Frame<'_>) -> Seen {
    let fields = match Backend::decode(frame) {
        Backend::ParameterDescription(types) => fields(&types),
        Backend::ReadyForQuery { in_transaction } => fields(&in_transaction),
        Backend::Error { sqlstate, message } => fields(&(sqlstate, message)),
        Backend::RowDescription(columns) => {
            let columns: Vec<_> = columns
                .iter()
                .map(|it| (it.name.as_str(), it.type_oid, it.binary))
                .collect();
            fields(&columns)
        }
        Backend::NotUnderstood => panic!("{frame:?}"),
        _ => String::new(),
    };
    (frame.tag.into(), fields)
}

fn fields(fields: &impl Debug) -> String {
    format!("{fields:?}")
}

/// Reads until nothing is left, and says what each message was.
fn read_all(mut bytes: &[u8], read: impl Fn(&[u8]) -> (usize, Seen)) -> Vec<Seen> {
    let mut seen = Vec::new();
    while !bytes.is_empty() {
        let (left, message) = read(bytes);
        assert!(left < bytes.len(), "they read nothing");
        bytes = &bytes[bytes.len() - left..];
        seen.push(message);
    }
    seen
}

/// After the start-up packet.
fn context(capture: &Capture) -> DecodeContext {
    let mut context = DecodeContext::new(match capture.startup[4..8] {
        [0, 3, 0, 2] => ProtocolVersion::PROTOCOL3_2,
        _ => ProtocolVersion::PROTOCOL3_0,
    });
    context.awaiting_frontend_ssl = false;
    context.awaiting_frontend_startup = false;
    context
}

fn their_frontend(bytes: &[u8], context: &DecodeContext) -> (usize, Seen) {
    let mut buffer = bytes.into();
    let read = TheirsSent::decode(&mut buffer, context);
    let message = read.expect("a message that they know");
    let message = message.expect("a whole message");
    let name = |name: &Option<String>| name.clone().unwrap_or_default();
    let seen = match message {
        TheirsSent::Query(it) => ('Q', it.query),
        TheirsSent::Parse(it) => ('P', fields(&(name(&it.name), it.query, it.type_oids))),
        TheirsSent::Bind(it) => {
            let format = |at: usize| match it.parameter_format_codes.len() {
                0 => false,
                1 => it.parameter_format_codes[0] == 1,
                _ => it.parameter_format_codes[at] == 1,
            };
            let values = it.parameters.iter().enumerate();
            let values: Vec<_> = values.map(|(at, it)| (format(at), it.as_deref())).collect();
            (
                'B',
                fields(&(
                    name(&it.portal_name),
                    name(&it.statement_name),
                    values,
                    it.result_column_format_codes,
                )),
            )
        }
        TheirsSent::Execute(it) => ('E', fields(&name(&it.name))),
        TheirsSent::Describe(it) => ('D', fields(&(it.target_type, name(&it.name)))),
        TheirsSent::Close(it) => ('C', fields(&(it.target_type, name(&it.name)))),
        TheirsSent::Sync(_) => ('S', String::new()),
        TheirsSent::Flush(_) => ('H', String::new()),
        TheirsSent::Terminate(_) => ('X', String::new()),
        TheirsSent::CopyData(_) => ('d', String::new()),
        TheirsSent::CopyDone(_) => ('c', String::new()),
        TheirsSent::CopyFail(_) => ('f', String::new()),
        other => panic!("not in a capture: {other:?}"),
    };
    (buffer.len(), seen)
}

fn their_backend(bytes: &[u8], context: &DecodeContext) -> (usize, Seen) {
    let mut buffer = bytes.into();
    let read = Theirs::decode(&mut buffer, context);
    let message = read.expect("a message that they know");
    let message = message.expect("a whole message");
    let seen = match message {
        Theirs::ParameterDescription(it) => ('t', fields(&it.types)),
        Theirs::ReadyForQuery(it) => ('Z', fields(&(it.status != TransactionStatus::Idle))),
        Theirs::ErrorResponse(it) => ('E', fields(&(field(&it, b'C'), field(&it, b'M')))),
        Theirs::RowDescription(it) => {
            let columns = it.fields.iter();
            let columns: Vec<_> = columns
                .map(|it| (it.name.as_str(), it.type_id, it.format_code == 1))
                .collect();
            ('T', fields(&columns))
        }
        other => (their_tag(&other), String::new()),
    };
    (buffer.len(), seen)
}

fn field(error: &ErrorResponse, code: u8) -> &str {
    let found = error.fields.iter().find(|(of, _)| *of == code);
    found.map_or("", |(_, text)| text)
}

fn their_tag(message: &Theirs) -> char {
    match message {
        Theirs::Authentication(_) => 'R',
        Theirs::ParameterStatus(_) => 'S',
        Theirs::BackendKeyData(_) => 'K',
        Theirs::ParseComplete(_) => '1',
        Theirs::BindComplete(_) => '2',
        Theirs::CloseComplete(_) => '3',
        Theirs::PortalSuspended(_) => 's',
        Theirs::CommandComplete(_) => 'C',
        Theirs::EmptyQueryResponse(_) => 'I',
        Theirs::NoticeResponse(_) => 'N',
        Theirs::NotificationResponse(_) => 'A',
        Theirs::DataRow(_) => 'D',
        Theirs::NoData(_) => 'n',
        Theirs::CopyInResponse(_) => 'G',
        Theirs::CopyOutResponse(_) => 'H',
        Theirs::CopyBothResponse(_) => 'W',
        Theirs::CopyData(_) => 'd',
        Theirs::CopyDone(_) => 'c',
        other => panic!("not in a capture: {other:?}"),
    }
}
