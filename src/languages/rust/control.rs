//! What branches and loops: statements of the model, though each may be a value in Rust.
//!
//! The value goes where it is wanted ([`Into`]) from the end of each branch.

use super::patterns::{Of, holds_content, is_none, names_in};
use super::{Lowering, Range, range};
use crate::model::expr::{ComparisonOperator, ExprId, ExprKind, UnaryOperator};
use crate::model::facts::{Arm, StmtKind};
use smol_str::SmolStr;
use syn::{BinOp, Expr, Pat};

/// Where a value goes.
#[derive(Debug, Clone)]
pub(super) enum Into {
    /// Nowhere.
    Nothing,
    /// Into a name, which is written there.
    Name(SmolStr, Range),
    /// It is what the function returns.
    Return,
}

/// A loop that is being lowered.
#[derive(Debug)]
pub(super) struct Loop {
    /// Its label.
    label: Option<String>,
    /// Where the values of its `break` go.
    into: Into,
}

/// Whether an expression is made of statements.
pub(super) fn branches(expr: &Expr) -> bool {
    match expr {
        Expr::If(_) | Expr::Match(_) | Expr::Block(_) | Expr::Unsafe(_) | Expr::Loop(_) => true,
        Expr::Paren(of) => branches(&of.expr),
        Expr::Group(of) => branches(&of.expr),
        _ => false,
    }
}

impl Lowering {
    /// Lowers an expression whose value goes somewhere.
    pub(super) fn give(&mut self, expr: &Expr, into: &Into) {
        let start = self.start(expr);
        if !self.has_room(start) {
            return;
        }
        self.depth += 1;
        self.given(expr, into);
        self.depth -= 1;
    }

    fn given(&mut self, expr: &Expr, into: &Into) {
        match expr {
            Expr::Paren(of) => self.give(&of.expr, into),
            Expr::Group(of) => self.give(&of.expr, into),
            Expr::If(of) => self.branching(of, into),
            Expr::Match(of) => self.matching(of, into),
            Expr::Block(of) => match &of.label {
                Some(label) => self.labelled(of, label.name.ident.to_string(), into),
                None => self.block_into(&of.block, into),
            },
            Expr::Unsafe(of) => self.block_into(&of.block, into),
            Expr::TryBlock(of) => self.block_into(&of.block, into),
            Expr::Const(of) => self.block_into(&of.block, into),
            Expr::Loop(of) => {
                let at = (range(of.loop_token.span).0, range(of.body.brace_token.span.close()).1);
                let test = self.push_expr(ExprKind::Bool(true), range(of.loop_token.span));
                self.looping(of.label.as_ref(), &of.body, into.clone(), at, test, Vec::new());
            }
            Expr::While(of) => {
                let at = (range(of.while_token.span).0, range(of.body.brace_token.span.close()).1);
                let mut bound = Vec::new();
                let test = self.condition(&of.cond, &mut bound);
                // What the condition binds is another value in each turn.
                let bound = bound.into_iter().map(|(pattern, _)| (pattern, Of::Unknown)).collect();
                self.looping(of.label.as_ref(), &of.body, Into::Nothing, at, test, bound);
            }
            Expr::ForLoop(of) => self.for_each(of),
            Expr::Return(of) => match &of.expr {
                Some(value) => self.give(value, &Into::Return),
                None => {
                    let at = range(of.return_token.span);
                    self.push_stmt(StmtKind::Return(None), at, at.1);
                }
            },
            Expr::Break(of) => self.leave_loop(of),
            Expr::Continue(of) => {
                let at = range(of.continue_token.span);
                self.push_stmt(StmtKind::Continue, at, at.1);
            }
            Expr::Assign(of) => self.assignment(of),
            Expr::Macro(of) => self.give_macro(&of.mac, into),
            _ => {
                if let (Some(error), Into::Return) = (error_of(expr), into) {
                    let values: Box<[ExprId]> = error.args.iter().map(|value| self.expr(value)).collect();
                    let at = (self.start(&error.func), range(error.paren_token.span.close()).1);
                    self.push_stmt(StmtKind::Raise(values), at, at.1);
                    return;
                }
                let value = self.expr(expr);
                self.put(value, into);
            }
        }
    }

    /// Puts a value where it goes.
    pub(super) fn put(&mut self, value: ExprId, into: &Into) {
        let at = self.range_of(value);
        match into {
            Into::Nothing => {
                self.push_stmt(StmtKind::Expression(value), at, at.1);
            }
            Into::Return => {
                self.push_stmt(StmtKind::Return(Some(value)), at, at.1);
            }
            Into::Name(name, own) => {
                let target = self.push_expr(ExprKind::Name(name.clone()), *own);
                self.assign(target, None, Some(value), (at.0.min(own.0), at.1.max(own.1)));
            }
        }
    }

    /// The value of something made of statements: a name that they give it to.
    pub(super) fn value_of(&mut self, expr: &Expr) -> ExprId {
        let name = self.fresh();
        let start = self.start(expr);
        self.give(expr, &Into::Name(name.clone(), (start, start)));
        self.push_expr(ExprKind::Name(name), (start, start))
    }

    fn branching(&mut self, of: &syn::ExprIf, into: &Into) {
        let start = range(of.if_token.span).0;
        let mut bound = Vec::new();
        let test = self.condition(&of.cond, &mut bound);
        let then = self.inner(|lowering| {
            for (pattern, value) in bound {
                lowering.bind_pattern(pattern, value);
            }
            lowering.block_into(&of.then_branch, into);
        });
        let otherwise = match &of.else_branch {
            Some((_, otherwise)) => self.inner(|lowering| lowering.give(otherwise, into)),
            None => Box::default(),
        };
        let end =
            of.else_branch.as_ref().map_or(range(of.then_branch.brace_token.span.close()).1, |(_, e)| self.end(e));
        let head_end = range(of.then_branch.brace_token.span.open()).0;
        self.push_stmt(StmtKind::If { test, then, otherwise }, (start, end), head_end);
    }

    /// A condition; what its `let` bind is bound where it holds.
    fn condition<'e>(&mut self, expr: &'e Expr, bound: &mut Vec<(&'e Pat, Of)>) -> ExprId {
        match expr {
            Expr::Let(of) => {
                let holds = matches!(&*of.pat, Pat::TupleStruct(pat) if holds_content(&pat.path));
                let (tested, again) = self.subject(&of.expr);
                bound.push((&of.pat, again));
                if holds {
                    return self.is_missing(tested, false);
                }
                if is_none(&of.pat) {
                    return self.is_missing(tested, true);
                }
                let at = self.range_of(tested);
                self.push_expr(ExprKind::Opaque(Box::new([tested])), at)
            }
            Expr::Binary(of) if matches!(of.op, BinOp::And(_)) && has_let(expr, 0) => {
                let left = self.condition(&of.left, bound);
                let right = self.condition(&of.right, bound);
                let at = (self.range_of(left).0, self.range_of(right).1);
                self.push_expr(ExprKind::Boolean { and: true, operands: Box::new([left, right]) }, at)
            }
            Expr::Paren(of) => self.condition(&of.expr, bound),
            Expr::MethodCall(of) if of.args.is_empty() && (of.method == "is_none" || of.method == "is_some") => {
                let tested = self.expr(&of.receiver);
                self.is_missing(tested, of.method == "is_none")
            }
            _ => self.expr(expr),
        }
    }

    /// What is matched, as an expression to test, and how to come by it again. Only what is no mere place is given a
    /// name first: it must not be evaluated twice.
    fn subject(&mut self, expr: &Expr) -> (ExprId, Of) {
        let tested = self.expr(expr);
        if is_place(expr, 0) {
            let again = self.expr(expr);
            return (tested, Of::Value(again));
        }
        let name = self.fresh();
        let at = self.range_of(tested);
        let target = self.push_expr(ExprKind::Name(name.clone()), (at.0, at.0));
        self.assign(target, None, Some(tested), at);
        (self.push_expr(ExprKind::Name(name.clone()), (at.0, at.0)), Of::Name(name))
    }

    /// `tested is None`, or `is not`.
    pub(super) fn is_missing(&mut self, tested: ExprId, missing: bool) -> ExprId {
        let at = self.range_of(tested);
        let none = self.push_expr(ExprKind::None, (at.1, at.1));
        let operator = if missing { ComparisonOperator::Is } else { ComparisonOperator::IsNot };
        self.push_expr(ExprKind::Comparison { operator, left: tested, right: none }, at)
    }

    fn matching(&mut self, of: &syn::ExprMatch, into: &Into) {
        let start = range(of.match_token.span).0;
        let end = range(of.brace_token.span.close()).1;
        let head_end = range(of.brace_token.span.open()).0;
        let arms: Vec<&syn::Arm> = of
            .arms
            .iter()
            .filter(|arm| super::attributes::when(&arm.attrs) != super::attributes::When::Elsewhere)
            .collect();
        let plain = |arm: &syn::Arm| !matches!(arm.pat, Pat::Guard(_));
        let some = |arm: &syn::Arm| matches!(&arm.pat, Pat::TupleStruct(of) if of.path.segments.last().is_some_and(|last| last.ident == "Some"));
        if let [first, second] = arms.as_slice()
            && plain(first)
            && plain(second)
            && (some(first) && rest(&second.pat) || is_none(&first.pat) && some(second))
        {
            let (there, missing) = if some(first) { (first, second) } else { (second, first) };
            let (tested, again) = self.subject(&of.expr);
            let test = self.is_missing(tested, false);
            let then = self.inner(|lowering| {
                lowering.bind_pattern(&there.pat, again);
                lowering.give(&there.body, into);
            });
            let otherwise = self.inner(|lowering| lowering.give(&missing.body, into));
            self.push_stmt(StmtKind::If { test, then, otherwise }, (start, end), head_end);
            return;
        }
        let subject = self.expr(&of.expr);
        let name = self.fresh();
        let at = self.range_of(subject);
        let target = self.push_expr(ExprKind::Name(name.clone()), (at.0, at.0));
        self.assign(target, None, Some(subject), at);
        let subject = self.push_expr(ExprKind::Name(name.clone()), (at.0, at.0));
        let exhaustive = arms.len().saturating_sub(1);
        let lowered = arms.iter().enumerate().map(|(index, arm)| self.arm(arm, &name, index == exhaustive, into));
        let arms: Box<[Arm]> = lowered.collect();
        self.push_stmt(StmtKind::Match { subject, arms }, (start, end), head_end);
    }

    /// An arm. One of them always matches: where none before did, the last.
    fn arm(&mut self, arm: &syn::Arm, subject: &SmolStr, last: bool, into: &Into) -> Arm {
        let (pattern, guard) = match &arm.pat {
            Pat::Guard(of) => (&*of.pat, Some(&*of.guard)),
            pattern => (pattern, None),
        };
        let mut names = Vec::new();
        if guard.is_some() {
            names_in(pattern, &mut names, 0);
        }
        let guard = guard.map(|guard| self.expr(guard));
        let body = self.inner(|lowering| {
            lowering.bind_pattern(pattern, Of::Name(subject.clone()));
            lowering.give(&arm.body, into);
        });
        let names: Box<[SmolStr]> = names.into_iter().map(|(name, _)| name).collect();
        Arm { names, irrefutable: last && guard.is_none(), guard, body }
    }

    fn labelled(&mut self, of: &syn::ExprBlock, label: String, into: &Into) {
        // A block that is broken out of is a loop of one turn.
        let at = (range(of.block.brace_token.span.open()).0, range(of.block.brace_token.span.close()).1);
        let test = self.push_expr(ExprKind::Bool(true), (at.0, at.0));
        self.loops.push(Loop { label: Some(label), into: into.clone() });
        let body = self.inner(|lowering| {
            lowering.block_into(&of.block, into);
            lowering.push_stmt(StmtKind::Break, (at.1, at.1), at.1);
        });
        self.loops.pop();
        self.push_stmt(StmtKind::While { test, body, otherwise: Box::default() }, at, at.0);
    }

    fn looping(
        &mut self,
        label: Option<&syn::Label>,
        block: &syn::Block,
        into: Into,
        at: Range,
        test: ExprId,
        bound: Vec<(&Pat, Of)>,
    ) {
        self.loops.push(Loop { label: label.map(|label| label.name.ident.to_string()), into });
        let body = self.inner(|lowering| {
            for (pattern, of) in bound {
                lowering.bind_pattern(pattern, of);
            }
            lowering.block_into(block, &Into::Nothing);
        });
        self.loops.pop();
        let head_end = range(block.brace_token.span.open()).0;
        self.push_stmt(StmtKind::While { test, body, otherwise: Box::default() }, at, head_end);
    }

    fn for_each(&mut self, of: &syn::ExprForLoop) {
        let at = (range(of.for_token.span).0, range(of.body.brace_token.span.close()).1);
        let iterable = self.expr(&of.expr);
        let (target, pattern) = self.item_target(&of.pat);
        self.loops
            .push(Loop { label: of.label.as_ref().map(|label| label.name.ident.to_string()), into: Into::Nothing });
        let body = self.inner(|lowering| {
            if let Some(name) = pattern {
                lowering.bind_pattern(&of.pat, Of::Name(name));
            }
            lowering.block_into(&of.body, &Into::Nothing);
        });
        self.loops.pop();
        let head_end = range(of.body.brace_token.span.open()).0;
        let kind = StmtKind::For { target, iterable, asynchronous: false, body, otherwise: Box::default() };
        self.push_stmt(kind, at, head_end);
    }

    /// What an item of something is bound to: the pattern itself, or a name that it is then taken from.
    pub(super) fn item_target(&mut self, pattern: &Pat) -> (ExprId, Option<SmolStr>) {
        if let Some(target) = self.target(pattern, &Of::Unknown) {
            return (target, None);
        }
        let at = self.pattern_start(pattern);
        let name = self.fresh();
        (self.push_expr(ExprKind::Name(name.clone()), (at, at)), Some(name))
    }

    fn leave_loop(&mut self, of: &syn::ExprBreak) {
        let at = range(of.break_token.span);
        if let Some(value) = &of.expr {
            let label = of.label.as_ref().map(|label| label.ident.to_string());
            let target = self.loops.iter().rev().find(|one| label.is_none() || one.label == label);
            let into = target.map_or(Into::Nothing, |one| one.into.clone());
            self.give(value, &into);
        }
        self.push_stmt(StmtKind::Break, at, at.1);
    }

    fn assignment(&mut self, of: &syn::ExprAssign) {
        if let (Some(name), true) = (plain_name(&of.left), branches(&of.right)) {
            self.give(&of.right, &Into::Name(super::ident(name), range(name.span())));
            return;
        }
        let value = self.expr(&of.right);
        // `*place = value` writes to the place.
        let left = match &*of.left {
            Expr::Unary(inner) if matches!(inner.op, syn::UnOp::Deref(_)) => &*inner.expr,
            other => other,
        };
        let target = self.expr(left);
        let at = (self.range_of(target).0, self.range_of(value).1);
        self.assign(target, None, Some(value), at);
    }

    /// `!x`, `-x`.
    pub(super) fn unary(&mut self, operator: UnaryOperator, operand: &Expr, start: u32) -> ExprId {
        let operand = self.expr(operand);
        let end = self.range_of(operand).1;
        self.push_expr(ExprKind::Unary { operator, operand }, (start, end))
    }
}

/// `Err(…)`.
fn error_of(expr: &Expr) -> Option<&syn::ExprCall> {
    let Expr::Call(call) = expr else { return None };
    match &*call.func {
        Expr::Path(path) if path.path.is_ident("Err") => Some(call),
        _ => None,
    }
}

fn plain_name(expr: &Expr) -> Option<&syn::Ident> {
    match expr {
        Expr::Path(of) => of.path.get_ident(),
        _ => None,
    }
}

/// Whether a pattern takes what `Some(_)` left.
fn rest(pattern: &Pat) -> bool {
    matches!(pattern, Pat::Wild(_)) || is_none(pattern)
}

fn has_let(expr: &Expr, depth: usize) -> bool {
    match expr {
        Expr::Let(_) => true,
        Expr::Binary(of) if depth < 200 => has_let(&of.left, depth + 1) || has_let(&of.right, depth + 1),
        Expr::Paren(of) if depth < 200 => has_let(&of.expr, depth + 1),
        _ => false,
    }
}

/// Whether evaluating an expression does nothing: names, fields, references to such.
fn is_place(expr: &Expr, depth: usize) -> bool {
    if depth > 16 {
        return false;
    }
    match expr {
        Expr::Path(_) => true,
        Expr::Field(of) => is_place(&of.base, depth + 1),
        Expr::Reference(of) => is_place(&of.expr, depth + 1),
        Expr::Paren(of) => is_place(&of.expr, depth + 1),
        Expr::MethodCall(of) => {
            let looks = ["as_ref", "as_deref", "as_mut", "clone", "take", "cloned", "copied"];
            of.args.is_empty() && looks.iter().any(|name| of.method == name) && is_place(&of.receiver, depth + 1)
        }
        _ => false,
    }
}
