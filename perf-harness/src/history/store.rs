//! The files of the history: one for each run and day, that its processes append to.
//!
//! Each batch of lines is one write at the end of the file, which the system does not mix with another one's. Nobody waits
//! for a lock: on a network's file system that could be for ever.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use super::point::Point;
use crate::date::Date;

/// How the name of a file ends.
pub(super) const ENDING: &str = "jsonl";
/// Older runs go when there are more.
const MOST_FILES: usize = 500;
const MOST_BYTES: u64 = 64 << 20;

/// Names sort by day, and no two runs share one: to copy directories together is to merge them.
pub(super) fn file(directory: &Path, day: Date, run: &str) -> PathBuf {
    directory.join(format!("{day}-{run}.{ENDING}"))
}

/// What the first process of the run wrote.
pub(super) fn first(file: &Path) -> Option<Point> {
    let mut line = String::new();
    BufReader::new(File::open(file).ok()?)
        .read_line(&mut line)
        .ok()?;
    serde_json::from_str(&line).ok()
}

/// Adds points to a file. Who begins a file makes room for it.
pub(super) fn append(file: &Path, points: &[Point]) -> io::Result<()> {
    let directory = file.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(directory)?;
    let is_new = !file.exists();
    let mut open = OpenOptions::new()
        .read(true)
        .append(true)
        .create(true)
        .open(file)?;
    let mut lines: String = points.iter().map(Point::line).collect();
    if is_cut(&mut open) {
        lines.insert(0, '\n');
    }
    open.write_all(lines.as_bytes())?;
    if is_new {
        make_room(directory, file);
    }
    Ok(())
}

/// Did a process end in the middle of a line? Or is one just writing it: an empty line more does no harm.
fn is_cut(file: &mut File) -> bool {
    let mut last = [b'\n'];
    let read = file
        .seek(SeekFrom::End(-1))
        .and_then(|_| file.read_exact(&mut last));
    read.is_ok() && last != [b'\n']
}

/// A file that may go.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Old {
    /// It begins with the day.
    name: String,
    /// Seconds and nanoseconds since 1970.
    written: (i64, i64),
    bytes: u64,
}

/// What cannot be removed stays: the next run tries again.
fn make_room(directory: &Path, but: &Path) {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let old = entries.filter_map(|entry| {
        let name = entry.file_name().into_string().ok()?;
        let is_other = entry.path() != but && Path::new(&name).extension()? == ENDING;
        let data = entry.metadata().ok().filter(|_| is_other)?;
        Some(Old {
            name,
            written: (data.mtime(), data.mtime_nsec()),
            bytes: data.len(),
        })
    });
    for name in surplus(old.collect(), MOST_FILES, MOST_BYTES) {
        drop(fs::remove_file(directory.join(name)));
    }
}

/// The oldest, until a new one fits.
fn surplus(mut old: Vec<Old>, most_files: usize, most_bytes: u64) -> Vec<String> {
    let day = |old: &Old| old.name.get(..10).unwrap_or_default().to_owned();
    old.sort_by(|one, other| {
        (day(other), other.written, &other.name).cmp(&(day(one), one.written, &one.name))
    });
    let mut bytes = 0;
    let kept = old.iter().enumerate().take_while(|(at, file)| {
        bytes += file.bytes;
        at + 1 < most_files && bytes <= most_bytes
    });
    let kept = kept.count();
    old.into_iter().skip(kept).map(|file| file.name).collect()
}

#[cfg(test)]
mod tests {
    use super::super::point::tests::point;
    use super::*;

    fn old(name: &str, second: i64, bytes: u64) -> Old {
        Old {
            name: name.to_owned(),
            written: (second, 0),
            bytes,
        }
    }

    #[test]
    fn the_oldest_go_when_there_are_too_many_or_they_are_too_large() {
        let files = || {
            vec![
                old("2026-11-25-z.jsonl", 9, 10),
                old("2026-11-26-b.jsonl", 2, 10),
                old("2026-11-26-a.jsonl", 3, 10),
                old("2026-11-24-a.jsonl", 1, 10),
            ]
        };
        assert_eq!(surplus(files(), 5, 40), <[String; 0]>::default());
        assert_eq!(surplus(files(), 4, 40), ["2026-11-24-a.jsonl"]);
        assert_eq!(
            surplus(files(), 5, 25),
            ["2026-11-25-z.jsonl", "2026-11-24-a.jsonl"]
        );
        let expected = [
            "2026-11-26-b.jsonl",
            "2026-11-25-z.jsonl",
            "2026-11-24-a.jsonl",
        ];
        assert_eq!(surplus(files(), 2, 40), expected);
    }

    fn directory(name: &str) -> PathBuf {
        let directory =
            std::env::temp_dir().join(format!("ph-store-{name}-{}", std::process::id()));
        drop(fs::remove_dir_all(&directory));
        directory
    }

    #[test]
    fn a_line_that_was_cut_spoils_no_other() {
        let directory = directory("cut");
        let file = file(&directory, Date::of_days(0), "cargo-1");
        let points = [point("cargo-1", "2026-11-26T09:24:22.123Z", 2)];
        append(&file, &points).unwrap();
        append(&file, &points).unwrap();
        let whole = fs::read_to_string(&file).unwrap();
        assert_eq!(whole, points[0].line().repeat(2));
        fs::write(&file, &whole[..whole.len() - 20]).unwrap();
        append(&file, &points).unwrap();
        let lines: Vec<String> = fs::read_to_string(&file)
            .unwrap()
            .lines()
            .map(str::to_owned)
            .collect();
        assert_eq!(lines.len(), 3);
        assert_eq!(format!("{}\n", lines[2]), points[0].line());
        assert_eq!(first(&file).as_ref(), Some(&points[0]));
        fs::remove_dir_all(&directory).unwrap();
    }

    #[test]
    fn who_writes_at_the_same_time_mixes_nothing() {
        const WRITERS: usize = 8;
        const BATCHES: usize = 25;
        let directory = directory("many");
        let file = file(&directory, Date::of_days(0), "cargo-1");
        std::thread::scope(|scope| {
            for writer in 0..WRITERS {
                let file = &file;
                scope.spawn(move || {
                    let points: Vec<Point> = (0..20)
                        .map(|_| point("cargo-1", &writer.to_string(), 2))
                        .collect();
                    for _ in 0..BATCHES {
                        append(file, &points).unwrap();
                    }
                });
            }
        });
        let text = fs::read_to_string(&file).unwrap();
        let points: Vec<Point> = text
            .lines()
            // Who looks while another one writes may take the file for cut.
            .filter(|line| !line.is_empty())
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(points.len(), WRITERS * BATCHES * 20);
        // Each batch is in one piece.
        for batch in points.chunks(20) {
            assert!(batch.iter().all(|point| point.at == batch[0].at));
        }
        fs::remove_dir_all(&directory).unwrap();
    }

    #[test]
    fn who_begins_a_file_makes_room_and_keeps_what_is_not_its_own() {
        let directory = directory("room");
        fs::create_dir_all(&directory).unwrap();
        for number in 0..MOST_FILES {
            fs::write(directory.join(format!("2026-01-01-{number:03}.jsonl")), "").unwrap();
        }
        fs::write(directory.join("notes.txt"), "").unwrap();
        let file = file(&directory, Date::of_days(0), "cargo-1");
        append(&file, &[point("cargo-1", "2026-11-26T09:24:22.123Z", 2)]).unwrap();
        assert_eq!(fs::read_dir(&directory).unwrap().count(), MOST_FILES + 1);
        assert!(file.exists() && directory.join("notes.txt").exists());
        fs::remove_dir_all(&directory).unwrap();
    }
}
