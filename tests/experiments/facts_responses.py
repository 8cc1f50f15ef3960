"""What aiohttp's responses hold, and for how long. Each function is one fact that a page under rules/ cites."""

import asyncio
import contextlib
import gc
import time

from aiohttp import ClientResponseError, ClientSession, ClientTimeout, TCPConnector

from harness import Server, error_of, fetch, is_total_timeout

SMALL = 64 * 1024
BIG = 4 * 1024 * 1024


@contextlib.asynccontextmanager
async def one_slot():
    """A server, and a session whose pool has one slot."""
    async with Server() as server:
        async with ClientSession(connector=TCPConnector(limit=1)) as session:
            yield server, session


async def is_free(server, session):
    """Whether the slot can be had: another request gets its answer within a second."""
    await asyncio.sleep(0.1)
    error = await error_of(fetch(session, server.url(), timeout=ClientTimeout(total=1)))
    assert error is None or is_total_timeout(error), error
    return error is None


async def test_unread_response_holds_its_slot():
    """a response of 4 MiB that is not read keeps its slot: with limit=1 the next request waits until it times out"""
    async with one_slot() as (server, session):
        response = await session.get(server.url(f"/body/{BIG}"))
        assert not await is_free(server, session)
        response.release()


async def test_dropped_response_holds_its_slot():
    """nothing refers to the response any more, and the garbage collector has run: the slot is still taken"""

    async def drop(session, url):
        await session.get(url)

    async def leave_early(session, url):
        response = await session.get(url)
        if response.status != 200:
            return None
        return await response.text()

    for request, path in ((drop, f"/body/{BIG}"), (leave_early, f"/error/{BIG}")):
        async with one_slot() as (server, session):
            await request(session, server.url(path))
            gc.collect()
            assert not await is_free(server, session)


async def test_timeouts_do_not_free_the_slot_of_an_unread_response():
    """neither total nor sock_read ends a response that nobody reads: its slot stays taken after them"""
    async with one_slot() as (server, session):
        timeout = ClientTimeout(total=0.3, sock_read=0.3)
        await session.get(server.url(f"/body/{BIG}"), timeout=timeout)
        await asyncio.sleep(0.6)
        assert not await is_free(server, session)


async def test_dropped_responses_use_the_pool_up():
    """each dropped response takes a slot: with limit=3 the fourth request times out waiting for one"""
    async with Server() as server:
        async with ClientSession(connector=TCPConnector(limit=3)) as session:
            for _ in range(3):
                await session.get(server.url(f"/body/{BIG}"), timeout=ClientTimeout(total=2))
            assert not await is_free(server, session)


async def test_small_response_frees_its_slot():
    """a body of up to 64 KiB frees the slot by itself once it has arrived, and the connection is used again"""
    for size in (0, 2, SMALL):
        async with one_slot() as (server, session):
            await session.get(server.url(f"/body/{size}"))
            assert await is_free(server, session)
            assert server.opened == 1


async def test_response_that_goes_on_holds_its_slot():
    """a small body that is still coming holds the slot until its end"""
    async with one_slot() as (server, session):
        await session.get(server.url("/trickle/10/0.2"))
        assert not await is_free(server, session)
        await asyncio.sleep(1.5)
        assert await is_free(server, session)


async def test_response_without_a_body_holds_nothing():
    """the answer to HEAD and one of status 204 free the slot at once"""
    async with one_slot() as (server, session):
        head = await session.head(server.url(f"/body/{BIG}"))
        assert await is_free(server, session)
        empty = await session.get(server.url("/empty"))
        assert await is_free(server, session)
        assert (head.status, empty.status) == (200, 204)


async def test_reading_frees_the_slot():
    """read(), text() and json() free the slot and keep the connection, json() also where it then fails"""
    for method in ("read", "text", "json"):
        async with one_slot() as (server, session):
            response = await session.get(server.url(f"/body/{BIG}"))
            error = await error_of(getattr(response, method)())
            assert (error is None) == (method != "json")
            assert await is_free(server, session)
            assert server.opened == 1


async def test_releasing_frees_the_slot():
    """release(), close() and `async with` free the slot; what was not read costs the connection"""

    async def release(response):
        response.release()

    async def close(response):
        response.close()

    async def enter(response):
        async with response:
            pass

    for end in (release, close, enter):
        async with one_slot() as (server, session):
            await end(await session.get(server.url(f"/body/{BIG}")))
            assert await is_free(server, session)
            assert server.opened == 2


async def test_raise_for_status_releases_only_what_it_raises_for():
    """raise_for_status() frees the slot where it raises; where it does not, the response still has to be read"""
    for path, freed in ((f"/error/{BIG}", True), (f"/body/{BIG}", False)):
        async with one_slot() as (server, session):
            response = await session.get(server.url(path))
            with contextlib.suppress(ClientResponseError):
                response.raise_for_status()
            assert await is_free(server, session) == freed


async def test_closing_the_session_frees_unread_responses():
    """the session's close ends the connections of responses that were never read"""
    async with Server() as server:
        async with ClientSession() as session:
            await session.get(server.url(f"/body/{BIG}"))
            assert server.open_now == 1
        await asyncio.sleep(0.2)
        assert server.open_now == 0


async def test_total_ends_a_stream_that_flows():
    """total ends a stream however steadily it flows; with sock_read alone it is read to its end"""

    async def stream(session, url, timeout):
        count = 0
        async with session.get(url, timeout=timeout) as response:
            async for chunk in response.content.iter_any():
                count += len(chunk)
        return count

    async with Server() as server, ClientSession() as session:
        url = server.url("/trickle/12/0.1")
        error = await error_of(stream(session, url, ClientTimeout(total=0.5)))
        assert is_total_timeout(error), error
        assert await stream(session, url, ClientTimeout(total=None, sock_read=2)) == 12


async def test_waiting_for_a_slot_counts_toward_connect():
    """connect covers waiting for a slot, too: limit=1, connect=0.3, three requests of 0.5 s: not all succeed"""
    async with Server() as server:
        timeout = ClientTimeout(total=None, connect=0.3)
        async with ClientSession(connector=TCPConnector(limit=1), timeout=timeout) as session:
            start = time.monotonic()
            requests = (fetch(session, server.url("/wait/0.5")) for _ in range(3))
            done = await asyncio.gather(*requests, return_exceptions=True)
            assert time.monotonic() - start < 5
    assert sum(isinstance(result, str) for result in done) == 1
