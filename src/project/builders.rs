//! Objects that are built step by step: `Client::builder().timeout(t).build()` is one construction with a named argument.
//!
//! The library data says what begins and ends it; each method in between is the argument of its name, wherever the
//! builder goes. Refuses to know what a function outside the project does with a builder.

use super::places::{Use, UseKind};
use super::sites::BoundArgument;
use super::{Project, sibling};
use crate::libraries::{Builder, Row};
use crate::model::expr::ExprKind;
use crate::model::facts::StmtKind;
use crate::model::value::{Datum, ExprRef, Frame};
use crate::source::Span;
use smol_str::SmolStr;

/// How many functions deep a builder is followed.
const HANDS: usize = 3;

/// What happens to a builder.
#[derive(Debug, Default)]
pub(super) struct Steps {
    /// What is set, in the order written.
    pub(super) arguments: Vec<BoundArgument>,
    /// Whether something that is not seen may set more.
    pub(super) open: bool,
    /// Whether it is ended, so that there is an object.
    pub(super) ended: bool,
    /// Whether it is told something that is not known to be the same each time, and that it cannot be told later.
    pub(super) for_one: bool,
}

impl Project<'_> {
    /// How what this call begins is built; `None` where the call builds it at once.
    pub(super) fn builder_of(&self, call: ExprRef, frame: Frame) -> Option<(Row, &Builder)> {
        let ExprKind::Call { callee, .. } = self.kind(call) else { return None };
        let callee = self.evaluate(sibling(call, *callee), frame);
        callee.alternatives.iter().find_map(|one| match &one.datum {
            Datum::Path(path) => Some((self.libraries.row(path)?, self.libraries.builder_at(path)?)),
            Datum::Member(object, name) => {
                let row = self.request_row(object, name)?;
                Some((row, self.libraries.builder(row)?))
            }
            _ => None,
        })
    }

    /// Whether method `name` ends what this call began.
    pub(super) fn ends_building(&self, began: ExprRef, frame: Frame, name: &str) -> bool {
        self.builder_of(began, frame).is_some_and(|(_, builder)| builder.ends.iter().any(|end| end == name))
    }

    /// Whether an expression may be a builder.
    pub(super) fn is_building(&self, expr: ExprRef) -> bool {
        let value = self.evaluate(expr, Frame::NONE);
        value.alternatives.iter().any(|one| matches!(one.datum, Datum::Building(..)))
    }

    /// Whether a call is a step of a builder.
    fn tells_builder(&self, call: ExprRef) -> bool {
        let ExprKind::Call { callee, .. } = self.kind(call) else { return false };
        match self.kind(sibling(call, *callee)) {
            ExprKind::Attribute { object, .. } => self.is_building(sibling(call, *object)),
            _ => false,
        }
    }

    /// Whether what a call begins to build is told something that makes it serve one request alone.
    pub(super) fn is_for_one(&self, began: ExprRef) -> bool {
        let builder = self.builder_of(began, Frame::NONE);
        builder.is_some_and(|(row, builder)| self.steps(began, row, builder).for_one)
    }

    /// What happens to the builder that `began` begins.
    pub(super) fn steps(&self, began: ExprRef, row: Row, builder: &Builder) -> Steps {
        let mut steps = Steps::default();
        let follow = Follow { project: self, began, row, builder };
        follow.all(&self.uses(began), Frame::NONE, false, 0, &mut steps);
        steps
    }
}

/// Follows one builder.
struct Follow<'p, 'l> {
    project: &'p Project<'l>,
    began: ExprRef,
    row: Row,
    builder: &'p Builder,
}

impl Follow<'_, '_> {
    fn all(&self, uses: &[Use], frame: Frame, sometimes: bool, depth: usize, steps: &mut Steps) {
        let project = self.project;
        for one in uses {
            match &one.kind {
                UseKind::Step(name, call) => self.step(name, *call, frame, sometimes, steps),
                UseKind::Tested | UseKind::Method(..) => {}
                // Only the builder itself can be told more.
                _ if !project.is_building(one.expr) => {}
                UseKind::Dropped => {}
                _ if depth >= HANDS => steps.open = true,
                // What has no end is ready where it is told to another builder.
                UseKind::Argument(call) if self.builder.ends.is_empty() && project.tells_builder(*call) => {}
                UseKind::Argument(call) => self.argument(one, *call, sometimes, depth, steps),
                UseKind::Returned => self.returned(one, sometimes, depth, steps),
                UseKind::StoredAttribute(target) => match project.attribute_holder(*target) {
                    Some((class, name)) => {
                        let uses = project.builder_uses(class, &name);
                        self.all(&uses, Frame::NONE, sometimes, depth + 1, steps);
                    }
                    None => steps.open = true,
                },
                _ => steps.open = true,
            }
        }
    }

    fn step(&self, name: &SmolStr, call: ExprRef, frame: Frame, sometimes: bool, steps: &mut Steps) {
        let project = self.project;
        if self.builder.ends.contains(name) {
            steps.ended = true;
            return;
        }
        if self.builder.for_one.contains(name) && !sometimes && !self.is_conditional(call) {
            let told = project.positional(call, 0);
            steps.for_one |= told.is_some_and(|told| project.evaluate(told, frame).all().is_none());
        }
        let parameters = project.libraries.parameters(self.row);
        let Some(parameter) = parameters.iter().position(|parameter| parameter.name == *name) else {
            steps.open |= self.is_added(name);
            return;
        };
        let ExprKind::Call { callee, arguments } = project.kind(call) else { return };
        let callee = project.span(sibling(call, *callee));
        let whole = project.span(call);
        let start = callee.end.saturating_sub(crate::source::offset(name.len()));
        let span = Span { file: call.file, start, end: whole.end };
        let at = parameters[parameter].position.unwrap_or(0);
        let value = arguments.get(at).map_or(call, |argument| sibling(call, argument.value));
        let sometimes = sometimes || self.is_conditional(call);
        if !sometimes {
            let own = &parameters[parameter];
            let replaced = |index: usize| {
                let known = &parameters[index];
                known.setting == own.setting && (known.means_none || own.means_none)
            };
            steps.arguments.retain(|known| known.name != *name && !known.parameter.is_some_and(replaced));
        }
        let name = name.clone();
        steps.arguments.push(BoundArgument { name, parameter: Some(parameter), value, frame, span, sometimes });
    }

    /// Whether the project adds a method of this name to the builder: it may set anything.
    fn is_added(&self, name: &SmolStr) -> bool {
        let project = self.project;
        project.names.definitions(name).iter().any(|&function| {
            let class = super::attributes::class_of_method(project.facts(function.file), function.scope);
            let bases = class.map(|class| project.outside_bases(super::scope_in(function.file, class)));
            bases.into_iter().flatten().flatten().any(|base| {
                let begins =
                    |path: &SmolStr| path.strip_prefix(base.as_str()).is_some_and(|rest| rest.starts_with('.'));
                self.builder.begins.iter().any(begins)
            })
        })
    }

    /// Whether a step is only taken on some of the paths that the builder takes.
    fn is_conditional(&self, call: ExprRef) -> bool {
        let facts = self.project.facts(call.file);
        let Some(stmt) = facts.stmt_of(call.expr) else { return false };
        super::bodies::enclosing(facts, stmt).into_iter().any(|(outer, _)| {
            let branches = matches!(
                facts.stmt(outer).kind,
                StmtKind::If { .. } | StmtKind::Match { .. } | StmtKind::For { .. } | StmtKind::While { .. }
            );
            let around = self.began.file == call.file && super::bodies::within_stmt(facts, self.began.expr, outer);
            branches && !around
        })
    }

    /// The builder is handed to a function.
    fn argument(&self, one: &Use, call: ExprRef, sometimes: bool, depth: usize, steps: &mut Steps) {
        let project = self.project;
        let targets = project.targets(call, Frame::NONE);
        let reached = match targets.as_slice() {
            [target] => project.parameter_reached(call, one.expr, *target).map(|index| (*target, index)),
            _ => None,
        };
        let Some((target, index)) = reached else {
            steps.open = true;
            return;
        };
        let sometimes = sometimes || self.is_conditional(call);
        let frame = project.frames.of(target, call, Frame::NONE);
        let uses = project.parameter_uses(target, index);
        let inside: Vec<Use> = uses.into_iter().filter(|one| one.kind != UseKind::Returned).collect();
        self.all(&inside, frame, sometimes, depth + 1, steps);
        // What comes back may be the builder.
        self.all(&project.uses(call), Frame::NONE, sometimes, depth + 1, steps);
    }

    /// The builder is what a function returns.
    fn returned(&self, one: &Use, sometimes: bool, depth: usize, steps: &mut Steps) {
        let project = self.project;
        let function = project.function_of(project.scope_at(one.expr));
        let callers = project.callers_of(function);
        let calls: Vec<ExprRef> =
            callers.calls.iter().map(|caller| caller.call).filter(|call| !project.is_test(*call)).collect();
        steps.open |= callers.escapes || calls.is_empty();
        let sometimes = sometimes || calls.len() > 1;
        for call in calls {
            self.all(&project.uses(call), Frame::NONE, sometimes, depth + 1, steps);
        }
    }
}
