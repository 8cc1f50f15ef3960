//! Extensions, encodings and notebooks.

use super::{Extent, Language, language_of, read};
use crate::model::facts::{Problem, ProblemKind};
use crate::source::{FileId, SourceFile};
use std::path::Path;

fn language(path: &str) -> Option<&'static Language> {
    language_of(Path::new(path))
}

fn read_as(path: &str, bytes: &[u8]) -> Result<SourceFile, Problem> {
    read(language(path).unwrap(), FileId(0), path, bytes.to_vec())
}

fn python(bytes: &[u8]) -> String {
    read_as("a.py", bytes).unwrap().text.to_string()
}

fn notebook(json: &str) -> SourceFile {
    read_as("a.ipynb", json.as_bytes()).unwrap()
}

/// The text of a notebook with one code cell.
fn cell(source: &str) -> String {
    let source = serde_json::to_string(source).unwrap();
    notebook(&format!(r#"{{"cells": [{{"cell_type": "code", "source": {source}}}]}}"#)).text.to_string()
}

#[test]
fn extensions_name_the_language() {
    let name = |path| language(path).map(|language| language.name);
    assert_eq!(name("a/b.py"), Some("python"));
    assert_eq!(name("b.pyi"), Some("python"));
    assert_eq!(name("b.ipynb"), Some("notebook"));
    assert_eq!([name("b.PY"), name("py"), name(".py"), name("b.pyc"), name("b")], [None; 5]);
}

#[test]
fn declared_encodings_are_decoded() {
    assert_eq!(python("\u{feff}x = 'ü'".as_bytes()), "x = 'ü'");
    assert_eq!(python(b"# -*- coding: latin-1 -*-\n'\xfc\x80'"), "# -*- coding: latin-1 -*-\n'ü\u{80}'");
    assert_eq!(
        python(b"#!/bin/sh\n# vim: fileencoding=ISO_8859-15\n\xa4\xfc"),
        "#!/bin/sh\n# vim: fileencoding=ISO_8859-15\n€ü"
    );
    assert_eq!(python(b"# coding=cp1252\n\x80\x9f\x81"), "# coding=cp1252\n€Ÿ\u{81}");
    assert_eq!(python("# coding: gbk\nü".as_bytes()), "# coding: gbk\nü");
    assert_eq!(python("x = 1\n# coding: latin-1\nü".as_bytes()), "x = 1\n# coding: latin-1\nü");
}

#[test]
fn undeclared_encodings_are_problems() {
    let problem = |bytes: &[u8]| {
        let problem = read_as("a.py", bytes).unwrap_err();
        assert_eq!(problem.kind, ProblemKind::Encoding);
        format!("{}: {}", problem.at.unwrap(), problem.message)
    };
    assert_eq!(
        problem(b"x\ny = '\xfc'"),
        "7: line 2 is not UTF-8; save the file as UTF-8, or declare its encoding: # -*- coding: latin-1 -*-"
    );
    assert_eq!(
        problem(b"# coding: gbk\n\xfc"),
        "14: line 2 is not UTF-8, and the declared encoding `gbk` is not known; save the file as UTF-8"
    );
    assert_eq!(
        problem(b"x\n\n\0"),
        "3: line 3 holds a NUL byte: this is no source text; exclude the file or save it as UTF-8"
    );
}

#[test]
fn positions_in_notebooks_count_in_their_cell() {
    let file = notebook(
        r##"{"cells": [
            {"cell_type": "markdown", "source": ["# x"]},
            {"cell_type": "code", "source": ["a = 1\n", "b = 2"]},
            {"cell_type": "code", "source": []},
            {"cell_type": "raw", "source": "c"},
            {"cell_type": "code", "source": "d = 'ü'; e\n", "outputs": [], "metadata": {}}
        ], "metadata": {"kernelspec": {"language": "python", "name": "python3"}}, "nbformat": 4}"##,
    );
    assert_eq!(*file.text, "a = 1\nb = 2\n\nd = 'ü'; e\n");
    let place = |what: &str| {
        let position = file.position(u32::try_from(file.text.find(what).unwrap()).unwrap());
        (position.cell.unwrap(), position.row, position.column)
    };
    assert_eq!([place("a"), place("b"), place("d"), place("e")], [(2, 1, 1), (2, 2, 1), (5, 1, 1), (5, 1, 10)]);
}

#[test]
fn what_only_ipython_knows_is_blanked() {
    let table = [
        ("%matplotlib inline\nx = 1", "\nx = 1\n"),
        ("!pip install a \\\n  b\nx = 1\n", "\n\nx = 1\n"),
        ("?x\nx?\nx.y??\nz = 1", "\n\n\nz = 1\n"),
        ("files = !ls\na, b = %sql select 1\nx = 1", "\n\nx = 1\n"),
        ("if a:\n    !ls\n    %cd b\n", "if a:\n    pass\n    pass\n"),
        ("\n%%bash\nls\n  rm x\n", "\n\n\n\n"),
        ("%%time\nx = f()\n", "\nx = f()\n"),
        ("x = (a\n % b)\ny = a % b\nz = a != b\n", "x = (a\n % b)\ny = a % b\nz = a != b\n"),
        ("s = '''\n? x\nwhy?'''\nt = 'a?'", "s = '''\n\nwhy?'''\nt = 'a?'\n"),
    ];
    for (source, expected) in table {
        assert_eq!(cell(source), expected, "of {source:?}");
    }
}

#[test]
fn notebooks_of_other_languages_are_empty() {
    for metadata in [r#"{"kernelspec": {"language": "R"}}"#, r#"{"language_info": {"name": "julia"}}"#] {
        let file =
            notebook(&format!(r#"{{"cells": [{{"cell_type": "code", "source": "x <- 1"}}], "metadata": {metadata}}}"#));
        assert_eq!(*file.text, "");
        assert!(file.cells.is_empty());
    }
}

#[test]
fn old_notebooks_keep_their_cells_in_worksheets() {
    let file = notebook(r#"{"worksheets": [{"cells": [{"cell_type": "code", "input": ["x = 1"]}]}], "nbformat": 3}"#);
    assert_eq!(*file.text, "x = 1\n");
}

#[test]
fn an_empty_file_is_a_notebook_without_cells() {
    for text in ["", "\n", "\u{feff}"] {
        let file = notebook(text);
        assert!(file.text.is_empty() && file.cells.is_empty(), "{text:?}");
    }
}

#[test]
fn what_is_no_notebook_is_a_problem() {
    for json in ["{", "[]", "{}", r#"{"cells": 1}"#, r#"{"cells": [{"source": "x"}]}"#] {
        let problem = read_as("a.ipynb", json.as_bytes()).unwrap_err();
        assert_eq!(problem.kind, ProblemKind::Syntax, "of {json:?}");
        assert!(problem.message.starts_with("not a notebook: "), "{}", problem.message);
    }
}

#[test]
fn notebooks_lower_like_python() {
    let file = notebook(r#"{"cells": [{"cell_type": "code", "source": "%time\nx = f(1)"}]}"#);
    let facts = (language("a.ipynb").unwrap().lower)(&file, Extent::Whole);
    assert_eq!(facts.stmt_ids().count(), 1);
    assert_eq!(facts.problems, []);
}
