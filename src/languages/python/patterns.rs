//! The patterns of `match`: which names they bind, and whether they can fail.
//!
//! Refuses to know what a pattern matches.

use super::Lowering;
use super::kinds::Kind;
use super::tree::Node;
use smol_str::SmolStr;

impl Lowering<'_> {
    /// The names that the patterns of a `case` bind, each once, in order.
    pub(super) fn captured(&self, clause: Node) -> Box<[SmolStr]> {
        let tree = self.tree;
        let mut names: Vec<SmolStr> = Vec::new();
        for pattern in tree.children(clause).filter(|&at| tree.kind(at) == Kind::CasePattern) {
            // Names of classes, attributes and keys are read, not bound.
            let reads = |at: Node| {
                tree.kind(at) == Kind::DottedName && tree.expressions(at).nth(1).is_some() || self.names_a_part(at)
            };
            for name in tree.outermost(pattern, |at| tree.kind(at) == Kind::Identifier, reads) {
                let name = self.name(name);
                if name != "_" && !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        names.into()
    }

    /// Whether `node` is the class of a class pattern or the keyword of a keyword pattern.
    fn names_a_part(&self, node: Node) -> bool {
        let tree = self.tree;
        let Some(holder) = tree.before(node) else { return false };
        matches!(
            (tree.kind(holder), tree.kind(node)),
            (Kind::ClassPattern, Kind::DottedName) | (Kind::KeywordPattern, Kind::Identifier)
        )
    }

    /// Whether the patterns of a `case` match anything.
    pub(super) fn matches_all(&self, clause: Node) -> bool {
        let tree = self.tree;
        let mut patterns = tree.children(clause).filter(|&at| tree.kind(at) == Kind::CasePattern);
        let (Some(pattern), None) = (patterns.next(), patterns.next()) else { return false };
        if tree.child(clause, Kind::Comma).is_some() {
            return false;
        }
        let mut at = pattern;
        loop {
            let children: Vec<Node> = tree.children(at).collect();
            let inner = |index: usize| children.get(index).copied();
            let next = match tree.kind(at) {
                Kind::CasePattern | Kind::AsPattern => inner(0),
                Kind::UnionPattern => children.last().copied(),
                // One pattern in parentheses, without a comma.
                Kind::TuplePattern if children.len() == 3 => inner(1),
                Kind::DottedName => return children.len() == 1,
                Kind::Underscore => return true,
                _ => return false,
            };
            match next {
                Some(next) => at = next,
                None => return false,
            }
        }
    }
}
