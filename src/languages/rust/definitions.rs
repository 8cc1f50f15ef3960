//! Functions, and types as classes: fields are annotated names of the class, methods its functions.

use super::{Lowering, Range, ident, range};
use crate::model::expr::{Argument, ArgumentKind, ExprId, ExprKind};
use crate::model::facts::{Parameter, ParameterKind, ScopeKind, StmtKind};
use smol_str::{SmolStr, format_smolstr};
use syn::{Attribute, Block, Fields, FnArg, ImplItem, ItemImpl, Pat, ReturnType, Signature, TraitItem, TypeParamBound};

impl Lowering {
    /// `name: annotation = value`.
    pub(super) fn assign_name(
        &mut self,
        name: &syn::Ident,
        annotation: Option<ExprId>,
        value: Option<ExprId>,
        at: Range,
    ) {
        let target = self.push_expr(ExprKind::Name(ident(name)), range(name.span()));
        self.assign(target, annotation, value, at);
    }

    /// `target: annotation = value`.
    pub(super) fn assign(&mut self, target: ExprId, annotation: Option<ExprId>, value: Option<ExprId>, at: Range) {
        let kind = StmtKind::Assign { targets: Box::new([target]), value, annotation, augmented: false };
        self.push_stmt(kind, at, at.1);
    }

    /// A struct, enum or union with the `impl` blocks beside it.
    pub(super) fn class(&mut self, name: &syn::Ident, fields: &Fields, blocks: &[&ItemImpl], at: Range) {
        let own = range(name.span());
        let mut scope = self.scope_here(ScopeKind::Class, at);
        (scope.name, scope.name_start, scope.name_end) = (ident(name), own.0, own.1);
        scope.bases = self.interfaces(blocks).into_boxed_slice();
        let id = self.open_class(scope, &ident(name), |lowering| {
            lowering.fields(fields);
            lowering.members(blocks);
        });
        self.push_stmt(StmtKind::Define(id), at, own.1);
    }

    fn fields(&mut self, fields: &Fields) {
        for (index, field) in fields.iter().enumerate() {
            let Some(annotation) = self.type_expr(&field.ty) else { continue };
            let (name, at) = match &field.ident {
                Some(name) => (ident(name), range(name.span())),
                None => (format_smolstr!("{index}"), self.range_of(annotation)),
            };
            let target = self.push_expr(ExprKind::Name(name), at);
            let end = self.range_of(annotation).1;
            self.assign(target, Some(annotation), None, (at.0, end));
        }
    }

    /// The traits that `impl` blocks are of.
    pub(super) fn interfaces(&mut self, blocks: &[&ItemImpl]) -> Vec<Argument> {
        let paths = blocks.iter().filter_map(|block| block.trait_.as_ref());
        let paths: Vec<ExprId> = paths.filter_map(|(path, _)| self.plain_path(path)).collect();
        paths.into_iter().map(|path| self.base(path)).collect()
    }

    pub(super) fn base(&self, value: ExprId) -> Argument {
        let (start, end) = self.range_of(value);
        Argument { kind: ArgumentKind::Positional, name: SmolStr::default(), value, start, end }
    }

    /// The functions and constants of `impl` blocks.
    pub(super) fn members(&mut self, blocks: &[&ItemImpl]) {
        for block in blocks {
            for item in &block.items {
                match item {
                    ImplItem::Fn(of) => {
                        let at = signature_range(&of.sig, Some(&of.block));
                        self.conditional(&of.attrs, at, |lowering| {
                            lowering.function(&of.attrs, &of.sig, Some(&of.block), at);
                        });
                    }
                    ImplItem::Const(of) => {
                        let at = (range(of.const_token.span).0, range(of.semi_token.span).1);
                        let value = self.expr(&of.expr);
                        self.assign_name(&of.ident, None, Some(value), at);
                    }
                    _ => {}
                }
            }
        }
    }

    /// A trait.
    pub(super) fn interface(&mut self, of: &syn::ItemTrait, at: Range) {
        let own = range(of.ident.span());
        let mut scope = self.scope_here(ScopeKind::Class, at);
        (scope.name, scope.name_start, scope.name_end) = (ident(&of.ident), own.0, own.1);
        let supertraits: Vec<ExprId> = of
            .supertraits
            .iter()
            .filter_map(|bound| match bound {
                TypeParamBound::Trait(bound) => self.plain_path(&bound.path),
                _ => None,
            })
            .collect();
        scope.bases = supertraits.into_iter().map(|path| self.base(path)).collect();
        let id = self.open_class(scope, &ident(&of.ident), |lowering| {
            for item in &of.items {
                if let TraitItem::Fn(of) = item {
                    let at = signature_range(&of.sig, of.default.as_ref());
                    lowering.conditional(&of.attrs, at, |lowering| {
                        lowering.function(&of.attrs, &of.sig, of.default.as_ref(), at);
                    });
                }
            }
        });
        self.push_stmt(StmtKind::Define(id), at, own.1);
    }

    /// A function; without a block it is one that others write.
    pub(super) fn function(&mut self, attrs: &[Attribute], sig: &Signature, block: Option<&Block>, at: Range) {
        if !self.has_room(at.0) {
            return;
        }
        let own = range(sig.ident.span());
        let mut scope = self.scope_here(ScopeKind::Function, at);
        (scope.name, scope.name_start, scope.name_end) = (ident(&sig.ident), own.0, own.1);
        scope.asynchronous = sig.asyncness.is_some();
        scope.decorators = self.decorators(attrs);
        scope.unbound = sig.receiver().is_none();
        if let ReturnType::Type(_, of) = &sig.output {
            scope.returns = self.type_expr(of);
        }
        let mut patterns: Vec<(SmolStr, &Pat)> = Vec::new();
        let mut parameters = Vec::new();
        for input in &sig.inputs {
            parameters.push(match input {
                FnArg::Receiver(of) => plain(SmolStr::new_static("self"), None, range(of.self_token.span)),
                FnArg::Typed(of) => {
                    let annotation = self.type_expr(&of.ty);
                    let (name, at) = self.parameter_name(&of.pat);
                    if !matches!(*of.pat, Pat::Ident(_)) {
                        patterns.push((name.clone(), &of.pat));
                    }
                    plain(name, annotation, at)
                }
            });
        }
        scope.parameters = parameters.into_boxed_slice();
        let id = self.open_scope(scope, |lowering| {
            for (name, pattern) in patterns {
                lowering.bind_pattern(pattern, super::patterns::Of::Name(name));
            }
            match block {
                Some(block) => lowering.block_into(block, &super::control::Into::Return),
                // Nobody knows what the functions do that take its place.
                None => {
                    let unknown = lowering.push_expr(ExprKind::Opaque(Box::default()), (at.1, at.1));
                    lowering.push_stmt(StmtKind::Return(Some(unknown)), (at.1, at.1), at.1);
                }
            }
        });
        let head_end = block.map_or(at.1, |block| range(block.brace_token.span.open()).0);
        self.push_stmt(StmtKind::Define(id), at, head_end);
    }

    /// The name of a parameter: a plain one, or one that the pattern is then taken from.
    pub(super) fn parameter_name(&mut self, pattern: &Pat) -> (SmolStr, Range) {
        match pattern {
            Pat::Ident(of) => (ident(&of.ident), range(of.ident.span())),
            _ => {
                let at = self.pattern_start(pattern);
                (self.fresh(), (at, at))
            }
        }
    }
}

pub(super) fn plain(name: SmolStr, annotation: Option<ExprId>, (start, end): Range) -> Parameter {
    Parameter { name, kind: ParameterKind::Either, default: None, annotation, start, end }
}

fn signature_range(sig: &Signature, block: Option<&Block>) -> Range {
    let start = sig.asyncness.map_or(sig.fn_token.span, |token| token.span);
    let end = block.map_or(sig.paren_token.span.close(), |block| block.brace_token.span.close());
    (range(start).0, range(end).1)
}
