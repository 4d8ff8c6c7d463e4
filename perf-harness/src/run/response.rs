//! The size of what the work returned.

use std::borrow::Cow;
use std::sync::Arc;

/// What has a size when it is sent to a client: the bytes of a response's body.
///
/// Implement it for the response of your tests:
///
/// ```
/// use perf_harness::ResponseSize;
///
/// struct Answer {
///     status: u16,
///     body: String,
/// }
///
/// impl ResponseSize for Answer {
///     fn response_bytes(&self) -> u64 {
///         self.body.response_bytes()
///     }
/// }
///
/// let answer = Answer { status: 200, body: "[]".to_owned() };
/// assert_eq!(Some(answer).response_bytes(), 2);
/// ```
#[diagnostic::on_unimplemented(
    message = "the size of `{Self}` as a response is not known",
    note = "implement `perf_harness::ResponseSize` for it, or have the work return its body: `String`, `Vec<u8>`"
)]
pub trait ResponseSize {
    /// The bytes of its body.
    fn response_bytes(&self) -> u64;
}

impl ResponseSize for [u8] {
    fn response_bytes(&self) -> u64 {
        self.len() as u64
    }
}

impl ResponseSize for str {
    fn response_bytes(&self) -> u64 {
        self.len() as u64
    }
}

impl ResponseSize for String {
    fn response_bytes(&self) -> u64 {
        self.len() as u64
    }
}

impl ResponseSize for Vec<u8> {
    fn response_bytes(&self) -> u64 {
        self.len() as u64
    }
}

impl<const N: usize> ResponseSize for [u8; N] {
    fn response_bytes(&self) -> u64 {
        N as u64
    }
}

impl<T: ResponseSize + ?Sized> ResponseSize for &T {
    fn response_bytes(&self) -> u64 {
        (**self).response_bytes()
    }
}

impl<T: ResponseSize + ?Sized> ResponseSize for Box<T> {
    fn response_bytes(&self) -> u64 {
        (**self).response_bytes()
    }
}

impl<T: ResponseSize + ?Sized> ResponseSize for Arc<T> {
    fn response_bytes(&self) -> u64 {
        (**self).response_bytes()
    }
}

impl<T: ResponseSize + ToOwned + ?Sized> ResponseSize for Cow<'_, T> {
    fn response_bytes(&self) -> u64 {
        (**self).response_bytes()
    }
}

/// Of nothing there are no bytes.
impl<T: ResponseSize> ResponseSize for Option<T> {
    fn response_bytes(&self) -> u64 {
        self.as_ref().map_or(0, T::response_bytes)
    }
}

/// Of an error there are no bytes.
impl<T: ResponseSize, E> ResponseSize for Result<T, E> {
    fn response_bytes(&self) -> u64 {
        self.as_ref().map_or(0, T::response_bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(output: &impl ResponseSize, expected: u64) {
        assert_eq!(output.response_bytes(), expected);
    }

    #[test]
    fn what_has_bytes_has_a_size() {
        check(&"été", 5);
        check(&"été".to_owned(), 5);
        check(&vec![0_u8; 3], 3);
        check(&[0_u8; 3], 3);
        check(&Box::<[u8]>::from([0_u8; 3]), 3);
        check(&Arc::<str>::from("abc"), 3);
        check(&Cow::Borrowed("abc"), 3);
    }

    #[test]
    fn what_is_not_there_has_none() {
        check(&Some("abc"), 3);
        check(&None::<String>, 0);
        check(&Ok::<_, ()>("abc"), 3);
        check(&Err::<String, _>("it failed"), 0);
    }
}
