//! `axum::serve`, and a limit on how long a connection may be without the head of a request: who sends it byte by byte, or
//! none, is let go. A body is read by its request, which has a limit of its own.

use std::{convert::Infallible, net::SocketAddr, pin::pin, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, Request},
    response::Response,
    serve::Listener,
};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use tokio::net::TcpListener;
use tower::Service as _;

/// Until `stop`; then until the requests under way are answered.
pub(crate) async fn serve(
    mut listener: TcpListener,
    router: Router,
    patience: Duration,
    stop: impl Future<Output = ()>,
) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(patience);
    let connections = GracefulShutdown::new();
    let mut stop = pin!(stop);
    loop {
        let (stream, client) = tokio::select! {
            connection = Listener::accept(&mut listener) => connection,
            () = &mut stop => break,
        };
        let router = router.clone();
        let service = service_fn(move |request| answer(router.clone(), client, request));
        let connection = http.serve_connection(TokioIo::new(stream), service);
        let connection = connections.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, %client, "a connection broke");
            }
        });
    }
    drop(listener);
    connections.shutdown().await;
}

/// The throttles tell clients apart by their addresses.
async fn answer(
    mut router: Router,
    client: SocketAddr,
    request: Request<Incoming>,
) -> Result<Response, Infallible> {
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(ConnectInfo(client));
    router.call(request).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::routing::get;
    use std::sync::Arc;
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpStream,
        sync::{Notify, oneshot},
        task::JoinHandle,
        time::timeout,
    };

    /// What tells a server that does not end from one that does, however slow the machine is.
    const LONG: Duration = Duration::from_mins(1);

    struct Server {
        client: TcpStream,
        stop: oneshot::Sender<()>,
        ended: JoinHandle<()>,
    }

    impl Server {
        /// With one client, which has sent this.
        async fn with(router: Router, patience: Duration, sent: &str) -> Self {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            let (stop, stopped) = oneshot::channel();
            let stopped = async move { drop(stopped.await) };
            let ended = tokio::spawn(serve(listener, router, patience, stopped));
            let mut client = TcpStream::connect(address).await.unwrap();
            client.write_all(sent.as_bytes()).await.unwrap();
            Self {
                client,
                stop,
                ended,
            }
        }

        /// What comes until the server closes the connection.
        async fn answer(&mut self) -> String {
            let mut answer = String::new();
            let closed = timeout(LONG, self.client.read_to_string(&mut answer)).await;
            closed.expect("the connection is closed").unwrap();
            answer
        }
    }

    #[tokio::test]
    async fn who_does_not_send_the_head_of_a_request_is_let_go() {
        for sent in ["", "GET / HTTP/1.1\r\nHo"] {
            let patience = Duration::from_millis(20);
            let mut server = Server::with(Router::new(), patience, sent).await;
            assert_eq!(server.answer().await, "", "{sent:?}");
        }
    }

    #[tokio::test]
    async fn a_handler_knows_the_address_of_its_client() {
        let who = async |ConnectInfo(client): ConnectInfo<SocketAddr>| client.to_string();
        let router = Router::new().route("/", get(who));
        let request = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
        let mut server = Server::with(router, LONG, request).await;
        let answer = server.answer().await;
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        let client = server.client.local_addr().unwrap().to_string();
        assert!(answer.ends_with(&client), "{answer}");
    }

    #[tokio::test]
    async fn a_request_under_way_is_answered_before_the_end() {
        let (asked, goes_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let handler = (asked.clone(), goes_on.clone());
        let slow = async move || {
            let (asked, goes_on) = handler.clone();
            asked.notify_one();
            goes_on.notified().await;
            "done"
        };
        let router = Router::new().route("/", get(slow));
        let request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
        let mut server = Server::with(router, LONG, request).await;
        asked.notified().await;
        server.stop.send(()).unwrap();
        tokio::task::yield_now().await;
        assert!(!server.ended.is_finished());
        goes_on.notify_one();
        let mut answer = String::new();
        server.client.read_to_string(&mut answer).await.unwrap();
        assert!(answer.ends_with("done"), "{answer}");
        timeout(LONG, server.ended).await.unwrap().unwrap();
    }
}
