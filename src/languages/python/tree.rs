//! The syntax tree as one flat list in the order written, made in one walk that no depth can overflow.
//!
//! What stands nowhere in the grammar (comments, line continuations) is set apart here. Refuses to know what the nodes
//! mean.

use super::kinds::{Field, Kind, fields, kinds};
use super::outline::Gap;
use crate::model::facts::Comment;
use crate::source::offset;
use smol_str::SmolStr;

/// A node of a [`Tree`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Node(u32);

#[derive(Debug, Clone, Copy)]
struct Entry {
    kind: Kind,
    field: Field,
    /// Whether something directly in it could not be parsed.
    broken: bool,
    missing: bool,
    start: u32,
    end: u32,
    /// The entry after the last one inside this.
    next: u32,
}

/// A node whose parts are being walked.
struct Open {
    index: u32,
    /// Where its last part ends, once it has one.
    end: Option<u32>,
}

/// A flattened syntax tree.
#[derive(Debug)]
pub(super) struct Tree<'a> {
    text: &'a str,
    entries: Vec<Entry>,
    /// What was left out of the text and not met yet.
    left_out: &'a [Gap],
    /// The comments that may hold directives, in order.
    pub(super) comments: Vec<Comment>,
    /// What the grammar asks for at the first node that is missing, where it has a name for it.
    pub(super) expected: Option<SmolStr>,
}

impl<'a> Tree<'a> {
    /// Flattens what the parser made of `text`, where a leaf stands for each piece that was `left_out`.
    pub(super) fn new(text: &'a str, parsed: &tree_sitter::Tree, left_out: &'a [Gap]) -> Tree<'a> {
        let entries = Vec::with_capacity(parsed.root_node().descendant_count());
        let mut tree = Tree { text, entries, left_out, comments: Vec::new(), expected: None };
        let (kinds, fields) = (kinds(), fields());
        // Only what does not parse has something missing in it.
        let whole = !parsed.root_node().has_error();
        let mut cursor = parsed.walk();
        let mut open: Vec<Open> = Vec::new();
        loop {
            let node = cursor.node();
            let kind = kinds.get(usize::from(node.kind_id())).copied().unwrap_or(Kind::Error);
            let field = cursor.field_id().and_then(|id| fields.get(usize::from(id.get())).copied());
            let index =
                tree.push(node, (kind, field.unwrap_or(Field::Other)), !whole && node.is_missing(), open.last_mut());
            if !kind.is_leaf() && cursor.goto_first_child() {
                open.extend(index.map(|index| Open { index, end: None }));
                continue;
            }
            while !cursor.goto_next_sibling() {
                let Some(done) = open.pop() else { return tree };
                tree.close(done, open.last_mut());
                cursor.goto_parent();
            }
        }
    }

    /// A node ends where its last part ends: the parser counts the comments after it in.
    fn close(&mut self, done: Open, parent: Option<&mut Open>) {
        let next = offset(self.entries.len());
        let entry = &mut self.entries[done.index as usize];
        entry.next = next;
        entry.end = done.end.unwrap_or(entry.end);
        if let Some(parent) = parent {
            parent.end = Some(entry.end);
        }
    }

    fn push(
        &mut self,
        node: tree_sitter::Node,
        (kind, field): (Kind, Field),
        missing: bool,
        parent: Option<&mut Open>,
    ) -> Option<u32> {
        let (start, mut end) = (offset(node.start_byte()), offset(node.end_byte()));
        match kind {
            Kind::Comment => {
                self.comment(start, end);
                return None;
            }
            Kind::LineContinuation => return None,
            _ => {}
        }
        if let Some((gap, others)) = self.left_out.split_first()
            && kind.is_leaf()
            && start == gap.start
        {
            end = gap.end;
            self.left_out = others;
        }
        if missing && self.expected.is_none() {
            self.expected = Some(node.kind()).filter(|kind| !kind.starts_with('_')).map(SmolStr::new);
        }
        if let Some(parent) = parent {
            self.entries[parent.index as usize].broken |= missing || kind == Kind::Error;
            parent.end = Some(end);
        }
        let index = offset(self.entries.len());
        self.entries.push(Entry { kind, field, broken: false, missing, start, end, next: index + 1 });
        Some(index)
    }

    fn comment(&mut self, start: u32, end: u32) {
        let text = self.text.get(start as usize..end as usize).unwrap_or("").trim_end();
        if text.contains("poolcheck") || names_noqa(text) {
            self.comments.push(Comment { text: SmolStr::new(text), start, end: start + offset(text.len()) });
        }
    }

    fn entry(&self, node: Node) -> &Entry {
        &self.entries[node.0 as usize]
    }

    /// How long the text is.
    pub(super) fn length(&self) -> u32 {
        offset(self.text.len())
    }

    /// The node that holds all others.
    pub(super) fn root(&self) -> Option<Node> {
        (!self.entries.is_empty()).then_some(Node(0))
    }

    /// What the node is.
    pub(super) fn kind(&self, node: Node) -> Kind {
        self.entry(node).kind
    }

    /// Its first byte.
    pub(super) fn start(&self, node: Node) -> u32 {
        self.entry(node).start
    }

    /// One past its last byte.
    pub(super) fn end(&self, node: Node) -> u32 {
        self.entry(node).end
    }

    /// Its text.
    pub(super) fn text(&self, node: Node) -> &'a str {
        let entry = self.entry(node);
        self.slice(entry.start, entry.end)
    }

    /// The text between two bytes.
    pub(super) fn slice(&self, start: u32, end: u32) -> &'a str {
        self.text.get(start as usize..end as usize).unwrap_or("")
    }

    /// The text from a byte on.
    pub(super) fn rest(&self, start: u32) -> &'a str {
        self.text.get(start as usize..).unwrap_or("")
    }

    /// Whether something directly in it could not be parsed.
    pub(super) fn is_broken(&self, node: Node) -> bool {
        self.entry(node).broken
    }

    /// Whether the parser made it up, because the grammar asks for it.
    pub(super) fn is_missing(&self, node: Node) -> bool {
        self.entry(node).missing
    }

    /// Whether it is the field `field` of its parent.
    pub(super) fn is_field(&self, node: Node, field: Field) -> bool {
        self.entry(node).field == field
    }

    /// The node just before it in the order written: its parent, where it is the first child.
    pub(super) fn before(&self, node: Node) -> Option<Node> {
        node.0.checked_sub(1).map(Node)
    }

    /// The nodes directly in it.
    pub(super) fn children(&self, node: Node) -> impl Iterator<Item = Node> {
        let end = self.entry(node).next;
        let mut at = node.0 + 1;
        std::iter::from_fn(move || {
            let child = (at < end).then_some(Node(at))?;
            at = self.entries[at as usize].next;
            Some(child)
        })
    }

    /// The first child that is of this kind.
    pub(super) fn child(&self, node: Node, kind: Kind) -> Option<Node> {
        self.children(node).find(|&child| self.kind(child) == kind)
    }

    /// The first child that is this field.
    pub(super) fn field(&self, node: Node, field: Field) -> Option<Node> {
        self.children(node).find(|&child| self.entry(child).field == field)
    }

    /// The children that are expressions.
    pub(super) fn expressions(&self, node: Node) -> impl Iterator<Item = Node> {
        self.children(node).filter(|&child| self.kind(child).is_expression())
    }

    /// All nodes.
    pub(super) fn nodes(&self) -> impl Iterator<Item = Node> + use<> {
        (0..offset(self.entries.len())).map(Node)
    }

    /// The nodes at any depth inside `node` that `take` accepts, without those inside them; `skip` hides a node and what
    /// it holds.
    pub(super) fn outermost(&self, node: Node, take: impl Fn(Node) -> bool, skip: impl Fn(Node) -> bool) -> Vec<Node> {
        let end = self.entry(node).next;
        let mut found = Vec::new();
        let mut at = node.0 + 1;
        while at < end {
            let next = Node(at);
            if skip(next) {
                at = self.entry(next).next;
            } else if take(next) {
                found.push(next);
                at = self.entry(next).next;
            } else {
                at += 1;
            }
        }
        found
    }
}

fn names_noqa(text: &str) -> bool {
    text.as_bytes().windows(4).any(|window| window.eq_ignore_ascii_case(b"noqa"))
}
