//! What is known about libraries: loads and checks `rules/libraries/*.toml`.
//!
//! Names, parameters, defaults and consequences are data; the judgement that combines them is not here. Refuses to
//! know any rule.

mod answers;
mod bounds;
mod builders;
mod defaults;
mod head;
mod releases;
mod settings;

pub use answers::{Errors, Response};
pub use bounds::{Encloses, Phase};
pub use builders::Builder;
pub use defaults::{DefaultValue, DefaultWord, Defaults};
pub use head::Head;
pub use releases::Known;
pub use settings::Overruled;

use crate::finding::Severity;
use crate::model::value::Datum;
use rustc_hash::FxHashMap;
use serde::Deserialize;
use smol_str::SmolStr;

/// The built-in libraries: file name and content.
const BUILT_IN: &[(&str, &str)] = &[
    ("aiohttp.toml", include_str!("../rules/libraries/aiohttp.toml")),
    ("awc.toml", include_str!("../rules/libraries/awc.toml")),
    ("hyper-util.toml", include_str!("../rules/libraries/hyper-util.toml")),
    ("isahc.toml", include_str!("../rules/libraries/isahc.toml")),
    ("reqwest.toml", include_str!("../rules/libraries/reqwest.toml")),
    ("ureq.toml", include_str!("../rules/libraries/ureq.toml")),
];

/// What a constructor's argument decides, whatever a library calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Setting {
    /// The whole request.
    Total,
    /// Getting a connection, waiting for a free one included.
    Connect,
    /// Connecting a socket.
    SockConnect,
    /// The next bytes of an answer.
    SockRead,
    /// How many connections are in use at once.
    Limit,
    /// How many of them to one host.
    LimitPerHost,
    /// How long an idle connection is kept.
    Keepalive,
    /// Whether connections are closed after each request.
    ForceClose,
    /// Whether resolved names are kept.
    DnsCache,
    /// How long resolved names are kept.
    DnsTtl,
    /// What wakes the pool up to close idle connections.
    Timer,
    /// The URL that relative ones are joined to.
    BaseUrl,
    /// The timeouts, as one object.
    Timeout,
    /// The pool, as one object.
    Pool,
    /// Whether the session closes its pool.
    PoolOwner,
    /// The event loop.
    Loop,
    /// The settings of TLS.
    Tls,
    /// The URL of a request.
    Url,
    /// The HTTP method of a request.
    Method,
    /// The headers of a request.
    Headers,
    /// Whether a request leaves its body to be read.
    Stream,
    /// The closing handshake of a web socket.
    CloseTimeout,
    /// The next message of a web socket.
    ReceiveTimeout,
}

/// What an object of a library is to the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Timeouts.
    Timeout,
    /// A connection pool.
    Pool,
    /// A session or client.
    Session,
    /// A request through a session, or a one-shot request.
    Request,
    /// The timeouts of a web socket.
    SocketTimeout,
}

impl Kind {
    /// The word for it in messages.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Kind::Timeout | Kind::SocketTimeout => "timeout",
            Kind::Pool => "connector",
            Kind::Session => "session",
            Kind::Request => "request",
        }
    }
}

/// What comes of a value, argument or attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Consequence {
    /// The line itself raises.
    Raises,
    /// A request fails.
    Fails,
    /// A request waits for ever.
    Hangs,
    /// Nothing bounds what the setting should bound.
    Unbounded,
    /// It takes the place of other settings.
    Replaced,
    /// It stands for the library's default.
    Default,
    /// It warns.
    Warns,
    /// It works, and will not for ever.
    Deprecated,
    /// It takes effect through something private.
    Private,
    /// Nothing comes of it.
    Ignored,
}

impl Consequence {
    /// Whether the program cannot work with it.
    #[must_use]
    pub fn is_error(self) -> bool {
        matches!(self, Consequence::Raises | Consequence::Fails | Consequence::Hangs)
    }
}

/// A consequence, and the sentence that says so to the user.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Effect {
    /// What comes of it.
    pub consequence: Consequence,
    /// The same, to the user, with versions.
    pub sentence: String,
    /// What to do, where it is not what the rule says.
    #[serde(default)]
    pub help: String,
}

/// A literal that a parameter takes as "no bound".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unbounded {
    /// None.
    None,
    /// 0.
    Zero,
}

/// A parameter of a constructor or request.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Parameter {
    /// How it is spelled.
    pub name: SmolStr,
    /// Its position, counted from 0; `None` where it is only taken by name.
    pub position: Option<usize>,
    /// What it decides.
    pub setting: Setting,
    /// The unit that its numbers are in.
    #[serde(default)]
    pub unit: SmolStr,
    /// Which values mean no bound.
    #[serde(default)]
    pub unbounded: Vec<Unbounded>,
    /// What kind of object it takes.
    pub expects: Option<Kind>,
    /// The default, where it is a number.
    pub default_number: Option<f64>,
    /// What comes of a text.
    pub text: Option<Effect>,
    /// What comes of a negative number.
    pub negative: Option<Effect>,
    /// What comes of a number where an object is expected.
    pub number: Option<Effect>,
    /// What comes of none.
    pub none: Option<Effect>,
}

impl Parameter {
    /// Whether `datum`, written for this parameter, means no bound.
    #[must_use]
    pub fn is_unbounded(&self, datum: &Datum) -> bool {
        match datum {
            Datum::Null => self.unbounded.contains(&Unbounded::None),
            Datum::Number(number) => {
                *number == 0.0 && self.unbounded.contains(&Unbounded::Zero)
                    || *number < 0.0 && self.negative.as_ref().is_some_and(|e| e.consequence == Consequence::Unbounded)
            }
            Datum::Bool(false) => self.unbounded.contains(&Unbounded::Zero),
            _ => false,
        }
    }
}

/// A class whose construction is a site.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Class {
    /// Its full path, as users write it.
    pub path: SmolStr,
    /// Other paths of the same class, and of classes that take the same parameters.
    #[serde(default)]
    pub also: Vec<SmolStr>,
    /// What it builds.
    pub makes: Kind,
    /// Whether a pool of it serves any number of hosts.
    #[serde(default)]
    pub many_hosts: bool,
    /// What happens when an argument is passed by position; empty where it may be.
    #[serde(default)]
    pub keyword_only: String,
    /// The methods that close it.
    #[serde(default)]
    pub closers: Vec<SmolStr>,
    /// How it is built step by step.
    pub builder: Option<Builder>,
    /// The settings any of which bounds how long a request waits; empty where one object holds them.
    #[serde(default)]
    pub bounded_by: Vec<Setting>,
    /// What comes of setting none of them, as words; empty where a default bounds the wait.
    #[serde(default)]
    pub unbounded: String,
    /// Settings that another one, or its absence, takes the effect of.
    #[serde(default)]
    pub overruled: Vec<Overruled>,
    /// What happens when it is built without a running event loop.
    pub needs_loop: Option<Effect>,
    /// Where this can be read.
    pub source: String,
    /// Its parameters.
    #[serde(default, rename = "parameter")]
    pub parameters: Vec<Parameter>,
}

/// How requests are made.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Request {
    /// The kind of object whose methods make them.
    pub on: Option<Kind>,
    /// The methods.
    #[serde(default)]
    pub methods: Vec<SmolStr>,
    /// The full path of the function that makes one without a session.
    pub path: Option<SmolStr>,
    /// Other paths of the same function.
    #[serde(default)]
    pub also: Vec<SmolStr>,
    /// Whether each call builds a session of its own.
    #[serde(default)]
    pub one_shot: bool,
    /// What comes of it where nothing bounds the wait, as words; empty where a default does, or where the session decides.
    #[serde(default)]
    pub unbounded: String,
    /// Whether it opens a web socket.
    #[serde(default)]
    pub socket: bool,
    /// The methods whose answers have no body.
    #[serde(default)]
    pub bodiless: Vec<SmolStr>,
    /// The methods whose answers most often have a short body.
    #[serde(default)]
    pub brief: Vec<SmolStr>,
    /// How the request is built step by step, begun by the method.
    pub builder: Option<Builder>,
    /// Where this can be read.
    pub source: String,
    /// Its parameters.
    #[serde(default, rename = "parameter")]
    pub parameters: Vec<Parameter>,
}

/// What is wrong with the name of an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// No release ever had it.
    NeverExisted,
    /// Only newer releases have it.
    NotYet,
    /// Older releases had it.
    Removed,
    /// It still works.
    Deprecated,
}

/// An argument that is wrong by its name.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct WrongArgument {
    /// What it is passed to.
    pub on: Kind,
    /// Its names.
    pub names: Vec<SmolStr>,
    /// What is wrong with it.
    pub status: Status,
    /// The name that is meant.
    pub r#use: Option<SmolStr>,
    /// What comes of it.
    pub consequence: Consequence,
    /// The same, to the user.
    pub sentence: String,
    /// What to do, where it is not to use another name.
    #[serde(default)]
    pub help: String,
    /// The severity, where it is not the rule's.
    pub severity: Option<SeverityName>,
    /// Where this can be read.
    pub source: String,
}

/// A severity as data spells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SeverityName {
    /// [`Severity::Info`]
    Info,
    /// [`Severity::Warning`]
    Warning,
    /// [`Severity::Error`]
    Error,
}

impl From<SeverityName> for Severity {
    fn from(name: SeverityName) -> Severity {
        match name {
            SeverityName::Info => Severity::Info,
            SeverityName::Warning => Severity::Warning,
            SeverityName::Error => Severity::Error,
        }
    }
}

/// An attribute that should not be written, or not be read.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct WrongAttribute {
    /// What it is an attribute of.
    pub on: Kind,
    /// Its names.
    pub names: Vec<SmolStr>,
    /// What comes of writing it.
    pub written: Option<Consequence>,
    /// What comes of reading it.
    pub read: Option<Consequence>,
    /// The same, to the user.
    pub sentence: String,
    /// What to do.
    pub help: String,
    /// Where this can be read.
    pub source: String,
}

/// One library.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Library {
    /// Who it is.
    #[serde(rename = "library")]
    pub head: Head,
    /// The release that this is about; `None` where it is about all of them.
    #[serde(skip)]
    pub release: Option<SmolStr>,
    /// Which timeouts enclose which.
    #[serde(default)]
    pub encloses: Vec<Encloses>,
    /// The phases of a request.
    #[serde(default, rename = "phase")]
    pub phases: Vec<Phase>,
    /// What applies where nothing is written.
    pub defaults: Defaults,
    /// The classes whose constructions are sites.
    #[serde(default, rename = "class")]
    pub classes: Vec<Class>,
    /// How requests are made.
    #[serde(default, rename = "request")]
    pub requests: Vec<Request>,
    /// The answers.
    #[serde(default)]
    pub response: Response,
    /// The exceptions.
    #[serde(default)]
    pub errors: Errors,
    /// Arguments that are wrong by their name.
    #[serde(default, rename = "argument")]
    pub arguments: Vec<WrongArgument>,
    /// Attributes that should not be touched.
    #[serde(default, rename = "attribute")]
    pub attributes: Vec<WrongAttribute>,
}

impl Library {
    /// How many connections a pool has that nothing else is said about.
    #[must_use]
    pub fn default_limit(&self) -> Option<f64> {
        let pools = self.classes.iter().filter(|class| class.makes == Kind::Pool);
        let mut parameters = pools.flat_map(|class| &class.parameters);
        parameters.find(|parameter| parameter.setting == Setting::Limit)?.default_number
    }
}

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
    list: Vec<Library>,
    /// The name and text that each was read from.
    files: Vec<(String, String)>,
    paths: FxHashMap<SmolStr, Row>,
    modules: FxHashMap<SmolStr, usize>,
}

impl Libraries {
    /// The libraries that poolcheck knows by itself.
    ///
    /// # Errors
    /// The name of the file and what is wrong with it; a test shows that it never happens.
    pub fn built_in() -> Result<Libraries, String> {
        Libraries::parse(BUILT_IN)
    }

    /// Loads libraries from their texts.
    ///
    /// # Errors
    /// The name of the file and what is wrong with it.
    pub fn parse(files: &[(&str, &str)]) -> Result<Libraries, String> {
        let mut list = Vec::new();
        for (name, text) in files {
            list.push(releases::read(name, text, None)?);
        }
        let files = files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        Ok(Libraries::new(list, files))
    }

    fn new(list: Vec<Library>, files: Vec<(String, String)>) -> Libraries {
        let mut paths = FxHashMap::default();
        let mut modules = FxHashMap::default();
        for (index, library) in list.iter().enumerate() {
            modules.extend(library.head.modules.iter().map(|module| (module.clone(), index)));
            for (at, class) in library.classes.iter().enumerate() {
                let row = Row::Class(index, at);
                let begins = class.builder.iter().flat_map(|builder| &builder.begins);
                paths.extend(class.also.iter().chain([&class.path]).chain(begins).map(|path| (path.clone(), row)));
            }
            for (at, request) in library.requests.iter().enumerate() {
                let row = Row::Request(index, at);
                paths.extend(request.also.iter().chain(&request.path).map(|path| (path.clone(), row)));
            }
        }
        Libraries { list, files, paths, modules }
    }

    /// The row that a full path names.
    #[must_use]
    pub fn row(&self, path: &str) -> Option<Row> {
        self.paths.get(self.own_path(path)).copied()
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

    /// All libraries, by index.
    #[must_use]
    pub fn list(&self) -> &[Library] {
        &self.list
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
        self.list.iter().flat_map(|library| &library.attributes).any(|row| row.names.iter().any(|known| known == name))
    }

    /// The last names of everything that makes a site when it is called.
    pub fn callables(&self) -> impl Iterator<Item = SmolStr> {
        let last = |path: &SmolStr| SmolStr::from(path.rsplit('.').next().unwrap_or(""));
        let classes = self.list.iter().flat_map(|library| &library.classes);
        let requests = self.list.iter().flat_map(|library| &library.requests);
        let paths = move |class: &'_ Class| {
            let begins = class.builder.iter().flat_map(|builder| &builder.begins);
            class.also.iter().chain([&class.path]).chain(begins).map(last).collect::<Vec<_>>()
        };
        let classes = classes.flat_map(paths);
        let functions = requests.clone().flat_map(|request| request.also.iter().chain(&request.path)).map(last);
        classes.chain(functions).chain(requests.flat_map(|request| request.methods.iter().cloned()))
    }

    /// Words one of which a file must hold to build or touch anything: module names and the distinctive names of
    /// classes, which survive re-exports.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.list.iter().flat_map(|library| {
            let modules = library.head.modules.iter().map(SmolStr::as_str);
            let classes = library.classes.iter().map(|class| class.path.rsplit('.').next().unwrap_or(""));
            modules.chain(classes.filter(|_| !library.head.common_names))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Libraries;

    #[test]
    fn built_in_libraries_load() {
        let libraries = Libraries::built_in().unwrap();
        assert!(libraries.row("aiohttp.ClientSession").is_some());
    }
}
