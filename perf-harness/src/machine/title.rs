//! What a process says of itself: the title that a server's process gives itself, and its numbers in namespaces.

/// Whether a process is a session of this database, by its command line.
///
/// A server's process is titled `postgres: [cluster: ]user database client [activity]`, and the client is `[local]` or
/// `address(port)`. With `update_process_title = off` it is so without the activity: the first title is always set.
pub(super) fn is_session_of(cmdline: &str, database: &str) -> bool {
    let title = cmdline.split('\0').next().unwrap_or_default();
    let Some(title) = title.strip_prefix("postgres: ") else {
        return false;
    };
    let name = format!(" {database} ");
    title.match_indices(&name).any(|(at, _)| {
        let after = &title[at + name.len()..];
        after.split(' ').next().is_some_and(is_client)
    })
}

fn is_client(word: &str) -> bool {
    let port = || {
        let (address, port) = word.strip_suffix(')')?.rsplit_once('(')?;
        let is_number = !port.is_empty() && port.bytes().all(|digit| digit.is_ascii_digit());
        (!address.is_empty() && is_number).then_some(())
    };
    word == "[local]" || port().is_some()
}

/// The number that a process has for itself, in the innermost namespace that it is in, from its `status`. Kernels before
/// 4.1 do not tell.
pub(super) fn innermost_pid(status: &str) -> Option<u32> {
    let numbers = status
        .lines()
        .find_map(|line| line.strip_prefix("NSpid:"))?;
    numbers.split_ascii_whitespace().last()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(cmdline: &str, expected: bool) {
        assert_eq!(is_session_of(cmdline, "ph_1_test_a"), expected, "{cmdline}");
    }

    #[test]
    fn a_session_names_its_database_before_its_client() {
        check(
            "postgres: bob ph_1_test_a 127.0.0.1(50132) idle\0\0\0",
            true,
        );
        check("postgres: bob ph_1_test_a 127.0.0.1(50132) \0\0\0", true);
        check("postgres: bob ph_1_test_a [local]\0\0\0", true);
        check("postgres: bob ph_1_test_a ::1(50132) SELECT", true);
        check(
            "postgres: bob ph_1_test_a [local] idle in transaction",
            true,
        );
        check(
            "postgres: main: bob ph_1_test_a host.name(50132) COPY\0",
            true,
        );
        check("postgres: two words ph_1_test_a [local] idle", true);
        check("postgres: walsender bob ph_1_test_a [local] idle", true);
    }

    #[test]
    fn a_session_of_another_database_is_none() {
        check("postgres: bob ph_1_test_ab 127.0.0.1(50132) idle", false);
        check("postgres: bob xph_1_test_a 127.0.0.1(50132) idle", false);
        check("postgres: bob postgres 127.0.0.1(50132) idle", false);
        // A user and an activity may be called as the database is.
        check("postgres: ph_1_test_a postgres [local] idle", false);
        check("postgres: a ph_1_test_a postgres [local] idle", false);
        check("postgres: bob postgres [local] ph_1_test_a waiting", false);
        check("postgres: bob ph_1_test_a nobody", false);
        check("postgres: bob ph_1_test_a host() idle", false);
        check("postgres: bob ph_1_test_a (5) idle", false);
    }

    #[test]
    fn no_other_process_is_a_session() {
        check("", false);
        check("postgres: checkpointer \0\0", false);
        check("postgres: parallel worker for PID 4711", false);
        check("/usr/lib/postgresql/15/bin/postgres\0-D\0/data", false);
        check("sh\0-c\0postgres: bob ph_1_test_a [local] idle", false);
        check("psql: bob ph_1_test_a [local] idle", false);
    }

    #[test]
    fn a_process_in_a_container_has_a_number_of_its_own() {
        let status = |line: &str| format!("Name:\tpostgres\nPid:\t5632\n{line}NSsid:\t1\n");
        assert_eq!(innermost_pid(&status("NSpid:\t5632\n")), Some(5632));
        assert_eq!(innermost_pid(&status("NSpid:\t5632\t77\n")), Some(77));
        assert_eq!(innermost_pid(&status("NSpid:\t5632\t412\t9\n")), Some(9));
        assert_eq!(innermost_pid(&status("")), None);
        assert_eq!(innermost_pid(&status("NSpid:\n")), None);
    }
}
