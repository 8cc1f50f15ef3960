//! The `poolcheck` command: flags in, exit status out. The only place that prints errors and exits.

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};
use poolcheck::cli::{Cli, ColorChoice};
use poolcheck::config::{Config, Flags, KEYS, unknown_rule};
use poolcheck::discover::discover;
use poolcheck::engine;
use poolcheck::finding::Severity;
use poolcheck::fix::{self, Done, probe, replace, shown};
use poolcheck::languages::language_of;
use poolcheck::lsp;
use poolcheck::paths::{reason, tame};
use poolcheck::progress::Progress;
use poolcheck::report::{FORMATS, Format, ListForm, Report, SITE_FORMATS, Style, page, summary};
use poolcheck::rules;
use poolcheck::suppress::write_ignores;
use std::fs::OpenOptions;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

#[cfg(all(
    feature = "jemalloc",
    unix,
    not(target_os = "android"),
    not(target_os = "openbsd"),
    any(target_arch = "x86_64", target_arch = "aarch64")
))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// poolcheck could not do its work.
const UNABLE: u8 = 2;

/// Why a run ends early.
enum Stop {
    /// With a message and status 2.
    Error(String),
    /// Nobody reads the output any more.
    ClosedPipe,
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Stop {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Stop::ClosedPipe,
            _ => Stop::Error(format!("the output cannot be written: {}", reason(&error))),
        }
    }
}

impl From<poolcheck::config::ConfigError> for Stop {
    fn from(error: poolcheck::config::ConfigError) -> Stop {
        Stop::Error(error.to_string())
    }
}

fn main() -> ExitCode {
    let status = match Cli::try_parse() {
        // Trouble with one file is caught where it is met; this is trouble with all of them.
        Ok(cli) => catch_unwind(AssertUnwindSafe(|| run(&cli)))
            .unwrap_or_else(|_| Err(Stop::Error("poolcheck failed; please report it with the lines above".to_owned()))),
        Err(error) => usage(&error),
    };
    match status {
        Ok(status) => ExitCode::from(status),
        Err(Stop::ClosedPipe) => ExitCode::SUCCESS,
        Err(Stop::Error(message)) => {
            complain(&message);
            ExitCode::from(UNABLE)
        }
    }
}

/// Writes an error to stderr. There is nowhere left to report that stderr is closed.
fn complain(message: &str) {
    let _ = writeln!(io::stderr(), "poolcheck: error: {}", tame(message));
}

/// Help and version go to stdout; a wrong command line is an error in our own form.
fn usage(error: &clap::Error) -> Result<u8, Stop> {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        let text = error.render();
        let mut out = io::stdout().lock();
        if out.is_terminal() && wants_color(ColorChoice::Auto, true) {
            write!(out, "{}", text.ansi())?;
        } else {
            write!(out, "{text}")?;
        }
        out.flush()?;
        return Ok(0);
    }
    let text = error.render().to_string();
    let text = text.strip_prefix("error: ").unwrap_or(&text);
    // clap repeats arguments as they are, and a file's name can be one.
    let text: Vec<_> = text.split('\n').map(tame).collect();
    let _ = write!(io::stderr(), "poolcheck: error: {}", text.join("\n"));
    Ok(UNABLE)
}

fn run(cli: &Cli) -> Result<u8, Stop> {
    if cli.rules || cli.explain.is_some() {
        return show_rules(cli);
    }
    if cli.man || cli.completions.is_some() {
        return write_manual(cli);
    }
    if cli.lsp {
        // What an editor does not end in good order is an error, which the protocol gives this status.
        return Ok(u8::from(!lsp::serve(&flags(cli)?).map_err(Stop::Error)?));
    }
    let started = Instant::now();
    let mut config = Config::new(&flags(cli)?)?;
    // Fixes are followed by another run.
    config.once = !config.run.fix;
    refuse_to_write(cli)?;
    refuse_to_overwrite(cli, &config)?;
    if cli.show_settings {
        return show_settings(cli, &config);
    }
    if cli.show_files {
        return show_files(cli, &config);
    }
    let format = config.run.output_format.unwrap_or_else(|| Format::default_for(is_terminal(cli)));
    if cli.sites {
        return show_sites(cli, &config, format);
    }
    let statistics = cli.statistics.then(|| list_form("--statistics", cli.output_format, format)).transpose()?;
    let (mut out, style) = output(cli)?;
    let mut report = with_progress(cli, |progress| engine::check(&config, progress))?;
    if cli.diff {
        return show_diff(cli, &config, &mut report, out);
    }
    if config.run.fix && may_mend(cli) {
        report = mend(cli, &config, report)?;
    }
    keep_baseline(&report)?;
    let mut added = cli.add_ignore.as_deref().map(|reason| write_ignores(&config, &mut report, reason));
    if let Some(added) = &mut added {
        report.errors.append(&mut added.failed);
    }
    match statistics {
        Some(form) => summary::statistics(&report, form, &mut out)?,
        None => (format.write)(&report, style, &mut out)?,
    }
    out.end(&report)?;
    if cli.verbose {
        tell_verbose(&config, &report, started);
    }
    if let Some(added) = &added {
        tell_done(cli, added, |text| summary::added(added, text));
    }
    finish(cli, &report, config.run.fail_on)
}

/// The paths that are named. A name for what is read from standard input says that it is read.
fn paths(cli: &Cli) -> Result<Vec<PathBuf>, Stop> {
    match &cli.stdin_filename {
        Some(_) if cli.paths.is_empty() => Ok(vec![PathBuf::from("-")]),
        Some(_) if !cli.paths.iter().any(|path| path.as_os_str() == "-") => {
            Err(Stop::Error("--stdin-filename: standard input is not among the paths; add `-`".to_owned()))
        }
        _ => Ok(cli.paths.clone()),
    }
}

/// Refuses what cannot be written.
fn refuse_to_write(cli: &Cli) -> Result<(), Stop> {
    let flag = match (cli.fix, cli.diff) {
        (true, _) => "--fix",
        (_, true) => "--diff",
        _ => "--add-ignore",
    };
    let writes = cli.fix || cli.diff || cli.add_ignore.is_some();
    if writes && cli.paths.iter().any(|path| path.as_os_str() == "-") {
        return Err(Stop::Error(format!("{flag}: standard input cannot be written to; name the file")));
    }
    if cli.add_ignore.as_ref().is_some_and(|reason| reason.chars().any(char::is_control)) {
        return Err(Stop::Error(format!("{flag}: the reason must be one line without control characters")));
    }
    Ok(())
}

/// Whether files may be mended where the configuration asks for it: not where something else is to be written into them or
/// about them, and not where one of them has no place to be written to.
fn may_mend(cli: &Cli) -> bool {
    let stdin = cli.stdin_filename.is_some() || cli.paths.iter().any(|path| path.as_os_str() == "-");
    cli.add_ignore.is_none() && !cli.update_baseline && !stdin
}

/// How often fixes are applied at most: each round mends what the one before made way for.
const ROUNDS: usize = 10;

/// Applies fixes until none is left; what is left to tell.
fn mend(cli: &Cli, config: &Config, mut report: Report) -> Result<Report, Stop> {
    let mut all = Done::default();
    for _ in 0..ROUNDS {
        let done = fix::apply(config, &report, true);
        all.findings += done.findings;
        all.files = all.files.max(done.files);
        all.left = done.left;
        all.failed = done.failed;
        if done.findings == 0 {
            break;
        }
        report = with_progress(cli, |progress| engine::check(config, progress))?;
    }
    tell_done(cli, &all, |text| summary::fixed(&all, true, text));
    report.errors.append(&mut all.failed);
    Ok(report)
}

/// Writes what fixes would change; status 1 where that is something.
fn show_diff(cli: &Cli, config: &Config, report: &mut Report, mut out: Output) -> Result<u8, Stop> {
    let mut done = fix::apply(config, report, false);
    if is_terminal(cli) {
        out.write_all(shown(&done.diff).as_bytes())?
    } else {
        out.write_all(&done.diff)?
    };
    out.end(report)?;
    tell_problems(report);
    tell_done(cli, &done, |text| summary::fixed(&done, false, text));
    report.errors.append(&mut done.failed);
    for error in &report.errors {
        complain(error);
    }
    let status = report.status(None, cli.strict).max(u8::from(!done.diff.is_empty()));
    Ok(if cli.exit_zero && status == 1 { 0 } else { status })
}

/// Writes the baseline, where that was asked for.
fn keep_baseline(report: &Report) -> Result<(), Stop> {
    let Some(updated) = report.baseline.as_ref().and_then(|baseline| baseline.updated.as_ref()) else { return Ok(()) };
    replace(updated.path(), updated.text().as_bytes()).map_err(|error| {
        let (path, why) = (updated.path().display(), reason(&error));
        Stop::Error(format!("{path}: the baseline cannot be written: {why}"))
    })
}

/// Tells what was written into files, and what could not be.
fn tell_done(cli: &Cli, done: &Done, tell: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) {
    for left in &done.left {
        let _ = writeln!(io::stderr(), "poolcheck: warning: {}", tame(left));
    }
    if !cli.quiet {
        let mut text = Vec::new();
        let _ = tell(&mut text).and_then(|()| io::stderr().write_all(&text));
    }
}

/// Writes what packagers install beside the command.
fn write_manual(cli: &Cli) -> Result<u8, Stop> {
    let mut command = Cli::command();
    let mut text = Vec::new();
    match cli.completions {
        Some(shell) => clap_complete::generate(shell, &mut command, "poolcheck", &mut text),
        None => clap_mangen::Man::new(command).render(&mut text)?,
    }
    let (mut out, _) = output(cli)?;
    out.write_all(&text)?;
    out.finish()?;
    Ok(0)
}

/// Writes the inventory. A format without a form for it is an error where the flag names it; in a configuration it
/// speaks of findings.
fn show_sites(cli: &Cli, config: &Config, format: &Format) -> Result<u8, Stop> {
    let write = match (format.sites(), cli.output_format) {
        (Some(write), _) => write,
        (None, None) => SITE_FORMATS[0].1,
        (None, Some(_)) => {
            let known: Vec<&str> = SITE_FORMATS.iter().map(|(name, _)| *name).collect();
            let name = format.name;
            return Err(Stop::Error(format!("--sites has no form in `{name}`; it is written as {}", known.join(", "))));
        }
    };
    let (mut out, style) = output(cli)?;
    let report = with_progress(cli, |progress| engine::check(config, progress))?;
    write(&report, style, &mut out)?;
    out.end(&report)?;
    if !cli.quiet {
        let mut ending = Vec::new();
        summary::sessions(&report, &mut ending)?;
        let _ = io::stderr().write_all(&ending);
    }
    for error in &report.errors {
        complain(error);
    }
    Ok(report.status(None, cli.strict))
}

/// What a list is written as. A format without a form for it is an error where the flag names it; in a configuration it
/// speaks of findings.
fn list_form(flag: &str, named: Option<&Format>, format: &Format) -> Result<ListForm, Stop> {
    match (format.list, named) {
        (Some(form), _) => Ok(form),
        (None, None) => Ok(ListForm::Text),
        (None, Some(_)) => {
            let known = FORMATS.iter().filter(|format| format.list.is_some());
            let known: Vec<&str> = known.map(|format| format.name).collect();
            Err(Stop::Error(format!("{flag} has no form in `{}`; it is written as {}", format.name, known.join(", "))))
        }
    }
}

/// Tells the problems where the output has no place for them.
fn tell_problems(report: &Report) {
    let mut text = Vec::new();
    let _ = summary::problems(report, &mut text).and_then(|()| io::stderr().write_all(&text));
}

/// Ends a run that was written: errors, closing lines, status.
fn finish(cli: &Cli, report: &Report, fail_on: Option<Severity>) -> Result<u8, Stop> {
    if cli.statistics {
        tell_problems(report);
    }
    if !cli.quiet && !cli.statistics {
        let mut ending = Vec::new();
        summary::ending(report, &mut ending)?;
        let _ = io::stderr().write_all(&ending);
    }
    for error in &report.errors {
        complain(error);
    }
    let status = report.status(fail_on, cli.strict);
    Ok(if cli.exit_zero && status == 1 { 0 } else { status })
}

fn flags(cli: &Cli) -> Result<Flags, Stop> {
    let cwd = std::env::current_dir()
        .map_err(|error| Stop::Error(format!("the working directory cannot be found: {}", reason(&error))))?;
    Ok(Flags {
        paths: paths(cli)?,
        cwd,
        config: cli.config.clone(),
        isolated: cli.isolated,
        select: cli.select.clone(),
        extend_select: cli.extend_select.clone(),
        ignore: cli.ignore.clone(),
        exclude: cli.exclude.clone(),
        extend_exclude: cli.extend_exclude.clone(),
        force_exclude: cli.force_exclude,
        no_ignore: cli.no_ignore,
        min_confidence: cli.min_confidence,
        fail_on: cli.fail_on.map(|fail_on| fail_on.0),
        output_format: cli.output_format,
        stdin_filename: cli.stdin_filename.clone(),
        jobs: cli.jobs,
        no_prefilter: cli.no_prefilter,
        sites: cli.sites,
        baseline: cli.baseline.clone(),
        update_baseline: cli.update_baseline,
        since: cli.since.clone(),
        fix: cli.fix,
        unsafe_fixes: cli.unsafe_fixes,
        ..Flags::default()
    })
}

fn is_terminal(cli: &Cli) -> bool {
    cli.output_file.is_none() && io::stdout().is_terminal()
}

/// Where the output goes.
enum Output {
    /// It goes there at once.
    Stream(BufWriter<Box<dyn Write>>),
    /// A file gets it when all of it is there.
    File(PathBuf, Vec<u8>),
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Output::Stream(stream) => stream.write(bytes),
            Output::File(_, text) => text.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Output::Stream(stream) => stream.flush(),
            Output::File(..) => Ok(()),
        }
    }
}

impl Output {
    /// Where `--output-file` says. That a file can be written is known before the work, so that a run is not lost to a
    /// mistyped path.
    fn to(path: &Path) -> Result<Output, Stop> {
        if is_stream(path) {
            // What is there already is of whoever opened it.
            let stream = OpenOptions::new().append(true).open(path).map_err(|error| unwritable(path, &error))?;
            return Ok(Output::over(Box::new(stream)));
        }
        probe(path).map_err(|error| unwritable(path, &error))?;
        Ok(Output::File(path.to_owned(), Vec::new()))
    }

    fn over(stream: Box<dyn Write>) -> Output {
        Output::Stream(BufWriter::with_capacity(1 << 16, stream))
    }

    /// Ends the output.
    fn finish(mut self) -> Result<(), Stop> {
        self.flush()?;
        match &self {
            Output::Stream(_) => Ok(()),
            Output::File(path, text) => replace(path, text).map_err(|error| unwritable(path, &error)),
        }
    }

    /// Ends the output of a run; what a file held stays where nothing could be looked at.
    fn end(mut self, report: &Report) -> Result<(), Stop> {
        if report.counts.files == 0 && !report.errors.is_empty() {
            return Ok(self.flush()?);
        }
        self.finish()
    }
}

/// Whether what is written to a path goes to a device, a pipe, or whatever the process was given.
fn is_stream(path: &Path) -> bool {
    let given = ["/dev/stdout", "/dev/stderr", "/dev/fd", "/proc"].iter().any(|given| path.starts_with(given));
    given || path.metadata().is_ok_and(|meta| !meta.is_file() && !meta.is_dir())
}

fn unwritable(path: &Path, error: &io::Error) -> Stop {
    Stop::Error(format!("--output-file: {} cannot be written: {}", path.display(), reason(error)))
}

/// Refuses to write the output into a file that is checked.
fn refuse_to_overwrite(cli: &Cli, config: &Config) -> Result<(), Stop> {
    let Some((shown, path)) = cli.output_file.as_ref().and_then(|path| Some((path, path.canonicalize().ok()?))) else {
        return Ok(());
    };
    let is_it = |other: &Path| other.canonicalize().is_ok_and(|other| other == path);
    let named = cli.paths.iter().any(|named| is_it(named));
    // Most reports are in no language that is checked, so that nobody need look for them among the files.
    let found = || Ok::<_, Stop>(discover(config)?.files.iter().any(|file| is_it(&file.path)));
    if path.is_file() && (named || language_of(&path).is_some() && found()?) {
        let shown = shown.display();
        return Err(Stop::Error(format!("--output-file: {shown} is one of the files that are checked; name another")));
    }
    Ok(())
}

/// What can be shown where the output goes, and that.
fn output(cli: &Cli) -> Result<(Output, Style), Stop> {
    let terminal = is_terminal(cli);
    let style = Style {
        color: wants_color(cli.color, terminal),
        links: terminal && supports_hyperlinks::on(supports_hyperlinks::Stream::Stdout),
        unicode: !terminal || supports_unicode::on(supports_unicode::Stream::Stdout),
        width: if terminal { width() } else { Style::PLAIN.width },
    };
    let out = match &cli.output_file {
        Some(path) => Output::to(path)?,
        None => Output::over(Box::new(io::stdout().lock())),
    };
    Ok((out, style))
}

fn width() -> usize {
    terminal_size::terminal_size().map_or(Style::PLAIN.width, |(width, _)| usize::from(width.0)).clamp(40, 200)
}

fn wants_color(choice: ColorChoice, terminal: bool) -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let on = |name: &str| set(name) && std::env::var_os(name).is_some_and(|value| value != "0");
    match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto if set("NO_COLOR") => false,
        ColorChoice::Auto if on("FORCE_COLOR") || on("CLICOLOR_FORCE") => true,
        ColorChoice::Auto => terminal && std::env::var_os("TERM").is_none_or(|term| term != "dumb"),
    }
}

fn show_rules(cli: &Cli) -> Result<u8, Stop> {
    let form = match cli.output_format {
        Some(format) if cli.rules => list_form("--rules", cli.output_format, format)?,
        _ => ListForm::Text,
    };
    let (mut out, style) = output(cli)?;
    match &cli.explain {
        Some(name) => match rules::find(name) {
            Some(rule) => page::explain(rule, style, &mut out)?,
            None => return Err(Stop::Error(format!("--explain: {}", no_single_rule(name)))),
        },
        None => page::list(form, &mut out)?,
    }
    out.finish()?;
    Ok(0)
}

/// Says which rules begin like this, or which is the nearest.
fn no_single_rule(name: &str) -> String {
    let begin = |text: &str| text.get(..name.len()).is_some_and(|part| part.eq_ignore_ascii_case(name));
    let begins = |rule: &&rules::Rule| begin(rule.code) || begin(rule.name);
    let near: Vec<String> =
        rules::all().iter().filter(begins).map(|rule| format!("{} ({})", rule.code, rule.name)).collect();
    if name.is_empty() || near.is_empty() {
        return unknown_rule(name);
    }
    format!("`{name}` is the beginning of {}; name one of them", near.join(", "))
}

fn show_files(cli: &Cli, config: &Config) -> Result<u8, Stop> {
    let (mut out, _) = output(cli)?;
    let found = discover(config)?;
    for file in &found.files {
        writeln!(out, "{}", tame(&file.shown))?;
    }
    out.finish()?;
    for problem in &found.problems {
        let _ =
            writeln!(io::stderr(), "poolcheck: warning: {}: {}", tame(&problem.path), tame(&problem.problem.message));
    }
    for error in &found.errors {
        complain(error);
    }
    let unable = !found.errors.is_empty() || (cli.strict && !found.problems.is_empty());
    Ok(if unable { UNABLE } else { 0 })
}

fn show_settings(cli: &Cli, config: &Config) -> Result<u8, Stop> {
    let first = &config.paths[0];
    if first.as_os_str() != "-" {
        let unreadable = |error| Stop::Error(format!("{}: cannot be read: {}", first.display(), reason(&error)));
        first.metadata().map_err(unreadable)?;
    }
    let (mut out, _) = output(cli)?;
    let settings =
        if first.is_dir() { config.settings_for(&first.join("any"))? } else { config.settings_for(first)? };
    match &settings.file {
        Some(file) => writeln!(out, "# from {}", tame(&file.to_string_lossy()))?,
        None => writeln!(out, "# no configuration file")?,
    }
    writeln!(out, "# project root: {}", tame(&config.root.to_string_lossy()))?;
    for key in KEYS {
        if let Some(value) = (key.show)(&settings) {
            writeln!(out, "{} = {value}", key.name)?;
        }
    }
    out.finish()?;
    Ok(0)
}

fn tell_verbose(config: &Config, report: &Report, started: Instant) {
    let mut err = io::stderr().lock();
    for file in config.files_read() {
        let _ = writeln!(err, "poolcheck: read {}", tame(&file.to_string_lossy()));
    }
    if let Some(unchanged) = &report.unchanged {
        let (revision, base) = (tame(&unchanged.revision), &unchanged.base);
        let _ = writeln!(err, "poolcheck: changes since {revision} are counted from commit {base}");
    }
    let _ = writeln!(err, "poolcheck: project root {}", tame(&config.root.to_string_lossy()));
    let _ = writeln!(err, "poolcheck: {:.2} s with {} threads", started.elapsed().as_secs_f64(), config.jobs);
}

/// Does the work and meanwhile, where it takes long and a person watches, draws a progress bar on stderr.
fn with_progress<T>(cli: &Cli, work: impl FnOnce(&Progress) -> T) -> T {
    let progress = Progress::default();
    if cli.no_progress || cli.quiet || !io::stderr().is_terminal() {
        return work(&progress);
    }
    std::thread::scope(|scope| {
        let (done, wait) = mpsc::channel::<()>();
        let progress = &progress;
        scope.spawn(move || {
            let mut drawn = false;
            let mut pause = Duration::from_millis(600);
            while wait.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
                pause = Duration::from_millis(100);
                drawn = true;
                let _ = io::stderr().write_all(bar(progress.state()).as_bytes());
            }
            if drawn {
                let _ = io::stderr().write_all(b"\r\x1b[K");
            }
        });
        let result = work(progress);
        drop(done);
        result
    })
}

fn bar((done, total): (usize, usize)) -> String {
    const CELLS: usize = 30;
    let filled = (done * CELLS).checked_div(total).unwrap_or(0).min(CELLS);
    format!("\r\x1b[K[{}{}] {done}/{total} files", "=".repeat(filled), " ".repeat(CELLS - filled))
}
