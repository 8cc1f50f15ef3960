//! PC101 sub-timeout-above-total: a sub-timeout is longer than the timeout that encloses it.
//!
//! Every pair of the library's enclosing timeouts is compared, in every combination of what they can be; one that is
//! unset, unbounded or unknown encloses nothing. The enclosed one may be the pool's.

use super::Check;
use super::view::{Measure, View, quantity, with_origins};
use crate::finding::Draft;
use crate::libraries::{Encloses, Kind, Setting};

/// What decides it.
pub(crate) const CHECKS: &[Check] = &[Check::Site(Kind::Timeout, check), Check::Site(Kind::Session, check)];

fn check(view: View<'_>) -> Vec<Draft> {
    let mut drafts: Vec<Draft> = Vec::new();
    for row in &view.library().encloses {
        for &inner in &row.inner {
            let draft = compare(view, row, inner);
            // What is above `total` and above `connect` is one mistake.
            drafts.extend(draft.filter(|draft| !drafts.iter().any(|known| known.at == draft.at)));
        }
    }
    drafts
}

fn compare(view: View<'_>, row: &Encloses, inner: Setting) -> Option<Draft> {
    let outer = row.outer;
    // What has no effect at all beside the outer one is another mistake.
    let overruled = view.project.class(view.site).map_or(&[][..], |class| class.overruled.as_slice());
    if overruled.iter().any(|row| row.setting == inner && row.beside == Some(outer)) {
        return None;
    }
    let outers = view.numbers(outer)?;
    let taker = view.taker(inner)?;
    let inners = taker.numbers(inner)?;
    // A timeout that is rounded up can end after one that is longer by less than a second.
    let ends = |outer: f64| match row.rounded_from {
        Some(from) if outer >= from => outer + 1.0,
        _ => outer,
    };
    let longer = |outer: &Measure, inner: &Measure| inner.value > outer.value && inner.value >= ends(outer.value);
    if !inners.iter().all(|inner| outers.iter().all(|outer| longer(outer, inner))) {
        return None;
    }
    let (outer_unit, inner_unit) = (view.unit(outer), taker.unit(inner));
    let (outer, inner) = (outers.first()?, inners.first()?);
    let ends = quantity(outer.value, outer_unit);
    let why = match row.instead.as_str() {
        "" => format!("`{}` ends the request first, after {ends}", outer.name),
        instead => format!("{instead}, {ends}"),
    };
    let draft = Draft::new(
        inner.at,
        format!("{} is longer than {}: {why}", inner.spelled, outer.spelled),
        format!("lower `{}` to at most {ends}, or raise `{}`", inner.name, outer.name),
    )
    .note(format!("{} here", quantity(inner.value, inner_unit)))
    .label(outer.at, format!("every wait ends here first, after {ends}"));
    let draft = row.severity.map_or(draft.clone(), |severity| draft.severity(severity.into()));
    Some(with_origins(draft, &[(inner, inner_unit), (outer, outer_unit)]))
}
