//! Numbers and texts, with escapes decoded.
//!
//! Refuses bytes and complex numbers: no setting is one.

use super::Lowering;
use super::kinds::{Field, Kind};
use super::tree::Node;
use crate::model::expr::{ExprId, ExprKind};
use crate::source::offset;
use smol_str::SmolStr;

/// A text under construction: literal parts that adjoin are one.
#[derive(Default)]
struct Pieces {
    parts: Vec<ExprId>,
    literal: String,
    /// The bytes of [`Pieces::literal`], once it has any.
    place: Option<(u32, u32)>,
    formatted: bool,
}

impl<'a> Lowering<'a> {
    /// An integer or float; `None` for a complex number.
    pub(super) fn number(&mut self, node: Node) -> Option<ExprKind> {
        parse_number(self.tree.text(node)).map(ExprKind::Number)
    }

    /// A string or several adjacent ones.
    pub(super) fn string(&mut self, node: Node) -> ExprKind {
        let tree = self.tree;
        let strings: Vec<Node> = match tree.kind(node) {
            Kind::ConcatenatedString => tree.children(node).filter(|&at| tree.kind(at) == Kind::String).collect(),
            _ => vec![node],
        };
        if !strings.iter().all(|&string| self.is_text(string)) {
            return self.opaque_strings(&strings);
        }
        let mut pieces = Pieces::default();
        for string in strings {
            self.append_string(string, &mut pieces);
        }
        if pieces.formatted {
            self.flush(&mut pieces);
            return ExprKind::Interpolation(pieces.parts.into());
        }
        ExprKind::Text(pieces.literal.into())
    }

    /// Whether a string is a text of Python 3 that nothing broke.
    fn is_text(&mut self, string: Node) -> bool {
        let prefix = self.prefix(string);
        if prefix.starts_with('`') {
            self.report_old(string, "a backtick");
        }
        let odd = |sign: char| matches!(sign, 'b' | 'B' | 't' | 'T' | '`');
        !self.tree.is_broken(string) && !prefix.contains(odd)
    }

    fn opaque_strings(&mut self, strings: &[Node]) -> ExprKind {
        let inside: Vec<ExprId> = strings.iter().flat_map(|&string| self.inside(string)).collect();
        ExprKind::Opaque(inside.into())
    }

    fn prefix(&self, string: Node) -> &'a str {
        self.tree.child(string, Kind::StringStart).map_or("", |start| self.tree.text(start))
    }

    fn append_string(&mut self, string: Node, pieces: &mut Pieces) {
        let tree = self.tree;
        let prefix = self.prefix(string);
        let quote = offset(prefix.trim_start_matches(|sign: char| sign.is_ascii_alphabetic()).len());
        let mut at = tree.start(string) + offset(prefix.len());
        for part in tree.children(string).filter(|&part| tree.kind(part) == Kind::Interpolation) {
            self.append_literal(prefix, at, tree.start(part), pieces);
            self.flush(pieces);
            pieces.formatted = true;
            self.interpolation(part, &mut pieces.parts);
            at = tree.end(part);
        }
        self.append_literal(prefix, at, tree.end(string).saturating_sub(quote), pieces);
    }

    /// What stands between quotes and braces. The grammar's own nodes for it are not used: `r"\\"` has none.
    fn append_literal(&self, prefix: &str, start: u32, end: u32, pieces: &mut Pieces) {
        if start < end {
            let (raw, formatted) = (prefix.contains(['r', 'R']), prefix.contains(['f', 'F']));
            decode(self.tree.slice(start, end), raw, formatted, &mut pieces.literal);
            let start = pieces.place.map_or(start, |(start, _)| start);
            pieces.place = Some((start, end));
        }
    }

    fn flush(&mut self, pieces: &mut Pieces) {
        if let Some((start, end)) = pieces.place.take() {
            let text = SmolStr::new(&pieces.literal);
            pieces.literal.clear();
            pieces.parts.push(self.push_expr(ExprKind::Text(text), start, end));
        }
    }

    /// What stands between braces, and the expressions nested in its format.
    fn interpolation(&mut self, node: Node, into: &mut Vec<ExprId>) {
        let tree = self.tree;
        match tree.field(node, Field::Expression) {
            Some(inner) if !tree.is_broken(node) => into.push(self.expr(inner)),
            _ => return into.push(self.opaque_expr(node)),
        }
        if let Some(format) = tree.field(node, Field::FormatSpecifier) {
            into.extend(self.inside(format));
        }
    }
}

pub(super) fn parse_number(text: &str) -> Option<f64> {
    let digits: String = text.chars().filter(|&sign| sign != '_').collect::<String>().to_ascii_lowercase();
    let digits = digits.trim_end_matches('l');
    let based = |digits: &str, base: u32| {
        digits.chars().try_fold(0.0, |sum, sign| Some(sum * f64::from(base) + f64::from(sign.to_digit(base)?)))
    };
    match digits.get(..2) {
        Some("0x") => based(&digits[2..], 16),
        Some("0o") => based(&digits[2..], 8),
        Some("0b") => based(&digits[2..], 2),
        // A complex number ends in `j`, which is no digit.
        _ => digits.parse().ok(),
    }
}

/// Appends the text that the source `content` of a string stands for.
fn decode(content: &str, raw: bool, formatted: bool, into: &mut String) {
    let mut signs = content.chars().peekable();
    while let Some(sign) = signs.next() {
        match sign {
            '\r' => {
                signs.next_if_eq(&'\n');
                into.push('\n');
            }
            '{' | '}' if formatted => {
                signs.next_if_eq(&sign);
                into.push(sign);
            }
            '\\' if !raw => decode_escape(&mut signs, into),
            _ => into.push(sign),
        }
    }
}

/// Appends what the escape after a backslash stands for; one that Python does not know stays as written.
fn decode_escape(signs: &mut std::iter::Peekable<std::str::Chars>, into: &mut String) {
    let Some(sign) = signs.next() else { return into.push('\\') };
    match sign {
        '\n' => {}
        '\r' => {
            signs.next_if_eq(&'\n');
        }
        '\\' | '\'' | '"' => into.push(sign),
        'a' => into.push('\u{7}'),
        'b' => into.push('\u{8}'),
        'f' => into.push('\u{c}'),
        'n' => into.push('\n'),
        'r' => into.push('\r'),
        't' => into.push('\t'),
        'v' => into.push('\u{b}'),
        'x' => into.push(code_point(signs, 0, 2, 16)),
        'u' => into.push(code_point(signs, 0, 4, 16)),
        'U' => into.push(code_point(signs, 0, 8, 16)),
        '0'..='7' => into.push(code_point(signs, sign.to_digit(8).unwrap_or(0), 2, 8)),
        'N' if signs.peek() == Some(&'{') => {
            // The names of Unicode are not carried along; no setting needs them.
            let _ = signs.find(|&sign| sign == '}');
            into.push(char::REPLACEMENT_CHARACTER);
        }
        _ => into.extend(['\\', sign]),
    }
}

/// Reads at most `width` digits onto `value`; half a surrogate pair becomes the replacement character.
fn code_point(signs: &mut std::iter::Peekable<std::str::Chars>, mut value: u32, width: usize, base: u32) -> char {
    for _ in 0..width {
        let Some(digit) = signs.next_if(|sign| sign.is_digit(base)).and_then(|sign| sign.to_digit(base)) else { break };
        value = value.saturating_mul(base).saturating_add(digit);
    }
    char::from_u32(value).unwrap_or(char::REPLACEMENT_CHARACTER)
}
