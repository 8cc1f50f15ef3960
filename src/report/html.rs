//! `html`: one page to look at, which needs nothing beside itself: sessions with their timeouts and pools, findings with
//! their source, the rules' pages.
//!
//! The page loads nothing and runs only its own script, which it names by its hash. Without the script everything can be
//! read; it adds filters, order and the choice of colours. What is drawn is also said in words.

mod axis;
mod excerpt;
mod findings;
mod overview;
mod pages;
mod sessions;
mod text;

use super::{Report, Style, full};
use crate::finding::{Finding, Severity};
use crate::inventory::{Bound, Session};
use crate::rules::Rule;
use crate::source::Span;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use rustc_hash::FxHashMap;
use std::cmp::Reverse;
use std::io::{self, Write};

const STYLE: &str = include_str!("html/page.css");
const SCRIPT: &str = include_str!("html/page.js");
/// What a browser may do with the page: apply this style, run this script, by their SHA-256, and nothing else.
/// `tests/html.rs` tells the right values.
const POLICY: &str = "\
    default-src 'none'; \
    style-src 'sha256-NLXEtbUfvMToolf0YTIj3FBUvHJRJUm9w75V5zIWuUM='; \
    script-src 'sha256-MtPRksKMqMGoH4xVPiewCAoLHnL/eZKB6nvzYi5OIBM='; \
    base-uri 'none'; form-action 'none'";

/// Writes the page with findings and sessions.
pub(super) fn write(report: &Report, _: Style, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(page(&Contents::new(report, true)).into_string().as_bytes())
}

/// Writes the page with sessions alone.
pub(super) fn write_sites(report: &Report, _: Style, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(page(&Contents::new(report, false)).into_string().as_bytes())
}

/// A report in the order of the page.
struct Contents<'a> {
    report: &'a Report,
    /// Whether findings were asked for.
    judged: bool,
    /// The findings that stand alone, the worst first.
    shown: Vec<Shown<'a>>,
    /// The sessions, the worst first.
    listed: Vec<Listed<'a>>,
}

/// A finding that stands alone.
struct Shown<'a> {
    /// Its place among all findings: what it is called on the page.
    index: usize,
    finding: &'a Finding,
    /// Those that fold into it.
    also: Vec<&'a Finding>,
    /// The session that it concerns, by its place in the inventory.
    session: Option<usize>,
}

impl<'a> Shown<'a> {
    fn all(&self) -> impl Iterator<Item = &'a Finding> {
        std::iter::once(self.finding).chain(self.also.iter().copied())
    }

    /// The codes of its rules, each once.
    fn codes(&self) -> Vec<&'static str> {
        let mut codes: Vec<&str> = self.all().map(|finding| finding.rule.code).collect();
        codes.sort_unstable();
        codes.dedup();
        codes
    }
}

/// A session, and what was found about it.
struct Listed<'a> {
    /// Its place in the inventory: what it is called on the page.
    index: usize,
    session: &'a Session,
    /// Places in [`Contents::shown`].
    findings: Vec<usize>,
    /// The worst of them.
    worst: Option<Severity>,
}

impl Listed<'_> {
    fn at_risk(&self) -> bool {
        self.worst >= Some(Severity::Warning)
    }
}

impl<'a> Contents<'a> {
    fn new(report: &'a Report, judged: bool) -> Contents<'a> {
        let (main, mut folded) = full::fold(&report.findings);
        let mut shown: Vec<Shown<'a>> = main
            .into_iter()
            .map(|(index, finding)| Shown {
                index,
                finding,
                also: folded.remove(&index).unwrap_or_default(),
                session: None,
            })
            .collect();
        shown.sort_by_key(|one| (Reverse(one.finding.severity), one.index));
        let mut of_site: FxHashMap<Span, Vec<usize>> = FxHashMap::default();
        for (place, one) in shown.iter().enumerate() {
            of_site.entry(one.finding.site).or_default().push(place);
        }
        let mut listed: Vec<Listed<'a>> = Vec::with_capacity(report.sessions.len());
        for (index, session) in report.sessions.iter().enumerate() {
            let sites = session.objects.iter().chain(&session.requests).chain([&session.at]);
            let mut findings: Vec<usize> = sites.filter_map(|site| of_site.get(site)).flatten().copied().collect();
            findings.sort_unstable();
            findings.dedup();
            for &place in &findings {
                shown[place].session.get_or_insert(index);
            }
            let worst = findings.iter().flat_map(|&place| shown[place].all()).map(|finding| finding.severity).max();
            listed.push(Listed { index, session, findings, worst });
        }
        listed.sort_by_key(|one| (Reverse(one.worst), one.index));
        Contents { report, judged, shown, listed }
    }

    /// The sessions at risk: those with an error or a warning.
    fn at_risk(&self) -> usize {
        self.listed.iter().filter(|one| one.at_risk()).count()
    }

    /// How many sessions a rule concerns.
    fn sessions_of(&self, rule: &Rule) -> usize {
        let concerns = |one: &&Listed| one.findings.iter().any(|&place| self.shown[place].codes().contains(&rule.code));
        self.listed.iter().filter(concerns).count()
    }

    /// The first finding of a rule, as it is called on the page.
    fn first_of(&self, rule: &Rule) -> Option<usize> {
        self.shown.iter().find(|one| one.codes().contains(&rule.code)).map(|one| one.index)
    }
}

/// The numbers that a session's timeouts can be, in seconds.
fn seconds(session: &Session) -> impl Iterator<Item = f64> {
    let held = sessions::TIMES.iter().filter_map(|setting| session.settings.get(setting)).flatten();
    held.filter_map(|held| match held.bound {
        Bound::Number(number) => Some(number),
        _ => None,
    })
}

fn page(contents: &Contents<'_>) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="referrer" content="no-referrer";
                meta name="color-scheme" content="light dark";
                meta name="generator" content={ "poolcheck " (env!("CARGO_PKG_VERSION")) };
                title { (overview::verdict(contents)) " – poolcheck" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#main" { "Skip to the report" }
                (overview::banner(contents))
                main #main tabindex="-1" {
                    (overview::summary(contents))
                    (overview::problems(contents.report))
                    (overview::controls(contents))
                    (sessions::section(contents))
                    (findings::section(contents))
                    (pages::section(contents.report))
                }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    }
}

/// A mark for a severity: its shape and its word tell it, not its colour alone.
fn badge(severity: Severity) -> Markup {
    html! { span.sev.(severity.as_str()) { (severity.as_str()) } }
}
