//! `GET /healthz`: may a load balancer send requests here?

use std::time::Duration;

use axum::{Json, extract::State};
use sea_orm::{ConnAcquireErr, ConnectionTrait, DatabaseConnection, DbErr};
use serde::Serialize;
use tokio::time::timeout;

use crate::error::ApiError;

/// Whoever probes waits for a second or so: not for as long as a request may wait for a connection.
const PATIENCE: Duration = Duration::from_secs(1);

#[derive(Serialize)]
pub(crate) struct Health {
    status: &'static str,
}

/// 200 when the database answers, else 503: whatever keeps it from answering `SELECT 1`, nothing works.
pub(crate) async fn healthz(
    State(db): State<DatabaseConnection>,
) -> Result<Json<Health>, ApiError> {
    let answer = timeout(PATIENCE, db.execute_unprepared("SELECT 1")).await;
    answer
        .unwrap_or(Err(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout)))
        .map_err(ApiError::Unavailable)?;
    Ok(Json(Health { status: "ok" }))
}
