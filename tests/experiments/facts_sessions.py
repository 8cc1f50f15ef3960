"""What becomes of aiohttp's sessions and connectors. Each function is one fact that a page under rules/ cites."""

import asyncio
import gc
import subprocess
import sys
import time

import aiohttp
from aiohttp import ClientSession, ClientTimeout, TCPConnector

from harness import Resolver, Server, error_of, fetch, is_total_timeout, raised, since, warned


async def test_session_per_request_reuses_nothing():
    """five requests: one session opens one connection, a session for each opens five"""
    async with Server() as server:
        async with ClientSession() as session:
            for _ in range(5):
                await fetch(session, server.url())
        assert server.opened == 1
        for _ in range(5):
            async with ClientSession() as session:
                await fetch(session, server.url())
        assert server.opened == 6


async def test_connector_per_session_reuses_nothing():
    """a connector built for each session is part of the waste"""
    async with Server() as server:
        for _ in range(3):
            async with ClientSession(connector=TCPConnector(limit=10)) as session:
                await fetch(session, server.url())
        assert server.opened == 3


async def test_sessions_over_a_shared_connector_reuse():
    """a session per request over one connector with connector_owner=False keeps the pool"""
    async with Server() as server:
        connector = TCPConnector()
        for _ in range(5):
            async with ClientSession(connector=connector, connector_owner=False) as session:
                await fetch(session, server.url())
        assert not connector.closed
        await connector.close()
        assert server.opened == 1


async def test_aiohttp_request_reuses_nothing():
    """aiohttp.request opens a connection for every call; with connector= it uses that pool"""

    async def call(url, **options):
        async with aiohttp.request("GET", url, **options) as response:
            await response.read()

    async with Server() as server:
        for _ in range(3):
            await call(server.url())
        assert server.opened == 3
        connector = TCPConnector()
        for _ in range(3):
            await call(server.url(), connector=connector)
        await connector.close()
        assert server.opened == 4


async def test_dns_cache_dies_with_the_connector():
    """five requests: one session looks the name up once, a session for each five times"""
    async with Server() as server:
        resolver = Resolver()
        async with ClientSession(connector=TCPConnector(resolver=resolver)) as session:
            for _ in range(5):
                await fetch(session, server.url("/ok", "name.test"))
        assert resolver.lookups == 1
        for _ in range(5):
            async with ClientSession(connector=TCPConnector(resolver=resolver)) as session:
                await fetch(session, server.url("/ok", "name.test"))
        assert resolver.lookups == 6


async def test_session_per_request_is_slower():
    """the same requests take longer with a session for each (loopback, plain HTTP, best of three)"""

    async def together(url):
        async with ClientSession() as session:
            for _ in range(100):
                await fetch(session, url)

    async def apart(url):
        for _ in range(100):
            async with ClientSession() as session:
                await fetch(session, url)

    async def seconds(work, url):
        start = time.perf_counter()
        await work(url)
        return time.perf_counter() - start

    async with Server() as server:
        pairs = [(await seconds(together, server.url()), await seconds(apart, server.url())) for _ in range(3)]
    assert min(apart for _, apart in pairs) > 1.2 * min(together for together, _ in pairs), pairs


async def test_unclosed_session_is_reported():
    """a session that is dropped unclosed gives a ResourceWarning and a log line, and leaves its connection open"""
    logged = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: logged.append(context["message"]))
    async with Server() as server:
        session = ClientSession()
        await fetch(session, server.url())
        assert server.open_now == 1
        with warned() as texts:
            del session
            gc.collect()
    loop.set_exception_handler(None)
    assert any("ResourceWarning: Unclosed client session" in text for text in texts), texts
    assert "Unclosed client session" in logged and "Unclosed connector" in logged, logged


async def test_close_must_be_awaited():
    """session.close() without await leaves the session open, with a RuntimeWarning"""
    session = ClientSession()
    with warned() as texts:
        session.close()
        gc.collect()
    assert not session.closed
    assert any("coroutine 'ClientSession.close' was never awaited" in text for text in texts), texts
    await session.close()
    assert session.closed


async def test_async_with_closes_session_and_connector():
    """async with closes the session and the connector that it owns"""
    connector = TCPConnector()
    async with ClientSession(connector=connector) as session:
        pass
    assert session.closed and connector.closed


async def test_connector_owner_false_leaves_the_connector_open():
    """with connector_owner=False the connector stays open and its caller must close it"""
    connector = TCPConnector()
    async with ClientSession(connector=connector, connector_owner=False):
        pass
    assert not connector.closed
    await connector.close()


async def test_first_close_breaks_a_shared_connector():
    """two sessions on one connector: closing the first closes the second"""
    connector = TCPConnector()
    async with Server() as server:
        first, second = ClientSession(connector=connector), ClientSession(connector=connector)
        await first.close()
        assert second.closed
        error = await error_of(fetch(second, server.url()))
        assert isinstance(error, RuntimeError) and str(error) == "Session is closed"


async def test_a_closed_connector_fails_the_next_session():
    """a session that is built with the connector of a closed one is closed from the start"""
    connector = TCPConnector()
    async with Server() as server:
        async with ClientSession(connector=connector) as session:
            await fetch(session, server.url())
        second = ClientSession(connector=connector)
        error = await error_of(fetch(second, server.url()))
        assert second.closed and isinstance(error, RuntimeError) and str(error) == "Session is closed"


async def test_public_properties_are_read_only():
    """session.timeout, session.connector, connector.limit, .limit_per_host, .force_close cannot be assigned"""
    async with ClientSession() as session:
        connector = session.connector
        for thing, name in (
            (session, "timeout"),
            (session, "connector"),
            (connector, "limit"),
            (connector, "limit_per_host"),
            (connector, "force_close"),
        ):
            assert isinstance(raised(setattr, thing, name, 1), AttributeError), name


async def test_private_attributes_take_effect():
    """session._timeout and connector._limit take effect; a connector replaced by session._connector is not closed"""
    async with Server() as server:
        async with ClientSession() as session:
            session._timeout = ClientTimeout(total=0.3)
            assert is_total_timeout(await error_of(fetch(session, server.url("/stall"))))
            old = session.connector
            old._limit, old._limit_per_host = 7, 3
            assert (old.limit, old.limit_per_host) == (7, 3)
            session._connector = TCPConnector()
        assert not old.closed
        await old.close()


async def test_assigning_an_unknown_attribute_does_nothing():
    """connector.keepalive_timeout = 0 and session.limit = 1 are accepted and change nothing"""
    async with Server() as server:
        async with ClientSession() as session:
            session.connector.keepalive_timeout = 0
            session.limit = 1
            for _ in range(3):
                await fetch(session, server.url())
            assert session.connector.limit == 100
        assert server.opened == 1


async def test_conns_holds_the_idle_connections():
    """connector._conns holds the idle connections, in lists before 3.11.0 and deques since; _acquired the active ones"""
    async with Server() as server:
        async with ClientSession() as session:
            connector = session.connector
            task = asyncio.ensure_future(fetch(session, server.url("/gate")))
            while not server.waiting:
                await asyncio.sleep(0.01)
            assert (sum(map(len, connector._conns.values())), len(connector._acquired)) == (0, 1)
            server.gate.set()
            await task
            await asyncio.sleep(0.05)
            assert (sum(map(len, connector._conns.values())), len(connector._acquired)) == (1, 0)
            assert type(next(iter(connector._conns.values()))).__name__ == ("deque" if since(3, 11, 0) else "list")


async def test_acquired_per_host_is_empty_without_limit_per_host():
    """_acquired_per_host is filled only with limit_per_host since 3.11.0, always before"""
    for options, filled in (({}, not since(3, 11, 0)), ({"limit_per_host": 5}, True)):
        async with Server() as server:
            async with ClientSession(connector=TCPConnector(**options)) as session:
                task = asyncio.ensure_future(fetch(session, server.url("/gate")))
                while not server.waiting:
                    await asyncio.sleep(0.01)
                assert bool(session.connector._acquired_per_host) == filled
                server.gate.set()
                await task


def _python(code):
    return subprocess.run(
        [sys.executable, "-W", "always", "-c", code], capture_output=True, text=True, timeout=30, check=False
    )


def test_session_outside_a_loop():
    """a session or connector built with no running loop: RuntimeError since 3.10.0, DeprecationWarning before"""
    for what in ("aiohttp.ClientSession()", "aiohttp.TCPConnector(limit=5)"):
        result = _python(f"import aiohttp\nthing = {what}")
        if since(3, 10, 0):
            assert result.returncode != 0 and "RuntimeError: no running event loop" in result.stderr, result.stderr
        else:
            assert result.returncode == 0, result.stderr
    if not since(3, 10, 0):
        result = _python("import aiohttp\nthing = aiohttp.ClientSession()")
        assert "The object should be created within an async function" in result.stderr, result.stderr


def test_session_made_outside_a_loop_fails_under_another():
    """before 3.10.0 such a session is built, and its first request under asyncio.run raises RuntimeError"""
    result = _python(
        "import aiohttp, asyncio\n"
        "session = aiohttp.ClientSession()\n"
        "async def main():\n"
        "    await session.get('http://127.0.0.1:9/')\n"
        "asyncio.run(main())\n"
    )
    assert result.returncode != 0 and "RuntimeError" in result.stderr, result.stderr


async def test_plain_function_under_a_running_loop_is_fine():
    """a plain def that builds a session works when async code calls it"""

    def make():
        return ClientSession(timeout=ClientTimeout(total=5))

    async with Server() as server:
        async with make() as session:
            assert await fetch(session, server.url()) == "ok"


def test_client_timeout_needs_no_loop():
    """ClientTimeout can be built at import time"""
    result = _python("import aiohttp\nTIMEOUT = aiohttp.ClientTimeout(total=5)")
    assert result.returncode == 0, result.stderr


def test_session_of_a_finished_loop_fails():
    """a session built and used in one asyncio.run cannot be used in another: RuntimeError"""
    result = _python(
        "import aiohttp, asyncio\n"
        "async def serve(reader, writer):\n"
        "    while await reader.readline() not in (b'\\r\\n', b''):\n"
        "        pass\n"
        "    writer.write(b'HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok')\n"
        "    await writer.drain()\n"
        "session = None\n"
        "async def main():\n"
        "    global session\n"
        "    session = session or aiohttp.ClientSession()\n"
        "    server = await asyncio.start_server(serve, '127.0.0.1', 0)\n"
        "    port = server.sockets[0].getsockname()[1]\n"
        "    async with session.get(f'http://127.0.0.1:{port}/') as response:\n"
        "        await response.read()\n"
        "asyncio.run(main())\n"
        "asyncio.run(main())\n"
    )
    assert result.returncode != 0 and "RuntimeError: Event loop is closed" in result.stderr, result.stderr


async def test_session_returned_from_its_own_block_is_closed():
    """a session returned from inside its async with is closed before its first use"""

    async def make():
        async with ClientSession() as session:
            return session

    async with Server() as server:
        error = await error_of(fetch(await make(), server.url()))
        assert isinstance(error, RuntimeError) and str(error) == "Session is closed"


async def test_response_cannot_be_read_after_its_block():
    """a response that is read after its block raises ClientConnectionError; one that was read inside keeps its body"""
    async with Server() as server:
        async with ClientSession() as session:
            async with session.get(server.url("/trickle/3/0.2")) as response:
                pass
            error = await error_of(response.text())
            assert isinstance(error, aiohttp.ClientConnectionError), error
            async with session.get(server.url()) as response:
                await response.read()
            assert await response.text() == "ok"


async def test_trace_tells_of_connections():
    """aiohttp.TraceConfig tells of every connection that is created or reused"""
    seen = []
    trace = aiohttp.TraceConfig()

    async def created(session, context, params):
        seen.append("created")

    async def reused(session, context, params):
        seen.append("reused")

    trace.on_connection_create_end.append(created)
    trace.on_connection_reuseconn.append(reused)
    async with Server() as server:
        async with ClientSession(trace_configs=[trace]) as session:
            for _ in range(3):
                await fetch(session, server.url())
    assert seen == ["created", "reused", "reused"]
