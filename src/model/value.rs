//! What is known about a value: a lattice that makes silence the default.
//!
//! A [`Value`] is a set of at most [`WIDTH`] alternatives, perhaps with an unknown rest. Its accessors return `Option`,
//! so that a rule built on them is silent on the unknown without saying so. Refuses to know how a value was found.

use super::expr::ExprId;
use super::facts::ScopeId;
use crate::source::{FileId, Span};
use smol_str::SmolStr;

/// How many alternatives are told apart before a value is unknown.
pub const WIDTH: usize = 8;

/// An expression of the project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExprRef {
    /// Its file.
    pub file: FileId,
    /// Its id there.
    pub expr: ExprId,
}

/// A scope of the project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ScopeRef {
    /// Its file.
    pub file: FileId,
    /// Its id there.
    pub scope: ScopeId,
}

/// The call in whose context something is seen: parameters have the arguments of that call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Frame(pub u32);

impl Frame {
    /// No particular call.
    pub const NONE: Frame = Frame(0);
}

/// One thing that a value can be.
#[derive(Debug, Clone, PartialEq)]
pub enum Datum {
    /// Not written: the library's default applies.
    Unset,
    /// Written as none.
    Null,
    /// A boolean.
    Bool(bool),
    /// A number, in the unit that the parameter takes.
    Number(f64),
    /// A text.
    Text(SmolStr),
    /// A text whose content only the environment knows.
    Environment,
    /// Something that a module outside the project exports, by its full path.
    Path(SmolStr),
    /// A function, class or module of the project.
    Scope(ScopeRef),
    /// An object built by this call of a constructor that the library data knows.
    Built(ExprRef, Frame),
    /// What will be an object that the library data knows, once it is finished; this call began it.
    Building(ExprRef, Frame),
    /// An object of a type that is not the project's: what an annotation names, or what calling that path returned.
    Instance(SmolStr),
    /// What calling this path of an outside module returned; the call.
    Result(SmolStr, ExprRef),
    /// An object of a class of the project; the call that made it, where one is known.
    Object(ScopeRef, Option<ExprRef>, Frame),
    /// A literal dictionary, or a call of `dict`.
    Mapping(ExprRef, Frame),
    /// A literal list, tuple or set.
    Sequence(ExprRef, Frame),
    /// A callable with arguments bound to it, by the call that bound them.
    Partial(ExprRef, Frame),
    /// A method of the project bound to an object of the project.
    Method(ScopeRef, Box<Datum>),
    /// What calling a generator function of the project returned.
    Generator(ScopeRef, Frame),
    /// A member of an object that is not the project's.
    Member(Box<Datum>, SmolStr),
}

impl Datum {
    /// Whether it counts as false where a condition asks; `None` where that is not known.
    #[must_use]
    pub fn truth(&self) -> Option<bool> {
        match self {
            Datum::Unset | Datum::Environment | Datum::Instance(_) | Datum::Result(..) | Datum::Member(..) => None,
            Datum::Null => Some(false),
            Datum::Bool(value) => Some(*value),
            Datum::Number(number) => Some(*number != 0.0),
            Datum::Text(text) => Some(!text.is_empty()),
            Datum::Mapping(..) | Datum::Sequence(..) => None,
            _ => Some(true),
        }
    }
}

/// How an alternative comes to be among the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The code says so.
    Written,
    /// It is the default of a parameter that callers may set.
    Default,
    /// It is what an attribute or global holds before it is set.
    Initial,
}

/// One thing that a value can be, and where that is written.
#[derive(Debug, Clone, PartialEq)]
pub struct Alternative {
    /// The thing.
    pub datum: Datum,
    /// Where it is written.
    pub at: Option<Span>,
    /// How it comes to be among the others.
    pub source: Source,
}

/// Why something is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// A parameter, whose callers are not all known or do not agree.
    Parameter,
    /// The result of a call that is not followed.
    Call,
    /// An attribute of an object that is not known.
    Attribute,
    /// A name without a known meaning.
    Name,
    /// A mapping or sequence whose content is not known.
    Splat,
    /// Arithmetic on what is not known, or an expression that is not followed.
    Expression,
    /// More than [`WIDTH`] alternatives.
    Wide,
    /// It depends on itself.
    Cycle,
    /// The chain is longer than is followed.
    Deep,
}

/// What is known about a value.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Value {
    /// What it can be.
    pub alternatives: Vec<Alternative>,
    /// Set where it can be something else, too.
    pub unknown: Option<Why>,
}

impl Value {
    /// A value of which nothing is known.
    #[must_use]
    pub fn unknown(why: Why) -> Value {
        Value { alternatives: Vec::new(), unknown: Some(why) }
    }

    /// A value that is exactly one thing.
    #[must_use]
    pub fn known(datum: Datum, at: Option<Span>) -> Value {
        Value { alternatives: vec![Alternative { datum, at, source: Source::Written }], unknown: None }
    }

    /// A value that is not written.
    #[must_use]
    pub fn unset() -> Value {
        Value::known(Datum::Unset, None)
    }

    /// Everything that the value can be; `None` where it can be something unknown.
    #[must_use]
    pub fn all(&self) -> Option<&[Alternative]> {
        if self.unknown.is_some() || self.alternatives.is_empty() { None } else { Some(&self.alternatives) }
    }

    /// The one thing that the value is.
    #[must_use]
    pub fn one(&self) -> Option<&Alternative> {
        self.all().filter(|all| all.len() == 1).map(|all| &all[0])
    }

    /// Whether the value is known to be unset.
    #[must_use]
    pub fn is_unset(&self) -> bool {
        self.one().is_some_and(|one| one.datum == Datum::Unset)
    }

    /// Whether each thing that the value can be fulfils `test`; false where something unknown is among them.
    #[must_use]
    pub fn always(&self, mut test: impl FnMut(&Datum) -> bool) -> bool {
        self.all().is_some_and(|all| all.iter().all(|one| test(&one.datum)))
    }

    /// Joins another value into this one.
    pub fn join(&mut self, other: Value) {
        for alternative in other.alternatives {
            if !self.alternatives.iter().any(|known| known.datum == alternative.datum) {
                self.alternatives.push(alternative);
            }
        }
        if self.unknown.is_none() {
            self.unknown = other.unknown;
        }
        if self.alternatives.len() > WIDTH {
            self.alternatives.truncate(WIDTH);
            self.unknown = Some(Why::Wide);
        }
    }

    /// Keeps the alternatives that fulfil `keep`.
    #[must_use]
    pub fn filter(mut self, mut keep: impl FnMut(&Datum) -> bool) -> Value {
        self.alternatives.retain(|alternative| keep(&alternative.datum));
        self
    }

    /// Marks every alternative as coming from `source`.
    #[must_use]
    pub fn from_source(mut self, source: Source) -> Value {
        for alternative in &mut self.alternatives {
            alternative.source = source;
        }
        self
    }

    /// Says where alternatives without a place are written.
    #[must_use]
    pub fn at_or(mut self, span: Span) -> Value {
        for alternative in &mut self.alternatives {
            alternative.at.get_or_insert(span);
        }
        self
    }
}
