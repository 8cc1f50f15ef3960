//! How long each stage takes: words, lowering, a whole run, and each format.
//!
//! `cargo bench` measures all, `cargo bench -- words` one. What is measured on are the repository's own fixtures, so the
//! figures tell one revision from another, and nothing else; `benches/compare.py` is for what users wait for.

#![allow(clippy::unwrap_used, missing_docs, reason = "a bench may fail, and its group is a macro's")]

#[path = "../tests/support/mod.rs"]
mod support;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use poolcheck::languages::{self, Extent, read_as};
use poolcheck::report::{FORMATS, Style};
use poolcheck::source::{FileId, SourceFile};
use poolcheck::threads::Crew;
use poolcheck::words::{WordIndex, Words};
use std::hint::black_box;
use std::path::Path;
use support::Options;

/// The fixtures in a language, as they are read.
fn sources(extension: &str) -> Vec<SourceFile> {
    let files = support::files_below("fixtures/rules").into_iter().filter(|(path, _)| path.ends_with(extension));
    let read = (0..).zip(files).map(|(id, (path, bytes))| {
        languages::read(read_as(Path::new(&path)), FileId(id), &path, bytes).map_err(|problem| problem.message).unwrap()
    });
    read.collect()
}

fn size(sources: &[SourceFile]) -> Throughput {
    Throughput::Bytes(sources.iter().map(|source| source.text.len() as u64).sum())
}

fn words(criterion: &mut Criterion) {
    let sources = sources(".py");
    let mut group = criterion.benchmark_group("words");
    group.throughput(size(&sources));
    group.bench_function("of_texts", |bencher| {
        bencher.iter(|| sources.iter().map(|source| Words::of(black_box(&source.text))).collect::<Vec<_>>());
    });
    let of_files: Vec<Words> = sources.iter().map(|source| Words::of(&source.text)).collect();
    group.bench_function("index", |bencher| {
        let mut crew = Crew::new(1, 1 << 20, |_| ());
        bencher.iter(|| WordIndex::new(black_box(&of_files), &mut crew));
    });
    group.finish();
}

fn lowering(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("lowering");
    for extension in [".py", ".rs"] {
        let sources = sources(extension);
        let language = read_as(Path::new(sources[0].path.as_str()));
        group.throughput(size(&sources));
        group.bench_function(extension.trim_start_matches('.'), |bencher| {
            bencher.iter(|| {
                sources.iter().map(|source| (language.lower)(black_box(source), Extent::Whole)).collect::<Vec<_>>()
            });
        });
    }
    group.finish();
}

fn runs(criterion: &mut Criterion) {
    let project = support::project_of(&support::corpus());
    let mut group = criterion.benchmark_group("run");
    group.sample_size(20);
    for (name, options) in [
        ("all_threads", Options::everything()),
        ("one_thread", Options { jobs: Some(1), ..Options::everything() }),
        ("without_prefilter", Options { no_prefilter: true, jobs: Some(1), ..Options::everything() }),
    ] {
        group.bench_function(name, |bencher| bencher.iter(|| options.run(black_box(project.path()))));
    }
    group.finish();
}

fn formats(criterion: &mut Criterion) {
    let project = support::project_of(&support::corpus());
    let report = Options::everything().run(project.path());
    let mut group = criterion.benchmark_group("format");
    group.throughput(Throughput::Elements(report.findings.len() as u64));
    for format in FORMATS {
        group.bench_function(format.name, |bencher| {
            bencher.iter(|| {
                let mut out = Vec::new();
                (format.write)(black_box(&report), Style::PLAIN, &mut out).unwrap();
                out
            });
        });
    }
    group.finish();
}

criterion_group!(benches, words, lowering, runs, formats);
criterion_main!(benches);
