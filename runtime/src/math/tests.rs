//! Measures every function against a wider or an independent one.
//!
//! `f32` against `f64` arithmetic at evenly spread bit patterns (many more of them in the
//! ignored, release-only test), `f64` against `libm`, whose own error is below one unit in the last place.

#![allow(clippy::excessive_precision)]

use super::{Cpu, f32 as single, f64 as double};
use crate::kernels::vectorised;

/// What every CPU computes, and what this one does.
fn cpus() -> [Cpu; 2] {
    [Cpu::PLAIN, vectorised(|cpu| cpu)]
}

/// Distance of `found` from `exact` in units in the last place of `f32`.
fn ulps(found: f32, exact: f64) -> f64 {
    let rounded = exact as f32;
    if found.to_bits() == rounded.to_bits() || (found.is_nan() && exact.is_nan()) {
        return 0.0;
    }
    if !found.is_finite() || !rounded.is_finite() {
        return f64::INFINITY;
    }
    let exponent = libm::floor(libm::log2(exact.abs())).max(-126.0);
    (f64::from(found) - exact).abs() / libm::exp2(exponent - 23.0)
}

/// The largest error of each `f32` function over every `stride`-th bit pattern, and where.
fn worst_of_single(stride: usize) -> Vec<(&'static str, f64, f32)> {
    type Pair = (&'static str, fn(Cpu, f32) -> f32, fn(f64) -> f64);
    let pairs: [Pair; 22] = [
        ("exp", single::exp, libm::exp),
        ("exp_m1", single::exp_m1, libm::expm1),
        ("ln", single::ln, libm::log),
        ("ln_1p", single::ln_1p, libm::log1p),
        ("tanh", single::tanh, libm::tanh),
        ("sigmoid", single::sigmoid, |x| double::sigmoid(Cpu::PLAIN, x)),
        ("softplus", single::softplus, |x| double::softplus(Cpu::PLAIN, x)),
        ("erf", single::erf, libm::erf),
        ("erfc", |_, x| single::erfc(x), libm::erfc),
        ("normal_pdf", single::normal_pdf, |x| double::normal_pdf(Cpu::PLAIN, x)),
        ("sqrt", |_, x| single::sqrt(x), libm::sqrt),
        ("ln_gamma", |_, x| single::ln_gamma(x), libm::lgamma),
        ("sin", single::sin, libm::sin),
        ("cos", single::cos, libm::cos),
        ("tan", single::tan, libm::tan),
        ("sinh", single::sinh, libm::sinh),
        ("cosh", single::cosh, libm::cosh),
        ("asin", single::asin, libm::asin),
        ("acos", single::acos, libm::acos),
        ("atan", single::atan, libm::atan),
        ("log2", |_, x| single::log2(x), libm::log2),
        ("log10", |_, x| single::log10(x), libm::log10),
    ];
    pairs
        .into_iter()
        .map(|(name, function, exact)| {
            let mut worst = (name, 0.0, 0.0);
            for bits in (0..=u32::MAX).step_by(stride) {
                let x = f32::from_bits(bits);
                let exact = exact(f64::from(x));
                for cpu in cpus() {
                    let error = ulps(function(cpu, x), exact);
                    if error > worst.1 {
                        worst = (name, error, x);
                    }
                }
            }
            worst
        })
        .collect()
}

#[test]
fn powers_in_single_precision() {
    let ends = [
        0.0,
        1.0,
        0.5,
        2.0,
        3.0,
        8_388_607.0,
        8_388_609.0,
        16_777_216.0,
        1e30,
        1e-40,
        f32::INFINITY,
        f32::NAN,
    ];
    let signed = || ends.into_iter().flat_map(|end| [end, -end]);
    let bits = |seed: u32, i: u32| {
        f32::from_bits((i.wrapping_mul(2_654_435_769)).wrapping_add(seed).rotate_left(i % 32))
    };
    let wild = (0..40_000).map(|i| (bits(1, i), bits(7, i.wrapping_mul(31))));
    let usual = (0..400_000).map(|i| (bits(3, i).abs() % 50.0, bits(5, i) % 20.0));
    let whole = (0..4_000).map(|i| (bits(3, i) % 4.0, (bits(5, i) % 40.0).trunc()));
    let halves = (0..40_000).map(|i| (bits(1, i), 0.5));
    let all = signed()
        .flat_map(|x| signed().map(move |y| (x, y)))
        .chain(wild)
        .chain(usual)
        .chain(whole)
        .chain(halves);
    for ((x, y), cpu) in all.flat_map(|point| cpus().map(|cpu| (point, cpu))) {
        let (found, exact) = (single::powf(cpu, x, y), libm::pow(f64::from(x), f64::from(y)));
        let error = ulps(found, exact);
        assert!(error <= 2.0, "{x:e} to the power of {y:e} is {found:e}, not {exact:e}: {error} units off");
        assert!(found.is_nan() || found.is_sign_negative() == exact.is_sign_negative(), "{x:e}, {y:e}");
    }
}

#[test]
fn single_precision_is_as_accurate_as_documented() {
    for (name, error, x) in worst_of_single(8_191) {
        println!("{name}: {error:.3} units at {x:e}");
        assert!(error <= 2.0, "{name}({x:e}) is {error} units off");
    }
}

#[test]
#[ignore = "268 million inputs for each function; run in release"]
fn single_precision_densely() {
    for (name, error, x) in worst_of_single(16) {
        println!("{name}: {error:.3} units at {x:e}");
        assert!(error <= 2.0, "{name}({x:e}) is {error} units off");
    }
}

/// Inputs of every size and sign, denser where the functions bend.
fn inputs() -> impl Iterator<Item = f64> {
    let spread = (0..20_000u64).map(|i| f64::from_bits((i * (0xffff_ffff_ffff / 20_000)) << 16));
    let near = (-400_000..400_000).map(|i| f64::from(i) * 1.234_567e-4);
    let wide = (-80_000..80_000).map(|i| f64::from(i) * 9.876_543e-3);
    spread.chain(near).chain(wide)
}

fn relative(found: f64, exact: f64) -> f64 {
    if found.to_bits() == exact.to_bits() || (found.is_nan() && exact.is_nan()) {
        0.0
    } else if exact.abs() < f64::MIN_POSITIVE {
        // Subnormal results: in units in the last place.
        (found - exact).abs() / 4.94e-324 * 2e-16
    } else {
        (found - exact).abs() / exact.abs()
    }
}

#[test]
fn double_precision_agrees_with_libm() {
    type Pair = (&'static str, fn(Cpu, f64) -> f64, fn(f64) -> f64);
    let pairs: [Pair; 5] = [
        ("exp", double::exp, libm::exp),
        ("exp_m1", double::exp_m1, libm::expm1),
        ("ln", double::ln, libm::log),
        ("ln_1p", double::ln_1p, libm::log1p),
        ("tanh", double::tanh, libm::tanh),
    ];
    for (name, function, exact) in pairs {
        let (error, x) = inputs()
            .flat_map(|x| cpus().map(|cpu| (relative(function(cpu, x), exact(x)), x)))
            .fold((0.0, 0.0), |worst, next| if next.0 > worst.0 { next } else { worst });
        println!("{name}: {error:e} at {x:e}");
        assert!(error <= 1e-15, "{name}({x:e}) is {error:e} off");
    }
}

#[test]
fn sigmoid_and_softplus_keep_their_relative_accuracy_in_the_tails() {
    // Where eˣ < 2⁻⁵⁴, both equal eˣ to the last place.
    for (x, cpu) in
        [-40.0, -300.0, -700.0, -708.0, -744.0].into_iter().flat_map(|x| cpus().map(|cpu| (x, cpu)))
    {
        assert_eq!(double::sigmoid(cpu, x), double::exp(cpu, x));
        assert_eq!(double::softplus(cpu, x), double::exp(cpu, x));
    }
    // Values computed with 60 digits.
    for (x, sigmoid, softplus) in [
        (-700.0, 9.859_676_543_759_771e-305, 9.859_676_543_759_771e-305),
        (-1.5, 0.182_425_523_806_356_34, 0.201_413_277_982_752_46),
        (-1e-9, 0.499_999_999_75, 0.693_147_180_059_945_3),
        (0.75, 0.679_178_699_175_393, 1.136_871_006_114_899_9),
        (30.0, 0.999_999_999_999_906_4, 30.000_000_000_000_094),
    ] {
        for cpu in cpus() {
            assert!(relative(double::sigmoid(cpu, x), sigmoid) < 1e-15, "sigmoid({x})");
            assert!(relative(double::softplus(cpu, x), softplus) < 1e-15, "softplus({x})");
        }
    }
}

#[test]
fn a_sum_of_exponentials_keeps_its_relative_accuracy() {
    for cpu in cpus() {
        let of = |x, y| double::log_add_exp(cpu, x, y);
        // Where the larger is 0, it is what the smaller adds.
        for x in [0.0, -1e-8, -1.0, -20.0, -100.0, -700.0] {
            let added = double::softplus(cpu, x);
            assert_eq!((of(x, 0.0), of(0.0, x)), (added, added));
        }
        assert_eq!(of(1000.0, 1000.0), 1000.0 + core::f64::consts::LN_2);
        let exact = -90.0 + libm::log1p(libm::exp(-1.0));
        assert!(ulps(single::log_add_exp(cpu, -90.0, -91.0), exact) <= 1.0);
    }
}

#[test]
fn a_sum_in_two_parts_keeps_what_one_number_loses() {
    let ln3 = (1.098_612_3_f32, (1.098_612_288_668_109_8 - 1.098_612_3_f32 as f64) as f32);
    for x in (-12_000..12_000).map(|i| i as f32 * 0.007_31) {
        let exact = f64::from(x) + libm::log(3.0);
        let sum = single::Sum::of(x).plus(single::Sum::of_parts(ln3.0, ln3.1));
        for cpu in cpus() {
            for (found, exact) in [
                (sum.sigmoid(cpu), double::sigmoid(cpu, exact)),
                (sum.negative().sigmoid(cpu), double::sigmoid(cpu, -exact)),
                (sum.softplus(cpu), double::softplus(cpu, exact)),
                (sum.value(), exact),
            ] {
                assert!(ulps(found, exact) <= 2.0, "{x}: {found:e}, not {exact:e}");
            }
            // With another, of which it is taken off.
            let both = sum.log_add_exp(cpu, single::Sum::of(0.25)).minus(single::Sum::of(70.0));
            let exact = double::log_add_exp(cpu, exact, 0.25) - 70.0;
            let (found, exact) = (both.sigmoid(cpu), double::sigmoid(cpu, exact));
            assert!(ulps(found, exact) <= 2.5, "{x}: {found:e}, not {exact:e}");
        }
    }
    // σ(x + ln 3) = 3eˣ / (1 + 3eˣ)
    for x in (-7_000..350).map(|i| f64::from(i) * 0.100_73) {
        let sum = double::Sum::of(x).plus(double::Sum::of_parts(libm::log(3.0), 0.0));
        let odds = 3.0 * libm::exp(x);
        for cpu in cpus() {
            for (found, exact) in
                [(sum.sigmoid(cpu), odds / (1.0 + odds)), (sum.softplus(cpu), libm::log1p(odds))]
            {
                assert!((found - exact).abs() <= 1e-15 * exact, "{x}: {found:e}, not {exact:e}");
            }
        }
    }
    for cpu in cpus() {
        let of = |x| double::Sum::of(x).plus(double::Sum::of_parts(1.0, 0.0));
        let ends = [f64::INFINITY, f64::NEG_INFINITY];
        assert_eq!(ends.map(|x| of(x).sigmoid(cpu)), [1.0, 0.0]);
        assert_eq!(ends.map(|x| of(x).softplus(cpu)), [f64::INFINITY, 0.0]);
        assert_eq!(ends.map(|x| of(x).log_add_exp(cpu, of(x)).value()), ends);
        assert_eq!(of(f64::NEG_INFINITY).log_add_exp(cpu, of(1.0)).value(), 2.0);
        assert!(
            of(f64::NAN).sigmoid(cpu).is_nan() && of(f64::NAN).log_add_exp(cpu, of(1.0)).value().is_nan()
        );
        assert!(of(1.0).log_add_exp(cpu, of(f64::NAN)).value().is_nan());
    }
}

#[test]
fn a_normal_distribution_keeps_its_relative_accuracy_in_the_tail() {
    // Φ and φ, values computed with 60 digits.
    for (x, below, density) in [
        (-37.3, 8.205_494_844_930_773e-305, 3.062_846_290_695_667e-303),
        (-20.1, 3.689_680_863_721_389_7e-90, 7.434_525_389_680_312e-89),
        (-9.7, 1.507_493_168_810_205e-22, 1.477_495_492_704_267_1e-21),
        (-3.6, 0.000_159_108_590_157_533_83, 0.000_611_901_930_113_772),
        (-1.1, 0.135_666_060_946_382_64, 0.217_852_177_032_550_5),
        (-0.3, 0.382_088_577_811_047_4, 0.381_387_815_460_524_1),
        (0.3, 0.617_911_422_188_952_7, 0.381_387_815_460_524_1),
        (1.7, 0.955_434_537_241_457, 0.094_049_077_376_886_93),
        (5.2, 0.999_999_900_355_736_8, 5.361_035_344_697_616e-7),
        (8.1, 0.999_999_999_999_999_8, 2.258_809_403_154_308_7e-15),
        (37.3, 1.0, 3.062_846_290_695_667e-303),
    ] {
        for cpu in cpus() {
            assert!(relative(double::normal_cdf(cpu, x), below) < 1e-15, "Φ({x})");
            assert!(relative(double::normal_pdf(cpu, x), density) < 1e-15, "φ({x})");
        }
    }
    for bits in (0..=u32::MAX).step_by(8_191) {
        let x = f32::from_bits(bits);
        let exact = double::normal_cdf(Cpu::PLAIN, f64::from(x));
        for cpu in cpus() {
            let error = ulps(single::normal_cdf(cpu, x), exact);
            assert!(error <= 4.0, "Φ({x:e}) is {error} units off");
        }
    }
}

#[test]
fn ends_zeros_and_nan() {
    macro_rules! check {
        ($module:ident, $float:ident, $cpu:expr) => {
            use $module::{atan2, digamma, floor, from_u32, from_usize, max, min, powi, recip, signum};
            let [exp, exp_m1, ln, ln_1p, tanh, sigmoid, softplus, normal_cdf, normal_pdf] = [
                $module::exp,
                $module::exp_m1,
                $module::ln,
                $module::ln_1p,
                $module::tanh,
                $module::sigmoid,
                $module::softplus,
                $module::normal_cdf,
                $module::normal_pdf,
            ]
            .map(|function: fn(Cpu, $float) -> $float| move |x: $float| function($cpu, x));
            let powf = |x: $float, y: $float| $module::powf($cpu, x, y);
            let log_add_exp = |x: $float, y: $float| $module::log_add_exp($cpu, x, y);
            let (inf, nan) = ($float::INFINITY, $float::NAN);
            assert_eq!((exp(inf), exp(-inf), exp(0.0)), (inf, 0.0, 1.0));
            assert_eq!((exp_m1(inf), exp_m1(-inf), exp_m1(0.0)), (inf, -1.0, 0.0));
            assert!(exp_m1(-0.0).is_sign_negative() && ln_1p(-0.0).is_sign_negative());
            assert!(tanh(-0.0).is_sign_negative());
            assert_eq!((ln(0.0), ln(-0.0), ln(inf), ln(1.0)), (-inf, -inf, inf, 0.0));
            assert!(ln(-1.0).is_nan() && ln(-inf).is_nan());
            assert_eq!((ln_1p(-1.0), ln_1p(inf)), (-inf, inf));
            assert!(ln_1p(-2.0).is_nan() && ln_1p(-inf).is_nan());
            assert_eq!((tanh(inf), tanh(-inf)), (1.0, -1.0));
            assert_eq!((sigmoid(inf), sigmoid(-inf), sigmoid(0.0)), (1.0, 0.0, 0.5));
            assert_eq!((softplus(inf), softplus(-inf)), (inf, 0.0));
            assert_eq!((log_add_exp(inf, inf), log_add_exp(-inf, -inf)), (inf, -inf));
            assert_eq!((log_add_exp(-inf, 2.0), log_add_exp(-inf, inf)), (2.0, inf));
            assert!(log_add_exp(nan, 1.0).is_nan() && log_add_exp(-inf, nan).is_nan());
            assert_eq!(
                (normal_cdf(inf), normal_cdf(-inf), normal_cdf(0.0), normal_pdf(-inf)),
                (1.0, 0.0, 0.5, 0.0)
            );
            for function in [exp, exp_m1, ln, ln_1p, tanh, sigmoid, softplus, normal_cdf, normal_pdf] {
                assert!(function(nan).is_nan());
            }
            assert!(signum(nan).is_nan() && digamma(nan).is_nan());
            assert_eq!((signum(0.0), signum(-0.0), signum(-3.0), signum(inf)), (0.0, 0.0, -1.0, 1.0));
            assert_eq!((max(1.0, 2.0), min(1.0, 2.0)), (2.0, 1.0));
            for (x, y) in [(nan, 1.0), (1.0, nan), (nan, nan)] {
                assert!(max(x, y).is_nan() && min(x, y).is_nan());
            }
            assert_eq!(ln($float::MIN_POSITIVE / 4.0), ln($float::MIN_POSITIVE) - ln(4.0));
            assert_eq!((powi(nan, 0), powi(0.0, 0), powi(-2.0, 3), powi(2.0, -2)), (1.0, 1.0, -8.0, 0.25));
            assert_eq!(
                (powi(-1.0, 101), powi(-1.0, 1_000_000), powi(2.0, -60)),
                (-1.0, 1.0, powf(2.0, -60.0))
            );
            assert_eq!((powf(-0.0, 0.5).to_bits(), powf(-inf, 0.5)), (0, inf));
            assert_eq!((powf(inf, 0.5), powf(2.25, 0.5), powf(0.0, 0.5)), (inf, 1.5, 0.0));
            assert!(powf(-1.0, 0.5).is_nan() && powf(nan, 0.5).is_nan());
            assert_eq!((powi(3.0, 4), powi(3.0, 7), powi(0.5, 8)), (81.0, 2187.0, 0.003_906_25));
            assert_eq!((floor(-1.5), recip(4.0), atan2(0.0, -1.0)), (-2.0, 0.25, core::$float::consts::PI));
            assert_eq!((from_u32(7), from_usize(9)), (7.0, 9.0));
        };
    }
    for cpu in cpus() {
        {
            check!(single, f32, cpu);
        }
        {
            check!(double, f64, cpu);
        }
    }
}

#[test]
fn digamma_at_known_points() {
    // NIST DLMF 5.4.12–5.4.17, and values computed with 40 digits.
    for (x, exact) in [
        (1.0, -0.577_215_664_901_532_9),
        (0.5, -1.963_510_026_021_423_5),
        (0.25, -4.227_453_533_376_266),
        (10.0, 2.251_752_589_066_721),
        (1e-8, -100_000_000.577_215_65),
        (-0.5, 0.036_489_973_978_576_52),
        (-1.75, -2.322_691_628_614_360_7),
        (1e10, 23.025_850_929_890_456),
    ] {
        let found = double::digamma(x);
        assert!(relative(found, exact) < 2e-15, "digamma({x}) = {found}");
    }
    assert_eq!(double::digamma(-1e-30), 1e30);
    assert_eq!(double::digamma(f64::INFINITY), f64::INFINITY);
    assert!(double::digamma(-3.0).is_nan() && double::digamma(f64::NEG_INFINITY).is_nan());
    assert_eq!(double::digamma(0.0), f64::NEG_INFINITY);
    // The recurrence holds everywhere.
    for i in 0..2_000 {
        let x = f64::from(i) * 0.013 - 12.983_7;
        let gap = double::digamma(x + 1.0) - double::digamma(x) - 1.0 / x;
        let size = double::digamma(x).abs().max(1.0 / x.abs()).max(1.0);
        assert!(gap.abs() < 4e-15 * size, "digamma at {x}: {gap:e}");
    }
}

#[test]
fn polygamma_at_known_points() {
    // Values computed with 40 digits.
    for (order, x, exact) in [
        (1, 1.0, 1.6449340668482264),
        (1, 0.25, 17.197329154507111),
        (1, 30.0, 0.033895060357739944),
        (1, -0.3, 13.945160267805722),
        (1, 0.0009765625, 1048577.6425893922),
        (2, 1.5, -0.82879664423432),
        (2, -2.75, -124.11765305971518),
        (3, 0.5, 97.409091034002437),
        (5, 7.25, 0.001667357519228256),
        (4, -0.125, 786384.00707585036),
        (8, 3.5, -0.57638465186993247),
        (1, -1000.5, 9.8686054001734414),
        (20, 2.0, -1160331221321.7373),
    ] {
        let found = double::polygamma(order, x);
        assert!(relative(found, exact) < 4e-15, "polygamma({order}, {x}) = {found}, not {exact}");
    }
    assert_eq!(double::polygamma(0, 2.5), double::digamma(2.5));
    assert_eq!(single::polygamma(1, 0.0), f32::INFINITY);
    assert!(double::polygamma(2, -1.0).is_nan() && double::polygamma(31, 1.0).is_nan());
    assert!(double::polygamma(1, f64::NAN).is_nan() && double::polygamma(1, f64::NEG_INFINITY).is_nan());
    assert_eq!(double::polygamma(1, f64::INFINITY), 0.0);
}
