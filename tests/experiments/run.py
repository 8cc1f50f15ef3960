#!/usr/bin/env python3
"""Runs the experiments against real releases of the libraries, on loopback.

    python tests/experiments/run.py                            the representative releases
    python tests/experiments/run.py aiohttp==3.9.2 httpx==0.28.1   these releases
    python tests/experiments/run.py --only WORD ...            the facts whose name contains WORD

Makes a virtual environment a release under target/experiments/, builds one program there that holds all releases of the
crates, prints a table of facts and releases for each library, and ends with "N passed, N failed" and the matching exit
status.
"""

import argparse
import asyncio
import concurrent.futures
import importlib
import inspect
import json
import logging
import pathlib
import subprocess
import sys
import traceback
import venv
import warnings

HERE = pathlib.Path(__file__).resolve().parent
ENVIRONMENTS = HERE.parent.parent / "target" / "experiments"
# The facts about each library: those of a fork are the library's own.
MODULES = {
    "aiohttp": ("facts_timeouts", "facts_websockets", "facts_pools", "facts_sessions", "facts_responses"),
    "httpx": ("facts_httpx",),
    "httpx2": ("facts_httpx",),
    "requests": ("facts_requests",),
    "urllib3": ("facts_urllib3",),
}
# The program with the facts about crates, which its Cargo.toml names the releases of.
PROGRAM = HERE / "rust" / "Cargo.toml"
CRATES = ("reqwest", "ureq", "hyper-util", "awc", "isahc")
# How many releases are tried at once: each waits most of the time, and what it measures is longer than it waits for a turn.
AT_ONCE = 3
# Of aiohttp one before and one after each border that most facts depend on; of all the newest.
RELEASES = (
    "aiohttp==3.9.1",
    "aiohttp==3.10.11",
    "aiohttp==3.14.3",
    "aiohttp==3.14.5",
    "httpx==0.23.3",
    "httpx==0.28.1",
    "httpx2==2.16.2",
    "requests==2.28.2",
    "requests==2.34.2",
    "urllib3==1.26.20",
    "urllib3==2.8.0",
    "reqwest==0.12.28",
    "reqwest==0.13.5",
    "ureq==2.12.1",
    "ureq==3.5.1",
    "hyper-util==0.1.21",
    "awc==3.11.0",
    "isahc==2.0.2",
)
# A fact that takes longer than this hangs.
PATIENCE = 40


def facts(library, only):
    """The experiments with a library, in the order they are written."""
    for name in MODULES[library]:
        module = importlib.import_module(name)
        for key, function in list(vars(module).items()):
            if key.startswith("test_") and only in key:
                yield key, function


def prove(function):
    """Runs one experiment; the traceback if it does not hold."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if inspect.iscoroutinefunction(function):
                asyncio.run(asyncio.wait_for(function(), PATIENCE))
            else:
                function()
    except Exception:  # whatever it is, the fact does not hold
        return traceback.format_exc()
    return None


def inside(library, only):
    """The part that runs in a release's environment: one JSON line a fact."""
    logging.disable(logging.CRITICAL)
    for name, function in facts(library, only):
        print(json.dumps([name, inspect.getdoc(function) or "", prove(function)]), flush=True)


def environment(release):
    """The interpreter of a virtual environment that has this release."""
    folder = ENVIRONMENTS / release.replace("==", "-")
    python = folder / "bin" / "python"
    ready = folder / "ready"
    if not ready.exists():
        print(f"installing {release}", file=sys.stderr, flush=True)
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "--disable-pip-version-check", release], check=True)
        ready.touch()
    return python


def program():
    """The program with the facts about crates."""
    folder = ENVIRONMENTS / "rust"
    command = ["cargo", "build", "--quiet", "--locked", "--manifest-path", PROGRAM, "--target-dir", folder]
    subprocess.run(command, check=True)
    return folder / "debug" / "experiments"


def outside(release, only):
    """The rows of one release."""
    library = release.partition("==")[0]
    if library in CRATES:
        command = [program(), release, only]
    else:
        command = [environment(release), HERE / "run.py", "--inside", library, "--only", only]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    if done.returncode:
        rows.append(["run", "the experiments ran to their end", f"exit status {done.returncode}"])
    return rows


def show(releases, results):
    """Prints the table of one library, and what failed; the numbers of what passed and what failed."""
    table = {}
    for release, rows in zip(releases, results):
        for name, sentence, failure in rows:
            table.setdefault((name, sentence), {})[release] = failure
    width = max((len(name) for name, _ in table), default=4)
    columns = [max(len(release), 8) for release in releases]
    print(" " * width, *(f"{release:>{column}}" for release, column in zip(releases, columns)))
    for (name, sentence), row in table.items():
        cells = ("-" if r not in row else "holds" if row[r] is None else "FAILS" for r in releases)
        print(f"{name:<{width}}", *(f"{cell:>{column}}" for cell, column in zip(cells, columns)), "", sentence)
    failures = [(n, r, text) for (n, _), row in table.items() for r, text in row.items() if text is not None]
    for name, release, text in failures:
        print(f"\n{name} with {release}\n{text}")
    print()
    return sum(len(row) for row in table.values()) - len(failures), len(failures)


def main():
    """Runs every release and prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("releases", nargs="*", default=RELEASES, metavar="LIBRARY==VERSION")
    parser.add_argument("--only", default="", metavar="WORD", help="the facts whose name contains this")
    parser.add_argument("--inside", metavar="LIBRARY", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        inside(options.inside, options.only)
        return 0

    libraries = {release: release.partition("==")[0] for release in options.releases}
    for release, library in libraries.items():
        if library not in (*MODULES, *CRATES):
            parser.error(f"no experiments with {release}; write LIBRARY==VERSION")
    # Compiling keeps the processors busy while packages are fetched; what is measured has the machine to itself later.
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        making = [pool.submit(program)] if any(library in CRATES for library in libraries.values()) else []
        making += [pool.submit(environment, release) for release, library in libraries.items() if library in MODULES]
        for one in making:
            one.result()
        results = list(pool.map(lambda release: outside(release, options.only), options.releases))

    passed = failed = 0
    for library in (*MODULES, *CRATES):
        of = [index for index, release in enumerate(options.releases) if release.partition("==")[0] == library]
        if of:
            good, bad = show([options.releases[index] for index in of], [results[index] for index in of])
            passed, failed = passed + good, failed + bad
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
