//! When subscripts are checked that only a run can tell inside: what follows from the ranges and conditions
//! around is dropped, what follows from the arguments alone is required of them before anything is
//! computed, the rest stays for the bodies to check where they evaluate it. Nothing here reports.

use std::collections::{BTreeMap, BTreeSet};

use crate::ir::{
    ArrayFunction, Atom, Axis, Comprehension, Graph, Inside, Int, Kind, LoopId, Node, Reduction, Scalar,
    ScalarId, Scalars, TensorId,
};
use crate::program::{Guard, Requirement};
use crate::simplify::Ranges;

/// How many places of an expression are looked at; one that has more is checked where it is evaluated.
const MANY: usize = 1 << 12;

/// Settles the checked subscripts of a function; what its arguments have to satisfy.
pub fn settle(graph: &mut Graph, arguments: &BTreeSet<TensorId>) -> Vec<Requirement> {
    let mut nodes = std::mem::take(&mut graph.nodes);
    let mut settling = Settling {
        graph,
        arguments,
        loops: BTreeMap::new(),
        leaves_out: false,
        below: BTreeMap::new(),
        required: Vec::new(),
    };
    settling.nodes(&mut nodes);
    let required = settling.required;
    graph.nodes = nodes;
    required
}

struct Settling<'a> {
    graph: &'a mut Graph,
    arguments: &'a BTreeSet<TensorId>,
    loops: BTreeMap<LoopId, Int>,
    /// Whether some loop around leaves iterations out.
    leaves_out: bool,
    /// What every element of a position that was searched for is below.
    below: BTreeMap<TensorId, Int>,
    required: Vec<Requirement>,
}

/// A checked subscript and the conditions under which it is evaluated.
struct Place {
    inside: Inside,
    /// The subscript, as far as it matters: 0 where it is what a search among so many has found.
    position: Int,
    guards: Vec<Guard>,
}

impl Settling<'_> {
    fn nodes(&mut self, nodes: &mut [Node]) {
        for node in nodes {
            match node {
                Node::Comprehension(node) => {
                    let guards: Vec<Guard> = writes_under(&self.graph.scalars, node).into_iter().collect();
                    let domain = node.domain.clone();
                    self.expression(&domain, &mut node.at, &guards, &mut node.value);
                }
                Node::Apply(node) => {
                    self.expression(&node.domain(), &mut [], &[], &mut node.value);
                    if let ArrayFunction::Argmax { .. } = node.function {
                        self.below.insert(node.out, Int::product(node.inner.iter().map(|axis| &axis.extent)));
                    }
                }
                Node::Reshape { .. } => {}
                Node::Loop(inner) => {
                    self.loops.insert(inner.counter, inner.extent.clone());
                    if let Some(condition) = &mut inner.condition {
                        self.expression(&[], &mut [], &[], condition);
                    }
                    let around = self.leaves_out;
                    self.leaves_out |= inner.condition.is_some();
                    self.nodes(&mut inner.body);
                    self.leaves_out = around;
                    self.loops.remove(&inner.counter);
                }
            }
        }
    }

    /// An expression over a domain, and the subscripts under which its value is written.
    fn expression(&mut self, domain: &[Axis], at: &mut [Int], at_guards: &[Guard], value: &mut ScalarId) {
        let mut search = Search { scalars: &self.graph.scalars, seen: BTreeSet::new(), places: Vec::new() };
        let mut any = at.iter().any(holds);
        search.scalars.visit_integers(*value, &mut |integer| any |= holds(integer));
        if !any {
            return;
        }
        search.value(*value, &mut Vec::new());
        at.iter().for_each(|subscript| search.integer(subscript, at_guards));
        if search.seen.len() > MANY {
            return;
        }
        let mut places = search.places;
        for place in &mut places {
            if let Some(Atom::Read(tensor, _)) = place.position.as_atom()
                && self.below.get(tensor) == Some(&place.inside.size)
            {
                place.position = Int::zero();
            }
        }
        let mut settled: BTreeSet<Inside> = places.iter().map(|place| place.inside.clone()).collect();
        let mut required = Vec::new();
        for place in &places {
            if self.is_certain(place, domain) {
                continue;
            }
            if self.is_of_arguments(place) {
                required.push(place);
            } else {
                settled.remove(&place.inside);
            }
        }
        for place in required.into_iter().filter(|place| settled.contains(&place.inside)) {
            let requirement = self.requirement(place, domain);
            if !self.required.contains(&requirement) {
                self.required.push(requirement);
            }
        }
        let mut open = |value: &Int| open(value, &|inside| settled.contains(inside));
        at.iter_mut().for_each(|subscript| *subscript = open(subscript));
        *value = self.graph.scalars.rebuild(*value, &mut |_, _| None, &mut open);
    }

    /// Whether where it comes from, the ranges of the indices and the conditions around it hold a subscript inside.
    fn is_certain(&self, place: &Place, domain: &[Axis]) -> bool {
        let ranges = Ranges::new(domain, &self.loops);
        let mut facts = Vec::new();
        for guard in &place.guards {
            if let Scalar::CompareInt(comparison, a, b) = &self.graph.scalars[guard.condition] {
                facts.extend(Ranges::facts(*comparison, a, b, guard.holds));
            }
        }
        let last = place.inside.size.sub(&place.position).plus(-1);
        ranges.is_natural(&place.position, &facts) && ranges.is_natural(&last, &facts)
    }

    /// Whether a subscript and the conditions around it depend on nothing but arguments; the condition of a loop
    /// depends on what it computes.
    fn is_of_arguments(&self, place: &Place) -> bool {
        let mut known = true;
        let mut integer = |value: &Int| {
            value.visit_atoms(&mut |atom| {
                known &= !matches!(atom, Atom::Read(tensor, _) if !self.arguments.contains(tensor))
            })
        };
        integer(&place.position);
        integer(&place.inside.size);
        let mut simple = true;
        for guard in &place.guards {
            for id in self.graph.scalars.reachable(guard.condition) {
                match &self.graph.scalars[id] {
                    Scalar::CompareInt(_, a, b) => [a, b].into_iter().for_each(&mut integer),
                    Scalar::Read(tensor, at) => {
                        simple &=
                            self.graph.tensor(*tensor).kind == Kind::Mask && self.arguments.contains(tensor);
                        at.iter().for_each(&mut integer);
                    }
                    Scalar::Flag(_) | Scalar::Not(_) | Scalar::And(..) | Scalar::Or(..) => {}
                    _ => simple = false,
                }
            }
        }
        known && simple && !self.leaves_out
    }

    /// What a place asks of the arguments, over the indices and counters that it mentions alone.
    fn requirement(&mut self, place: &Place, domain: &[Axis]) -> Requirement {
        let all = |value: &Int| open(value, &|_| true);
        let (position, size) = (all(&place.position), all(&place.inside.size));
        let scalars = &mut self.graph.scalars;
        let mut indices = BTreeSet::new();
        let mut counters = BTreeSet::new();
        let mut note = |value: &Int| {
            value.visit_atoms(&mut |atom| match atom {
                Atom::Index(index) => drop(indices.insert(*index)),
                Atom::Loop(counter) => drop(counters.insert(*counter)),
                _ => {}
            })
        };
        note(&position);
        note(&size);
        for guard in &place.guards {
            scalars.visit_integers(guard.condition, &mut note);
        }
        let mut renumber: Vec<Int> = vec![Int::zero(); domain.len()];
        for (new, &old) in indices.iter().enumerate() {
            renumber[old] = Int::index(new);
        }
        let guards = place.guards.iter().map(|guard| {
            let condition = scalars.rebuild(guard.condition, &mut |_, _| None, &mut |value| all(value));
            Guard { condition: scalars.with_indices(condition, &renumber), holds: guard.holds }
        });
        let guards = guards.collect();
        let unmentioned = (0..domain.len())
            .filter(|index| !indices.contains(index))
            .map(|index| &domain[index].extent)
            .chain(self.loops.iter().filter(|(counter, _)| !counters.contains(counter)).map(|(_, it)| it));
        let occupied: BTreeSet<Int> =
            unmentioned.filter(|extent| extent.as_constant().is_none()).cloned().collect();
        Requirement {
            tensor: place.inside.tensor.to_string(),
            axis: place.inside.axis,
            position: position.with_indices(&renumber),
            size: size.with_indices(&renumber),
            domain: indices.iter().map(|&index| domain[index].extent.clone()).collect(),
            loops: counters.iter().map(|counter| (*counter, self.loops[counter].clone())).collect(),
            occupied: occupied.into_iter().collect(),
            guards,
        }
    }
}

/// A sum of a guarded zero writes nothing, so its subscripts are guarded too.
fn writes_under(scalars: &Scalars, node: &Comprehension) -> Option<Guard> {
    let Scalar::Select(condition, yes, no) = scalars[node.value] else { return None };
    let is_zero = |id| scalars.as_number(id) == Some(0.0);
    match (node.reduction, is_zero(yes), is_zero(no)) {
        (Reduction::Sum, _, true) => Some(Guard { condition, holds: true }),
        (Reduction::Sum, true, _) => Some(Guard { condition, holds: false }),
        _ => None,
    }
}

/// Every checked subscript in an expression, with the conditions above it.
struct Search<'a> {
    scalars: &'a Scalars,
    seen: BTreeSet<(ScalarId, Vec<Guard>)>,
    places: Vec<Place>,
}

impl Search<'_> {
    fn value(&mut self, id: ScalarId, guards: &mut Vec<Guard>) {
        if self.seen.len() > MANY || !self.seen.insert((id, guards.clone())) {
            return;
        }
        match self.scalars[id].clone() {
            Scalar::Read(_, at) => at.iter().for_each(|subscript| self.integer(subscript, guards)),
            Scalar::Integer(value) => self.integer(&value, guards),
            Scalar::CompareInt(_, a, b) => {
                self.integer(&a, guards);
                self.integer(&b, guards);
            }
            Scalar::Select(condition, yes, no) => {
                self.value(condition, guards);
                self.under(yes, condition, true, guards);
                self.under(no, condition, false, guards);
            }
            Scalar::And(left, right) => {
                self.value(left, guards);
                self.under(right, left, true, guards);
            }
            Scalar::Or(left, right) => {
                self.value(left, guards);
                self.under(right, left, false, guards);
            }
            _ => self.scalars.operands(id).into_iter().for_each(|operand| self.value(operand, guards)),
        }
    }

    /// An expression that is evaluated only where a condition holds (or does not).
    fn under(&mut self, id: ScalarId, condition: ScalarId, holds: bool, guards: &mut Vec<Guard>) {
        let outside = guards.len();
        split(self.scalars, Guard { condition, holds }, guards);
        self.value(id, guards);
        guards.truncate(outside);
    }

    /// Those inside others first: they are evaluated first.
    fn integer(&mut self, value: &Int, guards: &[Guard]) {
        let mut found = Vec::new();
        value.visit_atoms(&mut |atom| {
            if let Atom::Inside(inside) = atom {
                let position = open(&inside.position, &|_| true);
                found.push(Place { inside: (**inside).clone(), position, guards: guards.to_vec() });
            }
        });
        self.places.extend(found.into_iter().rev());
    }
}

/// A condition as several that hold together.
fn split(scalars: &Scalars, guard: Guard, guards: &mut Vec<Guard>) {
    match (&scalars[guard.condition], guard.holds) {
        (Scalar::Not(inner), holds) => split(scalars, Guard { condition: *inner, holds: !holds }, guards),
        (Scalar::And(a, b), true) | (Scalar::Or(a, b), false) => {
            for condition in [*a, *b] {
                split(scalars, Guard { condition, holds: guard.holds }, guards);
            }
        }
        _ => guards.push(guard),
    }
}

/// Whether an integer holds a checked subscript.
fn holds(value: &Int) -> bool {
    let mut found = false;
    value.visit_atoms(&mut |atom| found |= matches!(atom, Atom::Inside(_)));
    found
}

/// An integer with some of its checked subscripts no longer checked.
fn open(value: &Int, which: &dyn Fn(&Inside) -> bool) -> Int {
    value.substitute(&mut |atom| match atom {
        Atom::Inside(inside) if which(inside) => Some(open(&inside.position, which)),
        _ => None,
    })
}
