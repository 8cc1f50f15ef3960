"""`python -m poolcheck`: the command of the same environment, with its arguments and its exit status."""

import os
import subprocess
import sys
import sysconfig


def command():
    """The path of the command, wherever this kind of installation puts scripts."""
    name = "poolcheck" + (sysconfig.get_config_var("EXE") or "")
    package = os.path.dirname(os.path.abspath(__file__))
    user = "nt_user" if os.name == "nt" else "osx_framework_user" if getattr(sys, "_framework", "") else "posix_user"
    folders = [
        sysconfig.get_path("scripts"),
        # A virtual environment that sees the packages of the interpreter below it.
        sysconfig.get_path("scripts", vars={"base": sys.base_prefix}),
        # `pip install --user`
        sysconfig.get_path("scripts", scheme=user),
        # `pip install --target`
        os.path.join(os.path.dirname(package), "bin"),
    ]
    for folder in folders:
        path = os.path.join(folder, name)
        if os.path.isfile(path):
            return path
    sys.exit("poolcheck: error: the command is in none of " + ", ".join(folders))


def main():
    """Becomes the command; where a process cannot do that, runs it and passes its status on."""
    arguments = [command(), *sys.argv[1:]]
    if os.name == "nt":
        sys.exit(subprocess.run(arguments, check=False).returncode)
    os.execv(arguments[0], arguments)


if __name__ == "__main__":
    main()
