//! What the command prints. Pure: facts in, text out.

use perf_harness::__private::indexes::{Group, IndexFact, KeyFact, Redundant};

/// So many names of tables tell which databases are meant.
const TABLES: usize = 4;

pub(super) fn json(groups: &[Group]) -> String {
    let document =
        serde_json::json!({ "schema": "perf-harness/index-report/1", "databases": groups });
    format!("{document:#}\n")
}

/// Each group of databases, then how much there is to be done.
pub(super) fn text(groups: &[Group]) -> String {
    let told: String = groups.iter().map(group).collect();
    told + &summary(groups)
}

fn group(group: &Group) -> String {
    let names: Vec<&str> = group
        .tables
        .iter()
        .take(TABLES)
        .map(String::as_str)
        .collect();
    let more = if group.tables.len() > TABLES {
        ", .."
    } else {
        ""
    };
    let mut text = format!(
        "{} with {}{more}: {}, {}\n",
        counted(group.tables.len(), "table", "tables"),
        names.join(", "),
        counted(group.queries, "query", "queries"),
        counted(group.tests.len(), "test", "tests"),
    );
    if group.unplanned > 0 {
        let unplanned = counted(group.unplanned, "query has", "queries have");
        text += &line("", &format!("{unplanned} no plan: and may use any index"));
    }
    text.extend(group.unused.iter().map(|index| unused(index, group)));
    text.extend(group.redundant.iter().map(redundant));
    text.extend(group.unindexed.iter().map(unindexed));
    text
}

fn unused(index: &IndexFact, group: &Group) -> String {
    let tests = counted(group.tests.len(), "test", "tests");
    titled("unused", index) + &line("", &format!("no query of {tests} is planned with it"))
}

fn redundant(redundant: &Redundant) -> String {
    let by = &redundant.by;
    titled("redundant", &redundant.index)
        + &line("", &format!("{} does all that it does", by.name))
        + &line("", &by.definition)
}

fn unindexed(key: &KeyFact) -> String {
    let told = format!(
        "{}: {} refers to {}, and no index finds its rows",
        key.name, key.columns, key.target
    );
    line("missing", &told) + &line("", &key.cure)
}

fn titled(word: &str, index: &IndexFact) -> String {
    line(word, &format!("{} ({} kB)", index.name, index.size_kb)) + &line("", &index.definition)
}

/// `3 to look at: 1 unused, 1 redundant, 1 missing`
fn summary(groups: &[Group]) -> String {
    let count = |of: fn(&Group) -> usize| groups.iter().map(of).sum::<usize>();
    let counts = [
        (count(|group| group.unused.len()), "unused"),
        (count(|group| group.redundant.len()), "redundant"),
        (count(|group| group.unindexed.len()), "missing"),
    ];
    let told: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    let all = count(Group::findings);
    let indexes = counted(count(|group| group.indexes), "index", "indexes");
    if all == 0 {
        return format!("{indexes}: each is used, and no foreign key is without one\n");
    }
    let mut text = format!("{indexes}, {all} to look at: {}\n", told.join(", "));
    if counts[0].0 > 0 {
        text += "next: what only production asks for needs a test: before that, an index that is unused here may be needed there\n";
    }
    text
}

fn counted(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

fn line(word: &str, text: &str) -> String {
    format!("{word:<10}{text}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(name: &str) -> IndexFact {
        IndexFact {
            name: format!("public.{name}"),
            definition: format!("CREATE INDEX {name} ON public.a USING btree (b)"),
            size_kb: 16,
        }
    }

    fn group_of(tables: usize) -> Group {
        Group {
            tables: (0..tables)
                .map(|number| format!("public.t{number}"))
                .collect(),
            tests: vec!["perf a".to_owned()],
            queries: 2,
            unplanned: 1,
            indexes: 3,
            unused: vec![index("x")],
            redundant: vec![Redundant {
                index: index("y"),
                by: index("z"),
            }],
            unindexed: vec![KeyFact {
                name: "a_b_fkey".to_owned(),
                columns: "public.a (b)".to_owned(),
                target: "public.b".to_owned(),
                cure: "CREATE INDEX ON public.a (b);".to_owned(),
            }],
        }
    }

    #[test]
    fn each_is_told_with_what_it_is_and_why() {
        let expected = "\
5 tables with public.t0, public.t1, public.t2, public.t3, ..: 2 queries, 1 test
          1 query has no plan: and may use any index
unused    public.x (16 kB)
          CREATE INDEX x ON public.a USING btree (b)
          no query of 1 test is planned with it
redundant public.y (16 kB)
          CREATE INDEX y ON public.a USING btree (b)
          public.z does all that it does
          CREATE INDEX z ON public.a USING btree (b)
missing   a_b_fkey: public.a (b) refers to public.b, and no index finds its rows
          CREATE INDEX ON public.a (b);
3 indexes, 3 to look at: 1 unused, 1 redundant, 1 missing
next: what only production asks for needs a test: before that, an index that is unused here may be needed there
";
        assert_eq!(text(&[group_of(5)]), expected);
    }

    #[test]
    fn nothing_to_be_done_is_said() {
        let clean = Group {
            unused: Vec::new(),
            redundant: Vec::new(),
            unindexed: Vec::new(),
            unplanned: 0,
            ..group_of(1)
        };
        let expected = "1 table with public.t0: 2 queries, 1 test\n3 indexes: each is used, and no foreign key is without one\n";
        assert_eq!(text(&[clean]), expected);
    }

    #[test]
    fn the_json_has_the_same() {
        let document: serde_json::Value = serde_json::from_str(&json(&[group_of(1)])).unwrap();
        let group = &document["databases"][0];
        assert_eq!(group["unused"][0]["name"], "public.x");
        assert_eq!(group["redundant"][0]["by"]["name"], "public.z");
        assert_eq!(
            group["unindexed"][0]["cure"],
            "CREATE INDEX ON public.a (b);"
        );
    }
}
