"""The pre-commit hooks, with the real pre-commit and prek, and without a network."""

import functools
import os
import re
import shutil

from kit import (
    BAD, BUILD_BACKEND, GOOD, HOME, ROOT, WHEELS, blocks, check, expect, folder, notebook, run, tool, tools, user, version,
    wheel,
)  # fmt: skip

# Stands for poolcheck's repository once a wheel is published: the same hooks, but nothing to compile.
HOOK_REPOSITORY = """\
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[project]
name = "poolcheck-hooks"
version = "0"
dependencies = ["poolcheck=={version}"]
[tool.setuptools]
py-modules = []
"""
GIT = {
    "GIT_AUTHOR_NAME": "t", "GIT_AUTHOR_EMAIL": "t@example.org", "GIT_COMMITTER_NAME": "t",
    "GIT_COMMITTER_EMAIL": "t@example.org", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null",
}  # fmt: skip


def repository(path):
    """Makes a folder a repository with everything in it committed."""
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "all"]):
        run("git", *arguments, cwd=path, env=GIT, status=0)
    return path


@functools.cache
def offline():
    """The environment in which pip and uv see only our wheels, and pre-commit and prek only environments of this run."""
    wheel()
    tool("pip", "download", "-q", "--no-deps", "-d", WHEELS, BUILD_BACKEND)
    caches = {name: HOME / name for name in ("pre-commit", "prek", "uv")}
    # What was installed from an older wheel of the same version.
    for cache in caches.values():
        shutil.rmtree(cache, ignore_errors=True)
    pip = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(WHEELS)}
    uv = {"UV_NO_INDEX": "1", "UV_FIND_LINKS": str(WHEELS), "UV_OFFLINE": "1", "UV_CACHE_DIR": str(caches["uv"])}
    homes = {"PRE_COMMIT_HOME": str(caches["pre-commit"]), "PREK_HOME": str(caches["prek"])}
    return {**GIT, **pip, **uv, **homes}


@functools.cache
def hooks():
    """The repository that has the hooks."""
    path = HOME / "hooks"
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    shutil.copy(ROOT / ".pre-commit-hooks.yaml", path)
    (path / "pyproject.toml").write_text(HOOK_REPOSITORY.format(version=version()))
    return repository(path)


# What runs the hooks.
MANAGERS = ("pre-commit", "prek")


def hook(manager, *arguments, cwd, status, **env):
    """Runs one of these; its output."""
    return tool(manager, *arguments, cwd=cwd, env={**offline(), **env}, status=status).stdout


def outcomes(output):
    """Each hook's name and how it ended."""
    return dict(re.findall(r"^(.+?)\.{2,}(?:\(.*\))?(Passed|Failed|Skipped)$", output, re.MULTILINE))


BOTH = ("poolcheck", "poolcheck (whole project)")


@check
def check_hook_manifest():
    """pre-commit and prek accept .pre-commit-hooks.yaml"""
    for manager in MANAGERS:
        tool(manager, "validate-manifest", ROOT / ".pre-commit-hooks.yaml")


@check
def check_try_repo():
    """`try-repo` of pre-commit and prek with both hooks fails on a bad file and passes on a good one"""
    for manager in MANAGERS:
        with folder({"client.py": BAD}) as here:
            repository(here)
            seen = outcomes(hook(manager, "try-repo", hooks(), "--all-files", cwd=here, status=1))
            expect(seen == dict.fromkeys(BOTH, "Failed"), manager, seen)
            (here / "client.py").write_text(GOOD)
            seen = outcomes(hook(manager, "try-repo", hooks(), "--all-files", cwd=here, status=0))
            expect(seen == dict.fromkeys(BOTH, "Passed"), manager, seen)


def configured(files):
    """A repository that uses both hooks."""
    head = run("git", "rev-parse", "HEAD", cwd=hooks(), status=0).stdout.strip()
    config = f"repos:\n- repo: {hooks()}\n  rev: {head}\n  hooks:\n  - id: poolcheck\n  - id: poolcheck-all\n"
    return folder({**files, ".pre-commit-config.yaml": config})


@check
def check_what_the_hooks_see():
    """`poolcheck` judges the files that it is given, `poolcheck-all` the whole project"""
    for manager in MANAGERS:
        with configured({"bad.py": BAD, "good.py": GOOD, "notes.txt": "x\n"}) as here:
            repository(here)
            seen = outcomes(hook(manager, "run", "--files", "good.py", cwd=here, status=1))
            expect(seen == dict(zip(BOTH, ("Passed", "Failed"))), manager, seen)
            seen = outcomes(hook(manager, "run", "--files", "notes.txt", cwd=here, status=0))
            expect(seen == dict.fromkeys(BOTH, "Skipped"), manager, seen)


@check
def check_hook_file_types():
    """the hooks run on stubs and notebooks too"""
    with configured({"a.pyi": BAD, "b.ipynb": notebook(BAD), "c.md": BAD}) as here:
        repository(here)
        for manager in MANAGERS:
            output = hook(manager, "run", "--all-files", cwd=here, status=1)
            seen = ["a.pyi:3:42: error" in output, "b.ipynb:cell 1:3:42: error" in output, "c.md" in output]
            expect(seen == [True, True, False], manager, output)


@check
def check_hook_respects_exclude():
    """a file that the configuration excludes passes although pre-commit names it"""
    with configured({"old/bad.py": BAD, "poolcheck.toml": 'exclude = ["old"]\n'}) as here:
        repository(here)
        for manager in MANAGERS:
            seen = outcomes(hook(manager, "run", "--files", "old/bad.py", cwd=here, status=0))
            expect(seen == dict.fromkeys(BOTH, "Passed"), manager, seen)


@check
def check_readme_hooks():
    """every `repo: local` configuration in the README works as it stands, for the whole project and for staged files"""
    configs = [block for block in blocks("yaml") if "repo: local" in block]
    expect(len(configs) >= 2, "the README shows fewer than two")
    # As the README tells.
    staged = [
        re.sub(r" +(args|pass_filenames): .*\n", "", config).replace("entry: poolcheck", "entry: poolcheck --force-exclude")
        for config in configs
    ]
    expect(not set(configs) & set(staged), *staged)
    for config in configs + staged:
        for manager in MANAGERS:
            try_local(manager, config, whole=config in configs)


def try_local(manager, config, whole):
    """Tries a configuration on a bad file and on a good one; where it is not about the whole project, beside a bad one."""
    installed = {"PATH": f"{user()}{os.pathsep}{tools()}{os.pathsep}{os.environ['PATH']}"}
    path = {} if "additional_dependencies" in config else installed
    with folder({"client.py": BAD, "other.py": GOOD if whole else BAD, ".pre-commit-config.yaml": config}) as here:
        repository(here)
        tool(manager, "validate-config", cwd=here)
        named = ("run", "--files", "client.py")
        expect("Failed" in hook(manager, *named, cwd=here, status=1, **path), manager, config)
        (here / "client.py").write_text(GOOD)
        expect("Passed" in hook(manager, *named, cwd=here, status=0, **path), manager, config)
