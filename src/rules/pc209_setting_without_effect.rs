//! PC209 setting-without-effect: a setting is accepted and ignored.
//!
//! Accepted and ignored: attributes that nothing reads, and settings that another setting switches off.

use super::view::View;
use super::{Access, Check};
use crate::finding::Draft;
use crate::libraries::{Consequence, Kind, Setting};
use crate::model::value::Datum;

/// What decides it.
pub(crate) const CHECKS: &[Check] =
    &[Check::Access(attribute), Check::Site(Kind::Pool, dns), Check::Site(Kind::Session, overruled)];

fn attribute(access: &Access) -> Option<Draft> {
    let row = access.row.as_ref().filter(|row| access.written && row.written == Some(Consequence::Ignored))?;
    let message = format!("setting `{}` of a {} has no effect: {}", access.name, access.kind.word(), row.sentence);
    Some(Draft::new(access.at, message, row.help.clone()))
}

fn dns(view: View<'_>) -> Vec<Draft> {
    let off = view.value(Setting::DnsCache).always(|datum| *datum == Datum::Bool(false));
    let (Some(ttl), Some(cache), true) = (view.argument(Setting::DnsTtl), view.argument(Setting::DnsCache), off) else {
        return Vec::new();
    };
    let (name, switch) = (view.name(Setting::DnsTtl), view.name(Setting::DnsCache));
    let message = format!("`{name}` has no effect: `{switch}=False` keeps no resolved name at all");
    let help = format!("remove one of them: `{switch}=False` to resolve each time, or `{name}` to keep names so long");
    vec![Draft::new(ttl.span, message, help).label(cache.span, "switched off here")]
}

/// A setting that another one, or its absence, takes the effect of.
fn overruled(view: View<'_>) -> Vec<Draft> {
    let rows = view.project.class(view.site).map_or(&[][..], |class| class.overruled.as_slice());
    let known = |setting| {
        view.argument(setting)
            .filter(|argument| !argument.sometimes && argument.parameter.is_some())
            .map(|found| found.span)
    };
    let drafts = rows.iter().filter_map(|row| {
        let at = known(row.setting)?;
        let beside = match row.beside {
            Some(other) => Some(known(other)?),
            None => None,
        };
        if row.without.is_some_and(|needed| !view.is_unset(needed)) {
            return None;
        }
        let message = format!("`{}` has no effect: {}", view.name(row.setting), row.sentence);
        let draft = Draft::new(at, message, row.help.clone());
        Some(beside.into_iter().fold(draft, |draft, other| draft.label(other, "this decides")))
    });
    drafts.collect()
}
