//! The table of languages: which files are of which, how their bytes become text, and who lowers them.
//!
//! A syntax is known only below this module; everything else sees [`FileFacts`]. Refuses to know which files to look
//! for, and what they mean.

mod encoding;
mod notebook;
mod python;
mod rust;

use crate::finding::Edit;
use crate::fix::edited;
use crate::model::facts::{FileFacts, Problem, ProblemKind};
use crate::source::{FileId, SourceFile, offset};
use std::borrow::Cow;
use std::ops::Range;
use std::path::Path;

/// What a word is looked for as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sought {
    /// Anything but what it is defined as.
    Use,
    /// Something that is called, derived from, passed on or kept: more than imported, caught, or named as a type.
    Value,
    /// A value, or the type of one.
    Type,
    /// What is taken from an object, a type or a module.
    Member,
    /// The same, or what an import brings or may bring with everything else of a module.
    Imported,
    /// The base of a class.
    Base,
    /// An attribute that is written.
    Write,
    /// The same, of another object than the one that the method around belongs to.
    OtherWrite,
    /// A field of an object that is written out.
    Field,
    /// What it is defined as.
    Definition,
    /// What an import gives another name.
    Rename,
}

impl Sought {
    /// What is sought in the body of a function: what the file imports is used there by its name.
    #[must_use]
    pub fn inside(self) -> Sought {
        if self == Sought::Imported { Sought::Use } else { self }
    }
}

/// How much of a file is lowered at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// All of it.
    Whole,
    /// What stands outside functions, where the language can tell; their bodies are lowered when they are asked for.
    Heads,
}

/// How the files of a language are its modules.
#[derive(Debug, PartialEq, Eq)]
pub struct Layout {
    /// The files, without their extension, that stand for the folder they lie in.
    pub folders: &'static [&'static str],
    /// The folder that holds the modules of what its own folder is named after; only such names are absolute.
    pub source: Option<&'static str>,
}

impl Layout {
    /// What code calls the module of a file or folder of this name; nothing where that has no name of its own.
    #[must_use]
    pub fn name_of<'n>(&self, name: &'n str) -> Option<Cow<'n, str>> {
        match self.source {
            _ if self.folders.contains(&name) => None,
            Some(source) => (name != source).then(|| name.replace('-', "_").into()),
            None => Some(name.into()),
        }
    }
}

/// Python's packages.
static PACKAGES: Layout = Layout { folders: &["__init__"], source: None };

/// Rust's crates.
static CRATES: Layout = Layout { folders: &["mod", "lib", "main"], source: Some("src") };

/// A language that poolcheck reads.
#[derive(Debug)]
pub struct Language {
    /// Its name.
    pub name: &'static str,
    /// The language whose libraries its code uses.
    pub libraries: &'static str,
    /// The extensions of its files, without the dot.
    pub extensions: &'static [&'static str],
    /// What begins a comment.
    pub comment_sign: &'static str,
    /// Whether a carriage return ends a line also where no line feed follows.
    returns_end_lines: bool,
    /// How its files are modules.
    pub layout: &'static Layout,
    /// Makes the facts of a file, which say the same whether or not the bodies of functions are deferred.
    pub lower: fn(&SourceFile, Extent) -> FileFacts,
    /// Whether a text may hold a word as what is sought; a yes in vain is no harm.
    pub may_hold: fn(&str, &str, Sought) -> bool,
    /// Whether a text may write an attribute of this name of another object than the one that a method belongs to; it is
    /// told whether `self` is that at a byte. A yes in vain is no harm.
    pub may_write_other: fn(&str, &str, &dyn Fn(usize) -> bool) -> bool,
    /// Where in a text `self` is the object of the method around; in order, and as far as can be told.
    pub methods: fn(&str) -> Vec<Range<u32>>,
    /// The lists of what a text imports from a module, as written.
    pub imported: for<'t> fn(&'t str, &str) -> Vec<&'t str>,
    /// Makes the text of a file's bytes.
    text: fn(Vec<u8>) -> Result<notebook::Text, Problem>,
    /// Edits the bytes that a file was read from, or says why that cannot be.
    pub edit: Editor,
}

/// Edits a file's bytes: what they were, what was read from them, and the edits, sorted and apart from each other. What is
/// there keeps its encoding and its form.
pub type Editor = fn(&[u8], &SourceFile, &[Edit]) -> Result<Vec<u8>, String>;

/// All languages.
pub static LANGUAGES: &[Language] = &[
    Language {
        name: "python",
        libraries: "python",
        extensions: &["py", "pyi"],
        comment_sign: "#",
        returns_end_lines: true,
        layout: &PACKAGES,
        lower: python::lower,
        may_hold: python::may_hold,
        may_write_other: python::may_write_other,
        methods: python::methods,
        imported: python::imported,
        text: plain,
        edit,
    },
    Language {
        name: "notebook",
        libraries: "python",
        extensions: &["ipynb"],
        comment_sign: "#",
        returns_end_lines: true,
        layout: &PACKAGES,
        lower: python::lower,
        may_hold: python::may_hold,
        may_write_other: python::may_write_other,
        methods: python::methods,
        imported: python::imported,
        text: notebook::text,
        edit: notebook::edit,
    },
    Language {
        name: "rust",
        libraries: "rust",
        extensions: &["rs"],
        comment_sign: "//",
        returns_end_lines: false,
        layout: &CRATES,
        lower: rust::lower,
        may_hold: rust::may_hold,
        may_write_other: rust::may_write_other,
        methods: |_| Vec::new(),
        imported: rust::imported,
        text: plain,
        edit,
    },
];

impl Language {
    /// A file of this language, of its text.
    #[must_use]
    pub(crate) fn file(&self, file: SourceFile) -> SourceFile {
        if self.returns_end_lines { file.with_line_feeds() } else { file }
    }

    /// Whether a piece of a text, from a byte of it on, may hold a word as what is sought; `methods` gives where `self` is
    /// the object of a method in the whole text.
    pub(crate) fn may_hold_in<'m>(
        &self,
        piece: &str,
        start: u32,
        (word, sought): (&str, Sought),
        methods: impl FnOnce() -> &'m [Range<u32>],
    ) -> bool {
        if sought != Sought::OtherWrite {
            return (self.may_hold)(piece, word, sought);
        }
        let methods = std::cell::LazyCell::new(methods);
        (self.may_write_other)(piece, word, &|at| {
            let at = start + offset(at);
            let next = methods.partition_point(|method| method.end <= at);
            methods.get(next).is_some_and(|method| method.start <= at)
        })
    }
}

/// The language of a file, by its extension.
#[must_use]
pub fn language_of(path: &Path) -> Option<&'static Language> {
    let extension = path.extension()?.to_str()?;
    LANGUAGES.iter().find(|language| language.extensions.contains(&extension))
}

/// The language that a file is read as: what is named on the command line is taken at its word.
#[must_use]
pub fn read_as(path: &Path) -> &'static Language {
    language_of(path).unwrap_or(&LANGUAGES[0])
}

/// Makes a source file of the bytes of a file.
///
/// # Errors
/// What is wrong with the bytes: they are in no known encoding, or no notebook.
pub fn read(language: &Language, id: FileId, path: &str, bytes: Vec<u8>) -> Result<SourceFile, Problem> {
    if u32::try_from(bytes.len()).is_err() {
        let message = "the file is larger than 4 GiB; exclude it".to_owned();
        return Err(Problem { kind: ProblemKind::Read, message, at: None });
    }
    let notebook::Text { text, cells } = (language.text)(bytes)?;
    Ok(language.file(SourceFile::with_cells(id, path, text, cells)))
}

fn plain(bytes: Vec<u8>) -> Result<notebook::Text, Problem> {
    Ok(notebook::Text { text: encoding::decode(bytes)?, cells: Vec::new() })
}

fn edit(bytes: &[u8], source: &SourceFile, edits: &[Edit]) -> Result<Vec<u8>, String> {
    let kept = |edit: &Edit| {
        let content = edit.content.as_str();
        let returns = source.ends_in_return(edit.span.start);
        Edit { content: if returns { content.replace('\n', "\r") } else { content.to_owned() }, ..edit.clone() }
    };
    let edits: Vec<Edit> = edits.iter().map(kept).collect();
    encoding::encode(&edited(&source.as_read(), edits.iter()), bytes)
}

#[cfg(test)]
mod tests;
