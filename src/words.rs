//! Which words occur in which file: an index from one look at each text.
//!
//! It answers "may this file say anything about X?" without parsing: no file that lacks the word can. Words are kept as
//! hashes; two words of one hash only cost a parse too many. Refuses to know what a word means.

use crate::source::{FileId, offset};
use crate::threads::Crew;
use std::hash::{Hash, Hasher};
use std::sync::OnceLock;

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
        each_word(bytes, |word| {
            if !word[0].is_ascii_digit() {
                let hash = hash(word);
                let last = &mut met[hash as usize % MET];
                if *last != hash || hash == 0 {
                    hashes.push(hash);
                }
                *last = hash;
            }
        });
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
    /// The lower halves of the hashes of a row's words, in the order of the files.
    halves: Vec<u16>,
    /// For each of these the file that holds the word.
    files: Vec<u32>,
    /// The rows that somebody asked for; most rows never are.
    sorted: Vec<OnceLock<Box<Row>>>,
}

/// A row in the order of its words.
#[derive(Debug)]
struct Row {
    halves: Box<[u16]>,
    /// Those of one word are in the order of ids.
    files: Box<[u32]>,
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
        let sorted = (0..ROWS).map(|_| OnceLock::new()).collect();
        let mut made = Share { starts, halves: vec![0; count], files: vec![0; count], sorted };
        for (file, words) in own.into_iter().enumerate() {
            for &word in words {
                let at = &mut next[row(word)];
                (made.halves[*at], made.files[*at]) = (half(word), offset(file));
                *at += 1;
            }
        }
        made
    }

    fn found(&self, word: u32) -> &[u32] {
        let row = self.sorted[row(word)].get_or_init(|| Box::new(self.sorted_row(row(word))));
        let first = row.halves.partition_point(|&other| other < half(word));
        let length = row.halves[first..].partition_point(|&other| other == half(word));
        &row.files[first..first + length]
    }

    fn sorted_row(&self, row: usize) -> Row {
        let bounds = self.starts[row]..self.starts[row + 1];
        let mut words: Vec<(u16, u32)> =
            self.halves[bounds.clone()].iter().copied().zip(self.files[bounds].iter().copied()).collect();
        words.sort_unstable();
        let (halves, files): (Vec<u16>, Vec<u32>) = words.into_iter().unzip();
        Row { halves: halves.into(), files: files.into() }
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

/// How many bytes are looked at together: as many as a number has bits.
const BLOCK: usize = u64::BITS as usize;

/// Does something with each word of a text, also those that begin with a digit. Which bytes words are made of is worked
/// out for many at once: a branch for each costs most of the time.
fn each_word<'t>(bytes: &'t [u8], mut each: impl FnMut(&'t [u8])) {
    let mut begun = None;
    for (index, block) in bytes.chunks(BLOCK).enumerate() {
        let start = index * BLOCK;
        let in_words = in_words(block);
        // Where a word begins or ends.
        let mut changes = in_words ^ (in_words << 1 | u64::from(begun.is_some()));
        while changes != 0 {
            let at = start + changes.trailing_zeros() as usize;
            changes &= changes - 1;
            match begun.take() {
                Some(begun) => each(&bytes[begun..at]),
                None => begun = Some(at),
            }
        }
    }
    if let Some(begun) = begun {
        each(&bytes[begun..]);
    }
}

/// A bit for each byte of a block, the first the lowest: whether words are made of it.
fn in_words(block: &[u8]) -> u64 {
    let (eights, rest) = block.as_chunks();
    let mut bits = 0;
    for (index, eight) in eights.iter().enumerate() {
        bits |= in_words_of_eight(u64::from_le_bytes(*eight)) << (index * 8);
    }
    let rest = rest.iter().enumerate().map(|(index, byte)| u64::from(is_word(*byte)) << (eights.len() * 8 + index));
    bits | rest.fold(0, |bits, bit| bits | bit)
}

/// The same of eight bytes in one number, each worked on in its own bits.
fn in_words_of_eight(bytes: u64) -> u64 {
    const EACH: u64 = 0x0101_0101_0101_0101;
    const TOP: u64 = 0x80 * EACH;
    // Sets the top bit of each byte that is at least so large, where none has it set.
    let at_least = |bytes: u64, least: u8| bytes + u64::from(0x80 - least) * EACH;
    let ascii = bytes & !TOP;
    let lower = ascii | (0x20 * EACH);
    let letters = at_least(lower, b'a') & !at_least(lower, b'z' + 1);
    let digits = at_least(ascii, b'0') & !at_least(ascii, b'9' + 1);
    let underscores = !at_least(ascii ^ (u64::from(b'_') * EACH), 1);
    let tops = (letters | digits | underscores | bytes) & TOP;
    // Gathers the top bits, each moved to a place of its own in the highest byte.
    (tops >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
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
    use super::{BLOCK, WordIndex, Words, each_word, in_words, is_word};
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
    fn many_bytes_at_once_are_what_each_is() {
        let bytes: Vec<u8> = (0..=u8::MAX).collect();
        for start in 0..bytes.len() {
            let block = &bytes[start..bytes.len().min(start + BLOCK)];
            for length in [block.len(), block.len() / 2, block.len().min(9)] {
                let each = block[..length].iter().enumerate().filter(|(_, byte)| is_word(**byte));
                assert_eq!(in_words(&block[..length]), each.fold(0, |bits, (at, _)| bits | 1 << at), "from {start}");
            }
        }
    }

    #[test]
    fn words_begin_and_end_wherever_blocks_do() {
        for length in [0, 1, 7, 8, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK] {
            for gap in [1, 2, BLOCK] {
                let text = format!("{}{}{}", "a".repeat(length), " ".repeat(gap), "9b_é".repeat(length));
                let mut met = Vec::new();
                each_word(text.as_bytes(), |word| met.push(word));
                let expected: Vec<&[u8]> = text.split_whitespace().map(str::as_bytes).collect();
                assert_eq!(met, expected, "{length} and {gap}");
            }
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
