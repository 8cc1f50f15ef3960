//! What a name means: its definitions, the scopes around it, imports.
//!
//! Refuses to guess which of several definitions is meant: they join.

use super::flow::{DefId, DefKind, Narrow};
use super::memo::Question;
use super::parts::Flows;
use super::{Project, ProjectFile, scope_in};
use crate::model::expr::{ExprId, ExprKind};
use crate::model::facts::{FileFacts, ImportItem, MODULE, ScopeId, ScopeKind, StmtKind};
use crate::model::part::PartId;
use crate::model::value::{Datum, ExprRef, Frame, ScopeRef, Source, Value, Why};
use crate::source::FileId;
use smol_str::{SmolStr, format_smolstr};

/// How many star imports deep a name is looked for.
const STARS: usize = 4;

impl Project<'_> {
    pub(super) fn name(&self, expr: ExprRef, name: &SmolStr, frame: Frame) -> Value {
        let file = &self.files[&expr.file];
        if let Some(reaching) = file.flow().reaching(expr.expr) {
            return self.reaching(expr.file, reaching, frame);
        }
        match self.owner_of(expr.file, file.facts.scope_of(expr.expr), name) {
            Some(owner) => self.captured(scope_in(expr.file, owner), name, frame),
            None if file.flow().star() => self.starred(expr.file, name, 0).unwrap_or_else(|| builtin(name)),
            None => builtin(name),
        }
    }

    /// What the star imports of a file bind a name to; `None` where all they import from is known and binds no such name.
    fn starred(&self, file: FileId, name: &SmolStr, depth: usize) -> Option<Value> {
        let facts = self.facts(file);
        // Functions that import all of a module are not deferred.
        let imports = facts.stmts_of(PartId::HEAD).filter_map(|stmt| match &facts.stmt(stmt).kind {
            StmtKind::Import(imports) => Some(imports.iter()),
            _ => None,
        });
        let mut unknown = depth >= STARS;
        let mut found = Value::default();
        for import in imports.flatten().filter(|import| import.item == ImportItem::Star && depth < STARS) {
            let root = import.module.split('.').next().unwrap_or("");
            if import.level == 0 && self.libraries.of_module(root).is_some() {
                let path = format_smolstr!("{}.{name}", import.module);
                match self.libraries.row(&path) {
                    Some(_) => found.join(Value::known(Datum::Path(path), None)),
                    None => unknown = true,
                }
                continue;
            }
            match self.modules.resolve(file, &import.module, import.level).filter(|id| self.files.get(*id).is_some()) {
                Some(id) if id == file => {}
                Some(id) => {
                    let value = self.exported_at(ScopeRef { file: id, scope: MODULE }, name, depth + 1);
                    if value.unknown != Some(Why::Name) || !value.alternatives.is_empty() {
                        found.join(value);
                    }
                    unknown |= self.files[&id].flow().star();
                }
                None => unknown = true,
            }
        }
        if !found.alternatives.is_empty() || found.unknown.is_some() {
            return Some(found);
        }
        unknown.then(|| Value::unknown(Why::Name))
    }

    /// The scope around `scope` (or itself) that binds `name`.
    pub(super) fn owner_of(&self, file: FileId, scope: ScopeId, name: &SmolStr) -> Option<ScopeId> {
        self.files[&file].owner_of(scope, name)
    }

    /// What a name of `owner` means to the scopes in it.
    pub(super) fn captured(&self, owner: ScopeRef, name: &SmolStr, frame: Frame) -> Value {
        let file = &self.files[&owner.file];
        let all = file.flow().all_defs(owner.scope, name);
        let mut reaching: Vec<(DefId, Narrow)> = Vec::new();
        match file.flow().at_exit(owner.scope, name) {
            Some(exit) => {
                reaching.extend(exit.iter().copied());
                // Functions that declare the name `global` may write it at any time.
                for &def in all {
                    let elsewhere = file.flow().def(def).stmt.is_some_and(|s| file.facts.place(s).scope != owner.scope);
                    if elsewhere && !reaching.iter().any(|(known, _)| *known == def) {
                        reaching.push((def, Narrow::Any));
                    }
                }
            }
            None => reaching.extend(all.iter().map(|&def| (def, Narrow::Any))),
        }
        let several = reaching.len() > 1;
        let mut value = self.reaching(owner.file, &reaching, frame);
        if several && value.alternatives.len() > 1 {
            // `session = None` at the top is what the name holds until somebody sets it.
            for one in &mut value.alternatives {
                if one.datum == Datum::Null && one.source == Source::Written {
                    one.source = Source::Initial;
                }
            }
        }
        value
    }

    pub(super) fn reaching(&self, file: FileId, reaching: &[(DefId, Narrow)], frame: Frame) -> Value {
        let mut result = Value::default();
        let parsed = prefer_real_imports(self.files[&file].flow(), &self.files[&file].facts, reaching);
        for &(def, narrow) in &parsed {
            let value = self.definition(file, def, frame);
            result.join(match narrow {
                Narrow::Is(of) => self.of_type(value, ExprRef { file, expr: of }),
                _ => narrowed(value, narrow),
            });
        }
        if result.alternatives.is_empty() && result.unknown.is_none() {
            result.unknown = Some(Why::Name);
        }
        result
    }

    /// What a value is that was found to be of a type: one of what it can be, or something of that type.
    fn of_type(&self, value: Value, of: ExprRef) -> Value {
        let value = value.filter(|datum| *datum != Datum::Null);
        let built = value.alternatives.iter().any(|one| self.library_row(&one.datum).is_some());
        match self.evaluate(of, Frame::NONE).one().map(|one| &one.datum) {
            Some(Datum::Path(path)) if self.libraries.class_at(path).is_some() && !built => {
                Value::known(Datum::Instance(path.clone()), Some(self.span(of)))
            }
            _ => value,
        }
    }

    /// What a definition binds its name to.
    pub(super) fn definition(&self, file: FileId, def: DefId, frame: Frame) -> Value {
        self.ask(Question::Def(file, def, frame)).value()
    }

    pub(super) fn bound(&self, file: FileId, def: DefId, frame: Frame) -> Value {
        let of = &self.files[&file];
        let here = |expr: ExprId| ExprRef { file, expr };
        match &of.flow().def(def).kind {
            DefKind::Parameter(scope, index) => self.parameter(scope_in(file, *scope), *index, frame),
            DefKind::Value(value) => {
                let mut known = self.evaluate(here(*value), frame);
                let stmt = of.flow().def(def).stmt.map(|stmt| &of.facts.stmt(stmt).kind);
                if let (Some(why), Some(StmtKind::Assign { annotation: Some(annotation), .. })) = (known.unknown, stmt)
                {
                    known.join(self.annotated(here(*annotation), why));
                }
                known
            }
            DefKind::Element(value, index) => self.element(&self.evaluate(here(*value), frame), *index),
            DefKind::Item(iterable) => self.items(&self.evaluate(here(*iterable), frame)),
            DefKind::Entered(context) => self.entered(self.evaluate(here(*context), frame)),
            DefKind::Import(stmt, index) => {
                let StmtKind::Import(imports) = &of.facts.stmt(*stmt).kind else { return Value::unknown(Why::Name) };
                let import = &imports[*index];
                self.imported(file, &import.module, import.level, &import.item)
            }
            DefKind::Scope(scope) => Value::known(Datum::Scope(scope_in(file, *scope)), None),
            DefKind::Opaque => Value::unknown(Why::Name),
        }
    }

    fn imported(&self, from: FileId, module: &SmolStr, level: u32, item: &ImportItem) -> Value {
        let root = module.split('.').next().unwrap_or("");
        let outside = level == 0 && self.libraries.of_module(root).is_some();
        let path = |path: SmolStr| Value::known(Datum::Path(path), None);
        let module_value = |id: FileId| Value::known(Datum::Scope(ScopeRef { file: id, scope: MODULE }), None);
        let resolve = |module: &str| if outside { None } else { self.modules.resolve(from, module, level) };
        match item {
            ImportItem::Root => match resolve(root) {
                Some(id) if self.files.get(id).is_some() => module_value(id),
                _ => path(root.into()),
            },
            ImportItem::Module => match resolve(module) {
                Some(id) if self.files.get(id).is_some() => module_value(id),
                _ if level > 0 => match module.rsplit_once('.') {
                    Some((outer, last)) => self.imported(from, &outer.into(), level, &ImportItem::Member(last.into())),
                    None if !module.is_empty() => {
                        self.imported(from, &SmolStr::default(), level, &ImportItem::Member(module.clone()))
                    }
                    None => Value::unknown(Why::Name),
                },
                _ => path(module.clone()),
            },
            ImportItem::Member(name) => {
                if let Some(id) = resolve(module).filter(|id| self.files.get(*id).is_some()) {
                    let value = self.exported(ScopeRef { file: id, scope: MODULE }, name);
                    if value.unknown != Some(Why::Name) || !value.alternatives.is_empty() {
                        return value;
                    }
                }
                let inner = format_smolstr!("{module}.{name}");
                match resolve(inner.trim_start_matches('.')) {
                    Some(id) if self.files.get(id).is_some() => module_value(id),
                    _ if outside => path(inner),
                    _ => self
                        .through(from, module, level, name)
                        .unwrap_or_else(|| if level > 0 { Value::unknown(Why::Name) } else { path(inner) }),
                }
            }
            ImportItem::Star => Value::unknown(Why::Name),
        }
    }

    /// What `name` means in something that is no file of its own, but that a module binds: a module inside a file, a
    /// class.
    fn through(&self, from: FileId, module: &SmolStr, level: u32, name: &SmolStr) -> Option<Value> {
        if module.is_empty() || self.modules.resolve(from, module, level).is_some() {
            return None;
        }
        let (outer, last) = module.rsplit_once('.').unwrap_or(("", module.as_str()));
        if outer.is_empty() && level == 0 {
            return None;
        }
        let value = self.imported(from, &outer.into(), level, &ImportItem::Member(last.into()));
        let found = value.one().map(|one| self.member_value(&one.datum, name))?;
        (found.unknown.is_none()).then_some(found)
    }

    /// What `name` means at the end of a module; unknown by name where it binds no such name.
    pub(super) fn exported(&self, module: ScopeRef, name: &SmolStr) -> Value {
        self.exported_at(module, name, 0)
    }

    fn exported_at(&self, module: ScopeRef, name: &SmolStr, depth: usize) -> Value {
        let of = &self.files[&module.file];
        if !of.flow().all_defs(module.scope, name).is_empty() {
            return self.captured(module, name, Frame::NONE);
        }
        if of.flow().star() && module.scope == MODULE && depth < STARS {
            return self.starred(module.file, name, depth).unwrap_or_else(|| Value::unknown(Why::Name));
        }
        Value::unknown(Why::Name)
    }

    /// Whether a file has imported a module of outside the project under its own name.
    pub fn goes_by_its_name(&self, file: FileId, module: &str) -> bool {
        let top = ScopeRef { file, scope: MODULE };
        self.exported(top, &module.into()).always(|datum| matches!(datum, Datum::Path(path) if path == module))
    }
}

impl ProjectFile {
    /// The scope around `scope` (or itself) that binds `name`.
    pub(super) fn owner_of(&self, scope: ScopeId, name: &SmolStr) -> Option<ScopeId> {
        let (flow, facts) = (self.flow(), &self.facts);
        let mut at = Some(scope);
        let mut first = true;
        while let Some(id) = at {
            if let Some(owner) = flow.foreign(id, name) {
                return Some(owner);
            }
            let visible = first || facts.scope(id).kind != ScopeKind::Class;
            if visible && !flow.all_defs(id, name).is_empty() {
                return Some(id);
            }
            first = first && facts.scope(id).kind == ScopeKind::Comprehension;
            at = facts.scope(id).parent;
        }
        None
    }
}

fn builtin(name: &SmolStr) -> Value {
    Value::known(Datum::Path(format_smolstr!("builtins.{name}")), None)
}

fn narrowed(value: Value, narrow: Narrow) -> Value {
    match narrow {
        Narrow::Any | Narrow::Is(_) => value,
        Narrow::Null if value.unknown.is_some() => Value::known(Datum::Null, None),
        Narrow::Null => value.filter(|datum| matches!(datum, Datum::Null)),
        Narrow::NotNull => value.filter(|datum| !matches!(datum, Datum::Null)),
        Narrow::Truthy => value.filter(|datum| datum.truth() != Some(false)),
        Narrow::Falsy => value.filter(|datum| datum.truth() != Some(true)),
    }
}

/// `try: import x / except ImportError: x = None` is one resolution: the fallback stands for "not installed".
fn prefer_real_imports(flow: Flows<'_>, facts: &FileFacts, reaching: &[(DefId, Narrow)]) -> Vec<(DefId, Narrow)> {
    let is_import = |def: DefId| matches!(flow.def(def).kind, DefKind::Import(..));
    if reaching.len() < 2 || !reaching.iter().any(|(def, _)| is_import(*def)) {
        return reaching.to_vec();
    }
    let fallback = |def: DefId| match flow.def(def).kind {
        DefKind::Value(value) => matches!(facts.expr(value).kind, ExprKind::None),
        _ => false,
    };
    reaching.iter().filter(|(def, _)| !fallback(*def)).copied().collect()
}
