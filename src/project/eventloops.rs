//! Objects that outlive the event loop that they belong to.
//!
//! What is built once and kept, lazily or by a cache, and reached from more than one run of an event loop. Refuses to
//! speak where anything closes or renews it, or where the runs are of different processes, as far as can be seen.

use super::bodies::{exclusive, loop_span, loops};
use super::callers::Repeat;
use super::places::{Use, UseKind};
use super::{Project, sibling};
use crate::model::expr::{ExprId, ExprKind};
use crate::model::facts::{FileFacts, MODULE};
use crate::model::value::{Datum, ExprRef, Frame, ScopeRef};
use crate::source::Span;
use smol_str::SmolStr;

/// What runs a coroutine in an event loop of its own, which is closed after it.
const RUNNERS: [&str; 2] = ["asyncio.run", "anyio.run"];

/// How many calls deep a run is followed to what it uses.
const DEPTH: usize = 4;

/// An object that is kept from one event loop to the next.
#[derive(Debug, Clone)]
pub struct Outliving {
    /// What keeps it, as words.
    pub kept: String,
    /// The runs that show it.
    pub runs: Vec<(Span, String)>,
}

impl Project<'_> {
    /// The runs of event loops that what `made` makes is kept over.
    #[must_use]
    pub fn outlives_loop(&self, made: ExprRef) -> Option<Outliving> {
        let function = self.function_of(self.scope_at(made));
        if function.scope == MODULE {
            return None;
        }
        let kept = self.kept_by_name(made).or_else(|| self.kept_by_cache(made, function))?;
        let runs = self.runs_of(function);
        Some(Outliving { kept, runs: self.several(&runs)? })
    }

    /// The name of a module that keeps what is built once, where it is still missing.
    fn kept_by_name(&self, made: ExprRef) -> Option<String> {
        let uses = self.uses(made);
        let (owner, name) = uses.iter().find_map(|one| match &one.kind {
            UseKind::StoredName(owner, name) if owner.scope == MODULE => Some((*owner, name.clone())),
            _ => None,
        })?;
        let test = self.guarded_by(made)?;
        if !asks_only_about(self.facts(test.file), test.expr, &name) {
            return None;
        }
        let flow = &self.files[&owner.file].flow();
        let facts = self.facts(owner.file);
        let inside = flow.all_defs(owner.scope, &name).iter().filter(|&&def| {
            let stmt = flow.def(def).stmt;
            stmt.is_none_or(|stmt| facts.place(stmt).scope != MODULE)
        });
        (inside.count() == 1 && !self.is_ended(made, &self.uses_of_name(made, owner, &name)))
            .then(|| format!("`{name}`"))
    }

    /// The uses of a name of a module, in that module and wherever else it is known to hold what `made` makes.
    fn uses_of_name(&self, made: ExprRef, owner: ScopeRef, name: &SmolStr) -> Vec<Use> {
        let holds = |one: &Use| {
            let value = self.evaluate(one.expr, Frame::NONE);
            value.alternatives.iter().any(|one| matches!(&one.datum, Datum::Built(call, _) if *call == made))
        };
        self.name_uses(owner, name).into_iter().filter(|one| one.expr.file == owner.file || holds(one)).collect()
    }

    /// The cache that keeps what a function without parameters returned.
    fn kept_by_cache(&self, made: ExprRef, function: ScopeRef) -> Option<String> {
        let uses = self.uses(made);
        let returned = uses.iter().any(|one| one.kind == UseKind::Returned);
        let facts = self.facts(function.file);
        let caches = ["lru_cache", "cache"];
        let cached = caches.iter().any(|name| super::attributes::has_decorator(facts, function.scope, name));
        let scope = self.scope(function);
        if !returned || !cached || scope.asynchronous || !scope.parameters.is_empty() || self.is_ended(made, &uses) {
            return None;
        }
        let ended = self.callers_of(function).calls.iter().any(|caller| self.is_ended(made, &self.uses(caller.call)));
        (!ended && !self.is_cleared(function)).then(|| format!("the cache of `{}`", scope.name))
    }

    /// Whether something takes an attribute of a cached function, which is how its cache is emptied.
    fn is_cleared(&self, function: ScopeRef) -> bool {
        let name = &self.scope(function).name;
        self.names.references(name, Some(&self.near(function))).iter().any(|&reference| {
            let facts = self.facts(reference.file);
            matches!(facts.parent(reference.expr), crate::model::facts::Parent::Expr(up)
                if matches!(facts.expr(up).kind, ExprKind::Attribute { .. }))
        })
    }

    /// Whether any of these uses ends an object, or hands it to who may.
    fn is_ended(&self, made: ExprRef, uses: &[Use]) -> bool {
        let closers = self.closers_of(made);
        uses.iter().any(|one| match &one.kind {
            UseKind::Method(name, _) => closers.contains(name),
            UseKind::Attribute(name) => closers.contains(name),
            UseKind::Entered(_) | UseKind::StoredAttribute(_) | UseKind::StoredItem(_) | UseKind::Argument(_) => true,
            _ => false,
        })
    }

    /// The runs of event loops in which a function is called.
    fn runs_of(&self, function: ScopeRef) -> Vec<ExprRef> {
        let name = SmolStr::new_static("run");
        let runs = self.names.calls(&name, Some(&self.near(function))).into_iter();
        let runs = runs.filter(|call| self.is_loop_run(*call));
        let test = self.is_test_scope(function);
        let runs = runs.filter(|call| test || !self.is_test(*call));
        let reaching = runs.filter(|run| {
            self.positional(*run, 0).is_some_and(|coroutine| {
                let targets = self.targets(coroutine, Frame::NONE);
                matches!(targets.as_slice(), [one] if self.reaches(*one, function, 0))
            })
        });
        reaching.collect()
    }

    /// Whether a call runs a coroutine in an event loop of its own.
    pub(super) fn is_loop_run(&self, call: ExprRef) -> bool {
        let ExprKind::Call { callee, .. } = self.kind(call) else { return false };
        let callee = self.evaluate(sibling(call, *callee), Frame::NONE);
        callee.always(|datum| matches!(datum, Datum::Path(path) if RUNNERS.contains(&path.as_str())))
    }

    /// Whether a function calls another, directly or through a few more.
    fn reaches(&self, from: ScopeRef, to: ScopeRef, depth: usize) -> bool {
        if from == to {
            return true;
        }
        let callers = self.callers_of(to);
        let certain = callers.calls.iter().filter(|caller| caller.certain);
        let mut functions: Vec<ScopeRef> = certain.map(|caller| self.function_of(self.scope_at(caller.call))).collect();
        functions.dedup();
        depth < DEPTH && functions.into_iter().any(|up| up != to && self.reaches(from, up, depth + 1))
    }

    /// Runs of which at least two happen in one process.
    fn several(&self, runs: &[ExprRef]) -> Option<Vec<(Span, String)>> {
        for &run in runs {
            let facts = self.facts(run.file);
            let here = (self.span(run), "each run has an event loop of its own".to_owned());
            if let Some(&around) = loops(facts, run.expr).first() {
                return Some(vec![here, (loop_span(facts, around), "one run for each turn of this loop".into())]);
            }
            if let Repeat::Often(_, chain) = self.repeat_at(run) {
                return Some([here].into_iter().chain(chain).collect());
            }
            let other = runs.iter().find(|&&other| {
                other > run && self.scope_at(other) == self.scope_at(run) && !exclusive(facts, run.expr, other.expr)
            });
            if let Some(&other) = other {
                let first = (self.span(run), "the first run".to_owned());
                return Some(vec![first, (self.span(other), "another run, with an event loop of its own".into())]);
            }
        }
        None
    }
}

/// Whether a test asks about this name alone, and calls nothing.
fn asks_only_about(facts: &FileFacts, test: ExprId, name: &SmolStr) -> bool {
    let mut open = vec![test];
    let mut about = false;
    while let Some(expr) = open.pop() {
        let kind = &facts.expr(expr).kind;
        match kind {
            ExprKind::Name(other) if other == name => about = true,
            ExprKind::Name(_) | ExprKind::Call { .. } => return false,
            _ => kind.children(&mut open),
        }
    }
    about
}
