# -*- coding: utf-8 -*-
"""A module that uses most of the language; ünïcödé included."""
from __future__ import annotations

import asyncio, logging as log
import os.path
from . import sibling
from ..package.module import (
    first,
    second as zweite,  # noqa: F401
)
from typing import *

LIMIT: int = 1_000
TIMEOUTS = {"connect": 1.5, "total": 0x1F, **sibling.MORE}
NAMES = ["a", 'b', r"c\d", f"d{LIMIT!r:>{LIMIT}}", b"e"]
a = b = c = None
x, (y, *z) = 1, (2, 3, 4)
x += 1; y @= 2


@decorator
@module.decorator(arg, key="välue")
class Client(Base, metaclass=Meta):
    """Doc."""

    session: aiohttp.ClientSession | None = None
    attribute = [n for n in range(10) if n % 2 if n for m in NAMES]

    def __init__(self, base: str, /, timeout: float = 30.0, *args: int, retries=3, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.base, self.timeout = base, timeout
        self._callback = lambda a, b=1, *c, **d: (a, b)

    async def open(self):
        if self.session is None or self.session.closed:
            self.session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=self.timeout),  # poolcheck: ignore[PC101]
                connector=aiohttp.TCPConnector(limit=0),
            )
        elif not self.session:
            raise ValueError("no") from None
        else:
            pass
        return self.session

    async def fetch(self, urls):
        async with self.open() as session, asyncio.timeout(10):
            async for url in urls:
                async with session.get(f"{self.base}/{url}?q={url!s}") as response:
                    yield await response.json()
        results = await asyncio.gather(*(self.one(u) for u in urls), return_exceptions=True)
        print({k: v async for k, v in results}, {r for r in results}, sep="")

    @property
    def limit(self): return self.session[0:1, ..., -1]

    @staticmethod
    def generate():
        yield
        value = yield 1, 2
        yield from value


def retry(function, attempts=5):
    global LIMIT
    count = 0

    def inner(*, key):
        nonlocal count
        count = count + 1 if key else -count
        return function(key)

    for attempt in range(attempts):
        try:
            return inner(key=attempt)
        except (OSError, asyncio.TimeoutError) as error:
            log.warning("äöü %s", error)
            continue
        except* Group:
            break
        except Exception:
            raise
        else:
            del count, attempts[0]
        finally:
            assert attempts, "none left"
    else:
        return None
    while (n := next(iter([]), None)) is not None and 1 < n <= 3:
        n <<= 1
    else:
        exec("x")


def dispatch(command):
    match command.split():
        case []:
            return
        case ["go", direction] | ["walk", direction]:
            move(direction)
        case Point(x=0, y=yy) if yy > 0:
            pass
        case {"name": str(name), **rest}:
            pass
        case -1 | 1.5 | "s" "t" | None | True:
            pass
        case module.CONSTANT as constant:
            pass
        case (first, *others):
            pass
        case _:
            raise KeyError


with (open("a") as f, open("b") as g):
    pass
with open("a") as f, (open("b")):
    pass
type Alias[T] = dict[str, T]
def generic[T: int](value: T, *more: *Ts) -> Callable[[T], T]: return value
long = (
    "implicit "
    "concatenation "  # between
    f"with {'nested' f'{x}'} parts"
) \
    + 'and a continuation'
data = not a or ~b and -c ** 2 // 3 | 4 if x in y else z not in [*x, *y]
slices = data[1:2, ::3][::][a:=1]
numbers = [0b1, 0o7, 1j, 1e-5, .5, 5., 1_0]
nested = {**{"a": {"b": [({"c": (1,)},)]}}}
await_ = [await thing for thing in things]
print(lambda: (yield))
if x: y = 1
elif y: z = 2
else: x = 3
