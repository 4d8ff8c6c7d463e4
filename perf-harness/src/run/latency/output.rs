//! Whether what the work gave is an error, whatever its type: for code that the macro makes.
//!
//! Of the two traits a method call takes the one that fits with fewer references, and so a `Result` is told from all else.

use std::fmt::Debug;

use crate::run::HasStatus;

/// What the work gave.
#[derive(Debug)]
pub struct Output<'a, T>(pub &'a T);

/// A `Result`.
pub trait ResultOutput {
    /// The error as its author tells it.
    fn failure(&self) -> Option<String>;
}

impl<T, E: Debug> ResultOutput for Output<'_, Result<T, E>> {
    fn failure(&self) -> Option<String> {
        self.0.as_ref().err().map(|error| format!("{error:?}"))
    }
}

/// Anything else is no error.
pub trait AnyOutput {
    /// None.
    fn failure(&self) -> Option<String>;
}

impl<T> AnyOutput for &Output<'_, T> {
    fn failure(&self) -> Option<String> {
        None
    }
}

impl<T: HasStatus> Output<'_, T> {
    /// A response that is no answer: what is refused is refused in no time.
    #[must_use]
    pub fn refusal(&self) -> Option<String> {
        let status = self.0.status().filter(|status| *status >= 400)?;
        Some(format!("the response is {status}"))
    }
}

/// An output without a status.
pub trait OfNoStatus {
    /// None.
    fn refusal(&self) -> Option<String> {
        None
    }
}

impl<T> OfNoStatus for Output<'_, T> {}

/// Work that needs no input.
pub fn no_input<T>(work: impl AsyncFn() -> T) -> impl AsyncFn(()) -> T {
    async move |()| work().await
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Answer(u16);

    impl HasStatus for Answer {
        fn status(&self) -> Option<u16> {
            Some(self.0)
        }
    }

    #[test]
    fn a_response_that_is_no_answer_is_told() {
        let refused = Some("the response is 404".to_owned());
        assert_eq!(Output(&Answer(404)).refusal(), refused);
        assert_eq!(Output(&Ok::<_, String>(Answer(404))).refusal(), refused);
        assert_eq!(Output(&Answer(304)).refusal(), None);
        assert_eq!(Output(&1).refusal(), None);
        // Its error is told in its own words.
        assert_eq!(Output(&Err::<Answer, _>("no")).refusal(), None);
    }

    #[test]
    fn a_result_is_told_from_all_else() {
        let (good, bad) = (Ok::<_, String>(1), Err::<i32, _>("no such user"));
        let (good, bad, other) = (&Output(&good), &Output(&bad), &Output(&1));
        assert_eq!(good.failure(), None);
        assert_eq!(bad.failure().as_deref(), Some("\"no such user\""));
        assert_eq!(other.failure(), None);
    }
}
