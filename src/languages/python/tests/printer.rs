//! A compact form of facts, for tests to compare with.

use crate::model::expr::{Argument, ArgumentKind, BinaryOperator, ComparisonOperator, ExprId, ExprKind, UnaryOperator};
use crate::model::facts::{
    Block, FileFacts, Import, ImportItem, MODULE, Parameter, ParameterKind, ScopeId, ScopeKind, StmtId, StmtKind,
};

/// All statements of a file, one after the other.
pub(super) fn print(facts: &FileFacts) -> String {
    Printer(facts).statements(&facts.body(MODULE).block)
}

struct Printer<'a>(&'a FileFacts);

impl Printer<'_> {
    fn statements(&self, block: &Block) -> String {
        block.iter().map(|&id| self.stmt(id)).collect::<Vec<_>>().join("; ")
    }

    fn block(&self, block: &Block) -> String {
        format!("{{{}}}", self.statements(block))
    }

    fn tail(&self, word: &str, block: &Block) -> String {
        if block.is_empty() { String::new() } else { format!(" {word} {}", self.block(block)) }
    }

    fn list(&self, ids: &[ExprId]) -> String {
        ids.iter().map(|&id| self.expr(id)).collect::<Vec<_>>().join(", ")
    }

    fn stmt(&self, id: StmtId) -> String {
        match &self.0.stmt(id).kind {
            StmtKind::Expression(value) => self.expr(*value),
            StmtKind::Return(None) => "return".to_owned(),
            StmtKind::Return(Some(value)) => format!("return {}", self.expr(*value)),
            StmtKind::Raise(exprs) => format!("raise({})", self.list(exprs)),
            StmtKind::Delete(exprs) => format!("del({})", self.list(exprs)),
            StmtKind::Assert(exprs) => format!("assert({})", self.list(exprs)),
            StmtKind::Opaque(exprs) => format!("opaque({})", self.list(exprs)),
            StmtKind::Break => "break".to_owned(),
            StmtKind::Continue => "continue".to_owned(),
            StmtKind::Global(names) => format!("global({})", names.join(", ")),
            StmtKind::Nonlocal(names) => format!("nonlocal({})", names.join(", ")),
            StmtKind::Import(imports) => imports.iter().map(import).collect::<Vec<_>>().join(", "),
            StmtKind::Define(scope) => self.definition(*scope),
            StmtKind::Assign { targets, value, annotation, augmented } => {
                let annotation = annotation.map(|at| format!(": {}", self.expr(at))).unwrap_or_default();
                let sign = if *augmented { "+=" } else { "=" };
                let value = value.map(|value| format!(" {sign} {}", self.expr(value))).unwrap_or_default();
                let targets: Vec<String> = targets.iter().map(|&target| self.expr(target)).collect();
                format!("{}{annotation}{value}", targets.join(" = "))
            }
            kind => self.compound(kind),
        }
    }

    fn compound(&self, kind: &StmtKind) -> String {
        match kind {
            StmtKind::If { test, then, otherwise } => {
                format!("if {} {}{}", self.expr(*test), self.block(then), self.tail("else", otherwise))
            }
            StmtKind::For { target, iterable, asynchronous, body, otherwise } => {
                let sign = if *asynchronous { "async " } else { "" };
                let (target, iterable) = (self.expr(*target), self.expr(*iterable));
                let (body, otherwise) = (self.block(body), self.tail("else", otherwise));
                format!("{sign}for {target} in {iterable} {body}{otherwise}")
            }
            StmtKind::While { test, body, otherwise } => {
                format!("while {} {}{}", self.expr(*test), self.block(body), self.tail("else", otherwise))
            }
            StmtKind::Try { body, handlers, otherwise, finally } => {
                let mut shown = format!("try {}", self.block(body));
                for handler in handlers {
                    let types = handler.types.map(|types| format!(" {}", self.expr(types))).unwrap_or_default();
                    let name = handler.name.as_ref().map(|name| format!(" as {name}")).unwrap_or_default();
                    shown += &format!(" except{types}{name} {}", self.block(&handler.body));
                }
                shown + &self.tail("else", otherwise) + &self.tail("finally", finally)
            }
            StmtKind::With { items, asynchronous, body } => {
                let item = |item: &crate::model::facts::WithItem| {
                    let target = item.target.map(|target| format!(" as {}", self.expr(target)));
                    self.expr(item.context) + &target.unwrap_or_default()
                };
                let items: Vec<String> = items.iter().map(item).collect();
                let sign = if *asynchronous { "async " } else { "" };
                format!("{sign}with {} {}", items.join(", "), self.block(body))
            }
            StmtKind::Match { subject, arms } => {
                let mut shown = format!("match {}", self.expr(*subject));
                for arm in arms {
                    let all = if arm.irrefutable { "!" } else { "" };
                    let guard = arm.guard.map(|guard| format!(" if {}", self.expr(guard))).unwrap_or_default();
                    shown += &format!(" case({}){all}{guard} {}", arm.names.join(", "), self.block(&arm.body));
                }
                shown
            }
            other => panic!("no compound statement: {other:?}"),
        }
    }

    fn definition(&self, id: ScopeId) -> String {
        let (scope, body) = (self.0.scope(id), self.0.body(id));
        let mut shown: String = scope.decorators.iter().map(|&at| format!("@{} ", self.expr(at))).collect();
        if scope.asynchronous {
            shown += "async ";
        }
        shown += if scope.kind == ScopeKind::Class { "class " } else { "def " };
        if body.generator {
            shown += "yielding ";
        }
        shown += &scope.name;
        shown += &if scope.kind == ScopeKind::Class {
            format!("({})", self.arguments(&scope.bases))
        } else {
            self.parameters(&scope.parameters)
        };
        if let Some(returns) = scope.returns {
            shown += &format!(" -> {}", self.expr(returns));
        }
        shown + " " + &self.block(&body.block)
    }

    fn parameters(&self, parameters: &[Parameter]) -> String {
        let show = |parameter: &Parameter| {
            let name = &parameter.name;
            let mut shown = match parameter.kind {
                ParameterKind::PositionalOnly => format!("{name}/"),
                ParameterKind::Either => name.to_string(),
                ParameterKind::KeywordOnly => format!("{name}!"),
                ParameterKind::Variadic => format!("*{name}"),
                ParameterKind::Keywords => format!("**{name}"),
            };
            if let Some(annotation) = parameter.annotation {
                shown += &format!(": {}", self.expr(annotation));
            }
            if let Some(default) = parameter.default {
                shown += &format!(" = {}", self.expr(default));
            }
            shown
        };
        format!("({})", parameters.iter().map(show).collect::<Vec<_>>().join(", "))
    }

    fn arguments(&self, arguments: &[Argument]) -> String {
        let show = |argument: &Argument| {
            let value = self.expr(argument.value);
            match argument.kind {
                ArgumentKind::Positional => value,
                ArgumentKind::Named => format!("{}={value}", argument.name),
                ArgumentKind::Splat => format!("*{value}"),
                ArgumentKind::MappingSplat => format!("**{value}"),
            }
        };
        arguments.iter().map(show).collect::<Vec<_>>().join(", ")
    }

    fn expr(&self, id: ExprId) -> String {
        match &self.0.expr(id).kind {
            ExprKind::Number(value) => value.to_string(),
            ExprKind::Bool(true) => "True".to_owned(),
            ExprKind::Bool(false) => "False".to_owned(),
            ExprKind::Text(text) => format!("{text:?}"),
            ExprKind::None => "None".to_owned(),
            ExprKind::Name(name) => name.to_string(),
            ExprKind::Attribute { object, name } => format!("{}.{name}", self.expr(*object)),
            ExprKind::Index { object, key } => format!("{}[{}]", self.expr(*object), self.expr(*key)),
            ExprKind::Call { callee, arguments } => {
                format!("{}({})", self.expr(*callee), self.arguments(arguments))
            }
            ExprKind::Sequence(items) => format!("[{}]", self.list(items)),
            ExprKind::Interpolation(parts) => format!("f<{}>", self.list(parts)),
            ExprKind::Opaque(inside) => format!("?({})", self.list(inside)),
            ExprKind::Await(operand) => format!("(await {})", self.expr(*operand)),
            ExprKind::Splat(operand) => format!("*{}", self.expr(*operand)),
            ExprKind::Assign { name, value } => format!("({name} := {})", self.expr(*value)),
            ExprKind::Yield { value, delegate } => {
                let from = if *delegate { " from" } else { "" };
                format!("(yield{from}{})", value.map(|value| format!(" {}", self.expr(value))).unwrap_or_default())
            }
            ExprKind::Mapping(entries) => {
                let show = |entry: &crate::model::expr::Entry| match entry.key {
                    Some(key) => format!("{}: {}", self.expr(key), self.expr(entry.value)),
                    None => format!("**{}", self.expr(entry.value)),
                };
                format!("{{{}}}", entries.iter().map(show).collect::<Vec<_>>().join(", "))
            }
            ExprKind::Closure(scope) => {
                let (scope, body) = (self.0.scope(*scope), self.0.body(*scope));
                format!("lambda{} {}", self.parameters(&scope.parameters), self.block(&body.block))
            }
            ExprKind::Comprehension(scope) => {
                let (scope, body) = (self.0.scope(*scope), self.0.body(*scope));
                let sign = if scope.asynchronous { "async " } else { "" };
                let word = if body.generator { "generator" } else { "comprehension" };
                format!("{sign}{word} {}", self.block(&body.block))
            }
            kind => self.operation(kind),
        }
    }

    fn operation(&self, kind: &ExprKind) -> String {
        match kind {
            ExprKind::Unary { operator, operand } => {
                let sign = match operator {
                    UnaryOperator::Negative => "-",
                    UnaryOperator::Positive => "+",
                    UnaryOperator::Not => "not ",
                    UnaryOperator::Invert => "~",
                };
                format!("({sign}{})", self.expr(*operand))
            }
            ExprKind::Binary { operator, left, right } => {
                let sign = match operator {
                    BinaryOperator::Add => "+",
                    BinaryOperator::Subtract => "-",
                    BinaryOperator::Multiply => "*",
                    BinaryOperator::Divide => "/",
                    BinaryOperator::FloorDivide => "//",
                    BinaryOperator::Modulo => "%",
                    BinaryOperator::Power => "**",
                    BinaryOperator::Or => "|",
                    BinaryOperator::Other => "<other>",
                };
                format!("({} {sign} {})", self.expr(*left), self.expr(*right))
            }
            ExprKind::Comparison { operator, left, right } => {
                let sign = match operator {
                    ComparisonOperator::Is => "is",
                    ComparisonOperator::IsNot => "is not",
                    ComparisonOperator::Equal => "==",
                    ComparisonOperator::NotEqual => "!=",
                    ComparisonOperator::In => "in",
                    ComparisonOperator::NotIn => "not in",
                    ComparisonOperator::Order => "<=>",
                };
                format!("({} {sign} {})", self.expr(*left), self.expr(*right))
            }
            ExprKind::Boolean { and, operands } => {
                let word = if *and { " and " } else { " or " };
                format!("({})", operands.iter().map(|&id| self.expr(id)).collect::<Vec<_>>().join(word))
            }
            ExprKind::Conditional { test, then, otherwise } => {
                format!("({} ? {} : {})", self.expr(*test), self.expr(*then), self.expr(*otherwise))
            }
            other => panic!("Python has no {other:?}"),
        }
    }
}

fn import(import: &Import) -> String {
    let dots = ".".repeat(import.level as usize);
    let (module, binds) = (&import.module, &import.binds);
    match &import.item {
        ImportItem::Root => format!("import {dots}{module} binds {binds}"),
        ImportItem::Module => format!("import {dots}{module} as {binds}"),
        ImportItem::Member(name) => format!("from {dots}{module} import {name} as {binds}"),
        ImportItem::Star => format!("from {dots}{module} import *{binds}"),
    }
}
