//! Repositories made for the test, and what git makes of them.

use std::fs;
use std::time::UNIX_EPOCH;

use tempfile::TempDir;

use super::*;

/// A repository with a branch `main` and one commit.
fn repository() -> (TempDir, Repository) {
    let folder = tempfile::tempdir().unwrap();
    run(
        folder.path(),
        &["init", "--quiet", "--initial-branch", "main"],
    );
    commit(folder.path(), "one", "1");
    let repository = Repository::around(folder.path()).unwrap();
    (folder, repository)
}

fn run(folder: &Path, words: &[&str]) -> String {
    let identity = [
        "-c",
        "user.name=a",
        "-c",
        "user.email=a@b.invalid",
        "-c",
        "commit.gpgsign=false",
    ];
    let output = git(folder, &[&identity[..], words].concat()).unwrap();
    assert!(output.status.success(), "{words:?}: {output:?}");
    text(&output)
}

fn commit(folder: &Path, file: &str, content: &str) -> String {
    fs::write(folder.join(file), content).unwrap();
    run(folder, &["add", "."]);
    run(folder, &["commit", "--quiet", "-m", file]);
    run(folder, &["rev-parse", "HEAD"])
}

#[test]
fn a_commit_has_many_names() {
    let (folder, repository) = repository();
    let first = run(folder.path(), &["rev-parse", "HEAD"]);
    commit(folder.path(), "two", "2");
    for name in ["HEAD~1", "main~1", &first, &first[..10]] {
        assert_eq!(repository.commit(name).unwrap().id, first, "{name}");
    }
}

#[test]
fn an_unknown_ref_is_told_with_one_that_is_near() {
    let (_folder, repository) = repository();
    let told = |name| repository.commit(name).unwrap_err().to_string();
    assert_eq!(told("mian"), "git knows no `mian`; did you mean `main`?");
    assert_eq!(told("entirely-else"), "git knows no `entirely-else`");
    assert_eq!(told("--output=x"), "git knows no `--output=x`");
}

#[test]
fn the_base_is_where_the_branch_left_main() {
    let (folder, repository) = repository();
    let left = run(folder.path(), &["rev-parse", "HEAD"]);
    run(folder.path(), &["checkout", "--quiet", "-b", "faster"]);
    commit(folder.path(), "two", "2");
    run(folder.path(), &["checkout", "--quiet", "main"]);
    commit(folder.path(), "three", "3");
    run(folder.path(), &["checkout", "--quiet", "faster"]);
    let base = repository.merge_base().unwrap();
    assert_eq!(
        (base.id, base.name),
        (left, "merge base with main".to_owned())
    );
}

#[test]
fn a_shallow_clone_is_told_how_to_get_the_rest() {
    let (folder, _) = repository();
    run(folder.path(), &["checkout", "--quiet", "-b", "faster"]);
    commit(folder.path(), "two", "2");
    run(folder.path(), &["checkout", "--quiet", "main"]);
    commit(folder.path(), "three", "3");
    let clone = tempfile::tempdir().unwrap();
    let from = format!("file://{}", folder.path().display());
    let words = [
        "clone",
        "--quiet",
        "--depth",
        "1",
        "--no-single-branch",
        "--branch",
        "faster",
        &from,
        ".",
    ];
    run(clone.path(), &words);
    let repository = Repository::around(clone.path()).unwrap();
    let unknown = repository.commit("HEAD~1").unwrap_err().to_string();
    assert_eq!(
        unknown,
        "git knows no `HEAD~1`: the clone is shallow; `git fetch --unshallow` gets the rest"
    );
    let told = repository.merge_base().unwrap_err();
    let told = told.to_string();
    assert!(
        told.contains("the clone is shallow; `git fetch --unshallow`"),
        "{told}"
    );
}

#[test]
fn no_repository_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let told = Repository::around(folder.path()).unwrap_err().to_string();
    assert!(told.contains("is in no repository of git"), "{told}");
    assert!(told.contains("--variants"), "{told}");
}

#[test]
fn dirty_is_what_no_commit_has() {
    let (folder, repository) = repository();
    assert!(!repository.is_dirty().unwrap());
    fs::write(folder.path().join("new"), "").unwrap();
    assert!(repository.is_dirty().unwrap());
}

#[test]
fn to_ask_whether_it_is_dirty_leaves_the_index_as_it_was() {
    let (folder, repository) = repository();
    let one = fs::File::options()
        .write(true)
        .open(folder.path().join("one"));
    // Another time is what `git status` would note.
    one.unwrap().set_modified(UNIX_EPOCH).unwrap();
    let index = folder.path().join(".git/index");
    let before = fs::read(&index).unwrap();
    assert!(!repository.is_dirty().unwrap());
    assert_eq!(fs::read(&index).unwrap(), before);
}

#[test]
fn a_work_tree_whose_files_are_gone_is_forgotten() {
    let (folder, repository) = repository();
    let head = repository.commit("HEAD").unwrap();
    let place = folder.path().join(".git/beside");
    std::mem::forget(repository.work_tree(&head, place.clone()).unwrap());
    fs::remove_dir_all(&place).unwrap();
    repository.forget(&place).unwrap();
    assert_eq!(run(folder.path(), &["worktree", "list"]).lines().count(), 1);
}

#[test]
fn a_work_tree_leaves_the_checkout_and_its_index_as_they_were() {
    let (folder, repository) = repository();
    let first = repository.commit("HEAD").unwrap();
    commit(folder.path(), "two", "2");
    fs::write(folder.path().join("one"), "changed").unwrap();
    fs::write(folder.path().join("staged"), "staged").unwrap();
    run(folder.path(), &["add", "staged"]);
    let before = (
        fs::read(folder.path().join(".git/index")).unwrap(),
        status(folder.path()),
    );

    let place = folder.path().join(".git/beside");
    let tree = repository.work_tree(&first, place.clone()).unwrap();
    assert_eq!(fs::read_to_string(tree.folder.join("one")).unwrap(), "1");
    assert!(!tree.folder.join("two").exists());
    drop(tree);

    assert!(!place.exists());
    assert_eq!(run(folder.path(), &["worktree", "list"]).lines().count(), 1);
    let after = (
        fs::read(folder.path().join(".git/index")).unwrap(),
        status(folder.path()),
    );
    assert_eq!(before, after);
}

fn status(folder: &Path) -> String {
    run(folder, &["--no-optional-locks", "status", "--porcelain"])
}

#[test]
fn what_a_killed_run_left_goes_at_the_next() {
    let (folder, repository) = repository();
    let head = repository.commit("HEAD").unwrap();
    let place = folder.path().join(".git/beside");
    std::mem::forget(repository.work_tree(&head, place.clone()).unwrap());
    // A second one was killed while it removed its files.
    let tree = repository.work_tree(&head, place.clone()).unwrap();
    fs::remove_file(tree.folder.join(".git")).unwrap();
    std::mem::forget(tree);
    let tree = repository.work_tree(&head, place).unwrap();
    assert!(tree.folder.join("one").exists());
    drop(tree);
    assert_eq!(run(folder.path(), &["worktree", "list"]).lines().count(), 1);
}
