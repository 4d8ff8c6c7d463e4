//! A comparison that does not come to its end: what is known is told, and nothing stays.

use std::fs;
use std::os::unix::net::UnixListener;
use std::path::PathBuf;
use std::time::Duration;

use crate::repository::{BENCHES, Workspace, target, told};

fn workspace() -> Workspace {
    Workspace::new(|one| one.edit(BENCHES, "WORK: u64 = 10_000", "WORK: u64 = 12_000"))
}

#[test]
fn ctrl_c_tells_what_is_known() {
    let workspace = workspace();
    let before = workspace.state();
    let begun = workspace.begin("HEAD~1 HEAD --filter steady --filter changed", "[2/2]");
    assert_ne!(workspace.state().1, before.1);
    let told = begun.interrupt();
    assert_eq!(told.code, 2, "{}\n{}", told.output, told.errors);
    let known = ["sums::steady", "sums::changed"].map(|name| told.output.contains(name));
    assert!(known.contains(&true), "{}\n{}", told.output, told.errors);
    assert!(told.output.contains("stopped"), "{}", told.output);
    assert_eq!(workspace.state(), before);
    assert_eq!(workspace.left(), Vec::<PathBuf>::new());
}

/// In a terminal it ends cargo, too; by `kill` it does not.
#[test]
fn after_ctrl_c_nothing_else_is_built() {
    let workspace = workspace();
    let before = workspace.state();
    let begun = workspace.begin("HEAD~1 HEAD --filter steady", "Compiling sums");
    let told = begun.interrupt().ended(2);
    assert!(!told.errors.contains("Compiling sums"), "{}", told.errors);
    told.complains("error: stopped before anything was measured");
    assert_eq!(workspace.state(), before);
    assert_eq!(workspace.left(), Vec::<PathBuf>::new());
}

#[test]
fn ctrl_c_does_not_wait_for_a_bench_that_hangs() {
    let workspace = workspace();
    let before = workspace.state();
    for bench in ["gated", "plain"] {
        let line = format!("HEAD~1 HEAD --filter stuck::{bench} --hang-after 1000000");
        let told = workspace.begin(&line, "[1/1]").interrupt();
        assert_eq!(told.code, 2, "{}\n{}", told.output, told.errors);
        // It was stopped, and did not fail by itself.
        assert!(!told.output.contains("(failed)"), "{}", told.output);
        assert_eq!(workspace.state(), before);
        assert_eq!(workspace.left(), Vec::<PathBuf>::new());
    }
}

#[test]
fn ctrl_c_tells_what_is_known_of_the_bench_that_it_stops() {
    // Of the first look there are two or three, and then two of each pair.
    const PROCESSES: u64 = 15;
    let workspace = Workspace::new(|_| ());
    let started = target().join("started");
    drop(fs::remove_file(&started));
    workspace.edit(
        BENCHES,
        "fn steady(bencher: Bencher<'_, '_>) {",
        &format!(
            "fn steady(bencher: Bencher<'_, '_>) {{
    use std::io::Write as _;
    let started = std::fs::File::options().create(true).append(true).open({started:?});
    let mut started = started.unwrap();
    started.write_all(b\".\").unwrap();
    while started.metadata().unwrap().len() > {PROCESSES} {{
        std::thread::park();
    }}"
        ),
    );
    let mut begun = workspace.begin("--aa --filter sums::steady --hang-after 1000000", "[1/1]");
    while fs::metadata(&started).map_or(0, |file| file.len()) <= PROCESSES {
        assert!(begun.goes_on());
        std::thread::sleep(Duration::from_millis(10));
    }
    let told = begun.interrupt();
    assert_eq!(told.code, 2, "{}\n{}", told.output, told.errors);
    told.says("sums::steady").says("stopped");
    assert_eq!(workspace.left(), Vec::<PathBuf>::new());
}

#[test]
fn what_a_killed_run_left_goes_at_the_next() {
    let workspace = workspace();
    let before = workspace.state();
    for next in ["HEAD --list", "--aa --list"] {
        let line = "HEAD~1 HEAD --filter steady --filter changed";
        workspace.begin(line, "[1/2]").kill();
        assert_ne!(workspace.state().1, before.1);
        // As the killed one has it most of the time.
        let socket = workspace.temporary.path().join("ph-bench-1-1/gate");
        fs::create_dir_all(socket.parent().unwrap()).unwrap();
        drop(UnixListener::bind(socket).unwrap());
        let told = workspace.command(next).output().unwrap();
        assert!(told.status.success(), "{told:?}");
        assert_eq!(workspace.state(), before, "{next}");
        assert_eq!(workspace.left(), Vec::<PathBuf>::new(), "{next}");
    }
}

#[test]
fn two_at_once_are_refused() {
    let workspace = Workspace::new(|_| ());
    let first = workspace.begin("--aa --filter stuck::gated", "[1/1]");
    let told = told(&workspace.command("--aa --list").output().unwrap());
    assert_eq!(told.code, 2);
    assert!(
        told.errors.contains("another comparison is under way"),
        "{}",
        told.errors
    );
    first.interrupt();
}
