//! Wrong programs as users write them: the macro says what is wrong, at the right place, and rustc adds nothing.
//!
//! Each file of `ui/` is a small net with one kind of mistake, which its name tells, and a `main` that uses the
//! net as if it were right; beside it stands all that the compiler says. `TRYBUILD=overwrite` writes that anew.

use std::fs;
use std::path::Path;

/// What rustc says by itself is the whole message here: the mistake is in the caller's Rust.
const IN_RUST: [&str; 1] = ["cotangent_left_out"];

#[test]
fn wrong_programs() {
    trybuild::TestCases::new().compile_fail("ui/*.rs");
}

#[test]
fn nothing_but_what_the_macro_says() {
    let mut count = 0;
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("ui")).expect("there is a folder") {
        let path = entry.expect("an entry can be read").path();
        if path.extension().is_none_or(|extension| extension != "stderr") {
            continue;
        }
        count += 1;
        let name = path.file_stem().and_then(|name| name.to_str()).expect("a name");
        let said = fs::read_to_string(&path).expect("a file can be read");
        let messages = said.lines().filter(|line| line.starts_with("error") || line.starts_with("warning"));
        for message in messages.filter(|_| !IN_RUST.contains(&name)) {
            assert!(message.starts_with("error: "), "{name}: rustc adds `{message}`");
        }
    }
    assert_ne!(count, 0, "the messages stand beside the programs");
}
