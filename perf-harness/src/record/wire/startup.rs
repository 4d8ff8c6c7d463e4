//! The packets that open a connection: they have a length and a code, but no type byte. No IO.
//!
//! PostgreSQL documentation, "Message Formats": `StartupMessage`, `CancelRequest`, `SSLRequest`, `GSSENCRequest`.

/// The longest start-up packet a server accepts: `MAX_STARTUP_PACKET_LENGTH` in the server's source.
pub(super) const LONGEST: usize = 10_000;

/// What a program opens a connection for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Startup {
    /// `SSLRequest` or `GSSENCRequest`: answered with `N`, no.
    Encryption,
    /// TLS without a request for it: libpq's `sslnegotiation=direct`. Refused as a server without TLS does, by hanging up.
    Tls,
    Cancel,
    Session,
    /// A session that takes commands of the replication protocol, too.
    Replication,
    /// No packet that is known. The server has to say what it thinks of it.
    Unknown,
}

/// The length that the first four bytes of a packet give, if a packet can have it.
pub(super) fn length(prefix: [u8; 4]) -> Option<usize> {
    let length = u32::from_be_bytes(prefix) as usize;
    (8..=LONGEST).contains(&length).then_some(length)
}

/// What the packet asks for. `packet` is whole, its length included, or as much as tells that it is none.
pub(super) fn read(packet: &[u8]) -> Startup {
    if let [TLS_HANDSHAKE, 3, ..] = packet {
        return Startup::Tls;
    }
    let Some(code) = packet.get(4..8) else {
        return Startup::Unknown;
    };
    // 1234 in the first half marks a request that is no protocol version.
    match (u16_of(&code[..2]), u16_of(&code[2..])) {
        (1234, 5679 | 5680) => Startup::Encryption,
        (1234, 5678) => Startup::Cancel,
        (3, _) if replicates(&packet[8..]) => Startup::Replication,
        (3, _) => Startup::Session,
        _ => Startup::Unknown,
    }
}

/// What a TLS connection begins with: a handshake record, of version 3 of the protocol that was SSL.
const TLS_HANDSHAKE: u8 = 0x16;

fn u16_of(bytes: &[u8]) -> u16 {
    bytes
        .iter()
        .fold(0, |high, byte| high << 8 | u16::from(*byte))
}

/// Is there a parameter `replication` that is not "off"? Parameters are names and values, each with a zero byte after it.
fn replicates(parameters: &[u8]) -> bool {
    let mut texts = parameters.split(|byte| *byte == 0);
    while let (Some(name), Some(value)) = (texts.next(), texts.next()) {
        if name == b"replication" {
            return !is_off(value);
        }
    }
    false
}

/// The server's `parse_bool`: any beginning of these words. It refuses what is no boolean and not `database`.
fn is_off(value: &[u8]) -> bool {
    let value = value.to_ascii_lowercase();
    let begins = |word: &[u8], least| value.len() >= least && word.starts_with(&value);
    value == b"0" || begins(b"false", 1) || begins(b"no", 1) || begins(b"off", 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(code: u32) -> Vec<u8> {
        [8u32.to_be_bytes(), code.to_be_bytes()].concat()
    }

    #[test]
    fn each_way_to_open_a_connection_is_known() {
        assert_eq!(read(&packet(80_877_103)), Startup::Encryption);
        assert_eq!(read(&packet(80_877_104)), Startup::Encryption);
        assert_eq!(read(&packet(80_877_102)), Startup::Cancel);
        assert_eq!(read(&packet(196_608)), Startup::Session);
        assert_eq!(read(&packet(196_610)), Startup::Session, "3.2");
        let grease = packet(0x0003_270f);
        assert_eq!(read(&grease), Startup::Session, "3.9999: libpq's grease");
    }

    #[test]
    fn what_is_no_packet_is_told_apart() {
        assert_eq!(read(b"\x16\x03\x01\x02"), Startup::Tls);
        assert_eq!(read(&packet(2 << 16)), Startup::Unknown, "2.0");
        assert_eq!(read(&packet(1234 << 16)), Startup::Unknown);
        assert_eq!(read(b"GET "), Startup::Unknown);
        assert_eq!(read(&[]), Startup::Unknown);
    }

    #[test]
    fn a_cancel_request_may_have_a_key_of_any_length() {
        for key in [4, 32, 256] {
            let packet = [&packet(80_877_102)[4..], &vec![7; 4 + key]].concat();
            assert_eq!(read(&[&[0; 4], &packet[..]].concat()), Startup::Cancel);
        }
    }

    #[test]
    fn a_program_that_replicates_says_so() {
        let check = |parameters: &[u8], expected| {
            let packet = [&packet(196_608), parameters].concat();
            assert_eq!(read(&packet), expected, "{parameters:?}");
        };
        check(b"user\0a\0replication\0database\0\0", Startup::Replication);
        for on in ["true", "on", "ON", "1", "yes"] {
            let parameters = format!("replication\0{on}\0\0");
            check(parameters.as_bytes(), Startup::Replication);
        }
        for off in ["false", "f", "OFF", "of", "0", "no"] {
            let parameters = format!("replication\0{off}\0\0");
            check(parameters.as_bytes(), Startup::Session);
        }
        check(b"user\0replication\0database\0a\0\0", Startup::Session);
        check(b"_pq_.replication\0on\0\0", Startup::Session);
        check(b"user\0replication", Startup::Session);
    }

    #[test]
    fn a_length_that_no_packet_has_is_refused() {
        assert_eq!(length([0, 0, 0, 8]), Some(8));
        assert_eq!(length([0, 0, 0, 7]), None);
        assert_eq!(length([0x16, 3, 1, 0]), None);
    }
}
