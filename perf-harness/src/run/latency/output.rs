//! Whether what the work gave is an error, whatever its type: for code that the macro makes.
//!
//! Of the two traits a method call takes the one that fits with fewer references, and so a `Result` is told from all else.

use std::fmt::Debug;

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

/// Work that needs no input.
pub fn no_input<T>(work: impl AsyncFn() -> T) -> impl AsyncFn(()) -> T {
    async move |()| work().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_is_told_from_all_else() {
        assert_eq!((&Output(&Ok::<_, String>(1))).failure(), None);
        let error = Err::<i32, _>("no such user");
        assert_eq!(
            (&Output(&error)).failure().as_deref(),
            Some("\"no such user\"")
        );
        assert_eq!((&Output(&1)).failure(), None);
    }
}
