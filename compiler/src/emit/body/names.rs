//! Names of the variables of a body: the users' where they have given one, each once.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, Span};

use crate::plan::{BufferId, Plan};

use super::{Access, Context};
use crate::emit::keywords::KEYWORDS;

/// What a body's own variables may not be called, beside keywords.
const RESERVED: [&str; 13] = [
    "model",
    "ws",
    "arena",
    "grads",
    "optimiser",
    "v",
    "out",
    "carve",
    "as_u32",
    "as_u32_mut",
    "as_flags",
    "as_flags_mut",
    "as_bools",
];

/// The names of a body.
pub(super) struct Names {
    taken: BTreeSet<String>,
    buffers: BTreeMap<BufferId, Ident>,
}

impl Names {
    /// Names every buffer.
    pub fn new(plan: &Plan, cx: &Context) -> Self {
        let mut names = Self {
            taken: KEYWORDS.iter().chain(&RESERVED).chain(&["v"]).map(ToString::to_string).collect(),
            buffers: BTreeMap::new(),
        };
        names.taken.extend(cx.dims.iter().map(ToString::to_string));
        for access in cx.inputs.values().chain(&cx.targets) {
            if let Access::Variable(name) = access {
                names.taken.insert(name.to_string());
            }
        }
        for (position, buffer) in plan.memory.buffers.iter().enumerate() {
            let name = names.take(&buffer.name);
            names.buffers.insert(BufferId(position), name);
        }
        names
    }

    /// The variable of a buffer.
    pub fn buffer(&self, buffer: BufferId) -> &Ident {
        &self.buffers[&buffer]
    }

    /// A name for something new, taken from now on.
    pub fn take(&mut self, wish: &str) -> Ident {
        let wish = legal(wish);
        let mut name = wish.clone();
        let mut count = 1;
        while !self.taken.insert(name.clone()) {
            count += 1;
            name = format!("{wish}_{count}");
        }
        Ident::new(&name, Span::mixed_site())
    }

    /// Gives a name free again.
    pub fn release(&mut self, name: &Ident) {
        self.taken.remove(&name.to_string());
    }
}

/// The nearest legal name in Rust's style.
fn legal(wish: &str) -> String {
    let letter = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    let name: String = wish.chars().map(letter).collect();
    let name = name.trim_matches('_');
    match name.chars().next() {
        None => "part".to_string(),
        Some(first) if first.is_ascii_digit() => format!("part_{name}"),
        Some(_) => name.to_string(),
    }
}
