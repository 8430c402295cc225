//! The memory of plans at certain sizes, drawn: `docs/memory/*.svg` show which buffers are where in the arena
//! and when. `BLESS=1 cargo test -p chainrule-compiler --lib memory` draws them anew.

use std::fmt::Write;
use std::path::Path;

use proc_macro2::{TokenStream, TokenTree};

use crate::compile;
use crate::ir::Atom;
use crate::plan::timeline::{Stay, moments};
use crate::plan::{BufferId, Home, Plan};

/// A buffer at certain sizes.
#[derive(Clone, Debug)]
pub struct Block {
    pub name: String,
    pub from: usize,
    pub to: usize,
    pub start: i64,
    pub size: i64,
}

/// The buffers that hold something themselves (a region that a loop's body works in does not), and the
/// length of the arena.
pub fn blocks(plan: &Plan, size: i64) -> (Vec<Block>, i64) {
    let mut at = |atom: &Atom| match atom {
        Atom::Dim(_) => size,
        _ => panic!("a size is made of dims"),
    };
    let regions: Vec<BufferId> = plan.memory.frames.iter().filter_map(|frame| frame.within).collect();
    let block = |stay: &Stay| {
        let mut at = at;
        let buffer = &plan.memory.buffers[stay.buffer.0];
        Block {
            name: buffer.name.clone(),
            from: stay.from,
            to: stay.to,
            start: start(plan, stay.buffer, &mut at),
            size: buffer.size.evaluate(&mut at),
        }
    };
    let stays = plan.stays();
    let own = stays.iter().filter(|stay| !regions.contains(&stay.buffer));
    (own.map(block).filter(|block| block.size > 0).collect(), plan.workspace().evaluate(&mut at))
}

/// Where a buffer begins in the arena.
fn start(plan: &Plan, buffer: BufferId, at: &mut dyn FnMut(&Atom) -> i64) -> i64 {
    let Home::Frame { frame, offset } = &plan.memory.buffers[buffer.0].home else { return 0 };
    let around = plan.memory.frames[frame.0].within.map_or(0, |around| start(plan, around, at));
    around + offset.evaluate(at)
}

/// The contents of every `net! { … }` of a file.
pub fn nets(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    search(text.parse().unwrap(), &mut found);
    found
}

fn search(tokens: TokenStream, found: &mut Vec<String>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (place, token) in tokens.iter().enumerate() {
        let TokenTree::Group(group) = token else { continue };
        let before = [2, 1].map(|back| place.checked_sub(back).map(|at| tokens[at].to_string()));
        match before.each_ref().map(Option::as_deref) {
            [Some("net"), Some("!")] => found.push(group.stream().to_string()),
            _ => search(group.stream(), found),
        }
    }
}

/// The picture of a plan: time to the right, addresses upwards, a rectangle for each buffer.
fn drawing(title: &str, plan: &Plan, size: i64) -> String {
    const COLOURS: [&str; 8] =
        ["#8dd3c7", "#ffffb3", "#bebada", "#fb8072", "#80b1d3", "#fdb462", "#b3de69", "#fccde5"];
    /// The plot, in pixels: its left and upper edge, its width and height.
    const PLOT: (f64, f64, f64, f64) = (80.0, 40.0, 1000.0, 520.0);
    /// How wide a letter is.
    const LETTER: f64 = 6.2;
    let (left, top, width, height) = PLOT;
    let (blocks, length) = blocks(plan, size);
    let forward: usize = plan.forward.iter().map(moments).sum();
    let all = forward + 1 + plan.backward.iter().map(moments).sum::<usize>();
    let x = |moment: usize| left + width * moment as f64 / all as f64;
    let y = |address: i64| top + height * (1.0 - address as f64 / length as f64);
    let kib = |floats: i64| floats as f64 * 4.0 / 1024.0;

    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1100 600\" font-family=\"sans-serif\" font-size=\"11\">\n\
         <rect width=\"1100\" height=\"600\" fill=\"white\"/>\n\
         <text x=\"{left}\" y=\"20\" font-size=\"14\">{title}: {:.0} KiB</text>\n",
        kib(length)
    );
    for tenth in (0..=10).step_by(2) {
        let address = length * tenth / 10;
        let (at, text) = (y(address), kib(address));
        writeln!(svg, "<path d=\"M{left} {at:.1}h{width}\" stroke=\"#ddd\"/>").unwrap();
        writeln!(svg, "<text x=\"72\" y=\"{:.1}\" text-anchor=\"end\">{text:.0} KiB</text>", at + 4.0)
            .unwrap();
    }
    for (number, block) in blocks.iter().enumerate() {
        let (from, upper) = (x(block.from), y(block.start + block.size));
        let (wide, high) = (x(block.to + 1) - from, y(block.start) - upper);
        let colour = COLOURS[number % COLOURS.len()];
        writeln!(
            svg,
            "<rect x=\"{from:.1}\" y=\"{upper:.1}\" width=\"{wide:.1}\" height=\"{high:.1}\" fill=\"{colour}\" stroke=\"#555\" stroke-width=\"0.5\">\
             <title>{}: {:.1} KiB</title></rect>",
            block.name,
            kib(block.size)
        )
        .unwrap();
        if high >= 9.0 && wide >= LETTER * block.name.len() as f64 {
            let (middle, base) = (from + wide / 2.0, upper + high / 2.0 + 4.0);
            let name = &block.name;
            writeln!(svg, "<text x=\"{middle:.1}\" y=\"{base:.1}\" text-anchor=\"middle\">{name}</text>")
                .unwrap();
        }
    }
    let between = x(forward) + width / all as f64 / 2.0;
    writeln!(svg, "<path d=\"M{between:.1} {top}v{height}\" stroke=\"black\" stroke-dasharray=\"4 3\"/>")
        .unwrap();
    for (at, anchor, text) in [(between - 8.0, "end", "forward"), (between + 8.0, "start", "backward")] {
        writeln!(svg, "<text x=\"{at:.1}\" y=\"580\" text-anchor=\"{anchor}\">{text}</text>").unwrap();
    }
    svg + "</svg>\n"
}

#[test]
fn drawings_are_as_committed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let text = std::fs::read_to_string(root.join("benches/chainrule/src/models.rs")).unwrap();
    let text = nets(&text).concat();
    let program = crate::tests::checked(&text).unwrap_or_else(|messages| panic!("{messages}"));
    let compiled = compile::compile(&program);
    for (name, size) in [("Lenet5", 32), ("Attn", 8)] {
        let place = program.structs.iter().position(|each| each.name == name).unwrap();
        let method = program.structs[place].methods.iter().position(|each| each.name == "loss").unwrap();
        let plan = &compiled[place][method].derivatives[0].of.plan;
        let drawing = drawing(&format!("{name}::loss, batch {size}"), plan, size);
        let file = root.join(format!("docs/memory/{}.svg", name.to_lowercase()));
        if std::env::var_os("BLESS").is_some() {
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(&file, &drawing).unwrap();
        }
        let committed = std::fs::read_to_string(&file).unwrap_or_default();
        assert!(committed == drawing, "{} is of another plan; BLESS=1 draws it anew", file.display());
    }
}
