//! poolcheck finds wrong HTTP-client pool and timeout configuration in source code.
//!
//! `rules/` is what poolcheck knows, `src/` is how it thinks: it condenses every source file into small
//! language-neutral facts, links the facts of the whole repository into one project, and asks each rule about each site.
//!
//! # Data flow
//!
//! ```text
//! Config ─ discover ─▶ paths, sorted
//!   per file, in parallel:  read ─▶ words ─▶ does it name a library? ─▶ parse ─▶ lower ─▶ FileFacts + Flow
//!   link ─▶ Linked ─ a name points into a file, or a word is asked for? it is lowered then
//!   per file, per Site, in parallel:  Project ─▶ Sites ─▶ Check ─▶ Draft ─▶ Finding
//!   suppress ─▶ sort by (path, start, code) ─▶ baseline, --since ─▶ Report ─▶ one format ─▶ bytes, exit status
//! ```
//!
//! | module | what it is |
//! |---|---|
//! | [`cli`], `main` | flags in, exit status out |
//! | [`config`], [`discover`], [`paths`] | what is asked for, and which files that means |
//! | [`source`], [`words`] | text, places in it, and which words it holds |
//! | [`languages`] | one row a language: bytes to text, text to facts |
//! | [`model`] | expressions, facts, and the lattice of values |
//! | [`libraries`], [`frameworks`] | the data in `rules/`: what is built, and who runs what how often |
//! | [`locks`] | which release of a library is in use |
//! | [`project`] | names, values, sites, ownership, callers: everything a rule may ask |
//! | [`rules`] | the one list of rules; a page and a judgement each |
//! | [`inventory`] | what each session's timeouts and pool are |
//! | [`finding`], [`suppress`], [`report`] | what was said, what is silenced, how it is shown |
//! | [`fix`] | what is edited, and how files are written |
//! | [`baseline`], [`since`] | what was there before, and what changed: the rest is not told |
//! | [`engine`], [`threads`] | runs all this, shared out among threads |
//! | [`lsp`] | the language server: the same runs, over what an editor has open |
//!
//! # Words
//!
//! A *file* holds *sites*: constructions and requests that the library data knows. A site has *settings*, each with a
//! *value*. What a file says are its *facts*. A *rule* has a page and *checks*; a check makes a *draft*, the engine a
//! *finding* of it. Trouble that is no finding is a *problem*. All together is the *report*.
//!
//! # Invariants
//!
//! `tests/invariants.rs` holds those that a search can hold, `tests/equivalence.rs` the others.
//!
//! 1. A parser's types appear only under [`languages`]; miette only in the `full` format; clap only in [`cli`] and `main`.
//! 2. Rules see no syntax, no file and no library's keyword, and name no code of their own.
//! 3. Analysis cannot fail: trouble in a file is a problem beside its facts, and the run goes on.
//! 4. Nothing below `main` prints or exits. A closed pipe ends quietly.
//! 5. Same input, same bytes out: with any number of threads, with the prefilter or without, on every run.
//! 6. A rule speaks only of what is known: accessors of [`model::value::Value`] give nothing where anything is unknown.
//! 7. What is known never depends on what was read first: a question about a name is put to every file that holds the
//!    word ([`words`]), and questions that depend on themselves are answered the same from wherever they are asked.
//! 8. Nothing that comes from a file, a path or the command line can steer a terminal, in any format.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod baseline;
pub mod cli;
pub mod config;
pub mod discover;
pub mod engine;
pub mod finding;
pub mod fix;
pub mod frameworks;
pub mod inventory;
pub mod languages;
pub mod libraries;
pub mod locks;
pub mod lsp;
pub mod model;
pub mod paths;
pub mod progress;
pub mod project;
pub mod report;
pub mod rules;
pub mod since;
pub mod source;
pub mod suppress;
pub mod threads;
pub mod words;
