//! Jupyter notebooks: the code of their cells as one Python text.
//!
//! What only IPython understands (magics, shell lines, help) is blanked line by line, so that rows stay true. Refuses
//! notebooks of other languages: their text is empty.

use crate::finding::Edit;
use crate::fix::edited;
use crate::model::facts::{Problem, ProblemKind};
use crate::source::{Cell, LineIndex, SourceFile, Span, lone_returns, offset, with_signs};
use serde::Deserialize;
use serde_json::value::RawValue;

/// The text of a file and, of a notebook, where its cells begin.
pub(super) struct Text {
    pub(super) text: String,
    pub(super) cells: Vec<Cell>,
}

/// The cell magics after which the rest of the cell is Python.
const PYTHON_CELLS: [&str; 8] = ["time", "timeit", "capture", "prun", "memit", "mprun", "python", "python3"];

#[derive(Deserialize)]
struct Notebook {
    cells: Option<Vec<NotebookCell>>,
    /// Where version 3 of the format keeps the cells.
    worksheets: Option<Vec<Worksheet>>,
    #[serde(default)]
    metadata: Metadata,
}

#[derive(Deserialize)]
struct Worksheet {
    #[serde(default)]
    cells: Vec<NotebookCell>,
}

#[derive(Deserialize)]
struct NotebookCell {
    cell_type: String,
    #[serde(default, alias = "input")]
    source: Source,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Source {
    Whole(String),
    Lines(Vec<String>),
}

impl Default for Source {
    fn default() -> Source {
        Source::Whole(String::new())
    }
}

#[derive(Deserialize, Default)]
struct Metadata {
    kernelspec: Option<Kernel>,
    language_info: Option<LanguageInfo>,
}

#[derive(Deserialize)]
struct Kernel {
    language: Option<String>,
}

#[derive(Deserialize)]
struct LanguageInfo {
    name: Option<String>,
}

/// The code of a notebook.
pub(super) fn text(bytes: Vec<u8>) -> Result<Text, Problem> {
    let json = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let mut made = Text { text: String::new(), cells: Vec::new() };
    // Jupyter opens an empty file as a new notebook.
    if json.trim_ascii().is_empty() {
        return Ok(made);
    }
    let notebook: Notebook =
        serde_json::from_slice(json).map_err(|error| syntax(format!("not a notebook: {error}")))?;
    let is_python = notebook.metadata.is_python();
    let cells = match (notebook.cells, notebook.worksheets) {
        (Some(cells), _) => cells,
        (None, Some(sheets)) => sheets.into_iter().flat_map(|sheet| sheet.cells).collect(),
        (None, None) => return Err(syntax("not a notebook: it has no `cells`".to_owned())),
    };
    if is_python {
        for (number, cell) in (1..).zip(cells) {
            if cell.cell_type == "code" {
                made.append(number, cell.source);
            }
        }
    }
    Ok(made)
}

fn syntax(message: String) -> Problem {
    Problem { kind: ProblemKind::Syntax, message, at: None }
}

impl Metadata {
    /// Whether the kernel runs Python; a notebook that does not say is taken to.
    fn is_python(&self) -> bool {
        let kernel = self.kernelspec.as_ref().and_then(|kernel| kernel.language.as_deref());
        let info = self.language_info.as_ref().and_then(|info| info.name.as_deref());
        let named = kernel.or(info);
        named.is_none_or(|name| matches!(name.to_ascii_lowercase().as_str(), "python" | "ipython" | "python3"))
    }
}

impl Text {
    fn append(&mut self, number: u32, source: Source) {
        let source = match source {
            Source::Whole(source) => source,
            Source::Lines(lines) => lines.concat(),
        };
        // Jupyter runs what ends its lines so.
        let returns: Vec<u32> = lone_returns(&source).map(offset).collect();
        let source = if returns.is_empty() { source } else { with_signs(&source, &returns, "\n") };
        let first_line = offset(LineIndex::new(&self.text).count() - 1);
        self.cells.push(Cell { number, first_line });
        blank(&source, &mut self.text);
        // Every cell has a line of its own, so that a position belongs to one cell.
        if !source.ends_with('\n') {
            self.text.push('\n');
        }
    }
}

/// Appends the source of a cell, with what only IPython understands blanked.
fn blank(source: &str, into: &mut String) {
    let first = source.lines().find(|line| !line.trim().is_empty()).unwrap_or("").trim_start();
    let magic = first.strip_prefix("%%").map(|rest| rest.split(|sign: char| !sign.is_alphanumeric()).next());
    let foreign = magic.is_some_and(|name| !name.is_some_and(|name| PYTHON_CELLS.contains(&name)));
    let mut continues = false;
    for line in source.split_inclusive('\n') {
        let code = line.trim_end_matches(['\n', '\r']);
        let ending = &line[code.len()..];
        if foreign || continues || is_magic(code) {
            // A block may hold nothing but the magic.
            let indent = &code[..code.len() - code.trim_start().len()];
            if !foreign && !continues && !indent.is_empty() {
                into.push_str(indent);
                into.push_str("pass");
            }
            continues = code.ends_with('\\');
        } else {
            into.push_str(code);
        }
        into.push_str(ending);
    }
}

/// Whether a line is IPython's and not Python's.
fn is_magic(line: &str) -> bool {
    let code = line.trim();
    let help = code.trim_end_matches('?');
    let is_name = |text: &str| text.chars().all(|sign| sign.is_alphanumeric() || "_.*%".contains(sign));
    code.starts_with(['!', '?']) || is_line_magic(code) || help.len() < code.len() && is_name(help) || runs_magic(code)
}

/// `%name …` and `%%name …`; a line that goes on with the operator `%` has no word right after it.
fn is_line_magic(code: &str) -> bool {
    let Some(rest) = code.strip_prefix('%') else { return false };
    let rest = rest.strip_prefix('%').unwrap_or(rest);
    let name = rest.split_whitespace().next().unwrap_or("");
    rest.starts_with(char::is_alphabetic) && name.chars().all(|sign| sign.is_alphanumeric() || sign == '_')
}

/// `name = !command` and `name = %magic`.
fn runs_magic(code: &str) -> bool {
    let Some((target, value)) = code.split_once('=') else { return false };
    let value = value.trim_start();
    let is_target = |sign: char| sign.is_alphanumeric() || "_., ".contains(sign);
    !target.is_empty()
        && target.chars().all(is_target)
        && (value.starts_with('!') && !value.starts_with("!=") || is_line_magic(value))
}

/// A notebook, as far as it is edited: its cells' sources as they are written in the file.
#[derive(Deserialize)]
struct Written<'a> {
    #[serde(borrow)]
    cells: Vec<WrittenCell<'a>>,
}

#[derive(Deserialize)]
struct WrittenCell<'a> {
    #[serde(borrow)]
    source: Option<&'a RawValue>,
}

/// Edits the cells of a notebook; everything else in the file stays as it is, byte by byte.
pub(super) fn edit(bytes: &[u8], source: &SourceFile, edits: &[Edit]) -> Result<Vec<u8>, String> {
    let file = std::str::from_utf8(bytes).map_err(|_| "this notebook is not UTF-8".to_owned())?;
    let json = file.trim_start_matches('\u{feff}');
    let mark = file.len() - json.len();
    let written: Written<'_> =
        serde_json::from_str(json).map_err(|_| "only notebooks of version 4 are changed".to_owned())?;
    let place = |at: u32| {
        let line = source.lines().line(at);
        let cell = source.cells.iter().rev().find(|cell| cell.first_line as usize <= line)?;
        let raw = written.cells.get(cell.number as usize - 1)?.source?.get();
        let start = raw.as_ptr() as usize - json.as_ptr() as usize + mark;
        let column = at - source.lines().start(line)?;
        let at = place_in(raw, line - cell.first_line as usize, column as usize)?;
        Some((raw, offset(start + at)))
    };
    let mut made = Vec::new();
    for edit in edits {
        let both = place(edit.span.start).zip(place(edit.span.end)).filter(|(start, end)| std::ptr::eq(start.0, end.0));
        let ((raw, start), (_, end)) = both.ok_or("its cells are written in a way that poolcheck does not change")?;
        made.push(Edit { span: Span { start, end, ..edit.span }, content: as_json(raw, &edit.content) });
    }
    Ok(edited(file, made.iter()).into_bytes())
}

/// Where a row and a column (in bytes, both from 0) of a cell are in its source as it is written: one string of JSON, or a
/// list of strings. `None` also where line endings are not plain, since rows could then be others.
fn place_in(raw: &str, row: usize, column: usize) -> Option<usize> {
    let bytes = raw.as_bytes();
    let (mut at, mut inside, mut found) = (0, false, None);
    let mut here = (0, 0);
    while let Some(&byte) = bytes.get(at) {
        if inside && here == (row, column) {
            found = Some(at);
        }
        let length = match byte {
            b'"' => {
                inside = !inside;
                1
            }
            _ if !inside => 1,
            b'\\' => {
                let length = if bytes.get(at + 1) == Some(&b'u') { 6 } else { 2 };
                match bytes.get(at + 1)? {
                    b'n' => here = (here.0 + 1, 0),
                    b'r' => return None,
                    // Columns after it depend on how long the character is; those of a pair count for both.
                    b'u' => here.1 += escaped_length(raw.get(at + 2..at + 6)?)?,
                    _ => here.1 += 1,
                }
                length
            }
            _ => {
                here.1 += 1;
                1
            }
        };
        at += length;
    }
    found
}

/// How many bytes of UTF-8 an escaped character is; of a surrogate pair, each half is half of it.
fn escaped_length(digits: &str) -> Option<usize> {
    match u32::from_str_radix(digits, 16).ok()? {
        // Line ends that the text has as such.
        0x0a | 0x0d => None,
        0..0x80 => Some(1),
        0x80..0x800 => Some(2),
        0xd800..0xe000 => Some(2),
        _ => Some(3),
    }
}

/// A text as it is written within the source of a cell: in a list, each line has a string of its own.
fn as_json(raw: &str, text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    let inner = quoted[1..quoted.len() - 1].to_owned();
    let between = raw.strip_prefix('[').and_then(|list| list.split_once('"')).map(|(space, _)| space);
    match (between, inner.strip_suffix("\\n")) {
        (Some(space), Some(line)) => format!("{line}\\n\",{space}\""),
        _ => inner,
    }
}
