//! What a machine is known by: what it is made of, and not what it is called.

use std::fs::File;
use std::io::Read as _;
use std::process::Command;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// Machines that are made alike are one.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub(crate) struct Machine {
    /// Of all that follows.
    pub(crate) id: String,
    pub(crate) cpu: String,
    /// Those that this process may use.
    pub(crate) processors: usize,
    pub(crate) os: String,
    pub(crate) arch: String,
    /// Rounded: two machines of one kind differ by a little.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) memory_gb: Option<u64>,
}

impl Machine {
    /// The one that this process runs on.
    pub(crate) fn this() -> &'static Self {
        static THIS: OnceLock<Machine> = OnceLock::new();
        THIS.get_or_init(|| {
            let processors = std::thread::available_parallelism().map_or(1, usize::from);
            Self::of(cpu(), processors, memory_kb())
        })
    }

    fn of(cpu: Option<String>, processors: usize, memory_kb: Option<u64>) -> Self {
        const GB_KB: u64 = 1 << 20;
        let mut machine = Self {
            id: String::new(),
            cpu: cpu.unwrap_or_else(|| "unknown".to_owned()),
            processors,
            os: std::env::consts::OS.to_owned(),
            arch: std::env::consts::ARCH.to_owned(),
            memory_gb: memory_kb.map(|kb| (kb + GB_KB / 2) / GB_KB),
        };
        machine.id = short_hash(&format!("{machine:?}"));
        machine
    }
}

/// Twelve digits that stand for a text.
pub(super) fn short_hash(text: &str) -> String {
    let hash = Sha256::digest(text.as_bytes());
    hash.iter().take(6).fold(String::new(), |digits, byte| {
        digits + &format!("{byte:02x}")
    })
}

fn cpu() -> Option<String> {
    match start_of("/proc/cpuinfo") {
        Some(text) => named(&text, "model name").or_else(|| named(&text, "CPU part")),
        None => sysctl("machdep.cpu.brand_string"),
    }
}

fn memory_kb() -> Option<u64> {
    match start_of("/proc/meminfo") {
        Some(text) => {
            let value = named(&text, "MemTotal")?;
            value.trim_end_matches("kB").trim().parse().ok()
        }
        None => sysctl("hw.memsize")?
            .parse()
            .ok()
            .map(|bytes: u64| bytes / 1_024),
    }
}

/// The value of the first line `name : value`.
fn named(text: &str, name: &str) -> Option<String> {
    text.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        (key.trim() == name).then(|| value.trim().to_owned())
    })
}

/// The kernel makes as much of such a file as is read: on a machine with many processors all of it takes long.
fn start_of(file: &str) -> Option<String> {
    let mut start = Vec::new();
    File::open(file)
        .ok()?
        .take(4_096)
        .read_to_end(&mut start)
        .ok()?;
    Some(String::from_utf8_lossy(&start).into_owned())
}

/// macOS.
fn sysctl(name: &str) -> Option<String> {
    let output = Command::new("sysctl").args(["-n", name]).output().ok()?;
    let said = String::from_utf8(output.stdout).ok()?;
    Some(said.trim().to_owned()).filter(|said| !said.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_is_known_by_what_it_is_made_of() {
        let of =
            |cpu: &str, processors, kb| Machine::of(Some(cpu.to_owned()), processors, Some(kb));
        let one = of("a", 2, 8_043_224);
        assert_eq!(one.memory_gb, Some(8));
        assert_eq!(one.id, of("a", 2, 8_043_100).id);
        for other in [
            of("b", 2, 8_043_224),
            of("a", 4, 8_043_224),
            of("a", 2, 16_043_224),
        ] {
            assert_ne!(one.id, other.id, "{other:?}");
        }
        assert_eq!(Machine::of(None, 1, None).cpu, "unknown");
    }

    #[test]
    fn what_linux_tells_is_read() {
        let cpu = "processor\t: 0\nmodel name\t: Intel(R) Xeon(R): E5\nmodel\t\t: 63\n";
        assert_eq!(
            named(cpu, "model name").as_deref(),
            Some("Intel(R) Xeon(R): E5")
        );
        assert_eq!(
            named("MemTotal:        8043224 kB\n", "MemTotal").as_deref(),
            Some("8043224 kB")
        );
        assert_eq!(named(cpu, "name"), None);
    }

    #[test]
    fn this_machine_is_told() {
        let this = Machine::this();
        assert!(this.processors > 0 && this.id.len() == 12, "{this:?}");
        assert!(this.memory_gb.is_some(), "{this:?}");
    }
}
