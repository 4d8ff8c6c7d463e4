//! Sockets: a loopback listener that forwards every byte to the server and shows it to a session first.
//!
//! The only module that opens a socket. It listens on 127.0.0.1 only.

mod delay;
mod plans;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinSet};

use self::delay::Network;
use super::Direction;
use super::session::{Event, Session};
use super::startup::{self, Startup};
use crate::clock;
use crate::record::SharedLog;

/// Bytes read at once. A message may be longer: it passes in pieces.
const CHUNK: usize = 32 * 1024;

/// How long to wait when no connection can be accepted.
const RETRY: Duration = Duration::from_millis(10);

/// Where the real server listens.
#[derive(Clone, Debug)]
pub(crate) enum Upstream {
    Tcp {
        host: String,
        port: u16,
    },
    /// The socket file itself: `<directory>/.s.PGSQL.<port>`.
    Unix(PathBuf),
}

/// What a tap does besides recording.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Changes {
    /// Has the server tell the plans of what is recorded, and takes them out.
    pub(crate) plans: bool,
    /// What passes takes as long as on a network of this round-trip time.
    pub(crate) rtt: Option<Duration>,
}

/// A listener that records what passes. Dropped, it closes all its connections.
#[derive(Debug)]
pub(crate) struct Tap {
    port: u16,
    accepting: AbortHandle,
    lift: watch::Sender<bool>,
    open: watch::Receiver<usize>,
}

impl Tap {
    /// Listens on a free loopback port. Must be called on the recorder's own runtime: a blocked test must not stop it.
    pub(crate) async fn open(
        upstream: Upstream,
        log: SharedLog,
        changes: Changes,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let (opened, open) = watch::channel(0);
        let (lift, lifted) = watch::channel(false);
        let passing = Passing {
            upstream,
            log,
            plans: changes.plans,
            network: changes.rtt.map(|rtt| Network::new(rtt, lifted)),
        };
        let accepting = tokio::spawn(accept(listener, passing, opened)).abort_handle();
        Ok(Self {
            port,
            accepting,
            lift,
            open,
        })
    }

    /// The port on 127.0.0.1.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// From now on nothing waits for a network's time any more: also what is under way arrives at once.
    pub(crate) fn hurry(&self) {
        self.lift.send_replace(true);
    }

    /// Waits until no connection is open any more: each program has closed its end, and the server its own, so its
    /// sessions are over. For how long that may take is the caller's business.
    pub(crate) fn drained(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut open = self.open.clone();
        // Where nobody counts any more, none is open.
        async move { drop(open.wait_for(|open| *open == 0).await) }
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// What all connections of a tap have in common.
#[derive(Clone, Debug)]
struct Passing {
    upstream: Upstream,
    log: SharedLog,
    plans: bool,
    network: Option<Network>,
}

async fn accept(listener: TcpListener, passing: Passing, open: watch::Sender<usize>) {
    let mut connections = JoinSet::new();
    loop {
        // An accept fails when the program is out of file descriptors; it may have some again.
        let Ok((client, _)): io::Result<(TcpStream, SocketAddr)> = listener.accept().await else {
            tokio::time::sleep(RETRY).await;
            continue;
        };
        while connections.try_join_next().is_some() {}
        passing.log.lock().arrived();
        // A connection that breaks is the two ends' affair: both see it.
        let served = serve(client, passing.clone());
        let one = One::of(&open);
        connections.spawn(async {
            drop(served.await);
            drop(one);
        });
    }
}

/// One connection, counted for as long as it lives.
struct One(watch::Sender<usize>);

impl One {
    fn of(open: &watch::Sender<usize>) -> Self {
        open.send_modify(|open| *open += 1);
        Self(open.clone())
    }
}

impl Drop for One {
    fn drop(&mut self) {
        self.0.send_modify(|open| *open -= 1);
    }
}

/// How a connection is opened: what for, with which packet, and since when.
struct Opening {
    kind: Startup,
    packet: Vec<u8>,
    since: Duration,
}

async fn serve(mut client: TcpStream, passing: Passing) -> io::Result<()> {
    client.set_nodelay(true)?;
    let Some(opening) = open_request(&mut client, passing.network.as_ref()).await? else {
        return Ok(());
    };
    match &passing.upstream {
        Upstream::Tcp { host, port } => match TcpStream::connect((host.as_str(), *port)).await {
            Ok(server) => {
                server.set_nodelay(true)?;
                let (read, write) = server.into_split();
                pass(client, (read, write), &opening, &passing).await
            }
            Err(error) => refuse(client, &passing, &error).await,
        },
        Upstream::Unix(path) => match UnixStream::connect(path).await {
            Ok(server) => {
                let (read, write) = server.into_split();
                pass(client, (read, write), &opening, &passing).await
            }
            Err(error) => refuse(client, &passing, &error).await,
        },
    }
}

/// Answers requests for encryption with "no" until the program says what it wants.
///
/// On a network the connection itself takes a round trip, and so does each of these answers. The kernel has let the program
/// connect already, so what it says first is under way for so much longer.
async fn open_request(
    client: &mut TcpStream,
    network: Option<&Network>,
) -> io::Result<Option<Opening>> {
    let since = clock::now();
    loop {
        let mut prefix = [0; 4];
        client.read_exact(&mut prefix).await?;
        let mut packet = prefix.to_vec();
        if let Some(length) = startup::length(prefix) {
            packet.resize(length, 0);
            client.read_exact(&mut packet[4..]).await?;
        }
        if let Some(network) = network {
            network.round_trip().await;
        }
        match startup::read(&packet) {
            Startup::Encryption => client.write_all(b"N").await?,
            Startup::Tls => return Ok(None),
            kind => {
                return Ok(Some(Opening {
                    kind,
                    packet,
                    since,
                }));
            }
        }
    }
}

/// Tells the program, in the protocol's own words, that the server cannot be reached.
async fn refuse(mut client: TcpStream, passing: &Passing, error: &io::Error) -> io::Result<()> {
    if let Some(network) = &passing.network {
        network.round_trip().await;
    }
    let place = match &passing.upstream {
        Upstream::Tcp { host, port } => format!("{host}:{port}"),
        Upstream::Unix(path) => path.display().to_string(),
    };
    let fields = format!(
        "SFATAL\0VFATAL\0C08006\0Mperf-harness: the server at {place} cannot be reached: {error}\0\0"
    );
    let length = u32::try_from(fields.len() + 4).unwrap_or(u32::MAX);
    client.write_all(b"E").await?;
    client.write_all(&length.to_be_bytes()).await?;
    client.write_all(fields.as_bytes()).await?;
    client.shutdown().await
}

/// Directly, or over a network.
async fn pass(
    client: TcpStream,
    server: (impl AsyncRead + Unpin, impl AsyncWrite + Unpin),
    opening: &Opening,
    passing: &Passing,
) -> io::Result<()> {
    let Some(network) = &passing.network else {
        return relay(client, server, opening, passing).await;
    };
    let between = |read, write| relay(client, (read, write), opening, passing);
    network.between(server, between).await
}

async fn relay(
    client: TcpStream,
    (server_read, mut server_write): (impl AsyncRead + Unpin, impl AsyncWrite + Unpin),
    opening: &Opening,
    passing: &Passing,
) -> io::Result<()> {
    server_write.write_all(&opening.packet).await?;
    let (client_read, client_write) = client.into_split();
    if opening.kind == Startup::Cancel {
        passing.log.lock().departed();
        forward(server_read, client_write, |_| {}).await;
        return Ok(());
    }
    let watch = Watch::new(opening, passing);
    watch.open(opening);
    if passing.plans && opening.kind == Startup::Session {
        plans::relay(
            (client_read, client_write),
            (server_read, server_write),
            &watch,
        )
        .await;
        return Ok(());
    }
    // Each to its own end: a server that hangs up has often said why.
    tokio::join!(
        forward(client_read, server_write, |bytes| watch
            .see(Direction::Sent, bytes)),
        forward(server_read, client_write, |bytes| watch
            .see(Direction::Received, bytes)),
    );
    Ok(())
}

/// Forwards until one end breaks or has no more, and passes that on.
async fn forward(
    from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    see: impl Fn(&[u8]),
) {
    // The other end sees what happened when its own half is shut.
    drop(forward_all(from, &mut to, see).await);
    drop(to.shutdown().await);
}

/// Shows each piece before it goes on: when a program has seen an answer, the answer is in the log.
async fn forward_all(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    see: impl Fn(&[u8]),
) -> io::Result<()> {
    let mut buffer = vec![0; CHUNK];
    loop {
        let count = from.read(&mut buffer).await?;
        if count == 0 {
            return Ok(());
        }
        see(&buffer[..count]);
        to.write_all(&buffer[..count]).await?;
    }
}

/// One connection's session and the log it writes to.
struct Watch<'a> {
    connection: u64,
    session: Mutex<Session>,
    log: &'a SharedLog,
}

impl<'a> Watch<'a> {
    fn new(opening: &Opening, passing: &'a Passing) -> Self {
        let log = &passing.log;
        let one_way = passing.network.as_ref().map(Network::one_way);
        let one_way = one_way.unwrap_or_default();
        Self {
            connection: log.lock().next_connection(opening.since, one_way),
            session: Mutex::new(Session::opened_for(opening.kind)),
            log,
        }
    }

    /// The packet that opens the connection has no type byte: the session is made for it and is not fed with it.
    fn open(&self, Opening { kind, packet, .. }: &Opening) {
        let mut log = self.log.lock();
        log.bytes(Direction::Sent, packet.len());
        self.session().open(packet.get(8..).unwrap_or_default());
        if *kind == Startup::Unknown {
            log.event(self.connection, &Event::Undecoded);
        }
    }

    fn session(&self) -> MutexGuard<'_, Session> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn see(&self, direction: Direction, bytes: &[u8]) {
        let mut log = self.log.lock();
        log.bytes(direction, bytes.len());
        let mut session = self.session();
        session.keep_rows(log.is_open());
        let now = clock::now();
        session.feed(direction, bytes, now, |event| {
            log.event(self.connection, &event);
        });
        // Nobody closes a recording while an answer is certain to come: also to a ping, which is no statement.
        log.answering(self.connection, session.awaits_ready());
        log.stands(self.connection, session.standing(), now);
    }
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        self.log.lock().closed(self.connection, clock::now());
    }
}

#[cfg(test)]
pub(super) mod tests;
