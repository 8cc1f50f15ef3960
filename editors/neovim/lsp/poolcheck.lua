return {
  cmd = { "poolcheck", "--lsp" },
  filetypes = { "python", "rust" },
  root_markers = { "poolcheck.toml", ".poolcheck.toml", "pyproject.toml", "Cargo.toml", ".git" },
}
