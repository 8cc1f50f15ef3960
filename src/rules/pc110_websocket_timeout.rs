//! PC110 websocket-timeout: the timeout of a websocket is not the one that was meant.
//!
//! A web socket's timeouts are of its own kind: closing and receiving.

use super::Check;
use super::view::View;
use crate::finding::{Draft, Severity};
use crate::libraries::{Kind, Setting};
use crate::model::value::Datum;

/// What decides it.
pub(crate) const CHECKS: &[Check] = &[Check::Site(Kind::Request, connect), Check::Site(Kind::SocketTimeout, object)];

fn connect(view: View<'_>) -> Vec<Draft> {
    if !view.project.request(view.site).is_some_and(|request| request.socket) {
        return Vec::new();
    }
    [Setting::CloseTimeout, Setting::ReceiveTimeout].into_iter().filter_map(|setting| argument(view, setting)).collect()
}

fn argument(view: View<'_>, setting: Setting) -> Option<Draft> {
    let parameter = view.parameter(setting)?;
    let argument = view.argument(setting)?;
    let value = view.value(setting);
    let class = view.library().classes.iter().find(|class| class.makes == Kind::SocketTimeout)?;
    let fields: Vec<String> = class.parameters.iter().map(|parameter| format!("{}=…", parameter.name)).collect();
    let help = match &parameter.number {
        Some(effect) if !effect.help.is_empty() => effect.help.clone(),
        _ => format!("pass `timeout={}({})`", class.path, fields.join(", ")),
    };
    if value.always(|datum| view.project.is_kind(datum, Kind::Timeout)) {
        let message = format!(
            "`{}` of a web socket takes no request timeout: it is used as the closing handshake's, which then fails at once, and nothing bounds receiving",
            parameter.name
        );
        return Some(Draft::new(argument.span, message, help).severity(Severity::Error));
    }
    let effect = parameter.number.as_ref()?;
    if !value.always(|datum| matches!(datum, Datum::Number(_))) {
        return None;
    }
    let message = format!("`{}` of a web socket is a number: {}", parameter.name, effect.sentence);
    Some(Draft::new(argument.span, message, help))
}

fn object(view: View<'_>) -> Vec<Draft> {
    if view.is_unset(Setting::ReceiveTimeout) || !view.is_unset(Setting::CloseTimeout) {
        return Vec::new();
    }
    let Some(argument) = view.argument(Setting::ReceiveTimeout) else { return Vec::new() };
    let close = view.name(Setting::CloseTimeout);
    let message = format!(
        "`{}` without `{close}` drops the default of 10 s for the closing handshake: closing waits for ever for a silent peer",
        view.name(Setting::ReceiveTimeout)
    );
    vec![Draft::new(argument.span, message, format!("set `{close}` too"))]
}
