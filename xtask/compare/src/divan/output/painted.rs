//! On tables that are painted here, by divan's rules, of any names.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;

/// Paints as divan does: names and prefixes padded to one width, cells to another, rows below.
struct Painter {
    text: String,
    span: usize,
}

impl Painter {
    fn line(&mut self, name: &str, cells: [&str; COLUMNS]) {
        let width = name.chars().count();
        let padding = 2 + self.span.saturating_sub(width);
        self.span = self.span.max(width);
        self.text += name;
        self.text += &" ".repeat(padding);
        let [first, others @ ..] = cells;
        write!(self.text, "{first:<13}").unwrap();
        for (at, cell) in others.iter().enumerate() {
            let is_last = at == others.len() - 1;
            let bar = if is_last && cell.is_empty() {
                " │"
            } else {
                " │ "
            };
            let width = if is_last { 0 } else { 13 };
            write!(self.text, "{bar}{cell:<width$}").unwrap();
        }
        self.text += "\n";
    }

    fn paint(path: &[String], span: usize, threads: &[usize], with_rows: bool) -> String {
        let text = String::new();
        let mut painter = Self { text, span };
        painter.line(
            &path[0],
            ["fastest", "slowest", "median", "mean", "samples", "iters"],
        );
        let values = ["1.5 µs", "2.5 ms", "1.75 µs", "2.25 µs", "8", "24"];
        let mut before = String::new();
        for (at, name) in path.iter().enumerate().skip(1) {
            let is_leaf = at == path.len() - 1 && threads.len() < 2;
            let cells = if is_leaf { values } else { [""; COLUMNS] };
            painter.line(&format!("{before}╰─ {name}"), cells);
            before += "   ";
        }
        if threads.len() < 2 {
            painter.rows(&before[3..], with_rows);
        }
        for (at, count) in threads.iter().enumerate().filter(|_| threads.len() > 1) {
            let is_last = at == threads.len() - 1;
            let branch = if is_last { "╰─ " } else { "├─ " };
            painter.line(&format!("{before}{branch}t={count}"), values);
            let below = if is_last { "" } else { "│" };
            painter.rows(&format!("{before}{below}"), with_rows);
        }
        painter.text + "\n"
    }

    fn rows(&mut self, before: &str, with_rows: bool) {
        if with_rows {
            self.line(before, ["1 MB/s", "2 KB/s", "3 GB/s", "4 B/s", "", ""]);
            self.line(before, ["alloc:", "", "", "", "", ""]);
            self.line(before, ["  3", "3", "3", "3", "", ""]);
            self.line(
                before,
                ["  1.001 KB", "1.001 KB", "1.001 KB", "1.001 KB", "", ""],
            );
        }
    }
}

/// What divan's table and paths are made of, and what else names are made of.
fn name() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("│"),
        Just("╰─ "),
        Just("├─ "),
        Just("│  "),
        Just(" │ "),
        Just("   "),
        Just(" "),
        Just("::"),
        Just(":"),
        Just("t=4"),
        Just("7 ns"),
        Just("11.2 µs"),
        Just("(ignored)"),
        Just("alloc:"),
        Just("8"),
        Just("fastest"),
        Just("a"),
        Just("Vec<u8>"),
        Just("é"),
    ];
    prop_oneof![
        proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat()),
        "[^\\p{C}\\p{Z}\u{85}]{0,12}",
    ]
}

proptest! {
    #[test]
    fn whatever_the_names_are_the_values_come_back(
        names in proptest::collection::vec(name(), 1..4),
        span in 0_usize..60,
        threads in proptest::sample::subsequence(vec![1_usize, 2, 4], 0..4),
        with_rows: bool,
    ) {
        let path: Vec<String> = std::iter::once("a_crate".to_owned()).chain(names).collect();
        let text = Painter::paint(&path, span, &threads, with_rows);
        let all = read(&text, &path.join("::"));
        let Ok(all) = all else { panic!("{}\n{text}", all.unwrap_err()) };
        let of_threads: Vec<_> = all.iter().map(|one| one.threads).collect();
        let expected: Vec<_> = if threads.len() < 2 {
            vec![None]
        } else {
            threads.iter().copied().map(Some).collect()
        };
        prop_assert_eq!(of_threads, expected);
        for one in all {
            let times = [one.fastest_ns, one.slowest_ns, one.median_ns, one.mean_ns];
            let expected = [1_500.0, 2_500_000.0, 1_750.0, 2_250.0];
            prop_assert_eq!(times.map(f64::to_bits), expected.map(f64::to_bits));
            prop_assert_eq!((one.samples, one.iterations), (8, 24));
            prop_assert_eq!(one.allocations.get("alloc bytes"), with_rows.then_some(&1_001.0));
            prop_assert_eq!(one.allocations.get("alloc count"), with_rows.then_some(&3.0));
            prop_assert_eq!(one.counters.len(), usize::from(with_rows));
        }
    }

    #[test]
    fn no_text_is_too_strange_to_be_refused(text: String, name: String) {
        drop(read(&text, &name));
    }
}
