//! From what a routine computes to how: which stage makes what, what is fused, which loops run in which
//! order, and where in memory everything lives.
//!
//! No pass here changes a value (beyond the order of a sum), knows Rust, or reports anything.

mod again;
mod basis;
mod before;
mod bounds;
mod contract;
mod cut;
mod deliver;
mod form;
mod found;
mod fuse;
mod held;
mod inline;
mod layout;
mod live;
mod maximum;
mod order;
mod pack;
mod pad;
mod parts;
mod peak;
mod product;
mod range;
mod readers;
mod schedule;
mod shrink;
mod sink;
mod stages;
mod storage;
mod stores;
mod tape;
mod timeline;
#[cfg(test)]
pub mod verify;

use std::collections::BTreeMap;

use crate::ir::TensorId;
use crate::program::{FieldInput, Method};
use crate::routine::{Gradient, Routine, Target};

use again::Price;

pub use form::{
    Bound, BufferId, For, FrameId, Home, Item, Leaf, LeafKind, Parts, Plan, Product, Range, Repeat, Root,
    Step,
};
pub use inline::is_expensive;
pub use maximum::Maximum;
pub use product::strides;
pub use range::Extents;

/// Plans a routine whose gradients go to the caller's memory.
pub fn plan(routine: Routine, inputs: &Inputs) -> Plan {
    prepare(routine, inputs, Delivery::Caller, Price::USUAL)
}

/// Plans a routine whose gradients are applied, each as soon as it is complete and what it is the gradient of
/// is read no more: until then it lives in the arena, or nowhere, if it is applied as it is computed.
pub fn plan_step(routine: Routine, inputs: &Inputs) -> Plan {
    prepare(routine, inputs, Delivery::Update, Price::USUAL)
}

/// Where gradients go.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Delivery {
    Caller,
    Update,
}

/// What must be known of a routine's inputs.
#[derive(Clone, Debug, Default)]
pub struct Inputs {
    /// How many leading axes of an input are arrays of structs, which are no flat memory; none if absent.
    pub stacked: BTreeMap<TensorId, usize>,
    /// By position in [`Routine::gradients`]: the input that it is the gradient of.
    pub targets: Vec<TensorId>,
}

impl Inputs {
    /// Of a routine of a method.
    pub fn of_method(method: &Method, routine: &Routine) -> Self {
        let axes = |field: &FieldInput| field.path.iter().map(|step| step.lengths.len()).sum();
        let target = |gradient: &Gradient| match gradient.target {
            Target::Field(field) => Some(method.fields[field].tensor),
            Target::Argument(argument) => method.arguments[argument].tensor(),
        };
        Self {
            stacked: method.fields.iter().map(|field| (field.tensor, axes(field))).collect(),
            targets: routine.gradients.iter().filter_map(target).collect(),
        }
    }

    fn stacked(&self, tensor: TensorId) -> usize {
        self.stacked.get(&tensor).copied().unwrap_or(0)
    }
}

fn prepare(routine: Routine, inputs: &Inputs, delivery: Delivery, price: Price) -> Plan {
    // What runs in which stage; nothing that is not needed.
    let mut draft = stages::split(routine, inputs);
    // Elementwise values that need no memory of their own.
    inline::inline(&mut draft, inputs);
    // Sums that are products of matrices in disguise; what that makes may be inlined again.
    contract::contract(&mut draft, inputs);
    inline::inline(&mut draft, inputs);
    // What is not worth its memory until the backward stage; then more may be inlined.
    again::again(&mut draft, inputs, price);
    inline::inline(&mut draft, inputs);
    // What is held anyway.
    held::read(&mut draft);
    // What loops begin with.
    tape::prepare(&mut draft);
    // What is overwritten in part is read before.
    readers::first(&mut draft);
    // Loops, their order, and which nodes share them.
    let mut schedule = schedule::schedule(draft, inputs);
    // What loops keep of each iteration.
    stores::redirect(&mut schedule);
    // What lives within one iteration of shared loops shrinks to a variable or a row.
    shrink::shrink(&mut schedule);
    // What could be written over what it reads is written last.
    sink::sink(&mut schedule);
    // Which tensors share memory, and what must be copied.
    storage::assign(&mut schedule, inputs, delivery);
    // Offsets, and where the arena is carved.
    let mut plan = layout::lay_out(schedule);
    // Guards become the bounds of loops.
    bounds::tighten(&mut plan);
    // What was found is not read again.
    found::mark(&mut plan);
    // What several threads may share out.
    parts::find(&mut plan);
    plan
}

impl Plan {
    /// What holds a tensor's elements.
    pub fn root(&self, tensor: TensorId) -> Root {
        self.memory.roots.get(&tensor).copied().unwrap_or(Root::Input(tensor))
    }

    /// The tensor whose shape the memory of this one is declared with.
    pub fn shaped(&self, tensor: TensorId) -> TensorId {
        match self.root(tensor) {
            Root::Input(input) => input,
            Root::Buffer(buffer) => self.memory.buffers[buffer.0].tensor,
        }
    }

    /// The length of the arena in floats.
    pub fn workspace(&self) -> &Maximum {
        &self.memory.frames[0].length
    }
}
