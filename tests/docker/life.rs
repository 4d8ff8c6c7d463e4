//! The life of a container: shared, reached from this machine only, gone when idle, and never left by the dead.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use perf_harness::__private::running;
use testcontainers::bollard::models::ContainerInspectResponse;
use url::Url;

use crate::engine::{Engine, socket};
use crate::images::Image;
use crate::registry::Registry;
use crate::{STAYS, probe_on, relay};

const IDLE: &str = "PERF_HARNESS_POSTGRES_IDLE_S";
/// Which part this process plays when a test has started its own program again.
const ROLE: &str = "DOCKER_TEST_ROLE";

/// The probe on a container of its own kind: no other run uses this idle time.
pub(crate) fn probe(engine: &Engine, idle_s: &str) -> Command {
    let mut probe = probe_on(&engine.provider());
    probe.env(IDLE, idle_s).stdout(Stdio::piped());
    probe
}

/// The URL of the server that a probe used, when it has said so.
fn server(probe: &mut Child) -> Url {
    let output = BufReader::new(probe.stdout.as_mut().unwrap());
    let mut lines = output.lines().map_while(Result::ok);
    let told = lines.find_map(|line| line.strip_prefix("server ").map(str::to_owned));
    Url::parse(&told.expect("the probe names its server")).unwrap()
}

/// Runs a probe to its end and gives its container.
fn container(engine: &Engine, idle_s: &str) -> String {
    container_of(engine, &mut probe(engine, idle_s))
}

pub(crate) fn container_of(engine: &Engine, probe: &mut Command) -> String {
    let mut process = probe.spawn().unwrap();
    let port = server(&mut process).port().unwrap();
    let id = engine.container_at(port);
    assert!(process.wait().unwrap().success());
    id
}

/// A process that ends with the test, whatever becomes of the test.
pub(crate) struct Killed(pub(crate) Child);

impl Drop for Killed {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Containers of a kind that only this test uses, removed with it.
struct Kind<'e>(&'e Engine, String);

impl Drop for Kind<'_> {
    fn drop(&mut self) {
        for id in self.0.of_key(&self.1) {
            self.0.remove(&id);
        }
    }
}

#[test]
fn a_container_is_shared_by_processes_and_reused_by_the_next_run() {
    let Some(engine) = Engine::of_test("a_container_is_shared_by_processes") else {
        return;
    };
    let mut processes: Vec<Killed> = (0..2)
        .map(|_| Killed(probe(&engine, "301").env(STAYS, "yes").spawn().unwrap()))
        .collect();
    let ports: Vec<_> = processes
        .iter_mut()
        .map(|process| server(&mut process.0).port().unwrap())
        .collect();
    let first = engine.container_at(ports[0]);
    let kind = Kind(&engine, engine.key(&first));
    assert_eq!(ports[0], ports[1]);
    drop(processes);
    assert_eq!(container(&engine, "301"), first);
    assert_eq!(engine.of_key(&kind.1), [first]);
}

#[test]
fn a_container_is_open_to_this_machine_only_and_its_data_is_in_memory() {
    let Some(engine) = Engine::of_test("a_container_is_open_to_this_machine_only") else {
        return;
    };
    let id = container(&engine, "302");
    let _kind = Kind(&engine, engine.key(&id));
    let found = engine.inspect(&id).unwrap();
    assert_eq!(addresses(&found), ["127.0.0.1"]);
    let host = found.host_config.unwrap();
    assert_eq!(host.auto_remove, Some(true));
    assert_eq!(host.shm_size, Some(256 << 20));
    let mounts = found.mounts.unwrap();
    let data = mounts
        .iter()
        .find(|mount| mount.destination.as_deref() == Some("/perf-harness"));
    assert_eq!(data.unwrap().typ.as_deref(), Some("tmpfs"));
}

/// Where a container's ports are published.
fn addresses(container: &ContainerInspectResponse) -> Vec<&str> {
    let ports = container.network_settings.as_ref().unwrap();
    let bindings = ports.ports.iter().flatten();
    bindings
        .flat_map(|(_, published)| published.iter().flatten())
        .map(|published| published.host_ip.as_deref().unwrap())
        .collect()
}

#[test]
fn a_container_that_nobody_uses_ends_and_is_removed_with_its_volumes() {
    let Some(engine) = Engine::of_test("a_container_that_nobody_uses_ends") else {
        return;
    };
    let id = container(&engine, "3");
    let volumes: Vec<String> = engine.inspect(&id).map_or(Vec::new(), |found| {
        let mounts = found.mounts.into_iter().flatten();
        mounts.filter_map(|mount| mount.name).collect()
    });
    engine.until("its end", || engine.inspect(&id).is_none());
    for volume in volumes {
        let asked = engine.client.inspect_volume(&volume);
        assert!(engine.wait(asked).is_err(), "{volume} is still there");
    }
}

#[test]
fn a_container_that_is_gone_is_replaced() {
    let Some(engine) = Engine::of_test("a_container_that_is_gone_is_replaced") else {
        return;
    };
    let first = container(&engine, "303");
    let _kind = Kind(&engine, engine.key(&first));
    engine.remove(&first);
    assert_ne!(container(&engine, "303"), first);
}

#[test]
fn an_image_that_is_not_here_is_pulled_from_its_registry() {
    const TEST: &str = "an_image_that_is_not_here_is_pulled";
    let Some(engine) = Engine::of_test(TEST) else {
        return;
    };
    // From elsewhere the engine could not reach a registry of this process's.
    if socket(TEST).is_none() {
        return;
    }
    let registry = Registry::with_image_of(&engine);
    let asked = engine.client.inspect_image(&registry.image);
    assert!(engine.wait(asked).is_err(), "it is there already");
    let image = Image::named(&engine, &registry.image);
    // As the default image is, for all choices that name none.
    let mut probe = probe_on("docker");
    probe
        .env("PERF_HARNESS_DOCKER_IMAGE", &image.name)
        .stdout(Stdio::piped());
    let id = container_of(&engine, &mut probe);
    let _kind = Kind(&engine, engine.key(&id));
    let config = engine.inspect(&id).unwrap().config.unwrap();
    assert_eq!(config.image.as_deref(), Some(image.name.as_str()));
}

#[test]
fn an_engine_of_this_machine_is_also_reached_by_tcp() {
    const TEST: &str = "an_engine_of_this_machine_is_also_reached_by_tcp";
    let Some(engine) = Engine::of_test(TEST) else {
        return;
    };
    let Some(socket) = socket(TEST) else {
        return;
    };
    let address = relay::to(socket);
    let mut by_tcp = probe(&engine, "305");
    by_tcp.env("DOCKER_HOST", &address);
    let id = container_of(&engine, &mut by_tcp);
    let _kind = Kind(&engine, engine.key(&id));
    // A way of its own to the engine is a container of its own, and the next process joins that one.
    assert_eq!(container_of(&engine, &mut by_tcp), id);
}

#[test]
fn a_container_is_told_and_stopped_with_the_servers_of_this_user() {
    const TEST: &str = "life::a_container_is_told_and_stopped_with_the_servers_of_this_user";
    if std::env::var(ROLE).is_ok() {
        let told = running::overview().unwrap().servers;
        let told: Vec<&str> = told.iter().map(|server| server.origin.as_str()).collect();
        let ended = running::stop(false).unwrap();
        let ended: Vec<String> = ended
            .iter()
            .map(|server| format!("{:?}", server.outcome))
            .collect();
        return println!("\ncommand {} / {}", told.join(", "), ended.join(", "));
    }
    let Some(engine) = Engine::of_test(TEST) else {
        return;
    };
    // Where no other container is known.
    let place = format!("/tmp/phd{}", std::process::id());
    std::fs::create_dir(&place).unwrap();
    let place = Removed(place);
    let command = || {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args(["--exact", TEST, "--nocapture"])
            .env(ROLE, "stops")
            .env("PERF_HARNESS_POSTGRES_DIR", &place.0)
            .env_remove("NEXTEST_TEST_NAME");
        let printed = String::from_utf8(command.output().unwrap().stdout).unwrap();
        let line = printed
            .lines()
            .find_map(|line| line.strip_prefix("command "));
        line.unwrap_or_else(|| panic!("{printed}")).to_owned()
    };
    let mut probe = probe(&engine, "306");
    probe.env("PERF_HARNESS_POSTGRES_DIR", &place.0);
    let mut stays = Killed(probe.env(STAYS, "yes").spawn().unwrap());
    let id = engine.container_at(server(&mut stays.0).port().unwrap());
    let _kind = Kind(&engine, engine.key(&id));
    let in_use = command();
    assert!(in_use.contains(&engine.image), "{in_use}");
    assert!(in_use.contains("connections: perf-harness"), "{in_use}");
    assert_eq!(announced(&place.0), 1);
    drop(stays);
    let stopped = command();
    assert!(stopped.ends_with(" / Stopped"), "{stopped}");
    engine.until("its end", || engine.inspect(&id).is_none());
    assert_eq!(announced(&place.0), 0);
    assert_eq!(command(), " / ");
}

/// How many containers are announced to other processes, below this place.
fn announced(place: &str) -> usize {
    let users = std::fs::read_dir(place).unwrap().flatten();
    let files = users.flat_map(|user| std::fs::read_dir(user.path()).unwrap().flatten());
    let names = files.map(|file| file.file_name().into_string().unwrap());
    names.filter(|name| name.ends_with(".docker")).count()
}

/// A directory that is removed with the test.
struct Removed(String);

impl Drop for Removed {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

#[test]
fn what_a_process_killed_at_the_start_leaves_the_next_start_removes() {
    let Some(engine) = Engine::of_test("what_a_process_killed_at_the_start_leaves") else {
        return;
    };
    let first = container(&engine, "304");
    let kind = Kind(&engine, engine.key(&first));
    engine.remove(&first);
    let is_running = |id: &String| {
        let state = engine.inspect(id).and_then(|found| found.state);
        state.and_then(|state| state.running) == Some(true)
    };
    // When the container was made, and when it runs but was not yet announced.
    for should_run in [false, true] {
        let victim = Killed(probe(&engine, "304").spawn().unwrap());
        let mut left = Vec::new();
        engine.until("a container", || {
            left = engine.of_key(&kind.1);
            left.iter().any(|id| !should_run || is_running(id))
        });
        drop(victim);
        // The engine may still be busy with what it was last asked for.
        let next = container(&engine, "304");
        assert_eq!(
            engine.of_key(&kind.1),
            std::slice::from_ref(&next),
            "{left:?}"
        );
        assert!(!left.contains(&next));
        engine.remove(&next);
    }
}
