//! The upper bound: the statements of the tuned port, sent by pgbench, which has nothing else to do.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::error::SetupError;

/// Where the scripts are, from the workspace's root.
const SCRIPTS: &str = "example-service/load/pgbench";

/// A script for each, named as the endpoint is.
pub(super) const ENDPOINTS: [&str; 5] = [
    "users-list",
    "dashboard",
    "search-rare",
    "search-common",
    "projects-list",
];

/// As many connections as the port's pool has.
pub(super) const CONNECTIONS: &str = "10";

/// Its version, or why there is none.
pub(super) fn version() -> Result<String, String> {
    let told = Command::new("pgbench").arg("--version").output();
    let told = told.map_err(|_| "pgbench is not installed".to_owned())?;
    Ok(String::from_utf8_lossy(&told.stdout).trim().to_owned())
}

/// How often in a second all statements of a request to this endpoint can be done.
pub(super) fn rate(
    root: &Path,
    endpoint: &str,
    database: &str,
    users: u32,
    seconds: u32,
) -> Result<f64, SetupError> {
    let script = root.join(SCRIPTS).join(format!("{endpoint}.sql"));
    let mut command = Command::new("pgbench");
    command.args([
        "--no-vacuum",
        "--protocol",
        "prepared",
        "--client",
        CONNECTIONS,
        "--jobs",
        "2",
    ]);
    command.args([
        "--time",
        &seconds.to_string(),
        "--define",
        &format!("users={users}"),
    ]);
    // The words of the generator's searches.
    command.args(["--define", "common=bitmap", "--define", "rare=zugzwang"]);
    command
        .arg("--file")
        .arg(script)
        .arg(database)
        .stdin(Stdio::null());
    let line = format!("pgbench --file {endpoint}.sql");
    let output = command.output();
    let output = output.map_err(|error| SetupError::NotStarted(line.clone(), error))?;
    if !output.status.success() {
        eprintln!("{}", String::from_utf8_lossy(&output.stderr).trim_end());
        return Err(SetupError::Failed(line));
    }
    let told = String::from_utf8_lossy(&output.stdout);
    tps(&told).ok_or_else(|| SetupError::NotUnderstood(format!("{line} told no tps")))
}

/// Reads `tps = 1234.567890 (without initial connection time)`.
fn tps(told: &str) -> Option<f64> {
    let line = told.lines().find_map(|line| line.strip_prefix("tps = "))?;
    line.split(' ').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_read() {
        let told =
            "latency average = 1.2 ms\ntps = 1234.500000 (without initial connection time)\n";
        assert_eq!(tps(told), Some(1234.5));
        assert_eq!(tps("pgbench: error"), None);
    }

    #[test]
    fn each_endpoint_has_a_script() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        for endpoint in ENDPOINTS {
            let script = root.join(SCRIPTS).join(format!("{endpoint}.sql"));
            assert!(script.is_file(), "{}", script.display());
        }
    }
}
