//! PC201 limit-per-host-not-set: one slow host can take every connection of the pool.
//!
//! Silent where one host cannot starve others: a pool for one host, a limit of one, a session with a base URL, or no
//! limit at all. A written 0 or none is PC204's.

use super::Check;
use super::view::{Bound, View, quantity};
use crate::finding::{Applicability, Confidence, Draft, Edit, Fix};
use crate::libraries::{Kind, Setting};

/// What decides it.
pub(crate) const CHECKS: &[Check] = &[Check::Site(Kind::Pool, check)];

fn check(view: View<'_>) -> Vec<Draft> {
    draft(view).into_iter().collect()
}

fn draft(view: View<'_>) -> Option<Draft> {
    view.project.class(view.site).filter(|class| class.many_hosts)?;
    if !view.is_unset(Setting::LimitPerHost) || view.site.stray.is_some() {
        return None;
    }
    let limit = view.bounds(Setting::Limit);
    let single = |bound: &Bound| matches!(bound, Bound::Number(limit) if limit.value <= 1.0);
    let unbounded = |bound: &Bound| matches!(bound, Bound::Unbounded(_));
    if limit.as_ref().is_some_and(|bounds| bounds.iter().any(|bound| single(bound) || unbounded(bound))) {
        return None;
    }
    let sessions = view.sessions_of_pool();
    let one_host = |site: &&crate::project::Site| {
        !view.of(site, view.frame).is_unset(Setting::BaseUrl) || view.project.is_for_one_host(site)
    };
    let serves_one = |site: &&crate::project::Site| view.project.serves_one(site.call);
    let passing = !sessions.is_empty() && sessions.iter().all(serves_one) && !view.project.lives_long(view.site.call);
    if passing || sessions.iter().any(one_host) {
        return None;
    }
    let per_host = view.name(Setting::LimitPerHost);
    let slots = match limit.as_deref() {
        Some([Bound::Number(limit)]) => format!("all {} slots", quantity(limit.value, "")),
        Some([Bound::Unset]) => {
            let default = view.parameter(Setting::Limit).and_then(|parameter| parameter.default_number);
            default.map_or("every slot".into(), |number| format!("all {} slots", quantity(number, "")))
        }
        _ => "every slot".to_owned(),
    };
    let message = format!(
        "no `{per_host}`: one slow host can hold {slots} of this connector and make requests to every other host wait"
    );
    let help = format!(
        "pass `{per_host}=` below `{}`, for example `{}`",
        view.name(Setting::Limit),
        view.defaults().pool_example
    );
    let confidence = match &limit {
        _ if view.project.is_script(view.site) => Confidence::Low,
        Some(_) => Confidence::High,
        None => Confidence::Medium,
    };
    let mut draft = Draft::new(view.span(), message, help).confidence(confidence);
    draft.fix = insertion(view, per_host, limit.as_deref());
    Some(draft)
}

/// Writes the number that the configuration names, where it is below the limit.
fn insertion(view: View<'_>, per_host: &str, limit: Option<&[Bound]>) -> Option<Fix> {
    let number = view.project.chosen(view.site, |choices, file| choices.limit_per_host(file))?;
    let default = view.parameter(Setting::Limit).and_then(|parameter| parameter.default_number);
    let above = |bound: &Bound| match bound {
        Bound::Number(limit) => limit.value > f64::from(number),
        Bound::Unset => default.is_some_and(|limit| limit > f64::from(number)),
        Bound::Unbounded(_) => false,
    };
    let argument = format!("{per_host}={number}");
    let (span, content) =
        view.project.place_for(view.site, &argument).filter(|_| limit.is_some_and(|all| all.iter().all(above)))?;
    Some(Fix {
        applicability: Applicability::Unsafe,
        message: format!("pass `{argument}`"),
        edits: vec![Edit { span, content }],
    })
}
