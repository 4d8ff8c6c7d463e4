//! What a request has at hand: the database, the settings, and what is remembered between requests.

use axum::extract::FromRef;
use sea_orm::DatabaseConnection;

use crate::{
    access::{Throttles, Tokens},
    dashboard::Dashboards,
    settings::Settings,
};

/// The state of the router. Clones share everything.
#[derive(Debug, Clone)]
pub(crate) struct Service {
    pub(crate) db: DatabaseConnection,
    pub(crate) tokens: Tokens,
    pub(crate) throttles: Throttles,
    pub(crate) dashboards: Dashboards,
}

impl Service {
    pub(crate) fn new(db: DatabaseConnection, settings: &Settings) -> Self {
        Self {
            tokens: Tokens::new(settings.token_ttl),
            throttles: Throttles::new(settings),
            dashboards: Dashboards::new(settings.dashboard_ttl),
            db,
        }
    }
}

impl FromRef<Service> for DatabaseConnection {
    fn from_ref(service: &Service) -> Self {
        service.db.clone()
    }
}
