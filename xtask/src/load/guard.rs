//! A program that never outlives this one: not its end, not its failure, not Ctrl-C, not a signal that nobody can catch.
//!
//! A shell stands between the two. It waits for the end of its input, which comes when this process lets go of it or is
//! no more, and then stops the program.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::error::SetupError;

/// As many files as may be: a connection is one, and there are a thousand users.
pub(super) const FILES: &str = "ulimit -n \"$(ulimit -H -n)\" 2>/dev/null\n";

/// Asks to stop, and after ten seconds does not ask.
const SCRIPT: &str = "\
trap '' INT
\"$@\" </dev/null 3>&- &
pid=$!
echo $pid >&3
exec 3>&-
read -r _
kill -TERM $pid 2>/dev/null
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39 40; do
    kill -0 $pid 2>/dev/null || break
    sleep 0.25
done
kill -KILL $pid 2>/dev/null
wait $pid
";

/// A program that runs.
#[derive(Debug)]
pub(super) struct Guarded {
    shell: Child,
    /// The program's own process.
    pub(super) id: u32,
    log: PathBuf,
}

impl Guarded {
    /// Starts it; what it says goes into the file.
    pub(super) fn start(command: &Command, log: &Path) -> Result<Self, SetupError> {
        let program = command.get_program().to_string_lossy().into_owned();
        let unreadable = |error| SetupError::Unreadable(log.to_path_buf(), error);
        if let Some(folder) = log.parent() {
            fs::create_dir_all(folder).map_err(unreadable)?;
        }
        let said = File::create(log).map_err(unreadable)?;
        let not_started = |error| SetupError::NotStarted(program.clone(), error);
        let mut shell = Command::new("sh");
        // The number of the process comes by stdout, which the program does not share.
        let script = format!("{FILES}exec 3>&1 1>&2\n{SCRIPT}");
        shell
            .args(["-c", &script, "guard"])
            .arg(command.get_program());
        shell.args(command.get_args());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => shell.env(name, value),
                None => shell.env_remove(name),
            };
        }
        if let Some(folder) = command.get_current_dir() {
            shell.current_dir(folder);
        }
        shell
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(said);
        let mut shell = shell.spawn().map_err(not_started)?;
        let mut first = String::new();
        if let Some(output) = shell.stdout.take() {
            BufReader::new(output)
                .read_line(&mut first)
                .map_err(not_started)?;
        }
        let mut guarded = Self {
            shell,
            id: 0,
            log: log.to_path_buf(),
        };
        let id = first.trim().parse();
        guarded.id = id.map_err(|_| SetupError::Failed(format!("the start of `{program}`")))?;
        Ok(guarded)
    }

    /// What it has said so far.
    pub(super) fn said(&self) -> String {
        let bytes = fs::read(&self.log).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        // The shell ends by itself now; there is nobody left to tell if not.
        drop(self.shell.wait());
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    fn guarded(script: &str) -> (tempfile::TempDir, Guarded) {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new("sh");
        command.args(["-c", script, "sh", "a word"]);
        command.env("NAME", "value").current_dir(folder.path());
        let guarded = Guarded::start(&command, &folder.path().join("logs/one.log")).unwrap();
        (folder, guarded)
    }

    fn is_there(id: u32) -> bool {
        let status = Command::new("kill").args(["-0", &id.to_string()]).output();
        status.unwrap().status.success()
    }

    #[test]
    fn a_program_ends_when_it_is_let_go_of() {
        let (_folder, guarded) = guarded("exec sleep 1000");
        let id = guarded.id;
        assert!(is_there(id));
        drop(guarded);
        assert!(!is_there(id));
    }

    #[test]
    fn what_a_program_says_is_kept_and_it_gets_its_words_its_folder_and_its_environment() {
        let (folder, guarded) = guarded("echo \"$1 $NAME\"; pwd; echo trouble >&2; cat; echo end");
        let pipe = folder
            .path()
            .file_name()
            .unwrap()
            .to_string_lossy()
            .into_owned();
        while !guarded.said().ends_with("end\n") {
            std::thread::yield_now();
        }
        let said = guarded.said();
        assert!(
            said.starts_with("a word value\n") && said.ends_with("trouble\nend\n"),
            "{said}"
        );
        assert!(said.contains(&pipe), "{said}");
    }
}
