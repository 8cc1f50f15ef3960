//! Bytes to text: UTF-8, and the few encodings that a coding cookie (PEP 263) still names.
//!
//! Refuses to guess: bytes in no declared encoding are a problem.

use crate::model::facts::{Problem, ProblemKind};
use crate::source::{LineIndex, offset};

/// The characters of Windows-1252 that differ from Latin-1: those of the bytes 0x80 to 0x9F.
const CP1252: &str = "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ";

/// The characters of ISO 8859-15 that differ from Latin-1, with their bytes.
const LATIN_9: [(u8, char); 8] =
    [(0xa4, '€'), (0xa6, 'Š'), (0xa8, 'š'), (0xb4, 'Ž'), (0xb8, 'ž'), (0xbc, 'Œ'), (0xbd, 'œ'), (0xbe, 'Ÿ')];

/// An encoding that is decoded by hand: each byte is one character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SingleByte {
    Latin1,
    Latin9,
    Cp1252,
}

/// The text that the bytes of a source file stand for, without a byte order mark.
pub(super) fn decode(mut bytes: Vec<u8>) -> Result<String, Problem> {
    let marked = bytes.starts_with(b"\xef\xbb\xbf");
    if marked {
        bytes.drain(..3);
    }
    if let Some(at) = memchr::memchr(0, &bytes) {
        return Err(problem(
            &bytes,
            at,
            "holds a NUL byte: this is no source text; exclude the file or save it as UTF-8",
        ));
    }
    if bytes.is_ascii() {
        return utf8(bytes, None);
    }
    let cookie = if marked { None } else { cookie(&bytes) };
    match cookie.as_deref().and_then(single_byte) {
        Some(encoding) => Ok(bytes.iter().map(|&byte| character(byte, encoding)).collect()),
        None => utf8(bytes, cookie.as_deref()),
    }
}

/// The bytes of a text in the encoding that a file had, with its byte order mark where it had one.
pub(super) fn encode(text: &str, original: &[u8]) -> Result<Vec<u8>, String> {
    const MARK: &[u8] = b"\xef\xbb\xbf";
    if original.starts_with(MARK) {
        return Ok([MARK, text.as_bytes()].concat());
    }
    match cookie(original).as_deref().and_then(single_byte) {
        Some(encoding) => text.chars().map(|char| byte(char, encoding)).collect(),
        None => Ok(text.as_bytes().to_vec()),
    }
}

/// The byte that stands for a character.
fn byte(char: char, encoding: SingleByte) -> Result<u8, String> {
    (0..=u8::MAX)
        .find(|byte| character(*byte, encoding) == char)
        .ok_or_else(|| format!("`{char}` is not in the encoding that the file declares"))
}

fn utf8(bytes: Vec<u8>, cookie: Option<&str>) -> Result<String, Problem> {
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let remedy = match cookie {
            Some(name) => {
                format!("is not UTF-8, and the declared encoding `{name}` is not known; save the file as UTF-8")
            }
            None => {
                "is not UTF-8; save the file as UTF-8, or declare its encoding: # -*- coding: latin-1 -*-".to_owned()
            }
        };
        problem(error.as_bytes(), at, &remedy)
    })
}

fn problem(bytes: &[u8], at: usize, what: &str) -> Problem {
    let line = LineIndex::new(bytes).line(offset(at)) + 1;
    Problem { kind: ProblemKind::Encoding, message: format!("line {line} {what}"), at: Some(offset(at)) }
}

/// The encoding that a comment in the first two lines declares, in lower case.
fn cookie(bytes: &[u8]) -> Option<String> {
    let lines = bytes.split(|&byte| byte == b'\n');
    let lines = lines.flat_map(|line| line.strip_suffix(b"\r").unwrap_or(line).split(|&byte| byte == b'\r'));
    for line in lines.take(2) {
        let line = line.trim_ascii();
        if !line.is_empty() && !line.starts_with(b"#") {
            return None;
        }
        let Some(at) = memchr::memmem::find(line, b"coding") else { continue };
        let Some((b':' | b'=', rest)) = line[at + 6..].split_first() else { continue };
        let name = rest.trim_ascii_start();
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        let length = name.iter().take_while(|byte| is_part(byte)).count();
        return Some(String::from_utf8_lossy(&name[..length]).to_ascii_lowercase().replace('_', "-"));
    }
    None
}

fn single_byte(name: &str) -> Option<SingleByte> {
    match name {
        "latin-1" | "latin1" | "l1" | "iso-8859-1" | "iso8859-1" | "8859" | "cp819" => Some(SingleByte::Latin1),
        "latin-9" | "latin9" | "l9" | "iso-8859-15" | "iso8859-15" => Some(SingleByte::Latin9),
        "cp1252" | "windows-1252" | "1252" => Some(SingleByte::Cp1252),
        _ => None,
    }
}

fn character(byte: u8, encoding: SingleByte) -> char {
    let differing = match encoding {
        SingleByte::Latin1 => None,
        SingleByte::Latin9 => LATIN_9.iter().find(|(from, _)| *from == byte).map(|(_, to)| *to),
        SingleByte::Cp1252 => byte.checked_sub(0x80).and_then(|index| CP1252.chars().nth(usize::from(index))),
    };
    differing.unwrap_or(char::from(byte))
}
