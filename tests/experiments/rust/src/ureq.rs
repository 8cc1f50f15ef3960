//! What ureq does. Each function is one fact that a page under rules/ cites.

use crate::Fact;
use crate::server::{Server, about, ends, millis};
use std::time::Duration;

const SHORT: Duration = Duration::from_millis(400);
const LONG: Duration = Duration::from_secs(20);

/// How long asking 2 takes, or that it has not ended after two seconds.
fn ask_2(builder: ureq_2::AgentBuilder, url: String) -> Option<Duration> {
    ends(millis(2000), move || drop(builder.build().get(&url).call()))
}

/// The same with 3.
fn ask_3(agent: ureq_3::Agent, url: String) -> Option<Duration> {
    ends(millis(2000), move || drop(agent.get(&url).call()))
}

fn configured(
    set: impl FnOnce(
        ureq_3::config::ConfigBuilder<ureq_3::typestate::AgentScope>,
    ) -> ureq_3::config::ConfigBuilder<ureq_3::typestate::AgentScope>,
) -> ureq_3::Agent {
    set(ureq_3::Agent::config_builder()).build().into()
}

pub fn test_ureq_2_bounds_only_connecting() {
    let server = Server::start();
    let stall = || server.url("/stall");
    assert_eq!(ask_2(ureq_2::AgentBuilder::new(), stall()), None);
    assert_eq!(ask_2(ureq_2::AgentBuilder::new().timeout_connect(SHORT), stall()), None);
    assert!(about(ask_2(ureq_2::AgentBuilder::new().timeout_read(SHORT), stall()), SHORT));
    assert!(about(ask_2(ureq_2::AgentBuilder::new().timeout(SHORT), stall()), SHORT));
}

pub fn test_ureq_2_timeout_takes_the_place_of_reading() {
    let server = Server::start();
    let both = ureq_2::AgentBuilder::new().timeout(millis(1500)).timeout_read(millis(100));
    assert!(about(ask_2(both, server.url("/stall")), millis(1500)));
}

pub fn test_ureq_2_get_builds_an_agent() {
    let (each, one) = (Server::start(), Server::start());
    let agent = ureq_2::agent();
    for _ in 0..5 {
        ureq_2::get(&each.url("/ok")).call().expect("an answer").into_string().expect("a body");
        agent.get(&one.url("/ok")).call().expect("an answer").into_string().expect("a body");
    }
    assert_eq!((each.opened(), one.opened()), (5, 1));
}

pub fn test_ureq_3_has_no_default_timeout() {
    let server = Server::start();
    let stall = || server.url("/stall");
    assert_eq!(ask_3(ureq_3::Agent::new_with_defaults(), stall()), None);
    assert_eq!(ask_3(configured(|set| set.timeout_connect(Some(SHORT))), stall()), None);
    assert!(about(ask_3(configured(|set| set.timeout_global(Some(SHORT))), stall()), SHORT));
    assert!(about(ask_3(configured(|set| set.timeout_recv_response(Some(SHORT))), stall()), SHORT));
}

pub fn test_ureq_3_total_ends_the_others() {
    let server = Server::start();
    let both = configured(|set| set.timeout_global(Some(SHORT)).timeout_recv_response(Some(LONG)));
    assert!(about(ask_3(both, server.url("/stall")), SHORT));
}

/// How long a body takes of which half never comes.
fn read_3(agent: ureq_3::Agent, server: &Server) -> Option<Duration> {
    let url = server.url("/half");
    ends(millis(2000), move || drop(agent.get(&url).call().expect("an answer").body_mut().read_to_string()))
}

pub fn test_ureq_3_exchange_ends_its_phases() {
    let server = Server::start();
    let whole = configured(|set| set.timeout_global(Some(SHORT)).timeout_per_call(Some(LONG)));
    assert!(about(ask_3(whole, server.url("/stall")), SHORT));
    let head = configured(|set| set.timeout_per_call(Some(SHORT)).timeout_recv_response(Some(LONG)));
    assert!(about(ask_3(head, server.url("/stall")), SHORT));
    let each = configured(|set| set.timeout_per_call(Some(SHORT)).timeout_per_read(Some(LONG)));
    assert!(about(ask_3(each, server.url("/stall")), SHORT));
    assert_eq!(read_3(configured(|set| set.timeout_recv_response(Some(SHORT))), &server), None);
    let body = configured(|set| set.timeout_per_call(Some(SHORT)).timeout_recv_body(Some(LONG)));
    assert!(about(read_3(body, &server), SHORT));
    let body = configured(|set| set.timeout_global(Some(SHORT)).timeout_recv_body(Some(LONG)));
    assert!(about(read_3(body, &server), SHORT));
}

pub fn test_ureq_3_zero_fails_at_once() {
    let server = Server::start();
    let agent = configured(|set| set.timeout_global(Some(Duration::ZERO)));
    assert!(agent.get(&server.url("/ok")).call().is_err());
}

pub fn test_ureq_3_get_builds_an_agent() {
    let (each, one) = (Server::start(), Server::start());
    let agent = ureq_3::Agent::new_with_defaults();
    for _ in 0..5 {
        ureq_3::get(&each.url("/ok")).call().expect("an answer").body_mut().read_to_string().expect("a body");
        agent.get(&one.url("/ok")).call().expect("an answer").body_mut().read_to_string().expect("a body");
    }
    assert_eq!((each.opened(), one.opened()), (5, 1));
}

pub const FACTS_2: &[Fact] = &[
    (
        "test_ureq_2_bounds_only_connecting",
        "a silent server is waited for, whatever timeout_connect is",
        test_ureq_2_bounds_only_connecting,
    ),
    (
        "test_ureq_2_timeout_takes_the_place_of_reading",
        "timeout_read has no effect beside timeout",
        test_ureq_2_timeout_takes_the_place_of_reading,
    ),
    ("test_ureq_2_get_builds_an_agent", "ureq::get connects each time, an agent once", test_ureq_2_get_builds_an_agent),
];

pub const FACTS_3: &[Fact] = &[
    (
        "test_ureq_3_has_no_default_timeout",
        "a silent server is waited for, and timeout_connect does not end it",
        test_ureq_3_has_no_default_timeout,
    ),
    (
        "test_ureq_3_total_ends_the_others",
        "timeout_global ends what a longer timeout would bound",
        test_ureq_3_total_ends_the_others,
    ),
    (
        "test_ureq_3_exchange_ends_its_phases",
        "timeout_per_call ends what a longer timeout of a phase would bound, and timeout_global ends it",
        test_ureq_3_exchange_ends_its_phases,
    ),
    ("test_ureq_3_zero_fails_at_once", "a timeout of 0 ends each request at once", test_ureq_3_zero_fails_at_once),
    ("test_ureq_3_get_builds_an_agent", "ureq::get connects each time, an agent once", test_ureq_3_get_builds_an_agent),
];
