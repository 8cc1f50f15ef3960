//! The built command, run in a scratch folder.

use assert_cmd::Command;
use std::fs;
use std::path::Path;
use std::process::Output;
use tempfile::TempDir;

/// A folder with files, and the command run in it.
pub struct Project(TempDir);

impl Project {
    pub fn new(files: &[(&str, &str)]) -> Project {
        let project = Project(tempfile::tempdir().unwrap());
        for (path, text) in files {
            project.write(path, text);
        }
        project
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::cargo_bin("poolcheck").unwrap();
        // The environment of whoever runs the tests is not under test.
        for name in ["NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "FORCE_HYPERLINK"] {
            command.env_remove(name);
        }
        command.env("HOME", self.path()).env("XDG_CONFIG_HOME", self.path().join(".config"));
        command.current_dir(self.path()).args(args);
        command
    }

    pub fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// What `--show-files` lists.
    pub fn files(&self, args: &[&str]) -> Vec<String> {
        let out = self.run(&[&["--show-files"], args].concat());
        stdout(&out).lines().map(str::to_owned).collect()
    }

    /// The line of `--show-settings` for a key.
    pub fn setting(&self, key: &str, args: &[&str]) -> String {
        let out = self.run(&[&["--show-settings"], args].concat());
        assert_eq!(status(&out), 0, "{}", stderr(&out));
        let start = format!("{key} = ");
        let line = stdout(&out).lines().find_map(|line| line.strip_prefix(&start).map(str::to_owned));
        line.unwrap_or_default()
    }

    /// The error of a run that must fail with status 2 and an empty stdout.
    pub fn error(&self, args: &[&str]) -> String {
        let out = self.run(args);
        assert_eq!((status(&out), stdout(&out)), (2, String::new()), "{args:?}");
        let text = stderr(&out);
        assert!(text.starts_with("poolcheck: error: "), "{text}");
        text
    }
}

pub fn stdout(out: &Output) -> String {
    String::from_utf8(out.stdout.clone()).unwrap()
}

pub fn stderr(out: &Output) -> String {
    String::from_utf8(out.stderr.clone()).unwrap()
}

pub fn status(out: &Output) -> i32 {
    out.status.code().unwrap()
}
