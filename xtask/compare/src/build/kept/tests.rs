//! Programs that are files of a few bytes.

use std::time::Duration;

use tempfile::TempDir;

use super::*;

/// A folder to keep in, a work tree with one package, what was built there, and a package outside.
struct Place {
    folder: TempDir,
    kept: Kept,
    tree: PathBuf,
    built: Built,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let [tree, outside] = ["tree", "outside"].map(|name| folder.path().join(name));
        fs::create_dir_all(tree.join("sums")).unwrap();
        fs::create_dir_all(&outside).unwrap();
        fs::write(outside.join("lib.rs"), "1").unwrap();
        let program = |target: &str| {
            let path = folder.path().join(target);
            fs::write(&path, target).unwrap();
            Program {
                target: target.to_owned(),
                path,
                folder: tree.join("sums"),
                ..Program::named("sums")
            }
        };
        let built = Built {
            programs: vec![program("users"), program("orders")],
            sources: [tree.join("sums"), outside].into(),
        };
        Self {
            kept: Kept::new(folder.path().join("programs")),
            tree,
            built,
            folder,
        }
    }

    fn put(&self, key: &str) -> Vec<Program> {
        self.kept.put(key, &self.tree, &self.built).unwrap()
    }

    fn get(&self, key: &str) -> Option<Vec<Program>> {
        self.kept.get(key, &self.tree)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join("programs").join(name)
    }

    /// As if it was last used so many seconds ago.
    fn age(&self, key: &str, seconds: u64) {
        let file = fs::File::options()
            .append(true)
            .open(self.file(key).join(MANIFEST));
        let then = SystemTime::now() - Duration::from_secs(seconds);
        file.unwrap().set_modified(then).unwrap();
    }
}

#[test]
fn what_was_built_is_there_for_another_work_tree() {
    let place = Place::new();
    assert_eq!(place.get("one"), None);
    let put = place.put("one");
    assert_eq!(place.get("one"), Some(put.clone()));
    assert_eq!(place.get("two"), None);
    let targets: Vec<&str> = put.iter().map(|program| program.target.as_str()).collect();
    assert_eq!(targets, ["users", "orders"]);
    for program in &place.built.programs {
        fs::remove_file(&program.path).unwrap();
    }
    assert_eq!(fs::read_to_string(&put[1].path).unwrap(), "orders");
    let moved = place.kept.get("one", Path::new("/elsewhere")).unwrap();
    assert_eq!(
        (&moved[0].package, &*moved[0].folder),
        (&"sums".to_owned(), Path::new("/elsewhere/sums"))
    );
}

#[test]
fn what_is_damaged_is_not_used_and_is_built_again() {
    let place = Place::new();
    let damages: [fn(&Place); 4] = [
        |place| fs::remove_file(place.file("one").join("sums.users")).unwrap(),
        |place| fs::write(place.file("one").join(MANIFEST), "{\"programs\":[").unwrap(),
        |place| fs::remove_file(place.file("one").join(MANIFEST)).unwrap(),
        |place| fs::write(place.folder.path().join("outside/lib.rs"), "12").unwrap(),
    ];
    for (number, damage) in damages.iter().enumerate() {
        place.put("one");
        damage(&place);
        assert_eq!(place.get("one"), None, "{number}");
    }
    let put = place.put("one");
    assert_eq!(place.get("one"), Some(put));
}

#[test]
fn what_a_killed_one_began_is_no_entry_and_goes() {
    let place = Place::new();
    let begun = place.file(UNFINISHED);
    fs::create_dir_all(&begun).unwrap();
    fs::write(begun.join("sums.old"), "half").unwrap();
    let put = place.put("one");
    assert!(!begun.exists());
    assert!(!place.file("one").join("sums.old").exists());
    assert_eq!(put.len(), 2);
}

#[test]
fn of_what_cannot_be_written_nothing_is_left() {
    let mut place = Place::new();
    place.built.programs[1].path = place.folder.path().join("gone");
    let told = place
        .kept
        .put("one", &place.tree, &place.built)
        .unwrap_err();
    assert!(told.to_string().contains("programs/unfinished: "), "{told}");
    assert_eq!(
        fs::read_dir(place.folder.path().join("programs"))
            .unwrap()
            .count(),
        0
    );
}

#[test]
fn the_newest_four_are_kept_by_when_they_were_used() {
    let place = Place::new();
    for number in 0..4 {
        place.put(&number.to_string());
        place.age(&number.to_string(), 100 - number);
    }
    place.get("0").unwrap();
    place.put("new");
    let names = fs::read_dir(place.folder.path().join("programs")).unwrap();
    let mut names: Vec<String> = names
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["0", "2", "3", "new"]);
}
