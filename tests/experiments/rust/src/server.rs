//! A scripted server on loopback, and how long something takes. No fact depends on a tight clock.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// HTTP/1.1; the path says how it behaves: /ok, /wait/MILLISECONDS, /stall (never answers), /half (ends in the body).
pub struct Server {
    port: u16,
    opened: Arc<AtomicUsize>,
    open: Arc<AtomicUsize>,
}

impl Server {
    pub fn start() -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (opened, open) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (all, now) = (Arc::clone(&opened), Arc::clone(&open));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                all.fetch_add(1, Ordering::SeqCst);
                now.fetch_add(1, Ordering::SeqCst);
                let now = Arc::clone(&now);
                thread::spawn(move || {
                    serve(&stream);
                    now.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Server { port, opened, open }
    }

    /// The address of a behaviour.
    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// How many connections were opened so far.
    pub fn opened(&self) -> usize {
        self.opened.load(Ordering::SeqCst)
    }

    /// How many are open now.
    pub fn open(&self) -> usize {
        self.open.load(Ordering::SeqCst)
    }
}

/// Answers requests until the other side has enough.
fn serve(stream: &TcpStream) {
    let mut lines = BufReader::new(stream).lines();
    while let Some(Ok(first)) = lines.next() {
        while lines.next().and_then(Result::ok).is_some_and(|line| !line.is_empty()) {}
        let path = first.split(' ').nth(1).unwrap_or("/");
        let mut out = stream;
        let half = path == "/half" && out.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\no").is_ok();
        if half || path == "/stall" {
            // Reads on, so that it is seen when the other side closes.
            lines.by_ref().for_each(drop);
            return;
        }
        if let Some(wait) = path.strip_prefix("/wait/").and_then(|wait| wait.parse().ok()) {
            thread::sleep(Duration::from_millis(wait));
        }
        if out.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").is_err() {
            return;
        }
    }
}

pub fn millis(count: u64) -> Duration {
    Duration::from_millis(count)
}

/// How long something takes to end; nothing where it has not ended after `patience`.
pub fn ends(patience: Duration, what: impl FnOnce() + Send + 'static) -> Option<Duration> {
    let (done, ended) = mpsc::channel();
    let start = Instant::now();
    thread::spawn(move || {
        what();
        let _ = done.send(start.elapsed());
    });
    ended.recv_timeout(patience).ok()
}

/// How long a future takes to end, in a runtime of its own.
pub fn future_ends<F: Future>(patience: Duration, what: impl FnOnce() -> F) -> Option<Duration> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let start = Instant::now();
    let ended = runtime.block_on(async { tokio::time::timeout(patience, what()).await.is_ok() });
    let taken = start.elapsed();
    runtime.shutdown_background();
    ended.then_some(taken)
}

/// Whether something ended after about this time: no earlier, and long before the next timeout.
pub fn about(taken: Option<Duration>, expected: Duration) -> bool {
    taken.is_some_and(|taken| taken >= expected.mul_f64(0.9) && taken < expected + millis(1200))
}
