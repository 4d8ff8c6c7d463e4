//! Two groups of benches of one version: the same path but for the group's name.

use super::matched::{Listed, Matched, Shared};
use crate::error::CompareError;

/// Each bench of the one group with that of the other, whose paths are the same but for the group's name.
pub(super) fn variants<'a>(
    all: &[Listed<'a>],
    one: &str,
    other: &str,
) -> Result<Matched<'a>, CompareError> {
    let mut matched = Matched::default();
    for base in all.iter().filter(|bench| has_part(&bench.path, one)) {
        let twin = renamed(&base.path, one, other);
        let head = all
            .iter()
            .find(|bench| bench.key() == (&base.program.package, &twin));
        match head {
            Some(head) => matched.benches.push(Shared {
                name: without(&base.path, one),
                base: (base.program, base.path.clone()),
                head: (head.program, head.path.clone()),
                is_identical: false,
            }),
            None => matched.only_base.push(base.path.clone()),
        }
    }
    for head in all.iter().filter(|bench| has_part(&bench.path, other)) {
        let twin = renamed(&head.path, other, one);
        if all
            .iter()
            .all(|bench| bench.key() != (&head.program.package, &twin))
        {
            matched.only_head.push(head.path.clone());
        }
    }
    if matched.benches.is_empty() {
        return Err(CompareError::Nothing(format!(
            "no bench is in a group `{one}` and, by the same path but for that name, in a group `{other}`: \
             `users::{one}::page` and `users::{other}::page` would be"
        )));
    }
    Ok(matched)
}

fn has_part(path: &str, group: &str) -> bool {
    path.split("::").any(|part| part == group)
}

fn renamed(path: &str, group: &str, other: &str) -> String {
    let parts = path
        .split("::")
        .map(|part| if part == group { other } else { part });
    parts.collect::<Vec<_>>().join("::")
}

/// The path under which two variants are told.
pub(super) fn without(path: &str, group: &str) -> String {
    let parts = path.split("::").filter(|part| *part != group);
    parts.collect::<Vec<_>>().join("::")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::build::Program;

    #[test]
    fn variants_have_the_same_path_but_for_their_group() {
        let program = Program::named("api");
        let paths = [
            "users::naive::page::100",
            "users::optimised::page::100",
            "users::naive::alone",
            "users::optimised::new",
            "users::other",
        ];
        let all = Listed::all(&program, &paths);
        let matched = variants(&all, "naive", "optimised").unwrap();
        assert_eq!(matched.names(), ["users::page::100"]);
        assert_eq!(matched.only_base, ["users::naive::alone"]);
        assert_eq!(matched.only_head, ["users::optimised::new"]);
        let pair = matched.benches[0].pair();
        assert_eq!((pair.base.name, pair.head.name), (paths[0], paths[1]));
        let told = variants(&all, "naive", "tuned").err().unwrap().to_string();
        assert!(
            told.contains("`users::naive::page` and `users::tuned::page` would be"),
            "{told}"
        );
    }
}
