"""What the experiments with clients without an event loop stand on: a scripted server in a thread, and observers.

Everything happens on 127.0.0.1, with the standard library alone. No fact depends on a tight clock.
"""

import concurrent.futures
import contextlib
import socketserver
import threading
import time

HOST = "127.0.0.1"


class Server:
    """HTTP/1.1 on loopback; the path says how it behaves: /ok, /wait/SECONDS, /stall (never answers), /gate (answers once
    the gate is opened)."""

    def __init__(self):
        self.opened = 0
        self.open_now = 0
        self.waiting = 0
        self.gate = threading.Event()
        self._over = threading.Event()
        self._lock = threading.Lock()

    def __enter__(self):
        serve = self._serve

        class Handler(socketserver.StreamRequestHandler):
            """One connection."""

            def handle(self):
                serve(self.rfile, self.wfile)

        class Listener(socketserver.ThreadingTCPServer):
            """As many connections as come."""

            allow_reuse_address = True
            daemon_threads = True
            block_on_close = False
            request_queue_size = 512

        self._server = Listener((HOST, 0), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *exc):
        self._over.set()
        self.gate.set()
        self._server.shutdown()
        self._server.server_close()

    def url(self, path="/ok"):
        """The address of a behaviour."""
        return f"http://{HOST}:{self.port}{path}"

    def _count(self, name, by):
        with self._lock:
            setattr(self, name, getattr(self, name) + by)

    def _serve(self, reader, writer):
        self._count("opened", 1)
        self._count("open_now", 1)
        try:
            while self._answer(reader, writer):
                pass
        except OSError:
            pass
        finally:
            self._count("open_now", -1)

    def _answer(self, reader, writer):
        first = reader.readline()
        if not first:
            return False
        length = 0
        while (line := reader.readline()) not in (b"\r\n", b""):
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        reader.read(length)
        name, *words = first.split(b" ")[1].decode().strip("/").split("/")
        if name == "stall":
            self._over.wait(60)
            return False
        if name == "wait":
            self._over.wait(float(words[0]))
        if name == "gate":
            self._count("waiting", 1)
            self.gate.wait(30)
            self._count("waiting", -1)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        return True

    def settled(self, name, quiet=0.4, patience=10.0):
        """A count, once it has not changed for a while."""
        value, changed, start = getattr(self, name), time.monotonic(), time.monotonic()
        while time.monotonic() - changed < quiet and time.monotonic() - start < patience:
            time.sleep(0.05)
            now = getattr(self, name)
            if now != value:
                value, changed = now, time.monotonic()
        return value


def held(count, request, server):
    """How many of `count` requests in as many threads the server has at once, none of them being answered meanwhile."""
    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        tasks = [pool.submit(request, server.url("/gate")) for _ in range(count)]
        found = server.settled("waiting", quiet=0.6)
        server.gate.set()
        for task in tasks:
            with contextlib.suppress(Exception):
                task.result(20)
    return found


def still_waiting(function, *arguments, seconds=1.2, **options):
    """Whether a call in a thread has neither returned nor raised after this long."""
    done = threading.Event()
    errors = []

    def run():
        try:
            function(*arguments, **options)
        except Exception as error:  # whatever it is, it is no longer waiting
            errors.append(error)
        finally:
            done.set()

    threading.Thread(target=run, daemon=True).start()
    return not done.wait(seconds)


def raised(function, *arguments, **options):
    """The exception that a call ends with; None where it returns."""
    try:
        function(*arguments, **options)
    except Exception as error:
        return error
    return None
