//! Expressions, in one form for all languages.
//!
//! An expression lives in the arena of its file and is named by an [`ExprId`]. What no judgement needs is
//! [`ExprKind::Opaque`], which keeps its children, so that no call inside it is lost.

use super::facts::ScopeId;
use smol_str::SmolStr;

/// An expression of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExprId(pub u32);

/// An expression and its bytes.
#[derive(Debug, Clone)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Its first byte.
    pub start: u32,
    /// One past its last byte.
    pub end: u32,
}

/// What an expression is.
#[derive(Debug, Clone)]
pub enum ExprKind {
    /// An integer or a float.
    Number(f64),
    /// `True`, `false`.
    Bool(bool),
    /// A literal text (adjacent literals are one).
    Text(SmolStr),
    /// `None`.
    None,
    /// A plain name, read.
    Name(SmolStr),
    /// `object.name`.
    Attribute {
        /// What stands before the dot.
        object: ExprId,
        /// What stands after it.
        name: SmolStr,
    },
    /// `object[key]`.
    Index {
        /// The container.
        object: ExprId,
        /// The key, index or slice.
        key: ExprId,
    },
    /// `callee(arguments)`.
    Call {
        /// What is called.
        callee: ExprId,
        /// The arguments in the order written.
        arguments: Box<[Argument]>,
    },
    /// A sign, `not`, `~`.
    Unary {
        /// The operator.
        operator: UnaryOperator,
        /// Its operand.
        operand: ExprId,
    },
    /// Arithmetic.
    Binary {
        /// The operator.
        operator: BinaryOperator,
        /// The left operand.
        left: ExprId,
        /// The right operand.
        right: ExprId,
    },
    /// One comparison; a chain of several is opaque.
    Comparison {
        /// The operator.
        operator: ComparisonOperator,
        /// The left operand.
        left: ExprId,
        /// The right operand.
        right: ExprId,
    },
    /// `a or b`, `a and b`, in order.
    Boolean {
        /// Whether it is `and`.
        and: bool,
        /// The operands, two or more.
        operands: Box<[ExprId]>,
    },
    /// `then if test else otherwise`.
    Conditional {
        /// The condition.
        test: ExprId,
        /// The value when it holds.
        then: ExprId,
        /// The value when it does not.
        otherwise: ExprId,
    },
    /// A list, tuple, set or array; elements may be [`ExprKind::Splat`].
    Sequence(Box<[ExprId]>),
    /// A dictionary.
    Mapping(Box<[Entry]>),
    /// A text with expressions in it: the literal parts and the expressions, in order.
    Interpolation(Box<[ExprId]>),
    /// A lambda or closure; its body is a scope.
    Closure(ScopeId),
    /// A comprehension or generator expression: a scope whose body is the nested loops, the element innermost.
    Comprehension(ScopeId),
    /// A record literal, `Path { field: value }`.
    Record {
        /// The type's name.
        path: ExprId,
        /// The fields.
        fields: Box<[Argument]>,
    },
    /// An assignment that is a value (`name := value`).
    Assign {
        /// The name bound.
        name: SmolStr,
        /// The value.
        value: ExprId,
    },
    /// `await operand`, `operand.await`.
    Await(ExprId),
    /// The value of another expression, or what that holds: `x?`, `&x`, `Some(x)`, `x.clone()`.
    Content {
        /// The other expression.
        of: ExprId,
        /// What else is evaluated for it.
        beside: Box<[ExprId]>,
    },
    /// `yield value`.
    Yield {
        /// The value, if any.
        value: Option<ExprId>,
        /// Whether it is `yield from`.
        delegate: bool,
    },
    /// `*operand` in a sequence.
    Splat(ExprId),
    /// Anything else, with the expressions inside it.
    Opaque(Box<[ExprId]>),
}

/// An argument of a call, or a field of a record.
#[derive(Debug, Clone)]
pub struct Argument {
    /// How it is passed.
    pub kind: ArgumentKind,
    /// Its keyword, for [`ArgumentKind::Named`]; else empty.
    pub name: SmolStr,
    /// Its value (what is splatted, for a splat).
    pub value: ExprId,
    /// The first byte of the whole argument, keyword included.
    pub start: u32,
    /// One past its last byte.
    pub end: u32,
}

/// How an argument is passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArgumentKind {
    /// By position.
    Positional,
    /// By keyword.
    Named,
    /// `*values`.
    Splat,
    /// `**mapping`.
    MappingSplat,
}

/// An entry of a dictionary.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The key; `None` for a splatted mapping.
    pub key: Option<ExprId>,
    /// The value, or the mapping that is splatted.
    pub value: ExprId,
}

/// An operator with one operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnaryOperator {
    /// `-x`
    Negative,
    /// `+x`
    Positive,
    /// `not x`, `!x`
    Not,
    /// `~x`
    Invert,
}

/// An arithmetic operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BinaryOperator {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `//`
    FloorDivide,
    /// `%`
    Modulo,
    /// `**`
    Power,
    /// `|`
    Or,
    /// Any other.
    Other,
}

/// A comparison operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ComparisonOperator {
    /// `is`
    Is,
    /// `is not`
    IsNot,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `in`
    In,
    /// `not in`
    NotIn,
    /// `<`, `<=`, `>`, `>=`
    Order,
}
