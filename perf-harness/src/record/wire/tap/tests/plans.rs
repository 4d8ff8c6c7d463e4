//! A tap that asks for plans: what it says of its own, when, and that the program hears nothing of it.

use super::*;
use crate::record::Traffic;

const QUERY: &[u8] = b"Q\0\0\0\x0dSELECT 1\0";
const PING: &[u8] = b"S\0\0\0\x04";
const ANSWER: &[u8] = b"D\0\0\0\x06\0\0C\0\0\0\x0dSELECT 1\0Z\0\0\0\x05I";
const WITHIN: &[u8] = b"C\0\0\0\x0aBEGIN\0Z\0\0\0\x05T";
const READY: &[u8] = b"Z\0\0\0\x05I";
const CONNECTED: &[u8] = b"R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I";
const ACCEPTED: &[u8] =
    b"3\0\0\0\x041\0\0\0\x042\0\0\0\x04C\0\0\0\x08SET\x003\0\0\0\x04Z\0\0\0\x05I";

/// Both ends of a connection that is open, through a tap that asks for plans.
async fn connected() -> Open {
    let Ends {
        mut client,
        server,
        log,
        tap,
    } = ends_of(true).await;
    client.write_all(STARTUP).await.expect("an open socket");
    let mut server = accepted(server, STARTUP).await;
    passes(&mut server, &mut client, CONNECTED).await;
    Open {
        client,
        server,
        log,
        tap,
    }
}

/// What one end says is what the other hears, and nothing before it.
async fn passes(from: &mut TcpStream, to: &mut TcpStream, bytes: &[u8]) {
    from.write_all(bytes).await.expect("an open socket");
    assert_eq!(heard(to, bytes.len()).await, bytes);
}

/// The server hears the switch first, and then what the program says.
async fn passes_after_a_switch(open: &mut Open, bytes: &[u8], value: &str) {
    let Open { client, server, .. } = open;
    client.write_all(bytes).await.expect("an open socket");
    let mut all = Vec::new();
    while !all.ends_with(bytes) {
        let mut byte = [0];
        server.read_exact(&mut byte).await.expect("an open socket");
        all.extend(byte);
    }
    let text = String::from_utf8_lossy(&all);
    assert!(
        text.contains(&format!("SET auto_explain.log_min_duration = {value}\0")),
        "{text}"
    );
}

fn notice() -> Vec<u8> {
    let body = b"SINFO\0VINFO\0C00000\0Mduration: 1.0 ms  plan:\n{\"Query Text\": \"SELECT 1\", \"Plan\": {}}\0\
                 Rexplain_ExecutorEnd\0\0";
    let length = u32::try_from(body.len() + 4).expect("a short body");
    [b"N", &length.to_be_bytes()[..], body].concat()
}

/// The server says this, of which the program hears its own answer alone; then one more query passes as it is.
async fn answered(open: &mut Open, answers: &[u8], window: u64) -> Traffic {
    let written = open.server.write_all(answers).await;
    written.expect("an open socket");
    assert_eq!(heard(&mut open.client, ANSWER.len()).await, ANSWER);
    passes(&mut open.client, &mut open.server, QUERY).await;
    passes(&mut open.server, &mut open.client, ANSWER).await;
    closed(open, window)
}

fn closed(open: &Open, window: u64) -> Traffic {
    let traffic = open.log.lock().close(window, Duration::ZERO);
    traffic.expect("an open window")
}

#[tokio::test]
async fn it_switches_plans_on_while_something_is_recorded_and_off_again() {
    let mut open = connected().await;
    passes(&mut open.client, &mut open.server, QUERY).await;
    passes(&mut open.server, &mut open.client, ANSWER).await;
    let window = open.log.lock().open(Duration::ZERO);
    passes_after_a_switch(&mut open, QUERY, "0").await;
    let answers = [ACCEPTED, &ANSWER[..7], &notice(), &ANSWER[7..]].concat();
    let traffic = answered(&mut open, &answers, window).await;
    let plans: Vec<_> = traffic
        .queries()
        .map(|query| query.executed_plan().is_some())
        .collect();
    assert_eq!(plans, [true, false]);
    let counts = traffic.counts();
    let bytes = (counts.bytes_sent, counts.bytes_received);
    assert_eq!(bytes, (2 * QUERY.len() as u64, 2 * ANSWER.len() as u64));
    assert_eq!(
        (counts.queries, counts.round_trips, counts.undecoded),
        (2, 2, 0)
    );
    passes_after_a_switch(&mut open, QUERY, "-1").await;
}

#[tokio::test]
async fn it_waits_for_the_end_of_a_transaction_and_does_not_precede_a_ping() {
    let mut open = connected().await;
    passes(&mut open.client, &mut open.server, b"Q\0\0\0\x0aBEGIN\0").await;
    passes(&mut open.server, &mut open.client, WITHIN).await;
    open.log.lock().open(Duration::ZERO);
    passes(&mut open.client, &mut open.server, QUERY).await;
    passes(&mut open.server, &mut open.client, ANSWER).await;
    passes(&mut open.client, &mut open.server, PING).await;
    passes(&mut open.server, &mut open.client, READY).await;
    passes_after_a_switch(&mut open, QUERY, "0").await;
}

#[tokio::test]
async fn where_it_is_refused_it_says_why_and_does_not_ask_again() {
    let mut open = connected().await;
    let window = open.log.lock().open(Duration::ZERO);
    passes_after_a_switch(&mut open, QUERY, "0").await;
    let refused = b"E\0\0\0\x2aSERROR\0VERROR\0C42501\0Mnot for you\0\0";
    let refused = [
        &refused[..1],
        &u32::try_from(refused.len() - 1)
            .expect("short")
            .to_be_bytes(),
        &refused[5..],
    ];
    let answers = [&refused.concat(), READY, ANSWER].concat();
    let traffic = answered(&mut open, &answers, window).await;
    assert_eq!(traffic.without_plans(), Some("not for you"));
    assert_eq!((traffic.counts().queries, traffic.counts().errors), (2, 0));
}

#[tokio::test]
async fn a_recording_is_not_idle_before_the_server_is_ready_again() {
    let mut open = connected().await;
    open.log.lock().open(Duration::ZERO);
    passes_after_a_switch(&mut open, QUERY, "0").await;
    open.server
        .write_all(ACCEPTED)
        .await
        .expect("an open socket");
    let (before, ready) = ANSWER.split_at(ANSWER.len() - READY.len());
    passes(&mut open.server, &mut open.client, before).await;
    assert!(!open.log.lock().is_idle());
    passes(&mut open.server, &mut open.client, ready).await;
    assert!(open.log.lock().is_idle());
}

#[tokio::test]
async fn half_a_message_passes_at_once_unless_it_may_be_a_plan() {
    let mut open = connected().await;
    for byte in ANSWER {
        passes(&mut open.server, &mut open.client, &[*byte]).await;
    }
    let half = &notice()[..30];
    open.server.write_all(half).await.expect("an open socket");
    open.server.shutdown().await.expect("an open socket");
    assert_eq!(heard(&mut open.client, half.len()).await, half);
    assert_eq!(open.client.read(&mut [0]).await.expect("an end"), 0);
}
