//! What awc does. Each function is one fact that a page under rules/ cites.

use crate::Fact;
use crate::server::{Server, about, millis};
use actix_tls::connect::{Connector as TcpConnector, Resolve, Resolver};
use awc::{Client, ClientBuilder, Connector};
use std::error::Error;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::time::{Duration, Instant};

/// Answers no question, so that connecting never ends.
struct Silent;

/// The addresses of a name, some time.
type Lookup<'a> = Pin<Box<dyn Future<Output = Result<Vec<SocketAddr>, Box<dyn Error>>> + 'a>>;

impl Resolve for Silent {
    fn lookup<'a>(&'a self, _: &'a str, _: u16) -> Lookup<'a> {
        Box::pin(std::future::pending())
    }
}

const SHORT: Duration = Duration::from_millis(400);
const LONG: Duration = Duration::from_secs(20);

/// How long something takes with a client, or that it has not ended after `patience`.
fn ends<F: Future>(patience: Duration, what: impl FnOnce() -> F) -> Option<Duration> {
    actix_rt::System::new().block_on(async {
        let start = Instant::now();
        actix_rt::time::timeout(patience, what()).await.ok().map(|_| start.elapsed())
    })
}

/// How long connecting to a name takes that nobody resolves, with the two timeouts that there are.
fn connecting(connector: Option<Duration>, client: Option<Duration>) -> Option<Duration> {
    ends(millis(7000), || async move {
        let tcp = TcpConnector::new(Resolver::custom(Silent)).service();
        let mut own = Connector::new().connector(tcp);
        if let Some(timeout) = connector {
            own = own.timeout(timeout);
        }
        let mut builder = ClientBuilder::new().connector(own);
        if let Some(timeout) = client {
            builder = builder.timeout(timeout);
        }
        drop(builder.finish().get("http://a.test/").send().await);
    })
}

pub fn test_awc_timeout_ends_connecting() {
    assert!(about(connecting(Some(SHORT), None), SHORT));
    assert!(about(connecting(Some(LONG), Some(SHORT)), SHORT));
}

pub fn test_awc_waits_five_seconds_for_the_head() {
    let server = Server::start();
    let url = server.url("/stall");
    let taken = ends(millis(9000), || async { drop(Client::default().get(url).send().await) });
    assert!(about(taken, millis(5000)), "{taken:?}");
}

pub fn test_awc_disable_timeout_waits_for_ever() {
    let server = Server::start();
    let url = server.url("/stall");
    let client = || Client::builder().disable_timeout().finish();
    assert_eq!(ends(millis(7000), || async { drop(client().get(&url).send().await) }), None);
    assert!(about(ends(millis(2000), || async { drop(client().get(&url).timeout(SHORT).send().await) }), SHORT));
}

pub fn test_awc_client_per_request_reuses_nothing() {
    let (each, one) = (Server::start(), Server::start());
    let taken = ends(millis(9000), || async {
        let client = Client::default();
        for _ in 0..5 {
            Client::default().get(each.url("/ok")).send().await.expect("an answer").body().await.expect("a body");
            client.get(one.url("/ok")).send().await.expect("an answer").body().await.expect("a body");
        }
    });
    assert!(taken.is_some());
    assert_eq!((each.opened(), one.opened()), (5, 1));
}

pub const FACTS: &[Fact] = &[
    (
        "test_awc_timeout_ends_connecting",
        "the client's timeout ends what a longer one of the connector would bound",
        test_awc_timeout_ends_connecting,
    ),
    (
        "test_awc_waits_five_seconds_for_the_head",
        "a silent server is waited for 5 s by default",
        test_awc_waits_five_seconds_for_the_head,
    ),
    (
        "test_awc_disable_timeout_waits_for_ever",
        "with disable_timeout a silent server is waited for, unless the request has a timeout",
        test_awc_disable_timeout_waits_for_ever,
    ),
    (
        "test_awc_client_per_request_reuses_nothing",
        "a client for each request connects each time, one client once",
        test_awc_client_per_request_reuses_nothing,
    ),
];
