//! The Gaussian mixture of ADBench (arXiv 1807.10129) and GradBench: how well K Gaussians explain N points in D
//! dimensions, and the gradient by every parameter of theirs. Every size is known only at run time.
//!
//! A covariance stands as the inverse of its root, a triangular matrix: the logarithms of its diagonal, then what is
//! below, column by column. The prior of the roots is Wishart's. Values and gradients are held against JAX in float64.

use std::process::ExitCode;

use chainrule::{Tensor, TensorMut, Workspace, net};
use chainrule_examples::checks::{Checks, Known};
use chainrule_examples::random::SplitMix64;
use chainrule_examples::timing::{Operations, Times};
use clap::Parser;

net! {
    dim N, K, D;

    /// A mixture of Gaussians: all that it knows is in the arguments.
    pub struct Mixture {}

    impl Mixture {
        /// The root of each inverse covariance: exp of the first D numbers on the diagonal, the others below it.
        fn roots(icf: f64[K, D * (D + 1) / 2], d: dim D) -> f64[K, D, D] {
            let root[k, i in 0..D, j in 0..D] = if j < i {
                icf[k, D + j * D - j * (j + 1) / 2 + i - j - 1]
            } else if i == j {
                exp(icf[k, i])
            } else {
                0
            };
            root
        }

        /// ln Γ_D(a), the multivariate gamma function.
        fn ln_multigamma(a: f64, d: dim D) -> f64 {
            D * (D - 1) / 4 * ln(pi) + sum[j in 0..D](ln_gamma(a - j / 2))
        }

        /// The log-likelihood of the points, with the Wishart prior of the covariances.
        #[grad(alphas, means, icf)]
        pub fn objective(
            alphas: f64[K],
            means: f64[K, D],
            icf: f64[K, D * (D + 1) / 2],
            x: f64[N, D],
            gamma: f64,
            m: u32,
        ) -> f64 {
            let root = roots(icf, D);
            let logs[k] = sum[i in 0..D](icf[k, i]);
            let spread[n, k, i] = sum[j](root[k, i, j] * (x[n, j] - means[k, j]));
            let score[n, k] = alphas[k] + logs[k] - 0.5 * sum[i](powi(spread[n, k, i], 2));
            let likelihood = sum(logsumexp(score, axis = 1)) - N * logsumexp(alphas) - N * D / 2 * ln(2 * pi);
            let freedom = D + m + 1;
            let scale = freedom * D * ln(gamma / sqrt(2)) - ln_multigamma(freedom / 2, D);
            likelihood + 0.5 * gamma * gamma * sum(root * root) - m * sum(logs) - K * scale
        }
    }
}

const KNOWN: &str = include_str!("../../../oracles/values/gmm.json");

/// The Gaussian mixture of ADBench: values and gradients against JAX, and their times.
#[derive(Parser)]
struct Options {
    /// How many of the sizes, from the smallest
    #[arg(long, default_value_t = usize::MAX, hide_default_value = true)]
    sizes: usize,
}

/// The arguments of one size, as ADBench draws them.
struct Case {
    sizes: [usize; 3],
    alphas: Vec<f64>,
    means: Vec<f64>,
    icf: Vec<f64>,
    x: Vec<f64>,
    gamma: f64,
    m: u32,
}

impl Case {
    fn new(known: &Known, size: &str) -> Self {
        let number = |name: &str| known.number(&format!("{size}/{name}"));
        let sizes = ["d", "k", "n"].map(|name| number(name) as usize);
        let [d, k, n] = sizes;
        Self {
            sizes,
            alphas: SplitMix64::normals(1, k),
            means: SplitMix64::uniforms(2, k * d),
            icf: SplitMix64::normals(3, k * (d * (d + 1) / 2)),
            x: SplitMix64::normals(4, n * d),
            gamma: number("gamma"),
            m: number("m") as u32,
        }
    }

    fn means(&self) -> Tensor<'_, f64, 2> {
        let [d, k, _] = self.sizes;
        Tensor::new(&self.means, [k, d])
    }

    fn icf(&self) -> Tensor<'_, f64, 2> {
        let [d, k, _] = self.sizes;
        Tensor::new(&self.icf, [k, d * (d + 1) / 2])
    }

    fn x(&self) -> Tensor<'_, f64, 2> {
        let [d, _, n] = self.sizes;
        Tensor::new(&self.x, [n, d])
    }

    fn operations(&self) -> Operations {
        let [d, k, n] = self.sizes;
        Operations(Mixture::objective_operations(k, d, n))
    }

    fn value(&self, workspace: &mut Workspace<f64>) -> f64 {
        let (means, icf, x) = (self.means(), self.icf(), self.x());
        Mixture {}.objective_value(workspace, &self.alphas, means, icf, x, self.gamma, self.m)
    }

    /// The value; the gradient goes to `gradient`.
    fn both(&self, workspace: &mut Workspace<f64>, gradient: &mut Gradient) -> f64 {
        let (means, icf, x) = (self.means(), self.icf(), self.x());
        let pass = Mixture {}.objective(workspace, &self.alphas, means, icf, x, self.gamma, self.m);
        let value = pass.value();
        let Gradient { alphas, means: of_means, icf: of_icf } = gradient;
        let mut of_means = TensorMut::new(of_means, means.shape());
        pass.backward(alphas, &mut of_means, &mut TensorMut::new(of_icf, icf.shape()));
        value
    }
}

/// By each parameter.
struct Gradient {
    alphas: Vec<f64>,
    means: Vec<f64>,
    icf: Vec<f64>,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let (known, mut checks, mut workspace) = (Known::new(KNOWN), Checks::default(), Workspace::new());
    for number in 0..known.count("/sizes").min(options.sizes) {
        let size = format!("/sizes/{number}");
        let case = Case::new(&known, &size);
        let mut gradient = Gradient {
            alphas: vec![0.0; case.alphas.len()],
            means: vec![0.0; case.means.len()],
            icf: vec![0.0; case.icf.len()],
        };
        let [d, k, n] = case.sizes;
        let expected = known.number(&format!("{size}/value"));
        let value = case.value(&mut workspace);
        let again = case.both(&mut workspace, &mut gradient);
        checks.close(format_args!("the value, D = {d}, K = {k}, N = {n},"), value, expected, 1e-9);
        checks.close(
            format_args!("the value with its gradient, D = {d}, K = {k}, N = {n},"),
            again,
            expected,
            1e-9,
        );
        let parts = [("alphas", &gradient.alphas), ("means", &gradient.means), ("icf", &gradient.icf)];
        for (place, (name, found)) in parts.into_iter().enumerate() {
            checks.fingerprint(&known, &format!("{size}/gradient/{name}"), found, place, 1e-9);
            if number == 0 {
                let elements = known.numbers(&format!("{size}/elements/{name}"));
                checks.all_close(format_args!("the gradient by {name}"), found, &elements, 1e-9);
            }
        }

        let mut other = Workspace::new();
        let times = Times::measure(
            || assert!(case.value(&mut workspace).is_finite()),
            || assert!(case.both(&mut other, &mut gradient).is_finite()),
        );
        let operations = case.operations();
        println!("D = {d:3}, K = {k:3}, N = {n:5}: {value:.9}\n    {operations}\n    {times}");
    }
    checks.finish()
}
