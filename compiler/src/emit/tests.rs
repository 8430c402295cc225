//! What items look like without bodies. With bodies, the expansions of whole nets are tested from outside.

use proc_macro2::TokenStream;

use super::messages::errors;
use super::{skeleton, warnings};
use crate::report::Report;
use crate::syntax;

/// The skeleton of a block without syntax errors, in one line without spaces.
fn expanded(text: &str) -> String {
    let mut report = Report::default();
    let block = syntax::parse(text.parse().expect("tokens"), &mut report);
    assert!(!report.has_errors(), "{report:?}");
    compact(&skeleton(&krate(), &block, None, Vec::new(), &report))
}

fn krate() -> TokenStream {
    "chainrule".parse().expect("a path")
}

fn compact(tokens: &TokenStream) -> String {
    tokens.to_string().replace(char::is_whitespace, "")
}

#[track_caller]
fn contains(expansion: &str, expected: &str) {
    let expected = expected.replace(char::is_whitespace, "");
    assert!(expansion.contains(&expected), "{expected}\nis not in\n{expansion}");
}

#[test]
fn a_struct_is_plain_arrays() {
    let expansion = expanded(
        "const H: usize = 2;
         #[derive(Debug)] pub struct Net { w: f32[3, H * 2], #[frozen] s: f32, layers: [[Dense<3>; 2]; H] }
         struct Dense<const I: usize, const O: usize = I> { weight: f32[I, O] }",
    );
    contains(&expansion, "pub w: [[f32; 4]; 3]");
    contains(&expansion, "pub s: f32");
    contains(&expansion, "pub layers: [[NetDense3x3; 2]; 2]");
    contains(&expansion, "pub struct NetDense3x3");
    contains(&expansion, r#"visitor(path.field("w"), &[3, 4], self.w.as_flattened());"#);
    contains(&expansion, r#"path.field("s").frozen()"#);
    contains(&expansion, r#"path.field("layers").index(i).index(j)"#);
    // A layer can do what its network shall.
    let (layer, network) = expansion.split_at(expansion.find("pubstructNet{").expect("the network"));
    contains(layer, "core::marker::Copy, Debug)]");
    contains(network, "impl chainrule::Params for Net");
}

#[test]
fn a_network_of_some_size_begins_with_a_line_of_the_cache() {
    let program = "chainrule
        pub struct Net { blocks: [Block; 2], w: f32[8, 8] }
        pub struct Block { w: f32[40, 40] }
        pub struct Small { w: f32[7, 9] }";
    let expansion = compact(&crate::expand(program.parse().expect("tokens")));
    contains(&expansion, "#[repr(C, align(64))] pub struct Net {");
    contains(&expansion, "Witness<Self> = chainrule::__private::Witness::new(3264);");
    // In an array of them there is nothing between one and the next; and this one would grow by a part of itself.
    contains(&expansion, "#[repr(C)] pub struct Block {");
    contains(&expansion, "#[repr(C)] pub struct Small {");
}

#[test]
fn shapes_become_types() {
    let expansion = expanded(
        "dim N, T;
         pub struct Net {}
         impl Net {
             pub fn f(a: f64, b: u32[3, 2], c: bool[N], d: f64[N, 3, 2], e: f64[N, T], g: u64, t: dim T) -> f64[T] { a }
         }",
    );
    contains(&expansion, "a: f64, b: &[[u32; 2]; 3], c: &[bool], d: &[[[f64; 2]; 3]]");
    contains(&expansion, "e: chainrule::Tensor<'_, f64, 2>, g: u64, t: usize) -> &'w [f64]");
    contains(&expansion, "pub const fn f_workspace(n: usize, size_of_t: usize) -> usize");
    contains(&expansion, "pub const fn f_operations(n: usize, size_of_t: usize) -> [u64; 1]");
}

#[test]
fn a_gradient_becomes_a_pass() {
    let expansion = expanded(
        "dim N;
         pub struct Net { w: f32[3] }
         impl Net {
             #[grad(self, x, s)]
             pub fn r#loss_of(x: f32[N, 3], s: f32, y: u32[N]) -> (f32, (u32[N], f32[N])) { x }
         }",
    );
    contains(&expansion, "y: &'w [u32]) -> NetLossOfPass<'w>");
    contains(&expansion, "pub fn loss_of_value<'w, S: chainrule::Storage<f32>>");
    contains(&expansion, "pub struct NetLossOfPass<'w> { model: &'w Net, value: f32, x: &'w [[f32; 3]],");
    contains(&expansion, "pub fn value(&self) -> (f32, (&[u32], &[f32],),)");
    let parameters =
        "(self, cotangent: (f32, &[f32],), grads: &mut Net, d_x: &mut [[f32; 3]], d_s: &mut f32)";
    contains(&expansion, &format!("pub fn backward {parameters}"));
    contains(&expansion, &format!("pub fn accumulate {parameters}"));
}

#[test]
fn what_cannot_be_told_is_made_up() {
    let expansion = expanded(
        "pub struct Net { w: f32[K], v: f32[3], layer: Missing<3>, same: Missing, number: scalar }
         impl Net {
             #[grad(x)] pub fn f(x: (f32, f32), x: f32[3]) -> f32 { x }
             pub fn g((a, b): (f32, f32), s: dim N) -> dim N { x }
             fn inner(x: f32) -> f32 { x }
         }",
    );
    contains(&expansion, "pub w: [f32; 64], #[doc = \" `f32[3]`, starts as `zeros`.\"] pub v: [f32; 3],");
    contains(&expansion, "pub layer: NetMissing,");
    contains(&expansion, "pub same: NetMissing,");
    contains(&expansion, "pub number: f32 }");
    let anything = "impl chainrule::__private::core::marker::Sized";
    contains(&expansion, &format!("x: {anything}, argument_1: &'w [f32; 3]) -> NetFPass<'w>"));
    contains(&expansion, "value: f32, argument_1: &'w [f32; 3], arena:");
    contains(&expansion, &format!("pub fn backward(self, d_x: {anything})"));
    contains(&expansion, &format!("argument_0: {anything}, s: usize) -> f32"));
    assert!(!expansion.contains("fninner"));
}

#[test]
fn what_has_been_read_of_a_type_is_known() {
    let program = "chainrule
        pub struct Net {
            w: f32[2, !], i: i32[5], start: f32[3] = [1, ?], pair: f32[2][3], each: [f32[4]; 2], row: Vec<f32>,
            last: f32,
        }";
    let expansion = compact(&crate::expand(program.parse().expect("tokens")));
    contains(&expansion, "pub w: [[f32; 64]; 2],");
    contains(&expansion, "pub i: [f32; 5],");
    contains(&expansion, "pub start: [f32; 3],");
    contains(&expansion, "pub pair: [f32; 2],");
    contains(&expansion, "pub each: [[f32; 4]; 2],");
    contains(&expansion, "pub row: [f32; 64],");
    contains(&expansion, "pub last: f32 }");
}

#[test]
fn leading_axes_stand_for_one() {
    let expansion =
        expanded("pub struct Net { w: f32[3] } impl Net { pub fn f(x: f32[.., 3]) -> f32[..] { x @ w } }");
    contains(&expansion, "x: &[[f32; 3]]) -> &'w [f32]");
}

#[test]
fn what_is_written_leaves_its_name_to_what_is_generated() {
    let expansion = expanded(
        "pub struct Net { w: f32 } pub struct NetFPass { w: f32 }
         impl Net { #[grad] pub fn f(x: f32) -> f32 { x * w } pub fn f_value(x: f32[3]) -> f32 { x }
            pub fn init(x: f32) -> f32 { x } }",
    );
    assert_eq!(expansion.matches("pubfninit").count(), 1);
    assert_eq!(expansion.matches("fnf_value<").count(), 1);
    assert_eq!(expansion.matches("structNetFPass").count(), 1);
}

#[test]
fn messages_name_their_help() {
    let mut report = Report::default();
    let span = proc_macro2::Span::call_site();
    report.error_with_help(span, "found this", "do that");
    report.warn(span, "unused");
    contains(
        &compact(&errors(&krate(), &report)),
        r#"chainrule::__private::core::compile_error!{"found this\n\nhelp: do that"}"#,
    );
    contains(&compact(&warnings(&report)), r#"#[deprecated(note = "unused")]"#);
    assert!(warnings(&Report::default()).is_empty());
}

#[test]
fn nothing_makes_it_panic() {
    expanded("pub struct Net { a: A<1> } struct A<const I: usize> { inner: A<I + 1> }");
    expanded("pub struct Net { a: A } struct A { inner: [A; 2] }");
    expanded("pub struct Net { a: A<-1> } struct A<const I: usize> { w: f64[I] }");
    expanded("pub struct Net { huge: f64[4000000000, 4000000000, 4000000000, 4000000000] }");
}

#[test]
fn what_is_listed_twice_is_one_gradient() {
    let expansion = expanded(
        "pub struct Net {}
         impl Net { #[grad(x, x)] #[jvp(self, x, x)] pub fn f(x: f64[3]) -> f64 { x } }",
    );
    contains(&expansion, "pub fn backward(self, d_x: &mut [f64; 3])");
}

#[test]
fn what_is_misspelt_is_what_is_meant() {
    let expansion = expanded(
        "dim N; const HIDDEN: usize = 4;
         pub struct Model { w: f32[3, HIDEN], v: f32[HIDDEN], fc: Dens<2> }
         struct Dense<const I: usize> { weight: f32[I] }
         impl Modle {
             #[grad(imgae)] pub fn f(label: u32[N], image: f32[3]) -> f32[HIDDN] { v }
         }",
    );
    for field in ["pub w: [[f32; 4]; 3]", "pub v: [f32; 4]", "pub fc: ModelDense2"] {
        contains(&expansion, field);
    }
    contains(&expansion, "cotangent: &[f32; 4], d_image: &mut [f32; 3]");
}

#[test]
fn attributes_that_are_misspelt_make_what_is_meant() {
    let program = "chainrule pub struct Model { w: f32[3] }
         impl Model {
             #[grad(y)] pub fn a(k: u32, x: f32[3]) -> f32 { sum(x) }
             #[jacobin(x)] pub fn b(x: f32[3]) -> f32[3] { x }
         }";
    let expansion = compact(&crate::expand(program.parse().expect("tokens")));
    contains(&expansion, "fn backward(self, d_x: &mut [f32; 3])");
    contains(&expansion, "pub fn b_jacobian");
}

#[test]
fn one_float_of_another_type_changes_no_signature() {
    let expansion = expanded(
        "fn helper(x: f64) -> f64 { x }
         pub struct A { w: f32[3] }
         impl A { pub fn f(x: f32[3]) -> f32 { sum(x * w) + helper(1) } }",
    );
    contains(&expansion, "x: &[f32; 3]) -> f32");
}

#[test]
fn rows_mix_beside_errors_too() {
    let expansion = crate::expand(
        "chainrule dim N;
         pub struct A { w: f64[3, 2] }
         impl A {
             #[jacobian(x)] pub fn mixed(x: f64[N, 3]) -> f64[N, 2] { let y = x @ w; y - mean(y, axis = 0, keep = true) }
             #[jacobian(x)] pub fn apart(x: f64[N, 3]) -> f64[N, 2] { x @ w }
             pub fn other(x: f64[N]) -> f64 { summ(x) }
         }"
            .parse()
            .expect("tokens"),
    );
    let expansion = compact(&expansion);
    contains(&expansion, "did you mean `sum`?");
    let (mixed, apart) = expansion.split_at(expansion.find("pubfnapart_jacobian").expect("a method"));
    contains(mixed, "-> chainrule::Tensor<'w, f64, 4>");
    contains(apart, "-> &'w [[[f64; 3]; 2]]");
}

#[test]
fn every_panic_stands_in_the_docs() {
    let expansion = crate::expand(
        "chainrule dim N, T;
         pub struct A { #[deprecated] w: f64 }
         impl A {
             pub fn computed(x: f64[N], y: f64[T, 3]) -> f64 { let mut h = w; for t in 0..T { h = h + x[argmax(y[t])]; } h }
             pub fn given(x: f64[N], i: u32[T]) -> f64[T] { x[i] }
             pub fn both(x: f64[N], i: u32[T, 2]) -> f64[T, 2] { x[i] }
         }"
            .parse()
            .expect("tokens"),
    );
    let expansion = compact(&expansion);
    let when = compact(
        &"\" While the value is computed, before any gradient or parameter is written:\""
            .parse()
            .expect("tokens"),
    );
    let (computed, given) = expansion.split_at(expansion.find("pubfngiven").expect("a method"));
    contains(computed, &when);
    contains(computed, "* if a subscript of `x` falls outside its axis 0");
    assert!(!given.contains(&when), "{given}");
    contains(given, "check_indices(\"A::given\", \"i\", i, n)");
    contains(given, "check_rows_of_indices(\"A::both\", \"i\", i.as_flattened(), &[2], n)");
    contains(&expansion, "#[automatically_derived] #[allow(deprecated)] impl chainrule::Params for A");
}

/// The rows that are exchanged are a choice between the place of a pivot and indices, all of them rows.
#[test]
fn subscripts_of_linear_algebra_stay_inside() {
    let program = "chainrule
        pub struct A {}
        impl A {
            #[grad(a)] pub fn f(a: f64[4, 4], b: f64[4]) -> f64 {
                det(a) + sum(solve(a, b)) + sum(inv(a)) + sum(cholesky(a))
            }
            #[grad(a)] #[hessian(a)] pub fn g(a: f64[4, 4], b: f64[4]) -> f64 { sum(solve(a, b)) }
        }";
    let expansion = compact(&crate::expand(program.parse().expect("tokens")));
    contains(&expansion, "fn f");
    assert!(!expansion.contains("falls outside") && !expansion.contains("panics::inside"), "{expansion}");
}

#[test]
fn sizes_that_no_array_carries_are_asked_for_memory() {
    let expansion = crate::expand(
        "chainrule dim N, S;
         pub struct A {}
         impl A {
             #[grad(x)] pub fn free(x: f64[N], s: dim S) -> f64 { let z = sum(x) * ones([S, S]); sum(tanh(z @ z)) }
             #[grad(x)] pub fn carried(x: f64[N], s: dim N) -> f64 { sum(tanh(x * x)) / N }
         }"
            .parse()
            .expect("tokens"),
    );
    let expansion = compact(&expansion);
    let (free, carried) = expansion.split_at(expansion.find("pubfncarried").expect("a method"));
    contains(free, "panics::check_memory(\"A::free\", &[(\"S\", s)]");
    contains(free, "* if its sizes need more memory than there can be");
    assert!(!carried.contains("check_memory"), "{carried}");
    contains(free, "panics::check_memory(\"A::free_workspace\", &[(\"S\", s)]");
}

#[test]
fn derivatives_that_are_returned_say_how_they_come_about() {
    let program = "chainrule
        pub struct Net {}
        impl Net {
            #[jacobian(x)] pub fn squares(x: f32[3]) -> f32[3] { x * x }
            #[hessian(x)] pub fn cubes(x: f32[3]) -> f32 { sum(x * x * x) }
        }";
    let expansion = compact(&crate::expand(program.parse().expect("tokens")));
    contains(&expansion, r#"#[doc = " Derivative"] #[doc = "     d_x[p, i] = 2·x[i] if p = i else 0"]"#);
    contains(&expansion, r#"#[doc = " Derivative"] #[doc = "     t_d_x[p, k] = 6·x[k] if p = k else 0"]"#);
}
