//! PC208 pool-smaller-than-workers: more threads share a session than its pool keeps connections.
//!
//! Both numbers must be written down, or be the library's default. Silent where requests wait for a connection.

use super::Check;
use super::view::{View, quantity};
use crate::finding::Draft;
use crate::libraries::{Kind, Setting};
use crate::model::value::Frame;

/// What decides it.
pub(crate) const CHECKS: &[Check] = &[Check::Site(Kind::Session, check)];

fn check(view: View<'_>) -> Vec<Draft> {
    draft(view).into_iter().collect()
}

fn draft(view: View<'_>) -> Option<Draft> {
    if view.frame != Frame::NONE {
        return None;
    }
    let idle = view.project.idle_connections(view.site)?;
    let workers = view.project.workers_of(view.site).filter(|workers| workers.count > idle.count)?;
    let (threads, kept) = (quantity(workers.count, ""), quantity(idle.count, ""));
    let connections = if idle.count > 1.0 { "connections" } else { "connection" };
    let message = format!(
        "{threads} threads share this {}, which keeps {kept} {connections} to a host: the others are thrown away after one request each",
        view.noun()
    );
    let (class, size) = view.decides(Setting::IdleLimit)?;
    let help = format!("set `{size}={threads}` for `{class}`");
    let draft = Draft::new(view.project.span(idle.at), message, help);
    let draft = draft.label(workers.made, format!("{threads} threads"));
    Some(draft.label(workers.given, "they make requests through it"))
}
