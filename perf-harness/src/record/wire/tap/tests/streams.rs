//! What passes while a connection is open: at once, in order, and no faster than the other end takes it.

use std::io::ErrorKind;

use super::*;

const MIB: usize = 1 << 20;

/// The head of a message of copy data, as long as a message can be: 1 GiB.
const LONG_MESSAGE: &[u8] = b"d\x3f\xff\xff\xfe";

/// More than all buffers of the system between the two ends can hold, and than one may hold in memory.
pub(super) const MUCH: usize = 192 * MIB;

#[tokio::test]
async fn half_a_message_passes_at_once() {
    let Open {
        mut client,
        mut server,
        log: _log,
        tap: _tap,
    } = open().await;
    for byte in *b"Q\0\0\0\x0dSELECT 1\0" {
        client.write_all(&[byte]).await.expect("an open socket");
        assert_eq!(heard(&mut server, 1).await, [byte]);
    }
    for byte in *b"D\0\0\0\x06\0\0C\0\0\0\x0dSELECT 1\0Z\0\0\0\x05I" {
        server.write_all(&[byte]).await.expect("an open socket");
        assert_eq!(heard(&mut client, 1).await, [byte]);
    }
}

/// What stands at a place of the stream: no two neighbouring pieces are alike.
pub(super) fn bytes_at(place: usize, count: usize) -> Vec<u8> {
    let byte = |place: usize| u8::try_from(place % 251).expect("below 256");
    (place..place + count).map(byte).collect()
}

/// Writes until nothing more is taken, however often everybody gets a turn, or until it is all.
pub(super) async fn fill(socket: &TcpStream, pattern: &[u8]) -> usize {
    let (mut written, mut refused) = (0, 0);
    while written < MUCH && refused < 10_000 {
        let start = written % 251;
        match socket.try_write(&pattern[start..start + CHUNK]) {
            Ok(count) => (written, refused) = (written + count, 0),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                refused += 1;
                tokio::task::yield_now().await;
            }
            Err(error) => panic!("{error}"),
        }
    }
    written
}

/// Reads the stream to its end.
async fn drain(socket: &mut TcpStream, pattern: &[u8]) -> usize {
    let mut buffer = vec![0; CHUNK];
    let mut place = 0;
    loop {
        let count = socket.read(&mut buffer).await.expect("an open socket");
        if count == 0 {
            return place;
        }
        assert!(
            buffer[..count] == pattern[place % 251..][..count],
            "at {place}"
        );
        place += count;
    }
}

/// One end sends much of one message, and the other reads nothing until the first one is stopped.
async fn is_held_back(mut from: TcpStream, mut to: TcpStream) {
    let pattern = bytes_at(0, 251 + CHUNK);
    from.write_all(LONG_MESSAGE).await.expect("an open socket");
    let sent = fill(&from, &pattern).await;
    assert!(sent < MUCH, "all was taken, and nobody read it");
    assert_eq!(heard(&mut to, LONG_MESSAGE.len()).await, LONG_MESSAGE);
    let rest = async {
        let mut place = sent;
        while place < MUCH {
            let piece = CHUNK.min(MUCH - place);
            let bytes = &pattern[place % 251..][..piece];
            from.write_all(bytes).await.expect("an open socket");
            place += piece;
        }
        from.shutdown().await.expect("an open socket");
    };
    let (received, ()) = tokio::join!(drain(&mut to, &pattern), rest);
    assert_eq!(received, MUCH.max(sent));
}

/// `to_the_program`, or from it.
async fn check_held_back(to_the_program: bool) {
    let Open {
        client,
        server,
        log,
        tap: _tap,
    } = open().await;
    let window = log.lock().open(Duration::ZERO);
    if to_the_program {
        is_held_back(server, client).await;
    } else {
        is_held_back(client, server).await;
    }
    let traffic = log.lock().close(window, Duration::ZERO);
    let counts = traffic.expect("an open window").counts;
    let bytes = counts.bytes_sent + counts.bytes_received;
    assert_eq!(bytes, (LONG_MESSAGE.len() + MUCH) as u64);
    assert_eq!(counts.undecoded, 0);
}

#[tokio::test]
async fn a_program_that_does_not_read_holds_the_server_back() {
    check_held_back(true).await;
}

#[tokio::test]
async fn a_server_that_does_not_read_holds_the_program_back() {
    check_held_back(false).await;
}
