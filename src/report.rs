//! A run's result, and the table of formats that can show it.
//!
//! An emitter is a function from the whole [`Report`] to a writer. Refuses to know how findings came about.

use crate::finding::Finding;
use crate::model::facts::Problem;
use crate::source::{FileId, SourceFile};
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// Everything that a run has to say.
#[derive(Debug, Default)]
pub struct Report {
    /// The findings to show, sorted by path, start and code.
    pub findings: Vec<Finding>,
    /// Trouble, sorted by path and place.
    pub problems: Vec<FileProblem>,
    /// The text of every file that a finding or problem points into.
    pub sources: BTreeMap<FileId, SourceFile>,
    /// How much was looked at.
    pub counts: Counts,
}

/// Trouble with one file.
#[derive(Debug)]
pub struct FileProblem {
    /// The path as it is reported.
    pub path: SmolStr,
    /// The file, where it could be read.
    pub file: Option<FileId>,
    /// The trouble.
    pub problem: Problem,
}

/// How much was looked at.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Files found below the paths.
    pub files: usize,
    /// Files parsed because something in them may matter.
    pub checked: usize,
    /// Constructions judged.
    pub sites: usize,
    /// Findings silenced by a comment.
    pub suppressed: usize,
    /// Findings that the baseline knows.
    pub baselined: usize,
}
