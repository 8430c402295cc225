//! Temporary.
use std::collections::BTreeMap;
use std::fmt::Write;
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use crate::emit::body::{self, Access, Context};
use crate::eval;
use crate::ir::*;
use crate::program::Float;
use super::random::{routine, DIMS};
use super::{inputs, numbers};

fn view(flat: &str, shape: &[Int], mutable: bool) -> String {
    let m = if mutable { "_mut" } else { "" };
    let prefix = shape.iter().rposition(|e| e.as_constant().is_none()).map_or(0, |p| p + 1);
    let chain: String = shape[prefix..].iter().rev().map(|e| format!(".as_chunks{m}::<{}>().0", e.as_constant().unwrap())).collect();
    let amp = if mutable { "&mut " } else { "&" };
    if prefix == 0 && !chain.is_empty() { format!("{amp}{flat}{chain}[0]") } else { format!("{flat}{chain}") }
}
fn list(v: &[f64], ty: &str) -> String {
    let v: Vec<String> = v.iter().map(|x| if x.is_nan() { format!("{ty}::NAN") } else if x.is_infinite() { format!("{}{ty}::INFINITY", if *x < 0.0 { "-" } else { "" }) } else if ty == "u32" { format!("{x:?}").trim_end_matches(".0").to_string() } else { format!("{x:?}") }).collect();
    format!("vec![{}]", v.join(", "))
}

#[test]
fn emit_random() {
    let path = std::env::var("CHAINRULE_EMIT").unwrap();
    let first: u64 = std::env::var("CHAINRULE_FIRST").unwrap().parse().unwrap();
    let count: u64 = std::env::var("CHAINRULE_ROUTINES").unwrap().parse().unwrap();
    let f32s = std::env::var("CHAINRULE_F32").is_ok();
    let float = if f32s { Float::F32 } else { Float::F64 };
    let ty = if f32s { "f32" } else { "f64" };
    let mut out = String::from("#![deny(warnings)]\nfn close(what: &str, f: &[f64], e: &[f64], plus: f64) { assert_eq!(f.len(), e.len(), \"{what}\"); for (i, (f, e)) in f.iter().zip(e).enumerate() { let e = e + plus; assert!((f - e).abs() <= TOLERANCE * (1.0 + e.abs()) || (f.is_nan() && e.is_nan()) || *f == e, \"{what}[{i}] {f} {e}\"); } }\n");
    writeln!(out, "const TOLERANCE: f64 = {};", if f32s { "2e-3" } else { "1e-9" }).unwrap();
    let krate: TokenStream = quote!(::chainrule);
    for seed in first..first + count {
        let (routine, given, known) = routine(seed);
        let values = inputs(&routine.graph, &DIMS, &given, 2);
        let wanted: Vec<TensorId> = routine.results.iter().copied().chain(routine.gradients.iter().map(|g| g.tensor)).collect();
        let expected = eval::evaluate(&routine.graph, &DIMS, &values, &wanted).unwrap();
        let plan = super::super::plan(routine.clone(), &known);
        let dims = [Ident::new("n", Span::mixed_site()), Ident::new("t", Span::mixed_site())];
        let name = |k: usize| ["a", "b", "c", "d", "idx"][k];
        let mut map = BTreeMap::new();
        for (k, &tensor) in given.iter().enumerate() { map.insert(tensor, Access::Variable(Ident::new(name(k), Span::mixed_site()))); }
        let targets: Vec<Access> = (0..routine.gradients.len()).map(|k| Access::Variable(Ident::new(&format!("d_{}", name(k)), Span::mixed_site()))).collect();
        let cx = Context { krate: &krate, float, dims: &dims, inputs: map, targets, externs: &[] };
        let length = body::workspace_length(&plan, &cx);
        let stage = body::forward(&plan, &cx);
        writeln!(out, "#[allow(unused_variables)]\nfn case_{seed}() {{\n let n = 3_usize; let t = 2_usize;").unwrap();
        writeln!(out, " let length: usize = {length};\n let arena = &mut vec![{ty}::NAN; length][..];").unwrap();
        for (k, (tensor, data)) in values.iter().enumerate() {
            let shape = routine.graph.shape(*tensor);
            let ty = if routine.graph.tensor(*tensor).kind == Kind::Index { "u32" } else { ty };
            writeln!(out, " let {n}_flat: Vec<{ty}> = {};", list(&numbers(data), ty), n = name(k)).unwrap();
            if shape.is_empty() { writeln!(out, " let {n} = {n}_flat[0];", n = name(k)).unwrap(); }
            else { writeln!(out, " let {n} = {};", view(&format!("{}_flat[..]", name(k)).replace("[..]", ".as_slice()"), shape, false), n = name(k)).unwrap(); }
        }
        writeln!(out, " {{ {} \n", stage.statements).unwrap();
        for (k, r) in stage.results.iter().enumerate() {
            let shape = routine.graph.shape(routine.results[k]);
            let kind = routine.graph.tensor(routine.results[k]).kind;
            let e = list(&numbers(&expected[k]), "f64");
            if shape.is_empty() {
                let conv = match kind { Kind::Mask => format!("f64::from(u8::from({r}))"), _ => format!("f64::from({r})") };
                writeln!(out, " close(\"case {seed} result {k}\", &[{conv}], &{e}, 0.0);").unwrap();
            } else {
                let prefix = shape.iter().rposition(|e| e.as_constant().is_none()).map_or(0, |p| p + 1);
                let depth = shape.len() - prefix.max(1);
                let elem = match kind { Kind::Float => ty, Kind::Mask => "bool", _ => "u32" };
                let read = if kind == Kind::Mask { "u8::from(*x)" } else { "*x" };
                let mut tyname = elem.to_string();
                for s in shape[prefix..].iter().rev() { tyname = format!("[{tyname}; {}]", s.as_constant().unwrap()); }
                let tyname = if prefix > 0 { format!("&[{tyname}]") } else { format!("&{tyname}") };
                let flat: String = (0..if prefix > 0 { shape.len() - prefix } else { depth }).map(|_| ".as_flattened()").collect();
                writeln!(out, " {{ let view: {tyname} = {r}; let found: Vec<f64> = view{flat}.iter().map(|x| f64::from({read})).collect(); close(\"case {seed} result {k}\", &found, &{e}, 0.0); }}").unwrap();
            }
        }
        writeln!(out, " }}").unwrap();
        for accumulate in [false, true] {
            let (statements, _) = body::backward(&plan, &cx, accumulate);
            let plus = if accumulate { "1.0" } else { "0.0" };
            writeln!(out, " {{ let mut copy = arena.to_vec(); let arena = &mut copy[..];").unwrap();
            for (k, g) in routine.gradients.iter().enumerate() {
                let shape = routine.graph.shape(g.tensor);
                let size: usize = eval::shape(&routine.graph, &DIMS, g.tensor).unwrap().iter().product();
                writeln!(out, " let mut d_{n}_flat: Vec<{ty}> = vec![{}; {size}];", if accumulate { "1.0".to_string() } else { format!("{ty}::NAN") }, n = name(k)).unwrap();
                if shape.is_empty() { writeln!(out, " let d_{n} = &mut d_{n}_flat[0];", n = name(k)).unwrap(); }
                else { writeln!(out, " let d_{n} = {};", view(&format!("d_{}_flat.as_mut_slice()", name(k)), shape, true), n = name(k)).unwrap(); }
            }
            writeln!(out, " {statements}").unwrap();
            for k in 0..routine.gradients.len() {
                let e = list(&numbers(&expected[routine.results.len() + k]), "f64");
                writeln!(out, " {{ let found: Vec<f64> = d_{n}_flat.iter().map(|x| f64::from(*x)).collect(); close(\"case {seed} gradient {k} {accumulate}\", &found, &{e}, {plus}); }}", n = name(k)).unwrap();
            }
            writeln!(out, " }}").unwrap();
        }
        writeln!(out, "}}").unwrap();
    }
    writeln!(out, "fn main() {{").unwrap();
    for seed in first..first + count { writeln!(out, " case_{seed}();").unwrap(); }
    writeln!(out, "}}").unwrap();
    std::fs::write(path, out).unwrap();
}
