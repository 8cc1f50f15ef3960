//! The run: reads and lowers files in parallel, links them, asks the rules, applies suppressions.
//!
//! Trouble with one file never ends the run. Refuses to know how findings are shown.

use crate::config::{Config, ConfigError, RuleSet, Settings};
use crate::discover::{Candidate, discover};
use crate::finding::{Draft, Finding, Severity};
use crate::frameworks::Frameworks;
use crate::languages::{self, LANGUAGES, language_of};
use crate::libraries::Libraries;
use crate::model::facts::{Problem, ProblemKind};
use crate::model::value::ExprRef;
use crate::progress::Progress;
use crate::project::{Flow, Project, ProjectFile};
use crate::report::{Counts, FileProblem, Report, fingerprint};
use crate::rules::{self, Rule, Said};
use crate::source::{FileId, SourceFile, Span, offset};
use crate::suppress;
use smol_str::SmolStr;
use std::collections::BTreeMap;
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The stack of a worker: lowering recurses as deep as the code nests.
const STACK: usize = 16 << 20;

/// A file that was read.
struct Loaded {
    source: SourceFile,
    lowered: Option<(crate::model::facts::FileFacts, Flow)>,
}

/// Checks what the configuration names.
///
/// # Errors
/// A configuration file met on the way cannot be used.
pub fn check(config: &Config, progress: &Progress) -> Result<Report, ConfigError> {
    let libraries = Libraries::built_in().map_err(broken_data)?;
    let frameworks = Frameworks::built_in().map_err(broken_data)?;
    check_with(config, progress, &libraries, &frameworks)
}

/// Checks with the given data; see [`check`].
///
/// # Errors
/// A configuration file met on the way cannot be used.
pub fn check_with(
    config: &Config,
    progress: &Progress,
    libraries: &Libraries,
    frameworks: &Frameworks,
) -> Result<Report, ConfigError> {
    // Linking follows chains as long as the code makes them, and the caller's stack may be small.
    std::thread::scope(|scope| {
        let run = || checked(config, progress, libraries, frameworks);
        let spawned = std::thread::Builder::new().stack_size(32 * STACK).spawn_scoped(scope, run);
        match spawned.map(std::thread::ScopedJoinHandle::join) {
            Ok(Ok(report)) => report,
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            Err(_) => run(),
        }
    })
}

fn checked(
    config: &Config,
    progress: &Progress,
    libraries: &Libraries,
    frameworks: &Frameworks,
) -> Result<Report, ConfigError> {
    let found = discover(config)?;
    progress.expect(found.files.len());
    let mut report = Report {
        problems: found.problems,
        errors: found.errors,
        counts: Counts { files: found.files.len(), ..Counts::default() },
        ..Report::default()
    };
    let files = &found.files;
    let read = in_parallel(config.jobs.get(), files.len(), |index| {
        let read = read_and_lower(&files[index], FileId(offset(index)));
        progress.step();
        read
    });
    let paths: Vec<(FileId, SmolStr)> =
        files.iter().enumerate().map(|(index, file)| (FileId(offset(index)), file.shown.clone())).collect();
    let mut project_files = Vec::new();
    for (index, result) in read.into_iter().enumerate() {
        let candidate = &files[index];
        match result {
            Ok(Loaded { source, lowered: Some((facts, flow)) }) => {
                for problem in &facts.problems {
                    report.add_problem(&source, problem.clone());
                }
                let test = is_test(config, &candidate.path);
                project_files.push(ProjectFile { facts, flow, source, test });
            }
            Ok(Loaded { lowered: None, .. }) => {}
            Err(problem) => report.problems.push(FileProblem { path: candidate.shown.clone(), file: None, problem }),
        }
    }
    report.counts.checked = project_files.len();
    let project = Project::new(project_files, &paths, libraries, frameworks);
    report.counts.sites = project.sites().len();
    let said = rules::judge(&project);
    conclude(&project, files, said, &mut report);
    Ok(report)
}

fn broken_data(message: String) -> ConfigError {
    ConfigError { origin: "poolcheck's own data".into(), line: None, message }
}

/// Runs `work` for each index on as many threads; the results come back in order.
fn in_parallel<T: Send>(jobs: usize, count: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, T)>> = Mutex::new(Vec::with_capacity(count));
    std::thread::scope(|scope| {
        for _ in 0..jobs.min(count).max(1) {
            let worker = || {
                let mut own = Vec::new();
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index >= count {
                        break;
                    }
                    own.push((index, work(index)));
                }
                done.lock().unwrap_or_else(std::sync::PoisonError::into_inner).extend(own);
            };
            let spawned = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, worker);
            // Without another thread the others do the work.
            drop(spawned);
        }
    });
    let mut done = done.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

fn read_and_lower(candidate: &Candidate, id: FileId) -> Result<Loaded, Problem> {
    let bytes = bytes_of(candidate).map_err(|error| Problem {
        kind: ProblemKind::Read,
        message: format!("cannot be read: {error}"),
        at: None,
    })?;
    // What is named on the command line is taken at its word.
    let language = language_of(&candidate.path).unwrap_or(&LANGUAGES[0]);
    let source = languages::read(language, id, &candidate.shown, bytes)?;
    let lower = || {
        let facts = (language.lower)(&source);
        let flow = Flow::new(&facts);
        (facts, flow)
    };
    let lowered = catch_unwind(AssertUnwindSafe(lower)).map_err(|_| Problem {
        kind: ProblemKind::Internal,
        message: "poolcheck failed on this file; please report it with the file".into(),
        at: None,
    })?;
    Ok(Loaded { source, lowered: Some(lowered) })
}

fn bytes_of(candidate: &Candidate) -> std::io::Result<Vec<u8>> {
    if candidate.stdin {
        let mut bytes = Vec::new();
        std::io::stdin().lock().read_to_end(&mut bytes)?;
        return Ok(bytes);
    }
    std::fs::read(&candidate.path)
}

/// Whether a file is test code, by its path below the project's root.
fn is_test(config: &Config, path: &Path) -> bool {
    let below = path.strip_prefix(&config.root).unwrap_or(path);
    let folder = |part: &std::ffi::OsStr| part == "tests" || part == "test" || part == "testing";
    let name = path.file_name().and_then(std::ffi::OsStr::to_str).unwrap_or("");
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    below.parent().is_some_and(|parent| parent.iter().any(folder))
        || stem == "conftest"
        || stem.starts_with("test_")
        || stem.ends_with("_test")
        || stem == "tests"
}

/// Makes findings of what the rules said, file by file.
fn conclude(project: &Project, candidates: &[Candidate], said: Vec<Said>, report: &mut Report) {
    let mut by_file: BTreeMap<FileId, Vec<Said>> = BTreeMap::new();
    for one in said {
        by_file.entry(one.draft.at.file).or_default().push(one);
    }
    for file in project.files() {
        let id = file.facts.file;
        let settings = &candidates[id.0 as usize].settings;
        let ran = rules_that_run(settings, &candidates[id.0 as usize].path, file.test);
        let said = by_file.remove(&id).unwrap_or_default();
        let mut findings: Vec<Finding> =
            said.into_iter().filter(|one| ran.contains(one.rule)).map(|one| finding(project, settings, one)).collect();
        findings.sort_by(|a, b| (a.at, a.rule.code, &a.message).cmp(&(b.at, b.rule.code, &b.message)));
        findings.dedup_by(|a, b| a.at == b.at && a.rule.index == b.rule.index);
        let outcome = suppress::apply(&file.source, &file.facts.comments, findings, ran, settings.min_confidence);
        report.counts.suppressed += outcome.suppressed;
        report.findings.extend(outcome.kept);
        report.findings.extend(outcome.drafts.into_iter().map(|(rule, draft)| own_finding(settings, rule, draft)));
    }
    fold(&mut report.findings);
    report.findings.sort_by(|a, b| (a.at, a.rule.code, &a.message).cmp(&(b.at, b.rule.code, &b.message)));
    report
        .problems
        .sort_by(|a, b| (&a.path, a.problem.at, &a.problem.message).cmp(&(&b.path, b.problem.at, &b.problem.message)));
    let shown =
        report.findings.iter().flat_map(|finding| finding.labels.iter().map(|label| label.span).chain([finding.at]));
    let shown: Vec<FileId> = shown.map(|span| span.file).collect();
    for file in shown {
        if let Some(known) = project.file(file) {
            report.sources.entry(file).or_insert_with(|| known.source.clone());
        }
    }
    fingerprint::stamp(&mut report.findings, &report.sources);
}

fn rules_that_run(settings: &Settings, path: &Path, test: bool) -> RuleSet {
    let mut ran = settings.rules_for(path);
    if test && !settings.lint_tests {
        for rule in rules::all().iter().filter(|rule| !rule.speaks_in_tests) {
            ran.remove(rule);
        }
    }
    ran
}

fn finding(project: &Project, settings: &Settings, said: Said) -> Finding {
    let Said { rule, draft, about } = said;
    let statement = statement_of(project, about, draft.at);
    Finding { severity: severity(settings, rule, &draft), site: project.span(about), statement, ..plain(rule, draft) }
}

/// The lines of the statement of the site, and of the place itself where that is elsewhere.
fn statement_of(project: &Project, about: ExprRef, at: Span) -> Span {
    let statement = project.statement(about);
    if statement.contains(&at) || statement.file != at.file {
        return statement;
    }
    Span { file: at.file, start: statement.start.min(at.start), end: statement.end.max(at.end) }
}

fn own_finding(settings: &Settings, rule: &'static Rule, draft: Draft) -> Finding {
    let at = draft.at;
    Finding { severity: severity(settings, rule, &draft), site: at, statement: at, ..plain(rule, draft) }
}

fn severity(settings: &Settings, rule: &Rule, draft: &Draft) -> Severity {
    settings.severity(rule).or(draft.severity).unwrap_or(rule.severity)
}

fn plain(rule: &'static Rule, draft: Draft) -> Finding {
    Finding {
        rule,
        severity: rule.severity,
        confidence: draft.confidence,
        at: draft.at,
        message: draft.message,
        help: draft.help,
        note: draft.note,
        labels: draft.labels,
        fix: draft.fix,
        statement: draft.at,
        site: draft.at,
        folded: false,
        fingerprint: String::new(),
    }
}

/// A session that is built for each request is one story: what else is missing in it is told with that.
fn fold(findings: &mut [Finding]) {
    let told: Vec<Span> =
        findings.iter().filter(|finding| finding.rule.name == MAIN_STORY).map(|finding| finding.site).collect();
    for finding in findings.iter_mut().filter(|finding| PART_OF_IT.contains(&finding.rule.name)) {
        finding.folded = told.contains(&finding.site);
    }
}

/// The rule whose findings take in others of the same site.
const MAIN_STORY: &str = "session-per-request";
/// The rules that it takes in.
const PART_OF_IT: [&str; 2] = ["timeout-not-set", "connector-not-set"];

impl Report {
    fn add_problem(&mut self, source: &SourceFile, problem: Problem) {
        self.sources.entry(source.id).or_insert_with(|| source.clone());
        self.problems.push(FileProblem { path: source.path.clone(), file: Some(source.id), problem });
    }
}
