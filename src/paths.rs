//! Paths as they are compared and as they are reported. Refuses to look at the file system.

use smol_str::SmolStr;
use std::path::{Component, Path, PathBuf};

/// `path` below `cwd` where it is relative, without `.` and `..`.
#[must_use]
pub fn absolute(cwd: &Path, path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in cwd.join(path).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    out
}

/// How paths are reported: relative to the working directory below it, and elsewhere as the user named them, relative or
/// absolute.
#[derive(Debug, Clone)]
pub struct Naming {
    cwd: PathBuf,
    /// The paths that were named, absolute, and whether they were named relative.
    named: Vec<(PathBuf, bool)>,
}

impl Naming {
    /// For a run in `cwd` (absolute) that was given these paths.
    #[must_use]
    pub fn new<'p>(cwd: &Path, named: impl Iterator<Item = &'p Path>) -> Naming {
        let mut named: Vec<(PathBuf, bool)> = named.map(|path| (absolute(cwd, path), path.is_relative())).collect();
        // What is said of a path does not depend on the order in which others were named.
        named.sort_by_key(|(_, relative)| !relative);
        Naming { cwd: cwd.to_owned(), named }
    }

    /// An absolute path as it is reported, with `/`; bytes that are no text are replaced. What lies neither below the
    /// working directory nor below a named path is relative where one of these was named so.
    #[must_use]
    pub fn of(&self, path: &Path) -> SmolStr {
        let inner = path.strip_prefix(&self.cwd).ok().filter(|inner| !inner.as_os_str().is_empty());
        let text = match inner {
            Some(inner) => inner.to_string_lossy(),
            None if path != self.cwd && self.is_relative(path) => relative(&self.cwd, path).into(),
            None => path.to_string_lossy(),
        };
        if std::path::MAIN_SEPARATOR == '/' { text.into() } else { text.replace('\\', "/").into() }
    }

    fn is_relative(&self, path: &Path) -> bool {
        let above = self.named.iter().find(|(named, _)| path.starts_with(named));
        above.or(self.named.first()).is_some_and(|&(_, relative)| relative)
    }
}

/// An absolute path as it is written down in a file in `folder`: relative to that folder, with `/`. Where the two share
/// no beginning, which only happens with several drives, it stays absolute.
#[must_use]
pub fn relative(folder: &Path, path: &Path) -> String {
    for (ups, common) in folder.ancestors().enumerate() {
        if let Ok(inner) = path.strip_prefix(common) {
            let inner = inner.components().map(|part| part.as_os_str().to_string_lossy().into_owned());
            return std::iter::repeat_n("..".to_owned(), ups).chain(inner).collect::<Vec<_>>().join("/");
        }
    }
    path.to_string_lossy().into_owned()
}

/// An operating system's message about a path, without its number.
#[must_use]
pub fn reason(error: &std::io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_lowercase()
}

/// `text` with every character that could steer a terminal written as an escape: control characters and the marks that
/// reorder text.
#[must_use]
pub fn tame(text: &str) -> std::borrow::Cow<'_, str> {
    if !text.chars().any(is_wild) {
        return text.into();
    }
    let mut out = String::with_capacity(text.len() + 8);
    for char in text.chars() {
        if is_wild(char) { out.extend(char.escape_unicode()) } else { out.push(char) }
    }
    out.into()
}

/// Whether a character could steer a terminal or reorder what stands beside it.
#[must_use]
pub fn is_wild(char: char) -> bool {
    char.is_control() || matches!(char, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_below_the_working_directory_are_relative() {
        let cwd = Path::new("/w/d");
        let naming = Naming::new(cwd, std::iter::empty());
        let show = |path: &str| naming.of(&absolute(cwd, Path::new(path)));
        assert_eq!(show("./a.py"), "a.py");
        assert_eq!(show("x/../y/./a.py"), "y/a.py");
        assert_eq!(show("/w/d/a.py"), "a.py");
        assert_eq!(show("../e/a.py"), "/w/e/a.py");
        assert_eq!(show("."), "/w/d");
    }

    #[test]
    fn paths_elsewhere_are_reported_as_they_were_named() {
        let show = |named: &[&str], path: &str| {
            Naming::new(Path::new("/w/d"), named.iter().map(Path::new)).of(Path::new(path))
        };
        assert_eq!(show(&["../e"], "/w/e/a.py"), "../e/a.py");
        assert_eq!(show(&["../e"], "/w/d/a.py"), "a.py");
        assert_eq!(show(&["/w/e"], "/w/e/a.py"), "/w/e/a.py");
        assert_eq!(show(&["/w/e", "../f"], "/w/e/a.py"), "/w/e/a.py");
        assert_eq!(show(&["/w/e", "../f"], "/w/f/a.py"), "../f/a.py");
        assert_eq!(show(&["/w/e", "../e/a.py"], "/w/e/a.py"), "../e/a.py");
        assert_eq!(show(&["."], "/w/known.py"), "../known.py");
        assert_eq!(show(&["/w/e"], "/w/known.py"), "/w/known.py");
    }

    #[test]
    fn paths_are_written_down_relative_to_a_folder() {
        let folder = Path::new("/w/d");
        assert_eq!(relative(folder, Path::new("/w/d/a/b.py")), "a/b.py");
        assert_eq!(relative(folder, Path::new("/w/e.py")), "../e.py");
        assert_eq!(relative(folder, Path::new("/x/e.py")), "../../x/e.py");
    }

    #[test]
    fn what_could_steer_a_terminal_is_escaped() {
        assert_eq!(tame("a\u{1b}[31m\u{202e}b"), "a\\u{1b}[31m\\u{202e}b");
        assert_eq!(tame("plain ünï"), "plain ünï");
    }
}
