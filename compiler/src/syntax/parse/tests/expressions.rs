//! Expressions and statements: the input beside its tree.

use super::super::super::ast::{ExprKind, Item, Statement};
use super::printer;

/// An expression, and its tree.
const EXPRESSIONS: &[(&str, &str)] = &[
    // Numbers.
    ("1", "1"),
    ("1_000", "1000"),
    ("0x10", "16"),
    ("0b1_01", "5"),
    ("0o17", "15"),
    ("1.", "1.0"),
    ("1e-3", "0.001"),
    ("1_0.5E+2", "1050.0"),
    ("2f32", "2.0"),
    ("2.5f64", "2.5"),
    ("7usize", "7"),
    ("7u32", "7"),
    ("9223372036854775807", "9223372036854775807"),
    // Precedence and association.
    ("a + b * c", "(+ a (* b c))"),
    ("a * b + c", "(+ (* a b) c)"),
    ("a - b - c", "(- (- a b) c)"),
    ("a @ b @ c + d", "(+ (@ (@ a b) c) d)"),
    ("a / b @ c % d", "(% (@ (/ a b) c) d)"),
    ("-a * b", "(* (- a) b)"),
    ("--a", "(- (- a))"),
    ("a--b", "(- a (- b))"),
    ("a - -1", "(- a (- 1))"),
    ("!a && b || c", "(|| (&& (! a) b) c)"),
    ("a || b && c == d", "(|| a (&& b (== c d)))"),
    ("a + 1 < b * 2", "(< (+ a 1) (* b 2))"),
    ("a<-b", "(< a (- b))"),
    ("a>=-b", "(>= a (- b))"),
    ("a==-b", "(== a (- b))"),
    ("a==!b", "(== a (! b))"),
    ("a&&!b", "(&& a (! b))"),
    ("(a < b) == (c < d)", "(== (< a b) (< c d))"),
    ("a * m as f32 * b", "(* (* a (as m f32)) b)"),
    ("-x as f64", "(as (- x) f64)"),
    ("m as f32 as f64", "(as (as m f32) f64)"),
    ("x as f32 < y", "(< (as x f32) y)"),
    ("((a))", "a"),
    ("(a, b)", "(tuple a b)"),
    ("(a,)", "(tuple a)"),
    ("(a, (b, c),)", "(tuple a (tuple b c))"),
    (
        "[[cos(a), -sin(a)], [sin(a), cos(a)],]",
        "[[(call cos a), (- (call sin a))], [(call sin a), (call cos a)]]",
    ),
    ("[]", "[]"),
    ("true && !false", "(&& true (! false))"),
    ("r#type + 1", "(+ r#type 1)"),
    // What follows a value.
    ("f()", "(call f)"),
    ("f(x, axis = -1, keep=true,)", "(call f x axis=(- 1) keep=true)"),
    ("f(axis=-1)", "(call f axis=(- 1))"),
    ("f(axis == 1)", "(call f (== axis 1))"),
    ("f(m=!c)", "(call f m=(! c))"),
    ("x.sum(axis = [0, 2])", "(.sum x axis=[0, 2])"),
    ("enc.weight.t()", "(.t (field enc weight))"),
    ("1.max(x)", "(.max 1 x)"),
    ("2.0.sqrt()", "(.sqrt 2.0)"),
    ("blocks[2](x)", "(call blocks[2] x)"),
    ("(enc.hidden)(x)", "(call (field enc hidden) x)"),
    ("f(x)(y)", "(call (call f x) y)"),
    ("-x.abs()", "(- (.abs x))"),
    ("x[0][1]", "x[0][1]"),
    // Subscripts.
    ("x[.., 0]", "x[.., 0]"),
    ("x[..]", "x[..]"),
    ("x[1..3]", "x[1..3]"),
    ("x[2.., ..4]", "x[2.., ..4]"),
    ("x[..-1, -1]", "x[..(- 1), (- 1)]"),
    ("x[-3..-1]", "x[(- 3)..(- 1)]"),
    ("x[i + 1..2 * n, ..,]", "x[(+ i 1)..(* 2 n), ..]"),
    ("table[idx[t], perm[j] % 2]", "table[idx[t], (% perm[j] 2)]"),
    ("x[[0, 2]]", "x[[0, 2]]"),
    // Reducers.
    ("sum[j](x[j])", "(sum[j] x[j])"),
    ("max[j in 0..i](x[j] * y)", "(max[j in 0..i] (* x[j] y))"),
    ("sum[j in i + 1..D, k,](a[j, k]) / 2", "(/ (sum[j in (+ i 1)..D, k] a[j, k]) 2)"),
    ("argmin[j](x[j])", "(argmin[j] x[j])"),
    ("all[i](m[i]) || any[i](m[i])", "(|| (all[i] m[i]) (any[i] m[i]))"),
    ("max[0]", "max[0]"),
    ("max[0] + (1)", "(+ max[0] 1)"),
    ("sum(x[0])", "(call sum x[0])"),
    // Choices and blocks.
    ("if c { a } else { b }", "(if c (do a) (do b))"),
    ("if c { a } else if d { b } else { e }", "(if c (do a) (do (if d (do b) (do e))))"),
    ("if c { a }", "(if c (do a))"),
    ("if x[0] < 1 { let y = 2; y } else { -inf }", "(if (< x[0] 1) (do (let y 2) y) (do (- inf)))"),
    ("if (c) { a } else { b } + 1", "(+ (if c (do a) (do b)) 1)"),
    ("1 + if c { a } else { b }.abs()", "(+ 1 (.abs (if c (do a) (do b))))"),
    ("{ let a = 1; a } * 2", "(* (do (let a 1) a) 2)"),
];

/// Statements, and their trees.
const STATEMENTS: &[(&str, &str)] = &[
    ("let x = 1;", "(let x 1)"),
    ("let h: f32[N, 128] = x;", "(let h: f32[N, 128] x)"),
    ("let c:f32=-1;", "(let c: f32 (- 1))"),
    ("let (a, (b, _)) = f(x);", "(let (a, (b, _)) (call f x))"),
    ("let (a, b): (f32, u32[N]) = f(x);", "(let (a, b): (f32, u32[N]) (call f x))"),
    ("let (x) = y;", "(let x y)"),
    ("let mut (h, c) = (0, 1);", "(let-mut (h, c) (tuple 0 1))"),
    ("let _ = x;", "(let _ x)"),
    ("if c { x = 1; }", "(let _ (if c (do (= x 1) 0) (do 0)))"),
    (
        "if c { x = 1; } else if d { y[0] += 2 } else { } z = -x;",
        "(let _ (if c (do (= x 1) 0) (do (if d (do (+= y[0] 2) 0) (do 0))))) (= z (- x))",
    ),
    ("for t in a { if c { x = 1; } }", "(for t a (let _ (if c (do (= x 1) 0) (do 0))))"),
    ("let y[n, o, i in 0..24] = x[n];", "(let y[n, o, i in 0..24] x[n])"),
    ("let r[p,] = f(a[p]);", "(let r[p] (call f a[p]))"),
    ("x = 1;", "(= x 1)"),
    ("x=-1;", "(= x (- 1))"),
    ("(h, c) = cell(x, h, c);", "(= (h, c) (call cell x h c))"),
    ("ys[t] = h;", "(= ys[t] h)"),
    ("a[i, perm[j]] += 2;", "(+= a[i, perm[j]] 2)"),
    ("x -= 1; y *= 2; z /= 3;", "(-= x 1) (*= y 2) (/= z 3)"),
    ("x[.., 1..] = 0;", "(= x[.., 1..] 0)"),
    ("(a[0], (b, c)) = f(x);", "(= (a[0], (b, c)) (call f x))"),
    (";;", ""),
    ("for t in 0..T { h = x[t]; }", "(for t 0..T (= h x[t]))"),
    ("for t in 0..T { h = x[t] }", "(for t 0..T (= h x[t]))"),
    ("for t in (0..T).rev() { }", "(for t 0..T.rev)"),
    ("for t in (0..T) { }", "(for t 0..T)"),
    ("for t in (1 + 2) * k..T - 1 { }", "(for t (* (+ 1 2) k)..(- T 1))"),
    ("for t in 0..S while c > 0 && d { }", "(for t 0..S (while (&& (> c 0) d)))"),
    ("for t in (0..S).rev() while c { }", "(for t 0..S.rev (while c))"),
    ("for block in blocks { x = block(x); }", "(for block blocks (= x (call block x)))"),
    ("for block in enc.blocks { }", "(for block (field enc blocks))"),
    ("for _ in 0..3 { }", "(for _ 0..3)"),
    ("#[checkpoint] for t in 0..T { for i in 0..2 { } }", "(for checkpoint t 0..T (for i 0..2))"),
    ("/// Note.\nlet x = 1;", "(let x 1)"),
];

#[test]
fn expressions() {
    for (source, tree) in EXPRESSIONS {
        assert_eq!(statements(&format!("let value = {source};")), format!("(let value {tree})"), "{source}");
    }
}

#[test]
fn results() {
    for (source, tree) in EXPRESSIONS {
        assert_eq!(statements(source), *tree, "{source}");
    }
}

#[test]
fn all_statements() {
    for (source, trees) in STATEMENTS {
        assert_eq!(statements(source), *trees, "{source}");
    }
}

/// The trees of the statements of a body.
fn statements(source: &str) -> String {
    let block = printer::block(&super::read(&format!("fn f() -> f32 {{ {source} }}")));
    let inner = block.strip_prefix("(fn f () -> f32").and_then(|rest| rest.strip_suffix(')'));
    inner.expect("a function").trim().to_owned()
}

#[test]
fn spans_cover_expressions() {
    let block = super::read("fn f() -> f32 { let y = (a + b[1]) * sum[j](x[j]).abs(); y }");
    let [Item::Function(function)] = &block.items[..] else { panic!("one function") };
    let [Statement::Let { value, .. }] = &function.body.statements[..] else { panic!("one statement") };
    assert_eq!(value.span.source_text().as_deref(), Some("(a + b[1]) * sum[j](x[j]).abs()"));
    let ExprKind::Binary(_, operator, left, right) = &value.kind else { panic!("a product") };
    assert_eq!(operator.source_text().as_deref(), Some("*"));
    assert_eq!(left.span.source_text().as_deref(), Some("(a + b[1])"));
    assert_eq!(right.span.source_text().as_deref(), Some("sum[j](x[j]).abs()"));
}
