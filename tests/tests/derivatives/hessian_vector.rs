//! `#[hvp]` of every network of `oracles/values`.

use super::networks::*;
use super::oracle::{Oracle, list, numbers, read};
use chainrule::Params as _;
use chainrule_tests::{Array as _, assert_near};

/// `network!(oracle: Network, function_hvp(x: [[f64; 3]; 5]; label: 5))` is a test: the value and H·v against
/// the oracle, for the vector that all oracles have, in memory of garbage.
macro_rules! network {
    ($oracle:ident: $network:ident, $function:ident($($x:ident: $shape:ty),* $(; $($label:ident: $count:literal),*)?)) => {
        #[test]
        fn $oracle() {
            let oracle = Oracle::read(stringify!($oracle));
            let model = oracle.parameters::<$network>();
            let inputs = oracle.inputs();
            let mut numbers_of = inputs.iter();
            $(let $x = <$shape>::of(numbers_of.next().expect("an input"));)*
            assert!(numbers_of.next().is_none(), "an input is not passed");
            $(
                let mut position = 0..;
                $(let $label = oracle.labels::<$count>(position.next().expect("a position"));)*
            )?
            let (vector, expected) = vectors::<$network>(stringify!($oracle));
            let mut found = $network::zeros();
            found.as_mut_slice().fill(f64::NAN);
            let mut workspace = chainrule::Workspace::new();
            let value = model.$function(&mut workspace, $(&$x,)* $($(&$label,)*)? &vector, &mut found);
            oracle.check_value(value);
            assert_near("H·v", found.as_slice(), &expected, 1e-9);

            let mut memory = vec![f64::NAN; workspace.len()];
            let mut garbage = chainrule::Workspace::from_slice(&mut memory);
            let mut again = $network::zeros();
            model.$function(&mut garbage, $(&$x,)* $($(&$label,)*)? &vector, &mut again);
            assert_eq!(again.as_slice(), found.as_slice(), "the same inputs give the same bits");
        }
    };
}

/// sin(0.9 i + 0.3 k) in tensor k, and H·v. (What stands where a parameter is frozen must not matter.)
fn vectors<P: chainrule::Params<Float = f64>>(name: &str) -> (Box<P>, Vec<f64>) {
    let content = read(name);
    let expected: Vec<Vec<f64>> =
        list(&content["parameters"]).iter().map(|parameter| numbers(&parameter["hessian_vector"])).collect();
    let values = expected
        .iter()
        .enumerate()
        .flat_map(|(k, tensor)| (0..tensor.len()).map(move |i| f64::sin(0.9 * i as f64 + 0.3 * k as f64)));
    let mut vector = P::zeros();
    let count = vector.as_slice().len();
    assert_eq!(count, expected.iter().map(Vec::len).sum::<usize>(), "the parameters of `{name}`");
    for (element, value) in vector.as_mut_slice().iter_mut().zip(values) {
        *element = value;
    }
    (vector, expected.concat())
}

network!(mlp_elu: TwoLayers, with_elu_hvp(x: [[f64; 4]; 5]; label: 5));
network!(mlp_gelu: TwoLayers, with_gelu_hvp(x: [[f64; 4]; 5]; label: 5));
network!(mlp_gelu_tanh: TwoLayers, with_gelu_tanh_hvp(x: [[f64; 4]; 5]; label: 5));
network!(mlp_hard_swish: TwoLayers, with_hard_swish_hvp(x: [[f64; 4]; 5]; label: 5));
network!(mlp_leaky_relu: TwoLayers, with_leaky_relu_hvp(x: [[f64; 4]; 5]; label: 5));
network!(mlp_log_sigmoid: TwoLayers, with_log_sigmoid_hvp(x: [[f64; 4]; 5]; label: 5));
network!(mlp_mish: TwoLayers, with_mish_hvp(x: [[f64; 4]; 5]; label: 5));
network!(mlp_relu: TwoLayers, with_relu_hvp(x: [[f64; 4]; 5]; label: 5));
network!(mlp_selu: TwoLayers, with_selu_hvp(x: [[f64; 4]; 5]; label: 5));
network!(mlp_sigmoid: TwoLayers, with_sigmoid_hvp(x: [[f64; 4]; 5]; label: 5));
network!(mlp_silu: TwoLayers, with_silu_hvp(x: [[f64; 4]; 5]; label: 5));
network!(mlp_softplus: TwoLayers, with_softplus_hvp(x: [[f64; 4]; 5]; label: 5));
network!(mlp_softsign: TwoLayers, with_softsign_hvp(x: [[f64; 4]; 5]; label: 5));
network!(mlp_tanh: TwoLayers, with_tanh_hvp(x: [[f64; 4]; 5]; label: 5));
network!(linear_chain: TwoLayers, with_nothing_hvp(x: [[f64; 4]; 5]; label: 5));
network!(frozen: Frozen, loss_hvp(x: [[f64; 4]; 5]; label: 5));
network!(residual_loop: ResidualLoop, loss_hvp(x: [[f64; 3]; 5]; label: 5));
network!(layer_norm: LayerNormNetwork, loss_hvp(x: [[f64; 4]; 5]; label: 5));
network!(recurrent: Recurrent, loss_hvp(x: [[[f64; 3]; 2]; 5]; label: 2));
network!(causal_attention: CausalAttention, loss_hvp(x: [[[f64; 4]; 5]; 2], target: [[[f64; 4]; 5]; 2]));
network!(distances: Distances, loss_hvp());
network!(window_sum: WindowSum, loss_hvp(x: [[[f64; 7]; 2]; 2]));
network!(guarded: Guarded, loss_hvp(x: [[f64; 4]; 6], target: [[f64; 3]; 6]));
network!(maximum_pool: MaximumPool, loss_hvp(x: [[f64; 4]; 5]));
network!(broadcast: Broadcast, loss_hvp());
network!(standardised: Standardised, loss_hvp(x: [[f64; 4]; 6]));
network!(sigmoid_binary: SigmoidBinary, loss_hvp(x: [[f64; 3]; 7]; target: 7));
network!(tanh_regression: TanhRegression, loss_hvp(x: [[f64; 3]; 6], y: [[f64; 2]; 6]));
network!(temperature: Temperature, loss_hvp(x: [[f64; 4]; 5], teacher: [[f64; 3]; 5]));
network!(burgers: Burgers, loss_hvp(t: [f64; 6], x: [f64; 6]));
network!(gradient_penalty: GradientPenalty, loss_hvp(x: [[f64; 3]; 5]));
network!(weight_gradient: WeightGradient, loss_hvp(x: [[f64; 4]; 5]; label: 5));
network!(directional: Directional, loss_hvp(x: [[f64; 3]; 4], v: [[f64; 3]; 4]));
network!(stop_gradient: StopGradient, loss_hvp(x: [[f64; 3]; 4], y: [[f64; 3]; 4]));

#[test]
fn differences_of_gradients() {
    let oracle = Oracle::read("residual_loop");
    let mut model = oracle.parameters::<ResidualLoop>();
    let x = <[[f64; 3]; 5]>::of(&oracle.inputs()[0]);
    let label = oracle.labels::<5>(0);
    let (vector, _) = vectors::<ResidualLoop>("residual_loop");
    let mut workspace = chainrule::Workspace::new();
    let mut found = ResidualLoop::zeros();
    model.loss_hvp(&mut workspace, &x, &label, &vector, &mut found);
    let step = 1e-5;
    let mut move_by = |by: f64| {
        for (parameter, direction) in model.as_mut_slice().iter_mut().zip(vector.as_slice()) {
            *parameter += by * direction;
        }
        let mut gradient = ResidualLoop::zeros();
        model.loss(&mut workspace, &x, &label).backward(&mut gradient);
        gradient
    };
    let (above, below) = (move_by(step), move_by(-2.0 * step));
    let differences: Vec<f64> = above
        .as_slice()
        .iter()
        .zip(below.as_slice())
        .map(|(above, below)| (above - below) / (2.0 * step))
        .collect();
    assert_near("H·v", found.as_slice(), &differences, 1e-8);
}
