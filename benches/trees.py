"""The trees that `compare.py` measures on: one from PyPI, copies of it, and generated ones. Each is made once.

A tree has a folder `.git`, so that the ignore files of this repository, in whose `target/` it usually lies, do not
count for it, and a project begins there.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile

RELEASE = "homeassistant==2024.3.3"

# A module as there are many: it names no library.
PLAIN = '''"""Orders of shop {n}."""

import dataclasses
import datetime


@dataclasses.dataclass(frozen=True)
class Order{n}:
    """What one customer wants."""

    number: int
    day: datetime.date
    cents: tuple

    def total(self, discount=0):
        """Returns the sum, without what is free."""
        paid = [cents for cents in self.cents if cents > discount]
        if not paid:
            return 0
        return sum(paid) - discount * len(paid)

    def late(self, today):
        """Returns whether it should have been sent."""
        return (today - self.day).days > 3 and self.total() > 0


def latest_{n}(orders):
    """Returns the newest order, or None."""
    newest = None
    for order in orders:
        if newest is None or order.day > newest.day:
            newest = order
    return newest
'''

# A module that builds a session for each call, and makes a request that ruff's S113 finds.
SESSIONS = '''

import aiohttp
import requests

BASE = "https://shop{n}.example.org"


def stock_{n}(path):
    """Returns what is there."""
    return requests.get(BASE + path).json()


async def order_{n}(path):
    """Sends one order."""
    async with aiohttp.ClientSession() as session:
        async with session.get(BASE + path) as response:
            return await response.json()


async def orders_{n}(paths):
    """Sends all."""
    return [await order_{n}(path) for path in paths]
'''

# Ten lines with one finding.
FINDING = """

TIMEOUT_{n} = aiohttp.ClientTimeout(total=5, connect=10)


def label_{n}(value):
    text = str(value).strip()
    if not text:
        return "nothing"
    return text
"""


class Missing(Exception):
    """A tree cannot be made, and why."""


def _made(path, fill):
    """Returns the tree at a path. Where there is none, fills a folder beside it that then takes its name, so that one
    that is there is whole.
    """
    if not path.exists():
        print(f"making {path}", file=sys.stderr, flush=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix="making-") as scratch:
            tree = pathlib.Path(scratch) / "tree"
            tree.mkdir()
            fill(tree)
            (tree / ".git").mkdir()
            tree.rename(path)
    return path


def _fetch(tree):
    """Unpacks the release's source distribution."""
    with tempfile.TemporaryDirectory() as folder:
        # Nothing is installed, so that it may want another Python.
        pip = (sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:",
               "--ignore-requires-python", "--dest", folder, RELEASE)  # fmt: skip
        if subprocess.run(pip, stdin=subprocess.DEVNULL, check=False).returncode:
            raise Missing(f"pip cannot download {RELEASE}")
        (archive,) = pathlib.Path(folder).glob("*.tar.gz")
        with tarfile.open(archive) as packed:
            packed.extractall(folder, filter="data")
        (unpacked,) = (path for path in pathlib.Path(folder).iterdir() if path.is_dir())
        for path in unpacked.iterdir():
            shutil.move(path, tree)


def release(trees):
    """The source distribution of Home Assistant."""
    return _made(trees / RELEASE.replace("==", "-"), _fetch)


def _link(source, target):
    """A second name for a file, or a copy where the file system has no such thing."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def copies(trees, count):
    """So many copies of that, side by side."""
    original = release(trees)

    def fill(tree):
        for number in range(count):
            without = shutil.ignore_patterns(".git")
            shutil.copytree(original, tree / f"copy{number}", copy_function=_link, ignore=without)

    return _made(trees / f"{original.name}-{count}-copies", fill)


def _modules(tree, count, every):
    """Writes modules, a hundred to a folder, of which every so many builds sessions."""
    for number in range(count):
        path = tree / f"shops{number // 100}" / f"shop{number}.py"
        path.parent.mkdir(exist_ok=True)
        text = PLAIN + SESSIONS if number % every == 0 else PLAIN
        path.write_text(text.replace("{n}", str(number)), encoding="utf-8")


def sessions(trees):
    """2,000 modules that all build sessions."""
    return _made(trees / "sessions", lambda tree: _modules(tree, 2000, 1))


def monorepo(trees, count):
    """So many modules, of which one in ten builds sessions."""
    return _made(trees / f"monorepo-{count}", lambda tree: _modules(tree, count, 10))


def findings(trees, files, each):
    """So many modules of so many findings, one in ten lines."""

    def fill(tree):
        for number in range(files):
            units = "".join(FINDING.replace("{n}", str(unit)) for unit in range(each))
            # In the place of the empty line at the top.
            (tree / f"settings{number}.py").write_text("import aiohttp\n" + units[1:], encoding="utf-8")

    return _made(trees / f"findings-{files}-{each}", fill)
