//! A machine of a test's making: an empty cache, and programs that come before those of this machine.

use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use insta::{assert_snapshot, with_settings};

/// A directory with an empty cache, and programs that come before those of this machine. All go with the value.
pub(crate) struct Machine {
    pub(crate) root: PathBuf,
    path: String,
}

/// Says that it was called, and fails as without a network.
pub(crate) const NO_NETWORK: &str =
    "echo \"$0\" >> \"$ROOT/calls\"; echo 'no route to host' >&2; exit 7";

/// Downloads once for all tests and runs, and then hands out what it has. `$last` is the address.
pub(crate) const KEEPING_CURL: &str = "\
echo \"$0\" >> \"$ROOT/calls\"
for last; do :; done
file=\"$KEPT/$(basename \"$last\")\"
if [ ! -e \"$file\" ]; then
  \"$CURL\" --fail --silent --show-error --max-time 300 --output \"$file.$$\" \"$last\" || exit
  mv \"$file.$$\" \"$file\"
fi
cp \"$file\" package.tgz";

impl Machine {
    pub(crate) fn new(name: &str) -> Self {
        let root = std::env::temp_dir().join(format!("ph-{name}-{}", std::process::id()));
        std::fs::create_dir_all(root.join("bin")).unwrap();
        let path = format!(
            "{}:{}",
            root.join("bin").display(),
            std::env::var("PATH").unwrap()
        );
        Self { root, path }
    }

    /// A machine without npm and wget whose curl keeps what it downloads.
    pub(crate) fn with_curl(name: &str) -> Self {
        let machine = Self::new(name);
        machine.has("npm", NO_NETWORK);
        machine.has("wget", NO_NETWORK);
        machine.has("curl", KEEPING_CURL);
        machine
    }

    /// A machine that has these programs of this one and no others.
    pub(crate) fn with_only(name: &str, programs: &[&str]) -> Self {
        let mut machine = Self::new(name);
        for program in programs {
            symlink(found(program), machine.root.join("bin").join(program)).unwrap();
        }
        machine.path = machine.root.join("bin").display().to_string();
        machine
    }

    /// Gives it a program.
    pub(crate) fn has(&self, name: &str, script: &str) {
        let file = self.root.join("bin").join(name);
        let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join("packages");
        std::fs::create_dir_all(&kept).unwrap();
        let text = format!(
            "#!/bin/sh\nROOT='{}'\nKEPT='{}'\nCURL='{}'\n{script}\n",
            self.root.display(),
            kept.display(),
            found("curl").display()
        );
        std::fs::write(&file, text).unwrap();
        std::fs::set_permissions(&file, PermissionsExt::from_mode(0o755)).unwrap();
    }

    pub(crate) fn has_no_network(&self) {
        for client in ["npm", "curl", "wget"] {
            self.has(client, NO_NETWORK);
        }
    }

    /// How often a client was called.
    pub(crate) fn calls(&self) -> usize {
        let calls = std::fs::read_to_string(self.root.join("calls")).unwrap_or_default();
        calls.lines().count()
    }

    pub(crate) fn cache(&self) -> PathBuf {
        self.root.join("cache")
    }

    /// The names of the directories in the cache that hold a version, or a part of one.
    pub(crate) fn cached(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.cache()).into_iter().flatten();
        let directories = entries.flatten().filter(|entry| entry.path().is_dir());
        let names = directories.map(|entry| entry.file_name().into_string().unwrap());
        names
            .filter(|name| name.starts_with("postgresql-"))
            .collect()
    }

    pub(crate) fn probe(&self, provider: &str) -> Command {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args(["--exact", "probe", "--nocapture"])
            .env("PERF_HARNESS_POSTGRES", provider)
            .env("PERF_HARNESS_CACHE_DIR", self.cache())
            // No other run uses this machine's cluster.
            .env("PERF_HARNESS_POSTGRES_IDLE_S", "2")
            .env("PATH", &self.path)
            .env_remove("NEXTEST_TEST_NAME")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// The probe where nothing lies that a server could be made of: no programs, no home and no engine. `None`, with
    /// the reason printed, where this user may not hide what is there.
    pub(crate) fn probe_without_postgres(&self, test: &str) -> Option<Command> {
        let hidden = "mount -t tmpfs none /usr/lib/postgresql 2>/dev/null;";
        let unshare = |script: &str| {
            let mut unshare = Command::new(found("unshare"));
            unshare.arg("--mount").arg(found("sh"));
            unshare.args(["-c", script]);
            unshare
        };
        let is_possible = unshare("mount -t tmpfs none /mnt").output();
        if !is_possible.is_ok_and(|output| output.status.success()) {
            crate::registry::skipped(test, "this user may not mount anything");
            return None;
        }
        // Where the programs are is looked up here: the probe finds what it is given and no more.
        let (sh, mount) = (found("sh"), found("mount"));
        let script = format!(
            "mount() {{ {} \"$@\"; }}; {hidden} exec \"$@\"",
            mount.display()
        );
        let probe = self.probe("auto");
        let mut command = unshare(&script);
        command
            .arg(sh)
            .arg(probe.get_program())
            .args(probe.get_args());
        for (name, value) in probe.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command
            .env("DOCKER_HOST", "unix:///nowhere/docker.sock")
            .env("HOME", &self.root)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        Some(command)
    }

    /// The version that the probe meets.
    pub(crate) fn version(&self, provider: &str) -> String {
        version(&self.probe(provider).output().unwrap())
    }

    /// What the probe is refused with, without what differs between machines and versions.
    pub(crate) fn check_refused(&self, name: &str, provider: &str) {
        self.check_told(name, &mut self.probe(provider));
    }

    pub(crate) fn check_told(&self, name: &str, probe: &mut Command) {
        let output = probe.output().unwrap();
        assert!(!output.status.success(), "the probe passed");
        let told = String::from_utf8(output.stderr).unwrap();
        let start = told.find("probe could not be measured").expect(&told);
        let told = told[start..]
            .split("\nerror: test failed")
            .next()
            .unwrap()
            .trim_end();
        let root = self.root.display().to_string();
        with_settings!({ filters => vec![
            (root.as_str(), "<root>"),
            (r"(linux|darwin)-(x64|arm64)", "<platform>"),
            (r"\.part-[0-9a-f]{16}", ".part-<random>"),
            (r"sha512-[A-Za-z0-9+/]{86}==", "<sha512>"),
            (r"18\.\d+\.0-beta\.\d+", "<release>"),
            (r"18\.\d+", "<version>"),
            (r"\d+ bytes with <sha512> are", "<bytes> bytes with <sha512> are"),
            (r"\d+ MB", "<room> MB"),
            (r"looked in PATH,[^;]+", "looked in PATH, <other places>"),
            (r": 18, 17, .*", ": 18, 17, .."),
        ]}, { assert_snapshot!(name, told) });
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.root));
    }
}

pub(crate) fn version(output: &Output) -> String {
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    let version = told.lines().find_map(|line| line.strip_prefix("version "));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}{said}");
    version.expect(&told).to_owned()
}

/// Where this machine has a program, or a name that nothing has.
pub(crate) fn found(program: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap();
    let places = std::env::split_paths(&path).map(|place| place.join(program));
    places
        .into_iter()
        .find(|file| file.is_file())
        .unwrap_or_else(|| PathBuf::from("/nowhere"))
}
