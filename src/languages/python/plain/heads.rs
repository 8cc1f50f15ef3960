//! The heads of functions that are written plainly, with their decorators.

use super::{Exprs, Reader};
use crate::model::expr::{Expr, ExprId};
use crate::model::facts::{Parameter, ParameterKind, Scope, ScopeKind};
use crate::source::offset;
use smol_str::SmolStr;

/// The head of a function.
#[derive(Debug)]
pub(in super::super) struct Head {
    /// The first byte of its first decorator, or of the function.
    pub(in super::super) start: u32,
    /// One past its colon.
    pub(in super::super) end: u32,
    /// The function, as far as it is known from its head.
    pub(in super::super) scope: Box<Scope>,
    /// Its expressions.
    pub(in super::super) exprs: Exprs,
}

/// The head of a function that a text holds from a byte on, if it is one that is written plainly and ends its line; its
/// expressions are added to a list.
pub(in super::super) fn head(text: &str, start: usize, into: &mut Vec<Expr>) -> Option<Head> {
    let first = into.len();
    let mut reader = Reader::new(text, start, into);
    let scope = reader.function();
    let end = offset(reader.at);
    match scope.filter(|_| reader.ends_line()) {
        Some(scope) => {
            let exprs = Exprs { range: first..reader.exprs.len(), height: reader.height };
            Some(Head { start: offset(start), end, scope: Box::new(scope), exprs })
        }
        None => {
            into.truncate(first);
            None
        }
    }
}

impl Reader<'_, '_> {
    fn function(&mut self) -> Option<Scope> {
        let decorators = self.decorators()?;
        let start = self.at;
        let asynchronous = self.takes("async");
        if !self.takes("def") {
            return None;
        }
        let name_start = self.at;
        let name = SmolStr::new(self.name()?);
        let name_end = self.at;
        if self.peek() != Some(b'(') {
            return None;
        }
        let parameters = self.parameters()?.into();
        self.blanks();
        let returns = if self.rest().starts_with("->") {
            self.at += 2;
            self.blanks();
            let returns = self.value()?.id;
            self.blanks();
            Some(returns)
        } else {
            None
        };
        let bare = Scope::bare(ScopeKind::Function, None, offset(start), offset(start));
        let (name_start, name_end) = (offset(name_start), offset(name_end));
        let scope = Scope { name, name_start, name_end, decorators, parameters, returns, asynchronous, ..bare };
        self.sign(b':').then_some(scope)
    }

    /// The decorators of a function, each in a line of its own and as far indented as the first.
    fn decorators(&mut self) -> Option<Box<[ExprId]>> {
        let line = self.text[..self.at].rfind('\n').map_or(0, |newline| newline + 1);
        let indent = self.text.get(line..self.at)?;
        let mut found = Vec::new();
        while self.sign(b'@') {
            found.push(self.value()?.id);
            if !self.ends_line() {
                return None;
            }
            self.sign(b'\r');
            if !self.sign(b'\n') || !self.rest().starts_with(indent) {
                return None;
            }
            self.at += indent.len();
        }
        Some(found.into())
    }

    fn parameters(&mut self) -> Option<Vec<Parameter>> {
        self.open()?;
        let mut found: Vec<Parameter> = Vec::new();
        let mut plain = ParameterKind::Either;
        loop {
            self.space();
            if self.closed(b')') {
                return Some(found);
            }
            if self.sign(b'/') {
                for before in &mut found {
                    before.kind = ParameterKind::PositionalOnly;
                }
            } else if self.rest().starts_with("*,") {
                self.at += 1;
                plain = ParameterKind::KeywordOnly;
            } else {
                let parameter = self.parameter(plain)?;
                if parameter.kind == ParameterKind::Variadic {
                    plain = ParameterKind::KeywordOnly;
                }
                found.push(parameter);
            }
            self.space();
            if !self.sign(b',') {
                return self.closed(b')').then_some(found);
            }
        }
    }

    fn parameter(&mut self, plain: ParameterKind) -> Option<Parameter> {
        let start = offset(self.at);
        let kind = match (self.sign(b'*'), self.sign(b'*')) {
            (true, true) => ParameterKind::Keywords,
            (true, false) => ParameterKind::Variadic,
            _ => plain,
        };
        let name = SmolStr::new(self.name()?);
        let annotation = if self.comes(b':') { Some(self.value()?.id) } else { None };
        let default = if kind == plain && self.comes(b'=') { Some(self.value()?.id) } else { None };
        Some(Parameter { name, kind, default, annotation, start, end: offset(self.at) })
    }

    /// Goes behind a sign and the blanks around it, if it comes next.
    fn comes(&mut self, sign: u8) -> bool {
        let start = self.at;
        self.space();
        if self.sign(sign) {
            self.space();
            return true;
        }
        self.at = start;
        false
    }
}
