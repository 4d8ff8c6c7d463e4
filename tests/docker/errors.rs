//! What bad input gets: each mistake one clear error, with the cause and the cure.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use insta::{assert_snapshot, with_settings};

use crate::engine::Engine;
use crate::{images, probe_on};

/// What a probe that cannot be measured prints, its own words only.
fn told(probe: &mut Command) -> String {
    let output = probe.output().unwrap();
    assert!(!output.status.success(), "the probe passed: {probe:?}");
    let told = String::from_utf8(output.stderr).unwrap();
    let start = told.find("probe could not be measured").expect(&told);
    let report = told[start..].trim_end();
    let report = report.split("\nerror: test failed").next().unwrap();
    report.trim_end().to_owned()
}

fn check(name: &str, probe: &mut Command) {
    let told = told(probe);
    with_settings!({ filters => vec![
        (r"\S*ph-socket-[a-z]+-\d+", "<directory>"),
        (r"could not be pulled: (?s:.)+?\n\n", "could not be pulled: <what the registry said>\n\n"),
        (r"looked in /var/run/docker\.sock, [^\n]*", "looked in /var/run/docker.sock, <the others>"),
        (r"linux/(amd64|arm64)", "linux/<processor>"),
        (r"for this machine's platform: (?s:.)+?\n\n", "for this machine's platform: <what the engine said>\n\n"),
        (r"has no `postgres` to run: (?s:.)+?\n\n", "has no `postgres` to run: <what the engine said>\n\n"),
    ]}, { assert_snapshot!(name, told) });
}

fn probe_at(host: &str) -> Command {
    let mut probe = probe_on("docker");
    probe.env("DOCKER_HOST", host);
    probe
}

/// A directory with a socket that someone listened at, removed with the test.
struct Socket {
    directory: PathBuf,
    listener: Option<UnixListener>,
}

impl Socket {
    fn of(test: &str) -> Self {
        let name = format!("ph-socket-{test}-{}", std::process::id());
        let directory = Path::new("/tmp").join(name);
        fs::create_dir_all(&directory).unwrap();
        fs::set_permissions(&directory, PermissionsExt::from_mode(0o755)).unwrap();
        let listener = Some(UnixListener::bind(directory.join("docker.sock")).unwrap());
        Self {
            directory,
            listener,
        }
    }

    fn path(&self) -> PathBuf {
        self.directory.join("docker.sock")
    }

    fn address(&self) -> String {
        format!("unix://{}", self.path().display())
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.directory));
    }
}

#[test]
fn no_engine() {
    check("no_engine", &mut probe_at("unix:///nowhere/docker.sock"));
}

#[test]
fn an_engine_that_is_down() {
    let mut socket = Socket::of("down");
    socket.listener = None;
    check("an_engine_that_is_down", &mut probe_at(&socket.address()));
}

#[test]
fn an_engine_that_does_not_answer() {
    let socket = Socket::of("silent");
    check(
        "an_engine_that_does_not_answer",
        &mut probe_at(&socket.address()),
    );
}

#[test]
fn a_socket_of_another_user() {
    let socket = Socket::of("forbidden");
    fs::set_permissions(socket.path(), PermissionsExt::from_mode(0o000)).unwrap();
    let user = Command::new("id").arg("-u").output().unwrap().stdout;
    let mut probe = probe_at(&socket.address());
    if user.trim_ascii() == b"0" {
        // Root may do everything: someone else tries, with a program that they can reach.
        let program = socket.directory.join("probe");
        fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
        probe = as_nobody(&program, &socket.address());
    }
    check("a_socket_of_another_user", &mut probe);
    // What that user keeps servers in, if it holds none.
    drop(fs::remove_dir("/dev/shm/perf-harness-65534"));
}

fn as_nobody(program: &Path, host: &str) -> Command {
    const NOBODY: u32 = 65_534;
    let mut probe = Command::new(program);
    probe
        .args(["--exact", "probe", "--nocapture"])
        .env("PERF_HARNESS_POSTGRES", "docker")
        .env("DOCKER_HOST", host)
        .env("HOME", "/nowhere")
        .env_remove("NEXTEST_TEST_NAME")
        .current_dir("/")
        .uid(NOBODY)
        .gid(NOBODY);
    probe
}

#[test]
fn an_engine_on_another_machine() {
    check(
        "an_engine_on_another_machine",
        &mut probe_at("tcp://build.example:2375"),
    );
}

#[test]
fn an_engine_behind_ssh() {
    check("an_engine_behind_ssh", &mut probe_at("ssh://build.example"));
}

#[test]
fn an_engine_behind_tls() {
    let mut probe = probe_at("tcp://127.0.0.1:2376");
    check("an_engine_behind_tls", probe.env("DOCKER_TLS_VERIFY", "1"));
}

#[test]
fn an_empty_image_name() {
    check("an_empty_image_name", &mut probe_on("docker:"));
}

/// Where docker is only one way, an engine that is down is passed over, and that is told.
#[test]
fn auto_passes_over_an_engine_that_is_down() {
    let mut socket = Socket::of("passed");
    socket.listener = None;
    let mut probe = probe_on("auto");
    let output = probe.env("DOCKER_HOST", socket.address()).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{told}");
    let why = format!(
        "not docker: Docker cannot provide PostgreSQL: the engine is down: nobody listens at {}",
        socket.address()
    );
    assert!(told.contains(&why), "{told}");
}

#[test]
fn an_image_that_is_not_there() {
    let Some(_engine) = Engine::of_test("an_image_that_is_not_there") else {
        return;
    };
    // What was refused is remembered there. A socket's path must fit below it.
    let place = Path::new("/tmp").join(format!("ph-{}", std::process::id()));
    fs::create_dir_all(&place).unwrap();
    let mut probe = probe_on("docker:localhost:9/perf-harness/none:1");
    probe.env("PERF_HARNESS_POSTGRES_DIR", &place);
    check("an_image_that_is_not_there", &mut probe);
    let again = told(&mut probe);
    assert!(again.contains("and then wait 120 s, or"), "{again}");
    fs::remove_dir_all(place).unwrap();
}

#[test]
fn an_image_name_that_means_nothing() {
    let Some(_engine) = Engine::of_test("an_image_name_that_means_nothing") else {
        return;
    };
    let told = told(&mut probe_on("docker:Postgres:18"));
    assert!(
        told.contains("Postgres:18") && told.contains("lowercase"),
        "{told}"
    );
}

#[test]
fn an_image_without_postgres() {
    let Some(engine) = Engine::of_test("an_image_without_postgres") else {
        return;
    };
    let image = images::with_file(&engine, "empty", None);
    check(
        "an_image_without_postgres",
        &mut probe_on(&format!("docker:{}", image.name)),
    );
}

#[test]
fn an_image_for_another_platform() {
    let Some(engine) = Engine::of_test("an_image_for_another_platform") else {
        return;
    };
    // The start of a program for a processor that there is none of.
    let program = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\xff\xff";
    let image = images::with_file(&engine, "foreign", Some(("usr/bin/postgres", program)));
    check(
        "an_image_for_another_platform",
        &mut probe_on(&format!("docker:{}", image.name)),
    );
}

#[test]
fn a_container_that_ends_at_the_start() {
    let Some(engine) = Engine::of_test("a_container_that_ends_at_the_start") else {
        return;
    };
    let script = "echo initdb: error: invalid locale >&2; exit 1";
    let image = images::with_entrypoint(&engine, "ends", script);
    check(
        "a_container_that_ends_at_the_start",
        &mut probe_on(&format!("docker:{}", image.name)),
    );
}

#[test]
fn a_container_whose_memory_is_full() {
    let Some(engine) = Engine::of_test("a_container_whose_memory_is_full") else {
        return;
    };
    // As large as a file on /dev/shm can be, which is 256 MiB there: the words are the system's own.
    let script = "cat /dev/zero >/dev/shm/full; exit 1";
    let image = images::with_entrypoint(&engine, "full", script);
    check(
        "a_container_whose_memory_is_full",
        &mut probe_on(&format!("docker:{}", image.name)),
    );
}
