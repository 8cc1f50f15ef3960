//! What a text can hold, without parsing it.
//!
//! Each answer may be yes in vain, which costs a parse, but never no in vain. Refuses to know what a word means.

use crate::languages::Sought;
use crate::words::occurrences;
use memchr::memmem;

/// What stands before the name of what is defined.
const DEFINES: [&[u8]; 6] = [b"fn", b"struct", b"enum", b"union", b"trait", b"mod"];

/// Whether a text may hold a word as what is sought.
pub(crate) fn may_hold(text: &str, word: &str, sought: Sought) -> bool {
    occurrences(text, word).any(|(before, after)| {
        // `r#word` is the same name.
        let before = before.strip_suffix(b"r#").unwrap_or(before).trim_ascii_end();
        let joined = |words: &[&[u8]]| words.iter().any(|word| before.ends_with(word));
        // A comment may stand between any two words.
        let commented = joined(&[b"*/"]) || is_after_comment(before);
        commented
            || match sought {
                // A type's own name is `Self` in its blocks.
                Sought::Use | Sought::Value | Sought::Type | Sought::Imported => !joined(&[b"fn"]),
                Sought::Member => joined(&[b".", b"::"]),
                Sought::Definition => joined(&DEFINES) || is_in_head(before),
                Sought::Base => is_in_head(before),
                // Behind a brace, another field or an attribute.
                Sought::Field => joined(&[b"{", b",", b"]"]),
                Sought::Write | Sought::OtherWrite => joined(&[b"."]),
                Sought::Rename => may_be_renamed(word, after.trim_ascii_start()),
            }
    })
}

/// The same for an attribute of another object than the one that a method belongs to; that is not told apart.
pub(crate) fn may_write_other(text: &str, word: &str, _: &dyn Fn(usize) -> bool) -> bool {
    may_hold(text, word, Sought::OtherWrite)
}

/// The lists of what a text uses of a module, each to the end of its statement.
pub(crate) fn imported<'t>(text: &'t str, module: &str) -> Vec<&'t str> {
    let list = |at: usize| {
        let used = text[..at].trim_end().trim_end_matches("::").ends_with("use");
        let rest = &text[at + module.len()..];
        used.then(|| &rest[..rest.find(';').unwrap_or(rest.len())])
    };
    text.match_indices(module).filter_map(|(at, _)| list(at)).collect()
}

/// Whether the line before ends with a comment.
fn is_after_comment(before: &[u8]) -> bool {
    let line = &before[memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1)..];
    memmem::find(line, b"//").is_some()
}

/// Whether what comes after `before` may stand in the head of an `impl` or a trait.
fn is_in_head(before: &[u8]) -> bool {
    let mut rest = before;
    let mut own = true;
    loop {
        let start = memchr::memrchr(b'\n', rest);
        let line = &rest[start.map_or(0, |start| start + 1)..];
        if !own && [b'{', b'}', b';'].iter().any(|end| line.trim_ascii_end().ends_with(&[*end])) {
            return false;
        }
        if [&b"impl"[..], b"trait"].iter().any(|word| memmem::find(line, word).is_some()) {
            return true;
        }
        let Some(start) = start else { return false };
        own = false;
        rest = &rest[..start];
    }
}

/// Whether a word that is followed by this may be given another name: by an import, or as the type or constant that
/// another one is.
fn may_be_renamed(word: &str, after: &[u8]) -> bool {
    let ends = [&b"as"[..], b"/"].iter().any(|end| after.starts_with(end));
    let value = || after.first().is_none_or(|byte| matches!(byte, b';' | b'<' | b'>' | b')' | b'}' | b'?' | b'.'));
    ends || word.starts_with(char::is_uppercase) && value()
}

#[cfg(test)]
mod tests {
    use super::may_hold;
    use crate::languages::Sought;

    #[test]
    fn what_is_there_is_seen() {
        for text in [
            "pub struct Word;",
            "enum Word {}",
            "impl Word {}",
            "impl<T> From<T> for a::Word {}",
            "unsafe impl<T>\n    From<T>\n    for Word\n{}",
            "mod Word {}",
            "struct // A comment.\nWord;",
            "fn /* of */ Word() {}",
        ] {
            assert!(may_hold(text, "Word", Sought::Definition), "{text}");
        }
        for text in ["impl Word for B {}", "impl a::Word<C> for B {}", "trait A: B + Word {}"] {
            assert!(may_hold(text, "Word", Sought::Base), "{text}");
        }
        for text in ["x.word()", "x\n    .word()", "A::word(1)", "<A as B>::word", "x.r#word()", "x. // y\n word()"] {
            assert!(may_hold(text, "word", Sought::Member), "{text}");
        }
        for text in ["x.word = 1;", "x\n    .word += 1;", "x.r#word = 1;"] {
            assert!(may_hold(text, "word", Sought::Write), "{text}");
        }
        for text in [
            "use a::Word as Other;",
            "use a::{Word\n as Other};",
            "type Other = a::Word;",
            "type Other = Word<T>;",
            "type Other = Arc<Word>;",
            "const OTHER: A = Word;",
            "CELL.set(Word)",
        ] {
            assert!(may_hold(text, "Word", Sought::Rename), "{text}");
        }
        for text in ["A { word: 1 }", "A { b, word }", "A { b: 1,\n    #[cfg(x)]\n    word: 1 }", "A { /* b */ word }"]
        {
            assert!(may_hold(text, "word", Sought::Field), "{text}");
        }
        for text in ["word()", "struct word;", "fn f(x: word)", "fn word() { word() }", "// A fn\nword()"] {
            assert!(may_hold(text, "word", Sought::Use), "{text}");
        }
    }

    #[test]
    fn what_is_not_there_is_mostly_seen_not_to_be() {
        for text in ["let x = Word::new();", "impl A for B {\n    x: Word,\n}", "use a::Word;"] {
            assert!(!may_hold(text, "Word", Sought::Definition), "{text}");
            assert!(!may_hold(text, "Word", Sought::Base), "{text}");
        }
        for text in ["word()", "fn word() {}", "x.words()", "use a::{b, word};"] {
            assert!(!may_hold(text, "word", Sought::Member), "{text}");
        }
        for text in ["word = 1;", "x.word", "A { words: 1 }"] {
            assert!(!may_hold(text, "word", Sought::Field), "{text}");
        }
        for text in ["word = 1;", "A { word: 1 }", "x.words = 1;"] {
            assert!(!may_hold(text, "word", Sought::Write), "{text}");
        }
        for text in ["Word::new()", "fn f(x: &Word, y: u8)", "Word { a: 1 }"] {
            assert!(!may_hold(text, "Word", Sought::Rename), "{text}");
        }
        assert!(!may_hold("pub async fn word(&self);", "word", Sought::Use));
    }
}
