//! `--lsp`: the language server. It runs the engine over what an editor has open, and tells what the command would tell.
//!
//! One thread takes the editor's messages, another one checks; what they share is the [`Desk`]. What is open is reported;
//! known is the whole project, so that a constant edited in one file changes what is said of another. A run starts anew
//! each time: there is nothing that could be out of date. Refuses to know what findings mean.

mod actions;
mod checker;
mod desk;
mod diagnostics;
mod places;

use crate::config::Flags;
use crate::languages::LANGUAGES;
use crate::paths;
use crossbeam_channel::Sender;
use desk::Desk;
use lsp_server::{Connection, ErrorCode, Message, Notification, Request, RequestId, Response};
use lsp_types::{
    ChangeNotifications, CodeActionKind, CodeActionOptions, CodeActionParams, CodeActionProvider,
    DidChangeTextDocumentParams, DidChangeWatchedFilesRegistrationOptions, DidChangeWorkspaceFoldersParams,
    DidCloseTextDocumentParams, DidOpenTextDocumentParams, FileSystemWatcher, InitializeResult, Registration,
    RegistrationParams, Save, ServerCapabilities, ServerInfo, TextDocumentContentChangeEvent, TextDocumentSync,
    TextDocumentSyncKind, TextDocumentSyncOptions, Uri, WorkspaceFoldersServerCapabilities, WorkspaceOptions,
};
use places::Encoding;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::Builder;

/// The stack of the thread that answers: to write a comment that silences, a file is lowered.
const STACK: usize = 16 << 20;

/// The kind of the action that mends all that can be mended without changing what the program does.
const FIX_ALL: &str = "source.fixAll.poolcheck";

/// What other files end in that findings depend on: configurations and lock files.
const OTHERS: [&str; 3] = ["toml", "lock", "txt"];

/// How much of a message about what the editor sent is shown.
const SHOWN: usize = 300;

/// Serves an editor until it ends; whether it did so in good order. The flags hold for each run.
///
/// # Errors
/// What the editor sends is not of the protocol, or a thread cannot be had.
pub fn serve(flags: &Flags) -> Result<bool, String> {
    let unread = |error: io::Error| format!("the editor's messages: {}", shortened(&error.to_string()));
    let (connection, threads) = Connection::stdio();
    let flags = rooted(flags);
    let in_order = std::thread::scope(|scope| {
        let serving = Builder::new().stack_size(STACK).spawn_scoped(scope, || answer(&flags, connection))?;
        serving.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    });
    let in_order = in_order.map_err(unread)?;
    threads.join().map_err(unread)?;
    Ok(in_order)
}

/// A message as one line that is not long.
fn shortened(message: &str) -> String {
    message.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(SHOWN).collect()
}

/// Files that flags name, relative to the working directory, wherever the editor works.
fn rooted(flags: &Flags) -> Flags {
    let absolute = |path: &Path| paths::absolute(&flags.cwd, path);
    let file = |argument: &String| {
        let path = absolute(Path::new(argument));
        if path.is_file() { path.to_string_lossy().into_owned() } else { argument.clone() }
    };
    Flags {
        config: flags.config.iter().map(file).collect(),
        baseline: flags.baseline.as_deref().map(absolute),
        ..flags.clone()
    }
}

fn answer(flags: &Flags, connection: Connection) -> io::Result<bool> {
    // Whoever sends does not wait for the editor to read, which may be about to write itself.
    let (queue, queued) = crossbeam_channel::unbounded::<Message>();
    let sender = connection.sender.clone();
    let forward = move || queued.into_iter().try_for_each(|message| sender.send(message));
    let forwarder = Builder::new().spawn(forward)?;
    let in_order = match connection.initialize_start() {
        Ok((id, params)) => serve_initialized(flags, &connection, &queue, (id, &params))?,
        // It left before it began.
        Err(_) => false,
    };
    drop((queue, connection));
    let _ = forwarder.join();
    Ok(in_order)
}

fn serve_initialized(
    flags: &Flags,
    connection: &Connection,
    queue: &Sender<Message>,
    (id, params): (RequestId, &Value),
) -> io::Result<bool> {
    let encoding = Encoding::agreed(params);
    let server = ServerInfo { name: "poolcheck".to_owned(), version: Some(env!("CARGO_PKG_VERSION").to_owned()) };
    let result = InitializeResult { capabilities: capabilities(encoding), server_info: Some(server) };
    let _ = queue.send(Response::new_ok(id, result).into());
    let desk = Arc::new(Desk::new(folders(params), queue.clone()));
    let (checkers_desk, checkers_flags) = (Arc::clone(&desk), flags.clone());
    // It is not waited for: what it works out when the editor leaves is of no use.
    drop(Builder::new().spawn(move || checker::run(&checkers_desk, &checkers_flags, encoding))?);
    let watch = watching(params);
    let in_order = take_messages(connection, queue, &desk, (encoding, watch));
    desk.close();
    Ok(in_order)
}

/// Takes messages until the editor ends; whether it said before that it would.
fn take_messages(
    connection: &Connection,
    queue: &Sender<Message>,
    desk: &Desk,
    (encoding, mut watch): (Encoding, Option<Request>),
) -> bool {
    let mut ending = false;
    for message in &connection.receiver {
        match message {
            Message::Request(request) if ending => {
                let message = "the server is about to end".to_owned();
                let _ = queue.send(Response::new_err(request.id, ErrorCode::InvalidRequest as i32, message).into());
            }
            Message::Request(request) if request.method == "shutdown" => {
                ending = true;
                let _ = queue.send(Response::new_ok(request.id, ()).into());
            }
            Message::Request(request) => {
                let _ = queue.send(respond(request, desk, encoding).into());
            }
            Message::Notification(notification) => match notification.method.as_str() {
                "exit" => return ending,
                "initialized" => drop(watch.take().map(|watch| queue.send(watch.into()))),
                _ if ending => {}
                _ => take_note(notification, desk),
            },
            Message::Response(_) => {}
        }
    }
    false
}

fn capabilities(encoding: Encoding) -> ServerCapabilities {
    let kinds = vec![CodeActionKind::QuickFix, CodeActionKind::Custom(FIX_ALL.into())];
    ServerCapabilities {
        position_encoding: Some(encoding.kind()),
        text_document_sync: Some(TextDocumentSync::Options(TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::Full),
            save: Some(Save::Bool(true)),
            ..TextDocumentSyncOptions::default()
        })),
        code_action_provider: Some(CodeActionProvider::CodeActionOptions(CodeActionOptions {
            code_action_kinds: Some(kinds),
            ..CodeActionOptions::default()
        })),
        workspace: Some(WorkspaceOptions {
            workspace_folders: Some(WorkspaceFoldersServerCapabilities {
                supported: Some(true),
                change_notifications: Some(ChangeNotifications::Bool(true)),
            }),
            ..WorkspaceOptions::default()
        }),
        ..ServerCapabilities::default()
    }
}

/// The folders that the editor works in. No more is read of what it says of itself than is needed.
fn folders(params: &Value) -> Vec<PathBuf> {
    let path = |address: &Value| path_of(&Uri::parse(address.as_str()?).ok()?);
    let named = params["workspaceFolders"].as_array().into_iter().flatten();
    let mut folders: Vec<PathBuf> = named.filter_map(|folder| path(&folder["uri"])).collect();
    if folders.is_empty() {
        // Older editors have one.
        folders.extend(path(&params["rootUri"]));
    }
    folders
}

/// The path of an address, without `.` and `..`; nothing for what is no file.
fn path_of(uri: &Uri) -> Option<PathBuf> {
    let path = (uri.scheme() == "file").then(|| uri.to_file_path().ok()).flatten()?;
    Some(paths::absolute(&path, Path::new("")))
}

/// Asks the editor to tell when a file changes on which findings may depend, where it can.
fn watching(params: &Value) -> Option<Request> {
    params["capabilities"]["workspace"]["didChangeWatchedFiles"]["dynamicRegistration"]
        .as_bool()
        .filter(|able| *able)?;
    let code = LANGUAGES.iter().flat_map(|language| language.extensions).copied();
    let patterns = code.chain(OTHERS).map(|extension| format!("**/*.{extension}"));
    let patterns = patterns.chain(["**/.gitignore".to_owned()]);
    let watch = |pattern: String| FileSystemWatcher { glob_pattern: pattern.into(), kind: None };
    let options = DidChangeWatchedFilesRegistrationOptions { watchers: patterns.map(watch).collect() };
    let registration = Registration {
        id: "files".to_owned(),
        method: "workspace/didChangeWatchedFiles".to_owned(),
        register_options: serde_json::to_value(options).ok(),
    };
    let params = RegistrationParams { registrations: vec![registration] };
    Some(Request::new("files".to_owned().into(), "client/registerCapability".to_owned(), params))
}

fn respond(request: Request, desk: &Desk, encoding: Encoding) -> Response {
    if request.method != "textDocument/codeAction" {
        let message = format!("`{}` is not answered", request.method);
        return Response::new_err(request.id, ErrorCode::MethodNotFound as i32, message);
    }
    match serde_json::from_value::<CodeActionParams>(request.params) {
        Ok(params) => {
            let offered = catch_unwind(AssertUnwindSafe(|| actions::offered(&params, desk, encoding)));
            Response::new_ok(request.id, offered.unwrap_or_default())
        }
        Err(error) => Response::new_err(request.id, ErrorCode::InvalidParams as i32, error.to_string()),
    }
}

fn take_note(notification: Notification, desk: &Desk) {
    let Notification { method, params } = notification;
    let taken = match method.as_str() {
        "textDocument/didOpen" => read(params).map(|params: DidOpenTextDocumentParams| {
            let item = params.text_document;
            desk.put(item.uri, item.version, item.text.into());
        }),
        "textDocument/didChange" => read(params).map(|params: DidChangeTextDocumentParams| {
            let document = params.text_document;
            let whole = params.content_changes.into_iter().rev().find_map(|change| match change {
                TextDocumentContentChangeEvent::TextDocumentContentChangeWholeDocument(whole) => Some(whole.text),
                TextDocumentContentChangeEvent::TextDocumentContentChangePartial(_) => None,
            });
            match whole {
                Some(text) => desk.put(document.text_document_identifier.uri, document.version, text.into()),
                None => desk.log(format!("{method}: no whole text, which is what was agreed on")),
            }
        }),
        "textDocument/didClose" => {
            read(params).map(|params: DidCloseTextDocumentParams| desk.take(&params.text_document.uri))
        }
        "workspace/didChangeWorkspaceFolders" => read(params).map(|params: DidChangeWorkspaceFoldersParams| {
            let paths = |folders: Vec<lsp_types::WorkspaceFolder>| {
                folders.iter().filter_map(|folder| path_of(&folder.uri)).collect::<Vec<_>>()
            };
            desk.change_folders(paths(params.event.added), &paths(params.event.removed));
        }),
        "textDocument/didSave" | "workspace/didChangeWatchedFiles" | "workspace/didChangeConfiguration" => {
            desk.look_again();
            Ok(())
        }
        _ => Ok(()),
    };
    if let Err(error) = taken {
        desk.log(format!("{method}: {error}"));
    }
}

fn read<T: DeserializeOwned>(params: Value) -> serde_json::Result<T> {
    serde_json::from_value(params)
}
