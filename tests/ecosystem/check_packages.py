"""The wheel, the source distribution and the crate."""

import os
import tarfile
import zipfile

from kit import BAD, GOOD, ROOT, WHEELS, check, expect, folder, pip_wheel, run, tool, user, version, wheel

# What belongs into the crate and the source distribution; everything else is for this repository.
CRATE = {
    "CHANGELOG.md", "Cargo.lock", "Cargo.toml", "LICENSE-APACHE", "LICENSE-MIT", "README.md", "rules", "src",
}  # fmt: skip


@check
def check_wheel_contents():
    """the wheel holds the command, `python -m poolcheck`, the licences and the README, and nothing else"""
    with zipfile.ZipFile(wheel()) as archive:
        names = set(archive.namelist())
        info = f"poolcheck-{version()}.dist-info"
        metadata = archive.read(f"{info}/METADATA").decode()
    ours = {name for name in names if not name.startswith(info)}
    scripts = f"poolcheck-{version()}.data/scripts/poolcheck"
    expect(ours == {scripts, "poolcheck/__init__.py", "poolcheck/__main__.py"}, ours)
    for licence in ("LICENSE-MIT", "LICENSE-APACHE"):
        expect(f"{info}/licenses/{licence}" in names, names)
    expect((ROOT / "README.md").read_text().strip() in metadata, "the README is not the description", metadata)
    for line in (f"Version: {version()}", "License: MIT OR Apache-2.0", "Requires-Python: >=3.8"):
        expect(line in metadata.splitlines() or line.replace(":", "-Expression:", 1) in metadata.splitlines(), metadata)


@check
def check_installed_command():
    """the installed command tells its version and ends with 0, 1 or 2"""
    command = user() / "poolcheck"
    expect(run(command, "--version", status=0).stdout == f"poolcheck {version()}\n")
    with folder({"bad.py": BAD, "good.py": GOOD}) as here:
        run(command, "good.py", cwd=here, status=0)
        bad = run(command, "bad.py", cwd=here, status=1)
        expect("bad.py:3:42: error:" in bad.stdout and "bad.py:7:48: warning:" in bad.stdout, bad.stdout)
        run(command, "missing.py", cwd=here, status=2)


@check
def check_python_m():
    """`python -m poolcheck` gives the same bytes and the same exit status, with nothing on PATH"""
    with folder({"bad.py": BAD, "a good one.py": GOOD}) as here:
        for arguments in (["bad.py"], ["a good one.py"], ["missing.py"], ["--version"], ["--explain", "PC301"]):
            direct = run(user() / "poolcheck", *arguments, cwd=here)
            module = run(user() / "python", "-m", "poolcheck", *arguments, cwd=here, env={"PATH": ""})
            seen = [(one.returncode, one.stdout, one.stderr) for one in (direct, module)]
            expect(seen[0] == seen[1], arguments, *seen)


@check
def check_python_m_from_a_target_folder():
    """`python -m poolcheck` works after `pip install --target`"""
    with folder({"bad.py": BAD}) as here:
        run(user() / "python", "-m", "pip", "install", "-q", "--no-index", "--target", here / "lib", wheel(), status=0)
        # -S keeps the environment's own copy out.
        done = run(user() / "python", "-S", "-m", "poolcheck", "bad.py", cwd=here, env={"PYTHONPATH": str(here / "lib")})
        expect(done.returncode == 1 and "bad.py:3:42" in done.stdout, done)


@check
def check_source_distribution():
    """the source distribution holds every file that the build reads and no junk, and a wheel can be built from it"""
    wheel()
    # Cargo takes what it has just built for the tree as built for the copy too, so a missing file would go unseen.
    read = (ROOT / "target" / "debug" / "poolcheck.d").read_text().split(": ", 1)[1].split()
    read = {os.path.relpath(path, ROOT) for path in read}
    expect("src/main.rs" in read, read)
    with folder({}) as here:
        tool("maturin", "sdist", "--manifest-path", ROOT / "Cargo.toml", "--out", here)
        (archive,) = here.glob("*.tar.gz")
        with tarfile.open(archive) as opened:
            names = [name.split("/", 1)[1] for name in opened.getnames()]
        first = {name.split("/")[0] for name in names}
        expect(first == CRATE | {"PKG-INFO", "pyproject.toml", "python"}, first)
        expect(not [name for name in names if name.endswith(".pyc")], names)
        expect(read <= set(names), "not in it:", read - set(names))
        pip_wheel(archive)
    expect(len(list(WHEELS.glob("poolcheck-*.whl"))) == 1, os.listdir(WHEELS))


@check
def check_crate():
    """`cargo package` holds no junk and has nothing to complain about"""
    listed = run("cargo", "package", "--list", "--allow-dirty", "--offline", status=0).stdout.splitlines()
    first = {name.split("/")[0] for name in listed} - {".cargo_vcs_info.json", "Cargo.toml.orig"}
    expect(first == CRATE, first)
    packed = run("cargo", "package", "--no-verify", "--allow-dirty", "--offline", status=0)
    # That the tests and benches stay here is meant.
    meant = ("ignoring test", "ignoring benchmark")
    lines = [line for line in packed.stderr.splitlines() if "warning" in line]
    warnings = [line for line in lines if not any(kind in line for kind in meant)]
    expect(not warnings, *warnings)
