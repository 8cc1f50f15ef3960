//! Places in SARIF's form.
//!
//! GitHub wants a region with all four bounds. A line of a notebook's cell is no line of the file, so such a place is the
//! file's beginning, and the cell's name stands beside it.

use super::{ROOT, Text};
use crate::report::{FileProblem, Report, TOP, cell_place};
use crate::source::{Position, Span};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use std::borrow::Cow;

/// What may not stand in a relative address as it is. A colon could be taken for the end of a scheme.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'.').remove(b'-').remove(b'_').remove(b'~');

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Location<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    physical_location: Physical<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    logical_locations: Option<[Logical; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical<'a> {
    artifact_location: Artifact<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Logical {
    name: String,
    fully_qualified_name: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Artifact<'a> {
    uri: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Region<'a> {
    start_line: u32,
    start_column: u32,
    end_line: u32,
    end_column: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    snippet: Option<Text<'a>>,
}

impl<'a> Location<'a> {
    pub(super) fn new(report: &'a Report, span: Span) -> Location<'a> {
        let path = report.path(span.file);
        Location {
            id: None,
            physical_location: Physical {
                artifact_location: Artifact::new(path),
                region: Some(Region::new(report, span)),
            },
            logical_locations: cell(path, report.range(span).0),
            message: None,
        }
    }

    /// Where a problem is; the file as a whole where no more is known.
    pub(super) fn of_problem(report: &Report, problem: &'a FileProblem) -> Location<'a> {
        let at = report.problem_position(problem);
        Location {
            id: None,
            physical_location: Physical {
                artifact_location: Artifact::new(&problem.path),
                region: at.map(|at| Region::between(at, at)),
            },
            logical_locations: at.and_then(|at| cell(&problem.path, at)),
            message: None,
        }
    }

    pub(super) fn with_id(self, id: usize) -> Location<'a> {
        Location { id: Some(id), ..self }
    }

    pub(super) fn with_message(self, message: &'a str) -> Location<'a> {
        Location { message: Some(Text::new(message)), ..self }
    }

    /// With the text that stands there.
    pub(super) fn with_snippet(mut self, report: &'a Report, span: Span) -> Location<'a> {
        let text = report.sources.get(&span.file).map(|source| Text::new(source.slice(span)));
        if let Some(region) = &mut self.physical_location.region {
            region.snippet = text.filter(|_| self.logical_locations.is_none());
        }
        self
    }
}

fn cell(path: &str, at: Position) -> Option<[Logical; 1]> {
    let cell = at.cell?;
    let place = cell_place(at);
    let fully_qualified_name = format!("{path}:{}", place.trim_end_matches([':', ' ']));
    Some([Logical { name: format!("cell {cell}"), fully_qualified_name }])
}

impl<'a> Artifact<'a> {
    /// A path as it is reported as an address: relative to the root where the path is.
    pub(super) fn new(path: &'a str) -> Artifact<'a> {
        let uri = Cow::from(utf8_percent_encode(path, RESERVED));
        match path.as_bytes() {
            [b'/', ..] => Artifact { uri: format!("file://{uri}").into(), uri_base_id: None },
            [_, b':', b'/', ..] => Artifact { uri: format!("file:///{uri}").into(), uri_base_id: None },
            _ => Artifact { uri, uri_base_id: Some(ROOT) },
        }
    }
}

impl<'a> Region<'a> {
    pub(super) fn new(report: &Report, span: Span) -> Region<'a> {
        let (start, end) = report.range(span);
        Region::between(start, end)
    }

    fn between(start: Position, end: Position) -> Region<'a> {
        let (start, end) = if start.cell.is_some() { (TOP, TOP) } else { (start, end) };
        Region {
            start_line: start.row,
            start_column: start.column,
            end_line: end.row,
            end_column: end.column,
            snippet: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Artifact, ROOT};

    #[test]
    fn paths_become_addresses() {
        let of = Artifact::new;
        assert_eq!(of("src/my client.py").uri, "src/my%20client.py");
        assert_eq!(of("a%b#c?d:é\u{1b}.py").uri, "a%25b%23c%3Fd%3A%C3%A9%1B.py");
        assert_eq!(of("a/b.py").uri_base_id, Some(ROOT));
        assert_eq!((&*of("/w/a b.py").uri, of("/w/a.py").uri_base_id), ("file:///w/a%20b.py", None));
        assert_eq!(of("C:/w/a.py").uri, "file:///C%3A/w/a.py");
    }
}
