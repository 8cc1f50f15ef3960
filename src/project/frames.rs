//! Contexts of calls, each told apart by a number that is the same for all threads.
//!
//! Refuses to know what is asked in them.

use crate::model::expr::ExprId;
use crate::model::facts::MODULE;
use crate::model::value::{ExprRef, Frame, ScopeRef};
use crate::source::{FileId, offset};
use rustc_hash::FxHashMap;
use std::sync::{PoisonError, RwLock};

/// How deep contexts are nested before what lies outside is forgotten.
const DEPTH: usize = 3;

/// The context of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct FrameData {
    /// The function that is called.
    pub(super) scope: ScopeRef,
    /// The call.
    pub(super) call: ExprRef,
    /// The context that the call's arguments are seen in.
    pub(super) outer: Frame,
    depth: usize,
}

/// The context of no call.
const NONE: FrameData = {
    let file = FileId(u32::MAX);
    let call = ExprRef { file, expr: ExprId(u32::MAX) };
    FrameData { scope: ScopeRef { file, scope: MODULE }, call, outer: Frame::NONE, depth: 0 }
};

/// The contexts that were met.
#[derive(Debug)]
pub(super) struct Frames(RwLock<Met>);

#[derive(Debug)]
struct Met {
    all: Vec<FrameData>,
    ids: FxHashMap<FrameData, Frame>,
}

impl Frames {
    /// None but the context of no call.
    pub(super) fn new() -> Frames {
        Frames(RwLock::new(Met { all: vec![NONE], ids: FxHashMap::default() }))
    }

    /// The context of a call of `scope`; calls nested too deep share the context of none.
    pub(super) fn of(&self, scope: ScopeRef, call: ExprRef, outer: Frame) -> Frame {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let depth = known.all[outer.0 as usize].depth + 1;
        let data = match depth > DEPTH {
            true => FrameData { scope, call, outer: Frame::NONE, depth: 1 },
            false => FrameData { scope, call, outer, depth },
        };
        if let Some(&frame) = known.ids.get(&data) {
            return frame;
        }
        drop(known);
        let mut met = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let Met { all, ids } = &mut *met;
        *ids.entry(data).or_insert_with(|| {
            all.push(data);
            Frame(offset(all.len() - 1))
        })
    }

    /// The innermost context of a call of `scope` around one.
    pub(super) fn around(&self, scope: ScopeRef, mut frame: Frame) -> Option<FrameData> {
        if frame == Frame::NONE {
            return None;
        }
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        while frame != Frame::NONE {
            let data = known.all[frame.0 as usize];
            if data.scope == scope {
                return Some(data);
            }
            frame = data.outer;
        }
        None
    }
}
