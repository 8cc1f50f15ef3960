//! The inventory: every session of the project, and what its timeouts and its pool really are.
//!
//! Each value is what the code says, else the library's default in the release that is pinned; what is not known is said
//! to be unknown. Refuses to judge, and to guess.

use crate::libraries::{Class, Consequence, DefaultValue, DefaultWord, Kind, Library, Setting};
use crate::locks::Pin;
use crate::model::value::{Alternative, Datum, Frame, Value};
use crate::project::{Project, Site};
use crate::source::Span;
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// A construction of a session, or a request that builds one of its own.
#[derive(Debug, Clone)]
pub struct Session {
    /// The call.
    pub at: Span,
    /// What is called, as written.
    pub callee: String,
    /// Whether it is in test code.
    pub test: bool,
    /// The library's name.
    pub library: String,
    /// What lock files say about its release.
    pub pin: Pin,
    /// What each setting that the library has can be; never empty.
    pub settings: BTreeMap<Setting, Vec<Held>>,
    /// How the library spells those that have a parameter of their own.
    pub names: BTreeMap<Setting, SmolStr>,
    /// Which timeouts end which: the outer, then the inner.
    pub encloses: Vec<(Setting, Setting)>,
    /// The calls that build its timeouts and its pool.
    pub objects: Vec<Span>,
    /// The requests that are known to go through it.
    pub requests: Vec<Span>,
}

/// One thing that a setting can be.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    /// Who decides it.
    pub origin: Origin,
    /// What it comes to.
    pub bound: Bound,
    /// Where the code says so.
    pub at: Option<Span>,
}

/// Who decides a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The code.
    Explicit,
    /// The library.
    Default,
    /// The code or the library: it is not known.
    Unknown,
}

/// What a setting comes to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Bound {
    /// A number, in seconds where it is a time.
    Number(f64),
    /// Nothing bounds it.
    None,
    /// Connections are not kept at all.
    Off,
    /// It is not known.
    Unknown,
}

impl Held {
    fn explicit(bound: Bound, at: Option<Span>) -> Held {
        Held { origin: Origin::Explicit, bound, at }
    }

    fn default(bound: Bound) -> Held {
        Held { origin: Origin::Default, bound, at: None }
    }

    const UNKNOWN: Held = Held { origin: Origin::Unknown, bound: Bound::Unknown, at: None };
}

/// Every session of the project, in the order of files and bytes.
#[must_use]
pub fn take(project: &Project<'_>) -> Vec<Session> {
    let sites = project.sites().iter().filter(|site| builds_session(project, site) && !project.in_raises(site.call));
    sites.map(|site| session(project, site)).collect()
}

fn builds_session(project: &Project<'_>, site: &Site) -> bool {
    site.is(Kind::Session) || is_one_shot(project, site)
}

fn is_one_shot(project: &Project<'_>, site: &Site) -> bool {
    project.request(site).is_some_and(|request| request.one_shot)
}

fn session(project: &Project<'_>, site: &Site) -> Session {
    let library = project.library(site);
    let view = View { project, site };
    let known = view.defaults().keys();
    let own = project.class(site);
    let encloses = library.encloses.iter();
    Session {
        at: project.site_span(site),
        callee: project.text(site.callee).to_owned(),
        test: site.test,
        library: library.head.name.to_string(),
        pin: project.pin(site).clone(),
        settings: known.clone().map(|&setting| (setting, view.effective(setting))).collect(),
        names: known.filter_map(|&setting| Some((setting, name_of(library, own, setting)?))).collect(),
        encloses: encloses.flat_map(|row| row.inner.iter().map(|&inner| (row.outer, inner))).collect(),
        objects: objects(project, site),
        requests: project.requests_of(site).sites.into_iter().map(|request| project.site_span(request)).collect(),
    }
}

/// The name of the parameter for a setting, in the objects that carry settings, else in the session's own class.
fn name_of(library: &Library, own: Option<&Class>, setting: Setting) -> Option<SmolStr> {
    let carries = [Kind::Timeout, Kind::Limits, Kind::Pool];
    let classes = carries.iter().flat_map(|kind| library.classes.iter().filter(move |class| class.makes == *kind));
    let mut classes = classes.chain(own);
    let parameter = classes.find_map(|class| class.parameters.iter().find(|parameter| parameter.setting == setting))?;
    Some(parameter.name.clone())
}

/// The calls that build what a session is given.
fn objects(project: &Project<'_>, site: &Site) -> Vec<Span> {
    let given = [Setting::Timeout, Setting::Limits, Setting::Pool];
    let held = given.into_iter().flat_map(|setting| project.setting(site, setting, Frame::NONE).alternatives);
    let built = held.filter_map(|one| match one.datum {
        Datum::Built(call, _) | Datum::Building(call, _) | Datum::Object(_, Some(call), _) => project.site_at(call),
        _ => None,
    });
    built.map(|object| project.site_span(object)).collect()
}

/// A session whose settings are asked for.
#[derive(Clone, Copy)]
struct View<'p> {
    project: &'p Project<'p>,
    site: &'p Site,
}

impl<'p> View<'p> {
    /// What the session has by itself.
    fn defaults(self) -> &'p BTreeMap<Setting, DefaultValue> {
        let class = self.project.class(self.site).map(|class| &class.defaults);
        let own = class.or_else(|| self.project.request(self.site).map(|request| &request.defaults));
        own.filter(|own| !own.is_empty()).unwrap_or_else(|| &self.project.library(self.site).defaults.values)
    }

    /// What a setting can be: what the session itself says, else the object that it is given, else the default.
    fn effective(self, setting: Setting) -> Vec<Held> {
        let mut held = Vec::new();
        let own = self.project.setting(self.site, setting, Frame::NONE);
        let says = self.project.argument(self.site, setting).is_some();
        if !says || own.alternatives.iter().any(|one| one.datum == Datum::Unset) {
            self.by_object(setting, &mut held);
        }
        if says {
            self.written(self.site, setting, &own, &mut held);
        }
        held
    }

    /// What a setting is through the object that carries it.
    fn by_object(self, setting: Setting, held: &mut Vec<Held>) {
        let classes = &self.project.library(self.site).classes;
        let carries = |class: &&Class| class.parameters.iter().any(|parameter| parameter.setting == setting);
        let carrier = match classes.iter().find(carries).map(|class| class.makes) {
            Some(Kind::Timeout) => Setting::Timeout,
            Some(Kind::Limits) => Setting::Limits,
            Some(Kind::Pool) => Setting::Pool,
            // Timeouts that are numbers.
            None if self.project.parameter_for(self.site, Setting::Timeout).is_some() => Setting::Timeout,
            _ => return held.push(self.default(setting)),
        };
        // A pool of its own has limits of its own.
        let own_pool = self.project.setting(self.site, Setting::Pool, Frame::NONE);
        if carrier == Setting::Limits && !own_pool.always(|datum| matches!(datum, Datum::Unset | Datum::Null)) {
            return push(held, Held::UNKNOWN);
        }
        let value = self.project.setting(self.site, carrier, Frame::NONE);
        for one in &value.alternatives {
            self.carried(setting, carrier, one, held);
        }
        if value.unknown.is_some() {
            push(held, Held::UNKNOWN);
        }
    }

    /// What a setting is where its carrier is this.
    fn carried(self, setting: Setting, carrier: Setting, one: &Alternative, held: &mut Vec<Held>) {
        let (call, frame) = match &one.datum {
            Datum::Unset => return push(held, self.default(setting)),
            Datum::Null => return push(held, self.none(setting, carrier, one)),
            Datum::Number(_) | Datum::Sequence(..) => return push(held, self.plain(setting, carrier, one)),
            Datum::Built(call, frame) | Datum::Building(call, frame) | Datum::Object(_, Some(call), frame) => {
                (*call, *frame)
            }
            _ => return push(held, Held::UNKNOWN),
        };
        let Some(object) = self.project.site_at(call) else { return push(held, Held::UNKNOWN) };
        if self.project.parameter_for(object, setting).is_none() {
            return push(held, Held::UNKNOWN);
        }
        let off = self.project.setting(object, Setting::ForceClose, frame);
        let closes = setting == Setting::Keepalive && self.project.argument(object, Setting::ForceClose).is_some();
        if closes && off.always(|datum| *datum == Datum::Bool(true)) {
            return push(held, Held::explicit(Bound::Off, off.alternatives[0].at));
        }
        if closes && !off.always(|datum| matches!(datum, Datum::Bool(false) | Datum::Unset)) {
            return push(held, Held::UNKNOWN);
        }
        self.written(object, setting, &self.project.setting(object, setting, frame), held);
    }

    /// What a setting is where a number, or a tuple of them, stands for the object that carries it.
    fn plain(self, setting: Setting, carrier: Setting, one: &Alternative) -> Held {
        let parameter = self.project.parameter_for(self.site, carrier).filter(|parameter| parameter.expects.is_none());
        let (Some(parameter), Setting::Timeout) = (parameter, carrier) else { return Held::UNKNOWN };
        // Where a number is no total, it bounds each wait.
        if setting == Setting::Total {
            return self.default(setting);
        }
        let bound = |datum: &Datum| match datum {
            Datum::Number(number) => Bound::Number(*number),
            Datum::Null => Bound::None,
            _ => Bound::Unknown,
        };
        let items = || self.project.tuple_items(&one.datum);
        let bound = match (&one.datum, &parameter.tuple) {
            (Datum::Sequence(..), Some(tuple)) => {
                let place = tuple.settings.iter().position(|known| *known == setting);
                let Some((items, place)) = items().zip(place) else { return Held::UNKNOWN };
                items.get(place).map_or(Bound::None, |item| item.one().map_or(Bound::Unknown, |one| bound(&one.datum)))
            }
            (datum, _) => bound(datum),
        };
        if bound == Bound::Unknown { Held::UNKNOWN } else { Held::explicit(bound, one.at) }
    }

    /// What a setting is where none stands for its carrier.
    fn none(self, setting: Setting, carrier: Setting, one: &Alternative) -> Held {
        let effect = self.project.parameter_for(self.site, carrier).and_then(|parameter| parameter.none.as_ref());
        match effect.map(|effect| effect.consequence) {
            Some(Consequence::Default) => self.default(setting),
            // Of a pool, none is the library's own.
            None if matches!(carrier, Setting::Pool | Setting::Limits) => self.default(setting),
            Some(Consequence::Unbounded) => Held::explicit(Bound::None, one.at),
            _ => Held::UNKNOWN,
        }
    }

    /// What the arguments of a site say.
    fn written(self, site: &Site, setting: Setting, value: &Value, held: &mut Vec<Held>) {
        let Some(parameter) = self.project.parameter_for(site, setting) else { return push(held, Held::UNKNOWN) };
        for one in &value.alternatives {
            if let (Datum::Unset, Some(other)) = (&one.datum, parameter.default_from) {
                self.written(site, other, &self.project.setting(site, other, Frame::NONE), held);
                continue;
            }
            let number = match one.datum {
                Datum::Number(number) => Some(number),
                Datum::Bool(value) => Some(f64::from(u8::from(value))),
                _ => None,
            };
            let at = one.at;
            push(
                held,
                match (&one.datum, number) {
                    (Datum::Unset, _) if site.call == self.site.call => continue,
                    (Datum::Unset, _) if parameter.unset.is_some() => Held::default(Bound::None),
                    (Datum::Unset, _) => Held::default(parameter.default_number.map_or(Bound::None, Bound::Number)),
                    (datum, _) if parameter.is_unbounded(datum) => Held::explicit(Bound::None, at),
                    (_, Some(number)) => Held::explicit(Bound::Number(number), at),
                    _ => Held { at, ..Held::UNKNOWN },
                },
            );
        }
        if value.unknown.is_some() {
            push(held, Held::UNKNOWN);
        }
    }

    /// The library's default for a session.
    fn default(self, setting: Setting) -> Held {
        // What lives as long as one request keeps nothing for another.
        if setting == Setting::Keepalive && is_one_shot(self.project, self.site) {
            return Held::default(Bound::Off);
        }
        Held::default(match self.defaults().get(&setting) {
            Some(DefaultValue::Number(number)) => Bound::Number(*number),
            Some(DefaultValue::Word(DefaultWord::None)) => Bound::None,
            Some(DefaultValue::Word(DefaultWord::Varies)) | None => Bound::Unknown,
        })
    }
}

fn push(held: &mut Vec<Held>, one: Held) {
    if !held.iter().any(|known| (known.origin, known.bound) == (one.origin, one.bound)) {
        held.push(one);
    }
}
