//! The run: reads and lowers files in parallel, links them, asks the rules, applies suppressions.
//!
//! Trouble with one file never ends the run. Refuses to know how findings are shown.

mod narrow;
mod reading;

use crate::config::{Config, ConfigError, RuleSet, Settings};
use crate::discover::{Candidate, Discovery, discover, discover_project};
use crate::finding::{Confidence, Draft, Finding, Severity};
use crate::frameworks::Frameworks;
use crate::inventory::{self, Session};
use crate::languages::language_of;
use crate::libraries::Libraries;
use crate::locks::{Locks, Pinned};
use crate::model::facts::Problem;
use crate::model::value::ExprRef;
use crate::paths;
use crate::progress::Progress;
use crate::project::{Choices, Files, Knowledge, Linked, Modules, Project, ProjectFile, Releases};
use crate::report::{Counts, FileProblem, Report, fingerprint};
use crate::rules::{self, Asked, Rule, Said};
use crate::source::{FileId, SourceFile, Span, offset};
use crate::suppress;
use crate::threads::Crew;
use crate::words::WordIndex;
use narrow::{Aside, Narrowing, Told};
use reading::{Run, failed};
use rustc_hash::FxHashSet;
use smol_str::SmolStr;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// The stack of a worker: lowering recurses as deep as the code nests.
const STACK: usize = 16 << 20;

/// The stack of a thread that links: questions lead to questions as far as the code makes them.
const LINKING_STACK: usize = 32 * STACK;

/// How many threads link at most: each works out for itself what all of them ask.
const LINKERS: usize = 8;

/// Checks what the configuration names.
///
/// # Errors
/// A configuration file met on the way cannot be used.
pub fn check(config: &Config, progress: &Progress) -> Result<Report, ConfigError> {
    let libraries = config.run.libraries.load(config)?;
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
    // The caller's stack may be small.
    std::thread::scope(|scope| {
        let run = || checked(config, progress, libraries, frameworks);
        let spawned = std::thread::Builder::new().stack_size(LINKING_STACK).spawn_scoped(scope, run);
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
    let narrowing = Narrowing::new(config)?;
    let reported = discover(config)?;
    let known = known_files(config, &reported)?;
    progress.expect(known.len());
    let report = Report {
        problems: reported.problems,
        errors: reported.errors,
        counts: Counts { files: reported.files.len(), ..Counts::default() },
        ..Report::default()
    };
    let paths: Vec<(FileId, SmolStr)> =
        known.iter().enumerate().map(|(index, file)| (FileId(offset(index)), file.candidate.shown.clone())).collect();
    let modules = Modules::new(&paths);
    let run = Run::new(config, &known, &paths, &modules);
    let mut crew = Crew::new(config.jobs.get(), STACK, |_| ());
    let (words, mentions, lowered) = run.read_all(libraries, progress, &mut crew);
    let files = Files::new(WordIndex::new(&words, &mut crew), mentions, &run);
    drop(words);
    for file in lowered {
        files.keep(file);
    }
    let report = linked(&run, &files, libraries, frameworks, narrowing, report);
    done_with(files, config);
    report
}

/// Gives back memory, unless the process is about to: taking the facts of a large project apart one by one takes time.
fn done_with<T>(memory: T, config: &Config) {
    if config.once {
        std::mem::forget(memory);
    }
}

/// Links the files and judges them.
fn linked(
    run: &Run<'_>,
    files: &Files<'_>,
    libraries: &Libraries,
    frameworks: &Frameworks,
    narrowing: Narrowing,
    mut report: Report,
) -> Result<Report, ConfigError> {
    let Run { config, files: known, paths, modules, .. } = *run;
    let locks = Locks::new(config, libraries);
    let releases = ByFolder { known, locks: &locks };
    let knowledge = Knowledge {
        libraries,
        releases: &releases,
        choices: &releases,
        frameworks,
        prefilter: config.prefilter,
        files,
        paths,
        modules,
    };
    let linked = Linked::new(knowledge, &mut Crew::new(config.jobs.get(), STACK, |_| ()));
    let mut crew =
        Crew::new(config.jobs.get().min(LINKERS), LINKING_STACK, |number| Project::of_worker(&linked, number));
    linked.find_sites(&mut crew);
    let project = Project::new(&linked);
    let lists = config.sites || config.run.output_format.is_some_and(|format| format.sessions);
    let sessions = if lists { inventory::take(&project) } else { Vec::new() };
    // Without the prefilter all is asked, and what is not shown is left out afterwards.
    let shown: Vec<bool> = known.iter().map(|file| file.reported || !config.prefilter).collect();
    let judged = (!config.sites).then(|| rules::judge(&linked, &mut crew, asked(run, &shown)));
    let (said, broken) = judged.unzip();
    broken.into_iter().flatten().for_each(|file| run.note(file, failed()));
    report.counts.sites = project.sites().iter().filter(|site| known[site.call.file.0 as usize].reported).count();
    for file in files.lowered().filter(|file| file.is_lost()) {
        run.note(file.facts.file, failed());
    }
    let trouble = run.take_trouble();
    let failed: FxHashSet<FileId> = trouble.iter().map(|(file, _)| *file).collect();
    report.add_trouble(files, known, trouble);
    report.add_locks(&project, &releases);
    if let Some(said) = said {
        // What a suppression is for may be of a library that was left out, or stand where nothing could be judged.
        let left_out = config.run.libraries.leave_out();
        let judged =
            |file: &ProjectFile| !left_out && file.facts.problems.is_empty() && !failed.contains(&file.facts.file);
        let aside = conclude(&project, files, known, said, judged, &mut report);
        narrowing.apply(&Told { config, known, project: &project }, &aside, &mut report);
        report.forget_sources();
    }
    list(&project, known, sessions, &mut report);
    report.add_paths(known);
    done_with((project, crew), config);
    done_with(linked, config);
    Ok(report)
}

/// The libraries of a file are those of its folder.
#[derive(Debug)]
struct ByFolder<'k> {
    known: &'k [KnownFile],
    locks: &'k Locks<'k>,
}

impl Releases for ByFolder<'_> {
    fn library(&self, file: FileId, library: usize) -> Arc<Pinned> {
        self.locks.library(self.known[file.0 as usize].folder(), library)
    }
}

impl Choices for ByFolder<'_> {
    fn limit_per_host(&self, file: FileId) -> Option<u32> {
        self.known[file.0 as usize].candidate.settings.limit_per_host
    }
}

/// A file of the project.
#[derive(Debug)]
struct KnownFile {
    candidate: Candidate,
    /// Whether its findings are shown.
    reported: bool,
    /// Whether it was named itself, so that it is parsed whatever it says.
    named: bool,
}

impl KnownFile {
    fn folder(&self) -> &Path {
        self.candidate.path.parent().unwrap_or(&self.candidate.path)
    }
}

/// The files that are reported, and all others of their project.
fn known_files(config: &Config, reported: &Discovery) -> Result<Vec<KnownFile>, ConfigError> {
    let whole = config.paths.iter().any(|path| paths::absolute(&config.cwd, path) == config.root);
    let named: FxHashSet<PathBuf> = config.paths.iter().map(|path| paths::absolute(&config.cwd, path)).collect();
    let mut known: Vec<KnownFile> = Vec::with_capacity(reported.files.len());
    for file in &reported.files {
        let named = file.stdin || named.contains(&file.path);
        known.push(KnownFile { candidate: file.clone(), reported: true, named });
    }
    let in_project = |file: &Candidate| file.path.starts_with(&config.root);
    if !whole && !config.alone && reported.files.iter().any(in_project) {
        let shown: FxHashSet<&Path> = reported.files.iter().map(|file| file.path.as_path()).collect();
        let others = discover_project(config)?.files;
        let others = others.into_iter().filter(|file| !shown.contains(file.path.as_path()));
        known.extend(others.map(|candidate| KnownFile { candidate, reported: false, named: false }));
        known.sort_by(|a, b| (&a.candidate.shown, &a.candidate.path).cmp(&(&b.candidate.shown, &b.candidate.path)));
    }
    Ok(known)
}

/// What the rules are asked: those that run for any of the files that are reported. What is of low confidence is wanted
/// where it is shown, and where a suppression or a baseline may name it.
fn asked<'s>(run: &Run<'_>, shown: &'s [bool]) -> Asked<'s> {
    let unsure = run.config.run.baseline.is_some() || run.suppressions.load(Ordering::Relaxed);
    let mut asked = Asked { rules: RuleSet::default(), in_tests: RuleSet::default(), unsure, shown };
    for settings in run.files.iter().filter(|file| file.reported).map(|file| &file.candidate.settings) {
        asked.rules = asked.rules.with(settings.rules);
        // Without the prefilter all are asked, and what may not be told is left out afterwards.
        let in_tests = if run.config.prefilter { in_tests(settings, settings.rules) } else { settings.rules };
        asked.in_tests = asked.in_tests.with(in_tests);
        asked.unsure |= settings.min_confidence == Confidence::Low;
    }
    asked
}

/// Which of these rules speak in test code.
fn in_tests(settings: &Settings, rules: RuleSet) -> RuleSet {
    rules.iter().filter(|rule| settings.lint_tests || rule.speaks_in_tests).collect()
}

fn broken_data(message: String) -> ConfigError {
    ConfigError { origin: "poolcheck's own data".into(), line: None, message }
}

/// Whether a file is test code, by its path below the project's root.
fn is_test(config: &Config, path: &Path) -> bool {
    let below = path.strip_prefix(&config.root).unwrap_or(path);
    let folder = |part: &std::ffi::OsStr| part == "tests" || part == "test" || part == "testing" || part == "benches";
    let name = path.file_name().and_then(std::ffi::OsStr::to_str).unwrap_or("");
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    // In a folder of sources that the language asks for, what is called so is shipped.
    let source = language_of(path).and_then(|language| language.layout.source);
    let outside =
        |parent: &Path| parent.iter().take_while(|part| source.is_none_or(|source| *part != source)).any(folder);
    below.parent().is_some_and(outside)
        || stem == "conftest"
        || stem.starts_with("test_")
        || stem.ends_with("_test")
        || stem == "tests"
}

/// Folders whose code is read, copied or run once rather than shipped.
const SCRIPTS: [&str; 7] = ["examples", "example", "docs", "doc", "scripts", "samples", "xtask"];

/// Whether a file is one of those, by its path below the project's root.
fn is_script(config: &Config, path: &Path) -> bool {
    let below = path.strip_prefix(&config.root).unwrap_or(path);
    below.parent().is_some_and(|parent| parent.iter().any(|part| SCRIPTS.iter().any(|script| part == *script)))
}

/// Makes findings of what the rules said, file by file; those that are not told are returned. Only of files that were
/// judged as a whole is it said that a suppression is unused.
fn conclude(
    project: &Project,
    files: &Files,
    known: &[KnownFile],
    said: Vec<Said>,
    judged: impl Fn(&ProjectFile) -> bool,
    report: &mut Report,
) -> Aside {
    let mut aside = Aside::default();
    let unused: RuleSet = rules::find(suppress::UNUSED).into_iter().collect();
    let mut by_file: BTreeMap<FileId, Vec<Said>> = BTreeMap::new();
    for one in said {
        by_file.entry(one.draft.at.file).or_default().push(one);
    }
    for file in files.lowered().filter(|file| known[file.facts.file.0 as usize].reported) {
        let id = file.facts.file;
        let candidate = &known[id.0 as usize].candidate;
        let settings = &candidate.settings;
        let ran = rules_that_run(settings, &candidate.path, project.is_test_file(id));
        let in_tests = rules_that_run(settings, &candidate.path, true);
        let said = by_file.remove(&id).unwrap_or_default();
        let runs = |one: &Said| {
            let ran = if file.facts.is_in_tests(one.draft.at.start) { in_tests } else { ran };
            ran.contains(one.rule)
        };
        let mut findings: Vec<Finding> =
            said.into_iter().filter(|one| runs(one)).map(|one| finding(project, settings, one)).collect();
        findings.sort_by(|a, b| (a.at, a.rule.code, &a.message).cmp(&(b.at, b.rule.code, &b.message)));
        findings.dedup_by(|a, b| a.at == b.at && a.rule.index == b.rule.index);
        let ran = if judged(file) { ran } else { ran.without(unused) };
        let outcome = suppress::apply(&file.source, &file.facts.comments, findings, ran, settings.min_confidence);
        report.counts.suppressed += outcome.suppressed;
        report.findings.extend(outcome.kept);
        aside.unsure.extend(outcome.unsure);
        aside.silenced.extend(outcome.silenced);
        report.findings.extend(outcome.drafts.into_iter().map(|(rule, draft)| own_finding(settings, rule, draft)));
    }
    fold(&mut report.findings);
    report.findings.sort_by(|a, b| (a.at, a.rule.code, &a.message).cmp(&(b.at, b.rule.code, &b.message)));
    let shown =
        report.findings.iter().flat_map(|finding| finding.labels.iter().map(|label| label.span).chain([finding.at]));
    let shown: Vec<Span> = shown.collect();
    report.add_sources(project, &shown);
    fingerprint::stamp(&mut report.findings, &report.sources);
    aside
}

/// Lists the sessions of the files that are reported; those in test code where rules speak there, too.
fn list(project: &Project, known: &[KnownFile], sessions: Vec<Session>, report: &mut Report) {
    let file = |session: &Session| &known[session.at.file.0 as usize];
    let shown =
        |session: &Session| file(session).reported && (!session.test || file(session).candidate.settings.lint_tests);
    report.sessions = sessions.into_iter().filter(shown).collect();
    let held = report.sessions.iter().flat_map(|session| session.settings.values().flatten());
    let spans = held.filter_map(|held| held.at).chain(report.sessions.iter().map(|session| session.at));
    let spans: Vec<Span> = spans.collect();
    report.add_sources(project, &spans);
}

fn rules_that_run(settings: &Settings, path: &Path, test: bool) -> RuleSet {
    let ran = settings.rules_for(path);
    if test { in_tests(settings, ran) } else { ran }
}

fn finding(project: &Project, settings: &Settings, said: Said) -> Finding {
    let Said { rule, draft, about } = said;
    let statement = statement_of(project, about, draft.at);
    Finding { severity: severity(settings, rule, &draft), site: project.span(about), statement, ..plain(rule, draft) }
}

/// The lines of the statement of the site; where a finding is told elsewhere, of the statement there.
fn statement_of(project: &Project, about: ExprRef, at: Span) -> Span {
    let statement = project.statement(about);
    if statement.contains(&at) { statement } else { project.statement_around(at) }
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
    let told: FxHashSet<Span> =
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
    /// Adds the texts that places lie in.
    fn add_sources(&mut self, project: &Project, spans: &[Span]) {
        for span in spans {
            if let Some(known) = project.file(span.file) {
                self.sources.entry(span.file).or_insert_with(|| known.source.clone());
            }
        }
    }

    /// Adds where the files are whose texts are here.
    fn add_paths(&mut self, known: &[KnownFile]) {
        let path = |file: &FileId| Some((*file, known.get(file.0 as usize)?.candidate.path.clone()));
        self.paths = self.sources.keys().filter_map(path).collect();
    }

    /// Drops the texts that no finding and no problem points into any more.
    fn forget_sources(&mut self) {
        let spans =
            self.findings.iter().flat_map(|finding| finding.labels.iter().map(|label| label.span).chain([finding.at]));
        let mut used: FxHashSet<FileId> = spans.map(|span| span.file).collect();
        used.extend(self.problems.iter().filter_map(|problem| problem.file));
        self.sources.retain(|file, _| used.contains(file));
    }

    /// Adds the trouble with the lock files that were looked into for the files that are reported.
    fn add_locks(&mut self, project: &Project, releases: &ByFolder<'_>) {
        let files = project.sites().iter().map(|site| &releases.known[site.call.file.0 as usize]);
        let folders = files.filter(|file| file.reported).map(KnownFile::folder);
        for (index, trouble) in releases.locks.trouble(folders).into_iter().enumerate() {
            // Lock files come after all files of the project.
            let file = trouble.text.map(|text| {
                let file = FileId(offset(releases.known.len() + index));
                self.sources.insert(file, SourceFile::new(file, trouble.path.clone(), text));
                file
            });
            self.problems.push(FileProblem { path: trouble.path, file, problem: trouble.problem });
        }
        self.problems.sort_by(|a, b| {
            (&a.path, a.problem.at, &a.problem.message).cmp(&(&b.path, b.problem.at, &b.problem.message))
        });
    }

    /// Adds the trouble with the files that are reported, and counts those that were parsed.
    fn add_trouble(&mut self, files: &Files, known: &[KnownFile], trouble: Vec<(FileId, Problem)>) {
        for (id, problem) in trouble {
            let file = &known[id.0 as usize];
            if file.reported {
                self.problems.push(FileProblem { path: file.candidate.shown.clone(), file: None, problem });
            }
        }
        // Not those that were only read for what others say: which these are depends on how much was read at first.
        let looked_at = |file: &&ProjectFile| {
            let known = &known[file.facts.file.0 as usize];
            known.reported && (files.uses_library(file.facts.file) || known.named)
        };
        for file in files.lowered().filter(looked_at) {
            self.counts.checked += usize::from(files.uses_library(file.facts.file));
            for problem in &file.facts.problems {
                self.sources.entry(file.facts.file).or_insert_with(|| file.source.clone());
                let path = file.source.path.clone();
                self.problems.push(FileProblem { path, file: Some(file.facts.file), problem: problem.clone() });
            }
        }
    }
}
