//! Loops in which each turn asks another host, so that no turn could use a connection of the one before.
//!
//! A URL shows that where all but its beginning is written out, and its beginning is the very thing that changes from
//! turn to turn. Refuses to guess hosts: what may be one host's is not looked at.

use super::bodies::Around;
use super::evaluate::Passed;
use super::flow::{Def, DefKind};
use super::places::{Use, UseKind};
use super::{Project, Site, sibling};
use crate::libraries::{Kind, Setting};
use crate::model::expr::{BinaryOperator, ExprId, ExprKind};
use crate::model::facts::Parent;
use crate::model::value::{ExprRef, ScopeRef};

/// How many assignments a URL is followed through.
const STEPS: usize = 3;

impl Project<'_> {
    /// The name that the URL of a request begins with, where the rest of it is written out.
    pub(super) fn url_base(&self, request: &Site) -> Option<ExprRef> {
        self.base_of(self.argument(request, Setting::Url)?.value, STEPS)
    }

    fn base_of(&self, url: ExprRef, steps: usize) -> Option<ExprRef> {
        let is_name = |expr: ExprId| matches!(self.kind(sibling(url, expr)), ExprKind::Name(_));
        let is_text = |expr: &ExprId| matches!(self.kind(sibling(url, *expr)), ExprKind::Text(_));
        // What a query or an ending follows is a whole URL, and many of these may be of one host.
        let is_path =
            |expr: &ExprId| matches!(self.kind(sibling(url, *expr)), ExprKind::Text(text) if text.starts_with('/'));
        match self.kind(url) {
            ExprKind::Name(_) => match self.only_definition(url)?.kind {
                DefKind::Value(value) if steps > 0 => self.base_of(sibling(url, value), steps - 1),
                _ => None,
            },
            ExprKind::Interpolation(parts) => {
                let scheme = |part: &ExprId| matches!(self.kind(sibling(url, *part)), ExprKind::Text(text) if text.ends_with("://"));
                let has_scheme = parts.first().is_some_and(scheme);
                let (base, rest) = parts[usize::from(has_scheme)..].split_first()?;
                let begins = has_scheme || rest.first().is_some_and(is_path);
                (is_name(*base) && begins && rest.iter().all(is_text)).then(|| sibling(url, *base))
            }
            ExprKind::Binary { operator: BinaryOperator::Add, left, right } => {
                (is_name(*left) && is_path(right)).then(|| sibling(url, *left))
            }
            _ => None,
        }
    }

    fn only_definition(&self, name: ExprRef) -> Option<&Def> {
        let flow = self.files[&name.file].flow();
        match flow.reaching(name.expr)? {
            [(def, _)] => Some(flow.def(*def)),
            _ => None,
        }
    }

    /// Whether a name is what a loop or comprehension runs over, one in each turn, what that is the index of, or what a
    /// call makes of it.
    pub(super) fn changes_with(&self, name: ExprRef, around: Around) -> bool {
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
        let changes = |request: &Site| self.url_base(request).is_some_and(|base| self.changes_with(base, around));
        !given && requests.next().is_some_and(changes) && requests.all(changes)
    }

    /// What a call passes for the parameter of a function that a name is, where that is a name again.
    pub(super) fn passed_name(&self, name: ExprRef, function: ScopeRef, call: ExprRef) -> Option<ExprRef> {
        match self.only_definition(name)?.kind {
            DefKind::Parameter(scope, index) if scope == function.scope && name.file == function.file => {
                match self.argument_for(call, function, index) {
                    Passed::Argument(passed) => Some(passed).filter(|of| matches!(self.kind(*of), ExprKind::Name(_))),
                    Passed::Default | Passed::Unknown => None,
                }
            }
            _ => None,
        }
    }
}

/// Whether a definition is the target of a loop or comprehension.
fn is_bound_by(def: &Def, around: Around) -> bool {
    match around {
        Around::Loop(stmt) => def.stmt == Some(stmt),
        Around::Comprehension(scope) => def.scope == scope,
    }
}
