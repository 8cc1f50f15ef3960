"""A project with many findings takes poolcheck in: as a new user would, from the wheel in an empty environment."""

import json
import re
import shutil

from check_hooks import GIT, repository
from kit import BAD, Skip, check, expect, folder, run, user

# Fifteen clients, in folders, with two findings each.
MANY = {f"src/part{number % 4}/client{number}.py": BAD for number in range(15)}
NEW = "\n\nOTHER = aiohttp.ClientTimeout(total=1, connect=2)\n"


def told(here, *arguments, status):
    """The places that a run tells."""
    done = run(user() / "poolcheck", "--output-format", "concise", *arguments, cwd=here, env=GIT, status=status)
    return re.findall(r"^(\S+?:\d+):.*\[(PC\d+)\]$", done.stdout, re.MULTILINE), done.stderr


def append(path, text):
    """Puts a text at the end of a file."""
    path.write_text(path.read_text() + text)


@check
def check_adoption_by_baseline():
    """30 findings, a baseline: one new finding is told alone, and what is fixed is taken out"""
    with folder({**MANY, "poolcheck.toml": 'baseline = "known.json"\n'}) as here:
        repository(here)
        told(here, status=2)
        found, ending = told(here, "--update-baseline", status=0)
        expect(not found and "30 findings, 30 of them new" in ending, found, ending)
        found, ending = told(here, status=0)
        expect(not found and "30 findings that known.json holds" in ending, found, ending)
        append(here / "src/part1/client5.py", NEW)
        found, _ = told(here, status=1)
        expect(found == [("src/part1/client5.py:14", "PC101")], found)
        found, _ = told(here / "src", status=1)
        expect(found == [("part1/client5.py:14", "PC101")], "from a subfolder", found)
        client = here / "src/part0/client0.py"
        client.write_text(client.read_text().replace("connect=10", "connect=1"))
        _, ending = told(here, "src/part0", status=0)
        expect("Fixed: 1 entry" in ending and "src/part0/client0.py: PC101 TIMEOUT" in ending, ending)
        _, ending = told(here, "src/part0", "--update-baseline", status=0)
        expect("29 findings, 0 of them new; 1 fixed one taken out" in ending, ending)
        expect(len(json.loads((here / "known.json").read_text())["findings"]) == 29)


@check
def check_adoption_by_since():
    """30 findings in a repository: `--since` tells the one on a new line"""
    with folder(MANY) as here:
        repository(here)
        expect(told(here, "--since", "HEAD", status=0)[0] == [])
        append(here / "src/part1/client5.py", NEW)
        (here / "new.py").write_text(BAD)
        found, ending = told(here, "--since", "HEAD", status=1)
        expected = [("new.py:3", "PC101"), ("new.py:7", "PC205"), ("src/part1/client5.py:14", "PC101")]
        expect(found == expected and "30 findings where nothing changed" in ending, found, ending)


@check
def check_adoption_by_comments():
    """30 findings, `--add-ignore`: silent, by nothing but comments, and one new finding is told alone"""
    with folder(MANY) as here:
        repository(here)
        found, ending = told(here, "--add-ignore=since the beginning", status=0)
        expect(not found and "Silenced 30 findings in 15 files." in ending, found, ending)
        expect(told(here, status=0)[0] == [])
        changed = run("git", "diff", "--unified=0", cwd=here, env=GIT, status=0).stdout.splitlines()
        added = [line[1:] for line in changed if re.match(r"\+(?!\+)", line)]
        expect(len(added) == 30 and all("# poolcheck: ignore[PC" in line for line in added), *added)
        for path in here.glob("src/*/*.py"):
            compile(path.read_text(), str(path), "exec")
        append(here / "src/part1/client5.py", NEW)
        expect([code for _, code in told(here, status=1)[0]] == ["PC101"])


@check
def check_completions_in_bash():
    """bash loads its completions, and completes flags and rules"""
    if not shutil.which("bash"):
        raise Skip("bash is not installed")
    script = """
source <(poolcheck --completions bash)
complete -p poolcheck >/dev/null
COMP_WORDS=(poolcheck --since) COMP_CWORD=1; _poolcheck poolcheck --sin poolcheck; echo "${COMPREPLY[@]}"
COMP_WORDS=(poolcheck --explain PC30) COMP_CWORD=2; _poolcheck poolcheck PC30 --explain; echo "${COMPREPLY[@]}"
"""
    done = run("bash", "-euc", script, env={"PATH": f"{user()}:/usr/bin:/bin"}, status=0)
    flags, codes = done.stdout.splitlines()
    expect(flags == "--since" and codes.split()[0] == "PC301", done)


@check
def check_manual_page():
    """the manual page is formatted without a warning"""
    if not shutil.which("groff"):
        raise Skip("groff is not installed")
    page = run(user() / "poolcheck", "--man", status=0).stdout
    done = run("groff", "-man", "-Tutf8", "-ww", "-P-cbou", text=page, status=0)
    expect(not done.stderr, done.stderr)
    words = ("NAME", "poolcheck", "ADOPTION", "--add-ignore", "Exit status")
    expect(all(word in done.stdout for word in words), done.stdout)
