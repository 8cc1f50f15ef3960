//! The unified form of a change, as `diff -u` and git write it and `patch` and `git apply` read it.
//!
//! It is made of bytes, so that it applies to a file in any encoding. Refuses to know what is changed, and why.

use crate::paths::is_wild;
use similar::{Algorithm, DiffOp, DiffTag, capture_diff_slices, group_diff_ops};
use std::io::Write;
use std::ops::Range;

/// How many lines stand around a change.
const CONTEXT: usize = 3;

/// What changes in a file of this name; nothing where that is nothing.
pub(super) fn unified(name: &[u8], before: &[u8], after: &[u8]) -> Vec<u8> {
    let mut patch = Vec::new();
    if before == after {
        return patch;
    }
    let [old, new] = [before, after].map(|bytes| bytes.split_inclusive(|byte| *byte == b'\n').collect::<Vec<_>>());
    // As git has it: without the tab, a space could be the end of the name.
    let tab: &[u8] = if name.contains(&b' ') { b"\t" } else { b"" };
    for sign in [&b"--- "[..], b"+++ "] {
        patch.extend([sign, &quoted(name), tab, b"\n"].concat());
    }
    for hunk in group_diff_ops(capture_diff_slices(Algorithm::Myers, &old, &new), CONTEXT) {
        write_hunk(&hunk, &old, &new, &mut patch);
    }
    patch
}

fn write_hunk(hunk: &[DiffOp], old: &[&[u8]], new: &[&[u8]], patch: &mut Vec<u8>) {
    let (Some(first), Some(last)) = (hunk.first(), hunk.last()) else { return };
    let whole = |range: fn(&DiffOp) -> Range<usize>| place(range(first).start..range(last).end);
    let (from, to) = (whole(DiffOp::old_range), whole(DiffOp::new_range));
    // A vector takes whatever is written.
    let _ = writeln!(patch, "@@ -{from} +{to} @@");
    let mut lines = |sign: u8, lines: &[&[u8]]| {
        for line in lines {
            patch.push(sign);
            patch.extend(*line);
            if !line.ends_with(b"\n") {
                patch.extend(b"\n\\ No newline at end of file\n");
            }
        }
    };
    for op in hunk {
        let (tag, from, to) = op.as_tag_tuple();
        if tag == DiffTag::Equal {
            lines(b' ', &old[from]);
            continue;
        }
        lines(b'-', &old[from]);
        lines(b'+', &new[to]);
    }
}

/// Some lines as the head of a hunk names them: the first, from 1, and how many; of none, the line before.
fn place(lines: Range<usize>) -> String {
    match lines.len() {
        0 => format!("{},0", lines.start),
        1 => (lines.start + 1).to_string(),
        count => format!("{},{count}", lines.start + 1),
    }
}

/// A name as git quotes it where it could steer a terminal, end early, or be no text.
fn quoted(name: &[u8]) -> Vec<u8> {
    let mut made = String::new();
    let octal = |bytes: &[u8], made: &mut String| made.extend(bytes.iter().map(|byte| format!("\\{byte:03o}")));
    for chunk in name.utf8_chunks() {
        for char in chunk.valid().chars() {
            match char {
                '\t' => made.push_str("\\t"),
                '\n' => made.push_str("\\n"),
                '\r' => made.push_str("\\r"),
                '"' | '\\' => made.extend(['\\', char]),
                _ if is_wild(char) => octal(char.encode_utf8(&mut [0; 4]).as_bytes(), &mut made),
                _ => made.push(char),
            }
        }
        octal(chunk.invalid(), &mut made);
    }
    if made.as_bytes() == name { made.into_bytes() } else { format!("\"{made}\"").into_bytes() }
}

/// A patch to be looked at on a terminal: what could steer that is an escape, as in all formats.
#[must_use]
pub fn shown(patch: &[u8]) -> String {
    let text = String::from_utf8_lossy(patch);
    let mut made = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let code = line.strip_suffix("\r\n").or(line.strip_suffix('\n')).unwrap_or(line);
        for char in code.chars() {
            if is_wild(char) && char != '\t' { made.extend(char.escape_unicode()) } else { made.push(char) }
        }
        made.push_str(&line[code.len()..]);
    }
    made
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(name: &[u8], before: &str, after: &str) -> String {
        String::from_utf8(unified(name, before.as_bytes(), after.as_bytes())).unwrap()
    }

    #[test]
    fn lines_are_counted_as_diff_counts() {
        assert_eq!(text(b"a", "x\n", "x\n"), "");
        assert_eq!(text(b"a", "x\n", "y\n"), "--- a\n+++ a\n@@ -1 +1 @@\n-x\n+y\n");
        assert_eq!(text(b"a", "x", ""), "--- a\n+++ a\n@@ -1 +0,0 @@\n-x\n\\ No newline at end of file\n");
        assert_eq!(text(b"a", "1\n2\n3\n4\n5\n", "1\n2\n3\n4\n"), "--- a\n+++ a\n@@ -2,4 +2,3 @@\n 2\n 3\n 4\n-5\n");
        // A carriage return ends no line of a patch.
        assert_eq!(text(b"a", "x\ry\n", "x\rz\n"), "--- a\n+++ a\n@@ -1 +1 @@\n-x\ry\n+x\rz\n");
    }

    #[test]
    fn names_are_quoted_where_they_would_be_misread() {
        for (name, wanted) in [
            (&b"plain.py"[..], "plain.py"),
            ("ünï.py".as_bytes(), "ünï.py"),
            (b"a b.py", "a b.py\t"),
            (b"a\nb\t\x1b.py", "\"a\\nb\\t\\033.py\""),
            (b"a\"\\.py", "\"a\\\"\\\\.py\""),
            (b"a\xff b.py", "\"a\\377 b.py\"\t"),
            ("a\u{202e}.py".as_bytes(), "\"a\\342\\200\\256.py\""),
        ] {
            assert!(text(name, "x", "y").starts_with(&format!("--- {wanted}\n+++ {wanted}\n@@ ")), "{wanted}");
        }
    }

    #[test]
    fn nothing_steers_a_terminal() {
        assert_eq!(shown(b"+\tx\r\n-\x1b[31m\r\x9b\xff\n"), "+\tx\r\n-\\u{1b}[31m\\u{d}\u{fffd}\u{fffd}\n");
        assert_eq!(shown("\u{9b}\u{202e}".as_bytes()), "\\u{9b}\\u{202e}");
    }
}
