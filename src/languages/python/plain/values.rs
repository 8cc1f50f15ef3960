//! Assignments and values that are written plainly: names and what is taken of them, calls, literals, and what stands in
//! brackets.

use super::super::literals::parse_number;
use super::{Reader, Says, width};
use crate::model::expr::{Argument, ArgumentKind, BinaryOperator, Entry, Expr, ExprId, ExprKind, UnaryOperator};
use crate::source::offset;
use smol_str::SmolStr;

/// How many brackets may stand within each other.
const BRACKETS: usize = 16;

/// How many expressions may stand within each other.
const HEIGHT: usize = 64;

/// An expression that was read.
#[derive(Clone, Copy)]
pub(super) struct Made {
    pub(super) id: ExprId,
    /// Its first byte.
    pub(super) start: usize,
    /// How many expressions at most stand within each other in it, itself counted in.
    height: usize,
}

/// The same expression where those that it names have other names.
pub(in super::super) fn moved(kind: &ExprKind, name: impl Fn(ExprId) -> ExprId) -> ExprKind {
    let all = |ids: &[ExprId]| ids.iter().map(|&id| name(id)).collect();
    match kind {
        ExprKind::Attribute { object, name: of } => ExprKind::Attribute { object: name(*object), name: of.clone() },
        ExprKind::Index { object, key } => ExprKind::Index { object: name(*object), key: name(*key) },
        ExprKind::Call { callee, arguments } => {
            let moved = |argument: &Argument| Argument { value: name(argument.value), ..argument.clone() };
            ExprKind::Call { callee: name(*callee), arguments: arguments.iter().map(moved).collect() }
        }
        ExprKind::Unary { operator, operand } => ExprKind::Unary { operator: *operator, operand: name(*operand) },
        ExprKind::Binary { operator, left, right } => {
            ExprKind::Binary { operator: *operator, left: name(*left), right: name(*right) }
        }
        ExprKind::Sequence(items) => ExprKind::Sequence(all(items)),
        ExprKind::Mapping(entries) => {
            let moved = |entry: &Entry| Entry { key: entry.key.map(&name), value: name(entry.value) };
            ExprKind::Mapping(entries.iter().map(moved).collect())
        }
        other => other.clone(),
    }
}

impl Reader<'_, '_> {
    /// Adds an expression that ends here.
    pub(super) fn make(&mut self, kind: ExprKind, start: usize, height: usize) -> Made {
        let id = ExprId(offset(self.exprs.len()));
        self.exprs.push(Expr { kind, start: offset(start), end: offset(self.at) });
        self.height = self.height.max(height);
        Made { id, start, height }
    }

    /// `name = value`, `name: Type = value` and `name: Type`.
    pub(super) fn assignment(&mut self) -> Option<Says> {
        let target = self.named()?.id;
        let annotation = if self.sign(b':') {
            self.blanks();
            Some(self.value()?.id)
        } else {
            None
        };
        let end = self.at;
        self.blanks();
        if self.sign(b'=') {
            self.blanks();
            let value = Some(self.value()?.id);
            return Some(Says::Assigns { target, annotation, value });
        }
        self.at = end;
        annotation.map(|_| Says::Assigns { target, annotation, value: None })
    }

    fn named(&mut self) -> Option<Made> {
        let start = self.at;
        let name = self.name()?.into();
        Some(self.make(ExprKind::Name(name), start, 1))
    }

    /// Goes behind what may stand between two words here: within brackets the ends of lines, too. The grammar does not
    /// take lines that are less indented than the statement, and so they are left.
    pub(super) fn space(&mut self) {
        self.blanks();
        let met = self.peek();
        if self.brackets == 0 || met != Some(b'\n') && met != Some(b'\r') {
            return;
        }
        let start = self.at;
        while self.rest().starts_with('\n') || self.rest().starts_with("\r\n") {
            self.skip(|byte| byte == b'\r');
            self.at += 1;
            let line = self.at;
            self.blanks();
            if width(&self.text.as_bytes()[line..self.at]) < self.indent && self.peek() != Some(b'\n') {
                self.at = start;
                return;
            }
        }
    }

    /// Goes behind a bracket that opens.
    pub(super) fn open(&mut self) -> Option<()> {
        self.at += 1;
        self.brackets += 1;
        (self.brackets <= BRACKETS).then_some(())
    }

    /// Goes behind a bracket that closes, if it comes next.
    pub(super) fn closed(&mut self, bracket: u8) -> bool {
        let closed = self.sign(bracket);
        self.brackets -= usize::from(closed);
        closed
    }

    /// A value; with `|`, one or another. Refuses three of which an item is not the last: the grammar takes what comes
    /// after that together.
    pub(super) fn value(&mut self) -> Option<Made> {
        let mut left = self.operand()?;
        let mut item = self.is_item(left);
        let mut joined = false;
        loop {
            let end = self.at;
            self.space();
            if !self.sign(b'|') {
                self.at = end;
                return (left.height <= HEIGHT).then_some(left);
            }
            if joined && item {
                return None;
            }
            self.space();
            let right = self.operand()?;
            (item, joined) = (item || self.is_item(right), true);
            let kind = ExprKind::Binary { operator: BinaryOperator::Or, left: left.id, right: right.id };
            left = self.make(kind, left.start, left.height.max(right.height) + 1);
        }
    }

    fn is_item(&self, made: Made) -> bool {
        matches!(self.exprs[made.id.0 as usize].kind, ExprKind::Index { .. })
    }

    fn operand(&mut self) -> Option<Made> {
        let start = self.at;
        let kind = match self.peek()? {
            b'"' | b'\'' => ExprKind::Text(self.short_text()?.into()),
            b'0'..=b'9' => ExprKind::Number(parse_number(self.number()?)?),
            b'-' => return self.negative(),
            b'(' | b'[' => return self.sequence(),
            b'{' => return self.braced(),
            b'.' if self.rest().starts_with("...") => {
                self.at += 3;
                ExprKind::Opaque(Box::default())
            }
            _ => match self.constant() {
                Some(constant) => constant,
                None => return self.reference(),
            },
        };
        Some(self.make(kind, start, 1))
    }

    fn negative(&mut self) -> Option<Made> {
        let start = self.at;
        self.at += 1;
        let digits = self.at;
        let number = ExprKind::Number(parse_number(self.number()?)?);
        let operand = self.make(number, digits, 1).id;
        Some(self.make(ExprKind::Unary { operator: UnaryOperator::Negative, operand }, start, 2))
    }

    /// A name, and what is taken of it: attributes, results of calls, items.
    fn reference(&mut self) -> Option<Made> {
        let mut made = self.named()?;
        loop {
            made = match self.peek() {
                Some(b'.') => {
                    self.at += 1;
                    let name = self.name()?.into();
                    self.make(ExprKind::Attribute { object: made.id, name }, made.start, made.height + 1)
                }
                Some(b'(') => self.call(made)?,
                Some(b'[') => self.item(made)?,
                _ => return Some(made),
            }
        }
    }

    fn call(&mut self, callee: Made) -> Option<Made> {
        self.open()?;
        let (mut arguments, mut height) = (Vec::new(), callee.height);
        loop {
            self.space();
            if self.closed(b')') {
                break;
            }
            let (argument, value) = self.argument()?;
            arguments.push(argument);
            height = height.max(value);
            self.space();
            if !self.sign(b',') {
                self.closed(b')').then_some(())?;
                break;
            }
        }
        let kind = ExprKind::Call { callee: callee.id, arguments: arguments.into() };
        Some(self.make(kind, callee.start, height + 1))
    }

    /// `value` or `name=value`, and how many expressions stand within each other in it.
    fn argument(&mut self) -> Option<(Argument, usize)> {
        let start = self.at;
        let keyword = self.keyword();
        let kind = if keyword.is_some() { ArgumentKind::Named } else { ArgumentKind::Positional };
        let value = self.value()?;
        let (name, end) = (keyword.unwrap_or_default(), offset(self.at));
        Some((Argument { kind, name, value: value.id, start: offset(start), end }, value.height))
    }

    /// Goes behind the name of an argument and its `=`, if these come next.
    fn keyword(&mut self) -> Option<SmolStr> {
        let start = self.at;
        let end = self.name().map(|_| self.at);
        self.space();
        if let Some(end) = end
            && self.sign(b'=')
            && self.peek() != Some(b'=')
        {
            self.space();
            return self.text.get(start..end).map(SmolStr::new);
        }
        self.at = start;
        None
    }

    /// `object[key]`; several keys are a sequence.
    fn item(&mut self, object: Made) -> Option<Made> {
        self.open()?;
        self.space();
        let mut key = self.value()?;
        let (mut keys, mut end) = (vec![key.id], self.at);
        let (start, mut height) = (key.start, key.height);
        loop {
            self.space();
            if !self.sign(b',') {
                break;
            }
            self.space();
            let next = self.value()?;
            keys.push(next.id);
            (end, height) = (self.at, height.max(next.height));
        }
        if keys.len() > 1 {
            let after = std::mem::replace(&mut self.at, end);
            key = self.make(ExprKind::Sequence(keys.into()), start, height + 1);
            self.at = after;
        }
        self.closed(b']').then_some(())?;
        let kind = ExprKind::Index { object: object.id, key: key.id };
        Some(self.make(kind, object.start, object.height.max(key.height) + 1))
    }

    /// A list or a tuple; refuses a value that only stands in brackets.
    fn sequence(&mut self) -> Option<Made> {
        let start = self.at;
        let tuple = self.peek() == Some(b'(');
        self.open()?;
        let mut items = Vec::new();
        let (height, comma) = self.items(if tuple { b')' } else { b']' }, &mut items)?;
        let whole = !tuple || comma || items.len() != 1;
        whole.then(|| self.make(ExprKind::Sequence(items.into()), start, height + 1))
    }

    /// What stands between commas up to a bracket: how many expressions stand within each other, and whether there is a
    /// comma at the end.
    fn items(&mut self, bracket: u8, into: &mut Vec<ExprId>) -> Option<(usize, bool)> {
        let (mut height, mut comma) = (0, false);
        loop {
            self.space();
            if self.closed(bracket) {
                return Some((height, comma));
            }
            let item = self.value()?;
            into.push(item.id);
            height = height.max(item.height);
            self.space();
            comma = self.sign(b',');
            if !comma {
                return self.closed(bracket).then_some((height, comma));
            }
        }
    }

    /// A dictionary or a set.
    fn braced(&mut self) -> Option<Made> {
        let start = self.at;
        self.open()?;
        self.space();
        if self.closed(b'}') {
            return Some(self.make(ExprKind::Mapping(Box::default()), start, 1));
        }
        let first = self.value()?;
        self.space();
        let (kind, height) = if self.sign(b':') { self.mapping(first)? } else { self.set(first)? };
        Some(self.make(kind, start, height + 1))
    }

    /// The rest of a dictionary, from behind the first colon on.
    fn mapping(&mut self, first: Made) -> Option<(ExprKind, usize)> {
        let (mut entries, mut height, mut key) = (Vec::new(), 0, first);
        loop {
            self.space();
            let value = self.value()?;
            entries.push(Entry { key: Some(key.id), value: value.id });
            height = height.max(key.height).max(value.height);
            self.space();
            let comma = self.sign(b',');
            self.space();
            if self.closed(b'}') {
                return Some((ExprKind::Mapping(entries.into()), height));
            }
            key = comma.then(|| self.value())??;
            self.space();
            self.sign(b':').then_some(())?;
        }
    }

    /// The rest of a set, from behind the first item on.
    fn set(&mut self, first: Made) -> Option<(ExprKind, usize)> {
        let mut items = vec![first.id];
        let height = if self.sign(b',') { self.items(b'}', &mut items)?.0 } else { self.closed(b'}').then_some(0)? };
        Some((ExprKind::Sequence(items.into()), height.max(first.height)))
    }

    /// What the language itself names.
    fn constant(&mut self) -> Option<ExprKind> {
        let start = self.at;
        self.skip(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let kind = match &self.text[start..self.at] {
            "None" => Some(ExprKind::None),
            "True" => Some(ExprKind::Bool(true)),
            "False" => Some(ExprKind::Bool(false)),
            _ => None,
        };
        if kind.is_none() {
            self.at = start;
        }
        kind
    }

    /// A text in one line, without escapes.
    fn short_text(&mut self) -> Option<&str> {
        let (start, quote) = (self.at, self.peek()?);
        self.at += 1;
        self.skip(|byte| byte != quote && !matches!(byte, b'\\' | b'\n' | b'\r'));
        let inside = self.text.get(start + 1..self.at)?;
        self.sign(quote).then_some(inside)
    }

    /// A number of decimal digits, perhaps with a point between.
    fn number(&mut self) -> Option<&str> {
        let start = self.at;
        let digits = |byte: u8| byte.is_ascii_digit();
        let count = self.skip(digits);
        // Python 2 counts by eight where a nought comes first.
        let plain = count == 1 || !self.text[start..].starts_with('0');
        let whole = !self.sign(b'.') || self.skip(digits) > 0;
        (plain && whole).then(|| &self.text[start..self.at])
    }
}
