//! What isahc does. Each function is one fact that a page under rules/ cites.

use crate::Fact;
use crate::server::{Server, about, ends, millis};
use isahc::config::Configurable;
use isahc::{Body, HttpClient, HttpClientBuilder, Response};
use std::io;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

const SHORT: Duration = Duration::from_millis(400);
const LONG: Duration = Duration::from_secs(20);

/// Reads an answer to its end, so that its connection can be used again.
fn read(answer: Response<Body>) {
    io::copy(&mut answer.into_body(), &mut io::sink()).expect("a body");
}

/// How long a request takes, or that it has not ended after two seconds.
fn get(builder: HttpClientBuilder, url: String) -> Option<Duration> {
    ends(millis(2000), move || drop(builder.build().expect("a client").get(url)))
}

/// The same through a proxy that never greets, so that connecting never ends.
fn connect(builder: HttpClientBuilder, server: &Server) -> Option<Duration> {
    let proxy = server.url("").replace("http://", "socks5://").parse().ok();
    get(builder.proxy(proxy), "http://192.0.2.1/".into())
}

/// How many connections six requests at once open.
fn at_once(builder: HttpClientBuilder) -> usize {
    let server = Server::start();
    let client = Arc::new(builder.build().expect("a client"));
    let requests: Vec<_> = (0..6)
        .map(|_| {
            let (client, url) = (Arc::clone(&client), server.url("/wait/200"));
            thread::spawn(move || client.get(url).map(read).expect("an answer"))
        })
        .collect();
    for request in requests {
        request.join().expect("no panic");
    }
    server.opened()
}

pub fn test_isahc_has_no_default_timeout() {
    let server = Server::start();
    let stall = || server.url("/stall");
    assert_eq!(get(HttpClient::builder(), stall()), None);
    assert_eq!(get(HttpClient::builder().connect_timeout(SHORT), stall()), None);
    assert!(about(get(HttpClient::builder().timeout(SHORT), stall()), SHORT));
}

pub fn test_isahc_total_ends_connecting() {
    let server = Server::start();
    assert_eq!(connect(HttpClient::builder(), &server), None);
    assert!(about(connect(HttpClient::builder().connect_timeout(SHORT), &server), SHORT));
    assert!(about(connect(HttpClient::builder().connect_timeout(LONG).timeout(SHORT), &server), SHORT));
}

pub fn test_isahc_zero_is_off() {
    let server = Server::start();
    assert_eq!(get(HttpClient::builder().timeout(Duration::ZERO), server.url("/stall")), None);
    assert_eq!(get(HttpClient::builder().low_speed_timeout(1, Duration::ZERO), server.url("/stall")), None);
    assert_eq!(connect(HttpClient::builder().connect_timeout(Duration::ZERO), &server), None);
}

pub fn test_isahc_limits_connections() {
    assert_eq!(at_once(HttpClient::builder().max_connections(0)), 6);
    assert_eq!(at_once(HttpClient::builder().max_connections(2).max_connections_per_host(50)), 2);
    assert_eq!(at_once(HttpClient::builder().max_connections_per_host(3)), 3);
}

pub fn test_isahc_client_per_request_reuses_nothing() {
    let (each, one, shared) = (Server::start(), Server::start(), Server::start());
    let client = HttpClient::new().expect("a client");
    for _ in 0..5 {
        let own = HttpClient::new().expect("a client");
        own.get(each.url("/ok")).map(read).expect("an answer");
        client.get(one.url("/ok")).map(read).expect("an answer");
        isahc::get(shared.url("/ok")).map(read).expect("an answer");
    }
    assert_eq!(each.opened(), 5);
    assert!(one.opened() < 4 && shared.opened() < 4, "{} and {}", one.opened(), shared.opened());
}

pub const FACTS: &[Fact] = &[
    (
        "test_isahc_has_no_default_timeout",
        "a silent server is waited for, and connect_timeout does not end it",
        test_isahc_has_no_default_timeout,
    ),
    (
        "test_isahc_total_ends_connecting",
        "timeout ends what a longer connect_timeout would bound",
        test_isahc_total_ends_connecting,
    ),
    ("test_isahc_zero_is_off", "a timeout of 0 bounds nothing", test_isahc_zero_is_off),
    (
        "test_isahc_limits_connections",
        "max_connections bounds max_connections_per_host, and 0 bounds nothing",
        test_isahc_limits_connections,
    ),
    (
        "test_isahc_client_per_request_reuses_nothing",
        "a client for each request connects each time; isahc::get shares one",
        test_isahc_client_per_request_reuses_nothing,
    ),
];
