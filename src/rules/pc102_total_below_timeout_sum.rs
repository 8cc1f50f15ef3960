//! PC102 total-below-timeout-sum: connecting and reading may together take longer than the total allows.
//!
//! The longest wait is the longest timeout of each phase, one phase after the other. Silent where PC101 speaks: there
//! a single phase is too long already.

use super::Check;
use super::view::{Bound, Measure, View, quantity, with_origins};
use crate::finding::Draft;
use crate::libraries::{Kind, Setting};

/// What decides it.
pub(crate) const CHECKS: &[Check] = &[Check::Site(Kind::Timeout, check)];

fn check(view: View<'_>) -> Vec<Draft> {
    draft(view).into_iter().collect()
}

fn draft(view: View<'_>) -> Option<Draft> {
    let phases = &view.library().phases;
    let outer = view.library().encloses.first()?.outer;
    let totals = view.numbers(outer)?;
    let total = totals.iter().max_by(|a, b| a.value.total_cmp(&b.value))?;
    let mut longest: Vec<Measure> = Vec::new();
    for phase in phases {
        longest.push(longest_of(view, &phase.settings, total.value)?);
    }
    let sum: f64 = longest.iter().map(|measure| measure.value).sum();
    if longest.len() < 2 || sum <= total.value {
        return None;
    }
    let unit = view.unit(outer);
    let parts: Vec<String> = longest.iter().map(|measure| measure.spelled.clone()).collect();
    let last = longest.last()?;
    let left = quantity(total.value - (sum - last.value), unit);
    let draft = Draft::new(
        total.at,
        format!(
            "{} and then {} can take {}, but {} ends the request: in the worst case {left} of {} are left for `{}`",
            parts[..parts.len() - 1].join(" and "),
            last.spelled,
            quantity(sum, unit),
            total.spelled,
            quantity(last.value, unit),
            last.name,
        ),
        format!("raise `{}` to at least {}, or lower the timeouts inside it", total.name, quantity(sum, unit)),
    )
    .note(format!("{} in all", quantity(total.value, unit)));
    let draft = longest.iter().fold(draft, |draft, measure| {
        draft.label(measure.at, format!("up to {} of it", quantity(measure.value, unit)))
    });
    let origins: Vec<(&Measure, &str)> = longest.iter().chain([total]).map(|measure| (measure, unit)).collect();
    Some(with_origins(draft, &origins))
}

/// The longest timeout of a phase, at its shortest; `None` where nothing bounds the phase, something is unknown, or one
/// timeout alone is above the total.
fn longest_of(view: View<'_>, settings: &[Setting], total: f64) -> Option<Measure> {
    let mut longest: Option<Measure> = None;
    for &setting in settings {
        for bound in view.bounds(setting)? {
            match bound {
                Bound::Unset | Bound::Unbounded(_) => {}
                Bound::Number(measure) if measure.value > total => return None,
                Bound::Number(measure) => {
                    if longest.as_ref().is_none_or(|known| known.value < measure.value) {
                        longest = Some(measure);
                    }
                }
            }
        }
        // With several alternatives the sum holds only for some of them.
        if view.bounds(setting)?.len() > 1 {
            return None;
        }
    }
    longest
}
