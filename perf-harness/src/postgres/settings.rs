//! What a test server does without: durability, replication, background work that changes plans or timing.

/// Settings of every server of ours, wherever it runs.
const SETTINGS: [(&str, &str); 16] = [
    ("max_connections", "400"),
    ("shared_buffers", "128MB"),
    ("fsync", "off"),
    ("synchronous_commit", "off"),
    ("full_page_writes", "off"),
    ("wal_level", "minimal"),
    ("max_wal_senders", "0"),
    ("max_wal_size", "512MB"),
    ("checkpoint_timeout", "1h"),
    // Each copy and each drop of a database makes one or two: the log would grow with every test.
    ("log_checkpoints", "off"),
    ("autovacuum", "off"),
    ("jit", "off"),
    // A server that started again by itself would run without what ends it when nobody uses it.
    ("restart_after_crash", "off"),
    ("timezone", "UTC"),
    ("log_timezone", "UTC"),
    ("log_line_prefix", "%m [%p] %d "),
];

/// A query whose program is gone ends within a second. Only a server on Linux accepts it in every version.
const CONNECTION_CHECK: (&str, &str) = ("client_connection_check_interval", "1s");

/// The settings of a server on this machine, as lines of its configuration file.
pub(super) fn lines() -> String {
    let check = cfg!(target_os = "linux").then_some(CONNECTION_CHECK);
    let settings = SETTINGS.into_iter().chain(check);
    let lines: Vec<String> = settings
        .map(|(name, value)| format!("{name} = '{value}'\n"))
        .collect();
    lines.concat()
}

/// The settings of a server in a Linux container, as arguments.
#[cfg(feature = "docker")]
pub(super) fn arguments() -> impl Iterator<Item = String> {
    let settings = SETTINGS.into_iter().chain([CONNECTION_CHECK]);
    settings.flat_map(|(name, value)| ["-c".to_owned(), format!("{name}={value}")])
}
