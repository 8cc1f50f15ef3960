//! The common time axis: seconds to places on it, by their logarithm, so that half a second and five minutes both read.

use crate::rules::quantity;

/// How much of the width the numbers take, in percent; the rest is for what has no bound.
pub(super) const REACH: f64 = 92.0;
/// The powers of ten that an axis never goes beyond, in seconds.
const RANGE: (i32, i32) = (-3, 6);
/// The axis of a page without a number.
const PLAIN: (i32, i32) = (-1, 3);

/// From one power of ten to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Axis {
    low: i32,
    high: i32,
}

impl Axis {
    /// The axis on which all of these seconds have a place, and the shortest of them some length.
    pub(super) fn of(seconds: impl Iterator<Item = f64>) -> Axis {
        let logs = seconds.filter(|number| *number > 0.0 && number.is_finite()).map(f64::log10);
        let (low, high) =
            logs.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), log| (low.min(log), high.max(log)));
        if low > high {
            return Axis { low: PLAIN.0, high: PLAIN.1 };
        }
        let low = whole(low - 0.3, f64::floor).min(RANGE.1 - 2);
        Axis { low, high: whole(high, f64::ceil).max(low + 2) }
    }

    /// Where a number of seconds is, in percent of the width.
    pub(super) fn at(self, seconds: f64) -> f64 {
        let span = f64::from(self.high - self.low);
        let log = if seconds > 0.0 { seconds.log10() } else { f64::from(self.low) };
        ((log - f64::from(self.low)) / span).clamp(0.0, 1.0) * REACH
    }

    /// The powers of ten: their places and their names.
    pub(super) fn ticks(self) -> impl Iterator<Item = (f64, String)> {
        (self.low..=self.high).map(move |power| {
            let seconds = 10_f64.powi(power);
            (self.at(seconds), quantity(seconds, "s"))
        })
    }
}

/// A logarithm as a power of ten in [`RANGE`].
fn whole(log: f64, round: fn(f64) -> f64) -> i32 {
    (RANGE.0..=RANGE.1).find(|power| f64::from(*power) >= round(log)).unwrap_or(RANGE.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_second_and_five_minutes_both_read() {
        let axis = Axis::of([0.5, 300.0].into_iter());
        assert_eq!(axis, Axis { low: -1, high: 3 });
        assert!(axis.at(0.5) > 10.0 && axis.at(300.0) - axis.at(0.5) > 30.0 && axis.at(300.0) < REACH);
        let names: Vec<String> = axis.ticks().map(|(_, name)| name).collect();
        assert_eq!(names, ["0.1 s", "1 s", "10 s", "100 s", "1000 s"]);
    }

    #[test]
    fn every_number_has_a_place() {
        for seconds in [0.0, -1.0, 1e-9, 1.0, 1e30, f64::INFINITY] {
            let axis = Axis::of([seconds].into_iter());
            assert!(axis.high - axis.low >= 2 && axis.low >= RANGE.0 && axis.high <= RANGE.1, "{seconds}: {axis:?}");
            assert!((0.0..=REACH).contains(&axis.at(seconds)), "{seconds}");
        }
        assert_eq!(Axis::of(std::iter::empty()), Axis { low: PLAIN.0, high: PLAIN.1 });
    }

    #[test]
    fn the_shortest_has_a_length() {
        assert!(Axis::of([1.0, 10.0].into_iter()).at(1.0) > 10.0);
    }
}
