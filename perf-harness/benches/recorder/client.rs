//! A client with as little cost of its own as there can be: it writes bytes that are made before, and reads past the answer.
//!
//! It allocates nothing for a row and nothing for a query. An error of the server is an `io::Error`.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;

use postgres_protocol::authentication::md5_hash;
use postgres_protocol::authentication::sasl::{ChannelBinding, ScramSha256};
use tokio_postgres::Config;
use tokio_postgres::config::Host;

/// Bytes read at once.
const CHUNK: usize = 64 * 1024;

/// One connection.
pub(crate) struct Client {
    socket: Socket,
    buffer: Box<[u8]>,
    unread: std::ops::Range<usize>,
    /// The body of the last message that said something.
    body: Vec<u8>,
}

/// What an exchange brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Answer {
    /// Rows of a result, or copied by the server.
    pub(crate) rows: u64,
    /// All that was received.
    pub(crate) bytes: u64,
}

enum Socket {
    Tcp(TcpStream),
    Unix(UnixStream),
}

/// A message with its type byte and its length.
pub(crate) fn message(tag: u8, body: &[u8]) -> Vec<u8> {
    [&[tag], &length(body.len())[..], body].concat()
}

fn length(body: usize) -> [u8; 4] {
    u32::try_from(body + 4)
        .expect("a message is shorter than 4 GiB")
        .to_be_bytes()
}

impl Client {
    /// Connects to the first host of the configuration, without encryption.
    pub(crate) fn connect(to: &Config) -> io::Result<Self> {
        let port = to.get_ports().first().copied().unwrap_or(5432);
        let socket = match to.get_hosts().first() {
            Some(Host::Unix(folder)) => Socket::Unix(UnixStream::connect(
                folder.join(format!(".s.PGSQL.{port}")),
            )?),
            Some(Host::Tcp(host)) => {
                let socket = TcpStream::connect((host.as_str(), port))?;
                socket.set_nodelay(true)?;
                Socket::Tcp(socket)
            }
            None => return Err(io::Error::other("the URL names no host")),
        };
        let mut client = Self {
            socket,
            buffer: vec![0; CHUNK].into(),
            unread: 0..0,
            body: Vec::with_capacity(CHUNK),
        };
        client.log_in(to)?;
        Ok(client)
    }

    fn log_in(&mut self, to: &Config) -> io::Result<()> {
        let user = to.get_user().unwrap_or_default();
        let database = to.get_dbname().unwrap_or(user);
        let password = to.get_password().unwrap_or_default();
        let wishes = format!("user\0{user}\0database\0{database}\0\0");
        let version = 0x0003_0000_u32.to_be_bytes();
        let packet = [&length(4 + wishes.len()), &version, wishes.as_bytes()].concat();
        self.socket.write_all(&packet)?;
        let mut scram = ScramSha256::new(password, ChannelBinding::unsupported());
        loop {
            match self.next()?.0 {
                b'R' => self.prove(user, password, &mut scram)?,
                b'Z' => return Ok(()),
                _ => {}
            }
        }
    }

    /// Answers one request of the server's to say who we are.
    fn prove(&mut self, user: &str, password: &[u8], scram: &mut ScramSha256) -> io::Result<()> {
        let (kind, rest) = self.body.split_at(4.min(self.body.len()));
        let text_with_end = |text: &[u8]| [text, b"\0"].concat();
        let said = match kind {
            [0, 0, 0, 0] => return Ok(()),
            [0, 0, 0, 3] => text_with_end(password),
            [0, 0, 0, 5] => {
                let salt = rest.try_into().map_err(io::Error::other)?;
                text_with_end(md5_hash(user.as_bytes(), password, salt).as_bytes())
            }
            [0, 0, 0, 10] => {
                let first = scram.message();
                let size = u32::try_from(first.len()).map_err(io::Error::other)?;
                [b"SCRAM-SHA-256\0", &size.to_be_bytes()[..], first].concat()
            }
            [0, 0, 0, 11] => {
                scram.update(rest)?;
                scram.message().to_vec()
            }
            [0, 0, 0, 12] => return scram.finish(rest),
            other => {
                let told = format!("unknown request for authentication: {other:?}");
                return Err(io::Error::other(told));
            }
        };
        self.socket.write_all(&message(b'p', &said))
    }

    /// Sends what ends with a `Query` or a `Sync`, and reads until the server is ready again.
    pub(crate) fn exchange(&mut self, request: &[u8]) -> io::Result<Answer> {
        self.socket.write_all(request)?;
        self.read_until(b'Z')
    }

    /// Sends a `COPY .. FROM STDIN`, waits until the server wants the data, and sends that.
    pub(crate) fn copy_in(&mut self, request: &[u8], data: &[u8]) -> io::Result<Answer> {
        self.socket.write_all(request)?;
        self.read_until(b'G')?;
        self.exchange(data)
    }

    fn read_until(&mut self, end: u8) -> io::Result<Answer> {
        let mut answer = Answer::default();
        loop {
            let (tag, size) = self.next()?;
            answer.bytes += size;
            match tag {
                b'D' | b'd' => answer.rows += 1,
                b'C' if self.body.starts_with(b"COPY ") => answer.rows = self.copied()?,
                b'Z' if end != b'Z' => return Err(io::Error::other("the server wants no data")),
                _ => {}
            }
            if tag == end {
                return Ok(answer);
            }
        }
    }

    /// The number in `COPY 17`.
    fn copied(&self) -> io::Result<u64> {
        let text = self
            .body
            .strip_prefix(b"COPY ")
            .and_then(|rest| rest.strip_suffix(b"\0"));
        let text = str::from_utf8(text.unwrap_or_default()).map_err(io::Error::other)?;
        text.parse().map_err(io::Error::other)
    }

    /// Reads one message: its type and its size. The bodies of a few are kept.
    fn next(&mut self) -> io::Result<(u8, u64)> {
        while self.unread.len() < 5 {
            self.fill()?;
        }
        let [tag, size @ ..]: [u8; 5] =
            std::array::from_fn(|at| self.buffer[self.unread.start + at]);
        let size = u32::from_be_bytes(size) as usize;
        self.unread.start += 5;
        let kept = matches!(tag, b'R' | b'C' | b'E');
        if kept {
            self.body.clear();
        }
        self.pass(size.saturating_sub(4), kept)?;
        if tag == b'E' {
            let told = String::from_utf8_lossy(&self.body).replace('\0', " ");
            return Err(io::Error::other(told));
        }
        Ok((tag, size as u64 + 1))
    }

    fn pass(&mut self, mut left: usize, kept: bool) -> io::Result<()> {
        loop {
            let taken = left.min(self.unread.len());
            let start = self.unread.start;
            if kept {
                self.body
                    .extend_from_slice(&self.buffer[start..start + taken]);
            }
            self.unread.start += taken;
            left -= taken;
            if left == 0 {
                return Ok(());
            }
            self.fill()?;
        }
    }

    /// Reads more behind what is unread.
    fn fill(&mut self) -> io::Result<()> {
        self.buffer.copy_within(self.unread.clone(), 0);
        self.unread = 0..self.unread.len();
        let count = self.socket.read(&mut self.buffer[self.unread.end..])?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.unread.end += count;
        Ok(())
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // A server that is told of the end does not log it as a broken connection. If it is gone already, so be it.
        drop(self.socket.write_all(&message(b'X', b"")));
    }
}

impl Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(socket) => socket.read(buffer),
            Self::Unix(socket) => socket.read(buffer),
        }
    }
}

impl Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(socket) => socket.write(bytes),
            Self::Unix(socket) => socket.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
