//! Expressions.

use super::{Lowering, Range, ident, range};
use crate::model::expr::{Argument, ArgumentKind, BinaryOperator, ComparisonOperator, ExprId, ExprKind, UnaryOperator};
use crate::model::facts::StmtKind;
use smol_str::{SmolStr, format_smolstr};
use syn::{BinOp, Expr, Lit, Member, UnOp};

impl Lowering {
    /// Lowers an expression; what it needs to happen before becomes statements of the block around.
    pub(super) fn expr(&mut self, expr: &Expr) -> ExprId {
        let start = self.start(expr);
        if !self.has_room(start) {
            return self.opaque(Vec::new(), (start, start));
        }
        self.depth += 1;
        let id = self.lowered(expr);
        self.depth -= 1;
        id
    }

    pub(super) fn opaque(&mut self, inside: Vec<ExprId>, at: Range) -> ExprId {
        self.push_expr(ExprKind::Opaque(inside.into_boxed_slice()), at)
    }

    /// What has the value of `of`, or holds it.
    pub(super) fn content(&mut self, of: ExprId, beside: Vec<ExprId>, at: Range) -> ExprId {
        self.push_expr(ExprKind::Content { of, beside: beside.into_boxed_slice() }, at)
    }

    fn lowered(&mut self, expr: &Expr) -> ExprId {
        match expr {
            Expr::Paren(of) => self.expr(&of.expr),
            Expr::Group(of) => self.expr(&of.expr),
            Expr::Lit(of) => self.literal(&of.lit),
            Expr::Path(of) => self.named(of),
            Expr::Call(of) => self.call(of),
            Expr::MethodCall(of) => self.method_call(of),
            Expr::Field(of) => {
                let object = self.expr(&of.base);
                let (name, end) = match &of.member {
                    Member::Named(name) => (ident(name), range(name.span()).1),
                    Member::Unnamed(index) => (format_smolstr!("{}", index.index), range(index.span).1),
                };
                let at = (self.range_of(object).0, end);
                self.push_expr(ExprKind::Attribute { object, name }, at)
            }
            Expr::Await(of) => {
                let operand = self.expr(&of.base);
                let at = (self.range_of(operand).0, range(of.await_token.span).1);
                self.push_expr(ExprKind::Await(operand), at)
            }
            Expr::Try(of) => {
                let operand = self.expr(&of.expr);
                let at = (self.range_of(operand).0, range(of.question_token.span).1);
                self.content(operand, Vec::new(), at)
            }
            Expr::Reference(of) => self.held(range(of.and_token.span).0, &of.expr),
            Expr::RawAddr(of) => self.held(range(of.and_token.span).0, &of.expr),
            Expr::Cast(of) => {
                let value = self.expr(&of.expr);
                let at = self.range_of(value);
                self.content(value, Vec::new(), at)
            }
            Expr::Unary(of) => match of.op {
                UnOp::Not(token) => self.unary(UnaryOperator::Not, &of.expr, range(token.span).0),
                UnOp::Neg(token) => self.unary(UnaryOperator::Negative, &of.expr, range(token.span).0),
                UnOp::Deref(token) => self.held(range(token.span).0, &of.expr),
                _ => self.expr(&of.expr),
            },
            Expr::Binary(of) => self.binary(of),
            Expr::Struct(of) => self.record(of),
            Expr::Closure(of) => self.closure(of, false),
            Expr::Async(of) => self.async_block(of),
            Expr::Macro(of) => self.macro_expr(&of.mac),
            _ => self.rarer(expr),
        }
    }

    fn rarer(&mut self, expr: &Expr) -> ExprId {
        match expr {
            Expr::Array(of) => {
                let at = delimited(of.bracket_token.span);
                self.sequence(of.elems.iter(), at)
            }
            Expr::Tuple(of) => {
                let at = delimited(of.paren_token.span);
                self.sequence(of.elems.iter(), at)
            }
            Expr::Repeat(of) => {
                let inside = vec![self.expr(&of.expr), self.expr(&of.len)];
                self.opaque(inside, delimited(of.bracket_token.span))
            }
            Expr::Index(of) => {
                let (object, key) = (self.expr(&of.expr), self.expr(&of.index));
                let at = (self.range_of(object).0, range(of.bracket_token.span.close()).1);
                self.push_expr(ExprKind::Index { object, key }, at)
            }
            Expr::Range(of) => self.span_of_numbers(of),
            Expr::Let(of) => {
                let inside = self.expr(&of.expr);
                let at = self.range_of(inside);
                self.opaque(vec![inside], at)
            }
            Expr::Yield(of) => {
                let value = of.expr.as_ref().map(|value| self.expr(value));
                self.push_expr(ExprKind::Yield { value, delegate: false }, range(of.yield_token.span))
            }
            Expr::If(_)
            | Expr::Match(_)
            | Expr::Block(_)
            | Expr::Unsafe(_)
            | Expr::TryBlock(_)
            | Expr::Const(_)
            | Expr::Loop(_)
            | Expr::While(_)
            | Expr::ForLoop(_)
            | Expr::Return(_)
            | Expr::Break(_)
            | Expr::Continue(_)
            | Expr::Assign(_) => self.value_of(expr),
            _ => {
                let start = self.start(expr);
                self.opaque(Vec::new(), (start, start))
            }
        }
    }

    fn held(&mut self, start: u32, operand: &Expr) -> ExprId {
        let operand = self.expr(operand);
        let end = self.range_of(operand).1;
        self.content(operand, Vec::new(), (start, end))
    }

    fn sequence<'e>(&mut self, items: impl Iterator<Item = &'e Expr>, at: Range) -> ExprId {
        let items: Box<[ExprId]> = items.map(|item| self.expr(item)).collect();
        self.push_expr(ExprKind::Sequence(items), at)
    }

    fn named(&mut self, of: &syn::ExprPath) -> ExprId {
        if of.qself.is_none() {
            if of.path.is_ident("None") {
                let at = of.path.segments.first().map_or((0, 0), |first| range(first.ident.span()));
                return self.push_expr(ExprKind::None, at);
            }
            let zero = of.path.segments.len() > 1 && super::wrappers::is_zero_duration(&of.path);
            if let Some(path) = self.plain_path(&of.path) {
                let at = self.range_of(path);
                return if zero { self.push_expr(ExprKind::Number(0.0), at) } else { path };
            }
        }
        let start = of.path.segments.first().map_or(0, |first| range(first.ident.span()).0);
        self.opaque(Vec::new(), (start, start))
    }

    fn literal(&mut self, of: &Lit) -> ExprId {
        let at = range(of.span());
        let kind = match of {
            Lit::Int(number) => {
                number.base10_parse::<u64>().map(whole).map_or(ExprKind::Opaque(Box::default()), ExprKind::Number)
            }
            Lit::Float(number) => number.base10_parse().map_or(ExprKind::Opaque(Box::default()), ExprKind::Number),
            Lit::Bool(value) => ExprKind::Bool(value.value),
            Lit::Str(text) => ExprKind::Text(SmolStr::new(text.value())),
            Lit::Char(char) => ExprKind::Text(format_smolstr!("{}", char.value())),
            _ => ExprKind::Opaque(Box::default()),
        };
        self.push_expr(kind, at)
    }

    fn call(&mut self, of: &syn::ExprCall) -> ExprId {
        if let Some(id) = self.wrapping_call(of) {
            return id;
        }
        let callee = self.expr(&of.func);
        let at = (self.range_of(callee).0, range(of.paren_token.span.close()).1);
        let runs_here = match &*of.func {
            Expr::Path(path) => super::wrappers::runs_argument_here(path.path.segments.last()),
            _ => false,
        };
        let arguments = self.arguments(of.args.iter(), runs_here);
        self.push_expr(ExprKind::Call { callee, arguments }, at)
    }

    fn method_call(&mut self, of: &syn::ExprMethodCall) -> ExprId {
        if let Some(id) = self.wrapping_method(of) {
            return id;
        }
        let object = self.expr(&of.receiver);
        let start = self.range_of(object).0;
        let name = ident(&of.method);
        let runs_here = super::wrappers::runs_closure_here(&name);
        let callee = self.push_expr(ExprKind::Attribute { object, name }, (start, range(of.method.span()).1));
        let arguments = self.arguments(of.args.iter(), runs_here);
        let end = range(of.paren_token.span.close()).1;
        self.push_expr(ExprKind::Call { callee, arguments }, (start, end))
    }

    pub(super) fn arguments<'e>(
        &mut self,
        arguments: impl Iterator<Item = &'e Expr>,
        runs_here: bool,
    ) -> Box<[Argument]> {
        let lowered = arguments.map(|argument| {
            let value = match argument {
                Expr::Closure(of) => self.closure(of, runs_here),
                argument => self.expr(argument),
            };
            self.positional(value)
        });
        lowered.collect()
    }

    pub(super) fn positional(&self, value: ExprId) -> Argument {
        let (start, end) = self.range_of(value);
        Argument { kind: ArgumentKind::Positional, name: SmolStr::default(), value, start, end }
    }

    fn record(&mut self, of: &syn::ExprStruct) -> ExprId {
        let close = range(of.brace_token.span.close()).1;
        let path = self.plain_path(&of.path);
        let mut fields = Vec::new();
        for field in &of.fields {
            let value = self.expr(&field.expr);
            let (name, at) = match &field.member {
                Member::Named(name) => (ident(name), range(name.span())),
                Member::Unnamed(index) => (format_smolstr!("{}", index.index), range(index.span)),
            };
            let end = self.range_of(value).1.max(at.1);
            fields.push(Argument { kind: ArgumentKind::Named, name, value, start: at.0, end });
        }
        if let Some(rest) = &of.rest {
            let value = self.expr(rest);
            let (start, end) = self.range_of(value);
            fields.push(Argument { kind: ArgumentKind::MappingSplat, name: SmolStr::default(), value, start, end });
        }
        match path {
            Some(path) => {
                let at = (self.range_of(path).0, close);
                self.push_expr(ExprKind::Record { path, fields: fields.into_boxed_slice() }, at)
            }
            None => self.opaque(fields.into_iter().map(|field| field.value).collect(), (close, close)),
        }
    }

    /// `a..b` counts, as the function `range` of other languages does.
    fn span_of_numbers(&mut self, of: &syn::ExprRange) -> ExprId {
        let dots = match &of.limits {
            syn::RangeLimits::HalfOpen(dots) => range(dots.spans[0]),
            syn::RangeLimits::Closed(dots) => range(dots.spans[0]),
        };
        let ends: Vec<ExprId> = of.start.iter().chain(&of.end).map(|end| self.expr(end)).collect();
        let start = ends.iter().map(|&end| self.range_of(end).0).min().unwrap_or(dots.0).min(dots.0);
        let end = ends.iter().map(|&end| self.range_of(end).1).max().unwrap_or(dots.1).max(dots.1);
        let callee = self.push_expr(ExprKind::Name(SmolStr::new_static("range")), dots);
        let arguments = ends.into_iter().map(|end| self.positional(end)).collect();
        self.push_expr(ExprKind::Call { callee, arguments }, (start, end))
    }

    fn binary(&mut self, of: &syn::ExprBinary) -> ExprId {
        if is_assignment(&of.op) {
            let value = self.expr(&of.right);
            let target = self.expr(&of.left);
            let at = (self.range_of(target).0, self.range_of(value).1);
            let kind =
                StmtKind::Assign { targets: Box::new([target]), value: Some(value), annotation: None, augmented: true };
            self.push_stmt(kind, at, at.1);
            return self.opaque(Vec::new(), at);
        }
        let left = self.expr(&of.left);
        let right = self.expr(&of.right);
        let at = (self.range_of(left).0, self.range_of(right).1);
        let compare = |operator| ExprKind::Comparison { operator, left, right };
        let compute = |operator| ExprKind::Binary { operator, left, right };
        let kind = match of.op {
            BinOp::And(_) => ExprKind::Boolean { and: true, operands: Box::new([left, right]) },
            BinOp::Or(_) => ExprKind::Boolean { and: false, operands: Box::new([left, right]) },
            BinOp::Eq(_) => compare(ComparisonOperator::Equal),
            BinOp::Ne(_) => compare(ComparisonOperator::NotEqual),
            BinOp::Lt(_) | BinOp::Le(_) | BinOp::Gt(_) | BinOp::Ge(_) => compare(ComparisonOperator::Order),
            BinOp::Add(_) => compute(BinaryOperator::Add),
            BinOp::Sub(_) => compute(BinaryOperator::Subtract),
            BinOp::Mul(_) => compute(BinaryOperator::Multiply),
            _ => compute(BinaryOperator::Other),
        };
        self.push_expr(kind, at)
    }

    /// The first byte of an expression: that of its leftmost part.
    pub(super) fn start(&self, expr: &Expr) -> u32 {
        let mut at = expr;
        loop {
            at = match at {
                Expr::Binary(of) => &of.left,
                Expr::Assign(of) => &of.left,
                Expr::MethodCall(of) => &of.receiver,
                Expr::Call(of) => &of.func,
                Expr::Field(of) => &of.base,
                Expr::Await(of) => &of.base,
                Expr::Try(of) => &of.expr,
                Expr::Index(of) => &of.expr,
                Expr::Cast(of) => &of.expr,
                Expr::Group(of) => &of.expr,
                Expr::Range(of) if of.start.is_some() => match &of.start {
                    Some(start) => start,
                    None => return 0,
                },
                other => return range(first_token(other)).0,
            };
        }
    }

    /// One past the last byte of what may follow `else`.
    pub(super) fn end(&self, expr: &Expr) -> u32 {
        let mut at = expr;
        loop {
            at = match at {
                Expr::If(of) => match &of.else_branch {
                    Some((_, otherwise)) => otherwise,
                    None => return range(of.then_branch.brace_token.span.close()).1,
                },
                Expr::Block(of) => return range(of.block.brace_token.span.close()).1,
                other => return self.start(other),
            };
        }
    }
}

/// A whole number as the model has it; no timeout or limit is beyond its exact range.
#[allow(clippy::cast_precision_loss, reason = "see above")]
fn whole(number: u64) -> f64 {
    number as f64
}

pub(super) fn delimited(span: proc_macro2::extra::DelimSpan) -> Range {
    (range(span.open()).0, range(span.close()).1)
}

fn is_assignment(operator: &BinOp) -> bool {
    matches!(
        operator,
        BinOp::AddAssign(_)
            | BinOp::SubAssign(_)
            | BinOp::MulAssign(_)
            | BinOp::DivAssign(_)
            | BinOp::RemAssign(_)
            | BinOp::BitXorAssign(_)
            | BinOp::BitAndAssign(_)
            | BinOp::BitOrAssign(_)
            | BinOp::ShlAssign(_)
            | BinOp::ShrAssign(_)
    )
}

/// The first token of an expression that begins with one of its own.
fn first_token(expr: &Expr) -> proc_macro2::Span {
    let path = |path: &syn::Path| match (&path.leading_colon, path.segments.first()) {
        (Some(colon), _) => colon.spans[0],
        (None, Some(first)) => first.ident.span(),
        (None, None) => proc_macro2::Span::call_site(),
    };
    match expr {
        Expr::Array(of) => of.bracket_token.span.open(),
        Expr::Async(of) => of.async_token.span,
        Expr::Block(of) => of.block.brace_token.span.open(),
        Expr::Break(of) => of.break_token.span,
        Expr::Closure(of) => of.asyncness.map_or(of.capture.map_or(of.inputs_begin.span, |t| t.span), |t| t.span),
        Expr::Const(of) => of.const_token.span,
        Expr::Continue(of) => of.continue_token.span,
        Expr::ForLoop(of) => of.for_token.span,
        Expr::If(of) => of.if_token.span,
        Expr::Infer(of) => of.underscore_token.span,
        Expr::Let(of) => of.let_token.span,
        Expr::Lit(of) => of.lit.span(),
        Expr::Loop(of) => of.loop_token.span,
        Expr::Macro(of) => path(&of.mac.path),
        Expr::Match(of) => of.match_token.span,
        Expr::Paren(of) => of.paren_token.span.open(),
        Expr::Path(of) => of.qself.as_ref().map_or_else(|| path(&of.path), |own| own.lt_token.span),
        Expr::Range(of) => match &of.limits {
            syn::RangeLimits::HalfOpen(dots) => dots.spans[0],
            syn::RangeLimits::Closed(dots) => dots.spans[0],
        },
        Expr::RawAddr(of) => of.and_token.span,
        Expr::Reference(of) => of.and_token.span,
        Expr::Repeat(of) => of.bracket_token.span.open(),
        Expr::Return(of) => of.return_token.span,
        Expr::Struct(of) => path(&of.path),
        Expr::TryBlock(of) => of.try_token.span,
        Expr::Tuple(of) => of.paren_token.span.open(),
        Expr::Unary(of) => match of.op {
            UnOp::Deref(token) => token.span,
            UnOp::Not(token) => token.span,
            UnOp::Neg(token) => token.span,
            _ => proc_macro2::Span::call_site(),
        },
        Expr::Unsafe(of) => of.unsafe_token.span,
        Expr::While(of) => of.while_token.span,
        Expr::Yield(of) => of.yield_token.span,
        _ => proc_macro2::Span::call_site(),
    }
}

/// The attributes of an expression that is a statement.
pub(super) fn attributes(expr: &Expr) -> &[syn::Attribute] {
    match expr {
        Expr::Assign(of) => &of.attrs,
        Expr::Await(of) => &of.attrs,
        Expr::Block(of) => &of.attrs,
        Expr::Call(of) => &of.attrs,
        Expr::ForLoop(of) => &of.attrs,
        Expr::If(of) => &of.attrs,
        Expr::Loop(of) => &of.attrs,
        Expr::Macro(of) => &of.attrs,
        Expr::Match(of) => &of.attrs,
        Expr::MethodCall(of) => &of.attrs,
        Expr::Return(of) => &of.attrs,
        Expr::Try(of) => &of.attrs,
        Expr::Unsafe(of) => &of.attrs,
        Expr::While(of) => &of.attrs,
        _ => &[],
    }
}
