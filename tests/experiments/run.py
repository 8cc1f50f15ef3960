#!/usr/bin/env python3
"""Runs the experiments against real releases of aiohttp, on loopback.

    python tests/experiments/run.py                    the representative versions
    python tests/experiments/run.py 3.9.2 3.14.5       these versions
    python tests/experiments/run.py --only WORD ...    the facts whose name contains WORD

Makes a virtual environment a version under target/experiments/, prints a table of facts and versions, and ends with
"N passed, N failed" and the matching exit status.
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
MODULES = ("facts_timeouts", "facts_websockets", "facts_pools", "facts_sessions", "facts_responses")
# One before and one after each border that most facts depend on, and the newest.
VERSIONS = ("3.9.1", "3.10.11", "3.14.3", "3.14.5")
# A fact that takes longer than this hangs.
PATIENCE = 40


def facts(only):
    """The experiments, in the order they are written."""
    for name in MODULES:
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


def inside(only):
    """The part that runs in a version's environment: one JSON line a fact."""
    logging.disable(logging.CRITICAL)
    for name, function in facts(only):
        print(json.dumps([name, inspect.getdoc(function) or "", prove(function)]), flush=True)


def environment(version):
    """The interpreter of a virtual environment that has this version."""
    folder = ENVIRONMENTS / f"aiohttp-{version}"
    python = folder / "bin" / "python"
    ready = folder / "ready"
    if not ready.exists():
        print(f"installing aiohttp {version}", file=sys.stderr, flush=True)
        venv.create(folder, with_pip=True, clear=True)
        pip = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", f"aiohttp=={version}"]
        subprocess.run(pip, check=True)
        ready.touch()
    return python


def outside(version, only):
    """The rows of one version."""
    command = [environment(version), HERE / "run.py", "--inside", "--only", only]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    if done.returncode:
        rows.append(["run", "the experiments ran to their end", f"exit status {done.returncode}"])
    return rows


def main():
    """Runs every version and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("versions", nargs="*", default=VERSIONS, metavar="VERSION")
    parser.add_argument("--only", default="", metavar="WORD", help="the facts whose name contains this")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        inside(options.only)
        return 0

    for version in options.versions:
        environment(version)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda version: outside(version, options.only), options.versions))

    table = {}
    for version, rows in zip(options.versions, results):
        for name, sentence, failure in rows:
            table.setdefault((name, sentence), {})[version] = failure
    width = max((len(name) for name, _ in table), default=4)
    print(" " * width, *(f"{version:>8}" for version in options.versions))
    for (name, sentence), row in table.items():
        cells = ("-" if v not in row else "holds" if row[v] is None else "FAILS" for v in options.versions)
        print(f"{name:<{width}}", *(f"{cell:>8}" for cell in cells), "", sentence)
    failures = [(n, v, text) for (n, _), row in table.items() for v, text in row.items() if text is not None]
    for name, version, text in failures:
        print(f"\n{name} with aiohttp {version}\n{text}")
    passed = sum(len(row) for row in table.values()) - len(failures)
    print(f"\n{passed} passed, {len(failures)} failed")
    return 1 if failures or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
