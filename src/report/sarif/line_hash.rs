//! The hash that GitHub knows a finding's line by (`primaryLocationLineHash`), as its upload action computes it where it is
//! missing. The action warns of each one that differs from its own.
//!
//! A line's hash is a polynomial over the hundred UTF-16 units from its start, without spaces and tabs, line endings as
//! one line feed, with one unit of all ones after the text and zeros behind that. A colon and the number of lines up to
//! here with the same hash follow.

use rustc_hash::FxHashMap;
use std::fmt::{self, Display, Formatter};

/// How many units a hash is of.
const UNITS: usize = 100;
const FACTOR: u64 = 37;
const END: u16 = u16::MAX;

/// The hash of a line, and how many lines up to it have that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LineHash {
    hash: u64,
    count: usize,
}

impl Display for LineHash {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}:{}", self.hash, self.count)
    }
}

/// The hash of every line of a text.
pub(super) fn line_hashes(text: &str) -> Vec<LineHash> {
    // `sums[n]` is the polynomial over the first `n` units; the difference of two is that over the units between.
    let (mut sums, mut starts) = (vec![0_u64], Vec::new());
    let mut at_start = true;
    let mut push = |unit: u16| {
        if at_start {
            starts.push(sums.len() - 1);
        }
        at_start = unit == u16::from(b'\n');
        sums.push(sums[sums.len() - 1].wrapping_mul(FACTOR).wrapping_add(u64::from(unit)));
    };
    let mut after_return = false;
    for unit in text.encode_utf16().chain([END]) {
        let blank = unit == u16::from(b' ') || unit == u16::from(b'\t');
        let second = after_return && unit == u16::from(b'\n');
        after_return = unit == u16::from(b'\r');
        if !blank && !second {
            push(if after_return { u16::from(b'\n') } else { unit });
        }
    }
    for _ in 0..UNITS {
        sums.push(sums[sums.len() - 1].wrapping_mul(FACTOR));
    }
    let shift = (0..UNITS).fold(1_u64, |power, _| power.wrapping_mul(FACTOR));
    let mut seen: FxHashMap<u64, usize> = FxHashMap::default();
    let hash = |start: usize| {
        let hash = sums[start + UNITS].wrapping_sub(sums[start].wrapping_mul(shift));
        let count = seen.entry(hash).or_insert(0);
        *count += 1;
        LineHash { hash, count: *count }
    };
    starts.into_iter().map(hash).collect()
}

#[cfg(test)]
mod tests {
    use crate::source::LineIndex;

    fn line_hashes(text: &str) -> Vec<String> {
        super::line_hashes(text).iter().map(ToString::to_string).collect()
    }

    /// The values are those that the action's own tests expect.
    #[test]
    fn the_hashes_are_githubs() {
        assert_eq!(line_hashes(""), ["c129715d7a2bc9a3:1"]);
        assert_eq!(
            line_hashes(" a\nb\n  \t\tc\n d"),
            ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"]
        );
        let greetings = [
            "e9496ae3ebfced30:1",
            "fb7c023a8b9ccb3f:1",
            "ce8ba1a563dcdaca:1",
            "e20e36e16fcb0cc8:1",
            "b3edc88f2938467e:1",
            "c8e28b0b4002a3a0:1",
            "c129715d7a2bc9a3:1",
        ];
        for text in [
            " hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n",
            " hello; \t\nworld!!!\r\r\r  \t\tGreetings\r End\r",
            " hello; \t\r\nworld!!!\r\n\r\n\r\n  \t\tGreetings\r\n End\r\n",
            " hello; \t\nworld!!!\r\n\n\r  \t\tGreetings\r End\r\n",
        ] {
            assert_eq!(line_hashes(text), greetings, "{text:?}");
        }
        let repeated = line_hashes(&"Lorem ipsum dolor sit amet.\n".repeat(10));
        assert_eq!(repeated[0], "a7f2ff13bc495cf2:1");
        assert_eq!(repeated[5..8], ["a7f2ff13bc495cf2:6", "a7f2ff1481e87703:1", "a9cf91f7bbf1862b:1"]);
    }

    #[test]
    fn there_is_one_for_each_line() {
        for text in ["", "\n", "a", "a\r\n\rb\n \n\r \nc", "é𐐀\n\t\n"] {
            assert_eq!(line_hashes(text).len(), LineIndex::new(text).count(), "{text:?}");
        }
    }
}
