//! Fingerprints: what a finding is called when lines move. Refuses to know positions.
//!
//! Written down because files outside this repository keep them: the 64-bit FNV-1a hash, as sixteen hexadecimal digits,
//! of the rule's code, the path as reported, the text of the line where the finding is (without space around it, runs of
//! space as one), and a decimal number that counts findings alike in all of these from 0; the four are separated by a
//! zero byte. A problem's is the same of the word for its kind, the path, the message, and such a number.

use super::FileProblem;
use crate::finding::Finding;
use crate::source::{FileId, SourceFile, Span};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// The text of the line that a place begins on, without space around it, runs of space as one.
#[must_use]
pub fn line_of(source: &SourceFile, at: Span) -> String {
    source.line_text(source.lines().line(at.start)).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Gives each finding its fingerprint. `findings` are sorted by place and are all of their files, before a baseline takes
/// any away: which of several alike a finding is depends on the ones before it.
pub fn stamp(findings: &mut [Finding], sources: &BTreeMap<FileId, SourceFile>) {
    let mut seen = Seen::default();
    // A line may be long and have many findings.
    let mut kinds: FxHashMap<(&str, FileId, usize), u64> = FxHashMap::default();
    for finding in findings {
        let source = sources.get(&finding.at.file);
        let line = source.map_or(0, |source| source.lines().line(finding.at.start));
        let kind = *kinds.entry((finding.rule.code, finding.at.file, line)).or_insert_with(|| {
            let text = source.map(|source| line_of(source, finding.at)).unwrap_or_default();
            kind_of([finding.rule.code, source.map_or("", |source| source.path.as_str()), &text])
        });
        finding.fingerprint = seen.print(kind);
    }
}

/// The fingerprints of problems, in their order.
#[must_use]
pub fn of_problems(problems: &[FileProblem]) -> Vec<String> {
    let mut seen = Seen::default();
    let print = |one: &FileProblem| seen.print(kind_of([one.problem.kind.as_str(), &one.path, &one.problem.message]));
    problems.iter().map(print).collect()
}

/// How many there were of each kind.
#[derive(Default)]
struct Seen(FxHashMap<u64, usize>);

impl Seen {
    fn print(&mut self, kind: u64) -> String {
        let count = self.0.entry(kind).or_insert(0);
        let print = format!("{:016x}", fnv1a(kind, format!("\0{count}").as_bytes()));
        *count += 1;
        print
    }
}

/// The hash of what all of a kind share.
fn kind_of(parts: [&str; 3]) -> u64 {
    fnv1a(START, parts.join("\0").as_bytes())
}

/// Where the hash begins.
const START: u64 = 0xcbf2_9ce4_8422_2325;

/// Continues a hash.
fn fnv1a(hash: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(hash, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::{START, fnv1a};

    #[test]
    fn the_hash_is_the_published_one() {
        assert_eq!(fnv1a(START, b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a(START, b"a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(fnv1a(START, b"foobar"), 0x8594_4171_f739_67e8);
    }
}
