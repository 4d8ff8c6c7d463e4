//! Images that are no use, made for one test and removed with it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use futures::TryStreamExt;
use testcontainers::bollard::body_full;
use testcontainers::bollard::query_parameters::{
    BuildImageOptionsBuilder, CreateImageOptionsBuilder, RemoveImageOptionsBuilder,
};

use crate::engine::Engine;

/// An image that is removed with the test.
pub(crate) struct Image<'e> {
    engine: &'e Engine,
    pub(crate) name: String,
}

impl<'e> Image<'e> {
    /// An image that others make.
    pub(crate) fn named(engine: &'e Engine, name: &str) -> Self {
        let name = name.to_owned();
        Self { engine, name }
    }
}

impl Drop for Image<'_> {
    fn drop(&mut self) {
        let options = RemoveImageOptionsBuilder::new().force(true).build();
        let removal = self
            .engine
            .client
            .remove_image(&self.name, Some(options), None);
        drop(self.engine.wait(removal));
    }
}

/// An image with one file, or none.
pub(crate) fn with_file<'e>(
    engine: &'e Engine,
    name: &str,
    file: Option<(&str, &[u8])>,
) -> Image<'e> {
    let options = CreateImageOptionsBuilder::new()
        .from_src("-")
        .repo(&format!("perf-harness-test/{name}"))
        .tag("1")
        .build();
    let body = body_full(archive(name, file).into());
    let made = engine.client.create_image(Some(options), Some(body), None);
    engine.wait(made.try_collect::<Vec<_>>()).unwrap();
    image(engine, name)
}

/// The usual image, with another program as its entry point.
pub(crate) fn with_entrypoint<'e>(engine: &'e Engine, name: &str, script: &str) -> Image<'e> {
    let recipe = format!(
        "FROM {}\nENTRYPOINT [\"sh\", \"-c\", \"{script}\"]\n",
        engine.image
    );
    let options = BuildImageOptionsBuilder::new()
        .t(&format!("perf-harness-test/{name}:1"))
        .rm(true)
        .build();
    let body = body_full(archive(name, Some(("Dockerfile", recipe.as_bytes()))).into());
    let built = engine.client.build_image(options, None, Some(body));
    engine.wait(built.try_collect::<Vec<_>>()).unwrap();
    image(engine, name)
}

fn image<'e>(engine: &'e Engine, name: &str) -> Image<'e> {
    Image {
        engine,
        name: format!("perf-harness-test/{name}:1"),
    }
}

/// A tar archive of one program, or of nothing.
fn archive(name: &str, file: Option<(&str, &[u8])>) -> Vec<u8> {
    let root = std::env::temp_dir().join(format!("ph-image-{name}-{}", std::process::id()));
    fs::create_dir_all(&root).unwrap();
    if let Some((path, content)) = file {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
    }
    let packed = Command::new("tar")
        .arg("-C")
        .arg(&root)
        .args(["-cf", "-", "."])
        .output()
        .unwrap();
    fs::remove_dir_all(root).unwrap();
    assert!(packed.status.success());
    packed.stdout
}
