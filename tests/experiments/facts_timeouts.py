"""What aiohttp's timeouts do. Each function is one fact that a page under rules/ cites."""

import asyncio

import aiohttp
from aiohttp import ClientSession, ClientTimeout, TCPConnector

from harness import (
    Resolver,
    Server,
    error_of,
    fetch,
    is_connect_timeout,
    is_read_timeout,
    is_total_timeout,
    raised,
    silent_tls,
    since,
    still_waiting,
    warned,
)

LONG = 30


async def test_total_ends_before_a_longer_sub_timeout():
    """total below a sub-timeout is accepted; total ends the request, with a bare TimeoutError"""
    async with Server() as server:
        for part in ("connect", "sock_connect", "sock_read"):
            timeout = ClientTimeout(total=0.3, **{part: LONG})
            assert getattr(timeout, part) == LONG and timeout.total == 0.3
            async with ClientSession(timeout=timeout) as session:
                assert is_total_timeout(await error_of(fetch(session, server.url("/stall"))))


async def test_connect_ends_before_a_longer_sock_connect():
    """sock_connect above connect is accepted; connect ends the attempt"""
    async with silent_tls() as url:
        async with ClientSession(timeout=ClientTimeout(connect=0.3, sock_connect=LONG)) as session:
            assert is_connect_timeout(await error_of(fetch(session, url, ssl=False)))


async def test_shorter_sub_timeout_ends_first():
    """with every sub-timeout below total, the sub-timeout ends the request, with a ClientError"""
    async with Server() as server:
        async with ClientSession(timeout=ClientTimeout(total=LONG, sock_read=0.3)) as session:
            error = await error_of(fetch(session, server.url("/stall")))
            assert is_read_timeout(error) and isinstance(error, aiohttp.ClientError)
            assert isinstance(error, asyncio.TimeoutError)
            assert type(error).__name__ == ("SocketTimeoutError" if since(3, 10, 0) else "ServerTimeoutError")


async def test_a_long_total_is_rounded_up():
    """a total of 5 s or more ends at a whole second of the loop's clock: within that second a part may end first"""
    assert ClientTimeout().ceil_threshold == 5
    loop = asyncio.get_running_loop()
    async with Server() as server:
        # The same with a threshold of half a second: from x.2, total=1.2 is rounded up to x+2.
        timeout = ClientTimeout(total=1.2, sock_read=1.4, ceil_threshold=0.5)
        async with ClientSession(timeout=timeout) as session:
            await fetch(session, server.url())
            await asyncio.sleep((1.2 - loop.time() % 1) % 1)
            assert is_read_timeout(await error_of(fetch(session, server.url("/stall"))))


def test_no_combination_of_timeouts_is_refused():
    """no combination of total and sub-timeouts raises at construction"""
    for options in (
        {"total": 5, "connect": 10},
        {"total": 30, "connect": 20, "sock_read": 20},
        {"total": 1, "sock_connect": 2, "sock_read": 3},
        {"connect": 1, "sock_connect": 2},
    ):
        timeout = ClientTimeout(**options)
        assert all(getattr(timeout, name) == value for name, value in options.items())


async def test_zero_switches_a_timeout_off():
    """0 in a field of ClientTimeout means no timeout, as None does"""
    async with Server() as server:
        for timeout in (ClientTimeout(total=0), ClientTimeout(total=LONG, connect=0, sock_connect=0, sock_read=0)):
            async with ClientSession(timeout=timeout) as session:
                assert await fetch(session, server.url("/wait/0.3")) == "ok"
        async with ClientSession(timeout=ClientTimeout(total=0, sock_read=0)) as session:
            assert await still_waiting(fetch(session, server.url("/stall")))


async def test_total_cuts_the_read_after_a_slow_connect():
    """connect 0.8 s of 1.0 s, then silence: total=1.2 ends it before sock_read=1.0 has run"""
    timeout = ClientTimeout(total=1.2, connect=1.0, sock_read=1.0)
    async with Server() as server:
        connector = TCPConnector(resolver=Resolver(delay=0.8))
        async with ClientSession(timeout=timeout, connector=connector) as session:
            assert is_total_timeout(await error_of(fetch(session, server.url("/stall", "slow.test"))))


async def test_total_leaves_the_read_whole_after_a_quick_connect():
    """the same timeouts with a quick connect: sock_read ends it, as configured"""
    async with Server() as server:
        async with ClientSession(timeout=ClientTimeout(total=LONG, connect=25, sock_read=0.3)) as session:
            assert is_read_timeout(await error_of(fetch(session, server.url("/stall"))))


async def test_sock_read_is_per_gap():
    """sock_read bounds each wait for data, not the whole read"""
    async with Server() as server:
        async with ClientSession(timeout=ClientTimeout(total=LONG, sock_read=0.8)) as session:
            assert await fetch(session, server.url("/trickle/6/0.2")) == "x" * 6


async def test_connect_includes_the_wait_for_the_pool():
    """connect counts the wait for a free connection; sock_connect does not"""
    async with Server() as server:
        async with ClientSession(connector=TCPConnector(limit=1)) as session:
            first = asyncio.ensure_future(fetch(session, server.url("/gate")))
            while not server.waiting:
                await asyncio.sleep(0.01)
            second = fetch(session, server.url(), timeout=ClientTimeout(connect=0.3))
            assert is_connect_timeout(await error_of(second))
            third = fetch(session, server.url(), timeout=ClientTimeout(sock_connect=0.3))
            assert await still_waiting(third)
            server.gate.set()
            await first


def test_sub_timeouts_do_not_inherit_from_total():
    """ClientTimeout(total=10) leaves connect, sock_connect and sock_read unset"""
    timeout = ClientTimeout(total=10)
    assert (timeout.connect, timeout.sock_connect, timeout.sock_read) == (None, None, None)


async def test_total_alone_lets_a_stall_last_until_total():
    """with only total set, a silent peer is waited for until total"""
    async with Server() as server:
        async with ClientSession(timeout=ClientTimeout(total=1.5)) as session:
            request = asyncio.ensure_future(fetch(session, server.url("/stall")))
            done, _ = await asyncio.wait([request], timeout=0.7)
            assert not done
            assert is_total_timeout(await error_of(request))


async def test_total_raises_no_client_error():
    """total raises a TimeoutError without text that is no ClientError; that of sock_read is both"""
    async with Server() as server:
        async with ClientSession() as session:
            error = await error_of(fetch(session, server.url("/stall"), timeout=ClientTimeout(total=0.3)))
            assert isinstance(error, asyncio.TimeoutError) and not isinstance(error, aiohttp.ClientError)
            assert str(error) == ""
            error = await error_of(fetch(session, server.url("/stall"), timeout=ClientTimeout(sock_read=0.3)))
            assert isinstance(error, asyncio.TimeoutError) and isinstance(error, aiohttp.ClientError)


async def test_default_session_timeout():
    """without timeout=: total 300 s; sock_connect 30 s since 3.10.9; connect and sock_read unset"""
    async with ClientSession() as session:
        default = session.timeout
    assert default.total == 300
    assert default.sock_connect == (30 if since(3, 10, 9) else None)
    assert default.connect is None and default.sock_read is None


async def test_naming_a_sub_timeout_drops_the_default_total():
    """ClientTimeout(connect=5) has no total: a silent peer is waited for without end"""
    timeout = ClientTimeout(connect=0.3)
    assert timeout.total is None and timeout.sock_connect is None
    async with Server() as server:
        async with ClientSession(timeout=timeout) as session:
            assert await still_waiting(fetch(session, server.url("/stall")))
        async with ClientSession(timeout=ClientTimeout(connect=0.3, sock_connect=0.3)) as session:
            assert await still_waiting(fetch(session, server.url("/stall")))


async def test_sock_read_bounds_a_silent_peer():
    """sock_read without total ends a request whose peer stays silent"""
    async with Server() as server:
        async with ClientSession(timeout=ClientTimeout(sock_read=0.3)) as session:
            assert is_read_timeout(await error_of(fetch(session, server.url("/stall"))))


async def test_only_total_bounds_an_upload():
    """since 3.9.0 sock_read does not run while the body is sent; total does"""
    body = b"x" * (32 * 1024 * 1024)
    async with Server() as server:
        async with ClientSession(timeout=ClientTimeout(sock_read=0.3)) as session:
            assert await still_waiting(_post(session, server.url("/no-read"), body))
        async with ClientSession(timeout=ClientTimeout(total=0.5)) as session:
            assert is_total_timeout(await error_of(_post(session, server.url("/no-read"), body)))


async def _post(session, url, body):
    async with session.post(url, data=body) as response:
        return await response.read()


async def test_empty_client_timeout_is_off():
    """ClientTimeout() has no timeout at all, not the default one"""
    timeout = ClientTimeout()
    assert (timeout.total, timeout.connect, timeout.sock_connect, timeout.sock_read) == (None,) * 4
    async with Server() as server:
        async with ClientSession(timeout=timeout) as session:
            assert await still_waiting(fetch(session, server.url("/stall")))


async def test_session_timeout_none_is_the_default():
    """ClientSession(timeout=None) has the default 300 s since 3.9.2; before, the first request fails"""
    async with Server() as server:
        async with ClientSession(timeout=None) as session:
            if since(3, 9, 2):
                assert session.timeout.total == 300
                assert await fetch(session, server.url()) == "ok"
            else:
                assert isinstance(await error_of(fetch(session, server.url())), AttributeError)


async def test_request_timeout_none_is_off():
    """timeout=None at a request switches every timeout of the session off"""
    async with Server() as server:
        async with ClientSession(timeout=ClientTimeout(total=0.3, sock_read=0.3)) as session:
            assert await fetch(session, server.url("/wait/0.8"), timeout=None) == "ok"
            assert await still_waiting(fetch(session, server.url("/stall"), timeout=None))


async def test_number_at_the_session():
    """ClientSession(timeout=10) raises ValueError since 3.9.2; before, the first request fails"""
    if since(3, 9, 2):
        error = raised(ClientSession, timeout=10)
        assert isinstance(error, ValueError) and "please use 'timeout=ClientTimeout(...)'" in str(error)
    else:
        async with Server() as server:
            async with ClientSession(timeout=10) as session:
                error = await error_of(fetch(session, server.url()))
        assert isinstance(error, AttributeError) and "total" in str(error)


async def test_number_at_aiohttp_request():
    """aiohttp.request(timeout=10) raises ValueError since 3.9.2, AttributeError before"""

    async def call(url):
        async with aiohttp.request("GET", url, timeout=10) as response:
            await response.read()

    async with Server() as server:
        error = await error_of(call(server.url()))
    assert isinstance(error, ValueError if since(3, 9, 2) else AttributeError)


async def test_none_at_aiohttp_request():
    """aiohttp.request(timeout=None) has the default since 3.9.2, and raises AttributeError before"""

    async def call(url):
        async with aiohttp.request("GET", url, timeout=None) as response:
            return await response.text()

    async with Server() as server:
        if since(3, 9, 2):
            assert await call(server.url()) == "ok"
        else:
            assert isinstance(await error_of(call(server.url())), AttributeError)


async def test_number_at_a_request_is_total_and_nothing_else():
    """timeout=N at a request is ClientTimeout(total=N), without a warning: the session's other timeouts are gone"""
    async with Server() as server:
        async with ClientSession(timeout=ClientTimeout(total=LONG, sock_read=0.3)) as session:
            with warned() as texts:
                assert await fetch(session, server.url("/wait/0.8"), timeout=LONG) == "ok"
            assert not [text for text in texts if "timeout" in text]
            assert is_total_timeout(await error_of(fetch(session, server.url("/stall"), timeout=0.3)))


async def test_request_timeout_replaces_the_sessions():
    """a ClientTimeout at a request replaces the session's whole one: nothing is merged"""
    async with Server() as server:
        async with ClientSession(timeout=ClientTimeout(total=LONG, sock_read=0.3)) as session:
            assert is_read_timeout(await error_of(fetch(session, server.url("/wait/0.8"))))
            assert await fetch(session, server.url("/wait/0.8"), timeout=ClientTimeout(total=60)) == "ok"


async def test_wait_for_covers_the_headers_only():
    """asyncio.wait_for around session.get covers the request up to the headers, not the body"""
    async with Server() as server:
        async with ClientSession() as session:
            response = await asyncio.wait_for(session.get(server.url("/trickle/4/0.4")), 1)
            assert await response.text() == "xxxx"


async def test_text_as_a_timeout_fails_at_the_first_request():
    """ClientTimeout(total="30") is accepted; the first request raises TypeError"""
    async with Server() as server:
        async with ClientSession(timeout=ClientTimeout(total="30")) as session:
            assert isinstance(await error_of(fetch(session, server.url())), TypeError)


async def test_tuple_or_text_at_a_request_fails():
    """timeout=(5, 10) or timeout="10" at a request raises TypeError"""
    async with Server() as server:
        async with ClientSession() as session:
            for value in ((5, 10), "10"):
                assert isinstance(await error_of(fetch(session, server.url(), timeout=value)), TypeError)


async def test_legacy_timeout_arguments():
    """ClientSession(read_timeout=, conn_timeout=) work with a DeprecationWarning; conn_timeout beside timeout raises"""
    with warned() as texts:
        async with ClientSession(read_timeout=7, conn_timeout=3) as session:
            timeout = session.timeout
    assert (timeout.total, timeout.connect) == (7, 3)
    for name in ("read_timeout", "conn_timeout"):
        assert f"DeprecationWarning: {name} is deprecated, use timeout argument instead" in texts
    error = raised(ClientSession, timeout=ClientTimeout(total=1), conn_timeout=5)
    assert isinstance(error, ValueError) and "conflict" in str(error)


async def test_timeout_and_connector_are_independent():
    """a session with only a timeout times out; a session with only a connector is limited by it"""
    async with Server() as server:
        async with ClientSession(timeout=ClientTimeout(total=0.3)) as session:
            assert is_total_timeout(await error_of(fetch(session, server.url("/stall"))))
        async with ClientSession(connector=TCPConnector(limit=1)) as session:
            first = asyncio.ensure_future(fetch(session, server.url("/gate")))
            while not server.waiting:
                await asyncio.sleep(0.01)
            assert await still_waiting(fetch(session, server.url()), 0.4)
            server.gate.set()
            await first


async def test_queueing_counts_toward_total():
    """the wait for a free connection counts toward total; a semaphore in front of the session keeps it out"""
    timeout = ClientTimeout(total=1)
    async with Server() as server:
        async with ClientSession(timeout=timeout, connector=TCPConnector(limit=2)) as session:
            url = server.url("/wait/0.4")
            results = await asyncio.gather(*(fetch(session, url) for _ in range(12)), return_exceptions=True)
            assert sum(isinstance(result, asyncio.TimeoutError) for result in results) >= 6
            gate = asyncio.Semaphore(2)

            async def gated():
                async with gate:
                    return await fetch(session, url)

            assert await asyncio.gather(*(gated() for _ in range(6))) == ["ok"] * 6
