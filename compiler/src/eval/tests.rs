//! The interpreter on graphs built by hand, against results worked out by hand.

use super::{Data, EvalError, evaluate};
use crate::ir::{
    Apply, ArrayFunction, Atom, Axis, Carried, Comparison, Comprehension, DimId, Graph, Int, Kind, Loop,
    Node, Reduction, ScalarId, TensorId, Unary,
};

fn axes<const K: usize>(extents: [usize; K]) -> Vec<Axis> {
    Graph::axes(&extents.map(Int::from))
}

fn input<const K: usize>(graph: &mut Graph, name: &str, shape: [usize; K]) -> TensorId {
    graph.add_tensor(name, shape.map(Int::from).to_vec(), Kind::Float)
}

fn read<const K: usize>(graph: &mut Graph, tensor: TensorId, at: [Int; K]) -> ScalarId {
    graph.scalars.read(tensor, at.to_vec())
}

/// `out[at] ⟵⊕ value` for a domain of these extents.
fn node<const K: usize, const R: usize>(
    out: TensorId,
    reduction: Reduction,
    domain: [usize; K],
    at: [Int; R],
    value: ScalarId,
) -> Node {
    Node::Comprehension(Comprehension {
        out,
        base: None,
        domain: axes(domain),
        at: at.to_vec(),
        reduction,
        value,
    })
}

fn with_base(node: Node, base: TensorId) -> Node {
    match node {
        Node::Comprehension(node) => Node::Comprehension(Comprehension { base: Some(base), ..node }),
        other => other,
    }
}

#[track_caller]
fn run_one(graph: &Graph, inputs: &[(TensorId, Data)], out: TensorId) -> Vec<f64> {
    evaluate(graph, &[], inputs, &[out]).unwrap()[0].floats().to_vec()
}

fn i(position: usize) -> Int {
    Int::index(position)
}

#[test]
fn matmul_with_a_run_time_size() {
    let mut graph = Graph { dims: vec!["N".into()], ..Graph::default() };
    let rows = Int::dim(DimId(0));
    let x = graph.add_tensor("x", vec![rows.clone(), 3usize.into()], Kind::Float);
    let w = input(&mut graph, "w", [3, 2]);
    let y = graph.add_tensor("y", vec![rows.clone(), 2usize.into()], Kind::Float);
    let (a, b) = (read(&mut graph, x, [i(0), i(2)]), read(&mut graph, w, [i(2), i(1)]));
    let value = graph.scalars.mul(a, b);
    let domain = Graph::axes(&[rows, 2usize.into(), 3usize.into()]);
    let at = vec![i(0), i(1)];
    graph.nodes.push(Node::Comprehension(Comprehension {
        out: y,
        base: None,
        domain,
        at,
        reduction: Reduction::Sum,
        value,
    }));
    let inputs = [
        (x, Data::Float(vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0])),
        (w, Data::Float(vec![1.0, 0.0, 0.0, 1.0, 1.0, -1.0])),
    ];
    let results = evaluate(&graph, &[2], &inputs, &[y]).unwrap();
    assert_eq!(results[0].floats(), [4.0, -1.0, 10.0, -1.0]);
    assert_eq!(super::shape(&graph, &[2], y), Ok(vec![2, 2]));
    let nothing = [(x, Data::Float(vec![])), inputs[1].clone()];
    assert_eq!(evaluate(&graph, &[0], &nothing, &[y]), Ok(vec![Data::Float(vec![])]));
    assert_eq!(
        evaluate(&graph, &[3], &inputs, &[y]),
        Err(EvalError::Length { tensor: "x".into(), found: 6, expected: 9 })
    );
    assert_eq!(evaluate(&graph, &[], &inputs, &[y]), Err(EvalError::Dims { found: 0, expected: 1 }));
}

#[test]
fn convolution_with_stride_and_its_transpose() {
    let mut graph = Graph::default();
    let (x, w) = (input(&mut graph, "x", [6]), input(&mut graph, "w", [2]));
    let (y, back) = (input(&mut graph, "y", [3]), input(&mut graph, "back", [6]));
    let place = i(0).scale(2).add(&i(1));
    let (a, b) = (read(&mut graph, x, [place.clone()]), read(&mut graph, w, [i(1)]));
    let value = graph.scalars.mul(a, b);
    graph.nodes.push(node(y, Reduction::Sum, [3, 2], [i(0)], value));
    let cotangent = read(&mut graph, y, [i(0)]);
    let value = graph.scalars.mul(cotangent, b);
    graph.nodes.push(node(back, Reduction::Sum, [3, 2], [place], value));
    let inputs = [(x, vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0].into()), (w, vec![10.0, 1.0].into())];
    assert_eq!(run_one(&graph, &inputs, y), [12.0, 34.0, 56.0]);
    assert_eq!(run_one(&graph, &inputs, back), [120.0, 12.0, 340.0, 34.0, 560.0, 56.0]);
}

#[test]
fn gather_and_scatter_with_repeated_indices() {
    let mut graph = Graph::default();
    let table = input(&mut graph, "table", [3]);
    let index = graph.add_tensor("index", vec![4usize.into()], Kind::Index);
    let (rows, counts) = (input(&mut graph, "rows", [4]), input(&mut graph, "counts", [3]));
    let place = Int::atom(Atom::Read(index, vec![i(0)]));
    let element = read(&mut graph, table, [place.clone()]);
    graph.nodes.push(node(rows, Reduction::Set, [4], [i(0)], element));
    let one = graph.scalars.number(1.0);
    graph.nodes.push(node(counts, Reduction::Sum, [4], [place.clone()], one));
    let inputs = [(table, vec![5.0, 6.0, 7.0].into()), (index, vec![2u32, 0, 2, 2].into())];
    assert_eq!(run_one(&graph, &inputs, rows), [7.0, 5.0, 7.0, 7.0]);
    assert_eq!(run_one(&graph, &inputs, counts), [1.0, 0.0, 3.0]);

    let outside = [inputs[0].clone(), (index, vec![2u32, 3, 2, 2].into())];
    let error = evaluate(&graph, &[], &outside, &[rows]).unwrap_err();
    assert_eq!(error.to_string(), "`table` is read at 3 of axis 0, which is outside 0..3");

    let twice = input(&mut graph, "twice", [3]);
    graph.nodes.push(node(twice, Reduction::Set, [4], [place], one));
    let error = evaluate(&graph, &[], &inputs, &[twice]).unwrap_err();
    assert_eq!(error, EvalError::WrittenTwice { tensor: "twice".into(), position: 2 });
}

/// `state = 2 · state + x[t]` and `trace[t] = state`.
fn recurrence(reversed: bool) -> (Graph, TensorId, TensorId, TensorId, TensorId) {
    let mut graph = Graph::default();
    let x = input(&mut graph, "x", [3]);
    let start = input(&mut graph, "start", []);
    let counter = graph.add_loop();
    let t = Int::atom(Atom::Loop(counter));
    let [inside, next, last] = ["inside", "next", "last"].map(|name| input(&mut graph, name, []));
    let zeros = input(&mut graph, "zeros", [3]);
    let zero = graph.scalars.number(0.0);
    graph.nodes.push(node(zeros, Reduction::Set, [3], [i(0)], zero));
    let [traced, traces, trace] = ["traced", "traces", "trace"].map(|name| input(&mut graph, name, [3]));
    let (state, element) = (read(&mut graph, inside, []), read(&mut graph, x, [t.clone()]));
    let two = graph.scalars.number(2.0);
    let double = graph.scalars.mul(two, state);
    let value = graph.scalars.add(double, element);
    let body = vec![
        node(next, Reduction::Set, [], [], value),
        with_base(node(traces, Reduction::Set, [], [t], state), traced),
    ];
    let carried = vec![
        Carried { initial: start, inside, next, last },
        Carried { initial: zeros, inside: traced, next: traces, last: trace },
    ];
    let extent = 3usize.into();
    graph.nodes.push(Node::Loop(Loop {
        counter,
        name: "t".into(),
        extent,
        reversed,
        condition: None,
        keep: crate::ir::Keep::Everything,
        carried,
        body,
    }));
    (graph, x, start, last, trace)
}

#[test]
fn loops_carry_values_in_both_directions() {
    for (reversed, state, values) in [(false, 19.0, [1.0, 3.0, 8.0]), (true, 25.0, [12.0, 5.0, 1.0])] {
        let (graph, x, start, last, trace) = recurrence(reversed);
        let inputs = [(x, vec![1.0, 2.0, 3.0].into()), (start, vec![1.0].into())];
        assert_eq!(run_one(&graph, &inputs, last), [state]);
        assert_eq!(run_one(&graph, &inputs, trace), values);
    }
}

#[test]
fn a_loop_that_never_runs_gives_what_it_got() {
    let (mut graph, x, start, last, _) = recurrence(false);
    for node in &mut graph.nodes {
        if let Node::Loop(node) = node {
            node.extent = Int::constant(-1);
        }
    }
    let inputs = [(x, vec![1.0, 2.0, 3.0].into()), (start, vec![1.0].into())];
    assert_eq!(run_one(&graph, &inputs, last), [1.0]);
}

#[test]
fn argmax_takes_the_first_and_nan_above_all() {
    let mut graph = Graph::default();
    let x = input(&mut graph, "x", [4, 2, 2]);
    let value = read(&mut graph, x, [i(0), i(1), i(2)]);
    let found = [false, true].map(|least| {
        let out = graph.add_tensor("found", vec![4usize.into()], Kind::Index);
        let (outer, inner) = (axes([4]), axes([2, 2]));
        graph.nodes.push(Node::Apply(Apply {
            out,
            outer,
            inner,
            function: ArrayFunction::Argmax { least },
            value,
        }));
        out
    });
    let nan = f64::NAN;
    let values = [[1.0, 3.0, 3.0, 2.0], [5.0, 5.0, 5.0, 5.0], [1.0, nan, 9.0, nan], [4.0, -1.0, 7.0, -1.0]];
    let inputs = [(x, values.concat().into())];
    let results = evaluate(&graph, &[], &inputs, &found).unwrap();
    assert_eq!(results, [Data::Index(vec![1, 0, 1, 2]), Data::Index(vec![0, 0, 1, 1])]);
}

#[test]
fn a_branch_not_taken_reads_nothing() {
    let mut graph = Graph::default();
    let x = input(&mut graph, "x", [3]);
    let y = input(&mut graph, "y", [3]);
    let before = read(&mut graph, x, [i(0).plus(-1)]);
    let here = read(&mut graph, x, [i(0)]);
    let (low, nan) = (graph.scalars.unary(Unary::Ln, before), graph.scalars.number(f64::NAN));
    let inside = graph.scalars.compare_int(Comparison::Less, Int::zero(), i(0));
    let small = graph.scalars.compare(Comparison::Less, before, here);
    let both = graph.scalars.and(inside, small);
    // The branch is also what the condition of the next select hangs on.
    let first = graph.scalars.select(inside, low, here);
    let second = graph.scalars.select(both, first, nan);
    let value = graph.scalars.select(inside, second, first);
    graph.nodes.push(node(y, Reduction::Set, [3], [i(0)], value));
    let inputs = [(x, vec![1.0, 2.0, 3.0].into())];
    assert_eq!(run_one(&graph, &inputs, y), [1.0, 0.0, 2.0f64.ln()]);
}

#[test]
fn a_guarded_zero_is_not_written() {
    let mut graph = Graph::default();
    let g = input(&mut graph, "g", [3]);
    let (d_x, strict) = (input(&mut graph, "d_x", [3]), input(&mut graph, "strict", [3]));
    let (value, zero) = (read(&mut graph, g, [i(0)]), graph.scalars.number(0.0));
    let inside = graph.scalars.compare_int(Comparison::Less, Int::zero(), i(0));
    let value = graph.scalars.select(inside, value, zero);
    graph.nodes.push(node(d_x, Reduction::Sum, [3], [i(0).plus(-1)], value));
    let inputs = [(g, vec![10.0, 20.0, 30.0].into())];
    assert_eq!(run_one(&graph, &inputs, d_x), [20.0, 30.0, 0.0]);
    graph.nodes.push(node(strict, Reduction::Set, [3], [i(0).plus(-1)], value));
    let error = evaluate(&graph, &[], &inputs, &[strict]).unwrap_err();
    assert_eq!(error.to_string(), "`strict` is written at -1 of axis 0, which is outside 0..3");
}

#[test]
fn a_base_is_kept_where_nothing_is_written() {
    let mut graph = Graph::default();
    let base = input(&mut graph, "base", [2, 2]);
    let (set, sum) = (input(&mut graph, "set", [2, 2]), input(&mut graph, "sum", [2, 2]));
    let seven = graph.scalars.number(7.0);
    graph.nodes.push(with_base(node(set, Reduction::Set, [2], [i(0), Int::constant(1)], seven), base));
    graph.nodes.push(with_base(node(sum, Reduction::Sum, [2, 3], [i(0), i(0)], seven), base));
    let inputs = [(base, vec![1.0, 2.0, 3.0, 4.0].into())];
    assert_eq!(run_one(&graph, &inputs, set), [1.0, 7.0, 3.0, 7.0]);
    assert_eq!(run_one(&graph, &inputs, sum), [22.0, 2.0, 3.0, 25.0]);
}

#[test]
fn masks_indices_and_integers_as_numbers() {
    let mut graph = Graph { dims: vec!["N".into()], ..Graph::default() };
    let mask = graph.add_tensor("mask", vec![4usize.into()], Kind::Mask);
    let (number, index) =
        (input(&mut graph, "number", [4]), graph.add_tensor("index", vec![4usize.into()], Kind::Index));
    let wide = graph.add_tensor("wide", vec![2usize.into(), 2usize.into()], Kind::Mask);
    let three = Int::constant(3);
    let odd = graph.scalars.compare_int(Comparison::Equal, i(0).modulo(&Int::constant(2)), Int::constant(1));
    graph.nodes.push(node(mask, Reduction::Set, [4], [i(0)], odd));
    let backwards = graph.scalars.integer(three.sub(&i(0)).mul(&Int::dim(DimId(0))));
    graph.nodes.push(node(index, Reduction::Set, [4], [i(0)], backwards));
    let (flag, element) = (read(&mut graph, mask, [i(0)]), Int::atom(Atom::Read(index, vec![i(0)])));
    let (one, element) = (graph.scalars.number(0.5), graph.scalars.integer(element));
    let value = graph.scalars.select(flag, one, element);
    graph.nodes.push(node(number, Reduction::Set, [4], [i(0)], value));
    graph.nodes.push(Node::Reshape { out: wide, from: mask });
    let results = evaluate(&graph, &[10], &[], &[number, index, wide]).unwrap();
    let (masks, indices) = (Data::Mask(vec![false, true, false, true]), Data::Index(vec![30, 20, 10, 0]));
    assert_eq!(results, [Data::Float(vec![30.0, 0.5, 10.0, 0.5]), indices, masks]);
}

#[test]
fn mistakes_are_told() {
    let mut graph = Graph::default();
    let x = input(&mut graph, "x", [2]);
    let index = graph.add_tensor("index", vec![2usize.into()], Kind::Index);
    let below = graph.scalars.integer(i(0).plus(-1));
    graph.nodes.push(node(index, Reduction::Set, [2], [i(0)], below));
    let run = |inputs: &[(TensorId, Data)]| evaluate(&graph, &[], inputs, &[x]).unwrap_err().to_string();
    assert_eq!(run(&[]), "`index` cannot hold a value written to it");
    assert_eq!(run(&[(x, vec![true, false].into())]), "`x` holds Mask, expected Float");
    graph.nodes.clear();
    let error = evaluate(&graph, &[], &[], &[x]).unwrap_err();
    assert_eq!(error.to_string(), "`x` has no value");
}

#[test]
fn keys_keep_all_their_bits() {
    let mut graph = Graph::default();
    let keys = graph.add_tensor("keys", vec![2usize.into()], Kind::Key);
    let next = graph.add_tensor("next", vec![2usize.into()], Kind::Key);
    let key = Int::atom(Atom::Read(keys, vec![i(0)]));
    let value = graph.scalars.integer(key.scale(3).add(&i(0)));
    graph.nodes.push(node(next, Reduction::Set, [2], [i(0)], value));
    let inputs = [(keys, vec![u64::MAX, 1 << 63].into())];
    assert_eq!(
        evaluate(&graph, &[], &inputs, &[next]),
        Ok(vec![Data::Key(vec![u64::MAX - 2, (1 << 63) + 1])])
    );
}
