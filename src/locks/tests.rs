use super::*;
use crate::config::Flags;

fn said(text: &str) -> Vec<(SmolStr, String)> {
    let locked = requirements::read(text).unwrap();
    let say = |said: &Said| match said {
        Said::Exactly(version) => format!("is {version}"),
        Said::Range(range) => format!("any {range}"),
        Said::Other => "other".to_owned(),
    };
    locked.entries.iter().map(|entry| (entry.package.clone(), say(&entry.said))).collect()
}

#[test]
fn requirements_are_read_as_pip_reads_them() {
    let cases = [
        ("aiohttp==3.9.1", "is 3.9.1"),
        ("aiohttp == 3.9.1  # why", "is 3.9.1"),
        ("AIOHTTP===3.9.1", "is 3.9.1"),
        ("aiohttp[speedups]==3.9.1 ; python_version < \"3.12\"", "is 3.9.1"),
        ("aiohttp[speedups, more] (==3.9.1)", "is 3.9.1"),
        ("aiohttp==3.9.1 \\\n    --hash=sha256:ab \\\n    --hash=sha256:cd\n", "is 3.9.1"),
        ("aiohttp==3.9.1 --hash=sha256:ab", "is 3.9.1"),
        ("\u{20}\taiohttp==3.9.1\r\n", "is 3.9.1"),
        ("aiohttp==3.9.*", "any ==3.9.*"),
        ("aiohttp>=3.8,<4", "any >=3.8, <4"),
        ("aiohttp", "any "),
        ("aiohttp @ https://example.org/a.whl#sha256=1", "other"),
        ("aiohttp==new", "other"),
    ];
    for (line, expected) in cases {
        assert_eq!(said(line), [("aiohttp".into(), expected.to_owned())], "{line}");
    }
    for line in
        ["# aiohttp==3.9.1", "-e .", "--index-url https://example.org/aiohttp==3", "", "https://example.org/x", "=="]
    {
        assert!(!said(line).iter().any(|(name, _)| name == "aiohttp"), "{line}");
    }
    assert!(said("aiohttp is what this needs").is_empty());
    let includes =
        requirements::read("-r base.txt\n-cpins.txt\n--constraint=c.txt\n-r https://example.org/r.txt").unwrap();
    assert_eq!(includes.includes, ["base.txt", "pins.txt", "c.txt"]);
}

#[test]
fn names_are_compared_as_registries_do() {
    assert_eq!(normalised("Foo_.Bar"), "foo-bar");
}

#[test]
fn lock_files_are_known_by_their_names() {
    let python = ["pylock.toml", "pylock.dev.toml", "requirements-dev.txt", "test_requirements.txt", "constraints.txt"];
    for name in python {
        assert!(formats::of(name, "python").is_some(), "{name}");
    }
    for name in ["pylock.a.b.toml", "pylocktoml", "pylock..toml.toml", "requirements.in", "notes.txt", "Cargo.lock"] {
        assert!(formats::of(name, "python").is_none(), "{name}");
    }
    assert!(formats::of("Cargo.lock", "rust").is_some() && formats::of("uv.lock", "rust").is_none());
}

/// What the lock files among `files` say about the only package of a library in `language`, seen from `folder`.
fn pin_for(language: &str, files: &[(&str, &[u8])], folder: &str) -> (Pin, Vec<Trouble>) {
    let root = tempfile::tempdir().unwrap();
    let cwd = root.path().canonicalize().unwrap();
    fs::create_dir_all(cwd.join(folder)).unwrap();
    for (path, text) in files {
        let path = cwd.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let config = Config::new(&Flags { cwd: cwd.clone(), isolated: true, ..Flags::default() }).unwrap();
    let data = include_str!("../../rules/libraries/aiohttp.toml");
    let data = data.replacen("language = \"python\"", &format!("language = \"{language}\""), 1);
    let libraries = Libraries::parse(&[("a.toml", &data)]).unwrap();
    let locks = Locks::new(&config, &libraries);
    let folder = cwd.join(folder);
    let pin = locks.library(&folder, 0).pin.clone();
    (pin, locks.trouble(std::iter::once(folder.as_path())))
}

fn pin(files: &[(&str, &[u8])], folder: &str) -> String {
    let (pin, trouble) = pin_for("python", files, folder);
    assert!(trouble.is_empty(), "{trouble:?}");
    let at = |place: &Place| format!("{}:{}:{}", place.path, place.row, place.column);
    match &pin {
        Pin::Unnamed => "unnamed".to_owned(),
        Pin::Open(place) => format!("open {}", at(place)),
        Pin::Release(release, place) => format!("{release} {}", at(place)),
        Pin::Foreign(release, place) => format!("foreign {release} {}", at(place)),
        Pin::Disagreement(all) => {
            all.iter().map(|(what, place)| format!("{what} {}", at(place))).collect::<Vec<_>>().join(" and ")
        }
    }
}

const LOCK: &[u8] = b"[[package]]\nname = \"aiohttp\"\nversion = \"3.9.1\"\n";

#[test]
fn the_nearest_that_says_anything_decides() {
    let root = ("uv.lock", LOCK);
    assert_eq!(pin(&[root], "a/b"), "3.9.1 uv.lock:3:11");
    assert_eq!(pin(&[root, ("a/requirements.txt", b"aiohttp==3.8.6")], "a/b"), "3.8.6 a/requirements.txt:1:1");
    assert_eq!(pin(&[root, ("a/requirements.txt", b"x==3.8.6")], "a/b"), "3.9.1 uv.lock:3:11");
    assert_eq!(pin(&[root, ("a/requirements.txt", b"\n aiohttp>3")], "a/b"), "open a/requirements.txt:2:2");
    assert_eq!(pin(&[root, ("b/requirements.txt", b"aiohttp==3.8.6")], "a"), "3.9.1 uv.lock:3:11");
    assert_eq!(pin(&[("a/.git", b""), root], "a"), "unnamed");
    assert_eq!(pin(&[("poetry.lock", b"[[package]]\nname = \"yarl\"\nversion = \"1.0\"\n")], ""), "unnamed");
}

#[test]
fn what_does_not_fit_together_is_no_version() {
    let other: &[u8] = b"aiohttp==3.8.6\n";
    assert_eq!(
        pin(&[("uv.lock", LOCK), ("requirements.txt", other)], ""),
        "3.8.6 requirements.txt:1:1 and 3.9.1 uv.lock:3:11"
    );
    assert_eq!(
        pin(&[("uv.lock", LOCK), ("requirements.txt", b"aiohttp==3.9.1.0")], ""),
        "3.9.1.0 requirements.txt:1:1"
    );
    assert_eq!(pin(&[("uv.lock", LOCK), ("requirements.txt", b"aiohttp>=3.8")], ""), "3.9.1 uv.lock:3:11");
    let range = pin(&[("uv.lock", LOCK), ("requirements.txt", b"aiohttp>=3.10")], "");
    assert_eq!(range, "3.9.1 uv.lock:3:11 and >=3.10 requirements.txt:1:1");
    let two = [LOCK, b"\n[[package]]\nname = \"aiohttp\"\nversion = \"3.8.6\"\n"].concat();
    assert_eq!(pin(&[("uv.lock", &two)], ""), "3.9.1 uv.lock:3:11 and 3.8.6 uv.lock:7:11");
    let marked = b"aiohttp==3.8.6; python_version<'3.8'\naiohttp==3.9.1; python_version>='3.8'";
    assert_eq!(pin(&[("requirements.txt", marked)], ""), "3.8.6 requirements.txt:1:1 and 3.9.1 requirements.txt:2:1");
    assert_eq!(pin(&[("requirements.txt", b"aiohttp==4.0.0a1")], ""), "foreign 4.0.0a1 requirements.txt:1:1");
}

#[test]
fn requirements_lead_to_others_below_the_root() {
    let files: &[(&str, &[u8])] = &[
        ("requirements.txt", b"-r deps/base.txt\n-c deps/pins.txt\n-r /etc/passwd\n-r ../../x.txt"),
        ("deps/base.txt", b"aiohttp\n-r ../requirements.txt"),
        ("deps/pins.txt", b"aiohttp==3.9.1"),
    ];
    assert_eq!(pin(files, "src"), "3.9.1 deps/pins.txt:1:1");
    assert_eq!(pin(&[("requirements/prod.txt", b"aiohttp==3.9.1")], "src"), "3.9.1 requirements/prod.txt:1:1");
    let utf16: Vec<u8> =
        [0xfeff].into_iter().chain("aiohttp==3.9.1\r\n".encode_utf16()).flat_map(u16::to_le_bytes).collect();
    assert_eq!(pin(&[("requirements.txt", &utf16)], ""), "3.9.1 requirements.txt:1:1");
}

#[test]
fn cargo_pins_what_is_written_in_rust() {
    let (pin, trouble) = pin_for("rust", &[("Cargo.lock", LOCK), ("requirements.txt", b"aiohttp==3.8.6")], "src");
    assert!(matches!(pin, Pin::Release(version, _) if version == "3.9.1") && trouble.is_empty());
}

#[test]
fn broken_lock_files_are_told_where_they_name_the_library() {
    let cases: &[(&str, &[u8], &str)] = &[
        ("uv.lock", b"[[package]]\nname = \"aiohttp\"\nversion = ", "syntax 3"),
        ("uv.lock", b"package = 3 # aiohttp", "syntax 1"),
        ("poetry.lock", b"[[package]]\nname = \"aiohttp\"\nversion = 3\n", "syntax 3"),
        ("Pipfile.lock", b"{\"default\": {\n\"aiohttp\": {", "syntax 2"),
        ("Pipfile.lock", b"[\"aiohttp\"]", "syntax 1"),
        ("pdm.lock", b"aiohttp \xff\xfe", "encoding 0"),
        ("uv.lock", b"[[package]\nname = \"yarl\"", ""),
        ("requirements.txt", b"\xff\xfe\xff", ""),
        ("requirements.txt", b"aiohttp==\n[[[\naiohttp[", ""),
        ("Pipfile.lock", b"{\"default\": {\"aiohttp\": 3, \"x\": {\"version\": 4}}, \"_meta\": 1}", ""),
    ];
    for (name, text, expected) in cases {
        let (pin, trouble) = pin_for("python", &[(name, text)], "src");
        let told: Vec<String> = trouble
            .iter()
            .map(|one| {
                let row = one.problem.at.map_or(0, |at| LineIndex::new(one.text.as_deref().unwrap()).line(at) + 1);
                format!("{} {row}", one.problem.kind.as_str())
            })
            .collect();
        assert_eq!(told.join(", "), *expected, "{name}: {trouble:?}");
        assert!(matches!(pin, Pin::Unnamed | Pin::Open(_)), "{name}: {pin:?}");
    }
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_not_waited_for() {
    let (pin, trouble) = pin_for("python", &[("uv.lock/aiohttp", b"")], "");
    assert_eq!((pin, trouble.len(), trouble[0].problem.kind), (Pin::Unnamed, 1, ProblemKind::Read));
}
