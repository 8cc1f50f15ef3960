//! Which words occur in which file: an index from one look at each text.
//!
//! It answers "may this file say anything about X?" without parsing: no file that lacks the word can. Words are kept as
//! hashes; two words of one hash only cost a parse too many. Refuses to know what a word means.

use crate::source::{FileId, offset};
use std::hash::{Hash, Hasher};

/// The words of one file.
#[derive(Debug, Clone, Default)]
pub struct Words(Box<[u32]>);

impl Words {
    /// The words of a text: runs of letters, digits and underscores, and of anything beyond ASCII.
    #[must_use]
    pub fn of(text: &str) -> Words {
        let bytes = text.as_bytes();
        let mut hashes = Vec::new();
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
                hashes.push(hash(&bytes[start..at]));
            }
        }
        hashes.sort_unstable();
        hashes.dedup();
        Words(hashes.into_boxed_slice())
    }

    /// Whether the text may hold any of these words.
    #[must_use]
    pub fn contain_any(&self, asked: &Asked) -> bool {
        asked.0.iter().any(|word| self.0.binary_search(word).is_ok())
    }

    /// Whether the text may hold a word.
    #[must_use]
    pub fn contain(&self, word: &str) -> bool {
        self.0.binary_search(&hash(word.as_bytes())).is_ok()
    }
}

/// Words to look for in many files.
#[derive(Debug)]
pub struct Asked(Vec<u32>);

impl Asked {
    /// These words.
    #[must_use]
    pub fn new<'a>(words: impl IntoIterator<Item = &'a str>) -> Asked {
        Asked(words.into_iter().map(|word| hash(word.as_bytes())).collect())
    }
}

/// Into how many rows words are sorted, so that few files need a closer look.
const ROWS: usize = 4096;

/// The words of all files of a project.
#[derive(Debug, Default)]
pub struct WordIndex {
    files: Vec<Words>,
    /// For each row a bit for each file: whether it holds a word of that row.
    rows: Vec<u64>,
    /// How many words of bits a row has.
    width: usize,
}

impl WordIndex {
    /// An index of files in the order of their ids.
    #[must_use]
    pub fn new(files: Vec<Words>) -> WordIndex {
        let width = files.len().div_ceil(64);
        let mut rows = vec![0; ROWS * width];
        for (file, words) in files.iter().enumerate() {
            for &word in &words.0 {
                rows[row(word) * width + file / 64] |= 1 << (file % 64);
            }
        }
        WordIndex { files, rows, width }
    }

    /// The files that hold a word, in the order of ids.
    pub fn holders(&self, word: &str) -> impl Iterator<Item = FileId> {
        let word = hash(word.as_bytes());
        let start = row(word) * self.width;
        let bits = self.rows[start..start + self.width].iter().enumerate();
        let files =
            bits.filter(|(_, bits)| **bits != 0).flat_map(|(at, &bits)| set_bits(bits).map(move |bit| at * 64 + bit));
        files.filter(move |&file| self.files[file].0.binary_search(&word).is_ok()).map(|file| FileId(offset(file)))
    }

    /// Whether more than `limit` files hold a word.
    #[must_use]
    pub fn is_held_by_more(&self, word: &str, limit: usize) -> bool {
        self.holders(word).nth(limit).is_some()
    }

    /// The words of each file, in the order of ids.
    #[must_use]
    pub fn files(&self) -> &[Words] {
        &self.files
    }
}

/// Which bits are set, lowest first.
fn set_bits(mut bits: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let lowest = (bits != 0).then(|| bits.trailing_zeros() as usize);
        bits &= bits.wrapping_sub(1);
        lowest
    })
}

/// The row of a word.
fn row(hash: u32) -> usize {
    hash as usize % ROWS
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

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
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
        let index = WordIndex::new(texts.map(|text: String| Words::of(&text)).collect());
        let holders = |word: &str| index.holders(word).map(|file| file.0).collect::<Vec<_>>();
        assert_eq!(holders("a"), (0..200).step_by(3).collect::<Vec<_>>());
        assert_eq!(holders("b66"), [66]);
        assert!(holders("c").is_empty());
        assert!(index.is_held_by_more("a", 66) && !index.is_held_by_more("a", 67));
    }
}
