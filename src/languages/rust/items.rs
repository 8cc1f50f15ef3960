//! Items: `use`, modules, constants, statics, and in which order they come into being.
//!
//! Items do not care for their order, statements of the model do: names first, then types, then what uses them. The
//! `impl` blocks of a type become part of its class where the type is written in the same module; else they are a class
//! of the same name that derives from it.

use super::attributes::{When, is_for_tests, when};
use super::{Lowering, Range, ident, range};
use crate::model::expr::ExprKind;
use crate::model::facts::{Import, ImportItem, Scope, ScopeId, ScopeKind, StmtKind};
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::{SmolStr, format_smolstr};
use syn::{Attribute, Item, ItemImpl, Meta, Type, UseTree};

impl Lowering {
    /// Lowers the items of a module, or those of a block, which come before its statements.
    pub(super) fn items<'a>(&mut self, items: impl IntoIterator<Item = &'a Item>) {
        let mut items: Vec<&Item> = items.into_iter().collect();
        self.bound.push(items.iter().flat_map(|item| names_of(item)).collect());
        items.sort_by_key(|item| rank(item));
        let types: FxHashSet<SmolStr> = items.iter().filter_map(|item| type_name(item)).collect();
        let mut impls: FxHashMap<SmolStr, Vec<&ItemImpl>> = FxHashMap::default();
        let mut strangers: Vec<(SmolStr, Vec<&ItemImpl>)> = Vec::new();
        for item in &items {
            let Item::Impl(block) = item else { continue };
            if when(&block.attrs) == When::Elsewhere {
                continue;
            }
            let Some(name) = self_name(&block.self_ty) else { continue };
            if types.contains(&name) {
                impls.entry(name).or_default().push(block);
            } else if let Some((_, blocks)) = strangers.iter_mut().find(|(known, _)| *known == name) {
                blocks.push(block);
            } else {
                strangers.push((name, vec![block]));
            }
        }
        for item in items {
            let (attrs, span) = head_of(item);
            self.conditional(attrs, span, |lowering| lowering.item(item, &mut impls));
        }
        for (name, blocks) in strangers {
            self.stranger(&name, &blocks);
        }
        self.bound.pop();
    }

    /// Lowers what is compiled under a condition: as the body of an `if` of which nothing is known.
    pub(super) fn conditional(&mut self, attrs: &[Attribute], at: Range, lower: impl FnOnce(&mut Self)) {
        if is_for_tests(attrs) {
            self.tests.push(at);
        }
        match when(attrs) {
            When::Elsewhere => {}
            When::Perhaps if self.has_room(at.0) => {
                let test = self.push_expr(ExprKind::Opaque(Box::default()), (at.0, at.0));
                let then = self.inner(lower);
                self.push_stmt(StmtKind::If { test, then, otherwise: Box::default() }, at, at.0);
            }
            _ => lower(self),
        }
    }

    fn item(&mut self, item: &Item, impls: &mut FxHashMap<SmolStr, Vec<&ItemImpl>>) {
        let at = head_of(item).1;
        if !self.has_room(at.0) {
            return;
        }
        match item {
            Item::Use(of) => self.uses(&of.tree, at),
            Item::ExternCrate(of) => {
                let binds = of.rename.as_ref().map_or_else(|| ident(&of.ident), |(_, name)| ident(name));
                let import = Import {
                    module: ident(&of.ident),
                    level: 0,
                    item: ImportItem::Module,
                    binds,
                    start: at.0,
                    end: at.1,
                };
                self.push_stmt(StmtKind::Import(Box::new([import])), at, at.1);
            }
            Item::Mod(of) => self.module(of, at),
            Item::Const(of) => self.constant(&of.ident, Some(&of.ty), &of.expr, at),
            Item::Static(of) => self.constant(&of.ident, Some(&of.ty), &of.expr, at),
            Item::Type(of) => {
                if let Some(value) = self.type_expr(&of.ty) {
                    self.assign_name(&of.ident, None, Some(value), at);
                }
            }
            Item::Struct(of) => {
                let blocks = impls.remove(&ident(&of.ident)).unwrap_or_default();
                self.class(&of.ident, &of.fields, &blocks, at);
            }
            Item::Enum(of) => {
                let blocks = impls.remove(&ident(&of.ident)).unwrap_or_default();
                self.class(&of.ident, &syn::Fields::Unit, &blocks, at);
            }
            Item::Union(of) => {
                let blocks = impls.remove(&ident(&of.ident)).unwrap_or_default();
                self.class(&of.ident, &syn::Fields::Named(of.fields.clone()), &blocks, at);
            }
            Item::Trait(of) => self.interface(of, at),
            Item::Fn(of) => self.function(&of.attrs, &of.sig, Some(&of.block), at),
            Item::Macro(of) => self.item_macro(&of.mac, at),
            Item::Impl(_) | Item::ForeignMod(_) | Item::TraitAlias(_) | Item::Verbatim(_) => {}
            _ => {}
        }
    }

    /// `NAME: type = value`; inside a function a static outlives it, like a name of the module.
    fn constant(&mut self, name: &syn::Ident, of: Option<&Type>, value: &syn::Expr, at: Range) {
        if self.arenas.scopes[self.scope.0 as usize].kind == ScopeKind::Function {
            self.push_stmt(StmtKind::Global(Box::new([ident(name)])), (at.0, at.0), at.0);
        }
        let annotation = of.and_then(|of| self.type_expr(of));
        let value = self.expr(value);
        self.assign_name(name, annotation, Some(value), at);
    }

    fn uses(&mut self, tree: &UseTree, at: Range) {
        let mut found = Vec::new();
        let mut path = Vec::new();
        self.use_tree(tree, &mut path, &mut found);
        if !found.is_empty() {
            self.push_stmt(StmtKind::Import(found.into_boxed_slice()), at, at.1);
        }
    }

    fn use_tree(&mut self, tree: &UseTree, path: &mut Vec<(SmolStr, Range)>, found: &mut Vec<Import>) {
        match tree {
            UseTree::Path(of) => {
                path.push((ident(&of.ident), range(of.ident.span())));
                self.use_tree(&of.tree, path, found);
                path.pop();
            }
            UseTree::Group(of) => {
                for tree in &of.items {
                    self.use_tree(tree, path, found);
                }
            }
            UseTree::Glob(of) => {
                let at = range(of.star_token.span);
                found.extend(self.import(path, at, None));
            }
            UseTree::Name(of) => self.use_name(&of.ident, None, path, found),
            UseTree::Rename(of) => self.use_name(&of.ident, Some(&of.rename), path, found),
        }
    }

    fn use_name(
        &mut self,
        name: &syn::Ident,
        rename: Option<&syn::Ident>,
        path: &mut Vec<(SmolStr, Range)>,
        found: &mut Vec<Import>,
    ) {
        let at = range(name.span());
        let own = ident(name);
        // `use a::b::{self}` is `use a::b`.
        let itself = own == "self" && !path.is_empty();
        if !itself {
            path.push((own, at));
        }
        let binds = rename.map(ident).or_else(|| path.last().map(|(name, _)| name.clone())).unwrap_or_default();
        found.extend(self.import(path, at, Some(binds)));
        if !itself {
            path.pop();
        }
    }

    /// The import of a path; of everything in it where it binds no name.
    fn import(&mut self, path: &[(SmolStr, Range)], (start, end): Range, binds: Option<SmolStr>) -> Option<Import> {
        let parts: Vec<SmolStr> = path.iter().map(|(name, _)| name.clone()).collect();
        let star = binds.is_none();
        let binds = binds.unwrap_or_default();
        let item = |last: &SmolStr| if star { ImportItem::Star } else { ImportItem::Member(last.clone()) };
        let local = parts.first().is_some_and(|first| self.bound.last().is_some_and(|names| names.contains(first)));
        let (start_module, taken) = match self.start_of(&parts) {
            super::paths::Start::Own(module, taken) => (Some(module), taken),
            // `use child::Name;` in the module that declares `child`.
            super::paths::Start::Name if local && (parts.len() > 1 || star) => (Some(self.position_modules()), 0),
            super::paths::Start::Name => (None, 0),
        };
        let mut module: Vec<SmolStr> = start_module.clone().unwrap_or_default();
        module.extend(parts.iter().skip(taken).cloned());
        if star {
            // What a module around binds is in scope already.
            let around = start_module.is_some() && self.is_around(&module);
            return (!around)
                .then(|| self.imported(start_module.is_some(), &module, ImportItem::Star, binds, (start, end)));
        }
        let Some(last) = module.pop() else {
            return Some(self.own_import(&[], ImportItem::Module, binds, (start, end)));
        };
        if start_module.is_none() && module.is_empty() {
            let item = if last == binds { ImportItem::Root } else { ImportItem::Module };
            return Some(Import { module: last, level: 0, item, binds, start, end });
        }
        let item = item(&last);
        Some(self.imported(start_module.is_some(), &module, item, binds, (start, end)))
    }

    fn imported(&self, own: bool, module: &[SmolStr], item: ImportItem, binds: SmolStr, at: Range) -> Import {
        if own {
            return self.own_import(module, item, binds, at);
        }
        Import { module: SmolStr::from(module.join(".")), level: 0, item, binds, start: at.0, end: at.1 }
    }

    fn module(&mut self, of: &syn::ItemMod, at: Range) {
        let name = ident(&of.ident);
        let Some((_, items)) = &of.content else {
            let import = match path_of_file(&of.attrs).filter(|_| self.is_at_top()) {
                Some(module) => {
                    Import { module, level: 0, item: ImportItem::Module, binds: name, start: at.0, end: at.1 }
                }
                None => {
                    let mut module = self.position_modules();
                    module.push(name.clone());
                    self.own_import(&module, ImportItem::Module, name, at)
                }
            };
            self.push_stmt(StmtKind::Import(Box::new([import])), at, at.1);
            return;
        };
        let mut scope = self.scope_here(ScopeKind::Module, at);
        let (name_start, name_end) = range(of.ident.span());
        (scope.name, scope.name_start, scope.name_end) = (name.clone(), name_start, name_end);
        self.enter(name);
        let id = self.open_scope(scope, |lowering| lowering.items(items));
        self.leave();
        self.push_stmt(StmtKind::Define(id), at, name_end);
    }

    /// The `impl` blocks of a type that is written elsewhere.
    fn stranger(&mut self, name: &SmolStr, blocks: &[&ItemImpl]) {
        let Some(first) = blocks.first() else { return };
        let start = range(first.impl_token.span).0;
        let end = blocks.iter().map(|block| range(block.brace_token.span.close()).1).max().unwrap_or(start);
        let of = match &*first.self_ty {
            Type::Path(of) => self.plain_path(&of.path),
            _ => None,
        };
        let mut scope = Scope::bare(ScopeKind::Class, Some(self.scope), start, end);
        let own = of.map_or((start, start), |of| self.range_of(of));
        (scope.name, scope.name_start, scope.name_end) = (name.clone(), own.0, own.1);
        let interfaces = self.interfaces(blocks);
        scope.bases = of.into_iter().map(|of| self.base(of)).chain(interfaces).collect();
        let id = self.open_class(scope, name, |lowering| lowering.members(blocks));
        self.push_stmt(StmtKind::Define(id), (start, end), own.1);
    }

    /// Opens the scope of a type, in which `Self` is its name.
    pub(super) fn open_class(&mut self, scope: Scope, name: &SmolStr, body: impl FnOnce(&mut Self)) -> ScopeId {
        let outer = self.own_type.replace(name.clone());
        let id = self.open_scope(scope, body);
        self.own_type = outer;
        id
    }
}

/// The file that `#[path = "…"]` says a module is, by its path from the folder of the file that says so.
fn path_of_file(attrs: &[Attribute]) -> Option<SmolStr> {
    attrs.iter().find_map(|attr| match &attr.meta {
        Meta::NameValue(of) if of.path.is_ident("path") => match &of.value {
            syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(path), .. }) => {
                Some(format_smolstr!("./{}", path.value()))
            }
            _ => None,
        },
        _ => None,
    })
}

/// The names that an item binds.
fn names_of(item: &Item) -> Vec<SmolStr> {
    fn of_tree(tree: &UseTree, path: &mut Vec<SmolStr>, found: &mut Vec<SmolStr>) {
        match tree {
            UseTree::Path(of) => {
                path.push(ident(&of.ident));
                of_tree(&of.tree, path, found);
                path.pop();
            }
            // `use a;` and `use a::{self}` bind the crate `a` by the name that it has.
            UseTree::Name(of) if of.ident == "self" => found.extend(path.iter().skip(1).last().cloned()),
            UseTree::Name(of) => found.extend(path.last().map(|_| ident(&of.ident))),
            UseTree::Rename(of) => found.push(ident(&of.rename)),
            UseTree::Group(of) => of.items.iter().for_each(|tree| of_tree(tree, path, found)),
            UseTree::Glob(_) => {}
        }
    }
    let mut found = Vec::new();
    match item {
        Item::Use(of) => of_tree(&of.tree, &mut Vec::new(), &mut found),
        Item::Mod(of) => found.push(ident(&of.ident)),
        Item::Enum(of) => found.push(ident(&of.ident)),
        _ => {}
    }
    found
}

/// Names come first, then types, then what is made of them.
fn rank(item: &Item) -> usize {
    match item {
        Item::ExternCrate(_) | Item::Use(_) => 0,
        Item::Mod(_) => 1,
        Item::Type(_) | Item::Trait(_) => 2,
        Item::Struct(_) | Item::Enum(_) | Item::Union(_) => 3,
        Item::Const(_) | Item::Static(_) => 4,
        _ => 5,
    }
}

fn type_name(item: &Item) -> Option<SmolStr> {
    match item {
        Item::Struct(of) => Some(ident(&of.ident)),
        Item::Enum(of) => Some(ident(&of.ident)),
        Item::Union(of) => Some(ident(&of.ident)),
        _ => None,
    }
}

/// The last name of the type that an `impl` is for.
fn self_name(of: &Type) -> Option<SmolStr> {
    match of {
        Type::Path(of) if of.qself.is_none() => of.path.segments.last().map(|segment| ident(&segment.ident)),
        Type::Reference(of) => self_name(&of.elem),
        Type::Paren(of) => self_name(&of.elem),
        Type::Group(of) => self_name(&of.elem),
        _ => None,
    }
}

/// The attributes of an item, and its bytes from its first word to its end.
pub(super) fn head_of(item: &Item) -> (&[Attribute], Range) {
    let between = |start: proc_macro2::Span, end: proc_macro2::Span| (range(start).0, range(end).1);
    match item {
        Item::Const(of) => (&of.attrs, between(of.const_token.span, of.semi_token.span)),
        Item::Static(of) => (&of.attrs, between(of.static_token.span, of.semi_token.span)),
        Item::Type(of) => (&of.attrs, between(of.type_token.span, of.semi_token.span)),
        Item::Use(of) => (&of.attrs, between(of.use_token.span, of.semi_token.span)),
        Item::ExternCrate(of) => (&of.attrs, between(of.extern_token.span, of.semi_token.span)),
        Item::Fn(of) => {
            let start = of.sig.asyncness.map_or(of.sig.fn_token.span, |token| token.span);
            (&of.attrs, between(start, of.block.brace_token.span.close()))
        }
        Item::Mod(of) => {
            let end = of.content.as_ref().map_or(of.ident.span(), |(brace, _)| brace.span.close());
            (&of.attrs, between(of.mod_token.span, end))
        }
        Item::Struct(of) => {
            let end = match (&of.fields, of.semi_token) {
                (syn::Fields::Named(fields), _) => fields.brace_token.span.close(),
                (_, Some(semi)) => semi.span,
                _ => of.ident.span(),
            };
            (&of.attrs, between(of.struct_token.span, end))
        }
        Item::Enum(of) => (&of.attrs, between(of.enum_token.span, of.brace_token.span.close())),
        Item::Union(of) => (&of.attrs, between(of.union_token.span, of.fields.brace_token.span.close())),
        Item::Trait(of) => (&of.attrs, between(of.trait_token.span, of.brace_token.span.close())),
        Item::Impl(of) => (&of.attrs, between(of.impl_token.span, of.brace_token.span.close())),
        Item::Macro(of) => (&of.attrs, between(of.mac.bang_token.span, of.mac.delimiter.span().close())),
        _ => (&[], (0, 0)),
    }
}
