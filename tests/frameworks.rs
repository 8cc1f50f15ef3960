//! Every row about frameworks does what it says: for each a small program is written in which the row alone decides
//! how often a function runs, and the program is checked with the row and without it.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use poolcheck::frameworks::{Framework, Frameworks};
use poolcheck::libraries::Libraries;
use std::fs;
use support::{Options, Seen, Unit};
use toml::{Table, Value};

/// What a row decides of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Effect {
    /// The function runs for each message: PC301, naming the framework.
    Often,
    /// The function runs once: no PC301.
    Once,
    /// The requests run at the same time: PC202 is a warning.
    Together,
    /// Threads share the session: PC208.
    Shared,
}

/// A row, and the program that it decides.
struct Case {
    framework: usize,
    key: &'static str,
    index: usize,
    name: String,
    effect: Effect,
    program: String,
}

/// A module that is no framework's, so that the rows for its users are not asked.
const CLIENT: &str = r#"import aiohttp

LIMITS = aiohttp.ClientTimeout(total=30, connect=5, sock_read=10)


async def fetch(url: str) -> str:
    connector = aiohttp.TCPConnector(limit=50, limit_per_host=10)
    async with aiohttp.ClientSession(timeout=LIMITS, connector=connector) as session:
        async with session.get(url) as response:
            return await response.text()
"#;

const BODY: &str = "    print(await fetch(\"https://example.org/\"))\n";

fn function(name: &str, parameters: &str) -> String {
    format!("async def {name}({parameters}):\n{BODY}")
}

fn method(base: &str, name: &str) -> String {
    let bases = if base.is_empty() { String::new() } else { format!("({base})") };
    format!(
        "class Endpoint{bases}:\n    async def {name}(self, *args):\n        print(await fetch(\"https://example.org/\"))\n"
    )
}

fn module_of(path: &str) -> &str {
    path.rsplit_once('.').map_or(path, |(module, _)| module)
}

/// The imports of a program: the framework, what a path lies in, and the function that it calls.
fn head(module: &str, path: &str) -> String {
    let mut head = String::new();
    for module in [module, module_of(path)].into_iter().filter(|module| !module.is_empty()) {
        head += &format!("import {module}\n");
    }
    format!("{head}\nfrom client import fetch\n\n")
}

/// A function with a decorator of the framework.
fn decorated(framework: &Framework, module: &str, name: &str) -> String {
    match framework.decorator_owners.iter().find(|owner| owner.as_str() != "web") {
        Some(owner) if name != "middleware" => format!(
            "from {module} import web\n{}routes = web.{owner}()\n\n\n@routes.{name}(\"/\")\n{}",
            head(module, ""),
            function("serve", "*args")
        ),
        Some(_) => format!("from {module} import web\n{}@web.{name}\n{}", head(module, ""), function("serve", "*args")),
        None => format!("{}@{module}.Owner().{name}(\"x\")\n{}", head(module, ""), function("serve", "*args")),
    }
}

fn registered(module: &str, name: &str) -> String {
    format!("{}{}\n\ndef start(app):\n    app.{name}(\"x\", serve)\n", head(module, ""), function("serve", "*args"))
}

/// A program that any row of the framework about handlers, or else about what runs once, decides.
fn any(framework: &Framework, module: &str) -> (Effect, String) {
    if let Some(name) = framework.handler_decorators.first() {
        return (Effect::Often, decorated(framework, module, name));
    }
    if let Some(name) = framework.handler_registrations.first() {
        return (Effect::Often, registered(module, name));
    }
    if let (Some(base), Some(name)) = (framework.handler_bases.first(), framework.handler_methods.first()) {
        return (Effect::Often, head(module, base) + &method(base, name));
    }
    if let Some(path) = framework.handler_parameter_types.first() {
        return (Effect::Often, head(module, path) + &function("serve", &format!("event: {path}")));
    }
    if let Some(name) = framework.once_registrations.first() {
        return (Effect::Once, registered(module, name));
    }
    let name = framework.once_decorators.first().unwrap();
    (Effect::Once, decorated(framework, module, name))
}

/// Requests of a session on the default pool, which one statement starts.
fn requests(statement: &str) -> String {
    let session = "aiohttp.ClientSession(timeout=LIMITS)";
    format!(
        "import asyncio\n\nimport aiohttp\n\nLIMITS = aiohttp.ClientTimeout(total=30, connect=5, sock_read=10)\n\n\n\
         async def crawl(urls, group):\n    async with {session} as session:\n{statement}\n"
    )
}

/// A function that is given to workers.
fn worker(statements: &str) -> String {
    format!("{}def start(workers, urls):\n{statements}", head("", ""))
}

/// Threads that share a session.
fn threads(pool: &str) -> String {
    format!(
        "import requests\nimport {}\n\nSESSION = requests.Session()\n\n\ndef get(url):\n    \
         return SESSION.get(url, timeout=(3, 30)).text\n\n\ndef start(urls):\n    \
         with {pool}(max_workers=50) as workers:\n        return list(workers.map(get, urls))\n",
        module_of(pool)
    )
}

/// The program that the row of a framework decides.
fn program(framework: &Framework, key: &str, value: &str) -> (Effect, String) {
    let module = framework.modules.first().map_or("", |module| module.as_str());
    let base = framework.handler_bases.first().map_or("", |base| base.as_str());
    match key {
        "modules" => any(framework, value),
        "handler-decorators" => (Effect::Often, decorated(framework, module, value)),
        "decorator-owners" if value == "web" => (Effect::Often, decorated(framework, module, "middleware")),
        "decorator-owners" => (Effect::Often, decorated(framework, module, "get")),
        "handler-registrations" => (Effect::Often, registered(module, value)),
        "handler-bases" => (Effect::Often, head(module, value) + &method(value, &framework.handler_methods[0])),
        "handler-methods" => (Effect::Often, head(module, base) + &method(base, value)),
        "handler-parameter-types" => {
            (Effect::Often, head(module, value) + &function("serve", &format!("event: {value}")))
        }
        "once-names" if value.starts_with("__") => (Effect::Once, head(module, "") + &method("", value)),
        "once-names" => (Effect::Once, head(module, "") + &function(value, "*args")),
        "once-decorators" => (Effect::Once, decorated(framework, module, value)),
        "once-registrations" => (Effect::Once, registered(module, value)),
        "gatherers" => {
            let call = format!("asyncio.{value}([session.get(urls[0]), session.get(urls[1])])");
            (Effect::Together, requests(&format!("        await {call}")))
        }
        "spawners" => {
            let call = format!("group.{value}(session.get(url))");
            (Effect::Together, requests(&format!("        for url in urls:\n            {call}")))
        }
        "submitters" => {
            (Effect::Often, worker(&format!("    for url in urls:\n        workers.{value}(fetch, url)\n")))
        }
        "starters" => (
            Effect::Often,
            worker(&format!("    for url in urls:\n        workers.{value}(target=fetch, args=(url,))\n")),
        ),
        "everyday-methods" => {
            let calls = format!("\n\ndef start(things):\n    for thing in things:\n        thing.{value}(\"x\")\n");
            (Effect::Once, head("", "") + &method("", value) + &calls)
        }
        "mappers" => (Effect::Often, worker(&format!("    workers.{value}(fetch, urls)\n"))),
        "thread-pools" => (Effect::Shared, threads(value)),
        _ => panic!("rows of `{key}` need a program here"),
    }
}

const KEYS: [&str; 20] = [
    "modules",
    "once-names",
    "once-decorators",
    "once-registrations",
    "handler-decorators",
    "decorator-owners",
    "handler-registrations",
    "handler-bases",
    "handler-methods",
    "handler-parameter-types",
    "spawners",
    "gatherers",
    "submitters",
    "starters",
    "started",
    "everyday-methods",
    "mappers",
    "thread-pools",
    "thread-count",
    "name",
];

fn data() -> Table {
    fs::read_to_string(support::root().join("rules/frameworks.toml")).unwrap().parse().unwrap()
}

fn cases(table: &Table, known: &Frameworks) -> Vec<Case> {
    let mut cases = Vec::new();
    for (framework, row) in table["framework"].as_array().unwrap().iter().enumerate() {
        let row = row.as_table().unwrap();
        for (key, list) in row {
            let key = KEYS.into_iter().find(|known| known == key).unwrap_or_else(|| panic!("no key `{key}`"));
            for (index, value) in list.as_array().into_iter().flatten().enumerate() {
                let value = value.as_str().unwrap();
                let (effect, program) = program(&known.list[framework], key, value);
                let name = format!("{} › {key} › {value}", known.list[framework].name);
                cases.push(Case { framework, key, index, name, effect, program });
            }
        }
    }
    cases
}

fn check(program: &str, frameworks: &Frameworks) -> Vec<Seen> {
    let files = [("client.py", CLIENT), ("program.py", program)];
    let files = files.map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec())).to_vec();
    let folder = tempfile::tempdir().unwrap();
    Unit { name: String::new(), folder: String::new(), files, rule: None }.write(folder.path());
    let report = Options::default().run_with(folder.path(), &Libraries::built_in().unwrap(), frameworks);
    support::seen(&report)
}

/// What the findings say about how often it runs.
fn effect(seen: &[Seen]) -> Effect {
    let has = |code: &str, word: &str| {
        seen.iter().any(|seen| seen.code == code && (seen.severity == word || seen.confidence == word))
    };
    if has("PC202", "warning") {
        Effect::Together
    } else if has("PC208", "warning") {
        Effect::Shared
    } else if has("PC301", "high") {
        Effect::Often
    } else {
        Effect::Once
    }
}

fn without(table: &Table, case: &Case) -> Frameworks {
    let mut table = table.clone();
    let list = table["framework"][case.framework][case.key].as_array_mut().unwrap();
    list.remove(case.index);
    // Without any module a row would be asked about every file.
    if list.is_empty() && case.key == "modules" {
        list.push(Value::from("nothing"));
    }
    Frameworks::parse(&table.to_string()).unwrap()
}

#[test]
fn every_row_has_its_effect() {
    let (table, known) = (data(), Frameworks::built_in().unwrap());
    let cases = cases(&table, &known);
    assert!(cases.len() > 300, "only {} rows are known", cases.len());
    let mut lines = Vec::new();
    for case in &cases {
        let (with, less) = (check(&case.program, &known), check(&case.program, &without(&table, case)));
        if effect(&with) != case.effect {
            let seen: Vec<String> = with.iter().map(|seen| format!("\n    {seen}")).collect();
            lines.push(format!("{}: not {:?}: {}", case.name, case.effect, seen.concat()));
        } else if with == less {
            lines.push(format!("{}: the same without it", case.name));
        }
    }
    support::none("rows about frameworks do not decide their program", &lines);
}
