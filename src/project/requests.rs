//! Which requests go through which session, what bounds them, and which attributes of sessions and pools are touched.
//!
//! Refuses to judge what it finds.

use super::places::{Use, UseKind};
use super::timers::CALLS;
use super::{Project, RequestsBySession, Site, sibling};
use crate::libraries::{Consequence, Kind, Setting};
use crate::model::expr::{ArgumentKind, BinaryOperator, ExprKind};
use crate::model::facts::{MODULE, ParameterKind, Parent, ScopeKind, StmtKind};
use crate::model::value::{Datum, ExprRef, Frame, ScopeRef};
use crate::rules::Access;
use smol_str::SmolStr;
use std::sync::Arc;

/// How many functions up an argument is followed that is passed on by `**kwargs`.
const HANDS: usize = 3;

/// The attributes by which a session gives its pool.
pub(super) const PARTS: [&str; 2] = ["connector", "_connector"];

/// The host of a URL's text; where the text may go on, only one that a slash ends.
pub(super) fn host_in(text: &str, whole: bool) -> Option<SmolStr> {
    let (scheme, rest) = text.split_once("://")?;
    match rest.split_once('/') {
        Some((host, _)) => Some(smol_str::format_smolstr!("{scheme}://{host}")),
        None if whole => Some(text.into()),
        None => None,
    }
}

/// The requests that go through a session.
#[derive(Debug)]
pub struct Requests<'p> {
    /// Those that are known to be such.
    pub sites: Vec<&'p Site>,
    /// All calls of methods.
    pub(super) methods: Vec<ExprRef>,
    /// Calls of methods whose name is computed.
    pub computed: Vec<ExprRef>,
    /// Whether a method that makes requests is taken and called out of sight.
    pub taken: bool,
    /// Whether the session itself goes where it is not followed.
    pub handed: bool,
    /// Whether these are all.
    pub complete: bool,
}

impl Default for Requests<'_> {
    fn default() -> Self {
        Requests {
            sites: Vec::new(),
            methods: Vec::new(),
            computed: Vec::new(),
            taken: false,
            handed: false,
            complete: true,
        }
    }
}

impl Project<'_> {
    /// The requests that go through a session, and whether these are all of them.
    #[must_use]
    pub fn requests_of(&self, session: &Site) -> Requests<'_> {
        let mut found = Requests::default();
        let uses = self.uses(session.call);
        self.collect_requests(&uses, 0, &mut found);
        for name in self.names_held_by(&uses) {
            let named = self.requests_named(&name);
            let through = named.get(&session.call).into_iter().flatten();
            found.sites.extend(through.filter_map(|&request| self.site_at(request)));
        }
        // What has the same name elsewhere may be of another library.
        found.sites.retain(|request| request.row.library() == session.row.library());
        found.sites.sort_by_key(|site| site.id);
        found.sites.dedup_by_key(|site| site.id);
        found
    }

    /// Requests on attributes and properties of a name, on whatever object, by the sessions that they go through.
    fn requests_named(&self, name: &SmolStr) -> Arc<RequestsBySession> {
        if let Some(known) = self.named_requests.borrow().get(name) {
            return Arc::clone(known);
        }
        let mut found = Requests::default();
        self.collect_requests(&self.attribute_uses_anywhere(None, name), 1, &mut found);
        let mut by_session = RequestsBySession::default();
        for request in found.sites {
            for session in self.sessions_behind(request) {
                by_session.entry(session).or_default().push(request.call);
            }
        }
        let found = Arc::new(by_session);
        self.named_requests.borrow_mut().insert(name.clone(), Arc::clone(&found));
        found
    }

    /// The names of the attributes and properties that hold the session.
    pub(super) fn names_held_by(&self, uses: &[Use]) -> Vec<SmolStr> {
        let mut names = Vec::new();
        for one in uses {
            match &one.kind {
                UseKind::StoredAttribute(target) => {
                    let Some((class, name)) = self.attribute_holder(*target) else { continue };
                    // A property returns what an attribute holds.
                    let returned = self.attribute_uses(class, &name);
                    let returned: Vec<Use> = returned.into_iter().filter(|one| one.kind == UseKind::Returned).collect();
                    names.push(name);
                    names.extend(self.names_held_by(&returned));
                }
                UseKind::Returned => {
                    names.push(self.scope(self.function_of(self.scope_at(one.expr))).name.clone());
                }
                _ => {}
            }
        }
        names
    }

    /// Whether a request is known to go through this session, perhaps among others.
    pub(super) fn goes_through(&self, request: &Site, session: &Site) -> bool {
        self.sessions_behind(request).contains(&session.call)
    }

    /// What builds the sessions that a request is known to go through.
    pub(super) fn sessions_behind(&self, request: &Site) -> Vec<ExprRef> {
        let receiver = self.receiver(request.call, Frame::NONE).map(|(_, receiver)| receiver).unwrap_or_default();
        let built = receiver.alternatives.iter().filter_map(|one| match &one.datum {
            Datum::Built(call, _) | Datum::Object(_, Some(call), _) => Some(*call),
            _ => None,
        });
        built.collect()
    }

    /// The class and name of the attribute that something is stored in.
    pub(super) fn attribute_holder(&self, target: ExprRef) -> Option<(ScopeRef, SmolStr)> {
        let ExprKind::Attribute { object, name } = self.kind(target) else { return self.field_holder(target) };
        if let Some(holder) = self.field_holder(target) {
            return Some(holder);
        }
        let class = match super::attributes::class_of_self(self.facts(target.file), *object) {
            Some(class) => super::scope_in(target.file, class),
            None => match self.evaluate(sibling(target, *object), Frame::NONE).one().map(|one| one.datum.clone()) {
                Some(Datum::Object(class, ..)) => class,
                _ => return None,
            },
        };
        Some((class, name.clone()))
    }

    /// The class and name of the field that an expression stands for in an object that is written out.
    fn field_holder(&self, value: ExprRef) -> Option<(ScopeRef, SmolStr)> {
        let facts = self.facts(value.file);
        let Parent::Expr(up) = facts.parent(value.expr) else { return None };
        let ExprKind::Record { path, fields } = &facts.expr(up).kind else { return None };
        let field = fields.iter().find(|field| field.value == value.expr && field.kind == ArgumentKind::Named)?;
        match self.evaluate(sibling(value, *path), Frame::NONE).one().map(|one| one.datum.clone()) {
            Some(Datum::Scope(class)) if self.scope(class).kind == ScopeKind::Class => {
                Some((class, field.name.clone()))
            }
            _ => None,
        }
    }

    /// Whether a request visibly bounds itself: by an argument, or by a timer around it. Arguments that cannot be seen
    /// count, too.
    #[must_use]
    pub fn is_bounded(&self, request: &Site) -> bool {
        self.bounds_itself(request, true)
    }

    /// The same, where arguments that cannot be seen do not count.
    #[must_use]
    pub fn is_seen_bounded(&self, request: &Site) -> bool {
        self.bounds_itself(request, false)
    }

    fn bounds_itself(&self, request: &Site, unseen: bool) -> bool {
        if request.open && self.passes(request.call, self.name_of_timeout(request), 0, unseen) {
            return true;
        }
        if self.argument(request, Setting::Timeout).is_some() && !self.is_default_timeout(request) {
            return true;
        }
        self.is_timed(request.call) || self.is_timed_by_callers(request.call, CALLS)
    }

    /// Whether none is written for a timeout where that means the library's default.
    fn is_default_timeout(&self, request: &Site) -> bool {
        let effect = self.parameter_for(request, Setting::Timeout).and_then(|parameter| parameter.none.as_ref());
        effect.is_some_and(|effect| effect.consequence == Consequence::Default)
            && self.setting(request, Setting::Timeout, Frame::NONE).always(|datum| *datum == Datum::Null)
    }

    /// How the requests through a session spell their timeout.
    #[must_use]
    pub fn request_timeout_name(&self, session: &Site) -> &str {
        let requests = self.library(session).requests.iter().filter(|request| request.on == Some(session.kind));
        let mut parameters = requests.flat_map(|request| &request.parameters);
        parameters
            .find(|parameter| parameter.setting == Setting::Timeout)
            .map_or("", |parameter| parameter.name.as_str())
    }

    fn name_of_timeout(&self, request: &Site) -> &str {
        self.parameter_for(request, Setting::Timeout).map_or("", |parameter| parameter.name.as_str())
    }

    /// Whether a call passes an argument of this name, or may by a splat.
    #[must_use]
    pub fn may_pass(&self, call: ExprRef, name: &str) -> bool {
        self.passes(call, name, 0, true)
    }

    /// The same, followed through `**kwargs` to the callers of the function around; what cannot be seen counts if `unseen`
    /// says so.
    fn passes(&self, call: ExprRef, name: &str, depth: usize, unseen: bool) -> bool {
        let ExprKind::Call { arguments, .. } = self.kind(call) else { return false };
        arguments.iter().any(|argument| match argument.kind {
            ArgumentKind::Named => argument.name == name,
            ArgumentKind::MappingSplat => self.splats(sibling(call, argument.value), name, depth, unseen),
            _ => false,
        })
    }

    fn splats(&self, mapping: ExprRef, name: &str, depth: usize, unseen: bool) -> bool {
        if let Some(datum @ Datum::Mapping(..)) = self.evaluate(mapping, Frame::NONE).one().map(|one| &one.datum) {
            let (entries, open) = self.entries(mapping, datum);
            return open && unseen || entries.iter().any(|entry| entry.name == name);
        }
        let function = self.function_of(self.scope_at(mapping));
        let keywords = match self.kind(mapping) {
            ExprKind::Name(of) => {
                self.scope(function).parameters.iter().any(|p| p.kind == ParameterKind::Keywords && p.name == *of)
            }
            _ => false,
        };
        let callers = self.callers_of(function);
        if keywords && self.is_added(mapping, name) {
            return true;
        }
        // What is known to be a request is no call of a function that has its name.
        let calls = callers.calls.iter().filter(|one| one.certain || self.site_at(one.call).is_none());
        let mut calls = calls.peekable();
        if unseen && (!keywords || callers.escapes || calls.peek().is_none() || depth >= HANDS) {
            return true;
        }
        let passing = |call| depth < HANDS && self.passes(call, name, depth + 1, unseen);
        // What a function hands on to itself it was given by others.
        let mut others = calls.filter(|one| self.function_of(self.scope_at(one.call)) != function);
        others.any(|caller| !caller.certain && unseen || passing(caller.call))
    }

    /// Whether an entry of this name may be added to a mapping before it is used.
    fn is_added(&self, mapping: ExprRef, name: &str) -> bool {
        let ExprKind::Name(variable) = self.kind(mapping) else { return true };
        let mut added = Vec::new();
        self.added_entries(mapping, variable, &mut added) || added.iter().any(|entry| entry.name == name)
    }

    /// Whether an object of timeouts is given to a session or request that is known.
    #[must_use]
    pub fn is_in_use(&self, made: ExprRef) -> bool {
        let given = |site: &Site| {
            self.setting(site, Setting::Timeout, Frame::NONE).alternatives.iter().any(|one| match &one.datum {
                Datum::Built(call, _) | Datum::Object(_, Some(call), _) => *call == made,
                _ => false,
            })
        };
        self.sites().iter().filter(|site| matches!(site.kind, Kind::Session | Kind::Request)).any(given)
    }

    /// Whether a session is bound to one host: every request that goes through it names the same one.
    #[must_use]
    pub fn is_for_one_host(&self, session: &Site) -> bool {
        let requests = self.requests_of(session);
        if !requests.complete || !requests.computed.is_empty() || requests.sites.is_empty() {
            return false;
        }
        let host = |site: &&Site| self.argument(site, Setting::Url).and_then(|url| self.host_of(url.value, url.frame));
        let hosts: Option<Vec<SmolStr>> = requests.sites.iter().map(host).collect();
        hosts.is_some_and(|hosts| hosts.windows(2).all(|pair| pair[0] == pair[1]))
    }

    /// The host that the text of a URL begins with.
    fn host_of(&self, url: ExprRef, frame: Frame) -> Option<SmolStr> {
        if let Some(Datum::Text(text)) = self.evaluate(url, frame).one().map(|one| &one.datum) {
            return host_in(text, true);
        }
        match self.kind(url) {
            // What an object keeps in an attribute is its one host.
            ExprKind::Attribute { object, .. } => {
                super::attributes::class_of_self(self.facts(url.file), *object)?;
                Some(self.text(self.span(url)).into())
            }
            ExprKind::Interpolation(parts) => match self.kind(sibling(url, *parts.first()?)) {
                ExprKind::Text(text) if text.ends_with("://") => self.host_of(sibling(url, *parts.get(1)?), frame),
                ExprKind::Text(text) => host_in(text, false),
                _ => self.host_of(sibling(url, parts[0]), frame),
            },
            ExprKind::Binary { operator: BinaryOperator::Add, left, .. } => self.host_of(sibling(url, *left), frame),
            _ => None,
        }
    }

    /// Whether a site is in code that is read, copied or run once.
    #[must_use]
    pub fn is_script(&self, site: &Site) -> bool {
        self.files[&site.call.file].script
    }

    /// Whether an object is only there to be compared with another.
    #[must_use]
    pub fn is_only_compared(&self, made: ExprRef) -> bool {
        let facts = self.facts(made.file);
        match facts.parent(made.expr) {
            Parent::Expr(up) => matches!(facts.expr(up).kind, ExprKind::Comparison { .. }),
            _ => false,
        }
    }

    /// Whether a call is an argument of a site of its own, which then tells the story.
    #[must_use]
    pub fn is_argument_of_site(&self, made: ExprRef) -> bool {
        let facts = self.facts(made.file);
        match facts.parent(made.expr) {
            Parent::Expr(up) => self.site_at(sibling(made, up)).is_some_and(|site| site.is(Kind::Session)),
            _ => false,
        }
    }

    /// Whether a session is kept by a class that derives from a library's pool: the library makes the requests through
    /// it, each with a timeout of its own.
    #[must_use]
    pub fn is_inside_pool(&self, made: ExprRef) -> bool {
        self.uses(made).iter().any(|one| {
            let UseKind::StoredAttribute(target) = one.kind else { return false };
            let ExprKind::Attribute { object, .. } = self.kind(target) else { return false };
            let class = super::attributes::class_of_self(self.facts(target.file), *object);
            let row = class.and_then(|class| self.library_base(super::scope_in(target.file, class)));
            row.is_some_and(|row| self.libraries.kind(row) == Kind::Pool)
        })
    }

    /// Whether a session is kept, or its requests run at the same time.
    #[must_use]
    pub fn lives_long(&self, made: ExprRef) -> bool {
        let uses = self.uses(made);
        let function = self.function_of(self.scope_at(made));
        let entered = uses.iter().any(|one| matches!(one.kind, UseKind::Entered(_)));
        let stored = uses.iter().any(|one| match &one.kind {
            UseKind::StoredAttribute(_) | UseKind::StoredItem(_) | UseKind::Default => true,
            UseKind::Argument(call) => !entered && !self.is_awaited(*call),
            UseKind::StoredName(owner, _) => owner.scope != MODULE || function.scope != MODULE,
            _ => false,
        });
        stored || uses.iter().any(|one| self.fans_out(made, one)) || self.is_stored_by_consumer(made, &uses)
    }

    fn is_stored_by_consumer(&self, made: ExprRef, uses: &[Use]) -> bool {
        if !uses.iter().any(|one| one.kind == UseKind::Returned) {
            return false;
        }
        let function = self.function_of(self.scope_at(made));
        self.callers_of(function).calls.iter().any(|caller| {
            self.uses(caller.call)
                .iter()
                .any(|one| matches!(one.kind, UseKind::StoredAttribute(_) | UseKind::StoredItem(_)))
        })
    }

    /// Every attribute of a session or pool that the library's data names and that is written or read.
    pub(crate) fn accesses(&self) -> Vec<Access> {
        let mut found = Vec::new();
        for file in self.judged_files() {
            for expr in file.facts.expr_ids() {
                let at = ExprRef { file: file.facts.file, expr };
                let named = match &file.facts.expr(expr).kind {
                    ExprKind::Attribute { name, .. } => self.libraries.names_attribute(name),
                    ExprKind::Call { .. } => self.callee_name(at) == "getattr",
                    _ => false,
                };
                if named {
                    found.extend(self.access(at));
                }
            }
        }
        found
    }

    fn access(&self, expr: ExprRef) -> Option<Access> {
        let (object, name) = match self.kind(expr) {
            ExprKind::Attribute { object, name } => (sibling(expr, *object), name),
            ExprKind::Call { .. } if self.callee_name(expr) == "getattr" => {
                let ExprKind::Text(name) = self.kind(self.positional(expr, 1)?) else { return None };
                (self.positional(expr, 0)?, name)
            }
            _ => return None,
        };
        if self.carriers.as_ref().is_some_and(|carriers| !carriers.may_be(&self.files[&object.file], object.expr)) {
            return None;
        }
        let value = self.evaluate(object, Frame::NONE);
        let written = self.is_target(expr);
        let cleared = written && self.is_given_none(expr);
        let found =
            |of: String, row| Access { at: self.span(expr), expr, name: name.clone(), of, written, cleared, row };
        if let Some(Datum::Path(module)) = value.one().map(|one| &one.datum) {
            let row = self.libraries.module_attribute(module, name)?.clone();
            return Some(found(format!("`{module}`"), Some(row)));
        }
        let mut kinds: Vec<(usize, Kind)> = Vec::new();
        for one in value.alternatives.iter().filter(|one| one.datum != Datum::Null) {
            kinds.push(self.accessed(&one.datum)?);
        }
        let (library, kind) = *kinds.first()?;
        if kinds.iter().any(|other| *other != (library, kind)) {
            return None;
        }
        // A class of the project may have an attribute of that name of its own.
        let own = value.alternatives.iter().any(|one| matches!(one.datum, Datum::Object(..)));
        let pinned = self.releases.library(expr.file, library);
        let known = pinned.library.as_deref().unwrap_or(&self.libraries.list()[library]);
        let row = known.attribute(kind, name).filter(|_| !own).cloned();
        Some(found(format!("a {}", self.libraries.noun(library, kind)), row))
    }

    /// Whether a target is given none.
    fn is_given_none(&self, target: ExprRef) -> bool {
        let facts = self.facts(target.file);
        match facts.stmt_of(target.expr).map(|stmt| &facts.stmt(stmt).kind) {
            Some(StmtKind::Assign { targets, value: Some(value), .. }) => {
                targets.contains(&target.expr) && matches!(facts.expr(*value).kind, ExprKind::None)
            }
            _ => false,
        }
    }

    /// What an object is, where it is a session or pool: `session.connector` is a pool.
    fn accessed(&self, datum: &Datum) -> Option<(usize, Kind)> {
        if let Some(row) = self.library_row(datum) {
            return Some((row.library(), self.libraries.kind(row)));
        }
        match datum {
            Datum::Member(object, name) => {
                let (library, kind) = self.accessed(object)?;
                (kind == Kind::Session && PARTS.contains(&name.as_str())).then_some((library, Kind::Pool))
            }
            _ => None,
        }
    }
}
