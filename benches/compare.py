#!/usr/bin/env python3
"""Measures how fast poolcheck is, beside ripgrep, ruff and itself, and prints one table in Markdown.

    python3 benches/compare.py                       builds poolcheck and measures it: 10 runs of each command
    python3 benches/compare.py --quick               3 runs of each, and fewer files, to see that it works
    python3 benches/compare.py --large               also a repository of 100,000 generated files
    python3 benches/compare.py --binary PATH         measures this binary
    python3 benches/compare.py --trees DIR           keeps the trees there instead of target/bench/
    python3 benches/compare.py --write README.md     also puts the table between that file's markers

Fetches ruff and what it measures on from PyPI by pip, once; ripgrep is used where `rg` is on PATH. A row whose
comparison is missing is left out, and the text below the table says so. Before a command is timed, it must find what
its slow twin finds, which parses every file in one thread: where their JSON differs, the exit status is 1.

The two commands of a row take turns, so that whatever slows the machine down meets both: hyperfine, which pip cannot
install, runs all of one before the other. The operating system tells time and memory of each process by `wait4`, so
this needs Unix.
"""

import argparse
import dataclasses
import datetime
import filecmp
import functools
import os
import pathlib
import platform
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import textwrap
import time
import venv

import trees
from trees import Missing

ROOT = pathlib.Path(__file__).resolve().parent.parent
HOME = ROOT / "target" / "bench"
RUFF = "ruff==0.17.6"
NAMES = "aiohttp|httpx|requests|urllib3|reqwest"
SOURCES = ("*.py", "*.pyi", "*.ipynb", "*.rs")
# In a process of its own: until it is replaced by its program, a process that is started counts the memory of this one.
COUNT = "import json, sys; r = json.load(sys.stdin); print(r['summary']['files'], len(r['diagnostics']))"
# What `ru_maxrss` counts in.
UNIT = 1 if sys.platform == "darwin" else 1024


@dataclasses.dataclass(frozen=True)
class Command:
    """A command, and what the table calls it."""

    name: str
    words: tuple
    folder: pathlib.Path


@dataclasses.dataclass(frozen=True)
class Row:
    """What is measured. `what` may name the numbers of `{files}` and `{findings}`; `beyond` asks for the difference
    instead of the ratio; `checked` is what both twins run, where something is judged.
    """

    what: str
    ours: Command
    other: Command | None = None
    beyond: bool = False
    checked: Command | None = None


@dataclasses.dataclass(frozen=True)
class Run:
    """One run of a command: seconds on the clock, seconds on all processors, and bytes at the peak."""

    wall: float
    cpu: float
    peak: int


def once(command, output=os.devnull):
    """Runs a command, its output into a file."""
    # `rg` reads arguments from the file that this names.
    environment = {key: value for key, value in os.environ.items() if key != "RIPGREP_CONFIG_PATH"}
    with open(output, "wb") as out, tempfile.TemporaryFile() as errors:
        started = time.perf_counter()
        process = subprocess.Popen(
            command.words, cwd=command.folder, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=errors
        )
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        # 1 is what each of these tools says where it found something, or `rg` where it did not.
        if process.returncode not in (0, 1):
            errors.seek(0)
            said = errors.read(2000).decode(errors="replace")
            sys.exit(f"exit status {process.returncode}: {' '.join(map(str, command.words))}\n{said}")
    return Run(wall, used.ru_utime + used.ru_stime, used.ru_maxrss * UNIT)


def measure(row, runs, scratch):
    """Runs both commands of a row by turns, once without counting. The output goes into a file, since some tools do
    less where nobody reads it. Returns a list of runs for each.
    """
    commands = [row.ours] if row.other is None else [row.ours, row.other]
    measured = [[] for _ in commands]
    for turn in range(runs + 1):
        for command, done in zip(commands, measured, strict=True):
            run = once(command, scratch / "output")
            if turn:
                done.append(run)
    return measured


@functools.cache
def judged(command, scratch):
    """Holds a command against its slow twin. Returns how many files it looked at and how many findings it has."""
    quick, slow = scratch / "quick.json", scratch / "slow.json"
    program, *words = command.words
    # Two numbers of threads would be refused.
    rest = [word for word in words if not word.startswith("-j")]
    once(dataclasses.replace(command, words=(program, "--output-format", "json", *words)), quick)
    twin = (program, "--output-format", "json", "--no-prefilter", "-j1", *rest)
    once(dataclasses.replace(command, words=twin), slow)
    if not filecmp.cmp(quick, slow, shallow=False):
        sys.exit(f"`poolcheck {' '.join(words)}` in {command.folder} does not find what `--no-prefilter -j1` finds")
    with quick.open() as report:
        counted = subprocess.run([sys.executable, "-c", COUNT], stdin=report, stdout=subprocess.PIPE, check=True)
    return tuple(int(number) for number in counted.stdout.split())


@dataclasses.dataclass(frozen=True)
class Tools:
    """The commands that are there; None where one is missing, which `missing` then tells."""

    poolcheck: pathlib.Path
    rg: str | None
    ruff: pathlib.Path | None
    true: str | None
    missing: tuple

    def ours(self, tree, *words, output=()):
        """poolcheck in a tree, as the fields of a row: in the format that is timed, and as it is checked."""
        checked = Command("poolcheck", (self.poolcheck, *words), tree)
        return {"ours": dataclasses.replace(checked, words=(*checked.words, *output)), "checked": checked}

    def names(self, tree):
        """The search for the names of the libraries, in the files that poolcheck reads."""
        globs = (word for source in SOURCES for word in ("-g", source))
        return Command(f"`rg -l '{NAMES}'`".replace("|", "\\|"), (self.rg, "-l", *globs, NAMES, "."), tree)

    def lint(self, tree, rules):
        """ruff with some of its rules, in a cold process like poolcheck."""
        words = (self.ruff, "check", "--no-cache", "--isolated", "--select", rules, ".")
        return Command(f"`ruff check`, {rules.replace(',', ' and ')}, no cache", words, tree)

    def start(self):
        """A process that does nothing."""
        return Command("`true`", (self.true,), ROOT)


def rows(tools, home, copies, large):
    """All rows; None where what a row needs is missing."""
    one, ours = trees.release(home), tools.ours
    here = "Home Assistant 2024.3.3, {files} files"
    staged = (
        ("that names no library", "homeassistant/util/color.py"),
        ("that names one and builds nothing", "homeassistant/const.py"),
    )
    builds = "homeassistant/helpers/aiohttp_client.py"
    itself = Command("poolcheck on one copy", (tools.poolcheck, "."), one)
    single = Command("poolcheck with `-j1`", (tools.poolcheck, "-j1", "."), one)
    busy, big, many = trees.sessions(home), trees.findings(home, 1, 2000), trees.findings(home, 100, 100)
    yield tools.rg and Row(here, **ours(one, "."), other=tools.names(one))
    yield tools.ruff and Row(here, **ours(one, "."), other=tools.lint(one, "S113,ASYNC"))
    what = f"{copies} copies of Home Assistant, {{files}} files"
    yield Row(what, **ours(trees.copies(home, copies), "."), other=itself)
    if large:
        part = Command("poolcheck on 10,000 of them", (tools.poolcheck, "."), trees.monorepo(home, 10_000))
        yield Row("a generated repository, {files} files", **ours(trees.monorepo(home, 100_000), "."), other=part)
    sessions = "{files} generated files that all build sessions"
    yield tools.ruff and Row(sessions, **ours(busy, "."), other=tools.lint(busy, "S113"))
    version = Command("poolcheck", (tools.poolcheck, "--version"), one)
    yield tools.true and Row("`--version`", version, tools.start(), beyond=True)
    for text, path in staged:
        what = f"one file of Home Assistant {text}"
        yield tools.true and Row(what, **ours(one, path), other=tools.start(), beyond=True)
    what = "one file of Home Assistant that builds sessions"
    yield tools.rg and Row(what, **ours(one, builds), other=tools.names(one))
    full, sarif = ("--output-format", "full"), ("--output-format", "sarif")
    yield Row("`full`: {findings} findings in one file of 20,000 lines", **ours(big, ".", output=full))
    yield Row("`sarif`: {findings} findings in {files} files", **ours(many, ".", output=sarif))
    if (os.cpu_count() or 1) > 1:
        yield Row(f"two threads, {here}", **ours(one, "-j2", "."), other=single)


def times(runs):
    """The median of some runs, and the shortest, in milliseconds."""
    walls = [run.wall * 1000 for run in runs]
    digits = 0 if min(walls) >= 100 else 1
    return f"{statistics.median(walls):,.{digits}f} ({min(walls):,.{digits}f})"


def line(row, measured, counted, floor):
    """A row of the table."""
    files, findings = (f"{number:,}" for number in counted or (0, 0))
    ours = measured[0]
    wall, cpu = (statistics.median(getattr(run, name) for run in ours) for name in ("wall", "cpu"))
    peak = max(run.peak for run in ours)
    memory = f"{peak / 2**20:,.0f}" if peak > floor else f"at most {floor / 2**20:,.0f}"
    name = their = ratio = ""
    if row.other:
        theirs = statistics.median(run.wall for run in measured[1])
        name, their = row.other.name, times(measured[1])
        ratio = f"{(wall - theirs) * 1000:+.1f} ms" if row.beyond else f"{wall / theirs:.2f}"
    cells = (
        row.what.format(files=files, findings=findings), times(ours), f"{cpu * 1000:,.0f}", name, their, ratio, memory,
        findings if counted else "",
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"


def said(*words):
    """The first line of what a command prints."""
    return subprocess.run(words, stdout=subprocess.PIPE, check=True, text=True).stdout.partition("\n")[0]


def processor():
    """The model of the processor."""
    if sys.platform == "darwin":
        return said("sysctl", "-n", "machdep.cpu.brand_string")
    try:
        models = re.search(r"^model name\s*: (.+)$", pathlib.Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    except OSError:
        models = None
    return models[1] if models else platform.machine()


def about(tools, runs):
    """What was measured with, where and when."""
    versions = [said(tools.poolcheck, "--version")]
    versions += [said(tool, "--version").partition(" (")[0] for tool in (tools.rg, tools.ruff) if tool]
    text = (
        f"Measured on {datetime.date.today()} on {processor()}, {os.cpu_count()} processors, {platform.system()} "
        f"{platform.release()}, with {', '.join(versions)}. Times are in milliseconds: the median (and the shortest) "
        f"of {runs} runs, in turns, after one that does not count, the files in the page cache; CPU is the median time "
        "on all processors, memory the highest peak in MiB. A ratio is poolcheck's time by the other's."
    )
    return "\n".join(textwrap.wrap(" ".join((text, *tools.missing)), 118, break_on_hyphens=False))


def ruff():
    """ruff, in a virtual environment of its own."""
    path = HOME / RUFF.replace("==", "-")
    command = path / "bin" / "ruff"
    if not command.exists():
        print(f"installing {RUFF}", file=sys.stderr, flush=True)
        venv.create(path, with_pip=True, clear=True)
        pip = (path / "bin" / "python", "-m", "pip", "install", "--quiet", RUFF)
        if subprocess.run(pip, stdin=subprocess.DEVNULL, check=False).returncode:
            return None
    return command


def set_up(binary):
    """Builds poolcheck if need be, and looks for the tools."""
    if binary is None:
        subprocess.run(["cargo", "build", "--release", "--locked"], cwd=ROOT, check=True)
        folder = os.environ.get("CARGO_TARGET_DIR", "target")
        binary = ROOT / folder / "release" / "poolcheck"
    found = {"rg": shutil.which("rg"), "ruff": ruff(), "true": shutil.which("true")}
    wanted = {
        "rg": "`rg` is not on PATH (on Debian: `apt-get install ripgrep`), so its rows are left out.",
        "ruff": f"{RUFF} could not be installed, so its rows are left out.",
        "true": "`true` is not on PATH, so the rows with it are left out.",
    }
    missing = tuple(text for name, text in wanted.items() if found[name] is None)
    for text in missing:
        print(text, file=sys.stderr)
    return Tools(binary.resolve(), **found, missing=missing)


def table(tools, chosen, runs):
    """Measures the rows."""
    lines = [
        "| what | poolcheck | CPU | compared with | takes | ratio | memory | findings |",
        "|---|---:|---:|---|---:|---:|---:|---:|",
    ]
    with tempfile.TemporaryDirectory(dir=HOME) as folder:
        scratch = pathlib.Path(folder)
        for row in filter(None, chosen):
            counted = judged(row.checked, scratch) if row.checked else None
            if counted:
                print(f"{counted[1]} findings in {counted[0]} files, as the slow twin has", file=sys.stderr, flush=True)
            measured = measure(row, runs, scratch)
            # A process that takes less memory than this one cannot be told from it.
            floor = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * UNIT
            lines.append(line(row, measured, counted, floor))
            print(lines[-1], file=sys.stderr, flush=True)
    return "\n".join(lines)


def write(path, text):
    """Puts a text between the markers of a file."""
    begin, end = "<!-- speed:begin -->\n", "<!-- speed:end -->"
    before, found, rest = path.read_text(encoding="utf-8").partition(begin)
    _, closed, after = rest.partition(end)
    if not (found and closed):
        sys.exit(f"{path}: there is no {begin.strip()} with its {end}")
    path.write_text(f"{before}{begin}{text}\n{end}{after}", encoding="utf-8")


def main():
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", type=pathlib.Path, help="poolcheck, instead of building it")
    parser.add_argument("--quick", action="store_true", help="3 runs of each command instead of 10, and fewer files")
    parser.add_argument("--large", action="store_true", help="also 100,000 generated files")
    parser.add_argument("--trees", type=pathlib.Path, default=HOME, help="where the trees are kept")
    parser.add_argument("--write", type=pathlib.Path, metavar="FILE", help="the file that gets the table")
    flags = parser.parse_args()
    if flags.binary and not flags.binary.is_file():
        parser.error(f"there is no {flags.binary}")
    runs = 3 if flags.quick else 10
    HOME.mkdir(parents=True, exist_ok=True)
    tools = set_up(flags.binary)
    try:
        # The slow twin takes minutes for ten copies.
        chosen = rows(tools, flags.trees.resolve(), 2 if flags.quick else 10, flags.large)
        lines = table(tools, chosen, runs)
    except Missing as why:
        sys.exit(str(why))
    text = f"{lines}\n\n{about(tools, runs)}"
    print(text)
    if flags.write:
        write(flags.write, text)


if __name__ == "__main__":
    main()
