//! An editor that talks to the language server over its standard input and output.

use super::command::Project;
use lsp_server::{Message, Notification, Request, Response};
use lsp_types::Uri;
use serde_json::{Value, json};
use std::io::{BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// How long an answer may take on a machine that is busy with other things.
const PATIENCE: Duration = Duration::from_secs(120);

pub struct Editor {
    server: Child,
    to: Option<ChildStdin>,
    from: Receiver<Message>,
    /// What came while something else was waited for.
    kept: Vec<Message>,
    requests: i32,
}

impl Editor {
    /// An editor that has just started the server in a project's folder.
    pub fn start(project: &Project, flags: &[&str]) -> Editor {
        let built = project.command(&[&["--lsp"], flags].concat());
        let mut command = std::process::Command::new(built.get_program());
        command.args(built.get_args()).current_dir(project.path());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut server = command.spawn().unwrap();
        let (told, from) = channel();
        let mut out = BufReader::new(server.stdout.take().unwrap());
        std::thread::spawn(move || {
            while let Ok(Some(message)) = Message::read(&mut out) {
                if told.send(message).is_err() {
                    return;
                }
            }
        });
        Editor { to: server.stdin.take(), server, from, kept: Vec::new(), requests: 0 }
    }

    /// The same, once it has agreed with the server on what each can do.
    pub fn open(project: &Project, flags: &[&str], capabilities: &Value) -> Editor {
        let folder = json!([{"uri": address(project.path()), "name": "project"}]);
        Editor::agreed(project, flags, &json!({"capabilities": capabilities, "workspaceFolders": folder}))
    }

    /// The same of one that says this of itself.
    pub fn agreed(project: &Project, flags: &[&str], itself: &Value) -> Editor {
        let mut editor = Editor::start(project, flags);
        editor.ask("initialize", itself);
        editor.tell("initialized", &json!({}));
        editor
    }

    pub fn send(&mut self, message: &Message) {
        message.write(self.to.as_mut().unwrap()).unwrap();
    }

    /// Writes what is no message.
    pub fn write(&mut self, text: &str) {
        self.to.as_mut().unwrap().write_all(text.as_bytes()).unwrap();
    }

    /// Whether diagnostics of a file have come by now; they are not taken.
    pub fn hears(&mut self, path: &Path) -> bool {
        self.kept.extend(self.from.try_iter());
        self.has_diagnostics(path)
    }

    /// Whether a notification of this name has come that was not asked for yet.
    pub fn was_told(&mut self, method: &str) -> bool {
        self.kept.extend(self.from.try_iter());
        self.kept.iter().any(|message| matches!(message, Message::Notification(told) if told.method == method))
    }

    pub fn tell(&mut self, method: &str, params: &Value) {
        self.send(&Notification::new(method.to_owned(), params).into());
    }

    /// The whole answer to a request.
    pub fn answer(&mut self, method: &str, params: &Value) -> Response {
        self.requests += 1;
        let id = self.requests.into();
        self.send(&Request::new(self.requests.into(), method.to_owned(), params).into());
        self.wait(|message| match message {
            Message::Response(response) if response.id == id => Some(response.clone()),
            _ => None,
        })
    }

    /// What a request gives.
    pub fn ask(&mut self, method: &str, params: &Value) -> Value {
        self.answer(method, params).response_result.unwrap()
    }

    /// The parameters of the next notification or request of this name from the server.
    pub fn told(&mut self, method: &str) -> Value {
        self.wait(|message| match message {
            Message::Notification(told) if told.method == method => Some(told.params.clone()),
            Message::Request(asked) if asked.method == method => Some(asked.params.clone()),
            _ => None,
        })
    }

    /// The next diagnostics of a file.
    pub fn diagnostics(&mut self, path: &Path) -> Value {
        let address = address(path);
        self.wait(|message| match message {
            Message::Notification(told)
                if told.method == "textDocument/publishDiagnostics" && told.params["uri"] == address =>
            {
                Some(told.params.clone())
            }
            _ => None,
        })
    }

    /// Whether any diagnostics of a file have come that were not asked for yet.
    pub fn has_diagnostics(&self, path: &Path) -> bool {
        let address = address(path);
        self.kept.iter().any(|message| matches!(message, Message::Notification(told) if told.params["uri"] == address))
    }

    fn wait<T>(&mut self, take: impl Fn(&Message) -> Option<T>) -> T {
        if let Some(at) = self.kept.iter().position(|message| take(message).is_some()) {
            return take(&self.kept.remove(at)).unwrap();
        }
        loop {
            let message = self.from.recv_timeout(PATIENCE).expect("an answer comes");
            match take(&message) {
                Some(taken) => return taken,
                None => self.kept.push(message),
            }
        }
    }

    pub fn put(&mut self, path: &Path, version: i32, text: &str) {
        let (method, params) = if version == 1 {
            let item = json!({"uri": address(path), "languageId": "python", "version": 1, "text": text});
            ("textDocument/didOpen", json!({"textDocument": item}))
        } else {
            let document = json!({"uri": address(path), "version": version});
            ("textDocument/didChange", json!({"textDocument": document, "contentChanges": [{"text": text}]}))
        };
        self.tell(method, &params);
    }

    /// Ends the server as the protocol wants it; its exit status.
    pub fn end(mut self) -> i32 {
        assert_eq!(self.ask("shutdown", &Value::Null), Value::Null);
        self.tell("exit", &Value::Null);
        self.leave().0
    }

    /// Closes the connection; the server's exit status, and what it wrote as an error.
    pub fn leave(mut self) -> (i32, String) {
        drop(self.to.take());
        let out = self.server.wait_with_output().unwrap();
        (out.status.code().unwrap(), String::from_utf8(out.stderr).unwrap())
    }
}

/// The address of a file or folder.
pub fn address(path: &Path) -> String {
    Uri::from_file_path(path).unwrap().to_string()
}
