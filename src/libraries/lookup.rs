//! All libraries together: which row a path, a method or an attribute belongs to.
//!
//! Refuses to know what a row means.

use super::releases;
use super::{Class, Kind, Library, Mount, Parameter, Request, WrongAttribute};
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::{SmolStr, format_smolstr};

/// The built-in libraries: file name and content.
const BUILT_IN: &[(&str, &str)] = &[
    ("aiohttp.toml", include_str!("../../rules/libraries/aiohttp.toml")),
    ("awc.toml", include_str!("../../rules/libraries/awc.toml")),
    ("httpx.toml", include_str!("../../rules/libraries/httpx.toml")),
    ("hyper-util.toml", include_str!("../../rules/libraries/hyper-util.toml")),
    ("isahc.toml", include_str!("../../rules/libraries/isahc.toml")),
    ("reqwest.toml", include_str!("../../rules/libraries/reqwest.toml")),
    ("requests.toml", include_str!("../../rules/libraries/requests.toml")),
    ("ureq.toml", include_str!("../../rules/libraries/ureq.toml")),
    ("urllib3.toml", include_str!("../../rules/libraries/urllib3.toml")),
];

/// A row of the data: a class, or a way to make requests, of a library.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Row {
    /// A class, by the library's and its own index.
    Class(usize, usize),
    /// A request, by the library's and its own index.
    Request(usize, usize),
}

impl Row {
    /// The index of the library.
    #[must_use]
    pub fn library(self) -> usize {
        let (Row::Class(library, _) | Row::Request(library, _)) = self;
        library
    }
}

/// All libraries, with their paths indexed.
#[derive(Debug)]
pub struct Libraries {
    pub(super) list: Vec<Library>,
    /// The name and text that each was read from.
    pub(super) files: Vec<(String, String)>,
    paths: FxHashMap<SmolStr, Row>,
    modules: FxHashMap<SmolStr, usize>,
    /// The attributes that any library's data names.
    attributes: FxHashSet<SmolStr>,
}

impl Libraries {
    /// The libraries that poolcheck knows by itself.
    ///
    /// # Errors
    /// The name of the file and what is wrong with it; a test shows that it never happens.
    pub fn built_in() -> Result<Libraries, String> {
        Libraries::parse(BUILT_IN)
    }

    /// The names of the libraries that poolcheck knows by itself, as users say them.
    pub fn built_in_names() -> impl Iterator<Item = &'static str> {
        BUILT_IN.iter().map(|(file, _)| file.trim_end_matches(".toml"))
    }

    /// Those of the built-in libraries whose names are wanted, and others, by the name and the text of their files.
    ///
    /// # Errors
    /// The name of the file and what is wrong with it.
    pub fn with(wanted: impl Fn(&str) -> bool, others: &[(&str, &str)]) -> Result<Libraries, String> {
        let built_in = Libraries::built_in_names().zip(BUILT_IN).filter(|(name, _)| wanted(name));
        let files: Vec<(&str, &str)> = built_in.map(|(_, file)| *file).chain(others.iter().copied()).collect();
        Libraries::parse(&files)
    }

    /// Loads libraries from their texts.
    ///
    /// # Errors
    /// The name of the file and what is wrong with it.
    pub fn parse(files: &[(&str, &str)]) -> Result<Libraries, String> {
        let mut list = Vec::new();
        for (name, text) in files {
            list.push(releases::read(name, text, &[])?);
        }
        let files = files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        Ok(Libraries::new(list, files))
    }

    fn new(list: Vec<Library>, files: Vec<(String, String)>) -> Libraries {
        let mut paths = FxHashMap::default();
        let mut modules = FxHashMap::default();
        for (index, library) in list.iter().enumerate() {
            let head = &library.head;
            modules.extend(head.modules.iter().chain(&head.forks).map(|module| (module.clone(), index)));
            for (at, class) in library.classes.iter().enumerate() {
                let row = Row::Class(index, at);
                paths.extend(class.ways().map(|path| (path.clone(), row)));
                paths.extend(class.wrappers.iter().map(|wrapper| (wrapper.path.clone(), row)));
            }
            for (at, request) in library.requests.iter().enumerate() {
                let row = Row::Request(index, at);
                paths.extend(request.also.iter().chain(&request.path).map(|path| (path.clone(), row)));
            }
        }
        let attributes = list.iter().flat_map(|library| &library.attributes).flat_map(|row| row.names.iter().cloned());
        let attributes = attributes.collect();
        Libraries { list, files, paths, modules, attributes }
    }

    /// The row that a full path names, also where a fork has taken the place of the library, or another package hands it
    /// on.
    #[must_use]
    pub fn row(&self, path: &str) -> Option<Row> {
        if let Some(row) = self.paths.get(path) {
            return Some(*row);
        }
        self.paths.get(&self.own_path(path)?).copied()
    }

    /// A path in a fork, or in a package that hands the library on whole, as the library itself spells it.
    pub(super) fn own_path(&self, path: &str) -> Option<SmolStr> {
        let (root, rest) = path.split_once('.')?;
        let Some(index) = self.of_module(root) else {
            let library = self.of_module(rest.split('.').next()?)?;
            return self.list[library].head.handed_on.then(|| rest.into());
        };
        let head = &self.list[index].head;
        let own = head.modules.first().filter(|_| head.forks.iter().any(|fork| fork == root))?;
        Some(format_smolstr!("{own}.{rest}"))
    }

    /// What the data says about an attribute of a module.
    #[must_use]
    pub fn module_attribute(&self, module: &str, name: &str) -> Option<&WrongAttribute> {
        let own = self.own_path(module);
        let module = own.as_deref().unwrap_or(module);
        let library = &self.list[self.of_module(module.split('.').next()?)?];
        let mut rows = library.attributes.iter();
        rows.find(|row| row.module.as_deref() == Some(module) && row.names.iter().any(|known| known == name))
    }

    /// The class that a full path names.
    #[must_use]
    pub fn class_at(&self, path: &str) -> Option<(Row, &Class)> {
        let row = self.row(path)?;
        self.class(row).map(|class| (row, class))
    }

    /// The class of a row.
    #[must_use]
    pub fn class(&self, row: Row) -> Option<&Class> {
        self.library(row).class(row)
    }

    /// The request of a row.
    #[must_use]
    pub fn request(&self, row: Row) -> Option<&Request> {
        self.library(row).request(row)
    }

    /// The parameters of a row.
    #[must_use]
    pub fn parameters(&self, row: Row) -> &[Parameter] {
        self.library(row).parameters(row)
    }

    /// The row that speaks for several: they are one, or classes of one library that build the same of the same, or
    /// requests of one library, with or without a session.
    #[must_use]
    pub fn row_of_all(&self, rows: &[Row]) -> Option<Row> {
        let &first = rows.first()?;
        let of_one = rows.iter().all(|row| row.library() == first.library() && self.kind(*row) == self.kind(first));
        let names = |row| self.parameters(row).iter().map(|parameter| &parameter.name);
        let requests = || rows.iter().find(|row| matches!(row, Row::Request(..)) && !self.row_has_receiver(**row));
        let alike = |&row: &Row| row == first || matches!(row, Row::Class(..)) && names(row).eq(names(first));
        match rows.iter().all(alike) {
            true => of_one.then_some(first),
            false => requests().copied().filter(|_| of_one),
        }
    }

    /// What a row builds.
    #[must_use]
    pub fn kind(&self, row: Row) -> Kind {
        self.class(row).map_or(Kind::Request, |class| class.makes)
    }

    /// Whether a row is about a method of an object.
    #[must_use]
    pub fn row_has_receiver(&self, row: Row) -> bool {
        self.request(row).is_some_and(|request| request.on.is_some())
    }

    /// The library of a row.
    #[must_use]
    pub fn library(&self, row: Row) -> &Library {
        &self.list[row.library()]
    }

    /// The library that a top-level module belongs to.
    #[must_use]
    pub fn of_module(&self, module: &str) -> Option<usize> {
        self.modules.get(module).copied()
    }

    /// How a method of an object of `kind` in `library` makes a request.
    #[must_use]
    pub fn request_method(&self, library: usize, kind: Kind, method: &str) -> Option<Row> {
        let requests = &self.list[library].requests;
        let at = requests.iter().position(|r| r.on == Some(kind) && r.methods.iter().any(|name| name == method))?;
        Some(Row::Request(library, at))
    }

    /// Whether any library's data names an attribute like this.
    #[must_use]
    pub fn names_attribute(&self, name: &str) -> bool {
        self.attributes.contains(name)
    }

    /// Whether libraries for a language build objects step by step.
    #[must_use]
    pub fn build_stepwise(&self, language: &str) -> bool {
        let of = self.list.iter().filter(|library| library.head.language == language);
        of.flat_map(|library| &library.classes).any(|class| class.builder.is_some())
    }

    /// What a library calls an object of a kind.
    #[must_use]
    pub fn noun(&self, library: usize, kind: Kind) -> &str {
        let class = self.list[library].classes.iter().find(|class| class.makes == kind && !class.noun.is_empty());
        class.map_or(kind.word(), |class| class.noun.as_str())
    }

    /// How pools are given to sessions that were built.
    pub fn mounts(&self) -> impl Iterator<Item = &Mount> {
        self.list.iter().filter_map(|library| library.mount.as_ref())
    }

    /// All libraries, by index.
    #[must_use]
    pub fn list(&self) -> &[Library] {
        &self.list
    }
}

/// The last name of a path.
pub(super) fn last(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or("")
}

/// The name that tells what is called: a function's own, or that of the type it belongs to. Types begin with a capital.
pub(super) fn known_by(path: &str) -> &str {
    let mut names = path.rsplit('.');
    let own = names.next().unwrap_or("");
    names.next().filter(|owner| owner.starts_with(char::is_uppercase)).unwrap_or(own)
}

#[cfg(test)]
mod tests {
    use super::Libraries;

    #[test]
    fn built_in_libraries_load() {
        let libraries = Libraries::built_in().unwrap();
        for path in ["aiohttp.ClientSession", "httpx.AsyncClient", "requests.Session", "urllib3.PoolManager"] {
            assert!(libraries.row(path).is_some(), "{path}");
        }
        assert_eq!(libraries.row("httpx2.AsyncClient"), libraries.row("httpx.AsyncClient"));
    }
}
