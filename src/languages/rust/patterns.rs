//! Patterns: the names they bind, and to what.
//!
//! `Some(x)` and `Ok(x)` bind what the value is; a tuple binds element by element. Of everything else the names are
//! bound to something unknown.

use super::{Lowering, Range, ident, range};
use crate::model::expr::{ExprId, ExprKind};
use crate::source::offset;
use smol_str::SmolStr;
use syn::Pat;

/// What a pattern is taken from.
#[derive(Debug, Clone)]
pub(super) enum Of {
    /// A name.
    Name(SmolStr),
    /// An expression, which no other statement evaluates.
    Value(ExprId),
    /// Something that is not known.
    Unknown,
}

impl Lowering {
    /// Binds the names of a pattern, by statements.
    pub(super) fn bind_pattern(&mut self, pattern: &Pat, of: Of) {
        let at = self.pattern_start(pattern);
        if let Some(target) = self.target(pattern, &of) {
            let (start, end) = self.range_of(target);
            let value = self.taken(of, (start, end));
            self.assign(target, None, Some(value), (start, end));
            return;
        }
        // A value is evaluated even where nothing is bound to it.
        if let Of::Value(value) = of {
            let whole = self.range_of(value);
            self.push_stmt(crate::model::facts::StmtKind::Expression(value), (whole.0, whole.1), whole.1);
        }
        let mut names = Vec::new();
        names_in(pattern, &mut names, 0);
        for (name, own) in names {
            let target = self.push_expr(ExprKind::Name(name), own);
            let unknown = self.push_expr(ExprKind::Opaque(Box::default()), (at, at));
            self.assign(target, None, Some(unknown), own);
        }
    }

    fn taken(&mut self, of: Of, at: Range) -> ExprId {
        match of {
            Of::Name(name) => self.push_expr(ExprKind::Name(name), at),
            Of::Value(value) => value,
            Of::Unknown => self.push_expr(ExprKind::Opaque(Box::default()), at),
        }
    }

    /// A pattern as the target of an assignment, where it is one: a name, or a tuple of such.
    pub(super) fn target(&mut self, pattern: &Pat, of: &Of) -> Option<ExprId> {
        match pattern {
            Pat::Ident(one) if one.subpat.is_none() && !is_constant(one) => {
                Some(self.push_expr(ExprKind::Name(ident(&one.ident)), range(one.ident.span())))
            }
            Pat::Paren(one) => self.target(&one.pat, of),
            Pat::Reference(one) => self.target(&one.pat, of),
            Pat::Type(one) => self.target(&one.pat, of),
            Pat::TupleStruct(one) if holds_content(&one.path) && one.elems.len() == 1 => self.target(&one.elems[0], of),
            Pat::Tuple(one) if one.elems.len() > 1 => {
                let whole = (range(one.paren_token.span.open()).0, range(one.paren_token.span.close()).1);
                let elems: Option<Vec<ExprId>> = one.elems.iter().map(|elem| self.element_target(elem, of)).collect();
                Some(self.push_expr(ExprKind::Sequence(elems?.into_boxed_slice()), whole))
            }
            _ => None,
        }
    }

    fn element_target(&mut self, pattern: &Pat, of: &Of) -> Option<ExprId> {
        if let Pat::Wild(one) = pattern {
            let name = self.fresh();
            return Some(self.push_expr(ExprKind::Name(name), range(one.underscore_token.span)));
        }
        self.target(pattern, of)
    }

    /// The first byte of a pattern, as near as its tokens tell.
    pub(super) fn pattern_start(&self, pattern: &Pat) -> u32 {
        let at = |span: proc_macro2::Span| range(span).0;
        let path = |path: &syn::Path| path.segments.first().map_or(offset(0), |first| at(first.ident.span()));
        match pattern {
            Pat::Ident(of) => at(of.ident.span()),
            Pat::Paren(of) => at(of.paren_token.span.open()),
            Pat::Reference(of) => at(of.and_token.span),
            Pat::Struct(of) => path(&of.path),
            Pat::Tuple(of) => at(of.paren_token.span.open()),
            Pat::TupleStruct(of) => path(&of.path),
            Pat::Type(of) => self.pattern_start(&of.pat),
            Pat::Wild(of) => at(of.underscore_token.span),
            Pat::Path(of) => path(&of.path),
            Pat::Lit(of) => at(of.lit.span()),
            Pat::Slice(of) => at(of.bracket_token.span.open()),
            Pat::Or(of) => of.cases.first().map_or(0, |case| self.pattern_start(case)),
            Pat::Guard(of) => self.pattern_start(&of.pat),
            _ => 0,
        }
    }
}

/// Whether a name in a pattern is that of a constant or unit variant, as far as its spelling tells.
fn is_constant(of: &syn::PatIdent) -> bool {
    of.by_ref.is_none() && of.mutability.is_none() && of.ident.to_string().starts_with(char::is_uppercase)
}

/// `Some` and `Ok`.
pub(super) fn holds_content(path: &syn::Path) -> bool {
    path.segments.last().is_some_and(|last| last.ident == "Some" || last.ident == "Ok")
}

/// Whether a pattern is `None`.
pub(super) fn is_none(pattern: &Pat) -> bool {
    match pattern {
        Pat::Ident(of) => of.ident == "None",
        Pat::Path(of) => of.path.segments.last().is_some_and(|last| last.ident == "None"),
        _ => false,
    }
}

/// The names that a pattern binds.
pub(super) fn names_in(pattern: &Pat, found: &mut Vec<(SmolStr, Range)>, depth: usize) {
    if depth > 64 {
        return;
    }
    let depth = depth + 1;
    match pattern {
        Pat::Ident(of) => {
            if !is_constant(of) {
                found.push((ident(&of.ident), range(of.ident.span())));
            }
            if let Some((_, inner)) = &of.subpat {
                names_in(inner, found, depth);
            }
        }
        Pat::Or(of) => of.cases.iter().take(1).for_each(|case| names_in(case, found, depth)),
        Pat::Paren(of) => names_in(&of.pat, found, depth),
        Pat::Guard(of) => names_in(&of.pat, found, depth),
        Pat::Reference(of) => names_in(&of.pat, found, depth),
        Pat::Slice(of) => of.elems.iter().for_each(|elem| names_in(elem, found, depth)),
        Pat::Struct(of) => of.fields.iter().for_each(|field| names_in(&field.pat, found, depth)),
        Pat::Tuple(of) => of.elems.iter().for_each(|elem| names_in(elem, found, depth)),
        Pat::TupleStruct(of) => of.elems.iter().for_each(|elem| names_in(elem, found, depth)),
        Pat::Type(of) => names_in(&of.pat, found, depth),
        _ => {}
    }
}
