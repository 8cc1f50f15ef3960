#!/usr/bin/env python3
"""Measures what a session per request costs: requests a second on loopback, where the network costs nothing.

    python tests/experiments/bench.py [VERSION] [COUNT]

Three ways to make COUNT requests one after the other: one session; a session for each; a session for each over one
connector with connector_owner=False. Over plain HTTP, and over TLS with a certificate that the openssl command makes. The
server runs in a process of its own. Best of three; the figures are of this machine, the ratio is what matters.
"""

import asyncio
import multiprocessing
import pathlib
import ssl
import subprocess
import sys
import tempfile
import time


def serve(port, pair):
    """Answers every request with two bytes, until it is terminated."""

    async def answer(reader, writer):
        try:
            while True:
                await reader.readuntil(b"\r\n\r\n")
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            writer.close()

    async def main():
        context = None
        if pair:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*pair)
        server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
        port.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(main())


async def measure(url, count):
    """Requests a second: together, apart, apart over a shared connector."""
    import aiohttp

    async def get(session):
        async with session.get(url, ssl=False) as response:
            await response.read()

    async def together():
        async with aiohttp.ClientSession() as session:
            for _ in range(count):
                await get(session)

    async def apart():
        for _ in range(count):
            async with aiohttp.ClientSession() as session:
                await get(session)

    async def shared():
        async with aiohttp.TCPConnector() as connector:
            for _ in range(count):
                async with aiohttp.ClientSession(connector=connector, connector_owner=False) as session:
                    await get(session)

    best = [0.0, 0.0, 0.0]
    for _ in range(3):
        for place, work in enumerate((together, apart, shared)):
            start = time.perf_counter()
            await work()
            best[place] = max(best[place], count / (time.perf_counter() - start))
    return best


def inside(count):
    """The part that runs in a version's environment."""
    import aiohttp

    print(f"aiohttp {aiohttp.__version__}, {count} requests, requests a second")
    with tempfile.TemporaryDirectory() as folder:
        key, certificate = f"{folder}/key.pem", f"{folder}/certificate.pem"
        command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
        subprocess.run([*command, "-keyout", key, "-out", certificate], check=True, stderr=subprocess.DEVNULL)
        for scheme, pair in (("http", None), ("https", (certificate, key))):
            here, there = multiprocessing.Pipe()
            server = multiprocessing.Process(target=serve, args=(there, pair), daemon=True)
            server.start()
            together, apart, shared = asyncio.run(measure(f"{scheme}://127.0.0.1:{here.recv()}/", count))
            server.terminate()
            ratio = f"{together / apart:.1f} times"
            print(f"{scheme:5}  one session {together:5.0f}  a session each {apart:5.0f} ({ratio} fewer)"
                  f"  a session each, shared connector {shared:5.0f}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--inside"]:
        inside(int(sys.argv[2]))
    else:
        from run import VERSIONS, environment

        version = sys.argv[1] if len(sys.argv) > 1 else VERSIONS[-1]
        count = sys.argv[2] if len(sys.argv) > 2 else "500"
        sys.exit(subprocess.call([environment(version), pathlib.Path(__file__), "--inside", count]))
