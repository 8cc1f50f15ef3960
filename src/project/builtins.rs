//! Arithmetic, and the few standard functions that configuration is computed with.
//!
//! Refuses to know names that users define: it is asked with full paths only.

use super::{Project, sibling};
use crate::model::expr::{ArgumentKind, BinaryOperator, ExprKind};
use crate::model::value::{Alternative, Datum, ExprRef, Frame, Source, Value, Why};
use crate::source::Span;
use smol_str::SmolStr;

/// An operator applied to every combination of two values.
pub(super) fn binary(operator: BinaryOperator, left: &Value, right: &Value, at: Span) -> Value {
    let mut result = Value { alternatives: Vec::new(), unknown: left.unknown.or(right.unknown) };
    for a in &left.alternatives {
        for b in &right.alternatives {
            let number = match (&a.datum, &b.datum) {
                (Datum::Number(a), Datum::Number(b)) => arithmetic(operator, *a, *b),
                _ => None,
            };
            let source = if a.source == Source::Written { b.source } else { a.source };
            match number {
                Some(number) => result.join(Value {
                    alternatives: vec![Alternative { datum: Datum::Number(number), at: Some(at), source }],
                    unknown: None,
                }),
                None => result.unknown = Some(Why::Expression),
            }
        }
    }
    if result.alternatives.is_empty() && result.unknown.is_none() {
        result.unknown = Some(Why::Expression);
    }
    result
}

fn arithmetic(operator: BinaryOperator, a: f64, b: f64) -> Option<f64> {
    let result = match operator {
        BinaryOperator::Add => a + b,
        BinaryOperator::Subtract => a - b,
        BinaryOperator::Multiply => a * b,
        BinaryOperator::Divide => a / b,
        BinaryOperator::FloorDivide => (a / b).floor(),
        BinaryOperator::Modulo => a - b * (a / b).floor(),
        BinaryOperator::Power => a.powf(b),
        BinaryOperator::Or | BinaryOperator::Other => return None,
    };
    result.is_finite().then_some(result)
}

/// Whether a class with these bases has members that are no numbers or texts themselves: what they stand for is in their
/// `value`.
pub(super) fn is_enumeration(bases: &[Option<SmolStr>]) -> bool {
    let any = |paths: &[&str]| bases.iter().flatten().any(|base| paths.contains(&base.as_str()));
    any(&["enum.Enum", "enum.Flag"]) && !any(&["builtins.str", "builtins.int", "builtins.float"])
}

/// What a standard function gives; `None` where `path` is none of those that are followed.
pub(super) fn constant(project: &Project, path: &str, call: ExprRef, frame: Frame) -> Option<Value> {
    let arguments = || plain_arguments(project, call, frame);
    match path {
        "builtins.float" | "builtins.int" | "builtins.abs" | "builtins.round" => {
            let value = arguments()?.into_iter().next()?;
            Some(converted(path, &value, project.span(call)))
        }
        "builtins.min" | "builtins.max" => {
            let values = arguments()?;
            let numbers: Option<Vec<f64>> = values.iter().map(number).collect();
            let pick = if path == "builtins.min" { f64::min } else { f64::max };
            let best = numbers.filter(|numbers| numbers.len() > 1).and_then(|n| n.into_iter().reduce(pick));
            Some(best.map_or(Value::unknown(Why::Call), |n| Value::known(Datum::Number(n), Some(project.span(call)))))
        }
        "builtins.str" => Some(Value::unknown(Why::Call)),
        _ => None,
    }
}

fn number(value: &Value) -> Option<f64> {
    match value.one()?.datum {
        Datum::Number(number) => Some(number),
        _ => None,
    }
}

fn plain_arguments(project: &Project, call: ExprRef, frame: Frame) -> Option<Vec<Value>> {
    let ExprKind::Call { arguments, .. } = project.kind(call) else { return None };
    let plain = arguments.iter().all(|argument| argument.kind == ArgumentKind::Positional);
    plain.then(|| arguments.iter().map(|a| project.evaluate(sibling(call, a.value), frame)).collect())
}

fn converted(path: &str, value: &Value, at: Span) -> Value {
    let mut result = Value { alternatives: Vec::new(), unknown: value.unknown };
    for one in &value.alternatives {
        let number = match &one.datum {
            Datum::Number(number) => Some(*number),
            Datum::Text(text) => text.trim().parse::<f64>().ok(),
            _ => None,
        };
        let number = match path {
            "builtins.int" => number.map(f64::trunc),
            "builtins.abs" => number.map(f64::abs),
            "builtins.round" => number.map(f64::round),
            _ => number,
        };
        match number.filter(|number| number.is_finite()) {
            Some(number) => result.join(Value {
                alternatives: vec![Alternative { datum: Datum::Number(number), at: Some(at), source: one.source }],
                unknown: None,
            }),
            None => result.unknown = Some(Why::Call),
        }
    }
    if result.alternatives.is_empty() && result.unknown.is_none() {
        result.unknown = Some(Why::Call);
    }
    result
}

/// The seconds of `timedelta(…)`.
pub(super) fn timedelta(project: &Project, call: ExprRef, frame: Frame) -> Value {
    const POSITIONS: [&str; 7] = ["days", "seconds", "microseconds", "milliseconds", "minutes", "hours", "weeks"];
    let ExprKind::Call { arguments, .. } = project.kind(call) else { return Value::unknown(Why::Call) };
    let mut total = 0.0;
    for (index, argument) in arguments.iter().enumerate() {
        let name = match argument.kind {
            ArgumentKind::Named => argument.name.as_str(),
            ArgumentKind::Positional => POSITIONS.get(index).copied().unwrap_or(""),
            _ => "",
        };
        let unit = match name {
            "weeks" => 604_800.0,
            "days" => 86_400.0,
            "hours" => 3_600.0,
            "minutes" => 60.0,
            "seconds" => 1.0,
            "milliseconds" => 1e-3,
            "microseconds" => 1e-6,
            _ => return Value::unknown(Why::Call),
        };
        match number(&project.evaluate(sibling(call, argument.value), frame)) {
            Some(number) => total += number * unit,
            None => return Value::unknown(Why::Call),
        }
    }
    Value::known(Datum::Number(total), Some(project.span(call)))
}
