//! A part of what a file says: what stands outside its deferred functions, or the body of one of them.
//!
//! The ids of a part begin where the file says, so that no two parts share any. Refuses to know when a part is lowered.

use super::expr::{Expr, ExprId, ExprKind};
use super::facts::{MODULE, Run, Scope, ScopeId, Stmt, StmtId, StmtKind};
use crate::source::offset;

/// A part of a file; part 0 is what stands outside all deferred functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartId(pub u32);

impl PartId {
    /// What stands outside all deferred functions.
    pub const HEAD: PartId = PartId(0);
}

/// What an expression stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parent {
    /// Another expression.
    Expr(ExprId),
    /// A statement, directly.
    Stmt(StmtId),
    /// Nothing: the front end kept it aside.
    None,
}

/// What a statement stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StmtPlace {
    /// The scope whose body it is part of.
    pub scope: ScopeId,
    /// The compound statement around it, within the scope.
    pub within: Option<StmtId>,
    /// Which block of that statement; [`BlockRole::Body`] directly in a scope.
    pub role: BlockRole,
}

/// Which block of a compound statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockRole {
    /// The body of a scope, loop, `with` or `try`, or the `then` of an `if`.
    Body,
    /// The `else` of an `if`, loop or `try`.
    Otherwise,
    /// A handler, by its index.
    Handler(u32),
    /// `finally`.
    Finally,
    /// An arm of `match`, by its index.
    Arm(u32),
}

/// What defines a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScopeOwner {
    /// The file itself.
    File,
    /// A [`StmtKind::Define`].
    Stmt(StmtId),
    /// A closure or comprehension.
    Expr(ExprId),
}

/// What a front end fills: the expressions, statements and scopes of a part, each in the order of its ids.
#[derive(Debug, Clone, Default)]
pub struct Arenas {
    /// The id of the first of each.
    pub first: u32,
    /// The expressions.
    pub exprs: Vec<Expr>,
    /// The statements.
    pub stmts: Vec<Stmt>,
    /// The scopes that are defined in the part.
    pub scopes: Vec<Scope>,
}

impl Arenas {
    /// Adds an expression.
    pub fn push_expr(&mut self, kind: ExprKind, start: u32, end: u32) -> ExprId {
        let id = self.next_expr();
        self.exprs.push(Expr { kind, start, end });
        id
    }

    /// The id that the next expression gets.
    #[must_use]
    pub fn next_expr(&self) -> ExprId {
        ExprId(self.first + offset(self.exprs.len()))
    }

    /// Adds a statement.
    pub fn push_stmt(&mut self, stmt: Stmt) -> StmtId {
        let id = StmtId(self.first + offset(self.stmts.len()));
        self.stmts.push(stmt);
        id
    }

    /// Adds a scope.
    pub fn push_scope(&mut self, scope: Scope) -> ScopeId {
        let id = ScopeId(self.first + offset(self.scopes.len()));
        self.scopes.push(scope);
        id
    }

    /// A scope of this part; nothing where it is of another one.
    pub fn scope_mut(&mut self, id: ScopeId) -> Option<&mut Scope> {
        self.scopes.get_mut(id.0.checked_sub(self.first)? as usize)
    }
}

/// A part of a file, closed, with what stands in what.
#[derive(Debug, Clone)]
pub struct Part {
    arenas: Arenas,
    /// What the deferred function runs; nothing in what stands outside of such.
    run: Run,
    expr_parents: Vec<Parent>,
    stmt_places: Vec<StmtPlace>,
    scope_owners: Vec<ScopeOwner>,
}

impl Part {
    /// What stands outside all deferred functions.
    #[must_use]
    pub fn head(arenas: Arenas) -> Part {
        Part::new(arenas, Run::default(), MODULE)
    }

    /// What a deferred function runs.
    #[must_use]
    pub fn of(function: ScopeId, arenas: Arenas, run: Run) -> Part {
        Part::new(arenas, run, function)
    }

    fn new(mut arenas: Arenas, run: Run, function: ScopeId) -> Part {
        arenas.exprs.shrink_to_fit();
        arenas.stmts.shrink_to_fit();
        arenas.scopes.shrink_to_fit();
        let nowhere = StmtPlace { scope: MODULE, within: None, role: BlockRole::Body };
        let mut part = Part {
            expr_parents: vec![Parent::None; arenas.exprs.len()],
            stmt_places: vec![nowhere; arenas.stmts.len()],
            scope_owners: vec![ScopeOwner::File; arenas.scopes.len()],
            arenas,
            run,
        };
        part.derive_expr_parents();
        part.derive_stmt_places(function);
        part
    }

    pub(super) fn run(&self) -> &Run {
        &self.run
    }

    pub(super) fn expr(&self, id: ExprId) -> &Expr {
        &self.arenas.exprs[self.index(id.0)]
    }

    pub(super) fn stmt(&self, id: StmtId) -> &Stmt {
        &self.arenas.stmts[self.index(id.0)]
    }

    pub(super) fn scope(&self, id: ScopeId) -> &Scope {
        &self.arenas.scopes[self.index(id.0)]
    }

    pub(super) fn parent(&self, id: ExprId) -> Parent {
        self.expr_parents[self.index(id.0)]
    }

    pub(super) fn place(&self, id: StmtId) -> StmtPlace {
        self.stmt_places[self.index(id.0)]
    }

    pub(super) fn owner(&self, id: ScopeId) -> ScopeOwner {
        self.scope_owners[self.index(id.0)]
    }

    pub(super) fn expr_ids(&self) -> impl Iterator<Item = ExprId> + use<> {
        ids(self.arenas.first, self.arenas.exprs.len()).map(ExprId)
    }

    pub(super) fn stmt_ids(&self) -> impl Iterator<Item = StmtId> + use<> {
        ids(self.arenas.first, self.arenas.stmts.len()).map(StmtId)
    }

    pub(super) fn scope_ids(&self) -> impl Iterator<Item = ScopeId> + use<> {
        ids(self.arenas.first, self.arenas.scopes.len()).map(ScopeId)
    }

    /// How many ids its largest arena takes.
    pub(super) fn len(&self) -> usize {
        self.arenas.exprs.len().max(self.arenas.stmts.len()).max(self.arenas.scopes.len())
    }

    fn index(&self, id: u32) -> usize {
        (id - self.arenas.first) as usize
    }

    fn derive_expr_parents(&mut self) {
        let mut children = Vec::new();
        for id in self.expr_ids() {
            children.clear();
            let kind = &self.expr(id).kind;
            kind.children(&mut children);
            let scope = match kind {
                ExprKind::Closure(scope) | ExprKind::Comprehension(scope) => Some(*scope),
                _ => None,
            };
            self.adopt(&children, Parent::Expr(id));
            if let Some(scope) = scope {
                self.own_scope(scope, ScopeOwner::Expr(id), Parent::Expr(id));
            }
        }
        for id in self.stmt_ids() {
            children.clear();
            let kind = &self.stmt(id).kind;
            kind.children(&mut children);
            let scope = match kind {
                StmtKind::Define(scope) => Some(*scope),
                _ => None,
            };
            self.adopt(&children, Parent::Stmt(id));
            if let Some(scope) = scope {
                self.own_scope(scope, ScopeOwner::Stmt(id), Parent::Stmt(id));
            }
        }
    }

    fn adopt(&mut self, children: &[ExprId], parent: Parent) {
        for child in children {
            let index = self.index(child.0);
            self.expr_parents[index] = parent;
        }
    }

    /// Defaults, annotations, decorators and bases are evaluated where the scope is defined.
    fn own_scope(&mut self, id: ScopeId, owner: ScopeOwner, parent: Parent) {
        let index = self.index(id.0);
        self.scope_owners[index] = owner;
        let scope = &self.arenas.scopes[index];
        let parameters = scope.parameters.iter().flat_map(|p| p.default.into_iter().chain(p.annotation));
        let bases = scope.bases.iter().map(|base| base.value);
        let of_head = parameters.chain(bases).chain(scope.decorators.iter().copied()).chain(scope.returns);
        let of_head: Vec<ExprId> = of_head.collect();
        self.adopt(&of_head, parent);
    }

    fn derive_stmt_places(&mut self, function: ScopeId) {
        let top = |scope| StmtPlace { scope, within: None, role: BlockRole::Body };
        let mut open: Vec<(StmtId, StmtPlace)> = self.run.block.iter().map(|&stmt| (stmt, top(function))).collect();
        for id in self.scope_ids() {
            if let super::facts::Body::Here(run) = &self.scope(id).body {
                open.extend(run.block.iter().map(|&stmt| (stmt, top(id))));
            }
        }
        while let Some((stmt, place)) = open.pop() {
            let index = self.index(stmt.0);
            self.stmt_places[index] = place;
            self.arenas.stmts[index].kind.blocks(|role, block| {
                let inner = StmtPlace { scope: place.scope, within: Some(stmt), role };
                open.extend(block.iter().map(|&stmt| (stmt, inner)));
            });
        }
    }
}

fn ids(first: u32, count: usize) -> impl Iterator<Item = u32> + use<> {
    first..first + offset(count)
}
