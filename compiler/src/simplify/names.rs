//! Names for what has a name already: constants, copies, views, what a loop carries unchanged. Whoever
//! reads them reads what they stand for. And sums that add nothing up become maps.

use std::collections::{BTreeMap, BTreeSet};

use super::definitions::{Definition, covered};
use super::factor::remove_index;
use super::{cost, uses};
use crate::ir::{
    Atom, Axis, Carried, Comprehension, Graph, Int, Kind, Loop, Node, Reduction, Scalar, ScalarId, TensorId,
};

/// What costs no more than this is not worth a name.
const CHEAP: f64 = 4.0;

/// Reads through names. The roots stay.
pub fn resolve(graph: &mut Graph, roots: &[TensorId]) {
    let mut lists = [std::mem::take(&mut graph.nodes)];
    resolve_lists(graph, &mut lists, roots, &BTreeSet::new());
    let [nodes] = lists;
    graph.nodes = nodes;
}

/// Reads through names in lists of nodes each of which stands inside the one before; not through those of
/// opaque tensors.
pub fn resolve_lists(
    graph: &mut Graph,
    lists: &mut [Vec<Node>],
    roots: &[TensorId],
    opaque: &BTreeSet<TensorId>,
) {
    let mut uses = BTreeMap::new();
    for nodes in lists.iter() {
        for (tensor, count) in uses::count(graph, nodes) {
            *uses.entry(tensor).or_default() += count;
        }
    }
    let roots = roots.iter().copied().collect();
    let mut resolver = Resolver { graph, roots, opaque, uses, meanings: BTreeMap::new() };
    for nodes in lists {
        resolver.list(nodes);
    }
}

/// What a tensor stands for.
#[derive(Clone)]
enum Meaning {
    /// Every element is this: a number, a flag, an integer that mentions no index.
    Constant(ScalarId),
    /// A cheap formula of the tensor's own subscripts that reads nothing.
    Formula(ScalarId),
    /// The element `from[at]`, where `at` is in terms of the tensor's own subscripts.
    Element { from: TensorId, at: Vec<Int> },
}

/// The maps of one list of nodes, and what they are added to.
type Maps = BTreeMap<TensorId, (Option<TensorId>, Definition)>;

struct Resolver<'g> {
    graph: &'g mut Graph,
    roots: BTreeSet<TensorId>,
    opaque: &'g BTreeSet<TensorId>,
    uses: BTreeMap<TensorId, usize>,
    meanings: BTreeMap<TensorId, Meaning>,
}

impl Resolver<'_> {
    fn list(&mut self, nodes: &mut [Node]) {
        let mut maps = Maps::new();
        for node in nodes {
            match node {
                Node::Comprehension(inner) => {
                    self.comprehension(inner, &maps);
                    self.learn(inner);
                    let from_nothing = Comprehension { base: None, ..inner.clone() };
                    if let Some(map) = Definition::of(self.graph, &from_nothing).filter(Definition::is_map) {
                        maps.insert(inner.out, (inner.base, map));
                    }
                }
                Node::Apply(node) => node.value = self.scalar(node.value),
                Node::Reshape { out, from } => {
                    let (out, from) = (*out, self.whole(*from));
                    *node = self.reshape(out, from);
                }
                Node::Loop(node) => self.repeat(node),
            }
        }
    }

    fn comprehension(&mut self, node: &mut Comprehension, maps: &Maps) {
        self.drop_single_points(node);
        node.value = self.scalar(node.value);
        node.at = node.at.iter().map(|subscript| self.integer(subscript)).collect();
        node.base = node.base.map(|base| self.whole(base)).filter(|base| !self.is_zero(*base));
        if self.graph.scalars.as_number(node.value) == Some(0.0) && node.reduction == Reduction::Sum {
            self.add_nothing(node);
        }
        let axes = covered(&node.at, &node.domain, self.graph.shape(node.out));
        if !axes.is_some_and(|axes| (0..node.domain.len()).all(|index| axes.contains(&Some(index)))) {
            return;
        }
        // Every element is written, and once.
        match (node.reduction, node.base) {
            (Reduction::Set, _) => node.base = None,
            (Reduction::Sum, None) => node.reduction = Reduction::Set,
            (Reduction::Sum, Some(base)) => {
                let Some((start, map)) = maps.get(&base).filter(|_| self.is_used_once(base)) else { return };
                let indices: Vec<Int> =
                    (0..map.domain.len()).map(|index| map.subscript(index, &node.at)).collect();
                let before = self.graph.scalars.with_indices(map.value, &indices);
                node.value = self.graph.scalars.add(before, node.value);
                node.base = *start;
                if start.is_none() {
                    node.reduction = Reduction::Set;
                }
            }
        }
    }

    /// An index that runs over one point alone, and does not say where that goes, is no index.
    fn drop_single_points(&mut self, node: &mut Comprehension) {
        for index in (0..node.domain.len()).rev() {
            if node.domain[index].extent.is(1)
                && !node.at.iter().any(|subscript| subscript.mentions_index(index))
            {
                remove_index(self.graph, node, index, &Int::zero());
            }
        }
    }

    /// A sum of zeros is what it starts from.
    fn add_nothing(&mut self, node: &mut Comprehension) {
        let shape = self.graph.shape(node.out).to_vec();
        node.at = Graph::identity(shape.len());
        node.domain = Graph::axes(&shape);
        if let Some(base) = node.base.take() {
            node.value = self.graph.scalars.read(base, node.at.clone());
        }
        node.reduction = Reduction::Set;
    }

    fn repeat(&mut self, node: &mut Loop) {
        for carried in &mut node.carried {
            carried.initial = self.whole(carried.initial);
        }
        // What a loop carries unchanged is what it was before.
        for carried in &node.carried {
            if carried.next == carried.inside || carried.next == carried.initial {
                let at = Graph::identity(self.graph.shape(carried.initial).len());
                let meaning = self
                    .meanings
                    .get(&carried.initial)
                    .cloned()
                    .unwrap_or(Meaning::Element { from: carried.initial, at });
                self.note(carried.inside, meaning.clone());
                self.note(carried.last, meaning);
            }
        }
        for (carried, value) in self.carried_constants(node) {
            self.note(carried.inside, Meaning::Constant(value));
            self.note(carried.last, Meaning::Constant(value));
        }
        node.condition = node.condition.map(|condition| self.scalar(condition));
        self.list(&mut node.body);
        for carried in &mut node.carried {
            carried.next = self.whole(carried.next);
        }
    }

    /// The masks that a loop begins with everywhere true, or everywhere false, and leaves so in each iteration: by
    /// induction, they are taken for that together, until all that are still taken for it prove to be.
    fn carried_constants(&mut self, node: &Loop) -> Vec<(Carried, ScalarId)> {
        let constant = |this: &Self, tensor| match this.meanings.get(&tensor) {
            Some(&Meaning::Constant(value)) if matches!(this.graph.scalars[value], Scalar::Flag(_)) => {
                Some(value)
            }
            _ => None,
        };
        let mut constants: Vec<(Carried, ScalarId)> = (node.carried.iter())
            .filter(|carried| carried.next != carried.inside && !self.opaque.contains(&carried.inside))
            .filter_map(|carried| Some((*carried, constant(self, carried.initial)?)))
            .collect();
        while !constants.is_empty() {
            let known = self.meanings.clone();
            for (carried, value) in &constants {
                self.note(carried.inside, Meaning::Constant(*value));
            }
            self.list(&mut node.body.clone());
            let taken = constants.len();
            constants.retain(|(carried, value)| constant(self, carried.next) == Some(*value));
            self.meanings = known;
            if constants.len() == taken {
                break;
            }
        }
        constants
    }

    /// A reshape, or something plainer that makes the same.
    fn reshape(&mut self, out: TensorId, from: TensorId) -> Node {
        let shape = self.graph.shape(out).to_vec();
        let domain = Graph::axes(&shape);
        let value = match self.meanings.get(&from) {
            Some(&Meaning::Constant(value)) => value,
            _ => {
                let Some(subscripts) = matching_subscripts(&shape, self.graph.shape(from)) else {
                    return Node::Reshape { out, from };
                };
                match self.graph.tensor(from).kind {
                    Kind::Float | Kind::Mask => self.graph.scalars.read(from, subscripts),
                    Kind::Index | Kind::Key => {
                        self.graph.scalars.integer(Int::atom(Atom::Read(from, subscripts)))
                    }
                }
            }
        };
        let node = Comprehension::map(out, domain, value);
        self.learn(&node);
        Node::Comprehension(node)
    }

    fn is_used_once(&self, tensor: TensorId) -> bool {
        !self.roots.contains(&tensor) && !self.opaque.contains(&tensor) && self.uses.get(&tensor) == Some(&1)
    }

    fn is_zero(&self, tensor: TensorId) -> bool {
        match self.meanings.get(&tensor) {
            Some(&Meaning::Constant(value)) => match self.graph.scalars[value] {
                Scalar::Flag(value) => !value,
                _ => self.graph.scalars.as_number(value) == Some(0.0),
            },
            _ => false,
        }
    }

    fn note(&mut self, tensor: TensorId, meaning: Meaning) {
        if !self.opaque.contains(&tensor) {
            self.meanings.insert(tensor, meaning);
        }
    }

    /// Takes note of a map that is but a name.
    fn learn(&mut self, node: &Comprehension) {
        let Some(map) = Definition::of(self.graph, node).filter(Definition::is_map) else { return };
        // In terms of the tensor's subscripts rather than the node's indices.
        let own: Vec<Int> = (0..map.domain.len())
            .map(|index| Int::index(map.axes.iter().position(|&axis| axis == Some(index)).unwrap_or(0)))
            .collect();
        let (from, at) = match &self.graph.scalars[map.value] {
            Scalar::Number(_) | Scalar::Flag(_) => {
                self.note(node.out, Meaning::Constant(map.value));
                return;
            }
            Scalar::Integer(value) => match value.as_atom() {
                Some(Atom::Read(from, at)) => (*from, at.clone()),
                _ => return self.learn_formula(node, map.value, &own),
            },
            Scalar::Read(from, at) => (*from, at.clone()),
            _ => return self.learn_formula(node, map.value, &own),
        };
        if self.graph.tensor(from).kind != self.graph.tensor(node.out).kind || !is_view(&at, &map.domain) {
            return;
        }
        let at = at.iter().map(|subscript| subscript.with_indices(&own)).collect();
        self.note(node.out, Meaning::Element { from, at });
    }

    /// A mask, a triangle, a unit matrix: what indices alone decide is decided where it is read.
    fn learn_formula(&mut self, node: &Comprehension, value: ScalarId, own: &[Int]) {
        let is_index = matches!(self.graph.tensor(node.out).kind, Kind::Index | Kind::Key);
        let mut reads = false;
        self.graph.visit_reads(value, &mut |_, _| reads = true);
        // A number is computed once, under its name.
        let is_number = self.graph.shape(node.out).is_empty();
        if !is_index && !is_number && !reads && cost::expression(&self.graph.scalars, value) <= CHEAP {
            let value = self.graph.scalars.with_indices(value, own);
            self.note(node.out, Meaning::Formula(value));
        }
    }

    /// The tensor that holds the very same elements.
    fn whole(&self, tensor: TensorId) -> TensorId {
        match self.meanings.get(&tensor) {
            Some(Meaning::Element { from, at })
                if *at == Graph::identity(at.len())
                    && self.graph.shape(*from) == self.graph.shape(tensor) =>
            {
                *from
            }
            _ => tensor,
        }
    }

    fn element(&self, tensor: TensorId, at: &[Int]) -> Option<(TensorId, Vec<Int>)> {
        match self.meanings.get(&tensor)? {
            Meaning::Element { from, at: view } => {
                Some((*from, view.iter().map(|subscript| subscript.with_indices(at)).collect()))
            }
            Meaning::Constant(_) | Meaning::Formula(_) => None,
        }
    }

    fn integer(&self, value: &Int) -> Int {
        value.substitute(&mut |atom| match atom {
            Atom::Read(tensor, at) => {
                let at: Vec<Int> = at.iter().map(|subscript| self.integer(subscript)).collect();
                let (tensor, at) = self.element(*tensor, &at).unwrap_or((*tensor, at));
                Some(Int::atom(Atom::Read(tensor, at)))
            }
            Atom::Dim(_)
            | Atom::Index(_)
            | Atom::Loop(_)
            | Atom::Div(..)
            | Atom::Mod(..)
            | Atom::Root(_)
            | Atom::Inside(_) => None,
        })
    }

    fn scalar(&mut self, value: ScalarId) -> ScalarId {
        if self.meanings.is_empty() {
            return value;
        }
        let mut scalars = std::mem::take(&mut self.graph.scalars);
        let value = scalars.rebuild(
            value,
            &mut |scalars, id| {
                let Scalar::Read(tensor, at) = scalars[id].clone() else { return None };
                if let Some(&Meaning::Constant(value)) = self.meanings.get(&tensor) {
                    return Some(value);
                }
                let at: Vec<Int> = at.iter().map(|subscript| self.integer(subscript)).collect();
                if let Some(&Meaning::Formula(value)) = self.meanings.get(&tensor) {
                    return Some(scalars.with_indices(value, &at));
                }
                let (tensor, at) = self.element(tensor, &at).unwrap_or((tensor, at));
                Some(scalars.read(tensor, at))
            },
            &mut |value| self.integer(value),
        );
        self.graph.scalars = scalars;
        value
    }
}

/// Whether subscripts take elements one beside the other, as a copy, slice, transpose or broadcast does.
fn is_view(at: &[Int], domain: &[Axis]) -> bool {
    at.iter().all(|subscript| {
        let mut indices = 0;
        subscript.terms().all(|(monomial, coefficient)| match monomial {
            [] | [Atom::Dim(_) | Atom::Loop(_)] => true,
            [Atom::Index(index)] => {
                indices += 1;
                coefficient == 1 && indices == 1 && *index < domain.len()
            }
            _ => false,
        })
    })
}

/// The subscripts at which a tensor of one shape has the elements of a tensor of another, if the shapes
/// differ in axes of size 1 alone.
fn matching_subscripts(shape: &[Int], from: &[Int]) -> Option<Vec<Int>> {
    let mut axes = (0..shape.len()).filter(|&axis| !shape[axis].is(1));
    let mut at = Vec::with_capacity(from.len());
    for size in from {
        if size.is(1) {
            at.push(Int::zero());
            continue;
        }
        let axis = axes.next().filter(|&axis| shape[axis] == *size)?;
        at.push(Int::index(axis));
    }
    axes.next().is_none().then_some(at)
}
