"""What httpx does, and httpx2, which continues it. Each function is one fact that a page under rules/ cites."""

import asyncio
import contextlib
import gc
import importlib
import ssl
import unittest.mock
import warnings

from blocking import Server, held, raised, still_waiting

try:
    httpx = importlib.import_module("httpx")
except ImportError:
    httpx = importlib.import_module("httpx2")


def _get(client):
    return lambda url: client.get(url)


def _gated(count, server, **options):
    """How many of `count` requests at once an async client with these options lets through."""

    async def run():
        async with httpx.AsyncClient(timeout=20, **options) as client:
            tasks = [asyncio.ensure_future(client.get(server.url("/gate"))) for _ in range(count)]
            found = await asyncio.to_thread(server.settled, "waiting", 0.8)
            server.gate.set()
            await asyncio.gather(*tasks, return_exceptions=True)
            return found

    return asyncio.run(run())


def test_httpx_default_timeout_is_five_seconds():
    """without timeout= each wait is bounded by 5 s, at clients and at functions"""
    with httpx.Client() as client:
        assert client.timeout == httpx.Timeout(5.0)
    with Server() as server:
        assert isinstance(raised(httpx.get, server.url("/stall")), httpx.ReadTimeout)


def test_httpx_timeout_none_is_off():
    """None, at a client, in a Timeout and at a request, switches every timeout off"""
    with httpx.Client(timeout=None) as client:
        assert client.timeout == httpx.Timeout(None)
    assert httpx.Timeout(10, read=None).read is None and httpx.Timeout(None, connect=5).read is None
    with Server() as server, httpx.Client() as client:
        assert still_waiting(client.get, server.url("/stall"), timeout=None, seconds=5.8)


def test_httpx_first_number_is_the_default_of_each():
    """the first number is no total: a longer connect or read is what it says"""
    timeout = httpx.Timeout(0.3, read=3.0)
    assert (timeout.connect, timeout.read, timeout.write, timeout.pool) == (0.3, 3.0, 0.3, 0.3)
    assert httpx.Timeout(5.0, connect=60.0).connect == 60.0
    with Server() as server, httpx.Client(timeout=timeout) as client:
        assert client.get(server.url("/wait/0.8")).status_code == 200
    assert isinstance(raised(httpx.Timeout, 5, total=10), TypeError)


def test_httpx_short_tuples_leave_phases_out():
    """a tuple of two or three leaves writing or the pool without a timeout"""
    with httpx.Client(timeout=(5, 30)) as client:
        assert client.timeout.write is None and client.timeout.pool is None
    with httpx.Client(timeout=(5, 30, 30)) as client:
        assert client.timeout.write == 30 and client.timeout.pool is None


def test_httpx_wrong_timeouts_fail_at_the_first_request():
    """0 fails every request that must wait, a negative number raises ValueError, a text TypeError"""
    makers = (lambda n: n, httpx.Timeout, lambda n: httpx.Timeout(5, connect=n), lambda n: httpx.Timeout(5, read=n))
    with Server() as server:
        for make in makers:
            for wrong, error in ((0, httpx.TransportError), (-1, ValueError), ("10", TypeError)):
                with httpx.Client(timeout=make(wrong)) as client:
                    assert isinstance(raised(client.get, server.url("/wait/0.2")), error), (wrong, error)


def test_httpx_partial_limits_are_unbounded():
    """Limits that leave max_connections out lift the default of 100"""
    assert httpx.Limits(keepalive_expiry=30).max_connections is None
    assert httpx.Limits().max_connections is None
    with Server() as server:
        assert _gated(120, server) == 100
    with Server() as server:
        assert _gated(120, server, limits=httpx.Limits(max_keepalive_connections=5)) == 120


def test_httpx_no_connections_fail():
    """max_connections=0: every request fails with PoolTimeout"""
    with Server() as server, httpx.Client(limits=httpx.Limits(max_connections=0), timeout=0.3) as client:
        assert isinstance(raised(client.get, server.url()), httpx.PoolTimeout)


def test_httpx_more_idle_than_all_is_clamped():
    """max_keepalive_connections above max_connections: two connections, and two are kept"""
    limits = httpx.Limits(max_connections=2, max_keepalive_connections=20)
    with Server() as server, httpx.Client(limits=limits, timeout=20) as client:
        assert held(6, _get(client), server) == 2
        assert server.settled("open_now") == 2


def test_httpx_limits_that_keep_nothing():
    """max_keepalive_connections=0 and keepalive_expiry=0 open a connection for each request"""
    for options in ({"max_keepalive_connections": 0}, {"keepalive_expiry": 0}):
        limits = httpx.Limits(max_connections=10, **options)
        with Server() as server, httpx.Client(limits=limits) as client:
            for _ in range(3):
                client.get(server.url())
            assert server.opened == 3, options


def test_httpx_ignores_settings_beside_a_transport():
    """limits, verify, cert, http1 and http2 beside transport= are not used; a transport's own are"""
    with Server() as server:
        transport = httpx.HTTPTransport()
        with httpx.Client(transport=transport, limits=httpx.Limits(max_connections=1), timeout=20) as client:
            assert held(3, _get(client), server) == 3
    with Server() as server:
        transport = httpx.HTTPTransport(limits=httpx.Limits(max_connections=1))
        with httpx.Client(transport=transport, timeout=20) as client:
            assert held(3, _get(client), server) == 1
    for options in ({"verify": False}, {"cert": "/nowhere.pem"}, {"http1": False}):
        with Server() as server, httpx.Client(transport=httpx.HTTPTransport(), **options) as client:
            assert client.get(server.url()).status_code == 200, options


def test_httpx_takes_a_timeout_later_and_nothing_else():
    """client.timeout can be set; limits, verify, http2 and the pool's numbers are accepted and not read"""
    with Server() as server, httpx.Client() as client:
        client.timeout = 0.3
        assert isinstance(raised(client.get, server.url("/stall")), httpx.ReadTimeout)
    with Server() as server, httpx.Client(timeout=20) as client:
        client.limits = httpx.Limits(max_connections=1)
        client.max_connections = client.max_keepalive_connections = 1
        client.verify, client.http2, client.proxies = False, True, {}
        assert held(3, _get(client), server) == 3


def test_httpx_removed_and_invented_arguments_raise():
    """names of old, and names that never were, raise TypeError"""
    cases = {
        httpx.Client: ("pool_limits", "dispatch", "max_connections", "max_keepalive_connections", "keepalive_expiry",
                       "pool_size", "connect_timeout", "read_timeout", "pool_timeout"),
        httpx.Limits: ("max_keepalive", "soft_limit", "hard_limit"),
    }  # fmt: skip
    for made, names in cases.items():
        for name in names:
            assert isinstance(raised(made, **{name: 5}), TypeError), name
    for name in ("connect_timeout", "read_timeout", "write_timeout", "pool_timeout", "total"):
        assert isinstance(raised(httpx.Timeout, 5, **{name: 5}), TypeError), name


def test_httpx_proxies_are_gone():
    """proxies= is taken in silence before 0.26, and raises TypeError since 0.28 and in httpx2"""
    version = tuple(int(part) for part in httpx.__version__.split(".")[:2])
    for made, given in ((httpx.Client, ()), (httpx.AsyncClient, ()), (httpx.get, ("http://127.0.0.1:9/",))):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            error = raised(made, *given, proxies={"all://": "http://127.0.0.1:9"})
        assert isinstance(error, TypeError) == (version >= (0, 28)), error
        assert any(one.category is DeprecationWarning for one in caught) == ((0, 26) <= version < (0, 28)), version


def test_httpx_client_per_request_reuses_nothing():
    """five clients, or five httpx.get, open five connections; one client one"""
    with Server() as server:
        for _ in range(5):
            with httpx.Client() as client:
                client.get(server.url())
        assert server.opened == 5
    with Server() as server:
        for _ in range(5):
            httpx.get(server.url())
        assert server.opened == 5
    with Server() as server, httpx.Client() as client:
        for _ in range(5):
            client.get(server.url())
        assert server.opened == 1


def test_httpx_closed_client_is_of_no_use():
    """a client that left its block raises RuntimeError"""
    with Server() as server:
        with httpx.Client() as client:
            client.get(server.url())
        assert isinstance(raised(client.get, server.url()), RuntimeError)


def test_httpx_unclosed_client_keeps_its_connections():
    """a client that is not closed keeps its connections open until it is collected, and says nothing"""
    with Server() as server, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        client = httpx.Client()
        client.get(server.url())
        assert server.settled("open_now") == 1
        del client
        gc.collect()
        assert server.settled("open_now") == 0


def test_httpx_clients_over_a_shared_transport():
    """a client leaves the transport that it is given open unless it is closed, and loads no certificates beside it"""
    with Server() as server:
        transport = httpx.HTTPTransport()
        for _ in range(3):
            httpx.Client(transport=transport).get(server.url())
        assert server.opened == 1
    with Server() as server:
        transport = httpx.HTTPTransport()
        for _ in range(3):
            with httpx.Client(transport=transport) as client:
                client.get(server.url())
        assert server.opened == 3
    with unittest.mock.patch.object(ssl.SSLContext, "load_verify_locations", side_effect=AssertionError):
        httpx.Client(transport=transport)
        assert isinstance(raised(httpx.Client), AssertionError)


def test_httpx_aclose_must_be_awaited():
    """aclose() is a coroutine: calling it alone closes nothing"""

    async def run():
        client = httpx.AsyncClient()
        closing = client.aclose()
        closed = client.is_closed
        closing.close()
        await client.aclose()
        return closed, client.is_closed

    assert asyncio.run(run()) == (False, True)


def test_httpx_client_of_a_finished_loop_fails():
    """an async client that was used in one asyncio.run fails in the next; a client without a loop does not"""
    with Server() as server:
        client = httpx.AsyncClient()

        async def fetch():
            return (await client.get(server.url())).status_code

        assert asyncio.run(fetch()) == 200
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            assert isinstance(raised(asyncio.run, fetch()), RuntimeError)
        with contextlib.suppress(RuntimeError):
            asyncio.run(client.aclose())


def test_httpx_pools_are_private():
    """the pool is behind _transport, _mounts and _pool"""
    with httpx.Client() as client:
        assert hasattr(client, "_transport") and hasattr(client, "_mounts") and hasattr(client._transport, "_pool")
        assert not any(name in dir(client) for name in ("transport", "mounts", "pool"))
