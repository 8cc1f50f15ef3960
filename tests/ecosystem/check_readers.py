"""What reads the output: the problem matchers and the Vim compiler in editors/, jq."""

import functools
import json
import shutil

from kit import BAD, GOOD, ROOT, Skip, blocks, check, expect, folder, node, notebook, run, user

# A finding of every severity in a module and in a notebook, a file that does not parse, a path with a space.
FILES = {
    "my client.py": BAD,
    "src/info.py": BAD,
    "notes.ipynb": notebook("import aiohttp\n", BAD),
    "src/notes.ipynb": notebook(BAD),
    "broken.py": "import aiohttp\ndef broken(:\n    aiohttp.ClientTimeout()\n",
    "good.py": GOOD,
    "src/poolcheck.toml": 'rules.PC101.severity = "info"\n',
}
EDITORS = ROOT / "editors"
# What no matcher may take for a finding.
FOREIGN = "src/app.py:12:15: PC101 a line of another form"


def task():
    """The one task of the VS Code file."""
    (task,) = json.loads((EDITORS / "tasks.json").read_text())["tasks"]
    return task


@functools.cache
def output():
    """What the VS Code task's own command prints, and what is true by the JSON of the same run."""
    with folder(FILES) as here:
        lines = run(user() / task()["command"], *task()["args"], cwd=here, status=1).stdout.splitlines()
        report = json.loads(run(user() / "poolcheck", "--output-format", "json", cwd=here, status=1).stdout)
    truth = []
    for problem in report["problems"]:
        at = problem["location"]
        truth.append((problem["filename"], None, at["row"], at["column"], "error", problem["message"], problem["kind"]))
    for one in report["diagnostics"]:
        at = one["location"]
        place = (one["filename"], one["cell"], at["row"], at["column"])
        truth.append((*place, one["severity"], one["message"], one["code"]))
    kinds = {(bool(row[1]), row[4]) for row in truth}
    expect(len(kinds) == 6 and any(row[6] == "syntax" for row in truth), "the project shows too little", *truth)
    return lines, truth


def wanted(row):
    """What a reader should make of a finding: in a notebook, whose cells are no lines of the file, the place is told in
    the message."""
    file, cell, line, column, severity, message, code = row
    if cell is None:
        return (file, line, column, severity, message, code)
    return (file, None, None, severity, f"cell {cell}:{line}:{column}: {severity}: {message}", code)


def compare(seen, truth):
    """Fails unless each line was read by one matcher alone and nothing was lost or changed."""
    for line, found in seen:
        expect(len(found) == 1, f"{len(found)} matchers read: {line}", *found)
    rows = sorted(map(str, (found[0] for _, found in seen)))
    expected = sorted(str(wanted(row)) for row in truth)
    expect(rows == expected, "read:", *rows, "instead of:", *expected)


@check
def check_vscode_matcher():
    """the VS Code task passes `--output-format concise`, and its matchers read each line of real output in full"""
    arguments = task()["args"]
    expect(arguments[arguments.index("--output-format") + 1] == "concise", arguments)
    lines, truth = output()
    *found, nothing = node()("vscode.js", {"matchers": task()["problemMatcher"], "lines": [*lines, FOREIGN]})
    expect(nothing == [], "a line of another form is read:", *nothing)
    keys = ("file", "line", "column", "severity", "message", "code")
    compare([(line, [tuple(one.get(key) for key in keys) for one in some]) for line, some in zip(lines, found)], truth)


@check
def check_github_matcher():
    """the GitHub Actions matcher is valid and makes an annotation of each line of real output and of an error"""
    lines, truth = output()
    with folder({}) as here:
        failed = run(user() / "poolcheck", "-q", "missing.py", cwd=here, status=2)
    config = json.loads((EDITORS / "github-matcher.json").read_text())
    *found, error, nothing = node()("github.js", {"config": config, "lines": [*lines, failed.stderr.strip(), FOREIGN]})
    expect(nothing == [], "a line of another form is read:", *nothing)
    expect([one["severity"] for one in error] == ["error"] and "missing.py" in error[0]["message"], error, failed)
    seen = []
    for line, some in zip(lines, found):
        rows = []
        for one in some:
            place = tuple(one[key] and int(one[key]) for key in ("line", "column"))
            severity = {"notice": "info"}.get(one["severity"], one["severity"])
            rows.append((one["file"], *place, severity, one["message"], one["code"]))
        seen.append((line, rows))
    compare(seen, truth)


@check
def check_vim_compiler():
    """`:compiler poolcheck` and `:make` fill Vim's quickfix list from a real run"""
    if not shutil.which("vim"):
        raise Skip("vim is not installed")
    lines, truth = output()
    with folder(FILES) as here:
        script = "\n".join(
            [
                f"set nocompatible cpo&vim shellpipe=> runtimepath^={EDITORS}/vim",
                "compiler poolcheck",
                "silent make!",
                "let rows = map(getqflist(), {_, it -> [bufname(it.bufnr), it.lnum, it.col, it.type, it.text, it.valid]})",
                "call writefile([json_encode(rows)], 'rows.json')",
                "qall!",
            ]
        )
        (here / "script.vim").write_text(script)
        env = {"PATH": f"{user()}:/usr/bin:/bin", "HOME": str(here), "TERM": "dumb"}
        done = run("vim", "-Nu", "NONE", "-i", "NONE", "-n", "-es", "-S", "script.vim", cwd=here, env=env)
        expect((here / "rows.json").exists(), done)
        rows = json.loads((here / "rows.json").read_text())
    expected = []
    for file, line, column, severity, message, code in map(wanted, truth):
        kind = severity[0] if line else ""
        expected.append([file, line or 0, column or 0, kind, f"{message} [{code}]", 1])
    expect(sorted(rows, key=str) == sorted(expected, key=str), *sorted(rows, key=str), "instead of:", *sorted(expected, key=str))


@check
def check_jq():
    """the README's jq commands work on a real report"""
    if not shutil.which("jq"):
        raise Skip("jq is not installed")
    commands = [line for block in blocks("sh") for line in block.splitlines() if "| jq " in line]
    expect(commands, "the README shows none")
    with folder({"bad.py": BAD}) as here:
        for command in commands:
            done = run("bash", "-c", command, cwd=here, env={"PATH": f"{user()}:/usr/bin:/bin"}, status=0)
            expect("PC101" in done.stdout, command, done.stdout, done.stderr)
