//! `docs/table.md`: what there is in the language, what its derivative is, and where it is tested.
//!
//! `table.txt` holds the rows. `call | arguments | file` is a call whose value and gradient the compiler prints;
//! `~ what | meaning | derivative | file: words` is written by hand. With `BLESS=1` the page is written anew.

use std::fmt::Write;
use std::path::Path;

use crate::{check, compile, syntax::ast};

const ROWS: &str = include_str!("table.txt");

/// The page, and what is wrong with the rows.
fn page(root: &Path) -> (String, Vec<String>) {
    let (mut page, mut wrong) = (String::new(), Vec::new());
    for line in ROWS.lines() {
        let cells: Vec<&str> = line.trim_start_matches("~ ").split(" | ").collect();
        let (row, test, words) = match (line.starts_with("~ "), cells.as_slice()) {
            (true, [what, meaning, derivative, test]) => {
                let (file, words) = test.split_once(": ").expect("a file and words that stand in it");
                let words: Vec<&str> = words.split(' ').collect();
                (format!("| {what} | {meaning} | {derivative} |"), file, words)
            }
            (false, [call, arguments, file]) => {
                let (value, gradient) = printed(call, arguments);
                let word = called(call).unwrap_or(call);
                (format!("| {} | {value} | {gradient} |", code(call)), *file, vec![word])
            }
            _ => {
                let heads = "\n\n| | value | derivative | tested in |\n|---|---|---|---|";
                writeln!(page, "{line}{}", if line.starts_with("## ") { heads } else { "" })
                    .expect("strings take all");
                continue;
            }
        };
        let text = std::fs::read_to_string(root.join(test)).unwrap_or_default();
        let missing = words.iter().filter(|word| !text.contains(**word));
        wrong.extend(missing.map(|word| format!("`{word}` does not stand in {test}")));
        let name = Path::new(test).file_name().and_then(|name| name.to_str()).expect("a file");
        writeln!(page, "{row} [{name}](../{test}) |").expect("strings take all");
    }
    (page, wrong)
}

/// The function of a call, with its parenthesis.
fn called(call: &str) -> Option<&str> {
    let parenthesis = call.find('(')?;
    let start = call[..parenthesis].rfind('.').map_or(0, |dot| dot + 1);
    Some(&call[start..=parenthesis])
}

/// Value and gradient of a call, a formula a line.
fn printed(call: &str, arguments: &str) -> (String, String) {
    let floats: Vec<&str> =
        arguments.split(", ").filter_map(|each| each.split_once(": f64")).map(|(name, _)| name).collect();
    let result = shape_of(call, arguments);
    let text = format!(
        "dim N, M, C; pub struct T {{}} impl T {{ #[grad({})] pub fn f({arguments}) -> {result} {{ {call} }} }}",
        floats.join(", ")
    );
    let program = super::checked(&text).unwrap_or_else(|messages| panic!("{call}: {messages}"));
    let derivation = &compile::compile(&program)[0][0].derivation;
    let (value, gradient) = derivation.split_once("Gradient\n").unwrap_or((derivation, ""));
    let value = value.split_once("Value\n").map_or(value, |(_, value)| value);
    (formulas(value), formulas(gradient))
}

/// The type of a call, which is what the check says that it is.
fn shape_of(call: &str, arguments: &str) -> String {
    let text =
        format!("dim N, M, C; pub struct T {{}} impl T {{ pub fn f({arguments}) -> bool {{ {call} }} }}");
    let message = super::checked(&text).expect_err("no call here is a condition");
    let (_, found) = message.split_once("its body is ").unwrap_or_else(|| panic!("{call}: {message}"));
    found.lines().next().expect("a type").to_string()
}

/// Lines of a derivation in one cell.
fn formulas(text: &str) -> String {
    let lines = text.lines().map(str::trim);
    let lines =
        lines.filter(|line| !line.is_empty() && !line.starts_with('→') && !line.starts_with("Given "));
    lines.map(code).collect::<Vec<_>>().join("<br>")
}

fn code(text: &str) -> String {
    format!("`{}`", text.replace('|', "\\|"))
}

/// The functions and layers of the library.
fn names() -> Vec<String> {
    let library = check::library();
    let own = library.items.iter().filter_map(|item| match item {
        ast::Item::Function(function) => Some(function.name.to_string()),
        ast::Item::Struct(of) => Some(of.name.to_string()),
        _ => None,
    });
    own.chain(check::builtins().map(str::to_string)).collect()
}

#[test]
fn the_table_is_true() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let (page, mut wrong) = page(&root);
    for name in names() {
        let stands = ROWS.lines().filter(|line| line.contains(" | ")).any(|line| {
            let first = line.split(" | ").next().expect("a cell");
            first.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').any(|word| word == name)
        });
        if !stands {
            wrong.push(format!("`{name}` has no row"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let path = root.join("docs/table.md");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, &page).expect("the page can be written");
    }
    let written = std::fs::read_to_string(&path).expect("the page");
    assert!(written == page, "docs/table.md is not what the rows say; `BLESS=1` writes it anew");
}
