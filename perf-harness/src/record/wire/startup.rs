//! The packets that open a connection: they have a length and a code, but no type byte. No IO.

/// The longest start-up packet a server accepts: `MAX_STARTUP_PACKET_LENGTH` in the server's source.
pub(super) const LONGEST: usize = 10_000;

/// What a program opens a connection for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Startup {
    /// `SSLRequest` or `GSSENCRequest`: answered with `N`, no.
    Encryption,
    Cancel,
    Session,
}

/// The length that the first four bytes of a packet give, if a packet can have it.
pub(super) fn length(prefix: [u8; 4]) -> Option<usize> {
    let length = u32::from_be_bytes(prefix) as usize;
    (8..=LONGEST).contains(&length).then_some(length)
}

/// What the packet asks for. `packet` is whole, its length included.
pub(super) fn read(packet: &[u8]) -> Option<Startup> {
    let code = u32::from_be_bytes(packet.get(4..8)?.try_into().ok()?);
    // 1234 in the high half marks a request that is no protocol version.
    match (code >> 16, code & 0xffff) {
        (1234, 5679 | 5680) => Some(Startup::Encryption),
        (1234, 5678) => Some(Startup::Cancel),
        (3, _) => Some(Startup::Session),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(code: u32) -> Vec<u8> {
        [8u32.to_be_bytes(), code.to_be_bytes()].concat()
    }

    #[test]
    fn each_way_to_open_a_connection_is_known() {
        assert_eq!(read(&packet(80_877_103)), Some(Startup::Encryption));
        assert_eq!(read(&packet(80_877_104)), Some(Startup::Encryption));
        assert_eq!(read(&packet(80_877_102)), Some(Startup::Cancel));
        assert_eq!(read(&packet(196_608)), Some(Startup::Session));
        assert_eq!(read(&packet(196_610)), Some(Startup::Session), "3.2");
        assert_eq!(read(&packet(0x1603_0100)), None, "a TLS hello");
        assert_eq!(read(&[]), None);
    }

    #[test]
    fn a_length_that_no_packet_has_is_refused() {
        assert_eq!(length([0, 0, 0, 8]), Some(8));
        assert_eq!(length([0, 0, 0, 7]), None);
        assert_eq!(length([0x16, 3, 1, 0]), None);
    }
}
