//! The thread that checks: whenever something changed, all that is open. Refuses to know who asks.

use super::desk::{Checked, Desk, Pile};
use super::diagnostics;
use super::places::Encoding;
use crate::config::{Config, ConfigError, Flags};
use crate::engine;
use crate::progress::Progress;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// Checks until the editor leaves.
pub(super) fn run(desk: &Desk, flags: &Flags, encoding: Encoding) {
    let mut seen = 0;
    while let Some((changes, piles)) = desk.next(seen) {
        for pile in piles {
            // Trouble with one run is none with the next.
            let checked = catch_unwind(AssertUnwindSafe(|| check(desk, flags, encoding, &pile)));
            match checked {
                Ok(Ok(())) => {}
                Ok(Err(error)) => desk.complain(format!("poolcheck: {error}")),
                Err(_) => desk.complain("poolcheck failed; please report it".to_owned()),
            }
        }
        seen = changes;
    }
}

fn check(desk: &Desk, flags: &Flags, encoding: Encoding, pile: &Pile) -> Result<(), ConfigError> {
    let mut paths: Vec<_> = pile.open.keys().cloned().collect();
    paths.sort();
    let config = Config::new(&Flags {
        paths,
        cwd: pile.folder.clone(),
        open: pile.open.clone(),
        workspace: Some(pile.folder.clone()),
        force_exclude: true,
        ..flags.clone()
    })?;
    let report = engine::check(&config, &Progress::default())?;
    for error in &report.errors {
        desk.log(error.clone());
    }
    let checked = Checked { version: 0, file: None, report: Arc::new(report), unsafe_fixes: config.run.unsafe_fixes };
    let diagnostics = diagnostics::by_path(&checked.report, &config, encoding);
    desk.tell(pile, |path| diagnostics.get(path).cloned().unwrap_or_default(), &checked);
    Ok(())
}
