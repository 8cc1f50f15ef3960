//! Which rules run: selectors (codes, prefixes, names, `ALL`) and the set they make.
//!
//! Refuses to know where a selector was written.

use crate::finding::Severity;
use crate::rules::{self, Rule};

/// A set of rules, one bit each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RuleSet(u64);

impl RuleSet {
    /// The rules that run when nothing is said.
    #[must_use]
    pub fn defaults() -> RuleSet {
        rules::all().iter().filter(|rule| rule.default_on).collect()
    }

    /// Whether the rule is in it.
    #[must_use]
    pub fn contains(self, rule: &Rule) -> bool {
        self.0 & (1 << rule.index) != 0
    }

    /// Adds a rule.
    pub fn insert(&mut self, rule: &Rule) {
        self.0 |= 1 << rule.index;
    }

    /// Takes a rule out.
    pub fn remove(&mut self, rule: &Rule) {
        self.0 &= !(1 << rule.index);
    }

    /// What is in this set, in `other`, or in both.
    #[must_use]
    pub fn with(self, other: RuleSet) -> RuleSet {
        RuleSet(self.0 | other.0)
    }

    /// What is in this set and not in `other`.
    #[must_use]
    pub fn without(self, other: RuleSet) -> RuleSet {
        RuleSet(self.0 & !other.0)
    }

    /// Whether it holds no rule.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Its rules, in the order of the list.
    pub fn iter(self) -> impl Iterator<Item = &'static Rule> {
        rules::all().iter().filter(move |rule| self.contains(rule))
    }
}

impl<'a> FromIterator<&'a Rule> for RuleSet {
    fn from_iter<I: IntoIterator<Item = &'a Rule>>(iter: I) -> RuleSet {
        let mut set = RuleSet::default();
        for rule in iter {
            set.insert(rule);
        }
        set
    }
}

/// What a selector names: everything, all codes with a prefix (opt-in rules too), or one rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Selector {
    rules: RuleSet,
    /// How exactly it names them; the more exact selector wins, as in ruff.
    exactness: usize,
}

/// The exactness of a whole code or a name; above that of any prefix.
const EXACT: usize = usize::MAX;

impl Selector {
    /// Reads `ALL`, a code, the beginning of one, or a name, in any case.
    ///
    /// # Errors
    /// Says so, with the nearest name, where it fits no rule.
    pub fn parse(text: &str) -> Result<Selector, String> {
        if text.eq_ignore_ascii_case("ALL") {
            return Ok(Selector { rules: rules::all().iter().collect(), exactness: 0 });
        }
        if let Some(rule) = rules::find(text) {
            return Ok(Selector { rules: [rule].into_iter().collect(), exactness: EXACT });
        }
        let begins = |rule: &&Rule| rule.code.get(..text.len()).is_some_and(|part| part.eq_ignore_ascii_case(text));
        let rules: RuleSet = rules::all().iter().filter(begins).collect();
        if text.is_empty() || rules.is_empty() {
            return Err(unknown_rule(text));
        }
        Ok(Selector { rules, exactness: text.len() })
    }

    /// The rules it names.
    #[must_use]
    pub fn rules(self) -> RuleSet {
        self.rules
    }
}

/// Says that no rule is called `text`, with the nearest code or name.
#[must_use]
pub fn unknown_rule(text: &str) -> String {
    let known = rules::all().iter().flat_map(|rule| [rule.code, rule.name]);
    match nearest(text, known) {
        Some(near) => format!("unknown rule `{text}`; did you mean `{near}`?"),
        None => format!("unknown rule `{text}`; `poolcheck --rules` lists them"),
    }
}

/// The candidate that `text` most probably meant: two or three slips away, fewer in short words.
#[must_use]
pub fn nearest<'a>(text: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = text.to_lowercase();
    let slips = |name: &str| strsim::damerau_levenshtein(&lower, &name.to_lowercase());
    let allowed = (text.chars().count() / 3).clamp(1, 4);
    let near = candidates.into_iter().map(|name| (slips(name), name)).min_by_key(|&(slips, _)| slips)?;
    (near.0 <= allowed).then_some(near.1)
}

/// The selections of one origin: a file, a `--config KEY=VALUE`, the flags.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Replaces what earlier origins selected, and forgets what they ignored.
    pub select: Option<Vec<Selector>>,
    /// Adds to it.
    pub extend_select: Vec<Selector>,
    /// Takes away.
    pub ignore: Vec<Selector>,
}

impl Selection {
    /// Applies this origin to the set that the earlier ones made: from the vaguest selector to the most exact, and at
    /// the same exactness `ignore` last.
    #[must_use]
    pub fn apply(&self, before: RuleSet) -> RuleSet {
        let mut set = if self.select.is_some() { RuleSet::default() } else { before };
        let selected = self.select.iter().flatten().chain(&self.extend_select).map(|selector| (selector, true));
        let mut steps: Vec<_> = selected.chain(self.ignore.iter().map(|selector| (selector, false))).collect();
        steps.sort_by_key(|(selector, adds)| (selector.exactness, !adds));
        for (selector, adds) in steps {
            for rule in selector.rules.iter() {
                if adds { set.insert(rule) } else { set.remove(rule) }
            }
        }
        set
    }
}

/// The severity that `fail-on` and its like name; `None` stands for `never`.
///
/// # Errors
/// Says so, with the nearest word, where it is none.
pub fn parse_fail_on(text: &str) -> Result<Option<Severity>, String> {
    if text == "never" {
        return Ok(None);
    }
    parse_word(text, &[Severity::Error, Severity::Warning, Severity::Info].map(|s| (s.as_str(), Some(s))), &["never"])
}

/// Finds `text` among named values.
///
/// # Errors
/// Lists the names, or tells the nearest; `more` are names that the caller handles itself.
pub(super) fn parse_word<T: Copy>(
    text: &str,
    values: &[(&'static str, T)],
    more: &[&'static str],
) -> Result<T, String> {
    if let Some(&(_, value)) = values.iter().find(|(name, _)| *name == text) {
        return Ok(value);
    }
    let names: Vec<&str> = values.iter().map(|&(name, _)| name).chain(more.iter().copied()).collect();
    Err(match nearest(text, names.iter().copied()) {
        Some(near) => format!("unknown value `{text}`; did you mean `{near}`?"),
        None => format!("unknown value `{text}`; it is one of {}", names.join(", ")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selectors(texts: &[&str]) -> Vec<Selector> {
        texts.iter().map(|text| Selector::parse(text).unwrap()).collect()
    }

    fn codes(set: RuleSet) -> Vec<&'static str> {
        set.iter().map(|rule| rule.code).collect()
    }

    #[test]
    fn selectors_are_codes_prefixes_names_and_all() {
        assert_eq!(codes(Selector::parse("PC301").unwrap().rules()), ["PC301"]);
        assert_eq!(codes(Selector::parse("session-per-request").unwrap().rules()), ["PC301"]);
        assert!(codes(Selector::parse("PC2").unwrap().rules()).contains(&"PC206"), "a prefix takes opt-in rules too");
        assert_eq!(Selector::parse("ALL").unwrap().rules().iter().count(), rules::all().len());
        assert_eq!(codes(Selector::parse("pc301").unwrap().rules()), ["PC301"], "in any case, as everywhere");
        for wrong in ["", "PC999", "session", "E501"] {
            assert!(Selector::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_mistyped_selector_is_answered_with_the_nearest() {
        assert!(Selector::parse("session-per-requst").unwrap_err().contains("`session-per-request`"));
        assert!(Selector::parse("PC3O1").unwrap_err().contains("did you mean `PC301`?"));
        assert!(Selector::parse("qwertyuiop").unwrap_err().contains("--rules"));
    }

    #[test]
    fn the_more_exact_selector_wins_whatever_the_order() {
        let selection = Selection {
            select: Some(selectors(&["PC1", "PC301"])),
            ignore: selectors(&["PC3", "PC103"]),
            ..Selection::default()
        };
        let set = selection.apply(RuleSet::defaults());
        assert!(codes(set).contains(&"PC301") && codes(set).contains(&"PC101") && !codes(set).contains(&"PC103"));
    }

    #[test]
    fn a_later_select_forgets_an_earlier_ignore_and_a_later_ignore_keeps_an_earlier_select() {
        let file = Selection { ignore: selectors(&["PC101"]), ..Selection::default() };
        let flags = Selection { select: Some(selectors(&["PC101"])), ..Selection::default() };
        assert_eq!(codes(flags.apply(file.apply(RuleSet::defaults()))), ["PC101"]);
        let flags = Selection { ignore: selectors(&["PC301"]), ..Selection::default() };
        let set = flags.apply(file.apply(RuleSet::defaults()));
        assert!(!codes(set).contains(&"PC101") && !codes(set).contains(&"PC301") && codes(set).contains(&"PC201"));
    }
}
