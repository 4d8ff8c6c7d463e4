//! The names of a template's layers: what each is known by, together with all below it.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use super::digest::{self, Digest};
use super::failure::{self, BoxError};
use super::files;
use super::ground::Ground;
use super::layers::{Layer, Template};
use super::source::{Known, Source};
use crate::config;
use crate::database::name;
use crate::error::SetupError;

/// A layer with its name.
pub(super) struct Step {
    /// The database's name.
    pub(super) name: String,
    /// The names of the same layer in all builds of the program, and in this one, begin so. `None` where the build
    /// does not matter.
    pub(super) builds: Option<Builds>,
    pub(super) told: Told,
    pub(super) source: Box<dyn Source>,
}

#[derive(Clone, Debug)]
pub(super) struct Builds {
    pub(super) all: String,
    pub(super) this: String,
}

/// How a layer is told of.
#[derive(Clone, Debug)]
pub(super) struct Told {
    /// The template: `my_crate::app`, or its layer where it has no name.
    pub(super) template: String,
    /// The layer, where the template has a name of its own: `SQL of migrations`.
    pub(super) layer: Option<String>,
    /// This layer and those below.
    pub(super) made_from: String,
    /// Of the server, as `server_version_num` says it.
    pub(super) version: u32,
}

impl Told {
    /// `my_crate::app: SQL of migrations`
    pub(super) fn subject(&self) -> String {
        match &self.layer {
            Some(layer) => format!("{}: {layer}", self.template),
            None => self.template.clone(),
        }
    }

    /// Why it could not be built: an extension that the server lacks, or the error itself.
    pub(super) fn explained(&self, error: &BoxError) -> SetupError {
        let text = failure::told(error);
        if let Some((extension, said)) = failure::missing_extension(&**error, &text) {
            return SetupError::ExtensionMissing {
                extension,
                major: self.version / 10_000,
                cause: format!("{}: {said}", self.subject()),
            };
        }
        SetupError::Template {
            template: self.template.clone(),
            cause: match &self.layer {
                Some(layer) => format!("{layer}: {text}"),
                None => text,
            },
        }
    }
}

/// All layers, the lowest first. Reads the files that they are made from.
pub(super) fn plan(template: Template, ground: &Ground) -> Result<Vec<Step>, SetupError> {
    let labels: Vec<String> = template
        .layers
        .iter()
        .map(|layer| layer.source.label())
        .collect();
    let mut below = ground.key.clone();
    let mut steps = Vec::with_capacity(labels.len());
    for (at, layer) in template.layers.into_iter().enumerate() {
        let told = Told {
            template: template.name.unwrap_or(&labels[at]).to_owned(),
            layer: template.name.map(|_| labels[at].clone()),
            made_from: labels[..=at].join(" + "),
            version: ground.version,
        };
        let (key, by_build) = known_by(&layer, &below).map_err(|error| told.explained(&error))?;
        let (name, builds) = if by_build {
            let build = Build::of_this_program()?;
            let origin = digest::of([build.program.as_str(), &told.made_from]);
            let key = digest::of([&key, &build.identity]);
            let names = name::OfBuild::new(&ground.place, &origin, &build.identity, &key);
            (
                names.name,
                Some(Builds {
                    all: names.all,
                    this: names.this,
                }),
            )
        } else {
            (name::of_content(&ground.place, &key), None)
        };
        below.clone_from(&name);
        steps.push(Step {
            name,
            builds,
            told,
            source: layer.source,
        });
    }
    Ok(steps)
}

/// The layer's key upon the one below, and whether it holds for this build of the program only.
fn known_by(layer: &Layer, below: &str) -> Result<(String, bool), BoxError> {
    let mut content = Digest::new();
    let known = layer.source.known_by(&mut content)?;
    let mut key = Digest::new();
    key.add(below);
    if let Some(version) = &layer.version {
        // Other packages can have functions of the same path.
        key.add(config::package().unwrap_or_default());
        key.add(layer.source.label());
        key.add(version);
    } else if known == Known::Build {
        key.add(layer.source.label());
    } else {
        key.add(content.finish());
    }
    for pattern in &layer.reads {
        files::add(&mut key, Path::new(""), pattern)?;
    }
    let by_build = layer.version.is_none()
        && match known {
            Known::Content => false,
            Known::Build => true,
            Known::Reads => layer.reads.is_empty(),
        };
    Ok((key.finish(), by_build))
}

/// The test program, and which build of it runs.
struct Build {
    program: String,
    identity: String,
}

impl Build {
    /// A Rust function has no version of its own: the program that holds it stands for it.
    fn of_this_program() -> Result<Self, SetupError> {
        let program = config::executable()
            .ok_or_else(|| SetupError::system("the test program has no path", &"?"))?;
        let file = std::fs::metadata(&program).map_err(|error| {
            SetupError::system(format!("{} could not be read", program.display()), &error)
        })?;
        let identity = [
            file.len(),
            file.mtime().cast_unsigned(),
            file.mtime_nsec().cast_unsigned(),
            file.ino(),
        ];
        Ok(Self {
            program: program.to_string_lossy().into_owned(),
            identity: digest::of(identity.map(u64::to_le_bytes)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::db::TemplateDb;
    use super::*;

    async fn seed(_db: TemplateDb) {}
    async fn other(_db: TemplateDb) {}

    fn ground() -> Ground {
        Ground {
            place: "0a1b2c3d".to_owned(),
            version: 150_018,
            key: "ground".to_owned(),
        }
    }

    fn names(template: Template) -> Vec<String> {
        let steps = plan(template, &ground()).unwrap();
        steps.into_iter().map(|step| step.name).collect()
    }

    fn migrations() -> Template {
        Template::extensions(["pg_trgm"])
    }

    #[test]
    fn a_changed_layer_changes_those_above_and_none_below() {
        let before = names(migrations().seed(seed).version("1").seed(other));
        let after = names(migrations().seed(seed).version("2").seed(other));
        assert_eq!(before[0], after[0]);
        assert!(before[1] != after[1] && before[2] != after[2]);
        let elsewhere = Ground {
            key: "other".to_owned(),
            ..ground()
        };
        let steps = plan(migrations(), &elsewhere).unwrap();
        assert_ne!(steps[0].name, before[0]);
    }

    #[test]
    fn a_function_without_a_version_is_known_by_the_build() {
        let steps = plan(migrations().seed(seed), &ground()).unwrap();
        assert!(steps[0].builds.is_none());
        let builds = steps[1].builds.as_ref().unwrap();
        assert!(steps[1].name.starts_with(&builds.this) && builds.this.starts_with(&builds.all));
        let versioned = plan(migrations().seed(seed).version("1"), &ground()).unwrap();
        assert!(versioned[1].builds.is_none());
    }

    #[test]
    fn a_command_is_known_by_what_it_reads_or_by_the_build() {
        let command = || Template::command("true", ["x"]);
        assert!(plan(command(), &ground()).unwrap()[0].builds.is_some());
        let reads = command().reads(["Cargo.toml"]);
        assert!(plan(reads, &ground()).unwrap()[0].builds.is_none());
        let error = plan(command().reads(["nowhere/*"]), &ground())
            .err()
            .unwrap();
        assert_eq!(
            error.to_string(),
            "the template `true x` failed: `nowhere/*` matches no file"
        );
    }
}
