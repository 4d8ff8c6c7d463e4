//! Which indexes are worth trying for what a plan asks of a table. Pure.

use super::super::catalog::{Index, Table};
use super::candidate::{Candidate, NewIndex, Part};
use super::demand::Demand;
use super::special::{pattern_index, special};
use super::term::{Key, Named, Term, Terms, Use};

/// More are not tried for one statement.
pub(super) const MOST: usize = 12;
/// A column of so few values makes a good predicate.
const FEW_VALUES: f64 = 20.0;
/// More columns are not carried along.
const MOST_INCLUDED: usize = 3;

/// In the order in which they are to be tried, none that is there already.
pub(super) fn candidates(demand: &Demand, table: &Table, existing: &[&Index]) -> Vec<Candidate> {
    let wants = Wants::of(demand, table);
    let mut all = special(&demand.terms, &wants.equal, wants.named);
    all.extend(either(&demand.terms, wants.named, existing));
    all.extend(wants.ordered());
    all.extend(wants.joined());
    all.extend(wants.partial());
    all.extend(wants.covering(demand));
    all.extend(wants.single());
    let mut kept: Vec<Candidate> = Vec::new();
    for candidate in all {
        let is_there = |index: &NewIndex| existing.iter().any(|known| is_same(index, known));
        let is_new = !candidate.indexes.is_empty() && !candidate.indexes.iter().all(is_there);
        if is_new && !kept.iter().any(|known| known.indexes == candidate.indexes) {
            kept.push(candidate);
        }
    }
    kept.truncate(MOST);
    kept
}

/// What b-trees could be made of.
struct Wants<'d> {
    named: Named<'d>,
    equal: Vec<&'d Term>,
    any: Vec<&'d Term>,
    range: Vec<&'d Term>,
    joins: Vec<&'d Term>,
    sort: Vec<Part>,
}

impl<'d> Wants<'d> {
    fn of(demand: &'d Demand, table: &'d Table) -> Self {
        let of = |used: Use, joins: bool| {
            let all = demand.terms.all.iter();
            let found = all.filter(|term| term.used == used && term.joins == joins);
            found.collect::<Vec<&Term>>()
        };
        let equal = of(Use::Equal, false);
        let is_equal = |key: &Key| equal.iter().any(|term| term.keys.contains(key));
        let sort = demand.sort.iter().filter(|sort| !is_equal(&sort.key));
        let sort = sort.map(|sort| Part {
            key: sort.key.clone(),
            class: "",
            order: sort.order.clone(),
        });
        Self {
            named: Named { alias: "", table },
            sort: sort.collect(),
            any: of(Use::Any, false),
            range: of(Use::Range, false),
            joins: of(Use::Equal, true),
            equal,
        }
    }

    /// Columns that are compared with one value first, then one of the others, or the order.
    fn ordered(&self) -> Vec<Candidate> {
        let equal = parts(&self.equal);
        let mut all = Vec::new();
        if !self.sort.is_empty() {
            all.push(joined(&equal, &self.sort));
        }
        let with_any = joined(&equal, &parts(&self.any));
        all.extend(
            self.range
                .iter()
                .map(|range| joined(&with_any, &parts(&[*range]))),
        );
        all.push(with_any);
        all.push(equal);
        all.push(self.sort.clone());
        all.extend(self.range.iter().map(|range| parts(&[*range])));
        all.into_iter().filter_map(btree).collect()
    }

    /// The column of a foreign key, so that the rows of each row of the other table are found.
    fn joined(&self) -> Vec<Candidate> {
        let of = |join: &&Term| {
            let join = parts(&[*join]);
            let equal = joined(&join, &parts(&self.equal));
            let sorted = joined(&equal, &self.sort);
            [join, equal, sorted]
        };
        self.joins.iter().flat_map(of).filter_map(btree).collect()
    }

    /// Of the rows only that a fixed condition is true of.
    fn partial(&self) -> Vec<Candidate> {
        let mut all = Vec::new();
        for fixed in self.equal.iter().filter(|term| self.makes_predicate(term)) {
            let others = self.equal.iter().filter(|term| term.keys != fixed.keys);
            let others = parts(&others.copied().collect::<Vec<_>>());
            let joins = parts(&self.joins[..self.joins.len().min(1)]);
            let range = parts(&self.range[..self.range.len().min(1)]);
            let more = [&self.sort, &joins, &range]
                .into_iter()
                .find(|more| !more.is_empty());
            let keys = joined(&others, more.unwrap_or(&Vec::new()));
            all.extend(btree(keys).map(|mut candidate| {
                candidate.indexes[0].predicate = Some(fixed.condition.clone());
                candidate.is_special = true;
                candidate
            }));
        }
        all
    }

    fn makes_predicate(&self, term: &Term) -> bool {
        let column = term.key();
        let name = super::expression::unquoted(&column.sql);
        let mut columns = self.named.table.columns.iter();
        let Some(known) = columns.find(|known| known.name == name) else {
            return false;
        };
        let is_few = known
            .distinct
            .is_some_and(|values| values > 0.0 && values <= FEW_VALUES);
        term.is_fixed
            && (is_few || known.type_name == "boolean" || term.condition.ends_with("IS NULL)"))
    }

    /// With the columns that are read besides, so that the table need not be.
    fn covering(&self, demand: &Demand) -> Vec<Candidate> {
        let Some(mut candidate) = self.ordered().into_iter().next() else {
            return Vec::new();
        };
        let index = &mut candidate.indexes[0];
        let is_key = |name: &&String| index.keys.iter().any(|part| part.key.sql == **name);
        let more: Vec<String> = demand
            .columns
            .iter()
            .filter(|name| !is_key(name))
            .cloned()
            .collect();
        let is_plain = index
            .keys
            .iter()
            .all(|part| part.key.columns.len() == 1 && part.key.sql == part.key.columns[0]);
        if more.is_empty() || more.len() > MOST_INCLUDED || !is_plain {
            return Vec::new();
        }
        index.include = more;
        candidate.is_special = true;
        vec![candidate]
    }

    fn single(&self) -> Vec<Candidate> {
        let each = self.equal.iter().chain(&self.any);
        each.filter_map(|term| btree(parts(&[*term]))).collect()
    }
}

/// One index for each side of an `OR`: their bitmaps are put together. What is there already is not made again.
fn either(terms: &Terms, named: Named<'_>, existing: &[&Index]) -> Vec<Candidate> {
    let of = |sides: &Vec<Terms>| {
        let mut indexes: Vec<NewIndex> = Vec::new();
        let mut extension = None;
        for side in sides {
            let (index, needs) = of_side(side, named)?;
            extension = extension.or(needs);
            let serves = |known: &&&Index| {
                known.is_valid && known.predicate.is_none() && begins(known, &index)
            };
            if !indexes.contains(&index) && !existing.iter().any(|known| serves(&known)) {
                indexes.push(index);
            }
        }
        Some(Candidate {
            indexes,
            extension,
            is_special: false,
        })
    };
    terms.either.iter().filter_map(of).collect()
}

fn of_side(side: &Terms, named: Named<'_>) -> Option<(NewIndex, Option<&'static str>)> {
    let is_plain = |term: &&Term| matches!(term.used, Use::Equal | Use::Any);
    let plain: Vec<&Term> = side.all.iter().filter(is_plain).collect();
    let range: Vec<&Term> = side
        .all
        .iter()
        .filter(|term| term.used == Use::Range)
        .take(1)
        .collect();
    let keys = joined(&parts(&plain), &parts(&range));
    if !keys.is_empty() {
        return Some((NewIndex::btree(keys), None));
    }
    side.all.iter().find_map(|term| pattern_index(term, named))
}

/// Does an index that is there begin as the new one does?
fn begins(known: &Index, new: &NewIndex) -> bool {
    let first = new.keys.first().zip(known.keys.first());
    known.method == new.method && first.is_some_and(|(new, known)| new.key.is(known))
}

fn is_same(new: &NewIndex, known: &Index) -> bool {
    let is_plain = new.predicate.is_none() && new.include.is_empty() && known.predicate.is_none();
    let classes = new
        .keys
        .iter()
        .all(|part| part.class.is_empty() && part.order.is_empty());
    let mut pairs = new.keys.iter().zip(&known.keys);
    is_plain
        && classes
        && known.is_valid
        && known.method == new.method
        && known.keys.len() == new.keys.len()
        && pairs.all(|(new, known)| new.key.is(known))
}

pub(super) fn parts(terms: &[&Term]) -> Vec<Part> {
    let keys = terms.iter().flat_map(|term| &term.keys).map(Part::plain);
    joined(&[], &keys.collect::<Vec<_>>())
}

/// One after the other, each key once.
pub(super) fn joined(first: &[Part], second: &[Part]) -> Vec<Part> {
    let mut all: Vec<Part> = Vec::new();
    for part in first.iter().chain(second) {
        if !all.iter().any(|known| known.key == part.key) {
            all.push(part.clone());
        }
    }
    all
}

fn btree(keys: Vec<Part>) -> Option<Candidate> {
    // An index takes 32 columns, and a statement that names so many is not served by one.
    let is_fit = !keys.is_empty() && keys.len() <= 6;
    is_fit.then(|| Candidate::of(NewIndex::btree(keys)))
}

#[cfg(test)]
mod tests;
