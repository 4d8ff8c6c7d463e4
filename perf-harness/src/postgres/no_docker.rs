//! What stands for the provider `docker` in a build without the feature.

use super::{Held, Provider};
use crate::config::Config;
use crate::error::SetupError;

/// Never gives a server: it says which feature is missing.
pub(super) struct Docker;

impl Docker {
    pub(super) fn of(_image: Option<&str>, _config: &Config) -> Self {
        Self
    }
}

impl Provider for Docker {
    async fn obtain(&self, _: &'static Config, _: &str) -> Result<Held, SetupError> {
        Err(SetupError::FeatureDisabled {
            provider: "docker",
            feature: "docker",
        })
    }
}
