//! Calls of the standard library, and of crates that follow it, that give what they were given: `Some(x)`, `Arc::new(x)`,
//! `x.clone()`, `x.unwrap()`; that give something else where it is missing (`x.unwrap_or_else(f)`); that make it once
//! (`LazyLock::new(f)`, `cell.get_or_init(f)`); and durations, which are their seconds.
//!
//! Names decide: Rust code does not call other things so. Refuses to know any library that makes requests.

use super::{Lowering, Range, ident, range};
use crate::model::expr::{BinaryOperator, ExprId, ExprKind};
use crate::model::facts::StmtKind;
use smol_str::SmolStr;
use syn::{Expr, Path, PathSegment};

/// Methods that give the value, or what is in it; their arguments do not change it.
const GIVES: [&str; 50] = [
    "unwrap",
    "expect",
    "unwrap_or_default",
    "unwrap_unchecked",
    "ok",
    "map_err",
    "inspect_err",
    "inspect",
    "context",
    "with_context",
    "wrap_err",
    "wrap_err_with",
    "ok_or",
    "ok_or_else",
    "clone",
    "cloned",
    "copied",
    "to_owned",
    "into",
    "as_ref",
    "as_mut",
    "as_deref",
    "as_deref_mut",
    "borrow",
    "borrow_mut",
    "lock",
    "into_inner",
    "boxed",
    "fuse",
    "instrument",
    "in_current_span",
    "into_future",
    "leak",
    "into_boxed",
    "load",
    "load_full",
    "get_mut",
    "into_diagnostic",
    "into_report",
    "change_context",
    "attach_printable",
    "or_raise",
    "flatten",
    "unwrap_infallible",
    "into_ok",
    "as_secs",
    "as_secs_f64",
    "as_secs_f32",
    "by_ref",
    "as_pin_mut",
];

/// The same, only where nothing is passed: with arguments they are something else.
const GIVES_PLAIN: [&str; 4] = ["take", "read", "write", "get"];

/// Types of which `new` gives what is passed, held, shared or guarded.
const HOLDERS: [&str; 16] = [
    "Arc",
    "Rc",
    "Box",
    "Mutex",
    "RwLock",
    "RefCell",
    "Cell",
    "Pin",
    "Cow",
    "Data",
    "ArcSwap",
    "ManuallyDrop",
    "OnceCell",
    "OnceLock",
    "Extension",
    "SetOnce",
];

/// Types whose value a function makes when it is first wanted.
const LAZY: [&str; 4] = ["LazyLock", "LazyCell", "Lazy", "AsyncLazy"];

/// Methods of `Option` and `Result`, and others, that run their closure at most once, before they return.
const HERE: [&str; 20] = [
    "map",
    "and_then",
    "map_or",
    "map_or_else",
    "map_err",
    "or_else",
    "unwrap_or_else",
    "ok_or_else",
    "is_some_and",
    "is_ok_and",
    "is_none_or",
    "with_context",
    "inspect_err",
    "then",
    "tap",
    "pipe",
    "spawn",
    "spawn_blocking",
    "spawn_local",
    "block_on",
];

/// Functions that run the closure they are given once.
const RUN: [&str; 8] =
    ["spawn", "spawn_blocking", "spawn_local", "block_in_place", "block_on", "scope", "catch_unwind", "run"];

/// Methods that run their closure once for each item, whatever they are called on.
const EACH: [&str; 11] = [
    "for_each",
    "try_for_each",
    "for_each_concurrent",
    "try_for_each_concurrent",
    "filter_map",
    "flat_map",
    "fold",
    "try_fold",
    "par_for_each",
    "map_init",
    "scan",
];

/// Methods that do so where they are called on the items of something.
const EACH_OF_ITEMS: [&str; 6] = ["map", "then", "and_then", "filter", "map_while", "inspect"];

/// What shows that there are items.
const ITEMS: [&str; 22] = [
    "iter",
    "into_iter",
    "iter_mut",
    "par_iter",
    "into_par_iter",
    "par_iter_mut",
    "chars",
    "lines",
    "split",
    "keys",
    "values",
    "values_mut",
    "drain",
    "enumerate",
    "zip",
    "chunks",
    "windows",
    "filter",
    "skip",
    "rev",
    "buffer_unordered",
    "filter_map",
];

/// Whether a function runs its closure where it is called.
pub(super) fn runs_argument_here(last: Option<&PathSegment>) -> bool {
    last.is_some_and(|last| RUN.iter().any(|name| last.ident == name))
}

/// Whether a method does.
pub(super) fn runs_closure_here(name: &str) -> bool {
    HERE.contains(&name)
}

/// `Duration::ZERO`.
pub(super) fn is_zero_duration(path: &Path) -> bool {
    ends_with(path, "Duration", "ZERO")
}

fn ends_with(path: &Path, of: &str, name: &str) -> bool {
    let mut segments = path.segments.iter().rev();
    segments.next().is_some_and(|last| last.ident == name) && segments.next().is_some_and(|before| before.ident == of)
}

/// The type and function that a path ends with.
fn ending(path: &Path) -> (String, String) {
    let mut segments = path.segments.iter().rev();
    let mut next = || segments.next().map(|segment| segment.ident.to_string()).unwrap_or_default();
    let name = next();
    (next(), name)
}

impl Lowering {
    /// A call that gives what it was given.
    pub(super) fn wrapping_call(&mut self, of: &syn::ExprCall) -> Option<ExprId> {
        let Expr::Path(callee) = &*of.func else { return None };
        let at = (self.start(&of.func), range(of.paren_token.span.close()).1);
        let (owner, name) = ending(&callee.path);
        if owner == "Duration"
            && let Some(duration) = self.duration(&name, of, at)
        {
            return Some(duration);
        }
        let [argument] = of.args.iter().collect::<Vec<_>>()[..] else { return None };
        if LAZY.contains(&owner.as_str()) && name == "new" {
            let value = self.called_here(argument);
            return Some(self.content(value, Vec::new(), at));
        }
        let plain = owner.is_empty() || owner == "Option" || owner == "Result" || owner == "Poll";
        let holds = plain && matches!(name.as_str(), "Some" | "Ok" | "Ready")
            || HOLDERS.contains(&owner.as_str())
                && matches!(
                    name.as_str(),
                    "new" | "clone" | "from" | "pin" | "Owned" | "Borrowed" | "from_pointee" | "new_with"
                );
        if holds {
            let value = self.expr(argument);
            return Some(self.content(value, Vec::new(), at));
        }
        if owner.is_empty() && name == "Err" {
            let value = self.expr(argument);
            return Some(self.opaque(vec![value], at));
        }
        None
    }

    /// The seconds of `Duration::from_…(…)`.
    fn duration(&mut self, name: &str, of: &syn::ExprCall, at: Range) -> Option<ExprId> {
        let factor = match name {
            "from_secs" | "from_secs_f64" | "from_secs_f32" | "new" => 1.0,
            "from_millis" => 1e3,
            "from_micros" => 1e6,
            "from_nanos" => 1e9,
            "from_mins" => 1.0 / 60.0,
            "from_hours" => 1.0 / 3600.0,
            _ => return None,
        };
        let seconds = self.expr(of.args.first()?);
        if name == "new" {
            let nanos = self.expr(of.args.get(1)?);
            let nanos = self.scaled(nanos, 1e9, at);
            return Some(
                self.push_expr(ExprKind::Binary { operator: BinaryOperator::Add, left: seconds, right: nanos }, at),
            );
        }
        if (factor - 1.0_f64).abs() < f64::EPSILON {
            return Some(self.content(seconds, Vec::new(), at));
        }
        Some(self.scaled(seconds, factor, at))
    }

    fn scaled(&mut self, value: ExprId, factor: f64, at: Range) -> ExprId {
        let right = self.push_expr(ExprKind::Number(factor), (at.1, at.1));
        self.push_expr(ExprKind::Binary { operator: BinaryOperator::Divide, left: value, right }, at)
    }

    /// A method that gives what it is called on, or something that takes its place.
    pub(super) fn wrapping_method(&mut self, of: &syn::ExprMethodCall) -> Option<ExprId> {
        let name = ident(&of.method);
        let end = range(of.paren_token.span.close()).1;
        if let Some(Expr::Closure(closure)) = of.args.last()
            && runs_for_each(&name, &of.receiver)
        {
            return Some(self.for_each_item(of, closure));
        }
        let gives = GIVES.contains(&name.as_str()) || of.args.is_empty() && GIVES_PLAIN.contains(&name.as_str());
        if gives {
            let value = self.expr(&of.receiver);
            let runs_here = runs_closure_here(&name);
            let beside = self.arguments(of.args.iter(), runs_here).iter().map(|argument| argument.value).collect();
            let start = self.range_of(value).0;
            return Some(self.content(value, beside, (start, end)));
        }
        if of.args.is_empty() && name == "as_millis" {
            let value = self.expr(&of.receiver);
            let start = self.range_of(value).0;
            return Some(self.scaled(value, 1e-3, (start, end)));
        }
        let [argument] = of.args.iter().collect::<Vec<_>>()[..] else { return None };
        match name.as_str() {
            "unwrap_or" | "or" | "unwrap_or_else" | "or_else" => {
                let value = self.expr(&of.receiver);
                let lazily = name.ends_with("_else");
                let other = if lazily { self.called_here(argument) } else { self.expr(argument) };
                let start = self.range_of(value).0;
                let operands = Box::new([value, other]);
                Some(self.push_expr(ExprKind::Boolean { and: false, operands }, (start, end)))
            }
            "get_or_init" | "get_or_try_init" | "get_or_insert_with" | "get_or_insert" => {
                let made = match argument {
                    Expr::Closure(closure) if matches!(&*closure.body, Expr::Async(_)) => {
                        let Expr::Async(body) = &*closure.body else { return None };
                        let block =
                            Expr::Block(syn::ExprBlock { attrs: Vec::new(), label: None, block: body.block.clone() });
                        self.value_of(&block)
                    }
                    argument => self.called_here(argument),
                };
                Some(self.set_once(&of.receiver, made, end))
            }
            "set" if is_static(&of.receiver) => {
                let made = self.expr(argument);
                Some(self.set_once(&of.receiver, made, end))
            }
            _ => None,
        }
    }

    /// A cell is given its value; the cell's content.
    fn set_once(&mut self, cell: &Expr, made: ExprId, end: u32) -> ExprId {
        if is_static(cell)
            && let Expr::Path(path) = cell
            && let Some(name) = path.path.get_ident()
        {
            let at = range(name.span());
            self.push_stmt(StmtKind::Global(Box::new([ident(name)])), (at.0, at.0), at.0);
        }
        let target = self.expr(cell);
        let start = self.range_of(target).0;
        self.assign(target, None, Some(made), (start, end));
        let again = self.expr(cell);
        self.content(again, Vec::new(), (start, end))
    }
}

/// Whether an expression is the name of a static, as its spelling tells.
fn is_static(expr: &Expr) -> bool {
    match expr {
        Expr::Path(path) => path.path.get_ident().is_some_and(|name| {
            let name = SmolStr::new(name.to_string());
            name.contains(char::is_alphabetic) && !name.contains(char::is_lowercase)
        }),
        _ => false,
    }
}

/// Whether a method's closure runs once for each item of something.
fn runs_for_each(name: &str, receiver: &Expr) -> bool {
    if EACH.contains(&name) {
        return true;
    }
    if !EACH_OF_ITEMS.contains(&name) {
        return false;
    }
    let mut at = receiver;
    loop {
        at = match at {
            Expr::MethodCall(of) if ITEMS.iter().any(|item| of.method == item) => return true,
            Expr::MethodCall(of) => &of.receiver,
            Expr::Paren(of) => &of.expr,
            Expr::Range(_) => return true,
            // `stream::iter(…)`, `iter::repeat(…)`.
            Expr::Call(of) => {
                let Expr::Path(path) = &*of.func else { return false };
                let (owner, _) = ending(&path.path);
                return owner == "stream" || owner == "iter";
            }
            _ => return false,
        };
    }
}
