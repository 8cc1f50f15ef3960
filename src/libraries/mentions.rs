//! What a text says of libraries, told by its words.
//!
//! Only the libraries for the language of a text count: what is called like those of another language is something else.
//! Refuses to parse.

use super::lookup::{known_by, last};
use super::{Class, Kind, Library};
use crate::languages::{Language, Sought};
use crate::words::{Words, hash, occurrences};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;

/// What a text says of libraries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mention {
    /// Nothing.
    #[default]
    None,
    /// It names one, but builds and asks nothing of it by itself: it may catch its errors, serve with it, or pass on what
    /// others build.
    Names,
    /// It may build or ask something of it.
    Uses,
}

impl Library {
    /// Words one of which a file must hold to build or touch anything: the names of modules, and the distinctive names
    /// of classes, which survive re-exports.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        let modules = self.head.modules.iter().chain(&self.head.forks).map(SmolStr::as_str);
        let wrappers = self.classes.iter().flat_map(|class| &class.wrappers);
        modules.chain(self.class_names()).chain(wrappers.filter_map(|wrapper| wrapper.path.split('.').next()))
    }

    /// The names of the classes that hardly anything else is called like.
    pub fn class_names(&self) -> impl Iterator<Item = &str> {
        self.classes.iter().filter(|class| !class.common_name).map(|class| last(&class.path))
    }

    /// The names that what builds an object is known by where it is called: its own, or its type's.
    pub fn constructors(&self) -> impl Iterator<Item = &str> {
        self.classes.iter().flat_map(Class::known_by)
    }

    /// The names of classes whose objects no request goes through, that no other class has.
    pub fn inert_names(&self) -> impl Iterator<Item = &str> {
        let is_asked = |name: &str| {
            self.classes.iter().filter(|class| class.is_asked()).any(|class| class.known_by().any(|own| own == name))
        };
        let inert = self.classes.iter().filter(|class| !class.is_asked()).flat_map(Class::known_by);
        inert.filter(move |name| !is_asked(name))
    }

    /// The names of the classes that other libraries have, too; they count in files that name a library.
    pub fn common_names(&self) -> impl Iterator<Item = &str> {
        self.classes.iter().filter(|class| class.common_name).flat_map(Class::known_by)
    }

    /// The last names of everything that makes a site when it is called.
    pub fn callables(&self) -> impl Iterator<Item = &str> {
        self.classes.iter().flat_map(Class::ways).map(|path| last(path)).chain(self.request_names())
    }

    /// The functions that other packages have for objects of the library: their modules, and their names.
    fn elsewhere(&self) -> impl Iterator<Item = (&str, &str)> {
        let functions = self.classes.iter().flat_map(Class::ways).filter(|path| self.is_elsewhere(path));
        functions.filter_map(|path| path.rsplit_once('.'))
    }

    /// Whether a path is that of a function in another package.
    fn is_elsewhere(&self, path: &str) -> bool {
        let root = path.split('.').next().unwrap_or(path);
        known_by(path).starts_with(char::is_lowercase)
            && !self.head.modules.iter().chain(&self.head.forks).any(|module| module == root)
    }

    /// The modules inside those of the library that hold something of its.
    fn inner_modules(&self) -> impl Iterator<Item = &str> {
        let classes = self.classes.iter().flat_map(Class::ways).filter(|path| !self.is_elsewhere(path));
        let requests = self.requests.iter().flat_map(|request| request.also.iter().chain(&request.path));
        let within = classes.chain(requests).flat_map(|path| path.rsplit('.').skip(1));
        within.filter(|name| name.starts_with(char::is_lowercase))
    }

    /// The modules that other packages hand on whole.
    pub fn handed_on(&self) -> impl Iterator<Item = &str> {
        self.head.modules.iter().filter(|_| self.head.handed_on).map(SmolStr::as_str)
    }

    /// The names of requests.
    pub fn request_names(&self) -> impl Iterator<Item = &str> {
        let functions = self.requests.iter().flat_map(|request| request.also.iter().chain(&request.path));
        let methods = self.requests.iter().flat_map(|request| &request.methods);
        functions.map(|path| last(path)).chain(methods.map(SmolStr::as_str))
    }
}

impl Class {
    /// Whether requests go through its objects.
    fn is_asked(&self) -> bool {
        matches!(self.makes, Kind::Session | Kind::Pool | Kind::Request)
    }

    /// The names that what builds an object of it is known by where it is called.
    fn known_by(&self) -> impl Iterator<Item = &str> {
        self.ways().chain(self.around()).map(|path| known_by(path))
    }
}

/// A word that is looked for.
#[derive(Debug)]
struct Word {
    text: SmolStr,
    hash: u32,
}

/// A function that another package has for objects of a library.
#[derive(Debug)]
struct Elsewhere {
    /// Its module, with dots.
    module: SmolStr,
    /// The hashes of the module's own name and of its.
    words: [u32; 2],
}

impl Elsewhere {
    fn new((module, name): (&str, &str)) -> Elsewhere {
        Elsewhere { module: module.into(), words: [last(module), name].map(|word| hash(word.as_bytes())) }
    }
}

/// The words that tell what texts of one language have to do with its libraries.
#[derive(Debug, Default)]
struct Vocabulary {
    /// Those that name a library.
    naming: Vec<Word>,
    /// Those that name a library in a line that imports, and are common words elsewhere.
    imported: Vec<Word>,
    /// The modules of libraries.
    modules: Vec<Word>,
    /// What is worth the question where it is imported from one: functions, and the modules inside.
    brought: Vec<Word>,
    /// Types of what requests go through.
    asked: Vec<Word>,
    /// All types that objects are built of.
    built: Vec<Word>,
    /// The functions of modules that build or ask something.
    functions: Vec<Word>,
    /// The requests, methods and attributes that are taken from an object.
    taken: Vec<Word>,
    elsewhere: Vec<Elsewhere>,
}

impl Vocabulary {
    fn add(&mut self, library: &Library) {
        let word = |text: &str| Word { text: text.into(), hash: hash(text.as_bytes()) };
        let head = &library.head;
        let common = |text: &&str| head.common_word && head.modules.iter().chain(&head.forks).any(|name| name == text);
        self.naming.extend(library.words().filter(|text| !common(text)).map(word));
        self.imported.extend(library.words().filter(common).map(word));
        let modules = head.modules.iter().chain(&head.forks).map(SmolStr::as_str);
        self.modules.extend(modules.map(word));
        let is_type = |text: &&str| text.starts_with(char::is_uppercase);
        let asked = library.classes.iter().filter(|class| class.is_asked());
        self.asked.extend(asked.flat_map(Class::known_by).filter(is_type).map(word));
        let built = || library.class_names().chain(library.constructors());
        self.built.extend(built().filter(is_type).map(word));
        let is_elsewhere = |text: &&str| library.elsewhere().any(|(_, name)| name == *text);
        let functions = || built().chain(library.request_names()).filter(|text| !is_type(text) && !is_elsewhere(text));
        let attributes = || library.attributes.iter().flat_map(|row| &row.names).map(SmolStr::as_str);
        self.functions.extend(functions().chain(attributes()).map(word));
        self.brought.extend(library.inner_modules().chain(functions()).map(word));
        let mounts = library.mount.iter().map(|mount| mount.method.as_str());
        self.taken.extend(library.request_names().chain(mounts).chain(attributes()).map(word));
        self.elsewhere.extend(library.elsewhere().map(Elsewhere::new));
    }

    fn sort(&mut self) {
        let Vocabulary { naming, imported, modules, brought, asked, built, functions, taken, elsewhere: _ } = self;
        for list in [naming, imported, modules, brought, asked, built, functions, taken] {
            list.sort_unstable_by(|a, b| a.text.cmp(&b.text));
            list.dedup_by(|a, b| a.text == b.text);
        }
    }

    fn mention(&self, language: &Language, words: &Words, text: &str, is_defined: impl Fn(&str) -> bool) -> Mention {
        // A function whose module the project has is the project's own.
        let brings =
            |one: &Elsewhere| one.words.iter().all(|word| words.contain_hash(*word)) && !is_defined(&one.module);
        if self.elsewhere.iter().any(brings) {
            return Mention::Uses;
        }
        let any = |list: &[Word]| list.iter().any(|word| words.contain_hash(word.hash));
        let any_as = |list: &[Word], fits: &dyn Fn(&str) -> bool| {
            list.iter().any(|word| words.contain_hash(word.hash) && fits(&word.text))
        };
        let as_sought = |sought| move |word: &str| (language.may_hold)(text, word, sought);
        if !any(&self.naming) && !any_as(&self.imported, &|word| imports(text, word)) {
            return Mention::None;
        }
        // A text that names a library may build or ask something of any.
        let module = |word: &str| {
            let brings = |list: &&str| {
                let mut names = list.split(|sign: char| !sign.is_alphanumeric() && sign != '_');
                list.contains('*') || names.any(|name| self.brought.iter().any(|word| word.text == *name))
            };
            (language.imported)(text, word).iter().any(brings)
                || imports(text, word) && (is_renamed(text, word) || as_sought(Sought::Value)(word))
        };
        let uses = any_as(&self.built, &as_sought(Sought::Value))
            || any_as(&self.asked, &as_sought(Sought::Type))
                && any_as(&self.taken, &|word| as_sought(Sought::Member)(word) || is_quoted(text, word))
            || any_as(&self.functions, &|word| self.is_of_module(text, word))
            || any_as(&self.modules, &module);
        if uses { Mention::Uses } else { Mention::Names }
    }

    /// Whether a text takes a word from a module of a library.
    fn is_of_module(&self, text: &str, word: &str) -> bool {
        occurrences(text, word).any(|(before, _)| {
            let of = dotted_end(before);
            let mut names = of.split(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_');
            names.any(|name| self.modules.iter().any(|module| module.text.as_bytes() == name))
        })
    }
}

/// The names, with dots or colons between and behind them, that a text ends with.
fn dotted_end(before: &[u8]) -> &[u8] {
    let inside = |byte: &u8| byte.is_ascii_alphanumeric() || byte.is_ascii_whitespace() || b"_.:\\".contains(byte);
    let start = before.iter().rposition(|byte| !inside(byte)).map_or(0, |last| last + 1);
    let of = before[start..].trim_ascii_end();
    let is_sign = |byte: &u8| b".:\\".contains(byte);
    let mut joined = of.len();
    // Blanks only stand beside a sign.
    for (at, byte) in of.iter().enumerate().rev() {
        let beside = byte.is_ascii_whitespace()
            && !of[..at].trim_ascii_end().last().is_some_and(is_sign)
            && !of[at..].trim_ascii_start().first().is_some_and(is_sign);
        if beside {
            break;
        }
        joined = at;
    }
    if of.last().is_some_and(is_sign) { &of[joined..] } else { &[] }
}

/// The words of all languages' libraries.
#[derive(Debug, Default)]
pub struct Vocabularies(FxHashMap<SmolStr, Vocabulary>);

impl Vocabularies {
    /// The words of these libraries.
    #[must_use]
    pub fn of(libraries: &[Library]) -> Vocabularies {
        let mut all = Vocabularies::default();
        for library in libraries {
            all.0.entry(library.head.language.clone()).or_default().add(library);
        }
        all.0.values_mut().for_each(Vocabulary::sort);
        all
    }

    /// What a text says of the libraries for its language; `is_defined` tells whether it would find a module in the
    /// project.
    #[must_use]
    pub fn mention(
        &self,
        language: &Language,
        words: &Words,
        text: &str,
        is_defined: impl Fn(&str) -> bool,
    ) -> Mention {
        let vocabulary = self.0.get(language.libraries);
        vocabulary.map_or(Mention::None, |vocabulary| vocabulary.mention(language, words, text, is_defined))
    }
}

/// Whether a text holds a word at the beginning of a text of its own, by which it may be looked up.
fn is_quoted(text: &str, word: &str) -> bool {
    occurrences(text, word).any(|(before, _)| before.ends_with(b"\"") || before.ends_with(b"'"))
}

/// Whether a text gives a module another name, or imports something from inside it under another.
fn is_renamed(text: &str, module: &str) -> bool {
    occurrences(text, module).any(|(before, after)| {
        let line_so_far = &before[memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1)..];
        // What a handler catches is no module.
        if line_so_far.trim_ascii_start().starts_with(b"except ") {
            return false;
        }
        let line = &after[..memchr::memchr(b'\n', after).unwrap_or(after.len())];
        let rest = line.iter().position(|byte| !byte.is_ascii_alphanumeric() && !b"_.:".contains(byte));
        rest.is_some_and(|end| line[end..].trim_ascii_start().starts_with(b"as "))
    })
}

/// Whether a line of a text holds both a word and `import`.
fn imports(text: &str, word: &str) -> bool {
    memchr::memmem::find_iter(text.as_bytes(), word).any(|at| {
        let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let end = text[at..].find('\n').map_or(text.len(), |newline| at + newline);
        text[start..end].contains("import")
    })
}

#[cfg(test)]
mod tests {
    use super::{Mention, Vocabularies};
    use crate::libraries::Libraries;
    use crate::words::Words;

    fn mention_in(path: &str, text: &str) -> Mention {
        mention_where(|_| false, path, text)
    }

    fn mention_where(is_defined: impl Fn(&str) -> bool, path: &str, text: &str) -> Mention {
        let language = crate::languages::read_as(std::path::Path::new(path));
        let vocabularies = Vocabularies::of(Libraries::built_in().unwrap().list());
        vocabularies.mention(language, &Words::of(text), text, is_defined)
    }

    #[test]
    fn a_common_word_counts_where_it_is_imported() {
        let mention = |text: &str| mention_in("a.py", text);
        assert_eq!(mention("import requests"), Mention::Names);
        assert_eq!(mention("x = 1\nfrom requests import get as fetch\n"), Mention::Uses);
        assert_eq!(mention("# how many requests\nimport os\n"), Mention::None);
    }

    #[test]
    fn what_builds_and_asks_nothing_by_itself_only_names() {
        let mention = |rest: &str| mention_in("a.py", &format!("import requests\nimport httpx\n{rest}"));
        for text in [
            "except requests.RequestException:",
            "except (requests.Timeout, ValueError):",
            "except requests.Timeout as error:",
            "def post(self): ...",
            "# get it",
            "x.fetch()",
            "x.get(1)",
            "x.timeout = 1",
            "verify = 1 # timeout",
            "from httpx import Timeout",
            "def f(x: httpx.Timeout | None = None, y: Optional[httpx.Timeout] = None): ...",
            "def f(x: httpx.Client): x.fetch()",
            "session = x",
            "from x import get, timeout",
            "x = f(timeout, client)",
            "client.get(1)",
        ] {
            assert_eq!(mention(text), Mention::Names, "{text}");
        }
        for text in [
            "requests.get(1)",
            "requests \\\n    .get(1)",
            "requests.api.get(1)",
            "from requests import api\napi.get(1)",
            "from requests import (\n    get,\n)",
            "from requests import RequestException, \\\n    get",
            "from httpx import *",
            "import requests as r\nr.get(1)",
            "import requests.api as r\nr.get(1)",
            "x = requests\nx.get(1)",
            "getattr(requests, 'get')",
            "PoolManager()",
            "f(httpx.Client)",
            "class A(httpx.Client): ...",
            "requests.session()",
            "imported = requests.Session()",
            "exceptional = httpx.Client()",
            "kinds = [httpx.Client, httpx.AsyncClient]",
            "def f(x: httpx.Client): x.get(1)",
            "def f(x: 'httpx.Client'): getattr(x, 'get')",
        ] {
            assert_eq!(mention(text), Mention::Uses, "{text}");
        }
    }

    #[test]
    fn what_another_package_gives_counts_unless_the_project_is_that_package() {
        let text = "from homeassistant.helpers.aiohttp_client import async_get_clientsession";
        assert_eq!(mention_in("a.py", text), Mention::Uses);
        let own = |module: &str| module == "homeassistant.helpers.aiohttp_client";
        assert_eq!(mention_where(own, "a.py", text), Mention::None);
        assert_eq!(mention_where(own, "a.py", &format!("import aiohttp\n{text}")), Mention::Names);
    }

    #[test]
    fn only_libraries_for_the_language_count() {
        assert_eq!(mention_in("a.rs", "use reqwest::Client;"), Mention::Uses);
        assert_eq!(mention_in("a.py", "use reqwest::Client;"), Mention::None);
        assert_eq!(mention_in("a.py", "import aiohttp\nAgentBuilder()"), Mention::Names);
        assert_eq!(mention_in("a.rs", "mod aiohttp;"), Mention::None);
    }
}
