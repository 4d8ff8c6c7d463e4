//! `cargo run -p example-service`: read the settings, open the database, serve until told to stop.

mod config;
mod database;
#[cfg_attr(not(feature = "local-postgres"), path = "no_local.rs")]
mod local;
mod server;
mod shutdown;

use std::{io, net::SocketAddr, process::ExitCode};

use example_service::{Settings, router_with};
use sea_orm::DatabaseConnection;
use tokio::{net::TcpListener, sync::oneshot, time::sleep};
use tracing_subscriber::EnvFilter;

use crate::{
    config::{Config, ConfigError},
    database::DatabaseError,
};

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error);
            ExitCode::FAILURE
        }
    }
}

/// What kept the service from running.
#[derive(Debug, thiserror::Error)]
enum StartError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Database(#[from] DatabaseError),
    #[error("cannot listen on {address}: {cause}; set BIND to a free address and port")]
    Bind {
        address: SocketAddr,
        cause: io::Error,
    },
    #[error("cannot serve: {0}")]
    Serve(#[from] io::Error),
}

async fn run() -> Result<(), StartError> {
    let config = Config::from_env()?;
    log_to_stderr(config.log);
    let database = database::open(config.database).await?;
    let served = serve(config.bind, database.connection(), &config.settings).await;
    database.close().await;
    served
}

async fn serve(
    address: SocketAddr,
    db: DatabaseConnection,
    settings: &Settings,
) -> Result<(), StartError> {
    let listener = listen(address).await?;
    let stop = shutdown::signalled()?;
    announce(listener.local_addr()?);
    let router = router_with(db, settings);
    let (stopping, stopped) = oneshot::channel::<()>();
    let stop = async move {
        stop.await;
        drop(stopping);
    };
    let served = server::serve(listener, router, settings.request_timeout, stop);
    // A client that reads no answer is not waited for.
    let patience = async {
        drop(stopped.await);
        sleep(settings.request_timeout).await;
    };
    tokio::select! {
        () = served => {}
        () = patience => tracing::warn!("some connections were still open"),
    }
    tracing::info!("stopped");
    Ok(())
}

fn log_to_stderr(filter: EnvFilter) {
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .init();
}

async fn listen(address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address)
        .await
        .map_err(|cause| StartError::Bind { address, cause })
}

#[expect(
    clippy::print_stdout,
    reason = "the one line that the user of the binary waits for"
)]
fn announce(address: SocketAddr) {
    println!(
        "listening on {address}: curl http://{address}/api/users/ (three queries) \
         or http://{address}/naive/api/users/ (four per user)"
    );
}

#[expect(clippy::print_stderr, reason = "the log may not have started yet")]
fn complain(error: &StartError) {
    eprintln!("example-service: {error}");
}
