//! The pieces of an expansion that README.md shows are pieces of that expansion. `UPDATE_EXPECT=1` writes them anew.

use super::blocks::{expansion, pretty};

/// From the first line that holds `from` to the last before one that holds `to`, without their common indentation.
fn lines_between(text: &str, from: &str, to: &str) -> String {
    let lines = text.lines().skip_while(|line| !line.contains(from)).take_while(|line| !line.contains(to));
    let lines: Vec<&str> = lines.collect();
    let indentation = lines.iter().map(|line| line.len() - line.trim_start().len()).min().unwrap_or_default();
    lines.iter().map(|line| format!("{}\n", &line[indentation..])).collect()
}

/// Puts a piece into the first block of text behind some words.
fn with_piece(readme: &str, behind: &str, piece: &str) -> String {
    let start = readme.find(behind).unwrap_or_else(|| panic!("README.md does not say `{behind}`"));
    let start = start + readme[start..].find("```text\n").expect("a block of text") + "```text\n".len();
    let end = start + readme[start..].find("```").expect("its end");
    format!("{}{piece}{}", &readme[..start], &readme[end..])
}

#[test]
fn pieces_of_the_readme() {
    let net = include_str!("../../classifier.net");
    let text = pretty(expansion(net.parse().expect("tokens")));
    let code = lines_between(&text, "fn __compute_d_b2", "/// Computes");
    let (_, derivation) = text.split_once("const LOSS_DERIVATION: &'static str = \"").expect("a derivation");
    let derivation = lines_between(&derivation.replace("\\n", "\n"), "Gradient", "→");

    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md");
    let readme = std::fs::read_to_string(path).expect("README.md");
    let true_readme = with_piece(&readme, "One of the loops that the network above goes backward by", &code);
    let true_readme = with_piece(&true_readme, "the derivative for people", &derivation);
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(path, &true_readme).expect("README.md can be written");
    } else {
        assert!(readme == true_readme, "README.md shows another expansion; UPDATE_EXPECT=1 writes it anew");
    }
}
