//! What the macro makes of a net, as text: six whole expansions (`tests/expansions/*.rs`), the same in every process,
//! without `unsafe`. `UPDATE_EXPECT=1 cargo test -p chainrule-tests-expansions` writes them anew.

mod blocks;
mod growth;
mod readme;

use blocks::{expansion, nets_of, pretty};
use proc_macro2::{TokenStream, TokenTree};

macro_rules! goldens {
    ($($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                let net = include_str!(concat!("../../", stringify!($name), ".net"));
                check(stringify!($name), &pretty(expansion(net.parse().expect("tokens"))));
            }
        )*
    };
}

goldens! { linear_regression classifier residual_blocks attention burgers checkpoint }

/// Holds an expansion against its file, or writes the file. It is long, so only the first difference is shown.
fn check(name: &str, text: &str) {
    let path = format!("{}/{name}.rs", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&path, text).unwrap_or_else(|error| panic!("{path}: {error}"));
        return;
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let lines = || expected.lines().chain([""]).zip(text.lines().chain([""])).enumerate();
    if let Some((line, (expected, found))) = lines().find(|(_, (expected, found))| expected != found) {
        panic!(
            "{path}:{}\nexpected: {expected}\n   found: {found}\nUPDATE_EXPECT=1 writes the files anew",
            line + 1
        );
    }
    assert_eq!(expected.len(), text.len(), "{path}: what is behind the end of one of them");
}

/// Every identifier in some tokens, in order.
fn identifiers(tokens: TokenStream, found: &mut Vec<String>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => identifiers(group.stream(), found),
            TokenTree::Ident(ident) => found.push(ident.to_string()),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

/// The expansions of all nets of the tests and the examples, each with the file of its net.
fn everything() -> Vec<(String, TokenStream)> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let mut nets = Vec::new();
    for folder in ["tests/expansions", "tests/tests", "tests/hygiene", "tests/no_std", "examples/src"] {
        nets_of(format!("{root}/{folder}").as_ref(), &mut nets);
    }
    assert!(nets.len() > 20, "only {} nets found", nets.len());
    nets.into_iter().map(|(place, net)| (place, expansion(net))).collect()
}

const PRINTS: &str = "CHAINRULE_TESTS_PRINT_EXPANSIONS";

/// The standard library seeds its hash maps anew in each process, so the text of every expansion is compared with
/// that of another one, which works meanwhile.
#[test]
fn expansions_are_safe_and_the_same_in_every_process() {
    if let Some(path) = std::env::var_os(PRINTS) {
        std::fs::write(path, text_of(&everything())).expect("a file to write to");
        return;
    }
    let directory = std::env::temp_dir().join(format!("chainrule-expansions-{}", std::process::id()));
    std::fs::create_dir_all(&directory).expect("a directory to write to");
    let path = directory.join("expansions.rs");
    let mut other = std::process::Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", "expansions_are_safe_and_the_same_in_every_process"])
        .env(PRINTS, &path)
        .stdout(std::process::Stdio::null())
        .spawn()
        .expect("another process");
    let everything = everything();
    assert!(other.wait().expect("the end of the other process").success());
    let there = std::fs::read_to_string(&path).expect("what the other process wrote");
    std::fs::remove_dir_all(&directory).expect("the directory of the other process");
    let here = text_of(&everything);
    let apart = here.lines().zip(there.lines()).find(|(here, there)| here != there);
    assert!(apart.is_none() && here == there, "two processes differ: {apart:?}");
    everything.into_iter().for_each(|(place, expansion)| is_safe(&place, expansion));
}

fn text_of(expansions: &[(String, TokenStream)]) -> String {
    expansions.iter().map(|(place, expansion)| format!("// {place}\n{expansion}\n")).collect()
}

#[track_caller]
fn is_safe(place: &str, expansion: TokenStream) {
    let mut names = Vec::new();
    identifiers(expansion, &mut names);
    assert!(!names.is_empty(), "{place}: nothing");
    let at = names.iter().position(|name| name == "unsafe" || name == "transmute");
    assert!(at.is_none(), "{place}: {:?}", &names[at.unwrap_or(0).saturating_sub(5)..]);
}
