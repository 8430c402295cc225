//! The promised rewrites and what keeps graphs small, held against the interpreter and closed formulas.

mod builder;
mod elementwise;
mod reductions;

#[test]
fn show() {
    use crate::ir::*;
    let mut f = builder::Formula::new(&[3], builder::Style::Looped);
    let (input, x) = f.input("x", &[0]);
    let one = f.number(1.0);
    let y = f.sigmoid(x);
    let e = f.sub(one, y);
    let v = f.mul(y, e);
    let (mut graph, result) = f.finish(v);
    let mut wanted = vec![result];
    super::simplify(&mut graph, &wanted);
    println!("{}", crate::print::text(&graph));
    for _ in 0..1 {
        let last = *wanted.last().unwrap();
        let shape = graph.shape(last).to_vec();
        let one = graph.scalars.number(1.0);
        let seed = graph.push_map("one", shape, Kind::Float, one);
        wanted.push(crate::differentiate::reverse(&mut graph, &mut [], &[(last, seed)], &[input]).unwrap()[0].unwrap());
        println!("{}", crate::print::text(&graph));
        super::simplify(&mut graph, &wanted);
        println!("{}", crate::print::text(&graph));
    }
    panic!();
}
