//! What makes a small file cost as much as a large one. Pure maths.
//!
//! A table that is taken for larger keeps its few blocks, so that to read all of it costs the planner next to nothing but
//! the work per row, and to fetch rows one by one costs no block at all, for the few that there are would soon be cached.
//! The first cannot be corrected, but the second can be made cheaper by as much: what the planner weighs is their
//! ratio. `effective_cache_size` of one block has it count a block for each row fetched, and `random_page_cost` says how much.

/// A table as the planner is to take it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Taken {
    pub(super) rows: f64,
    /// The blocks that its file would have.
    pub(super) pages: f64,
    /// Those that it has.
    pub(super) real_pages: f64,
}

/// What the settings of the server say, or its defaults.
const SEQUENTIAL: f64 = 1.0;
const RANDOM: f64 = 4.0;
/// `cpu_tuple_cost`, and `cpu_operator_cost` for one condition.
const ROW: f64 = 0.0125;
/// Entries in a block of an index on eight bytes.
const ENTRIES: f64 = 366.0;

/// The `random_page_cost` for a statement that reads these tables: the least of what is right for each of them. `None` where
/// all are small, and right as they are.
pub(super) fn random_page_cost(tables: impl IntoIterator<Item = Taken>) -> Option<f64> {
    let costs = tables.into_iter().filter_map(|table| of_table(&table));
    costs.reduce(f64::min)
}

fn of_table(table: &Taken) -> Option<f64> {
    let Taken {
        rows,
        pages,
        real_pages,
    } = *table;
    // One block is all that is ever counted of a file of one.
    if pages <= 2.0 || real_pages < 2.0 {
        return None;
    }
    let work = rows * ROW;
    let whole = pages * SEQUENTIAL + work;
    // So many rows are as dear one by one as the whole table is: there the ratio has to be right.
    let mut fetches = whole / RANDOM;
    let index_pages = rows / ENTRIES;
    let blocks = |fetches: f64| fetched(pages, fetches) + fetched(index_pages, fetches);
    fetches = whole / (RANDOM * blocks(fetches));
    let truly = RANDOM * blocks(fetches);
    // A block of the table, as if it were not cached, and half a block of the index, which has two.
    let counted = (real_pages - 1.0) / real_pages + 0.5;
    Some(truly / counted * work / whole)
}

/// Blocks read for each of so many scattered rows: Mackert and Lohman, as `index_pages_fetched` in the server's source.
fn fetched(pages: f64, fetches: f64) -> f64 {
    let all = 2.0 * pages * fetches / (2.0 * pages + fetches);
    all.min(pages) / fetches
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(rows: f64, pages: f64, real_pages: f64) -> Taken {
        Taken {
            rows,
            pages,
            real_pages,
        }
    }

    #[test]
    fn wide_rows_make_a_fetch_cheaper_than_narrow_ones() {
        let wide = random_page_cost([taken(200_000.0, 20_000.0, 30.0)]).unwrap();
        let narrow = random_page_cost([taken(200_000.0, 1_000.0, 3.0)]).unwrap();
        assert!(
            wide < 0.5 && narrow > 1.0 && narrow < 4.0,
            "{wide} {narrow}"
        );
        let both = [
            taken(200_000.0, 1_000.0, 3.0),
            taken(200_000.0, 20_000.0, 30.0),
        ];
        assert_eq!(random_page_cost(both), Some(wide));
    }

    #[test]
    fn small_tables_cost_what_they_cost() {
        assert_eq!(random_page_cost([taken(100.0, 2.0, 2.0)]), None);
        assert_eq!(random_page_cost([taken(1e6, 1e4, 1.0)]), None);
        assert_eq!(random_page_cost([]), None);
    }

    #[test]
    fn a_row_of_many_among_many_blocks_costs_a_block() {
        assert!((fetched(1e9, 10.0) - 1.0).abs() < 1e-6);
        assert!((fetched(10.0, 1e6) - 1e-5).abs() < 1e-9);
    }
}
