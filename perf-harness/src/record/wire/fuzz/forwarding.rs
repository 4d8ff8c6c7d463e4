//! A tap may carry anything: every byte comes out as it went in, in both directions.

use proptest::prelude::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

use super::cases;
use super::messages::{self, Write};
use crate::record::wire::Changes;
use crate::record::wire::Direction::{self, Received, Sent};
use crate::record::wire::tap::tests::{Ends, STARTUP, accepted, ends_with};

/// All that one end says, and how it cuts it.
struct Side<'a> {
    says: Vec<u8>,
    pieces: &'a [usize],
}

fn said(writes: &[Write], by: Direction) -> Vec<u8> {
    let mine = writes.iter().filter(|(direction, _)| *direction == by);
    mine.flat_map(|(_, bytes)| bytes).copied().collect()
}

async fn say(mut to: OwnedWriteHalf, side: &Side<'_>) {
    for piece in messages::cut(&side.says, side.pieces) {
        to.write_all(piece).await.expect("an open socket");
        tokio::task::yield_now().await;
    }
    to.shutdown().await.expect("an open socket");
}

async fn hear(mut from: OwnedReadHalf) -> Vec<u8> {
    let mut heard = Vec::new();
    from.read_to_end(&mut heard).await.expect("an end");
    heard
}

/// Both ends say all they have to say at the same time. Gives what each heard.
async fn converse(program: &Side<'_>, server: &Side<'_>, changes: Changes) -> (Vec<u8>, Vec<u8>) {
    let Ends {
        mut client,
        server: listener,
        tap: _tap,
        ..
    } = ends_with(changes).await;
    client.write_all(STARTUP).await.expect("an open socket");
    let socket = accepted(listener, STARTUP).await;
    let ((program_hears, program_says), (server_hears, server_says)) =
        (client.into_split(), socket.into_split());
    let (by_program, by_server, (), ()) = tokio::join!(
        hear(program_hears),
        hear(server_hears),
        say(program_says, program),
        say(server_says, server),
    );
    (by_program, by_server)
}

proptest! {
    #![proptest_config(cases(60))]

    #[test]
    fn bytes_come_out_as_they_went_in(
        writes in messages::writes(),
        program_pieces in messages::pieces(),
        server_pieces in messages::pieces(),
        // With nothing recorded and no plan told, a tap that asks for plans changes nothing either.
        plans in any::<bool>(),
        micros in proptest::option::of(2..500_u64),
    ) {
        let changes = Changes { plans, rtt: micros.map(std::time::Duration::from_micros) };
        let program = Side { says: said(&writes, Sent), pieces: &program_pieces };
        let server = Side { says: said(&writes, Received), pieces: &server_pieces };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("a runtime");
        let (by_program, by_server) = runtime.block_on(converse(&program, &server, changes));
        prop_assert!(by_server == program.says, "{by_server:?} is not {:?}", program.says);
        prop_assert!(by_program == server.says, "{by_program:?} is not {:?}", server.says);
    }
}
