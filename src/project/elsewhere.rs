//! Requests through sessions in files that say nothing of a library themselves.
//!
//! All threads follow the sessions together, a hand at a time: one session of a project is often given to very many, and
//! most to few. Refuses to judge what is found.

use super::hands::{Hand, Trail};
use super::requests::Requests;
use super::{Linked, Project, Site};
use crate::libraries::Kind;
use crate::model::value::{ExprRef, ScopeRef};
use crate::threads::Crew;
use smol_str::SmolStr;

/// What one thread looks into at once, of a session by its index.
#[derive(Debug)]
enum Step {
    /// Where the session is built.
    Start(usize),
    /// What is called like what holds it, on whatever object.
    Named(usize, SmolStr),
    /// The same on objects of a class that keeps it after others had it.
    Kept(usize, ScopeRef, SmolStr),
    /// What it is given to, on a way by its index, after so many hands.
    Next(usize, Hand, usize),
}

/// A way that a session goes.
#[derive(Debug)]
struct Way {
    /// The session, by its index.
    session: usize,
    trail: Trail,
    /// Whether what keeps it on the way is to be looked for by name.
    keeps: bool,
}

/// What a step leads to.
#[derive(Debug, Default)]
struct Found {
    /// Calls of methods.
    methods: Vec<ExprRef>,
    /// What the session is given to.
    hands: Vec<Hand>,
    /// The names of what holds it.
    names: Vec<SmolStr>,
}

/// Finds the requests through each of these sessions that are no known sites.
pub(super) fn requests_elsewhere<'l>(
    sessions: &[&Site],
    crew: &mut Crew<Project<'l>>,
    linked: &Linked<'l>,
) -> Vec<Vec<Site>> {
    let mut methods: Vec<Vec<ExprRef>> = vec![Vec::new(); sessions.len()];
    let mut ways: Vec<Way> = Vec::new();
    let mut steps: Vec<Step> = (0..sessions.len()).map(Step::Start).collect();
    while !steps.is_empty() {
        let take = |project: &mut Project<'l>, index: usize| project.take_step(&steps[index], sessions);
        let found = crew.each_with(steps.len(), take, linked.files());
        let mut next = Vec::new();
        for (step, found) in steps.into_iter().zip(found) {
            let (session, passed) = match step {
                Step::Start(session) => (session, 0),
                Step::Named(session, _) | Step::Kept(session, ..) => (session, 1),
                Step::Next(way, ..) => {
                    let way = &mut ways[way];
                    methods[way.session].extend(found.methods);
                    way.trail.add(found.hands);
                    continue;
                }
            };
            methods[session].extend(found.methods);
            next.extend(found.names.into_iter().map(|name| Step::Named(session, name)));
            ways.push(Way { session, trail: Trail::new(passed, found.hands), keeps: passed == 0 });
        }
        for (index, way) in ways.iter_mut().enumerate() {
            let (hands, passed) = way.trail.take();
            if hands.is_empty() && std::mem::take(&mut way.keeps) {
                let kept = way.trail.take_kept().into_iter();
                next.extend(kept.map(|(class, name)| Step::Kept(way.session, class, name)));
            }
            next.extend(hands.into_iter().map(|hand| Step::Next(index, hand, passed)));
        }
        steps = next;
    }
    let through = |project: &mut Project<'l>, index: usize| project.requests_among(&methods[index], sessions[index]);
    crew.each_with(sessions.len(), through, linked.files())
}

impl Project<'_> {
    fn take_step(&self, step: &Step, sessions: &[&Site]) -> Found {
        let (uses, names, passed) = match step {
            Step::Start(session) => {
                let uses = self.uses(sessions[*session].call);
                let names = self.names_held_by(&uses);
                (uses, names, 0)
            }
            Step::Named(_, name) => (self.attribute_uses_anywhere(None, name), Vec::new(), 1),
            // Others had it before these keep it: what objects hold is seen at once by its name alone.
            Step::Kept(_, class, name) => (self.attribute_uses_anywhere(Some(*class), name), Vec::new(), 1),
            Step::Next(_, hand, passed) => (self.uses_in(hand), Vec::new(), *passed),
        };
        let mut found = Requests::default();
        let hands = self.hands_after(&uses, passed, &mut found);
        Found { methods: found.methods, hands, names }
    }

    fn requests_among(&self, methods: &[ExprRef], session: &Site) -> Vec<Site> {
        let mut calls: Vec<ExprRef> = methods.iter().copied().filter(|&call| self.site_at(call).is_none()).collect();
        calls.sort_unstable();
        calls.dedup();
        let requests = calls.into_iter().filter_map(|call| self.site(call, self.is_test(call)));
        requests.filter(|request| request.is(Kind::Request) && self.goes_through(request, session)).collect()
    }
}
