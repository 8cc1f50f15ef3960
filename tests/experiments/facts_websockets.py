"""What the timeouts of a websocket do. Each function is one fact that a page under rules/ cites."""

import asyncio
import time

import aiohttp
from aiohttp import ClientSession, ClientTimeout

from harness import Server, error_of, is_total_timeout, since, still_waiting, warned


async def _receive(ws):
    return await ws.receive()


async def test_ws_connect_number_is_the_close_handshakes():
    """ws_connect(timeout=N) bounds the close handshake, not receiving; deprecated since 3.11.0"""
    async with Server() as server:
        async with ClientSession() as session:
            with warned() as texts:
                ws = await session.ws_connect(server.url("/ws"), timeout=0.5)
            assert any("ws_close" in text for text in texts) == since(3, 11, 0)
            assert await still_waiting(_receive(ws), 0.9)
            ws = await session.ws_connect(server.url("/ws"), timeout=0.5)
            start = time.monotonic()
            await ws.close()
            assert 0.4 < time.monotonic() - start < 6


async def test_ws_connect_client_timeout_skips_the_close_handshake():
    """ws_connect(timeout=ClientTimeout(...)) is accepted, and close() does not wait for the peer's close"""
    async with Server() as server:
        async with ClientSession() as session:
            ws = await session.ws_connect(server.url("/ws"), timeout=ClientTimeout(total=30))
            start = time.monotonic()
            await ws.close()
            assert time.monotonic() - start < 4
            assert ws.exception() is not None


async def test_ws_receive_alone_leaves_close_unbounded():
    """ClientWSTimeout (3.11.0 and newer) with ws_receive alone has no ws_close: close() waits for ever"""
    if not since(3, 11, 0):
        assert not hasattr(aiohttp, "ClientWSTimeout")
        return
    timeout = aiohttp.ClientWSTimeout(ws_receive=0.3)
    assert timeout.ws_close is None
    async with Server() as server:
        async with ClientSession() as session:
            ws = await session.ws_connect(server.url("/ws"), timeout=timeout)
            assert await still_waiting(ws.close(), 1)


async def test_ws_receive_bounds_receiving():
    """ws_receive (receive_timeout before 3.11.0) bounds each receive"""
    async with Server() as server:
        async with ClientSession() as session:
            if since(3, 11, 0):
                options = {"timeout": aiohttp.ClientWSTimeout(ws_receive=0.3, ws_close=0.3)}
            else:
                options = {"receive_timeout": 0.3, "timeout": 0.3}
            ws = await session.ws_connect(server.url("/ws"), **options)
            try:
                await asyncio.wait_for(ws.receive(), 5)
            except asyncio.TimeoutError:
                pass
            else:
                raise AssertionError("receive returned")
            await asyncio.wait_for(ws.close(), 5)


async def test_session_timeout_does_not_bound_an_open_websocket():
    """after the handshake the session's total and sock_read do not apply"""
    async with Server() as server:
        async with ClientSession(timeout=ClientTimeout(total=0.4, sock_read=0.4)) as session:
            ws = await session.ws_connect(server.url("/ws"))
            assert await still_waiting(_receive(ws), 1)


async def test_session_timeout_bounds_the_handshake():
    """the session's total ends ws_connect when the peer does not answer"""
    async with Server() as server:
        async with ClientSession(timeout=ClientTimeout(total=0.3)) as session:
            assert is_total_timeout(await error_of(_connect(session, server.url("/stall"))))


async def _connect(session, url):
    return await session.ws_connect(url)


async def test_heartbeat_finds_a_silent_peer():
    """with heartbeat a silent peer ends receive"""
    async with Server() as server:
        async with ClientSession() as session:
            ws = await session.ws_connect(server.url("/ws"), heartbeat=0.4)
            message = await asyncio.wait_for(ws.receive(), 6)
            assert message.type in (aiohttp.WSMsgType.ERROR, aiohttp.WSMsgType.CLOSED), message
