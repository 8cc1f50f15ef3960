"""What aiohttp's connection pool does. Each function is one fact that a page under rules/ cites."""

import asyncio
import contextlib
import ssl

import aiohttp
from aiohttp import ClientSession, ClientTimeout, TCPConnector

from harness import Resolver, Server, error_of, fetch, held, raised, since, still_waiting, warned


async def _held(count, server, **options):
    """How many of `count` requests to one server a pool with these options lets through at once."""
    async with ClientSession(connector=TCPConnector(**options)) as session:
        return await held([fetch(session, server.url("/gate")) for _ in range(count)], server)


async def test_default_pool_holds_100_in_use():
    """without connector=: 100 connections in use at once, no limit per host"""
    async with Server() as server:
        async with ClientSession() as session:
            assert (session.connector.limit, session.connector.limit_per_host) == (100, 0)
            assert await held([fetch(session, server.url("/gate")) for _ in range(120)], server) == 100


async def test_limit_counts_connections_in_use():
    """limit bounds connections in use; idle ones do not count"""
    async with Server() as server:
        assert await _held(6, server, limit=3) == 3
    async with contextlib.AsyncExitStack() as stack:
        servers = [await stack.enter_async_context(Server()) for _ in range(4)]
        session = await stack.enter_async_context(ClientSession(connector=TCPConnector(limit=2)))
        for server in servers:
            await fetch(session, server.url())
        assert sum(server.open_now for server in servers) == 4


async def test_limit_is_not_strict():
    """since 3.10.11 an idle connection is handed out past limit: limit=2, four warm hosts, four at once"""
    async with contextlib.AsyncExitStack() as stack:
        servers = [await stack.enter_async_context(Server()) for _ in range(4)]
        session = await stack.enter_async_context(ClientSession(connector=TCPConnector(limit=2)))
        for server in servers:
            await fetch(session, server.url())
        count = await held([fetch(session, server.url("/gate")) for server in servers], *servers)
    assert count > 2 if since(3, 10, 11) else count == 2


async def test_semaphore_is_strict():
    """a semaphore in front of the session bounds the requests in every version"""
    async with contextlib.AsyncExitStack() as stack:
        servers = [await stack.enter_async_context(Server()) for _ in range(4)]
        session = await stack.enter_async_context(ClientSession())
        gate = asyncio.Semaphore(2)

        async def gated(server):
            async with gate:
                return await fetch(session, server.url("/gate"))

        for server in servers:
            await fetch(session, server.url())
        assert await held([gated(server) for server in servers], *servers) == 2


async def test_slow_host_starves_the_others():
    """without limit_per_host a slow host takes the whole pool and another host's request times out waiting"""
    for options, starved in (({"limit": 3}, True), ({"limit": 3, "limit_per_host": 2}, False)):
        async with Server() as slow, Server() as quick:
            async with ClientSession(connector=TCPConnector(**options)) as session:
                tasks = [asyncio.ensure_future(fetch(session, slow.url("/gate"))) for _ in range(3)]
                while slow.waiting < (3 if starved else 2):
                    await asyncio.sleep(0.01)
                timeout = ClientTimeout(total=0.5 if starved else 5)
                error = await error_of(fetch(session, quick.url(), timeout=timeout))
                assert isinstance(error, asyncio.TimeoutError) == starved, error
                slow.gate.set()
                await asyncio.gather(*tasks)


async def test_limit_per_host_counts_each_host_and_port():
    """limit_per_host holds for each host and port by itself"""
    async with Server() as server:
        assert await _held(5, server, limit_per_host=2) == 2
    async with Server() as server:
        connector = TCPConnector(limit_per_host=2, resolver=Resolver())
        async with ClientSession(connector=connector) as session:
            urls = [server.url("/gate", host) for host in ("api1.test", "api2.test", "www.test") for _ in range(2)]
            assert await held([fetch(session, url) for url in urls], server) == 6
    async with Server() as one, Server() as two:
        async with ClientSession(connector=TCPConnector(limit_per_host=2)) as session:
            urls = [server.url("/gate") for server in (one, two) for _ in range(2)]
            assert await held([fetch(session, url) for url in urls], one, two) == 4


async def test_each_session_has_its_own_pool():
    """limits do not reach across sessions: three sessions with limit=2 have six connections in use"""
    async with Server() as server:
        async with contextlib.AsyncExitStack() as stack:
            tasks = []
            for _ in range(3):
                session = await stack.enter_async_context(ClientSession(connector=TCPConnector(limit=2)))
                tasks += [fetch(session, server.url("/gate")) for _ in range(4)]
            assert await held(tasks, server) == 6


async def test_limit_zero_is_unbounded():
    """limit=0 and limit=None switch the bound off; limit_per_host still holds"""
    for value in (0, None):
        async with Server() as server:
            assert await _held(120, server, limit=value) == 120
    async with Server() as server:
        assert await _held(8, server, limit=0, limit_per_host=3) == 3


async def test_limit_per_host_zero_is_unbounded():
    """limit_per_host=0 and None mean no bound per host; limit still holds"""
    for value in (0, None):
        async with Server() as server:
            assert await _held(8, server, limit=5, limit_per_host=value) == 5


async def test_limit_caps_limit_per_host():
    """limit_per_host above limit is accepted and never binds: limit decides"""
    async with Server() as server:
        assert await _held(8, server, limit=2, limit_per_host=5) == 2


async def test_negative_limit_waits_for_ever():
    """limit=-1 makes every request wait; so does limit_per_host=-1 since 3.10.11"""
    async with Server() as server:
        async with ClientSession(connector=TCPConnector(limit=-1)) as session:
            assert await still_waiting(fetch(session, server.url()))
        async with ClientSession(connector=TCPConnector(limit_per_host=-1)) as session:
            assert await still_waiting(fetch(session, server.url())) == since(3, 10, 11)


async def test_text_as_a_limit_fails_at_the_first_request():
    """TCPConnector(limit="10") is accepted; the first request raises TypeError"""
    async with Server() as server:
        async with ClientSession(connector=TCPConnector(limit="10")) as session:
            assert isinstance(await error_of(fetch(session, server.url())), TypeError)


async def _two_requests(server, **options):
    async with ClientSession(connector=TCPConnector(**options)) as session:
        assert await fetch(session, server.url()) == "ok"
        await asyncio.sleep(0.05)
        return await fetch(session, server.url())


async def test_keepalive_none():
    """keepalive_timeout=None: the second request to a host raises TypeError until 3.14.3; fixed in 3.14.4"""
    async with Server() as server:
        error = await error_of(_two_requests(server, keepalive_timeout=None))
    assert isinstance(error, type(None) if since(3, 14, 4) else TypeError)


async def test_text_as_keepalive_fails_at_the_second_request():
    """keepalive_timeout="30": the second request to a host raises TypeError"""
    async with Server() as server:
        assert isinstance(await error_of(_two_requests(server, keepalive_timeout="30")), TypeError)


async def test_connections_are_reused_by_default():
    """a connection is used again without any setting; the default keep-alive is 15 s"""
    async with Server() as server:
        async with ClientSession() as session:
            for _ in range(5):
                await fetch(session, server.url())
            assert session.connector._keepalive_timeout == 15
        assert server.opened == 1


async def test_each_tls_context_has_connections_of_its_own():
    """three requests with one ssl context share a connection, with a context each they open three"""
    async with Server() as server:
        async with ClientSession() as session:
            context = ssl.create_default_context()
            for _ in range(3):
                await fetch(session, server.url(), ssl=context)
            assert server.opened == 1
            for _ in range(3):
                await fetch(session, server.url(), ssl=ssl.create_default_context())
        assert server.opened == 4


async def test_force_close_reuses_nothing():
    """force_close=True opens a connection for every request"""
    async with Server() as server:
        async with ClientSession(connector=TCPConnector(force_close=True)) as session:
            for _ in range(3):
                await fetch(session, server.url())
        assert server.opened == 3


async def test_force_close_with_keepalive_raises():
    """force_close=True with a keepalive_timeout raises ValueError, also for 0"""
    for value in (30, 0):
        error = raised(TCPConnector, force_close=True, keepalive_timeout=value)
        assert isinstance(error, ValueError)
        assert str(error) == "keepalive_timeout cannot be set if force_close is True"
    assert raised(TCPConnector, force_close=True, keepalive_timeout=None) is None


async def test_keepalive_zero_reuses_nothing_and_leaves_sockets_open():
    """keepalive_timeout=0 opens a connection for every request, and leaves the used one open"""
    async with Server() as server, Server() as other:
        async with ClientSession(connector=TCPConnector(keepalive_timeout=0)) as session:
            await fetch(session, server.url())
            await asyncio.sleep(0.5)
            await fetch(session, other.url())
            assert (server.open_now, other.open_now) == (1, 1)
            await fetch(session, server.url())
            assert server.opened == 2


async def test_short_keepalive_expires_between_requests():
    """a keep-alive shorter than the pause between two requests gives no reuse"""
    async with Server() as server:
        async with ClientSession(connector=TCPConnector(keepalive_timeout=0.2)) as session:
            await fetch(session, server.url())
            await asyncio.sleep(0.8)
            await fetch(session, server.url())
        assert server.opened == 2


async def test_server_closing_first_breaks_a_post():
    """a connection that the server closes as the next request arrives: a POST fails; a GET is retried since 3.10.0"""

    async def post(session, url):
        async with session.post(url, data=b"x") as response:
            await response.read()

    async with Server() as server:
        async with ClientSession() as session:
            await fetch(session, server.url("/once"))
            error = await error_of(post(session, server.url("/once")))
            assert isinstance(error, aiohttp.ServerDisconnectedError)
        async with ClientSession() as session:
            await fetch(session, server.url("/once"))
            error = await error_of(fetch(session, server.url("/once")))
            assert (error is None) == since(3, 10, 0)


async def test_invented_connector_arguments_raise():
    """pool_limit, maxsize, pool_size, max_connections, timeout and conn_timeout are no parameters: TypeError"""
    for name in ("pool_limit", "maxsize", "pool_size", "max_connections", "timeout", "conn_timeout"):
        error = raised(TCPConnector, **{name: 50})
        assert isinstance(error, TypeError) and f"unexpected keyword argument '{name}'" in str(error)


async def test_connector_takes_no_positional_limit():
    """TCPConnector(50) raises TypeError: its parameters are keyword-only"""
    assert isinstance(raised(TCPConnector, 50), TypeError)


async def test_session_takes_no_pool_settings():
    """ClientSession(limit=, limit_per_host=, keepalive_timeout=, pool_limit=) raises TypeError"""
    for name in ("limit", "limit_per_host", "keepalive_timeout", "pool_limit"):
        error = raised(ClientSession, **{name: 50})
        assert isinstance(error, TypeError) and f"unexpected keyword argument '{name}'" in str(error)


async def test_ssl_shutdown_timeout_is_deprecated():
    """ssl_shutdown_timeout: TypeError before 3.12.6, deprecated since 3.12.11"""
    with warned() as texts:
        error = raised(TCPConnector, ssl_shutdown_timeout=1)
    assert isinstance(error, TypeError) == (not since(3, 12, 6))
    assert any("ssl_shutdown_timeout parameter is deprecated" in text for text in texts) == since(3, 12, 11)


async def test_loop_argument_is_silent():
    """loop= is accepted by session and connector in 3.x"""
    loop = asyncio.get_running_loop()
    with warned() as texts:
        async with ClientSession(loop=loop, connector=TCPConnector(loop=loop)):
            pass
    assert not texts


async def test_ttl_without_dns_cache_does_nothing():
    """ttl_dns_cache with use_dns_cache=False is accepted and every connection looks its host up"""
    for options, lookups in (({"ttl_dns_cache": 300, "use_dns_cache": False}, 3), ({"ttl_dns_cache": 300}, 1)):
        resolver = Resolver()
        connector = TCPConnector(resolver=resolver, force_close=True, **options)
        async with Server() as server:
            async with ClientSession(connector=connector) as session:
                for _ in range(3):
                    await fetch(session, server.url("/ok", "name.test"))
        assert resolver.lookups == lookups


async def test_http2_is_not_spoken():
    """a connector offers no way to ask for HTTP/2"""
    for name in ("http2", "http_version", "alpn"):
        assert isinstance(raised(TCPConnector, **{name: True}), TypeError)
