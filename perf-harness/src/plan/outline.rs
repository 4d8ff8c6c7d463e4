//! A tree as lines, with its branches before them.

/// Something, and what is below it.
pub(super) struct Twig<T> {
    pub(super) value: T,
    pub(super) below: Vec<Twig<T>>,
}

/// Each with the branches that stand before it, in the order in which a person reads them.
pub(super) fn lines<T>(root: Twig<T>) -> Vec<(String, T)> {
    let mut lines = Vec::new();
    let below = root.below;
    lines.push((String::new(), root.value));
    branch(below, "", &mut lines);
    lines
}

fn branch<T>(twigs: Vec<Twig<T>>, before: &str, lines: &mut Vec<(String, T)>) {
    let mut rest = twigs.into_iter().peekable();
    while let Some(twig) = rest.next() {
        let (here, below) = match rest.peek() {
            Some(_) => ("├─ ", "│  "),
            None => ("└─ ", "   "),
        };
        lines.push((format!("{before}{here}"), twig.value));
        branch(twig.below, &format!("{before}{below}"), lines);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn twig(value: &'static str, below: Vec<Twig<&'static str>>) -> Twig<&'static str> {
        Twig { value, below }
    }

    #[test]
    fn branches_go_on_where_more_follows() {
        let tree = twig(
            "a",
            vec![
                twig("b", vec![twig("c", vec![]), twig("d", vec![])]),
                twig("e", vec![twig("f", vec![])]),
            ],
        );
        let lines = lines(tree)
            .into_iter()
            .map(|(branches, value)| branches + value);
        let expected = ["a", "├─ b", "│  ├─ c", "│  └─ d", "└─ e", "   └─ f"];
        assert_eq!(lines.collect::<Vec<_>>(), expected);
    }
}
