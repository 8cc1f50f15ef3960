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
use desk::Desk;
use lsp_server::{Connection, ErrorCode, Message, Notification, Request, Response};
use lsp_types::{
    ChangeNotifications, ClientCapabilities, CodeActionKind, CodeActionOptions, CodeActionParams, CodeActionProvider,
    DidChangeTextDocumentParams, DidChangeWatchedFilesRegistrationOptions, DidChangeWorkspaceFoldersParams,
    DidCloseTextDocumentParams, DidOpenTextDocumentParams, FileSystemWatcher, InitializeParams, InitializeResult,
    Registration, RegistrationParams, ServerCapabilities, ServerInfo, TextDocumentContentChangeEvent, TextDocumentSync,
    TextDocumentSyncKind, TextDocumentSyncOptions, Uri, WorkspaceFoldersServerCapabilities, WorkspaceOptions,
};
use places::Encoding;
use serde::de::DeserializeOwned;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::Builder;

/// The stack of the thread that answers: to write a comment that silences, a file is lowered.
const STACK: usize = 16 << 20;

/// The kind of the action that mends all that can be mended without changing what the program does.
const FIX_ALL: &str = "source.fixAll.poolcheck";

/// What other files end in that findings depend on: configurations, lock files, what git ignores.
const OTHERS: [&str; 4] = ["toml", "lock", "txt", "gitignore"];

/// Serves an editor until it ends; whether it did so in good order. The flags hold for each run, relative paths in them
/// from the folder that the editor works in.
///
/// # Errors
/// What the editor sends is not of the protocol, or a thread cannot be had.
pub fn serve(flags: &Flags) -> io::Result<bool> {
    let (connection, threads) = Connection::stdio();
    let server = std::thread::scope(|scope| {
        let serving = Builder::new().stack_size(STACK).spawn_scoped(scope, || answer(flags, connection))?;
        serving.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })?;
    threads.join()?;
    Ok(server)
}

fn answer(flags: &Flags, connection: Connection) -> io::Result<bool> {
    let Some((encoding, params)) = initialize(&connection)? else { return Ok(false) };
    let desk = Arc::new(Desk::new(folders(&params, flags), connection.sender.clone()));
    if let Some(watch) = watching(&params.capabilities) {
        let _ = connection.sender.send(watch.into());
    }
    let (checkers_desk, checkers_flags) = (Arc::clone(&desk), flags.clone());
    // It is not waited for: what it works out when the editor leaves is of no use.
    drop(Builder::new().spawn(move || checker::run(&checkers_desk, &checkers_flags, encoding))?);
    let in_order = take_messages(&connection, &desk, encoding);
    desk.close();
    Ok(in_order)
}

/// Takes messages until the editor ends; whether it said before that it would.
fn take_messages(connection: &Connection, desk: &Desk, encoding: Encoding) -> bool {
    for message in &connection.receiver {
        match message {
            Message::Request(request) => {
                if request.method == "shutdown" {
                    return connection.handle_shutdown(&request).unwrap_or(false);
                }
                let response = respond(request, desk, encoding);
                if connection.sender.send(response.into()).is_err() {
                    return false;
                }
            }
            Message::Notification(notification) if notification.method == "exit" => return false,
            Message::Notification(notification) => take_note(notification, desk),
            Message::Response(_) => {}
        }
    }
    false
}

/// Agrees with the editor on what each can do; nothing where it leaves before that.
fn initialize(connection: &Connection) -> io::Result<Option<(Encoding, InitializeParams)>> {
    let wrong = |error: &dyn std::error::Error| io::Error::other(format!("the editor's first message: {error}"));
    let (id, params) = match connection.initialize_start() {
        Ok(started) => started,
        Err(error) if error.channel_is_disconnected() => return Ok(None),
        Err(error) => return Err(wrong(&error)),
    };
    let params: InitializeParams = serde_json::from_value(params).map_err(|error| wrong(&error))?;
    let encoding = Encoding::agreed(&params.capabilities);
    let server = ServerInfo { name: "poolcheck".to_owned(), version: Some(env!("CARGO_PKG_VERSION").to_owned()) };
    let result = InitializeResult { capabilities: capabilities(encoding), server_info: Some(server) };
    let result = serde_json::to_value(result).map_err(|error| wrong(&error))?;
    match connection.initialize_finish(id, result) {
        Ok(()) => Ok(Some((encoding, params))),
        Err(error) if error.channel_is_disconnected() => Ok(None),
        Err(error) => Err(wrong(&error)),
    }
}

fn capabilities(encoding: Encoding) -> ServerCapabilities {
    let kinds = vec![CodeActionKind::QuickFix, CodeActionKind::Custom(FIX_ALL.into())];
    ServerCapabilities {
        position_encoding: Some(encoding.kind()),
        text_document_sync: Some(TextDocumentSync::Options(TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::Full),
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

/// The folders that the editor works in; where it names none, the working directory.
fn folders(params: &InitializeParams, flags: &Flags) -> Vec<PathBuf> {
    #[expect(deprecated, reason = "older editors name their folder so")]
    let root = params.root_uri.as_ref();
    let named = params.workspace_folders_initialize_params.workspace_folders.as_ref();
    let named = named.and_then(|folders| serde_json::to_value(folders).ok());
    let named: Option<Vec<lsp_types::WorkspaceFolder>> = named.and_then(|folders| serde_json::from_value(folders).ok());
    let named = named.unwrap_or_default();
    let mut folders: Vec<PathBuf> = named.iter().filter_map(|folder| path_of(&folder.uri)).collect();
    if folders.is_empty() {
        folders.extend(root.and_then(path_of));
    }
    if folders.is_empty() {
        folders.push(flags.cwd.clone());
    }
    folders
}

/// The path of an address; nothing for what is no file.
fn path_of(uri: &Uri) -> Option<PathBuf> {
    (uri.scheme() == "file").then(|| uri.to_file_path().ok()).flatten()
}

/// Asks the editor to tell when a file changes on which findings may depend, where it can.
fn watching(client: &ClientCapabilities) -> Option<Request> {
    let watched = client.workspace.as_ref()?.did_change_watched_files.as_ref()?;
    watched.dynamic_registration.filter(|able| *able)?;
    let code = LANGUAGES.iter().flat_map(|language| language.extensions).copied();
    let patterns = code.chain(OTHERS).map(|extension| format!("**/*.{extension}"));
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
        Ok(params) => Response::new_ok(request.id, actions::offered(&params, desk, encoding)),
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
            if let Some(text) = whole {
                desk.put(document.text_document_identifier.uri, document.version, text.into());
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

fn read<T: DeserializeOwned>(params: serde_json::Value) -> serde_json::Result<T> {
    serde_json::from_value(params)
}
