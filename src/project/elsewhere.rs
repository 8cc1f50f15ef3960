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
use rustc_hash::FxHashSet;
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// Sessions that are followed together, and what was found of them.
#[derive(Debug)]
struct Group {
    /// The sessions, by their indices, in order.
    sessions: Vec<usize>,
    /// Calls of methods of what may be one of them.
    methods: Vec<ExprRef>,
}

/// What one thread looks into at once.
#[derive(Debug)]
enum Step {
    /// Where a session is built, by its index; its group has the same.
    Start(usize),
    /// What is called like what holds the sessions of a group, on whatever object.
    Named(usize, SmolStr),
    /// The same on objects of a class that keeps one after others had it.
    Kept(usize, ScopeRef, SmolStr),
    /// What one is given to, on a way by its index, after so many hands.
    Next(usize, Hand, usize),
}

/// A way that the sessions of a group go.
#[derive(Debug)]
struct Way {
    /// The group, by its index.
    group: usize,
    trail: Trail,
    /// Whether what keeps one on the way is to be looked for by name.
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

/// Finds the requests through these sessions that are no known sites.
pub(super) fn requests_elsewhere<'l>(
    sessions: &[&Site],
    crew: &mut Crew<Project<'l>>,
    linked: &Linked<'l>,
) -> Vec<Vec<Site>> {
    let groups = followed(sessions, crew, linked);
    let through = |project: &mut Project<'l>, index: usize| {
        let Group { sessions: among, methods } = &groups[index];
        let among = among.iter().map(|&session| sessions[session].call).collect();
        project.requests_among(methods, &among)
    };
    crew.each_with(groups.len(), through, linked.files())
}

/// Follows all sessions as far as they go.
fn followed<'l>(sessions: &[&Site], crew: &mut Crew<Project<'l>>, linked: &Linked<'l>) -> Vec<Group> {
    let single = |session: usize| Group { sessions: vec![session], methods: Vec::new() };
    let mut groups: Vec<Group> = (0..sessions.len()).map(single).collect();
    let mut ways: Vec<Way> = Vec::new();
    let mut steps: Vec<Step> = (0..sessions.len()).map(Step::Start).collect();
    while !steps.is_empty() {
        let take = |project: &mut Project<'l>, index: usize| project.take_step(&steps[index], sessions);
        let found = crew.each_with(steps.len(), take, linked.files());
        // What is called the same is looked for once, whoever is held by it.
        let mut named: BTreeMap<SmolStr, Vec<usize>> = BTreeMap::new();
        let mut next = Vec::new();
        for (step, found) in steps.into_iter().zip(found) {
            let (group, passed) = match step {
                Step::Start(session) => (session, 0),
                Step::Named(group, _) | Step::Kept(group, ..) => (group, 1),
                Step::Next(way, ..) => {
                    let way = &mut ways[way];
                    groups[way.group].methods.extend(found.methods);
                    way.trail.add(found.hands);
                    continue;
                }
            };
            groups[group].methods.extend(found.methods);
            for name in found.names {
                named.entry(name).or_default().extend(&groups[group].sessions);
            }
            ways.push(Way { group, trail: Trail::new(passed, found.hands), keeps: passed == 0 });
        }
        for (name, mut sessions) in named {
            sessions.dedup();
            next.push(Step::Named(groups.len(), name));
            groups.push(Group { sessions, methods: Vec::new() });
        }
        for (index, way) in ways.iter_mut().enumerate() {
            let (hands, passed) = way.trail.take();
            if hands.is_empty() && std::mem::take(&mut way.keeps) {
                let kept = way.trail.take_kept().into_iter();
                next.extend(kept.map(|(class, name)| Step::Kept(way.group, class, name)));
            }
            next.extend(hands.into_iter().map(|hand| Step::Next(index, hand, passed)));
        }
        steps = next;
    }
    groups
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

    /// The requests among calls that go through one of these sessions.
    fn requests_among(&self, methods: &[ExprRef], sessions: &FxHashSet<ExprRef>) -> Vec<Site> {
        let mut calls: Vec<ExprRef> = methods.iter().copied().filter(|&call| self.site_at(call).is_none()).collect();
        calls.sort_unstable();
        calls.dedup();
        let requests = calls.into_iter().filter_map(|call| self.site(call, self.is_test(call)));
        let through = |request: &Site| self.sessions_behind(request).iter().any(|session| sessions.contains(session));
        requests.filter(|request| request.is(Kind::Request) && through(request)).collect()
    }
}
