//! What a plan is taken to be at production's size, against what it is there: the table of docs/plan-truth.md.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use perf_harness::{Access, PerfDb, PerfTest};

use crate::major;
use crate::table::{
    Verdict, Verdicts, cases, large, recorded, rows, scanned_although_off, small, verdicts,
};

/// Of a hundred verdicts so many are right at least, whatever the version.
const FLOOR: f64 = 97.0;

struct Judged {
    truth: Verdicts,
    scaled: Verdicts,
    plain: Verdicts,
    /// By query and table.
    scanned: BTreeSet<(usize, String)>,
    major: u32,
}

#[test]
fn small_tables_tell_how_large_ones_are_reached() {
    let judged = judged();
    let report = judged.report();
    println!("{report}");
    let (agreement, _) = judged.agreement(&judged.scaled);
    assert!(agreement.percent() >= FLOOR, "{report}");
    agrees_with_the_page(&report, judged.major);
}

fn judged() -> Judged {
    let mut truth = None;
    let of_large = PerfTest::new("large")
        .template(large)
        .run(async |db: PerfDb| {
            let list = recorded(&db).await;
            truth = Some(verdicts(&list.plans().unwrap()));
        });
    of_large.unwrap_or_else(|failure| panic!("{failure}"));
    let mut judged = None;
    let of_small = PerfTest::new("small")
        .template(small)
        .run(async |db: PerfDb| {
            let list = recorded(&db).await;
            judged = Some(Judged {
                truth: truth.take().unwrap(),
                plain: verdicts(&list.plans().unwrap()),
                scaled: verdicts(&list.at_rows(rows()).plans().unwrap()),
                scanned: scanned_although_off(&db).await.into_iter().collect(),
                major: major(&db).await,
            });
        });
    of_small.unwrap_or_else(|failure| panic!("{failure}"));
    judged.unwrap()
}

#[derive(Clone, Copy)]
struct Share(usize, usize);

impl Share {
    #[expect(clippy::cast_precision_loss, reason = "there are few")]
    fn percent(self) -> f64 {
        100.0 * self.0 as f64 / self.1 as f64
    }

    fn told(self) -> String {
        format!("{} of {}, {:.1} %", self.0, self.1, self.percent())
    }
}

impl Judged {
    /// How often it is said rightly whether all of a table is read, and how often the very access is the same.
    fn agreement(&self, other: &Verdicts) -> (Share, Share) {
        let of = self.truth.len();
        let same = |holds: &dyn Fn(&Verdict, Option<&Verdict>) -> bool| {
            let right = self.truth.iter();
            Share(
                right
                    .filter(|(key, truth)| holds(truth, other.get(key)))
                    .count(),
                of,
            )
        };
        let verdict = same(&|truth, other| Some(truth.access.is_full()) == other.map(is_full));
        let access = same(&|truth, other| Some(truth.access) == other.map(|other| other.access));
        (verdict, access)
    }

    fn agreement_of_others(&self) -> Share {
        let right = self.truth.iter();
        let right =
            right.filter(|(key, truth)| truth.access.is_full() == self.scanned.contains(key));
        Share(right.count(), self.truth.len())
    }

    fn report(&self) -> String {
        let (scaled, scaled_access) = self.agreement(&self.scaled);
        let (plain, plain_access) = self.agreement(&self.plain);
        let mut report = format!(
            "# PostgreSQL {}\n\n\
             Whether all of a table is read, as {} queries read their tables:\n\n\
             | judged by | right | the same access |\n| --- | --- | --- |\n\
             | 300 rows, taken for 200,000 | {} | {} |\n\
             | 300 rows as they are | {} | {} |\n\
             | 300 rows, `enable_seqscan = off`, no `Seq Scan` | {} | |\n\n\
             | query | table | truth, 200,000 rows | 300 rows, taken for 200,000 | 300 rows as they are | `enable_seqscan = off` |\n\
             | --- | --- | --- | --- | --- | --- |\n",
            self.major,
            cases().len(),
            scaled.told(),
            scaled_access.told(),
            plain.told(),
            plain_access.told(),
            self.agreement_of_others().told(),
        );
        for (key, truth) in &self.truth {
            let (at, table) = key;
            let name = cases()[*at].name;
            let scanned = self.scanned.contains(key);
            writeln!(
                report,
                "| {name} | {table} | {} | {} | {} | {} |",
                told(truth),
                against(truth, self.scaled.get(key)),
                against(truth, self.plain.get(key)),
                mark(
                    truth.access.is_full() == scanned,
                    if scanned { "scan" } else { "no scan" }
                ),
            )
            .unwrap();
        }
        report
    }
}

fn is_full(verdict: &Verdict) -> bool {
    verdict.access.is_full()
}

fn against(truth: &Verdict, other: Option<&Verdict>) -> String {
    match other {
        None => mark(false, "not read"),
        Some(other) if other == truth => "the same".to_owned(),
        Some(other) => mark(
            truth.access.is_full() == other.access.is_full(),
            &told(other),
        ),
    }
}

fn told(verdict: &Verdict) -> String {
    let access = match verdict.access {
        Access::Seek => "seek",
        Access::Bounded => "bounded",
        Access::IndexWalk => "index walk",
        Access::SequentialScan => "sequential scan",
        Access::Tiny => "tiny",
        _ => "other",
    };
    format!("{access} {}", verdict.indexes.join(", "))
        .trim_end()
        .to_owned()
}

fn mark(is_right: bool, told: &str) -> String {
    if is_right {
        told.to_owned()
    } else {
        format!("**{told}**")
    }
}

/// The table of this version is kept. `PLAN_TRUTH_UPDATE=1` writes it anew.
fn agrees_with_the_page(report: &str, major: u32) {
    let page = page(major);
    if std::env::var("PLAN_TRUTH_UPDATE").is_ok() {
        std::fs::create_dir_all(page.parent().unwrap()).unwrap();
        std::fs::write(&page, report).unwrap();
    }
    let Ok(kept) = std::fs::read_to_string(&page) else {
        println!("the table of PostgreSQL {major} is not kept, so only how many agree was tested");
        return;
    };
    let differs = kept
        .lines()
        .zip(report.lines())
        .find(|(kept, now)| kept != now);
    if let Some((kept, now)) = differs {
        panic!(
            "{} says\n{kept}\nand now it is\n{now}\nPLAN_TRUTH_UPDATE=1 writes it anew",
            page.display()
        );
    }
    assert_eq!(kept.lines().count(), report.lines().count());
    let summary = page.parent().unwrap().with_extension("md");
    let summary = std::fs::read_to_string(summary).unwrap();
    for line in report.lines().filter(|line| line.starts_with("| 300 rows")) {
        let cells: Vec<&str> = line.split(" | ").collect();
        let share = cells[1].rsplit(", ").next().unwrap();
        let mut told = summary.lines().filter(|told| told.starts_with(cells[0]));
        assert!(
            told.any(|told| told.contains(share)),
            "{} {share}",
            cells[0]
        );
    }
}

fn page(major: u32) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    root.join(format!("docs/plan-truth/{major}.md"))
}
