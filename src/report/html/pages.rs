//! The pages of the rules that found something, so that the report can be understood without a network.

use crate::report::Report;
use crate::report::summary::counts;
use crate::rules::Rule;
use maud::{Markup, PreEscaped, html};
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

/// The pages, by the number of findings.
pub(super) fn section(report: &Report) -> Markup {
    let rows = counts(report);
    if rows.is_empty() {
        return html! {};
    }
    html! {
        section.rules #rules aria-labelledby="rules-title" {
            h2 #rules-title { "Rules" }
            @for (rule, _) in rows {
                details {
                    summary { b { (rule.code) } " " span.name { (rule.name) } " " span.about { (rule.summary) } }
                    div.page id=(rule.code) tabindex="-1" {
                        (body(rule))
                        p { a href=(rule.url()) rel="noopener noreferrer" { "This page on the web" } }
                    }
                }
            }
        }
    }
}

/// A page as HTML. Its text is ours; what would be markup of its own is shown as text all the same.
fn body(rule: &Rule) -> PreEscaped<String> {
    let events = Parser::new_ext(rule.body, Options::empty()).map(|event| match event {
        Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
        Event::Start(Tag::Heading { id, classes, attrs, .. }) => {
            Event::Start(Tag::Heading { level: HeadingLevel::H3, id, classes, attrs })
        }
        Event::End(TagEnd::Heading(_)) => Event::End(TagEnd::Heading(HeadingLevel::H3)),
        Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => Event::Html(opening(&info).into_string().into()),
        Event::End(TagEnd::CodeBlock) => Event::Html("</code></pre>".into()),
        other => other,
    });
    let mut out = String::with_capacity(2 * rule.body.len());
    pulldown_cmark::html::push_html(&mut out, events);
    PreEscaped(out)
}

/// What stands before an example: whether it is one to follow.
fn opening(info: &str) -> Markup {
    let (before, class) = match info.split_whitespace().nth(1) {
        Some("bad") => ("Wrong:", "bad"),
        Some("good") => ("Right:", "good"),
        Some("fixed") => ("Fixed:", "good"),
        _ => ("", "plain"),
    };
    html! {
        @if !before.is_empty() { p.example.(class) { (before) } }
        (PreEscaped(format!("<pre class=\"{class}\"><code>")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules;

    #[test]
    fn every_page_can_be_shown() {
        for rule in rules::all() {
            let text = body(rule).into_string();
            for tag in ["pre", "code", "p", "h3", "ul"] {
                let opened = text.matches(&format!("<{tag}>")).count() + text.matches(&format!("<{tag} ")).count();
                assert_eq!(opened, text.matches(&format!("</{tag}>")).count(), "{}: {tag}", rule.code);
            }
            assert!(text.contains("Evidence</h3>") && text.contains("Wrong:"), "{}", rule.code);
            assert!(!text.contains("<script") && !text.contains("```"), "{}", rule.code);
        }
    }
}
