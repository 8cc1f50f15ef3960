//! The built command: exit statuses, streams, files, configuration.
#![allow(clippy::unwrap_used)]

mod support;

use poolcheck::report::{FORMATS, ListForm};
use std::fs;
use std::path::Path;
use std::process::Stdio;
use support::command::{Project, status, stderr, stdout};

#[test]
fn a_clean_run_is_silent_on_stdout_and_says_so_on_stderr() {
    let project = Project::new(&[("a.py", "x = 1\n")]);
    let out = project.run(&[]);
    assert_eq!((status(&out), stdout(&out)), (0, String::new()));
    assert!(stderr(&out).starts_with("All checks passed: 1 file "), "{}", stderr(&out));
    assert_eq!(stderr(&project.run(&["-q"])), "");
}

#[test]
fn nothing_to_check_is_said() {
    let project = Project::new(&[("a.txt", "")]);
    let out = project.run(&[]);
    assert_eq!(status(&out), 0);
    assert!(stderr(&out).contains("warning: no Python or Rust file"), "{}", stderr(&out));
}

#[test]
fn every_bad_path_is_named_and_the_rest_is_checked() {
    let project = Project::new(&[("a.py", "")]);
    let out = project.run(&["no-such.py", "a.py", "nor-this", "--output-format", "json"]);
    assert_eq!(status(&out), 2);
    assert!(stderr(&out).contains("error: no-such.py: cannot be read: no such file or directory"), "{}", stderr(&out));
    assert!(stderr(&out).contains("error: nor-this: "), "{}", stderr(&out));
    assert!(!stderr(&out).contains("All checks passed"), "{}", stderr(&out));
    assert!(stdout(&out).contains("\"files\": 1,"), "{}", stdout(&out));
    assert_eq!(status(&project.run(&["no-such.py", "--exit-zero"])), 2);
    assert_eq!(status(&project.run(&["--show-files", "no-such.py"])), 2);
}

#[test]
fn mistyped_names_are_answered_with_the_nearest() {
    let project = Project::new(&[("a.py", "")]);
    for (args, near) in [
        (&["--selct", "PC1"][..], "'--select'"),
        (&["--select", "PC3O1"][..], "`PC301`"),
        (&["--ignore", "sesion-per-request"][..], "`session-per-request`"),
        (&["--extend-select", "pc3O1"][..], "`PC301`"),
        (&["--output-format", "jsn"][..], "'json'"),
        (&["--fail-on", "eror"][..], "'error'"),
        (&["--min-confidence", "hihg"][..], "'high'"),
        (&["--explain", "PC3O1"][..], "`PC301`"),
        (&["--explain", "PC3"][..], "PC301 (session-per-request)"),
        (&["--explain", "pc30"][..], "PC301 (session-per-request)"),
        (&["--explain", "Session"][..], "PC302 (session-not-closed)"),
        (&["--config", "selct=[]"][..], "`select`"),
        (&["--config", "fail-on=\"warnin\""][..], "`warning`"),
        (&["--config", "fail-on=error"][..], "quotes"),
        (&["--config", "nowhere.toml"][..], "neither a file nor KEY=VALUE"),
        (&["--exclude", "a["][..], "`a[`"),
        (&["-j", "0"][..], "'0'"),
        (&["-q", "-v"][..], "cannot be used with"),
    ] {
        let error = project.error(args);
        assert!(error.contains(near), "{args:?}: {error}");
    }
}

#[test]
fn configuration_errors_name_file_line_and_the_nearest_name() {
    for (text, line, what) in [
        ("selct = []\n", 1, "did you mean `select`"),
        ("\nselect = [\n  \"PC101\",\n  \"PC10l\"]\n", 4, "did you mean `PC101`"),
        ("select = \"PC101\"\n", 1, "`select`: a list of texts is wanted here, not a text"),
        ("select = [1]\n", 1, "`select`: a text in quotes is wanted here, not a number"),
        ("fail-on = \"errors\"\n", 1, "did you mean `error`"),
        ("min-confidence = \"certain\"\n", 1, "it is one of high, medium, low"),
        ("output-format = \"xml\"\n", 1, "it is one of full, concise"),
        ("lint-tests = \"yes\"\n", 1, "true or false is wanted"),
        ("[per-file-ignores]\n\"a[\" = [\"PC1\"]\n", 2, "`a[` is no glob"),
        ("[per-file-ignores]\n\"a\" = [\"PX1\"]\n", 2, "unknown rule `PX1`"),
        ("[rules.PC999]\n", 1, "unknown rule `PC999`"),
        ("[rules.PC301]\nseverty = \"error\"\n", 2, "did you mean `severity`"),
        ("[rules.PC201]\nlimit-per-host = 0\n", 2, "`rules.PC201.limit-per-host`: a whole number above 0"),
        ("[rules.PC301]\nlimit-per-host = 4\n", 2, "unknown key `limit-per-host`"),
        ("new-key = 1\nrequired-version = \">=99\"\n", 2, "wants poolcheck >=99"),
        ("select = [\n", 1, ""),
        ("fail-on = \"error\"\nfail-on = \"error\"\n", 2, "duplicate"),
    ] {
        let project = Project::new(&[("a.py", ""), ("poolcheck.toml", text)]);
        let error = project.error(&["."]);
        let place = format!("poolcheck.toml:{line}: ");
        assert!(error.contains(what) && (what.is_empty() || error.contains(&place)), "{text}: {error}");
    }
    let project = Project::new(&[("a.py", ""), ("sub/b.py", ""), ("sub/poolcheck.toml", "x = 1")]);
    assert!(project.error(&["."]).contains("sub/poolcheck.toml:1: "), "met on the walk");
}

#[test]
fn the_first_file_of_a_folder_that_speaks_of_poolcheck_counts() {
    let files = [
        ("poolcheck.toml", "fail-on = \"error\"\n"),
        (".poolcheck.toml", "fail-on = \"info\"\n"),
        ("pyproject.toml", "[tool.poolcheck]\nfail-on = \"never\"\n"),
        ("Cargo.toml", "[package.metadata.poolcheck]\nfail-on = \"error\"\n"),
    ];
    let expected = ["\"error\"", "\"info\"", "\"never\"", "\"error\""];
    let project = Project::new(&files);
    project.write("a.py", "");
    for (index, (name, _)) in files.iter().enumerate() {
        assert_eq!(project.setting("fail-on", &[]), expected[index], "{name}");
        fs::remove_file(project.path().join(name)).unwrap();
    }
    project.write("Cargo.toml", "[workspace.metadata.poolcheck]\nfail-on = \"info\"\n");
    assert_eq!(project.setting("fail-on", &[]), "\"info\"");
}

#[test]
fn the_nearest_configuration_counts_for_each_file() {
    let project = Project::new(&[
        ("poolcheck.toml", "fail-on = \"error\"\nexclude = [\"gone\"]\n"),
        ("gone/a.py", ""),
        ("sub/pyproject.toml", "[tool.other]\n[project]\nname = \"poolcheck-user\"\n"),
        ("sub/a.py", ""),
        ("sub/deep/poolcheck.toml", "fail-on = \"info\"\n"),
        ("sub/deep/gone/a.py", ""),
        ("sub/deep/broken/pyproject.toml", "this is no TOML, and none of our business"),
        ("sub/deep/broken/a.py", ""),
    ]);
    assert_eq!(project.setting("fail-on", &["sub/a.py"]), "\"error\"", "without our table the search goes on");
    assert_eq!(project.setting("fail-on", &["sub/deep"]), "\"info\"");
    assert_eq!(project.files(&[]), ["sub/a.py", "sub/deep/broken/a.py", "sub/deep/gone/a.py"]);
}

#[test]
fn flags_stand_above_inline_settings_above_files() {
    let project = Project::new(&[("poolcheck.toml", "fail-on = \"error\"\nignore = [\"PC101\"]\n"), ("a.py", "")]);
    assert_eq!(project.setting("fail-on", &["--config", "fail-on=\"info\""]), "\"info\"");
    let both = ["--config", "fail-on=\"info\"", "--fail-on", "never"];
    assert_eq!(project.setting("fail-on", &both), "\"never\"");
    assert_eq!(project.setting("fail-on", &["--isolated"]), "\"warning\"");
    assert!(!project.setting("select", &[]).contains("PC101"));
    assert_eq!(project.setting("select", &["--select", "PC101,PC3", "--ignore", "PC3"]), "[\"PC101\"]");
    assert_eq!(project.setting("rules", &["--config", "rules.PC201.limit-per-host=7"]), "{PC201.limit-per-host = 7}");
    project.write("other/ci.toml", "fail-on = \"info\"\n");
    assert_eq!(project.setting("fail-on", &["--config", "other/ci.toml"]), "\"info\"");
    assert!(!project.setting("select", &["--config", "other/ci.toml"]).contains("PC999"));
    project.write("other/pyproject.toml", "[tool.x]\n");
    assert!(project.error(&["--config", "other/pyproject.toml"]).contains("has no table [tool.poolcheck]"));
    assert!(project.error(&["--config", "other/ci.toml", "--isolated"]).contains("--isolated"));
}

#[test]
fn a_comma_at_the_end_of_a_list_of_rules_is_none_too_many() {
    let project = Project::new(&[("a.py", "import aiohttp\nT = aiohttp.ClientTimeout(total=1, connect=2)\n")]);
    for (list, found) in [("PC101,", 1), ("PC103,,PC101", 1), (" PC103 , ", 0)] {
        assert_eq!(stdout(&project.run(&["--select", list])).matches("[PC101]").count(), found, "{list}");
    }
    for list in ["", ",", " , "] {
        assert!(project.error(&["--select", list]).contains("--select: names no rule"), "{list}");
    }
}

#[test]
fn a_setting_for_one_run_is_laid_over_the_file_as_a_flag_is() {
    let project = Project::new(&[("a.py", ""), ("poolcheck.toml", "select = [\"PC1\"]\nignore = [\"PC101\"]\n")]);
    let rules = |setting: &str, flag: &[&str]| {
        let by_setting = project.setting("select", &["--config", setting]);
        assert_eq!(by_setting, project.setting("select", flag), "{setting}");
        by_setting
    };
    let both = rules("ignore=[\"PC103\"]", &["--ignore", "PC103"]);
    assert!(both.contains("PC102") && !both.contains("PC101") && !both.contains("PC103"), "{both}");
    let anew = rules("select=[\"PC101\"]", &["--select", "PC101"]);
    assert!(anew.contains("PC101") && !anew.contains("PC102"), "{anew}");
}

#[test]
fn what_is_ignored_is_left_out_by_force_alone() {
    for repository in [true, false] {
        let project = Project::new(&[
            (".gitignore", "gen/\n*_gen.py\n"),
            ("sub/.gitignore", "!kept_gen.py\n"),
            ("gen/deep/a.py", ""),
            ("sub/a_gen.py", ""),
            ("sub/kept_gen.py", ""),
            ("b.py", ""),
        ]);
        if repository {
            project.write(".git/HEAD", "");
        }
        let named = ["gen/deep/a.py", "gen/deep", "sub/a_gen.py", "sub/kept_gen.py", "b.py"];
        assert_eq!(project.files(&named).len(), 4);
        let files = |more: &[&str]| project.files(&[more, &named].concat());
        assert_eq!(files(&["--force-exclude"]), ["b.py", "sub/kept_gen.py"]);
        assert_eq!(files(&["--force-exclude", "--no-ignore"]).len(), 4);
        let read = project.command(&["--show-files", "-", "--force-exclude", "--stdin-filename", "gen/a.py"]).output();
        assert_eq!(stdout(&read.unwrap()), "");
    }
}

#[test]
fn gitignore_and_its_kin_are_obeyed() {
    let project = Project::new(&[
        (".git/info/exclude", "excluded.py\n"),
        (".gitignore", "*.gen.py\n/only_root.py\nfolder/\nsub/*.tmp.py\n"),
        (".ignore", "ours.py\n!kept.gen.py\n"),
        ("a.py", ""),
        ("a.gen.py", ""),
        ("kept.gen.py", ""),
        ("only_root.py", ""),
        ("excluded.py", ""),
        ("ours.py", ""),
        ("folder/a.py", ""),
        ("sub/only_root.py", ""),
        ("sub/b.tmp.py", ""),
        ("sub/.gitignore", "!back.gen.py\nlocal.py\n"),
        ("sub/back.gen.py", ""),
        ("sub/local.py", ""),
        ("sub/inner/local.py", ""),
    ]);
    assert_eq!(project.files(&[]), ["a.py", "kept.gen.py", "sub/back.gen.py", "sub/only_root.py"]);
    assert_eq!(project.files(&["sub"]), ["sub/back.gen.py", "sub/only_root.py"], "what stands above holds below");
    assert_eq!(project.files(&["a.gen.py", "folder"]), ["a.gen.py", "folder/a.py"], "what is named is checked");
    assert_eq!(project.files(&["--no-ignore"]).len(), 12);
    project.write("poolcheck.toml", "respect-gitignore = false\n");
    assert_eq!(project.files(&[]).len(), 12);
}

#[test]
fn a_repository_inside_another_has_its_own_ignore_files() {
    let project = Project::new(&[
        (".git/HEAD", ""),
        (".gitignore", "a.py\n"),
        ("vendor/.git/HEAD", ""),
        ("vendor/a.py", ""),
        ("sub/a.py", ""),
    ]);
    assert_eq!(project.files(&[]), ["vendor/a.py"]);
}

#[test]
fn the_users_own_ignore_list_is_obeyed_in_repositories() {
    let project = Project::new(&[(".config/git/ignore", "mine.py\n"), ("mine.py", ""), ("a.py", "")]);
    assert_eq!(project.files(&[]), ["a.py", "mine.py"]);
    project.write(".git/HEAD", "");
    assert_eq!(project.files(&[]), ["a.py"]);
}

#[test]
fn excludes_prune_and_can_be_forced_on_named_paths() {
    let project = Project::new(&[
        ("src/a.py", ""),
        ("src/gen/b.py", ""),
        ("build/c.py", ""),
        (".venv/d.py", ""),
        ("e.ipynb", ""),
    ]);
    assert_eq!(project.files(&[]), ["e.ipynb", "src/a.py", "src/gen/b.py"]);
    assert_eq!(project.files(&["--extend-exclude", "src/gen,*.ipynb"]), ["src/a.py"]);
    assert_eq!(project.files(&["--exclude", "src"]), [".venv/d.py", "build/c.py", "e.ipynb"]);
    assert_eq!(project.files(&["build/c.py", "build"]), ["build/c.py"]);
    assert!(project.files(&["--force-exclude", "build/c.py", ".venv"]).is_empty());
    assert_eq!(project.files(&["--force-exclude", "src/a.py"]), ["src/a.py"]);
    let here = project.path().join("build");
    let out = project.command(&["--show-files"]).current_dir(here).output().unwrap();
    assert_eq!(stdout(&out), "c.py\n", "where one stands is not excluded by its own name");
}

#[test]
fn what_is_called_like_build_output_is_read_among_sources() {
    let project = Project::new(&[
        ("build/a.py", ""),
        ("src/build/b.rs", ""),
        ("src/tool/dist/c.py", ""),
        ("src/tool/venv/d.py", ""),
        ("src/web/build/e.py", ""),
        ("src/web/setup.py", ""),
    ]);
    assert_eq!(project.files(&[]), ["src/build/b.rs", "src/tool/dist/c.py", "src/web/setup.py"]);
    assert_eq!(project.files(&["--extend-exclude", "build"]), ["src/tool/dist/c.py", "src/web/setup.py"]);
}

#[test]
fn the_end_shows_the_comment_of_the_language() {
    let rust = "pub fn client() -> reqwest::Client {\n    reqwest::Client::new()\n}\n";
    let project = Project::new(&[("src/lib.rs", rust)]);
    let out = project.command(&[]).output().unwrap();
    assert!(stderr(&out).contains("`// poolcheck: ignore[PC103] reason`"), "{}", stderr(&out));
    project
        .write("src/lib.rs", &rust.replace(";", "").replace("new()", "new() // poolcheck: ignore[PC103] it may wait"));
    assert_eq!(status(&project.command(&[]).output().unwrap()), 0);
}

#[test]
fn paths_are_sorted_relative_and_reported_once() {
    let project = Project::new(&[("b/a.py", ""), ("b-c.py", ""), ("a.py", ""), ("x.txt", "")]);
    let absolute = project.path().canonicalize().unwrap().join("a.py");
    let args = ["./b/../a.py", ".", absolute.to_str().unwrap(), "b"];
    assert_eq!(project.files(&args), ["a.py", "b-c.py", "b/a.py"]);
    let there = |path: &str| {
        let out = project.command(&["--show-files", path]).current_dir(project.path().join("b")).output().unwrap();
        stdout(&out)
    };
    assert_eq!(there("../a.py"), "../a.py\n", "elsewhere a path is shown as it was named");
    assert_eq!(there(absolute.to_str().unwrap()), format!("{}\n", absolute.display()));
    assert_eq!(project.files(&["x.txt"]), ["x.txt"], "a named file is checked whatever it is called");
}

#[cfg(unix)]
#[test]
fn links_make_no_cycles_and_odd_names_survive() {
    use std::os::unix::{ffi::OsStrExt, fs::symlink};
    let project = Project::new(&[("a/b.py", "")]);
    symlink(project.path(), project.path().join("a/loop")).unwrap();
    symlink("b.py", project.path().join("a/link.py")).unwrap();
    symlink("nowhere", project.path().join("a/dangling.py")).unwrap();
    fs::write(project.path().join(std::ffi::OsStr::from_bytes(b"a/\xff\x1b.py")), "").unwrap();
    assert_eq!(project.files(&[]), ["a/b.py", "a/link.py", "a/\u{fffd}\\u{1b}.py"]);
    symlink("a", project.path().join("named")).unwrap();
    assert_eq!(project.files(&["named"])[0], "named/b.py", "a named link to a folder is walked");
    fs::write(project.path().join(std::ffi::OsStr::from_bytes(b"a/\xfe\x1b.py")), "").unwrap();
    assert_eq!(project.files(&[]).len(), 4, "two files that are shown alike are two files");
}

#[test]
fn standard_input_is_a_file() {
    let project = Project::new(&[("poolcheck.toml", "exclude = [\"gen\"]\n")]);
    let run = |args: &[&str]| project.command(args).write_stdin("x = 1\n").output().unwrap();
    assert_eq!(stdout(&run(&["--show-files", "-", "--stdin-filename", "src/a.py"])), "src/a.py\n");
    assert_eq!(stdout(&run(&["--show-files", "-"])), "<stdin>\n");
    let excluded = ["--show-files", "-", "--force-exclude", "--stdin-filename", "gen/a.py"];
    assert_eq!(stdout(&run(&excluded)), "");
    assert_eq!(stdout(&run(&["--show-files", "--stdin-filename", "src/a.py"])), "src/a.py\n");
    assert_eq!(status(&run(&["--stdin-filename", "src/a.py", "src"])), 2);
    assert_eq!(status(&run(&["--diff", "-"])), 2);
    assert_eq!(status(&run(&["-"])), 0);
}

#[test]
fn nothing_to_read_is_no_use_of_a_library() {
    let project = Project::new(&[("empty.ipynb", ""), ("blank.ipynb", "\n"), ("a.py", "x = 1\n")]);
    for args in [&["-"][..], &["empty.ipynb"], &["blank.ipynb"], &["a.py"]] {
        let out = project.command(args).write_stdin("").output().unwrap();
        assert_eq!((status(&out), stdout(&out)), (0, String::new()), "{args:?}");
        assert_eq!(stderr(&out), "All checks passed: 1 file (known libraries in 0, 0 sites judged)\n", "{args:?}");
    }
}

#[test]
fn what_cannot_be_done_is_said_with_the_remedy() {
    let project = Project::new(&[("poolcheck.toml", "")]);
    for args in [&["--jobs", "0"][..], &["-j0"]] {
        assert!(project.error(args).contains("jobs may not be 0; leave the flag out for one for each processor"));
    }
    assert!(project.error(&["--jobs", "two"]).contains("a whole number above 0 is wanted here"));
    assert_eq!(
        project.error(&["--show-settings", "missing.py"]),
        "poolcheck: error: missing.py: cannot be read: no such file or directory\n"
    );
    assert_eq!(status(&project.run(&["--show-settings", "-", "--stdin-filename", "missing.py"])), 0);
    fs::remove_file(project.path().join("poolcheck.toml")).unwrap();
    fs::create_dir(project.path().join("folder.toml")).unwrap();
    for args in [&["missing.py"][..], &["--config", "libraries=['folder.toml']"], &["-o", "folder.toml"]] {
        let out = project.run(args);
        assert!(status(&out) == 2 && !stderr(&out).contains("os error"), "{args:?}: {}", stderr(&out));
    }
}

#[test]
fn lists_have_a_form_in_some_formats_only() {
    let text = "import aiohttp\n\n\nasync def main():\n    return aiohttp.TCPConnector(limit=50)\n";
    let project = Project::new(&[("a.py", text)]);
    for flag in ["--statistics", "--rules"] {
        for format in FORMATS {
            let args = [flag, "--output-format", format.name];
            let Some(form) = format.list else {
                let told = project.error(&args);
                let wanted =
                    format!("{flag} has no form in `{}`; it is written as full, concise, grouped, json,", format.name);
                assert!(told.contains(&wanted), "{told}");
                continue;
            };
            let shown = stdout(&project.run(&args));
            let first = shown.lines().next().unwrap();
            let json = |text: &str| serde_json::from_str::<serde_json::Value>(text).ok();
            match form {
                ListForm::Text => assert!(first.contains("PC") && json(first).is_none(), "{shown}"),
                ListForm::Json => assert!(json(&shown).unwrap().is_array(), "{shown}"),
                ListForm::JsonLines => assert!(json(first).unwrap()["code"].is_string(), "{shown}"),
            }
        }
    }
    project.write("poolcheck.toml", "output-format = \"sarif\"\n");
    assert_eq!(stdout(&project.run(&["--statistics"])), "1  PC201  limit-per-host-not-set\n", "it speaks of findings");
}

#[test]
fn libraries_are_chosen_by_name_and_described_in_files() {
    let both = "import aiohttp\nimport requests\n\n\ndef ask(url):\n    requests.get(url)  # poolcheck: ignore[PC103] why\n    \
                return requests.get(url)\n\n\nasync def main():\n    return aiohttp.TCPConnector(limit=50)\n";
    let own = include_str!("../rules/libraries/requests.toml").replace("requests", "couriers");
    let ours = both.replace("requests", "couriers");
    let project = Project::new(&[("a.py", both), ("b.py", &ours), ("ci/couriers.toml", &own), ("poolcheck.toml", "")]);
    let codes = |libraries: &str| {
        project.write("poolcheck.toml", &format!("libraries = [{libraries}]\n"));
        let out = project.run(&["--output-format", "concise", "-q"]);
        assert!(status(&out) < 2, "{}", stderr(&out));
        let code = |line: &str| format!("{} {}", &line[..4], &line[line.rfind('[').unwrap() + 1..line.len() - 1]);
        let mut codes: Vec<String> = stdout(&out).lines().map(code).collect();
        codes.sort();
        codes.dedup();
        codes
    };
    assert_eq!(codes(""), ["a.py PC103", "a.py PC201", "b.py PC201", "b.py PC901"]);
    assert_eq!(codes("'aiohttp'"), ["a.py PC201", "b.py PC201"], "nor is a suppression for another one unused");
    assert_eq!(codes("'requests'"), ["a.py PC103"]);
    assert_eq!(codes("'ci/couriers.toml'"), ["a.py PC103", "a.py PC201", "b.py PC103", "b.py PC201"]);
    assert_eq!(codes("'httpx', 'ci/couriers.toml'"), ["b.py PC103"]);
    let sites = stdout(&project.run(&["--sites", "--config", "libraries = ['requests']"]));
    assert!(!sites.contains("aiohttp"), "{sites}");
    let error = |libraries: &str| {
        project.write("poolcheck.toml", &format!("libraries = [{libraries}]\n"));
        project.error(&[])
    };
    assert!(
        error("'aiohtp'").contains("poolcheck.toml:1: `libraries`: unknown library `aiohtp`; did you mean `aiohttp`?")
    );
    assert!(error("'nowhere.toml'").contains("nowhere.toml: cannot be read: no such file or directory"));
    project.write("broken.toml", "[library]\n");
    assert!(error("'broken.toml'").contains("`libraries`: broken.toml:1: missing field "));
    project.write("broken.toml", "[library]\nname = \n");
    let told = error("'broken.toml'");
    assert!(told.contains("`libraries`: broken.toml:2: ") && !told.contains("\\u{a}"), "{told}");
}

#[test]
fn output_goes_to_a_file() {
    let project = Project::new(&[("a.py", "")]);
    let out = project.run(&["--output-format", "json", "-o", "out.json"]);
    assert_eq!((status(&out), stdout(&out)), (0, String::new()));
    assert!(fs::read_to_string(project.path().join("out.json")).unwrap().starts_with("{\n  \"version\": 1,"));
    assert!(project.error(&["-o", "no/such/folder.json"]).contains("--output-file: no/such/folder.json"));
    for device in ["/dev/stdout", "/dev/null", "/dev/full"].into_iter().filter(|device| Path::new(device).exists()) {
        let out = project.run(&["--output-format", "json", "-o", device]);
        assert_eq!(status(&out), if device == "/dev/full" { 2 } else { 0 }, "{device}: {}", stderr(&out));
        assert_eq!(stdout(&out).contains("\"files\""), device == "/dev/stdout", "{device}");
    }
}

#[test]
fn a_report_takes_the_place_of_nothing_else() {
    let source = "import requests\n";
    let project = Project::new(&[("q.py", source), ("sub/r.py", source), ("old", "an old report"), ("odd", source)]);
    let read = |name: &str| fs::read_to_string(project.path().join(name)).unwrap();
    for args in [&["-o", "q.py", "q.py"][..], &["-o", "sub/../sub/r.py"], &["-o", "odd", "odd"]] {
        for more in [&[][..], &["--sites"], &["--diff"], &["--show-files"]] {
            let error = project.error(&[args, more].concat());
            assert!(error.contains("is one of the files that are checked"), "{error}");
        }
    }
    for args in [&["nope"][..], &["--baseline", "missing"], &["--config", "select=[1]"], &["--since", "nowhere"]] {
        assert_eq!(status(&project.run(&[&["-o", "old"], args].concat())), 2, "{args:?}");
        assert_eq!(read("old"), "an old report", "{args:?}");
    }
    assert_eq!(["q.py", "sub/r.py", "odd"].map(read), [source; 3]);
    assert_eq!(fs::read_dir(project.path()).unwrap().count(), 4, "nothing is left behind");
    assert_eq!((status(&project.run(&["-o", "old", "q.py"])), read("old")), (0, String::new()));
    assert_eq!(status(&project.run(&["--rules", "-o", "rules.txt"])), 0);
    assert!(read("rules.txt").contains("PC101"));
}

#[test]
fn why_a_strict_run_fails_is_told_in_every_form() {
    let project = Project::new(&[("a.py", "import requests\nx = requests.get(timeout=1 +)\n")]);
    for args in [&[][..], &["--statistics"], &["--diff"], &["--sites"], &["--statistics", "--output-format", "json"]] {
        let out = project.run(&[&["--strict", "-q"], args].concat());
        assert_eq!(status(&out), 2, "{args:?}");
        let told = stdout(&out) + &stderr(&out);
        assert!(told.contains("a.py:2:") && told.matches("[syntax]").count() == 1, "{args:?}: {told}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error_and_a_closed_pipe_is_none() {
    let project = Project::new(&[("a.py", "")]);
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin("poolcheck"));
    let out = command.arg("--rules").stdout(Stdio::from(full)).output().unwrap();
    assert_eq!(status(&out), 2);
    assert!(stderr(&out).contains("the output cannot be written"), "{}", stderr(&out));
    for args in [&["--rules"][..], &["--help"][..], &["--version"][..], &["--show-files", "."][..]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin("poolcheck"));
        let out = command.args(args).current_dir(project.path()).stdout(writer).output().unwrap();
        assert_eq!((status(&out), stderr(&out)), (0, String::new()), "{args:?}");
    }
}

#[test]
fn colours_follow_flag_and_environment() {
    let project = Project::new(&[("a.py", "")]);
    let colored = |flag: &[&str], env: &[(&str, &str)]| {
        let args = [&["--explain", "PC101"], flag].concat();
        let out = project.command(&args).envs(env.iter().copied()).output().unwrap();
        stdout(&out).contains('\u{1b}')
    };
    assert!(!colored(&[], &[]), "a pipe");
    assert!(colored(&["--color", "always"], &[]));
    assert!(colored(&["--color", "always"], &[("NO_COLOR", "1")]));
    assert!(colored(&[], &[("FORCE_COLOR", "1")]) && colored(&[], &[("CLICOLOR_FORCE", "1")]));
    assert!(!colored(&[], &[("FORCE_COLOR", "0")]) && !colored(&[], &[("CLICOLOR_FORCE", "0")]));
    assert!(!colored(&[], &[("NO_COLOR", "1"), ("FORCE_COLOR", "1")]));
    assert!(colored(&[], &[("NO_COLOR", ""), ("FORCE_COLOR", "1")]), "empty is not set");
    assert!(!colored(&["--color", "never"], &[("FORCE_COLOR", "1")]));
}

#[test]
fn verbose_tells_what_was_read() {
    let project = Project::new(&[("poolcheck.toml", ""), ("sub/poolcheck.toml", ""), ("sub/a.py", "")]);
    let text = stderr(&project.run(&["-v"]));
    assert_eq!(text.matches("poolcheck: read ").count(), 2, "{text}");
    assert!(text.contains("project root") && text.contains("threads"), "{text}");
}

#[test]
fn the_project_is_the_nearest_configuration_else_the_repository_else_the_paths() {
    let project = Project::new(&[("a/b/c.py", ""), ("a/d/e.py", "")]);
    let root = |args: &[&str]| {
        let out = stdout(&project.run(&[&["--show-settings"], args].concat()));
        let root = out.lines().find_map(|line| line.strip_prefix("# project root: ")).unwrap().to_owned();
        let here = project.path().canonicalize().unwrap();
        Path::new(&root).strip_prefix(&here).map(|root| root.to_str().unwrap().to_owned()).unwrap_or(root)
    };
    assert_eq!(root(&["a/b/c.py"]), "a/b");
    assert_eq!(root(&["a/b/c.py", "a/d"]), "a");
    project.write(".git/HEAD", "");
    assert_eq!(root(&["a/b/c.py"]), "");
    project.write("a/poolcheck.toml", "");
    assert_eq!(root(&["a/b/c.py"]), "a");
    assert_eq!(root(&["--isolated", "a/b/c.py"]), "");
}

#[test]
fn rules_are_explained_and_listed() {
    let project = Project::new(&[]);
    for name in ["PC301", "session-per-request"] {
        assert!(stdout(&project.run(&["--explain", name])).starts_with("PC301 session-per-request\n==="), "{name}");
    }
    let list = stdout(&project.run(&["--rules"]));
    assert!(list.lines().any(|line| line.starts_with("PC301  session-per-request ")), "{list}");
    let json = stdout(&project.run(&["--rules", "--output-format", "json"]));
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json[0]["code"], "PC101");
}

#[test]
fn help_and_version_go_to_stdout() {
    let project = Project::new(&[]);
    let version = project.run(&["--version"]);
    assert_eq!((status(&version), stdout(&version)), (0, format!("poolcheck {}\n", env!("CARGO_PKG_VERSION"))));
    for flag in ["-h", "--help"] {
        let help = project.run(&[flag]);
        assert_eq!((status(&help), stderr(&help)), (0, String::new()));
        assert!(stdout(&help).contains("Exit status:") && !stdout(&help).contains("--no-prefilter"));
    }
}

#[test]
fn completions_and_the_manual_are_made_from_the_flags() {
    let project = Project::new(&[]);
    for (shell, mark) in [
        ("bash", "complete -F _poolcheck"),
        ("zsh", "#compdef poolcheck"),
        ("fish", "complete -c poolcheck"),
        ("zsh", "session-per-request"),
    ] {
        let out = project.run(&["--completions", shell]);
        assert_eq!((status(&out), stderr(&out)), (0, String::new()), "{shell}");
        let text = stdout(&out);
        assert!(text.contains(mark) && text.contains("min-confidence") && text.contains("PC301"), "{shell}");
    }
    assert!(project.error(&["--completions", "bsh"]).contains("'bash'"));
    let out = project.run(&["--man"]);
    assert_eq!((status(&out), stderr(&out)), (0, String::new()));
    let page = stdout(&out);
    assert!(page.contains(".TH poolcheck 1") && page.contains("min\\-confidence") && !page.contains("no\\-prefilter"));
}
