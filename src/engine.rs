//! The run (a stand-in: it discovers and judges nothing).

use crate::config::{Config, ConfigError};
use crate::discover::discover;
use crate::progress::Progress;
use crate::report::{Counts, Report};

/// Checks what the configuration names.
///
/// # Errors
/// A configuration file met on the way cannot be used.
pub fn check(config: &Config, progress: &Progress) -> Result<Report, ConfigError> {
    let found = discover(config)?;
    progress.expect(found.files.len());
    for _ in &found.files {
        progress.step();
    }
    let counts = Counts { files: found.files.len(), ..Counts::default() };
    Ok(Report { problems: found.problems, errors: found.errors, counts, ..Report::default() })
}
