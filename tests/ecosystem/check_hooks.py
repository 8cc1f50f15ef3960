"""The pre-commit hooks, with the real pre-commit and without a network."""

import functools
import os
import re
import shutil

from kit import (
    BAD, BUILD_BACKEND, GOOD, HOME, ROOT, WHEELS, blocks, check, expect, folder, notebook, run, tool, user, version, wheel,
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
    """The environment in which pip sees only our wheels, and pre-commit only environments of this run."""
    wheel()
    tool("pip", "download", "-q", "--no-deps", "-d", WHEELS, BUILD_BACKEND)
    cache = HOME / "pre-commit"
    # What was installed from an older wheel of the same version.
    shutil.rmtree(cache, ignore_errors=True)
    return {**GIT, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(WHEELS), "PRE_COMMIT_HOME": str(cache)}


@functools.cache
def hooks():
    """The repository that has the hooks."""
    path = HOME / "hooks"
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    shutil.copy(ROOT / ".pre-commit-hooks.yaml", path)
    (path / "pyproject.toml").write_text(HOOK_REPOSITORY.format(version=version()))
    return repository(path)


def pre_commit(*arguments, cwd, status, **env):
    """Runs pre-commit; its output."""
    return tool("pre-commit", *arguments, cwd=cwd, env={**offline(), **env}, status=status).stdout


def outcomes(output):
    """Each hook's name and how it ended."""
    return dict(re.findall(r"^(.+?)\.{2,}(?:\(.*\))?(Passed|Failed|Skipped)$", output, re.MULTILINE))


BOTH = ("poolcheck", "poolcheck (whole project)")


@check
def check_hook_manifest():
    """pre-commit accepts .pre-commit-hooks.yaml"""
    tool("pre-commit", "validate-manifest", ROOT / ".pre-commit-hooks.yaml")


@check
def check_try_repo():
    """`pre-commit try-repo` with both hooks fails on a bad file and passes on a good one"""
    with folder({"client.py": BAD}) as here:
        repository(here)
        seen = outcomes(pre_commit("try-repo", hooks(), "--all-files", cwd=here, status=1))
        expect(seen == dict.fromkeys(BOTH, "Failed"), seen)
        (here / "client.py").write_text(GOOD)
        seen = outcomes(pre_commit("try-repo", hooks(), "--all-files", cwd=here, status=0))
        expect(seen == dict.fromkeys(BOTH, "Passed"), seen)


def configured(files):
    """A repository that uses both hooks."""
    head = run("git", "rev-parse", "HEAD", cwd=hooks(), status=0).stdout.strip()
    config = f"repos:\n- repo: {hooks()}\n  rev: {head}\n  hooks:\n  - id: poolcheck\n  - id: poolcheck-all\n"
    return folder({**files, ".pre-commit-config.yaml": config})


@check
def check_what_the_hooks_see():
    """`poolcheck` judges the files that pre-commit names, `poolcheck-all` the whole project"""
    with configured({"bad.py": BAD, "good.py": GOOD, "notes.txt": "x\n"}) as here:
        repository(here)
        seen = outcomes(pre_commit("run", "--files", "good.py", cwd=here, status=1))
        expect(seen == dict(zip(BOTH, ("Passed", "Failed"))), seen)
        seen = outcomes(pre_commit("run", "--files", "notes.txt", cwd=here, status=0))
        expect(seen == dict.fromkeys(BOTH, "Skipped"), seen)


@check
def check_hook_file_types():
    """the hooks run on stubs and notebooks too"""
    with configured({"a.pyi": BAD, "b.ipynb": notebook(BAD), "c.md": BAD}) as here:
        repository(here)
        output = pre_commit("run", "--all-files", cwd=here, status=1)
        expect("a.pyi:3:42: error" in output and "b.ipynb:cell 1:3:42: error" in output and "c.md" not in output, output)


@check
def check_hook_respects_exclude():
    """a file that the configuration excludes passes although pre-commit names it"""
    with configured({"old/bad.py": BAD, "poolcheck.toml": 'exclude = ["old"]\n'}) as here:
        repository(here)
        seen = outcomes(pre_commit("run", "--files", "old/bad.py", cwd=here, status=0))
        expect(seen == dict.fromkeys(BOTH, "Passed"), seen)


@check
def check_readme_hooks():
    """every `repo: local` configuration in the README works as it stands"""
    configs = [block for block in blocks("yaml") if "repo: local" in block]
    expect(len(configs) >= 2, "the README shows fewer than two")
    for config in configs:
        with folder({"client.py": BAD, ".pre-commit-config.yaml": config}) as here:
            repository(here)
            path = {} if "additional_dependencies" in config else {"PATH": f"{user()}{os.pathsep}{os.environ['PATH']}"}
            tool("pre-commit", "validate-config", cwd=here)
            expect("Failed" in pre_commit("run", "--all-files", cwd=here, status=1, **path), config)
            (here / "client.py").write_text(GOOD)
            expect("Passed" in pre_commit("run", "--all-files", cwd=here, status=0, **path), config)
