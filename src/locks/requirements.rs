//! Requirements and constraints files, as pip reads them: one requirement a line, options, and other files.
//!
//! Markers are not evaluated: where a file names two releases for two platforms, none is known. Refuses to judge a line
//! that it does not understand.

use super::formats::{Locked, specified};
use super::{Entry, Fault, Said, normalised};

/// The options that lead to another file.
const INCLUDES: [&str; 4] = ["--requirement", "--constraint", "-r", "-c"];

/// Reads all lines.
#[expect(clippy::unnecessary_wraps, reason = "a row of the table of formats")]
pub(super) fn read(text: &str) -> Result<Locked, Fault> {
    let mut locked = Locked::default();
    for (at, line) in logical_lines(text) {
        let line = line.trim_end();
        let include = INCLUDES.iter().find_map(|option| line.strip_prefix(option));
        if let Some(path) = include {
            let path = path.trim_start_matches([' ', '\t', '=']).trim();
            if !path.contains("://") {
                locked.includes.push(path.trim_matches(['"', '\'']).to_owned());
            }
        } else if !line.starts_with('-') {
            locked.entries.extend(requirement(line, at));
        }
    }
    Ok(locked)
}

/// Lines with those that they go on in, without comments and space around; each with the byte that it begins at.
fn logical_lines(text: &str) -> Vec<(usize, String)> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    let mut goes_on = false;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let begin = start + (line.len() - line.trim_start().len());
        start += line.len();
        let code = without_comment(line.trim());
        let (code, more) = code.strip_suffix('\\').map_or((code, false), |code| (code, true));
        match lines.last_mut() {
            Some((_, last)) if goes_on => {
                last.push(' ');
                last.push_str(code.trim());
            }
            _ => lines.push((begin, code.trim().to_owned())),
        }
        goes_on = more;
    }
    lines.retain(|(_, line)| !line.is_empty());
    lines
}

/// A comment begins the line, or stands after a space: `#` in a URL is none.
fn without_comment(line: &str) -> &str {
    let begins = |(at, _): &(usize, &str)| *at == 0 || line[..*at].ends_with(char::is_whitespace);
    line.match_indices('#').find(begins).map_or(line, |(at, _)| line[..at].trim_end())
}

/// `name[extras] comparisons ; marker --options`, or `name @ URL`.
fn requirement(line: &str, at: usize) -> Option<Entry> {
    let of_name = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_' | '.');
    let (name, rest) = line.split_at(line.find(|char| !of_name(char)).unwrap_or(line.len()));
    if name.is_empty() {
        return None;
    }
    let rest = rest.trim_start();
    let rest = match rest.strip_prefix('[') {
        Some(extras) => extras.split_once(']')?.1.trim_start(),
        None => rest,
    };
    let entry = |said, text: &str| Some(Entry { package: normalised(name), said, text: text.into(), at });
    if let Some(url) = rest.strip_prefix('@') {
        return entry(Said::Other, url.split_whitespace().next().unwrap_or(""));
    }
    let comparisons = rest.split([';']).next().unwrap_or("");
    let comparisons = comparisons.split(" --").next().unwrap_or("").trim();
    let comparisons = comparisons.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')).unwrap_or(comparisons);
    if !comparisons.is_empty() && !comparisons.starts_with(['=', '<', '>', '!', '~']) {
        return None;
    }
    entry(specified(comparisons), comparisons)
}
