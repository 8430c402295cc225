//! Networks whose cost holds derivatives of the network.

use super::support::network;
use chainrule::net;

net! {
    dim N;

    /// The residual of Burgers' equation.
    pub struct Burgers {
        w1: f64[2, 8],
        b1: f64[8],
        w2: f64[8, 8],
        b2: f64[8],
        w3: f64[8],
        b3: f64,
    }

    impl Burgers {
        fn u(t: f64[N], x: f64[N]) -> f64[N] {
            let h[n, j] = tanh(t[n] * w1[0, j] + x[n] * w1[1, j] + b1[j]);
            tanh(h @ w2 + b2) @ w3 + b3
        }

        #[grad(self, t, x)]
        #[hvp]
        #[jvp(self, t, x)]
        pub fn loss(t: f64[N], x: f64[N]) -> f64 {
            let v = u(t, x);
            let (v_t, v_x) = grad(v, (t, x));
            let v_xx = grad(v_x, x);
            let r = v_t + v * v_x - 0.1 * v_xx;
            mean(r * r)
        }
    }

    /// A critic whose slope should be 1.
    pub struct GradientPenalty {
        w1: f64[3, 6],
        b1: f64[6],
        w2: f64[6],
    }

    impl GradientPenalty {
        #[grad(self, x)]
        #[hvp]
        #[jvp(self, x)]
        pub fn loss(x: f64[N, 3]) -> f64 {
            let u = tanh(x @ w1 + b1) @ w2;
            let g = grad(u, x);
            let excess = norm(g, axis = 1) - 1;
            mean(u) + 10 * mean(excess * excess)
        }
    }

    /// A cost that does not want to be steep in its weights.
    pub struct WeightGradient {
        w1: f64[4, 6],
        b1: f64[6],
        w2: f64[6, 3],
        b2: f64[3],
    }

    impl WeightGradient {
        #[grad(self, x)]
        #[hvp]
        #[jvp(self, x)]
        pub fn loss(x: f64[N, 4], label: u32[N]) -> f64 {
            let cost = cross_entropy(tanh(x @ w1 + b1) @ w2 + b2, label);
            let (g1, g2) = grad(cost, (w1, w2));
            cost + 0.5 * (l2(g1) + l2(g2))
        }
    }

    /// A derivative along a direction.
    pub struct Directional {
        w1: f64[3, 5],
        w2: f64[5],
    }

    impl Directional {
        #[grad(self, x, v)]
        #[hvp]
        #[jvp(self, x, v)]
        pub fn loss(x: f64[N, 3], v: f64[N, 3]) -> f64 {
            let u = sin(x @ w1) @ w2;
            let slope = jvp(u, x, v);
            mean(slope * slope)
        }
    }

    /// What comes next is a target, not a prediction.
    pub struct StopGradient {
        w1: f64[3, 5],
        w2: f64[5],
    }

    impl StopGradient {
        #[grad(self, x, y)]
        #[hvp]
        #[jvp(self, x, y)]
        pub fn loss(x: f64[N, 3], y: f64[N, 3]) -> f64 {
            let next = tanh(y @ w1) @ w2;
            let now = tanh(x @ w1) @ w2;
            mse(now, 1 + 0.9 * stop_grad(next))
        }
    }
}

network!(burgers: Burgers, loss loss_value loss_hvp loss_jvp(t: [f64; 6], x: [f64; 6]));
network!(gradient_penalty: GradientPenalty, loss loss_value loss_hvp loss_jvp(x: [[f64; 3]; 5]));
network!(weight_gradient: WeightGradient, loss loss_value loss_hvp loss_jvp(x: [[f64; 4]; 5]; label: 5));
network!(directional: Directional, loss loss_value loss_hvp loss_jvp(x: [[f64; 3]; 4], v: [[f64; 3]; 4]));

mod stopped {
    //! Central differences go through what `stop_grad` stops, so only the oracle is asked.

    use super::StopGradient;
    use crate::oracle::Oracle;
    use chainrule_tests::Array as _;

    #[test]
    fn stop_gradient() {
        let oracle = Oracle::read("stop_gradient");
        let model = oracle.parameters::<StopGradient>();
        let inputs = oracle.inputs();
        let [x, y] = [&inputs[0], &inputs[1]].map(|numbers| <[[f64; 3]; 4]>::of(numbers));
        let mut workspace = chainrule::Workspace::new();
        let mut gradients = StopGradient::zeros();
        let mut d_x = [[f64::NAN; 3]; 4];
        let mut d_y = [[f64::NAN; 3]; 4];
        let pass = model.loss(&mut workspace, &x, &y);
        oracle.check_value(pass.value());
        pass.backward(&mut gradients, &mut d_x, &mut d_y);
        oracle.check_parameters(&*gradients, 1.0);
        oracle.check_inputs(&[d_x.flat(), d_y.flat()], 1.0);
        assert_eq!(d_y, [[0.0; 3]; 4], "nothing flows through what was stopped");
    }
}
