//! How connections end: in halves, whole, and broken off.

use super::*;

/// Something said on a connection that is open, each way. What it is does not matter here.
const ASKED: &[u8] = b"Q\0\0\0\x0dSELECT 1\0";
const ANSWERED: &[u8] = b"C\0\0\0\x0dSELECT 1\0Z\0\0\0\x05I";

async fn passes(from: &mut TcpStream, to: &mut TcpStream, bytes: &[u8]) {
    from.write_all(bytes).await.expect("an open socket");
    assert_eq!(heard(to, bytes.len()).await, bytes);
}

async fn ends_here(socket: &mut TcpStream) {
    assert_eq!(socket.read(&mut [0]).await.expect("an end"), 0);
}

/// Nobody waits for what is still on its way: the other end is reset.
fn reset(socket: TcpStream) {
    socket.set_zero_linger().expect("an open socket");
    drop(socket);
}

/// An end, or a reset. Whichever it is, it comes by itself.
async fn breaks_here(socket: &mut TcpStream) {
    let heard = socket.read(&mut [0]).await;
    assert!(matches!(heard, Ok(0) | Err(_)), "{heard:?}");
}

#[tokio::test]
async fn a_program_that_has_no_more_to_say_still_hears_the_answers() {
    let Open {
        mut client,
        mut server,
        log: _log,
        tap,
    } = open().await;
    client.write_all(ASKED).await.expect("an open socket");
    client.shutdown().await.expect("an open socket");
    assert_eq!(heard(&mut server, ASKED.len()).await, ASKED);
    ends_here(&mut server).await;
    passes(&mut server, &mut client, ANSWERED).await;
    passes(&mut server, &mut client, ANSWERED).await;
    drop(server);
    ends_here(&mut client).await;
    drop(client);
    tap.drained().await;
}

#[tokio::test]
async fn a_server_that_has_no_more_to_say_still_hears_the_program() {
    let Open {
        mut client,
        mut server,
        log: _log,
        tap,
    } = open().await;
    server.write_all(ANSWERED).await.expect("an open socket");
    server.shutdown().await.expect("an open socket");
    assert_eq!(heard(&mut client, ANSWERED.len()).await, ANSWERED);
    ends_here(&mut client).await;
    passes(&mut client, &mut server, ASKED).await;
    passes(&mut client, &mut server, ASKED).await;
    drop(client);
    ends_here(&mut server).await;
    drop(server);
    tap.drained().await;
}

#[tokio::test]
async fn what_was_said_before_an_end_arrives_before_it() {
    let Open {
        mut client,
        mut server,
        log: _log,
        tap: _tap,
    } = open().await;
    let long = vec![7; 1 << 20];
    tokio::join!(
        async {
            server.write_all(&long).await.expect("an open socket");
            drop(server);
        },
        async {
            let mut all = Vec::new();
            client.read_to_end(&mut all).await.expect("an end");
            assert!(all == long, "{} bytes of {}", all.len(), long.len());
        }
    );
}

#[tokio::test]
async fn a_program_that_breaks_off_is_told_to_the_server() {
    let Open {
        mut client,
        mut server,
        log,
        tap,
    } = open().await;
    let window = log.lock().open(Duration::ZERO);
    passes(&mut client, &mut server, ASKED).await;
    reset(client);
    breaks_here(&mut server).await;
    drop(server);
    tap.drained().await;
    let traffic = log.lock().close(window, Duration::ZERO);
    let counts = traffic.expect("an open window").counts;
    assert_eq!((counts.queries, counts.undecoded), (1, 0), "it was asked");
}

#[tokio::test]
async fn a_server_that_breaks_off_is_told_to_the_program() {
    let Open {
        mut client,
        mut server,
        log: _log,
        tap,
    } = open().await;
    passes(&mut client, &mut server, ASKED).await;
    passes(&mut server, &mut client, ANSWERED).await;
    reset(server);
    breaks_here(&mut client).await;
    drop(client);
    tap.drained().await;
}

#[tokio::test]
async fn an_end_that_breaks_off_while_much_is_on_its_way_to_it_holds_nobody() {
    for program_breaks in [true, false] {
        let Open {
            client,
            server,
            log: _log,
            tap,
        } = open().await;
        let (broken, mut other) = if program_breaks {
            (client, server)
        } else {
            (server, client)
        };
        let mut broken = Some(broken);
        let piece = vec![7; 1 << 20];
        // Unless the reset is passed on, what is on its way fills every buffer, and this waits for ever.
        while other.write_all(&piece).await.is_ok() {
            if let Some(broken) = broken.take() {
                reset(broken);
            }
        }
        drop(other);
        tap.drained().await;
    }
}

#[tokio::test]
async fn a_tap_that_is_dropped_hangs_up_on_both() {
    let Open {
        mut client,
        mut server,
        log: _log,
        tap,
    } = open().await;
    drop(tap);
    breaks_here(&mut client).await;
    breaks_here(&mut server).await;
}
