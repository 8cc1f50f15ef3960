//! What is known about libraries: what `rules/libraries/*.toml` can say.
//!
//! Names, parameters, defaults and consequences are data; the judgement that combines them is not here. Refuses to
//! know any rule.

mod answers;
mod bounds;
mod builders;
mod defaults;
mod head;
mod lookup;
mod mentions;
mod releases;
mod settings;
mod wrappers;

pub use answers::{Errors, Response};
pub use bounds::{Encloses, Phase};
pub use builders::Builder;
pub use defaults::{DefaultValue, DefaultWord, Defaults};
pub use head::Head;
pub use lookup::{Libraries, Row};
pub use mentions::{Mention, Vocabularies};
pub use releases::Known;
pub use settings::Overruled;
pub use wrappers::Wrapper;

use crate::finding::Severity;
use crate::model::value::Datum;
use serde::Deserialize;
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// What a constructor's argument decides, whatever a library calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Setting {
    /// The whole request.
    Total,
    /// One exchange with a server: the request without what a redirect leads to.
    Exchange,
    /// Looking up the address of a name.
    Resolve,
    /// Getting a connection, waiting for a free one included.
    Connect,
    /// Connecting a socket.
    SockConnect,
    /// The handshake of TLS.
    Handshake,
    /// Sending the head of a request.
    SendHead,
    /// Sending its body.
    SendBody,
    /// The head of an answer.
    ReceiveHead,
    /// Its body.
    ReceiveBody,
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
    /// What each timeout is that is not written itself.
    EachTimeout,
    /// The next bytes of the request.
    SockWrite,
    /// Waiting for a free connection.
    PoolWait,
    /// How many idle connections are kept.
    IdleLimit,
    /// Whether a request waits where the pool has no free connection.
    Block,
    /// The limits of the pool, as one object.
    Limits,
    /// What answers in place of the network.
    Double,
    /// The session that this one makes its requests through.
    Inner,
    /// What goes between the session and its hosts.
    Proxy,
    /// The version of the protocol.
    Protocol,
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
    /// The limits of a pool.
    Limits,
}

impl Kind {
    /// The word for it in messages.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Kind::Timeout | Kind::SocketTimeout => "timeout",
            Kind::Pool => "connector",
            Kind::Limits => "pool",
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
    /// Its position, counted from 0; `None` where it is only taken by name. Of a step of a builder, the position of the
    /// value among what the step takes: 0 where it is not said.
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
    /// Whether it is a step of a builder that takes no value and stands for none.
    #[serde(default)]
    pub means_none: bool,
    /// What comes of zero.
    pub zero: Option<Effect>,
    /// What comes of leaving it out, where that is wrong.
    pub unset: Option<Consequence>,
    /// The setting that decides where it is not written.
    pub default_from: Option<Setting>,
    /// The setting that it has no effect beside.
    pub ignored_with: Option<Setting>,
    /// What a tuple of numbers means.
    pub tuple: Option<Tuple>,
}

/// What a tuple means that stands for several settings.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Tuple {
    /// What its elements decide, in order.
    pub settings: Vec<Setting>,
    /// What comes of one that is shorter; empty where nothing does.
    #[serde(default)]
    pub short: String,
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
    /// The methods that open no connection, of a session that is nothing to close before its first request; empty where it
    /// is to be closed in any case.
    #[serde(default)]
    pub idle: Vec<SmolStr>,
    /// How it is built step by step.
    pub builder: Option<Builder>,
    /// What goes around an object of it and is that object still.
    #[serde(default, rename = "wrapper")]
    pub wrappers: Vec<Wrapper>,
    /// The settings any of which bounds how long a request waits; empty where one object holds them.
    #[serde(default)]
    pub bounded_by: Vec<Setting>,
    /// What comes of setting none of them, as words; empty where a default bounds the wait.
    #[serde(default)]
    pub unbounded: String,
    /// Settings that another one, or its absence, takes the effect of.
    #[serde(default)]
    pub overruled: Vec<Overruled>,
    /// What a session of it has by itself, where that is not what the library's sessions have.
    #[serde(default)]
    pub defaults: BTreeMap<Setting, DefaultValue>,
    /// What happens when it is built without a running event loop.
    pub needs_loop: Option<Effect>,
    /// What to call an object of it; empty for the word of its kind.
    #[serde(default)]
    pub noun: SmolStr,
    /// Whether it belongs to the event loop that it is used in, and closing it is a coroutine.
    #[serde(default)]
    pub asynchronous: bool,
    /// Whether it can be used after it was closed.
    #[serde(default)]
    pub reopens: bool,
    /// Whether others build, share and close it.
    #[serde(default)]
    pub shared: bool,
    /// Whether it asks no host: what it answers comes from the program itself.
    #[serde(default)]
    pub double: bool,
    /// Whether other libraries have a class of the same name, so that the name alone tells nothing.
    #[serde(default)]
    pub common_name: bool,
    /// Where this can be read.
    pub source: String,
    /// The names of the shared parameters that it takes, too.
    #[serde(default)]
    pub takes: Vec<SmolStr>,
    /// The positions of those that may be passed by position, counted from 0.
    #[serde(default)]
    pub positions: BTreeMap<SmolStr, usize>,
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
    /// Whether the answer is read as it comes, for as long as it comes.
    #[serde(default)]
    pub stream: bool,
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
    /// What it has by itself without a session, where that is not what the library's sessions have.
    #[serde(default)]
    pub defaults: BTreeMap<Setting, DefaultValue>,
    /// Where this can be read.
    pub source: String,
    /// The names of the shared parameters that it takes, too.
    #[serde(default)]
    pub takes: Vec<SmolStr>,
    /// The positions of those that may be passed by position, counted from 0.
    #[serde(default)]
    pub positions: BTreeMap<SmolStr, usize>,
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
    pub on: Option<Kind>,
    /// The module that it is an attribute of.
    pub module: Option<SmolStr>,
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

/// What bounds the wait for a peer that stays silent.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Silence {
    /// The timeouts, of which one is enough.
    pub settings: Vec<Setting>,
    /// What comes of setting others alone.
    pub others: String,
    /// What to do.
    pub help: String,
    /// Where this can be read.
    pub source: String,
}

/// How a pool is given to a session that was built.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Mount {
    /// The method of the session.
    pub method: SmolStr,
    /// The beginnings of URLs that the library has pools for already.
    pub taken: Vec<SmolStr>,
    /// What comes of a beginning that is shorter than all of these, or of no scheme.
    pub sentence: String,
    /// What to do.
    pub help: String,
    /// The methods of a pool or session that a class of the project may set a timeout in.
    pub overrides: Vec<SmolStr>,
    /// What comes of a pool's own default for a timeout that is missing, where a session always passes one, be it none.
    pub never_missing: Option<String>,
    /// The methods of a session that pass on only what they are given.
    #[serde(default)]
    pub as_given: Vec<SmolStr>,
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
    /// The release that this is about; `None` where it is about several, or all of them.
    #[serde(skip)]
    pub release: Option<SmolStr>,
    /// Which timeouts enclose which.
    #[serde(default)]
    pub encloses: Vec<Encloses>,
    /// What bounds the wait for a silent peer, where timeouts are objects.
    pub silence: Option<Silence>,
    /// How a pool is given to a session that was built.
    pub mount: Option<Mount>,
    /// The phases of a request.
    #[serde(default, rename = "phase")]
    pub phases: Vec<Phase>,
    /// What applies where nothing is written.
    pub defaults: Defaults,
    /// Parameters that several classes or requests take.
    #[serde(default)]
    pub shared: Vec<Parameter>,
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
