//! The engine: whether it answers, what it knows of our containers, and what it removes.

use std::collections::HashMap;
use std::time::Duration;

use testcontainers::bollard::Docker as Client;
use testcontainers::bollard::errors::Error;
use testcontainers::bollard::models::ContainerSummary;
use testcontainers::bollard::query_parameters::{
    InspectContainerOptions, ListContainersOptionsBuilder, RemoveContainerOptionsBuilder,
};
use testcontainers::core::client::docker_client_instance;

use super::address::Address;
use super::answer::{refused, refused_client};
use super::refusal::Refusal;
use super::site::{KEY_LABEL, SITE_LABEL, Site};
use crate::error::SetupError;

/// How long an engine may take to say that it is there.
const PATIENCE: Duration = Duration::from_secs(2);

/// An engine that answered.
pub(super) struct Engine {
    client: Client,
    address: String,
}

impl Engine {
    /// Asks the engine at this address whether it is there.
    pub(super) async fn reach(address: &Address) -> Result<Self, SetupError> {
        let address = address.text().to_owned();
        let client = docker_client_instance()
            .await
            .map_err(|error| refused_client(&address, &error))?;
        match tokio::time::timeout(PATIENCE, client.ping()).await {
            Ok(Ok(_)) => Ok(Self { client, address }),
            Ok(Err(error)) => Err(refused(&address, &error)),
            Err(_) => Err(Refusal::Silent {
                address: &address,
                limit: PATIENCE,
            }
            .into()),
        }
    }

    /// The image's own name, which changes with its contents, or `None` when it is not on this machine.
    pub(super) async fn image_id(&self, image: &str) -> Result<Option<String>, SetupError> {
        match self.client.inspect_image(image).await {
            Ok(found) => Ok(Some(found.id.unwrap_or_default())),
            Err(error) if is_missing(&error) => Ok(None),
            Err(error) => Err(self.refused(&error)),
        }
    }

    /// Does the container run? One that ended is removed at once, so it may not even be known.
    pub(super) async fn runs(&self, container: &str) -> Result<bool, SetupError> {
        let asked = self
            .client
            .inspect_container(container, None::<InspectContainerOptions>);
        match asked.await {
            Ok(found) => Ok(found.state.and_then(|state| state.running) == Some(true)),
            Err(error) if is_missing(&error) => Ok(false),
            Err(error) => Err(self.refused(&error)),
        }
    }

    /// Removes this site's containers that no one can join: those of the key whose lock is held, and those of
    /// another one that nobody starts and that was never announced.
    pub(super) async fn sweep(&self, site: &Site) -> Result<(), SetupError> {
        let containers = self.containers(&site.identity()?).await?;
        let ids: Vec<&str> = containers
            .iter()
            .filter_map(|container| container.id.as_deref())
            .collect();
        site.forget_except(&self.address, &ids);
        for container in containers {
            let labels = container.labels.unwrap_or_default();
            let (Some(id), Some(key)) = (container.id, labels.get(KEY_LABEL)) else {
                continue;
            };
            if site.is_abandoned(key, &id) {
                self.remove(&id).await?;
            }
        }
        Ok(())
    }

    /// The containers that were made for a site, started or not.
    async fn containers(&self, identity: &str) -> Result<Vec<ContainerSummary>, SetupError> {
        let label = format!("{SITE_LABEL}={identity}");
        let filters = HashMap::from([("label", vec![label])]);
        let options = ListContainersOptionsBuilder::new()
            .all(true)
            .filters(&filters)
            .build();
        let listed = self.client.list_containers(Some(options)).await;
        listed.map_err(|error| self.refused(&error))
    }

    /// Removes a container with its anonymous volumes.
    async fn remove(&self, container: &str) -> Result<(), SetupError> {
        let options = RemoveContainerOptionsBuilder::new()
            .force(true)
            .v(true)
            .build();
        match self.client.remove_container(container, Some(options)).await {
            Err(error) if !is_missing(&error) && !is_being_removed(&error) => {
                Err(self.refused(&error))
            }
            _ => Ok(()),
        }
    }

    pub(super) fn address(&self) -> &str {
        &self.address
    }

    fn refused(&self, error: &Error) -> SetupError {
        refused(&self.address, error)
    }
}

/// The engine answers 404 where it does not know a container or an image.
fn is_missing(error: &Error) -> bool {
    matches!(
        error,
        Error::DockerResponseServerError {
            status_code: 404,
            ..
        }
    )
}

/// The engine answers 409 where it is removing the container already.
fn is_being_removed(error: &Error) -> bool {
    matches!(
        error,
        Error::DockerResponseServerError {
            status_code: 409,
            ..
        }
    )
}
