//! The program `digits` as people use it: what it writes, and what it says when something is wrong.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A folder of this test alone, removed when it is done.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("digits-{test}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn files(&self) -> Vec<String> {
        let names = fs::read_dir(&self.0).unwrap().map(|entry| entry.unwrap().file_name());
        let mut names: Vec<_> = names.map(|name| name.into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

fn digits(folder: &Folder, arguments: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_digits"))
        .args(arguments.split(' '))
        .current_dir(&folder.0)
        .output()
        .unwrap()
}

fn succeeds(folder: &Folder, arguments: &str) -> String {
    let output = digits(folder, arguments);
    assert!(output.status.success(), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// What is said on standard error.
fn fails(folder: &Folder, arguments: &str) -> String {
    let output = digits(folder, arguments);
    assert_eq!(output.status.code(), Some(1), "{arguments}");
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(message.starts_with("error: "), "{message}");
    message.trim_end().to_owned()
}

fn shipped() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("data/digits.csv")).unwrap()
}

/// Images of 28 × 28 and their labels in MNIST's form.
fn write_mnist(folder: &Folder, count: u32) {
    let header = [0x803, count, 28, 28].map(u32::to_be_bytes).concat();
    let pixels = (0..count * 784).map(|place| (place * 7 % 256) as u8);
    fs::write(folder.path("train-images-idx3-ubyte"), header.into_iter().chain(pixels).collect::<Vec<u8>>())
        .unwrap();
    let header = [0x801, count].map(u32::to_be_bytes).concat();
    let labels = (0..count).map(|place| (place % 10) as u8);
    fs::write(folder.path("train-labels-idx1-ubyte"), header.into_iter().chain(labels).collect::<Vec<u8>>())
        .unwrap();
}

#[test]
fn learns_saves_draws_and_goes_on_from_there() {
    let folder = Folder::new("learns");
    let text = succeeds(&folder, "--network small --epochs 2 --save a.safetensors --curve curve.svg");
    for part in [
        "1437 images to learn from, 360",
        "2410 parameters",
        "train accuracy",
        "test accuracy",
        "read back bit for bit",
    ] {
        assert!(text.contains(part), "{part} is not in:\n{text}");
    }
    let drawing = fs::read_to_string(folder.path("curve.svg")).unwrap();
    assert!(drawing.trim_end().ends_with("</svg>"));
    succeeds(&folder, "--network small --epochs 0 --load a.safetensors --save b.safetensors");
    assert_eq!(
        fs::read(folder.path("a.safetensors")).unwrap(),
        fs::read(folder.path("b.safetensors")).unwrap()
    );
    assert_eq!(folder.files(), ["a.safetensors", "b.safetensors", "curve.svg"]);
}

#[test]
fn the_same_seed_gives_the_same_bits() {
    let folder = Folder::new("seed");
    for (seed, file) in [(1, "a"), (1, "b"), (2, "c")] {
        succeeds(
            &folder,
            &format!("--network small --epochs 1 --optimiser momentum --seed {seed} --save {file}"),
        );
    }
    let [a, b, c] = ["a", "b", "c"].map(|file| fs::read(folder.path(file)).unwrap());
    assert_eq!(a, b);
    assert_ne!(a, c);
}

#[test]
fn reads_other_tables_and_mnist() {
    let folder = Folder::new("data");
    let table: String = shipped().lines().take(100).flat_map(|line| [line, "\n"]).collect();
    fs::write(folder.path("few.csv"), table).unwrap();
    let text = succeeds(&folder, "--epochs 1 --data few.csv");
    assert!(text.contains("80 images to learn from, 20 to be tested on"), "{text}");
    write_mnist(&folder, 20);
    let text = succeeds(&folder, "--network small --epochs 1 --batch 8 --data train-images-idx3-ubyte");
    assert!(text.contains("16 images to learn from, 4 to be tested on; 101770 parameters"), "{text}");
}

#[test]
fn a_broken_data_file_is_told_with_its_line_and_nothing_is_written() {
    let folder = Folder::new("broken");
    let whole = shipped();
    // Cut off within line 17.
    let cut: usize = whole.lines().take(16).map(|line| line.len() + 1).sum::<usize>() + 60;
    fs::write(folder.path("digits.csv"), &whole[..cut]).unwrap();
    let outputs = "--epochs 1 --save a --curve curve.svg --data";
    let message = fails(&folder, &format!("{outputs} digits.csv"));
    assert!(
        message.starts_with("error: digits.csv:17: ") && message.ends_with(" fields, expected 65"),
        "{message}"
    );
    let message = fails(&folder, &format!("{outputs} missing.csv"));
    assert!(message.starts_with("error: missing.csv: "), "{message}");
    assert_eq!(folder.files(), ["digits.csv"]);

    write_mnist(&folder, 20);
    let labels = folder.path("train-labels-idx1-ubyte");
    let mut bytes = fs::read(&labels).unwrap();
    bytes[13] = 77;
    fs::write(&labels, bytes).unwrap();
    let message = fails(&folder, &format!("{outputs} train-images-idx3-ubyte"));
    assert_eq!(message, "error: train-labels-idx1-ubyte: byte 13: label 77, expected 0 to 9");
    assert_eq!(folder.files().len(), 3);
}

#[test]
fn parameters_of_another_network_are_refused() {
    let folder = Folder::new("parameters");
    succeeds(&folder, "--epochs 0 --save large.safetensors");
    let message = fails(&folder, "--network small --epochs 0 --load large.safetensors");
    assert!(message.starts_with("error: large.safetensors: "), "{message}");
    assert!(message.contains("`first.weight`") && message.contains("`w1`"), "{message}");
    let whole = fs::read(folder.path("large.safetensors")).unwrap();
    fs::write(folder.path("cut"), &whole[..whole.len() / 2]).unwrap();
    let message = fails(&folder, "--epochs 0 --load cut");
    assert!(message.starts_with("error: cut: "), "{message}");
    let message = fails(&folder, "--epochs 0 --load missing");
    assert!(message.starts_with("error: missing: "), "{message}");
}

#[test]
fn what_could_not_be_kept_is_not_begun() {
    let folder = Folder::new("kept");
    assert_eq!(fails(&folder, "--save no/such/folder/a"), "error: no/such/folder/a: the folder is not there");
    assert_eq!(
        fails(&folder, "--epochs 0 --curve curve.svg"),
        "error: no epochs, so there is no learning curve to draw"
    );
    assert!(folder.files().is_empty());
}

#[test]
fn a_cost_that_explodes_is_an_error() {
    let folder = Folder::new("explodes");
    let message = fails(&folder, "--epochs 3 --optimiser sgd --rate 1e30 --save a");
    assert!(message.contains("a smaller --rate may help"), "{message}");
    assert!(folder.files().is_empty());
}
