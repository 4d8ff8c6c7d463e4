//! The benches that both sides share.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::Path;
use std::time::Duration;

use super::sides::Sides;
use super::variants::{self, variants};
use crate::arguments::{Options, Subject};
use crate::build::{Program, code};
use crate::divan::filter::Filter;
use crate::divan::names;
use crate::error::CompareError;
use crate::lockstep::{Bench, Pair};
use crate::outcome::LeftOut;

/// A divan program lists its benches in no time; one that does not is none.
const LISTING: Duration = Duration::from_secs(10);

/// What can be compared.
#[derive(Default)]
pub(super) struct Matched<'a> {
    pub(super) benches: Vec<Shared<'a>>,
    pub(super) only_base: Vec<String>,
    pub(super) only_head: Vec<String>,
    pub(super) left_out: Vec<LeftOut>,
    /// All names by which a bench can be meant, also one that is not asked for.
    pub(super) known: Vec<String>,
}

/// A bench that both have.
pub(super) struct Shared<'a> {
    pub(super) name: String,
    pub(super) base: (&'a Program, String),
    pub(super) head: (&'a Program, String),
    /// Both programs do the same, to the byte, and so does the bench.
    pub(super) is_identical: bool,
}

/// A bench of one side.
#[derive(Clone)]
pub(super) struct Listed<'a> {
    pub(super) program: &'a Program,
    pub(super) path: String,
}

impl<'a> Matched<'a> {
    /// The benches of both, by name, as far as the filter goes.
    pub(super) fn of(sides: &'a Sides, options: &Options) -> Result<Self, CompareError> {
        let mut left_out = Vec::new();
        let base = listed(&sides.base_programs, &mut left_out)?;
        let mut nothing = Vec::new();
        let head = match &options.subject {
            Subject::Versions(..) | Subject::Against(..) => {
                let mut of_head = Vec::new();
                let head = listed(&sides.head_programs, &mut of_head)?;
                // What the base has told is not told again.
                of_head.retain(|one| left_out.iter().all(|other| other.name != one.name));
                left_out.extend(of_head);
                head
            }
            _ => listed(&sides.head_programs, &mut nothing)?,
        };
        if base.is_empty() || head.is_empty() {
            let side = if base.is_empty() {
                &sides.base
            } else {
                &sides.head
            };
            return Err(CompareError::Nothing(format!(
                "{} has no divan benches{}",
                side.name,
                reasons(&left_out)
            )));
        }
        let mut matched = match &options.subject {
            Subject::Variants(one, other) => variants(&base, one, other)?,
            subject => by_name(&base, &head, *subject == Subject::Itself)?,
        };
        matched.left_out = left_out;
        matched.known = base.iter().chain(&head).flat_map(known_as).collect();
        matched.keep(&options.filter)?;
        Ok(matched)
    }

    pub(super) fn names(&self) -> Vec<String> {
        self.benches
            .iter()
            .map(|bench| bench.name.clone())
            .collect()
    }

    fn keep(&mut self, filter: &Filter) -> Result<(), CompareError> {
        let names = self.names();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let chosen = filter.choose(&names);
        chosen.map_err(|nothing| CompareError::Nothing(nothing.to_string()))?;
        self.benches.retain(|bench| filter.has(&bench.name));
        self.only_base.retain(|name| filter.has(name));
        self.only_head.retain(|name| filter.has(name));
        if self.benches.is_empty() {
            return Err(CompareError::Nothing(
                "both sides have benches, but none that both have".to_owned(),
            ));
        }
        Ok(())
    }
}

impl Shared<'_> {
    pub(super) fn pair(&self) -> Pair<'_> {
        Pair {
            base: bench(&self.base),
            head: bench(&self.head),
        }
    }
}

#[cfg(test)]
impl<'a> Listed<'a> {
    pub(super) fn all(program: &'a Program, paths: &[&str]) -> Vec<Self> {
        let listed = |path: &&str| Self {
            program,
            path: (*path).to_owned(),
        };
        paths.iter().map(listed).collect()
    }
}

impl Listed<'_> {
    pub(super) fn key(&self) -> (&str, &str) {
        (&self.program.package, &self.path)
    }
}

fn bench<'a>((program, name): &'a (&Program, String)) -> Bench<'a> {
    Bench { program, name }
}

/// Equal programs are not run, but for `runs_equal`.
fn by_name<'a>(
    base: &[Listed<'a>],
    head: &[Listed<'a>],
    runs_equal: bool,
) -> Result<Matched<'a>, CompareError> {
    let mut matched = Matched::default();
    let mut equal = Equal::default();
    for of_base in base {
        let same = head.iter().find(|of_head| of_head.key() == of_base.key());
        let Some(of_head) = same else {
            matched.only_base.push(of_base.path.clone());
            continue;
        };
        let is_identical = !runs_equal && equal.are(of_base.program, of_head.program)?;
        matched.benches.push(Shared {
            name: name(of_base, base),
            base: (of_base.program, of_base.path.clone()),
            head: (of_head.program, of_head.path.clone()),
            is_identical,
        });
    }
    let is_new = |of_head: &&Listed<'_>| base.iter().all(|of_base| of_base.key() != of_head.key());
    matched.only_head = head
        .iter()
        .filter(is_new)
        .map(|new| new.path.clone())
        .collect();
    Ok(matched)
}

/// Which programs are the same. They have many benches, and are large.
#[derive(Default)]
struct Equal<'a>(BTreeMap<[&'a Path; 2], bool>);

impl<'a> Equal<'a> {
    fn are(&mut self, base: &'a Program, head: &'a Program) -> Result<bool, CompareError> {
        Ok(match self.0.entry([&base.path, &head.path]) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => *new.insert(code::is_same(&base.path, &head.path)?),
        })
    }
}

/// By its path, and by that of a variant.
fn known_as(bench: &Listed<'_>) -> Vec<String> {
    let parts: Vec<_> = bench.path.split("::").collect();
    let without = |group: &&str| variants::without(&bench.path, group);
    let paths = parts.iter().map(without).chain([bench.path.clone()]);
    let with_package = |path| [format!("{}/{path}", bench.program.package), path];
    paths.flat_map(with_package).collect()
}

/// With its package where another one has a bench of that path, too.
fn name(bench: &Listed<'_>, all: &[Listed<'_>]) -> String {
    let is_shared = |other: &&Listed<'_>| other.path == bench.path;
    if all.iter().filter(is_shared).count() > 1 {
        format!("{}/{}", bench.program.package, bench.path)
    } else {
        bench.path.clone()
    }
}

fn listed<'a>(
    programs: &'a [Program],
    left_out: &mut Vec<LeftOut>,
) -> Result<Vec<Listed<'a>>, CompareError> {
    let mut all = Vec::new();
    for program in programs {
        if !program.has_divan()? {
            left_out.push(LeftOut {
                name: format!("{}/{}", program.package, program.target),
                reason: "it is no program of divan benches, and was not run".to_owned(),
                is_failure: false,
            });
            continue;
        }
        match names::list(&program.path, &program.folder, LISTING) {
            Ok(names) => {
                let single = names.single.into_iter();
                all.extend(single.map(|path| Listed { program, path }));
                left_out.extend(names.twice.into_iter().map(|name| LeftOut {
                    name,
                    reason: "two benches have this name, so neither can be run alone".to_owned(),
                    is_failure: false,
                }));
            }
            Err(reason) => left_out.push(LeftOut {
                name: format!("{}/{}", program.package, program.target),
                reason: reason.to_string(),
                is_failure: false,
            }),
        }
    }
    Ok(all)
}

fn reasons(left_out: &[LeftOut]) -> String {
    let reasons = left_out
        .iter()
        .map(|one| format!("\n  {}: {}", one.name, one.reason));
    reasons.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_two_packages_is_told_with_its_package() {
        let (one, two) = (Program::named("one"), Program::named("two"));
        let all = [
            Listed::all(&one, &["b::x", "b::y"]),
            Listed::all(&two, &["b::x"]),
        ]
        .concat();
        let names: Vec<String> = all.iter().map(|bench| name(bench, &all)).collect();
        assert_eq!(names, ["one/b::x", "b::y", "two/b::x"]);
    }
}
