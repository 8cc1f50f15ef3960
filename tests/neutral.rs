//! A library is its data: rules judge one that nobody has heard of, which differs from the known ones, without a word
//! about it in the code.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use poolcheck::frameworks::Frameworks;
use poolcheck::libraries::Libraries;
use std::fs;
use support::Options;

/// A library without `await`, whose requests leave the body to be read only when they are told to.
const COURIER: &str = r#"
[library]
name = "courier"
language = "python"
modules = ["courier"]
documentation = "https://courier.example.org/"

[defaults]
timeout = "none"
timeout-example = "30"
pool = "10 parcels"
pool-example = "courier.Pool(10)"
keepalive = "5 s"

[response]
reads = ["contents"]
releases = ["put_down"]
asks = ["weight"]
held = "it is carried around for ever"
help = "call `put_down()`"
source = "here"

[[class]]
path = "courier.Session"
makes = "session"
closers = ["close"]
source = "here"

[[request]]
on = "session"
methods = ["fetch"]
source = "here"

[[request.parameter]]
name = "unopened"
setting = "stream"
"#;

const CODE: &str = "\
import courier


def opened(session: courier.Session, url):
    print(session.fetch(url).weight)
    print(session.fetch(url, unopened=False).weight)


def not_known(session: courier.Session, url, unopened):
    print(session.fetch(url, unopened=unopened).weight)


def dropped(session: courier.Session, url):
    print(session.fetch(url, unopened=True).weight)  # here


def on_one_path(session: courier.Session, url):
    parcel = session.fetch(url, unopened=True)  # here
    if parcel.weight > 10:
        return None
    return parcel.contents


def on_both_paths(session: courier.Session, url):
    parcel = session.fetch(url, unopened=True)
    if parcel.weight > 10:
        parcel.put_down()
        return None
    return parcel.contents
";

#[test]
fn responses_are_judged_by_the_data() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("sample.py"), CODE).unwrap();
    let libraries = Libraries::parse(&[("courier.toml", COURIER)]).unwrap();
    let options = Options { select: Some(vec!["PC307".into()]), ..Options::default() };
    let report = options.run_with(folder.path(), &libraries, &Frameworks::built_in().unwrap());
    let found: Vec<u32> = support::seen(&report).iter().map(|seen| seen.row).collect();
    let marked = (1..).zip(CODE.lines()).filter(|(_, line)| line.ends_with("# here")).map(|(row, _)| row);
    assert_eq!(found, marked.collect::<Vec<u32>>(), "{:#?}", support::seen(&report));
}
