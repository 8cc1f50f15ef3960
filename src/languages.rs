//! The languages (a stand-in: the real table comes with the front ends).

use std::path::Path;

/// A language.
#[derive(Debug)]
pub struct Language {
    /// Its name.
    pub name: &'static str,
}

static PYTHON: Language = Language { name: "python" };

/// The language of the file, by its name.
#[must_use]
pub fn language_of(path: &Path) -> Option<&'static Language> {
    let extension = path.extension()?.to_str()?;
    ["py", "pyi", "ipynb"].contains(&extension).then_some(&PYTHON)
}
