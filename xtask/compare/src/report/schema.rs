//! The JSON schema of the [JSON](super::json), version 1. A test holds `docs/bench-compare.schema.json` against it.

use serde_json::{Value, json};

use crate::outcome::Comparison;

/// The schema, as pretty JSON with a line end.
pub(crate) fn text() -> String {
    let mut schema = object(&comparison());
    let about = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "bench-compare",
        "description": "What a comparison of two versions found. Another schema_version is another format.",
        "definitions": definitions(),
    });
    if let (Value::Object(schema), Value::Object(about)) = (&mut schema, about) {
        schema.extend(about);
    }
    format!("{schema:#}\n")
}

fn comparison() -> Value {
    json!({
        "schema_version": { "const": Comparison::SCHEMA_VERSION },
        "kind": said("Two versions, two variants in one program, or one version against itself.", choice(&["versions", "variants", "itself"])),
        "base": reference("side"),
        "head": reference("side"),
        "benchmarks": list(&reference("compared")),
        "only_base": said("Benches that the base has only.", list(&text_of(""))),
        "only_head": said("Benches that the head has only.", list(&text_of(""))),
        "left_out": said("What was not measured.", list(&reference("left_out"))),
        "control": said("The base against itself in the same run. Where it is slower or faster than itself nothing is to be believed.", list(&reference("compared"))),
        "machine": reference("machine"),
        "seed": whole("What chance was started with."),
        "seconds": number("How long it took."),
        "is_partial": flag("It was stopped before its end."),
        "summary": reference("summary"),
    })
}

fn definitions() -> Value {
    json!({
        "side": object(&side()),
        "compared": object(&compared()),
        "change": said("By how much the time changed: -0.2 is a fifth less.", object(&change())),
        "counted": said("What is exact. Its unit is its name.", object(&counted())),
        "witness": object(&witness()),
        "no_witness": object(&no_witness()),
        "required": object(&required()),
        "left_out": object(&left_out()),
        "machine": object(&machine()),
        "summary": said("Counted from the rest.", object(&summary())),
    })
}

fn side() -> Value {
    json!({
        "name": text_of("As it was asked for: a git ref, `working tree`, a variant."),
        "commit": or_null(&text_of("")),
        "is_dirty": flag("It holds changes that no commit has."),
    })
}

fn compared() -> Value {
    json!({
        "name": text_of("The path of the bench."),
        "mode": said("One sample of each side in turn, whole processes in turn, or not run as the programs are identical.", choice(&["lockstep", "process", "identical"])),
        "verdict": said("Slower by more than the threshold, seen twice, or by what is counted; the same within the threshold; or neither is shown.", choice(&["slower", "faster", "same", "undecided"])),
        "threshold": number("What is too little to matter: 0.03 is 3 %."),
        "change": or_null(&reference("change")),
        "base_ns": or_null(&number("The time of an iteration, in nanoseconds: the median over all pairs.")),
        "head_ns": or_null(&number("The same of the head.")),
        "pairs": said("Of each pair of processes, in the order in which they ran, the median natural logarithm of head by base.", list(&number(""))),
        "samples_per_pair": whole(""),
        "iterations_per_sample": whole(""),
        "is_confirmed": flag("What was slower or faster was measured a second time, with fresh processes, and was so again."),
        "counts": {
            "description": "What is counted for each iteration, by name.",
            "type": "object",
            "additionalProperties": reference("counted"),
        },
        "instructions": said(
            "Of an iteration, where they were asked for: no verdict rests on them.",
            json!({ "anyOf": [reference("witness"), reference("no_witness"), { "type": "null" }] }),
        ),
        "allowed": or_null(&text_of("Why it may be slower.")),
        "required": or_null(&reference("required")),
        "seconds": number("How long it took."),
    })
}

fn change() -> Value {
    json!({
        "estimate": number("The middle."),
        "low": number("With 99 % confidence it is not less."),
        "high": number("With 99 % confidence it is not more."),
    })
}

fn counted() -> Value {
    json!({
        "base": number(""),
        "head": number(""),
        "is_cost": flag("More is worse."),
    })
}

fn witness() -> Value {
    json!({
        "base": number("The mean of some iterations."),
        "head": number("The same of the head."),
    })
}

fn no_witness() -> Value {
    json!({ "reason": text_of("Why they were not counted.") })
}

fn required() -> Value {
    json!({
        "gain": number("What was asked for: 0.5 is half of the time."),
        "is_met": flag("The interval's lower end is no less."),
        "reason": or_null(&text_of("Why it is another one than that of the others: from `bench-compare.toml`.")),
    })
}

fn left_out() -> Value {
    json!({
        "name": text_of(""),
        "reason": text_of(""),
        "is_failure": flag("It should have been measured, so that there is no verdict."),
    })
}

fn machine() -> Value {
    let load = json!({
        "description": "The load average of a minute, before and after.",
        "type": "array",
        "items": { "type": "number" },
        "minItems": 2,
        "maxItems": 2,
    });
    json!({
        "processor": text_of(""),
        "processors": whole("How many there are."),
        "system": text_of(""),
        "toolchain": text_of(""),
        "profile": text_of(""),
        "load": or_null(&load),
        "steal_percent": or_null(&number("What the hypervisor took of all processors' time.")),
        "throttled": or_null(&whole("How often a quota stopped it.")),
    })
}

fn summary() -> Value {
    json!({
        "headline": text_of("The answer in a few words."),
        "is_too_noisy": flag("The base is not the same as itself."),
        "failed": said("Benches that are slower and not allowed to be, or gain less than was required.", list(&text_of(""))),
        "slower": whole(""),
        "less_gain_than_required": whole(""),
        "slower_as_allowed": whole(""),
        "faster": whole(""),
        "undecided": whole(""),
        "same": whole(""),
        "identical": whole(""),
        "geometric_mean_change": or_null(&number("Over what was measured.")),
    })
}

/// With each of these, and nothing else.
fn object(properties: &Value) -> Value {
    let names: Vec<_> = properties.as_object().into_iter().flatten().collect();
    let required: Vec<_> = names.iter().map(|(name, _)| name.as_str()).collect();
    json!({
        "type": "object",
        "required": required,
        "additionalProperties": false,
        "properties": properties,
    })
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/definitions/{name}") })
}

fn list(items: &Value) -> Value {
    json!({ "type": "array", "items": items })
}

fn choice(values: &[&str]) -> Value {
    json!({ "enum": values })
}

fn or_null(value: &Value) -> Value {
    json!({ "anyOf": [value, { "type": "null" }] })
}

fn text_of(description: &str) -> Value {
    said(description, json!({ "type": "string" }))
}

fn number(description: &str) -> Value {
    said(description, json!({ "type": "number" }))
}

fn whole(description: &str) -> Value {
    said(description, json!({ "type": "integer", "minimum": 0 }))
}

fn flag(description: &str) -> Value {
    said(description, json!({ "type": "boolean" }))
}

/// Names that say all have no description.
fn said(description: &str, mut value: Value) -> Value {
    if !description.is_empty() {
        value["description"] = description.into();
    }
    value
}

#[cfg(test)]
mod tests;
