//! A page that stands alone: nothing is loaded, no script runs, and what a plot shows stands beside it as text.

mod benchmark;
mod forest;
mod plot;
mod text;

use crate::counts;
use crate::outcome::{Compared, Comparison};

use self::benchmark::article;
use self::text::escaped;
use super::fact::{facts, side};
use super::standing::{Standing, in_order, is_changed};
use super::summary::{Answer, headline, sentence, together};

const STYLE: &str = include_str!("page.css");

/// A benchmark with what the whole page knows it by.
struct Entry<'a> {
    /// Its number, which its anchor has.
    at: usize,
    standing: Standing,
    /// The machine was quiet enough, or more is counted, which no noise does.
    is_believed: bool,
    one: &'a Compared,
}

impl Entry<'_> {
    fn is_changed(&self) -> bool {
        is_changed(self.standing, self.one) || self.standing == Standing::Undecided
    }

    /// `▲ slower`.
    fn verdict(&self) -> String {
        format!("{} {}", self.standing.mark(), self.standing.word())
    }

    /// What colours it.
    fn class(&self) -> &'static str {
        match self.standing {
            _ if !self.is_believed => "plain",
            Standing::Slower | Standing::TooLittle => "bad",
            Standing::Faster => "good",
            Standing::Allowed | Standing::Undecided => "open",
            Standing::Same | Standing::Identical => "plain",
        }
    }
}

/// The whole page.
pub(crate) fn page(comparison: &Comparison) -> String {
    let entries: Vec<_> = in_order(comparison)
        .into_iter()
        .enumerate()
        .map(|(at, (standing, one))| Entry {
            at,
            standing,
            is_believed: !comparison.is_too_noisy() || counts::became_more(&one.counts),
            one,
        })
        .collect();
    let body = [
        opening(comparison),
        forest::section(comparison, &entries),
        benchmarks(&entries),
        one_sided(comparison),
        left_out(comparison),
        environment(comparison),
    ];
    let title = escaped(&title(comparison));
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n{}</main>\n</body>\n</html>\n",
        body.concat()
    )
}

fn title(comparison: &Comparison) -> String {
    let (base, head) = (&comparison.base.name, &comparison.head.name);
    format!("Benchmarks: {head} against {base}")
}

fn opening(comparison: &Comparison) -> String {
    let headline = headline(comparison);
    let class = match headline.answer {
        Answer::Noisy | Answer::Open => "open",
        Answer::Bad => "bad",
        Answer::Good => "good",
    };
    let [base, head] = [&comparison.base, &comparison.head].map(|one| escaped(&side(one)));
    let text = escaped(&headline.text);
    let sentence = escaped(&sentence(comparison));
    let together = together(comparison)
        .map(|together| format!("<p>{}</p>\n", escaped(&together)))
        .unwrap_or_default();
    format!(
        "<h1>Benchmarks: <bdi>{head}</bdi> against <bdi>{base}</bdi></h1>\n\
         <p class=\"headline {class}\">{text}</p>\n<p>{sentence}</p>\n{together}"
    )
}

/// The changed ones, and the others folded.
fn benchmarks(entries: &[Entry<'_>]) -> String {
    if entries.is_empty() {
        return String::new();
    }
    let articles = |is_changed: bool| {
        let among = entries
            .iter()
            .filter(|entry| entry.is_changed() == is_changed);
        among.map(article).collect::<String>()
    };
    let unchanged = entries.iter().filter(|entry| !entry.is_changed()).count();
    let folded = if unchanged == 0 {
        String::new()
    } else {
        let articles = articles(false);
        format!("<details>\n<summary>{unchanged} unchanged</summary>\n{articles}</details>\n")
    };
    let reading = "Each point is a pair of processes, in the order in which they ran: how the head's time \
         differs from the base's. The dark band is the 99 % interval, the line in it the estimate, the pale \
         band what is too little to matter.";
    format!(
        "<section>\n<h2>Pairs over time</h2>\n<p class=\"aside\">{reading}</p>\n{}{folded}</section>\n",
        articles(true)
    )
}

fn one_sided(comparison: &Comparison) -> String {
    let list = |side: &str, names: &[String]| {
        let names = names.iter().map(|name| {
            let (name, side) = (escaped(name), escaped(side));
            format!("<li><code><bdi>{name}</bdi></code>, only in <bdi>{side}</bdi></li>\n")
        });
        names.collect::<String>()
    };
    let base = list(&comparison.base.name, &comparison.only_base);
    let head = list(&comparison.head.name, &comparison.only_head);
    listed("On one side only", &format!("{base}{head}"))
}

fn left_out(comparison: &Comparison) -> String {
    let items = comparison.left_out.iter().map(|one| {
        let (name, reason) = (escaped(&one.name), escaped(&one.reason));
        let failed = if one.is_failure { " (failed)" } else { "" };
        format!("<li><code><bdi>{name}</bdi></code>{failed}<pre>{reason}</pre></li>\n")
    });
    listed("Left out", &items.collect::<String>())
}

fn listed(title: &str, items: &str) -> String {
    if items.is_empty() {
        return String::new();
    }
    format!("<section>\n<h2>{title}</h2>\n<ul>\n{items}</ul>\n</section>\n")
}

fn environment(comparison: &Comparison) -> String {
    let facts = facts(comparison);
    let facts = facts.iter().map(|(label, fact)| {
        let fact = escaped(fact);
        format!("<dt>{label}</dt><dd>{fact}</dd>\n")
    });
    let facts = facts.collect::<String>();
    format!("<section>\n<h2>How it was measured</h2>\n<dl>\n{facts}</dl>\n</section>\n")
}

#[cfg(test)]
mod tests;
