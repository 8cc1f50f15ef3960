//! The constructions and requests of the project.
//!
//! A call is a site where its callee can only mean one row of library data. Arguments are bound to the row's
//! parameters here, through splatted mappings, partials and constructors of subclasses, so that rules never see a
//! keyword. Refuses to judge.

use super::evaluate::Passed;
use super::{Project, ProjectFile, scope_in, sibling};
use crate::languages::read_as;
use crate::libraries::{Class, Kind, Library, Parameter, Request, Row, Setting};
use crate::locks::Pin;
use crate::model::expr::{ArgumentKind, ExprKind};
use crate::model::value::{Alternative, Datum, ExprRef, Frame, ScopeRef, Value, Why};
use crate::source::{Span, offset};
use smol_str::SmolStr;
use std::path::Path;
use std::sync::Arc;

/// A site of the project, in the order of files and bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SiteId(pub u32);

/// An argument as it reaches a constructor.
#[derive(Debug, Clone)]
pub struct BoundArgument {
    /// Its name; of a positional argument the parameter's.
    pub name: SmolStr,
    /// The index of the parameter in the row; `None` where the row knows no such parameter.
    pub parameter: Option<usize>,
    /// The value.
    pub value: ExprRef,
    /// The context that the value is seen in.
    pub frame: Frame,
    /// The argument as written, keyword included.
    pub span: Span,
    /// Whether it is only passed on some paths.
    pub sometimes: bool,
}

/// A construction or request.
#[derive(Debug, Clone)]
pub struct Site {
    /// Its place in [`Project::sites`].
    pub id: SiteId,
    /// The row of library data.
    pub row: Row,
    /// What it builds.
    pub kind: Kind,
    /// The call.
    pub call: ExprRef,
    /// What is called, as written.
    pub callee: Span,
    /// The arguments that reach it.
    pub arguments: Vec<BoundArgument>,
    /// An argument by position that no parameter takes.
    pub stray: Option<Span>,
    /// Whether arguments that cannot be seen may reach it, too.
    pub open: bool,
    /// Whether it may be of another class of the library that takes the same, or, of a request, go through a session that
    /// cannot be seen.
    pub mixed: bool,
    /// The class of the project that is built, where it derives from the library's.
    pub class: Option<ScopeRef>,
    /// Whether it is in test code.
    pub test: bool,
}

impl Site {
    /// The bytes of the file that findings of this site are told together in.
    #[must_use]
    pub fn is(&self, kind: Kind) -> bool {
        self.kind == kind
    }
}

impl Project<'_> {
    /// The sites of a file that is judged. Where nothing tells which names carry objects of a library, every call is
    /// asked what it calls, which finds the same.
    #[must_use]
    pub fn sites_in(&self, file: &ProjectFile) -> Vec<Site> {
        let facts = &file.facts;
        let calls = facts.expr_ids().filter(|&expr| match facts.expr(expr).kind {
            ExprKind::Call { callee, .. } => self.may_be_site(file, callee),
            _ => false,
        });
        let calls = calls.map(|expr| ExprRef { file: facts.file, expr });
        calls.filter_map(|call| self.site(call, self.is_test(call))).collect()
    }

    pub(super) fn site(&self, call: ExprRef, test: bool) -> Option<Site> {
        let ExprKind::Call { callee, .. } = self.kind(call) else { return None };
        let callee = sibling(call, *callee);
        let value = self.evaluate(callee, Frame::NONE);
        let known: Vec<&Datum> =
            value.alternatives.iter().map(|one| &one.datum).filter(|datum| **datum != Datum::Null).collect();
        let row = self.row_of_callee(known.first()?)?;
        // What is called like a library of another language is something else.
        if self.libraries.library(row).head.language != language_of_libraries(&self.files[&call.file]) {
            return None;
        }
        let rows: Option<Vec<Row>> = known.iter().map(|datum| self.row_of_callee(datum)).collect();
        let rows = rows?;
        let row = self.libraries.row_of_all(&rows)?;
        let kind = self.libraries.kind(row);
        let mixed = rows.iter().any(|&other| other != row) || value.unknown.is_some() && kind == Kind::Request;
        if value.unknown == Some(Why::Name) || value.unknown.is_some() && kind != Kind::Request {
            return None;
        }
        // An object that may be of another library, too, says nothing about a request.
        let receiver = self.receiver(call, Frame::NONE).filter(|_| kind == Kind::Request);
        let foreign = |one: &Alternative| one.datum != Datum::Null && self.library_row(&one.datum).is_none();
        if receiver.is_some_and(|(_, of)| self.libraries.row_has_receiver(row) && of.alternatives.iter().any(foreign)) {
            return None;
        }
        let class = match known[0] {
            Datum::Scope(class) => Some(*class),
            _ => None,
        };
        let Binding { mut arguments, mut open, stray, .. } = self.bind_arguments(row, call, known[0], Frame::NONE);
        let parameters = self.libraries.parameters(row);
        let wraps = |argument: &BoundArgument| {
            argument.parameter.is_some_and(|index| parameters[index].setting == Setting::Inner)
        };
        if arguments.iter().any(wraps) {
            return None;
        }
        if let Some((row, builder)) = self.builder_of(call, Frame::NONE) {
            let steps = self.steps(call, row, builder);
            if !steps.ended && !builder.ends.is_empty() {
                return None;
            }
            arguments.extend(steps.arguments);
            open |= steps.open;
        }
        let callee = self.span(callee);
        Some(Site { id: SiteId(0), row, kind, call, callee, arguments, stray, open, mixed, class, test })
    }

    /// The arguments of a call of `callee`, as they reach a row's parameters.
    fn bind_arguments(&self, row: Row, call: ExprRef, callee: &Datum, frame: Frame) -> Binding<'_, '_> {
        let mut binding = Binding { project: self, row, arguments: Vec::new(), open: false, stray: None };
        match callee {
            Datum::Partial(bound, made_in) => {
                binding.bind(*bound, *made_in, 1);
                binding.bind(call, frame, 0);
            }
            Datum::Scope(class) => binding.bind_subclass(*class, call, frame, 0),
            _ => binding.bind(call, frame, 0),
        }
        binding
    }

    /// A site as it is in the context of a call of its function, which may tell what stands for `**options`.
    #[must_use]
    pub fn in_context(&self, site: &Site, frame: Frame) -> Option<Site> {
        if !site.open || self.builder_of(site.call, Frame::NONE).is_some() {
            return None;
        }
        let ExprKind::Call { callee, .. } = self.kind(site.call) else { return None };
        let callee = self.evaluate(sibling(site.call, *callee), Frame::NONE);
        let callee = callee.alternatives.iter().map(|one| &one.datum).find(|datum| **datum != Datum::Null)?;
        let Binding { arguments, open, stray, .. } = self.bind_arguments(site.row, site.call, callee, frame);
        Some(Site { arguments, open, stray, ..site.clone() })
    }

    /// The parameters that a site's row knows.
    #[must_use]
    pub fn parameters(&self, site: &Site) -> &[Parameter] {
        self.library(site).parameters(site.row)
    }

    /// The parameter of a site that decides `setting`.
    #[must_use]
    pub fn parameter_for(&self, site: &Site, setting: Setting) -> Option<&Parameter> {
        self.parameters(site).iter().find(|parameter| parameter.setting == setting)
    }

    /// The argument of a site that decides `setting`.
    #[must_use]
    pub fn argument<'s>(&self, site: &'s Site, setting: Setting) -> Option<&'s BoundArgument> {
        let parameters = self.parameters(site);
        site.arguments
            .iter()
            .find(|argument| argument.parameter.is_some_and(|index| parameters[index].setting == setting))
    }

    /// What decides `setting` at a site, seen in the context of a call.
    #[must_use]
    pub fn setting(&self, site: &Site, setting: Setting, frame: Frame) -> Value {
        let parameters = self.parameters(site);
        let mut result = Value::default();
        let mut always = false;
        for argument in &site.arguments {
            if argument.parameter.is_some_and(|index| parameters[index].setting == setting) {
                let frame = if argument.frame == Frame::NONE { frame } else { argument.frame };
                let none = argument.parameter.is_some_and(|index| parameters[index].means_none);
                result.join(match none {
                    true => Value::known(Datum::Null, Some(argument.span)),
                    false => self.unguarded(argument.value, frame),
                });
                always |= !argument.sometimes;
            }
        }
        if !always {
            result.join(if site.open { Value::unknown(Why::Splat) } else { Value::unset() });
        }
        result
    }

    /// The class of a site's row.
    #[must_use]
    pub fn class(&self, site: &Site) -> Option<&Class> {
        self.library(site).class(site.row)
    }

    /// The request of a site's row.
    #[must_use]
    pub fn request(&self, site: &Site) -> Option<&Request> {
        self.library(site).request(site.row)
    }

    /// The library of a site, as it is in the release that the site's file runs with.
    #[must_use]
    pub fn library(&self, site: &Site) -> &Library {
        self.library_at(site.call.file, site.row)
    }

    /// What lock files say about the release of a site's library.
    #[must_use]
    pub fn pin(&self, site: &Site) -> &Pin {
        self.pinned(site.call.file, site.row.library()).map_or(&Pin::Unnamed, |pinned| &pinned.pin)
    }

    /// The bytes that stand for a site where something is missing in it: its call, without arguments that span lines.
    #[must_use]
    pub fn site_span(&self, site: &Site) -> Span {
        self.span(site.call)
    }

    /// The bytes of an argument's name, where it stands in the site's own call as a keyword.
    pub fn keyword(&self, site: &Site, argument: &BoundArgument) -> Option<Span> {
        let (span, name) = (argument.span, argument.name.as_str());
        let written = self.text(span).strip_prefix(name)?.trim_start().starts_with('=');
        let end = span.start + offset(name.len());
        (written && self.site_span(site).contains(&span)).then_some(Span { end, ..span })
    }

    /// Where the site's own call takes another argument by name, and what is written there for this one. `None` where it
    /// is not the class itself that is called, or is built step by step.
    #[must_use]
    pub fn place_for(&self, site: &Site, argument: &str) -> Option<(Span, String)> {
        let ExprKind::Call { arguments, .. } = self.kind(site.call) else { return None };
        if site.class.is_some() || self.class(site).is_none_or(|class| class.builder.is_some()) {
            return None;
        }
        let call = self.site_span(site);
        let rest = self.text(call).strip_prefix(self.text(site.callee))?;
        if !rest.trim_start().starts_with('(') || !rest.ends_with(')') {
            return None;
        }
        let (at, written) = match arguments.last() {
            Some(last) => (last.end, format!(", {argument}")),
            None => (call.end - 1, argument.to_owned()),
        };
        Some((Span { start: at, end: at, ..call }, written))
    }

    /// What the receiver of a method call is worth.
    #[must_use]
    pub fn receiver(&self, call: ExprRef, frame: Frame) -> Option<(ExprRef, Value)> {
        let ExprKind::Call { callee, .. } = self.kind(call) else { return None };
        let ExprKind::Attribute { object, .. } = self.kind(sibling(call, *callee)) else { return None };
        let object = sibling(call, *object);
        Some((object, self.evaluate(object, frame)))
    }
}

/// The language whose libraries a file uses.
pub(super) fn language_of_libraries(file: &ProjectFile) -> &'static str {
    read_as(Path::new(file.source.path.as_str())).libraries
}

/// Binds the arguments of calls to a row's parameters.
struct Binding<'p, 'l> {
    project: &'p Project<'l>,
    row: Row,
    arguments: Vec<BoundArgument>,
    open: bool,
    stray: Option<Span>,
}

impl Binding<'_, '_> {
    fn bind(&mut self, call: ExprRef, frame: Frame, skip: usize) {
        let ExprKind::Call { arguments, .. } = self.project.kind(call) else { return };
        let mut position = 0;
        for argument in arguments.iter().skip(skip) {
            let span = Span { file: call.file, start: argument.start, end: argument.end };
            let value = sibling(call, argument.value);
            match argument.kind {
                ArgumentKind::Named => self.named(argument.name.clone(), value, frame, span, false),
                ArgumentKind::Positional => {
                    let parameters = self.project.libraries.parameters(self.row);
                    if let Some(index) = parameters.iter().position(|p| p.position == Some(position)) {
                        let name = parameters[index].name.clone();
                        self.push(BoundArgument { name, parameter: Some(index), value, frame, span, sometimes: false });
                    } else {
                        self.stray.get_or_insert(span);
                    }
                    position += 1;
                }
                ArgumentKind::Splat if self.project.passes_no_more(value, frame) => {}
                ArgumentKind::Splat => self.open = true,
                ArgumentKind::MappingSplat => self.splat(value, frame, span),
            }
        }
    }

    fn named(&mut self, name: SmolStr, value: ExprRef, frame: Frame, span: Span, sometimes: bool) {
        let parameters = self.project.libraries.parameters(self.row);
        let parameter = parameters.iter().position(|parameter| parameter.name == name);
        self.push(BoundArgument { name, parameter, value, frame, span, sometimes });
    }

    fn push(&mut self, argument: BoundArgument) {
        if !argument.sometimes {
            // What a call passes takes the place of what a partial bound.
            self.arguments.retain(|known| known.name != argument.name || known.span.file != argument.span.file);
        }
        self.arguments.push(argument);
    }

    fn splat(&mut self, value: ExprRef, frame: Frame, span: Span) {
        if self.rest_of_caller(value, frame) {
            return;
        }
        let mapping = self.project.evaluate(value, frame);
        let Some(all) = mapping.all() else {
            self.open = true;
            return;
        };
        for one in all {
            if !matches!(one.datum, Datum::Mapping(..)) {
                self.open = true;
                continue;
            }
            let (entries, open) = self.project.entries(value, &one.datum);
            self.open |= open;
            for entry in entries {
                let written = self.project.span(entry.value);
                let span = if written.file == span.file { written } else { span };
                self.named(entry.name, entry.value, entry.frame, span, entry.sometimes || all.len() > 1);
            }
        }
    }

    /// `**kwargs` of the function around, where the call of that function is known.
    fn rest_of_caller(&mut self, value: ExprRef, frame: Frame) -> bool {
        let project = self.project;
        let Some((function, call, outer)) = project.keywords_parameter(value, frame) else { return false };
        let ExprKind::Call { arguments, .. } = project.kind(call) else { return false };
        let own = &project.scope(function).parameters;
        let mut removed = Vec::new();
        if let ExprKind::Name(name) = project.kind(value) {
            removed = project.removed_keys(value, name);
            let mut added = Vec::new();
            self.open |= project.added_entries(value, name, &mut added);
            for entry in added {
                let span = project.span(entry.value);
                self.named(entry.name, entry.value, entry.frame, span, entry.sometimes);
            }
        }
        for argument in arguments {
            let inner = sibling(call, argument.value);
            let span = Span { file: call.file, start: argument.start, end: argument.end };
            match argument.kind {
                ArgumentKind::Named if own.iter().any(|parameter| parameter.name == argument.name) => {}
                ArgumentKind::Named if removed.contains(&argument.name) => {}
                ArgumentKind::Named => self.named(argument.name.clone(), inner, outer, span, false),
                ArgumentKind::MappingSplat => self.splat(inner, outer, span),
                ArgumentKind::Positional => {}
                ArgumentKind::Splat if project.passes_no_more(inner, outer) => {}
                ArgumentKind::Splat => self.open = true,
            }
        }
        true
    }

    /// What a subclass's own constructor passes on.
    fn bind_subclass(&mut self, class: ScopeRef, call: ExprRef, frame: Frame, depth: usize) {
        let project = self.project;
        let Some(init) = project.member(class, "__init__").filter(|_| depth < 4) else {
            self.bind(call, frame, 0);
            return;
        };
        let frame = project.frames.of(init, call, frame);
        let supers = project.super_inits(init);
        match supers.as_slice() {
            [inner] => {
                let owner = project.scope(init).parent.map(|parent| scope_in(init.file, parent));
                let next = owner.and_then(|owner| {
                    project
                        .lineage(owner)
                        .iter()
                        .skip(1)
                        .copied()
                        .find(|base| project.member(*base, "__init__").is_some())
                });
                match next {
                    Some(base) => self.bind_subclass(base, *inner, frame, depth + 1),
                    None => self.bind(*inner, frame, 0),
                }
            }
            _ => self.open = true,
        }
    }
}

impl Project<'_> {
    /// The calls of a base class's constructor in a constructor.
    pub(super) fn super_inits(&self, init: ScopeRef) -> Arc<Vec<ExprRef>> {
        let known = self.super_inits.borrow().get(&init).cloned();
        known.unwrap_or_else(|| {
            let found = Arc::new(self.find_super_inits(init));
            self.super_inits.borrow_mut().insert(init, found.clone());
            found
        })
    }

    fn find_super_inits(&self, init: ScopeRef) -> Vec<ExprRef> {
        let facts = self.facts(init.file);
        let found = facts.exprs_in(init.scope).filter(|&expr| match &facts.expr(expr).kind {
            ExprKind::Call { callee, .. } => {
                matches!(&facts.expr(*callee).kind, ExprKind::Attribute { object, name }
                    if name == "__init__" && matches!(facts.expr(*object).kind, ExprKind::Call { .. } | ExprKind::Name(_)))
            }
            _ => false,
        });
        found.map(|expr| ExprRef { file: init.file, expr }).collect()
    }

    /// The parameter of `function` that argument `value` of `call` reaches.
    pub(super) fn parameter_reached(&self, call: ExprRef, value: ExprRef, function: ScopeRef) -> Option<usize> {
        let parameters = &self.scope(function).parameters;
        (0..parameters.len()).find(
            |&index| matches!(self.argument_for(call, function, index), Passed::Argument(passed) if passed == value),
        )
    }
}
