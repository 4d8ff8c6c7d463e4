//! A connection without a driver: bytes out, in pieces that the recorder reads one by one, and messages in.

use std::io::{BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use url::Url;

/// A message of the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) tag: u8,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The command tag of a `CommandComplete`.
    pub(crate) fn command(&self) -> String {
        String::from_utf8_lossy(self.body.strip_suffix(b"\0").unwrap_or(&self.body)).into_owned()
    }

    /// A field of an `ErrorResponse`.
    pub(crate) fn field(&self, field: u8) -> String {
        let mut fields = self.body.split(|byte| *byte == 0);
        let found = fields.find(|text| text.first() == Some(&field));
        String::from_utf8_lossy(found.map_or(&[], |text| &text[1..])).into_owned()
    }

    /// The values of a `DataRow`, as text.
    fn values(&self) -> Vec<String> {
        let mut rest = &self.body[2..];
        let mut values = Vec::new();
        while let Some((length, after)) = rest.split_first_chunk::<4>() {
            let length = usize::try_from(i32::from_be_bytes(*length)).unwrap_or(0);
            let (value, after) = after.split_at(length);
            values.push(String::from_utf8_lossy(value).into_owned());
            rest = after;
        }
        values
    }
}

enum Stream {
    Tcp(TcpStream),
    Unix(UnixStream),
}

impl Stream {
    fn open(url: &Url) -> Self {
        let patience = Some(Duration::from_mins(1));
        let host = url.host_str().unwrap().replace("%2F", "/");
        let port = url.port().unwrap_or(5432);
        if host.starts_with('/') {
            let stream = UnixStream::connect(format!("{host}/.s.PGSQL.{port}")).unwrap();
            stream.set_read_timeout(patience).unwrap();
            Self::Unix(stream)
        } else {
            let stream = TcpStream::connect((host, port)).unwrap();
            stream.set_nodelay(true).unwrap();
            stream.set_read_timeout(patience).unwrap();
            Self::Tcp(stream)
        }
    }

    fn write(&mut self, bytes: &[u8]) {
        match self {
            Self::Tcp(stream) => stream.write_all(bytes).unwrap(),
            Self::Unix(stream) => stream.write_all(bytes).unwrap(),
        }
    }

    fn reader(&self) -> Box<dyn Read> {
        match self {
            Self::Tcp(stream) => Box::new(BufReader::new(stream.try_clone().unwrap())),
            Self::Unix(stream) => Box::new(BufReader::new(stream.try_clone().unwrap())),
        }
    }

    /// Waits until the other end has read all that was written: what comes next is another piece to it.
    fn until_read(&self) {
        let Self::Tcp(stream) = self else { return };
        let (here, there) = (stream.local_addr().unwrap(), stream.peer_addr().unwrap());
        while unread(there, here) {
            std::thread::yield_now();
        }
    }
}

/// Has the socket at `of`, whose other end is `from`, bytes that were not read? Where the system does not say, it has none.
fn unread(of: SocketAddr, from: SocketAddr) -> bool {
    let sockets = std::fs::read_to_string("/proc/net/tcp").unwrap_or_default();
    let port = |address: SocketAddr| format!(":{:04X}", address.port());
    let (of, from) = (port(of), port(from));
    let mut lines = sockets
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>());
    lines.any(|fields| {
        let is = |at: usize, end: &str| fields.get(at).is_some_and(|field| field.ends_with(end));
        is(1, &of) && is(2, &from) && !is(4, ":00000000")
    })
}

/// A connection to one database, as a role that needs no password.
pub(crate) struct Socket {
    stream: Stream,
    reader: Box<dyn Read>,
}

impl Socket {
    pub(crate) fn connect(url: &str) -> Self {
        Self::connect_in_pieces(url, &[])
    }

    /// How long the start-up packet is.
    pub(crate) fn first_bytes(url: &str) -> usize {
        startup(&Url::parse(url).unwrap()).len()
    }

    /// The start-up packet goes out in pieces.
    pub(crate) fn connect_in_pieces(url: &str, cuts: &[usize]) -> Self {
        let url = Url::parse(url).unwrap();
        let stream = Stream::open(&url);
        let mut socket = Self {
            reader: stream.reader(),
            stream,
        };
        socket.send(&startup(&url), cuts);
        let answers = socket.answers_until(|answer| answer.tag == b'Z');
        assert!(
            !answers.iter().any(|answer| answer.tag == b'E'),
            "{answers:?}"
        );
        socket
    }

    /// Writes the bytes, cut at these offsets.
    pub(crate) fn send(&mut self, bytes: &[u8], cuts: &[usize]) {
        let mut begin = 0;
        for cut in cuts.iter().copied().filter(|cut| *cut < bytes.len()) {
            self.stream.write(&bytes[begin..cut]);
            self.stream.until_read();
            begin = cut;
        }
        self.stream.write(&bytes[begin..]);
    }

    pub(crate) fn answer(&mut self) -> Answer {
        let mut header = [0; 5];
        self.reader.read_exact(&mut header).unwrap();
        let [tag, length @ ..] = header;
        let mut body = vec![0; u32::from_be_bytes(length) as usize - 4];
        self.reader.read_exact(&mut body).unwrap();
        Answer { tag, body }
    }

    /// All answers up to the first that is meant.
    pub(crate) fn answers_until(
        &mut self,
        mut is_last: impl FnMut(&Answer) -> bool,
    ) -> Vec<Answer> {
        let mut answers = Vec::new();
        loop {
            let answer = self.answer();
            let last = is_last(&answer);
            answers.push(answer);
            if last {
                return answers;
            }
        }
    }

    /// Runs statements, all of which succeed, and gives the rows.
    pub(crate) fn ask(&mut self, sql: &str) -> Vec<Vec<String>> {
        self.send(&message(b'Q', &[sql.as_bytes(), b"\0"].concat()), &[]);
        let answers = self.answers_until(|answer| answer.tag == b'Z');
        let error = answers.iter().find(|answer| answer.tag == b'E');
        assert!(error.is_none(), "{sql}: {}", error.unwrap().field(b'M'));
        let rows = answers.iter().filter(|answer| answer.tag == b'D');
        rows.map(Answer::values).collect()
    }
}

/// A type byte, the length and the body.
pub(crate) fn message(tag: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 4).unwrap();
    [&[tag], &length.to_be_bytes()[..], body].concat()
}

fn startup(url: &Url) -> Vec<u8> {
    let database = url.path().trim_start_matches('/');
    let body = format!(
        "user\0{}\0database\0{database}\0application_name\0a raw client\0\0",
        url.username()
    );
    let length = u32::try_from(body.len() + 8).unwrap();
    let version = 196_608_u32;
    [
        &length.to_be_bytes()[..],
        &version.to_be_bytes()[..],
        body.as_bytes(),
    ]
    .concat()
}
