//! The file's text to budgets. Whatever is not understood is a mistake that names its line, the key and the cure.

mod agree;
mod mistake;
mod name;
mod value;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use serde_json::{Map, Value};

use super::entry::{Budgets, Entry, Ruled, Source};
use super::key::{self, ROWS};
use super::lines::{Place, places};
use crate::budget::{LatencyRule, Limit, Measured, Metric, Statistic};
use crate::error::SetupError;

use self::mistake::Mistake;

/// What holds where nothing is said: counts, or microseconds.
const MISSION: [(Measured, u64); 2] = [
    (Measured::Work(Metric::Queries), 5),
    (Measured::Latency(Statistic::P95), 200_000),
];

/// All tables that the file may have.
const TABLES: [&str; 3] = ["defaults", "budgets", "frontend"];
/// What `[frontend]` may have.
const FRONTEND: [&str; 2] = ["bundles", "pages"];

/// The budgets that a text says, with the mission's numbers where it says nothing. `file` is its name in errors.
pub fn budgets(text: &str, file: &Path) -> Result<Budgets, SetupError> {
    let read = Written::of(text).and_then(|written| written.budgets(file));
    read.map_err(|mistake| mistake.of(file))
}

/// Each limit that is said, or switched off, and where.
type Settings = BTreeMap<Measured, (Option<u64>, Source)>;

/// A text that is TOML, with where its keys stand.
struct Written<'t> {
    text: &'t str,
    places: Vec<Place>,
    document: Map<String, Value>,
}

impl<'t> Written<'t> {
    fn of(text: &'t str) -> Result<Self, Mistake> {
        let places = places(text);
        match basic_toml::from_str(text) {
            Ok(document) => Ok(Self {
                text,
                places,
                document,
            }),
            Err(error) => Err(mistake::no_toml(text, &places, &error)),
        }
    }

    fn budgets(&self, file: &Path) -> Result<Budgets, Mistake> {
        for key in self.document.keys() {
            if !TABLES.contains(&key.as_str()) {
                return Err(mistake::unknown_table(self.line(&[key]), key));
            }
        }
        let frontend = self.frontend()?;
        let defaults = self.defaults()?;
        let entries = match self.table(&["budgets"], &self.document)? {
            Some(budgets) => self.entries(budgets, &defaults)?,
            None => Vec::new(),
        };
        Ok(Budgets {
            file: file.to_owned(),
            is_there: true,
            limits: limits(&defaults),
            latency: latency(&defaults),
            entries,
            frontend,
        })
    }

    /// It is kept as it is. What stands in a bundle or a page is not looked at yet.
    fn frontend(&self) -> Result<Map<String, Value>, Mistake> {
        let Some(frontend) = self.table(&["frontend"], &self.document)? else {
            return Ok(Map::new());
        };
        for key in frontend.keys() {
            let path = ["frontend", key];
            if !FRONTEND.contains(&key.as_str()) {
                let (cause, cure) = mistake::unknown(key, &FRONTEND);
                return Err(Mistake::at(
                    self.line(&path),
                    format!("[frontend] has {cause}"),
                    cure,
                ));
            }
            for name in self.table(&path, frontend)?.into_iter().flat_map(Map::keys) {
                let of_key = frontend[key]
                    .as_object()
                    .unwrap_or_else(|| unreachable!("it is a table"));
                self.table(&["frontend", key, name], of_key)?;
            }
        }
        Ok(frontend.clone())
    }

    fn defaults(&self) -> Result<Settings, Mistake> {
        let mut settings: Settings = MISSION
            .into_iter()
            .map(|(measured, most)| (measured, (Some(most), Source::Mission)))
            .collect();
        if let Some(defaults) = self.table(&["defaults"], &self.document)? {
            settings.extend(self.settings(&["defaults"], defaults, Source::Defaults)?);
        }
        agree::check("[defaults]", &settings)?;
        Ok(settings)
    }

    fn entries(
        &self,
        budgets: &Map<String, Value>,
        defaults: &Settings,
    ) -> Result<Vec<Entry>, Mistake> {
        let mut entries: Vec<Entry> = Vec::new();
        for place in self
            .places
            .iter()
            .filter(|place| place.path.len() > 1 && place.path[0] == "budgets")
        {
            let name = &place.path[1];
            if !entries.iter().any(|entry| entry.name == *name) {
                entries.push(self.entry(name, place.line, budgets, defaults)?);
            }
        }
        Ok(entries)
    }

    fn entry(
        &self,
        name: &str,
        line: usize,
        budgets: &Map<String, Value>,
        defaults: &Settings,
    ) -> Result<Entry, Mistake> {
        let title = title(name);
        if let Some((cause, cure)) = name::objection(name) {
            return Err(Mistake::at(line, format!("{title} {cause}"), cure));
        }
        let fields = self
            .table(&["budgets", name], budgets)?
            .unwrap_or_else(|| unreachable!("its place was found"));
        let mut settings = defaults.clone();
        settings.extend(self.settings(&["budgets", name], fields, Source::Entry)?);
        agree::check(&title, &settings)?;
        let (limits, latency) = (limits(&settings), latency(&settings));
        if limits.is_empty() && latency.is_empty() {
            let cure = "limit something, or take the entry away: max_queries = 5";
            return Err(Mistake::at(line, format!("{title} limits nothing"), cure));
        }
        Ok(Entry {
            name: name.to_owned(),
            line,
            limits,
            latency,
            rows: self.rows(name, fields)?,
        })
    }

    /// What a table says of each limit.
    fn settings(
        &self,
        path: &[&str],
        fields: &Map<String, Value>,
        source: impl Fn(usize) -> Source,
    ) -> Result<Settings, Mistake> {
        let is_entry = path[0] == "budgets";
        let title = path
            .get(1)
            .map_or("[defaults]".to_owned(), |name| title(name));
        let mut settings = Settings::new();
        for (key, value) in fields {
            if is_entry && key == ROWS {
                continue;
            }
            let place = [path, &[key]].concat();
            let line = self.line(&place);
            if is_entry && value.is_object() {
                return Err(mistake::nested(line, path[1], key));
            }
            let measured = key::limit(key, is_entry).map_err(|unknown| {
                Mistake::at(line, format!("{title} has {}", unknown.cause), unknown.cure)
            })?;
            let most = value::most(measured, value).map_err(|objection| {
                let written = format!("{title} has `{key} = {}`, ", self.written(&place));
                Mistake::at(line, written + &objection.cause, objection.cure)
            })?;
            settings.insert(measured, (most, source(line)));
        }
        Ok(settings)
    }

    /// How large tables are taken to be.
    fn rows(&self, name: &str, fields: &Map<String, Value>) -> Result<Vec<(String, u64)>, Mistake> {
        let path = ["budgets", name, ROWS];
        let Some(tables) = self.table(&path, fields)? else {
            return Ok(Vec::new());
        };
        if tables.is_empty() {
            let cause = format!("{} has `rows` that name no table", title(name));
            return Err(Mistake::at(self.line(&path), cause, value::ROWS_CURE));
        }
        let mut rows = Vec::new();
        for (table, value) in tables {
            let place = ["budgets", name, ROWS, table];
            let objection = value::rows(table, value);
            rows.push((
                table.clone(),
                objection.map_err(|objection| {
                    let written = format!(
                        "{} has `rows` of `{} = {}`, ",
                        title(name),
                        key::written(table),
                        self.written(&place)
                    );
                    Mistake::at(
                        self.line(&place),
                        written + &objection.cause,
                        objection.cure,
                    )
                })?,
            ));
        }
        Ok(rows)
    }

    /// A table that may be missing.
    fn table<'v>(
        &self,
        path: &[&str],
        within: &'v Map<String, Value>,
    ) -> Result<Option<&'v Map<String, Value>>, Mistake> {
        let key = path[path.len() - 1];
        match within.get(key) {
            None => Ok(None),
            Some(Value::Object(table)) => Ok(Some(table)),
            Some(_) => Err(mistake::no_table(
                self.line(path),
                path,
                &self.written(path),
            )),
        }
    }

    /// Where a key stands, or the first one below it.
    fn line(&self, path: &[&str]) -> usize {
        self.place(path).map_or(1, |place| place.line)
    }

    /// A value as it is written.
    fn written(&self, path: &[&str]) -> String {
        let value = self.place(path).and_then(|place| place.value.clone());
        value.map_or_else(|| "..".to_owned(), |value| self.text[value].to_owned())
    }

    fn place(&self, path: &[&str]) -> Option<&Place> {
        let is_it = |place: &&Place| {
            let begin = place.path.get(..path.len());
            begin.is_some_and(|begin| begin.iter().zip(path).all(|(one, other)| one == other))
        };
        self.places.iter().find(is_it)
    }
}

/// The head of an entry, as one writes it.
fn title(name: &str) -> String {
    format!("[budgets.{}]", key::written(name))
}

fn limits(settings: &Settings) -> Vec<Ruled<Limit>> {
    let of = |metric| {
        let (most, source) = settings.get(&Measured::Work(metric))?;
        let rule = Limit::new(metric, (*most)?);
        Some(Ruled {
            rule,
            source: *source,
        })
    };
    Metric::ALL.into_iter().filter_map(of).collect()
}

fn latency(settings: &Settings) -> Vec<Ruled<LatencyRule>> {
    let of = |statistic| {
        let (most, source) = settings.get(&Measured::Latency(statistic))?;
        let rule = LatencyRule::new(statistic, Duration::from_micros((*most)?));
        Some(Ruled {
            rule,
            source: *source,
        })
    };
    Statistic::ALL.into_iter().filter_map(of).collect()
}

#[cfg(test)]
mod tests;
