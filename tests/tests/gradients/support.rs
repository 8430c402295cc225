//! The test that every network undergoes.

use chainrule_tests::Array;

/// An argument and where its gradient goes.
pub struct Input<A> {
    /// The argument.
    pub at: A,
    /// Its gradient; at first NaN, so that a gradient that is not written, or added to, shows.
    pub gradient: A,
}

impl<A: Array> Input<A> {
    /// An argument of these numbers.
    pub fn of(numbers: &[f64]) -> Self {
        Self { at: A::of(numbers), gradient: A::filled(f64::NAN) }
    }
}

/// The central differences of a cost by each number of each input.
pub fn differences(inputs: &[Vec<f64>], mut cost: impl FnMut(&[Vec<f64>]) -> f64) -> Vec<Vec<f64>> {
    let step = 1e-5;
    let mut moved = inputs.to_vec();
    let mut slope = |place: (usize, usize)| {
        let (k, i) = place;
        moved[k][i] = inputs[k][i] + step;
        let above = cost(&moved);
        moved[k][i] = inputs[k][i] - step;
        let below = cost(&moved);
        moved[k][i] = inputs[k][i];
        (above - below) / (2.0 * step)
    };
    let of = |(k, input): (usize, &Vec<f64>)| (0..input.len()).map(|i| slope((k, i))).collect();
    inputs.iter().enumerate().map(of).collect()
}

/// A direction for each input.
pub fn directions(inputs: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let of = |(k, input): (usize, &Vec<f64>)| {
        (0..input.len()).map(|i| f64::sin(0.7 * (i + k) as f64 + 0.2)).collect()
    };
    inputs.iter().enumerate().map(of).collect()
}

/// Σ a b
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// `network!(oracle: Network, function function_value function_hvp function_jvp(x: [[f64; 3]; 5]; label: 5))` is a
/// test: value, gradient of every parameter and of every float argument and a Hessian-vector product against the
/// oracle, the gradient also against central differences and forward mode; `accumulate` adds; a workspace of
/// garbage, exactly as long as asked for, makes no difference.
macro_rules! network {
    (
        $oracle:ident: $network:ident,
        $function:ident $value:ident $hvp:ident $jvp:ident($($x:ident: $shape:ty),* $(; $($label:ident: $count:literal),*)?)
    ) => {
        #[test]
        fn $oracle() {
            let oracle = $crate::oracle::Oracle::read(stringify!($oracle));
            let model = oracle.parameters::<$network>();
            let inputs = oracle.inputs();
            let mut numbers = inputs.iter();
            $(let mut $x = $crate::support::Input::<$shape>::of(numbers.next().expect("an input"));)*
            assert!(numbers.next().is_none(), "an input is not passed");
            $(
                let mut position = 0..;
                $(let $label = oracle.labels::<$count>(position.next().expect("a position"));)*
            )?

            let mut workspace = chainrule::Workspace::new();
            let mut gradients = $network::zeros();
            chainrule::Params::as_mut_slice(&mut *gradients).fill(f64::NAN);
            let pass = model.$function(&mut workspace, $(&$x.at,)* $($(&$label,)*)?);
            let value = pass.value();
            oracle.check_value(value);
            pass.backward(&mut gradients, $(&mut $x.gradient),*);
            oracle.check_parameters(&*gradients, 1.0);
            let found: &[Vec<f64>] = &[$(chainrule_tests::Array::flat(&$x.gradient)),*];
            oracle.check_inputs(found, 1.0);

            let directions = oracle.directions::<$network>();
            let mut product = $network::zeros();
            chainrule::Params::as_mut_slice(&mut *product).fill(f64::NAN);
            let again = model.$hvp(&mut workspace, $(&$x.at,)* $($(&$label,)*)? &directions, &mut product);
            chainrule_tests::assert_near("the value beside the product", &[again], &[value], 1e-13);
            oracle.check_product(&*product);

            let along = $crate::support::directions(found);
            let mut tangents = along.iter();
            let (again, tangent) = model.$jvp(
                &mut workspace,
                $(&$x.at,)*
                $($(&$label,)*)?
                &directions,
                $(&<$shape as chainrule_tests::Array>::of(tangents.next().expect("one for each input"))),*
            );
            assert!(tangents.next().is_none());
            chainrule_tests::assert_near("the value beside the tangent", &[again], &[value], 1e-13);
            let (parameters, all) = (chainrule::Params::as_slice(&*gradients), chainrule::Params::as_slice(&*directions));
            let expected = $crate::support::dot(parameters, all) + $crate::support::dot(&found.concat(), &along.concat());
            chainrule_tests::assert_near("forward against reverse", &[tangent], &[expected], 1e-12);

            let alone = model.$value(&mut workspace, $(&$x.at,)* $($(&$label,)*)?);
            chainrule_tests::assert_near("the value alone", &[alone], &[value], 1e-13);

            let mut memory = vec![f64::NAN; workspace.len()];
            let mut garbage = chainrule::Workspace::from_slice(&mut memory);
            let pass = model.$function(&mut garbage, $(&$x.at,)* $($(&$label,)*)?);
            assert_eq!(pass.value().to_bits(), value.to_bits(), "the same inputs give the same bits");
            pass.accumulate(&mut gradients, $(&mut $x.gradient),*);
            oracle.check_parameters(&*gradients, 2.0);
            let found: &[Vec<f64>] = &[$(chainrule_tests::Array::flat(&$x.gradient)),*];
            oracle.check_inputs(found, 2.0);

            let numeric: &[Vec<f64>] = &$crate::support::differences(&inputs, |inputs| {
                let mut numbers = inputs.iter();
                $(let $x = $crate::support::Input::<$shape>::of(numbers.next().expect("an input"));)*
                assert!(numbers.next().is_none());
                model.$value(&mut workspace, $(&$x.at,)* $($(&$label,)*)?)
            });
            for (found, numeric) in found.iter().zip(numeric) {
                let once: Vec<f64> = found.iter().map(|twice| twice / 2.0).collect();
                chainrule_tests::assert_near("the gradient of an input", &once, numeric, 1e-7);
            }
            chainrule::Params::as_mut_slice(&mut *gradients).iter_mut().for_each(|gradient| *gradient /= 2.0);
            let cost = |model: &$network| model.$value(&mut workspace, $(&$x.at,)* $($(&$label,)*)?);
            if let Err(mismatch) = chainrule::check_gradient(&*model, &*gradients, cost, chainrule::CheckOptions::default()) {
                panic!("{mismatch}");
            }
        }
    };
}
pub(crate) use network;
