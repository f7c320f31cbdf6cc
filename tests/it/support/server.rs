//! A server with a thread for each connection, which counts its traffic.

use super::wire::{Conversation, Duplex, Request};
use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// The traffic in HTTP bytes: heads and bodies, without TLS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    pub requests: u64,
    pub connections: u64,
    pub up: u64,
    pub down: u64,
}

impl Traffic {
    /// Returns the traffic since an earlier value.
    pub fn since(self, earlier: Traffic) -> Traffic {
        Traffic {
            requests: self.requests - earlier.requests,
            connections: self.connections - earlier.connections,
            up: self.up - earlier.up,
            down: self.down - earlier.down,
        }
    }
}

/// A handler of requests.
pub trait Site: Send + Sync + 'static {
    /// Responds to a request; `false` ends the connection. Faults use the socket directly.
    fn answer(
        &self,
        request: Request,
        conversation: &mut Conversation,
        socket: &TcpStream,
    ) -> io::Result<bool>;
}

/// Converts an accepted socket into a stream: the socket itself, or TLS over it.
pub type Secure = Box<dyn Fn(TcpStream) -> io::Result<Box<dyn Duplex>> + Send + Sync>;

/// A server on a free local port. Dropping it closes all connections.
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    site: Box<dyn Site>,
    secure: Secure,
    count: Arc<Count>,
    stopped: AtomicBool,
    open: Mutex<BTreeMap<u64, TcpStream>>,
}

#[derive(Default)]
struct Count {
    requests: AtomicU64,
    connections: AtomicU64,
    up: AtomicU64,
    down: AtomicU64,
}

impl Server {
    /// Starts the server.
    pub fn start(site: impl Site, secure: Secure) -> Self {
        let listener =
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port on this machine");
        let address = listener
            .local_addr()
            .expect("a bound socket has an address");
        let shared = Arc::new(Shared {
            site: Box::new(site),
            secure,
            count: Arc::default(),
            stopped: AtomicBool::new(false),
            open: Mutex::default(),
        });
        let keeper = Arc::clone(&shared);
        std::thread::spawn(move || keeper.accept(&listener));
        Self { address, shared }
    }

    /// The address of the server.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The traffic since the start.
    pub fn traffic(&self) -> Traffic {
        let count = &self.shared.count;
        Traffic {
            requests: count.requests.load(Ordering::SeqCst),
            connections: count.connections.load(Ordering::SeqCst),
            up: count.up.load(Ordering::SeqCst),
            down: count.down.load(Ordering::SeqCst),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::SeqCst);
        // A last connection wakes the accepting thread.
        drop(TcpStream::connect(self.address));
        for socket in self.shared.open.lock().unwrap().values() {
            // The client may have closed the connection already.
            let _ = socket.shutdown(Shutdown::Both);
        }
    }
}

/// The plain stream: HTTP without TLS.
pub fn plain() -> Secure {
    Box::new(|socket| Ok(Box::new(socket)))
}

impl Shared {
    fn accept(self: Arc<Self>, listener: &TcpListener) {
        for socket in listener.incoming().flatten() {
            if self.stopped.load(Ordering::SeqCst) {
                return;
            }
            let number = self.count.connections.fetch_add(1, Ordering::SeqCst);
            let keeper = Arc::clone(&self);
            std::thread::spawn(move || {
                // Clients that close the connection early are part of many tests, so this is not an error.
                let _ = keeper.converse(number, &socket);
                drop(socket);
                // The client sees the end, or the reset, only after every handle of the socket is closed.
                keeper.open.lock().unwrap().remove(&number);
            });
        }
    }

    fn converse(&self, number: u64, socket: &TcpStream) -> io::Result<()> {
        socket.set_nodelay(true)?;
        self.open
            .lock()
            .unwrap()
            .insert(number, socket.try_clone()?);
        self.talk(socket)
    }

    fn talk(&self, socket: &TcpStream) -> io::Result<()> {
        let stream = (self.secure)(socket.try_clone()?)?;
        let mut conversation = Conversation::new(Box::new(Counted {
            stream,
            count: Arc::clone(&self.count),
        }));
        while let Some(request) = conversation.hear()? {
            self.count.requests.fetch_add(1, Ordering::SeqCst);
            let last = request.is_last();
            if !self.site.answer(request, &mut conversation, socket)? || last {
                break;
            }
        }
        Ok(())
    }
}

/// Counts read and written bytes. Written bytes count before they are sent, so that a client that has read them finds
/// them counted.
struct Counted {
    stream: Box<dyn Duplex>,
    count: Arc<Count>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.stream.read(buffer)?;
        self.count.up.fetch_add(read as u64, Ordering::SeqCst);
        Ok(read)
    }
}

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.count
            .down
            .fetch_add(bytes.len() as u64, Ordering::SeqCst);
        self.stream.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}
