//! Expressions: names, operators, containers, calls and subscripts.
//!
//! Refuses to know values: `1 + 1` stays an operator with two operands.

use super::Lowering;
use super::kinds::{Field, Kind};
use super::tree::Node;
use crate::model::expr::{
    Argument, ArgumentKind, BinaryOperator, ComparisonOperator, Entry, ExprId, ExprKind, UnaryOperator,
};

/// A star that the parser put too far in.
#[derive(Clone, Copy)]
pub(super) struct Star {
    /// Where it is.
    start: u32,
    /// Where what it stands before begins.
    operand: u32,
}

impl Lowering<'_> {
    /// Lowers the expression at `node`; parentheses around it leave no trace.
    pub(super) fn expr(&mut self, node: Node) -> ExprId {
        let node = self.unwrapped(node);
        if !self.has_room(1) {
            self.report_depth(node);
            return self.push_expr(ExprKind::Opaque(Box::default()), self.tree.start(node), self.tree.end(node));
        }
        let start = match self.star {
            Some(star) if star.start == self.tree.start(node) => {
                if let Some(operand) = self.starred(node) {
                    return self.expr(operand);
                }
                star.operand
            }
            _ => {
                if let Some(inner) = self.misplaced_star(node) {
                    return inner;
                }
                self.tree.start(node)
            }
        };
        let kind = self.deeper(|this| this.expr_kind(node));
        self.push_expr(kind, start, self.tree.end(node))
    }

    /// What a star stands before, where `node` is no more than that.
    fn starred(&self, node: Node) -> Option<Node> {
        let is_splat = matches!(self.tree.kind(node), Kind::ListSplat | Kind::ListSplatPattern);
        self.tree.expressions(node).next().filter(|_| is_splat)
    }

    /// `*a.b` outside calls, which the grammar takes for `(*a).b`: the star goes around the whole.
    fn misplaced_star(&mut self, node: Node) -> Option<ExprId> {
        let tree = self.tree;
        let nests = matches!(
            tree.kind(node),
            Kind::Attribute
                | Kind::Call
                | Kind::Subscript
                | Kind::BinaryOperator
                | Kind::BooleanOperator
                | Kind::ComparisonOperator
                | Kind::ConditionalExpression
        );
        if !nests || !tree.text(node).starts_with('*') {
            return None;
        }
        let mut inner = node;
        while !matches!(tree.kind(inner), Kind::ListSplat | Kind::ListSplatPattern) {
            inner = tree.children(inner).next()?;
        }
        let (start, end) = (tree.start(node), tree.end(node));
        let operand = tree.start(self.starred(inner)?);
        let outer = self.star.replace(Star { start, operand });
        let inner = self.deeper(|this| this.expr(node));
        self.star = outer;
        Some(self.push_expr(ExprKind::Splat(inner), start, end))
    }

    /// Lowers several expressions.
    pub(super) fn exprs(&mut self, nodes: impl IntoIterator<Item = Node>) -> Box<[ExprId]> {
        nodes.into_iter().map(|node| self.expr(node)).collect()
    }

    /// Lowers the expressions directly in `node`.
    pub(super) fn elements(&mut self, node: Node) -> Box<[ExprId]> {
        let tree = self.tree;
        self.exprs(tree.expressions(node))
    }

    /// The node inside parentheses and other wrappings that mean nothing.
    pub(super) fn unwrapped(&self, node: Node) -> Node {
        let mut node = node;
        while matches!(self.tree.kind(node), Kind::ParenthesizedExpression | Kind::Type | Kind::AsPatternTarget) {
            match self.tree.expressions(node).next() {
                Some(inner) if !self.tree.is_broken(node) => node = inner,
                _ => break,
            }
        }
        node
    }

    /// What is not modelled, with the expressions inside it.
    pub(super) fn opaque(&mut self, node: Node) -> ExprKind {
        ExprKind::Opaque(self.inside(node))
    }

    /// The outermost expressions at any depth inside `node`.
    pub(super) fn inside(&mut self, node: Node) -> Box<[ExprId]> {
        let tree = self.tree;
        let found = tree.outermost(
            node,
            |at| tree.kind(at).is_expression() && !tree.is_missing(at),
            |at| tree.is_field(at, Field::Name) || tree.is_field(at, Field::AttributeName),
        );
        self.exprs(found)
    }

    fn expr_kind(&mut self, node: Node) -> ExprKind {
        let tree = self.tree;
        let kind = tree.kind(node);
        if tree.is_broken(node) {
            return self.opaque(node);
        }
        let lowered = match kind {
            Kind::Identifier => Some(ExprKind::Name(self.name(node))),
            Kind::Attribute => self.attribute(node),
            Kind::Call => self.call(node),
            Kind::String | Kind::ConcatenatedString => Some(self.string(node)),
            Kind::Integer | Kind::Float => self.number(node),
            Kind::True => Some(ExprKind::Bool(true)),
            Kind::False => Some(ExprKind::Bool(false)),
            Kind::None => Some(ExprKind::None),
            Kind::Subscript => self.subscript(node),
            Kind::List | Kind::Tuple | Kind::Set | Kind::ExpressionList => {
                Some(ExprKind::Sequence(self.elements(node)))
            }
            Kind::PatternList | Kind::TuplePattern | Kind::ListPattern => Some(ExprKind::Sequence(self.elements(node))),
            Kind::Dictionary => Some(self.dictionary(node)),
            Kind::ListSplat | Kind::ListSplatPattern | Kind::SplatType => self.only(node).map(ExprKind::Splat),
            Kind::Await => self.only(node).map(ExprKind::Await),
            Kind::Lambda => self.lambda(node),
            Kind::ListComprehension
            | Kind::SetComprehension
            | Kind::DictionaryComprehension
            | Kind::GeneratorExpression => self.comprehension(node),
            Kind::Yield => Some(self.yielded(node)),
            Kind::NamedExpression => self.named(node),
            Kind::GenericType | Kind::UnionType | Kind::MemberType => self.type_kind(node),
            _ => self.operation(node),
        };
        lowered.unwrap_or_else(|| self.opaque(node))
    }

    fn operation(&mut self, node: Node) -> Option<ExprKind> {
        match self.tree.kind(node) {
            Kind::BinaryOperator => self.binary(node),
            Kind::UnaryOperator => self.unary(node),
            Kind::NotOperator => {
                let operand = self.only(node)?;
                Some(ExprKind::Unary { operator: UnaryOperator::Not, operand })
            }
            Kind::BooleanOperator => Some(self.boolean(node)),
            Kind::ComparisonOperator => self.comparison(node),
            Kind::ConditionalExpression => self.conditional(node),
            _ => None,
        }
    }

    /// The only expression directly in `node`.
    fn only(&mut self, node: Node) -> Option<ExprId> {
        let inner = self.tree.expressions(node).next()?;
        Some(self.expr(inner))
    }

    fn attribute(&mut self, node: Node) -> Option<ExprKind> {
        let name = self.tree.field(node, Field::AttributeName)?;
        let object = self.tree.field(node, Field::Object)?;
        Some(ExprKind::Attribute { object: self.expr(object), name: self.name(name) })
    }

    fn call(&mut self, node: Node) -> Option<ExprKind> {
        let tree = self.tree;
        let callee = tree.field(node, Field::Function)?;
        let arguments = tree.field(node, Field::Arguments)?;
        if tree.is_broken(arguments) {
            return None;
        }
        let callee = self.expr(callee);
        let arguments = if tree.kind(arguments) == Kind::GeneratorExpression {
            let value = self.expr(arguments);
            let (start, end) = (tree.start(arguments), tree.end(arguments));
            Box::new([Argument { kind: ArgumentKind::Positional, name: "".into(), value, start, end }])
        } else {
            self.arguments(arguments)
        };
        Some(ExprKind::Call { callee, arguments })
    }

    fn subscript(&mut self, node: Node) -> Option<ExprKind> {
        let tree = self.tree;
        let object = tree.field(node, Field::Value)?;
        let keys: Vec<Node> = tree.children(node).filter(|&at| tree.is_field(at, Field::Subscript)).collect();
        let object = self.expr(object);
        let key = match keys[..] {
            [key] if tree.child(node, Kind::Comma).is_none() => self.expr(key),
            _ => self.sequence_of(&keys)?,
        };
        Some(ExprKind::Index { object, key })
    }

    /// A sequence that has no node of its own.
    pub(super) fn sequence_of(&mut self, nodes: &[Node]) -> Option<ExprId> {
        let (first, last) = (nodes.first()?, nodes.last()?);
        let items = self.deeper(|this| this.exprs(nodes.iter().copied()));
        Some(self.push_expr(ExprKind::Sequence(items), self.tree.start(*first), self.tree.end(*last)))
    }

    /// One expression for one node, a sequence for several.
    pub(super) fn one_or_sequence(&mut self, nodes: &[Node]) -> Option<ExprId> {
        match nodes {
            [one] => Some(self.expr(*one)),
            several => self.sequence_of(several),
        }
    }

    fn dictionary(&mut self, node: Node) -> ExprKind {
        let tree = self.tree;
        let mut entries = Vec::new();
        for item in tree.children(node) {
            match tree.kind(item) {
                Kind::DictionarySplat => {
                    let value = self.only(item).unwrap_or_else(|| self.expr(item));
                    entries.push(Entry { key: None, value });
                }
                Kind::Pair => match (tree.field(item, Field::Key), tree.field(item, Field::Value)) {
                    (Some(key), Some(value)) if !tree.is_broken(item) => {
                        let key = Some(self.expr(key));
                        entries.push(Entry { key, value: self.expr(value) });
                    }
                    // A broken pair may be any key: the same as a splatted mapping of unknown content.
                    _ => {
                        let kind = self.deeper(|this| this.opaque(item));
                        let value = self.push_expr(kind, tree.start(item), tree.end(item));
                        entries.push(Entry { key: None, value });
                    }
                },
                _ => {}
            }
        }
        ExprKind::Mapping(entries.into())
    }

    fn yielded(&mut self, node: Node) -> ExprKind {
        self.generator = true;
        let delegate = self.tree.child(node, Kind::From).is_some();
        ExprKind::Yield { value: self.only(node), delegate }
    }

    fn named(&mut self, node: Node) -> Option<ExprKind> {
        let name = self.tree.field(node, Field::Name)?;
        let value = self.tree.field(node, Field::Value)?;
        Some(ExprKind::Assign { name: self.name(name), value: self.expr(value) })
    }

    fn type_kind(&mut self, node: Node) -> Option<ExprKind> {
        let tree = self.tree;
        let mut inner = tree.expressions(node);
        let (first, second) = (inner.next()?, inner.next());
        match tree.kind(node) {
            Kind::UnionType => {
                let (left, right) = (self.expr(first), self.expr(second?));
                Some(ExprKind::Binary { operator: BinaryOperator::Or, left, right })
            }
            Kind::MemberType => {
                let name = self.name(second?);
                Some(ExprKind::Attribute { object: self.expr(first), name })
            }
            _ => {
                let parameters = tree.child(node, Kind::TypeParameter)?;
                let keys: Vec<Node> = tree.expressions(parameters).collect();
                let object = self.expr(first);
                Some(ExprKind::Index { object, key: self.one_or_sequence(&keys)? })
            }
        }
    }

    fn binary(&mut self, node: Node) -> Option<ExprKind> {
        let tree = self.tree;
        if let Some(operands) = self.long_chain(node) {
            return Some(ExprKind::Opaque(self.exprs(operands)));
        }
        let left = tree.field(node, Field::Left)?;
        let right = tree.field(node, Field::Right)?;
        let operator = match tree.kind(tree.field(node, Field::Operator)?) {
            Kind::Plus => BinaryOperator::Add,
            Kind::Minus => BinaryOperator::Subtract,
            Kind::Star => BinaryOperator::Multiply,
            Kind::Slash => BinaryOperator::Divide,
            Kind::DoubleSlash => BinaryOperator::FloorDivide,
            Kind::Percent => BinaryOperator::Modulo,
            Kind::DoubleStar => BinaryOperator::Power,
            Kind::Bar => BinaryOperator::Or,
            _ => BinaryOperator::Other,
        };
        let left = self.expr(left);
        Some(ExprKind::Binary { operator, left, right: self.expr(right) })
    }

    /// The operands of `a + b + …`, where it is too long to be nested.
    fn long_chain(&self, node: Node) -> Option<Vec<Node>> {
        let tree = self.tree;
        let left = |at: Node| tree.field(at, Field::Left).filter(|_| tree.kind(at) == Kind::BinaryOperator);
        let length = std::iter::successors(Some(node), |&at| left(at)).take(super::DEEPEST).count();
        if self.has_room(length) {
            return None;
        }
        let mut operands = Vec::new();
        let mut at = node;
        while let Some(next) = left(at) {
            operands.extend(tree.field(at, Field::Right));
            at = next;
        }
        operands.push(at);
        operands.reverse();
        Some(operands)
    }

    fn unary(&mut self, node: Node) -> Option<ExprKind> {
        let operand = self.tree.field(node, Field::Argument)?;
        let operator = match self.tree.kind(self.tree.field(node, Field::Operator)?) {
            Kind::Minus => UnaryOperator::Negative,
            Kind::Plus => UnaryOperator::Positive,
            _ => UnaryOperator::Invert,
        };
        Some(ExprKind::Unary { operator, operand: self.expr(operand) })
    }

    fn boolean(&mut self, node: Node) -> ExprKind {
        let tree = self.tree;
        let is_and = |at: Node| tree.kind(at) == Kind::BooleanOperator && tree.child(at, Kind::And).is_some();
        let and = is_and(node);
        let mut operands = Vec::new();
        let mut at = node;
        while tree.kind(at) == Kind::BooleanOperator && is_and(at) == and && !tree.is_broken(at) {
            operands.extend(tree.field(at, Field::Right));
            match tree.field(at, Field::Left) {
                Some(left) => at = left,
                None => break,
            }
        }
        if at != node {
            operands.push(at);
        }
        operands.reverse();
        ExprKind::Boolean { and, operands: self.exprs(operands) }
    }

    fn comparison(&mut self, node: Node) -> Option<ExprKind> {
        let tree = self.tree;
        let mut operators = tree.children(node).filter(|&at| tree.is_field(at, Field::Operators));
        let operator = operators.next()?;
        if operators.next().is_some() {
            return None;
        }
        let mut operands = tree.expressions(node);
        let (left, right) = (operands.next()?, operands.next()?);
        let operator = match tree.kind(operator) {
            Kind::Is => ComparisonOperator::Is,
            Kind::IsNot => ComparisonOperator::IsNot,
            Kind::Equal => ComparisonOperator::Equal,
            Kind::NotEqual => ComparisonOperator::NotEqual,
            Kind::Diamond => {
                self.report_old(operator, "`<>`");
                ComparisonOperator::NotEqual
            }
            Kind::In => ComparisonOperator::In,
            Kind::NotIn => ComparisonOperator::NotIn,
            _ => ComparisonOperator::Order,
        };
        let left = self.expr(left);
        Some(ExprKind::Comparison { operator, left, right: self.expr(right) })
    }

    fn conditional(&mut self, node: Node) -> Option<ExprKind> {
        let mut parts = self.tree.expressions(node);
        let (then, test, otherwise) = (parts.next()?, parts.next()?, parts.next()?);
        let then = self.expr(then);
        let test = self.expr(test);
        Some(ExprKind::Conditional { test, then, otherwise: self.expr(otherwise) })
    }
}
