//! What the attribute takes as a template: an async function that fills a database, or one that gives a template.

use std::any::type_name;
use std::marker::PhantomData;

use super::db::TemplateDb;
use super::digest::Digest;
use super::failure::BoxError;
use super::layers::Template;
use super::source::{Filling, Known, Source};

/// What a template function may return: `()`, or a `Result` with any error.
#[diagnostic::on_unimplemented(
    message = "a template function returns `()` or `Result<(), E>`, not `{Self}`",
    label = "this function's output is `{Self}`",
    note = "its shape is `async fn seed(db: perf_harness::TemplateDb) -> Result<(), sqlx::Error>`"
)]
pub trait TemplateOutput {
    /// The output as one type.
    fn into_result(self) -> Result<(), BoxError>;
}

impl TemplateOutput for () {
    fn into_result(self) -> Result<(), BoxError> {
        Ok(())
    }
}

impl<E: Into<BoxError>> TemplateOutput for Result<(), E> {
    fn into_result(self) -> Result<(), BoxError> {
        self.map_err(Into::into)
    }
}

/// What a test can start from: an `async fn(TemplateDb)`, a `fn() -> Template`, or a [`Template`] itself.
///
/// `Kind` tells the compiler which of them it is. It is never written.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no template",
    label = "this is no template",
    note = "its shape is `async fn seed(db: perf_harness::TemplateDb) -> Result<(), sqlx::Error>`, or \
            `fn app() -> perf_harness::Template`"
)]
pub trait IntoTemplate<Kind> {
    /// What the function returns, where it fills a database.
    #[doc(hidden)]
    type Output;

    /// The template.
    fn into_template(self) -> Template
    where
        Self::Output: TemplateOutput;
}

/// An async function that fills a database.
#[doc(hidden)]
#[derive(Debug)]
pub struct Fills<Fut>(PhantomData<Fut>);

/// A function that gives a template.
#[doc(hidden)]
#[derive(Debug)]
pub struct Gives;

/// A template.
#[doc(hidden)]
#[derive(Debug)]
pub struct Is;

impl<F, Fut> IntoTemplate<Fills<Fut>> for F
where
    F: FnOnce(TemplateDb) -> Fut + 'static,
    Fut: Future + 'static,
{
    type Output = Fut::Output;

    fn into_template(self) -> Template
    where
        Self::Output: TemplateOutput,
    {
        Template::function(self)
    }
}

impl<F: FnOnce() -> Template> IntoTemplate<Gives> for F {
    type Output = ();

    fn into_template(self) -> Template {
        self().named(type_name::<F>())
    }
}

impl IntoTemplate<Is> for Template {
    type Output = ();

    fn into_template(self) -> Template {
        self
    }
}

/// An async function of the user's: known by its path.
pub(super) struct Function<F>(pub(super) F);

impl<F, Fut> Source for Function<F>
where
    F: FnOnce(TemplateDb) -> Fut + 'static,
    Fut: Future + 'static,
    Fut::Output: TemplateOutput,
{
    fn label(&self) -> String {
        type_name::<F>().to_owned()
    }

    fn known_by(&self, _: &mut Digest) -> Result<Known, BoxError> {
        // Two closures can have one path, and differ by what they hold.
        if size_of::<F>() != 0 || type_name::<F>().contains("{{closure}}") {
            return Err(
                "it is a closure or a pointer, and has no path of its own to know it by: give an async fn".into(),
            );
        }
        Ok(Known::Build)
    }

    fn fill(self: Box<Self>, db: TemplateDb) -> Filling {
        Box::pin(async { (self.0)(db).await.into_result() })
    }
}
