//! Names of the variables of a body: the users' where they have given one, each once.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, Span};

use crate::plan::{BufferId, Plan};

use super::{Access, Context};
use crate::emit::keywords::KEYWORDS;

/// What a body's own variables may not be called, beside keywords.
const RESERVED: [&str; 14] = [
    "model",
    "ws",
    "arena",
    "grads",
    "optimiser",
    "v",
    "out",
    "cpu",
    "carve",
    "as_u32",
    "as_u32_mut",
    "as_flags",
    "as_flags_mut",
    "as_bools",
];

/// How many names had been taken at a moment.
#[derive(Clone, Copy)]
pub(super) struct Mark(usize);

/// The names of a body.
pub(super) struct Names {
    taken: RefCell<BTreeSet<String>>,
    /// Every name that has ever been taken, in order.
    log: RefCell<Vec<String>>,
    buffers: BTreeMap<BufferId, Ident>,
}

impl Names {
    /// Names every buffer.
    pub fn new(plan: &Plan, cx: &Context) -> Self {
        let mut taken: BTreeSet<String> =
            KEYWORDS.iter().chain(&RESERVED).chain(&["v"]).map(ToString::to_string).collect();
        taken.extend(cx.dims.iter().map(ToString::to_string));
        for access in cx.inputs.values().chain(&cx.targets) {
            if let Access::Variable(name) = access {
                taken.insert(name.to_string());
            }
        }
        let mut names =
            Self { taken: RefCell::new(taken), log: RefCell::default(), buffers: BTreeMap::new() };
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
    pub fn take(&self, wish: &str) -> Ident {
        let wish = legal(wish);
        let mut name = wish.clone();
        let mut count = 1;
        while !self.taken.borrow_mut().insert(name.clone()) {
            count += 1;
            name = format!("{wish}_{count}");
        }
        self.log.borrow_mut().push(name.clone());
        Ident::new(&name, Span::mixed_site())
    }

    /// Up to here.
    pub fn mark(&self) -> Mark {
        Mark(self.log.borrow().len())
    }

    /// The names that have been taken since.
    pub fn since(&self, mark: Mark) -> BTreeSet<String> {
        self.log.borrow()[mark.0..].iter().cloned().collect()
    }

    /// Gives all names free that have been taken since.
    pub fn forget(&self, mark: Mark) {
        let mut taken = self.taken.borrow_mut();
        self.log.borrow_mut().drain(mark.0..).for_each(|name| {
            taken.remove(&name);
        });
    }

    /// Gives a name free again.
    pub fn release(&self, name: &Ident) {
        self.taken.borrow_mut().remove(&name.to_string());
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
