//! Which words occur in which file: an index from one look at each text.
//!
//! It answers "may this file say anything about X?" without parsing: no file that lacks the word can. Words are kept as
//! hashes; two words of one hash only cost a parse too many. Refuses to know what a word means.

use crate::source::{FileId, offset};
use crate::threads::Crew;
use std::hash::{Hash, Hasher};

/// How many words are kept in mind while those of a text are collected.
const MET: usize = 1 << 11;

/// The words of one file.
#[derive(Debug, Clone, Default)]
pub struct Words(Box<[u32]>);

impl Words {
    /// The words of a text: runs of letters, digits and underscores, and of anything beyond ASCII.
    #[must_use]
    pub fn of(text: &str) -> Words {
        let bytes = text.as_bytes();
        let mut hashes = Vec::new();
        // Most words were met a moment ago, and need no sorting.
        let mut met = [0; MET];
        let mut at = 0;
        while at < bytes.len() {
            if !is_word(bytes[at]) {
                at += 1;
                continue;
            }
            let start = at;
            while at < bytes.len() && is_word(bytes[at]) {
                at += 1;
            }
            if !bytes[start].is_ascii_digit() {
                let hash = hash(&bytes[start..at]);
                let last = &mut met[hash as usize % MET];
                if *last != hash || hash == 0 {
                    hashes.push(hash);
                }
                *last = hash;
            }
        }
        hashes.sort_unstable();
        hashes.dedup();
        Words(hashes.into_boxed_slice())
    }

    /// Their hashes, in order.
    pub(crate) fn hashes(&self) -> &[u32] {
        &self.0
    }

    /// Whether the text may hold a word.
    #[must_use]
    pub fn contain(&self, word: &str) -> bool {
        self.contain_hash(hash(word.as_bytes()))
    }

    /// The same of a word by its hash.
    pub(crate) fn contain_hash(&self, hash: u32) -> bool {
        self.0.binary_search(&hash).is_ok()
    }
}

/// Into how many shares words are parted, by the first bits of their hashes: threads make them side by side.
const SHARES: usize = 1 << 4;
/// Into how many rows the words of a share are sorted, by the bits after those.
const ROWS: usize = 1 << 12;

/// The words of all files of a project: which files hold a word.
#[derive(Debug, Default)]
pub struct WordIndex(Vec<Share>);

/// The words whose hashes begin alike.
#[derive(Debug, Default)]
struct Share {
    /// Where each row begins.
    starts: Vec<usize>,
    /// The lower halves of the hashes of a row's words, in order.
    halves: Vec<u16>,
    /// For each of these the file that holds the word, in the order of ids.
    files: Vec<u32>,
}

impl WordIndex {
    /// An index of files in the order of their ids, made by a crew.
    #[must_use]
    pub fn new(files: &[Words], crew: &mut Crew<()>) -> WordIndex {
        WordIndex(crew.each(SHARES, |(), share| Share::new(files, share)))
    }

    /// The files that hold a word, in the order of ids.
    pub fn holders(&self, word: &str) -> impl Iterator<Item = FileId> + use<'_> {
        self.found(word).iter().map(|&file| FileId(file))
    }

    /// Whether a file holds a word.
    #[must_use]
    pub fn holds(&self, file: FileId, word: &str) -> bool {
        self.found(word).binary_search(&file.0).is_ok()
    }

    /// Whether more than `limit` files hold a word.
    #[must_use]
    pub fn is_held_by_more(&self, word: &str, limit: usize) -> bool {
        self.found(word).len() > limit
    }

    fn found(&self, word: &str) -> &[u32] {
        let word = hash(word.as_bytes());
        self.0.get(share_of(word)).map_or(&[], |share| share.found(word))
    }
}

impl Share {
    fn new(files: &[Words], share: usize) -> Share {
        let own = |words: &Words| {
            let start = words.0.partition_point(|&word| share_of(word) < share);
            let end = words.0.partition_point(|&word| share_of(word) <= share);
            start..end
        };
        let own: Vec<&[u32]> = files.iter().map(|words| &words.0[own(words)]).collect();
        let mut starts = vec![0; ROWS + 1];
        for &word in own.iter().copied().flatten() {
            starts[row(word) + 1] += 1;
        }
        for row in 0..ROWS {
            starts[row + 1] += starts[row];
        }
        let mut next = starts.clone();
        let count = starts[ROWS];
        let mut made = Share { starts, halves: vec![0; count], files: vec![0; count] };
        for (file, words) in own.into_iter().enumerate() {
            for &word in words {
                let at = &mut next[row(word)];
                (made.halves[*at], made.files[*at]) = (half(word), offset(file));
                *at += 1;
            }
        }
        made.sort();
        made
    }

    fn sort(&mut self) {
        let mut of_row = Vec::new();
        for bounds in self.starts.windows(2) {
            let (halves, files) = (&mut self.halves[bounds[0]..bounds[1]], &mut self.files[bounds[0]..bounds[1]]);
            of_row.clear();
            of_row.extend(halves.iter().copied().zip(files.iter().copied()));
            of_row.sort_unstable();
            for (at, word) in of_row.iter().enumerate() {
                (halves[at], files[at]) = *word;
            }
        }
    }

    fn found(&self, word: u32) -> &[u32] {
        let (start, end) = (self.starts[row(word)], self.starts[row(word) + 1]);
        let halves = &self.halves[start..end];
        let first = halves.partition_point(|&other| other < half(word));
        let length = halves[first..].partition_point(|&other| other == half(word));
        &self.files[start + first..start + first + length]
    }
}

/// The share that a word is in.
fn share_of(hash: u32) -> usize {
    (hash >> 28) as usize
}

/// The row of a word in its share.
fn row(hash: u32) -> usize {
    (hash >> 16) as usize % ROWS
}

/// What tells words of a row apart.
#[expect(clippy::cast_possible_truncation, reason = "the upper half is share and row")]
fn half(hash: u32) -> u16 {
    hash as u16
}

/// Where a text holds a word: what stands before it, and after it.
pub(crate) fn occurrences<'t>(text: &'t str, word: &str) -> impl Iterator<Item = (&'t [u8], &'t [u8])> {
    let (bytes, length) = (text.as_bytes(), word.len());
    let around =
        memchr::memmem::find_iter(bytes, word).map(move |at| (&bytes[..at], &bytes[at + length..])).collect::<Vec<_>>();
    let is_whole = |(before, after): &(&[u8], &[u8])| {
        !before.last().is_some_and(|&byte| is_word(byte)) && !after.first().is_some_and(|&byte| is_word(byte))
    };
    around.into_iter().filter(is_whole)
}

/// Which bytes words are made of.
static IN_WORDS: [bool; 256] = {
    let mut in_words = [false; 256];
    let mut byte = 0_u8;
    loop {
        in_words[byte as usize] = byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80;
        if byte == u8::MAX {
            break in_words;
        }
        byte += 1;
    }
};

fn is_word(byte: u8) -> bool {
    IN_WORDS[usize::from(byte)]
}

/// The hash of a word.
pub(crate) fn hash(word: &[u8]) -> u32 {
    let mut hasher = rustc_hash::FxHasher::default();
    word.hash(&mut hasher);
    // The upper half is the better mixed one.
    u32::try_from(hasher.finish() >> 32).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::{WordIndex, Words};
    use crate::source::FileId;
    use crate::threads::Crew;

    #[test]
    fn words_are_whole() {
        let words = Words::of("from a.bc import d_e as é2; x = 12abc + 'in text'");
        for word in ["from", "a", "bc", "import", "d_e", "é2", "x", "text"] {
            assert!(words.contain(word), "{word}");
        }
        for word in ["b", "d", "e", "12abc", "abc"] {
            assert!(!words.contain(word), "{word}");
        }
    }

    #[test]
    fn holders_are_found_among_many() {
        let texts = (0..200).map(|file| if file % 3 == 0 { format!("a b{file}") } else { "b".into() });
        let words: Vec<Words> = texts.map(|text: String| Words::of(&text)).collect();
        let index = WordIndex::new(&words, &mut Crew::new(2, 1 << 20, |_| ()));
        let holders = |word: &str| index.holders(word).map(|file| file.0).collect::<Vec<_>>();
        assert_eq!(holders("a"), (0..200).step_by(3).collect::<Vec<_>>());
        assert_eq!(holders("b66"), [66]);
        assert!(index.holds(FileId(66), "b66") && !index.holds(FileId(65), "b66"));
        assert!(holders("c").is_empty());
        assert!(index.is_held_by_more("a", 66) && !index.is_held_by_more("a", 67));
    }
}
