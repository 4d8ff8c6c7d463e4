//! How connections open: encryption, versions of the protocol, cancel requests, and what is none of these.

use super::*;
use crate::record::Counts;

const GSS_REQUEST: &[u8] = b"\0\0\0\x08\x04\xd2\x16\x30";

/// What the tap counts while a program sends the packet and the server answers. Both must arrive as they were.
async fn passes(packet: &[u8], answer: &[u8]) -> Counts {
    let Ends {
        mut client,
        server,
        log,
        tap: _tap,
    } = ends().await;
    let window = log.lock().open(Duration::ZERO);
    client.write_all(packet).await.expect("an open socket");
    let mut server = accepted(server, packet).await;
    server.write_all(answer).await.expect("an open socket");
    assert_eq!(heard(&mut client, answer.len()).await, answer);
    let traffic = log.lock().close(window, Duration::ZERO);
    let counts = traffic.expect("an open window").counts;
    assert_eq!(counts.bytes_sent, packet.len() as u64);
    assert_eq!(counts.bytes_received, answer.len() as u64);
    counts
}

fn start_up(version: [u8; 4], parameters: &[u8]) -> Vec<u8> {
    let length = u32::try_from(8 + parameters.len()).expect("a short packet");
    [&length.to_be_bytes(), &version, parameters].concat()
}

#[tokio::test]
async fn encryption_is_declined_in_each_form_and_however_often() {
    let Ends {
        mut client,
        server,
        log: _log,
        tap: _tap,
    } = ends().await;
    for request in [GSS_REQUEST, SSL_REQUEST, SSL_REQUEST, GSS_REQUEST] {
        client.write_all(request).await.expect("an open socket");
        assert_eq!(heard(&mut client, 1).await, b"N");
    }
    client.write_all(STARTUP).await.expect("an open socket");
    accepted(server, STARTUP).await;
}

#[tokio::test]
async fn tls_that_was_not_asked_for_is_refused_by_hanging_up() {
    let Ends {
        mut client,
        server,
        log,
        tap,
    } = ends().await;
    let hello = [
        b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03".as_slice(),
        &[7; 506],
    ]
    .concat();
    client.write_all(&hello).await.expect("an open socket");
    // Hung up with bytes that nobody read: the program may hear of it as a reset.
    let heard = client.read(&mut [0]).await;
    assert!(matches!(heard, Ok(0) | Err(_)), "{heard:?}");
    tap.drained().await;
    assert_eq!(
        log.lock().next_connection(Duration::ZERO),
        1,
        "no connection was made"
    );
    drop(server);
}

#[tokio::test]
async fn a_newer_version_of_the_protocol_is_negotiated_by_the_ends() {
    let packet = start_up([0, 3, 0, 2], b"user\0me\0_pq_.sugar\0yes\0\0");
    let negotiate = b"v\0\0\0\x17\0\x03\0\0\0\0\0\x01_pq_.sugar\0";
    let key = [b"K\0\0\0\x28\0\0\0\x07".as_slice(), &[9; 32]].concat();
    let welcome = [
        negotiate.as_slice(),
        b"R\0\0\0\x08\0\0\0\0",
        &key,
        b"Z\0\0\0\x05I",
    ]
    .concat();
    let counts = passes(&packet, &welcome).await;
    assert_eq!((counts.connects, counts.undecoded), (1, 0));
}

#[tokio::test]
async fn a_version_that_nobody_knows_is_for_the_server_to_refuse() {
    // A server's answer to version 2 has no length.
    for (packet, answer) in [
        (start_up([0, 2, 0, 0], b""), b"Eunsupported\0".as_slice()),
        (start_up([0, 4, 0, 0], b"user\0me\0\0"), b"E\0\0\0\x05\0"),
        (b"GET / HTTP/1.1\r\n\r\n".to_vec(), b"what?"),
        (b"GET ".to_vec(), b""),
    ] {
        let counts = passes(&packet, answer).await;
        assert_eq!(counts.connects, 0, "{packet:?}");
        assert!(counts.undecoded > 0, "no count is certain: {packet:?}");
    }
}

#[tokio::test]
async fn a_cancel_request_may_have_a_key_of_any_length() {
    for key in [4, 32, 256] {
        let Ends {
            mut client,
            server,
            log,
            tap: _tap,
        } = ends().await;
        let window = log.lock().open(Duration::ZERO);
        let rest = [&[0, 0, 0, 7], vec![9; key].as_slice()].concat();
        let packet = start_up([0x04, 0xd2, 0x16, 0x2e], &rest);
        client.write_all(&packet).await.expect("an open socket");
        drop(accepted(server, &packet).await);
        assert_eq!(client.read(&mut [0]).await.expect("an end"), 0);
        let traffic = log.lock().close(window, Duration::ZERO);
        assert_eq!(traffic.expect("an open window").counts, Counts::default());
    }
}

#[tokio::test]
async fn a_packet_may_arrive_byte_by_byte() {
    let Ends {
        mut client,
        server,
        log: _log,
        tap,
    } = ends().await;
    let packet = start_up([0, 3, 0, 0], b"user\0me\0database\0shop\0\0");
    for byte in [SSL_REQUEST, &packet].concat() {
        client.write_all(&[byte]).await.expect("an open socket");
        is_drained(&tap).await;
    }
    assert_eq!(heard(&mut client, 1).await, b"N");
    accepted(server, &packet).await;
}

#[tokio::test]
async fn a_program_that_leaves_before_it_said_what_it_wants_opens_no_connection() {
    for said in [&STARTUP[..0], &STARTUP[..3], &STARTUP[..7], SSL_REQUEST] {
        let Ends {
            mut client,
            server: _server,
            log,
            tap,
        } = ends().await;
        client.write_all(said).await.expect("an open socket");
        client.shutdown().await.expect("an open socket");
        let mut answer = Vec::new();
        client.read_to_end(&mut answer).await.expect("an end");
        tap.drained().await;
        assert_eq!(log.lock().next_connection(Duration::ZERO), 1);
    }
}
