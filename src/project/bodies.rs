//! The shape of a function's body around a place: loops, retries, guards, branches, paths to its ends.
//!
//! Refuses to know what the place is about.

use super::attempts::{counts_attempts, ends_by_its_test, until_it_answers, waits_for_word};
use super::searches::counts_pages;
use super::{Project, sibling};
use crate::model::expr::{ComparisonOperator, ExprId, ExprKind, UnaryOperator};
use crate::model::facts::{BlockRole, FileFacts, Parent, ScopeId, ScopeKind, StmtId, StmtKind};
use crate::model::value::ExprRef;
use crate::source::Span;

/// A loop around a place, within its function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Around {
    /// A loop statement.
    Loop(StmtId),
    /// A comprehension.
    Comprehension(ScopeId),
}

/// The statements around a statement within its scope, innermost first, each with the block it holds it in.
pub(super) fn enclosing(facts: &FileFacts, stmt: StmtId) -> Vec<(StmtId, BlockRole)> {
    let mut found = Vec::new();
    let mut place = facts.place(stmt);
    while let Some(outer) = place.within {
        found.push((outer, place.role));
        place = facts.place(outer);
    }
    found
}

/// Whether an expression is in what handles an exception.
pub(super) fn is_in_handler(facts: &FileFacts, expr: ExprId) -> bool {
    let around = facts.stmt_of(expr).map(|stmt| enclosing(facts, stmt)).unwrap_or_default();
    around.iter().any(|(_, role)| matches!(role, BlockRole::Handler(_)))
}

/// The loops and comprehensions around an expression within its function, innermost first. What a loop runs over is
/// not inside it.
pub(super) fn loops(facts: &FileFacts, expr: ExprId) -> Vec<Around> {
    let mut found = Vec::new();
    let mut at = expr;
    while let Some(stmt) = facts.stmt_of(at) {
        let scope = facts.place(stmt).scope;
        let repeats_itself = matches!(&facts.stmt(stmt).kind, StmtKind::While { .. });
        if repeats_itself && facts.scope(scope).kind != ScopeKind::Comprehension {
            found.push(Around::Loop(stmt));
        }
        for (outer, role) in enclosing(facts, stmt) {
            let is_loop = matches!(facts.stmt(outer).kind, StmtKind::For { .. } | StmtKind::While { .. });
            if is_loop && role == BlockRole::Body && facts.scope(scope).kind != ScopeKind::Comprehension {
                found.push(Around::Loop(outer));
            }
        }
        // What runs where it is written runs as often as that place.
        if facts.scope(scope).runs_here
            && let Some(outer) = super::places::owner_expr(facts, scope)
        {
            at = outer;
            continue;
        }
        if facts.scope(scope).kind != ScopeKind::Comprehension {
            break;
        }
        // The first iterable of a comprehension is evaluated once.
        let first = facts.body(scope).block.first().copied();
        let in_first = first == Some(stmt)
            && matches!(&facts.stmt(stmt).kind, StmtKind::For { iterable, .. } if within(facts, at, *iterable));
        if !in_first {
            found.push(Around::Comprehension(scope));
        }
        match super::places::owner_expr(facts, scope) {
            Some(outer) => at = outer,
            None => break,
        }
    }
    found
}

/// Whether `inner` is `outer` or stands inside it.
pub(super) fn within(facts: &FileFacts, inner: ExprId, outer: ExprId) -> bool {
    let (inner, outer) = (facts.expr(inner), facts.expr(outer));
    outer.start <= inner.start && inner.end <= outer.end
}

/// Whether a comprehension ends with the first item that will do: `any(try_host(host) for host in hosts)`.
pub(super) fn is_choice(facts: &FileFacts, around: Around) -> bool {
    let Around::Comprehension(scope) = around else { return false };
    let Some(whole) = super::places::owner_expr(facts, scope) else { return false };
    let Parent::Expr(up) = facts.parent(whole) else { return false };
    match &facts.expr(up).kind {
        ExprKind::Call { callee, arguments } => {
            let chooses = matches!(&facts.expr(*callee).kind, ExprKind::Name(name) if name == "any" || name == "next");
            chooses && arguments.first().is_some_and(|argument| argument.value == whole)
        }
        _ => false,
    }
}

/// The bytes that show a loop: its head, or the whole comprehension.
pub(super) fn loop_span(facts: &FileFacts, around: Around) -> Span {
    match around {
        Around::Loop(stmt) => {
            let stmt = facts.stmt(stmt);
            Span { file: facts.file, start: stmt.start, end: stmt.head_end }
        }
        Around::Comprehension(scope) => {
            let scope = facts.scope(scope);
            Span { file: facts.file, start: scope.start, end: scope.end }
        }
    }
}

/// All statements inside a block's statements, nested ones included, without those of inner functions.
pub(super) fn statements_in<'f>(facts: &'f FileFacts, block: &'f [StmtId]) -> Vec<StmtId> {
    let mut found = Vec::new();
    let mut open: Vec<StmtId> = block.iter().rev().copied().collect();
    while let Some(stmt) = open.pop() {
        found.push(stmt);
        let mut inner = Vec::new();
        facts.stmt(stmt).kind.blocks(|_, block| inner.extend(block.iter().copied()));
        open.extend(inner.into_iter().rev());
    }
    found
}

/// Whether a loop tries the same thing again until it works: the attempt at `inside` is left on success, and going
/// round means that it failed.
pub(super) fn is_retry(facts: &FileFacts, around: Around, inside: ExprId) -> bool {
    let Around::Loop(stmt) = around else { return false };
    let (body, over) = match &facts.stmt(stmt).kind {
        StmtKind::For { body, iterable, .. } => (body, Some(*iterable)),
        StmtKind::While { body, .. } => (body, None),
        _ => return false,
    };
    let pages = || counts_pages(facts, stmt, inside);
    let counted =
        over.is_some_and(|iterable| is_count(facts, iterable) && !pages()) || counts_attempts(facts, stmt, inside);
    let leaves = |block: &[StmtId]| {
        statements_in(facts, block)
            .iter()
            .any(|&inner| matches!(facts.stmt(inner).kind, StmtKind::Return(_)) || breaks(facts, inner, stmt))
    };
    let caught = statements_in(facts, body).into_iter().any(|inner| match &facts.stmt(inner).kind {
        StmtKind::Try { body, handlers, otherwise, .. } => {
            let tries = body.iter().any(|&s| covers(facts, s, inside));
            let goes_round = handlers.iter().any(|handler| !leaves_for_good(facts, &handler.body));
            tries && goes_round && (leaves(body) || leaves(otherwise) || follows_with_exit(facts, inner, stmt))
        }
        _ => false,
    });
    (caught || counted && (leaves(body) || ends_by_its_test(facts, stmt, body))) && !waits_for_word(facts, body)
        || over.is_some() && ends_with_first(facts, body, inside)
        || until_it_works(facts, stmt, body, inside)
        || until_it_answers(facts, stmt, body, inside)
}

/// Whether a loop asks again as long as what it asked for is not there: `while not done: done = attempt()`, `while not
/// attempt()`.
fn until_it_works(facts: &FileFacts, stmt: StmtId, body: &[StmtId], inside: ExprId) -> bool {
    let StmtKind::While { test, .. } = &facts.stmt(stmt).kind else { return false };
    let mut denied = Vec::new();
    let mut open = vec![*test];
    while let Some(expr) = open.pop() {
        if let ExprKind::Unary { operator: UnaryOperator::Not, operand } = &facts.expr(expr).kind {
            match &facts.expr(*operand).kind {
                ExprKind::Name(name) => denied.push(name),
                _ if within(facts, inside, *operand) => return true,
                _ => {}
            }
        }
        facts.expr(expr).kind.children(&mut open);
    }
    statements_in(facts, body).into_iter().any(|inner| match &facts.stmt(inner).kind {
        StmtKind::Assign { targets, .. } => {
            let named =
                |&target: &ExprId| matches!(&facts.expr(target).kind, ExprKind::Name(name) if denied.contains(&name));
            covers(facts, inner, inside) && targets.iter().any(named)
        }
        _ => false,
    })
}

/// Whether a body asks for something and is left as soon as there is an answer: one is looked for.
fn ends_with_first(facts: &FileFacts, body: &[StmtId], inside: ExprId) -> bool {
    if let [only] = body
        && let StmtKind::For { body, .. } = &facts.stmt(*only).kind
    {
        return ends_with_first(facts, body, inside);
    }
    let [.., asks, tests] = body else { return false };
    let StmtKind::Assign { targets, .. } = &facts.stmt(*asks).kind else { return false };
    let StmtKind::If { test, then, otherwise } = &facts.stmt(*tests).kind else { return false };
    let [target] = targets[..] else { return false };
    let ExprKind::Name(name) = &facts.expr(target).kind else { return false };
    let is_name = |expr: ExprId| matches!(&facts.expr(expr).kind, ExprKind::Name(other) if other == name);
    let answered = match &facts.expr(*test).kind {
        ExprKind::Comparison { operator: ComparisonOperator::IsNot, left, right } => {
            is_name(*left) && matches!(facts.expr(*right).kind, ExprKind::None)
        }
        _ => is_name(*test),
    };
    covers(facts, *asks, inside) && answered && otherwise.is_empty() && leaves_for_good(facts, then)
}

/// Whether a loop is always left in the turn that comes to a place: `for … : if …: return await place`.
pub(super) fn leaves_after(facts: &FileFacts, around: Around, place: ExprId) -> bool {
    let (Around::Loop(around), Some(stmt)) = (around, facts.stmt_of(place)) else { return false };
    let scope = facts.place(stmt).scope;
    let mut leaves = false;
    for (outer, role) in enclosing(facts, stmt) {
        leaves |= leaves_for_good(facts, block_of(facts, scope, Some(outer), role));
        if outer == around {
            return leaves;
        }
        // A `break` only leaves the loop that it stands in.
        leaves &= !matches!(facts.stmt(outer).kind, StmtKind::For { .. } | StmtKind::While { .. });
    }
    false
}

/// Whether an expression stands inside a statement.
pub(super) fn within_stmt(facts: &FileFacts, expr: ExprId, stmt: StmtId) -> bool {
    covers(facts, stmt, expr)
}

fn follows_with_exit(facts: &FileFacts, stmt: StmtId, outer: StmtId) -> bool {
    let (StmtKind::For { body, .. } | StmtKind::While { body, .. }) = &facts.stmt(outer).kind else { return false };
    body.iter()
        .skip_while(|&&s| s != stmt)
        .any(|&s| matches!(facts.stmt(s).kind, StmtKind::Return(_)) || breaks(facts, s, outer))
}

pub(super) fn covers(facts: &FileFacts, stmt: StmtId, expr: ExprId) -> bool {
    let (stmt, expr) = (facts.stmt(stmt), facts.expr(expr));
    stmt.start <= expr.start && expr.end <= stmt.end
}

fn is_count(facts: &FileFacts, iterable: ExprId) -> bool {
    match &facts.expr(iterable).kind {
        ExprKind::Call { callee, .. } => match &facts.expr(*callee).kind {
            ExprKind::Name(name) | ExprKind::Attribute { name, .. } => name == "range" || name == "count",
            _ => false,
        },
        _ => false,
    }
}

/// Whether a statement breaks out of this loop.
fn breaks(facts: &FileFacts, stmt: StmtId, of: StmtId) -> bool {
    if !matches!(facts.stmt(stmt).kind, StmtKind::Break) {
        return false;
    }
    let loops = enclosing(facts, stmt).into_iter().filter(|(outer, role)| {
        *role == BlockRole::Body && matches!(facts.stmt(*outer).kind, StmtKind::For { .. } | StmtKind::While { .. })
    });
    loops.map(|(outer, _)| outer).next() == Some(of)
}

/// Whether a block always ends in `return`, `raise` or `break`.
pub(super) fn leaves_for_good(facts: &FileFacts, block: &[StmtId]) -> bool {
    block.iter().any(|&stmt| match &facts.stmt(stmt).kind {
        StmtKind::Return(_) | StmtKind::Raise(_) | StmtKind::Break => true,
        StmtKind::If { then, otherwise, .. } => {
            !otherwise.is_empty() && leaves_for_good(facts, then) && leaves_for_good(facts, otherwise)
        }
        StmtKind::With { body, .. } => leaves_for_good(facts, body),
        StmtKind::Try { body, handlers, finally, .. } => {
            leaves_for_good(facts, finally)
                || leaves_for_good(facts, body) && handlers.iter().all(|h| leaves_for_good(facts, &h.body))
        }
        _ => false,
    })
}

/// Whether two expressions of one function can never both run in one pass: they are in different branches of one
/// statement, or behind a branch that leaves.
pub(super) fn exclusive(facts: &FileFacts, a: ExprId, b: ExprId) -> bool {
    let (Some(a), Some(b)) = (facts.stmt_of(a), facts.stmt_of(b)) else { return false };
    let (of_a, of_b) = (enclosing(facts, a), enclosing(facts, b));
    for (outer, role) in &of_a {
        if let Some((_, other)) = of_b.iter().find(|(same, _)| same == outer) {
            let branches = matches!(facts.stmt(*outer).kind, StmtKind::If { .. } | StmtKind::Match { .. });
            let tried = matches!(facts.stmt(*outer).kind, StmtKind::Try { .. })
                && (matches!(role, BlockRole::Handler(_)) != matches!(other, BlockRole::Handler(_)));
            return role != other && (branches || tried);
        }
    }
    // `if …: return await a` and then `await b`.
    let first = if facts.stmt(a).start < facts.stmt(b).start { (a, &of_a, &of_b) } else { (b, &of_b, &of_a) };
    let shared = |outer: &StmtId| first.2.iter().any(|(other, _)| other == outer);
    for (outer, role) in first.1 {
        if shared(outer) {
            break;
        }
        let branch = match (&facts.stmt(*outer).kind, role) {
            (StmtKind::If { then, .. }, BlockRole::Body) => Some(then),
            (StmtKind::If { otherwise, .. }, BlockRole::Otherwise) => Some(otherwise),
            _ => None,
        };
        if branch.is_some_and(|block| leaves_for_good(facts, block)) {
            return true;
        }
    }
    false
}

/// How the paths of a body leave an object open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Path {
    /// Every path closes it.
    Closed,
    /// The end of the block is reached with it open.
    Open,
    /// Nothing after this runs, and it is not open then.
    Ended,
}

/// What decides whether an object is open.
pub(super) struct Manner<'a> {
    /// Whether a statement's own expressions close the object (or hand it over).
    pub(super) closes: &'a dyn Fn(StmtId) -> bool,
    /// Whether a statement has closed it where it fails.
    pub(super) closes_by_failing: &'a dyn Fn(StmtId) -> bool,
    /// Whether a test asks for the object itself, so that a branch that closes it is the only one that matters.
    pub(super) about: &'a dyn Fn(ExprId) -> bool,
    /// Whether a test asks if there is nothing to close, so that its branches leave nothing open, either.
    pub(super) about_nothing: &'a dyn Fn(ExprId) -> bool,
    /// Whether a loop that makes it in each turn loses the one of the turn before.
    pub(super) lost_by_turning: bool,
}

/// Follows the explicit paths from a statement to the ends of its function.
pub(super) struct Paths<'a> {
    /// The file.
    facts: &'a FileFacts,
    manner: Manner<'a>,
    /// The first place that is left with the object open.
    pub(super) left_open: Option<Span>,
    in_try: usize,
    /// Of each loop inside of what is followed, whether it is broken out of with the object open.
    open_breaks: Vec<bool>,
    /// Whether the loop around makes another in its next turn.
    turning: bool,
}

impl<'a> Paths<'a> {
    pub(super) fn new(facts: &'a FileFacts, manner: Manner<'a>) -> Paths<'a> {
        Paths { facts, manner, left_open: None, in_try: 0, open_breaks: Vec::new(), turning: false }
    }

    /// Follows everything after `stmt` in its function. A `finally` around it that closes the object closes all.
    pub(super) fn after(&mut self, stmt: StmtId) -> Path {
        let facts = self.facts;
        for (outer, role) in enclosing(facts, stmt) {
            let StmtKind::Try { handlers, finally, .. } = &facts.stmt(outer).kind else { continue };
            let lost = self.manner.lost_by_turning;
            let handled = lost && handlers.iter().any(|one| self.closes_within(&one.body));
            if role != BlockRole::Finally && (handled || self.closes_within(finally)) {
                return Path::Closed;
            }
        }
        let around = if self.manner.lost_by_turning { turned_by(facts, stmt) } else { None };
        self.turning = around.is_some();
        let mut at = stmt;
        loop {
            let place = facts.place(at);
            let block = block_of(facts, place.scope, place.within, place.role);
            let rest: Vec<StmtId> = block.iter().skip_while(|&&s| s != at).skip(1).copied().collect();
            match self.block(&rest) {
                Path::Open => {}
                done => return done,
            }
            let Some(outer) = place.within else { return Path::Open };
            if around == Some(outer) {
                self.left_open.get_or_insert(loop_span(facts, Around::Loop(outer)));
            }
            if let (StmtKind::Try { otherwise, .. }, BlockRole::Body) = (&facts.stmt(outer).kind, place.role) {
                match self.block(otherwise) {
                    Path::Open => {}
                    done => return done,
                }
            }
            at = outer;
        }
    }

    fn closes_within(&self, block: &[StmtId]) -> bool {
        statements_in(self.facts, block).into_iter().any(|stmt| (self.manner.closes)(stmt))
    }

    fn block(&mut self, block: &[StmtId]) -> Path {
        for &stmt in block {
            match self.stmt(stmt) {
                Path::Open => {}
                done => return done,
            }
        }
        Path::Open
    }

    fn stmt(&mut self, stmt: StmtId) -> Path {
        if (self.manner.closes)(stmt) {
            return Path::Closed;
        }
        let facts = self.facts;
        match &facts.stmt(stmt).kind {
            StmtKind::Return(_) | StmtKind::Raise(_) => {
                if self.in_try == 0 || matches!(facts.stmt(stmt).kind, StmtKind::Return(_)) {
                    self.left_open.get_or_insert(facts.stmt_span(stmt));
                }
                Path::Ended
            }
            StmtKind::If { test, then, otherwise } => {
                let for_nothing = (self.manner.about_nothing)(*test);
                let asked = for_nothing || (self.manner.about)(*test);
                if asked && (self.closes_within(then) || self.closes_within(otherwise)) {
                    return Path::Closed;
                }
                let before = self.left_open;
                let (a, b) = (self.block(then), self.block(otherwise));
                if for_nothing {
                    self.left_open = before;
                }
                join(a, b)
            }
            StmtKind::For { body, .. } => {
                self.open_breaks.push(false);
                self.block(body);
                self.open_breaks.pop();
                Path::Open
            }
            StmtKind::While { test, body, .. } => {
                self.open_breaks.push(false);
                self.block(body);
                let left = self.open_breaks.pop().unwrap_or(false);
                let endless = matches!(facts.expr(*test).kind, ExprKind::Bool(true) | ExprKind::Number(_));
                if endless && !left { Path::Ended } else { Path::Open }
            }
            StmtKind::Break | StmtKind::Continue => {
                match (&facts.stmt(stmt).kind, self.open_breaks.last_mut()) {
                    (StmtKind::Break, Some(left)) => *left = true,
                    (StmtKind::Continue, None) if self.turning => {
                        self.left_open.get_or_insert(facts.stmt_span(stmt));
                    }
                    _ => {}
                }
                Path::Ended
            }
            StmtKind::With { body, .. } => self.block(body),
            StmtKind::Try { body, handlers, otherwise, finally } => {
                if self.closes_within(finally) {
                    return Path::Closed;
                }
                self.in_try += usize::from(!handlers.is_empty());
                let mut path = self.block(body);
                self.in_try -= usize::from(!handlers.is_empty());
                if path == Path::Open {
                    path = self.block(otherwise);
                }
                if statements_in(facts, body).into_iter().any(|inner| (self.manner.closes_by_failing)(inner)) {
                    return path;
                }
                for handler in handlers {
                    let handled = self.block(&handler.body);
                    path = join(path, handled);
                }
                path
            }
            StmtKind::Match { arms, .. } => {
                let mut path = if arms.iter().any(|arm| arm.irrefutable) { Path::Ended } else { Path::Open };
                for arm in arms {
                    let one = self.block(&arm.body);
                    path = join(path, one);
                }
                path
            }
            _ => Path::Open,
        }
    }
}

fn join(a: Path, b: Path) -> Path {
    match (a, b) {
        (Path::Open, _) | (_, Path::Open) => Path::Open,
        (Path::Closed, _) | (_, Path::Closed) => Path::Closed,
        _ => Path::Ended,
    }
}

/// The loop each turn of which runs a statement of its body, under no further condition.
fn turned_by(facts: &FileFacts, stmt: StmtId) -> Option<StmtId> {
    for (outer, role) in enclosing(facts, stmt) {
        match &facts.stmt(outer).kind {
            StmtKind::For { .. } | StmtKind::While { .. } if role == BlockRole::Body => return Some(outer),
            StmtKind::With { .. } => {}
            StmtKind::Try { .. } if role == BlockRole::Body => {}
            _ => return None,
        }
    }
    None
}

/// The statements of a block.
pub(super) fn block_of(facts: &FileFacts, scope: ScopeId, within: Option<StmtId>, role: BlockRole) -> &[StmtId] {
    let Some(outer) = within else { return &facts.body(scope).block };
    let mut found: &[StmtId] = &[];
    facts.stmt(outer).kind.blocks(|at, block| {
        if at == role {
            found = block;
        }
    });
    found
}

impl Project<'_> {
    /// Whether a place only runs where `test` finds something missing: `if x is None`, `if not x`, `if x.closed`.
    pub(super) fn guarded_by(&self, place: ExprRef) -> Option<ExprRef> {
        let facts = self.facts(place.file);
        let stmt = facts.stmt_of(place.expr)?;
        enclosing(facts, stmt).into_iter().find_map(|(outer, role)| match &facts.stmt(outer).kind {
            StmtKind::If { test, .. } if role == BlockRole::Body && asks_if_missing(facts, *test) => {
                Some(sibling(place, *test))
            }
            _ => None,
        })
    }
}

fn asks_if_missing(facts: &FileFacts, test: ExprId) -> bool {
    match &facts.expr(test).kind {
        ExprKind::Unary { operator: UnaryOperator::Not, .. } => true,
        ExprKind::Comparison { operator, right, .. } => {
            matches!(operator, ComparisonOperator::Is | ComparisonOperator::Equal | ComparisonOperator::NotIn)
                && (matches!(facts.expr(*right).kind, ExprKind::None) || *operator == ComparisonOperator::NotIn)
        }
        ExprKind::Boolean { operands, .. } => operands.iter().any(|&operand| asks_if_missing(facts, operand)),
        ExprKind::Attribute { name, .. } => name == "closed" || name == "is_closed",
        _ => false,
    }
}
