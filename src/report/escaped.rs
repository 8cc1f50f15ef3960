//! JSON that is safe to look at: in its strings, what could steer a terminal is written as an escape, which means the
//! same to a parser. Refuses to know what is written.

use crate::paths::is_wild;
use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter, Serializer};
use std::io::{self, Write};

/// Writes a value over several lines, without a line feed at the end.
pub(super) fn write_pretty(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(out, Escaped(PrettyFormatter::new())))?;
    Ok(())
}

/// Writes a value on one line, without a line feed at the end.
pub(super) fn write_compact(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(out, Escaped(CompactFormatter)))?;
    Ok(())
}

/// A layout, with strings escaped.
struct Escaped<F>(F);

impl<F: Formatter> Formatter for Escaped<F> {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        while let Some((at, char)) = rest.char_indices().find(|&(_, char)| is_wild(char)) {
            out.write_all(&rest.as_bytes()[..at])?;
            for unit in char.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
            rest = &rest[at + char.len_utf8()..];
        }
        out.write_all(rest.as_bytes())
    }

    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_array(out)
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array(out)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(out, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array_value(out)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object(out)
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object(out)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(out, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object_value(out)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object_value(out)
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
