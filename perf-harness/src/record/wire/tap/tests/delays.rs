//! A tap with a network before it: everything passes as without one, and later.

use super::*;

const ASKED: &[u8] = b"Q\0\0\0\x0dSELECT 1\0";
const ANSWERED: &[u8] = b"C\0\0\0\x0dSELECT 1\0Z\0\0\0\x05I";
const RTT: Duration = Duration::from_millis(8);

/// Nobody waits for so long.
const ENDLESS: Duration = Duration::from_hours(1);

pub(super) const fn over(rtt: Duration) -> Changes {
    Changes {
        plans: false,
        rtt: Some(rtt),
    }
}

async fn say(socket: &mut TcpStream, bytes: &[u8]) -> Duration {
    let at = clock::now();
    socket.write_all(bytes).await.expect("an open socket");
    at
}

async fn hear(socket: &mut TcpStream, bytes: &[u8]) {
    assert_eq!(heard(socket, bytes.len()).await, bytes);
}

fn since(at: Duration) -> Duration {
    clock::now().saturating_sub(at)
}

#[tokio::test]
async fn what_both_ends_say_passes_unchanged_and_is_recorded_as_without_it() {
    for name in ["sqlx", "tokio-postgres-copy", "psycopg-terminated"] {
        pass(name, over(Duration::from_micros(300))).await;
    }
}

#[tokio::test]
async fn each_way_takes_half_a_round_trip_and_connecting_a_whole_one_more() {
    let Ends {
        mut client,
        server,
        log: _log,
        tap: _tap,
    } = ends_with(over(RTT)).await;
    let connected = say(&mut client, STARTUP).await;
    let mut server = accepted(server, STARTUP).await;
    assert!(since(connected) >= RTT + RTT / 2);
    for _ in 0..3 {
        let asked = say(&mut client, ASKED).await;
        hear(&mut server, ASKED).await;
        assert!(since(asked) >= RTT / 2);
        let answered = say(&mut server, ANSWERED).await;
        hear(&mut client, ANSWERED).await;
        assert!(since(answered) >= RTT / 2);
    }
}

#[tokio::test]
async fn a_refused_request_for_encryption_takes_a_round_trip_and_so_does_a_refused_connection() {
    let nowhere = Upstream::Unix("no-such-directory/.s.PGSQL.5432".into());
    let tap = Tap::open(nowhere, SharedLog::default(), over(RTT)).await;
    let tap = tap.expect("a free port");
    let client = TcpStream::connect((Ipv4Addr::LOCALHOST, tap.port())).await;
    let mut client = client.expect("the tap listens");
    let began = say(&mut client, SSL_REQUEST).await;
    hear(&mut client, b"N").await;
    assert!(since(began) >= RTT);
    say(&mut client, STARTUP).await;
    let mut answer = Vec::new();
    client.read_to_end(&mut answer).await.expect("an answer");
    assert!(since(began) >= 3 * RTT);
    assert!(String::from_utf8_lossy(&answer).contains("C08006"));
}

#[tokio::test]
async fn a_cancel_request_and_its_end_take_their_time() {
    let Ends {
        mut client,
        server,
        log,
        tap: _tap,
    } = ends_with(over(RTT)).await;
    let asked = say(&mut client, CANCEL_REQUEST).await;
    drop(accepted(server, CANCEL_REQUEST).await);
    assert_eq!(client.read(&mut [0]).await.expect("an end"), 0);
    assert!(since(asked) >= 2 * RTT);
    let connection = log.lock().next_connection(Duration::ZERO, Duration::ZERO);
    assert_eq!(connection, 1);
}

#[tokio::test]
async fn what_is_asked_at_once_is_under_way_at_once() {
    let (_lift, lifted) = watch::channel(false);
    let network = Network::new(ENDLESS, lifted);
    let (mut said, leaving) = tokio::io::duplex(64);
    let (_heard, arriving) = tokio::io::duplex(64);
    let much = vec![7; 100_000];
    // Far more than fits between two of them: all of it departs before any of it arrives.
    tokio::select! {
        () = network.carry(leaving, arriving) => panic!("it has no end"),
        written = said.write_all(&much) => written.expect("room for it"),
    }
}

#[tokio::test]
async fn ends_are_under_way_like_what_was_said_before_them() {
    let Open {
        mut client,
        mut server,
        log: _log,
        tap,
    } = open_with(over(RTT)).await;
    say(&mut client, ASKED).await;
    let ended = clock::now();
    client.shutdown().await.expect("an open socket");
    hear(&mut server, ASKED).await;
    assert_eq!(server.read(&mut [0]).await.expect("an end"), 0);
    assert!(since(ended) >= RTT / 2);
    // It still hears the answer.
    let answered = say(&mut server, ANSWERED).await;
    drop(server);
    hear(&mut client, ANSWERED).await;
    assert_eq!(client.read(&mut [0]).await.expect("an end"), 0);
    assert!(since(answered) >= RTT / 2);
    drop(client);
    tap.drained().await;
}

#[tokio::test]
async fn a_reset_arrives_after_what_was_said_before_it_and_holds_nobody() {
    let Open {
        mut client,
        mut server,
        log: _log,
        tap,
    } = open_with(over(RTT)).await;
    say(&mut server, ANSWERED).await;
    hear(&mut client, ANSWERED).await;
    say(&mut client, ASKED).await;
    tokio::time::sleep(RTT / 4).await;
    client.set_zero_linger().expect("an open socket");
    drop(client);
    hear(&mut server, ASKED).await;
    assert_eq!(server.read(&mut [0]).await.expect("an end"), 0);
    drop(server);
    tap.drained().await;
}

#[tokio::test]
async fn an_end_that_is_gone_holds_nobody_who_still_sends() {
    let Open {
        client,
        server,
        log: _log,
        tap,
    } = open_with(over(RTT)).await;
    server.set_zero_linger().expect("an open socket");
    drop(server);
    let mut client = client;
    // More than is kept on the way. When nobody takes it any more, it fails.
    let all = vec![7; 64 << 20];
    let written = client.write_all(&all).await;
    drop(client);
    tap.drained().await;
    written.expect_err("nobody is there");
}

#[tokio::test]
async fn who_is_in_a_hurry_gets_at_once_what_is_under_way() {
    let Ends {
        mut client,
        server,
        log: _log,
        tap,
    } = ends_with(over(ENDLESS)).await;
    say(&mut client, STARTUP).await;
    tap.hurry();
    let mut server = accepted(server, STARTUP).await;
    say(&mut client, ASKED).await;
    hear(&mut server, ASKED).await;
    drop((client, server));
    tap.drained().await;
}

#[tokio::test]
async fn a_server_that_does_not_read_holds_the_program_back() {
    let Open {
        client,
        server: _server,
        log: _log,
        tap: _tap,
    } = open_with(over(RTT)).await;
    let pattern = streams::bytes_at(0, CHUNK + 251);
    assert!(streams::fill(&client, &pattern).await < streams::MUCH);
}

#[tokio::test]
async fn a_recording_is_not_idle_while_an_answer_is_under_way() {
    let Open {
        mut client,
        mut server,
        log,
        tap: _tap,
    } = open_with(over(RTT)).await;
    say(&mut server, b"R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I").await;
    heard(&mut client, 15).await;
    let window = log.lock().open(clock::now());
    say(&mut client, ASKED).await;
    hear(&mut server, ASKED).await;
    say(&mut server, ANSWERED).await;
    // The server has answered long before the program has heard of it.
    let mut byte = [0];
    while client.try_read(&mut byte).is_err() {
        assert!(!log.lock().is_idle() || client.try_read(&mut byte).is_ok());
        tokio::task::yield_now().await;
    }
    assert!(log.lock().is_idle());
    let traffic = log.lock().close(window, clock::now());
    let query = &traffic.expect("an open window").statements[0];
    assert!(query.elapsed() >= Some(RTT));
}
