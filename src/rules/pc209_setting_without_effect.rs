//! PC209 setting-without-effect: a setting is accepted and ignored.
//!
//! Accepted and ignored: attributes that nothing reads, and settings that another setting switches off.

use super::view::View;
use super::{Access, Check, Mounting};
use crate::finding::Draft;
use crate::libraries::{Consequence, Kind, Setting};
use crate::model::value::Datum;
use crate::project::BoundArgument;

/// What decides it.
pub(crate) const CHECKS: &[Check] = &[
    Check::Access(attribute),
    Check::Site(Kind::Pool, dns),
    Check::Site(Kind::Session, beside),
    Check::Site(Kind::Session, overruled),
    Check::Mount(unreachable),
];

fn attribute(access: &Access) -> Option<Draft> {
    let row = access.row.as_ref().filter(|row| access.written && row.written == Some(Consequence::Ignored))?;
    let message = format!("setting `{}` of {} has no effect: {}", access.name, access.of, row.sentence);
    Some(Draft::new(access.at, message, row.help.clone()))
}

/// Arguments that another one takes the place of.
fn beside(view: View<'_>) -> Vec<Draft> {
    let parameters = view.project.parameters(view.site);
    let draft = |argument: &BoundArgument| {
        let other = parameters[argument.parameter?].ignored_with?;
        let (beside, value) = (view.argument(other)?, view.value(other));
        // A proxy has a pool of its own, which the settings are for.
        let own = view.is_unset(Setting::Proxy);
        // What a function gives, or an annotation says, may be none.
        let given = value.always(|datum| matches!(datum, Datum::Built(..) | Datum::Object(..)));
        if !own || !given || argument.sometimes || view.project.is_double(view.site) {
            return None;
        }
        let (name, other) = (&argument.name, &beside.name);
        let message =
            format!("`{name}` has no effect beside `{other}`: the pool was made with what `{other}` is given");
        let draft = Draft::new(argument.span, message, format!("pass `{name}` to what `{other}` is built of"));
        Some(draft.label(beside.span, "used as it is"))
    };
    view.site.arguments.iter().filter_map(draft).collect()
}

/// A pool that is mounted where others always come first.
fn unreachable(mounting: &Mounting<'_>) -> Option<Draft> {
    let prefix = mounting.prefix.to_lowercase();
    let shorter = mounting.row.taken.iter().any(|taken| *taken != prefix && taken.starts_with(prefix.as_str()));
    // A host, perhaps with a port, where a URL has its scheme.
    let host = prefix.split_once(':').is_none_or(|(_, port)| port.parse::<u16>().is_ok());
    if !shorter && !host {
        return None;
    }
    let message = format!("what is mounted on `{}` is never used: {}", mounting.spelled, mounting.row.sentence);
    Some(Draft::new(mounting.at, message, mounting.row.help.clone()))
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
