//! The engine that the tests run on, asked without the harness.

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Duration;

use testcontainers::bollard::Docker;
use testcontainers::bollard::models::ContainerInspectResponse;
use testcontainers::bollard::query_parameters::{
    InspectContainerOptions, ListContainersOptionsBuilder, RemoveContainerOptionsBuilder,
};
use testcontainers::core::client::docker_client_instance;
use tokio::runtime::Runtime;

/// What the harness labels its containers with.
const KEY: &str = "perf-harness.key";

pub(crate) struct Engine {
    pub(crate) client: Docker,
    runtime: Runtime,
    /// An image of Postgres that is there.
    pub(crate) image: String,
}

impl Engine {
    /// The engine, or `None` with the reason printed.
    pub(crate) fn of_test(test: &str) -> Option<Self> {
        match Self::find() {
            Ok(engine) => Some(engine),
            Err(cause) => {
                let required = std::env::var("PERF_HARNESS_TEST_DOCKER").is_ok();
                assert!(!required, "{test} must run here: {cause}");
                println!("skipped: {test}: {cause}");
                None
            }
        }
    }

    fn find() -> Result<Self, String> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let found = runtime.block_on(async {
            let client = docker_client_instance()
                .await
                .map_err(|error| error.to_string())?;
            let answer = tokio::time::timeout(Duration::from_secs(10), client.ping()).await;
            answer
                .map_err(|_| "the engine does not answer".to_owned())?
                .map_err(|error| format!("no Docker engine answers: {error}"))?;
            let image = image(&client)
                .await
                .ok_or("the engine has no image of Postgres")?;
            Ok::<_, String>((client, image))
        });
        let (client, image) = found?;
        Ok(Self {
            client,
            runtime,
            image,
        })
    }

    pub(crate) fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    /// What the harness is told to use this image.
    pub(crate) fn provider(&self) -> String {
        format!("docker:{}", self.image)
    }

    pub(crate) fn inspect(&self, id: &str) -> Option<ContainerInspectResponse> {
        let asked = self
            .client
            .inspect_container(id, None::<InspectContainerOptions>);
        self.wait(asked).ok()
    }

    /// The container that publishes a port.
    pub(crate) fn container_at(&self, port: u16) -> String {
        let of_port = self.list(&HashMap::new()).into_iter().find(|container| {
            let mut ports = container.ports.iter().flatten();
            ports.any(|published| published.public_port == Some(port))
        });
        of_port.expect("a container publishes it").id.unwrap()
    }

    /// What tells a container's kind from others.
    pub(crate) fn key(&self, id: &str) -> String {
        let config = self.inspect(id).unwrap().config.unwrap();
        config.labels.unwrap()[KEY].clone()
    }

    /// All containers of a kind, running or not.
    pub(crate) fn of_key(&self, key: &str) -> Vec<String> {
        let filters = HashMap::from([("label", vec![format!("{KEY}={key}")])]);
        let listed = self.list(&filters).into_iter();
        listed.filter_map(|container| container.id).collect()
    }

    fn list(
        &self,
        filters: &HashMap<&str, Vec<String>>,
    ) -> Vec<testcontainers::bollard::models::ContainerSummary> {
        let options = ListContainersOptionsBuilder::new()
            .all(true)
            .filters(filters)
            .build();
        self.wait(self.client.list_containers(Some(options)))
            .unwrap()
    }

    pub(crate) fn remove(&self, id: &str) {
        let options = RemoveContainerOptionsBuilder::new()
            .force(true)
            .v(true)
            .build();
        // It may be gone.
        drop(self.wait(self.client.remove_container(id, Some(options))));
    }

    /// Asks again until it is so, for a minute at most.
    pub(crate) fn until(&self, what: &str, mut is_so: impl FnMut() -> bool) {
        for _ in 0..1200 {
            if is_so() {
                return;
            }
            self.wait(async { tokio::time::sleep(Duration::from_millis(50)).await });
        }
        panic!("{what} did not come true");
    }
}

/// The engine's socket, or `None` with the reason printed where it is not reached by one of this machine.
pub(crate) fn socket(test: &str) -> Option<PathBuf> {
    let host = std::env::var("DOCKER_HOST");
    let host = host.unwrap_or_else(|_| "unix:///var/run/docker.sock".to_owned());
    let socket = host.strip_prefix("unix://").map(PathBuf::from);
    let socket = socket.filter(|socket| socket.exists() && cfg!(target_os = "linux"));
    if socket.is_none() {
        println!("skipped: {test}: the engine is not one of this machine's own, at {host}");
    }
    socket
}

/// The image that the run was told to use, or one that the harness knows by itself.
async fn image(client: &Docker) -> Option<String> {
    let told = std::env::var("PERF_HARNESS_POSTGRES").unwrap_or_default();
    let told = told.strip_prefix("docker:").map(str::to_owned);
    let named = std::env::var("PERF_HARNESS_DOCKER_IMAGE").ok();
    let usual = ["perf-harness/postgres:15", "postgres:18.4"].map(str::to_owned);
    for image in told.into_iter().chain(named).chain(usual) {
        if client.inspect_image(&image).await.is_ok() {
            return Some(image);
        }
    }
    None
}
