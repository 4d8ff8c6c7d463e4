//! Where the engine listens: a socket, or a port of this machine.

use std::io::ErrorKind;
use std::path::Path;

use url::{Host, Url};

use super::refusal::Refusal;
use crate::config::DockerEngine;
use crate::error::SetupError;

/// The address of an engine of this machine: what its containers publish on the loopback interface is reached there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address(String);

impl Address {
    /// The place that is named, or the first of the usual sockets. Nothing is asked yet: it costs no time.
    pub(super) fn find(places: &DockerEngine) -> Result<Self, SetupError> {
        match &places.host {
            Some(host) => named(host, places.tls),
            None => usual(places),
        }
    }

    pub(super) fn text(&self) -> &str {
        &self.0
    }
}

fn named(host: &str, tls: bool) -> Result<Address, SetupError> {
    let unsupported = |why| Refusal::Unsupported { host, why };
    let url = Url::parse(host).map_err(|_| unsupported("it is no address"))?;
    match url.scheme() {
        "unix" => is_there(Path::new(url.path()), host)?,
        "tcp" | "http" if tls => Err(unsupported("DOCKER_TLS_VERIFY=1 asks for encryption"))?,
        "tcp" | "http" if is_loopback(&url) => {}
        "tcp" | "http" => Err(unsupported(
            "it is another machine, and a container's port is open to its own machine only",
        ))?,
        _ => Err(unsupported("only unix:// and tcp:// are spoken"))?,
    }
    Ok(Address(host.to_owned()))
}

/// `tcp:` is no scheme that the parser knows, so an address is still a name to it.
fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().and_then(|host| Host::parse(host).ok());
    match host {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn is_there(socket: &Path, host: &str) -> Result<(), SetupError> {
    match socket.metadata() {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            Err(Refusal::Forbidden { address: host }.into())
        }
        Err(_) => {
            let looked_in = format!("{} (DOCKER_HOST)", socket.display());
            Err(Refusal::NoEngine { looked_in }.into())
        }
    }
}

fn usual(places: &DockerEngine) -> Result<Address, SetupError> {
    let found = places.sockets.iter().find(|socket| socket.exists());
    if let Some(socket) = found {
        return Ok(Address(format!("unix://{}", socket.display())));
    }
    let sockets = places.sockets.iter();
    let looked_in: Vec<String> = sockets.map(|socket| socket.display().to_string()).collect();
    let looked_in = looked_in.join(", ");
    Err(Refusal::NoEngine { looked_in }.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(host: &str, tls: bool) -> Result<Address, SetupError> {
        Address::find(&DockerEngine {
            host: Some(host.to_owned()),
            tls,
            sockets: Vec::new(),
        })
    }

    #[test]
    fn an_engine_of_this_machine_is_taken() {
        for host in [
            "tcp://localhost:2375",
            "tcp://127.0.0.1:2375",
            "http://127.0.0.2:2375",
            "tcp://[::1]:2375",
            // Any file will do: nothing is asked yet.
            concat!("unix://", env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"),
        ] {
            assert_eq!(find(host, false).unwrap().text(), host);
        }
    }

    #[test]
    fn an_address_that_is_not_spoken_is_named_with_the_reason() {
        let check = |host: &str, tls: bool, expected: &str| {
            let told = find(host, tls).unwrap_err().to_string();
            assert_eq!(
                told,
                format!("Docker cannot provide PostgreSQL: {expected}")
            );
        };
        check(
            "ssh://build",
            false,
            "DOCKER_HOST is `ssh://build`, which is not supported: only unix:// and tcp:// are spoken",
        );
        check(
            "tcp://127.0.0.1:2376",
            true,
            "DOCKER_HOST is `tcp://127.0.0.1:2376`, which is not supported: DOCKER_TLS_VERIFY=1 asks for encryption",
        );
        check(
            "tcp://build:2375",
            false,
            "DOCKER_HOST is `tcp://build:2375`, which is not supported: it is another machine, \
             and a container's port is open to its own machine only",
        );
        check(
            "",
            false,
            "DOCKER_HOST is ``, which is not supported: it is no address",
        );
        check(
            "unix:///nowhere/docker.sock",
            false,
            "no engine was found; looked in /nowhere/docker.sock (DOCKER_HOST)",
        );
    }

    #[test]
    fn without_a_name_the_first_socket_that_is_there_is_taken() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
        let places = |sockets| DockerEngine {
            host: None,
            tls: false,
            sockets,
        };
        let nowhere = || "/nowhere/docker.sock".into();
        let found = Address::find(&places(vec![nowhere(), here.clone()])).unwrap();
        assert_eq!(found.text(), format!("unix://{}", here.display()));
        let told = Address::find(&places(vec![nowhere()])).unwrap_err();
        assert!(
            told.to_string().ends_with("looked in /nowhere/docker.sock"),
            "{told}"
        );
    }
}
