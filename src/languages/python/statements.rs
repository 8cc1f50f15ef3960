//! Blocks and simple statements.
//!
//! Where the parser lost its way, whole statements are still lowered and the rest becomes opaque statements. Refuses to
//! know what a name is bound to.

use super::Lowering;
use super::kinds::{Field, Kind};
use super::plain::{Plain, Says, moved};
use super::tree::Node;
use crate::model::expr::ExprId;
use crate::model::facts::{Block, Scope, StmtId, StmtKind};
use crate::source::offset;
use smol_str::SmolStr;

impl Lowering<'_> {
    /// The statements in `node`, which is a block or anything that holds statements.
    pub(super) fn block_of(&mut self, node: Node) -> Block {
        let mut into = Vec::new();
        self.statements(node, &mut into);
        into.into()
    }

    fn statements(&mut self, node: Node, into: &mut Vec<StmtId>) {
        if !self.has_room(1) {
            return self.report_depth(node);
        }
        self.depth += 1;
        let tree = self.tree;
        for child in tree.children(node) {
            let kind = tree.kind(child);
            if kind.is_statement() {
                self.stmt(child, into);
            } else if kind.is_expression() {
                let stray = self.expr(child);
                let (start, end) = (tree.start(child), tree.end(child));
                into.push(self.push_stmt(StmtKind::Opaque(Box::new([stray])), start, end, end));
            } else {
                self.statements(child, into);
            }
        }
        self.depth -= 1;
    }

    fn stmt(&mut self, node: Node, into: &mut Vec<StmtId>) {
        let tree = self.tree;
        if self.plain.first().is_some_and(|first| first.start == tree.start(node)) {
            return self.plain_statements(tree.end(node), into);
        }
        if self.syntax.is_some() {
            self.strays(node, into);
        }
        let kind = tree.kind(node);
        if kind == Kind::PassStatement {
            return;
        }
        let lowered = match self.simple(node) {
            Some(simple) => simple,
            None => match self.compound(node) {
                Some(compound) => compound,
                None => return self.statements(node, into),
            },
        };
        into.push(self.push_stmt(lowered, tree.start(node), tree.end(node), self.head_end(node)));
    }

    /// The plain statements up to a byte, which were left out of the text that was parsed; where there is no room for one,
    /// it stays.
    fn plain_statements(&mut self, end: u32, into: &mut Vec<StmtId>) {
        while let Some((plain, others)) = self.plain.split_first().filter(|(plain, _)| plain.start < end) {
            if !self.has_room(plain.exprs.height + 2) {
                return;
            }
            self.plain = others;
            let kind = self.plain_statement(plain);
            into.push(self.push_stmt(kind, plain.start, plain.end, plain.head_end));
        }
    }

    fn plain_statement(&mut self, plain: &Plain) -> StmtKind {
        let range = plain.exprs.range.clone();
        let (first, next) = (offset(range.start), self.arenas.next_expr().0);
        let name = |id: ExprId| ExprId(id.0 - first + next);
        for expr in &self.plain_exprs[range] {
            self.push_expr(moved(&expr.kind, name), expr.start, expr.end);
        }
        match &plain.says {
            Says::Imports(imports) => StmtKind::Import(imports.clone()),
            Says::Expression(value) => StmtKind::Expression(name(*value)),
            Says::Assigns { target, annotation, value } => StmtKind::Assign {
                targets: Box::new([name(*target)]),
                value: value.map(name),
                annotation: annotation.map(name),
                augmented: false,
            },
            Says::Defines(scope) => self.plain_function(scope, name),
        }
    }

    /// A function whose body is a part of its own; `name` tells how its expressions are named here.
    fn plain_function(&mut self, scope: &Scope, name: impl Fn(ExprId) -> ExprId) -> StmtKind {
        let mut scope = Scope { parent: Some(self.scope), ..scope.clone() };
        scope.decorators.iter_mut().for_each(|id| *id = name(*id));
        for parameter in &mut scope.parameters {
            parameter.default = parameter.default.map(&name);
            parameter.annotation = parameter.annotation.map(&name);
        }
        scope.returns = scope.returns.map(&name);
        StmtKind::Define(self.deferred(scope))
    }

    /// One past the last byte before the block of a compound statement; the end of a simple one.
    pub(super) fn head_end(&self, node: Node) -> u32 {
        let tree = self.tree;
        let inner = tree.field(node, Field::Definition).unwrap_or(node);
        let before = tree.child(inner, Kind::Colon).unwrap_or(node);
        tree.end(before)
    }

    /// What could not be parsed in the head of a statement or between its parts.
    fn strays(&mut self, node: Node, into: &mut Vec<StmtId>) {
        let tree = self.tree;
        let arms = tree.field(node, Field::Body).filter(|_| tree.kind(node) == Kind::MatchStatement);
        for holder in [Some(node), arms].into_iter().flatten() {
            let lowered_elsewhere = |at: Node| {
                let kind = tree.kind(at);
                kind.is_expression() || kind.is_statement() || matches!(kind, Kind::Block | Kind::ArgumentList)
            };
            for error in tree.outermost(holder, |at| tree.kind(at) == Kind::Error, lowered_elsewhere) {
                self.statements(error, into);
            }
        }
    }

    /// A statement without a block; `None` for the others.
    fn simple(&mut self, node: Node) -> Option<StmtKind> {
        Some(match self.tree.kind(node) {
            Kind::ExpressionStatement => self.expression_statement(node),
            Kind::ReturnStatement => {
                let value = self.tree.expressions(node).next();
                StmtKind::Return(value.map(|value| self.expr(value)))
            }
            Kind::RaiseStatement => self.raise(node),
            Kind::BreakStatement => StmtKind::Break,
            Kind::ContinueStatement => StmtKind::Continue,
            Kind::ImportStatement => StmtKind::Import(self.import(node)),
            Kind::ImportFromStatement => StmtKind::Import(self.import_from(node)),
            Kind::FutureImportStatement => StmtKind::Import(self.import_future(node)),
            Kind::GlobalStatement => StmtKind::Global(self.listed_names(node)),
            Kind::NonlocalStatement => StmtKind::Nonlocal(self.listed_names(node)),
            Kind::AssertStatement => StmtKind::Assert(self.elements(node)),
            Kind::DeleteStatement => {
                let list = self.tree.child(node, Kind::ExpressionList).unwrap_or(node);
                StmtKind::Delete(self.elements(list))
            }
            Kind::PrintStatement => {
                self.report_old(node, "`print` without parentheses");
                StmtKind::Opaque(self.inside(node))
            }
            Kind::ExecStatement => {
                self.report_old(node, "`exec` without parentheses");
                StmtKind::Opaque(self.inside(node))
            }
            Kind::TypeAliasStatement => self.type_alias(node),
            _ => return None,
        })
    }

    fn expression_statement(&mut self, node: Node) -> StmtKind {
        let tree = self.tree;
        let inner = tree.children(node).next();
        let assigned = match inner.map(|inner| (inner, tree.kind(inner))) {
            Some((inner, Kind::Assignment)) => self.assignment(inner),
            Some((inner, Kind::AugmentedAssignment)) => self.augmented(inner),
            _ => self.effect(node),
        };
        assigned.unwrap_or_else(|| StmtKind::Opaque(self.inside(node)))
    }

    /// An expression that stands for itself; several with commas are a sequence.
    fn effect(&mut self, node: Node) -> Option<StmtKind> {
        let tree = self.tree;
        if tree.is_broken(node) {
            return None;
        }
        let parts: Vec<Node> = tree.expressions(node).collect();
        let value = match parts[..] {
            [one] if tree.child(node, Kind::Comma).is_none() => self.expr(one),
            _ => self.sequence_of(&parts)?,
        };
        Some(StmtKind::Expression(value))
    }

    fn assignment(&mut self, node: Node) -> Option<StmtKind> {
        let tree = self.tree;
        let (mut targets, mut annotation, mut value) = (Vec::new(), None, None);
        let mut link = Some(node);
        while let Some(at) = link.take() {
            if tree.is_broken(at) {
                return None;
            }
            targets.push(tree.field(at, Field::Left)?);
            annotation = annotation.or(tree.field(at, Field::Type));
            match tree.field(at, Field::Right) {
                Some(right) if tree.kind(right) == Kind::Assignment => link = Some(right),
                right => value = right,
            }
        }
        let targets = self.exprs(targets);
        let annotation = annotation.map(|annotation| self.expr(annotation));
        let value = value.map(|value| self.assigned(value));
        Some(StmtKind::Assign { targets, value, annotation, augmented: false })
    }

    fn augmented(&mut self, node: Node) -> Option<StmtKind> {
        let tree = self.tree;
        if tree.is_broken(node) {
            return None;
        }
        let (left, right) = (tree.field(node, Field::Left)?, tree.field(node, Field::Right)?);
        let targets = self.exprs([left]);
        let value = Some(self.assigned(right));
        Some(StmtKind::Assign { targets, value, annotation: None, augmented: true })
    }

    /// What is assigned; the grammar also allows an assignment there, which Python does not.
    fn assigned(&mut self, node: Node) -> ExprId {
        if self.tree.kind(node).is_expression() { self.expr(node) } else { self.opaque_expr(node) }
    }

    /// `type X = …`; the grammar also takes `type(a).b = …` for one.
    fn type_alias(&mut self, node: Node) -> StmtKind {
        let tree = self.tree;
        match (tree.field(node, Field::Left), tree.field(node, Field::Right)) {
            (Some(left), Some(right)) if tree.text(left).starts_with('(') => {
                let targets = Box::new([self.opaque_expr(left)]);
                StmtKind::Assign { targets, value: Some(self.expr(right)), annotation: None, augmented: false }
            }
            _ => StmtKind::Opaque(self.inside(node)),
        }
    }

    fn raise(&mut self, node: Node) -> StmtKind {
        let tree = self.tree;
        match tree.child(node, Kind::ExpressionList) {
            Some(list) => {
                self.report_old(list, "`raise` with a comma");
                StmtKind::Raise(self.inside(node))
            }
            None => StmtKind::Raise(self.elements(node)),
        }
    }

    fn listed_names(&self, node: Node) -> Box<[SmolStr]> {
        let tree = self.tree;
        tree.children(node).filter(|&at| tree.kind(at) == Kind::Identifier).map(|at| self.name(at)).collect()
    }
}
