//! A network between the program and the recorder: what one end says, the other hears half a round-trip time later.
//!
//! In order, whole, and whatever its size: the network is slow to answer, and not narrow. An end is under way like what was
//! said before it, and a reset is an end, as it is without a network.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream, duplex};
use tokio::sync::{Semaphore, mpsc, watch};

use super::CHUNK;
use crate::clock::{self, Timer};

/// How many bytes may be under way each way. When there are so many, no more is read.
const MOST: usize = 4 << 20;

/// What a piece takes besides its bytes, so that small ones are not kept without bounds.
const OVERHEAD: usize = 64;

/// A network of this round-trip time.
#[derive(Clone, Debug)]
pub(super) struct Network {
    pub(super) rtt: Duration,
    /// Nobody waits for it any more.
    lifted: watch::Receiver<bool>,
}

/// Something under way. Without bytes it is the end.
struct Piece {
    due: Duration,
    bytes: Vec<u8>,
}

impl Piece {
    fn cost(&self) -> usize {
        self.bytes.len() + OVERHEAD
    }
}

impl Network {
    pub(super) fn new(rtt: Duration, lifted: watch::Receiver<bool>) -> Self {
        Self { rtt, lifted }
    }

    /// How long anything is under way.
    pub(super) fn one_way(&self) -> Duration {
        self.rtt / 2
    }

    /// Something goes there and back, and nothing else is under way.
    pub(super) async fn round_trip(&self) {
        self.wait(&Timer::new(), clock::now() + self.rtt).await;
    }

    /// Puts itself between the server and the relay. The relay is given what it reads from and what it writes to.
    pub(super) async fn between<F: Future>(
        &self,
        (from_server, to_server): (impl AsyncRead + Unpin, impl AsyncWrite + Unpin),
        relay: impl FnOnce(DuplexStream, DuplexStream) -> F,
    ) -> F::Output {
        let (heard, arriving) = duplex(CHUNK);
        let (said, leaving) = duplex(CHUNK);
        let (output, (), ()) = tokio::join!(
            relay(heard, said),
            self.carry(leaving, to_server),
            self.carry(from_server, arriving),
        );
        output
    }

    /// One direction, until its end has arrived, or nobody is there who it could arrive at.
    pub(super) async fn carry(&self, from: impl AsyncRead + Unpin, to: impl AsyncWrite + Unpin) {
        let room = Semaphore::new(MOST);
        let (depart, under_way) = mpsc::unbounded_channel();
        let departs = async {
            drop(self.depart(from, &depart, &room).await);
            let end = Piece {
                due: self.due(),
                bytes: Vec::new(),
            };
            drop(depart.send(end));
            std::future::pending::<()>().await;
        };
        tokio::select! {
            arrived = self.arrive(under_way, to, &room) => drop(arrived),
            () = departs => unreachable!("it has no end of its own"),
        }
    }

    fn due(&self) -> Duration {
        clock::now() + self.one_way()
    }

    async fn depart(
        &self,
        mut from: impl AsyncRead + Unpin,
        depart: &mpsc::UnboundedSender<Piece>,
        room: &Semaphore,
    ) -> io::Result<()> {
        let mut buffer = vec![0; CHUNK];
        loop {
            let count = from.read(&mut buffer).await?;
            if count == 0 {
                return Ok(());
            }
            let piece = Piece {
                due: self.due(),
                bytes: buffer[..count].to_vec(),
            };
            let cost = u32::try_from(piece.cost()).unwrap_or(u32::MAX);
            if let Ok(taken) = room.acquire_many(cost).await {
                taken.forget();
            }
            drop(depart.send(piece));
        }
    }

    async fn arrive(
        &self,
        mut under_way: mpsc::UnboundedReceiver<Piece>,
        mut to: impl AsyncWrite + Unpin,
        room: &Semaphore,
    ) -> io::Result<()> {
        let timer = Timer::new();
        while let Some(piece) = under_way.recv().await {
            self.wait(&timer, piece.due).await;
            if piece.bytes.is_empty() {
                break;
            }
            to.write_all(&piece.bytes).await?;
            room.add_permits(piece.cost());
        }
        to.shutdown().await
    }

    async fn wait(&self, timer: &Timer, due: Duration) {
        let mut lifted = self.lifted.clone();
        tokio::select! {
            () = timer.until(due) => {}
            // Also where there is nobody left to say so.
            _ = lifted.wait_for(|lifted| *lifted) => {}
        }
    }
}
