//! Types, as the expressions that name them.
//!
//! What only holds, shares or guards a value of a type is left out: `Option<Arc<T>>` is `T`. Refuses everything that is
//! not named: functions, `impl Trait`, tuples, slices.

use super::Lowering;
use crate::model::expr::ExprId;
use syn::{GenericArgument, PathArguments, Type, TypeParamBound};

/// Types that stand for what is in them.
const HOLDERS: [&str; 22] = [
    "Option",
    "Result",
    "Arc",
    "Rc",
    "Box",
    "Cow",
    "Pin",
    "Ref",
    "RefMut",
    "Mutex",
    "RwLock",
    "RefCell",
    "Cell",
    "OnceCell",
    "OnceLock",
    "LazyLock",
    "LazyCell",
    "Lazy",
    "MutexGuard",
    "ArcSwap",
    "Data",
    "Weak",
];

impl Lowering {
    /// The type's name.
    pub(super) fn type_expr(&mut self, of: &Type) -> Option<ExprId> {
        if !self.has_room(0) {
            return None;
        }
        self.depth += 1;
        let named = self.named_type(of);
        self.depth -= 1;
        named
    }

    fn named_type(&mut self, of: &Type) -> Option<ExprId> {
        match of {
            Type::Path(of) if of.qself.is_none() => {
                let last = of.path.segments.last()?;
                let holds = HOLDERS.iter().any(|holder| last.ident == holder) || is_result_alias(last);
                if holds && let Some(inner) = first_type(&last.arguments) {
                    return self.type_expr(inner);
                }
                self.plain_path(&of.path)
            }
            Type::Reference(of) => self.type_expr(&of.elem),
            Type::Paren(of) => self.type_expr(&of.elem),
            Type::Group(of) => self.type_expr(&of.elem),
            Type::Ptr(of) => self.type_expr(&of.elem),
            Type::ImplTrait(of) => self.bound_type(of.bounds.iter()),
            Type::TraitObject(of) => self.bound_type(of.bounds.iter()),
            _ => None,
        }
    }

    /// `impl Future<Output = T>` is `T`; other traits name themselves.
    fn bound_type<'a>(&mut self, bounds: impl Iterator<Item = &'a TypeParamBound>) -> Option<ExprId> {
        let path = bounds.into_iter().find_map(|bound| match bound {
            TypeParamBound::Trait(bound) => Some(&bound.path),
            _ => None,
        })?;
        let last = path.segments.last()?;
        if last.ident != "Future" {
            return self.plain_path(path);
        }
        let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
        let output = arguments.args.iter().find_map(|argument| match argument {
            GenericArgument::AssocType(of) => Some(&of.ty),
            _ => None,
        })?;
        self.type_expr(output)
    }
}

/// `io::Result<T>`, `ClientResult<T>`: an alias that names the error.
fn is_result_alias(segment: &syn::PathSegment) -> bool {
    segment.ident.to_string().ends_with("Result")
}

fn first_type(arguments: &PathArguments) -> Option<&Type> {
    let PathArguments::AngleBracketed(arguments) = arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(of) => Some(of),
        _ => None,
    })
}
