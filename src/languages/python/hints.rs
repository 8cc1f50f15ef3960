//! What a text can hold, without parsing it.
//!
//! Each answer may be yes in vain, which costs a parse, but never no in vain: of code, that is, not of what stands for
//! code in a text. Refuses to know what a word means.

use crate::languages::Sought;
use crate::words::occurrences;
use memchr::memmem;
use std::cell::OnceCell;

/// Whether a text may hold a word as what is sought.
pub(crate) fn may_hold(text: &str, word: &str, sought: Sought) -> bool {
    let imports = Imports { text: text.as_bytes(), keywords: OnceCell::new() };
    occurrences(text, word).any(|(before, after)| {
        let joined = |words: &[&[u8]]| words.iter().any(|word| before.trim_ascii_end().ends_with(word));
        match sought {
            // A line that ends with `def` may be a comment.
            Sought::Use => !without_blanks(before).ends_with(b"def"),
            Sought::Value => !imports.hold(before) && is_value(before, after),
            Sought::Type => !imports.hold(before) && !is_caught(before),
            Sought::Member => is_taken(before),
            Sought::Imported => is_taken(before) || imports.hold(before) || imports_all(text),
            Sought::Definition => joined(&[b"def", b"class", b"\\"]),
            Sought::Base => is_in_class_head(before),
            // Objects are made by calls.
            Sought::Field => false,
            Sought::Write | Sought::OtherWrite => is_taken(before) && may_be_written(before, after),
            Sought::Rename => {
                [&b"as"[..], b"\\", b"#"].iter().any(|word| after.trim_ascii_start().starts_with(word))
                    || word.starts_with(char::is_uppercase) && is_whole_value(after) && is_assigned(before)
            }
        }
    })
}

/// The same for an attribute of another object than the one that a method belongs to; `is_own` tells whether that object
/// is `self` at a byte.
pub(crate) fn may_write_other(text: &str, word: &str, is_own: &dyn Fn(usize) -> bool) -> bool {
    let of_self = |before: &[u8]| {
        let outer = before.strip_suffix(b"self.");
        outer.is_some_and(|outer| !outer.last().is_some_and(in_dotted_name))
    };
    occurrences(text, word).any(|(before, after)| {
        is_taken(before) && may_be_written(before, after) && !(of_self(before) && is_own(before.len()))
    })
}

/// Whether a name that is followed by this may be the whole of what is assigned, or its end.
fn is_whole_value(after: &[u8]) -> bool {
    let rest = without_leading_blanks(after);
    rest.first().is_none_or(|sign| matches!(sign, b'\r' | b'\n' | b')' | b'#' | b';' | b'\\'))
}

/// Whether what comes after `before` may be the end of a dotted name that is assigned to what looks like a class.
fn is_assigned(before: &[u8]) -> bool {
    let in_name =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b' ' | b'\t') || *byte >= 0x80;
    let end = before.iter().rposition(|byte| !in_name(byte)).map_or(0, |last| last + 1);
    let rest = before[..end].trim_ascii_end();
    let target = match rest.strip_suffix(b"(") {
        Some(outer) => outer.trim_ascii_end().strip_suffix(b"="),
        None if rest.ends_with(b"\\") => return true,
        None => rest.strip_suffix(b"=").filter(|_| rest.len() == end),
    };
    target.is_some_and(|target| {
        let line = &target[memchr::memrchr(b'\n', target).map_or(0, |newline| newline + 1)..];
        let statement = &line[memchr::memrchr(b';', line).map_or(0, |end| end + 1)..];
        let first = without_leading_blanks(statement).first();
        !first.is_some_and(|first| first.is_ascii_lowercase() || *first == b'_')
    })
}

/// Whether what comes after `before` may be taken from something: behind a dot, with nothing, the end of a line or a
/// comment between.
fn is_taken(before: &[u8]) -> bool {
    let rest = before.trim_ascii_end();
    let beyond = before[rest.len()..].iter().any(is_newline);
    rest.ends_with(b".")
        || rest.ends_with(b"\\")
        || beyond && uncommented(line_so_far(rest)).len() < line_so_far(rest).len()
}

/// The statements of a text that import.
struct Imports<'t> {
    text: &'t [u8],
    /// Where their keywords end, in order; looked for once.
    keywords: OnceCell<Vec<usize>>,
}

impl Imports<'_> {
    /// Whether what comes after `before` stands in one: in a line with the keyword, one that goes on from it, or the
    /// brackets that one opens.
    fn hold(&self, before: &[u8]) -> bool {
        let keywords = self.keywords.get_or_init(|| self.keywords());
        let met = keywords.partition_point(|&end| end < before.len());
        keywords[..met].last().is_some_and(|&end| goes_on(&before[end..]))
    }

    fn keywords(&self) -> Vec<usize> {
        let begins = |&at: &usize| {
            let line = line_so_far(&self.text[..at]);
            let statement = line.rsplit(|byte| matches!(byte, b';' | b':')).next().unwrap_or_default().trim_ascii();
            let is_module = |module: &[u8]| module.first().is_some_and(|sign| b" \t.".contains(sign));
            let apart = line.last().is_none_or(|sign| b" \t.;:".contains(sign));
            let next = self.text.get(at + b"import".len());
            apart
                && (statement.is_empty() || statement.strip_prefix(b"from").is_some_and(is_module))
                && uncommented(line).len() == line.len()
                && next.is_some_and(|byte| !in_dotted_name(byte))
        };
        memmem::find_iter(self.text, b"import").filter(begins).map(|at| at + b"import".len()).collect()
    }
}

/// Whether a statement that imports goes on from behind its keyword to the end of a text.
fn goes_on(rest: &[u8]) -> bool {
    let mut lines = rest.split(is_newline).map(<[u8]>::trim_ascii);
    let first = lines.clone().find(|line| *line != b"\\").unwrap_or_default();
    if first.starts_with(b"(") {
        return !lines.any(|line| uncommented(line).contains(&b')'));
    }
    let written = lines.next_back().unwrap_or_default();
    !written.contains(&b';') && lines.all(|line| line.ends_with(b"\\"))
}

/// Whether what comes after `before` is among what a handler catches.
fn is_caught(before: &[u8]) -> bool {
    let types = line_so_far(before).trim_ascii_start().strip_prefix(b"except");
    types.is_some_and(|types| !types.first().is_some_and(in_dotted_name) && !types.contains(&b':'))
}

/// The lists of what a text imports from a module by `from`, with the comments in them.
pub(crate) fn imported<'t>(text: &'t str, module: &str) -> Vec<&'t str> {
    let list = |at: usize| {
        let line = line_so_far(&text.as_bytes()[..at]);
        let from = without_blanks(without_dotted_name(line)).strip_suffix(b"from")?;
        if from.last().is_some_and(in_dotted_name) {
            return None;
        }
        let rest = &text[at + module.len()..];
        let names = &rest[rest.find("import")? + "import".len()..];
        let end = if names.trim_start().starts_with('(') {
            names.find(')')
        } else {
            names.match_indices(['\n', '\r']).map(|(at, _)| at).find(|&at| !names[..at].trim_end().ends_with('\\'))
        };
        Some(&names[..end.unwrap_or(names.len())])
    };
    memmem::find_iter(text.as_bytes(), module).filter_map(list).collect()
}

/// Whether a name, of a module perhaps, between these is called or stands for its value: not where it is caught, or the
/// type of something.
fn is_value(before: &[u8], after: &[u8]) -> bool {
    if is_caught(before) {
        return false;
    }
    let outer = without_dotted_name(before).trim_ascii_end();
    let rest = without_leading_blanks(after);
    let follows = |words: &[&[u8]]| words.iter().any(|word| outer.ends_with(word));
    let keyed = outer.strip_suffix(b":").map(<[u8]>::trim_ascii_end);
    let placed = keyed.is_some_and(|key| key.ends_with(b"\"") || key.ends_with(b"'"))
        || follows(&[
            b"=", b"(", b",", b"{", b"\\", b"return", b"yield", b" or", b" else", b" and", b"lambda:", b" in",
        ]);
    let ended = rest.first().is_none_or(|sign| b"),}\r\n;#\\".contains(sign))
        || [&b"if "[..], b"else ", b"or ", b"and ", b"for "].iter().any(|word| rest.starts_with(word));
    rest.first() == Some(&b'(') || placed && ended || is_listed(outer)
}

/// Whether what comes after `outer` stands in a list: the innermost bracket that is open is square, and what is before it
/// takes no index and no types.
fn is_listed(outer: &[u8]) -> bool {
    let mut closed = 0_usize;
    for (at, byte) in outer.iter().enumerate().rev() {
        match byte {
            b')' | b']' | b'}' => closed += 1,
            b'(' | b'[' | b'{' if closed > 0 => closed -= 1,
            b'[' => {
                let owner = outer[..at].last();
                return !owner
                    .is_some_and(|byte| in_dotted_name(byte) || matches!(byte, b')' | b']' | b'[' | b'\"' | b'\''));
            }
            b'(' | b'{' => return false,
            _ => {}
        }
    }
    false
}

/// Whether a byte may be part of names with dots between them.
pub(super) fn in_dotted_name(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.') || *byte >= 0x80
}

/// A text without the names that it ends with, and the dots between and behind them.
fn without_dotted_name(before: &[u8]) -> &[u8] {
    &before[..before.iter().rposition(|byte| !in_dotted_name(byte)).map_or(0, |last| last + 1)]
}

/// Whether a text may import whatever a module has.
pub(super) fn imports_all(text: &str) -> bool {
    memmem::find_iter(text.as_bytes(), "import").any(|at| {
        let rest = text[at + "import".len()..].trim_start_matches(|sign: char| sign.is_whitespace() || sign == '\\');
        rest.starts_with('*')
    })
}

pub(super) fn without_leading_blanks(text: &[u8]) -> &[u8] {
    let start = text.iter().position(|byte| !matches!(byte, b' ' | b'\t' | b'\x0c')).unwrap_or(text.len());
    &text[start..]
}

fn without_blanks(before: &[u8]) -> &[u8] {
    let end = before.iter().rposition(|byte| !matches!(byte, b' ' | b'\t')).map_or(0, |last| last + 1);
    &before[..end]
}

/// Whether what comes after `before` may be a base in a class's head: behind a line that begins with `class` and opens
/// a bracket, with no line between that ends as a head does.
fn is_in_class_head(before: &[u8]) -> bool {
    let mut start = before.len();
    loop {
        let end = start;
        start = memchr::memrchr(b'\n', &before[..end.saturating_sub(1)]).map_or(0, |newline| newline + 1);
        let line = &before[start..end];
        if end != before.len() && uncommented(line).trim_ascii_end().ends_with(b":") {
            return false;
        }
        if without_leading_blanks(line).starts_with(b"class") {
            return is_open(&before[start..]);
        }
        if start == 0 {
            return false;
        }
    }
}

/// Whether a class's head up to a place leaves a bracket open, but none of a type's parameters, which are no bases.
fn is_open(head: &[u8]) -> bool {
    let mut round = false;
    let mut square = 0;
    for line in head.split(|byte| *byte == b'\n') {
        for byte in uncommented(line) {
            match byte {
                b'(' => round = true,
                b'[' if round => square += 1,
                b']' if round => square -= 1,
                // What a text holds opens and closes nothing.
                b'"' | b'\'' => return true,
                _ => {}
            }
        }
    }
    round && square <= 0
}

pub(super) fn uncommented(line: &[u8]) -> &[u8] {
    &line[..memchr::memchr(b'#', line).unwrap_or(line.len())]
}

/// Whether an attribute between these may be assigned to.
fn may_be_written(before: &[u8], after: &[u8]) -> bool {
    let rest = after.trim_ascii_start();
    match rest {
        [b'=', b'=', ..] => false,
        [b'=' | b'\\' | b'#', ..] => true,
        [b':', ..] => may_be_annotated(line_so_far(before)),
        [b',' | b')' | b']', ..] => may_be_among_targets(line_so_far(before), rest),
        // An operator, and the sign of an assignment after it.
        [b'+' | b'-' | b'*' | b'/' | b'%' | b'&' | b'|' | b'^' | b'@' | b'<' | b'>', more @ ..] => {
            more.iter().take(2).any(|byte| *byte == b'=')
        }
        _ => rest.starts_with(b"in"),
    }
}

/// Old files end their lines with `\r` alone.
fn is_newline(byte: &u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

pub(super) fn line_so_far(before: &[u8]) -> &[u8] {
    &before[memchr::memrchr2(b'\n', b'\r', before).map_or(0, |newline| newline + 1)..]
}

/// Whether the colon behind an attribute may begin its annotation, or end the head that it is bound in: it ends no
/// condition, and belongs to no slice or mapping.
fn may_be_annotated(line: &[u8]) -> bool {
    let first = line.split(u8::is_ascii_whitespace).find(|word| !word.is_empty());
    let condition =
        first.is_some_and(|word| matches!(word, b"if" | b"elif" | b"while" | b"return" | b"match" | b"case"));
    match open_brackets(line) {
        Some(0) => !condition || line.contains(&b':'),
        Some(_) => false,
        None => true,
    }
}

/// How many brackets a piece of code leaves open; nothing where a text may hold some.
fn open_brackets(code: &[u8]) -> Option<usize> {
    let mut open = 0_usize;
    for byte in code {
        match byte {
            b'(' | b'[' | b'{' => open += 1,
            b')' | b']' | b'}' => open = open.saturating_sub(1),
            b'"' | b'\'' | b'#' => return None,
            _ => {}
        }
    }
    Some(open)
}

/// Whether an attribute behind `line`, with a comma or closing bracket after it, may be one of several targets: it is
/// bound by a keyword, an assignment follows in its line, or its brackets go beyond the line.
fn may_be_among_targets(line: &[u8], rest: &[u8]) -> bool {
    let rest = &rest[..memchr::memchr(b'\n', rest).unwrap_or(rest.len())];
    let bound = [&b" as "[..], b"for "].iter().any(|keyword| memmem::find(line, keyword).is_some());
    let beyond = open_brackets(line).is_none_or(|open| open == 0) || open_brackets(&[line, rest].concat()) != Some(0);
    bound || beyond || rest.iter().any(|sign| matches!(sign, b'=' | b'\\'))
}

#[cfg(test)]
mod tests {
    use super::{may_hold, may_write_other};
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
            "(\n    a,\n    x.word,\n) = f()",
            "(x.word,\n y) = f()",
            "[a, x.word] = f()",
            "with a, f() as x.word:",
            "with (\n    f() as x.word\n):",
            "for a, x.word in y:",
            "if a: x.word: int = 1",
            "a[\"(\"].word: int = 1",
        ] {
            assert!(may_hold(text, "word", Sought::Write), "{text}");
        }
        for text in [
            "word()",
            "x = a.word (1)",
            "imported = word()",
            "from_import = word()",
            "x.import_(word)",
            "# import\nx = word",
            "\"\"\"What we import (a lot\"\"\"\nx = word",
            "import a; x = word",
            "exceptional = word()",
            "except a: x = word",
            "x = [word, a]",
            "for x in [a, word]: ...",
            "x = [\n    a,\n    b.word\n]",
            "x = word",
            "f(word, 1)",
            "f(a, word)",
            "class A(a.word):",
            "{'a': a.word, 'b': b}",
            "return word",
            "x or word",
            "x = word if y else z",
            "lambda: a.word",
            "f(\n    word,\n)",
        ] {
            assert!(may_hold(text, "word", Sought::Value), "{text}");
        }
        assert!(may_hold("def f(x: a.word): ...", "word", Sought::Type));
        for text in [
            "x.word()",
            "import word",
            "if a: from b import c, word",
            "from a import (  # b (c)\n    d,\n    word,\n)",
            "from a import (\n    b,  # import c\n    word)",
            "from a import b, \\\n    word",
            "from a import \\\n    *\nword()",
        ] {
            assert!(may_hold(text, "word", Sought::Imported), "{text}");
        }
        for text in
            ["x.word()", "x. word", "x.\n  word", "x \\\n .word", "x.\\\nword", "(x.  # y\n  word)", "f(x.word)"]
        {
            assert!(may_hold(text, "word", Sought::Member), "{text}");
        }
        for text in [
            "class A(  # no class:\n    word\n):",
            "class A(word):",
            "class A(\n    B,\n    m.word,\n):",
            "class A(B[int], word): pass",
            "class A(B[int],  # [\n    word): pass",
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
    fn writes_of_own_attributes_are_told_apart() {
        for text in ["self.word = 1", "with f() as self.word:", "a; self.word += 1"] {
            assert!(!may_write_other(text, "word", &|_| true), "{text}");
            assert!(may_write_other(text, "word", &|_| false), "{text}");
        }
        for text in ["a.self.word = 1", "myself.word = 1", "self .word = 1", "other.word = self.word = 1"] {
            assert!(may_write_other(text, "word", &|_| true), "{text}");
        }
        assert!(!may_write_other("x = self.word", "word", &|_| false));
    }

    #[test]
    fn what_is_not_there_is_mostly_seen_not_to_be() {
        for text in [
            "from a import word",
            "import a; from b import c, word",
            "from a import (\n    word,\n)",
            "except (a.word, b):",
            "except* a.word as b:",
            "def f(x: word, y: Optional[a.word] = None) -> a.word:",
            "x: word | None = None",
            "Union[float, a.word]",
            "a.word.b",
            "the word is",
        ] {
            assert!(!may_hold(text, "word", Sought::Value), "{text}");
        }
        assert!(
            !may_hold("from a import word", "word", Sought::Type) && !may_hold("except word:", "word", Sought::Type)
        );
        for text in [
            "word()",
            "# word\nimport a\nword()",
            "from a import (\n    b,  # import\n)\nword()",
            "from a import b \\\n    as c\nword()",
            "import a\nf(word)",
        ] {
            assert!(!may_hold(text, "word", Sought::Imported), "{text}");
        }
        for text in ["word()", "f(word)", "import a, word", "x.words()", "x.\ny, word"] {
            assert!(!may_hold(text, "word", Sought::Member), "{text}");
        }
        for text in [
            "x.word == 1",
            "x.word.y = 1",
            "x.word(1)",
            "word = 1",
            "x.words = 1",
            "f(x.word)",
            "f(x.word, 1)\ny = 2",
            "y[x.word]\n",
            "if x.word:",
            "y = {x.word: 1}",
        ] {
            assert!(!may_hold(text, "word", Sought::Write), "{text}");
        }
        for text in [
            "from a import word\n",
            "class A(B):\n    x: word\n",
            "class A:\n    def f(self): word()\n",
            "class word(A):\n",
            "device_class=word\n",
            "class A(B[word]): pass",
        ] {
            assert!(!may_hold(text, "word", Sought::Base), "{text}");
        }
        assert!(!may_hold("async def word(self): ...", "word", Sought::Use));
        for text in [
            "class A(Word):\n",
            "return a.Word\n",
            "f(a.Word)",
            "from a import Word\n",
            "other = Word\n",
            "Other = Word()\n",
            "Other = Word[int]\n",
        ] {
            assert!(!may_hold(text, "Word", Sought::Rename), "{text}");
        }
    }
}
