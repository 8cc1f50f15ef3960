//! The rules: the one list that flags, `--explain`, reports and the README read.
//!
//! A rule is a page, `rules/<stem>.md`, which is the only home of its identity, and a module of the same stem, which
//! holds its judgement. One word in the list below makes the module, embeds the page and adds the row.

use crate::config::RuleSet;
use crate::finding::{Draft, Severity};
use crate::libraries::{Kind, Mount, WrongAttribute};
use crate::model::value::{ExprRef, Frame};
use crate::project::{Linked, Project, Site};
use crate::source::{FileId, Span};
use crate::threads::Crew;
use smol_str::SmolStr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::LazyLock;
use view::View;

pub mod page;
mod view;

pub(crate) use view::quantity;

/// What a rule decides, as the engine runs it.
#[derive(Clone, Copy)]
pub(crate) enum Check {
    /// Asked about each site of a kind.
    Site(Kind, fn(View<'_>) -> Vec<Draft>),
    /// The same, where what callers pass decides nothing, and all that is said is said of the site's own file.
    Place(Kind, fn(View<'_>) -> Vec<Draft>),
    /// Asked about each attribute of an object of a library that is written or read.
    Access(fn(&Access) -> Option<Draft>),
    /// Asked about each pool that is mounted on a session.
    Mount(fn(&Mounting<'_>) -> Option<Draft>),
}

impl std::fmt::Debug for Check {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Check::Site(kind, _) => f.debug_tuple("Site").field(kind).finish(),
            Check::Place(kind, _) => f.debug_tuple("Place").field(kind).finish(),
            Check::Access(_) => f.write_str("Access"),
            Check::Mount(_) => f.write_str("Mount"),
        }
    }
}

/// An attribute of an object of a library that is written or read.
#[derive(Debug)]
pub(crate) struct Access {
    /// The attribute's bytes.
    pub(crate) at: Span,
    /// The attribute.
    pub(crate) expr: ExprRef,
    /// Its name.
    pub(crate) name: SmolStr,
    /// What it is an attribute of, as words.
    pub(crate) of: String,
    /// Whether it is written.
    pub(crate) written: bool,
    /// Whether what is written is none, which takes away and configures nothing.
    pub(crate) cleared: bool,
    /// What the library's data says about it in the release in use.
    pub(crate) row: Option<WrongAttribute>,
}

/// A pool that is mounted on a session.
#[derive(Debug)]
pub(crate) struct Mounting<'p> {
    /// The beginning of the URLs that it is for.
    pub(crate) at: Span,
    /// The call.
    pub(crate) expr: ExprRef,
    /// That beginning.
    pub(crate) prefix: SmolStr,
    /// The same, as written.
    pub(crate) spelled: SmolStr,
    /// What the library's data says about mounting.
    pub(crate) row: &'p Mount,
}

/// What a rule says, and the expression that it speaks of.
pub(crate) struct Said {
    /// The rule.
    pub(crate) rule: &'static Rule,
    /// What it says.
    pub(crate) draft: Draft,
    /// The site's call, or the attribute.
    pub(crate) about: ExprRef,
}

/// What rules are asked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'s> {
    /// Which of them.
    pub(crate) rules: RuleSet,
    /// Which of them about sites in test code.
    pub(crate) in_tests: RuleSet,
    /// Whether anybody wants what is of low confidence, which rules may leave out otherwise.
    pub(crate) unsure: bool,
    /// Of each file, whether anybody wants what is said of it.
    pub(crate) shown: &'s [bool],
}

/// What is asked at once: every rule about one site, or a check about what is found by itself.
#[derive(Clone, Copy)]
enum Question<'p> {
    Site(&'p Site),
    Accesses(&'static Rule, fn(&Access) -> Option<Draft>),
    Mountings(&'static Rule, fn(&Mounting<'_>) -> Option<Draft>),
}

/// What was said, and the files in which a check failed.
type Answer = (Vec<Said>, Vec<FileId>);

/// Asks rules about everything that is linked. Also gives the files in which a check failed; the others are judged as if
/// nothing had happened.
pub(crate) fn judge<'l>(linked: &Linked<'l>, crew: &mut Crew<Project<'l>>, asked: Asked<'_>) -> Answer {
    let checks = asked.rules.iter().flat_map(|rule| rule.checks.iter().map(move |check| (rule, check)));
    let found = checks.filter_map(|(rule, check)| match *check {
        Check::Access(check) => Some(Question::Accesses(rule, check)),
        Check::Mount(check) => Some(Question::Mountings(rule, check)),
        Check::Site(..) | Check::Place(..) => None,
    });
    let questions: Vec<Question<'_>> = found.chain(linked.sites().iter().map(Question::Site)).collect();
    let work = |project: &mut Project<'l>, index: usize| ask(project, asked, questions[index]);
    let answers = crew.each_with(questions.len(), work, linked.files());
    let (said, failed): (Vec<_>, Vec<_>) = answers.into_iter().unzip();
    let mut said: Vec<Said> = said.into_iter().flatten().collect();
    said.sort_by_key(|one| one.rule.index);
    (said, failed.into_iter().flatten().collect())
}

fn ask(project: &Project<'_>, asked: Asked<'_>, question: Question<'_>) -> Answer {
    let (mut said, mut failed) = (Vec::new(), Vec::new());
    match question {
        // What is meant to fail is as it should be.
        Question::Site(site) if project.in_raises(site.call) => {}
        Question::Site(site) => {
            let view = View { project, site, frame: Frame::NONE, unsure: asked.unsure };
            let rules = if site.test { asked.in_tests } else { asked.rules };
            let shown = asked.shown[site.call.file.0 as usize];
            for rule in rules.iter() {
                let checks = rule.checks.iter().filter(|check| shown || !matches!(check, Check::Place(..)));
                let drafts = checks.flat_map(|check| view.checked(check, &mut failed));
                said.extend(drafts.map(|draft| Said { rule, draft, about: site.call }));
            }
        }
        Question::Accesses(rule, check) => {
            for access in project.accesses() {
                let draft = guarded(access.at.file, &mut failed, || check(&access)).flatten();
                said.extend(draft.map(|draft| Said { rule, draft, about: access.expr }));
            }
        }
        Question::Mountings(rule, check) => {
            for mounting in project.mountings() {
                let draft = guarded(mounting.at.file, &mut failed, || check(&mounting)).flatten();
                said.extend(draft.map(|draft| Said { rule, draft, about: mounting.expr }));
            }
        }
    }
    (said, failed)
}

impl View<'_> {
    /// What a check of sites says of this one.
    fn checked(self, check: &Check, failed: &mut Vec<FileId>) -> Vec<Draft> {
        let (Check::Site(kind, asks) | Check::Place(kind, asks)) = *check else { return Vec::new() };
        let judged = || match check {
            Check::Place(..) => {
                let drafts = asks(self);
                debug_assert!(drafts.iter().all(|draft| draft.at.file == self.site.call.file), "a check strays");
                drafts
            }
            _ => self.judged(asks),
        };
        if self.site.kind != kind {
            return Vec::new();
        }
        guarded(self.site.call.file, failed, judged).unwrap_or_default()
    }
}

/// What a check says of a place in a file; a mistake in the check is no reason to stop.
fn guarded<T>(file: FileId, failed: &mut Vec<FileId>, check: impl FnOnce() -> T) -> Option<T> {
    let said = catch_unwind(AssertUnwindSafe(check));
    said.map_err(|_| failed.push(file)).ok()
}

/// Whether a rule's fix may change what the program does; a page's `fix`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FixKind {
    /// It has no fix.
    None,
    /// It keeps the behaviour, or restores what was plainly meant.
    Safe,
    /// It changes behaviour, or picks a value.
    Unsafe,
}

/// A rule, as its page describes it.
#[derive(Debug)]
pub struct Rule {
    /// Its place in [`all`].
    pub index: usize,
    /// Its code: `PC101`.
    pub code: &'static str,
    /// Its name: `sub-timeout-above-total`.
    pub name: &'static str,
    /// How bad it is, unless a finding says otherwise.
    pub severity: Severity,
    /// Whether it runs without being selected.
    pub default_on: bool,
    /// Whether it speaks in test code without `lint-tests`.
    pub speaks_in_tests: bool,
    /// Whether it fixes, and how boldly.
    pub fix: FixKind,
    /// What is wrong, in one line without a capital or a full stop.
    pub summary: &'static str,
    /// The first version of poolcheck that has it.
    pub since: &'static str,
    /// The page after its front matter, in Markdown.
    pub body: &'static str,
    /// The name that the page and the module share: `pc101_sub_timeout_above_total`.
    pub stem: &'static str,
    /// What decides it.
    pub(crate) checks: &'static [Check],
}

/// Where the pages can be read in a browser.
const PAGES: &str = concat!(env!("CARGO_PKG_REPOSITORY"), "/blob/main/rules/");

impl Rule {
    /// The address of its page.
    #[must_use]
    pub fn url(&self) -> String {
        format!("{PAGES}{}.md", self.stem)
    }

    /// Its page's tagged examples.
    #[must_use]
    pub fn examples(&self) -> Vec<page::Example<'static>> {
        page::examples(self.body)
    }

    /// Reads its page. A word that no page may hold becomes the most common one; `tests/catalogue.rs` finds it.
    fn new(index: usize, stem: &'static str, text: &'static str, checks: &'static [Check]) -> Rule {
        let page = page::parse(text);
        Rule {
            index,
            code: page.get("code"),
            name: page.get("name"),
            severity: match page.get("severity") {
                "error" => Severity::Error,
                "info" => Severity::Info,
                _ => Severity::Warning,
            },
            default_on: page.get("default") != "opt-in",
            speaks_in_tests: page.get("tests") != "no",
            fix: match page.get("fix") {
                "safe" => FixKind::Safe,
                "unsafe" => FixKind::Unsafe,
                _ => FixKind::None,
            },
            summary: page.get("summary"),
            since: page.get("since"),
            body: page.body,
            stem,
            checks,
        }
    }
}

/// Declares the module of every rule, embeds its page and lists it.
macro_rules! rules {
    ($($stem:ident)*) => {
        $(mod $stem;)*

        /// A stem, its page and its checks.
        const ROWS: &[(&str, &str, &[Check])] = &[$((
            stringify!($stem),
            include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/rules/", stringify!($stem), ".md")),
            $stem::CHECKS,
        )),*];
    };
}

rules! {
    pc101_sub_timeout_above_total
    pc102_total_below_timeout_sum
    pc103_timeout_not_set
    pc104_timeout_disabled
    pc105_bare_number_timeout
    pc106_partial_timeout
    pc107_request_timeout_replaces_session
    pc108_finite_total_on_stream
    pc109_timeout_not_caught
    pc110_websocket_timeout
    pc111_invalid_setting
    pc201_limit_per_host_not_set
    pc202_connector_not_set
    pc203_deprecated_parameter
    pc204_unbounded_pool
    pc205_per_host_limit_above_limit
    pc206_connection_reuse_off
    pc207_keepalive_not_set
    pc208_pool_smaller_than_workers
    pc209_setting_without_effect
    pc210_ssl_context_per_request
    pc301_session_per_request
    pc302_session_not_closed
    pc303_shared_connector_closed
    pc304_config_after_creation
    pc305_private_pool_attribute
    pc306_session_outside_loop
    pc307_response_not_released
    pc308_unbounded_fan_out
    pc309_escapes_its_block
    pc310_session_across_loops
    pc901_unused_suppression
    pc902_unknown_suppression
}

static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    ROWS.iter().enumerate().map(|(index, (stem, text, checks))| Rule::new(index, stem, text, checks)).collect()
});

/// Every rule, by code.
#[must_use]
pub fn all() -> &'static [Rule] {
    &RULES
}

/// The rule with this code or name, in any case.
#[must_use]
pub fn find(code_or_name: &str) -> Option<&'static Rule> {
    all()
        .iter()
        .find(|rule| rule.code.eq_ignore_ascii_case(code_or_name) || rule.name.eq_ignore_ascii_case(code_or_name))
}

#[cfg(test)]
mod tests {
    use super::guarded;
    use crate::source::FileId;

    #[test]
    fn a_check_that_fails_is_trouble_with_one_file() {
        let mut failed = Vec::new();
        let said: Vec<Option<u32>> = (0..3)
            .map(|number| {
                guarded(FileId(number), &mut failed, || if number == 1 { panic!("as asked") } else { number })
            })
            .collect();
        assert_eq!((said, failed), (vec![Some(0), None, Some(2)], vec![FileId(1)]));
    }
}
