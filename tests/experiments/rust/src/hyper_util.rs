//! What hyper-util's legacy client does. Each function is one fact that a page under rules/ cites.

use crate::Fact;
use crate::server::{Server, future_ends, millis};
use http_body_util::Empty;
use hyper_util::client::legacy::{Builder, Client};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use std::time::Duration;

/// How many connections are open long after the time for which idle ones are kept.
fn left_open(builder: &Builder, server: &Server) -> usize {
    let mut left = 0;
    let ended = future_ends(millis(9000), || async {
        let client: Client<_, Empty<&[u8]>> = builder.build_http();
        client.get(server.url("/ok").parse().expect("an address")).await.expect("an answer");
        assert_eq!(server.open(), 1);
        tokio::time::sleep(millis(1500)).await;
        left = server.open();
    });
    assert!(ended.is_some());
    left
}

pub fn test_hyper_util_without_a_timer_keeps_what_has_expired() {
    let mut builder = Client::builder(TokioExecutor::new());
    builder.pool_idle_timeout(Duration::from_millis(200));
    assert_eq!(left_open(&builder, &Server::start()), 1);
    builder.pool_timer(TokioTimer::new());
    assert_eq!(left_open(&builder, &Server::start()), 0);
}

pub const FACTS: &[Fact] = &[(
    "test_hyper_util_without_a_timer_keeps_what_has_expired",
    "pool_idle_timeout closes idle connections only with a pool_timer",
    test_hyper_util_without_a_timer_keeps_what_has_expired,
)];
