//! What `ALTER DATABASE .. SET` gave a database, as the catalog holds it.

/// Settings that are lists of names. Their names are quoted already: `dumputils.c`, `variable_is_guc_list_quote`.
const LISTS: [&str; 6] = [
    "local_preload_libraries",
    "search_path",
    "session_preload_libraries",
    "shared_preload_libraries",
    "temp_tablespaces",
    "unix_socket_directories",
];

/// `search_path="$user", public` as `SET` takes it. `None` for what is no setting.
pub(super) fn assignment(setting: &str) -> Option<String> {
    let (name, value) = setting.split_once('=')?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
    if name.is_empty() || !name.chars().all(is_name) {
        return None;
    }
    if LISTS.contains(&name.to_ascii_lowercase().as_str()) && !value.is_empty() {
        return Some(format!("{name} = {value}"));
    }
    let value = value.replace('\\', r"\\").replace('\'', "''");
    Some(format!("{name} = E'{value}'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_of_the_catalog_is_one_that_set_takes() {
        let check = |setting: &str, expected: Option<&str>| {
            assert_eq!(assignment(setting).as_deref(), expected, "{setting}");
        };
        check(
            "TimeZone=Europe/Berlin",
            Some("TimeZone = E'Europe/Berlin'"),
        );
        check(
            r#"search_path="$user", app, public"#,
            Some(r#"search_path = "$user", app, public"#),
        );
        check("search_path=", Some("search_path = E''"));
        check(r"app.note=it's a\b", Some(r"app.note = E'it''s a\\b'"));
        check("no setting", None);
        check("a;b=c", None);
    }
}
