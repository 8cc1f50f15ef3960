//! Which definition of a name reaches which use, within one file.
//!
//! One structured pass over each scope: branches join, loops see the definitions of their own bodies, tests narrow
//! (`if x is None`). Names of enclosing scopes are left to the evaluator, which asks for everything that scope ever
//! binds. Refuses to know what a definition is worth.

use super::bindings::{bound_in, within};
use crate::model::expr::{ComparisonOperator, ExprId, ExprKind, UnaryOperator};
use crate::model::facts::{Block, FileFacts, ScopeId, ScopeKind, StmtId, StmtKind};
use crate::model::part::PartId;
use crate::source::offset;
use rustc_hash::FxHashMap;
use smol_str::SmolStr;

/// A definition of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct DefId(pub(super) u32);

/// What binds a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum DefKind {
    /// A parameter of the scope, by its index.
    Parameter(ScopeId, usize),
    /// A value is assigned.
    Value(ExprId),
    /// The element with this index of a value is assigned.
    Element(ExprId, usize),
    /// Each item of a value in turn.
    Item(ExprId),
    /// What entering a context manager gives.
    Entered(ExprId),
    /// An import, by its index in the statement.
    Import(StmtId, usize),
    /// A function or class.
    Scope(ScopeId),
    /// Something that is not followed.
    Opaque,
}

/// A definition.
#[derive(Debug, Clone)]
pub(super) struct Def {
    /// The name.
    pub name: SmolStr,
    /// The scope that owns the name.
    pub scope: ScopeId,
    /// What binds it.
    pub kind: DefKind,
    /// The statement, except for parameters and names of comprehensions.
    pub stmt: Option<StmtId>,
}

/// What is known about a value where it is used, from the tests passed on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Narrow {
    /// Nothing.
    Any,
    /// It is none.
    Null,
    /// It is not none.
    NotNull,
    /// It counts as true.
    Truthy,
    /// It counts as false.
    Falsy,
    /// It is of the type that this expression names.
    Is(ExprId),
}

/// The definitions that reach a use.
pub(super) type Reaching = Vec<(DefId, Narrow)>;

type Names = FxHashMap<SmolStr, Reaching>;

/// The definitions and uses of one part of a file.
#[derive(Debug, Default)]
pub(super) struct Flow {
    /// The id of its first definition.
    first: u32,
    pub(super) defs: Vec<Def>,
    /// Every definition of a name that a scope owns.
    pub(super) by_scope: FxHashMap<(ScopeId, SmolStr), Vec<DefId>>,
    /// The definitions that reach a use within their own scope, as a part of `reaching`.
    uses: FxHashMap<ExprId, (u32, u32)>,
    reaching: Vec<(DefId, Narrow)>,
    /// What the names of a module or class mean once it has run.
    exits: FxHashMap<ScopeId, Names>,
    /// Names declared `global` or `nonlocal`, with the scope that owns them.
    pub(super) foreign: FxHashMap<(ScopeId, SmolStr), ScopeId>,
    /// Whether a star import may bind any name of the module.
    pub star: bool,
}

impl Flow {
    /// Follows the names of a part of a file.
    #[must_use]
    pub(super) fn new(facts: &FileFacts, part: PartId) -> Flow {
        let mut walker = Walker {
            facts,
            part,
            flow: Flow { first: facts.first_of(part), ..Flow::default() },
            at: FxHashMap::default(),
            env: Names::default(),
            dead: false,
            exits: Vec::new(),
        };
        walker.collect();
        for scope in walker.scopes() {
            if facts.scope(scope).kind != ScopeKind::Comprehension {
                walker.scope(scope);
            }
        }
        walker.flow.defs.shrink_to_fit();
        walker.flow.by_scope.shrink_to_fit();
        walker.flow.reaching.shrink_to_fit();
        walker.flow
    }

    /// The id of the next definition.
    pub(super) fn next(&self) -> DefId {
        DefId(self.first + offset(self.defs.len()))
    }

    /// The definition named by `id`.
    #[must_use]
    pub(super) fn def(&self, id: DefId) -> &Def {
        &self.defs[(id.0 - self.first) as usize]
    }

    /// The definitions that reach a use of a name in the scope that owns it; `None` where an enclosing scope owns it.
    #[must_use]
    pub(super) fn reaching(&self, name: ExprId) -> Option<&[(DefId, Narrow)]> {
        let &(start, end) = self.uses.get(&name)?;
        self.reaching.get(start as usize..end as usize)
    }

    /// Every definition of `name` that `scope` owns.
    #[must_use]
    pub(super) fn all_defs(&self, scope: ScopeId, name: &SmolStr) -> &[DefId] {
        self.by_scope.get(&(scope, name.clone())).map_or(&[], Vec::as_slice)
    }

    /// What `name` means after a module or class body has run.
    #[must_use]
    pub(super) fn at_exit(&self, scope: ScopeId, name: &SmolStr) -> Option<&Reaching> {
        self.exits.get(&scope)?.get(name)
    }

    /// The scope that owns `name` where it is declared `global` or `nonlocal` in `scope`.
    #[must_use]
    pub(super) fn foreign(&self, scope: ScopeId, name: &SmolStr) -> Option<ScopeId> {
        self.foreign.get(&(scope, name.clone())).copied()
    }
}

/// Where a definition is made, so that both passes mean the same one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum DefSite {
    Target(ExprId),
    Walrus(ExprId),
    Import(StmtId, usize),
    Scope(ScopeId),
    Parameter(ScopeId, usize),
    Handler(StmtId, usize),
    Capture(StmtId, usize, usize),
}

/// The state of both passes over a part of a file.
pub(super) struct Walker<'f> {
    pub(super) facts: &'f FileFacts,
    pub(super) part: PartId,
    pub(super) flow: Flow,
    pub(super) at: FxHashMap<DefSite, DefId>,
    env: Names,
    dead: bool,
    /// The environments that leave the innermost loop, or fly out of the innermost `try`, early.
    exits: Vec<Names>,
}

impl Walker<'_> {
    /// The scopes whose names are those of the part: what it defines, and the function that it is the body of.
    pub(super) fn scopes(&self) -> Vec<ScopeId> {
        let own = self.facts.deferred(self.part).map(|(function, _)| function.scope);
        let here = |scope: &ScopeId| self.facts.part_inside(*scope) == self.part;
        own.into_iter().chain(self.facts.scopes_of(self.part).filter(here)).collect()
    }

    /// Second pass over one scope.
    fn scope(&mut self, scope: ScopeId) {
        self.env = Names::default();
        self.dead = false;
        self.exits.clear();
        let facts = self.facts;
        for index in 0..facts.scope(scope).parameters.len() {
            self.bind(DefSite::Parameter(scope, index));
        }
        self.block(&facts.body(scope).block);
        if matches!(facts.scope(scope).kind, ScopeKind::Module | ScopeKind::Class) {
            let env = std::mem::take(&mut self.env);
            self.flow.exits.insert(scope, env);
        }
    }

    fn bind(&mut self, site: DefSite) {
        if let Some(&id) = self.at.get(&site) {
            let name = self.flow.def(id).name.clone();
            self.env.insert(name, vec![(id, Narrow::Any)]);
        }
    }

    fn bind_target(&mut self, target: ExprId) {
        match &self.facts.expr(target).kind {
            ExprKind::Name(_) => self.bind(DefSite::Target(target)),
            ExprKind::Sequence(items) => {
                for &item in items {
                    self.bind_target(item);
                }
            }
            ExprKind::Splat(inner) => self.bind_target(*inner),
            _ => self.expr(target),
        }
    }

    fn block(&mut self, block: &Block) {
        for &stmt in block {
            self.stmt(stmt);
        }
    }

    fn stmt(&mut self, stmt: StmtId) {
        let facts = self.facts;
        let kind = &facts.stmt(stmt).kind;
        match kind {
            StmtKind::Assign { targets, value, annotation, augmented } => {
                for &expr in value.iter().chain(annotation) {
                    self.expr(expr);
                }
                for &target in targets {
                    if *augmented {
                        self.expr(target);
                    }
                    if value.is_some() {
                        self.bind_target(target);
                    }
                }
            }
            StmtKind::If { test, then, otherwise } => self.branch(*test, then, otherwise),
            StmtKind::For { target, iterable, body, otherwise, .. } => {
                self.expr(*iterable);
                self.looped(stmt, body, otherwise, |walker| walker.bind_target(*target));
            }
            StmtKind::While { test, body, otherwise } => {
                self.looped(stmt, body, otherwise, |walker| {
                    walker.expr(*test);
                    walker.narrow(*test, true);
                });
            }
            StmtKind::Try { .. } => self.tried(stmt),
            StmtKind::With { items, body, .. } => {
                for item in items {
                    self.expr(item.context);
                    if let Some(target) = item.target {
                        self.bind_target(target);
                    }
                }
                self.block(body);
            }
            StmtKind::Match { subject, .. } => {
                self.expr(*subject);
                self.matched(stmt);
            }
            StmtKind::Define(inner) => {
                self.head(*inner);
                self.bind(DefSite::Scope(*inner));
            }
            StmtKind::Import(imports) => {
                for index in 0..imports.len() {
                    self.bind(DefSite::Import(stmt, index));
                }
            }
            StmtKind::Delete(targets) => {
                for &target in targets {
                    self.expr(target);
                    if let ExprKind::Name(name) = &facts.expr(target).kind {
                        self.env.remove(name);
                    }
                }
            }
            StmtKind::Break | StmtKind::Continue => {
                let env = self.env.clone();
                if let Some(out) = self.exits.last_mut() {
                    join(out, &env);
                }
                self.dead = true;
            }
            _ => self.plain(kind),
        }
    }

    fn plain(&mut self, kind: &StmtKind) {
        let mut children = Vec::new();
        kind.children(&mut children);
        for expr in children {
            self.expr(expr);
        }
        match kind {
            StmtKind::Return(_) | StmtKind::Raise(_) => self.dead = true,
            StmtKind::Assert(exprs) => {
                if let Some(&test) = exprs.first() {
                    self.narrow(test, true);
                }
            }
            _ => {}
        }
    }

    fn head(&mut self, scope: ScopeId) {
        let facts = self.facts;
        let scope = facts.scope(scope);
        let defaults = scope.parameters.iter().flat_map(|p| p.default.into_iter().chain(p.annotation));
        let bases = scope.bases.iter().map(|base| base.value);
        for expr in defaults.chain(bases).chain(scope.decorators.iter().copied()).chain(scope.returns) {
            self.expr(expr);
        }
    }

    fn branch(&mut self, test: ExprId, then: &Block, otherwise: &Block) {
        self.expr(test);
        let before = (self.env.clone(), self.dead);
        self.narrow(test, true);
        self.block(then);
        let after_then = std::mem::replace(&mut self.env, before.0);
        let then_dead = std::mem::replace(&mut self.dead, before.1);
        self.narrow(test, false);
        self.block(otherwise);
        self.merge(after_then, then_dead);
    }

    /// Joins another path into the present one.
    fn merge(&mut self, env: Names, dead: bool) {
        if self.dead && !dead {
            self.env = env;
            self.dead = false;
        } else if !dead {
            join(&mut self.env, &env);
        }
    }

    fn looped(&mut self, stmt: StmtId, body: &Block, otherwise: &Block, head: impl Fn(&mut Self)) {
        // What the body binds reaches its own start on the second turn; each definition is made once, so adding them
        // all beforehand takes one pass where a fixpoint would take two.
        let mut bound = Vec::new();
        bound_in(self.facts, stmt, &self.at, &mut bound);
        for id in bound {
            let name = self.flow.def(id).name.clone();
            let reaching = self.env.entry(name).or_default();
            if !reaching.iter().any(|(known, _)| *known == id) {
                reaching.push((id, Narrow::Any));
            }
        }
        let (before, was_dead) = (self.env.clone(), self.dead);
        self.exits.push(Names::default());
        head(self);
        self.block(body);
        let out = self.exits.pop().unwrap_or_default();
        let body_dead = self.dead;
        self.dead = was_dead;
        let after = std::mem::replace(&mut self.env, before);
        if !body_dead {
            join(&mut self.env, &after);
        }
        self.block(otherwise);
        join(&mut self.env, &out);
        self.dead = was_dead;
    }

    fn tried(&mut self, stmt: StmtId) {
        let facts = self.facts;
        let StmtKind::Try { body, handlers, otherwise, finally } = &facts.stmt(stmt).kind else { return };
        let was_dead = self.dead;
        let mut thrown = self.env.clone();
        self.block(body);
        let mut bound = Vec::new();
        for &inner in body {
            bound_in(facts, inner, &self.at, &mut bound);
        }
        for id in bound {
            let name = self.flow.def(id).name.clone();
            thrown.entry(name).or_default().push((id, Narrow::Any));
        }
        self.block(otherwise);
        let (mut env, mut dead) = (std::mem::take(&mut self.env), self.dead);
        for (index, handler) in handlers.iter().enumerate() {
            self.env = thrown.clone();
            self.dead = was_dead;
            if let Some(types) = handler.types {
                self.expr(types);
            }
            self.bind(DefSite::Handler(stmt, index));
            self.block(&handler.body);
            if !self.dead {
                if dead {
                    env = std::mem::take(&mut self.env);
                    dead = false;
                } else {
                    join(&mut env, &self.env);
                }
            }
        }
        if !finally.is_empty() {
            // An exception that is not handled passes through here, too.
            let mut inside = env.clone();
            join(&mut inside, &thrown);
            self.env = inside;
            self.dead = false;
            self.block(finally);
            if dead {
                env = std::mem::take(&mut self.env);
            } else {
                for (name, reaching) in &self.env {
                    if !thrown.contains_key(name) || env.get(name) != Some(reaching) {
                        let kept = env.entry(name.clone()).or_default();
                        for one in reaching {
                            if !kept.contains(one) && self.flow.def(one.0).stmt.is_some_and(|s| within(facts, s, stmt))
                            {
                                kept.push(*one);
                            }
                        }
                    }
                }
            }
        }
        self.env = env;
        self.dead = dead;
    }

    fn matched(&mut self, stmt: StmtId) {
        let facts = self.facts;
        let StmtKind::Match { arms, .. } = &facts.stmt(stmt).kind else { return };
        let (before, was_dead) = (self.env.clone(), self.dead);
        let irrefutable = arms.iter().any(|arm| arm.irrefutable);
        let mut out = if irrefutable { (Names::default(), true) } else { (before.clone(), was_dead) };
        for (index, arm) in arms.iter().enumerate() {
            self.env = before.clone();
            self.dead = was_dead;
            for name in 0..arm.names.len() {
                self.bind(DefSite::Capture(stmt, index, name));
            }
            if let Some(guard) = arm.guard {
                self.expr(guard);
                self.narrow(guard, true);
            }
            self.block(&arm.body);
            let env = std::mem::replace(&mut self.env, std::mem::take(&mut out.0));
            let dead = std::mem::replace(&mut self.dead, out.1);
            self.merge(env, dead);
            out = (std::mem::take(&mut self.env), self.dead);
        }
        (self.env, self.dead) = out;
    }

    fn expr(&mut self, id: ExprId) {
        let facts = self.facts;
        match &facts.expr(id).kind {
            ExprKind::Name(name) => {
                if let Some(reaching) = self.env.get(name) {
                    let start = offset(self.flow.reaching.len());
                    self.flow.reaching.extend_from_slice(reaching);
                    self.flow.uses.insert(id, (start, offset(self.flow.reaching.len())));
                }
            }
            ExprKind::Assign { value, .. } => {
                self.expr(*value);
                self.bind(DefSite::Walrus(id));
            }
            ExprKind::Conditional { test, then, otherwise } => {
                self.expr(*test);
                let before = self.env.clone();
                self.narrow(*test, true);
                self.expr(*then);
                let after = std::mem::replace(&mut self.env, before);
                self.narrow(*test, false);
                self.expr(*otherwise);
                join(&mut self.env, &after);
            }
            ExprKind::Boolean { and, operands } => {
                let before = self.env.clone();
                for &operand in operands {
                    self.expr(operand);
                    self.narrow(operand, *and);
                }
                join(&mut self.env, &before);
            }
            ExprKind::Comprehension(scope) => {
                let outer = self.env.clone();
                self.block(&facts.body(*scope).block);
                self.env = outer;
            }
            ExprKind::Closure(scope) => self.head(*scope),
            kind => {
                let mut children = Vec::new();
                kind.children(&mut children);
                for child in children {
                    self.expr(child);
                }
            }
        }
    }

    /// Keeps what is known once `test` turned out as `holds`.
    fn narrow(&mut self, test: ExprId, holds: bool) {
        let facts = self.facts;
        match &facts.expr(test).kind {
            ExprKind::Name(name) => self.narrow_name(name, if holds { Narrow::Truthy } else { Narrow::Falsy }),
            ExprKind::Assign { name, .. } => {
                self.narrow_name(name, if holds { Narrow::Truthy } else { Narrow::Falsy });
            }
            ExprKind::Unary { operator: UnaryOperator::Not, operand } => self.narrow(*operand, !holds),
            ExprKind::Boolean { and, operands } if *and == holds => {
                for &operand in operands {
                    self.narrow(operand, holds);
                }
            }
            ExprKind::Comparison { operator, left, right } => {
                let is = match operator {
                    ComparisonOperator::Is | ComparisonOperator::Equal => holds,
                    ComparisonOperator::IsNot | ComparisonOperator::NotEqual => !holds,
                    _ => return,
                };
                if let (ExprKind::Name(name), ExprKind::None) = (&facts.expr(*left).kind, &facts.expr(*right).kind) {
                    self.narrow_name(name, if is { Narrow::Null } else { Narrow::NotNull });
                }
            }
            ExprKind::Call { callee, arguments } if holds => {
                let asks = matches!(&facts.expr(*callee).kind, ExprKind::Name(name) if name == "isinstance");
                if let (true, [object, of]) = (asks, arguments.as_ref())
                    && let ExprKind::Name(name) = &facts.expr(object.value).kind
                {
                    self.narrow_name(name, Narrow::Is(of.value));
                }
            }
            _ => {}
        }
    }

    fn narrow_name(&mut self, name: &SmolStr, narrow: Narrow) {
        if let Some(reaching) = self.env.get_mut(name) {
            for (_, known) in reaching {
                *known = narrow;
            }
        }
    }
}

fn join(into: &mut Names, other: &Names) {
    for (name, reaching) in other {
        let known = into.entry(name.clone()).or_default();
        for one in reaching {
            match known.iter_mut().find(|(id, _)| *id == one.0) {
                Some(same) if same.1 != one.1 => same.1 = Narrow::Any,
                Some(_) => {}
                None => known.push(*one),
            }
        }
    }
}
