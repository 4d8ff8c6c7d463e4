//! What was probably meant by a misspelt word. Uses nothing: `cargo xtask` takes it in as its own.

/// The known word that is closest to `word`, if any is close enough to be worth a guess.
pub(crate) fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    known
        .into_iter()
        .map(|candidate| (distance(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= 1 + word.chars().count() / 4)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Levenshtein's distance: insertions, deletions and substitutions from one word to the other.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (line, from_char) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = line + 1;
        for (column, to_char) in to.iter().enumerate() {
            let substituted = diagonal + usize::from(from_char != *to_char);
            diagonal = row[column + 1];
            row[column + 1] = substituted.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_word_finds_its_neighbour_and_a_stranger_finds_none() {
        let check = |word, expected| {
            assert_eq!(nearest(word, ["tidy", "ci", "demo"]), expected, "{word}");
        };
        check("tdy", Some("tidy"));
        check("tydi", Some("tidy"));
        check("cl", Some("ci"));
        check("dem", Some("demo"));
        check("bench", None);
    }

    #[test]
    fn distance_counts_single_edits() {
        let check = |from, to, expected| assert_eq!(distance(from, to), expected, "{from} {to}");
        check("kitten", "sitting", 3);
        check("", "abc", 3);
        check("abc", "", 3);
        check("same", "same", 0);
    }
}
