//! Work that can be done once, and work that can be done again.

/// What is held against a budget: a future, which runs once, or a closure that gives one each time.
///
/// Only work that can be done again has a latency to be judged: `|| app.get("/api/users/")`.
pub trait Work<Kind> {
    /// What it returns.
    type Output;
    /// One time.
    type Future: Future<Output = Self::Output>;
    /// Each further time.
    type Again: FnMut() -> Self::Future;

    /// The first time, and all others if there are any.
    fn begin(self) -> (Self::Future, Option<Self::Again>);
}

/// A future: it runs once.
#[derive(Debug)]
pub struct Once;

/// A closure that gives a future each time.
#[derive(Debug)]
pub struct Repeated;

impl<F: Future> Work<Once> for F {
    type Output = F::Output;
    type Future = F;
    type Again = fn() -> F;

    fn begin(self) -> (F, Option<fn() -> F>) {
        (self, None)
    }
}

impl<C: FnMut() -> F, F: Future> Work<Repeated> for C {
    type Output = F::Output;
    type Future = F;
    type Again = C;

    fn begin(mut self) -> (F, Option<C>) {
        (self(), Some(self))
    }
}

/// What may have a status of HTTP: the response of a test's client.
///
/// Implement it, and a response that is an error is told as one, instead of being held against the budget of what was asked:
///
/// ```
/// use perf_harness::HasStatus;
///
/// struct Answer {
///     status: u16,
///     body: String,
/// }
///
/// impl HasStatus for Answer {
///     fn status(&self) -> Option<u16> {
///         Some(self.status)
///     }
/// }
///
/// let answer = Answer { status: 404, body: String::new() };
/// assert_eq!(Ok::<_, ()>(answer).status(), Some(404));
/// ```
pub trait HasStatus {
    /// Its status: 200. None where there was no response.
    fn status(&self) -> Option<u16>;
}

impl<T: HasStatus + ?Sized> HasStatus for &T {
    fn status(&self) -> Option<u16> {
        (**self).status()
    }
}

impl<T: HasStatus> HasStatus for Option<T> {
    fn status(&self) -> Option<u16> {
        self.as_ref().and_then(T::status)
    }
}

impl<T: HasStatus, E> HasStatus for Result<T, E> {
    fn status(&self) -> Option<u16> {
        self.as_ref().ok().and_then(T::status)
    }
}
