#!/usr/bin/env python3
"""Tries poolcheck as its users do: as a wheel, a crate, a pre-commit hook, and in what reads its output.

    python3 tests/ecosystem/run.py              everything
    python3 tests/ecosystem/run.py WORD ...     the checks whose name contains one of the words

Sets up what it needs under target/ecosystem/ and uses it again the next time. Ends with "N passed, N failed" and the
matching exit status.
"""

import sys
import time
import traceback

import check_adoption  # noqa: F401
import check_formats  # noqa: F401
import check_hooks  # noqa: F401
import check_packages  # noqa: F401
import check_pages  # noqa: F401
import check_readers  # noqa: F401
import check_schemas  # noqa: F401
import check_server  # noqa: F401
import kit


def main(words):
    """Runs the checks one after the other: each of them may use both processors."""
    passed = failed = skipped = 0
    for function in kit.CHECKS:
        if words and not any(word in function.__name__ for word in words):
            continue
        started = time.monotonic()
        try:
            function()
            outcome, why = "ok", ""
            passed += 1
        except kit.Skip as reason:
            outcome, why = "SKIPPED", f" ({reason})"
            skipped += 1
        except kit.Failure as failure:
            outcome, why = "FAILED", f"\n{failure}"
            failed += 1
        except Exception:  # a broken tool must not hide the other checks
            outcome, why = "FAILED", f"\n{traceback.format_exc()}"
            failed += 1
        name = function.__name__.removeprefix("check_")
        print(f"{outcome:<7} {time.monotonic() - started:5.1f} s  {name}: {function.__doc__}{why}", flush=True)
    print(f"\n{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
