//! What reqwest does. Each function is one fact that a page under rules/ cites.

/// The facts, with the release that goes by this name.
macro_rules! facts {
    ($release:ident) => {
        use crate::server::{Server, about, ends, future_ends, millis};
        use std::sync::Arc;
        use std::time::Duration;
        use $release::{Client, ClientBuilder, blocking, dns};

        /// Answers no question, so that connecting never ends.
        struct Silent;

        impl dns::Resolve for Silent {
            fn resolve(&self, _: dns::Name) -> dns::Resolving {
                Box::pin(std::future::pending())
            }
        }

        const SHORT: Duration = Duration::from_millis(400);
        const LONG: Duration = Duration::from_secs(20);

        /// How long a request takes, or that it has not ended after two seconds.
        fn get(builder: ClientBuilder, url: String) -> Option<Duration> {
            future_ends(millis(2000), || async move { drop(builder.build().expect("a client").get(url).send().await) })
        }

        /// The same with a name that nobody resolves.
        fn connect(builder: ClientBuilder) -> Option<Duration> {
            get(builder.dns_resolver(Arc::new(Silent)), "http://a.test/".into())
        }

        pub fn test_reqwest_has_no_default_timeout() {
            let server = Server::start();
            let stall = || server.url("/stall");
            assert_eq!(get(Client::builder(), stall()), None);
            assert_eq!(get(Client::builder().connect_timeout(SHORT), stall()), None);
            assert_eq!(future_ends(millis(2000), || $release::get(stall())), None);
            assert!(about(get(Client::builder().timeout(SHORT), stall()), SHORT));
            assert!(about(get(Client::builder().read_timeout(SHORT), stall()), SHORT));
        }

        pub fn test_reqwest_blocking_waits_thirty_seconds() {
            let server = Server::start();
            let (stall, other) = (server.url("/stall"), server.url("/stall"));
            let forever = std::thread::spawn(move || {
                let client = blocking::Client::builder().timeout(None).build().expect("a client");
                ends(millis(33_000), move || drop(client.get(other).send()))
            });
            let taken = ends(millis(35_000), move || drop(blocking::Client::new().get(stall).send()));
            assert!(about(taken, millis(30_000)), "{taken:?}");
            assert_eq!(forever.join().expect("no panic"), None);
        }

        pub fn test_reqwest_total_ends_connecting_and_reading() {
            let server = Server::start();
            assert_eq!(connect(Client::builder()), None);
            assert!(about(connect(Client::builder().connect_timeout(SHORT)), SHORT));
            assert!(about(connect(Client::builder().connect_timeout(LONG).timeout(SHORT)), SHORT));
            let both = Client::builder().read_timeout(LONG).timeout(SHORT);
            assert!(about(get(both, server.url("/stall")), SHORT));
        }

        pub fn test_reqwest_read_timeout_ends_connecting() {
            assert!(about(connect(Client::builder().connect_timeout(LONG).read_timeout(SHORT)), SHORT));
        }

        pub fn test_reqwest_request_timeout_replaces_the_total() {
            let server = Server::start();
            let url = server.url("/wait/900");
            let taken = future_ends(millis(5000), || async move {
                let client = Client::builder().timeout(SHORT).build().expect("a client");
                assert!(client.get(&url).send().await.is_err());
                client.get(&url).timeout(LONG).send().await.expect("an answer");
            });
            assert!(taken.is_some());
        }

        pub fn test_reqwest_zero_fails_at_once() {
            let server = Server::start();
            let url = server.url("/wait/900");
            let taken = future_ends(millis(5000), || async move {
                for builder in
                    [Client::builder().timeout(Duration::ZERO), Client::builder().read_timeout(Duration::ZERO)]
                {
                    let client = builder.build().expect("a client");
                    assert!(client.get(&url).send().await.is_err_and(|error| error.is_timeout()));
                }
            });
            assert!(taken.is_some());
        }

        pub fn test_reqwest_client_per_request_reuses_nothing() {
            let (each, one, none) = (Server::start(), Server::start(), Server::start());
            let taken = future_ends(millis(9000), || async {
                let client = Client::new();
                for _ in 0..6 {
                    Client::new().get(each.url("/ok")).send().await.expect("an answer").text().await.expect("a body");
                    $release::get(none.url("/ok")).await.expect("an answer").text().await.expect("a body");
                    client.clone().get(one.url("/ok")).send().await.expect("an answer").text().await.expect("a body");
                    // The connection comes back to the pool in a task of its own.
                    tokio::time::sleep(millis(20)).await;
                }
            });
            assert!(taken.is_some());
            assert_eq!((each.opened(), none.opened()), (6, 6));
            assert!(one.opened() < 4, "{}", one.opened());
        }

        pub const FACTS: &[crate::Fact] = &[
            (
                "test_reqwest_has_no_default_timeout",
                "a silent server is waited for, and connect_timeout does not end it",
                test_reqwest_has_no_default_timeout,
            ),
            (
                "test_reqwest_blocking_waits_thirty_seconds",
                "a blocking client ends after 30 s, unless its timeout is None",
                test_reqwest_blocking_waits_thirty_seconds,
            ),
            (
                "test_reqwest_total_ends_connecting_and_reading",
                "timeout ends what a longer connect_timeout or read_timeout would bound",
                test_reqwest_total_ends_connecting_and_reading,
            ),
            (
                "test_reqwest_read_timeout_ends_connecting",
                "read_timeout runs while connecting, too",
                test_reqwest_read_timeout_ends_connecting,
            ),
            (
                "test_reqwest_request_timeout_replaces_the_total",
                "a request's timeout takes the place of the client's",
                test_reqwest_request_timeout_replaces_the_total,
            ),
            (
                "test_reqwest_zero_fails_at_once",
                "a timeout of 0 ends at once each request that has to wait",
                test_reqwest_zero_fails_at_once,
            ),
            (
                "test_reqwest_client_per_request_reuses_nothing",
                "a client for each request, or reqwest::get, connects each time; clones share",
                test_reqwest_client_per_request_reuses_nothing,
            ),
        ];
    };
}

pub mod in_0_12 {
    facts!(reqwest_0_12);
}

pub mod in_0_13 {
    facts!(reqwest_0_13);
}
