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

#[test]
fn who_calls_from_the_same_folder_is_seen_among_very_many_of_the_name() {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    let builds = "return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=8, limit_per_host=4))";
    write("ours/sessions.py", &format!("import aiohttp\n\n\ndef make_session():\n    {builds}\n"));
    let calls = "from elsewhere import Client\nfrom sessions import make_session\n";
    write("ours/setup.py", &format!("{calls}\n\ndef setup(host):\n    return Client(make_session(), host)\n"));
    let alone = support::seen(&Options::everything().run(folder.path()));
    for number in 0..120 {
        write(&format!("others/n{number}.py"), "import aiohttp\nfrom elsewhere import make_session\n");
    }
    assert_eq!(support::seen(&Options::everything().run(folder.path())), alone);
}
