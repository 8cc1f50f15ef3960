//! The inventory: a table for people, an object for scripts. The shape of the object is a promise.
//!
//! In the table a session has a line that says where it is and whose it is, one with its values, and one with the places
//! of those that are written elsewhere. Columns that no library of the table has are left out.

use super::escaped::write_pretty;
use super::json::{Location, Place, ProblemRecord, Tool, place, problem_record};
use super::{Report, Style, concise};
use crate::inventory::{Bound, Held, Origin, Session};
use crate::libraries::Setting;
use crate::locks::{self, Pin};
use crate::paths::tame;
use crate::source::Span;
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// A setting of the inventory.
struct Column {
    setting: Setting,
    /// Its name in JSON.
    key: &'static str,
    /// Its title in the table.
    title: &'static str,
    /// The unit that its numbers are in.
    unit: &'static str,
}

const COLUMNS: &[Column] = &[
    Column { setting: Setting::Total, key: "total", title: "total", unit: "s" },
    Column { setting: Setting::Connect, key: "connect", title: "connect", unit: "s" },
    Column { setting: Setting::SockConnect, key: "sock_connect", title: "sock_connect", unit: "s" },
    Column { setting: Setting::SockRead, key: "sock_read", title: "sock_read", unit: "s" },
    Column { setting: Setting::Limit, key: "limit", title: "limit", unit: "" },
    Column { setting: Setting::LimitPerHost, key: "limit_per_host", title: "per host", unit: "" },
    Column { setting: Setting::Keepalive, key: "keepalive", title: "keep-alive", unit: "s" },
];

/// How many things that a value can be are told in the table.
const SHOWN: usize = 3;
/// What stands under the table.
const LEGEND: &str = "( ): the library's default; none: no bound; ?: not known; -: the library has no such setting";

/// Writes the table.
pub(super) fn write(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    concise::problems(report, out)?;
    if report.sessions.is_empty() {
        return Ok(());
    }
    let has = |column: &&Column| report.sessions.iter().any(|session| session.settings.contains_key(&column.setting));
    let columns: Vec<&Column> = COLUMNS.iter().filter(has).collect();
    let cells: Vec<Vec<String>> = report.sessions.iter().map(|session| cells(session, &columns)).collect();
    let width = |at: usize| {
        let own = columns[at].title.len();
        cells.iter().map(|row| row[at].chars().count()).max().unwrap_or(0).max(own)
    };
    let widths: Vec<usize> = (0..columns.len()).map(width).collect();
    let titles: Vec<String> = columns.iter().map(|column| column.title.to_owned()).collect();
    let settings: Vec<(Setting, &str)> = columns.iter().map(|column| (column.setting, column.title)).collect();
    let paint = |code: &'static str| if style.color { (code, "\u{1b}[0m") } else { ("", "") };
    let ((bold, plain), (dim, _)) = (paint("\u{1b}[1m"), paint("\u{1b}[2m"));
    writeln!(out, "{bold}{}{plain}", line(&titles, &widths))?;
    for (session, row) in report.sessions.iter().zip(&cells) {
        writeln!(out, "{bold}{}{plain}  {}", at(report, session.at), whose(session))?;
        writeln!(out, "{}", line(row, &widths))?;
        for (titles, place) in elsewhere(report, session, &settings) {
            writeln!(out, "{dim}    {}: {place}{plain}", titles.join(", "))?;
        }
    }
    writeln!(out, "{dim}{LEGEND}{plain}")
}

/// One line of the table.
fn line(cells: &[String], widths: &[usize]) -> String {
    let padded = cells.iter().zip(widths).map(|(cell, &width)| format!("  {cell:<width$}"));
    padded.collect::<String>().trim_end().to_owned()
}

fn cells(session: &Session, columns: &[&Column]) -> Vec<String> {
    let cell = |column: &&Column| {
        let Some(held) = session.settings.get(&column.setting) else { return "-".to_owned() };
        let mut words: Vec<String> = held.iter().map(|one| word(one, column.unit)).collect();
        if words.len() > SHOWN {
            words.splice(SHOWN - 1.., ["more".to_owned()]);
        }
        words.join(" or ")
    };
    columns.iter().map(cell).collect()
}

fn word(held: &Held, unit: &str) -> String {
    let word = match held.bound {
        Bound::Number(number) => crate::rules::quantity(number, unit),
        Bound::None => "none".to_owned(),
        Bound::Off => "off".to_owned(),
        Bound::Unknown => "?".to_owned(),
    };
    if held.origin == Origin::Default { format!("({word})") } else { word }
}

/// A place as it can be clicked or jumped to.
pub(super) fn at(report: &Report, span: Span) -> String {
    let from = report.range(span).0;
    let cell = from.cell.map(|cell| format!("cell {cell}:")).unwrap_or_default();
    format!("{}:{cell}{}:{}", tame(report.path(span.file)), from.row, from.column)
}

/// The library, and how its release is known.
pub(super) fn whose(session: &Session) -> String {
    let library = &session.library;
    let place = |place: &locks::Place| format!("{}:{}", tame(&place.path), place.row);
    match &session.pin {
        Pin::Release(release, at) => format!("{library} {} ({})", tame(release), place(at)),
        Pin::Foreign(release, at) => {
            format!("{library} {} ({}), a release that is not known here", tame(release), place(at))
        }
        Pin::Unnamed => format!("{library}, version not pinned"),
        Pin::Open(at) => format!("{library}, version left open ({})", place(at)),
        Pin::Disagreement(all) => {
            let all: Vec<String> = all.iter().map(|(what, at)| format!("{} ({})", tame(what), place(at))).collect();
            format!("{library}, version not clear: {}", all.join(", "))
        }
    }
}

/// The places of values that are written outside of a session's own call, with the names of the settings that they
/// decide.
pub(super) fn elsewhere<'c>(
    report: &Report,
    session: &Session,
    settings: &[(Setting, &'c str)],
) -> Vec<(Vec<&'c str>, String)> {
    let row = |span| {
        let place = at(report, span);
        place.rsplit_once(':').map_or(place.as_str(), |(row, _)| row).to_owned()
    };
    // What stands in the line that is named already is found there.
    let own = row(session.at);
    let mut places: Vec<(Vec<&str>, String)> = Vec::new();
    for (setting, name) in settings {
        let held = session.settings.get(setting).into_iter().flatten();
        for span in held.filter_map(|held| held.at).filter(|span| !session.at.contains(span)) {
            let place = row(span);
            if place == own {
                continue;
            }
            match places.iter_mut().find(|(_, known)| *known == place) {
                Some((titles, _)) => titles.push(name),
                None => places.push((vec![name], place)),
            }
        }
    }
    for (titles, _) in &mut places {
        titles.dedup();
    }
    places
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Document<'a> {
    version: u32,
    tool: Tool,
    summary: Summary,
    problems: Vec<ProblemRecord<'a>>,
    sessions: Vec<SessionRecord<'a>>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Summary {
    files: usize,
    checked: usize,
    sessions: usize,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct SessionRecord<'a> {
    filename: &'a str,
    cell: Option<u32>,
    location: Location,
    end_location: Location,
    callee: &'a str,
    library: &'a str,
    release: ReleaseRecord<'a>,
    /// By name; null for a setting that the library does not have.
    settings: BTreeMap<&'static str, Option<Vec<ValueRecord<'a>>>>,
}

/// The release in use, and the entries of lock files that say so or stand against it.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct ReleaseRecord<'a> {
    /// `pinned`, `unsupported` (poolcheck knows nothing of that release), `not-pinned`, `open` or `unclear`.
    #[cfg_attr(test, schemars(extend("enum" = ["pinned", "unsupported", "not-pinned", "open", "unclear"])))]
    state: &'static str,
    version: Option<&'a str>,
    entries: Vec<EntryRecord<'a>>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct EntryRecord<'a> {
    text: &'a str,
    filename: &'a str,
    location: Location,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct ValueRecord<'a> {
    /// `explicit`, `default` or `unknown`.
    #[cfg_attr(test, schemars(extend("enum" = ["explicit", "default", "unknown"])))]
    origin: &'static str,
    /// `number`, `none`, `off` or `unknown`.
    #[cfg_attr(test, schemars(extend("enum" = ["number", "none", "off", "unknown"])))]
    bound: &'static str,
    value: Option<f64>,
    unit: Option<&'static str>,
    /// Where the code says so.
    set_at: Option<Place<'a>>,
}

/// Writes the object.
pub(super) fn write_json(report: &Report, _: Style, out: &mut dyn Write) -> io::Result<()> {
    let document = Document {
        version: 1,
        tool: Tool::this(),
        summary: Summary {
            files: report.counts.files,
            checked: report.counts.checked,
            sessions: report.sessions.len(),
        },
        problems: report.problems.iter().map(|problem| problem_record(report, problem)).collect(),
        sessions: report.sessions.iter().map(|session| record(report, session)).collect(),
    };
    write_pretty(out, &document)?;
    out.write_all(b"\n")
}

fn record<'a>(report: &'a Report, session: &'a Session) -> SessionRecord<'a> {
    let values = |column: &Column| {
        let held = session.settings.get(&column.setting)?;
        Some(held.iter().map(|one| value(report, one, column)).collect())
    };
    let Place { filename, cell, location, end_location } = place(report, session.at);
    SessionRecord {
        filename,
        cell,
        location,
        end_location,
        callee: &session.callee,
        library: &session.library,
        release: release(&session.pin),
        settings: COLUMNS.iter().map(|column| (column.key, values(column))).collect(),
    }
}

fn release(pin: &Pin) -> ReleaseRecord<'_> {
    match pin {
        Pin::Release(version, at) => {
            ReleaseRecord { state: "pinned", version: Some(version), entries: vec![entry(version, at)] }
        }
        Pin::Foreign(version, at) => {
            ReleaseRecord { state: "unsupported", version: Some(version), entries: vec![entry(version, at)] }
        }
        Pin::Unnamed => ReleaseRecord { state: "not-pinned", version: None, entries: Vec::new() },
        Pin::Open(at) => ReleaseRecord { state: "open", version: None, entries: vec![entry("", at)] },
        Pin::Disagreement(all) => {
            let entries = all.iter().map(|(text, at)| entry(text, at)).collect();
            ReleaseRecord { state: "unclear", version: None, entries }
        }
    }
}

fn entry<'a>(text: &'a str, at: &'a locks::Place) -> EntryRecord<'a> {
    EntryRecord { text, filename: &at.path, location: Location { row: at.row, column: at.column } }
}

fn value<'a>(report: &'a Report, held: &Held, column: &Column) -> ValueRecord<'a> {
    let (bound, value) = match held.bound {
        Bound::Number(number) => ("number", Some(number)),
        Bound::None => ("none", None),
        Bound::Off => ("off", None),
        Bound::Unknown => ("unknown", None),
    };
    ValueRecord {
        origin: match held.origin {
            Origin::Explicit => "explicit",
            Origin::Default => "default",
            Origin::Unknown => "unknown",
        },
        bound,
        value,
        unit: value.and(Some(column.unit)).filter(|unit| !unit.is_empty()),
        set_at: held.at.map(|span| place(report, span)),
    }
}
