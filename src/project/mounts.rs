//! What is done to a session after it was built that its requests then go through: pools mounted on it, methods
//! replaced.
//!
//! Refuses to judge. What cannot be followed counts as something that may set a timeout.

use super::flow::DefKind;
use super::{BoundArgument, Project, Site, sibling};
use crate::libraries::{Kind, Mount, Setting};
use crate::model::expr::{ArgumentKind, ComparisonOperator, ExprId, ExprKind};
use crate::model::facts::{BlockRole, FileFacts, ParameterKind, StmtKind};
use crate::model::value::{Alternative, Datum, ExprRef, Frame, ScopeRef, Value};
use crate::rules::Mounting;
use crate::source::Span;
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

/// A pool that is given to a session for what begins like this.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mounted {
    /// The call that does it.
    pub call: ExprRef,
    /// The beginning of the URLs.
    pub prefix: ExprRef,
    /// The pool.
    pub pool: ExprRef,
}

/// What something is done to: an object by the call that makes it, or all objects of a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Target {
    Made(ExprRef),
    Class(ScopeRef),
}

/// What is done to the sessions of the project.
#[derive(Debug, Default)]
pub(super) struct Mounts {
    mounted: FxHashMap<Target, Vec<Mounted>>,
    /// Those of which a method that makes requests is replaced.
    replaced: FxHashSet<Target>,
}

impl Project<'_> {
    fn mounts(&self) -> &Mounts {
        self.mounts.get_or_init(|| {
            let mut mounts = Mounts::default();
            let rows: Vec<&Mount> = self.libraries.mounts().collect();
            for file in self.judged_files() {
                for expr in file.facts.expr_ids() {
                    self.note_mount(ExprRef { file: file.facts.file, expr }, &rows, &mut mounts);
                }
                for stmt in file.facts.stmt_ids() {
                    let StmtKind::Assign { targets, value: Some(_), .. } = &file.facts.stmt(stmt).kind else {
                        continue;
                    };
                    for &target in targets {
                        self.note_replaced(ExprRef { file: file.facts.file, expr: target }, &rows, &mut mounts);
                    }
                }
            }
            mounts
        })
    }

    fn note_mount(&self, call: ExprRef, rows: &[&Mount], mounts: &mut Mounts) {
        let ExprKind::Call { callee, .. } = self.kind(call) else { return };
        let ExprKind::Attribute { object, name } = self.kind(sibling(call, *callee)) else { return };
        if !rows.iter().any(|row| row.method == *name) {
            return;
        }
        let (Some(prefix), Some(pool)) =
            (self.positional_or(call, 0, "prefix"), self.positional_or(call, 1, "adapter"))
        else {
            return;
        };
        for target in self.targets_of(sibling(call, *object)) {
            mounts.mounted.entry(target).or_default().push(Mounted { call, prefix, pool });
        }
    }

    fn positional_or(&self, call: ExprRef, index: usize, name: &str) -> Option<ExprRef> {
        self.positional(call, index).or_else(|| self.named_argument(call, name))
    }

    fn note_replaced(&self, target: ExprRef, rows: &[&Mount], mounts: &mut Mounts) {
        let ExprKind::Attribute { object, name } = self.kind(target) else { return };
        if rows.iter().any(|row| row.overrides.contains(name)) {
            mounts.replaced.extend(self.targets_of(sibling(target, *object)));
        }
    }

    /// The sessions that an expression can stand for.
    fn targets_of(&self, object: ExprRef) -> Vec<Target> {
        let value = self.evaluate(object, Frame::NONE);
        let of = value.alternatives.iter().filter(|one| self.is_kind(&one.datum, Kind::Session));
        of.filter_map(|one| match &one.datum {
            Datum::Built(call, _) | Datum::Object(_, Some(call), _) => Some(Target::Made(*call)),
            Datum::Object(class, None, _) => Some(Target::Class(*class)),
            _ => None,
        })
        .collect()
    }

    /// The pools that are mounted on a session.
    #[must_use]
    pub fn mounted_on(&self, session: &Site) -> Vec<Mounted> {
        let mut found: Vec<Mounted> =
            self.mounts().mounted.get(&Target::Made(session.call)).cloned().unwrap_or_default();
        if let Some(class) = session.class {
            found.extend(self.mounted_by_class(class));
        }
        found
    }

    fn mounted_by_class(&self, class: ScopeRef) -> Vec<Mounted> {
        let lineage = self.lineage(class);
        lineage
            .iter()
            .flat_map(|&class| self.mounts().mounted.get(&Target::Class(class)).into_iter().flatten())
            .copied()
            .collect()
    }

    /// Whether a session that a request goes through sets the timeout of its requests, or may.
    #[must_use]
    pub fn session_sets_timeout(&self, request: &Site) -> bool {
        let Some((_, receiver)) = self.receiver(request.call, Frame::NONE) else { return false };
        if receiver.alternatives.iter().any(|one| self.has_timeout(&one.datum)) {
            return true;
        }
        let Some(row) = self.library(request).mount.as_ref() else { return false };
        let word = self.parameter_for(request, Setting::Timeout).map_or("", |parameter| parameter.name.as_str());
        let always = self.never_lacks(request, row).is_some();
        receiver.alternatives.iter().any(|one| self.sets_timeout(one, row, (word, always)))
    }

    /// What comes of a pool's default for a timeout that is missing, where it never is for this request.
    fn never_lacks<'m>(&self, request: &Site, row: &'m Mount) -> Option<&'m str> {
        let sentence = row.never_missing.as_deref();
        sentence.filter(|_| !row.as_given.contains(&self.callee_name(request.call)))
    }

    /// Whether a session was given a timeout when it was built, or may have been.
    fn has_timeout(&self, session: &Datum) -> bool {
        let (Datum::Built(call, frame) | Datum::Object(_, Some(call), frame)) = session else { return false };
        let Some(site) = self.site_at(*call).filter(|site| self.parameter_for(site, Setting::Timeout).is_some()) else {
            return false;
        };
        let value = self.setting(site, Setting::Timeout, *frame);
        !value.always(|datum| matches!(datum, Datum::Unset | Datum::Null))
    }

    fn sets_timeout(&self, session: &Alternative, row: &Mount, word: (&str, bool)) -> bool {
        let class = match &session.datum {
            Datum::Built(..) => None,
            Datum::Object(class, ..) => Some(*class),
            _ => return false,
        };
        let mounts = self.mounts();
        let targets = self.mount_targets(&session.datum);
        let replaced = targets.iter().any(|target| mounts.replaced.contains(target));
        let overridden = class.is_some_and(|class| self.overrides_with(class, &row.overrides, (word.0, false)));
        let mounted = targets.iter().filter_map(|target| mounts.mounted.get(target)).flatten();
        replaced || overridden || mounted.into_iter().any(|one| self.pool_may_set_timeout(one.pool, row, word))
    }

    /// What pools may be mounted on to be those of a session: itself, and its class.
    fn mount_targets(&self, session: &Datum) -> Vec<Target> {
        let (class, made) = match session {
            Datum::Built(call, _) => (None, Some(*call)),
            Datum::Object(class, made, _) => (Some(*class), *made),
            _ => (None, None),
        };
        let lineage = class.map(|class| self.lineage(class));
        let classes = lineage.iter().flat_map(|lineage| lineage.iter().copied().map(Target::Class));
        made.map(Target::Made).into_iter().chain(classes).collect()
    }

    /// Where a pool that a request goes through has a default for a timeout that is missing, which it never is; with what
    /// comes of that.
    #[must_use]
    pub fn unused_default(&self, request: &Site) -> Option<(Span, &str)> {
        let row = self.library(request).mount.as_ref()?;
        let sentence = self.never_lacks(request, row)?;
        let word = self.parameter_for(request, Setting::Timeout)?.name.as_str();
        let (_, receiver) = self.receiver(request.call, Frame::NONE)?;
        let mounts = self.mounts();
        let mounted = receiver.alternatives.iter().flat_map(|one| self.mount_targets(&one.datum));
        let pools = mounted.filter_map(|target| mounts.mounted.get(&target)).flatten();
        let methods = pools.flat_map(|one| self.evaluate(one.pool, Frame::NONE).alternatives).filter_map(|pool| {
            let Datum::Object(class, ..) = pool.datum else { return None };
            row.overrides.iter().find_map(|name| self.member(class, name))
        });
        let span = methods.into_iter().find_map(|method| {
            let facts = self.facts(method.file);
            let mut own = facts.exprs_in(method.scope);
            own.find(|&expr| is_default_for(facts, expr, word)).map(|expr| facts.span(expr))
        });
        Some((span?, sentence))
    }

    /// Whether a class of the project defines one of these methods and speaks of the timeout in it.
    fn overrides_with(&self, class: ScopeRef, methods: &[SmolStr], word: (&str, bool)) -> bool {
        methods.iter().filter_map(|name| self.member(class, name)).any(|method| self.brings(method, word))
    }

    /// Whether a method brings a value for this parameter of its own, or hands its arguments to others that may. One that
    /// does not call the method that it takes the place of sends by means that are not the library's. Where the parameter is
    /// always passed, a default for a missing one brings nothing.
    fn brings(&self, method: ScopeRef, (word, always): (&str, bool)) -> bool {
        let facts = self.facts(method.file);
        let parameters = &facts.scope(method.scope).parameters;
        let default = parameters.iter().find(|p| p.name == word).and_then(|parameter| parameter.default);
        if default.is_some_and(|default| !matches!(facts.expr(default).kind, ExprKind::None)) {
            return true;
        }
        let name = &facts.scope(method.scope).name;
        let own = || facts.exprs_in(method.scope);
        // None by default that it hands on is told of there, and not at each of its callers.
        let handed_on = |expr: ExprId| match &facts.expr(expr).kind {
            ExprKind::Call { arguments, .. } => {
                let is_it = |value| matches!(&facts.expr(value).kind, ExprKind::Name(name) if name == word);
                arguments.iter().any(|argument| argument.name == word && is_it(argument.value))
                    && self.site_at(ExprRef { file: method.file, expr }).is_some_and(|site| site.is(Kind::Request))
            }
            _ => false,
        };
        if default.is_some() && own().any(handed_on) {
            return true;
        }
        let replaced = |expr: ExprId| match &facts.expr(expr).kind {
            ExprKind::Call { callee, .. } => {
                matches!(&facts.expr(*callee).kind, ExprKind::Attribute { name: called, .. } if called == name)
            }
            _ => false,
        };
        if !own().any(replaced) {
            return true;
        }
        let rest = parameters.iter().find(|p| p.kind == ParameterKind::Keywords).map(|parameter| &parameter.name);
        let is_word = |expr: ExprId| matches!(&facts.expr(expr).kind, ExprKind::Text(text) if text == word);
        let is_name = |expr: ExprId, of: &str| matches!(&facts.expr(expr).kind, ExprKind::Name(name) if name == of);
        let unused = |expr: ExprId| always && is_default_for(facts, expr, word);
        let assigned = facts.stmts_in(method.scope).any(|stmt| match &facts.stmt(stmt).kind {
            StmtKind::Assign { value: Some(value), .. } if unused(*value) => false,
            StmtKind::Assign { targets, .. } => targets.iter().any(|&target| match &facts.expr(target).kind {
                ExprKind::Index { key, .. } => is_word(*key),
                _ => is_name(target, word),
            }),
            _ => false,
        });
        assigned
            || own().filter(|&expr| !unused(expr)).any(|expr| match &facts.expr(expr).kind {
                ExprKind::Mapping(entries) => entries.iter().any(|entry| entry.key.is_some_and(is_word)),
                ExprKind::Call { arguments, .. } => arguments.iter().any(|argument| match argument.kind {
                    ArgumentKind::Named => {
                        argument.name == word && !is_name(argument.value, word) && !unused(argument.value)
                    }
                    ArgumentKind::Positional => {
                        is_word(argument.value) && arguments.len() > 1
                            || rest.is_some_and(|rest| is_name(argument.value, rest))
                    }
                    _ => false,
                }),
                _ => false,
            })
    }

    /// Whether a pool sets a timeout by itself: one of a class of the project that does, or one that is not known.
    fn pool_may_set_timeout(&self, pool: ExprRef, row: &Mount, word: (&str, bool)) -> bool {
        let value = self.evaluate(pool, Frame::NONE);
        let Some(all) = value.all() else { return true };
        all.iter().any(|one| match &one.datum {
            Datum::Object(class, ..) => {
                !self.is_kind(&one.datum, Kind::Pool) || self.overrides_with(*class, &row.overrides, word)
            }
            datum => !self.is_kind(datum, Kind::Pool),
        })
    }

    /// Every pool that is mounted on a beginning that is known.
    pub(crate) fn mountings(&self) -> Vec<Mounting<'_>> {
        let mut all: Vec<Mounted> = self.mounts().mounted.values().flatten().copied().collect();
        all.sort_by_key(|mounted| (self.span(mounted.call), mounted.call));
        all.dedup();
        all.iter().filter_map(|mounted| self.mounting(mounted)).collect()
    }

    fn mounting(&self, mounted: &Mounted) -> Option<Mounting<'_>> {
        let value = self.evaluate(mounted.prefix, Frame::NONE);
        let Datum::Text(prefix) = &value.one()?.datum else { return None };
        let (_, receiver) = self.receiver(mounted.call, Frame::NONE)?;
        let library = receiver.alternatives.iter().find_map(|one| self.library_row(&one.datum))?.library();
        let row = self.libraries.list()[library].mount.as_ref()?;
        let at = self.span(mounted.prefix);
        Some(Mounting { at, expr: mounted.call, prefix: prefix.clone(), spelled: self.text(at).into(), row })
    }
}

impl Project<'_> {
    /// What the items of a tuple are worth; `None` for anything else.
    #[must_use]
    pub fn tuple_items(&self, datum: &Datum) -> Option<Vec<Value>> {
        let Datum::Sequence(expr, frame) = datum else { return None };
        let ExprKind::Sequence(items) = self.kind(*expr) else { return None };
        let list = self.text(self.span(*expr)).starts_with(['[', '{']);
        let splat = items.iter().any(|&item| matches!(self.kind(sibling(*expr, item)), ExprKind::Splat(_)));
        (!list && !splat).then(|| items.iter().map(|&item| self.evaluate(sibling(*expr, item), *frame)).collect())
    }

    /// Whether an argument is written in the same function as the call that it reaches.
    #[must_use]
    pub fn is_beside(&self, site: &Site, argument: &BoundArgument) -> bool {
        self.span(site.call).contains(&argument.span)
            || self.function_of(self.scope_at(site.call)) == self.function_of(self.scope_at(argument.value))
    }

    /// Whether a name holds none unless a caller passes something: `x = None`, and set under conditions on parameters that
    /// are none by default.
    #[must_use]
    pub fn is_none_unless_given(&self, expr: ExprRef) -> bool {
        let file = &self.files[&expr.file];
        let facts = &file.facts;
        let own = facts.scope_of(expr.expr);
        let owner = match self.kind(expr) {
            ExprKind::Name(name) => self.owner_of(expr.file, own, name),
            ExprKind::Conditional { .. } => Some(self.function_of(self.scope_at(expr)).scope),
            _ => None,
        };
        let Some(owner) = owner else { return false };
        let parameters = &facts.scope(owner).parameters;
        let optional = |expr: ExprId| {
            let ExprKind::Name(of) = &facts.expr(expr).kind else { return false };
            let default =
                parameters.iter().find(|parameter| parameter.name == *of).and_then(|parameter| parameter.default);
            default.is_some_and(|default| matches!(facts.expr(default).kind, ExprKind::None))
        };
        let given = |test: ExprId| match &facts.expr(test).kind {
            ExprKind::Comparison { operator: ComparisonOperator::IsNot, left, .. } => optional(*left),
            _ => optional(test),
        };
        let name = match self.kind(expr) {
            ExprKind::Name(name) => name,
            ExprKind::Conditional { test, otherwise, .. } => {
                return given(*test) && matches!(facts.expr(*otherwise).kind, ExprKind::None);
            }
            _ => return false,
        };
        let (mut none, mut others) = (false, true);
        for &def in file.flow().all_defs(owner, name) {
            let def = file.flow().def(def);
            let (DefKind::Value(value), Some(stmt)) = (&def.kind, def.stmt) else { return false };
            let mut around = super::bodies::enclosing(facts, stmt).into_iter();
            let conditional = around.any(|(outer, role)| {
                matches!(&facts.stmt(outer).kind, StmtKind::If { test, .. } if role == BlockRole::Body && given(*test))
            });
            none |= !conditional && matches!(facts.expr(*value).kind, ExprKind::None);
            others &= conditional || matches!(facts.expr(*value).kind, ExprKind::None);
        }
        none && others
    }

    /// Whether a session asks no host: a double of the network answers it.
    #[must_use]
    pub fn is_double(&self, session: &Site) -> bool {
        if self.argument(session, Setting::Double).is_some() {
            return true;
        }
        let pool = self.setting(session, Setting::Pool, Frame::NONE);
        pool.alternatives.iter().any(|one| {
            let row = self.library_row(&one.datum);
            row.and_then(|row| self.libraries.class(row)).is_some_and(|class| class.double)
        })
    }
}

/// Whether an expression takes a value for a key, or another one where it is missing: `kwargs.get("timeout", 5)`.
fn is_default_for(facts: &FileFacts, expr: ExprId, key: &str) -> bool {
    let ExprKind::Call { callee, arguments } = &facts.expr(expr).kind else { return false };
    let ExprKind::Attribute { name, .. } = &facts.expr(*callee).kind else { return false };
    let is_key = |value| matches!(&facts.expr(value).kind, ExprKind::Text(text) if text == key);
    matches!(name.as_str(), "get" | "pop" | "setdefault") && matches!(&arguments[..], [first, _] if is_key(first.value))
}
