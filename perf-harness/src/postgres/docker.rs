//! A container of the official image, or one like it, by testcontainers: one per user, shared by all test processes.

use super::{Held, Provider};
use crate::config::Config;
use crate::error::SetupError;

/// The image that is taken unless another one is named.
const IMAGE: &str = "postgres:17";

/// A container of an image.
pub(super) struct Docker {
    image: String,
}

impl Docker {
    pub(super) fn of(image: Option<&str>) -> Self {
        Self {
            image: image.unwrap_or(IMAGE).to_owned(),
        }
    }
}

impl Provider for Docker {
    async fn obtain(&self, _config: &'static Config, _why: &str) -> Result<Held, SetupError> {
        Err(SetupError::Docker {
            cause: format!("{} is to be written", self.image),
            cure: String::new(),
        })
    }
}
