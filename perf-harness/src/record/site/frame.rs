//! One place in the source, and how an address becomes some.

use std::collections::HashMap;
use std::ffi::c_void;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::source;

/// A place in the user's code that a query passed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Frame {
    pub(crate) file: PathBuf,
    pub(crate) line: u32,
    pub(crate) function: Option<String>,
    pub(crate) in_loop: Option<u32>,
}

impl Frame {
    /// The file, relative to the workspace.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// The line in it, from 1.
    #[must_use]
    pub fn line(&self) -> u32 {
        self.line
    }

    /// The function that the line stands in. `None` where the source cannot be read and the build has no names.
    #[must_use]
    pub fn function(&self) -> Option<&str> {
        self.function.as_deref()
    }

    /// The line of the loop that it stands in, if the source can be read and has one around it.
    #[must_use]
    pub fn in_loop(&self) -> Option<u32> {
        self.in_loop
    }
}

/// Where this library's own code lies: no place of a user's.
const OURS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src");

/// The places of an address that lie below `root`, what was inlined into others first.
pub(super) fn of_address(address: usize, root: &Path) -> Vec<Frame> {
    let all = resolved(address);
    all.iter().filter_map(|place| place.below(root)).collect()
}

/// A place as the debug information has it.
#[derive(Debug)]
struct Place {
    file: PathBuf,
    line: u32,
    name: String,
}

impl Place {
    /// The place as a user's own: not of a dependency, of the standard library, of generated code or of ours.
    fn below(&self, root: &Path) -> Option<Frame> {
        let whole = plain(&self.file);
        let file = whole.strip_prefix(root).ok()?;
        let is_foreign = |part: &str| file.components().any(|found| found.as_os_str() == part);
        if self.file.starts_with(OURS) || is_foreign("target") || is_foreign(".cargo") {
            return None;
        }
        let around = source::around(&self.file, self.line);
        // What an attribute generated nobody has written.
        (!around.is_attribute).then(|| Frame {
            file: file.to_owned(),
            line: self.line,
            function: around.function.or_else(|| function(&self.name)),
            in_loop: around.in_loop,
        })
    }
}

/// `src/app.rs` of `examples/../src/app.rs`, which `#[path]` makes.
fn plain(file: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in file.components() {
        if part == Component::ParentDir {
            plain.pop();
        } else {
            plain.push(part);
        }
    }
    plain
}

/// Looked up once for each address: the first one of a process reads all debug information.
fn resolved(address: usize) -> Arc<[Place]> {
    static KNOWN: Mutex<Option<HashMap<usize, Arc<[Place]>>>> = Mutex::new(None);
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let known = known.get_or_insert_default();
    Arc::clone(known.entry(address).or_insert_with(|| look_up(address)))
}

fn look_up(address: usize) -> Arc<[Place]> {
    let mut found = Vec::new();
    // It is where a call returns to: the call is the instruction before it.
    let call = std::ptr::without_provenance_mut::<c_void>(address.saturating_sub(1));
    backtrace::resolve(call, |symbol| {
        if let (Some(file), Some(line)) = (symbol.filename(), symbol.lineno()) {
            found.push(Place {
                file: file.to_owned(),
                line,
                name: symbol
                    .name()
                    .map_or_else(String::new, |name| format!("{name:#}")),
            });
        }
    });
    found.into()
}

/// `list` of `app::users::list::{{closure}}::{{closure}}`.
fn function(name: &str) -> Option<String> {
    let end = name.find("::{").unwrap_or(name.len());
    let last = name[..end].rsplit("::").next()?;
    let is_name = !last.is_empty() && !last.starts_with(['{', '<']);
    is_name.then(|| last.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closures_belong_to_the_function_they_stand_in() {
        let check = |name: &str, expected: Option<&str>| {
            assert_eq!(function(name).as_deref(), expected, "{name}");
        };
        check("app::users::list::{{closure}}", Some("list"));
        check("app::list::{closure#0}::{async_block#1}", Some("list"));
        check("app::list", Some("list"));
        check("{async_fn#0}", None);
        check("", None);
    }

    #[test]
    fn only_the_users_own_places_are_told() {
        let root = Path::new("/srv/app");
        let below = |file: &str| {
            let place = Place {
                file: file.into(),
                line: 7,
                name: String::new(),
            };
            place.below(root).map(|frame| frame.file)
        };
        assert_eq!(below("/srv/app/src/users.rs"), Some("src/users.rs".into()));
        assert_eq!(
            below("/srv/app/examples/../src/a.rs"),
            Some("src/a.rs".into())
        );
        assert_eq!(below("/srv/app/target/debug/build/x/out/y.rs"), None);
        assert_eq!(below("/srv/app/.cargo/registry/src/x/lib.rs"), None);
        assert_eq!(below("/rustc/1/library/core/src/future.rs"), None);
        assert_eq!(below("./csu/libc-start.c"), None);
        let ours = Path::new(OURS).join("run/perf_db.rs");
        let place = Place {
            file: ours,
            line: 1,
            name: String::new(),
        };
        assert_eq!(place.below(Path::new(OURS).parent().unwrap()), None);
    }

    #[test]
    fn an_address_of_this_test_is_found_in_its_file() {
        // Below a root of its own, since this file is the library's.
        let stack = super::super::stack::here();
        let found: Vec<String> = stack
            .iter()
            .flat_map(|address| {
                let places = resolved(*address);
                let files: Vec<String> = places
                    .iter()
                    .map(|place| place.file.display().to_string())
                    .collect();
                files
            })
            .collect();
        assert!(
            found
                .iter()
                .any(|file| file.ends_with("record/site/frame.rs")),
            "{found:?}"
        );
    }
}
