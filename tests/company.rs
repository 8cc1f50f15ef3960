//! Code that has nothing to do with each other does not change each other's findings.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use support::{Options, Seen};

#[test]
fn strangers_in_a_project_change_nothing() {
    let units = support::corpus();
    let project = support::project_of(&units);
    let options = Options::everything();
    let together = support::seen(&options.run(project.path()));
    let mut lines = Vec::new();
    for unit in &units {
        let alone = unit.check(&options);
        let prefix = format!("{}/", unit.folder);
        let here = together.iter().filter_map(|seen| {
            let path = seen.path.strip_prefix(&prefix)?.to_owned();
            Some(Seen { path, ..seen.clone() })
        });
        let here: Vec<Seen> = here.collect();
        let gone = alone.iter().filter(|seen| !here.contains(seen));
        lines.extend(gone.map(|seen| format!("{}: only alone: {seen}", unit.name)));
        let new = here.iter().filter(|seen| !alone.contains(seen));
        lines.extend(new.map(|seen| format!("{}: only in company: {seen}", unit.name)));
    }
    support::none("findings hang on code that has nothing to do with them", &lines);
}
