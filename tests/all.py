#!/usr/bin/env python3
"""Runs all tests: the Rust ones, the experiments and the ecosystem's. Each ends with how many passed and failed."""

import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SUITES = (
    ("cargo test", ["cargo", "test", "--no-fail-fast"]),
    ("experiments", [sys.executable, "tests/experiments/run.py"]),
    ("ecosystem", [sys.executable, "tests/ecosystem/run.py"]),
)


def main():
    """Runs every suite, also after one that failed."""
    failed = []
    for name, command in SUITES:
        print(f"== {name}", flush=True)
        if subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, check=False).returncode:
            failed.append(name)
    print(f"\n{len(SUITES) - len(failed)} suites passed, {len(failed)} failed" + "".join(f": {name}" for name in failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
