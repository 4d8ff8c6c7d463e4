//! The schema in the docs is the code's, and it is the one that the JSON has.

use serde_json::{Map, Value};

use super::super::{json, sample};
use super::text;

const DOCS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs");

#[test]
fn the_schema_in_the_docs_is_the_one_of_the_code() {
    let file = format!("{DOCS}/bench-compare.schema.json");
    let written = std::fs::read_to_string(&file).unwrap_or_default();
    let text = text();
    assert!(
        written == text,
        "write it anew, to docs/bench-compare.schema.json:\n{text}"
    );
}

#[test]
fn each_comparison_has_its_schema() {
    let all = [
        sample::every_case(),
        sample::empty(),
        sample::partial(),
        sample::noisy(),
        sample::variants(false),
    ];
    for comparison in all {
        assert_eq!(
            objections(&parsed(&json(&comparison))),
            Vec::<String>::new()
        );
    }
}

#[test]
fn a_key_too_few_and_a_key_too_many_are_against_it() {
    let mut told = parsed(&json(&sample::every_case()));
    let mut changed = 0;
    for path in objects(&told, "") {
        let keys: Vec<_> = object(&mut told, &path).keys().cloned().collect();
        for key in keys.iter().filter(|_| !path.ends_with("/counts")) {
            let kept = object(&mut told, &path).remove(key).unwrap();
            assert!(
                !objections(&told).is_empty(),
                "{path}/{key} is not required"
            );
            object(&mut told, &path).insert(key.clone(), kept);
            changed += 1;
        }
        object(&mut told, &path).insert("more".to_owned(), "a".into());
        assert!(!objections(&told).is_empty(), "{path}/more is allowed");
        object(&mut told, &path).remove("more");
    }
    assert!(changed > 100, "{changed}");
    assert_eq!(objections(&told), Vec::<String>::new());
}

#[test]
fn a_value_of_another_kind_is_against_it() {
    let check = |path: &str, value: Value| {
        let mut told = parsed(&json(&sample::every_case()));
        *told.pointer_mut(path).unwrap() = value;
        assert!(!objections(&told).is_empty(), "{path}");
    };
    check("/schema_version", 2.into());
    check("/kind", "others".into());
    check("/seed", (-1).into());
    check("/seconds", "3".into());
    check("/is_partial", 1.into());
    check("/benchmarks/0/verdict", "maybe".into());
    check("/benchmarks/0/change", 3.into());
    check("/machine/load", vec![1.0].into());
    check("/only_base", "one".into());
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn object<'a>(told: &'a mut Value, path: &str) -> &'a mut Map<String, Value> {
    told.pointer_mut(path).unwrap().as_object_mut().unwrap()
}

/// The paths of all objects within.
fn objects(value: &Value, path: &str) -> Vec<String> {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(map) => map
            .iter()
            .map(|(key, value)| (key.clone(), value))
            .collect(),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(at, item)| (at.to_string(), item))
            .collect(),
        _ => Vec::new(),
    };
    let within = children
        .iter()
        .flat_map(|(key, child)| objects(child, &format!("{path}/{key}")));
    let mut paths: Vec<_> = within.collect();
    if value.is_object() {
        paths.push(path.to_owned());
    }
    paths
}

/// What a JSON has against its schema.
fn objections(told: &Value) -> Vec<String> {
    let schema = parsed(&text());
    let mut found = Vec::new();
    Check {
        root: &schema,
        found: &mut found,
    }
    .value(told, &schema, "");
    found
}

/// As much of JSON schema as is used.
struct Check<'a> {
    root: &'a Value,
    found: &'a mut Vec<String>,
}

impl Check<'_> {
    fn value(&mut self, value: &Value, schema: &Value, path: &str) {
        for (word, rule) in schema.as_object().unwrap() {
            let is_fine = match word.as_str() {
                "$ref" => {
                    let target = rule.as_str().unwrap().trim_start_matches('#');
                    let root = self.root;
                    self.value(value, root.pointer(target).unwrap(), path);
                    true
                }
                "anyOf" => rule
                    .as_array()
                    .unwrap()
                    .iter()
                    .any(|one| self.fits(value, one)),
                "type" => is_a(value, rule.as_str().unwrap()),
                "const" => value == rule,
                "enum" => rule.as_array().unwrap().contains(value),
                "minimum" => value.as_f64() >= rule.as_f64(),
                "minItems" => value.as_array().map(Vec::len) >= length(rule),
                "maxItems" => value.as_array().map(Vec::len) <= length(rule),
                "required" => rule.as_array().unwrap().iter().all(|key| has(value, key)),
                "items" => {
                    self.items(value, rule, path);
                    true
                }
                "properties" => {
                    self.properties(value, schema, path);
                    true
                }
                "additionalProperties" => {
                    self.others(value, schema, path);
                    true
                }
                "description" | "title" | "$schema" | "definitions" => true,
                word => panic!("a word that is not known here: {word}"),
            };
            if !is_fine {
                self.found.push(format!("{path}: {word}"));
            }
        }
    }

    fn fits(&self, value: &Value, schema: &Value) -> bool {
        let mut found = Vec::new();
        Check {
            root: self.root,
            found: &mut found,
        }
        .value(value, schema, "");
        found.is_empty()
    }

    fn items(&mut self, value: &Value, schema: &Value, path: &str) {
        for (at, item) in value.as_array().into_iter().flatten().enumerate() {
            self.value(item, schema, &format!("{path}/{at}"));
        }
    }

    fn properties(&mut self, value: &Value, schema: &Value, path: &str) {
        for (key, rule) in schema["properties"].as_object().unwrap() {
            if let Some(value) = value.get(key) {
                self.value(value, rule, &format!("{path}/{key}"));
            }
        }
    }

    fn others(&mut self, value: &Value, schema: &Value, path: &str) {
        for (key, value) in value.as_object().into_iter().flatten() {
            let path = format!("{path}/{key}");
            let is_known = schema["properties"].get(key).is_some();
            match &schema["additionalProperties"] {
                Value::Bool(false) if !is_known => self.found.push(path),
                rule if rule.is_object() && !is_known => self.value(value, rule, &path),
                _ => (),
            }
        }
    }
}

fn has(value: &Value, key: &Value) -> bool {
    value.get(key.as_str().unwrap()).is_some()
}

fn length(rule: &Value) -> Option<usize> {
    usize::try_from(rule.as_u64()?).ok()
}

fn is_a(value: &Value, kind: &str) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => value.is_u64() || value.is_i64(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        kind => panic!("a type that is not known here: {kind}"),
    }
}
