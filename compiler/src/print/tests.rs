//! The printers on graphs built by hand, each in all notations.

use crate::ir::{
    Apply, ArrayFunction, Atom, Binary, Carried, Comparison, Comprehension, DimId, Graph, Int, Kind, Loop,
    Name, Node, Reduction, ScalarId, TensorId, Unary,
};

fn i(position: usize) -> Int {
    Int::index(position)
}

fn float(graph: &mut Graph, name: impl Into<Name>, shape: &[Int]) -> TensorId {
    graph.add_tensor(name, shape.to_vec(), Kind::Float)
}

fn make(
    out: TensorId,
    domain: &[(&str, &Int)],
    at: &[Int],
    reduction: Reduction,
    value: ScalarId,
) -> Comprehension {
    let axis =
        |(name, extent): &(&str, &Int)| crate::ir::Axis { name: (*name).into(), extent: (*extent).clone() };
    Comprehension {
        out,
        base: None,
        domain: domain.iter().map(axis).collect(),
        at: at.to_vec(),
        reduction,
        value,
    }
}

/// One layer with tanh, a mean of squares, and the gradient.
fn perceptron() -> (Graph, Vec<TensorId>, Vec<(TensorId, String)>, usize) {
    let mut graph = Graph { dims: vec!["N".into()], ..Graph::default() };
    let (n, k, j) = (Int::dim(DimId(0)), Int::from(784), Int::from(128));
    let x = float(&mut graph, "x", &[n.clone(), k.clone()]);
    let w = float(&mut graph, "w1", &[k.clone(), j.clone()]);
    let b = float(&mut graph, "b1", std::slice::from_ref(&j));
    let (nj, kj) = ([n.clone(), j.clone()], [k.clone(), j.clone()]);
    let [z0, z, h] = ["z1", "z1", "h"].map(|name| float(&mut graph, name, &nj));
    let loss = float(&mut graph, "loss", &[]);
    let [d_h, d_z] = ["h", "z1"].map(|by| float(&mut graph, Name::derivative(by), &nj));
    let d_w = float(&mut graph, Name::derivative("w1"), &kj);
    let d_b = float(&mut graph, Name::derivative("b1"), std::slice::from_ref(&j));
    let (sum, set) = (Reduction::Sum, Reduction::Set);
    let (over_nj, over_njk) = ([("n", &n), ("j", &j)], [("n", &n), ("j", &j), ("k", &k)]);
    let s = &mut graph.scalars;
    let mut nodes = Vec::new();

    let (x_nk, w_kj) = (s.read(x, vec![i(0), i(2)]), s.read(w, vec![i(2), i(1)]));
    let product = s.mul(x_nk, w_kj);
    nodes.push(make(z0, &over_njk, &[i(0), i(1)], sum, product));
    let (z0_nj, b_j) = (s.read(z0, vec![i(0), i(1)]), s.read(b, vec![i(1)]));
    let value = s.add(z0_nj, b_j);
    nodes.push(make(z, &over_nj, &[i(0), i(1)], set, value));
    let z_nj = s.read(z, vec![i(0), i(1)]);
    let tanh = s.unary(Unary::Tanh, z_nj);
    nodes.push(make(h, &over_nj, &[i(0), i(1)], set, tanh));
    let h_nj = s.read(h, vec![i(0), i(1)]);
    let (square, size) = (s.mul(h_nj, h_nj), s.integer(n.clone()));
    let value = s.div(square, size);
    nodes.push(make(loss, &over_nj, &[], sum, value));

    let two = s.number(2.0);
    let (double, one) = (s.mul(two, h_nj), s.number(1.0));
    let value = s.div(double, size);
    nodes.push(make(d_h, &over_nj, &[i(0), i(1)], set, value));
    let (d_h_nj, slope) = (s.read(d_h, vec![i(0), i(1)]), s.sub(one, square));
    let value = s.mul(d_h_nj, slope);
    nodes.push(make(d_z, &over_nj, &[i(0), i(1)], set, value));
    let (x_nk, d_z_nj) = (s.read(x, vec![i(0), i(1)]), s.read(d_z, vec![i(0), i(2)]));
    let value = s.mul(x_nk, d_z_nj);
    nodes.push(make(d_w, &[("n", &n), ("k", &k), ("j", &j)], &[i(1), i(2)], sum, value));
    let d_z_nj = s.read(d_z, vec![i(0), i(1)]);
    nodes.push(make(d_b, &over_nj, &[i(1)], sum, d_z_nj));
    graph.nodes = nodes.into_iter().map(Node::Comprehension).collect();
    (graph, vec![loss], vec![(d_w, "w1".into()), (d_b, "b1".into())], 4)
}

/// h = tanh(x[t] + u h), ys[t] = h.
fn recurrence() -> (Graph, Vec<TensorId>) {
    let mut graph = Graph { dims: vec!["T".into()], ..Graph::default() };
    let (steps, j) = (Int::dim(DimId(0)), Int::from(8));
    let (row, table) = ([j.clone()], [steps.clone(), j.clone()]);
    let x = float(&mut graph, "x", &table);
    let h0 = float(&mut graph, "h0", &row);
    let u = float(&mut graph, "u", &[j.clone(), j.clone()]);
    let zeros = float(&mut graph, "ys", &table);
    let [inside, product, next, last] = ["h", "", "h", "h"].map(|name| float(&mut graph, name, &row));
    let [ys_inside, ys_next, ys_last] = ["ys"; 3].map(|name| float(&mut graph, name, &table));
    let t = Int::atom(Atom::Loop(graph.add_loop()));
    let s = &mut graph.scalars;
    let zero = s.number(0.0);
    let start = make(zeros, &[("t", &steps), ("j", &j)], &[i(0), i(1)], Reduction::Set, zero);
    let (h_k, u_kj) = (s.read(inside, vec![i(1)]), s.read(u, vec![i(1), i(0)]));
    let value = s.mul(h_k, u_kj);
    let product_node = make(product, &[("j", &j), ("k", &j)], &[i(0)], Reduction::Sum, value);
    let (x_tj, p_j) = (s.read(x, vec![t.clone(), i(0)]), s.read(product, vec![i(0)]));
    let sum = s.add(x_tj, p_j);
    let value = s.unary(Unary::Tanh, sum);
    let next_node = make(next, &[("j", &j)], &[i(0)], Reduction::Set, value);
    let h_j = s.read(next, vec![i(0)]);
    let mut store = make(ys_next, &[("j", &j)], &[t, i(0)], Reduction::Set, h_j);
    store.base = Some(ys_inside);
    graph.nodes.push(Node::Comprehension(start));
    graph.nodes.push(Node::Loop(Loop {
        counter: crate::ir::LoopId(0),
        name: "t".into(),
        extent: steps,
        reversed: false,
        condition: None,
        keep: crate::ir::Keep::Everything,
        carried: vec![
            Carried { initial: h0, inside, next, last },
            Carried { initial: zeros, inside: ys_inside, next: ys_next, last: ys_last },
        ],
        body: [product_node, next_node, store].map(Node::Comprehension).to_vec(),
    }));
    (graph, vec![ys_last, last])
}

/// A bit of everything else.
fn oddities() -> (Graph, Vec<TensorId>) {
    let mut graph = Graph { dims: vec!["N".into()], ..Graph::default() };
    let (n, five) = (Int::dim(DimId(0)), Int::from(5));
    let x = float(&mut graph, "x", &[n.clone(), five.clone()]);
    let index = graph.add_tensor("label", vec![n.clone()], Kind::Index);
    let mask = graph.add_tensor("mask", vec![n.clone()], Kind::Mask);
    let [table, scattered] = ["table"; 2].map(|name| float(&mut graph, name, &[five.clone(), Int::from(2)]));
    let edge = float(&mut graph, "edge", &[n.scale(2).plus(1)]);
    let prefix = float(&mut graph, "prefix", std::slice::from_ref(&n));
    let best = graph.add_tensor("best", vec![n.clone()], Kind::Index);
    let flat = float(&mut graph, "flat", &[n.scale(5)]);
    let s = &mut graph.scalars;
    let mut nodes = Vec::new();

    let label = Int::atom(Atom::Read(index, vec![i(0)]));
    let minus = s.number(-0.5);
    let (x_label, one) = (s.read(x, vec![i(0), label.clone()]), s.number(1.0));
    let exp = s.unary(Unary::Exp, x_label);
    let (sum, negative) = (s.add(exp, one), s.neg(x_label));
    let quotient = s.div(negative, sum);
    let root = s.unary(Unary::Sqrt, sum);
    let power = s.unary(Unary::Powi(3), quotient);
    let scaled = s.mul(minus, root);
    let value = s.sub(scaled, power);
    let mut node = make(scattered, &[("n", &n), ("j", &Int::from(2))], &[label, i(1)], Reduction::Sum, value);
    node.base = Some(table);
    nodes.push(Node::Comprehension(node));

    let (flag, zero) = (s.read(mask, vec![i(0)]), s.number(0.0));
    let element = s.read(x, vec![i(0), Int::constant(4)]);
    let positive = s.compare(Comparison::Less, zero, element);
    let (both, log) = (s.and(flag, positive), s.unary(Unary::Ln1p, negative));
    let value = s.select(both, log, zero);
    let half = i(0).add(&i(0).mul(&i(0))).div(&Int::constant(2));
    nodes.push(Node::Comprehension(make(edge, &[("i", &n)], &[half], Reduction::Sum, value)));

    let (earlier, softplus) =
        (s.compare_int(Comparison::LessEqual, i(1), i(0)), s.unary(Unary::Softplus, element));
    let x_j = s.read(x, vec![i(1), i(1).modulo(&five)]);
    let larger = s.binary(Binary::Max, x_j, softplus);
    let value = s.select(earlier, larger, zero);
    nodes.push(Node::Comprehension(make(prefix, &[("i", &n), ("j", &n)], &[i(0)], Reduction::Sum, value)));
    let element = s.read(x, vec![i(0), i(1)]);
    let axis = |name: &str, extent: &Int| crate::ir::Axis { name: name.into(), extent: extent.clone() };
    let (outer, inner) = (vec![axis("n", &n)], vec![axis("j", &five)]);
    nodes.push(Node::Apply(Apply {
        out: best,
        outer,
        inner,
        function: ArrayFunction::Argmax { least: true },
        value: element,
    }));
    nodes.push(Node::Reshape { out: flat, from: x });
    graph.nodes = nodes;
    (graph, vec![scattered, edge, prefix, best, flat])
}

/// The expected text starts on a line of its own.
#[track_caller]
fn check(found: &str, expected: &str) {
    let expected = expected.strip_prefix('\n').unwrap_or(expected);
    assert!(found == expected, "found:\n{found}\nexpected:\n{expected}");
}

#[test]
fn perceptron_exactly() {
    let (graph, ..) = perceptron();
    let expected = r#"
input x[N, 784]
input w1[784, 128]
input b1[128]
z1[n, j] += x[n, k] * w1[k, j]   for n < N, j < 128, k < 784
z1_2[n, j] = z1[n, j] + b1[j]   for n < N, j < 128
h[n, j] = tanh(z1_2[n, j])   for n < N, j < 128
loss += h[n, j] * h[n, j] / N   for n < N, j < 128
d_h[n, j] = 2.0 * h[n, j] / N   for n < N, j < 128
d_z1[n, j] = d_h[n, j] * (1.0 - h[n, j] * h[n, j])   for n < N, j < 128
d_w1[k, j] += x[n, k] * d_z1[n, j]   for n < N, k < 784, j < 128
d_b1[j] += d_z1[n, j]   for n < N, j < 128
"#;
    check(&super::text(&graph), expected);
}

#[test]
fn perceptron_in_formulas() {
    let (graph, results, gradients, from) = perceptron();
    let expected = r#"
Given x[N, 784], w1[784, 128], b1[128]

Value
    z1[n, j] = Σ_k x[n, k] · w1[k, j]
    z1₂[n, j] = z1[n, j] + b1[j]
    h[n, j] = tanh(z1₂[n, j])
    loss = Σ_{n,j} h[n, j]² / N
    → loss

Gradient
    d_h[n, j] = 2 · h[n, j] / N
    d_z1[n, j] = d_h[n, j] · (1 − h[n, j]²)
    d_w1[k, j] = Σ_n x[n, k] · d_z1[n, j]
    d_b1[j] = Σ_n d_z1[n, j]
    → ∂loss/∂w1 = d_w1
    → ∂loss/∂b1 = d_b1
"#;
    check(&super::derivation(&graph, &results, &gradients, from), expected);
}

#[test]
fn perceptron_in_latex() {
    let (graph, results, gradients, from) = perceptron();
    let expected = r#"
\begin{aligned}
{z_{1}}_{n, j} &= \sum_{k} x_{n, k} \, {w_{1}}_{k, j} \\
{z_{1}^{(2)}}_{n, j} &= {z_{1}}_{n, j} + {b_{1}}_{j} \\
h_{n, j} &= \tanh\left({z_{1}^{(2)}}_{n, j}\right) \\
\mathit{loss} &= \sum_{n, j} \frac{h_{n, j}^{2}}{N} \\
\partial h_{n, j} &= \frac{2 \, h_{n, j}}{N} \\
{\partial z_{1}}_{n, j} &= \partial h_{n, j} \, \left(1 - h_{n, j}^{2}\right) \\
{\partial w_{1}}_{k, j} &= \sum_{n} x_{n, k} \, {\partial z_{1}}_{n, j} \\
{\partial b_{1}}_{j} &= \sum_{n} {\partial z_{1}}_{n, j} \\
\frac{\partial \mathit{loss}}{\partial w_{1}} &= \partial w_{1} \\
\frac{\partial \mathit{loss}}{\partial b_{1}} &= \partial b_{1}
\end{aligned}
"#;
    check(&super::latex(&graph, &results, &gradients, from), expected);
}

#[test]
fn perceptron_in_graphviz() {
    let (graph, results, gradients, from) = perceptron();
    let expected = r#"
digraph {
    node [shape = box, fontname = "monospace"]
    input0 [shape = ellipse, label = "x[N, 784]"]
    input1 [shape = ellipse, label = "w1[784, 128]"]
    input2 [shape = ellipse, label = "b1[128]"]
    subgraph cluster_forward {
        label = "forward"
        node0 [label = "z1[n, j] = Σ_k x[n, k] · w1[k, j]"]
        node1 [label = "z1₂[n, j] = z1[n, j] + b1[j]"]
        node2 [label = "h[n, j] = tanh(z1₂[n, j])"]
        node3 [label = "loss = Σ_{n,j} h[n, j]² / N"]
    }
    subgraph cluster_backward {
        label = "backward"
        node4 [label = "d_h[n, j] = 2 · h[n, j] / N"]
        node5 [label = "d_z1[n, j] = d_h[n, j] · (1 − h[n, j]²)"]
        node6 [label = "d_w1[k, j] = Σ_n x[n, k] · d_z1[n, j]"]
        node7 [label = "d_b1[j] = Σ_n d_z1[n, j]"]
    }
    out0 [shape = ellipse, label = "result"]
    out1 [shape = ellipse, label = "∂/∂w1"]
    out2 [shape = ellipse, label = "∂/∂b1"]
    input0 -> node0
    input1 -> node0
    node0 -> node1
    input2 -> node1
    node1 -> node2
    node2 -> node3
    node2 -> node4
    node2 -> node5
    node4 -> node5
    input0 -> node6
    node5 -> node6
    node5 -> node7
    node3 -> out0
    node6 -> out1
    node7 -> out2
}
"#;
    check(&super::dot(&graph, &results, &gradients, from), expected);
}

#[test]
fn several_results_have_their_places() {
    let (graph, results, ..) = perceptron();
    let text = super::dot(&graph, &[results[0], results[0]], &[], graph.nodes.len());
    let labels: Vec<&str> = text.lines().filter(|line| line.contains("label = \"result")).collect();
    let [first, second] = labels.as_slice() else { panic!("{text}") };
    assert!(first.contains("\"result.0\"") && second.contains("\"result.1\""), "{text}");
}

#[test]
fn recurrence_exactly() {
    let (graph, _) = recurrence();
    let expected = r#"
input x[T, 8]
input h0[8]
input u[8, 8]
ys[t, j] = 0.0   for t < T, j < 8
loop t < T
  carry h = h0, then h_2; after it h_3
  carry ys_2 = ys, then ys_3; after it ys_4
  value[j] += h[k] * u[k, j]   for j < 8, k < 8
  h_2[j] = tanh(x[t, j] + value[j])   for j < 8
  ys_3[t, j] = h_2[j]   for j < 8   over ys_2   in [T, 8]
"#;
    check(&super::text(&graph), expected);
}

#[test]
fn recurrence_in_formulas() {
    let (graph, results) = recurrence();
    let expected = r#"
Given x[T, 8], h0[8], u[8, 8]

Value
    ys[t, j] = 0
    h ← h0
    for t = 0, …, T − 1:
        value[j] = Σ_k h[k] · u[k, j]
        h₂[j] = tanh(x[t, j] + value[j])
        ys[t, j] ← h₂[j]
        h ← h₂
    → (ys, h)
"#;
    check(&super::derivation(&graph, &results, &[], graph.nodes.len()), expected);
}

#[test]
fn recurrence_in_latex() {
    let (graph, results) = recurrence();
    let expected = r#"
\begin{aligned}
\mathit{ys}_{t, j} &= 0 \\
h &\leftarrow h_{0} \\
&\text{for } t = 0, \dots, T - 1: \\
&\quad \mathit{value}_{j} = \sum_{k} h_{k} \, u_{k, j} \\
&\quad {h^{(2)}}_{j} = \tanh\left(x_{t, j} + \mathit{value}_{j}\right) \\
&\quad \mathit{ys}_{t, j} \leftarrow {h^{(2)}}_{j} \\
&\quad h \leftarrow h^{(2)}
\end{aligned}
"#;
    check(&super::latex(&graph, &results, &[], graph.nodes.len()), expected);
}

#[test]
fn oddities_exactly() {
    let (graph, _) = oddities();
    let expected = r#"
input x[N, 5]
input label[N] : index
input mask[N] : mask
input table[5, 2]
table_2[label[n], j] += (-0.5) * sqrt(%a) - powi(-x[n, label[n]] / %a, 3)   where %a = exp(x[n, label[n]]) + 1.0   for n < N, j < 2   over table   in [5, 2]
edge[(i + i * i) / 2] += if mask[i] && 0.0 < x[i, 4] { ln_1p(-x[i, label[i]]) } else { 0.0 }   for i < N   in [2 * N + 1]
prefix[i] += if j <= i { max(x[j, j % 5], softplus(x[i, 4])) } else { 0.0 }   for i < N, j < N
best[n] = argmin[j](x[n, j])   for n < N, j < 5
flat[5 * N] = reshape x
"#;
    check(&super::text(&graph), expected);
}

#[test]
fn oddities_in_formulas() {
    let (graph, results) = oddities();
    let expected = r#"
Given x[N, 5], label[N], mask[N], table[5, 2]

Value
    table₂ = table with table₂[label[n], j] += (x[n, label[n]] / a)³ − 0.5 · √a   for n < N
        where a = exp(x[n, label[n]]) + 1
    edge[⌊(i + i²) / 2⌋] += ln(1 − x[i, label[i]])   for i < N, mask[i] and x[i, 4] > 0
    prefix[i] = Σ_{j : j ≤ i} max(x[j, j mod 5], softplus(x[i, 4]))
    best[n] = argmin_j x[n, j]
    flat = reshape(x, [5N])
    → (table₂, edge, prefix, best, flat)
"#;
    check(&super::derivation(&graph, &results, &[], graph.nodes.len()), expected);
}

#[test]
fn oddities_in_latex() {
    let (graph, results) = oddities();
    let expected = r#"
\begin{aligned}
\mathit{table}^{(2)} &= \mathit{table} \text{ with } {\mathit{table}^{(2)}}_{\mathit{label}_{n}, j} \mathrel{+}= \left(\frac{x_{n, \mathit{label}_{n}}}{a}\right)^{3} - 0.5 \, \sqrt{a} \quad \text{for } n < N \\
&\quad \text{where } a = e^{x_{n, \mathit{label}_{n}}} + 1 \\
\mathit{edge}_{\lfloor \frac{i + i^{2}}{2} \rfloor} &\mathrel{+}= \ln\left(1 - x_{i, \mathit{label}_{i}}\right) \quad \text{for } i < N,\ \mathit{mask}_{i} \wedge x_{i, 4} > 0 \\
\mathit{prefix}_{i} &= \sum_{j :\ j \le i} \max\left(x_{j, j \bmod 5}, \operatorname{softplus}\left(x_{i, 4}\right)\right) \\
\mathit{best}_{n} &= \operatorname*{arg\,min}_{j} x_{n, j} \\
\mathit{flat} &= \operatorname{reshape}_{5 N}\left(x\right)
\end{aligned}
"#;
    check(&super::latex(&graph, &results, &[], graph.nodes.len()), expected);
}

#[test]
fn sizes_and_parentheses() {
    let mut graph = Graph { dims: vec!["N".into(), "M".into()], ..Graph::default() };
    let (n, m) = (Int::dim(DimId(0)), Int::dim(DimId(1)));
    assert_eq!(super::integer(&graph, &n.mul(&m).scale(3).plus(-1)), "3 * N * M - 1");
    assert_eq!(super::integer(&graph, &m.sub(&n).div(&Int::constant(2))), "(M - N) / 2");
    assert_eq!(super::integer(&graph, &Int::zero()), "0");
    let x = float(&mut graph, "x", &[]);
    let y = float(&mut graph, "y", &[]);
    let s = &mut graph.scalars;
    let (x, y, three) = (s.read(x, vec![]), s.read(y, vec![]), s.number(3.0));
    let (sum, difference) = (s.add(x, three), s.sub(x, y));
    let product = s.mul(sum, difference);
    let nested = s.sub(y, difference);
    let quotient = s.div(product, nested);
    let inverse = s.unary(Unary::Powi(-2), quotient);
    let value = s.sub(x, inverse);
    graph.push_map("out", vec![], Kind::Float, value);
    let (text, formula) = (super::text(&graph), super::derivation(&graph, &[TensorId(2)], &[], 1));
    assert!(text.ends_with("out = x - powi((x + 3.0) * %a / (y - %a), -2)   where %a = x - y\n"), "{text}");
    assert!(formula.contains("out = x − (y − x + y)² / ((x + 3)² · (x − y)²)\n"), "{formula}");
}

/// A chain as long as a user may write neither overflows the stack nor makes a line nobody reads.
#[test]
fn long_chains_are_cut() {
    let mut graph = Graph::default();
    let x = float(&mut graph, "x", &[]);
    let mut value = graph.scalars.read(x, vec![]);
    for _ in 0..20_000 {
        let sine = graph.scalars.unary(Unary::Sin, value);
        value = graph.scalars.add(sine, value);
    }
    let out = graph.push_map("y", vec![], Kind::Float, value);
    assert!(super::text(&graph).len() < 2_000_000);
    let formula = super::derivation(&graph, &[out], &[], 1);
    assert!(formula.lines().all(|line| line.len() < 1000));
}
