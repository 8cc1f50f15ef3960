"""The language server in a real editor."""

import json
import shutil

from kit import BAD, ROOT, Skip, check, expect, folder, run, user

CONFIG = ROOT / "editors" / "neovim" / "lsp" / "poolcheck.lua"

# Neovim reads a configuration in `lsp/` by itself from 0.11 on; older ones start the same server by hand.
SCRIPT = """
local config = dofile("%s")
config.name, config.root_dir = "poolcheck", vim.fn.getcwd()
vim.cmd("edit bad.py")
vim.lsp.buf_attach_client(0, vim.lsp.start_client(config))
local function codes()
  return vim.tbl_map(function(one) return one.code .. " " .. one.lnum + 1 end, vim.diagnostic.get(0))
end
vim.wait(60000, function() return #codes() > 0 end, 20)
local before = codes()
vim.api.nvim_buf_set_lines(0, 0, 0, false, { "" })
vim.wait(60000, function() return codes()[1] ~= before[1] end, 20)
vim.fn.writefile({ vim.fn.json_encode({ before = before, after = codes() }) }, "seen.json")
vim.cmd("qall!")
"""


@check
def check_neovim():
    """Neovim shows what the language server finds, and what an edit makes of it before it is saved"""
    if not shutil.which("nvim"):
        raise Skip("nvim is not installed")
    with folder({"bad.py": BAD}) as here:
        report = json.loads(run(user() / "poolcheck", "--output-format", "json", cwd=here, status=1).stdout)
        (here / "script.lua").write_text(SCRIPT % CONFIG)
        env = {"PATH": f"{user()}:/usr/bin:/bin", "HOME": str(here), "TERM": "dumb"}
        done = run("nvim", "-u", "NONE", "-i", "NONE", "-n", "--headless", "-c", "luafile script.lua", cwd=here, env=env)
        expect((here / "seen.json").exists(), done)
        seen = json.loads((here / "seen.json").read_text())
    rows = [(one["code"], one["location"]["row"]) for one in report["diagnostics"]]
    expect(rows and seen["before"] == [f"{code} {row}" for code, row in rows], seen, *rows)
    expect(seen["after"] == [f"{code} {row + 1}" for code, row in rows], seen, *rows)
