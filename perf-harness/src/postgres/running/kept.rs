//! What the harness keeps in the user's cache: prepared clusters, downloads, what programs said.

use std::path::{Path, PathBuf};

use crate::postgres::private;

/// Something that is kept.
#[derive(Debug)]
pub struct Kept {
    /// Where.
    pub path: PathBuf,
    /// How large its files are together.
    pub bytes: u64,
}

/// Names that the harness gives. Anything else in the directory is someone else's: it can be named in the environment.
fn is_ours(name: &str) -> bool {
    matches!(name, "prepared" | "programs") || name.starts_with("postgresql-")
}

/// All of it, in this user's directories.
pub(super) fn all(caches: &[PathBuf]) -> Vec<Kept> {
    let caches = caches.iter().filter(|cache| private::is_ours(cache));
    let mut kept: Vec<_> = caches
        .flat_map(|cache| entries(cache))
        .filter(|path| {
            path.file_name()
                .and_then(|name| name.to_str())
                .is_some_and(is_ours)
        })
        .map(|path| Kept {
            bytes: size(&path),
            path,
        })
        .collect();
    kept.sort_by(|one, other| one.path.cmp(&other.path));
    kept
}

/// Removes all of it but what another process is making, and says what is gone.
pub(super) fn remove_all(caches: &[PathBuf]) -> Vec<Kept> {
    let mut removed = all(caches);
    removed.retain(|kept| remove(&kept.path));
    removed
}

fn remove(path: &Path) -> bool {
    let lock = if path.is_dir() && path.ends_with("prepared") {
        path.join("lock")
    } else if path
        .extension()
        .is_some_and(|extension| extension == "lock")
    {
        path.to_owned()
    } else {
        // `<package>.part-<random>` is what the holder of the package's lock makes.
        let path = path.display().to_string();
        let package = path
            .split_once(".part-")
            .map_or(&*path, |(package, _)| package);
        PathBuf::from(format!("{package}.lock"))
    };
    let Some(_held) = private::try_lock(&lock) else {
        return false;
    };
    let removed = if path.is_dir() {
        std::fs::remove_dir_all(path).is_ok()
    } else {
        std::fs::remove_file(path).is_ok()
    };
    // It went with its directory, or was made only to be held.
    drop(std::fs::remove_file(&lock));
    removed
}

fn entries(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).collect()
}

fn size(path: &Path) -> u64 {
    match std::fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => entries(path).iter().map(|entry| size(entry)).sum(),
        Ok(found) => found.len(),
        Err(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_download_that_goes_on_is_left_alone() {
        let root = std::env::temp_dir().join(format!("ph-kept-part-{}", std::process::id()));
        let part = root.join("postgresql-18.4-linux-x64.part-0123456789abcdef");
        std::fs::create_dir_all(&part).unwrap();
        let held = private::try_lock(&root.join("postgresql-18.4-linux-x64.lock")).unwrap();
        assert!(remove_all(std::slice::from_ref(&root)).is_empty());
        assert!(part.exists());
        drop(held);
        remove_all(std::slice::from_ref(&root));
        assert_eq!(entries(&root), Vec::<PathBuf>::new());
        std::fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn only_what_is_ours_is_kept_and_removed() {
        let root = std::env::temp_dir().join(format!("ph-kept-{}", std::process::id()));
        for path in [
            "prepared/1-0-0/data",
            "postgresql-18.4-linux-x64/bin",
            "notes",
        ] {
            std::fs::create_dir_all(root.join(path)).unwrap();
            std::fs::write(root.join(path).join("file"), [0; 10]).unwrap();
        }
        let caches = [root.clone()];
        let sizes: Vec<_> = all(&caches).iter().map(|kept| kept.bytes).collect();
        assert_eq!(sizes, [10, 10]);
        let held = private::try_lock(&root.join("postgresql-18.4-linux-x64.lock")).unwrap();
        assert_eq!(remove_all(&caches).len(), 1);
        assert!(root.join("postgresql-18.4-linux-x64/bin/file").exists());
        drop(held);
        remove_all(&caches);
        let left: Vec<_> = entries(&root);
        assert_eq!(left, [root.join("notes")]);
        std::fs::remove_dir_all(root).unwrap();
    }
}
