//! How the package comes to this machine: the first client that can bring it does.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use super::client::{Client, last_words};
use super::package::Package;
use super::{INSTEAD, failed};
use crate::clock;
use crate::error::SetupError;
use crate::progress::{self, Guard, Unit};

/// How long nothing may arrive.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often the arrived bytes are counted.
const LOOK: Duration = Duration::from_millis(20);

/// Downloads the package below a directory and gives its file. `path` is where the clients are looked for.
pub(super) fn fetch(
    package: &Package,
    work: &Path,
    path: &[PathBuf],
) -> Result<PathBuf, SetupError> {
    let what = format!("downloading PostgreSQL {}", package.version());
    let progress = progress::begin(what, Unit::Bytes, Some(package.bytes));
    let mut failures = Vec::new();
    for client in Client::ALL {
        let Some(program) = client.find(path) else {
            continue;
        };
        match bring(client, &program, package, work, &progress) {
            Ok(file) => return Ok(file),
            Err(cause) => failures.push(format!("{}: {cause}", client.name())),
        }
    }
    Err(refusal(package, &failures))
}

/// Each client works in a directory of its own, so that one that fails leaves nothing to the next.
fn bring(
    client: Client,
    program: &Path,
    package: &Package,
    work: &Path,
    progress: &Guard,
) -> Result<PathBuf, String> {
    let directory = work.join(client.name());
    std::fs::create_dir(&directory).map_err(|error| error.to_string())?;
    let mut command = client.command(program, package, &directory);
    let arrived = || {
        let bytes = size_of(&directory);
        progress.set(bytes.min(package.bytes));
        bytes
    };
    run(&mut command, &work.join("said"), PATIENCE, arrived)?;
    let file = client.file(package, &directory);
    if file.is_file() {
        return Ok(file);
    }
    Err(format!("it ended well and left no {}", file.display()))
}

/// Runs a client to its end, or ends it when nothing has arrived for so long.
fn run(
    command: &mut Command,
    log: &Path,
    patience: Duration,
    arrived: impl Fn() -> u64,
) -> Result<(), String> {
    let said = File::create(log).map_err(|error| error.to_string())?;
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(said)
        .spawn();
    let mut child = child.map_err(|error| error.to_string())?;
    let status = wait(&mut child, patience, arrived);
    if !matches!(status, Ok(status) if status.success()) {
        drop(child.kill());
        drop(child.wait());
    }
    match status? {
        status if status.success() => Ok(()),
        // It may quote what it was answered, in any encoding.
        _ => Err(last_words(&String::from_utf8_lossy(
            &std::fs::read(log).unwrap_or_default(),
        ))),
    }
}

fn wait(
    child: &mut Child,
    patience: Duration,
    arrived: impl Fn() -> u64,
) -> Result<ExitStatus, String> {
    let (mut most, mut since) = (0, clock::now());
    loop {
        if let Some(status) = child.try_wait().map_err(|error| error.to_string())? {
            return Ok(status);
        }
        let bytes = arrived();
        if bytes > most {
            (most, since) = (bytes, clock::now());
        } else if clock::now().saturating_sub(since) > patience {
            return Err(format!(
                "nothing arrived for {} s, after {most} bytes",
                patience.as_secs()
            ));
        }
        std::thread::sleep(LOOK);
    }
}

/// The bytes of all files below a directory. What goes away meanwhile counts nothing.
fn size_of(directory: &Path) -> u64 {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    let sizes = entries.map(|entry| match entry.metadata() {
        Ok(found) if found.is_dir() => size_of(&entry.path()),
        Ok(found) => found.len(),
        Err(_) => 0,
    });
    sizes.sum()
}

fn refusal(package: &Package, failures: &[String]) -> SetupError {
    if failures.is_empty() {
        return failed(
            "there is no npm, no curl and no wget in PATH to download it with",
            format!(
                "install one of the three, for instance: sudo apt-get install curl\nor {INSTEAD}"
            ),
        );
    }
    failed(
        format!("{} did not come: {}", package.spec(), failures.join("; ")),
        format!(
            "see whether the network, the proxy (HTTPS_PROXY) or npm's registry (npm config get registry) is in the way:\n\
             curl -fI {}\nor {INSTEAD}",
            package.url()
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    fn run_for(script: &str, patience: Duration, arrived: impl Fn() -> u64) -> Result<(), String> {
        let name = format!("ph-said-{}-{}", std::process::id(), script.len());
        let log = std::env::temp_dir().join(name);
        let result = run(&mut shell(script), &log, patience, arrived);
        std::fs::remove_file(log).unwrap();
        result
    }

    #[test]
    fn a_client_that_gets_nothing_is_ended() {
        let stalled = run_for("exec sleep 600", Duration::ZERO, || 7);
        assert_eq!(
            stalled,
            Err("nothing arrived for 0 s, after 7 bytes".to_owned())
        );
    }

    #[test]
    fn a_client_that_gets_something_is_let_be() {
        let arrived = std::cell::Cell::new(0);
        let more = || {
            arrived.set(arrived.get() + 1);
            arrived.get()
        };
        assert_eq!(run_for("sleep 0.1", Duration::ZERO, more), Ok(()));
    }

    #[test]
    fn a_client_that_fails_is_quoted() {
        let failed = run_for("echo 'curl: (23) no room' >&2; exit 23", PATIENCE, || 0);
        assert_eq!(failed, Err("(23) no room".to_owned()));
    }

    #[test]
    fn without_a_client_all_three_are_named() {
        let package = super::super::package::pinned(None, "linux-x64").unwrap();
        let error = fetch(package, Path::new("/nowhere"), &[]).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("no npm, no curl and no wget in PATH"),
            "{error}"
        );
    }
}
