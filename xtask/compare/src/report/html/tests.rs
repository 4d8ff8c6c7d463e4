//! The page as a whole: what is in it, and what may not be.

use std::collections::BTreeSet;

use super::super::sample;
use super::page;

#[test]
fn the_page_holds_every_case() {
    insta::assert_snapshot!(page(&sample::every_case()));
}

#[test]
fn nothing_is_loaded_and_no_script_runs() {
    for comparison in [sample::every_case(), sample::empty(), sample::noisy()] {
        let page = page(&comparison);
        for word in [
            "<script", "http:", "https:", "url(", "@import", "src=", "<link", " on",
        ] {
            let is_event = |at: usize| {
                page[at..]
                    .split(' ')
                    .nth(1)
                    .is_some_and(|next| next.contains('='))
            };
            let mut found = page.match_indices(word);
            let is_found = found.any(|(at, _)| word != " on" || is_event(at));
            assert!(!is_found, "{word}");
        }
    }
}

#[test]
fn each_tag_is_closed_by_its_own() {
    let all = [
        sample::every_case(),
        sample::empty(),
        sample::partial(),
        sample::noisy(),
        sample::variants(false),
    ];
    for comparison in all {
        let page = page(&comparison);
        let mut open: Vec<&str> = Vec::new();
        for tag in page.split('<').skip(1) {
            let (tag, _) = tag.split_once('>').unwrap();
            let name = tag.split([' ', '/']).find(|part| !part.is_empty()).unwrap();
            match tag {
                tag if tag.starts_with('/') => assert_eq!(open.pop(), Some(name)),
                tag if tag.ends_with('/') || ["!doctype", "meta", "wbr"].contains(&name) => (),
                _ => open.push(name),
            }
        }
        assert_eq!(open, Vec::<&str>::new());
    }
}

#[test]
fn a_name_stays_text() {
    let page = page(&sample::every_case());
    assert!(
        page.contains("names::<wbr>a│b c|d`e`&lt;f&gt;&amp;&quot;g&quot;\\"),
        "{page}"
    );
    assert!(page.contains("users::&lt;new&gt;"));
    assert!(!page.contains("<f>") && !page.contains("<new>") && !page.contains("<see>"));
    assert!(!page.contains('\u{1b}'));
}

#[test]
fn each_link_leads_to_a_benchmark_of_its_own() {
    let page = page(&sample::every_case());
    let of = |mark: &str| {
        let all = page.split(mark).skip(1);
        let ids: Vec<_> = all.map(|rest| rest.split('"').next().unwrap()).collect();
        let different: BTreeSet<_> = ids.iter().map(|id| (*id).to_owned()).collect();
        assert_eq!(ids.len(), different.len(), "{ids:?}");
        different
    };
    assert_eq!(of("href=\"#").len(), 11);
    assert_eq!(of("href=\"#"), of(" id=\""));
}

#[test]
fn each_plot_says_what_it_shows() {
    let page = page(&sample::every_case());
    let plots = page.matches("role=\"img\"").count();
    assert_eq!(
        plots,
        1 + 9 + 10,
        "the axis, what has a change, what has pairs"
    );
    assert_eq!(page.matches("height=\"24\"><title>").count(), 9);
    assert_eq!(page.matches("height=\"120\"><title>").count(), 10);
    assert_eq!(page.matches("class=\"pair\"").count(), pairs());
}

fn pairs() -> usize {
    let comparison = sample::every_case();
    comparison
        .benchmarks
        .iter()
        .map(|one| one.pairs.len())
        .sum()
}

#[test]
fn a_run_that_is_not_to_be_believed_says_so_first() {
    let noisy = page(&sample::noisy());
    assert!(
        noisy.contains("<p class=\"headline open\">too noisy: "),
        "{noisy}"
    );
    let coloured = |page: &str| {
        ["bad", "good"].map(|class| page.contains(&format!("<tr role=\"row\" class=\"{class}\"")))
    };
    assert_eq!(coloured(&noisy), [false, false], "{noisy}");
    assert_eq!(coloured(&page(&sample::partial())), [false, true]);
    // What is counted is believed on any machine.
    let mut counted = sample::every_case();
    counted.control = sample::noisy().control;
    assert_eq!(coloured(&page(&counted)), [true, false]);
    let empty = page(&sample::empty());
    assert!(
        empty.contains("<p class=\"headline open\">nothing was compared</p>"),
        "{empty}"
    );
    assert!(!empty.contains("<table"));
    let variants = page(&sample::variants(true));
    assert!(
        variants.contains("<p>optimised takes 6.7 % of naive&#39;s time"),
        "{variants}"
    );
}
