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

/// An absolute path as it is reported: relative to `cwd` where it lies below it, with `/`; bytes that are no text are
/// replaced.
#[must_use]
pub fn shown(cwd: &Path, path: &Path) -> SmolStr {
    let inner = path.strip_prefix(cwd).ok().filter(|inner| !inner.as_os_str().is_empty());
    let text = inner.unwrap_or(path).to_string_lossy();
    if std::path::MAIN_SEPARATOR == '/' { text.into() } else { text.replace('\\', "/").into() }
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
        let show = |path: &str| shown(cwd, &absolute(cwd, Path::new(path)));
        assert_eq!(show("./a.py"), "a.py");
        assert_eq!(show("x/../y/./a.py"), "y/a.py");
        assert_eq!(show("/w/d/a.py"), "a.py");
        assert_eq!(show("../e/a.py"), "/w/e/a.py");
        assert_eq!(show("."), "/w/d");
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
