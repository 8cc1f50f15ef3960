//! Macros: what of their tokens reads as expressions.
//!
//! `vec![a, b]`, `format!("{}", a)`, `join!(a, b)` and their like hold expressions between commas; `select!` holds
//! futures and blocks; `lazy_static!` and `thread_local!` hold statics. What reads as nothing is looked through for
//! groups that do.

use super::control::Into;
use super::{Lowering, Range, range};
use crate::model::expr::{ExprId, ExprKind};
use crate::model::facts::StmtKind;
use proc_macro2::{TokenStream, TokenTree};
use syn::parse::{ParseStream, Parser};
use syn::{Expr, Macro, Token};

/// Macros that never give a value.
const LEAVES: [&str; 7] = ["panic", "unreachable", "todo", "unimplemented", "bail", "compile_error", "exit"];

/// A static of `lazy_static!` or `thread_local!`.
struct Kept {
    name: syn::Ident,
    of: syn::Type,
    value: Expr,
}

fn kept(input: ParseStream<'_>) -> syn::Result<Vec<Kept>> {
    let mut found = Vec::new();
    while !input.is_empty() {
        input.call(syn::Attribute::parse_outer)?;
        input.parse::<syn::Visibility>()?;
        input.parse::<Token![static]>()?;
        input.parse::<Option<Token![ref]>>()?;
        let name = input.parse()?;
        input.parse::<Token![:]>()?;
        let of = input.parse()?;
        input.parse::<Token![=]>()?;
        input.parse::<Option<Token![const]>>()?;
        found.push(Kept { name, of, value: input.parse()? });
        input.parse::<Option<Token![;]>>()?;
    }
    Ok(found)
}

/// Expressions between commas or semicolons.
fn listed(input: ParseStream<'_>) -> syn::Result<Vec<Expr>> {
    let mut found = Vec::new();
    while !input.is_empty() {
        found.push(input.parse::<Expr>()?);
        if input.is_empty() {
            break;
        }
        if input.parse::<Option<Token![;]>>()?.is_none() {
            input.parse::<Token![,]>()?;
        }
    }
    Ok(found)
}

impl Lowering {
    /// A macro where an item stands.
    pub(super) fn item_macro(&mut self, of: &Macro, at: Range) {
        if is_named(of, &["macro_rules"]) {
            return;
        }
        if let Ok(statics) = kept.parse2(of.tokens.clone())
            && !statics.is_empty()
        {
            self.statics(&statics, at);
            return;
        }
        // `cfg_if!` and others hold items.
        if let Ok(file) = syn::parse2::<syn::File>(of.tokens.clone()) {
            self.items(&file.items);
        }
    }

    fn statics(&mut self, statics: &[Kept], (start, end): Range) {
        for one in statics {
            let name = range(one.name.span());
            if self.scope != crate::model::facts::MODULE {
                self.push_stmt(StmtKind::Global(Box::new([super::ident(&one.name)])), (name.0, name.0), name.0);
            }
            let annotation = self.type_expr(&one.of);
            let value = self.expr(&one.value);
            self.assign_name(&one.name, annotation, Some(value), (name.0.max(start), end));
        }
    }

    /// A macro whose value goes somewhere.
    pub(super) fn give_macro(&mut self, of: &Macro, into: &Into) {
        let at = macro_range(of);
        if is_named(of, &LEAVES) {
            let inside = self.inside(of);
            self.push_stmt(StmtKind::Raise(inside.into_boxed_slice()), at, at.1);
            return;
        }
        if is_named(of, &["lazy_static", "thread_local"])
            && let Ok(statics) = kept.parse2(of.tokens.clone())
        {
            self.statics(&statics, at);
            return;
        }
        let value = self.macro_expr(of);
        self.put(value, into);
    }

    /// A macro as a value.
    pub(super) fn macro_expr(&mut self, of: &Macro) -> ExprId {
        let at = macro_range(of);
        if is_named(of, &LEAVES) {
            let inside = self.inside(of);
            self.push_stmt(StmtKind::Raise(inside.into_boxed_slice()), at, at.1);
            return self.opaque(Vec::new(), at);
        }
        let inside = self.inside(of);
        match last_name(of).as_str() {
            "vec" | "join" | "try_join" | "smallvec" => {
                self.push_expr(ExprKind::Sequence(inside.into_boxed_slice()), at)
            }
            "format" | "concat" | "format_args" => self.interpolation(inside, at),
            "dbg" | "pin" | "ready" if inside.len() == 1 => self.content(inside[0], Vec::new(), at),
            _ => self.opaque(inside, at),
        }
    }

    /// `format!("{}/x", host)`: the texts and what stands between them, in order.
    fn interpolation(&mut self, inside: Vec<ExprId>, at: Range) -> ExprId {
        let Some((&first, values)) = inside.split_first() else { return self.opaque(Vec::new(), at) };
        let ExprKind::Text(text) = &self.made(first).kind else { return self.opaque(inside, at) };
        let text = text.clone();
        let own = self.range_of(first);
        let mut values = values.iter().copied();
        let mut parts = vec![];
        let mut rest = text.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            let Some((name, after)) = after.split_once('}') else { break };
            if !before.is_empty() {
                parts.push(self.push_expr(ExprKind::Text(before.into()), own));
            }
            let name = name.split(':').next().unwrap_or("");
            let value = if name.is_empty() { values.next() } else { None };
            let value = match value {
                Some(value) => value,
                None if is_word(name) => self.push_expr(ExprKind::Name(name.into()), own),
                None => self.opaque(Vec::new(), own),
            };
            parts.push(value);
            rest = after;
        }
        if !rest.is_empty() {
            parts.push(self.push_expr(ExprKind::Text(rest.into()), own));
        }
        parts.extend(values);
        self.push_expr(ExprKind::Interpolation(parts.into_boxed_slice()), at)
    }

    /// The expressions in a macro's tokens.
    fn inside(&mut self, of: &Macro) -> Vec<ExprId> {
        let start = macro_range(of).0;
        if !self.has_room(start) {
            return Vec::new();
        }
        self.depth += 1;
        let found = self.expressions_of(of.tokens.clone(), 0);
        self.depth -= 1;
        found
    }

    fn expressions_of(&mut self, tokens: TokenStream, depth: usize) -> Vec<ExprId> {
        if tokens.is_empty() || depth > 32 {
            return Vec::new();
        }
        if let Ok(listed) = listed.parse2(tokens.clone()) {
            return listed.iter().map(|one| self.expr(one)).collect();
        }
        if let Ok(stmts) = syn::Block::parse_within.parse2(tokens.clone()) {
            self.statements(&stmts, &Into::Nothing);
            return Vec::new();
        }
        let pieces = pieces(tokens);
        if pieces.len() > 1 {
            return pieces.into_iter().flat_map(|piece| self.expressions_of(piece, depth + 1)).collect();
        }
        let groups = pieces.into_iter().flatten().filter_map(|token| match token {
            TokenTree::Group(group) => Some(group.stream()),
            _ => None,
        });
        groups.collect::<Vec<_>>().into_iter().flat_map(|group| self.expressions_of(group, depth + 1)).collect()
    }
}

/// The tokens between `,`, `;` and `=>`, and each block by itself.
fn pieces(tokens: TokenStream) -> Vec<TokenStream> {
    let mut found: Vec<TokenStream> = Vec::new();
    let mut piece: Vec<TokenTree> = Vec::new();
    let mut arrow = false;
    for token in tokens {
        let sign = match &token {
            TokenTree::Punct(punct) => punct.as_char(),
            _ => ' ',
        };
        let ends = matches!(sign, ',' | ';') || arrow && sign == '>';
        arrow = sign == '=';
        if ends {
            if sign == '>' {
                piece.pop();
            }
            found.push(piece.drain(..).collect());
        } else {
            piece.push(token);
        }
    }
    found.push(piece.into_iter().collect());
    found.retain(|piece| !piece.is_empty());
    found
}

fn is_word(text: &str) -> bool {
    text.starts_with(|char: char| char.is_alphabetic() || char == '_')
        && text.chars().all(|char| char.is_alphanumeric() || char == '_')
}

fn last_name(of: &Macro) -> String {
    of.path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default()
}

fn is_named(of: &Macro, names: &[&str]) -> bool {
    names.contains(&last_name(of).as_str())
}

fn macro_range(of: &Macro) -> Range {
    let start = of.path.segments.first().map_or(of.bang_token.span, |first| first.ident.span());
    (range(start).0, range(of.delimiter.span().close()).1)
}
