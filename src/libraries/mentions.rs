//! What a text says of libraries, told by its words.
//!
//! Only the libraries for the language of a text count: what is called like those of another language is something else.
//! Refuses to parse.

use super::lookup::{known_by, last};
use super::{Class, Library};
use crate::words::{Words, hash};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;

/// What a text says of libraries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mention {
    /// Nothing.
    #[default]
    None,
    /// It names one, but can build, ask or touch nothing of it: it may catch its errors, or serve with it.
    Names,
    /// It may build, ask or touch something of it.
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

    /// The names of the classes that other libraries have, too; they count in files that name a library.
    pub fn common_names(&self) -> impl Iterator<Item = &str> {
        self.classes.iter().filter(|class| class.common_name).flat_map(Class::known_by)
    }

    /// The last names of everything that makes a site when it is called.
    pub fn callables(&self) -> impl Iterator<Item = &str> {
        self.classes.iter().flat_map(Class::ways).map(|path| last(path)).chain(self.request_names())
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

/// The words that tell what texts of one language have to do with its libraries.
#[derive(Debug, Default)]
struct Vocabulary {
    /// Those that name a library.
    naming: Vec<Word>,
    /// Those that name a library in a line that imports, and are common words elsewhere.
    imported: Vec<Word>,
    /// Those that what builds or gives an object is known by.
    building: Vec<Word>,
    /// The requests, methods and attributes that are taken from an object or module.
    taken: Vec<Word>,
}

impl Vocabulary {
    fn add(&mut self, library: &Library) {
        let word = |text: &str| Word { text: text.into(), hash: hash(text.as_bytes()) };
        let head = &library.head;
        let common = |text: &&str| head.common_word && head.modules.iter().chain(&head.forks).any(|name| name == text);
        self.naming.extend(library.words().filter(|text| !common(text)).map(word));
        self.imported.extend(library.words().filter(common).map(word));
        self.building.extend(library.class_names().chain(library.constructors()).map(word));
        self.taken.extend(library.request_names().map(word));
        let attributes = library.attributes.iter().flat_map(|row| &row.names);
        self.taken.extend(attributes.chain(library.mount.iter().map(|mount| &mount.method)).map(|text| word(text)));
    }

    fn sort(&mut self) {
        for list in [&mut self.naming, &mut self.imported, &mut self.building, &mut self.taken] {
            list.sort_unstable_by(|a, b| a.text.cmp(&b.text));
            list.dedup_by(|a, b| a.text == b.text);
        }
    }

    fn mention(&self, words: &Words, text: &str) -> Mention {
        let any = |list: &[Word]| list.iter().any(|word| words.contain_hash(word.hash));
        let any_as = |list: &[Word], fits: fn(&str, &str) -> bool| {
            list.iter().any(|word| words.contain_hash(word.hash) && fits(text, &word.text))
        };
        if !any(&self.naming) && !any_as(&self.imported, imports) {
            return Mention::None;
        }
        // A text that names a library may build, ask or touch something of any.
        match any(&self.building) || any_as(&self.taken, is_taken_from) {
            true => Mention::Uses,
            false => Mention::Names,
        }
    }
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

    /// What a text says of the libraries for its language.
    #[must_use]
    pub fn mention(&self, language: &str, words: &Words, text: &str) -> Mention {
        self.0.get(language).map_or(Mention::None, |vocabulary| vocabulary.mention(words, text))
    }
}

/// Whether a text takes a word from something: behind a sign that reaches into an object or
/// module, quoted, in a list, or imported.
fn is_taken_from(text: &str, word: &str) -> bool {
    memchr::memmem::find_iter(text.as_bytes(), word).any(|at| {
        let before = text[..at].trim_end_matches(|sign: char| sign.is_whitespace() || sign == '\\');
        before.ends_with(['.', ':', '"', '\'', '(', '{', ',']) || before.ends_with("import")
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

    fn mention_in(language: &str, text: &str) -> Mention {
        Vocabularies::of(Libraries::built_in().unwrap().list()).mention(language, &Words::of(text), text)
    }

    #[test]
    fn a_common_word_counts_where_it_is_imported() {
        let mention = |text: &str| mention_in("python", text);
        assert_eq!(mention("import requests"), Mention::Names);
        assert_eq!(mention("x = 1\nfrom requests import get as fetch\n"), Mention::Uses);
        assert_eq!(mention("# how many requests\nimport os\n"), Mention::None);
    }

    #[test]
    fn what_only_catches_errors_uses_nothing() {
        let mention = |rest: &str| mention_in("python", &format!("import requests\n{rest}"));
        for text in [
            "except requests.RequestException:",
            "def post(self): ...",
            "# get it",
            "x.fetch()",
            "verify = 1 # timeout",
        ] {
            assert_eq!(mention(text), Mention::Names, "{text}");
        }
        for text in [
            "x.get(1)",
            "x \\\n    .get(1)",
            "getattr(x, 'get')",
            "from x import (\n    get,\n)",
            "PoolManager()",
            "x.timeout = 1",
        ] {
            assert_eq!(mention(text), Mention::Uses, "{text}");
        }
    }

    #[test]
    fn only_libraries_for_the_language_count() {
        assert_eq!(mention_in("rust", "use reqwest::Client;"), Mention::Uses);
        assert_eq!(mention_in("python", "use reqwest::Client;"), Mention::None);
        assert_eq!(mention_in("python", "import aiohttp\nAgentBuilder()"), Mention::Names);
        assert_eq!(mention_in("rust", "mod aiohttp;"), Mention::None);
    }
}
