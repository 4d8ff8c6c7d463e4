//! A tap between two ends on the loopback interface that say what a capture says.

mod opening;
mod parting;
mod plans;
mod streams;

use std::time::Duration;

use super::*;
use crate::record::wire::captures::{self, Capture};

/// `StartupMessage` of protocol 3.0, without parameters.
pub(crate) const STARTUP: &[u8] = b"\0\0\0\x08\0\x03\0\0";
const SSL_REQUEST: &[u8] = b"\0\0\0\x08\x04\xd2\x16\x2f";
const CANCEL_REQUEST: &[u8] = b"\0\0\0\x10\x04\xd2\x16\x2e\0\0\0\x01\0\0\0\x02";

pub(crate) struct Ends {
    pub(crate) client: TcpStream,
    pub(crate) server: TcpListener,
    pub(crate) log: SharedLog,
    pub(crate) tap: Tap,
}

pub(crate) async fn ends() -> Ends {
    ends_of(false).await
}

pub(crate) async fn ends_of(plans: bool) -> Ends {
    let server = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
    let server = server.expect("a free port");
    let upstream = Upstream::Tcp {
        host: "127.0.0.1".to_owned(),
        port: server.local_addr().expect("a port").port(),
    };
    let log = SharedLog::default();
    let tap = Tap::open(upstream, log.clone(), plans)
        .await
        .expect("a free port");
    let client = TcpStream::connect((Ipv4Addr::LOCALHOST, tap.port())).await;
    Ends {
        client: client.expect("the tap listens"),
        server,
        log,
        tap,
    }
}

/// Says what one end of the capture said, and hears what the other did.
async fn say(mut socket: TcpStream, capture: &Capture, mine: Direction) {
    for (direction, bytes) in &capture.writes {
        if *direction == mine {
            socket.write_all(bytes).await.expect("an open socket");
        } else {
            assert_eq!(&heard(&mut socket, bytes.len()).await, bytes);
        }
    }
}

async fn heard(socket: &mut TcpStream, count: usize) -> Vec<u8> {
    let mut bytes = vec![0; count];
    socket.read_exact(&mut bytes).await.expect("an open socket");
    bytes
}

pub(crate) async fn accepted(server: TcpListener, first: &[u8]) -> TcpStream {
    let (mut socket, _) = server.accept().await.expect("a connection");
    assert_eq!(heard(&mut socket, first.len()).await, first);
    socket
}

async fn pass(name: &str) {
    let capture = captures::named(name);
    let Ends {
        mut client,
        server,
        log,
        tap: _tap,
    } = ends().await;
    let window = log.lock().open(Duration::ZERO);
    tokio::join!(
        async {
            client.write_all(STARTUP).await.expect("an open socket");
            say(client, &capture, Direction::Sent).await;
        },
        async {
            let server = accepted(server, STARTUP).await;
            say(server, &capture, Direction::Received).await;
        }
    );
    let traffic = log.lock().close(window, Duration::ZERO);
    let counts = traffic.expect("an open window").counts;
    let size = |of| {
        let writes = capture
            .writes
            .iter()
            .filter(|(direction, _)| *direction == of);
        writes.map(|(_, bytes)| bytes.len() as u64).sum::<u64>()
    };
    let sent = size(Direction::Sent) + STARTUP.len() as u64;
    assert_eq!(counts.bytes_sent, sent, "{name}");
    assert_eq!(counts.bytes_received, size(Direction::Received), "{name}");
    assert_eq!((counts.connects, counts.undecoded), (1, 0), "{name}");
}

/// The two ends of a connection that is open.
struct Open {
    client: TcpStream,
    server: TcpStream,
    log: SharedLog,
    tap: Tap,
}

async fn open() -> Open {
    let Ends {
        mut client,
        server,
        log,
        tap,
    } = ends().await;
    client.write_all(STARTUP).await.expect("an open socket");
    let server = accepted(server, STARTUP).await;
    Open {
        client,
        server,
        log,
        tap,
    }
}

#[tokio::test]
async fn what_both_ends_say_passes_unchanged_and_is_recorded() {
    for name in ["sqlx", "tokio-postgres-copy", "psycopg-terminated"] {
        pass(name).await;
    }
}

#[tokio::test]
async fn a_cancel_request_passes_and_is_no_connection() {
    let Ends {
        mut client,
        server,
        log,
        tap: _tap,
    } = ends().await;
    client
        .write_all(CANCEL_REQUEST)
        .await
        .expect("an open socket");
    drop(accepted(server, CANCEL_REQUEST).await);
    assert_eq!(client.read(&mut [0]).await.expect("an end"), 0);
    assert_eq!(log.lock().next_connection(Duration::ZERO), 1);
}

#[tokio::test]
async fn a_server_that_cannot_be_reached_is_told_in_the_protocols_words() {
    let nowhere = Upstream::Unix("no-such-directory/.s.PGSQL.5432".into());
    let tap = Tap::open(nowhere, SharedLog::default(), false).await;
    let tap = tap.expect("a free port");
    let client = TcpStream::connect((Ipv4Addr::LOCALHOST, tap.port())).await;
    let mut client = client.expect("the tap listens");
    client.write_all(STARTUP).await.expect("an open socket");
    let mut answer = Vec::new();
    client.read_to_end(&mut answer).await.expect("an answer");
    let answer = String::from_utf8_lossy(&answer);
    let expected =
        "C08006\0Mperf-harness: the server at no-such-directory/.s.PGSQL.5432 cannot be reached: ";
    assert!(
        answer.starts_with('E') && answer.contains(expected),
        "{answer}"
    );
}

/// Is it so now, with all that can happen by itself done?
async fn is_drained(tap: &Tap) -> bool {
    for _ in 0..32 {
        tokio::task::yield_now().await;
    }
    let now = std::task::Context::from_waker(std::task::Waker::noop());
    std::pin::pin!(tap.drained()).poll(&mut { now }).is_ready()
}

#[tokio::test]
async fn a_tap_is_drained_when_both_ends_of_each_connection_are_closed() {
    let Ends {
        mut client,
        server,
        log: _log,
        tap,
    } = ends().await;
    client.write_all(STARTUP).await.expect("an open socket");
    let mut server = accepted(server, STARTUP).await;
    assert!(!is_drained(&tap).await);
    drop(client);
    // The server has heard of it, and its session is not over yet.
    assert_eq!(server.read(&mut [0]).await.expect("an end"), 0);
    assert!(!is_drained(&tap).await);
    drop(server);
    tap.drained().await;
}
