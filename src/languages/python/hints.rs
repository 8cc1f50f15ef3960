//! What a text can hold, without parsing it.
//!
//! Each answer may be yes in vain, which costs a parse, but never no in vain. Refuses to know what a word means.

use crate::languages::Sought;
use crate::words::occurrences;
use memchr::memmem;

/// Whether a text may hold a word as what is sought.
pub(crate) fn may_hold(text: &str, word: &str, sought: Sought) -> bool {
    occurrences(text, word).any(|(before, after)| {
        let joined = |words: &[&[u8]]| words.iter().any(|word| before.trim_ascii_end().ends_with(word));
        match sought {
            // A line that ends with `def` may be a comment.
            Sought::Use => !without_blanks(before).ends_with(b"def"),
            Sought::Definition => joined(&[b"def", b"class", b"\\"]),
            Sought::Base => is_in_class_head(before),
            // Objects are made by calls.
            Sought::Field => false,
            Sought::Write => joined(&[b".", b"\\"]) && may_be_written(after),
            Sought::Rename => {
                [&b"as"[..], b"\\", b"#"].iter().any(|word| after.trim_ascii_start().starts_with(word))
                    || word.starts_with(char::is_uppercase) && is_assigned(before)
            }
        }
    })
}

/// Whether what comes after `before` may be the end of a dotted name that is assigned.
fn is_assigned(before: &[u8]) -> bool {
    let in_name =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b' ' | b'\t') || *byte >= 0x80;
    let end = before.iter().rposition(|byte| !in_name(byte)).map_or(0, |last| last + 1);
    let rest = before[..end].trim_ascii_end();
    match rest.strip_suffix(b"(") {
        Some(outer) => outer.trim_ascii_end().ends_with(b"="),
        None => rest.ends_with(b"=") && rest.len() == end || rest.ends_with(b"\\"),
    }
}

fn without_blanks(before: &[u8]) -> &[u8] {
    let end = before.iter().rposition(|byte| !matches!(byte, b' ' | b'\t')).map_or(0, |last| last + 1);
    &before[..end]
}

/// Whether what comes after `before` may stand between `class` and the colon that ends its line.
fn is_in_class_head(before: &[u8]) -> bool {
    let mut rest = before;
    let mut own = true;
    loop {
        let start = memchr::memrchr(b'\n', rest);
        let line = &rest[start.map_or(0, |start| start + 1)..];
        let code = &line[..memchr::memchr(b'#', line).unwrap_or(line.len())];
        if !own && code.trim_ascii_end().ends_with(b":") {
            return false;
        }
        if memmem::find(line, b"class").is_some() {
            return true;
        }
        let Some(start) = start else { return false };
        own = false;
        rest = &rest[..start];
    }
}

/// Whether an attribute that is followed by this may be assigned to.
fn may_be_written(after: &[u8]) -> bool {
    let rest = after.trim_ascii_start();
    match rest {
        [b'=', b'=', ..] => false,
        [b'=' | b':' | b',' | b')' | b']' | b'\\' | b'#', ..] => true,
        // An operator, and the sign of an assignment after it.
        [b'+' | b'-' | b'*' | b'/' | b'%' | b'&' | b'|' | b'^' | b'@' | b'<' | b'>', more @ ..] => {
            more.iter().take(2).any(|byte| *byte == b'=')
        }
        _ => rest.starts_with(b"in"),
    }
}

#[cfg(test)]
mod tests {
    use super::may_hold;
    use crate::languages::Sought;

    #[test]
    fn what_is_there_is_seen() {
        for text in [
            "x.word = 1",
            "x.word: int = 1",
            "(a, x.word) = f()",
            "with f() as x.word:",
            "for x.word in y:",
            "x.word += 1",
            "x . word //= 2",
            "x.word, y = f()",
            "x.word\\\n = 1",
        ] {
            assert!(may_hold(text, "word", Sought::Write), "{text}");
        }
        for text in [
            "class A(  # no class:\n    word\n):",
            "class A(word):",
            "class A(\n    B,\n    m.word,\n):",
            "class A(B[word]): pass",
        ] {
            assert!(may_hold(text, "word", Sought::Base), "{text}");
        }
        for text in ["class word:", "async def  word(x): ..."] {
            assert!(may_hold(text, "word", Sought::Definition), "{text}");
        }
        assert!(may_hold("from a import b, word  as c", "word", Sought::Rename));
        for text in ["Other = Word", "Other = a.b.Word\n", "Other = (\n    a.Word\n)", "Other = \\\n    a.Word"] {
            assert!(may_hold(text, "Word", Sought::Rename), "{text}");
        }
        for text in
            ["# see def\nword()", "word()", "x = word", "@word", "def f(x=word): ...", "from a import word as b"]
        {
            assert!(may_hold(text, "word", Sought::Use), "{text}");
        }
    }

    #[test]
    fn what_is_not_there_is_mostly_seen_not_to_be() {
        for text in ["x.word == 1", "x.word.y = 1", "x.word(1)", "word = 1", "x.words = 1"] {
            assert!(!may_hold(text, "word", Sought::Write), "{text}");
        }
        for text in ["from a import word\n", "class A(B):\n    x: word\n", "class A:\n    def f(self): word()\n"] {
            assert!(!may_hold(text, "word", Sought::Base), "{text}");
        }
        assert!(!may_hold("async def word(self): ...", "word", Sought::Use));
        for text in ["class A(Word):\n", "return a.Word\n", "f(a.Word)", "from a import Word\n"] {
            assert!(!may_hold(text, "Word", Sought::Rename), "{text}");
        }
    }
}
