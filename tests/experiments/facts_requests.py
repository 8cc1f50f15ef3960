"""What requests does. Each function is one fact that a page under rules/ cites."""

import concurrent.futures
import gc

import requests
import requests.adapters
from requests.adapters import HTTPAdapter

from blocking import Server, held, raised, still_waiting


def test_requests_has_no_default_timeout():
    """without timeout= a silent server is waited for, through the functions and through a session; a number ends it"""
    with Server() as server, requests.Session() as session:
        assert still_waiting(requests.get, server.url("/stall"))
        assert still_waiting(session.get, server.url("/stall"))
        assert still_waiting(session.send, session.prepare_request(requests.Request("GET", server.url("/stall"))))
        assert isinstance(raised(session.get, server.url("/stall"), timeout=0.3), requests.ReadTimeout)


def test_requests_timeout_none_is_off():
    """timeout=None and a read timeout of None wait for ever"""
    with Server() as server:
        assert still_waiting(requests.get, server.url("/stall"), timeout=None)
        assert still_waiting(requests.get, server.url("/stall"), timeout=(0.3, None))


def test_requests_always_passes_a_timeout_to_its_adapter():
    """an adapter is given timeout=None where none is set, so its default for a missing one is never used; but by send"""

    class Defaulting(HTTPAdapter):
        def send(self, request, **kwargs):
            given.append(dict(kwargs))
            kwargs["timeout"] = kwargs.get("timeout", 0.1)
            kwargs.setdefault("timeout", 0.1)
            return super().send(request, **kwargs)

    class Replacing(HTTPAdapter):
        def send(self, request, **kwargs):
            kwargs["timeout"] = kwargs.get("timeout") or 0.1
            return super().send(request, **kwargs)

    given = []
    with Server() as server, requests.Session() as session:
        session.mount("http://", Defaulting())
        assert session.get(server.url("/wait/0.5")).ok
        assert given[0]["timeout"] is None
        prepared = session.prepare_request(requests.Request("GET", server.url("/wait/0.5")))
        assert isinstance(raised(session.send, prepared), requests.ReadTimeout)
        session.mount("http://", Replacing())
        assert isinstance(raised(session.get, server.url("/wait/0.5")), requests.ReadTimeout)


def test_requests_refuses_wrong_timeouts():
    """0, negative numbers and texts: each request fails with ValueError"""
    with Server() as server:
        for wrong in (0, -1, "10"):
            assert isinstance(raised(requests.get, server.url(), timeout=wrong), ValueError), wrong


def test_requests_session_takes_no_arguments():
    """a session takes no timeout, no pool size and no retries"""
    for name in ("timeout", "pool_maxsize", "pool_connections", "max_retries"):
        assert isinstance(raised(requests.Session, **{name: 5}), TypeError), name


def test_requests_ignores_attributes_of_a_session():
    """session.timeout, keep_alive, pool_maxsize and their kin are accepted and not read"""
    with Server() as server, requests.Session() as session:
        for name, value in {
            "timeout": 0.1,
            "keep_alive": False,
            "pool_maxsize": 1,
            "pool_connections": 1,
            "max_retries": 0,
            "verify_ssl": False,
        }.items():
            setattr(session, name, value)
        assert session.get(server.url("/wait/0.5")).ok
        for _ in range(3):
            session.get(server.url())
        assert server.opened == 1


def test_requests_ignores_attributes_of_an_adapter():
    """an adapter's sizes are read when it is built, and not later"""
    with Server() as server, requests.Session() as session:
        adapter = HTTPAdapter(pool_maxsize=1)
        adapter.pool_maxsize, adapter.pool_connections, adapter.pool_block = 8, 8, True
        session.mount("http://", adapter)
        assert held(4, session.get, server) == 4
        assert server.settled("open_now") == 1


def test_requests_constants_are_bound_at_import():
    """requests.adapters.DEFAULT_RETRIES and its kin, and names that never were, change nothing"""
    before = HTTPAdapter()
    requests.adapters.DEFAULT_RETRIES, requests.adapters.DEFAULT_POOLSIZE = 5, 50
    requests.adapters.DEFAULT_POOLBLOCK = True
    for name in ("DEFAULT_RETRIES", "DEFAULT_TIMEOUT", "default_timeout", "timeout"):
        assert not hasattr(requests, name), name
        setattr(requests, name, 0.1)
    after = HTTPAdapter()
    assert before.max_retries.total == after.max_retries.total == 0
    assert before._pool_maxsize == after._pool_maxsize and before._pool_block == after._pool_block
    with Server() as server:
        assert requests.get(server.url("/wait/0.5")).ok


def test_requests_mount_prefixes_that_never_win():
    """an adapter on "http", "" or host:port is never used, one on a scheme and a host is"""
    session = requests.Session()
    for prefix in ("http", "", "example.org:80", "example.org"):
        adapter = HTTPAdapter()
        session.mount(prefix, adapter)
        for url in ("http://example.org:80/", "https://example.org/"):
            assert session.get_adapter(url) is not adapter, prefix
    adapter = HTTPAdapter()
    session.mount("http://example.org", adapter)
    assert session.get_adapter("http://example.org:80/") is adapter


def test_requests_pool_keeps_pool_maxsize():
    """15 threads open 15 connections and ten are kept, the default; all with pool_maxsize=15"""
    with Server() as server, requests.Session() as session:
        assert held(15, session.get, server) == 15
        assert server.settled("open_now") == 10
    with Server() as server, requests.Session() as session:
        session.mount("http://", HTTPAdapter(pool_maxsize=15))
        assert held(15, session.get, server) == 15
        assert server.settled("open_now") == 15


def test_requests_pool_of_size_zero_keeps_all():
    """pool_maxsize=0 keeps every connection"""
    with Server() as server, requests.Session() as session:
        session.mount("http://", HTTPAdapter(pool_maxsize=0))
        assert held(15, session.get, server) == 15
        assert server.settled("open_now") == 15


def test_requests_blocking_pool_of_size_zero_waits_for_ever():
    """pool_block=True with pool_maxsize=0: a request waits for ever, whatever its timeout is"""
    with Server() as server, requests.Session() as session:
        session.mount("http://", HTTPAdapter(pool_maxsize=0, pool_block=True))
        assert still_waiting(session.get, server.url(), timeout=0.2)


def test_requests_blocking_pool_bounds():
    """pool_block=True with pool_maxsize=2 lets two requests through at once"""
    with Server() as server, requests.Session() as session:
        session.mount("http://", HTTPAdapter(pool_maxsize=2, pool_block=True))
        assert held(6, session.get, server) == 2


def test_requests_without_a_session_reuses_nothing():
    """five requests.get open five connections; five through a session one"""
    with Server() as server:
        for _ in range(5):
            requests.get(server.url())
        assert server.opened == 5
    with Server() as server, requests.Session() as session:
        for _ in range(5):
            session.get(server.url())
        assert server.opened == 1


def test_requests_session_per_request_reuses_nothing():
    """five sessions for five requests open five connections"""
    with Server() as server:
        for _ in range(5):
            with requests.Session() as session:
                session.get(server.url())
        assert server.opened == 5


def test_requests_session_opens_again():
    """a session can be used after it was closed"""
    with Server() as server:
        with requests.Session() as session:
            session.get(server.url())
        assert session.get(server.url()).ok
        session.close()


def test_requests_unclosed_session_keeps_its_connections():
    """a session that is not closed keeps its connections open until it is collected"""
    with Server() as server:
        session = requests.Session()
        session.get(server.url())
        assert server.settled("open_now") == 1
        del session
        gc.collect()
        assert server.settled("open_now") == 0


def test_requests_sessions_over_a_shared_adapter():
    """a session leaves an adapter that is mounted on it open unless it is closed"""
    for closes, opened in ((False, 1), (True, 3)):
        with Server() as server:
            adapter = HTTPAdapter()
            for _ in range(3):
                session = requests.Session()
                session.mount("http://", adapter)
                session.get(server.url())
                if closes:
                    session.close()
            assert server.opened == opened


def test_requests_threads_share_a_session():
    """threads that share a session with a large enough pool use its connections again"""
    with Server() as server, requests.Session() as session:
        session.mount("http://", HTTPAdapter(pool_maxsize=4))
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            list(pool.map(session.get, [server.url()] * 20))
        assert server.opened <= 4
