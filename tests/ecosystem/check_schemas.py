"""The schemas, with real validators: what poolcheck reads and writes is accepted, what is broken is not."""

import functools
import http.server
import json
import threading

from check_adoption import MANY
from kit import BAD, ROOT, blocks, check, expect, folder, notebook, run, tool, user

REPORT = ROOT / "schemas" / "report.schema.json"
SITES = ROOT / "schemas" / "sites.schema.json"
CONFIG = ROOT / "poolcheck.schema.json"


def accepted(schema, *files):
    """Whether check-jsonschema accepts the files."""
    done = tool("check-jsonschema", "--schemafile", schema, *files, status=None)
    expect(done.returncode in (0, 1), done.stdout, done.stderr)
    return done.returncode == 0


@check
def check_schemas_are_schemas():
    """the schemas are valid themselves"""
    tool("check-jsonschema", "--check-metaschema", CONFIG, REPORT, SITES)


@check
def check_schema_of_reports():
    """each report is accepted, the golden ones too; one without a field, or with a wrong one, is not"""
    golden = ROOT / "fixtures" / "output"
    with folder({**MANY, "broken.py": "def f(:\n", "n.ipynb": notebook(BAD)}) as here:
        for schema, flags in ((REPORT, []), (SITES, ["--sites"])):
            report = here / "report.json"
            run(user() / "poolcheck", *flags, "--output-format", "json", "-o", report, cwd=here)
            known = golden / ("sites.json" if flags else "json.json")
            expect(accepted(schema, report, known), f"{schema.name} refuses what poolcheck writes")
            for broken in breaks(json.loads(report.read_text())):
                report.write_text(json.dumps(broken))
                expect(not accepted(schema, report), f"{schema.name} accepts a broken report", broken)


def breaks(report):
    """The report, broken in several ways."""
    rows = "sessions" if "sessions" in report else "diagnostics"
    yield {key: value for key, value in report.items() if key != "summary"}
    for field, value in (("location", {"row": "1", "column": 1}), ("filename", 3)):
        first, *rest = report[rows]
        yield {**report, rows: [{**first, field: value}, *rest]}
    if rows == "diagnostics":
        yield {**report, rows: [{**report[rows][0], "severity": "fatal"}]}


@check
def check_schema_of_configuration():
    """what poolcheck accepts in a configuration the schema accepts, and what it refuses the schema refuses"""
    shown = next(block for block in blocks("toml") if "[tool.poolcheck]" in block)
    right = [
        shown.replace("[tool.poolcheck]\n", "").replace("[tool.poolcheck.", "["),
        'select = ["ALL"]\nignore = ["PC1", "PC30", "session-per-request"]\nbaseline = "known.json"\n',
        "[rules.PC201]\nlimit-per-host = 4\nseverity = 'info'\n[per-file-ignores]\n'a/*' = ['PC9']\n",
        "lint-tests = true\nrespect-gitignore = false\nfail-on = 'never'\nmin-confidence = 'low'\nexclude = ['x']\n",
        "required-version = '>=0.1'\noutput-format = 'json'\n",
    ]
    wrong = [
        "selct = []\n", "select = 'PC1'\n", "select = ['E501']\n", "fail-on = 'errors'\n", "lint-tests = 'yes'\n",
        "[rules.PC201]\nlimit-per-host = 0\n", "[rules.PC101]\nlimit-per-host = 4\n", "[rules.PC999]\n",
        "[per-file-ignores]\na = 'PC1'\n", "output-format = 'xml'\n", "baseline = 1\n",
    ]  # fmt: skip
    with folder({}) as here:
        file = here / "poolcheck.toml"
        for text in right + wrong:
            file.write_text(text)
            is_right = run(user() / "poolcheck", "--show-settings", cwd=here).returncode == 0
            expect(is_right == (text in right), text)
            expect(accepted(CONFIG, file) == is_right, f"the schema says otherwise of:\n{text}")
            # What editors use for TOML.
            taplo = tool("taplo", "check", "--schema", CONFIG.as_uri(), file, cwd=here, status=None)
            expect((taplo.returncode == 0) == is_right, f"taplo says otherwise of:\n{text}", taplo.stderr)


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves the repository and says nothing about it."""

    def log_message(self, *_):
        pass


@check
def check_schema_in_pyproject():
    """validate-pyproject checks the table in pyproject.toml with the schema"""
    serving = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=ROOT))
    threading.Thread(target=serving.serve_forever, daemon=True).start()
    address = f"poolcheck=http://127.0.0.1:{serving.server_port}/{CONFIG.name}"
    try:
        with folder({}) as here:
            for key, status in (("select", 0), ("selct", 1)):
                text = f'[project]\nname = "x"\nversion = "1"\n[tool.poolcheck]\n{key} = ["PC1"]\n'
                (here / "pyproject.toml").write_text(text)
                tool("validate-pyproject", "--tool", address, here / "pyproject.toml", status=status)
    finally:
        serving.shutdown()
