//! A simulated network link in front of a server, with a delay and a bandwidth.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// The limit of pieces in transit, far more than any link here holds.
const PIECES_ON_THE_WAY: usize = 4096;
/// The payload of one packet.
const SEGMENT: usize = 1460;
/// The initial congestion window of TCP, which grows with each acknowledgement.
const FIRST_WINDOW: usize = 10 * SEGMENT;

/// A relay with a round-trip time and a bandwidth in each direction. New connections have a slow start, as in TCP.
pub struct Link {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    to: SocketAddr,
    round_trip: Duration,
    up: Lane,
    down: Lane,
    stopped: AtomicBool,
}

/// One direction, whose bandwidth all connections share.
struct Lane {
    bits_per_second: u64,
    free_at: Mutex<Instant>,
    carried: AtomicU64,
}

impl Link {
    /// Starts a relay to `to`.
    pub fn start(to: SocketAddr, round_trip: Duration, bits_per_second: u64) -> Self {
        let listener =
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port on this machine");
        let address = listener
            .local_addr()
            .expect("a bound socket has an address");
        let shared = Arc::new(Shared {
            to,
            round_trip,
            up: Lane::new(bits_per_second),
            down: Lane::new(bits_per_second),
            stopped: AtomicBool::new(false),
        });
        let keeper = Arc::clone(&shared);
        std::thread::spawn(move || keeper.accept(&listener));
        Self { address, shared }
    }

    /// The address for clients.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The bytes carried to the server and to the client.
    pub fn carried(&self) -> (u64, u64) {
        let carried = |lane: &Lane| lane.carried.load(Ordering::SeqCst);
        (carried(&self.shared.up), carried(&self.shared.down))
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.address));
    }
}

impl Shared {
    fn accept(self: Arc<Self>, listener: &TcpListener) {
        for client in listener.incoming().flatten() {
            if self.stopped.load(Ordering::SeqCst) {
                return;
            }
            let keeper = Arc::clone(&self);
            std::thread::spawn(move || {
                // Either side may close its connection at any time; then the other socket is closed, too.
                let _ = keeper.relay(&client);
            });
        }
    }

    fn relay(&self, client: &TcpStream) -> io::Result<()> {
        let server = TcpStream::connect(self.to)?;
        client.set_nodelay(true)?;
        server.set_nodelay(true)?;
        // The TCP handshake on loopback takes no time; over the link it takes one round trip.
        let handshake = self.round_trip;
        std::thread::scope(|scope| {
            scope.spawn(|| self.carry(client, &server, &self.up, handshake));
            self.carry(&server, client, &self.down, Duration::ZERO);
        });
        Ok(())
    }

    fn carry(&self, from: &TcpStream, to: &TcpStream, lane: &Lane, handshake: Duration) {
        let (sender, receiver) = sync_channel(PIECES_ON_THE_WAY);
        std::thread::scope(|scope| {
            scope.spawn(move || deliver(&receiver, to, lane));
            lane.take_in(from, &sender, handshake, self.round_trip);
            drop(sender);
        });
    }
}

/// Bytes and the time of their arrival; no bytes mark the end.
type Piece = (Instant, Vec<u8>);

impl Lane {
    fn new(bits_per_second: u64) -> Self {
        Self {
            bits_per_second,
            free_at: Mutex::new(Instant::now()),
            carried: AtomicU64::new(0),
        }
    }

    /// Reads bytes, and schedules each piece.
    fn take_in(
        &self,
        mut from: &TcpStream,
        sender: &SyncSender<Piece>,
        handshake: Duration,
        round_trip: Duration,
    ) {
        let mut buffer = vec![0; 3 * SEGMENT];
        let mut window = Window::default();
        let mut open_at = None;
        loop {
            let read = from.read(&mut buffer).unwrap_or(0);
            let now = Instant::now();
            let sent_at = window.opens(now.max(*open_at.get_or_insert(now + handshake)), read);
            // Bytes that must wait for the window must not block other connections.
            std::thread::sleep(sent_at.saturating_duration_since(Instant::now()));
            let through_by = self.through_by(sent_at, read);
            window.answers.push_back((through_by + round_trip, read));
            let due = through_by + round_trip / 2;
            if sender.send((due, buffer[..read].to_vec())).is_err() || read == 0 {
                return;
            }
        }
    }

    /// The time at which `length` bytes sent at `sent_at` are transmitted, after all bytes sent before.
    fn through_by(&self, sent_at: Instant, length: usize) -> Instant {
        let takes = Duration::from_secs_f64(length as f64 * 8.0 / self.bits_per_second as f64);
        let mut free_at = self.free_at.lock().unwrap();
        *free_at = sent_at.max(*free_at) + takes;
        *free_at
    }
}

/// The congestion window: it doubles with each round trip, as in TCP without loss.
struct Window {
    size: usize,
    on_the_way: usize,
    /// The arrival time of each acknowledgement, with its number of bytes.
    answers: VecDeque<(Instant, usize)>,
}

impl Default for Window {
    fn default() -> Self {
        Self {
            size: FIRST_WINDOW,
            on_the_way: 0,
            answers: VecDeque::new(),
        }
    }
}

impl Window {
    /// Returns the first time from `at` on at which `length` more bytes may be sent, and counts them as sent.
    fn opens(&mut self, mut at: Instant, length: usize) -> Instant {
        while let Some((answered_at, answered)) = self.answers.front().copied() {
            let is_full = self.on_the_way + length > self.size;
            if answered_at > at && !is_full {
                break;
            }
            at = at.max(answered_at);
            self.answers.pop_front();
            self.on_the_way -= answered;
            self.size = self.size.saturating_add(answered);
        }
        self.on_the_way += length;
        at
    }
}

/// Writes each piece at its time. Times are absolute, so delays do not accumulate.
fn deliver(receiver: &Receiver<Piece>, mut to: &TcpStream, lane: &Lane) {
    for (due, bytes) in receiver {
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        lane.carried.fetch_add(bytes.len() as u64, Ordering::SeqCst);
        if bytes.is_empty() || to.write_all(&bytes).is_err() {
            break;
        }
    }
    // Close one direction only, because the other may still have bytes.
    let _ = to.shutdown(Shutdown::Write);
}
