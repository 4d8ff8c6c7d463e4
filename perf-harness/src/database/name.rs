//! Names of databases, and the advisory locks that say whether one is in use.
//!
//! A database of the harness's is called `ph_<place>_<kind>_<rest>`: nothing else on a server is ever touched.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicU32, Ordering};

/// What the server keeps of a name: PostgreSQL documentation, "Identifiers and Key Words".
const LONGEST: usize = 63;

/// The part of a name that says which administrative database its lock lies in, and whose it is: locks are per
/// database, and what one role made another may neither copy nor drop.
pub(super) fn place(admin_database: &str, role: &str) -> String {
    let key = lock_key(&format!("{admin_database}\0{role}"));
    format!("{:08x}", key.cast_unsigned() >> 32)
}

/// The name of a test's own database: unlike any other on this server.
pub(super) fn of_clone(place: &str, test: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let unique = short_hash(&(test, std::process::id(), number, crate::clock::wall()));
    format!(
        "ph_{place}_test_{}_{number}_{unique:08x}",
        std::process::id()
    )
}

/// The names of all tests' databases start so.
pub(super) fn clone_prefix(place: &str) -> String {
    format!("ph_{place}_test_")
}

/// The name of a copy of a template that waits for a test.
pub(super) fn of_ready(place: &str, template: &str) -> String {
    let name = of_clone(place, template);
    let unique = name.rsplit('_').next().unwrap_or_default();
    format!(
        "{}{}_{unique}",
        ready_prefix(place, template),
        std::process::id()
    )
}

/// The names of all copies of a template that wait start so.
pub(super) fn ready_prefix(place: &str, template: &str) -> String {
    format!("{}{:016x}_", all_ready(place), lock_key(template))
}

/// The names of all copies of all templates that wait start so.
pub(super) fn all_ready(place: &str) -> String {
    format!("ph_{place}_ready_")
}

/// The name of the copy of a template that all read-only tests share: the first one, or the next after others that were
/// written to. One whose sessions tell their plans is apart from that of other tests.
pub(super) fn of_shared(place: &str, template: &str, plans: bool, number: u32) -> String {
    let apart = if plans { "plans_" } else { "" };
    format!("{}{apart}{number}", shared_prefix(place, template))
}

/// The names of all copies of a template that read-only tests share or shared start so.
pub(super) fn shared_prefix(place: &str, template: &str) -> String {
    format!("ph_{place}_shared_{:016x}_", lock_key(template))
}

/// The name under which the database of a failed test is kept: the older, the earlier in the order of names.
pub(super) fn of_failed(place: &str, test: &str) -> String {
    let prefix = failed_prefix(place);
    let milliseconds = crate::clock::wall() / 1_000_000;
    let process = std::process::id();
    let name = format!("{prefix}{milliseconds:011x}_{process:x}_{}", slug(test));
    name[..name.len().min(LONGEST)].to_owned()
}

/// The last parts of a test's path, as a name can have them: a case alone, `case_1`, says too little.
fn slug(test: &str) -> String {
    let parts: Vec<&str> = test.split("::").collect();
    let last = match &parts[..] {
        [.., function, case] if case.starts_with("case_") => format!("{function}_{case}"),
        [.., function] => (*function).to_owned(),
        [] => String::new(),
    };
    let in_a_name = |c: char| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_lowercase()
        } else {
            '_'
        }
    };
    last.chars().map(in_a_name).collect()
}

/// The names of all databases of failed tests start so.
pub(super) fn failed_prefix(place: &str) -> String {
    format!("ph_{place}_failed_")
}

/// The names of all templates start so.
pub(super) fn templates(place: &str) -> String {
    format!("ph_{place}_template_")
}

/// The name of a template that its content alone makes.
pub(super) fn of_content(place: &str, key: &str) -> String {
    format!("{}content_{key:.32}", templates(place))
}

/// The name of a template that holds for one build of a program.
pub(super) struct OfBuild {
    pub(super) name: String,
    /// The names of the same template of any build start so.
    pub(super) all: String,
    /// The names of all of this build start so.
    pub(super) this: String,
}

impl OfBuild {
    /// From hexadecimal digits that stand for the template of whatever build, for the build, and for all together.
    pub(super) fn new(place: &str, origin: &str, build: &str, key: &str) -> Self {
        let all = format!("{}{origin:.8}_", templates(place));
        let this = format!("{all}{build:.8}_");
        let name = format!("{this}{key:.24}");
        Self { name, all, this }
    }
}

/// The key of a database's lock: FNV-1a, the same in every process.
pub(super) fn lock_key(database: &str) -> i64 {
    let hash = database
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
    hash.cast_signed()
}

fn short_hash(value: &impl Hash) -> u32 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    (hasher.finish() >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_short_enough_for_the_server_and_unlike_any_other() {
        let place = place("postgres", "me");
        let (one, two) = (of_clone(&place, "t"), of_clone(&place, "t"));
        assert_ne!(one, two);
        assert!(
            one.starts_with(&clone_prefix(&place)) && one.len() <= 63,
            "{one}"
        );
        let key = "0123456789abcdef0123456789abcdef";
        for template in [
            of_content(&place, key),
            OfBuild::new(&place, key, key, key).name,
        ] {
            assert!(
                template.starts_with(&templates(&place)) && template.len() <= 63,
                "{template}"
            );
            assert!(!template.starts_with(&clone_prefix(&place)));
            let ready = of_ready(&place, &template);
            assert!(ready.starts_with(&ready_prefix(&place, &template)) && ready.len() <= LONGEST);
            assert_ne!(ready, of_ready(&place, &template));
            assert!(of_shared(&place, &template, true, u32::MAX).len() <= LONGEST);
        }
    }

    #[test]
    fn a_kept_database_is_named_after_its_test() {
        let name = of_failed(
            "01234567",
            "users::tests::the_list_of_all_Users_with_their_groups_and_more",
        );
        assert!(
            name.starts_with("ph_01234567_failed_") && name.len() == LONGEST,
            "{name}"
        );
        assert!(name.contains("_the_list_of_all"), "{name}");
        assert_eq!(slug("users::the_list::case_1"), "the_list_case_1");
        assert_eq!(slug("the_lÄst"), "the_l_st");
    }

    #[test]
    fn locks_of_two_databases_differ() {
        assert_ne!(lock_key("ph_a"), lock_key("ph_b"));
    }
}
