//! Sockets: a loopback listener that forwards every byte to the server and shows it to a session first.
//!
//! The only module that opens a socket. It listens on 127.0.0.1 only.

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

/// A listener that records what passes. Dropped, it closes all its connections.
#[derive(Debug)]
pub(crate) struct Tap {
    port: u16,
    accepting: AbortHandle,
    open: watch::Receiver<usize>,
}

impl Tap {
    /// Listens on a free loopback port. With `plans` it has the server tell the plans of what is recorded, and takes them
    /// out. Must be called on the recorder's own runtime: a blocked test must not stop it.
    pub(crate) async fn open(upstream: Upstream, log: SharedLog, plans: bool) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let (opened, open) = watch::channel(0);
        let accepting =
            tokio::spawn(accept(listener, (upstream, plans), log, opened)).abort_handle();
        Ok(Self {
            port,
            accepting,
            open,
        })
    }

    /// The port on 127.0.0.1.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Waits until no connection is open any more: each program has closed its end, and the server its own, so its
    /// sessions are over. For how long that may take is the caller's business.
    pub(crate) fn drained(&self) -> impl Future<Output = ()> + Send + 'static {
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

async fn accept(
    listener: TcpListener,
    (upstream, plans): (Upstream, bool),
    log: SharedLog,
    open: watch::Sender<usize>,
) {
    let mut connections = JoinSet::new();
    loop {
        // An accept fails when the program is out of file descriptors; it may have some again.
        let Ok((client, _)): io::Result<(TcpStream, SocketAddr)> = listener.accept().await else {
            tokio::time::sleep(RETRY).await;
            continue;
        };
        while connections.try_join_next().is_some() {}
        log.lock().arrived();
        // A connection that breaks is the two ends' affair: both see it.
        let served = serve(client, upstream.clone(), log.clone(), plans);
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

async fn serve(
    mut client: TcpStream,
    upstream: Upstream,
    log: SharedLog,
    plans: bool,
) -> io::Result<()> {
    client.set_nodelay(true)?;
    let Some((kind, packet)) = open_request(&mut client).await? else {
        return Ok(());
    };
    let plans = plans && kind == Startup::Session;
    match &upstream {
        Upstream::Tcp { host, port } => match TcpStream::connect((host.as_str(), *port)).await {
            Ok(server) => {
                server.set_nodelay(true)?;
                let (read, write) = server.into_split();
                relay(client, (read, write), (kind, &packet), &log, plans).await
            }
            Err(error) => refuse(client, &upstream, &error).await,
        },
        Upstream::Unix(path) => match UnixStream::connect(path).await {
            Ok(server) => {
                let (read, write) = server.into_split();
                relay(client, (read, write), (kind, &packet), &log, plans).await
            }
            Err(error) => refuse(client, &upstream, &error).await,
        },
    }
}

/// Answers requests for encryption with "no" until the program says what it wants.
async fn open_request(client: &mut TcpStream) -> io::Result<Option<(Startup, Vec<u8>)>> {
    loop {
        let mut prefix = [0; 4];
        client.read_exact(&mut prefix).await?;
        let mut packet = prefix.to_vec();
        if let Some(length) = startup::length(prefix) {
            packet.resize(length, 0);
            client.read_exact(&mut packet[4..]).await?;
        }
        match startup::read(&packet) {
            Startup::Encryption => client.write_all(b"N").await?,
            Startup::Tls => return Ok(None),
            kind => return Ok(Some((kind, packet))),
        }
    }
}

/// Tells the program, in the protocol's own words, that the server cannot be reached.
async fn refuse(mut client: TcpStream, upstream: &Upstream, error: &io::Error) -> io::Result<()> {
    let place = match upstream {
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

async fn relay(
    client: TcpStream,
    (server_read, mut server_write): (impl AsyncRead + Unpin, impl AsyncWrite + Unpin),
    (kind, packet): (Startup, &[u8]),
    log: &SharedLog,
    plans: bool,
) -> io::Result<()> {
    server_write.write_all(packet).await?;
    let (client_read, client_write) = client.into_split();
    if kind == Startup::Cancel {
        log.lock().departed();
        forward(server_read, client_write, |_| {}).await;
        return Ok(());
    }
    let watch = Watch::new(kind, log);
    watch.open(kind, packet);
    if plans {
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
    fn new(kind: Startup, log: &'a SharedLog) -> Self {
        Self {
            connection: log.lock().next_connection(clock::now()),
            session: Mutex::new(Session::opened_for(kind)),
            log,
        }
    }

    /// The packet that opens the connection has no type byte: the session is made for it and is not fed with it.
    fn open(&self, kind: Startup, packet: &[u8]) {
        let mut log = self.log.lock();
        log.bytes(Direction::Sent, packet.len());
        self.session().open(packet.get(8..).unwrap_or_default());
        if kind == Startup::Unknown {
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
