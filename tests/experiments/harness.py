"""What the experiments stand on: a scripted server, a slow resolver, and observers.

Everything happens on 127.0.0.1; nothing leaves the machine. Waits are short and no fact depends on a tight clock: a
timeout that must fire has seconds to do so, and concurrency is counted while the server holds every request at a gate.
"""

import asyncio
import base64
import contextlib
import hashlib
import re
import socket
import time
import warnings

import aiohttp
from aiohttp.abc import AbstractResolver

HOST = "127.0.0.1"
VERSION = tuple(int(part) for part in re.findall(r"\d+", aiohttp.__version__)[:3])


def since(*version):
    """Whether the installed aiohttp is this version or newer."""
    return VERSION >= version


class Server:
    """HTTP/1.1 on loopback; the path says how it behaves.

    /ok            two bytes
    /body/N        N bytes
    /error/N       the same with status 500
    /empty         status 204, without a body
    /wait/S        two bytes after S seconds
    /stall         never answers
    /trickle/N/S   N chunks of one byte, S seconds before each
    /gate          answers once the gate is opened
    /no-read       never reads the body, never answers
    /once          answers the first request of a connection and drops the second
    /ws            accepts a websocket, then stays silent
    """

    def __init__(self):
        self.opened = 0
        self.open_now = 0
        self.waiting = 0
        self.gate = asyncio.Event()
        self._tasks = set()

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._serve, HOST, 0, backlog=512)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *exc):
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def url(self, path="/ok", host=HOST):
        """The address of a behaviour."""
        return f"http://{host}:{self.port}{path}"

    async def _serve(self, reader, writer):
        self._tasks.add(asyncio.current_task())
        self.opened += 1
        self.open_now += 1
        served = 0
        try:
            while await self._answer(reader, writer, served):
                served += 1
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self.open_now -= 1
            self._tasks.discard(asyncio.current_task())
            writer.close()

    async def _answer(self, reader, writer, served):
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        name, *words = head.split(" ")[1].strip("/").split("/")
        ok = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
        if name == "wait":
            await asyncio.sleep(float(words[0]))
            writer.write(ok)
        elif name in ("body", "error"):
            size, status = int(words[0]), 200 if name == "body" else 500
            head_only = head.startswith("HEAD ")
            writer.write(b"HTTP/1.1 %d Status\r\nContent-Length: %d\r\n\r\n" % (status, size))
            writer.write(b"" if head_only else b"x" * size)
        elif name == "empty":
            writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        elif name in ("stall", "ws"):
            if name == "ws":
                key = re.search(r"(?i)sec-websocket-key: *(\S+)", head).group(1)
                digest = hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()
                writer.write(
                    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    b"Sec-WebSocket-Accept: " + base64.b64encode(digest) + b"\r\n\r\n"
                )
            await reader.read()
            return False
        elif name == "no-read":
            await asyncio.sleep(60)
        elif name == "once" and served:
            return False
        elif name == "trickle":
            writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            for _ in range(int(words[0])):
                await asyncio.sleep(float(words[1]))
                writer.write(b"1\r\nx\r\n")
            writer.write(b"0\r\n\r\n")
        elif name == "gate":
            self.waiting += 1
            try:
                await self.gate.wait()
            finally:
                self.waiting -= 1
            writer.write(ok)
        else:
            writer.write(ok)
        await writer.drain()
        return True


@contextlib.asynccontextmanager
async def silent_tls():
    """A port that accepts connections and never says a word: a TLS handshake with it cannot finish."""

    async def swallow(reader, writer):
        with contextlib.suppress(ConnectionError):
            await reader.read()
        writer.close()

    server = await asyncio.start_server(swallow, HOST, 0)
    try:
        yield "https://%s:%d/" % (HOST, server.sockets[0].getsockname()[1])
    finally:
        server.close()


class Resolver(AbstractResolver):
    """Sends every name to loopback, after a delay, and counts."""

    def __init__(self, delay=0.0):
        self.delay = delay
        self.lookups = 0

    async def resolve(self, host, port=0, family=socket.AF_INET):
        """One address, always the same."""
        self.lookups += 1
        await asyncio.sleep(self.delay)
        return [
            {"hostname": host, "host": HOST, "port": port, "family": socket.AF_INET, "proto": 0, "flags": 0}
        ]

    async def close(self):
        """Holds nothing."""


async def fetch(session, url, **options):
    """One request, read to its end."""
    async with session.get(url, **options) as response:
        return await response.text()


async def held(requests, *servers, quiet=0.3, patience=8.0):
    """How many of these requests the servers have at once, none of them being answered meanwhile.

    Counts until the number has not changed for `quiet` seconds, then opens the gates and lets all finish.
    """
    tasks = [asyncio.ensure_future(request) for request in requests]
    count, changed, start = 0, time.monotonic(), time.monotonic()
    while time.monotonic() - changed < quiet and time.monotonic() - start < patience:
        await asyncio.sleep(0.05)
        now = sum(server.waiting for server in servers)
        if now != count or count == 0:
            count, changed = now, time.monotonic()
    for server in servers:
        server.gate.set()
    await asyncio.gather(*tasks, return_exceptions=True)
    return count


async def still_waiting(awaitable, seconds=0.7):
    """Whether it has neither returned nor raised after this long."""
    task = asyncio.ensure_future(awaitable)
    done, _ = await asyncio.wait([task], timeout=seconds)
    if not done:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await task
        return True
    task.result()
    return False


async def error_of(awaitable, patience=6.0):
    """The exception that it ends with, well before `patience` is over; None where it succeeds."""
    task = asyncio.ensure_future(awaitable)
    done, _ = await asyncio.wait([task], timeout=patience)
    if not done:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await task
        raise AssertionError(f"neither returned nor raised within {patience} s")
    return task.exception()


def raised(function, *arguments, **options):
    """The exception that a plain call ends with; None where it returns."""
    try:
        function(*arguments, **options)
    except Exception as error:
        return error
    return None


@contextlib.contextmanager
def warned():
    """The texts of the warnings given inside, as a list of "Category: message"."""
    texts = []
    with warnings.catch_warnings(record=True) as log:
        warnings.simplefilter("always")
        yield texts
    texts.extend(f"{item.category.__name__}: {item.message}" for item in log)


def is_total_timeout(error):
    """Whether this is what `total` raises: a TimeoutError without a text that is no ClientError."""
    return isinstance(error, asyncio.TimeoutError) and not isinstance(error, aiohttp.ClientError) and str(error) == ""


def is_connect_timeout(error):
    """Whether this is what `connect` and `sock_connect` raise."""
    return isinstance(error, aiohttp.ServerTimeoutError) and "Connection timeout" in str(error)


def is_read_timeout(error):
    """Whether this is what `sock_read` raises."""
    return isinstance(error, aiohttp.ServerTimeoutError) and "Timeout on reading" in str(error)
