//! Which words occur in which file: an index from one look at each text.
//!
//! It answers "may this file say anything about X?" without parsing: no file that lacks the word can. Words are kept as
//! hashes; two words of one hash only cost a parse too many. Refuses to know what a word means.

use crate::source::FileId;
use rustc_hash::FxHashMap;
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

/// The words of all files of a project.
#[derive(Debug, Default)]
pub struct WordIndex {
    files: Vec<Words>,
    counts: FxHashMap<u32, u32>,
}

impl WordIndex {
    /// An index of files in the order of their ids.
    #[must_use]
    pub fn new(files: Vec<Words>) -> WordIndex {
        let mut counts: FxHashMap<u32, u32> = FxHashMap::default();
        for words in &files {
            for &word in &words.0 {
                *counts.entry(word).or_default() += 1;
            }
        }
        WordIndex { files, counts }
    }

    /// In how many files a word occurs.
    #[must_use]
    pub fn count(&self, word: &str) -> usize {
        self.counts.get(&hash(word.as_bytes())).map_or(0, |&count| count as usize)
    }

    /// The files that hold a word, in the order of ids.
    pub fn holders(&self, word: &str) -> impl Iterator<Item = FileId> {
        let word = hash(word.as_bytes());
        let files = (0..).map(FileId).zip(&self.files);
        files.filter(move |(_, words)| words.0.binary_search(&word).is_ok()).map(|(id, _)| id)
    }

    /// The words of each file, in the order of ids.
    #[must_use]
    pub fn files(&self) -> &[Words] {
        &self.files
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

fn hash(word: &[u8]) -> u32 {
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
    fn files_are_counted() {
        let index = WordIndex::new(vec![Words::of("a b a"), Words::of("b"), Words::of("")]);
        assert_eq!((index.count("a"), index.count("b"), index.count("c")), (1, 2, 0));
    }
}
