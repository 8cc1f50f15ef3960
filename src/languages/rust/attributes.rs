//! What attributes say about when code is compiled. Refuses to know features: a condition that is not known may hold.

use super::{Lowering, range};
use crate::model::expr::{ExprId, ExprKind};
use syn::{Attribute, Meta};

/// When something is compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    /// In every build that matters here.
    Always,
    /// Perhaps, by a condition.
    Perhaps,
    /// Only for targets without sockets.
    Elsewhere,
}

/// When what has these attributes is compiled.
pub(super) fn when(attrs: &[Attribute]) -> When {
    let mut when = When::Always;
    for attr in attrs {
        let Meta::List(list) = &attr.meta else { continue };
        if !list.path.is_ident("cfg") {
            continue;
        }
        let text = list.tokens.to_string().replace(' ', "");
        when = match text.as_str() {
            "test" | "not(test)" => when,
            text if names_elsewhere(text) => {
                if text.starts_with("not(") {
                    when
                } else if text.starts_with("any(") {
                    When::Perhaps
                } else {
                    return When::Elsewhere;
                }
            }
            _ => When::Perhaps,
        };
    }
    when
}

fn names_elsewhere(condition: &str) -> bool {
    ["target_arch=\"wasm32\"", "target_family=\"wasm\"", "target_os=\"wasi\""].iter().any(|one| condition.contains(one))
}

/// Whether what has these attributes is only compiled for targets without sockets.
pub(super) fn is_for_elsewhere(attrs: &[Attribute]) -> bool {
    when(attrs) == When::Elsewhere
}

/// Whether what has these attributes is only compiled for tests, or is a test.
pub(super) fn is_for_tests(attrs: &[Attribute]) -> bool {
    attrs.iter().any(|attr| match &attr.meta {
        Meta::List(list) if list.path.is_ident("cfg") => {
            let text = list.tokens.to_string().replace(' ', "");
            text == "test" || text.starts_with("all(test,") || text.starts_with("any(test,")
        }
        meta => {
            let last = meta.path().segments.last().map(|segment| segment.ident.to_string());
            matches!(last.as_deref(), Some("test" | "bench" | "rstest" | "test_case" | "proptest" | "quickcheck"))
        }
    })
}

impl Lowering {
    /// The attributes as decorators: paths, and calls with what parses as expressions.
    pub(super) fn decorators(&mut self, attrs: &[Attribute]) -> Box<[ExprId]> {
        let known = ["doc", "cfg", "cfg_attr", "allow", "expect", "warn", "deny", "inline", "must_use", "derive"];
        let attrs: Vec<&Attribute> =
            attrs.iter().filter(|attr| !known.iter().any(|name| attr.path().is_ident(name))).collect();
        attrs.into_iter().filter_map(|attr| self.decorator(attr)).collect()
    }

    fn decorator(&mut self, attr: &Attribute) -> Option<ExprId> {
        let path = self.plain_path(attr.path())?;
        match &attr.meta {
            Meta::List(list) => {
                let (start, _) = self.range_of(path);
                let end = range(list.delimiter.span().close()).1;
                let kind = ExprKind::Call { callee: path, arguments: Box::default() };
                Some(self.push_expr(kind, (start, end)))
            }
            _ => Some(path),
        }
    }
}
