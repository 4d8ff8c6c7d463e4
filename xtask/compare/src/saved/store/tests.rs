//! What is saved is whole, or was not saved.

use tempfile::TempDir;

use super::super::run::tests::run;
use super::*;

struct Place {
    folder: TempDir,
}

impl Place {
    /// A workspace with a package that has a program.
    fn new() -> Self {
        let place = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        fs::create_dir_all(place.root().join("api")).unwrap();
        fs::write(place.root().join("built"), "a program").unwrap();
        place
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("tree")
    }

    fn saved(&self) -> PathBuf {
        self.folder.path().join("saved")
    }

    fn store(&self) -> Store {
        Store::open(self.saved()).unwrap()
    }

    fn programs(&self) -> Vec<Program> {
        let program = Program {
            path: self.root().join("built"),
            folder: self.root().join("api"),
            ..Program::named("api")
        };
        vec![program]
    }

    fn save(&self, name: &str) -> Result<PathBuf, CompareError> {
        self.store().save(run(name), &self.programs(), &self.root())
    }

    /// The text of its program, and where it runs.
    fn loaded(&self, name: &str) -> Result<(String, PathBuf), String> {
        let store = self.store();
        let loaded = store
            .load(name)
            .and_then(|run| store.programs(&run, &self.root()));
        let programs = loaded.map_err(|error| error.to_string())?;
        let text = fs::read_to_string(&programs[0].path).unwrap();
        Ok((text, programs[0].folder.clone()))
    }
}

#[test]
fn a_program_is_kept_and_runs_in_its_packages_folder() {
    let place = Place::new();
    place.save("week").unwrap();
    fs::write(place.root().join("built"), "another program").unwrap();
    let expected = ("a program".to_owned(), place.root().join("api"));
    assert_eq!(place.loaded("week"), Ok(expected));
}

#[test]
fn a_name_that_is_saved_again_is_replaced() {
    let place = Place::new();
    place.save("week").unwrap();
    fs::write(place.root().join("built"), "another program").unwrap();
    fs::write(place.saved().join("week/of-another-time"), "").unwrap();
    let folder = place.save("week").unwrap();
    assert_eq!(place.loaded("week").unwrap().0, "another program");
    let files = fs::read_dir(folder).unwrap().count();
    assert_eq!(files, 2, "the program and run.json");
}

#[test]
fn what_cannot_be_saved_leaves_what_was() {
    let place = Place::new();
    place.save("week").unwrap();
    fs::remove_file(place.root().join("built")).unwrap();
    assert!(place.save("week").is_err());
    assert_eq!(fs::read_dir(place.saved()).unwrap().count(), 1);
    assert_eq!(place.loaded("week").unwrap().0, "a program");
}

#[test]
fn what_a_killed_run_left_is_put_right() {
    let place = Place::new();
    let saved = place.saved();
    place.save("week").unwrap();
    // Killed while it copied.
    fs::create_dir(saved.join(".week.new")).unwrap();
    assert_eq!(place.loaded("week").unwrap().0, "a program");
    assert!(!saved.join(".week.new").exists());
    // Killed between the two renames: the old one comes back.
    fs::rename(saved.join("week"), saved.join(".week.old")).unwrap();
    assert_eq!(place.loaded("week").unwrap().0, "a program");
    // Killed after them.
    fs::create_dir(saved.join(".week.old")).unwrap();
    assert_eq!(place.loaded("week").unwrap().0, "a program");
    assert!(!saved.join(".week.old").exists());
}

#[test]
fn an_unknown_name_is_told_with_the_known_ones() {
    let place = Place::new();
    let none = "nothing is saved as `wek`, nor as anything else: `--save wek` does it";
    assert_eq!(place.loaded("wek").unwrap_err(), none);
    place.save("week").unwrap();
    place.save("before").unwrap();
    for stranger in [".DS_Store", "notes.old"] {
        fs::write(place.saved().join(stranger), "").unwrap();
    }
    let near = "nothing is saved as `wek`; did you mean `week`?\n  saved: before, week";
    assert_eq!(place.loaded("wek").unwrap_err(), near);
    let stranger = "nothing is saved as `release`\n  saved: before, week";
    assert_eq!(place.loaded("release").unwrap_err(), stranger);
}

#[test]
fn what_is_damaged_is_not_run() {
    let check = |damage: &dyn Fn(&Path), told: &str| {
        let place = Place::new();
        damage(&place.save("week").unwrap());
        let error = place.loaded("week").unwrap_err();
        assert!(error.contains(told), "{error}");
    };
    let remove =
        |name: &'static str| move |folder: &Path| fs::remove_file(folder.join(name)).unwrap();
    check(&remove("api.users"), "it is damaged: its program ");
    check(&remove("run.json"), "it is damaged: its run.json: ");
    check(
        &|folder| fs::write(folder.join("api.users"), "half").unwrap(),
        "its program api.users is another one",
    );
    check(
        &|folder| fs::remove_dir(folder.join("../../tree/api")).unwrap(),
        "which is not there any more",
    );
}
