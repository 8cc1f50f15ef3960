//! Text on its way into the page: nothing from a file, path or message stands there untamed.

use crate::paths::{is_wild, tame};
use maud::{Markup, PreEscaped, Render, html};

/// A text on one line, with escapes for control characters and for the marks that reorder text.
pub(super) struct Tamed<'a>(pub(super) &'a str);

impl Render for Tamed<'_> {
    fn render_to(&self, out: &mut String) {
        tame(self.0).render_to(out);
    }
}

/// A line of source: tamed, but a tab stays a tab.
pub(super) struct Code<'a>(pub(super) &'a str);

impl Render for Code<'_> {
    fn render_to(&self, out: &mut String) {
        for part in self.0.split_inclusive(|char| char == '\t' || is_wild(char)) {
            let (plain, last) = match part.strip_suffix('\t') {
                Some(plain) => (plain, "\t"),
                None => (part, ""),
            };
            Tamed(plain).render_to(out);
            out.push_str(last);
        }
    }
}

/// A path or place, which may be broken after each slash.
pub(super) struct Place<'a>(pub(super) &'a str);

impl Render for Place<'_> {
    fn render_to(&self, out: &mut String) {
        for part in self.0.split_inclusive('/') {
            Tamed(part).render_to(out);
            if part.ends_with('/') {
                out.push_str("<wbr>");
            }
        }
    }
}

/// A message: what stands between backticks is code.
pub(super) fn prose(text: &str) -> Markup {
    let text = text.lines().collect::<Vec<_>>().join(" ");
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return Tamed(&text).render();
    }
    html! {
        @for (index, part) in parts.iter().enumerate() {
            @if index % 2 == 1 { code { (Tamed(part)) } } @else { (Tamed(part)) }
        }
    }
}

/// A part of the page's width, as an attribute of a drawing.
pub(super) fn percent(value: f64) -> PreEscaped<String> {
    let number = format!("{value:.2}");
    PreEscaped(format!("{}%", number.trim_end_matches('0').trim_end_matches('.')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_breaks_out() {
        let hostile = "</script>\u{1b}[2J\u{202e}\"&'";
        for written in [Tamed(hostile).render(), Code(hostile).render(), Place(hostile).render(), prose(hostile)] {
            let text = written.into_string().replace("<wbr>", "");
            assert_eq!(text, "&lt;/script&gt;\\u{1b}[2J\\u{202e}&quot;&amp;'");
        }
    }

    #[test]
    fn backticks_are_code_where_they_come_in_pairs() {
        assert_eq!(prose("set `a<b` here").into_string(), "set <code>a&lt;b</code> here");
        assert_eq!(prose("one ` alone").into_string(), "one ` alone");
        assert_eq!(prose("a\nb").into_string(), "a b");
    }

    #[test]
    fn tabs_stay_in_source_alone() {
        assert_eq!(Code("\ta\tb").render().into_string(), "\ta\tb");
        assert_eq!(Tamed("\ta").render().into_string(), "\\u{9}a");
    }

    #[test]
    fn percentages_are_short() {
        assert_eq!([percent(50.0).0, percent(12.345).0, percent(0.0).0], ["50%", "12.35%", "0%"]);
    }
}
