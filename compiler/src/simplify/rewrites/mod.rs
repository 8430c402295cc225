//! The numerical rewrites: formulas that lose digits or overflow as they stand become ones that do not.
//!
//! A formula is matched through the names in it (`let`s, arguments of inlined calls), operands first, in
//! any order of operands. What a rewrite yields is never less accurate than what it replaces, has an
//! accurate derivative under the ordinary rules, and is not matched again. The laws:
//!
//! | file | laws |
//! |---|---|
//! | `logarithms` | ln of 1 ± x, of eˣ, σ, Σeˣ and their products and quotients, of eᵃ ± eᵇ |
//! | `alike` | equal terms, common factors, choices by the same condition |
//! | `constants` | constant factors: one, in front |
//! | `differences` | eˣ − 1, 1 − σ(x), 1 − 2σ(x), 1 − tanh²x, 1 ± erf x, 1 ± tanh(x/2), σ(x) − σ(−x) |
//! | `parts` | w − w·A / (A + r), w ± w·y where 1 ± y is better otherwise, x − softplus(x) |
//! | `quotients` | 1 / (1 + eˣ), eˣ / (1 + eˣ), eᵃ / (eᵃ + eᵇ), eˣ / Σeˣ |
//! | `shares` | eᵃ / Σeˣ and its logarithm, where a is one of the x |
//! | `ratios` | e / s where a map holds it |
//! | `roots` | √x², √(x² + y²), √Σx² |

mod alike;
mod constants;
mod differences;
mod largest;
mod logarithms;
mod parts;
mod products;
mod quotients;
mod ratios;
mod roots;
mod shares;
mod shifted;

use std::collections::{BTreeMap, BTreeSet};

use super::Purpose;
use super::definitions::Definitions;
use crate::ir::{Binary, Comparison, Comprehension, Graph, Node, Scalar, ScalarId, Scalars, TensorId, Unary};
use roots::Scaled;
use shares::Apart;
use shifted::Shifted;

/// Sums of more operations than this are not looked at term by term.
const MANY: usize = 48;

/// Logarithms of constants that differ by less are one.
const ROUNDING: f64 = 1e-15;

/// Rewrites every formula of a graph.
pub fn rewrite(graph: &mut Graph, purpose: Purpose) {
    let mut lists = [std::mem::take(&mut graph.nodes)];
    rewrite_lists(graph, &mut lists, &BTreeSet::new(), purpose);
    let [nodes] = lists;
    graph.nodes = nodes;
}

/// Rewrites every formula of lists of nodes each of which stands inside the one before. Opaque tensors are
/// not seen through.
pub fn rewrite_lists(
    graph: &mut Graph,
    lists: &mut [Vec<Node>],
    opaque: &BTreeSet<TensorId>,
    purpose: Purpose,
) {
    let definitions = Definitions::of_all(graph, lists, opaque);
    let mut rewriter = Rewriter {
        graph,
        purpose,
        definitions,
        done: BTreeMap::new(),
        logarithms: BTreeMap::new(),
        shifted: BTreeMap::new(),
        split: BTreeMap::new(),
        apart: BTreeMap::new(),
        weighted: BTreeMap::new(),
        scaled: BTreeMap::new(),
        after: BTreeMap::new(),
        ratios: BTreeMap::new(),
    };
    for nodes in lists.iter_mut() {
        rewriter.list(nodes);
    }
    for nodes in lists {
        rewriter.insert(nodes);
    }
}

struct Rewriter<'g> {
    graph: &'g mut Graph,
    purpose: Purpose,
    definitions: Definitions,
    /// What has been rewritten, as what.
    done: BTreeMap<ScalarId, ScalarId>,
    /// The logarithms of sums of two terms; none where they are not known.
    logarithms: BTreeMap<ScalarId, Option<ScalarId>>,
    /// Sums of exponentials, shifted; none where a sum is no such thing.
    shifted: BTreeMap<TensorId, Option<Shifted>>,
    /// Sums of sums of exponentials, as two of them; none where a sum is no such thing.
    split: BTreeMap<TensorId, Option<[TensorId; 2]>>,
    /// What shifted sums have beyond 1, by the largest and the others; none where it is no such thing.
    apart: BTreeMap<TensorId, Option<Apart>>,
    /// The logarithms of weighted sums of shifted exponentials; none where a sum is no such thing.
    weighted: BTreeMap<TensorId, Option<TensorId>>,
    /// Sums of squares, scaled.
    scaled: BTreeMap<TensorId, Option<Scaled>>,
    /// New nodes, by the tensor after whose node they belong.
    after: BTreeMap<TensorId, Vec<Node>>,
    /// Maps of the form e / s, by e.
    ratios: BTreeMap<TensorId, Vec<TensorId>>,
}

impl Rewriter<'_> {
    fn list(&mut self, nodes: &mut [Node]) {
        let made_here: Vec<TensorId> = nodes.iter().flat_map(Node::outputs).collect();
        for node in nodes {
            match node {
                Node::Comprehension(node) => {
                    node.value = self.rewrite(node.value);
                    self.definitions.learn(self.graph, node);
                    self.learn_ratio(node, &made_here);
                }
                Node::Apply(node) => node.value = self.rewrite(node.value),
                Node::Reshape { .. } => {}
                Node::Loop(node) => {
                    node.condition = node.condition.map(|condition| self.rewrite(condition));
                    self.list(&mut node.body);
                }
            }
        }
    }

    /// Puts the new nodes where they belong.
    fn insert(&mut self, nodes: &mut Vec<Node>) {
        for mut node in std::mem::take(nodes) {
            if let Node::Loop(inner) = &mut node {
                self.insert(&mut inner.body);
            }
            self.put(nodes, node);
        }
    }

    /// Puts a node, and the new nodes that come after it.
    fn put(&mut self, nodes: &mut Vec<Node>, node: Node) {
        let outputs = node.outputs();
        nodes.push(node);
        for output in outputs {
            for next in self.after.remove(&output).into_iter().flatten() {
                self.put(nodes, next);
            }
        }
    }

    /// A new node, to come after the one that makes a tensor.
    fn push_after(&mut self, tensor: TensorId, node: Node) {
        if let Node::Comprehension(node) = &node {
            self.definitions.learn(self.graph, node);
        }
        self.after.entry(tensor).or_default().push(node);
    }

    fn push_comprehension_after(&mut self, tensor: TensorId, node: Comprehension) {
        self.push_after(tensor, Node::Comprehension(node));
    }

    /// The expression with every law applied, operands first.
    fn rewrite(&mut self, root: ScalarId) -> ScalarId {
        let mut stack = vec![(root, false)];
        while let Some((id, operands_done)) = stack.pop() {
            if self.done.contains_key(&id) {
                continue;
            }
            if !operands_done && self.is_share(id) {
                self.done.insert(id, id);
                continue;
            }
            if !operands_done {
                stack.push((id, true));
                match logarithms::as_ln_one_minus_exp(&self.graph.scalars, id) {
                    Some(exponent) => stack.push((exponent, false)),
                    None => stack.extend(self.graph.scalars.operands(id).into_iter().map(|id| (id, false))),
                }
                continue;
            }
            let new = match logarithms::as_ln_one_minus_exp(&self.graph.scalars, id) {
                Some(exponent) if self.done[&exponent] == exponent => id,
                Some(exponent) => self.ln_one_minus_exp(self.done[&exponent]),
                None => self.with_new_operands(id),
            };
            self.done.insert(id, new);
            self.done.insert(new, new);
        }
        self.done[&root]
    }

    /// The node on the rewritten operands, with the first law that fits applied.
    fn with_new_operands(&mut self, id: ScalarId) -> ScalarId {
        let done = |id: &ScalarId| self.done[id];
        let scalars = &mut self.graph.scalars;
        let new = match scalars[id].clone() {
            Scalar::Number(_) | Scalar::Integer(_) | Scalar::Flag(_) | Scalar::Read(..) => id,
            Scalar::CompareInt(..) => id,
            Scalar::Unary(function, a) => scalars.unary(function, done(&a)),
            Scalar::Binary(function, a, b) => scalars.binary(function, done(&a), done(&b)),
            Scalar::Call(function, arguments) => {
                let arguments = arguments.iter().map(done).collect();
                scalars.call(function, arguments)
            }
            Scalar::Compare(comparison, a, b) => scalars.compare(comparison, done(&a), done(&b)),
            Scalar::Not(a) => scalars.not(done(&a)),
            Scalar::And(a, b) => scalars.and(done(&a), done(&b)),
            Scalar::Or(a, b) => scalars.or(done(&a), done(&b)),
            Scalar::Select(c, a, b) => scalars.select(done(&c), done(&a), done(&b)),
        };
        if new != id {
            return self.rewrite(new);
        }
        let better = match self.graph.scalars[id] {
            Scalar::Unary(Unary::Neg, x) => self.negative(x),
            Scalar::Unary(Unary::Ln, x) => self.logarithm(x),
            Scalar::Unary(Unary::Ln1p, x) => self.logarithm_of_one_plus(x),
            Scalar::Unary(Unary::Sqrt, x) => self.root(x),
            Scalar::Binary(Binary::Pow, x, half) if self.is_number(half, 0.5) => self.half_power(x),
            Scalar::Binary(Binary::Add | Binary::Sub, ..) => self.difference(id).or_else(|| self.alike(id)),
            Scalar::Binary(Binary::Mul | Binary::Div, ..) => {
                self.constants_in_front(id).or_else(|| self.quotient(id))
            }
            _ => None,
        };
        better.unwrap_or(id)
    }

    /// The value without the names at its root.
    fn see(&mut self, id: ScalarId) -> ScalarId {
        self.definitions.see(&mut self.graph.scalars, id)
    }

    /// The function at the root, seen through names, and its argument.
    fn see_unary(&mut self, id: ScalarId) -> Option<(Unary, ScalarId)> {
        let id = self.see(id);
        match self.graph.scalars[id] {
            Scalar::Unary(function, a) => Some((function, a)),
            _ => None,
        }
    }

    /// a, if the value is eᵃ.
    fn as_exp(&mut self, id: ScalarId) -> Option<ScalarId> {
        match self.see_unary(id)? {
            (Unary::Exp, a) => Some(a),
            _ => None,
        }
    }

    /// a, if the value is σ(a).
    fn as_sigmoid(&mut self, id: ScalarId) -> Option<ScalarId> {
        match self.see_unary(id)? {
            (Unary::Sigmoid, a) => Some(a),
            _ => None,
        }
    }

    /// Whether two expressions are the same once names are seen through.
    fn same(&mut self, a: ScalarId, b: ScalarId) -> bool {
        a == b || {
            let scalars = &mut self.graph.scalars;
            self.definitions.see_all(scalars, a) == self.definitions.see_all(scalars, b)
        }
    }

    /// Whether a is −b.
    fn opposite(&mut self, a: ScalarId, b: ScalarId) -> bool {
        let scalars = &mut self.graph.scalars;
        let (a, b) = (self.definitions.see_all(scalars, a), self.definitions.see_all(scalars, b));
        if scalars.neg(a) == b || scalars.neg(b) == a {
            return true;
        }
        cancel(scalars, a, b)
    }

    fn number(&mut self, value: f64) -> ScalarId {
        self.graph.scalars.number(value)
    }

    fn is_number(&self, id: ScalarId, value: f64) -> bool {
        self.graph.scalars.as_number(id) == Some(value)
    }

    fn unary(&mut self, function: Unary, a: ScalarId) -> ScalarId {
        let new = self.graph.scalars.unary(function, a);
        self.rewrite(new)
    }

    fn binary(&mut self, function: Binary, a: ScalarId, b: ScalarId) -> ScalarId {
        let new = self.graph.scalars.binary(function, a, b);
        self.rewrite(new)
    }

    fn exp(&mut self, a: ScalarId) -> ScalarId {
        self.unary(Unary::Exp, a)
    }

    fn ln(&mut self, a: ScalarId) -> ScalarId {
        self.unary(Unary::Ln, a)
    }

    fn sigmoid(&mut self, a: ScalarId) -> ScalarId {
        self.unary(Unary::Sigmoid, a)
    }

    fn softplus(&mut self, a: ScalarId) -> ScalarId {
        self.unary(Unary::Softplus, a)
    }

    fn neg(&mut self, a: ScalarId) -> ScalarId {
        self.unary(Unary::Neg, a)
    }

    fn add(&mut self, a: ScalarId, b: ScalarId) -> ScalarId {
        self.binary(Binary::Add, a, b)
    }

    fn sub(&mut self, a: ScalarId, b: ScalarId) -> ScalarId {
        self.binary(Binary::Sub, a, b)
    }

    fn mul(&mut self, a: ScalarId, b: ScalarId) -> ScalarId {
        self.binary(Binary::Mul, a, b)
    }

    fn div(&mut self, a: ScalarId, b: ScalarId) -> ScalarId {
        self.binary(Binary::Div, a, b)
    }

    fn times(&mut self, factor: f64, a: ScalarId) -> ScalarId {
        let factor = self.number(factor);
        self.mul(factor, a)
    }

    fn compare(&mut self, comparison: Comparison, a: ScalarId, b: ScalarId) -> ScalarId {
        self.graph.scalars.compare(comparison, a, b)
    }

    /// Whether a number is neither infinite nor NaN.
    fn is_finite(&mut self, a: ScalarId) -> ScalarId {
        let size = self.unary(Unary::Abs, a);
        let infinity = self.number(f64::INFINITY);
        self.compare(Comparison::Less, size, infinity)
    }

    fn select(&mut self, c: ScalarId, a: ScalarId, b: ScalarId) -> ScalarId {
        let new = self.graph.scalars.select(c, a, b);
        self.rewrite(new)
    }
}

/// Whether two expressions add up to 0 as sums of multiples, term by term.
fn cancel(scalars: &Scalars, a: ScalarId, b: ScalarId) -> bool {
    let mut terms: Vec<(f64, ScalarId)> = Vec::new();
    let mut constant = 0.0;
    let (mut stack, mut left) = (vec![(1.0, b), (1.0, a)], MANY);
    while let Some((factor, id)) = stack.pop() {
        if left == 0 {
            return false;
        }
        left -= 1;
        match scalars[id] {
            Scalar::Binary(Binary::Add, x, y) => stack.extend([(factor, y), (factor, x)]),
            Scalar::Binary(Binary::Sub, x, y) => stack.extend([(-factor, y), (factor, x)]),
            _ if scalars.as_ln_of_constant(id).is_some() => {
                constant += factor * scalars.as_ln_of_constant(id).unwrap_or_default();
            }
            _ => match (scaled(scalars, id), terms.iter_mut().find(|(_, term)| *term == id)) {
                ((inner, x), _) if x != id => stack.push((factor * inner, x)),
                (_, Some((sum, _))) => *sum += factor,
                (_, None) => terms.push((factor, id)),
            },
        }
    }
    constant.abs() < ROUNDING && terms.iter().all(|(factor, _)| *factor == 0.0)
}

/// An expression as a constant times another.
fn scaled(scalars: &Scalars, id: ScalarId) -> (f64, ScalarId) {
    match scalars[id] {
        Scalar::Binary(Binary::Mul, a, b) => match (scalars.as_number(a), scalars.as_number(b)) {
            (Some(factor), _) => (factor, b),
            (_, Some(factor)) => (factor, a),
            _ => (1.0, id),
        },
        Scalar::Unary(Unary::Neg, a) => {
            let (factor, a) = scaled(scalars, a);
            (-factor, a)
        }
        _ => (1.0, id),
    }
}
