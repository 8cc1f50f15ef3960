//! JSON that is safe to look at: in its strings, what could steer a terminal is written as an escape, which means the
//! same to a parser. Refuses to know what is written.

use crate::paths::is_wild;
use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};
use std::io::{self, BufWriter, Write};

/// Writes a value over several lines, without a line feed at the end.
pub(super) fn write_pretty(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    write_lined(out, value, usize::MAX)
}

/// Writes a value on one line, without a line feed at the end.
pub(super) fn write_compact(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    write_lined(out, value, 0)
}

/// Writes a value with lines of their own for what lies in so many objects and lists at most, without a line feed at the
/// end.
pub(super) fn write_lined(out: &mut dyn Write, value: &impl Serialize, levels: usize) -> io::Result<()> {
    // Values come in many small pieces, for which a call each is much.
    let mut out = BufWriter::with_capacity(1 << 16, out);
    value.serialize(&mut Serializer::with_formatter(&mut out, Escaped { levels, depth: 0, empty: false }))?;
    out.flush()
}

/// A layout like that of `serde_json`, with strings escaped.
struct Escaped {
    /// How deep what has a line of its own may lie.
    levels: usize,
    /// How many objects and lists are open.
    depth: usize,
    /// Whether the innermost has nothing in it so far.
    empty: bool,
}

impl Escaped {
    fn open<W: ?Sized + Write>(&mut self, out: &mut W, bracket: u8) -> io::Result<()> {
        self.depth += 1;
        self.empty = true;
        out.write_all(&[bracket])
    }

    fn close<W: ?Sized + Write>(&mut self, out: &mut W, bracket: u8) -> io::Result<()> {
        let lined = !self.empty && self.depth <= self.levels;
        self.depth -= 1;
        self.empty = false;
        if lined {
            self.begin_line(out)?;
        }
        out.write_all(&[bracket])
    }

    fn next<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.empty = false;
        if !first {
            out.write_all(b",")?;
        }
        if self.depth <= self.levels { self.begin_line(out) } else { Ok(()) }
    }

    fn begin_line<W: ?Sized + Write>(&self, out: &mut W) -> io::Result<()> {
        const INDENT: &[u8; 33] = b"\n                                ";
        let (blanks, short) = (2 * self.depth, INDENT.len() - 1);
        out.write_all(&INDENT[..=blanks.min(short)])?;
        (short..blanks).try_for_each(|_| out.write_all(b" "))
    }
}

impl Formatter for Escaped {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        // What is wild is none of these.
        let plain = fragment.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        while !plain && let Some((at, char)) = rest.char_indices().find(|&(_, char)| is_wild(char)) {
            out.write_all(&rest.as_bytes()[..at])?;
            for unit in char.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
            rest = &rest[at + char.len_utf8()..];
        }
        out.write_all(rest.as_bytes())
    }

    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.open(out, b'[')
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.close(out, b']')
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.next(out, first)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.open(out, b'{')
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.close(out, b'}')
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.next(out, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(if self.depth <= self.levels { b": " } else { b":" })
    }
}

#[cfg(test)]
mod tests {
    use super::{write_compact, write_pretty};
    use crate::paths::is_wild;
    use serde_json::json;

    fn both(value: &serde_json::Value) -> [Vec<u8>; 2] {
        let (mut pretty, mut compact) = (Vec::new(), Vec::new());
        write_pretty(&mut pretty, value).unwrap();
        write_compact(&mut compact, value).unwrap();
        [pretty, compact]
    }

    #[test]
    fn what_could_steer_a_terminal_is_escaped_and_means_the_same() {
        let hostile: String = ('\0'..='\u{ff}').chain('\u{2000}'..='\u{2070}').chain(['𐐀']).collect();
        let value = json!({"text": hostile, hostile.clone(): 1});
        for written in both(&value) {
            let text = String::from_utf8(written).unwrap();
            assert!(!text.chars().any(|char| char != '\n' && is_wild(char)), "{text}");
            assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
        }
    }

    #[test]
    fn other_json_is_laid_out_as_serde_json_does() {
        let value = json!({"a": [1, {"b": ["é \" \\ \n"]}, [], {}], "c": null});
        let theirs = [serde_json::to_vec_pretty(&value).unwrap(), serde_json::to_vec(&value).unwrap()];
        assert_eq!(both(&value), theirs);
    }
}
