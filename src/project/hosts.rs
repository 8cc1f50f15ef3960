//! Loops in which each turn asks another host, so that no turn could use a connection of the one before.
//!
//! A URL shows that where all but its beginning is written out, and its beginning hangs on the very thing that changes
//! from turn to turn, or what is written for its host does. Refuses to guess hosts: what may be one host's is not looked at.

use super::bodies::Around;
use super::evaluate::Passed;
use super::flow::{Def, DefKind};
use super::places::{Use, UseKind};
use super::{Project, Site, sibling};
use crate::libraries::{Kind, Setting};
use crate::model::expr::{BinaryOperator, ExprId, ExprKind};
use crate::model::facts::{Parent, StmtKind};
use crate::model::value::{Datum, ExprRef, Frame, ScopeRef};
use rustc_hash::FxHashSet;

/// How many assignments a URL is followed through.
const STEPS: usize = 3;

/// A name that a URL hangs on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Base {
    /// The name.
    name: ExprRef,
    /// Whether it is all of the URL, so that many may be of one host.
    whole: bool,
}

impl Project<'_> {
    /// The names that say which host a request asks, where these are known: what the URL begins with and a path follows,
    /// or what is written between the scheme and the path; or the name that the whole URL is.
    pub(super) fn url_bases(&self, request: &Site) -> Vec<Base> {
        self.argument(request, Setting::Url).map_or_else(Vec::new, |url| self.bases_in(url.value, STEPS))
    }

    fn bases_in(&self, url: ExprRef, steps: usize) -> Vec<Base> {
        match self.kind(url) {
            ExprKind::Name(_) => match self.only_definition(url).map(|def| &def.kind) {
                Some(DefKind::Value(value)) if steps > 0 => self.bases_in(sibling(url, *value), steps - 1),
                Some(DefKind::Item(hosts)) => {
                    vec![Base { name: url, whole: !self.are_hosts(sibling(url, *hosts)) }]
                }
                _ => vec![Base { name: url, whole: true }],
            },
            ExprKind::Interpolation(parts) => self.bases_of_parts(url, parts),
            ExprKind::Binary { operator: BinaryOperator::Add, .. } => {
                let mut parts = Vec::new();
                self.summands(url, &mut parts);
                self.bases_of_parts(url, &parts)
            }
            _ => Vec::new(),
        }
    }

    /// What is added up, in order.
    fn summands(&self, sum: ExprRef, into: &mut Vec<ExprId>) {
        match self.kind(sum) {
            ExprKind::Binary { operator: BinaryOperator::Add, left, right } => {
                self.summands(sibling(sum, *left), into);
                self.summands(sibling(sum, *right), into);
            }
            _ => into.push(sum.expr),
        }
    }

    fn bases_of_parts(&self, url: ExprRef, parts: &[ExprId]) -> Vec<Base> {
        let text = |part: ExprId| match self.kind(sibling(url, part)) {
            ExprKind::Text(text) => Some(text.as_str()),
            _ => None,
        };
        let base = |name: &ExprRef| Base { name: *name, whole: false };
        let behind = |part: ExprId| text(part).and_then(|text| text.split_once("://")).map(|(_, behind)| behind);
        let scheme = parts.iter().take(2).position(|&part| behind(part).is_some());
        if let Some(scheme) = scheme {
            // What stands in front of the first slash behind the scheme is the host and its port.
            if behind(parts[scheme]).is_some_and(|behind| behind.contains('/')) {
                return Vec::new();
            }
            let host =
                parts[scheme + 1..].iter().take_while(|&&part| text(part).is_none_or(|text| !text.starts_with('/')));
            let host: Vec<ExprId> = host.copied().collect();
            let ended = host.iter().position(|&part| text(part).is_some_and(|text| text.contains('/')));
            // What follows a name without anything between may be a path.
            let follows = |index: usize| index == 0 || text(host[index - 1]).is_some();
            let names = (0..ended.unwrap_or(host.len())).filter(|&index| follows(index));
            return names.flat_map(|index| self.roots(sibling(url, host[index]))).map(|name| base(&name)).collect();
        }
        let Some((&first, rest)) = parts.split_first() else { return Vec::new() };
        // What a query or an ending follows is a whole URL, and many of these may be of one host.
        let path = rest.first().and_then(|&part| text(part)).is_some_and(is_path);
        if !path || !rest.iter().all(|&part| text(part).is_some()) {
            return Vec::new();
        }
        self.roots(sibling(url, first)).iter().map(base).collect()
    }

    /// The names that something hangs on: an object whose attribute or entry it is, and the key.
    fn roots(&self, of: ExprRef) -> Vec<ExprRef> {
        match self.kind(of) {
            ExprKind::Name(_) => vec![of],
            ExprKind::Attribute { object, .. } => self.roots(sibling(of, *object)),
            ExprKind::Index { object, key } => {
                let mut roots = self.roots(sibling(of, *object));
                if matches!(self.kind(sibling(of, *key)), ExprKind::Name(_)) {
                    roots.push(sibling(of, *key));
                }
                roots
            }
            _ => Vec::new(),
        }
    }

    /// Whether something is written out as URLs, each of another host; what callers pass is not looked at, as others may
    /// pass more.
    fn are_hosts(&self, urls: ExprRef) -> bool {
        let value = self.memo.without_callers(|| self.evaluate(urls, Frame::NONE));
        let Some(Datum::Sequence(list, frame)) = value.one().map(|one| &one.datum) else { return false };
        let ExprKind::Sequence(items) = self.kind(*list) else { return false };
        let mut seen = FxHashSet::default();
        items.iter().all(|&item| match self.evaluate(sibling(*list, item), *frame).one().map(|one| &one.datum) {
            Some(Datum::Text(url)) => super::requests::host_in(url, true).is_some_and(|host| seen.insert(host)),
            _ => false,
        })
    }

    /// The only definition that a name can have where it stands.
    pub(super) fn only_definition(&self, name: ExprRef) -> Option<&Def> {
        let flow = self.files[&name.file].flow();
        match flow.reaching(name.expr)? {
            [(def, _)] => Some(flow.def(*def)),
            _ => None,
        }
    }

    /// Whether a name is what a loop or comprehension runs over, one in each turn, what that is the index of, or what a
    /// call makes of it.
    pub(super) fn changes_with(&self, base: Base, around: Around) -> bool {
        !base.whole && self.name_changes_with(base.name, around)
    }

    fn name_changes_with(&self, name: ExprRef, around: Around) -> bool {
        let Some(def) = self.only_definition(name) else { return false };
        let DefKind::Value(value) = def.kind else { return is_bound_by(def, around) };
        let is_name = |expr: ExprId| matches!(self.kind(sibling(name, expr)), ExprKind::Name(_));
        let sources: Vec<ExprId> = match self.kind(sibling(name, value)) {
            ExprKind::Index { object, key } if is_name(*object) => vec![*key],
            // What has a scheme in front of it is no path that is added to a host.
            ExprKind::Call { callee, arguments } if self.follows_scheme(name) => {
                let object = match self.kind(sibling(name, *callee)) {
                    ExprKind::Attribute { object, .. } => Some(*object),
                    _ => None,
                };
                arguments.iter().map(|argument| argument.value).chain(object).collect()
            }
            _ => return false,
        };
        // One step, and no more: what a `while` loop takes out of something may be the index of the next.
        sources
            .into_iter()
            .any(|of| self.only_definition(sibling(name, of)).is_some_and(|def| is_bound_by(def, around)))
    }

    /// Whether a name stands behind a scheme: `f"http://{name}"`.
    fn follows_scheme(&self, name: ExprRef) -> bool {
        let facts = self.facts(name.file);
        let Parent::Expr(up) = facts.parent(name.expr) else { return false };
        let ExprKind::Interpolation(parts) = &facts.expr(up).kind else { return false };
        let Some([first, second]) = parts.get(..2) else { return false };
        *second == name.expr && matches!(&facts.expr(*first).kind, ExprKind::Text(text) if text.ends_with("://"))
    }

    /// Whether all requests through a session go to a host that is another one in each turn of a loop.
    pub(super) fn asks_another_host(&self, uses: &[Use], around: Around) -> bool {
        let mut requests = uses.iter().filter_map(|one| match one.kind {
            UseKind::Method(_, call) => self.site_at(call).filter(|site| site.kind == Kind::Request),
            _ => None,
        });
        let given = uses.iter().any(|one| matches!(one.kind, UseKind::Argument(_)));
        let changes = |request: &Site| self.url_bases(request).iter().any(|base| self.changes_with(*base, around));
        !given && requests.next().is_some_and(changes) && requests.all(changes)
    }

    /// Whether what a session or request is told to go through is another in each turn of a loop.
    pub(super) fn goes_another_way(&self, site: &Site, uses: &[Use], around: Around) -> bool {
        let proxy = self.argument(site, Setting::Proxy).map(|argument| argument.value);
        let name = self.library(site).requests.iter().flat_map(|request| &request.parameters);
        let name = name.clone().find(|parameter| parameter.setting == Setting::Proxy).map(|parameter| &parameter.name);
        let set = uses.iter().filter_map(|one| match &one.kind {
            UseKind::Attribute(attribute) if Some(attribute) == name => self.set_on(one.expr),
            _ => None,
        });
        proxy.into_iter().chain(set).any(|value| self.hangs_on_turn(value, around))
    }

    /// What is written to an attribute of an object.
    fn set_on(&self, object: ExprRef) -> Option<ExprRef> {
        let facts = self.facts(object.file);
        let Parent::Expr(attribute) = facts.parent(object.expr) else { return None };
        match &facts.stmt(facts.stmt_of(attribute)?).kind {
            StmtKind::Assign { targets, value, .. } if targets.contains(&attribute) => {
                value.map(|value| sibling(object, value))
            }
            _ => None,
        }
    }

    /// Whether a name in an expression is another in each turn of a loop.
    fn hangs_on_turn(&self, value: ExprRef, around: Around) -> bool {
        let mut open = vec![value.expr];
        while let Some(part) = open.pop() {
            let at = sibling(value, part);
            let kind = self.kind(at);
            if matches!(kind, ExprKind::Name(_))
                && self.only_definition(at).is_some()
                && self.name_changes_with(at, around)
            {
                return true;
            }
            kind.children(&mut open);
        }
        false
    }

    /// What a call passes for the parameters of a function that bases are.
    pub(super) fn passed_bases(&self, bases: &[Base], function: ScopeRef, call: ExprRef) -> Vec<Base> {
        bases.iter().flat_map(|base| self.passed_base(*base, function, call)).collect()
    }

    fn passed_base(&self, base: Base, function: ScopeRef, call: ExprRef) -> Vec<Base> {
        let Some(DefKind::Parameter(scope, index)) = self.only_definition(base.name).map(|def| &def.kind) else {
            return Vec::new();
        };
        if *scope != function.scope || base.name.file != function.file {
            return Vec::new();
        }
        match self.argument_for(call, function, *index) {
            Passed::Argument(passed) if !base.whole && !self.roots(passed).is_empty() => {
                self.roots(passed).into_iter().map(|name| Base { name, whole: false }).collect()
            }
            Passed::Argument(passed) => self.bases_in(passed, STEPS),
            Passed::Default | Passed::Unknown => Vec::new(),
        }
    }
}

/// Whether a text behind a name is the path of a URL.
fn is_path(text: &str) -> bool {
    text.starts_with('/') || text.contains('/') && text.starts_with(|first: char| first.is_ascii_alphanumeric())
}

/// Whether a definition is the target of a loop or comprehension.
fn is_bound_by(def: &Def, around: Around) -> bool {
    match around {
        Around::Loop(stmt) => def.stmt == Some(stmt),
        Around::Comprehension(scope) => def.scope == scope,
    }
}
