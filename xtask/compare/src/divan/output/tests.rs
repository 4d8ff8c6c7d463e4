//! On what divan really printed (`outputs/`, recorded by `tests/fixtures/divan-outputs/record.sh`).

use std::fs;
use std::path::Path;

use super::*;

/// The names and texts of the recorded files whose names start so.
fn recorded(start: &str) -> Vec<(String, String)> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/divan/outputs");
    let mut files: Vec<_> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "txt"))
        .filter(|path| {
            path.file_name()
                .unwrap()
                .to_str()
                .unwrap()
                .starts_with(start)
        })
        .collect();
    files.sort();
    let parts = files.iter().map(|path| {
        let text = fs::read_to_string(path).unwrap();
        let (name, output) = text.split_once('\n').unwrap();
        (name.to_owned(), output.to_owned())
    });
    parts.collect()
}

fn output_of(name: &str) -> String {
    let all = recorded("");
    let found = all.into_iter().find(|(known, _)| known == name);
    found.unwrap_or_else(|| panic!("{name} was not recorded")).1
}

fn problem(text: &str, name: &str) -> (Option<usize>, Problem) {
    let unreadable = read(text, name).unwrap_err();
    (
        unreadable.line.map(|(number, _)| number),
        unreadable.problem,
    )
}

const NO_MEASUREMENTS: [(&str, Option<usize>, Problem); 8] = [
    ("shapes::empty", Some(2), Problem::Empty),
    ("shapes::of_two_types::Same", Some(4), Problem::Twice),
    ("shapes::panics", Some(2), Problem::CutOff),
    ("shapes::panics_in_a_thread", Some(2), Problem::CutOff),
    ("shapes::prints_a_digit", Some(2), Problem::Disordered),
    ("shapes::prints_a_line", Some(2), Problem::PrintsToStdout),
    ("shapes::prints_a_word", Some(2), Problem::PrintsToStdout),
    ("names::twice::same", Some(4), Problem::Twice),
];

#[test]
fn every_listed_bench_is_read_with_all_its_samples_or_says_what_is_wrong_with_it() {
    let listed = [
        "shapes-0",
        "shapes-1",
        "shapes-2",
        "names-",
        "allocations-0",
    ];
    let all: Vec<_> = listed.into_iter().flat_map(recorded).collect();
    assert!(all.len() > 50, "{}", all.len());
    for (name, text) in all {
        let no_measurement = NO_MEASUREMENTS.iter().find(|(of, ..)| *of == name);
        if let Some((_, line, expected)) = no_measurement {
            assert_eq!(problem(&text, &name), (*line, *expected), "{name}");
            continue;
        }
        let all = read(&text, &name).unwrap();
        let expected = if name.ends_with("seconds") {
            (2, 2)
        } else {
            (8, 24)
        };
        for measured in &all {
            assert_eq!((measured.samples, measured.iterations), expected, "{name}");
            assert!(measured.fastest_ns > 0.0, "{name}");
        }
        let threads: Vec<_> = all.iter().map(|one| one.threads).collect();
        let is_of_threads = name.contains("threads") && !name.contains("one_count");
        let expected: &[_] = if is_of_threads {
            &[Some(1), Some(2)]
        } else {
            &[None]
        };
        assert_eq!(threads, expected, "{name}");
    }
}

#[test]
fn what_has_no_times_says_why() {
    let check = |file, name: &str, expected| {
        let (of, text) = recorded(file).remove(0);
        assert_eq!(of, name);
        assert_eq!(problem(&text, name), expected, "{file}");
    };
    check(
        "shapes-ignored",
        "shapes::ignored",
        (Some(2), Problem::Ignored),
    );
    check(
        "shapes-nothing",
        "shapes::with_args",
        (None, Problem::Silent),
    );
    check(
        "shapes-test.",
        "shapes::plain",
        (Some(1), Problem::TestMode),
    );
    check(
        "shapes-test-of",
        "shapes::with_threads",
        (Some(1), Problem::TestMode),
    );
}

#[test]
fn allocations_are_what_one_iteration_allocates() {
    let check = |name: &str, expected: &[(&str, f64)]| {
        for measured in read(&output_of(name), name).unwrap() {
            let expected = expected
                .iter()
                .map(|(name, value)| ((*name).to_owned(), *value));
            assert_eq!(measured.allocations, expected.collect(), "{name}");
            assert_eq!(measured.unsteady, BTreeMap::new(), "{name}");
        }
    };
    let one = [
        ("alloc bytes", 100.0),
        ("alloc count", 1.0),
        ("dealloc bytes", 100.0),
        ("dealloc count", 1.0),
        ("max alloc bytes", 33.33),
        ("max alloc count", 0.333),
    ];
    check("allocations::none", &[]);
    check("allocations::one", &one);
    check("allocations::with_threads", &one);
    check(
        "allocations::one_that_is_returned",
        &[
            ("alloc bytes", 1_500.0),
            ("alloc count", 1.0),
            ("max alloc bytes", 1_500.0),
            ("max alloc count", 1.0),
        ],
    );
    check(
        "allocations::grows_and_shrinks::1000",
        &[
            ("alloc bytes", 32.0),
            ("alloc count", 1.0),
            ("grow bytes", 8_160.0),
            ("grow count", 8.0),
            ("max alloc bytes", 5_397.0),
            ("max alloc count", 1.0),
            ("shrink bytes", 4_192.0),
            ("shrink count", 1.0),
        ],
    );
}

#[test]
fn binary_units_are_bytes_too_but_cut() {
    let (name, text) = recorded("allocations-binary.").remove(0);
    let measured = read(&text, &name).unwrap();
    let cut = 1.464 * 1_024.0;
    assert_eq!(
        measured[0].allocations["alloc bytes"].to_bits(),
        f64::to_bits(cut)
    );
}

#[test]
fn what_differs_from_sample_to_sample_is_kept_apart() {
    let text = output_of("allocations::one").replace("  1           │ 1 ", "  1           │ 2 ");
    let measured = read(&text, "allocations::one").unwrap();
    let kept: Vec<_> = measured[0].unsteady.keys().collect();
    assert_eq!(kept, ["alloc count", "dealloc count"]);
    assert!(!measured[0].allocations.contains_key("alloc count"));
    assert!(measured[0].allocations.contains_key("alloc bytes"));
}

#[test]
fn throughput_is_kept_as_divan_tells_it() {
    let name = "shapes::counted";
    let text = output_of(name);
    let counters = &read(&text, name).unwrap()[0].counters;
    let names: Vec<_> = counters.keys().collect();
    assert_eq!(names, ["bytes", "chars", "cycles", "items"]);
    for value in counters.values().flatten() {
        assert!(text.contains(&**value), "{value}");
    }
    let threads = read(
        &output_of("shapes::counted_with_threads"),
        "shapes::counted_with_threads",
    );
    for measured in threads.unwrap() {
        assert_eq!(
            measured.counters["items"],
            ["0 item/s"; 4].map(str::to_owned)
        );
    }
}

const TUNED: &str = "\
shapes    fastest       │ slowest       │ median        │ mean          │ samples │ iters
╰─ plain  0.674 ns      │ 19.71 ns      │ 691 ps        │ 1.104 ns      │ 100     │ 409600

";

#[test]
fn times_are_nanoseconds_of_one_iteration() {
    let expected = Measured {
        fastest_ns: 0.674,
        slowest_ns: 19.71,
        median_ns: 0.691,
        mean_ns: 1.104,
        samples: 100,
        iterations: 409_600,
        ..Measured::default()
    };
    assert_eq!(read(TUNED, "shapes::plain"), Ok(vec![expected]));
}

#[test]
fn every_other_line_is_an_error_that_names_it() {
    let check = |text: &str, expected: (usize, Problem)| {
        let (line, problem) = problem(text, "shapes::plain");
        assert_eq!((line.unwrap(), problem), expected, "{text}");
    };
    check(&format!("hello\n{TUNED}"), (1, Problem::NoTable));
    check(&format!("\n{TUNED}"), (1, Problem::NoTable));
    check(&format!("{TUNED}bye\n"), (4, Problem::PrintsToStdout));
    check(
        &TUNED.replace("plain ", "other "),
        (2, Problem::AnotherBench),
    );
    check(
        &TUNED.replace("shapes ", "others "),
        (1, Problem::AnotherBench),
    );
    check(
        &TUNED.replace("╰─ plain", "   ╰─ plain"),
        (2, Problem::AnotherBench),
    );
    check(
        &TUNED.replace("0.674 ns", "0.674 us"),
        (2, Problem::PrintsToStdout),
    );
    check(
        &TUNED.replace("0.674 ns", "x.674 ns"),
        (2, Problem::PrintsToStdout),
    );
    check(
        &TUNED.replace("409600", "40.96"),
        (2, Problem::PrintsToStdout),
    );
    check(
        &TUNED.replace("plain  0", "plain  \n0"),
        (3, Problem::PrintsToStdout),
    );
    check(
        &TUNED.replace("plain  0", "plain  \n\n0"),
        (4, Problem::PrintsToStdout),
    );
    check(&TUNED.replace("691 ps", "691 ns"), (2, Problem::Disordered));
    let head = TUNED.lines().next().unwrap();
    check(head, (1, Problem::CutOff));
    check(&format!("{head}\n\n"), (2, Problem::CutOff));
    let with = |row: &str| format!("{}\n{row}\n\n", TUNED.trim_end());
    check(
        &with("  1 MB/s │ 1 MB/s │ 1 MB/s │ 1 Hz │  │"),
        (3, Problem::PrintsToStdout),
    );
    check(
        &with("  1 xB/s │ 1 MB/s │ 1 MB/s │ 1 MB/s │  │"),
        (3, Problem::PrintsToStdout),
    );
    check(
        &with("  1 B/s │ 1 B/s │ 1 B/s │ 1 B/s │ 1 │"),
        (3, Problem::PrintsToStdout),
    );
    check(&with("  alloc: │  │  │  │  │"), (4, Problem::CutOff));
    check(
        &with("  alloc: │  │  │  │  │\n  1 B │ 1 │ 1 │ 1 │  │"),
        (4, Problem::PrintsToStdout),
    );
    check(
        &with("  other: │  │  │  │  │"),
        (3, Problem::PrintsToStdout),
    );
    let tally = "  alloc: │  │  │  │  │\n  1 │ 1 │ 1 │ 1 │  │\n  1 B │ 1 B │ 1 B │ 1 B │  │";
    assert!(read(&with(tally), "shapes::plain").is_ok());
    check(
        &with(&format!("{tally}\n{tally}")),
        (7, Problem::PrintsToStdout),
    );
    let cut_off = with("  alloc: │  │  │  │  │");
    check(cut_off.trim_end(), (3, Problem::CutOff));
}

#[test]
fn an_error_names_the_bench_the_line_and_the_cure() {
    let told = |name| read(&output_of(name), name).unwrap_err().to_string();
    insta::assert_snapshot!(told("shapes::empty"), @"divan's output of `shapes::empty` cannot be read: line 2, `╰─ empty  `, measures nothing: it takes a `Bencher` and calls none of its methods");
    let long = told("shapes::prints_a_word");
    assert!(long.contains("`╰─ prints_a_word  HELLO"), "{long}");
    assert!(long.contains("..`, is not divan's alone"), "{long}");
    let silent = read("", "a::b").unwrap_err().to_string();
    assert!(
        silent.starts_with("divan's output of `a::b` cannot be read: divan printed nothing"),
        "{silent}"
    );
}
