//! The sessions: where each is built, its timeouts as bars on the common axis, its pool as a gauge, what was found.
//!
//! A filled bar is what the code says, a hollow one the library's default, an arrow no bound, dots what is not known. A
//! timeout within another is drawn up to its own end: what lies beyond the other's end never comes to be.

use super::axis::{Axis, REACH};
use super::findings::rank;
use super::text::{Place, Tamed, percent};
use super::{Contents, Listed, Shown, badge, seconds};
use crate::inventory::{Bound, Held, Origin, Session};
use crate::libraries::Setting;
use crate::report::sites;
use crate::rules::quantity;
use maud::{Markup, html};

/// The timeouts, the outermost first.
pub(super) const TIMES: [Setting; 6] =
    [Setting::Total, Setting::Connect, Setting::SockConnect, Setting::SockRead, Setting::SockWrite, Setting::PoolWait];
/// The pool.
const POOL: [Setting; 3] = [Setting::Limit, Setting::LimitPerHost, Setting::Keepalive];

/// All of them, the worst first, below the axis.
pub(super) fn section(contents: &Contents<'_>) -> Markup {
    if contents.listed.is_empty() {
        return html! {};
    }
    let axis = Axis::of(contents.listed.iter().flat_map(|one| seconds(one.session)));
    html! {
        section.sessions #sessions aria-labelledby="sessions-title" {
            div.head {
                h2 #sessions-title { "Sessions " span.count { (contents.listed.len()) } }
                (key())
                label.sort hidden {
                    span { "Order" }
                    select data-list="sessions" {
                        @if contents.judged { option value="worst" { "worst first" } }
                        option value="place" { "by place" }
                        option value="longest" { "longest timeout first" }
                        option value="limit" { "smallest pool first" }
                    }
                }
            }
            (ruler(axis))
            div.list { @for one in &contents.listed { (article(contents, one, axis)) } }
            p.nothing hidden { "No session matches." }
        }
    }
}

/// What the drawings mean.
fn key() -> Markup {
    let sample = |drawing: Markup, word: &str| html! { li { svg width="28" height="12" { (drawing) } " " (word) } };
    html! {
        ul.key aria-hidden="true" {
            (sample(html! { rect.set x="0" y="2" width="28" height="8" {} }, "written in the code"))
            (sample(html! { rect.default x="1" y="2" width="26" height="8" {} }, "library's default"))
            (sample(html! { rect.over x="0" y="2" width="28" height="8" {} }, "never reached"))
            (sample(html! { line.open x1="0" x2="22" y1="6" y2="6" {} path.tip d="M20 2 27 6 20 10" {} }, "no bound"))
            (sample(html! { line.unknown x1="1" x2="28" y1="6" y2="6" {} }, "not known"))
        }
    }
}

/// The axis, and the lines that every bar stands before.
fn ruler(axis: Axis) -> Markup {
    html! {
        div.ruler aria-hidden="true" {
            svg.defs width="0" height="0" {
                symbol #grid {
                    @for (at, _) in axis.ticks() { line.grid x1=(percent(at)) x2=(percent(at)) y1="0" y2="100%" {} }
                }
            }
            table.times { tbody { tr {
                td.name {}
                td.bar { svg width="100%" height="20" {
                    @for (at, name) in axis.ticks() { text.last[at >= REACH] x=(percent(at)) y="14" { (name) } }
                    text.last.ever x="100%" y="14" { "∞" }
                } }
                td.value {}
            } } }
        }
    }
}

fn article(contents: &Contents<'_>, listed: &Listed<'_>, axis: Axis) -> Markup {
    let session = listed.session;
    let found: Vec<&Shown<'_>> = listed.findings.iter().map(|&place| &contents.shown[place]).collect();
    let codes: Vec<&str> = found.iter().flat_map(|one| one.codes()).collect();
    let severities: Vec<&str> = found.iter().flat_map(|one| one.all()).map(|one| one.severity.as_str()).collect();
    let longest = seconds(session).fold(0.0, f64::max);
    let limit = numbers(held(session, Setting::Limit)).and_then(|all| all.into_iter().reduce(f64::min));
    html! {
        article.session.(listed.worst.map_or("none", |worst| worst.as_str())) id={ "s" (listed.index) } tabindex="-1"
            data-severities=(severities.join(" ")) data-rules=(codes.join(" ")) data-place=(listed.index)
            data-worst=(rank(listed.worst)) data-longest=(longest) data-limit=[limit] {
            div.who {
                h3.where { (Place(&sites::at(contents.report, session.at))) }
                p.whose { code { (Tamed(&session.callee)) } br; (Tamed(&sites::whose(session))) }
                @if !session.requests.is_empty() {
                    p.whose { (crate::report::summary::number(session.requests.len(), "request")) " through it" }
                }
                (chips(&found))
            }
            div.drawn { (times(session, axis)) (origins(contents, session)) }
            (pool(session))
        }
    }
}

/// The findings of a session, as links to them.
fn chips(found: &[&Shown<'_>]) -> Markup {
    html! {
        @if !found.is_empty() {
            ul.chips aria-label="Findings" {
                @for one in found {
                    @for finding in one.all() {
                        li { a href={ "#f" (one.index) } {
                            (badge(finding.severity)) " " (finding.rule.code) " " span.name { (finding.rule.name) }
                        } }
                    }
                }
            }
        }
    }
}

fn held(session: &Session, setting: Setting) -> &[Held] {
    session.settings.get(&setting).map_or(&[], Vec::as_slice)
}

/// What a setting can be; `None` where it can be anything but numbers.
fn numbers(held: &[Held]) -> Option<Vec<f64>> {
    let number = |held: &Held| match held.bound {
        Bound::Number(number) => Some(number),
        _ => None,
    };
    let all: Vec<f64> = held.iter().map(number).collect::<Option<_>>()?;
    (!all.is_empty()).then_some(all)
}

/// How the library spells a setting.
fn name(session: &Session, setting: Setting) -> &str {
    session.names.get(&setting).map_or_else(|| plain_name(setting), |name| name.as_str())
}

/// What a setting is called that has no parameter of its own.
fn plain_name(setting: Setting) -> &'static str {
    match setting {
        Setting::Total => "total",
        Setting::Connect | Setting::SockConnect => "connect",
        Setting::SockRead => "read",
        Setting::SockWrite => "write",
        Setting::PoolWait => "pool",
        Setting::Limit => "limit",
        Setting::LimitPerHost => "per host",
        _ => "keep-alive",
    }
}

/// A value in words.
fn words(held: &[Held], unit: &str) -> Markup {
    let word = |held: &Held| match held.bound {
        Bound::Number(number) => quantity(number, unit),
        Bound::None => "no bound".to_owned(),
        Bound::Off => "off".to_owned(),
        Bound::Unknown if held.origin == Origin::Default => "varies by release".to_owned(),
        Bound::Unknown => "not known".to_owned(),
    };
    let all: Vec<String> = held.iter().map(word).collect();
    let default = held.iter().all(|held| held.origin == Origin::Default);
    html! { span.v.soft[default] { (all.join(" or ")) } @if default { " " small { "default" } } }
}

/// The timeout that ends another before it can come to be.
struct Ended {
    /// When, in seconds.
    at: f64,
    /// Its name.
    by: String,
    /// Whether the longer one is written in the code, so that somebody meant it.
    meant: bool,
}

/// What ends a timeout first, on every path.
fn ended(session: &Session, setting: Setting) -> Option<Ended> {
    let own = held(session, setting);
    let least = numbers(own)?.into_iter().reduce(f64::min)?;
    let outer = session.encloses.iter().filter(|(_, inner)| *inner == setting).map(|(outer, _)| *outer);
    let ends = outer.filter_map(|outer| Some((numbers(held(session, outer))?.into_iter().reduce(f64::max)?, outer)));
    let (at, outer) = ends.filter(|(at, _)| *at < least).min_by(|a, b| a.0.total_cmp(&b.0))?;
    let meant = own.iter().any(|held| held.origin == Origin::Explicit);
    Some(Ended { at, by: name(session, outer).to_owned(), meant })
}

fn times(session: &Session, axis: Axis) -> Markup {
    let whole = numbers(held(session, Setting::Total)).and_then(|all| all.into_iter().reduce(f64::max));
    html! {
        table.times {
            caption { span.vh { "Timeouts" } }
            tbody {
                @for setting in TIMES.into_iter().filter(|setting| session.settings.contains_key(setting)) {
                    @let ended = ended(session, setting);
                    @let inner = session.encloses.contains(&(Setting::Total, setting));
                    tr {
                        th.name scope="row" { (Tamed(name(session, setting))) }
                        td.bar {
                            svg aria-hidden="true" width="100%" height="18" {
                                use href="#grid" {}
                                (bar(held(session, setting), ended.as_ref(), axis))
                                @if let Some(at) = whole.filter(|_| inner).map(|whole| percent(axis.at(whole))) {
                                    line.end x1=(at) x2=(at) y1="0" y2="100%" {}
                                }
                            }
                        }
                        td.value {
                            (words(held(session, setting), "s"))
                            @if let Some(ended) = ended {
                                " "
                                @if ended.meant { small.over { "longer than " (Tamed(&ended.by)) } }
                                @else { small { (Tamed(&ended.by)) " ends first" } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A timeout, from the axis' beginning: up to the least that it can be, lighter up to the most.
fn bar(held: &[Held], ended: Option<&Ended>, axis: Axis) -> Markup {
    let any = |bound: fn(Bound) -> bool| held.iter().any(|held| bound(held.bound));
    let lengths = held.iter().filter_map(|held| match held.bound {
        // What is there can be seen, however short it is.
        Bound::Number(number) => Some((axis.at(number).max(0.6), held.origin)),
        _ => None,
    });
    let mut lengths: Vec<_> = lengths.collect();
    lengths.sort_by(|a, b| a.0.total_cmp(&b.0));
    let least = lengths.first().copied();
    let most = lengths.last().map_or(0.0, |(length, _)| *length);
    let stop = ended.map(|ended| axis.at(ended.at).max(0.6));
    html! {
        @if any(|bound| bound == Bound::Unknown) {
            line.unknown x1=(percent(most)) x2="100%" y1="9" y2="9" {}
        }
        @if any(|bound| bound == Bound::None) {
            line.open x1=(percent(most)) x2=(percent(REACH + 7.0)) y1="9" y2="9" {}
            svg.tip x="100%" overflow="visible" { path d="M-8 4 -1 9 -8 14" {} }
        }
        @if let Some((least, origin)) = least {
            @let class = if origin == Origin::Default { "default" } else { "set" };
            @match stop {
                Some(stop) => {
                    rect.(class) y="4" width=(percent(stop)) height="10" {}
                    rect class=(if ended.is_some_and(|ended| ended.meant) { "over" } else { "moot" })
                        x=(percent(stop)) y="4" width=(percent(most - stop)) height="10" {}
                }
                None => {
                    rect.(class) y="4" width=(percent(least)) height="10" {}
                    @if most > least {
                        rect.maybe x=(percent(least)) y="4" width=(percent(most - least)) height="10" {}
                    }
                }
            }
        }
    }
}

/// Where values are written that do not stand in the session's own call.
fn origins(contents: &Contents<'_>, session: &Session) -> Markup {
    let settings = TIMES.into_iter().chain(POOL);
    let names: Vec<(Setting, &str)> = settings.map(|setting| (setting, name(session, setting))).collect();
    let places = sites::elsewhere(contents.report, session, &names);
    html! {
        @if !places.is_empty() {
            ul.origins aria-label="Where values are written" {
                @for (names, place) in places { li { (Tamed(&names.join(", "))) ": " span.where { (Place(&place)) } } }
            }
        }
    }
}

/// The pool: all of its connections, and how many of them one host may have.
fn pool(session: &Session) -> Markup {
    let rows: Vec<Setting> = POOL.into_iter().filter(|setting| session.settings.contains_key(setting)).collect();
    let unit = |setting| if setting == Setting::Keepalive { "s" } else { "" };
    html! {
        div.pool {
            @if rows.is_empty() {
                p.whose { "its pool is not listed" }
            } @else {
                (gauge(held(session, Setting::Limit), held(session, Setting::LimitPerHost)))
                dl {
                    @for setting in rows {
                        div {
                            dt { (Tamed(name(session, setting))) }
                            dd { (words(held(session, setting), unit(setting))) }
                        }
                    }
                }
            }
        }
    }
}

/// The whole width is the pool, the filled part what one host may take.
fn gauge(limit: &[Held], per_host: &[Held]) -> Markup {
    let all = numbers(limit).and_then(|all| all.into_iter().reduce(f64::min));
    let one = numbers(per_host).and_then(|one| one.into_iter().reduce(f64::max));
    let is = |held: &[Held], bound: Bound| held.iter().any(|held| held.bound == bound);
    let default = limit.iter().all(|held| held.origin == Origin::Default);
    let part = match (all, one) {
        (Some(all), Some(one)) if all > 0.0 => Some((100.0 * one / all).clamp(2.0, 100.0)),
        (Some(_), None) if is(per_host, Bound::None) => Some(100.0),
        (None, Some(_)) => Some(30.0),
        _ => None,
    };
    let share = if is(per_host, Bound::None) { "all" } else { "share" };
    let told = match (all, one) {
        _ if !all.is_some_and(|all| all > 0.0) => None,
        (Some(all), Some(one)) => Some(format!("one host may take {:.0} %", (100.0 * one / all).min(100.0))),
        _ => is(per_host, Bound::None).then(|| "one host may take all of it".to_owned()),
    };
    html! {
        svg.gauge aria-hidden="true" width="100%" height="14" {
            @if all.is_some() { rect.track.default[default] x="1" y="2" width="99%" height="10" {} }
            @if let Some(part) = part { rect.(share) x="1" y="2" width=(percent(part * 0.99)) height="10" {} }
            @if is(limit, Bound::None) {
                line.open x1="0" x2="98%" y1="7" y2="7" {}
                svg.tip x="100%" overflow="visible" { path d="M-8 2 -1 7 -8 12" {} }
            }
            @if is(limit, Bound::Unknown) || is(per_host, Bound::Unknown) {
                line.unknown x1="1" x2="100%" y1="7" y2="7" {}
            }
        }
        @if let Some(told) = told { p.whose { (told) } }
    }
}
