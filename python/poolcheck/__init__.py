"""poolcheck finds wrong HTTP-client pool and timeout configuration. The linter itself is the `poolcheck` command."""
