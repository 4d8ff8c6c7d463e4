//! What a user says a template is made of.

use std::path::PathBuf;

use super::db::TemplateDb;
use super::function::{Function, TemplateOutput};
use super::source::{Command, Dump, Extensions, Source, Sql};

/// What tests start from: an ordered list of layers, migrations first, then seeds.
///
/// Each layer is a database of its own, built as a copy of the one before and kept for all tests, processes and
/// runs. It is known by what it is made from: a changed seed is seeded again, and does not migrate again.
///
/// ```no_run
/// use perf_harness::{PerfDb, Template, TemplateDb, perf_test};
///
/// fn app() -> Template {
///     Template::sql("migrations").seed(hundred_users)
/// }
///
/// async fn hundred_users(db: TemplateDb) -> Result<(), perf_harness::SeedError> {
///     db.generate("users", 100, [("name", "'user ' || n")]).await?;
///     Ok(())
/// }
///
/// #[perf_test(template = app)]
/// async fn the_list_costs_one_query(db: PerfDb) {
///     // ..
/// }
/// ```
///
/// Paths are relative to the package, where cargo runs its tests.
pub struct Template {
    /// The path of the function that gave it.
    pub(super) name: Option<&'static str>,
    pub(super) layers: Vec<Layer>,
}

/// One layer, and what it is known by beside its own content.
pub(super) struct Layer {
    pub(super) source: Box<dyn Source>,
    pub(super) version: Option<String>,
    pub(super) reads: Vec<String>,
}

impl std::fmt::Debug for Template {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let labels = self.layers.iter().map(|layer| layer.source.label());
        f.debug_tuple("Template")
            .field(&labels.collect::<Vec<_>>())
            .finish()
    }
}

impl Template {
    /// sqlx's own migrations: `Template::migrations(sqlx::migrate!())`. Known by their versions and checksums.
    #[cfg(feature = "sqlx")]
    #[must_use]
    pub fn migrations(migrations: sqlx::migrate::Migrator) -> Self {
        Self::of(super::source::Migrations(migrations))
    }

    /// A sea-orm migrator: `Template::migrator::<Migrator>()`. It is Rust code: known by the build of the test
    /// program, unless it is given a [`version`](Self::version).
    #[cfg(feature = "sea-orm-migration")]
    #[must_use]
    pub fn migrator<M: sea_orm_migration::MigratorTrait + 'static>() -> Self {
        Self::of(super::source::Migrator::<M>::new())
    }

    /// A folder of `.sql` files, run in the order of their names without the `.down.sql` ones, or one such file.
    /// Known by the names and bytes.
    #[must_use]
    pub fn sql(path: impl Into<PathBuf>) -> Self {
        Self::of(Sql(path.into()))
    }

    /// A file that `pg_dump` wrote: plain text, or what `pg_restore` reads (which must then be on this machine).
    /// Owners and rights of roles that are not here are passed over. Known by its bytes.
    #[must_use]
    pub fn dump(path: impl Into<PathBuf>) -> Self {
        Self::of(Dump(path.into()))
    }

    /// Any program that migrates: run with `DATABASE_URL`, and with `PGHOST`, `PGPORT`, `PGUSER`, `PGPASSWORD` and
    /// `PGDATABASE`. Say by [`reads`](Self::reads) what it is made from, or it is run for each build of the test
    /// program. Its output is told when it fails.
    #[must_use]
    pub fn command<A: Into<String>>(
        program: impl Into<String>,
        arguments: impl IntoIterator<Item = A>,
    ) -> Self {
        Self::of(Command::new(
            program.into(),
            arguments.into_iter().map(Into::into).collect(),
        ))
    }

    /// The migrations of a Django project: `python manage.py migrate --noinput` in its directory, with the Python of
    /// `$VIRTUAL_ENV`, of `.venv` or `venv` there, or `python3`. Known by `manage.py` and the `migrations/*.py` below.
    ///
    /// Its settings must take the database from `DATABASE_URL` or from the `PG*` variables.
    #[must_use]
    pub fn django(directory: impl Into<PathBuf>) -> Self {
        Self::of(Command::django(directory.into()))
    }

    /// `CREATE EXTENSION` for each of them, for schemas that expect them to be there.
    #[must_use]
    pub fn extensions<N: Into<String>>(names: impl IntoIterator<Item = N>) -> Self {
        Self::of(Extensions(names.into_iter().map(Into::into).collect()))
    }

    /// An `async fn(TemplateDb)`. It is Rust code: known by its path and the build of the test program, unless it is
    /// given a [`version`](Self::version). A closure is refused: it has no path.
    #[must_use]
    pub fn function<F, Fut>(function: F) -> Self
    where
        F: FnOnce(TemplateDb) -> Fut + 'static,
        Fut: Future + 'static,
        Fut::Output: TemplateOutput,
    {
        Self::of(Function(function))
    }

    /// Another layer: an `async fn(TemplateDb)`, as [`function`](Self::function).
    #[must_use]
    pub fn seed<F, Fut>(self, function: F) -> Self
    where
        F: FnOnce(TemplateDb) -> Fut + 'static,
        Fut: Future + 'static,
        Fut::Output: TemplateOutput,
    {
        self.then(Self::function(function))
    }

    /// The layers of another template upon these.
    #[must_use]
    pub fn then(mut self, more: Self) -> Self {
        self.layers.extend(more.layers);
        self
    }

    /// The last layer is known by its name and this version, not by its content or the build: it is built again when
    /// the version changes, and only then.
    #[must_use]
    pub fn version(mut self, version: impl Into<String>) -> Self {
        let version = version.into();
        self.change_last(|layer| layer.version = Some(version));
        self
    }

    /// The last layer is also known by the names and bytes of these files. A directory stands for all files below it,
    /// `*` for any part of a name, `**` for any number of directories: `backend/**/migrations/*.py`.
    #[must_use]
    pub fn reads<P: Into<String>>(mut self, paths: impl IntoIterator<Item = P>) -> Self {
        let paths: Vec<String> = paths.into_iter().map(Into::into).collect();
        self.change_last(|layer| layer.reads.extend(paths));
        self
    }

    pub(super) fn named(mut self, name: &'static str) -> Self {
        self.name = Some(name);
        self
    }

    fn of(source: impl Source + 'static) -> Self {
        Self {
            name: None,
            layers: vec![Layer {
                source: Box::new(source),
                version: None,
                reads: Vec::new(),
            }],
        }
    }

    fn change_last(&mut self, change: impl FnOnce(&mut Layer)) {
        let Some(last) = self.layers.last_mut() else {
            unreachable!("a template is made with a layer, and none is ever taken away");
        };
        change(last);
    }
}
