//! Everything one file says, some of it not before it is asked for.
//!
//! A front end may defer the bodies of functions: each is a part of its own, which is lowered when something in it is
//! first asked for. What is in a part, and what its ids are, never depends on when that is. Refuses to know how a body is
//! lowered.

use super::expr::{Expr, ExprId};
use super::facts::{Body, Comment, MODULE, Problem, Run, Scope, ScopeId, Stmt, StmtId};
use super::part::{Arenas, Parent, Part, PartId, ScopeOwner, StmtPlace};
use crate::source::{FileId, Span, offset};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

/// How many ids of each kind a byte of text has room for: every expression, statement, scope and definition is written
/// with some text of its own, or with its parent's.
const IDS_PER_BYTE: u64 = 4;

/// Makes the part of a deferred function.
pub type LowerBody = Box<dyn Fn(&Deferred) -> Part + Send + Sync>;

/// A function whose body is lowered when it is first asked for.
#[derive(Debug)]
pub struct Deferred {
    /// The function.
    pub scope: ScopeId,
    /// Its first byte, without its decorators.
    pub start: u32,
    /// The first byte of its first statement.
    pub body: u32,
    /// One past its last byte.
    pub end: u32,
    /// The first id of its part.
    pub first: u32,
    part: OnceLock<Part>,
}

impl Deferred {
    /// A function, by its place in a text of so many bytes; nothing where the text is too long for ids.
    #[must_use]
    pub fn new(scope: ScopeId, (start, body, end): (u32, u32, u32), length: usize) -> Option<Deferred> {
        let first = (length as u64 + u64::from(start) + 1) * IDS_PER_BYTE;
        // The last id of a file is below that of a function which begins at its end.
        let last = (length as u64 * 2 + 1) * IDS_PER_BYTE;
        u32::try_from(last).ok()?;
        let first = u32::try_from(first).ok()?;
        Some(Deferred { scope, start, body, end, first, part: OnceLock::new() })
    }

    /// The function with its part, where that is lowered already.
    #[must_use]
    pub fn with(self, part: Part) -> Deferred {
        Deferred { part: OnceLock::from(part), ..self }
    }

    fn room(&self) -> usize {
        (u64::from(self.end - self.start) * IDS_PER_BYTE) as usize
    }
}

/// Everything one file says.
pub struct FileFacts {
    /// The file.
    pub file: FileId,
    /// The comments that may hold directives, in order.
    pub comments: Vec<Comment>,
    /// Trouble met on the way.
    pub problems: Vec<Problem>,
    /// The bytes of what is only compiled for tests, each from its first to one past its last.
    pub tests: Vec<(u32, u32)>,
    head: Part,
    /// The first id that is not of the head.
    rest: u32,
    /// In the order written.
    deferred: Vec<Deferred>,
    /// Nothing where nothing is deferred.
    lower: Option<LowerBody>,
    /// Whether a body was lost to a failure of the front end.
    lost: AtomicBool,
}

impl std::fmt::Debug for FileFacts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FileFacts").field("head", &self.head).field("deferred", &self.deferred).finish_non_exhaustive()
    }
}

impl FileFacts {
    /// A file of one part.
    #[must_use]
    pub fn new(file: FileId, arenas: Arenas, comments: Vec<Comment>, problems: Vec<Problem>) -> FileFacts {
        FileFacts {
            file,
            comments,
            problems,
            tests: Vec::new(),
            head: Part::head(arenas),
            rest: u32::MAX,
            deferred: Vec::new(),
            lower: None,
            lost: AtomicBool::new(false),
        }
    }

    /// The same file with these functions deferred, in the order written: the body of each is the part that its scope
    /// names, the first is part 1.
    #[must_use]
    pub fn with_deferred(self, deferred: Vec<Deferred>, lower: LowerBody) -> FileFacts {
        let rest = deferred.first().map_or(u32::MAX, |first| first.first);
        FileFacts { rest, deferred, lower: Some(lower), ..self }
    }

    /// All parts.
    pub fn parts(&self) -> impl Iterator<Item = PartId> + use<> {
        std::iter::once(PartId::HEAD).chain(self.bodies())
    }

    /// The parts that are bodies of deferred functions.
    fn bodies(&self) -> impl Iterator<Item = PartId> + use<> {
        (1..=offset(self.deferred.len())).map(PartId)
    }

    /// The function that a part is the body of, and whether it is lowered; nothing of what stands outside of such.
    #[must_use]
    pub fn deferred(&self, part: PartId) -> Option<(&Deferred, bool)> {
        let deferred = self.deferred.get((part.0 as usize).checked_sub(1)?)?;
        Some((deferred, deferred.part.get().is_some()))
    }

    /// Whether the body of a function was lost to a failure.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        self.lost.load(Ordering::Relaxed)
    }

    fn part(&self, id: PartId) -> &Part {
        let Some(deferred) = (id.0 as usize).checked_sub(1).map(|index| &self.deferred[index]) else {
            return &self.head;
        };
        deferred.part.get_or_init(|| {
            let lower = self.lower.as_ref();
            let lowered = lower.and_then(|lower| catch_unwind(AssertUnwindSafe(|| lower(deferred))).ok());
            lowered.filter(|part| part.len() <= deferred.room()).unwrap_or_else(|| {
                self.lost.store(true, Ordering::Relaxed);
                let arenas = Arenas { first: deferred.first, ..Arenas::default() };
                Part::of(deferred.scope, arenas, Run::default())
            })
        })
    }

    /// The part that an id is of.
    fn part_of(&self, id: u32) -> PartId {
        if id < self.rest {
            return PartId::HEAD;
        }
        PartId(offset(self.deferred.partition_point(|deferred| deferred.first <= id)))
    }

    fn holder(&self, id: u32) -> &Part {
        if id < self.rest { &self.head } else { self.part(self.part_of(id)) }
    }

    /// The part that an expression is in.
    #[must_use]
    pub fn part_of_expr(&self, id: ExprId) -> PartId {
        self.part_of(id.0)
    }

    /// The part that what a scope runs is in.
    #[must_use]
    pub fn part_inside(&self, id: ScopeId) -> PartId {
        match self.scope(id).body {
            Body::Deferred(part) => part,
            Body::Here(_) => self.part_of(id.0),
        }
    }

    /// The part that an id is of; a part's definitions are numbered from its first id on, too.
    #[must_use]
    pub fn part_at(&self, id: u32) -> PartId {
        self.part_of(id)
    }

    /// The first id of a part.
    #[must_use]
    pub fn first_of(&self, part: PartId) -> u32 {
        self.deferred(part).map_or(0, |(deferred, _)| deferred.first)
    }

    /// The expression named by `id`.
    #[must_use]
    pub fn expr(&self, id: ExprId) -> &Expr {
        self.holder(id.0).expr(id)
    }

    /// The statement named by `id`.
    #[must_use]
    pub fn stmt(&self, id: StmtId) -> &Stmt {
        self.holder(id.0).stmt(id)
    }

    /// The scope named by `id`.
    #[must_use]
    pub fn scope(&self, id: ScopeId) -> &Scope {
        self.holder(id.0).scope(id)
    }

    /// What a scope runs.
    #[must_use]
    pub fn body(&self, id: ScopeId) -> &Run {
        match &self.scope(id).body {
            Body::Here(run) => run,
            Body::Deferred(part) => self.part(*part).run(),
        }
    }

    /// Whether a byte is part of what is only compiled for tests.
    #[must_use]
    pub fn is_in_tests(&self, at: u32) -> bool {
        self.tests.iter().any(|(start, end)| (*start..*end).contains(&at))
    }

    /// What the expression stands in.
    #[must_use]
    pub fn parent(&self, id: ExprId) -> Parent {
        self.holder(id.0).parent(id)
    }

    /// What the statement stands in.
    #[must_use]
    pub fn place(&self, id: StmtId) -> StmtPlace {
        self.holder(id.0).place(id)
    }

    /// What defines the scope.
    #[must_use]
    pub fn owner(&self, id: ScopeId) -> ScopeOwner {
        self.holder(id.0).owner(id)
    }

    /// The bytes of an expression.
    #[must_use]
    pub fn span(&self, id: ExprId) -> Span {
        let expr = self.expr(id);
        Span { file: self.file, start: expr.start, end: expr.end }
    }

    /// The bytes of a statement.
    #[must_use]
    pub fn stmt_span(&self, id: StmtId) -> Span {
        let stmt = self.stmt(id);
        Span { file: self.file, start: stmt.start, end: stmt.end }
    }

    /// The statement around an expression, through closures and comprehensions that stand in it as expressions.
    #[must_use]
    pub fn stmt_of(&self, id: ExprId) -> Option<StmtId> {
        let holder = self.holder(id.0);
        let mut at = id;
        loop {
            match holder.parent(at) {
                Parent::Expr(up) => at = up,
                Parent::Stmt(stmt) => return Some(stmt),
                Parent::None => return None,
            }
        }
    }

    /// The scope that an expression is evaluated in: of a default, decorator or base class the scope around the definition.
    #[must_use]
    pub fn scope_of(&self, id: ExprId) -> ScopeId {
        self.stmt_of(id).map_or(MODULE, |stmt| self.place(stmt).scope)
    }

    /// The statements of a part.
    pub fn stmts_of(&self, part: PartId) -> impl Iterator<Item = StmtId> + use<> {
        self.part(part).stmt_ids()
    }

    /// The expressions of a part.
    pub fn exprs_of(&self, part: PartId) -> impl Iterator<Item = ExprId> + use<> {
        self.part(part).expr_ids()
    }

    /// The scopes that are defined in a part.
    pub fn scopes_of(&self, part: PartId) -> impl Iterator<Item = ScopeId> + use<> {
        self.part(part).scope_ids()
    }

    /// The statements that a scope runs, at any depth, without those of the scopes in it.
    pub fn stmts_in(&self, scope: ScopeId) -> impl Iterator<Item = StmtId> + use<'_> {
        self.stmts_of(self.part_inside(scope)).filter(move |&stmt| self.place(stmt).scope == scope)
    }

    /// The expressions that are evaluated in a scope.
    pub fn exprs_in(&self, scope: ScopeId) -> impl Iterator<Item = ExprId> + use<'_> {
        self.exprs_of(self.part_inside(scope)).filter(move |&expr| self.scope_of(expr) == scope)
    }

    /// All statements: those outside deferred functions, then those of each, in the order they were lowered.
    pub fn stmt_ids(&self) -> impl Iterator<Item = StmtId> + use<'_> {
        self.head.stmt_ids().chain(self.bodies().flat_map(|part| self.stmts_of(part)))
    }

    /// All expressions, in that order.
    pub fn expr_ids(&self) -> impl Iterator<Item = ExprId> + use<'_> {
        self.head.expr_ids().chain(self.bodies().flat_map(|part| self.exprs_of(part)))
    }

    /// All scopes, in that order; the module is the first.
    pub fn scope_ids(&self) -> impl Iterator<Item = ScopeId> + use<'_> {
        self.head.scope_ids().chain(self.bodies().flat_map(|part| self.scopes_of(part)))
    }
}

#[cfg(test)]
mod tests {
    use super::{Body, Deferred, FileFacts};
    use crate::model::expr::ExprKind;
    use crate::model::facts::{Arenas, MODULE, Run, Scope, ScopeId, ScopeKind, Stmt, StmtKind};
    use crate::model::part::{Part, PartId};
    use crate::source::FileId;

    /// A module of 20 bytes with a function from byte 5 to 10, whose body is lowered like this.
    fn file(lower: impl Fn(&Deferred) -> Part + Send + Sync + 'static) -> FileFacts {
        let mut arenas = Arenas::default();
        arenas.push_scope(Scope::bare(ScopeKind::Module, None, 0, 20));
        let mut scope = Scope::bare(ScopeKind::Function, Some(MODULE), 5, 10);
        scope.body = Body::Deferred(PartId(1));
        let scope = arenas.push_scope(scope);
        let deferred = Deferred::new(scope, (5, 8, 10), 20).into_iter().collect();
        FileFacts::new(FileId(0), arenas, Vec::new(), Vec::new()).with_deferred(deferred, Box::new(lower))
    }

    /// A body of so many expressions that stand for themselves.
    fn body(of: &Deferred, count: usize) -> Part {
        let mut arenas = Arenas { first: of.first, ..Arenas::default() };
        let block = (0..count).map(|_| {
            let value = arenas.push_expr(ExprKind::None, of.body, of.end);
            let (kind, start, end) = (StmtKind::Expression(value), of.body, of.end);
            arenas.push_stmt(Stmt { kind, start, end, head_end: end })
        });
        let run = Run { block: block.collect(), generator: true };
        Part::of(of.scope, arenas, run)
    }

    #[test]
    fn a_body_is_lowered_when_it_is_asked_for() {
        let facts = file(|of| body(of, 2));
        let function = ScopeId(1);
        assert!(facts.deferred(PartId(1)).is_some_and(|(of, lowered)| of.scope == function && !lowered));
        assert!(facts.body(function).generator && facts.stmts_in(function).count() == 2);
        assert!(facts.deferred(PartId(1)).is_some_and(|(_, lowered)| lowered));
        assert_eq!((facts.stmts_in(MODULE).count(), facts.expr_ids().count()), (0, 2));
        assert!(facts.exprs_in(function).all(|id| facts.part_of_expr(id) == PartId(1)));
        assert!(!facts.is_lost());
    }

    #[test]
    fn what_fails_or_does_not_fit_is_empty_and_lost() {
        for facts in [file(|_| panic!("a front end that fails")), file(|of| body(of, 21))] {
            assert!(!facts.is_lost());
            assert_eq!((facts.body(ScopeId(1)).block.len(), facts.expr_ids().count()), (0, 0));
            assert!(facts.is_lost());
        }
    }
}
