//! What to do about plans that are not as they must be: found out by trying, when an assertion does not hold.

use super::origin::Origin;
use super::plans::question;
use crate::budget::PlanRule;
use crate::database::in_background_waiting;
use crate::error::SetupError;
use crate::plan::{self, Advice, Goal, Outcome, PlanOf, Plans, Rows};
use crate::record::{Query, Traffic};

/// Advice on the first query at fault, or on the one that did the most of the work. `None` where there is none to be had.
pub(super) fn advice(
    rule: &PlanRule,
    plans: &Plans,
    traffic: &Traffic,
    origin: &Origin,
    rows: &Rows,
) -> Option<Result<Advice, SetupError>> {
    let (at, goal) = goal(rule, plans)?;
    let all: Vec<&Query> = traffic.queries().collect();
    let (question, direct, rows) = (question(all[at]), origin.direct.clone(), rows.clone());
    let is_about_work = goal == Goal::Cheaper;
    let work = async move { plan::advise(&direct, &question, &rows, &goal).await };
    let found = in_background_waiting(work);
    // What is planned well can be too much all the same: there is nothing to be said of its plan then.
    let says = |advice: &Advice| !is_about_work || matches!(advice.outcome, Outcome::Proposal(_));
    match found {
        Ok(advice) if !says(&advice) => None,
        found => Some(found),
    }
}

/// Of which query, and what its plan should be like.
fn goal(rule: &PlanRule, plans: &Plans) -> Option<(usize, Goal)> {
    match rule {
        PlanRule::MaxRowsExamined(_) | PlanRule::MaxBuffers(_) => {
            let most = plans
                .queries
                .iter()
                .max_by_key(|query| rule.work_of(query))?;
            most.custom.is_some().then_some((most.at, Goal::Cheaper))
        }
        PlanRule::NoDiskSpill => None,
        _ => {
            let faults = rule.faults(plans);
            // What ran inside of a query cannot be asked for from without.
            let fault = faults.iter().find(|fault| !fault.is_inside())?;
            if matches!(rule, PlanRule::IndexUsed(_)) && fault.of == [PlanOf::AllValues] {
                // The index is there, and is used where the values are known.
                return None;
            }
            let goal = match (rule, &fault.reach) {
                (PlanRule::IndexUsed(index), _) => Goal::Use(index.clone()),
                // An index is made for all partitions of a table.
                (_, Some(reach)) => Goal::Reach(plans.catalog.root_of(reach.table).full_name()),
                _ => Goal::Sorted,
            };
            Some((fault.query.at, goal))
        }
    }
}
