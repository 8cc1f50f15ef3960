//! The `poolcheck` command.

fn main() {}
