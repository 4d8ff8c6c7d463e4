//! The history as it lies in files: what is understood, and a word on what is not.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::point::{Point, SCHEMA};
use super::store::ENDING;
use crate::error::SetupError;

/// All points, the earliest first.
#[derive(Clone, Debug, Default)]
pub(crate) struct History {
    pub(crate) points: Vec<Point>,
    /// What was passed over, and why.
    pub(crate) passed_over: Vec<String>,
}

/// What lies in directories, or in directories of theirs. A line that is there twice counts once.
pub(crate) fn read(directories: &[PathBuf]) -> Result<History, SetupError> {
    let mut files = Vec::new();
    for directory in directories {
        below(directory, &mut files);
    }
    files.sort();
    let mut reader = Reader::default();
    for file in &files {
        let text = fs::read(file).map_err(|error| SetupError::History {
            cause: format!("{} cannot be read: {error}", file.display()),
            cure: "remove it, or have it read by who asks".to_owned(),
        })?;
        reader.take(file, &String::from_utf8_lossy(&text));
    }
    let mut history = reader.history;
    history.points.sort_by(|one, other| one.at.cmp(&other.at));
    Ok(history)
}

fn below(directory: &Path, files: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    for entry in entries {
        let path = entry.path();
        // What a link leads to could lead back here.
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            below(&path, files);
        } else if path.extension().is_some_and(|end| end == ENDING) {
            files.push(path);
        }
    }
}

#[derive(Default)]
struct Reader {
    history: History,
    seen: HashSet<String>,
}

impl Reader {
    fn take(&mut self, file: &Path, text: &str) {
        let mut foreign: BTreeMap<String, usize> = BTreeMap::new();
        for (at, line) in text.split_inclusive('\n').enumerate() {
            let is_whole = line.ends_with('\n');
            let line = line.trim();
            if line.is_empty() || self.seen.contains(line) {
                continue;
            }
            match point(line) {
                Ok(point) => {
                    self.seen.insert(line.to_owned());
                    self.history.points.push(point);
                }
                Err(Objection::Schema(schema)) => *foreign.entry(schema).or_default() += 1,
                Err(Objection::NoPoint) => {
                    let why = if is_whole {
                        "is not understood"
                    } else {
                        "is cut: a process was ended while it wrote"
                    };
                    let told = format!("{} line {} {why}", file.display(), at + 1);
                    self.history.passed_over.push(told);
                }
            }
        }
        let told = foreign.iter().map(|(schema, lines)| {
            let lines = match lines {
                1 => "1 line".to_owned(),
                lines => format!("{lines} lines"),
            };
            format!("{} {lines} of `{schema}`, not `{SCHEMA}`", file.display())
        });
        self.history.passed_over.extend(told);
    }
}

enum Objection {
    /// Another version wrote it.
    Schema(String),
    NoPoint,
}

fn point(line: &str) -> Result<Point, Objection> {
    let value: Value = serde_json::from_str(line).map_err(|_| Objection::NoPoint)?;
    match value["schema"].as_str() {
        Some(SCHEMA) => serde_json::from_value(value).map_err(|_| Objection::NoPoint),
        Some(other) => Err(Objection::Schema(other.to_owned())),
        None => Err(Objection::NoPoint),
    }
}

#[cfg(test)]
mod tests {
    use super::super::point::tests::point as sample;
    use super::*;

    fn read_texts(texts: &[&str]) -> (Vec<u64>, Vec<String>) {
        let mut reader = Reader::default();
        for (at, text) in texts.iter().enumerate() {
            reader.take(Path::new(&format!("{at}.jsonl")), text);
        }
        let queries = |point: &Point| point.fact.values["queries"];
        let values = reader.history.points.iter().map(queries).collect();
        (values, reader.history.passed_over)
    }

    #[test]
    fn what_is_half_written_or_of_another_version_is_passed_over_and_told() {
        let (one, two) = (sample("a", "1", 1).line(), sample("a", "2", 2).line());
        let old = two.replace("history/1", "history/0");
        let text = format!(
            "{one}{}\n\n{two}{old}{old}{{}}\n{}",
            &one[..40],
            &one[..one.len() - 2]
        );
        let (values, told) = read_texts(&[&text]);
        assert_eq!(values, [1, 2]);
        let expected = [
            "0.jsonl line 2 is not understood",
            "0.jsonl line 7 is not understood",
            "0.jsonl line 8 is cut: a process was ended while it wrote",
            "0.jsonl 2 lines of `perf-harness/history/0`, not `perf-harness/history/1`",
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn what_was_copied_twice_counts_once() {
        let (one, two) = (sample("a", "1", 1).line(), sample("b", "1", 1).line());
        let (values, told) = read_texts(&[&format!("{one}{two}"), &format!("{two}{one}")]);
        assert_eq!(values.len(), 2);
        assert!(told.is_empty(), "{told:?}");
    }

    #[test]
    fn a_last_line_without_its_end_is_whole_if_it_is_understood() {
        let (values, told) = read_texts(&[sample("a", "1", 4).line().trim_end()]);
        assert_eq!((values, told), (vec![4], Vec::new()));
    }
}
