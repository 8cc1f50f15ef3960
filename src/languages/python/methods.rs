//! Where `self` is the object of the method around, told by how lines are indented.
//!
//! Where that cannot be told, it is said of no place. Refuses to know what is done with the object.

use super::hints::{in_dotted_name, line_so_far, uncommented, without_leading_blanks};
use crate::source::offset;
use memchr::memmem;
use std::ops::Range;

/// How many lines the head of a function is looked for in; of a longer one nothing is said, and of a body in the line of
/// its head, unless another head ends soon.
const LONGEST: usize = 100;

/// Where in a text, from the first byte of a method to one past its last, `self` is the method's object.
pub(crate) fn methods(text: &str) -> Vec<Range<u32>> {
    let mut reader =
        Reader { text: text.as_bytes(), around: Vec::new(), open: None, found: Vec::new(), quotes: (0, 0) };
    let mut is_static = false;
    let mut start = 0;
    for end in memchr::memchr_iter(b'\n', reader.text).chain([text.len()]) {
        let line = &reader.text[start..end];
        let code = line.trim_ascii_start();
        let indent = line.len() - code.len();
        // How far a tab goes depends on who reads it.
        if line[..indent].contains(&b'\t') {
            return Vec::new();
        }
        // A bracket that closes stands under the line that opens it.
        if code.first().is_some_and(|sign| !b"#)]}".contains(sign)) {
            reader.leave(indent, start);
            is_static |= code.starts_with(b"@") && memmem::find(code, b"static").is_some();
            let defines = reader.define(indent, start, is_static);
            is_static &= !defines;
        }
        start = end + 1;
    }
    reader.leave(0, text.len());
    reader.found
}

/// What a line that is indented so far stands in.
struct Around {
    indent: usize,
    is_class: bool,
}

struct Reader<'t> {
    text: &'t [u8],
    /// From the outside.
    around: Vec<Around>,
    /// The method that was begun: its indentation and first byte.
    open: Option<(usize, usize)>,
    found: Vec<Range<u32>>,
    /// How many signs for texts of several lines there are, up to which byte.
    quotes: (usize, usize),
}

impl Reader<'_> {
    /// Comes to a line that is indented so far: what is indented as far ends before it.
    fn leave(&mut self, indent: usize, at: usize) {
        while self.around.pop_if(|around| around.indent >= indent).is_some() {}
        if let Some((_, start)) = self.open.take_if(|(own, _)| *own >= indent) {
            self.close(start, at);
        }
    }

    fn close(&mut self, start: usize, end: usize) {
        self.found.push(offset(start)..offset(end));
    }

    /// Begins what a line defines, if it does.
    fn define(&mut self, indent: usize, start: usize, is_static: bool) -> bool {
        let code = without_leading_blanks(&self.text[start..]);
        let is_class = is_keyword(code, b"class");
        let head = if is_class { None } else { head_of_function(code) };
        if head.is_none() && !is_class {
            let rest = &code[..memchr::memchr(b'\n', code).unwrap_or(code.len())];
            // A closure may have a `self` of its own.
            if self.open.is_some() && memmem::find(rest, b"lambda").is_some_and(|at| holds_self(&rest[at..])) {
                self.cut(start);
            }
            return false;
        }
        if self.is_in_text(start) {
            return false;
        }
        if let Some(head) = head {
            let is_method = self.around.last().is_some_and(|around| around.is_class) && !is_static;
            if is_method && head.is_some_and(begins_with_self) {
                self.open.get_or_insert((indent, start));
            } else if head.is_none_or(holds_self) {
                self.cut(start);
            }
        }
        self.around.push(Around { indent, is_class });
        true
    }

    /// Ends the method around, whatever comes.
    fn cut(&mut self, at: usize) {
        if let Some((_, start)) = self.open.take() {
            self.close(start, at);
        }
    }

    /// Whether a line may stand in a text that goes over several.
    fn is_in_text(&mut self, at: usize) -> bool {
        let (count, from) = self.quotes;
        let between = &self.text[from..at];
        let signs = |sign: &[u8]| memmem::find_iter(between, sign).count();
        self.quotes = (count + signs(b"\"\"\"") + signs(b"'''"), at);
        self.quotes.0 % 2 == 1
    }
}

/// The parameters of the function that a text begins to define, if it does, with the rest of its head and what stands
/// behind that in its line; nothing of a head whose end is not found.
fn head_of_function(code: &[u8]) -> Option<Option<&[u8]>> {
    let code = if is_keyword(code, b"async") { code[b"async".len()..].trim_ascii_start() } else { code };
    if !is_keyword(code, b"def") {
        return None;
    }
    let head = &code[memchr::memchr(b'(', code)? + 1..];
    let ends = |at: &usize| uncommented(line_so_far(&head[..*at])).trim_ascii_end().ends_with(b":");
    let end = memchr::memchr_iter(b'\n', head).take(LONGEST).find(ends);
    Some(end.map(|end| &head[..end]))
}

fn begins_with_self(head: &[u8]) -> bool {
    let rest = head.trim_ascii_start().strip_prefix(b"self");
    rest.is_some_and(|rest| !rest.first().is_some_and(in_dotted_name) && !holds_self(rest))
}

/// Whether the name `self`, not taken from anything, may be among these: a parameter perhaps.
fn holds_self(code: &[u8]) -> bool {
    memmem::find_iter(code, b"self").any(|at| {
        let (before, after) = (&code[..at], &code[at + b"self".len()..]);
        !before.last().is_some_and(in_dotted_name) && !after.first().is_some_and(in_dotted_name)
    })
}

fn is_keyword(code: &[u8], keyword: &[u8]) -> bool {
    code.strip_prefix(keyword).is_some_and(|rest| !rest.first().is_some_and(in_dotted_name))
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, methods};

    /// Whether `self` is said to be the object of a method at the end of a text, and at the same place where more follows.
    fn is_own(text: &str) -> bool {
        let at = crate::source::offset(text.len());
        let told = |text: &str| methods(text).iter().any(|method| method.start < at && at <= method.end);
        assert_eq!(told(text), told(&format!("{text}x = 1\nclass Z:\n    pass\n")), "{text}");
        told(text)
    }

    #[test]
    fn methods_have_an_object() {
        for text in [
            "class A:\n    def f(self):\n        self.",
            "class A(B):\n    x = 1\n\n    @property\n    async def f(self, x):\n        if x:\n            (a, self.",
            "class A:\n  def f(\n    self, x\n  ) -> int:\n    # note\n    with x as self.",
            "class A:\n    def f(self):\n        def g(x):\n            self.",
            "class A:\n    def f(self):\n        class B:\n            self.",
            "class A:\n    def f(x):\n        x\n    def g(self):\n        self.",
            "class A:\n    if x:\n        def f(self):\n            self.",
            "if x:\n    class A:\n        def f(self):\n            self.",
            "class A:\n    @staticmethod\n    def f(x):\n        x\n\n    def g(self):\n        self.",
        ] {
            assert!(is_own(text), "{text}");
        }
    }

    #[test]
    fn whatever_else_may_be_another() {
        for text in [
            "self.",
            "def f(self):\n    self.",
            "class A:\n    def f(x, self):\n        self.",
            "class A:\n    def f(x):\n        self.",
            "class A:\n    @staticmethod\n    def f(self):\n        self.",
            "class A:\n    @staticmethod\n    # note\n    @other\n    def f(self):\n        self.",
            "class A:\n    def f(self):\n        def g(x, self):\n            self.",
            "class A:\n    def f(self):\n        x = lambda self: self.",
            "class A:\n    def f(x):\n        def g(self):\n            self.",
            "class A:\n\tdef f(self):\n\t\tself.",
            "class A:\n    x = 1\nif x:\n    def f(self):\n        self.",
            "class A:\n    def f(self):\n        x = 1\nself.",
            "if x:\n    y = \"\"\"\nclass A:\n    \"\"\"\n    def f(self):\n        self.",
            "class_ = x\nif x:\n    def f(self):\n        self.",
        ] {
            assert!(!is_own(text), "{text}");
        }
        let long = format!("class A:\n    def f(self,{}\n    ):\n        self.", "\n        x,".repeat(LONGEST));
        assert!(!is_own(&long));
    }
}
