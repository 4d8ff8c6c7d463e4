//! The file that callgrind writes, as far as it is needed: <https://valgrind.org/docs/manual/cl-format.html>.

/// All instructions that were counted, over all parts of the file.
pub(super) fn total(text: &str) -> Result<u64, String> {
    let mut column = None;
    let mut total = None;
    for line in text.lines() {
        if let Some(events) = line.strip_prefix("events:") {
            column = events.split_whitespace().position(|event| event == "Ir");
        } else if let Some(costs) = line.strip_prefix("totals:") {
            let cost = column.and_then(|column| costs.split_whitespace().nth(column));
            let cost: Option<u64> = cost.and_then(|cost| cost.parse().ok());
            let cost = cost.ok_or_else(|| format!("callgrind's `{line}` tells no instructions"))?;
            total = Some(total.unwrap_or(0) + cost);
        }
    }
    total.ok_or_else(|| "callgrind's file has no `totals:`, so it has no end".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of valgrind 3.19: a chain of 10,000 steps of 10 instructions, three times to warm up and twice to count.
    const CHAIN: &str = include_str!("outputs/chain.out");

    #[test]
    fn a_file_of_callgrind_is_read() {
        assert_eq!(total(CHAIN), Ok(200_034));
    }

    #[test]
    fn a_file_without_its_end_is_no_count() {
        let end = CHAIN.find("totals:").unwrap();
        let told = "callgrind's file has no `totals:`, so it has no end";
        assert_eq!(total(&CHAIN[..end]), Err(told.to_owned()));
        assert_eq!(total(""), Err(told.to_owned()));
    }

    #[test]
    fn instructions_are_one_event_of_some_and_parts_are_summed_up() {
        assert_eq!(total("events: Dr Ir\ntotals: 5 7\ntotals: 1 2\n"), Ok(9));
        for wrong in [
            "events: Dr\ntotals: 5\n",
            "totals: 5\n",
            "events: Ir\ntotals:\n",
            "events: Ir\ntotals: x\n",
        ] {
            let told = total(wrong).unwrap_err();
            assert!(told.ends_with("tells no instructions"), "{told}");
        }
    }
}
