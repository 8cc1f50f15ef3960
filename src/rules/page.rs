//! Takes a rule's page apart: the front matter, the body, and its tagged examples.
//!
//! Cannot fail: what is not understood is left out, and `tests/catalogue.rs` holds every page to the full form.

/// A rule's page.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    front: &'a str,
    /// The Markdown after the front matter.
    pub body: &'a str,
}

impl<'a> Page<'a> {
    /// The value of a front matter key; empty where there is none.
    #[must_use]
    pub fn get(&self, key: &str) -> &'a str {
        self.entries().find(|(name, _)| *name == key).map_or("", |(_, value)| value)
    }

    /// The `key: value` lines of the front matter, in their order. A line without a colon is a key without a value.
    pub fn entries(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.front.lines().map(|line| {
            let (key, value) = line.split_once(':').unwrap_or((line, ""));
            (key.trim(), value.trim())
        })
    }
}

/// Separates the front matter, between two `---` lines at the top, from the body.
#[must_use]
pub fn parse(text: &str) -> Page<'_> {
    let parts = text.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n"));
    let (front, body) = parts.unwrap_or(("", text));
    Page { front, body: body.trim_start_matches('\n') }
}

/// What an example promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tag {
    /// Exactly one finding of the page's rule.
    Bad,
    /// No finding of any default rule.
    Good,
    /// What the fix makes of the `bad` example before it.
    Fixed,
}

/// A tagged code block of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example<'a> {
    /// The language, as it is written after the fence.
    pub language: &'a str,
    /// What it promises.
    pub tag: Tag,
    /// The code, with its last line feed.
    pub text: &'a str,
    /// The line of the body, from 1, that the code begins on.
    pub line: usize,
}

/// The tagged code blocks of a page's body, in their order: those that a fence like "```` ```python bad ````" opens.
/// Blocks without a tag are prose.
#[must_use]
pub fn examples(body: &str) -> Vec<Example<'_>> {
    let mut found = Vec::new();
    let mut open: Option<Fence<'_>> = None;
    let mut offset = 0;
    for (row, line) in body.split_inclusive('\n').enumerate() {
        let start = offset;
        offset += line.len();
        let Some(info) = line.trim_end().strip_prefix("```") else { continue };
        let Some(fence) = open.take() else {
            open = Some(Fence { info, from: offset, line: row + 2 });
            continue;
        };
        if let Some((language, tag)) = info_of(fence.info) {
            found.push(Example { language, tag, text: &body[fence.from..start], line: fence.line });
        }
    }
    found
}

/// The fence that opens a block: what is written after it, and where the block's text begins.
struct Fence<'a> {
    info: &'a str,
    from: usize,
    line: usize,
}

/// The language and the tag after a fence.
fn info_of(info: &str) -> Option<(&str, Tag)> {
    let (language, tag) = info.trim().split_once(' ')?;
    let tag = match tag.trim() {
        "bad" => Tag::Bad,
        "good" => Tag::Good,
        "fixed" => Tag::Fixed,
        _ => return None,
    };
    Some((language, tag))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn front_matter_and_body() {
        let page = parse("---\ncode: PC101\nsummary: a: b\n---\n\nBody.\n");
        assert_eq!(page.get("code"), "PC101");
        assert_eq!(page.get("summary"), "a: b");
        assert_eq!(page.get("name"), "");
        assert_eq!(page.body, "Body.\n");
    }

    #[test]
    fn a_page_without_front_matter_is_all_body() {
        let page = parse("Body.\n");
        assert_eq!((page.get("code"), page.body), ("", "Body.\n"));
    }

    #[test]
    fn tagged_blocks_are_examples() {
        let body = "Text.\n\n```python bad\nx = 1\n```\n\n```toml\na = 1\n```\n\n```rust good\nfn f() {}\n\n```\n";
        let found = examples(body);
        assert_eq!(
            found,
            [
                Example { language: "python", tag: Tag::Bad, text: "x = 1\n", line: 4 },
                Example { language: "rust", tag: Tag::Good, text: "fn f() {}\n\n", line: 12 },
            ]
        );
        assert_eq!(body.lines().nth(found[1].line - 1), Some("fn f() {}"));
    }

    #[test]
    fn a_block_that_never_closes_is_none() {
        assert_eq!(examples("```python bad\nx = 1\n"), []);
    }
}
