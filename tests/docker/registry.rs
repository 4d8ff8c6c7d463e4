//! A registry on the loopback interface, with one image that the engine has: what a pull takes, and no more.
//!
//! Its answers: the specification of OCI distribution, "Pull", with the manifest that Docker calls schema 2.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread;

use futures::TryStreamExt;
use serde_json::{Value, json};

use crate::engine::Engine;

const MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
const CONFIG: &str = "application/vnd.docker.container.image.v1+json";
const LAYER: &str = "application/vnd.docker.image.rootfs.diff.tar";

/// The registry, until the test's process ends.
pub(crate) struct Registry {
    /// What its image is called by the engine.
    pub(crate) image: String,
    root: PathBuf,
}

impl Registry {
    /// One with a copy of the engine's image.
    pub(crate) fn with_image_of(engine: &Engine) -> Self {
        let root = std::env::temp_dir().join(format!("ph-registry-{}", std::process::id()));
        unpack(engine, &root);
        let blobs = Blobs::of(engine, &root);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let blobs = Arc::new(blobs);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let blobs = Arc::clone(&blobs);
                // The engine hangs up when it has what it wants.
                thread::spawn(move || drop(blobs.answer(client)));
            }
        });
        Self {
            image: format!("127.0.0.1:{port}/postgres:1"),
            root,
        }
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.root));
    }
}

/// What `docker save` writes, as files.
fn unpack(engine: &Engine, root: &Path) {
    std::fs::create_dir_all(root).unwrap();
    let mut tar = Command::new("tar");
    tar.arg("-C").arg(root).args(["-xf", "-"]);
    let mut tar = tar.stdin(Stdio::piped()).spawn().unwrap();
    let mut input = tar.stdin.take().unwrap();
    let saved = engine.client.export_image(&engine.image);
    engine
        .wait(saved.try_for_each(|piece| {
            let written = input.write_all(&piece);
            async move { written.map_err(Into::into) }
        }))
        .unwrap();
    drop(input);
    assert!(tar.wait().unwrap().success());
}

/// What the registry has, each by what is asked for.
struct Blobs {
    manifest: String,
    files: Vec<(String, PathBuf)>,
}

impl Blobs {
    fn of(engine: &Engine, root: &Path) -> Self {
        let saved = std::fs::read(root.join("manifest.json")).unwrap();
        let saved: Value = serde_json::from_slice(&saved).unwrap();
        let inspected = engine.wait(engine.client.inspect_image(&engine.image));
        let inspected = inspected.unwrap();
        // The engine knows the digests of both: they name the image and its layers.
        let digests = inspected.root_fs.unwrap().layers.unwrap();
        let config = (
            inspected.id.unwrap(),
            root.join(saved[0]["Config"].as_str().unwrap()),
        );
        let layers = saved[0]["Layers"].as_array().unwrap().iter();
        let layers = digests
            .into_iter()
            .zip(layers.map(|layer| root.join(layer.as_str().unwrap())));
        let layers: Vec<(String, PathBuf)> = layers.collect();
        let described = |kind: &str, (digest, file): &(String, PathBuf)| {
            let size = std::fs::metadata(file).unwrap().len();
            json!({ "mediaType": kind, "size": size, "digest": digest })
        };
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": described(CONFIG, &config),
            "layers": layers.iter().map(|layer| described(LAYER, layer)).collect::<Vec<_>>(),
        });
        let mut files = layers;
        files.push(config);
        Self {
            manifest: manifest.to_string(),
            files,
        }
    }

    /// Answers one request, and hangs up.
    fn answer(&self, mut client: TcpStream) -> std::io::Result<()> {
        let mut lines = BufReader::new(client.try_clone()?).lines();
        let request = lines.next().transpose()?.unwrap_or_default();
        // All of its head must be read: otherwise it is told that the connection broke.
        for line in lines {
            if line?.is_empty() {
                break;
            }
        }
        let mut words = request.split(' ');
        let (method, path) = (words.next(), words.next().unwrap_or_default());
        let file = self
            .files
            .iter()
            .find(|(digest, _)| path.ends_with(&format!("/blobs/{digest}")));
        let (kind, size, mut body): (&str, u64, Box<dyn Read>) = if path == "/v2/" {
            ("application/json", 2, Box::new(&b"{}"[..]))
        } else if path == "/v2/postgres/manifests/1" || path.contains("/manifests/sha256:") {
            let manifest = self.manifest.as_bytes();
            (MANIFEST, manifest.len() as u64, Box::new(manifest))
        } else if let Some((_, file)) = file {
            let size = std::fs::metadata(file)?.len();
            (
                "application/octet-stream",
                size,
                Box::new(std::fs::File::open(file)?),
            )
        } else {
            return client.write_all(
                b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
            );
        };
        write!(
            client,
            "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {size}\r\nConnection: close\r\n\r\n"
        )?;
        if method == Some("GET") {
            std::io::copy(&mut body, &mut client)?;
        }
        Ok(())
    }
}
