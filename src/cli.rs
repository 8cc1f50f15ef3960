//! The command line's definitions, nothing else.

use crate::config::{CONFIDENCES, parse_fail_on};
use crate::finding::{Confidence, Severity};
use crate::report::{FORMATS, Format};
use crate::rules;
use clap::builder::{PossibleValue, PossibleValuesParser, StringValueParser, TypedValueParser};
use clap::{Arg, ArgAction, Command, Parser, ValueEnum};
use clap_complete::Shell;
use std::ffi::OsStr;
use std::num::NonZeroUsize;
use std::path::PathBuf;

const AFTER: &str = "\
Exit status:
  0  nothing at or above --fail-on
  1  findings
  2  poolcheck could not do its work: a wrong option or configuration, a named path that cannot
     be read, output or a file to be mended that cannot be written; with --strict also a file that
     does not parse

Examples:
  poolcheck                                check the working directory
  poolcheck --select PC1,PC301 src         only some rules
  poolcheck --output-format json -o report.json
  poolcheck --explain session-per-request

What is meant to be so stands in the code: `# poolcheck: ignore[PC301] reason`";

/// Finds wrong HTTP-client pool and timeout configuration before production does
#[derive(Debug, Parser)]
#[command(name = "poolcheck", version, about, after_help = AFTER, max_term_width = 100)]
pub struct Cli {
    /// Files or folders to check, `-` for standard input (default: .)
    pub paths: Vec<PathBuf>,

    /// Rules that run instead of the default ones: codes, their beginnings (PC1, PC30), names, or ALL
    #[arg(
        long,
        value_name = "RULES",
        value_delimiter = ',',
        value_parser = RuleNames,
        hide_possible_values = true,
        help_heading = "Rules"
    )]
    pub select: Option<Vec<String>>,
    /// Rules that do not run; the more exact of --select and --ignore wins
    #[arg(
        long,
        value_name = "RULES",
        value_delimiter = ',',
        value_parser = RuleNames,
        hide_possible_values = true,
        help_heading = "Rules"
    )]
    pub ignore: Vec<String>,
    /// Rules that run beside those selected
    #[arg(
        long,
        value_name = "RULES",
        value_delimiter = ',',
        value_parser = RuleNames,
        hide_possible_values = true,
        help_heading = "Rules"
    )]
    pub extend_select: Vec<String>,
    /// The lowest confidence that is shown (default: medium)
    #[arg(long, value_name = "CONFIDENCE", value_parser = confidence(), help_heading = "Rules")]
    pub min_confidence: Option<Confidence>,
    /// Show a rule's page and exit
    #[arg(long, value_name = "RULE", value_parser = RuleNames, hide_possible_values = true, help_heading = "Rules")]
    pub explain: Option<String>,
    /// List all rules and exit
    #[arg(long, help_heading = "Rules")]
    pub rules: bool,

    /// How findings are written (default: full on a terminal, else concise)
    #[arg(long, value_name = "FORMAT", value_parser = format(), help_heading = "Output")]
    pub output_format: Option<&'static Format>,
    /// Write to a file instead of standard output
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    pub output_file: Option<PathBuf>,
    /// List every session with its timeouts and its pool, instead of the findings
    #[arg(long, conflicts_with = "statistics", help_heading = "Output")]
    pub sites: bool,
    /// Show how many findings each rule has, instead of the findings: as text, json or json-lines
    #[arg(long, help_heading = "Output")]
    pub statistics: bool,
    /// When to colour; NO_COLOR, FORCE_COLOR and CLICOLOR_FORCE are obeyed
    #[arg(long, value_name = "WHEN", default_value = "auto", help_heading = "Output")]
    pub color: ColorChoice,
    /// Never show a progress bar
    #[arg(long, help_heading = "Output")]
    pub no_progress: bool,
    /// Only findings and errors: no closing lines
    #[arg(short, long, conflicts_with = "verbose", help_heading = "Output")]
    pub quiet: bool,
    /// Tell what was read and how long it took
    #[arg(short, long, help_heading = "Output")]
    pub verbose: bool,

    /// Mend what can be mended without changing what the program does
    #[arg(long, conflicts_with_all = ["sites", "add_ignore", "update_baseline"], help_heading = "Fixes")]
    pub fix: bool,
    /// Count fixes, too, that may change what the program does
    #[arg(long, conflicts_with_all = ["sites", "add_ignore", "update_baseline"], help_heading = "Fixes")]
    pub unsafe_fixes: bool,
    /// Show what --fix would change, and change nothing; the exit status is 1 where that is something
    #[arg(
        long,
        conflicts_with_all = ["fix", "sites", "statistics", "add_ignore", "update_baseline"],
        help_heading = "Fixes"
    )]
    pub diff: bool,

    /// Tell only findings that this file does not hold
    #[arg(long, value_name = "FILE", help_heading = "Adoption")]
    pub baseline: Option<PathBuf>,
    /// Write the findings into the baseline, and take out of it what is fixed
    #[arg(long, conflicts_with = "sites", help_heading = "Adoption")]
    pub update_baseline: bool,
    /// Tell only findings where lines changed since a git revision, committed or not
    #[arg(long, value_name = "REV", conflicts_with = "sites", help_heading = "Adoption")]
    pub since: Option<String>,
    /// Write a comment that silences it beside each finding, with a reason
    #[arg(
        long,
        value_name = "REASON",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "",
        conflicts_with_all = ["sites", "update_baseline", "statistics"],
        help_heading = "Adoption"
    )]
    pub add_ignore: Option<String>,

    /// The lowest severity that makes the exit status 1 (default: warning)
    #[arg(long, value_name = "SEVERITY", value_parser = fail_on(), help_heading = "Exit status")]
    pub fail_on: Option<FailOn>,
    /// Exit with 0 although there are findings
    #[arg(long, help_heading = "Exit status")]
    pub exit_zero: bool,
    /// Exit with 2 where a file could not be parsed or read
    #[arg(long, help_heading = "Exit status")]
    pub strict: bool,

    /// A configuration file to use instead of the nearest ones, or a setting such as 'fail-on="error"'
    #[arg(long, value_name = "FILE|KEY=VALUE", help_heading = "Configuration")]
    pub config: Vec<String>,
    /// Read no configuration file
    #[arg(long, help_heading = "Configuration")]
    pub isolated: bool,
    /// Show the settings for the first path and exit
    #[arg(long, help_heading = "Configuration")]
    pub show_settings: bool,

    /// Globs of files and folders to leave out, instead of the default ones
    #[arg(long, value_name = "GLOBS", value_delimiter = ',', help_heading = "Files")]
    pub exclude: Option<Vec<String>>,
    /// Globs of files and folders to leave out beside these
    #[arg(long, value_name = "GLOBS", value_delimiter = ',', help_heading = "Files")]
    pub extend_exclude: Vec<String>,
    /// Leave out what is excluded or ignored even when it is named (for pre-commit)
    #[arg(long, help_heading = "Files")]
    pub force_exclude: bool,
    /// Do not read .gitignore and its kin
    #[arg(long, help_heading = "Files")]
    pub no_ignore: bool,
    /// The name of what is read from standard input
    #[arg(long, value_name = "PATH", help_heading = "Files")]
    pub stdin_filename: Option<PathBuf>,
    /// List the files that would be checked and exit
    #[arg(long, help_heading = "Files")]
    pub show_files: bool,
    /// Serve an editor as a language server, on standard input and output
    #[arg(
        long,
        conflicts_with_all = [
            "paths", "output_format", "output_file", "sites", "statistics", "fix", "diff", "update_baseline", "since",
            "add_ignore", "stdin_filename", "explain", "rules", "show_settings", "show_files", "completions", "man",
        ],
        help_heading = "Files"
    )]
    pub lsp: bool,
    /// How many threads (default: one for each processor)
    #[arg(short, long, value_name = "N", value_parser = jobs, help_heading = "Files")]
    pub jobs: Option<NonZeroUsize>,
    /// Write a shell's completions to standard output and exit
    #[arg(long, value_name = "SHELL", value_enum, help_heading = "Installation")]
    pub completions: Option<Shell>,
    /// Write the manual page to standard output and exit
    #[arg(long, help_heading = "Installation")]
    pub man: bool,
    /// Parse every file, also those in which nothing can matter: the same findings, slower
    #[arg(long, hide = true, action = ArgAction::SetTrue)]
    pub no_prefilter: bool,
}

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless the environment says otherwise.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The lowest severity that fails a run; `None` for never.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FailOn(pub Option<Severity>);

/// Any text, of which shells are told the rules' codes and names: that a text names no rule, or several, is answered
/// better elsewhere.
#[derive(Debug, Clone, Copy)]
struct RuleNames;

impl TypedValueParser for RuleNames {
    type Value = String;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<String, clap::Error> {
        StringValueParser::new().parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let names = rules::all().iter().flat_map(|rule| [rule.code, rule.name]);
        Some(Box::new(names.map(PossibleValue::new)))
    }
}

fn jobs(text: &str) -> Result<NonZeroUsize, String> {
    let number = text.parse::<usize>().map_err(|_| "a whole number above 0 is wanted here".to_owned())?;
    NonZeroUsize::new(number)
        .ok_or_else(|| "jobs may not be 0; leave the flag out for one for each processor".to_owned())
}

fn format() -> impl TypedValueParser<Value = &'static Format> {
    let values = FORMATS.iter().map(|format| PossibleValue::new(format.name).help(format.about));
    PossibleValuesParser::new(values).try_map(|name| Format::parse(&name))
}

fn confidence() -> impl TypedValueParser<Value = Confidence> {
    PossibleValuesParser::new(CONFIDENCES.map(|(name, _)| name)).try_map(|name| {
        let found = CONFIDENCES.iter().find(|(known, _)| *known == name);
        found.map(|&(_, confidence)| confidence).ok_or("unknown confidence")
    })
}

fn fail_on() -> impl TypedValueParser<Value = FailOn> {
    PossibleValuesParser::new(["error", "warning", "info", "never"]).try_map(|name| parse_fail_on(&name).map(FailOn))
}

#[cfg(test)]
mod tests {
    use super::Cli;
    use clap::CommandFactory;

    #[test]
    fn the_definitions_hold_together() {
        Cli::command().debug_assert();
    }
}
