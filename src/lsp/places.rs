//! Places as the protocol counts them: lines from 0, columns in units that editor and server agree on. Refuses to know
//! what is at a place.

use crate::source::{SourceFile, Span, offset};
use lsp_types::{Position, PositionEncodingKind, Range};
use serde_json::Value;

/// In what columns are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    /// Bytes.
    Utf8,
    /// What JavaScript counts in, and every editor knows.
    Utf16,
    /// Code points.
    Utf32,
}

impl Encoding {
    /// The first that the editor wants; one that names none counts in UTF-16.
    pub(super) fn agreed(params: &Value) -> Encoding {
        let wanted = params["capabilities"]["general"]["positionEncodings"].as_array().into_iter().flatten();
        let known = |kind: &Value| match kind.as_str()? {
            "utf-8" => Some(Encoding::Utf8),
            "utf-16" => Some(Encoding::Utf16),
            "utf-32" => Some(Encoding::Utf32),
            _ => None,
        };
        wanted.into_iter().find_map(known).unwrap_or(Encoding::Utf16)
    }

    /// The protocol's name for it.
    pub(super) fn kind(self) -> PositionEncodingKind {
        match self {
            Encoding::Utf8 => PositionEncodingKind::UTF8,
            Encoding::Utf16 => PositionEncodingKind::UTF16,
            Encoding::Utf32 => PositionEncodingKind::UTF32,
        }
    }

    /// Where a span begins and ends.
    pub(super) fn range(self, source: &SourceFile, span: Span) -> Range {
        Range { start: self.position(source, span.start), end: self.position(source, span.end) }
    }

    fn position(self, source: &SourceFile, at: u32) -> Position {
        let line = source.lines().line(at);
        let start = source.lines().start(line).unwrap_or(0) as usize;
        let before = source.text.get(start..at as usize).unwrap_or("");
        let units = match self {
            Encoding::Utf8 => before.len(),
            Encoding::Utf16 => before.encode_utf16().count(),
            Encoding::Utf32 => before.chars().count(),
        };
        Position { line: offset(line), character: offset(units) }
    }
}
