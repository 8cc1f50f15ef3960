use super::{Outcome, apply, may_be_in};
use crate::config::{RuleSet, Selector};
use crate::finding::{Confidence, Finding};
use crate::model::facts::Comment;
use crate::rules;
use crate::source::{FileId, SourceFile, Span, offset};

/// Comments as a front end finds them; these texts hold no strings with a sign in them.
fn comments(source: &SourceFile) -> Vec<Comment> {
    let mut out = Vec::new();
    for line in 0..source.lines().count() {
        let text = source.line_text(line);
        let Some(at) = text.find('#').or_else(|| text.find("//")).or_else(|| text.find("/*")) else { continue };
        let start = source.lines().start(line).unwrap() + offset(at);
        out.push(Comment { text: text[at..].into(), start, end: start + offset(text.len() - at) });
    }
    out
}

/// A finding of `code` on the statement that is `statement` in the text.
fn finding(source: &SourceFile, code: &str, statement: &str, confidence: Confidence) -> Finding {
    let start = offset(source.text.find(statement).unwrap());
    let span = Span { file: source.id, start, end: start + offset(statement.len()) };
    let rule = rules::find(code).unwrap();
    Finding {
        rule,
        severity: rule.severity,
        confidence,
        at: span,
        message: String::new(),
        help: String::new(),
        note: String::new(),
        labels: Vec::new(),
        fix: None,
        statement: span,
        site: span,
        folded: false,
        fingerprint: String::new(),
    }
}

fn source(text: &str) -> SourceFile {
    SourceFile::new(FileId(0), "a.py", text.to_owned())
}

fn run(text: &str, found: &[(&str, &str)]) -> Outcome {
    let source = source(text);
    let findings = found.iter().map(|(code, at)| finding(&source, code, at, Confidence::High)).collect();
    apply(&source, &comments(&source), findings, all(), Confidence::Medium)
}

fn all() -> RuleSet {
    Selector::parse("ALL").unwrap().rules()
}

fn codes(outcome: &Outcome) -> Vec<&'static str> {
    outcome.drafts.iter().map(|(rule, _)| rule.code).collect()
}

/// The text after all fixes of one rule, one at a time.
fn fixed(text: &str, outcome: &Outcome) -> String {
    let fix = outcome.drafts[0].1.fix.as_ref().unwrap();
    let edit = &fix.edits[0];
    [&text[..edit.span.start as usize], &edit.content, &text[edit.span.end as usize..]].concat()
}

#[test]
fn the_rules_about_suppressions_exist() {
    assert_eq!([super::UNUSED, super::UNKNOWN].map(|name| rules::find(name).unwrap().code), ["PC901", "PC902"]);
}

#[test]
fn legal_directives_silence() {
    for text in [
        "s = S()  # poolcheck: ignore[PC301]\n",
        "s = S()  # poolcheck: ignore[PC301] the process ends at once\n",
        "s = S()  # poolcheck:ignore[ PC301 ]\n",
        "s = S()  # poolcheck : ignore [PC301]\n",
        "s = S()  # poolcheck: ignore[session-per-request] reason\n",
        "s = S()  #poolcheck: ignore[PC301,]\n",
        "s = S()  ## poolcheck: ignore[PC301]\n",
        "s = S()  # type: ignore  # poolcheck: ignore[PC301] see #12\n",
        "s = S()  # poolcheck: ignore[PC301] reason # noqa: E501\n",
        "s = S()  # noqa: PC301\n",
        "s = S()  # NOQA:E501,PC301 because\n",
        "s = S()  # noqa: E501 PC301\n",
        "# poolcheck: ignore[PC301] reason\ns = S()\n",
        "# poolcheck: ignore[PC301] reason\n# and more about it\ns = S()\n",
        "x = 1\n# poolcheck: file-ignore[PC301] reason\n\n\ns = S()\n",
        "s = S()\n# poolcheck: file-ignore[PC301]\n",
        "s = S();  // poolcheck: ignore[PC301] reason\n",
        "/* poolcheck: ignore[PC301] reason */\ns = S()\n",
    ] {
        let outcome = run(text, &[("PC301", "s = S()")]);
        assert_eq!((outcome.kept.len(), outcome.suppressed), (0, 1), "{text}");
        assert!(outcome.drafts.is_empty(), "{text}: {:?}", outcome.drafts);
    }
}

#[test]
fn any_line_of_the_statement_will_do() {
    let statement = "s = S(\n    a,\n    b,\n)";
    for text in [
        "s = S(  # poolcheck: ignore[PC301]\n    a,\n    b,\n)",
        "s = S(\n    a,\n    b,  # poolcheck: ignore[PC301]\n)",
        "s = S(\n    a,\n    # poolcheck: ignore[PC301]\n    b,\n)",
        "s = S(\n    a,\n    b,\n)  # poolcheck: ignore[PC301]",
    ] {
        let source = source(text);
        let whole =
            finding(&source, "PC301", text.split("  # poolcheck: ignore[PC301]").next().unwrap(), Confidence::High);
        let span = Span { file: source.id, start: 0, end: offset(text.len()) };
        let findings = vec![Finding { statement: span, ..whole }];
        let outcome = apply(&source, &comments(&source), findings, all(), Confidence::Medium);
        assert_eq!((outcome.kept.len(), outcome.drafts.len()), (0, 0), "{text}");
    }
    let outcome = run(&format!("{statement}\n# poolcheck: ignore[PC301]\nx = 1\n"), &[("PC301", statement)]);
    assert_eq!((outcome.kept.len(), codes(&outcome)), (1, vec!["PC901"]), "below is not above");
}

#[test]
fn stacked_directives_each_hold() {
    let text = "# poolcheck: ignore[PC301] a\n# poolcheck: ignore[PC103] b\ns = S()\n";
    let outcome = run(text, &[("PC301", "s = S()"), ("PC103", "s = S()"), ("PC201", "s = S()")]);
    assert_eq!((outcome.kept.len(), outcome.suppressed, outcome.drafts.len()), (1, 2, 0));
}

#[test]
fn what_is_nearly_legal_is_answered_with_the_right_form() {
    for (text, why) in [
        ("s = S()  # poolcheck: ignore\n", "square brackets"),
        ("s = S()  # poolcheck: ignore PC301\n", "square brackets"),
        ("s = S()  # poolcheck: ignore(PC301)\n", "square brackets"),
        ("s = S()  # poolcheck: ignore[]\n", "names no rule"),
        ("s = S()  # poolcheck: ignore[PC301\n", "closing"),
        ("s = S()  # poolcheck ignore[PC301]\n", "colon"),
        ("s = S()  # poolcheck: ingore[PC301]\n", "`ignore` is"),
        ("s = S()  # poolcheck: Ignore[PC301]\n", "`ignore` is"),
        ("s = S()  # poolcheck: ignore-file[PC301]\n", "`file-ignore` is"),
        ("s = S()  # poolcheck: disable=PC301\n", "`ignore` is"),
        ("s = S()  # poolcheck: noqa\n", "`ignore` is"),
    ] {
        let outcome = run(text, &[("PC301", "s = S()")]);
        assert_eq!((outcome.kept.len(), codes(&outcome)), (1, vec!["PC902"]), "{text}");
        let draft = &outcome.drafts[0].1;
        assert!(draft.message.contains(why), "{text}: {}", draft.message);
        assert!(draft.help.contains("poolcheck: ignore[PC301] reason"), "{text}");
    }
}

#[test]
fn prose_and_other_tools_are_left_alone() {
    for text in [
        "s = S()  # poolcheck is a linter\n",
        "s = S()  # poolcheck: of course, all are on\n",
        "s = S()  # poolcheck: this pool is checked elsewhere\n",
        "s = S()  # see poolcheck: ignore[PC301]\n",
        "s = S()  # poolchecker: ignore[PC301]\n",
        "s = S()  # noqa\n",
        "s = S()  # noqa: E501\n",
        "s = S()  # noqa: PCX, some words PC301\n",
        "s = S()  # noqa PC301\n",
        "# noqa: E501\ns = S()\n",
    ] {
        let outcome = run(text, &[("PC301", "s = S()")]);
        assert_eq!((outcome.kept.len(), outcome.drafts.len()), (1, 0), "{text}: {:?}", outcome.drafts);
    }
}

#[test]
fn a_noqa_alone_above_is_not_for_the_next_line() {
    let outcome = run("# noqa: PC301\ns = S()\n", &[("PC301", "s = S()")]);
    assert_eq!((outcome.kept.len(), codes(&outcome)), (1, vec!["PC901"]));
}

#[test]
fn a_blank_line_or_other_code_ends_what_stands_above() {
    for text in ["# poolcheck: ignore[PC301]\n\ns = S()\n", "x = 1  # poolcheck: ignore[PC301]\ns = S()\n"] {
        let outcome = run(text, &[("PC301", "s = S()")]);
        assert_eq!((outcome.kept.len(), codes(&outcome)), (1, vec!["PC901"]), "{text}");
    }
}

#[test]
fn unused_and_unknown_names_are_removed_by_their_fixes() {
    for (text, code, after) in [
        ("x = 1  # poolcheck: ignore[PC301] why\ny = 2\n", "PC901", "x = 1\ny = 2\n"),
        ("# poolcheck: ignore[PC301] why\nx = 1\n", "PC901", "x = 1\n"),
        ("    # poolcheck: ignore[PC301]\r\nx = 1\r\n", "PC901", "x = 1\r\n"),
        ("x = 1  # type: ignore  # poolcheck: ignore[PC301]\n", "PC901", "x = 1  # type: ignore\n"),
        ("x = 1  # poolcheck: ignore[PC301] why # noqa: E501\n", "PC901", "x = 1  # noqa: E501\n"),
        ("x = 1  # noqa: E501, PC301\n", "PC901", "x = 1  # noqa: E501\n"),
        ("x = 1  # noqa: PC301\n", "PC901", "x = 1\n"),
        ("x = 1  # poolcheck: ignore[PC999]\n", "PC902", "x = 1\n"),
        ("x = 1  # poolcheck: file-ignore[pc301] why", "PC901", "x = 1"),
        ("x = 1  # noqa: PC999, E501\n", "PC902", "x = 1  # noqa: E501\n"),
    ] {
        let outcome = run(text, &[]);
        assert_eq!(codes(&outcome), [code], "{text}");
        assert_eq!(fixed(text, &outcome), after);
    }
    let text = "s = S()  # poolcheck: ignore[PC103, PC301, PC999] why\n";
    let outcome = run(text, &[("PC301", "s = S()")]);
    assert_eq!(codes(&outcome), ["PC902", "PC901"]);
    assert_eq!(fixed(text, &outcome), "s = S()  # poolcheck: ignore[PC103, PC301] why\n");
    let text = "x = 1  # poolcheck: ignore[PC103, PC999] why\n";
    assert_eq!(fixed(text, &run(text, &[])), "x = 1\n");
}

#[test]
fn an_unknown_name_is_answered_with_the_nearest() {
    let outcome = run("x = 1  # poolcheck: ignore[session-per-requst]\n", &[]);
    assert!(outcome.drafts[0].1.help.contains("`session-per-request`"));
}

#[test]
fn nothing_is_called_unused_that_could_not_speak() {
    let source = source("s = S()  # poolcheck: ignore[PC301]\n");
    let marks = comments(&source);
    let ran = all().without(Selector::parse("PC301").unwrap().rules());
    assert!(apply(&source, &marks, Vec::new(), ran, Confidence::Medium).drafts.is_empty(), "it did not run");
    let low = || vec![finding(&source, "PC301", "s = S()", Confidence::Low)];
    let outcome = apply(&source, &marks, low(), all(), Confidence::Medium);
    assert_eq!((outcome.kept.len(), outcome.suppressed, outcome.drafts.len()), (0, 0, 0), "below what is shown");
    let outcome = apply(&source, &[], low(), all(), Confidence::Medium);
    assert!(outcome.kept.is_empty(), "what is below is dropped");
    let off = all().without(Selector::parse("PC9").unwrap().rules());
    assert!(apply(&source, &marks, Vec::new(), off, Confidence::Medium).drafts.is_empty(), "PC901 is off");
}

#[test]
fn findings_about_suppressions_can_be_silenced() {
    let outcome = run("x = 1  # poolcheck: ignore[PC301, PC901] kept for later\n", &[]);
    assert_eq!((outcome.drafts.len(), outcome.suppressed), (0, 1));
    let outcome = run("# poolcheck: file-ignore[PC901]\nx = 1  # poolcheck: ignore[PC301]\n", &[]);
    assert_eq!((outcome.drafts.len(), outcome.suppressed), (0, 1));
    assert!(run("x = 1  # poolcheck: ignore[PC901]\n", &[]).drafts.is_empty());
}

#[test]
fn texts_that_may_hold_suppressions_are_seen() {
    for text in
        ["x  # poolcheck: ignore[PC301]", "a\nb # noqa: pc301", "# NOQA:E501,PC104", "# nOqA: session-per-request"]
    {
        assert!(may_be_in(text), "{text}");
    }
    for text in ["x = 1  # noqa", "# noqa: E501\nPC = 1", "é# oqa: PC301", "pool_check"] {
        assert!(!may_be_in(text), "{text}");
    }
}

#[test]
fn groups_of_rules_are_no_rules() {
    let told = |text: &str| {
        let outcome = run(text, &[]);
        let (rule, draft) = &outcome.drafts[0];
        assert_eq!(rule.code, "PC902", "{text}");
        (draft.message.clone(), draft.help.clone())
    };
    let (message, help) = told("s = S()  # poolcheck: ignore[PC1]\n");
    assert_eq!(message, "`PC1` names a group of rules, which has no effect in a comment");
    assert!(help.contains("`per-file-ignores`"), "{help}");
    let (message, _) = told("s = S()  # poolcheck: file-ignore[all, PC30]\n");
    assert_eq!(message, "`all`, `PC30` name groups of rules, which have no effect in a comment");
    let (message, help) = told("s = S()  # poolcheck: ignore[PC999, PC1]\n");
    assert_eq!(message, "`PC999`, `PC1` are no rule of poolcheck");
    assert!(help.contains("groups of rules"), "{help}");
}
