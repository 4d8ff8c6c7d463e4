//! From the package to a directory that programs can be run from.
//!
//! What is unpacked was verified before: no name in it is distrusted.

use std::fs::Permissions;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;

use super::client::last_words;
use super::{INSTEAD, failed};
use crate::error::SetupError;

/// A link that npm cannot carry: the package has it as a line of a file.
#[derive(Deserialize)]
struct Link {
    /// The file, from the package's root.
    source: PathBuf,
    /// The link to it.
    target: PathBuf,
}

/// Unpacks a file into a new directory below `work` and gives the directory with `bin`, `lib` and `share`.
pub(super) fn unpack(file: &Path, work: &Path) -> Result<PathBuf, SetupError> {
    let root = work.join("unpacked");
    std::fs::create_dir(&root).map_err(|error| refusal(&root, &error))?;
    extract(file, &root)?;
    let package = root.join("package");
    link(&package)?;
    open(&root).map_err(|error| refusal(&root, &error))?;
    Ok(package.join("native"))
}

/// Short options only: those that `tar` has everywhere. `o` leaves the files to this user, `m` dates
/// them today: what looks old is what cleaners of caches remove.
fn extract(file: &Path, root: &Path) -> Result<(), SetupError> {
    let mut command = Command::new("tar");
    command
        .args(["-x", "-z", "-m", "-o", "-f"])
        .arg(file)
        .arg("-C")
        .arg(root);
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(|error| refusal(Path::new("tar"), &error))?;
    if output.status.success() {
        return Ok(());
    }
    Err(refusal(
        file,
        &last_words(&String::from_utf8_lossy(&output.stderr)),
    ))
}

fn link(package: &Path) -> Result<(), SetupError> {
    let list = package.join("native/pg-symlinks.json");
    let text = std::fs::read(&list).map_err(|error| refusal(&list, &error))?;
    let links: Vec<Link> = serde_json::from_slice(&text).map_err(|error| refusal(&list, &error))?;
    for Link { source, target } in links {
        let place = package.join(&target);
        symlink(relative(&source, &target), &place).map_err(|error| refusal(&place, &error))?;
    }
    Ok(())
}

/// The way from a link to its file, so that both can be moved together.
fn relative(source: &Path, target: &Path) -> PathBuf {
    let from = target.parent().unwrap_or(Path::new(""));
    match source.strip_prefix(from) {
        Ok(below) => below.to_owned(),
        Err(_) => from.iter().map(|_| "..").collect::<PathBuf>().join(source),
    }
}

/// Lets every user read it and run its programs, whatever this user's mask is: root's server is run by another user.
fn open(path: &Path) -> std::io::Result<()> {
    let found = std::fs::symlink_metadata(path)?;
    if found.is_symlink() {
        return Ok(());
    }
    let in_bin = path.parent().is_some_and(|parent| parent.ends_with("bin"));
    let is_program = in_bin || found.permissions().mode() & 0o100 != 0;
    let mode = if found.is_dir() || is_program {
        0o755
    } else {
        0o644
    };
    std::fs::set_permissions(path, Permissions::from_mode(mode))?;
    if found.is_dir() {
        for entry in std::fs::read_dir(path)? {
            open(&entry?.path())?;
        }
    }
    Ok(())
}

fn refusal(subject: &Path, cause: &dyn std::fmt::Display) -> SetupError {
    failed(
        format!("{} could not be unpacked: {cause}", subject.display()),
        format!(
            "see the cause: `tar` and `gzip` must be in PATH, and there must be room\nor {INSTEAD}"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn temporary(name: &str) -> PathBuf {
        let directory = std::env::temp_dir().join(format!("ph-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        directory
    }

    /// A package as npm makes it: no links, and programs that may not be run.
    fn packed(root: &Path) -> PathBuf {
        let native = root.join("package/native");
        for directory in ["bin", "lib"] {
            std::fs::create_dir_all(native.join(directory)).unwrap();
        }
        let write = |path: &str, text: &str| std::fs::write(native.join(path), text).unwrap();
        write("bin/postgres", "a program");
        write("lib/libpq.so.5.18", "a library");
        write(
            "pg-symlinks.json",
            r#"[{"source":"native/lib/libpq.so.5.18","target":"native/lib/libpq.so.5"}]"#,
        );
        std::fs::set_permissions(native.join("bin/postgres"), Permissions::from_mode(0o600))
            .unwrap();
        let file = root.join("package.tgz");
        let mut tar = Command::new("tar");
        tar.arg("-czf")
            .arg(&file)
            .arg("-C")
            .arg(root)
            .arg("package");
        assert!(tar.status().unwrap().success());
        file
    }

    #[test]
    fn what_is_unpacked_has_its_links_and_can_be_run_by_every_user() {
        let root = temporary("unpack");
        let file = packed(&root);
        let native = unpack(&file, &root).unwrap();
        let mode = |path: &str| {
            std::fs::metadata(native.join(path))
                .unwrap()
                .permissions()
                .mode()
                & 0o777
        };
        assert_eq!(
            (mode("bin"), mode("bin/postgres"), mode("lib/libpq.so.5.18")),
            (0o755, 0o755, 0o644)
        );
        let link = std::fs::read_link(native.join("lib/libpq.so.5")).unwrap();
        assert_eq!(link, Path::new("libpq.so.5.18"));
        assert_eq!(
            std::fs::read(native.join("lib/libpq.so.5")).unwrap(),
            b"a library"
        );
        std::fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn what_is_no_archive_is_named_with_what_tar_says() {
        let root = temporary("no-archive");
        let file = root.join("package.tgz");
        std::fs::write(&file, "not one").unwrap();
        let error = unpack(&file, &root).unwrap_err().to_string();
        assert!(
            error.contains("package.tgz could not be unpacked: "),
            "{error}"
        );
        std::fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn a_link_points_from_where_it_is() {
        let check = |source: &str, target: &str, way: &str| {
            assert_eq!(
                relative(Path::new(source), Path::new(target)),
                Path::new(way)
            );
        };
        check("native/lib/a.so.1", "native/lib/a.so", "a.so.1");
        check(
            "native/lib/a.so.1",
            "native/share/a.so",
            "../../native/lib/a.so.1",
        );
    }
}
