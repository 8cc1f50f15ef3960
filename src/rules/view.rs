//! What a check sees: a site, and the questions it may ask about it.
//!
//! No syntax, no file, no library's keyword: settings by their neutral name, values by the lattice, and the user's own
//! spelling for messages. Refuses to decide.

use crate::finding::{Draft, Label};
use crate::libraries::{Class, Defaults, Kind, Library, Parameter, Setting};
use crate::model::value::{Alternative, Datum, Frame, Source, Value};
use crate::project::{BoundArgument, Project, Site};
use crate::source::Span;

/// How much of an argument's text a message repeats.
const SPELLED: usize = 48;

/// A site as a check sees it.
#[derive(Clone, Copy)]
pub(crate) struct View<'p> {
    /// The project around it.
    pub(crate) project: &'p Project<'p>,
    /// The site.
    pub(crate) site: &'p Site,
    /// The context of a call that it is seen in.
    pub(crate) frame: Frame,
    /// Whether anybody wants what is of low confidence.
    pub(crate) unsure: bool,
}

/// A number that a setting is known to be, with what a message needs to speak of it.
#[derive(Debug, Clone)]
pub(crate) struct Measure {
    /// The number.
    pub(crate) value: f64,
    /// The argument as written, with its value where that is written elsewhere.
    pub(crate) spelled: String,
    /// The argument's name.
    pub(crate) name: String,
    /// The argument.
    pub(crate) at: Span,
    /// Where its value is written, if that is another place.
    pub(crate) set_at: Option<Span>,
}

impl Measure {
    /// A label for where the value is written, if that is another place.
    pub(crate) fn origin(&self, unit: &str) -> Option<Label> {
        let span = self.set_at?;
        Some(Label { span, message: format!("`{}` is set to {} here", self.name, quantity(self.value, unit)) })
    }
}

/// What a setting is, alternative by alternative.
#[derive(Debug, Clone)]
pub(crate) enum Bound {
    /// Not written.
    Unset,
    /// Written as no bound.
    Unbounded(Measure),
    /// A number.
    Number(Measure),
}

/// What ends a request as a whole.
#[derive(Debug, Clone)]
pub(crate) enum Total {
    /// The library's default, as words.
    Default(String),
    /// A number.
    Written(Measure),
}

impl Total {
    /// It as words.
    pub(crate) fn words(&self) -> String {
        match self {
            Total::Default(words) => format!("the library's default is {words}"),
            Total::Written(measure) => measure.spelled.clone(),
        }
    }
}

impl<'p> View<'p> {
    /// What a check says about the site: by itself, else in the context of each call that may build it.
    pub(crate) fn judged(self, check: fn(View<'_>) -> Vec<Draft>) -> Vec<Draft> {
        let drafts = check(self);
        if !drafts.is_empty() {
            return drafts;
        }
        for (frame, call) in self.project.contexts(self.site) {
            let seen = self.project.in_context(self.site, frame);
            let drafts = check(View { site: seen.as_ref().unwrap_or(self.site), frame, ..self });
            if !drafts.is_empty() {
                let label = |draft: Draft| draft.label(self.project.span(call), "with what this call passes");
                return drafts.into_iter().map(label).collect();
            }
        }
        Vec::new()
    }

    /// Another site, in the same context.
    pub(crate) fn of(self, site: &'p Site, frame: Frame) -> View<'p> {
        View { site, frame, ..self }
    }

    /// The library.
    pub(crate) fn library(&self) -> &'p Library {
        self.project.library(self.site)
    }

    /// The settings any of which bounds how long a request waits.
    pub(crate) fn bounded_by(&self) -> &'p [Setting] {
        self.project.class(self.site).map_or(&[], |class| class.bounded_by.as_slice())
    }

    /// What comes of setting none of them, where no default bounds the wait.
    pub(crate) fn unbounded(&self) -> &'p str {
        let request = self.project.request(self.site).map(|request| request.unbounded.as_str());
        let class = self.project.class(self.site).map(|class| class.unbounded.as_str());
        request.or(class).unwrap_or("")
    }

    /// What the library does by itself, as words.
    pub(crate) fn defaults(&self) -> &'p Defaults {
        &self.project.library(self.site).defaults
    }

    /// What a session costs that is built for one request with what is there already: a pool, settings of TLS.
    pub(crate) fn cost_of_connecting(&self) -> &'p String {
        let defaults = self.defaults();
        if defaults.cost_of_connecting.is_empty() { &defaults.cost } else { &defaults.cost_of_connecting }
    }

    /// Whether no network can keep a session or request waiting: a double answers it.
    pub(crate) fn is_answered_by_double(&self) -> bool {
        match self.site.kind {
            Kind::Session => self.project.is_double(self.site),
            _ => self.session().is_some_and(|session| self.project.is_double(session.site)),
        }
    }

    /// Whether all sessions and requests that these timeouts are given to are answered by doubles; false where there are
    /// none.
    pub(crate) fn is_given_to_doubles(&self) -> bool {
        let users = self.users_of_timeouts();
        !users.is_empty() && users.iter().all(|site| self.of(site, Frame::NONE).is_answered_by_double())
    }

    /// The sessions and requests that may be given the object of timeouts that is built here.
    pub(crate) fn users_of_timeouts(&self) -> Vec<&'p Site> {
        let sites = self.project.sites().iter().filter(|site| site.is(Kind::Session) || site.is(Kind::Request));
        let uses_it = |site: &&Site| {
            self.project
                .setting(site, Setting::Timeout, Frame::NONE)
                .alternatives
                .iter()
                .any(|one| matches!(&one.datum, Datum::Built(call, _) if *call == self.site.call))
        };
        sites.filter(|site| site.row.library() == self.site.row.library()).filter(uses_it).collect()
    }

    /// The bytes of the site.
    pub(crate) fn span(&self) -> Span {
        self.project.site_span(self.site)
    }

    /// What to call the object that is built here.
    pub(crate) fn noun(&self) -> &'p str {
        match self.project.class(self.site) {
            Some(class) if !class.noun.is_empty() => class.noun.as_str(),
            _ => self.site.kind.word(),
        }
    }

    /// What the library calls a session.
    pub(crate) fn session_noun(&self) -> &'p str {
        let class = self.library().classes.iter().find(|class| class.makes == Kind::Session);
        class.filter(|class| !class.noun.is_empty()).map_or(Kind::Session.word(), |class| class.noun.as_str())
    }

    /// The class and the parameter that decide a setting of the site, or of what is given to it.
    pub(crate) fn decides(&self, setting: Setting) -> Option<(&'p str, &'p str)> {
        let own = self.project.class(self.site);
        let classes = own.into_iter().chain(&self.library().classes);
        classes.into_iter().find_map(|class| {
            let parameter = class.parameters.iter().find(|parameter| parameter.setting == setting)?;
            Some((class.path.as_str(), parameter.name.as_str()))
        })
    }

    /// The constructor as written.
    pub(crate) fn callee(&self) -> String {
        self.project.text(self.site.callee).to_owned()
    }

    /// What a setting is worth.
    pub(crate) fn value(&self, setting: Setting) -> Value {
        self.project.setting(self.site, setting, self.frame)
    }

    /// Whether nothing is written for a setting, on any path.
    pub(crate) fn is_unset(&self, setting: Setting) -> bool {
        self.value(setting).is_unset()
    }

    /// The argument that decides a setting.
    pub(crate) fn argument(&self, setting: Setting) -> Option<&'p BoundArgument> {
        self.project.argument(self.site, setting)
    }

    /// The parameter that decides a setting.
    pub(crate) fn parameter(&self, setting: Setting) -> Option<&'p Parameter> {
        self.project.parameter_for(self.site, setting)
    }

    /// How the parameter of a setting is spelled.
    pub(crate) fn name(&self, setting: Setting) -> &'p str {
        self.parameter(setting).map_or("", |parameter| parameter.name.as_str())
    }

    /// What a bounding setting is, alternative by alternative; `None` where anything about it is unknown.
    pub(crate) fn bounds(&self, setting: Setting) -> Option<Vec<Bound>> {
        let parameter = self.parameter(setting)?;
        let value = self.value(setting);
        let mut bounds = Vec::new();
        for one in value.all()? {
            match (self.bound(one, parameter, setting)?, parameter.default_from) {
                (Bound::Unset, Some(other)) => bounds.extend(self.bounds(other)?),
                (bound, _) => bounds.push(bound),
            }
        }
        Some(bounds)
    }

    fn bound(&self, one: &Alternative, parameter: &Parameter, setting: Setting) -> Option<Bound> {
        if one.datum == Datum::Unset {
            return Some(Bound::Unset);
        }
        let number = match one.datum {
            Datum::Number(number) => number,
            Datum::Bool(value) => f64::from(u8::from(value)),
            Datum::Null => 0.0,
            _ => return None,
        };
        let measure = self.measure(one, number, setting, parameter)?;
        if parameter.is_unbounded(&one.datum) {
            Some(Bound::Unbounded(measure))
        } else if one.datum == Datum::Null || number < 0.0 {
            None
        } else {
            Some(Bound::Number(measure))
        }
    }

    fn measure(&self, one: &Alternative, value: f64, setting: Setting, parameter: &Parameter) -> Option<Measure> {
        let argument = self.argument(setting)?;
        // Several parameters may decide one setting.
        let own = argument.parameter.and_then(|index| self.project.parameters(self.site).get(index));
        let parameter = own.unwrap_or(parameter);
        let here = self.project.span(argument.value);
        let set_at = one.at.filter(|at| !argument.span.contains(at) && !here.contains(at));
        let text = self.project.text(argument.span);
        // `name=value`, or `name(value)`.
        let named = text.contains('=') || text.starts_with(parameter.name.as_str());
        let mut spelled = if named { text.to_owned() } else { format!("{}={text}", parameter.name) };
        if spelled.chars().count() > SPELLED || spelled.contains('\n') {
            let called = text.starts_with(&format!("{}(", parameter.name));
            spelled = if called { format!("{}(…)", parameter.name) } else { format!("{}=…", parameter.name) };
        }
        let spelled = if is_literal(text) {
            format!("`{spelled}`")
        } else {
            format!(
                "`{spelled}` ({})",
                if one.datum == Datum::Null { "None".into() } else { quantity(value, &parameter.unit) }
            )
        };
        Some(Measure { value, spelled, name: parameter.name.to_string(), at: argument.span, set_at })
    }

    /// The numbers that a setting can be; `None` where it can be anything else.
    pub(crate) fn numbers(&self, setting: Setting) -> Option<Vec<Measure>> {
        self.bounds(setting)?
            .into_iter()
            .map(|bound| match bound {
                Bound::Number(measure) => Some(measure),
                _ => None,
            })
            .collect()
    }

    /// Whether nothing bounds what a setting should bound, on any path.
    pub(crate) fn is_off(&self, setting: Setting) -> bool {
        self.bounds(setting)
            .is_some_and(|bounds| bounds.iter().all(|b| matches!(b, Bound::Unset | Bound::Unbounded(_))))
    }

    /// Whether nothing is written for a setting, nor for what decides it then.
    pub(crate) fn is_left_out(&self, setting: Setting) -> bool {
        let other = self.parameter(setting).and_then(|parameter| parameter.default_from);
        self.is_unset(setting) && other.is_none_or(|other| self.is_unset(other))
    }

    /// Whether the site is a request whose timeout the session decides where the request does not.
    pub(crate) fn session_has_timeout(&self) -> bool {
        let takes = |class: &Class| class.parameters.iter().any(|parameter| parameter.setting == Setting::Timeout);
        self.project.request(self.site).is_some_and(|row| row.on.is_some())
            && self.library().classes.iter().any(|class| class.makes == Kind::Session && takes(class))
    }

    /// The unit that a setting is in.
    pub(crate) fn unit(&self, setting: Setting) -> &'p str {
        self.parameter(setting).map_or("", |parameter| parameter.unit.as_str())
    }

    /// The site that an object-valued setting was built at; `None` where that is not known.
    pub(crate) fn object(&self, setting: Setting) -> Option<View<'p>> {
        let value = self.value(setting);
        let one = value.one()?;
        self.built(&one.datum)
    }

    /// The site that a thing was built at.
    pub(crate) fn built(&self, datum: &Datum) -> Option<View<'p>> {
        match datum {
            Datum::Built(call, frame) | Datum::Building(call, frame) | Datum::Object(_, Some(call), frame) => {
                Some(self.of(self.project.site_at(*call)?, *frame))
            }
            _ => None,
        }
    }

    /// The site that takes a setting: this one, else the pool that it is given.
    pub(crate) fn taker(&self, setting: Setting) -> Option<View<'p>> {
        let takes = |view: &View<'p>| view.parameter(setting).is_some();
        Some(*self).filter(takes).or_else(|| self.object(Setting::Pool).filter(takes))
    }

    /// The session that a request goes through, where there is just one.
    pub(crate) fn session(&self) -> Option<View<'p>> {
        let (_, value) = self.project.receiver(self.site.call, self.frame)?;
        let known: Vec<&Alternative> = value.alternatives.iter().filter(|one| one.datum != Datum::Null).collect();
        match known.as_slice() {
            [one] if value.unknown.is_none() => self.built(&one.datum).filter(|view| view.site.is(Kind::Session)),
            _ => None,
        }
    }

    /// What ends this request as a whole; `None` where that is not known, or nothing does.
    pub(crate) fn total(&self) -> Option<Total> {
        self.ended_by(&[Setting::Total])
    }

    /// Which of these ends this request; `None` where that is not known, or none does.
    pub(crate) fn ended_by(&self, settings: &[Setting]) -> Option<Total> {
        let own = self.argument(Setting::Timeout).is_some();
        if self.site.open && !own {
            return None;
        }
        let holder = if own { *self } else { self.session()? };
        if !own && holder.is_unset(Setting::Timeout) {
            return Some(Total::Default(holder.defaults().timeout.clone()));
        }
        let timeout = holder.object(Setting::Timeout)?;
        let mut numbers = settings.iter().filter_map(|&setting| timeout.numbers(setting)?.into_iter().next());
        numbers.next().map(Total::Written)
    }

    /// The sessions that this pool is given to.
    pub(crate) fn sessions_of_pool(&self) -> Vec<&'p Site> {
        let sessions = self.project.sites().iter().filter(|site| site.is(Kind::Session));
        let uses_it = |site: &&Site| {
            self.project.setting(site, Setting::Pool, Frame::NONE).alternatives.iter().any(|one| match &one.datum {
                Datum::Built(call, _) | Datum::Building(call, _) | Datum::Object(_, Some(call), _) => {
                    *call == self.site.call
                }
                _ => false,
            })
        };
        sessions.filter(uses_it).collect()
    }

    /// Whether a session uses this pool that lives on, or that serves several requests.
    pub(crate) fn pool_is_reused(&self) -> bool {
        let reused = |call| self.project.lives_long(call) || self.project.serves_several(call);
        self.sessions_of_pool().iter().any(|site| reused(site.call))
    }
}

/// A number with its unit, as people write it.
pub(crate) fn quantity(value: f64, unit: &str) -> String {
    let number =
        if value.fract().abs() < 1e-9 { format!("{value:.0}") } else { format!("{}", (value * 1e6).round() / 1e6) };
    if unit.is_empty() { number } else { format!("{number} {unit}") }
}

fn is_literal(text: &str) -> bool {
    let value = text.rsplit('=').next().unwrap_or(text).trim();
    value == "None" || value.parse::<f64>().is_ok()
}

/// Adds labels for where values are written.
pub(crate) fn with_origins(mut draft: Draft, measures: &[(&Measure, &str)]) -> Draft {
    for (measure, unit) in measures {
        if let Some(label) = measure.origin(unit)
            && !draft.labels.contains(&label)
        {
            draft.labels.push(label);
        }
    }
    draft
}

/// Whether the only reason to think of none is the default of a parameter.
pub(crate) fn is_default(one: &Alternative) -> bool {
    one.source == Source::Default
}
