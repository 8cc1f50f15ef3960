//! Configuration: files and flags become one [`Config`], resolved, validated and immutable.
//!
//! Layers, each on top of the one before: defaults, the nearest file, `--config KEY=VALUE`, flags. Refuses to know
//! how flags are spelled (that is `cli`) and which files there are to check (that is `discover`).

mod file;
mod libraries;
mod patterns;
mod schema;
mod selection;
mod version;

pub use file::{CONFIDENCES, KEYS, Key, SEVERITIES};
pub use libraries::ChosenLibraries;
pub use patterns::{DEFAULT_EXCLUDES, Patterns, PerFile};
pub use schema::schema;
pub use selection::{RuleSet, Selection, Selector, nearest, parse_fail_on, unknown_rule};

use crate::finding::{Confidence, Severity};
use crate::paths::{self, Naming};
use crate::report::Format;
use crate::rules::Rule;
use crate::source::LineIndex;
use file::Layer;
use patterns::Pattern;
use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use std::fmt;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use toml::de::DeTable;

/// What the command line asks for, without its spelling.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    /// What to report on, as given; empty for the working directory.
    pub paths: Vec<PathBuf>,
    /// The working directory, absolute.
    pub cwd: PathBuf,
    /// Each a file, or a `KEY=VALUE`.
    pub config: Vec<String>,
    /// Whether no configuration file is read.
    pub isolated: bool,
    /// See [`Selection::select`].
    pub select: Option<Vec<String>>,
    /// See [`Selection::extend_select`].
    pub extend_select: Vec<String>,
    /// See [`Selection::ignore`].
    pub ignore: Vec<String>,
    /// Instead of the default excludes.
    pub exclude: Option<Vec<String>>,
    /// Beside them.
    pub extend_exclude: Vec<String>,
    /// Whether excludes hold for named paths too.
    pub force_exclude: bool,
    /// Whether .gitignore and its kin are not read.
    pub no_ignore: bool,
    /// The lowest confidence to show.
    pub min_confidence: Option<Confidence>,
    /// The lowest severity that makes the exit status 1; the inner `None` for never.
    pub fail_on: Option<Option<Severity>>,
    /// How findings are written.
    pub output_format: Option<&'static Format>,
    /// The name of what comes on standard input.
    pub stdin_filename: Option<PathBuf>,
    /// How many threads.
    pub jobs: Option<NonZeroUsize>,
    /// Whether files are parsed although nothing in them may matter.
    pub no_prefilter: bool,
    /// Whether the inventory is asked for, instead of findings.
    pub sites: bool,
    /// The file with the findings that are known, as given.
    pub baseline: Option<PathBuf>,
    /// Whether that file is written.
    pub update_baseline: bool,
    /// The revision against which lines must have changed.
    pub since: Option<String>,
    /// Whether what can be mended is mended.
    pub fix: bool,
    /// Whether fixes count that may change what the program does.
    pub unsafe_fixes: bool,
    /// The texts that an editor holds of files, by their absolute paths: they stand for what is on disk.
    pub open: OpenFiles,
    /// The folder that an editor works in, known as a whole where neither a configuration nor a repository says what is.
    pub workspace: Option<PathBuf>,
}

/// Texts by absolute paths.
pub type OpenFiles = FxHashMap<PathBuf, Arc<str>>;

/// What holds for the files below one folder.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The folder that patterns are relative to: the configuration file's, else the working directory.
    pub base: PathBuf,
    /// The file that it was read from.
    pub file: Option<PathBuf>,
    /// The rules that run; see also [`Settings::rules_for`].
    pub rules: RuleSet,
    /// Rules that are off for some files.
    pub per_file: Vec<PerFile>,
    /// What the walk leaves out.
    pub exclude: Patterns,
    /// Whether .gitignore and its kin are obeyed.
    pub respect_gitignore: bool,
    /// How findings are written, where it is said.
    pub output_format: Option<&'static Format>,
    /// The lowest severity that makes the exit status 1; `None` for never.
    pub fail_on: Option<Severity>,
    /// The lowest confidence that is shown.
    pub min_confidence: Confidence,
    /// Whether rules that are silent in test code speak there.
    pub lint_tests: bool,
    /// Severities that differ from the rule's page.
    pub severities: Vec<(&'static Rule, Severity)>,
    /// What a fix writes for a missing limit per host.
    pub limit_per_host: Option<u32>,
    /// The file with the findings that are known, absolute.
    pub baseline: Option<PathBuf>,
    /// Whether what can be mended is mended.
    pub fix: bool,
    /// Whether fixes count that may change what the program does.
    pub unsafe_fixes: bool,
    /// The libraries that are checked.
    pub libraries: ChosenLibraries,
}

impl Settings {
    /// The rules that run for a file (its absolute path): those selected, without those that `per-file-ignores` turns
    /// off.
    #[must_use]
    pub fn rules_for(&self, path: &Path) -> RuleSet {
        let off = self.per_file.iter().filter(|row| row.matches(path));
        off.fold(self.rules, |rules, row| rules.without(row.rules))
    }

    /// The severity that the configuration gives to a rule; it stands above the page's and the check's.
    #[must_use]
    pub fn severity(&self, rule: &Rule) -> Option<Severity> {
        self.severities.iter().rev().find(|(named, _)| named.index == rule.index).map(|&(_, severity)| severity)
    }

    /// Puts layers on top of each other, the first at the bottom.
    fn new(layers: &[&Layer], base: PathBuf, file: Option<PathBuf>) -> Result<Settings, String> {
        fn last<T: Clone>(layers: &[&Layer], get: impl Fn(&Layer) -> Option<T>) -> Option<T> {
            layers.iter().rev().find_map(|layer| get(layer))
        }
        let rules = layers.iter().fold(RuleSet::defaults(), |rules, layer| layer.selection.apply(rules));
        let exclude = last(layers, |layer| layer.exclude.clone());
        let defaults = exclude.is_none();
        let mut patterns: Vec<Pattern> = exclude.unwrap_or_default();
        patterns.extend(layers.iter().flat_map(|layer| layer.extend_exclude.iter().cloned()));
        Ok(Settings {
            base,
            file,
            rules,
            per_file: last(layers, |layer| layer.per_file.clone()).unwrap_or_default(),
            exclude: Patterns::new(&patterns, defaults)?,
            respect_gitignore: last(layers, |layer| layer.respect_gitignore).unwrap_or(true),
            output_format: last(layers, |layer| layer.output_format),
            fail_on: last(layers, |layer| layer.fail_on).unwrap_or(Some(Severity::Warning)),
            min_confidence: last(layers, |layer| layer.min_confidence).unwrap_or(Confidence::Medium),
            lint_tests: last(layers, |layer| layer.lint_tests).unwrap_or(false),
            severities: layers.iter().flat_map(|layer| layer.severities.iter().copied()).collect(),
            limit_per_host: last(layers, |layer| layer.limit_per_host),
            baseline: last(layers, |layer| layer.baseline.clone()),
            fix: last(layers, |layer| layer.fix).unwrap_or(false),
            unsafe_fixes: last(layers, |layer| layer.unsafe_fixes).unwrap_or(false),
            libraries: last(layers, |layer| layer.libraries.clone()).unwrap_or_default(),
        })
    }
}

/// A configuration that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// The file (as it is shown) or flag that says it.
    pub origin: String,
    /// The line, counted from 1.
    pub line: Option<usize>,
    /// What is wrong, with the remedy.
    pub message: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.origin, self.message),
            None => write!(f, "{}: {}", self.origin, self.message),
        }
    }
}

impl std::error::Error for ConfigError {}

/// Everything that a run is told.
#[derive(Debug)]
pub struct Config {
    /// What to report on, as given; never empty.
    pub paths: Vec<PathBuf>,
    /// The working directory.
    pub cwd: PathBuf,
    /// The folder whose files are known to the run, wherever they lie in it: that of the nearest configuration, else
    /// the repository, else an editor's, else what the paths have in common.
    pub root: PathBuf,
    /// How many threads.
    pub jobs: NonZeroUsize,
    /// Whether only what is named is known: an editor shows a file of no project.
    pub alone: bool,
    /// Whether only files are parsed in which something may matter.
    pub prefilter: bool,
    /// Whether the inventory is asked for, instead of findings.
    pub sites: bool,
    /// Whether the process ends with the run, so that nobody needs its memory any more.
    pub once: bool,
    /// Whether the baseline is written rather than only read.
    pub update_baseline: bool,
    /// The revision against which lines must have changed to be told of.
    pub since: Option<String>,
    /// Whether excludes hold for named paths too.
    pub force_exclude: bool,
    /// The name of what comes on standard input.
    pub stdin_filename: Option<PathBuf>,
    /// The texts that stand for what is on disk.
    pub open: OpenFiles,
    /// What holds for the run as a whole: the settings at [`Config::root`].
    pub run: Arc<Settings>,
    naming: Naming,
    flags: Layer,
    inline: Vec<Layer>,
    source: FileSource,
    cache: RwLock<FxHashMap<PathBuf, Arc<Settings>>>,
}

/// Where configuration files come from.
#[derive(Debug)]
enum FileSource {
    /// The nearest one of each file.
    Nearest,
    /// This one for all; read once.
    Fixed(Arc<Settings>),
}

impl Config {
    /// Resolves flags and the files that they lead to.
    ///
    /// # Errors
    /// Names the flag or file, the line, and the remedy.
    pub fn new(flags: &Flags) -> Result<Config, ConfigError> {
        let paths = if flags.paths.is_empty() { vec![PathBuf::from(".")] } else { flags.paths.clone() };
        let stdin = flags.stdin_filename.as_deref();
        let named = paths.iter().filter_map(|path| if path.as_os_str() == "-" { stdin } else { Some(path.as_path()) });
        let naming = Naming::new(&flags.cwd, named);
        let flag_layer = flag_layer(flags)?;
        let (file, inline) = config_arguments(flags)?;
        let bottom = || {
            let layers: Vec<&Layer> = inline.iter().chain([&flag_layer]).collect();
            Settings::new(&layers, flags.cwd.clone(), None).map(Arc::new).map_err(|message| on("--exclude", message))
        };
        let source = match &file {
            Some(path) => FileSource::Fixed(named_file(path, flags, &naming, &inline, &flag_layer)?),
            None if flags.isolated => FileSource::Fixed(bottom()?),
            None => FileSource::Nearest,
        };
        let mut config = Config {
            cwd: flags.cwd.clone(),
            root: flags.cwd.clone(),
            jobs: flags.jobs.or_else(|| std::thread::available_parallelism().ok()).unwrap_or(NonZeroUsize::MIN),
            alone: false,
            prefilter: !flags.no_prefilter,
            sites: flags.sites,
            once: false,
            update_baseline: flags.update_baseline,
            since: flags.since.clone(),
            force_exclude: flags.force_exclude,
            stdin_filename: flags.stdin_filename.clone(),
            open: flags.open.clone(),
            run: bottom()?,
            naming,
            flags: flag_layer,
            inline,
            source,
            cache: RwLock::default(),
            paths,
        };
        let common = config.common_folder();
        config.run = config.settings_in(&common)?;
        let configured = matches!(config.source, FileSource::Nearest) && config.run.file.is_some();
        config.root = if configured {
            config.run.base.clone()
        } else {
            let workspace = flags.workspace.as_deref().filter(|workspace| common.starts_with(workspace));
            let repository = common.ancestors().find(|folder| folder.join(".git").exists());
            config.alone = !flags.open.is_empty() && repository.or(workspace).is_none();
            repository.or(workspace).unwrap_or(&common).to_owned()
        };
        if config.update_baseline && config.run.baseline.is_none() {
            let message = "no baseline is named: give `--baseline FILE`, or set `baseline` in the configuration";
            return Err(on("--update-baseline", message));
        }
        if config.since.is_some() && config.paths.iter().any(|path| path.as_os_str() == "-") {
            return Err(on("--since", "standard input has no history; name the file, or leave out one of the two"));
        }
        Ok(config)
    }

    /// The settings for a file: those of the nearest configuration file, with the flags on top.
    ///
    /// # Errors
    /// The nearest file cannot be read or used.
    pub fn settings_for(&self, path: &Path) -> Result<Arc<Settings>, ConfigError> {
        self.settings_in(paths::absolute(&self.cwd, path).parent().unwrap_or(&self.cwd))
    }

    /// The settings for what lies directly in a folder (its absolute path).
    ///
    /// # Errors
    /// The nearest file cannot be read or used.
    pub fn settings_in(&self, folder: &Path) -> Result<Arc<Settings>, ConfigError> {
        if let FileSource::Fixed(settings) = &self.source {
            return Ok(Arc::clone(settings));
        }
        if let Some(known) = self.cache.read().unwrap_or_else(PoisonError::into_inner).get(folder) {
            return Ok(Arc::clone(known));
        }
        let settings = match nearest_file(folder, &self.naming)? {
            Some((path, layer)) => {
                let layers: Vec<&Layer> = [&layer].into_iter().chain(&self.inline).chain([&self.flags]).collect();
                let settings = Settings::new(&layers, folder.to_owned(), Some(path.clone()));
                Arc::new(settings.map_err(|message| on(self.shown(&path), message))?)
            }
            None => match folder.parent() {
                Some(parent) => self.settings_in(parent)?,
                None => {
                    let layers: Vec<&Layer> = self.inline.iter().chain([&self.flags]).collect();
                    let settings = Settings::new(&layers, self.cwd.clone(), None);
                    Arc::new(settings.map_err(|message| on("--exclude", message))?)
                }
            },
        };
        let mut cache = self.cache.write().unwrap_or_else(PoisonError::into_inner);
        cache.insert(folder.to_owned(), Arc::clone(&settings));
        Ok(settings)
    }

    /// An absolute path as it is reported.
    #[must_use]
    pub fn shown(&self, path: &Path) -> SmolStr {
        self.naming.of(path)
    }

    /// The configuration files that were read so far, sorted.
    #[must_use]
    pub fn files_read(&self) -> Vec<PathBuf> {
        let cache = self.cache.read().unwrap_or_else(PoisonError::into_inner);
        let fixed = match &self.source {
            FileSource::Fixed(settings) => Some(settings),
            FileSource::Nearest => None,
        };
        let mut files: Vec<PathBuf> =
            cache.values().chain(fixed).filter_map(|settings| settings.file.clone()).collect();
        files.sort();
        files.dedup();
        files
    }

    /// The deepest folder that holds every path.
    pub(crate) fn common_folder(&self) -> PathBuf {
        let folder = |path: &PathBuf| {
            let named = if path.as_os_str() == "-" { self.stdin_filename.as_ref() } else { Some(path) };
            let Some(named) = named else { return self.cwd.clone() };
            let absolute = paths::absolute(&self.cwd, named);
            if absolute.is_dir() { absolute } else { absolute.parent().unwrap_or(&self.cwd).to_owned() }
        };
        let mut folders = self.paths.iter().map(folder);
        let first = folders.next().unwrap_or_else(|| self.cwd.clone());
        folders.fold(first, |mut common, folder| {
            while !folder.starts_with(&common) && common.pop() {}
            common
        })
    }
}

fn unreadable(error: &std::io::Error) -> String {
    format!("cannot be read: {}", paths::reason(error))
}

fn on(origin: impl Into<String>, message: impl Into<String>) -> ConfigError {
    ConfigError { origin: origin.into(), line: None, message: message.into() }
}

fn flag_layer(flags: &Flags) -> Result<Layer, ConfigError> {
    let selectors = |flag: &str, texts: &[String]| -> Result<Vec<Selector>, ConfigError> {
        // A comma at the end is none too many; nothing but commas would mean no rule at all.
        let named = texts.iter().map(|text| text.trim()).filter(|text| !text.is_empty());
        let parse = |text: &str| Selector::parse(text).map_err(|message| on(flag, message));
        let selectors: Vec<Selector> = named.map(parse).collect::<Result<_, _>>()?;
        if selectors.is_empty() && !texts.is_empty() {
            return Err(on(flag, "names no rule; `poolcheck --rules` lists them"));
        }
        Ok(selectors)
    };
    let patterns = |flag: &str, texts: &[String]| -> Result<Vec<Pattern>, ConfigError> {
        texts.iter().map(|text| Pattern::parse(text, &flags.cwd).map_err(|message| on(flag, message))).collect()
    };
    Ok(Layer {
        selection: Selection {
            select: flags.select.as_deref().map(|texts| selectors("--select", texts)).transpose()?,
            extend_select: selectors("--extend-select", &flags.extend_select)?,
            ignore: selectors("--ignore", &flags.ignore)?,
        },
        exclude: flags.exclude.as_deref().map(|texts| patterns("--exclude", texts)).transpose()?,
        extend_exclude: patterns("--extend-exclude", &flags.extend_exclude)?,
        respect_gitignore: flags.no_ignore.then_some(false),
        output_format: flags.output_format,
        fail_on: flags.fail_on,
        min_confidence: flags.min_confidence,
        baseline: flags.baseline.as_deref().map(|path| paths::absolute(&flags.cwd, path)),
        fix: flags.fix.then_some(true),
        unsafe_fixes: flags.unsafe_fixes.then_some(true),
        ..Layer::default()
    })
}

/// Tells the file among the `--config` arguments from the `KEY=VALUE` ones.
fn config_arguments(flags: &Flags) -> Result<(Option<PathBuf>, Vec<Layer>), ConfigError> {
    let mut file: Option<PathBuf> = None;
    let mut inline = Vec::new();
    for argument in &flags.config {
        let path = paths::absolute(&flags.cwd, Path::new(argument));
        if path.is_file() {
            if flags.isolated {
                return Err(on("--config", "a file cannot be given together with --isolated; leave out one of them"));
            }
            if file.replace(path).is_some() {
                return Err(on("--config", "only one file can be given; name the other settings as KEY=VALUE"));
            }
        } else if argument.contains('=') {
            inline.push(inline_layer(argument, &flags.cwd)?);
        } else {
            return Err(on("--config", format!("`{argument}` is neither a file nor KEY=VALUE")));
        }
    }
    Ok((file, inline))
}

fn inline_layer(argument: &str, cwd: &Path) -> Result<Layer, ConfigError> {
    let origin = format!("--config '{argument}'");
    let table = DeTable::parse(argument).map_err(|error| {
        on(&origin, format!("{}; VALUE is TOML, so a text stands in quotes: fail-on=\"error\"", toml_message(&error)))
    })?;
    let layer = file::read_table(table.get_ref(), cwd).map_err(|fault| on(origin, fault.message()))?;
    Ok(layer.rooted(cwd))
}

/// The parser's message in one line.
fn toml_message(error: &toml::de::Error) -> String {
    error.message().trim().replace('\n', "; ")
}

/// How a configuration file's name tells where the table is.
const FILE_NAMES: [(&str, &[&[&str]]); 4] = [
    ("poolcheck.toml", &[&[]]),
    (".poolcheck.toml", &[&[]]),
    ("pyproject.toml", &[&["tool", "poolcheck"]]),
    ("Cargo.toml", &[&["package", "metadata", "poolcheck"], &["workspace", "metadata", "poolcheck"]]),
];

/// The configuration file in a folder; a `pyproject.toml` or `Cargo.toml` without the table is none.
fn nearest_file(folder: &Path, naming: &Naming) -> Result<Option<(PathBuf, Layer)>, ConfigError> {
    for (name, tables) in FILE_NAMES {
        let path = folder.join(name);
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(_) if !path.is_file() => continue,
            Err(error) => return Err(on(naming.of(&path), unreadable(&error))),
        };
        // A file of other tools is not ours to judge unless it mentions us.
        if !tables[0].is_empty() && memchr::memmem::find(&bytes, b"poolcheck").is_none() {
            continue;
        }
        if let Some(layer) = read_file(&path, bytes, tables, folder, naming)? {
            return Ok(Some((path, layer)));
        }
    }
    Ok(None)
}

/// The file that `--config` names; patterns in it are relative to the working directory, as in ruff.
fn named_file(
    path: &Path,
    flags: &Flags,
    naming: &Naming,
    inline: &[Layer],
    over: &Layer,
) -> Result<Arc<Settings>, ConfigError> {
    let origin = naming.of(path);
    let bytes = std::fs::read(path).map_err(|error| on(origin.as_str(), unreadable(&error)))?;
    let name = path.file_name().unwrap_or_default();
    let tables = FILE_NAMES.iter().find(|(known, _)| name == *known).map_or(FILE_NAMES[0].1, |(_, tables)| tables);
    let Some(layer) = read_file(path, bytes, tables, &flags.cwd, naming)? else {
        let keys: Vec<String> = tables.iter().map(|keys| format!("[{}]", keys.join("."))).collect();
        return Err(on(origin, format!("has no table {}", keys.join(" or "))));
    };
    let layers: Vec<&Layer> = [&layer].into_iter().chain(inline).chain([over]).collect();
    let settings = Settings::new(&layers, flags.cwd.clone(), Some(path.to_owned()));
    settings.map(Arc::new).map_err(|message| on(origin, message))
}

/// Reads the first of `tables` that the file has.
fn read_file(
    path: &Path,
    bytes: Vec<u8>,
    tables: &[&[&str]],
    base: &Path,
    naming: &Naming,
) -> Result<Option<Layer>, ConfigError> {
    let origin = naming.of(path);
    let text = String::from_utf8(bytes).map_err(|_| on(origin.as_str(), "is not UTF-8, which TOML is"))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let at = |offset: usize, message: String| ConfigError {
        origin: origin.as_str().to_owned(),
        line: Some(LineIndex::new(text).line(crate::source::offset(offset)) + 1),
        message,
    };
    let document =
        DeTable::parse(text).map_err(|error| at(error.span().map_or(0, |span| span.start), toml_message(&error)))?;
    for keys in tables {
        let mut table = Some(document.get_ref());
        for (depth, key) in keys.iter().enumerate() {
            let value = table.and_then(|table| table.get(*key));
            table = value.and_then(|value| value.get_ref().as_table());
            if let Some(value) = value.filter(|_| table.is_none() && depth + 1 == keys.len()) {
                return Err(at(value.span().start, format!("`{}` is no table", keys.join("."))));
            }
        }
        if let Some(table) = table {
            let layer = file::read_table(table, base);
            let layer = layer.map_err(|fault| at(fault.at.start, fault.message()))?;
            // A file, unlike a pattern, is relative to the file that names it even where `--config` names that one.
            return Ok(Some(layer.rooted(path.parent().unwrap_or(base))));
        }
    }
    Ok(None)
}
