"""The `html` format in a real browser: headless Chromium, offline, from a file."""

import functools
import shutil

from kit import BAD, GOOD, Skip, check, expect, folder, node, notebook, run, user

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
LONG = "/".join(["a_folder_with_a_long_name"] * 9)
# Findings of every severity, in and outside of sessions, in a notebook, below a long path; a file that does not parse.
FILES = {
    "bad.py": BAD,
    "good.py": GOOD,
    "notes.ipynb": notebook("import aiohttp\n", BAD),
    f"{LONG}/client.py": BAD.replace("limit_per_host=20", "limit_per_host=0"),
    "plain.py": "import aiohttp\n\n\nasync def make():\n"
    "    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=9))\n",
    "unknown.py": "import aiohttp\n\n\nasync def make(seconds):\n    return aiohttp.ClientSession(timeout=seconds)\n",
    "other.py": "import httpx\n\nCLIENT = httpx.Client(timeout=0.5)\n",
    "src/info.py": BAD,
    "src/poolcheck.toml": 'rules.PC205.severity = "info"\n',
    "broken.py": "import aiohttp\ndef broken(:\n    pass\n",
    "<img src=x onerror=alert(1)>.py": BAD,
}


def browser():
    """The path of a browser of Chromium's kind."""
    for name in BROWSERS:
        if path := shutil.which(name):
            return path
    raise Skip("chromium is not installed")


def opened(files):
    """What a reader sees of the report of these files, and the numbers of its sessions and findings."""
    path = browser()
    with folder(files) as here:
        run(user() / "poolcheck", "--output-format", "html", "-o", "report.html", ".", cwd=here, status=1)
        page = (here / "report.html").read_text(encoding="utf-8")
        seen = node()("page.js", {"browser": path, "file": str(here / "report.html")})
    return seen, [page.count('<article class="session'), page.count('<article class="finding')]


@functools.cache
def seen():
    """The same of the files above."""
    return opened(FILES)


@check
def check_page_is_quiet():
    """the page opens from a file with the network off: no error on its console, no request, no second scroll bar"""
    page, _ = seen()
    expect(not page["trouble"], *page["trouble"])
    expect(len(set(page["requests"])) == 1, *page["requests"])
    expect(not page["wide"], "wider than the window:", *page["wide"])


@check
def check_page_can_be_read_by_all():
    """axe finds nothing wrong with the page, in both schemes, wide and narrow, with every part of it open"""
    page, _ = seen()
    expect(not page["axe"] and page["passes"] > 20, page["passes"], *page["axe"])


@check
def check_page_is_drawn():
    """the page is drawn, light and dark; the button changes that; paper is light and has no controls"""
    page, _ = seen()
    grounds = {"light": set(), "dark": set()}
    for scheme, _width, ground, rows in page["shots"]:
        grounds[scheme].add(ground)
        expect(rows > 200, f"{scheme}: only {rows} rows of the picture differ")
    expect(all(len(ground) == 1 for ground in grounds.values()) and grounds["light"] != grounds["dark"], grounds)
    light, dark = grounds["light"].pop(), grounds["dark"].pop()
    expect(page["toggled"] == [light, dark] and page["printed"] == [light, False], page["toggled"], page["printed"])


@check
def check_page_tells_what_is_longer_than_total():
    """a timeout that is longer than its total ends to the right of it"""
    page, _ = seen()
    expect(len(page["widths"]) >= 4, page["widths"])
    expect(all(inner > total + 5 for total, inner in page["widths"]), page["widths"])


@check
def check_page_filters_with_the_keyboard():
    """search, severity, rule and order work with the keyboard alone, and what a link leads to is shown"""
    page, (sessions, findings) = seen()
    everything = [sessions, findings]
    expect(page["all"] == everything == page["cleared"] == page["revealed"], everything, page)
    for name in ("searched", "errors", "rule"):
        expect(0 < page[name][0] < sessions and 0 < page[name][1] < findings, name, page[name], everything)
    told = "{} of {} sessions, {} of {} findings".format(page["searched"][0], sessions, page["searched"][1], findings)
    expect(page["told"] == told and page["pressed"] == "true" and page["ordered"], page["told"], told, page["pressed"])
    expect(page["nothing"] == [[0, 0], 2], page["nothing"])
    expect(0 < page["top"] < 0.5, f"the rule's page begins at {page['top']} of the window's height")


@check
def check_page_without_script():
    """without JavaScript everything is there to be read, and no control that does nothing"""
    page, everything = seen()
    expect(page["bare"] == [everything, False, False], page["bare"], everything)


@check
def check_page_with_many_findings():
    """a page with 2,000 findings opens at once"""
    path = browser()
    lines = (f"T{at} = aiohttp.ClientTimeout(total=5, connect={at + 6})\n" for at in range(2000))
    text = "import aiohttp\n\n" + "".join(lines)
    with folder({"many.py": text}) as here:
        run(user() / "poolcheck", "--output-format", "html", "-o", "report.html", "many.py", cwd=here, status=1)
        page = node()("page.js", {"browser": path, "file": str(here / "report.html"), "only": True})
    expect(page["all"] == [0, 2000] and not page["trouble"], page)
    # Half a second where nothing else runs.
    expect(page["milliseconds"] < 3000, f"{page['milliseconds']} ms")
