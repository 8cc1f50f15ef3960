//! What opens a scope: functions, classes, lambdas and comprehensions.
//!
//! Decorators, defaults, annotations and bases are lowered in the scope around, where they are evaluated. Refuses to
//! know type parameters.

use super::Lowering;
use super::kinds::{Field, Kind};
use super::tree::Node;
use crate::model::expr::{ExprId, ExprKind};
use crate::model::facts::{Block, Body, Parameter, ParameterKind, Scope, ScopeId, ScopeKind, StmtKind};
use crate::model::part::PartId;
use crate::source::offset;

impl Lowering<'_> {
    /// A function or class; `around` is the node with its decorators, or the definition itself.
    pub(super) fn definition(&mut self, node: Node, around: Node) -> Option<StmtKind> {
        let tree = self.tree;
        let name = tree.field(node, Field::Name)?;
        let body = tree.field(node, Field::Body)?;
        let decorators = tree.children(around).filter(|&at| tree.kind(at) == Kind::Decorator);
        let decorators = self.exprs(decorators.filter_map(|at| tree.expressions(at).next()));
        let kind = match tree.kind(node) {
            Kind::ClassDefinition => ScopeKind::Class,
            _ => ScopeKind::Function,
        };
        let mut scope = Scope::bare(kind, Some(self.scope), tree.start(node), tree.end(node));
        scope.name = self.name(name);
        (scope.name_start, scope.name_end) = (tree.start(name), tree.end(name));
        scope.decorators = decorators;
        scope.asynchronous = tree.child(node, Kind::Async).is_some();
        if let Some(parameters) = tree.field(node, Field::Parameters) {
            scope.parameters = self.parameters(parameters);
        }
        if let Some(bases) = tree.field(node, Field::Superclasses) {
            scope.bases = self.arguments(bases);
        }
        scope.returns = tree.field(node, Field::ReturnType).map(|returns| self.expr(returns));
        let apart = kind == ScopeKind::Function && self.apart(&scope).is_some();
        Some(StmtKind::Define(if apart {
            self.deferred(scope)
        } else {
            self.open_scope(scope, |this| this.block_of(body))
        }))
    }

    /// Which of the functions whose bodies are parts of their own this is.
    fn apart(&self, scope: &Scope) -> Option<usize> {
        self.functions.binary_search_by_key(&scope.start, |function| function.start).ok()
    }

    /// A function whose body is a part of its own.
    pub(super) fn deferred(&mut self, mut scope: Scope) -> ScopeId {
        let index = self.apart(&scope);
        scope.body = index.map_or_else(Body::default, |index| Body::Deferred(PartId(offset(index) + 1)));
        let id = self.arenas.push_scope(scope);
        if let Some(found) = index.and_then(|index| self.found.get_mut(index)) {
            *found = Some(id);
        }
        id
    }

    /// The parameters of a function or lambda.
    pub(super) fn parameters(&mut self, list: Node) -> Box<[Parameter]> {
        let tree = self.tree;
        let mut parameters: Vec<Parameter> = Vec::new();
        let mut plain = ParameterKind::Either;
        for node in tree.children(list) {
            match tree.kind(node) {
                Kind::PositionalSeparator => {
                    for before in &mut parameters {
                        before.kind = ParameterKind::PositionalOnly;
                    }
                }
                Kind::KeywordSeparator => plain = ParameterKind::KeywordOnly,
                _ => {
                    let Some(parameter) = self.parameter(node, plain) else { continue };
                    if parameter.kind == ParameterKind::Variadic {
                        plain = ParameterKind::KeywordOnly;
                    }
                    parameters.push(parameter);
                }
            }
        }
        parameters.into()
    }

    fn parameter(&mut self, node: Node, plain: ParameterKind) -> Option<Parameter> {
        let tree = self.tree;
        let named = match tree.kind(node) {
            Kind::TypedParameter => tree.expressions(node).next()?,
            Kind::DefaultParameter | Kind::TypedDefaultParameter => tree.field(node, Field::Name)?,
            Kind::Identifier | Kind::ListSplatPattern | Kind::DictionarySplatPattern | Kind::TuplePattern => node,
            _ => return None,
        };
        let (kind, name) = match tree.kind(named) {
            Kind::ListSplatPattern => (ParameterKind::Variadic, tree.expressions(named).next()),
            Kind::DictionarySplatPattern => (ParameterKind::Keywords, tree.expressions(named).next()),
            Kind::TuplePattern => {
                self.report_old(named, "a tuple among the parameters");
                (plain, None)
            }
            _ => (plain, Some(named)),
        };
        Some(Parameter {
            name: name.map(|name| self.name(name)).unwrap_or_default(),
            kind,
            annotation: tree.field(node, Field::Type).map(|annotation| self.expr(annotation)),
            default: tree.field(node, Field::Value).map(|value| self.expr(value)),
            start: tree.start(node),
            end: tree.end(node),
        })
    }

    /// `lambda parameters: body`.
    pub(super) fn lambda(&mut self, node: Node) -> Option<ExprKind> {
        let tree = self.tree;
        let body = tree.field(node, Field::Body)?;
        let mut scope = self.scope_at(ScopeKind::Closure, node);
        if let Some(parameters) = tree.field(node, Field::Parameters) {
            scope.parameters = self.parameters(parameters);
        }
        let scope = self.open_scope(scope, |this| {
            let value = this.deeper(|this| this.expr(body));
            let (start, end) = (tree.start(body), tree.end(body));
            Box::new([this.push_stmt(StmtKind::Return(Some(value)), start, end, end)])
        });
        Some(ExprKind::Closure(scope))
    }

    fn scope_at(&self, kind: ScopeKind, node: Node) -> Scope {
        Scope::bare(kind, Some(self.scope), self.tree.start(node), self.tree.end(node))
    }

    /// A comprehension or generator expression; `None` where it has more clauses than may be nested.
    pub(super) fn comprehension(&mut self, node: Node) -> Option<ExprKind> {
        let tree = self.tree;
        let element = tree.field(node, Field::Body)?;
        let is_clause = |&at: &Node| matches!(tree.kind(at), Kind::ForInClause | Kind::IfClause);
        let clauses: Vec<Node> = tree.children(node).filter(is_clause).collect();
        let broken = clauses.iter().any(|&clause| tree.is_broken(clause));
        if broken || !self.has_room(clauses.len() + 3) {
            return None;
        }
        let mut scope = self.scope_at(ScopeKind::Comprehension, node);
        scope.asynchronous = clauses.iter().any(|&clause| tree.child(clause, Kind::Async).is_some());
        let lazy = tree.kind(node) == Kind::GeneratorExpression;
        let scope = self.open_scope(scope, |this| {
            this.generator = lazy;
            this.loops(node, element, &clauses)
        });
        Some(ExprKind::Comprehension(scope))
    }

    /// The nested loops of a comprehension. The element stands before its loops, so each spans the whole.
    fn loops(&mut self, whole: Node, element: Node, clauses: &[Node]) -> Block {
        let tree = self.tree;
        let Some((&clause, rest)) = clauses.split_first() else {
            let value = self.deeper(|this| this.element(element));
            let (start, end) = (tree.start(element), tree.end(element));
            return Box::new([self.push_stmt(StmtKind::Expression(value), start, end, end)]);
        };
        let Some(head) = self.deeper(|this| this.clause_head(clause)) else {
            return self.loops(whole, element, rest);
        };
        let body = self.deeper(|this| this.loops(whole, element, rest));
        let otherwise = Block::default();
        let kind = match head {
            (test, None) => StmtKind::If { test, then: body, otherwise },
            (iterable, Some(target)) => {
                let asynchronous = tree.child(clause, Kind::Async).is_some();
                StmtKind::For { target, iterable, asynchronous, body, otherwise }
            }
        };
        Box::new([self.push_stmt(kind, tree.start(whole), tree.end(whole), tree.end(clause))])
    }

    /// The iterable and target of a `for` clause, or the test of an `if` clause.
    fn clause_head(&mut self, clause: Node) -> Option<(ExprId, Option<ExprId>)> {
        let tree = self.tree;
        if tree.kind(clause) == Kind::IfClause {
            return Some((self.expr(tree.expressions(clause).next()?), None));
        }
        let left = tree.field(clause, Field::Left)?;
        let right: Vec<Node> = tree.expressions(clause).filter(|&at| tree.is_field(at, Field::Right)).collect();
        let iterable = self.one_or_sequence(&right)?;
        Some((iterable, Some(self.expr(left))))
    }

    /// What a comprehension makes: of a dictionary a sequence of key and value.
    fn element(&mut self, node: Node) -> ExprId {
        let tree = self.tree;
        if tree.kind(node) != Kind::Pair {
            return self.expr(node);
        }
        match (tree.field(node, Field::Key), tree.field(node, Field::Value)) {
            (Some(key), Some(value)) => {
                let items = self.deeper(|this| this.exprs([key, value]));
                self.push_expr(ExprKind::Sequence(items), tree.start(node), tree.end(node))
            }
            _ => self.opaque_expr(node),
        }
    }
}
