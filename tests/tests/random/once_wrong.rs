//! A random program that rustc once made something else of than the interpreter does, as it was then: its seed means
//! another program now.

use super::{Array, agree};
use chainrule::{Params, Tensor, TensorMut, Workspace, net};

mod program {
    use super::*;
    net! {
        dim N, M;
        fn f4(x1: f64, x3: f64[N, M]) -> f64[N, M] {
            let a2[i in 0..5, j in 0..M] = ln(sigmoid(x1));
            broadcast_to(x3, [N, M])
        }
        pub struct Net { w8: f64[15] }
        impl Net {
            #[grad(self, x6)]
            pub fn run(index5: u32[3], x6: f64[6, N]) -> f64 {
                let mut m7 = x6[1..][.., index5];
                for t in (0..5).rev() {
                    m7 = tanh(broadcast_to(log_softmax(w8.reshape([5, 3])), [5, 3]));
                }
                (mean(w8) + (0.5 * sum(m7))) + (0.5 * sum(x6))
            }
        }
    }
    #[test]
    fn agrees() {
        let mut net = Net::zeros();
        net.w8 = [-0.49484965799855396, 0.4588729185867171, 0.40410424899841413, -0.037289146449547506, -0.1561965018707474, 0.9042063866600893, 0.8161683285990404, 0.3282910323222319, -0.9628145525540717, 0.5391080344622596, 0.1157679908692475, -0.31412748686293157, 0.4336661773850772, -0.16560329037345634, 0.20528050397040154];
        let mut workspace = Workspace::new();
        let pass = net.run(&mut workspace, &[0, 0, 0], Tensor::new(&[-0.43745954695206435, 0.9783849630431232, 0.26185005220854607, -0.28973540211305715, -0.23176480135111088, -0.9496898361808221], [6, 1]));
        agree("result 0", &pass.value().flat(), &[-6.055815010140731]);
        let mut grads = Net::zeros();
        let mut d_x6 = [[0.5; 1]; 6];
        pass.backward(&mut grads, &mut TensorMut::new(d_x6.as_flattened_mut(), [6, 1]));
        agree("w8", &grads.w8.flat(), &[0.02636101008101424, 0.09018239787629852, 0.08345659204268728, 0.037021158206804294, 0.032729670540641576, 0.13024917125255414, 0.11032412615445837, 0.059489636751583905, 0.03018623709395772, 0.10909063397570888, 0.058812056325811865, 0.03209730969847924, 0.09498858683775117, 0.03780594850155354, 0.06720546466069531]);
        agree("x6", &d_x6.flat(), &[0.5, 0.5, 0.5, 0.5, 0.5, 0.5]);
    }
}
