//! [`Resolver`]: looks up the addresses of hosts.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::thread;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::sync::oneshot;

/// Looks up addresses as the system does, each in a thread. reqwest's own resolver panics if no thread
/// can be started.
pub(super) struct Resolver;

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let host = name.as_str().to_owned();
            let (sender, receiver) = oneshot::channel();
            let work = move || drop(sender.send(look_up(&host)));
            let found = match thread::Builder::new().spawn(work) {
                Ok(_) => receiver.await?,
                Err(_) => look_up(name.as_str()),
            };
            let found: Addrs = Box::new(found?.into_iter());
            Ok(found)
        })
    }
}

fn look_up(host: &str) -> io::Result<Vec<SocketAddr>> {
    // The caller replaces the port.
    Ok((host, 0).to_socket_addrs()?.collect())
}
