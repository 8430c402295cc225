//! What keeps graphs small and cheap, seen in what is left of small ones.

use crate::eval::{Data, evaluate};
use crate::ir::{
    Atom, Binary, Carried, Comparison, Comprehension, DimId, Graph, Int, Kind, Loop, Node, Reduction,
    ScalarId, TensorId, Unary,
};
use crate::simplify::{Purpose, simplify};

/// A graph whose dims are all N, M, …, and its inputs.
struct Small {
    graph: Graph,
}

impl Small {
    fn new() -> Self {
        let dims = ["N", "M", "K", "L"].map(String::from).to_vec();
        Self { graph: Graph { dims, ..Graph::default() } }
    }

    fn input(&mut self, name: &str, shape: &[Int]) -> TensorId {
        self.graph.add_tensor(name, shape.to_vec(), Kind::Float)
    }

    fn read(&mut self, tensor: TensorId, at: &[usize]) -> ScalarId {
        self.graph.scalars.read(tensor, at.iter().map(|&index| Int::index(index)).collect())
    }

    fn mul(&mut self, a: ScalarId, b: ScalarId) -> ScalarId {
        self.graph.scalars.mul(a, b)
    }

    fn unary(&mut self, function: Unary, a: ScalarId) -> ScalarId {
        self.graph.scalars.unary(function, a)
    }

    /// `y[kept indices] += value` over a domain.
    fn sum(&mut self, extents: &[Int], kept: &[usize], value: ScalarId) -> TensorId {
        let shape = kept.iter().map(|&index| extents[index].clone()).collect();
        let out = self.graph.add_tensor("y", shape, Kind::Float);
        let at = kept.iter().map(|&index| Int::index(index)).collect();
        self.push(out, None, extents, at, value);
        out
    }

    fn push(
        &mut self,
        out: TensorId,
        base: Option<TensorId>,
        extents: &[Int],
        at: Vec<Int>,
        value: ScalarId,
    ) {
        let domain = Graph::axes(extents);
        let node = Comprehension { out, base, domain, at, reduction: Reduction::Sum, value };
        self.graph.nodes.push(Node::Comprehension(node));
    }

    fn less(&mut self, a: Int, b: Int) -> ScalarId {
        self.graph.scalars.compare_int(Comparison::Less, a, b)
    }

    fn guarded(&mut self, condition: ScalarId, value: ScalarId) -> ScalarId {
        let zero = self.graph.scalars.number(0.0);
        self.graph.scalars.select(condition, value, zero)
    }

    /// The nodes that are left, as text.
    #[track_caller]
    fn leaves(mut self, roots: &[TensorId], expected: &[&str]) {
        simplify(&mut self.graph, roots, Purpose::Value);
        let text = crate::print::text(&self.graph);
        let found: Vec<&str> =
            text.lines().filter(|line| !line.starts_with("input")).map(str::trim_start).collect();
        assert_eq!(found, expected, "\n{text}");
    }
}

fn n() -> Int {
    Int::dim(DimId(0))
}

fn m() -> Int {
    Int::dim(DimId(1))
}

fn k() -> Int {
    Int::dim(DimId(2))
}

fn l() -> Int {
    Int::dim(DimId(3))
}

#[test]
fn factors_that_do_not_vary_leave_a_sum() {
    let mut s = Small::new();
    let (x, a, b) = (s.input("x", &[n(), m()]), s.input("a", &[n()]), s.input("b", &[n()]));
    let (x, a, b) = (s.read(x, &[0, 1]), s.read(a, &[0]), s.read(b, &[0]));
    let product = s.mul(a, x);
    let value = s.graph.scalars.div(product, b);
    let y = s.sum(&[n(), m()], &[0], value);
    s.leaves(
        &[y],
        &[
            "y_part[i] += x[i, j]   for i < N, j < M",
            // Without j nothing is added up, and b is not asked.
            "y[i] = if 0 < M { a[i] * y_part[i] / b[i] } else { 0.0 }   for i < N",
        ],
    );
}

#[test]
fn plain_products_stay() {
    let mut s = Small::new();
    let (a, b) = (s.input("a", &[n(), k()]), s.input("b", &[k(), m()]));
    let (a, b) = (s.read(a, &[0, 2]), s.read(b, &[2, 1]));
    let value = s.mul(a, b);
    let y = s.sum(&[n(), m(), k()], &[0, 1], value);
    s.leaves(&[y], &["y[i, j] += a[i, k] * b[k, j]   for i < N, j < M, k < K"]);
}

#[test]
fn chains_of_products_are_taken_in_pairs() {
    let mut s = Small::new();
    let (a, b, c) = (s.input("a", &[n(), k()]), s.input("b", &[k(), l()]), s.input("c", &[l(), m()]));
    let (a, b, c) = (s.read(a, &[0, 2]), s.read(b, &[2, 3]), s.read(c, &[3, 1]));
    let value = s.mul(a, b);
    let value = s.mul(value, c);
    let y = s.sum(&[n(), m(), k(), l()], &[0, 1], value);
    s.leaves(
        &[y],
        &[
            "y_part[i, l] += a[i, k] * b[k, l]   for i < N, l < L, k < K",
            "y[i, j] += c[l, j] * y_part[i, l]   for i < N, j < M, l < L",
        ],
    );
}

#[test]
fn operands_of_products_are_computed_once() {
    let mut s = Small::new();
    let (a, b) = (s.input("a", &[n(), k()]), s.input("b", &[k(), m()]));
    let (a, b) = (s.read(a, &[0, 2]), s.read(b, &[2, 1]));
    let a = s.unary(Unary::Tanh, a);
    let value = s.mul(a, b);
    let y = s.sum(&[n(), m(), k()], &[0, 1], value);
    s.leaves(
        &[y],
        &[
            "y_part[i, k] = tanh(a[i, k])   for i < N, k < K",
            "y[i, j] += b[k, j] * y_part[i, k]   for i < N, j < M, k < K",
        ],
    );
}

#[test]
fn sums_of_what_does_not_vary_are_products() {
    let mut s = Small::new();
    let x = s.input("x", &[n()]);
    let value = s.read(x, &[0]);
    let y = s.sum(&[n(), m(), k()], &[0], value);
    s.leaves(&[y], &["y[i] = M * K * x[i]   for i < N"]);
}

#[test]
fn sums_against_a_unit_vector_are_reads() {
    let mut s = Small::new();
    let x = s.input("x", &[n(), m()]);
    let labels = s.graph.add_tensor("label", vec![n()], Kind::Index);
    let label = Int::atom(Atom::Read(labels, vec![Int::index(0)]));
    let is_label = s.graph.scalars.compare_int(Comparison::Equal, Int::index(1), label);
    let (one, zero) = (s.graph.scalars.number(1.0), s.graph.scalars.number(0.0));
    let one_hot = s.graph.scalars.select(is_label, one, zero);
    let x = s.read(x, &[0, 1]);
    let value = s.mul(one_hot, x);
    let y = s.sum(&[n(), m()], &[0], value);
    // A label out of range matches nothing.
    s.leaves(&[y], &["y[i] = if label[i] < M { x[i, label[i]] } else { 0.0 }   for i < N"]);
}

#[test]
fn conditions_of_a_sum_bound_its_indices() {
    // The cotangents of a concatenation.
    let mut s = Small::new();
    let d = s.input("d", &[n().add(&m())]);
    let d = s.read(d, &[0]);
    let is_first = s.less(Int::index(0), n());
    let first = s.guarded(is_first, d);
    let is_second = s.graph.scalars.not(is_first);
    let second = s.guarded(is_second, d);
    let a = s.graph.add_tensor("a", vec![n()], Kind::Float);
    s.push(a, None, &[n().add(&m())], vec![Int::index(0)], first);
    let b = s.graph.add_tensor("b", vec![m()], Kind::Float);
    s.push(b, None, &[n().add(&m())], vec![Int::index(0).sub(&n())], second);
    s.leaves(&[a, b], &["a[i] = d[i]   for i < N", "b[i] = d[N + i]   for i < M"]);
}

#[test]
fn conditions_stay_with_what_they_guard() {
    let mut s = Small::new();
    let (x, h, w) = (s.input("x", &[n(), k()]), s.input("h", &[n()]), s.input("w", &[k()]));
    let (x, h, w) = (s.read(x, &[0, 1]), s.read(h, &[0]), s.read(w, &[1]));
    let zero = s.graph.scalars.number(0.0);
    let product = s.mul(x, w);
    let is_outside = s.graph.scalars.compare(Comparison::Less, zero, h);
    let outside = s.guarded(is_outside, product);
    let y = s.sum(&[n(), k()], &[0], outside);
    let is_inside = s.graph.scalars.compare(Comparison::Less, zero, w);
    let inside = s.mul(h, x);
    let inside = s.guarded(is_inside, inside);
    let z = s.sum(&[n(), k()], &[0], inside);
    s.leaves(
        &[y, z],
        &[
            "y[i] += if 0.0 < h[i] { x[i, j] * w[j] } else { 0.0 }   for i < N, j < K",
            "y_2[i] += if 0.0 < w[j] { h[i] * x[i, j] } else { 0.0 }   for i < N, j < K",
        ],
    );
}

#[test]
fn guarded_factors_leave_under_their_guard() {
    // What differentiating relu(a @ w) leaves: the guard varies with n alone.
    let mut s = Small::new();
    let (d, h, w) = (s.input("d", &[n(), m()]), s.input("h", &[n(), k()]), s.input("w", &[k(), m()]));
    let (d, h, w) = (s.read(d, &[0, 2]), s.read(h, &[0, 1]), s.read(w, &[1, 2]));
    let zero = s.graph.scalars.number(0.0);
    let slope = s.unary(Unary::Exp, h);
    let product = s.mul(d, w);
    let product = s.mul(product, slope);
    let is_on = s.graph.scalars.compare(Comparison::Less, zero, h);
    let value = s.guarded(is_on, product);
    let y = s.sum(&[n(), k(), m()], &[0, 1], value);
    s.leaves(
        &[y],
        &[
            "y_part[i, j] += d[i, k] * w[j, k]   for i < N, j < K, k < M",
            "y[i, j] = if 0.0 < h[i, j] { exp(h[i, j]) * y_part[i, j] } else { 0.0 }   for i < N, j < K",
        ],
    );
}

#[test]
fn what_is_computed_twice_is_computed_once() {
    let mut s = Small::new();
    let (x, w) = (s.input("x", &[n(), k()]), s.input("w", &[k()]));
    let (x, w) = (s.read(x, &[0, 1]), s.read(w, &[1]));
    let e = s.unary(Unary::Exp, x);
    let exp = s.graph.push_map("e", vec![n(), k()], Kind::Float, e);
    let value = s.mul(x, w);
    let y = s.sum(&[n(), k()], &[0], value);
    let z = s.sum(&[n(), k()], &[0], value);
    let sum = s.graph.scalars.add(e, w);
    // Transposed, it is still e.
    let transposed = s.graph.scalars.with_indices(sum, &[Int::index(1), Int::index(0)]);
    let t = s.graph.push_map("t", vec![k(), n()], Kind::Float, transposed);
    let (y_read, z_read) = (s.read(y, &[0]), s.read(z, &[0]));
    let both = s.graph.scalars.binary(Binary::Max, y_read, z_read);
    let both = s.graph.push_map("both", vec![n()], Kind::Float, both);
    s.leaves(
        &[exp, t, both, z],
        &[
            "e[i, j] = exp(x[i, j])   for i < N, j < K",
            "y[i] += x[i, j] * w[j]   for i < N, j < K",
            "y_2[i] = y[i]   for i < N",
            "t[i, j] = e[j, i] + w[i]   for i < K, j < N",
            "both[i] = max(y[i], y[i])   for i < N",
        ],
    );
}

#[test]
fn what_is_computed_under_a_condition_is_read_under_it() {
    let mut s = Small::new();
    let x = s.input("x", &[n()]);
    let x = s.read(x, &[0]);
    let zero = s.graph.scalars.number(0.0);
    let positive = s.graph.scalars.compare(Comparison::Less, zero, x);
    let sine = s.unary(Unary::Sin, x);
    let guarded = s.guarded(positive, sine);
    let held = s.graph.push_map("held", vec![n()], Kind::Float, guarded);
    // Elsewhere nobody knows it.
    let twice = s.mul(sine, x);
    let (under, beside) = (s.guarded(positive, twice), s.graph.scalars.add(sine, x));
    let value = s.graph.scalars.sub(under, beside);
    let y = s.graph.push_map("y", vec![n()], Kind::Float, value);
    s.leaves(
        &[held, y],
        &[
            "held[i] = if 0.0 < x[i] { sin(x[i]) } else { 0.0 }   for i < N",
            "y[i] = (if 0.0 < x[i] { held[i] * x[i] } else { 0.0 }) - (sin(x[i]) + x[i])   for i < N",
        ],
    );
}

#[test]
fn names_are_read_through() {
    let mut s = Small::new();
    let x = s.input("x", &[n(), k()]);
    let zero = s.graph.scalars.number(0.0);
    let zeros = s.graph.push_map("zeros", vec![k(), n()], Kind::Float, zero);
    let transposed = s.read(x, &[1, 0]);
    let t = s.graph.push_map("t", vec![k(), n()], Kind::Float, transposed);
    let flat = s.graph.add_tensor("flat", vec![Int::constant(1), k(), n()], Kind::Float);
    s.graph.nodes.push(Node::Reshape { out: flat, from: t });
    let (flat, zeros) =
        (s.graph.scalars.read(flat, vec![Int::zero(), Int::index(0), Int::index(1)]), s.read(zeros, &[0, 1]));
    let sum = s.graph.scalars.add(flat, zeros);
    let y = s.sum(&[k(), n()], &[0], sum);
    s.leaves(&[y], &["y[i] += x[j, i]   for i < K, j < N"]);
}

#[test]
fn shares_of_a_whole_tensor_are_one_map() {
    let mut s = Small::new();
    let (x, d) = (s.input("x", &[n()]), s.input("d", &[n()]));
    let (x, d) = (s.read(x, &[0]), s.read(d, &[0]));
    let first = s.unary(Unary::Sin, d);
    let first = s.sum(&[n()], &[0], first);
    let second = s.mul(x, d);
    let both = s.graph.add_tensor("d_x", vec![n()], Kind::Float);
    s.push(both, Some(first), &[n()], vec![Int::index(0)], second);
    s.leaves(&[both], &["d_x[i] = sin(d[i]) + x[i] * d[i]   for i < N"]);
}

#[test]
fn indices_decide_conditions() {
    let mut s = Small::new();
    let x = s.input("x", &[n(), Int::constant(4)]);
    let (i, j) = (Int::index(0), Int::index(1));
    let flat = i.scale(4).add(&j);
    let four = Int::constant(4);
    let value = s.graph.scalars.read(x, vec![flat.div(&four), flat.modulo(&four)]);
    let is_within = s.less(flat, n().scale(4));
    let value = s.guarded(is_within, value);
    let is_below = s.less(i.clone(), n().plus(-1));
    // The same question again, with one answer.
    let (inner, other) = (s.guarded(is_below, value), s.unary(Unary::Exp, value));
    let nested = s.graph.scalars.add(inner, other);
    let value = s.guarded(is_below, nested);
    let y = s.graph.push_map("y", vec![n(), four], Kind::Float, value);
    s.leaves(&[y], &["y[i, j] = if i < N - 1 { x[i, j] + exp(x[i, j]) } else { 0.0 }   for i < N, j < 4"]);
}

#[test]
fn loops_carry_what_is_needed() {
    let mut s = Small::new();
    let (h, c, w) = (s.input("h", &[n()]), s.input("c", &[n()]), s.input("w", &[n()]));
    let carried = |s: &mut Small, initial: TensorId| {
        let name = s.graph.tensor(initial).name.clone();
        let inside = s.graph.add_tensor(name.clone(), vec![n()], Kind::Float);
        let last = s.graph.add_tensor(name, vec![n()], Kind::Float);
        Carried { initial, inside, next: inside, last }
    };
    let (mut first, mut second, third) = (carried(&mut s, h), carried(&mut s, c), carried(&mut s, w));
    let counter = s.graph.add_loop();
    let (inside, weight) = (s.read(first.inside, &[0]), s.read(third.inside, &[0]));
    let product = s.mul(inside, weight);
    first.next = s.graph.push_map("h", vec![n()], Kind::Float, product);
    let other = s.read(second.inside, &[0]);
    let other = s.unary(Unary::Sin, other);
    second.next = s.graph.push_map("c", vec![n()], Kind::Float, other);
    let body = std::mem::take(&mut s.graph.nodes);
    let carried = vec![first, second, third];
    let name = "t".to_string();
    s.graph.nodes.push(Node::Loop(Loop {
        counter,
        name,
        extent: m(),
        reversed: false,
        condition: None,
        keep: crate::ir::Keep::Everything,
        carried,
        body,
    }));
    s.leaves(
        &[first.last],
        &["loop t < M", "carry h_2 = h, then h_3; after it h_4", "h_3[i] = h_2[i] * w[i]   for i < N"],
    );
}

#[test]
fn axes_of_one_point_are_none() {
    let mut s = Small::new();
    let (a, b) = (s.input("a", &[n(), Int::constant(1)]), s.input("b", &[Int::constant(1), m()]));
    let (a, b) = (s.read(a, &[0, 2]), s.read(b, &[2, 1]));
    let value = s.mul(a, b);
    let y = s.sum(&[n(), m(), Int::constant(1)], &[0, 1], value);
    s.leaves(&[y], &["y[i, j] = a[i, 0] * b[0, j]   for i < N, j < M"]);
}

/// z[i, k] = if r[i, k] <= 0 { 0 } else { y[i, k] } with y[i, t[i]] = v[i]; beside it, p[i] = r[i, t[i]].
#[test]
fn a_condition_on_a_scatter_asks_what_is_scattered() {
    let mut small = Small::new();
    let (rows, columns) = (Int::dim(DimId(0)), Int::constant(5));
    let r = small.input("r", &[rows.clone(), columns.clone()]);
    let v = small.input("v", std::slice::from_ref(&rows));
    let t = small.graph.add_tensor("t", vec![rows.clone()], Kind::Index);
    let place = Int::atom(Atom::Read(t, vec![Int::index(0)]));
    let at = vec![Int::index(0), place];
    let picked = small.graph.scalars.read(r, at.clone());
    let p = small.graph.push_map("p", vec![rows.clone()], Kind::Float, picked);
    let y = small.graph.add_tensor("y", vec![rows.clone(), columns.clone()], Kind::Float);
    let value = small.read(v, &[0]);
    small.push(y, None, std::slice::from_ref(&rows), at, value);
    let zero = small.graph.scalars.number(0.0);
    let (asked, scattered) = (small.read(r, &[0, 1]), small.read(y, &[0, 1]));
    let is_off = small.graph.scalars.compare(Comparison::LessEqual, asked, zero);
    let value = small.graph.scalars.select(is_off, zero, scattered);
    let z = small.graph.push_map("z", vec![rows, columns], Kind::Float, value);

    let before = small.graph.clone();
    simplify(&mut small.graph, &[p, z], Purpose::Value);
    let graph = &small.graph;
    let maker = |tensor: TensorId| graph.nodes.iter().find(|node| node.outputs().contains(&tensor));
    let Some(Node::Comprehension(node)) = maker(z) else { panic!("nothing makes z") };
    assert_eq!((node.reduction, node.domain.len()), (Reduction::Sum, 1));
    let reads = graph.reads(node.value);
    assert!(reads.len() == 2 && reads.contains(&p) && reads.contains(&v) && maker(y).is_none(), "{reads:?}");

    let data = |count: usize| Data::Float((0..count).map(|i| (1.7 * i as f64 + 0.3).sin()).collect());
    let places = Data::Index(vec![4, 0, 2, 1, 3, 3]);
    let values = [(r, data(30)), (v, data(6)), (t, places)];
    let of = |graph: &Graph| evaluate(graph, &[6, 1, 1, 1], &values, &[p, z]).unwrap();
    assert_eq!(format!("{:?}", of(graph)), format!("{:?}", of(&before)));
}

/// The place of an element that is not added may be outside.
#[test]
fn what_is_added_elsewhere_stays_under_its_condition() {
    let mut s = Small::new();
    let (a, b) = (s.input("a", &[n()]), s.input("b", &[n()]));
    let (a, b) = (s.read(a, &[0]), s.read(b, &[0]));
    let zero = s.graph.scalars.number(0.0);
    let condition = s.graph.scalars.compare(Comparison::Less, zero, b);
    let exp = s.unary(Unary::Exp, a);
    let tanh = s.unary(Unary::Tanh, b);
    let product = s.mul(exp, tanh);
    let value = s.guarded(condition, product);
    let z = s.sum(&[n()], &[0], value);
    let y = s.graph.add_tensor("y", vec![n()], Kind::Float);
    s.push(y, None, &[n()], vec![Int::index(0).plus(1)], value);
    s.leaves(
        &[y, z],
        &[
            "y[i] = if 0.0 < b[i] { exp(a[i]) * tanh(b[i]) } else { 0.0 }   for i < N",
            "y_2[i + 1] += if 0.0 < b[i] { y[i] } else { 0.0 }   for i < N   in [N]",
        ],
    );
}
