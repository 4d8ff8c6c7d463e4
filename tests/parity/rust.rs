//! The port, on a socket as the original is.

use std::net::SocketAddr;
use std::time::Duration;

use example_service::{Settings, router_with};
use sea_orm::{ConnectOptions, Database};
use tokio::{net::TcpListener, task::JoinHandle};

use crate::client::Client;

/// A running port. It ends with this value.
pub(crate) struct Rust {
    server: JoinHandle<()>,
    pub(crate) client: Client,
}

impl Rust {
    /// On the database of this URL, with one connection.
    pub(crate) async fn start(database: &str, settings: &Settings) -> Self {
        let mut options = ConnectOptions::new(database);
        // As the binary's pool.
        options
            .max_connections(1)
            .test_before_acquire_if_idle_for(Duration::from_secs(1));
        let db = Database::connect(options).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = Client::of(&listener.local_addr().unwrap().to_string());
        let service = router_with(db, settings).into_make_service_with_connect_info::<SocketAddr>();
        let server = tokio::spawn(async move { axum::serve(listener, service).await.unwrap() });
        Self { server, client }
    }
}

impl Drop for Rust {
    fn drop(&mut self) {
        self.server.abort();
    }
}
