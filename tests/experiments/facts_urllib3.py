"""What urllib3 does. Each function is one fact that a page under rules/ cites."""

import inspect
import time

import urllib3
from urllib3 import PoolManager, Timeout

from blocking import HOST, Server, held, raised, still_waiting

SECOND = urllib3.__version__ >= "2"


def _get(pool, **options):
    return lambda url: pool.request("GET", url, **options)


def test_urllib3_has_no_default_timeout():
    """without timeout= a silent server is waited for, and connect alone leaves reading unbounded"""
    with Server() as server:
        for pool in (PoolManager(), PoolManager(timeout=None), PoolManager(timeout=Timeout(connect=0.3))):
            assert still_waiting(pool.request, "GET", server.url("/stall"), retries=False)
        direct = urllib3.HTTPConnectionPool(HOST, server.port)
        assert still_waiting(direct.request, "GET", "/stall", retries=False)
        for bounded in (0.3, Timeout(total=0.3), Timeout(read=0.3)):
            error = raised(PoolManager(timeout=bounded).request, "GET", server.url("/stall"), retries=False)
            assert isinstance(error, urllib3.exceptions.ReadTimeoutError), bounded


def test_urllib3_request_shares_a_pool():
    """urllib3.request of 2.x has a timeout of 3 s and one pool for all calls; 1.26 has no such function"""
    if not SECOND:
        assert isinstance(raised(urllib3.request, "GET", f"http://{HOST}/"), TypeError)
        return
    assert inspect.signature(urllib3.request).parameters["timeout"].default == 3
    with Server() as server:
        for _ in range(3):
            urllib3.request("GET", server.url())
        assert server.opened == 1


def test_urllib3_takes_the_smaller_timeout():
    """total takes the place of a longer connect or read; the first number is total"""
    timeout = Timeout(10, connect=30, read=40).clone()
    timeout.start_connect()
    assert timeout.total == 10 and timeout.connect_timeout == 10 and timeout.read_timeout <= 10


def test_urllib3_connecting_takes_from_reading():
    """what connecting took is taken from the time for reading where total is the sum no more"""
    timeout = Timeout(total=1, connect=0.8, read=0.8).clone()
    timeout.start_connect()
    time.sleep(0.5)
    assert timeout.read_timeout < 0.6


def test_urllib3_refuses_wrong_timeouts():
    """0, negative numbers and texts raise ValueError, in a Timeout and as a number"""
    for wrong in (0, -1, "x"):
        for name in ("total", "connect", "read"):
            assert isinstance(raised(Timeout, **{name: wrong}), ValueError), (name, wrong)
        with Server() as server:
            assert isinstance(raised(PoolManager().request, "GET", server.url(), timeout=wrong), ValueError)


def test_urllib3_invented_arguments_fail_at_the_first_request():
    """PoolManager takes pool_maxsize and its kin, and the first request raises TypeError"""
    with Server() as server:
        for name in ("pool_maxsize", "pool_size", "max_connections", "pool_connections", "pool_block", "pool_timeout",
                     "limit_per_host", "limit"):  # fmt: skip
            pool = PoolManager(**{name: 5})
            assert isinstance(raised(pool.request, "GET", server.url()), TypeError), name


def test_urllib3_pool_keeps_maxsize():
    """eight threads open eight connections, of which one is kept, the default; all with maxsize=8, or 0"""
    for options, kept in (({}, 1), ({"maxsize": 8}, 8), ({"maxsize": 0}, 8)):
        with Server() as server:
            pool = PoolManager(**options)
            assert held(8, _get(pool), server) == 8
            assert server.settled("open_now") == kept, options


def test_urllib3_blocking_pool_of_size_zero_waits_for_ever():
    """block=True with maxsize=0: a request waits for ever, whatever its timeout is"""
    with Server() as server:
        assert still_waiting(PoolManager(maxsize=0, block=True).request, "GET", server.url(), timeout=0.2)


def test_urllib3_pool_per_request_reuses_nothing():
    """five pool managers for five requests open five connections; one opens one"""
    with Server() as server:
        for _ in range(5):
            PoolManager().request("GET", server.url())
        assert server.opened == 5
    with Server() as server:
        pool = PoolManager()
        for _ in range(5):
            pool.request("GET", server.url())
        assert server.opened == 1


def test_urllib3_pool_opens_again():
    """a pool manager can be used after its block"""
    with Server() as server:
        with PoolManager() as pool:
            pool.request("GET", server.url())
        assert pool.request("GET", server.url()).status == 200
