//! Arguments of calls and of class definitions.
//!
//! Refuses to know which parameter an argument reaches.

use super::Lowering;
use super::kinds::{Field, Kind};
use super::tree::Node;
use crate::model::expr::{Argument, ArgumentKind, ExprId};
use smol_str::SmolStr;

impl Lowering<'_> {
    /// Lowers what stands between the parentheses of a call.
    pub(super) fn arguments(&mut self, list: Node) -> Box<[Argument]> {
        let tree = self.tree;
        let given =
            |&at: &Node| tree.kind(at).is_expression() || matches!(tree.kind(at), Kind::KeywordArgument | Kind::Error);
        tree.children(list).filter(given).map(|at| self.argument(at)).collect()
    }

    fn argument(&mut self, node: Node) -> Argument {
        let tree = self.tree;
        let (start, end) = (tree.start(node), tree.end(node));
        let mut name = SmolStr::default();
        let (kind, value) = match tree.kind(node) {
            Kind::KeywordArgument => match (tree.field(node, Field::Name), tree.field(node, Field::Value)) {
                (Some(keyword), Some(value)) if !tree.is_broken(node) => {
                    name = self.name(keyword);
                    (ArgumentKind::Named, self.expr(value))
                }
                // A broken keyword argument may be any keyword.
                _ => (ArgumentKind::MappingSplat, self.opaque_expr(node)),
            },
            Kind::Error => (ArgumentKind::MappingSplat, self.opaque_expr(node)),
            Kind::ListSplat => (ArgumentKind::Splat, self.splatted(node)),
            Kind::DictionarySplat => (ArgumentKind::MappingSplat, self.splatted(node)),
            _ => (ArgumentKind::Positional, self.expr(node)),
        };
        Argument { kind, name, value, start, end }
    }

    fn splatted(&mut self, node: Node) -> ExprId {
        match self.tree.expressions(node).next() {
            Some(inner) if !self.tree.is_broken(node) => self.expr(inner),
            _ => self.opaque_expr(node),
        }
    }

    /// An opaque expression that stands for `node`.
    pub(super) fn opaque_expr(&mut self, node: Node) -> ExprId {
        let kind = self.deeper(|this| this.opaque(node));
        self.push_expr(kind, self.tree.start(node), self.tree.end(node))
    }
}
