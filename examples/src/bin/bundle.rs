//! Bundle adjustment as ADBench (arXiv 1807.10129) and GradBench define it: where cameras should have seen points, less
//! where they did, and the derivatives of that. Every size is known only at run time.
//!
//! An observation depends on one camera (11 numbers), one point (3) and its own weight (1), so the Jacobian is sparse:
//! it comes as a block of 2 rows and 15 columns for each observation. Held against JAX in float64.

use std::hint::black_box;
use std::process::ExitCode;

use chainrule::{Workspace, net};
use chainrule_examples::checks::{Checks, Known};
use chainrule_examples::random::SplitMix64;
use chainrule_examples::timing::{Operations, Times};
use clap::Parser;

net! {
    dim N, M, P;

    /// Cameras that look at points: all that it knows is in the arguments.
    pub struct Bundle {}

    impl Bundle {
        fn cross(a: f64[3], b: f64[3]) -> f64[3] {
            let product[i in 0..3] = a[(i + 1) % 3] * b[(i + 2) % 3] - a[(i + 2) % 3] * b[(i + 1) % 3];
            product
        }

        /// Rodrigues' formula: `x` turned around `r` by its length.
        fn turn(r: f64[3], x: f64[3]) -> f64[3] {
            let square = dot(r, r);
            if square > 0 {
                let angle = sqrt(square);
                let sine = sin(angle);
                let cosine = cos(angle);
                let axis = r / angle;
                x * cosine + cross(axis, x) * sine + axis * (dot(axis, x) * (1 - cosine))
            } else {
                x + cross(r, x)
            }
        }

        /// A camera: rotation, centre, focal length, principal point, radial distortion.
        fn project(camera: f64[11], point: f64[3]) -> f64[2] {
            let local = turn(camera[..3], point - camera[3..6]);
            let flat = local[..2] / local[2];
            let square = dot(flat, flat);
            flat * (1 + camera[9] * square + camera[10] * square * square) * camera[6] + camera[7..9]
        }

        /// What an observation depends on: camera, point and weight.
        fn unknowns(camera: f64[11], point: f64[3], weight: f64) -> f64[15] {
            concat([camera, point, [weight]])
        }

        fn miss(unknown: f64[15], seen: f64[2]) -> f64[2] {
            unknown[14] * (project(unknown[..11], unknown[11..14]) - seen)
        }

        /// The derivatives of both errors by all that they depend on.
        fn block_of(unknown: f64[15], seen: f64[2]) -> f64[2, 15] {
            let e = miss(unknown, seen);
            jacobian(e, unknown)
        }

        /// By how much each camera sees its point elsewhere than observed, and how far each weight is from 1.
        pub fn errors(
            cameras: f64[N, 11],
            points: f64[M, 3],
            weights: f64[P],
            camera: u32[P],
            point: u32[P],
            seen: f64[P, 2],
        ) -> (f64[P, 2], f64[P]) {
            let error[p] = miss(unknowns(cameras[camera[p]], points[point[p]], weights[p]), seen[p]);
            (error, 1 - weights * weights)
        }

        /// The same, and the derivatives: of each observation's two by its 15 unknowns, of each weight's by the weight.
        pub fn errors_and_jacobian(
            cameras: f64[N, 11],
            points: f64[M, 3],
            weights: f64[P],
            camera: u32[P],
            point: u32[P],
            seen: f64[P, 2],
        ) -> (f64[P, 2], f64[P, 2, 15], f64[P], f64[P]) {
            let unknown[p] = unknowns(cameras[camera[p]], points[point[p]], weights[p]);
            let error[p] = miss(unknown[p], seen[p]);
            let block[p] = block_of(unknown[p], seen[p]);
            let of_weight = 1 - weights * weights;
            (error, block, of_weight, grad(of_weight, weights))
        }
    }
}

const KNOWN: &str = include_str!("../../../oracles/values/bundle.json");

/// Bundle adjustment as in ADBench: errors and their sparse Jacobian against JAX, and their times.
#[derive(Parser)]
struct Options {
    /// How many of the sizes, from the smallest
    #[arg(long, default_value_t = usize::MAX, hide_default_value = true)]
    sizes: usize,
}

/// The arguments of one size.
struct Case {
    cameras: Vec<[f64; 11]>,
    points: Vec<[f64; 3]>,
    weights: Vec<f64>,
    camera: Vec<u32>,
    point: Vec<u32>,
    seen: Vec<[f64; 2]>,
}

impl Case {
    /// Observation i is of camera i mod N and point i mod M, as in ADBench. The cameras look at points around the
    /// origin from some way off; the first one is not turned at all.
    fn new(cameras: usize, points: usize, observations: usize) -> Self {
        let around = |seed, count, width: f64, middle: f64| {
            let numbers = SplitMix64::uniforms(seed, count);
            numbers.into_iter().map(move |number| middle + width * (2.0 * number - 1.0)).collect::<Vec<_>>()
        };
        let rotation = around(1, cameras * 3, 0.2, 0.0);
        let centre = around(2, cameras * 3, 0.5, 0.0);
        let lens = around(3, cameras * 5, 0.05, 0.0);
        let camera = |number: usize| {
            let (turn, place, lens) = (&rotation[number * 3..], &centre[number * 3..], &lens[number * 5..]);
            let turned = if number == 0 { 0.0 } else { 1.0 };
            let [x, y, z] = [turned * turn[0], turned * turn[1], turned * turn[2]];
            let focal = 500.0 * (1.0 + lens[0]);
            [x, y, z, place[0], place[1], place[2] - 5.0, focal, lens[1], lens[2], lens[3], lens[4]]
        };
        let of = |size: usize| (0..observations).map(|number| (number % size) as u32).collect();
        Self {
            cameras: (0..cameras).map(camera).collect(),
            points: around(4, points * 3, 1.0, 0.0).as_chunks().0.to_vec(),
            weights: around(5, observations, 0.5, 1.0),
            camera: of(cameras),
            point: of(points),
            seen: around(6, observations * 2, 100.0, 0.0).as_chunks().0.to_vec(),
        }
    }
}

fn main() -> ExitCode {
    let options = Options::parse();
    let (known, mut checks) = (Known::new(KNOWN), Checks::default());
    let (mut workspace, mut other) = (Workspace::new(), Workspace::new());
    for number in 0..known.count("/sizes").min(options.sizes) {
        let size = format!("/sizes/{number}");
        let [n, m, p] = ["n", "m", "p"].map(|name| known.number(&format!("{size}/{name}")) as usize);
        let Case { cameras, points, weights, camera, point, seen } = &Case::new(n, m, p);

        let (error, of_weight) =
            Bundle {}.errors(&mut workspace, cameras, points, weights, camera, point, seen);
        checks.fingerprint(&known, &format!("{size}/value/error"), error.as_flattened(), 0, 1e-9);
        checks.fingerprint(&known, &format!("{size}/value/of_weight"), of_weight, 1, 1e-9);
        let (error, block, of_weight, by_weight) =
            Bundle {}.errors_and_jacobian(&mut other, cameras, points, weights, camera, point, seen);
        checks.fingerprint(&known, &format!("{size}/value/error"), error.as_flattened(), 0, 1e-9);
        checks.fingerprint(&known, &format!("{size}/value/of_weight"), of_weight, 1, 1e-9);
        let entries = block.as_flattened().as_flattened();
        checks.fingerprint(&known, &format!("{size}/jacobian/block"), entries, 0, 1e-9);
        checks.fingerprint(&known, &format!("{size}/jacobian/by_weight"), by_weight, 1, 1e-9);
        if number == 0 {
            let expected = known.numbers(&format!("{size}/elements/block"));
            checks.all_close("the Jacobian", entries, &expected, 1e-9);
        }

        let entries = entries.len() + p;
        let times = Times::measure(
            || {
                black_box(Bundle {}.errors(&mut workspace, cameras, points, weights, camera, point, seen));
            },
            || {
                black_box(
                    Bundle {}.errors_and_jacobian(&mut other, cameras, points, weights, camera, point, seen),
                );
            },
        );
        let [value] = Bundle::errors_operations(n, m, p);
        let [both] = Bundle::errors_and_jacobian_operations(n, m, p);
        let operations = Operations([value, both]);
        println!(
            "{n} cameras, {m} points, {p} observations: {entries} entries\n    {operations}\n    {times}"
        );
    }
    checks.finish()
}
