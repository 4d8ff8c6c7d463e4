//! Limits that contradict each other.

use crate::budget::{Measured, Statistic};
use crate::budgets::entry::Source;
use crate::units::milliseconds;

use super::Settings;
use super::mistake::Mistake;

/// A p50 that may be longer than the p95 is limited by that, so that one of them is not what was meant.
///
/// A default that a stricter rule of the entry's makes needless is none.
pub(super) fn check(title: &str, settings: &Settings) -> Result<(), Mistake> {
    let of = |statistic| match settings.get(&Measured::Latency(statistic)) {
        Some((Some(most), source)) => Some((*most, *source)),
        _ => None,
    };
    let each = Statistic::ALL.into_iter();
    let pairs = each.flat_map(|less| Statistic::ALL.map(|more| (less, more)));
    for (less, more) in pairs.filter(|(less, more)| less.is_never_longer_than(*more)) {
        let (Some((low, written)), Some((high, against))) = (of(less), of(more)) else {
            continue;
        };
        let is_needless = matches!(
            (written, against),
            (Source::Mission, _) | (Source::Defaults(_), Source::Entry(_))
        );
        if low > high && !is_needless {
            return Err(contradiction(
                title,
                (less, low, written),
                (more, high, against),
            ));
        }
    }
    Ok(())
}

type Said = (Statistic, u64, Source);

fn contradiction(title: &str, (less, low, written): Said, (more, high, against): Said) -> Mistake {
    let where_it_stands = match against {
        Source::Mission => ", which holds where nothing is said".to_owned(),
        Source::Defaults(line) | Source::Entry(line) if written.line() != Some(line) => {
            format!(" in line {line}")
        }
        _ => String::new(),
    };
    let cause = format!(
        "{title} allows the {} {} ms, and the {} {} ms{where_it_stands}: the {} is never the longer one",
        less.name(),
        milliseconds(low),
        more.name(),
        milliseconds(high),
        less.name(),
    );
    let key = more.key();
    let cure = format!(
        "allow less of the one or more of the other: {key} = {}, or switch it off: {key} = false",
        milliseconds(low)
    );
    Mistake::at(written.line().unwrap_or(1), cause, cure)
}
