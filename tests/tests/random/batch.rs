//! Random programs with what the interpreter makes of them: values, and gradients of their scalar or under
//! random cotangents. Written by `BLESS=1 cargo test -p chainrule-compiler --lib batch`.

use super::functions::*;
use super::{Array, agree};
use chainrule::{Params, Tensor, TensorMut, Workspace, net};

/// Seed 1.
mod program_1 {
    use super::*;
    net! {
        dim N, M;
        pub struct Net { w1: f64[1, 1] }
        impl Net {
            #[grad(self, x4, x10)]
            pub fn run(index3: u32[M], x4: f64[5, M + 1, 1, 5], index5: u32[M], index9: u32[N], x10: f64[1, N]) -> f64 {
                let a2[i in 0..2, j in 0..1] = w1[(j + 1) % 1, ((j - 3) / 2) + 2];
                let a6[i] = (sum(x4[index3[i], i + 1][argmin(w1[-1], axis = -1)], keep = true) + (a2[-1] + 1).log_softmax()).reshape([]);
                let d7 = grad(a6, a2);
                let index8[i in 0..N]: u32 = if sum[j in i + 1..N](x10[index9[j], j]) > (-0.5) { i % 1 } else { index9[i] / 2 };
                (l2(d7) + (0.5 * sum(a6))) + (0.5 * l2(a2))
            }
        }
    }
    #[test]
    fn agrees() {
        let mut net = Net::zeros();
        net.w1 = [[0.33124561275570574]];
        let mut workspace = Workspace::new();
        let pass = net.run(&mut workspace, &[0; 0], Tensor::new(&[0.8579337371629059, 0.9882203950542872, 0.8933839815816325, 0.3007069448039965, 0.24800229388714445, -0.7563190900598615, 0.9841120478097769, -0.793423420992277, 0.8431734954912267, 0.8266787774132971, 0.7614114156823195, 0.9202162736183304, -0.9933192906963815, 0.9529363456585986, 0.3472261224085047, 0.6259024988526352, -0.7046814651209024, -0.6512358205831132, -0.5027892881604472, 0.2991081001281304, -0.5152262554970339, -0.2434770731553353, 0.9879849918586745, -0.012628041906679988, 0.39520141906207185], [5, 1, 1, 5]), &[0; 0], &[0, 0], Tensor::new(&[0.8006096414870465, 0.4076743384269843], [1, 2]));
        agree("result 0", &pass.value().flat(), &[0.10972365596990297]);
        let mut grads = Net::zeros();
        let mut d_x4 = [[[[0.5; 5]; 1]; 1]; 5];
        let mut d_x10 = [[0.5; 2]; 1];
        pass.backward(&mut grads, &mut TensorMut::new(d_x4.as_flattened_mut().as_flattened_mut().as_flattened_mut(), [5, 1, 1, 5]), &mut TensorMut::new(d_x10.as_flattened_mut(), [1, 2]));
        agree("w1", &grads.w1.flat(), &[0.6624912255114115]);
        agree("x4", &d_x4.flat(), &[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
        agree("x10", &d_x10.flat(), &[0.0, 0.0]);
    }
}

/// Seed 4.
mod program_4 {
    use super::*;
    net! {
        dim N, M;
        pub struct Net {}
        impl Net {
            #[grad(x1)]
            pub fn run(x1: f64[M, M, 3]) -> f64 {
                let a2[i in 0..3, j] = powi(x1[j, (j - 1) % M], 2).reshape([3]);
                mean(a2) + (0.5 * mean(x1))
            }
        }
    }
    #[test]
    fn agrees() {
        let mut net = Net::zeros();
        let mut workspace = Workspace::new();
        let pass = net.run(&mut workspace, Tensor::new(&[0.40109110883076915, -0.018120045837739296, -0.9786761923106893, -0.15698557299909366, -0.8470900459196686, 0.8787439943883637, 0.18061874244732712, -0.06985414028111969, -0.6718850127371574, 0.2107549340922612, 0.9346285841030788, -0.8112240244038877], [2, 2, 3]));
        agree("result 0", &pass.value().flat(), &[0.2943883012368743]);
        let mut d_x1 = [[[0.5; 3]; 2]; 2];
        pass.backward(&mut TensorMut::new(d_x1.as_flattened_mut().as_flattened_mut(), [2, 2, 3]));
        agree("x1", &d_x1.flat(), &[0.041666666666666664, 0.041666666666666664, 0.041666666666666664, -0.01066185766636455, -0.2406966819732229, 0.3345813314627879, 0.10187291414910904, 0.01838195323962677, -0.18229500424571912, 0.041666666666666664, 0.041666666666666664, 0.041666666666666664]);
    }
}

/// Seed 6.
mod program_6 {
    use super::*;
    net! {
        dim N, M;
        fn f6(x1: f64[1], x3: f64[N], x4: f64[2], s5: dim M) -> (f64[N], f64[M, 2]) {
            let a2 = x1;
            (x3, broadcast_to(x4 * x4, [M, 2]))
        }
        pub struct Net {}
        impl Net {
            #[grad(x7, x9)]
            pub fn run(x7: f64[1, N], key8: u64, x9: f64[1, N]) -> f64 {
                let a10 = broadcast_to((x7 + (-0.5)) - x9.dropout(0.125, key8.fold((5 * 2) + 2)), [1, N]);
                (mean(a10) + (0.5 * sum(x7))) + (0.5 * mean(x9))
            }
        }
    }
    #[test]
    fn agrees() {
        let mut net = Net::zeros();
        let mut workspace = Workspace::new();
        let pass = net.run(&mut workspace, Tensor::new(&[0.9278857477987283, 0.22326912943077426, 0.39039853404577274], [1, 3]), 4591887750567487824, Tensor::new(&[-0.5095262257487803, 0.5903494327573744, 0.9162211591430258], [1, 3]));
        agree("result 0", &pass.value().flat(), &[0.3768702496973708]);
        let mut d_x7 = [[0.5; 3]; 1];
        let mut d_x9 = [[0.5; 3]; 1];
        pass.backward(&mut TensorMut::new(d_x7.as_flattened_mut(), [1, 3]), &mut TensorMut::new(d_x9.as_flattened_mut(), [1, 3]));
        agree("x7", &d_x7.flat(), &[0.8333333333333333, 0.8333333333333333, 0.8333333333333333]);
        agree("x9", &d_x9.flat(), &[0.16666666666666666, -0.21428571428571427, -0.21428571428571427]);
    }
}

/// Seed 10.
mod program_10 {
    use super::*;
    net! {
        dim N, M;
        struct Layer14<const D: usize> { gain: f64[D], mix: f64[D, D] }
        impl Layer14<D> {
            fn call(x11: f64[.., D]) -> f64[.., D] {
                let h12 = x11;
                let h13 = 2 * ((x11 - x11) + (tanh(x11) @ mix));
                h13 + (h12 * gain)
            }
            fn other(x15: f64[.., D]) -> f64[.., D] {
                gain - call(x15)
            }
        }
        fn f4(key1: u64, x3: f64[N]) -> f64 {
            let key2[i in 0..2] = key1.fold((5 * 1) + 1);
            broadcast_to(ln(1 + powi(x3, 2)), [N]).mean()
        }
        fn f10(index5: u32[3], x7: f64[2], x9: f64[N, N + 2, 2]) -> f64[3, 1] {
            let mut index6 = index5;
            let mut m8 = x7;
            for t in 0..N {
                if (t > 0) && (t < N - 1) {
                    index6[0] = t % 2;
                }
                m8[..] /= sigmoid(x9[t, t + 2]) + 0.25;
            }
            ln(1 + exp(ones([3, 5]) @ (0 * ones([5, 1]))))
        }
        pub struct Net {}
        impl Net {
            #[grad(x18)]
            pub fn run(key16: u64, x18: f64[N]) -> f64[N] {
                let key17[i in 0..3] = fold(key16, (5 * i) + i);
                sqrt(sigmoid(x18) + 0.25)
            }
        }
    }
    #[test]
    fn agrees() {
        let mut net = Net::zeros();
        let mut workspace = Workspace::new();
        let pass = net.run(&mut workspace, 13830122051571031710, &[-0.5709527471923483, 0.8657129610383019, -0.5078268242902104]);
        agree("result 0", &pass.value().iter().flat_map(Array::flat).collect::<Vec<_>>(), &[0.7816757719706361, 0.9766539162114511, 0.7910139737449101]);
        let mut d_x18 = [0.5; 3];
        pass.backward(&[-0.9604499142836616, -0.8062550946165392, -0.5687900907648074], &mut d_x18);
        agree("x18", &d_x18.flat(), &[-0.1417212710588379, -0.08603817557010077, -0.08432839418127464]);
    }
}

/// Seed 11.
mod program_11 {
    use super::*;
    net! {
        extern fn cube(x: f64) -> f64 { derivative(dx) = 3 * square_of(x) * dx }
        extern fn square_of(x: f64) -> f64 { derivative(dx) = dx * x + 2 * x * dx - x * dx }
        dim N, M;
        fn g3(x1: f64[..]) -> f64[..] {
            let y2: f64[..] = powi((-1) * powi(x1, 2), 2);
            x1
        }
        fn f8(x4: f64[1, N], x5: f64[M, N], x7: f64[1]) -> f64[3] {
            let a6 = (x4 + x5)[0];
            (if (x7 != x7) && (0.5 != x7) { broadcast_to(ones([3]), [3]) } else { 1.5 * ones([3]) }) * exp(0.5 * sin(ones([1, 3]).reshape([3]))).digamma()
        }
        fn f14(x9: f64[N, 5], index11: u32[N, 3], x12: f64[3]) -> f64[5] {
            let a13 = { let b10 = x9; x12[index11] - (0 * ones([N, 3])) };
            sum(cumsum((-1) * ones([5, N]), axis = 0), axis = -1, keep = true).reshape([5])
        }
        pub struct Net { w19: f64[1, 1, 1] }
        impl Net {
            #[grad(self, x15, x16)]
            pub fn run(x15: f64[M, 2, 5], x16: f64, index18: u32) -> f64 {
                let a17 = pad(min(acos(0.75 * sin(x15)), cube(x16)), [[0, 0], [0, 1], [0, 0]]);
                let a20: f64[5, M] = broadcast_to(w19, [3, 5, M])[index18];
                (l2(a20) + (0.5 * sum(a17))) + (0.5 * mean(x15))
            }
        }
    }
    #[test]
    fn agrees() {
        let mut net = Net::zeros();
        net.w19 = [[[0.7758202350854027]]];
        let mut workspace = Workspace::new();
        let pass = net.run(&mut workspace, &[[[-0.9768197697069783, -0.5272052268965204, 0.011311418856691846, 0.11357235174102942, -0.3196281604301441], [0.6540674486508078, 0.8193272554969167, 0.3035700446931824, -0.5867147141661704, 0.5592834061243477]], [[0.9171269699768296, 0.8490632624410517, 0.5758218556665831, -0.28678211927284325, 0.5155673352524732], [-0.4285275608832366, -0.1330313239241956, -0.8335676062703927, 0.6380484316800035, -0.9628143921121819]]], 0.6842584793093098, 1);
        agree("result 0", &pass.value().flat(), &[9.245276438370487]);
        let mut grads = Net::zeros();
        let mut d_x15 = [[[0.5; 5]; 2]; 2];
        let mut d_x16 = 0.5;
        pass.backward(&mut grads, &mut d_x15, &mut d_x16);
        agree("w19", &grads.w19.flat(), &[15.516404701708053]);
        agree("x15", &d_x15.flat(), &[0.025, 0.025, 0.025, 0.025, 0.025, 0.025, 0.025, 0.025, 0.025, 0.025, 0.025, 0.025, 0.025, 0.025, 0.025, 0.025, 0.025, 0.025, 0.025, 0.025]);
        agree("x16", &d_x16.flat(), &[14.046289995200675]);
    }
}

/// Seed 13.
mod program_13 {
    use super::*;
    net! {
        extern fn cube(x: f64) -> f64 { derivative(dx) = 3 * square_of(x) * dx }
        extern fn square_of(x: f64) -> f64 { derivative(dx) = dx * x + 2 * x * dx - x * dx }
        dim N, M;
        fn f5(x1: f64[3, N, 3], x3: f64[5, N], x4: f64[3, 3]) -> (f64[5, N], f64[3, 3]) {
            let a2 = x1;
            (x3, x4)
        }
        pub struct Net {}
        impl Net {
            #[grad(x6)]
            pub fn run(x6: f64[1, 1], key8: u64, s11: dim N) -> f64 {
                let a7[i in 0..N, j] = cube((hard_tanh(2) != (j * x6[(j + 1) % 1, j])) as f64);
                let key9 = fold(key8, 1);
                let mut m10 = zeros([1, N]);
                if !(!(m10 != m10)) {
                    m10 *= m10;
                }
                (sum(m10) + (0.5 * sum(a7))) + (0.5 * mean(x6))
            }
        }
    }
    #[test]
    fn agrees() {
        let mut net = Net::zeros();
        let mut workspace = Workspace::new();
        let pass = net.run(&mut workspace, &[[-0.43745954695206435]], 4591887750567487824, 0);
        agree("result 0", &pass.value().flat(), &[-0.21872977347603217]);
        let mut d_x6 = [[0.5; 1]; 1];
        pass.backward(&mut d_x6);
        agree("x6", &d_x6.flat(), &[0.5]);
    }
}

/// Seed 16.
mod program_16 {
    use super::*;
    net! {
        extern fn determinant(a: f64[2, 2]) -> f64 { derivative(da) = y * trace(inverse(a) @ da) }
        extern fn inverse(a: f64[2, 2]) -> f64[2, 2] { derivative(da) = -(y @ da @ y) }
        dim N, M;
        fn f5(x1: f64[N], x3: f64[2, N], x4: f64[N, 2]) -> f64 {
            let a2 = x1;
            determinant((0.25 * tanh(x3 @ x4)) + (1.5 * eye([2])))
        }
        fn f11(index6: u32[M], x8: f64[M, M], x10: f64[1, M]) -> (f64[1, M], f64[M, M]) {
            let a9 = { let b7 = one_hot(index6, [M]); if b7 > 0 { ln(b7) } else { x8 } };
            (broadcast_to(broadcast_to(x10 + x10, [1, M]), [1, M]), -ones([M, 2, M])[.., 0])
        }
        pub struct Net {}
        impl Net {
            #[grad(x12)]
            pub fn run(x12: f64[N], key14: u64) -> f64 {
                let a13 = x12;
                let mut m16 = zeros([1, 3]);
                for t in 0..3 {
                    let key17 = fold(key14, (5 * t) + 2);
                    m16 = cos(dropout(m16, 0.25, key17)) - 0.5;
                }
                (mean(m16) + (0.5 * sum(a13))) + (0.5 * sum(x12))
            }
        }
    }
    #[test]
    fn agrees() {
        let mut net = Net::zeros();
        let mut workspace = Workspace::new();
        let pass = net.run(&mut workspace, &[0.0; 0], 4592098484111654368);
        agree("result 0", &pass.value().flat(), &[0.3333332343813026]);
        let mut d_x12 = [0.5; 0];
        pass.backward(&mut d_x12);
        agree("x12", &d_x12.flat(), &[0.0; 0]);
    }
}

/// Seed 19.
mod program_19 {
    use super::*;
    net! {
        dim N, M;
        fn f5(x1: f64[3, 5, 1], x2: f64[5, 1], x3: f64[5, N]) -> f64[3] {
            let a4 = tril(x1, diagonal = 0).reshape([3, 5]) @ (max(x2, x3) / (powi(ln(sigmoid(x3)), 2) + 0.5));
            powi(exp(0.5 * sin(ones([3]))), 0)
        }
        fn f11(x7: f64[1, 4], x8: f64, x9: f64[2], s10: dim N) -> f64[3, 2] {
            let index6[i in 0..2, j in 0..1]: u32 = if !(x7[j, i + 2] <= x8) { i % 5 } else { i % 5 };
            [powi(x9, 3), sin(x9), x9 + x9] / (sigmoid(sqrt(sum(powi(stop_grad(ones([N])), 2)))) + 0.25)
        }
        pub struct Net {}
        impl Net {
            #[grad(x13)]
            pub fn run(x13: f64[M, M], key15: u64, s19: dim N) -> f64 {
                let a12 = (-0.5) * ln_gamma(0.5);
                let a14[i in 0..M, j in 0..2, k in 0..N] = sum[l in 0..3, m in i + 1..M]((x13[m, m] > powf(sigmoid(j) + 0.25, 1)) as f64);
                let mut m17 = a12;
                for t in 0..2 {
                    let key18 = key15.fold(2);
                    m17 = cos(dropout(m17, 0.25, key18)) - 0.5;
                }
                (m17 + (0.5 * mean(a14))) + (0.5 * a12)
            }
        }
    }
    #[test]
    fn agrees() {
        let mut net = Net::zeros();
        let mut workspace = Workspace::new();
        let pass = net.run(&mut workspace, Tensor::new(&[0.2730502932491494, -0.42443305501973505, -0.36560947406089417, -0.42784383646994995, -0.29459360907664855, 0.44618962366247605, -0.1458372364487699, 0.12743556962125013, 0.5756618416007875], [3, 3]), 13817719550495933080, 1);
        agree("result 0", &pass.value().flat(), &[0.356908764268825]);
        let mut d_x13 = [[0.5; 3]; 3];
        pass.backward(&mut TensorMut::new(d_x13.as_flattened_mut(), [3, 3]));
        agree("x13", &d_x13.flat(), &[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    }
}

/// Seed 20.
mod program_20 {
    use super::*;
    net! {
        dim N, M;
        fn g4(x1: f64[..], x2: f64[..]) -> f64[..] {
            let y3: f64[..] = ((x2 / (powi(x2, 2) + 0.5)) / (powi(x1 - x1, 2) + 0.5)) / (powi(2 * abs(x2), 2) + 0.5);
            if (if x2 > 0 { y3 } else { x1 }) > 0 { 2 * y3 } else { x1 - y3 }
        }
        pub struct Net { w9: f64[3, 1], layer10: BatchNorm<1> }
        impl Net {
            #[grad(self, x5, x6, x7)]
            pub fn run(x5: f64[N, 3, 1, 2], x6: f64[N, 3, 1, 3, N], x7: f64[N, 3, 1, N, 3]) -> f64 {
                let a8 = sum(conv_transpose2d(x5, sum((x6 @ x7)[((N - 3) / 2) + 1..], axis = 0), padding = 1, groups = 3), axis = [2, 3]);
                let (a11, a12, a13) = layer10(recip(abs(ln_1p(sigmoid(w9) + 0.25)) + 0.5));
                (sum(a13) + (0.5 * l2(a12))) + (0.5 * l2(a11))
            }
        }
    }
    #[test]
    fn agrees() {
        let mut net = Net::zeros();
        net.w9 = [[0.808128784125967], [0.06418173961793872], [-0.6831861397035759]];
        net.layer10.weight = [-0.18965452338401878];
        net.layer10.bias = [0.28385381780472496];
        let mut workspace = Workspace::new();
        let pass = net.run(&mut workspace, &[[[[-0.1307092307143416, -0.07520123053321282]], [[-0.7045662590407389, 0.12001821036355365]], [[0.6512878069684382, 0.949430120933578]]]], Tensor::new(&[-0.43745954695206435, 0.9783849630431232, 0.26185005220854607, -0.28973540211305715, -0.23176480135111088, -0.9496898361808221, -0.06161412687493306, -0.7032360281650039, 0.8853992610737293], [1, 3, 1, 3, 1]), Tensor::new(&[0.9278857477987283, 0.22326912943077426, 0.39039853404577274, -0.5090843137275727, -0.6492345516234947, -0.9391091516657015, -0.10962579622978019, -0.9559375581659868, 0.7344510867885465], [1, 3, 1, 1, 3]));
        agree("result 0", &pass.value().flat(), &[0.6269879638567564]);
        let mut grads = Net::zeros();
        let mut d_x5 = [[[[0.5; 2]; 1]; 3]; 1];
        let mut d_x6 = [[[[[0.5; 1]; 3]; 1]; 3]; 1];
        let mut d_x7 = [[[[[0.5; 3]; 1]; 1]; 3]; 1];
        pass.backward(&mut grads, &mut d_x5, &mut TensorMut::new(d_x6.as_flattened_mut().as_flattened_mut().as_flattened_mut().as_flattened_mut(), [1, 3, 1, 3, 1]), &mut TensorMut::new(d_x7.as_flattened_mut().as_flattened_mut().as_flattened_mut().as_flattened_mut(), [1, 3, 1, 1, 3]));
        agree("w9", &grads.w9.flat(), &[-0.020835439692836025, -0.038205928443677824, -0.057838821219415346]);
        agree("layer10.weight", &grads.layer10.weight.flat(), &[-0.5679347034243325]);
        agree("layer10.bias", &grads.layer10.bias.flat(), &[0.8515614534141754]);
        agree("x5", &d_x5.flat(), &[0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
        agree("x6", &d_x6.flat(), &[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
        agree("x7", &d_x7.flat(), &[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    }
}

/// Seed 21.
mod program_21 {
    use super::*;
    net! {
        extern fn root(x: f64) -> f64 { derivative(dx) = 0.5 * dx / y }
        dim N, M;
        struct Layer4<const D: usize> { gain: f64[D], mix: f64[D, D] }
        impl Layer4<D> {
            fn call(x1: f64[.., D]) -> f64[.., D] {
                let h2 = x1 - softmax((-1) * x1);
                let h3 = if ((h2 - x1) - mean(x1 * gain, axis = -1, keep = true)) > 0 { tanh(h2 / (powi(x1, 2) + 0.5)) } else { powi(if x1 > 0 { x1 } else { h2 }, 2) };
                h3 + (h2 * gain)
            }
            fn other(x5: f64[.., D]) -> f64[.., D] {
                (x5 - x5) * silu(x5)
            }
        }
        pub struct Net { w7: f64[1], w10: f64[5, 5], layer11: [LayerNorm<1>; 1] }
        impl Net {
            #[grad(self, x8)]
            pub fn run(x8: f64[1]) -> f64 {
                let mut index6: u32 = 0;
                let mut m9 = w7 - x8;
                #[checkpoint]
                for t in 0..5 {
                    m9[index6] /= softplus(root(sigmoid(w10[4 - t, t]) + 0.25).softplus()) + 0.125;
                    index6 += index6 % 1;
                    index6 = index6 % 1;
                }
                let mut m12 = zeros([1]);
                #[checkpoint]
                for t in 0..1 {
                    m12 += grad(tanh(layer11[t](x8)) * x8, layer11[t].weight);
                }
                (l2(m12) + (0.5 * l2(w10))) + (0.5 * sum(m9))
            }
        }
    }
    #[test]
    fn agrees() {
        let mut net = Net::zeros();
        net.w7 = [-0.7780655310123343];
        net.w10 = [[-0.04405613052505486, -0.24034676496709007, 0.32382470547655173, -0.9269304518258572, -0.622637347823755], [0.6614374363227093, -0.8735910502117401, 0.4348332097550256, -0.7909893464558317, -0.5931841838454563], [0.24234953578642648, 0.0701609822221505, -0.7123159531387109, -0.4888370492097156, -0.7596715797568729], [0.23043790827469168, -0.5456871801565508, 0.14452083146699524, -0.03317309022374615, 0.6602371517599681], [0.9906542688772271, -0.5266196487391377, -0.8284636519496473, -0.8774147197389459, 0.428240487445098]];
        net.layer11[0].weight = [0.7533209061531687];
        net.layer11[0].bias = [-0.9269736225654919];
        let mut workspace = Workspace::new();
        let pass = net.run(&mut workspace, &[0.233500890924079]);
        agree("result 0", &pass.value().flat(), &[4.383896848751999]);
        let mut grads = Net::zeros();
        let mut d_x8 = [0.5; 1];
        pass.backward(&mut grads, &mut d_x8);
        agree("w7", &grads.w7.flat(), &[0.051967417750489235]);
        agree("w10", &grads.w10.flat(), &[-0.04405613052505486, -0.24034676496709007, 0.32382470547655173, -0.9269304518258572, -0.6200517446489453, 0.6614374363227093, -0.8735910502117401, 0.4348332097550256, -0.7884767993479588, -0.5931841838454563, 0.24234953578642648, 0.0701609822221505, -0.7097655949686128, -0.4888370492097156, -0.7596715797568729, 0.23043790827469168, -0.5430783737658503, 0.14452083146699524, -0.03317309022374615, 0.6602371517599681, 0.9924551499660514, -0.5266196487391377, -0.8284636519496473, -0.8774147197389459, 0.428240487445098]);
        agree("layer11[0].weight", &grads.layer11[0].weight.flat(), &[0.0]);
        agree("layer11[0].bias", &grads.layer11[0].bias.flat(), &[0.0]);
        agree("x8", &d_x8.flat(), &[-0.051967417750489235]);
    }
}

/// Seed 26.
mod program_26 {
    use super::*;
    net! {
        dim N, M;
        pub struct Net {}
        impl Net {
            #[grad(x1)]
            pub fn run(x1: f64[3, 2]) -> f64 {
                let a2 = x1;
                sum(a2) + (0.5 * sum(x1))
            }
        }
    }
    #[test]
    fn agrees() {
        let mut net = Net::zeros();
        let mut workspace = Workspace::new();
        let pass = net.run(&mut workspace, &[[0.40109110883076915, -0.018120045837739296], [-0.9786761923106893, -0.15698557299909366], [-0.8470900459196686, 0.8787439943883637]]);
        agree("result 0", &pass.value().flat(), &[-1.081555130772087]);
        let mut d_x1 = [[0.5; 2]; 3];
        pass.backward(&mut d_x1);
        agree("x1", &d_x1.flat(), &[1.5, 1.5, 1.5, 1.5, 1.5, 1.5]);
    }
}

/// Seed 27.
mod program_27 {
    use super::*;
    net! {
        dim N, M;
        fn f6(x1: f64[1, 3, M], x3: f64[2], x4: f64) -> (f64[2], f64[2]) {
            let a2 = x1;
            (broadcast_to(x3, [2]), (M - x4) + ({ let b5 = x4; x3 }))
        }
        fn f13(x7: f64[3], x9: f64[M, M], index10: u32[N]) -> f64[3, 3] {
            let (a11, (a12, _)) = ({ let b8 = x7.exp(); x9 }, (one_hot(index10, [N]), sinh(0.75 * sin(x7))));
            diag(ones([2]).softplus(), diagonal = -1)
        }
        pub struct Net {}
        impl Net {
            #[grad(x16)]
            pub fn run(index15: u32[N, 2], x16: f64[M, 3], index17: u32[3]) -> f64[3, 1] {
                let index14: u32[N, 2] = (0 - index15) % 1;
                (x16.std(axis = -2, keep = true).permute([1, 0]) - one_hot(index17, [1])).floor()
            }
        }
    }
    #[test]
    fn agrees() {
        let mut net = Net::zeros();
        let mut workspace = Workspace::new();
        let pass = net.run(&mut workspace, &[[0, 0], [0, 0], [0, 0]], &[[0.6842584793093098, 0.6246538005667106, 0.3109603205445455], [-0.46072802441403393, -0.7704248224379431, -0.004255403797227331], [0.37961750036750597, 0.3652552831055895, 0.3895630255843674]], &[0, 0, 0]);
        agree("result 0", &pass.value().flat(), &[-1.0, -1.0, -1.0]);
        let mut d_x16 = [[0.5; 3]; 3];
        pass.backward(&[[-0.9604499142836616], [-0.8062550946165392], [-0.5687900907648074]], &mut d_x16);
        agree("x16", &d_x16.flat(), &[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    }
}

/// Seed 28.
mod program_28 {
    use super::*;
    net! {
        dim N, M;
        pub struct Net {}
        impl Net {
            #[grad(x3)]
            pub fn run(index2: u32[2], x3: f64[M, 1, 2], s6: dim N) -> f64[M, 1, 2] {
                let index1: u32[2] = (3 * index2) % N;
                let a4 = sum(broadcast_to(x3, [M, 1, 2])[.., ((1 - 3) / 2) + 1..], axis = 1);
                let d5 = grad(a4, x3);
                d5
            }
        }
    }
    #[test]
    fn agrees() {
        let mut net = Net::zeros();
        let mut workspace = Workspace::new();
        let pass = net.run(&mut workspace, &[0, 0], &[[[0.5262479111403826, 0.18804585735145563]], [[0.8914556467265815, -0.5310296242076598]], [[0.9474326973209279, -0.39993123726862323]]], 1);
        agree("result 0", &pass.value().iter().flat_map(Array::flat).collect::<Vec<_>>(), &[1.0, 1.0, 1.0, 1.0, 1.0, 1.0]);
        let mut d_x3 = [[[0.5; 2]; 1]; 3];
        pass.backward(&[[[-0.9604499142836616, -0.8062550946165392]], [[-0.5687900907648074, -0.5973918279029979]], [[0.9225812628423411, -0.2521955240206917]]], &mut d_x3);
        agree("x3", &d_x3.flat(), &[0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    }
}

/// Seed 39.
mod program_39 {
    use super::*;
    net! {
        extern fn cube(x: f64) -> f64 { derivative(dx) = 3 * square_of(x) * dx }
        extern fn square_of(x: f64) -> f64 { derivative(dx) = dx * x + 2 * x * dx - x * dx }
        dim N, M;
        pub struct Net { layer12: [Linear<3, 3>; 1] }
        impl Net {
            #[grad(self, x1, x3, x5, x8, x9, x10)]
            pub fn run(x1: f64[2, 2, 3], x3: f64[5], x5: f64[N, 3], x8: f64[M], x9: f64[M, 2, 3, 2], x10: f64[1, 2, 1, 1]) -> f64 {
                let a2[i in 0..5, j in 0..2] = max[k in 0..2](cube(x1[((k - 3) / 2) + 2, (k + 1) % 2, ((i - 3) / 2) + 2]));
                let a4 = recip(powi(outer(ln(powi(x1[0, -1], 2) + 0.5), x3), 2) + 0.5);
                let a6 = x5;
                let mut index7: u32 = M - 1;
                let mut m11 = max(x8, norm(conv2d(x9, x10), axis = [1, 2, 3]));
                for t in 0..N {
                    if (t > 0) && (t < N - 1) {
                        index7 += (M - 1) - index7;
                        index7 = index7 % M;
                    }
                    m11 *= cosh(0.75 * sin(m11)).reshape([M]);
                }
                let mut m13 = zeros([3, 3]);
                for block14 in layer12 {
                    m13 += grad(sigmoid(block14(x5)) * x5, block14.weight);
                }
                (sum(m13) + (0.5 * mean(m11))) + (0.5 * mean(a6))
            }
        }
    }
    #[test]
    fn agrees() {
        let mut net = Net::zeros();
        net.layer12[0].weight = [[0.16684437044579892, -0.0025138721293980204, -0.7814293395201841], [0.65839008610694, -0.2228145423209995, 0.5131751979184656], [-0.989802829152056, 0.6064685539093189, 0.34335224995925806]];
        net.layer12[0].bias = [0.49917603579297554, 0.6753026247218126, -0.960111454873092];
        let mut workspace = Workspace::new();
        let pass = net.run(&mut workspace, &[[[0.40109110883076915, -0.018120045837739296, -0.9786761923106893], [-0.15698557299909366, -0.8470900459196686, 0.8787439943883637]], [[0.18061874244732712, -0.06985414028111969, -0.6718850127371574], [0.2107549340922612, 0.9346285841030788, -0.8112240244038877]]], &[0.5262479111403826, 0.18804585735145563, 0.8914556467265815, -0.5310296242076598, 0.9474326973209279], &[[-0.1307092307143416, -0.07520123053321282, -0.7045662590407389]], &[0.233500890924079, -0.07515053692388918], &[[[[-0.5095262257487803, 0.5903494327573744], [0.9162211591430258, 0.04016838993663874], [-0.4036601606894432, -0.4511865287028147]], [[0.05610834801952258, -0.02534464865263253], [0.8220918955409038, 0.09683413976034938], [0.8419338836225023, 0.87895673764703]]], [[[-0.9975937624281477, -0.5736434505030534], [0.2810131207613791, -0.5601786769028523], [0.05080536542563818, -0.7014584007633509]], [[0.2911258021656813, 0.5838623085788952], [0.8157901394247178, 0.46522151535982736], [0.5065017986056624, -0.24301307047918574]]]], &[[[[0.8006096414870465]], [[0.4076743384269843]]]]);
        agree("result 0", &pass.value().flat(), &[0.7599579507019144]);
        let mut grads = Net::zeros();
        let mut d_x1 = [[[0.5; 3]; 2]; 2];
        let mut d_x3 = [0.5; 5];
        let mut d_x5 = [[0.5; 3]; 1];
        let mut d_x8 = [0.5; 2];
        let mut d_x9 = [[[[0.5; 2]; 3]; 2]; 2];
        let mut d_x10 = [[[[0.5; 1]; 1]; 2]; 1];
        pass.backward(&mut grads, &mut d_x1, &mut d_x3, &mut d_x5, &mut d_x8, &mut d_x9, &mut d_x10);
        agree("layer12[0].weight", &grads.layer12[0].weight.flat(), &[0.0014673841574664676, 0.0002897095307000896, -0.007931431133746858, 0.0008442333697731145, 0.00016667922446471782, -0.004563207800149308, 0.00790968901547026, 0.001561630797903655, -0.04275305372239578]);
        agree("layer12[0].bias", &grads.layer12[0].bias.flat(), &[-0.011226323875116068, -0.002216442780030089, 0.0606799618542672]);
        agree("x1", &d_x1.flat(), &[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
        agree("x3", &d_x3.flat(), &[0.0, 0.0, 0.0, 0.0, 0.0]);
        agree("x5", &d_x5.flat(), &[-0.22316762249558658, -0.2048732687766111, -0.14214211381042113]);
        agree("x8", &d_x8.flat(), &[0.0, 0.0]);
        agree("x9", &d_x9.flat(), &[-0.09391529574974752, 0.11275637232774591, 0.26065060732454615, 0.01747196850555491, 0.004892771689758518, -0.0007063758868019883, -0.047822127137813586, 0.057416095323009265, 0.13272456187794396, 0.008896811670028395, 0.002491423233414626, -0.00035969005044443267, -0.17375016611173297, -0.05652993107986432, 0.14246481680746073, -0.06613393397014353, 0.06315397859546304, -0.16881000119164127, -0.08847443292041021, -0.028785316913622974, 0.07254378030375339, -0.03367572207695971, 0.03215831425052091, -0.08595887682271218]);
        agree("x10", &d_x10.flat(), &[0.9452050082752887, 0.35750031656909664]);
    }
}

/// Seed 41.
mod program_41 {
    use super::*;
    net! {
        dim N, M;
        fn g4(x1: f64[..], x2: f64[..]) -> f64[..] {
            let y3: f64[..] = (((-1) * x2) / (powi(2 * x1, 2) + 0.5)) + (x1 - (x2 * x1));
            (y3 / (powi(y3, 2) + 0.5)) * (x2 * x1)
        }
        fn f11(x5: f64[3, 3], x6: f64[3, N], x8: f64[5, 5], s10: dim M) -> f64[M, 1] {
            let a7 = g4(x6, x6)[argmin(x5 + x5, axis = -1)];
            atan2({ let b9 = x8; 1 * ones([M, 1]) }, powi(broadcast_to(0.5, [M, 1]), 2) + 0.5) * ((1.5 * ones([1, M, 1])) / (powi(ones([1, M, 1]), 2) + 0.5)).reshape([M, 1])
        }
        fn f17(x12: f64[5], x13: f64[5], x14: f64, s16: dim N) -> (f64[N, 3], f64[1, 5]) {
            let mut m15 = [x12 * x12, -x13, x14 - x13];
            if x14 < 0.5 {
                m15[.., 1..] = ones([3, 2, 2]).flatten(from = 1);
            } else {
                m15[.., 1..] += 1 * ones([3, 4]);
            }
            (ones([N, 3]) @ ((0.5 * ones([3, 3])) * ones([3, 3])), (-1) * ones([1, 5]))
        }
        pub struct Net { layer23: [Linear<3, 3>; 3] }
        impl Net {
            #[grad(self, x20, x25)]
            pub fn run(key18: u64, x20: f64[3, 3, N, M], x25: f64[3]) -> (f64[2, 1, 5], f64[3]) {
                let key19 = fold(key18, 1);
                let a21 = x20[2];
                let mut m22 = zeros([3]);
                for block24 in layer23 {
                    m22 = tanh(block24(m22));
                }
                let a26[i in 0..2, j in 0..1, k in 0..5] = x25.norm();
                (a26, m22)
            }
        }
    }
    #[test]
    fn agrees() {
        let mut net = Net::zeros();
        net.layer23[0].weight = [[0.365189661935021, -0.7982053447628643, 0.8232654825427226], [0.32669333017797486, -0.2744522854239244, -0.7990191190247391], [0.14186581667174614, -0.28980997843633594, -0.8672614430280436]];
        net.layer23[1].weight = [[-0.16248068244959146, 0.36374261384538675, 0.267459159510979], [-0.3117832684092492, 0.32215699003054254, -0.9619652945553139], [-0.43634067374447616, 0.32409577191470684, 0.34114006096921723]];
        net.layer23[2].weight = [[0.01599750791810317, 0.3130698422932461, 0.8493023452218309], [0.17751890525225034, -0.2849011043912253, 0.9638309948383237], [-0.7763469292748844, -0.9934310747329993, 0.017445407460470408]];
        net.layer23[0].bias = [0.9475644698142858, -0.2742516318822896, -0.9464692491832558];
        net.layer23[1].bias = [0.09219234227589923, 0.19985956134183125, -0.38329145578851653];
        net.layer23[2].bias = [-0.16234684077508144, 0.7101098332882592, -0.6114183813401246];
        let mut workspace = Workspace::new();
        let pass = net.run(&mut workspace, 4604873357152111092, Tensor::new(&[0.8538497783612946, -0.008062143652695752, -0.721544358845037, -0.9680223856266976, 0.6703684002896604, -0.8168241369737292, 0.48365782668980284, 0.44691210869385367, -0.005070435750706759, -0.6814160505417621, 0.8134570549255509, -0.5291188634434807, 0.32624366299430374, -0.9077186006219458, -0.578983887643449, 0.6871248775726881, 0.28356772425107657, -0.37807915694804195], [3, 3, 2, 1]), &[-0.9453757592589016, 0.46137322352368426, 0.7932625983440009]);
        agree("result 0", &pass.value().0.flat(), &[1.3175227237169218, 1.3175227237169218, 1.3175227237169218, 1.3175227237169218, 1.3175227237169218, 1.3175227237169218, 1.3175227237169218, 1.3175227237169218, 1.3175227237169218, 1.3175227237169218]);
        agree("result 1", &pass.value().1.flat(), &[0.00701967855872362, 0.7440960423885496, -0.16953205118306908]);
        let mut grads = Net::zeros();
        let mut d_x20 = [[[[0.5; 1]; 2]; 3]; 3];
        let mut d_x25 = [0.5; 3];
        pass.backward((&[[[-0.9604499142836616, -0.8062550946165392, -0.5687900907648074, -0.5973918279029979, 0.9225812628423411]], [[-0.2521955240206917, -0.9389514168457089, 0.18577221703553848, -0.5971327653540024, -0.7141981385261789]]], &[-0.5794516383647115, 0.6830951868669428, 0.8344536413562509]), &mut grads, &mut TensorMut::new(d_x20.as_flattened_mut().as_flattened_mut().as_flattened_mut(), [3, 3, 2, 1]), &mut d_x25);
        agree("layer23[0].weight", &grads.layer23[0].weight.flat(), &[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
        agree("layer23[1].weight", &grads.layer23[1].weight.flat(), &[0.49767992900735514, 0.42805585545599817, 0.11521775374286101, -0.18027799646652232, -0.1550575932432874, -0.04173611309494694, -0.497344390680419, -0.4277672580318236, -0.11514007335016098]);
        agree("layer23[2].weight", &grads.layer23[2].weight.flat(), &[-0.20900044367492782, 0.10997147192894866, 0.29234026206205393, -0.08235724169953478, 0.04333458309683254, 0.11519754311429801, 0.10326760026836677, -0.054337157397359816, -0.1444459963536209]);
        agree("layer23[0].bias", &grads.layer23[0].bias.flat(), &[0.06498728697640475, -0.16100481104274442, -0.024102226282437727]);
        agree("layer23[1].bias", &grads.layer23[1].bias.flat(), &[0.6737436711616753, 0.5794887571463896, 0.15597822589419674]);
        agree("layer23[2].bias", &grads.layer23[2].bias.flat(), &[-0.5794230853712181, 0.30487978134148686, 0.8104705121377023]);
        agree("x20", &d_x20.flat(), &[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
        agree("x25", &d_x25.flat(), &[3.1048053382858374, -1.5152430483953006, -2.6052349300046407]);
    }
}

/// Seed 43.
mod program_43 {
    use super::*;
    net! {
        dim N, M;
        pub struct Net {}
        impl Net {
            #[grad(x2)]
            pub fn run(x2: f64[M]) -> f64 {
                let index1[i in 0..1]: u32 = i % 3;
                let a3 = x2;
                mean(a3) + (0.5 * l2(x2))
            }
        }
    }
    #[test]
    fn agrees() {
        let mut net = Net::zeros();
        let mut workspace = Workspace::new();
        let pass = net.run(&mut workspace, &[-0.4468240602845983, 0.79251827972289, -0.7420292480280839, 0.6759735654270249]);
        agree("result 0", &pass.value().flat(), &[0.9875519495240038]);
        let mut d_x2 = [0.5; 4];
        pass.backward(&mut d_x2);
        agree("x2", &d_x2.flat(), &[-0.1968240602845983, 1.04251827972289, -0.4920292480280839, 0.9259735654270249]);
    }
}

/// Seed 45.
mod program_45 {
    use super::*;
    net! {
        dim N, M;
        struct Layer8<const D: usize> { gain: f64[D], mix: f64[D, D] }
        impl Layer8<D> {
            fn call(x5: f64[.., D]) -> f64[.., D] {
                let h6 = ((-1) * (tanh(x5) @ mix)) * gain;
                let h7 = x5;
                h7 + (h6 * gain)
            }
            fn other(x9: f64[.., D]) -> f64[.., D] {
                (x9 + x9) * gain
            }
        }
        fn g4(x1: f64[..], x2: f64[..]) -> f64[..] {
            let y3: f64[..] = powi(powi(x1 / (powi(x2, 2) + 0.5), 2), 2);
            (x2 / (powi(y3, 2) + 0.5)) / (powi(abs(x2), 2) + 0.5)
        }
        pub struct Net {}
        impl Net {
            #[grad(x11, x12)]
            pub fn run(x11: f64[1], x12: f64[N + 2], s15: dim M, s16: dim N) -> (f64[N + 2], f64[N]) {
                let index10[i in 0..1]: u32 = if sum[j in i + 1..1](x11[j]) > i { i % 3 } else { i % 3 };
                let a13 = broadcast_to(x12, [N + 2])[1..-1];
                let d14 = grad(a13, x12);
                (d14, a13)
            }
        }
    }
    #[test]
    fn agrees() {
        let mut net = Net::zeros();
        let mut workspace = Workspace::new();
        let pass = net.run(&mut workspace, &[-0.8442436553728168], &[0.9116991077079883, 0.3200385754814925, -0.24132337696172912, -0.5477118688806055, 0.9835243112860164], 1, 3);
        agree("result 0", &pass.value().0.iter().flat_map(Array::flat).collect::<Vec<_>>(), &[0.0, 1.0, 1.0, 1.0, 0.0]);
        agree("result 1", &pass.value().1.iter().flat_map(Array::flat).collect::<Vec<_>>(), &[0.3200385754814925, -0.24132337696172912, -0.5477118688806055]);
        let mut d_x11 = [0.5; 1];
        let mut d_x12 = [0.5; 5];
        pass.backward((&[-0.9604499142836616, -0.8062550946165392, -0.5687900907648074, -0.5973918279029979, 0.9225812628423411], &[-0.5794516383647115, 0.6830951868669428, 0.8344536413562509]), &mut d_x11, &mut d_x12);
        agree("x11", &d_x11.flat(), &[0.0]);
        agree("x12", &d_x12.flat(), &[0.0, -0.5794516383647115, 0.6830951868669428, 0.8344536413562509, 0.0]);
    }
}

/// Seed 47.
mod program_47 {
    use super::*;
    net! {
        extern fn cube(x: f64) -> f64 { derivative(dx) = 3 * square_of(x) * dx }
        extern fn square_of(x: f64) -> f64 { derivative(dx) = dx * x + 2 * x * dx - x * dx }
        dim N, M;
        fn f5(x1: f64[M, M, 1], x3: f64[5, M], x4: f64) -> (f64[5, M], f64[3, 3]) {
            let a2[i] = cube(sum((if i > 0 { x1[i, i - 1] } else { zeros([1]) })[..(((0 - 1) / 2) + 1) + 1], axis = 0));
            (if x3.relu() > broadcast_to(x4, []) { reshape(ones([M, 1]) - ones([1, 1]), [M]) } else { atan2(ones([1, 5, M])[((1 - 3) / 2) + 1..].sum(axis = 0), sigmoid(a2 @ a2) + 0.25) }, M * ones([3, 3]))
        }
        fn g8(x6: f64[..]) -> f64[..] {
            let y7: f64[..] = ((x6 + x6) * (x6 + x6)) + powi(x6 / (powi(x6, 2) + 0.5), 2);
            (x6 / (powi(y7, 2) + 0.5)) / (powi(y7 + y7, 2) + 0.5)
        }
        fn g11(x9: f64[..]) -> f64[..] {
            let y10: f64[..] = elu(x9 + x9) + (if powi(x9, 2) > 0 { 2 * x9 } else { if x9 > 0 { x9 } else { x9 } });
            if tanh(x9) > 0 { (-1) * y10 } else { if x9 > 0 { x9 } else { x9 } }
        }
        pub struct Net {}
        impl Net {
            #[grad(x13)]
            pub fn run(key12: u64, x13: f64[N, N]) -> f64 {
                let a14 = cumsum(x13.min(axis = -2).dropout(0.25, fold(key12, 1)), axis = 0);
                l2(a14) + (0.5 * mean(x13))
            }
        }
    }
    #[test]
    fn agrees() {
        let mut net = Net::zeros();
        let mut workspace = Workspace::new();
        let pass = net.run(&mut workspace, 13827116476038411860, Tensor::new(&[0.2730502932491494, -0.42443305501973505, -0.36560947406089417, -0.42784383646994995], [2, 2]));
        agree("result 0", &pass.value().flat(), &[1.2387638349897694]);
        let mut d_x13 = [[0.5; 2]; 2];
        pass.backward(&mut TensorMut::new(d_x13.as_flattened_mut(), [2, 2]));
        agree("x13", &d_x13.flat(), &[0.125, 0.125, -3.996112122992847, -2.69616732633189]);
    }
}

/// Seed 50.
mod program_50 {
    use super::*;
    net! {
        dim N, M;
        fn g3(x1: f64[..]) -> f64[..] {
            let y2: f64[..] = if (2 * x1) > 0 { powi(x1 - x1, 2) } else { powi(x1 / (powi(x1, 2) + 0.5), 2) };
            (x1 + y2) * sin(y2)
        }
        fn g6(x4: f64[..]) -> f64[..] {
            let y5: f64[..] = x4 - (sin(x4) / (powi(x4 + x4, 2) + 0.5));
            x4
        }
        pub struct Net {}
        impl Net {
            #[grad(x10)]
            pub fn run(key7: u64, x10: f64[M, 3]) -> f64 {
                let key8[i in 0..M] = fold(key7, (5 * 1) + 1);
                let mut m11 = x10;
                let mut key12 = key7;
                #[checkpoint]
                for t in 0..2 {
                    key12 = key12.fold((5 * t) + 1);
                    m11 = cos(dropout(m11, 0.25, key12)) - 0.5;
                }
                sum(m11) + (0.5 * sum(x10))
            }
        }
    }
    #[test]
    fn agrees() {
        let mut net = Net::zeros();
        let mut workspace = Workspace::new();
        let pass = net.run(&mut workspace, 4596400689493811272, &[[0.0; 3]; 0]);
        agree("result 0", &pass.value().flat(), &[0.0]);
        let mut d_x10 = [[0.5; 3]; 0];
        pass.backward(&mut d_x10);
        agree("x10", &d_x10.flat(), &[0.0; 0]);
    }
}

/// Seed 56.
mod program_56 {
    use super::*;
    net! {
        dim N, M;
        struct Layer4<const D: usize> { gain: f64[D], mix: f64[D, D], inner: Linear<D, D> }
        impl Layer4<D> {
            fn call(x1: f64[.., D]) -> f64[.., D] {
                let h2 = (if (x1 - x1) > 0 { x1 * x1 } else { sin(x1) }) / (powi(softmax(x1) * (x1 / (powi(x1, 2) + 0.5)), 2) + 0.5);
                let h3 = inner(tanh(h2) @ mix) / (powi(softmax(h2), 2) + 0.5);
                h3 + (h2 * gain)
            }
            fn other(x5: f64[.., D]) -> f64[.., D] {
                inner(x5 - x5)
            }
        }
        pub struct Net {}
        impl Net {
            #[grad(x7, x8, x14)]
            pub fn run(key6: u64, x7: f64[1], x8: f64[2], index11: u32[3], index13: u32[2, 3], x14: f64[1], s19: dim N) -> f64 {
                let a9[i in 0..2, j in 0..3] = powi(x8[((j - 3) / 2) + 2], 2).dropout(0.5 * sigmoid(x7.reshape([])), key6.fold((5 * 0) + i));
                let a12[i, j in 0..N] = { let b10 = stop_grad(asin(0.75 * sin(x7))).reshape([]); if b10 != 0 { recip(b10) } else { sum[k in 0..j, l in 0..N](a9[-1, i]) } };
                let a15 = x14[index13];
                let mut m16 = zeros([2]);
                let mut m17 = zeros([N, 2]);
                for t in 0..N {
                    m16 = sigmoid(m16 - m16.hard_sigmoid());
                    m17[t] = m16;
                }
                let a18 = a12;
                (sum(a18) + (0.5 * sum(m17))) + (0.5 * l2(m16))
            }
        }
    }
    #[test]
    fn agrees() {
        let mut net = Net::zeros();
        let mut workspace = Workspace::new();
        let pass = net.run(&mut workspace, 13829977775750183846, &[0.9278857477987283], &[0.233500890924079, -0.07515053692388918], &[0, 0, 0], &[[0, 0, 0], [0, 0, 0]], &[-0.4382659690707442], 0);
        agree("result 0", &pass.value().flat(), &[0.0]);
        let mut d_x7 = [0.5; 1];
        let mut d_x8 = [0.5; 2];
        let mut d_x14 = [0.5; 1];
        pass.backward(&mut d_x7, &mut d_x8, &mut d_x14);
        agree("x7", &d_x7.flat(), &[0.0]);
        agree("x8", &d_x8.flat(), &[0.0, 0.0]);
        agree("x14", &d_x14.flat(), &[0.0]);
    }
}

/// Seed 61.
mod program_61 {
    use super::*;
    net! {
        dim N, M;
        fn f4(x1: f64[3], index3: u32) -> f64 {
            let a2 = x1;
            one_hot(index3, [3])[index3]
        }
        pub struct Net { w6: f64 }
        impl Net {
            #[grad(self, x5, x7)]
            pub fn run(x5: f64[N], x7: f64[5]) -> f64[5] {
                let (a8, a9) = (cumsum(x5, axis = 0).reshape([N]), if !(w6 > x7) { broadcast_to(w6, []) } else { (x7 != x7) as f64 });
                a9
            }
        }
    }
    #[test]
    fn agrees() {
        let mut net = Net::zeros();
        net.w6 = -0.8040031996457417;
        let mut workspace = Workspace::new();
        let pass = net.run(&mut workspace, &[-0.1307092307143416, -0.07520123053321282], &[0.9278857477987283, 0.22326912943077426, 0.39039853404577274, -0.5090843137275727, -0.6492345516234947]);
        agree("result 0", &pass.value().flat(), &[-0.8040031996457417, -0.8040031996457417, -0.8040031996457417, -0.8040031996457417, -0.8040031996457417]);
        let mut grads = Net::zeros();
        let mut d_x5 = [0.5; 2];
        let mut d_x7 = [0.5; 5];
        pass.backward(&[-0.9604499142836616, -0.8062550946165392, -0.5687900907648074, -0.5973918279029979, 0.9225812628423411], &mut grads, &mut d_x5, &mut d_x7);
        agree("w6", &grads.w6.flat(), &[-2.0103056647256654]);
        agree("x5", &d_x5.flat(), &[0.0, 0.0]);
        agree("x7", &d_x7.flat(), &[0.0, 0.0, 0.0, 0.0, 0.0]);
    }
}

/// Seed 63.
mod program_63 {
    use super::*;
    net! {
        dim N, M;
        fn f5(key1: u64, x3: f64[1], x4: f64[5, M]) -> f64[5, M] {
            let key2 = if all(x3 >= x3, axis = 0) { fold(key1, (5 * 2) + 2) } else { fold(key1, 0) };
            x4
        }
        pub struct Net {}
        impl Net {
            #[grad(x6, x7, x8, x9, x10)]
            pub fn run(x6: f64[1], x7: f64[M, N], x8: f64, x9: f64[N], x10: f64[M]) -> f64[N, M] {
                let a13 = outer(if x6 <= x7.prod(axis = 0) { broadcast_to(x8, []) } else { cosh(0.75 * sin(x9)) }, { let b12 = { let b11 = x10; if b11 < 0 { b11 / floor(b11) } else { x10 } }; if b12 > 0 { ln(b12) } else { 0 } });
                a13
            }
        }
    }
    #[test]
    fn agrees() {
        let mut net = Net::zeros();
        let mut workspace = Workspace::new();
        let pass = net.run(&mut workspace, &[-0.43745954695206435], Tensor::new(&[0.0; 0], [0, 2]), 0.233500890924079, &[-0.5095262257487803, 0.5903494327573744], &[0.0; 0]);
        agree("result 0", &pass.value().as_slice(), &[0.0; 0]);
        let mut d_x6 = [0.5; 1];
        let mut d_x7 = [[0.5; 2]; 0];
        let mut d_x8 = 0.5;
        let mut d_x9 = [0.5; 2];
        let mut d_x10 = [0.5; 0];
        pass.backward(Tensor::new(&[0.0; 0], [2, 0]), &mut d_x6, &mut TensorMut::new(d_x7.as_flattened_mut(), [0, 2]), &mut d_x8, &mut d_x9, &mut d_x10);
        agree("x6", &d_x6.flat(), &[0.0]);
        agree("x7", &d_x7.flat(), &[0.0; 0]);
        agree("x8", &d_x8.flat(), &[0.0]);
        agree("x9", &d_x9.flat(), &[0.0, 0.0]);
        agree("x10", &d_x10.flat(), &[0.0; 0]);
    }
}

/// Seed 65.
mod program_65 {
    use super::*;
    net! {
        dim N, M;
        fn f5(x1: f64[1, 2], x3: f64[1], x4: f64[1]) -> f64[1] {
            let a2 = x1;
            log2(powi(broadcast_to(x3, [1]) + ln(sigmoid(x4)), 2) + 0.5)
        }
        fn f12(x6: f64[3, 3], index9: u32[N], index11: u32) -> f64[N, 1] {
            let mut m7 = prod(x6, axis = 1);
            let mut m8 = zeros([3, 3]);
            for t in (0..3).rev() {
                let a10 = cos(one_hot(index9, [3]) @ m7.reshape([3]));
                m7 = (0.5 * m7) + sin(one_hot(index11, [3]));
                m8[.., t] = m7;
            }
            broadcast_to(N - (0.5 * ones([2]))[argmax(ones([2]), axis = -1)], [N, 1])
        }
        fn g16(x13: f64[..], x14: f64[..]) -> f64[..] {
            let y15: f64[..] = (if x14 > 0 { x14 * x14 } else { x13 }) - x13;
            x13
        }
        pub struct Net { w18: f64 }
        impl Net {
            #[grad(self, x21)]
            pub fn run(key17: u64, x21: f64[3, N]) -> f64 {
                let mut m19 = broadcast_to(w18, []).dropout(0.25, fold(key17, 2));
                m19 /= (w18 * w18) + 0.5;
                let (a22, a23) = (({ let b20 = w18; x21 }) - cumsum(x21, axis = 1), 2 + (-1));
                let index24: u32 = N - 1;
                (a23 + (0.5 * sum(a22))) + (0.5 * m19)
            }
        }
    }
    #[test]
    fn agrees() {
        let mut net = Net::zeros();
        net.w18 = 0.8611591615295995;
        let mut workspace = Workspace::new();
        let pass = net.run(&mut workspace, 4607136459336686946, Tensor::new(&[-0.5675739402329976, -0.92192032100027, -0.68374154153126, 0.16504434220736752, -0.44206165938724995, 0.8606839892480644], [3, 2]));
        agree("result 0", &pass.value().flat(), &[2.309082556343831]);
        let mut grads = Net::zeros();
        let mut d_x21 = [[0.5; 2]; 3];
        pass.backward(&mut grads, &mut TensorMut::new(d_x21.as_flattened_mut(), [3, 2]));
        agree("w18", &grads.w18.flat(), &[-0.10448089505086722]);
        agree("x21", &d_x21.flat(), &[-0.5, 0.0, -0.5, 0.0, -0.5, 0.0]);
    }
}

/// Seed 83.
mod program_83 {
    use super::*;
    net! {
        extern fn cube(x: f64) -> f64 { derivative(dx) = 3 * square_of(x) * dx }
        extern fn square_of(x: f64) -> f64 { derivative(dx) = dx * x + 2 * x * dx - x * dx }
        dim N, M;
        fn f5(x1: f64[M, 2], key3: u64, x4: f64[2, 1]) -> f64[2, 1] {
            let a2 = ln_1p((x1 * x1) + 0.5);
            dropout(powi(abs(x4) + 0.5, 0), 0, key3.fold(1))
        }
        fn f11(key6: u64, x7: f64[N, N], x8: f64[3, 1]) -> f64 {
            let (a9, a10) = (acos(0.75 * sin(dropout(x7, 0.25, key6))), x8.prod(axis = 1).cos());
            cube(broadcast_to(2, [])) + 2
        }
        fn f16(x12: f64[2, 3], x14: f64[M, 1], s15: dim N) -> f64[M, 1] {
            let a13[i in 0..N, j in 0..2, k in 0..2] = x12[((k - 3) / 2) + 2];
            tan(0.75 * sin(x14))
        }
        pub struct Net {}
        impl Net {
            #[grad(x20)]
            pub fn run(index19: u32[M, 3], x20: f64, s22: dim N) -> f64 {
                let index17[i in 0..N, j in 0..1]: u32 = i % 3;
                let index18: u32[M, 3] = (index19 + 2) % N;
                let a21 = x20;
                a21 + (0.5 * x20)
            }
        }
    }
    #[test]
    fn agrees() {
        let mut net = Net::zeros();
        let mut workspace = Workspace::new();
        let pass = net.run(&mut workspace, &[[0; 3]; 0], 0.8538497783612946, 2);
        agree("result 0", &pass.value().flat(), &[1.2807746675419418]);
        let mut d_x20 = 0.5;
        pass.backward(&mut d_x20);
        agree("x20", &d_x20.flat(), &[1.5]);
    }
}

/// Seed 84.
mod program_84 {
    use super::*;
    net! {
        dim N, M;
        struct Layer14<const D: usize> { gain: f64[D] }
        impl Layer14<D> {
            fn call(x11: f64[.., D]) -> f64[.., D] {
                let h12 = x11 * gain;
                let h13 = h12;
                h13 + (h12 * gain)
            }
            fn other(x15: f64[.., D]) -> f64[.., D] {
                (x15 - mean(x15, axis = -1, keep = true)) - mean(if x15 > 0 { x15 } else { x15 }, axis = -1, keep = true)
            }
        }
        fn f6(x2: f64, x3: f64[3], s4: dim N, s5: dim M) -> f64[3] {
            let a1[i in 0..N, j in 0..M] = N.gelu();
            atan2(x2, (x3 * x3) + 0.5)
        }
        fn f10(x7: f64[M, N], index9: u32[N]) -> f64[N, 2] {
            let a8 = cosh(0.75 * sin(sqrt(powi(exp(x7), 2) + 0.5)));
            one_hot(index9, [2])
        }
        pub struct Net { layer22: Lstm<2, 2>, w26: f64[2, 1] }
        impl Net {
            #[grad(self, x18, x21, x27, x28)]
            pub fn run(key16: u64, x18: f64[M], x21: f64[N, 2, 2], x27: f64[2, 2], x28: f64[2, 2]) -> f64 {
                let key17[i in 0..1] = fold(key16, (5 * 0) + 0);
                let (a19, a20) = (sum(x18.relu()[((M - 3) / 2) + 1..(((0 - M) / 2) + M) + 1], axis = 0), x18);
                let (a23, (a24, a25)) = layer22(x21, (pad(w26, [[0, 0], [1, 0]]), x27 + x28));
                let index29[i in 0..2, j in 0..2]: u32 = j % 1;
                let a30 = broadcast_to(ones([2, N, M]), [2, N, M])[.., .., 0];
                (sum(a30) + (0.5 * sum(a25))) + (0.5 * sum(a24))
            }
        }
    }
    #[test]
    fn agrees() {
        let mut net = Net::zeros();
        net.layer22.w_ih = [[-0.7639748350106774, -0.09368490473038515, -0.8950962836261351, 0.978135621224931, -0.10188281079303163, -0.6932006623335687, -0.6518446578004833, -0.8259112611967157], [0.7716948454782135, 0.7137718467914127, 0.4790143902274471, -0.07425012250051632, 0.33378130179401055, -0.49740590219823866, -0.44708601424804995, 0.04797236532564675]];
        net.layer22.w_hh = [[0.8695544390926129, -0.8867760471644486, 0.2162778721090728, 0.7007058887726338, -0.7626716673781115, -0.3143703414291372, 0.5800445927696385, -0.1505410409760506], [-0.7933823818019112, 0.269771478974713, 0.03175982055376059, 0.21337935381491957, -0.35136385392853975, 0.9318805613708308, 0.020488679422496103, -0.8816959551166332]];
        net.layer22.b_ih = [0.7726040601536548, -0.11494959297590679, -0.7275973023127573, -0.24235900312550207, -0.02082960798507072, 0.16093135458163732, -0.3119039552613736, -0.8005336741029856];
        net.layer22.b_hh = [-0.9562130230546313, -0.9158992267147428, -0.004281893462447117, 0.9860091409312175, -0.6502260507257058, -0.4725568307276027, -0.09525259767311911, -0.8074626932728148];
        net.w26 = [[-0.8688795643875606], [-0.5325467232015146]];
        let mut workspace = Workspace::new();
        let pass = net.run(&mut workspace, 13830122051571031710, &[-0.5709527471923483, 0.8657129610383019, -0.5078268242902104], &[[[-0.5675739402329976, -0.92192032100027], [-0.68374154153126, 0.16504434220736752]], [[-0.44206165938724995, 0.8606839892480644], [0.6986986475332244, 0.19962739425196263]], [[-0.7541300518559482, 0.5812087439547959], [0.302751849630857, 0.9564158557172489]]], &[[0.31829424551848295, 0.6754915478231189], [-0.24526682151338264, -0.8361327736456554]], &[[-0.002763208249332072, -0.46098397298935234], [-0.7576098015534862, -0.5145949721339358]]);
        agree("result 0", &pass.value().flat(), &[5.010549583533358]);
        let mut grads = Net::zeros();
        let mut d_x18 = [0.5; 3];
        let mut d_x21 = [[[0.5; 2]; 2]; 3];
        let mut d_x27 = [[0.5; 2]; 2];
        let mut d_x28 = [[0.5; 2]; 2];
        pass.backward(&mut grads, &mut d_x18, &mut d_x21, &mut d_x27, &mut d_x28);
        agree("layer22.w_ih", &grads.layer22.w_ih.flat(), &[0.023299395382163156, -0.035702882077567485, 0.016908847260721414, 0.006982000155473331, -0.2730576280500716, -0.2399799244428063, 0.014842160797825566, -0.006140683631424074, -0.0761782248967465, -0.13917618927104172, -0.0817650688431044, -0.12920429234514402, 0.6771218495514936, 0.3294787622605984, -0.0241386144901268, -0.05240337314646125]);
        agree("layer22.w_hh", &grads.layer22.w_hh.flat(), &[0.012437584455176847, 0.030410299421204212, 0.014001276413275941, 0.023095301142113365, -0.09297236759620581, -0.05893857900498001, -0.002275151017190323, 0.003836577819882218, 0.014216402436846576, 0.040697914629015855, 0.008308640800699, 0.06365507222370048, -0.07052916011880057, -0.07953067668265773, -0.007086627661418184, 0.0036550987080631444]);
        agree("layer22.b_ih", &grads.layer22.b_ih.flat(), &[-0.12329868849727599, -0.23432033475051506, -0.1171728816249526, -0.2431761331289281, 0.9776481521772553, 0.5989788856582267, -0.011905509795177469, -0.05632964392073503]);
        agree("layer22.b_hh", &grads.layer22.b_hh.flat(), &[-0.12329868849727599, -0.23432033475051506, -0.1171728816249526, -0.2431761331289281, 0.9776481521772553, 0.5989788856582267, -0.011905509795177469, -0.05632964392073503]);
        agree("w26", &grads.w26.flat(), &[0.022262527636953303, 0.032880636706643575]);
        agree("x18", &d_x18.flat(), &[0.0, 0.0, 0.0]);
        agree("x21", &d_x21.flat(), &[-0.010913110024550624, -0.01746085097502707, -0.13841261969057106, -0.04403345230159124, -0.08999468088150074, -0.06542136674709866, -0.0698743239128374, -0.07587183975275538, -0.11915115389601323, -0.024254033143591158, -0.0490172370769982, -0.04242475571511501]);
        agree("x27", &d_x27.flat(), &[0.016892451231920964, 0.10755201191733374, 0.010159236434139863, 0.14203661986915822]);
        agree("x28", &d_x28.flat(), &[0.016892451231920964, 0.10755201191733374, 0.010159236434139863, 0.14203661986915822]);
    }
}

/// Seed 87.
mod program_87 {
    use super::*;
    net! {
        dim N, M;
        pub struct Net { layer5: BatchNorm<2> }
        impl Net {
            #[grad(self, x1, x4)]
            pub fn run(x1: f64[2, 1], x4: f64[3, M, 2]) -> f64 {
                let (a2, a3) = (x1, 1 - powi(tanh(x1), 2));
                let (a6, a7, a8) = layer5(recip(powi(sum(x4, axis = 1), 2) + 0.5));
                (mean(a8) + (0.5 * mean(a7))) + (0.5 * mean(a6))
            }
        }
    }
    #[test]
    fn agrees() {
        let mut net = Net::zeros();
        net.layer5.weight = [-0.2139515019283702, 0.5396262491857975];
        net.layer5.bias = [0.7643278998918099, -0.8306861899092379];
        let mut workspace = Workspace::new();
        let pass = net.run(&mut workspace, &[[0.40109110883076915], [-0.018120045837739296]], Tensor::new(&[0.8579337371629059, 0.9882203950542872, 0.8933839815816325, 0.3007069448039965, 0.24800229388714445, -0.7563190900598615, 0.9841120478097769, -0.793423420992277, 0.8431734954912267, 0.8266787774132971, 0.7614114156823195, 0.9202162736183304], [3, 2, 2]));
        agree("result 0", &pass.value().flat(), &[0.17301902129730093]);
        let mut grads = Net::zeros();
        let mut d_x1 = [[0.5; 1]; 2];
        let mut d_x4 = [[[0.5; 2]; 2]; 3];
        pass.backward(&mut grads, &mut d_x1, &mut TensorMut::new(d_x4.as_flattened_mut().as_flattened_mut(), [3, 2, 2]));
        agree("layer5.weight", &grads.layer5.weight.flat(), &[5.144118810319031e-17, -6.926452844411725e-17]);
        agree("layer5.bias", &grads.layer5.bias.flat(), &[0.25, 0.25]);
        agree("x1", &d_x1.flat(), &[0.0, 0.0]);
        agree("x4", &d_x4.flat(), &[-0.014984777262627518, -0.06433063925393967, -0.014984777262627518, -0.06433063925393967, -0.07633437711658056, 0.028427241092335704, -0.07633437711658056, 0.028427241092335704, -0.023559262182195683, -0.015566443439613425, -0.023559262182195683, -0.015566443439613425]);
    }
}

/// Seed 88.
mod program_88 {
    use super::*;
    net! {
        dim N, M;
        fn f6(key1: u64, x2: f64[3, 1], x4: f64[N + 1, 3], s5: dim N) -> f64[N, 3] {
            let a3: f64[3, N] = broadcast_to(dropout(x2, 0.25, key1).dropout(0.125, fold(key1, 2)), [3, N]);
            x4[..-1]
        }
        pub struct Net { w8: f64[1, 1, 1, 3] }
        impl Net {
            #[grad(self, x9)]
            pub fn run(x9: f64[N, 3], key10: u64) -> f64 {
                let mut m7 = zeros([N, 3]);
                for t in 0..1 while l2(m7) < 1.5 {
                    m7 = tanh(w8[t, t / 2] + x9);
                }
                let mut m12 = zeros([N, 2]);
                for t in 0..1 {
                    let key13 = fold(key10, (5 * t) + t);
                    m12 = cos(dropout(m12, 0.25, key13)) - 0.5;
                }
                (l2(m12) + (0.5 * mean(w8))) + (0.5 * mean(x9))
            }
        }
    }
    #[test]
    fn agrees() {
        let mut net = Net::zeros();
        net.w8 = [[[[-0.49484965799855396, 0.4588729185867171, 0.40410424899841413]]]];
        let mut workspace = Workspace::new();
        let pass = net.run(&mut workspace, &[[-0.5095262257487803, 0.5903494327573744, 0.9162211591430258], [0.04016838993663874, -0.4036601606894432, -0.4511865287028147], [0.05610834801952258, -0.02534464865263253, 0.8220918955409038], [0.09683413976034938, 0.8419338836225023, 0.87895673764703]], 4603109932488716590);
        agree("result 0", &pass.value().flat(), &[2.1802273525408324]);
        let mut grads = Net::zeros();
        let mut d_x9 = [[0.5; 3]; 4];
        pass.backward(&mut grads, &mut d_x9);
        agree("w8", &grads.w8.flat(), &[0.16666666666666666, 0.16666666666666666, 0.16666666666666666]);
        agree("x9", &d_x9.flat(), &[0.041666666666666664, 0.041666666666666664, 0.041666666666666664, 0.041666666666666664, 0.041666666666666664, 0.041666666666666664, 0.041666666666666664, 0.041666666666666664, 0.041666666666666664, 0.041666666666666664, 0.041666666666666664, 0.041666666666666664]);
    }
}

/// Seed 93.
mod program_93 {
    use super::*;
    net! {
        dim N, M;
        fn g4(x1: f64[..], x2: f64[..]) -> f64[..] {
            let y3: f64[..] = powi((-1) * powi(x2, 2), 2);
            y3
        }
        fn g7(x5: f64[..]) -> f64[..] {
            let y6: f64[..] = ((-1) * (x5 + x5)) + powi(x5 / (powi(x5, 2) + 0.5), 2);
            y6
        }
        fn f12(x8: f64[N], x9: f64[M], x10: f64[1, 2, 4, 3]) -> (f64[M, 3], f64) {
            let a11 = outer(x8, ln(1 + exp(x9)) - mean(max_pool2d(x10, size = 2), axis = [1, 2, 3]));
            (ones([M, 3]) - (1 * ones([M, 3])), M.cos())
        }
        pub struct Net {}
        impl Net {
            #[grad(x14, x17, x18, x20)]
            pub fn run(index13: u32, x14: f64[2], x17: f64[M, N, 3], x18: f64[M * 2 - 1, 3, N], key19: u64, x20: f64[M, M, N, 3]) -> f64 {
                let mut m15 = broadcast_to(x14[index13], [N, 3]);
                let mut m16 = zeros([M, N, 3]);
                for t in 0..M {
                    m15 = (0.5 * m15) + sin(sigmoid((x17[t] @ x18[2 * t]) @ x20[t, t].dropout(0.125, key19)));
                    m16[t] += m15;
                }
                let mut m21 = min(0.5 * ones([1, 1]), ones([1])) + ones([5, N]);
                m21[.., ..] = m21;
                m21 += m21;
                let a22 = ln(1 + powi(ones([N, 3, 3]), 2));
                (sum(a22) + (0.5 * sum(m21))) + (0.5 * sum(m16))
            }
        }
    }
    #[test]
    fn agrees() {
        let mut net = Net::zeros();
        let mut workspace = Workspace::new();
        let pass = net.run(&mut workspace, 1, &[-0.4382659690707442, -0.8167554708218177], Tensor::new(&[0.0; 0], [2, 0, 3]), Tensor::new(&[0.0; 0], [3, 3, 0]), 13828449784032764358, Tensor::new(&[0.0; 0], [2, 2, 0, 3]));
        agree("result 0", &pass.value().flat(), &[0.0]);
        let mut d_x14 = [0.5; 2];
        let mut d_x17 = [[[0.5; 3]; 0]; 2];
        let mut d_x18 = [[[0.5; 0]; 3]; 3];
        let mut d_x20 = [[[[0.5; 3]; 0]; 2]; 2];
        pass.backward(&mut d_x14, &mut TensorMut::new(d_x17.as_flattened_mut().as_flattened_mut(), [2, 0, 3]), &mut TensorMut::new(d_x18.as_flattened_mut().as_flattened_mut(), [3, 3, 0]), &mut TensorMut::new(d_x20.as_flattened_mut().as_flattened_mut().as_flattened_mut(), [2, 2, 0, 3]));
        agree("x14", &d_x14.flat(), &[0.0, 0.0]);
        agree("x17", &d_x17.flat(), &[0.0; 0]);
        agree("x18", &d_x18.flat(), &[0.0; 0]);
        agree("x20", &d_x20.flat(), &[0.0; 0]);
    }
}

/// Seed 94.
mod program_94 {
    use super::*;
    net! {
        extern fn cube(x: f64) -> f64 { derivative(dx) = 3 * square_of(x) * dx }
        extern fn square_of(x: f64) -> f64 { derivative(dx) = dx * x + 2 * x * dx - x * dx }
        dim N, M;
        fn f4(x1: f64[2], x3: f64[2, N]) -> f64[N, 2] {
            let a2[i in 0..5, j in 0..N] = x1;
            x3.permute([1, 0])
        }
        fn g7(x5: f64[..]) -> f64[..] {
            let y6: f64[..] = powi(0.5 * tanh(x5), 2);
            if (x5 / (powi(y6, 2) + 0.5)) > 0 { x5 + x5 } else { y6 + x5 }
        }
        fn f11(x8: f64[M, 2, 3], x10: f64[1, N]) -> f64[1, N] {
            let a9: f64[M, 2] = erf(x8)[.., .., ((3 - 3) / 2) + 1..].sum(axis = 2);
            x10
        }
        pub struct Net { w13: f64[2, 2, 3] }
        impl Net {
            #[grad(self)]
            pub fn run() -> f64[2, 2, 3] {
                let index12[i in 0..3, j in 0..3]: u32 = if cube(w13[((j - 3) / 2) + 2, ((i - 3) / 2) + 2, (i - 3) % 3]) < j { j % 5 } else { i % 5 };
                let index14: u32 = 0;
                w13
            }
        }
    }
    #[test]
    fn agrees() {
        let mut net = Net::zeros();
        net.w13 = [[[-0.811400316592584, -0.6093506595483011, -0.6259312388435381], [-0.7058264468719819, -0.6725329371677546, -0.28865910006006845]], [[0.1947274118713862, -0.8872636012624291, -0.974942515789859], [-0.831414609160924, 0.767280155019535, 0.8390461138462493]]];
        let mut workspace = Workspace::new();
        let pass = net.run(&mut workspace, );
        agree("result 0", &pass.value().flat(), &[-0.811400316592584, -0.6093506595483011, -0.6259312388435381, -0.7058264468719819, -0.6725329371677546, -0.28865910006006845, 0.1947274118713862, -0.8872636012624291, -0.974942515789859, -0.831414609160924, 0.767280155019535, 0.8390461138462493]);
        let mut grads = Net::zeros();
        pass.backward(&[[[-0.9604499142836616, -0.8062550946165392, -0.5687900907648074], [-0.5973918279029979, 0.9225812628423411, -0.2521955240206917]], [[-0.9389514168457089, 0.18577221703553848, -0.5971327653540024], [-0.7141981385261789, 0.21069169215730033, -0.6412672162057096]]], &mut grads);
        agree("w13", &grads.w13.flat(), &[-0.9604499142836616, -0.8062550946165392, -0.5687900907648074, -0.5973918279029979, 0.9225812628423411, -0.2521955240206917, -0.9389514168457089, 0.18577221703553848, -0.5971327653540024, -0.7141981385261789, 0.21069169215730033, -0.6412672162057096]);
    }
}

/// Seed 95.
mod program_95 {
    use super::*;
    net! {
        dim N, M;
        struct Layer4<const D: usize> { gain: f64[D], mix: f64[D, D], inner: RmsNorm<D> }
        impl Layer4<D> {
            fn call(x1: f64[.., D]) -> f64[.., D] {
                let h2 = silu(tanh(x1 - mean(x1, axis = -1, keep = true)) @ mix);
                let h3 = ((-1) * (x1 * h2)) - (tanh(x1 * gain) @ mix);
                h3 + (h2 * gain)
            }
            fn other(x5: f64[.., D]) -> f64[.., D] {
                powi(if x5 > 0 { x5 } else { x5 }, 2)
            }
        }
        pub struct Net { layer9: Rnn<2, 1>, w13: f64[5, 1] }
        impl Net {
            #[grad(self, x6)]
            pub fn run(x6: f64[3, 5, 1], index8: u32[5, 5]) -> f64 {
                let a7 = x6;
                let (a10, a11) = layer9(one_hot(index8, [2]), w13);
                (l2(a11) + (0.5 * l2(a10))) + (0.5 * l2(a7))
            }
        }
    }
    #[test]
    fn agrees() {
        let mut net = Net::zeros();
        net.layer9.w_ih = [[-0.10554618799635596], [0.9716412255055475]];
        net.layer9.w_hh = [[-0.3520991732925287]];
        net.layer9.b_ih = [0.4658191619132994];
        net.layer9.b_hh = [-0.0220213192490335];
        net.w13 = [[-0.811400316592584], [-0.6093506595483011], [-0.6259312388435381], [-0.7058264468719819], [-0.6725329371677546]];
        let mut workspace = Workspace::new();
        let pass = net.run(&mut workspace, &[[[-0.43745954695206435], [0.9783849630431232], [0.26185005220854607], [-0.28973540211305715], [-0.23176480135111088]], [[-0.9496898361808221], [-0.06161412687493306], [-0.7032360281650039], [0.8853992610737293], [-0.20921698829998525]], [[0.3455868200090233], [-0.9900237346973397], [-0.9271369833510634], [0.6149183778845189], [0.49225352465717487]]], &[[1, 0, 0, 1, 0], [1, 1, 1, 0, 1], [1, 1, 1, 0, 1], [0, 1, 1, 1, 0], [0, 1, 1, 1, 1]]);
        agree("result 0", &pass.value().flat(), &[12.380801948572605]);
        let mut grads = Net::zeros();
        let mut d_x6 = [[[0.5; 1]; 5]; 3];
        pass.backward(&mut grads, &mut d_x6);
        agree("layer9.w_ih", &grads.layer9.w_ih.flat(), &[1.5796028357443443, 5.847228929209564]);
        agree("layer9.w_hh", &grads.layer9.w_hh.flat(), &[2.8175319942323087]);
        agree("layer9.b_ih", &grads.layer9.b_ih.flat(), &[7.42683176495391]);
        agree("layer9.b_hh", &grads.layer9.b_hh.flat(), &[7.42683176495391]);
        agree("w13", &grads.w13.flat(), &[-0.03718324849769819, -0.1123000143714072, -0.11273785444279112, -0.045064184715004896, -0.11422364195798575]);
        agree("x6", &d_x6.flat(), &[-0.43745954695206435, 0.9783849630431232, 0.26185005220854607, -0.28973540211305715, -0.23176480135111088, -0.9496898361808221, -0.06161412687493306, -0.7032360281650039, 0.8853992610737293, -0.20921698829998525, 0.3455868200090233, -0.9900237346973397, -0.9271369833510634, 0.6149183778845189, 0.49225352465717487]);
    }
}

/// Seed 96.
mod program_96 {
    use super::*;
    net! {
        dim N, M;
        fn g4(x1: f64[..], x2: f64[..]) -> f64[..] {
            let y3: f64[..] = if (powi(x1, 2) + (2 * x1)) > 0 { powi(tanh(x1), 2) } else { (x2 + x2) + x2 };
            2 * powi(x2, 2)
        }
        pub struct Net { layer12: [Linear<3, 3>; 1] }
        impl Net {
            #[grad(self, x6, x10)]
            pub fn run(x6: f64[1, N], x10: f64[M, 3, N]) -> (f64[3], f64[3, N, M]) {
                let index5[i in 0..N]: u32 = ((2 * i) + i) % 1;
                let a7: f64[3, N] = broadcast_to(x6, [3, N]);
                let mut m8 = zeros([3, N]);
                let mut m9 = zeros([3, N, M]);
                for t in (0..M).rev() {
                    m8 = (0.5 * m8) + sin(x10[((-1) - t) + M]);
                    m9[.., .., t] = m8;
                }
                let mut m11 = zeros([3]);
                #[checkpoint]
                for block13 in layer12 {
                    m11 = 0.5 * block13(m11);
                }
                (m11, m9)
            }
        }
    }
    #[test]
    fn agrees() {
        let mut net = Net::zeros();
        net.layer12[0].weight = [[0.16684437044579892, -0.0025138721293980204, -0.7814293395201841], [0.65839008610694, -0.2228145423209995, 0.5131751979184656], [-0.989802829152056, 0.6064685539093189, 0.34335224995925806]];
        net.layer12[0].bias = [0.49917603579297554, 0.6753026247218126, -0.960111454873092];
        let mut workspace = Workspace::new();
        let pass = net.run(&mut workspace, Tensor::new(&[-0.43745954695206435, 0.9783849630431232], [1, 2]), Tensor::new(&[0.8006096414870465, 0.4076743384269843, -0.8895670365951687, 0.5364984726322297, -0.8051345298804984, 0.6502892204948587, -0.5421116572111384, -0.03227599559459482, -0.9479090199673772, 0.2129497235545379, 0.6508968631010277, -0.9061371506331324], [2, 3, 2]));
        agree("result 0", &pass.value().0.flat(), &[0.24958801789648777, 0.3376513123609063, -0.480055727436546]);
        agree("result 1", &pass.value().1.as_slice(), &[-0.1570556812985009, 0.7177806988802724, 0.16596727761523294, 0.3964753392727005, -1.2005970209080208, -0.7767991623273822, 0.46690868736829905, 0.5111295555400206, 0.24543820010591183, -0.7209238806475363, -0.48441873579615113, 0.6054166241715293]);
        let mut grads = Net::zeros();
        let mut d_x6 = [[0.5; 2]; 1];
        let mut d_x10 = [[[0.5; 2]; 3]; 2];
        pass.backward((&[-0.9604499142836616, -0.8062550946165392, -0.5687900907648074], Tensor::new(&[-0.5794516383647115, 0.6830951868669428, 0.8344536413562509, 0.03042288403270521, 0.4451813556071784, 0.38442516936153437, 0.5267703526167438, 0.6466715187456535, 0.0010934566028673043, -0.9636396475256168, -0.40404645253446847, 0.43641326376680256], [3, 2, 2])), &mut grads, &mut TensorMut::new(d_x6.as_flattened_mut(), [1, 2]), &mut TensorMut::new(d_x10.as_flattened_mut().as_flattened_mut(), [2, 3, 2]));
        agree("layer12[0].weight", &grads.layer12[0].weight.flat(), &[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
        agree("layer12[0].bias", &grads.layer12[0].bias.flat(), &[-0.4802249571418308, -0.4031275473082696, -0.2843950453824037]);
        agree("x6", &d_x6.flat(), &[0.0, 0.0]);
        agree("x10", &d_x10.flat(), &[0.273890994559701, 0.41096273975959363, 0.38226726532476124, 0.78219707921223, -0.6674371223836558, 0.18655307776101132, -0.49637049457650395, 0.8340190372639626, 0.2597110799383266, 0.514871538353357, 0.0008698892412096091, -0.24921217384603084]);
    }
}

/// Seed 100.
mod program_100 {
    use super::*;
    net! {
        dim N, M;
        struct Layer4<const D: usize> { gain: f64[D] }
        impl Layer4<D> {
            fn call(x1: f64[.., D]) -> f64[.., D] {
                let h2 = ((0.5 * x1) * gain) + ((-1) * x1);
                let h3 = h2;
                h3 + (h2 * gain)
            }
            fn other(x5: f64[.., D]) -> f64[.., D] {
                gain - call((x5 * x5) - mean(x5, axis = -1, keep = true))
            }
        }
        pub struct Net { w6: f64[3, 1, 3], w8: f64[2, 5] }
        impl Net {
            #[grad(self, x7)]
            pub fn run(x7: f64[N, 1, 2]) -> f64 {
                let (a9, a10) = (norm(conv1d(w6, x7, stride = 3, padding = 1, dilation = 2), axis = [2]).t(), w8);
                (l2(a10) + (0.5 * mean(a9))) + (0.5 * sum(w6))
            }
        }
    }
    #[test]
    fn agrees() {
        let mut net = Net::zeros();
        net.w6 = [[[-0.8040031996457417, -0.5851635626006073, -0.7873749160842587]], [[0.07693682373355437, -0.612891582992775, 0.5325638376583253]], [[-0.9455389336226978, 0.13865876043837266, -0.05856783279186728]]];
        net.w8 = [[-0.49484965799855396, 0.4588729185867171, 0.40410424899841413, -0.037289146449547506, -0.1561965018707474], [0.9042063866600893, 0.8161683285990404, 0.3282910323222319, -0.9628145525540717, 0.5391080344622596]];
        let mut workspace = Workspace::new();
        let pass = net.run(&mut workspace, &[[[0.9278857477987283, 0.22326912943077426]]]);
        agree("result 0", &pass.value().flat(), &[1.9807237341474173]);
        let mut grads = Net::zeros();
        let mut d_x7 = [[[0.5; 2]; 1]; 1];
        pass.backward(&mut grads, &mut d_x7);
        agree("w6", &grads.w6.flat(), &[0.5, 0.4627884784282043, 0.5, 0.5, 0.4627884784282043, 0.5, 0.5, 0.5372115215717957, 0.5]);
        agree("w8", &grads.w8.flat(), &[-0.9896993159971079, 0.9177458371734342, 0.8082084979968283, -0.07457829289909501, -0.3123930037414948, 1.8084127733201787, 1.6323366571980809, 0.6565820646444638, -1.9256291051081433, 1.0782160689245193]);
        agree("x7", &d_x7.flat(), &[0.0, 0.2227856510052925]);
    }
}

/// Seed 103.
mod program_103 {
    use super::*;
    net! {
        dim N, M;
        pub struct Net { w8: f64[3] }
        impl Net {
            #[grad(self, x1, x6, x7, x9)]
            pub fn run(x1: f64[N, 3], key5: u64, x6: f64[2, 2, 2, M], x7: f64[M, 3], x9: f64[M]) -> (f64[M], f64[N, 3]) {
                let a2 = broadcast_to(x1, [N, 3]);
                let mut index3: u32 = M / 2;
                let mut m4 = zeros([M]);
                for t in (0..2).rev() {
                    index3 = ((2 * index3) + index3) % M;
                    m4 *= recip(sigmoid(x6[1 - t, t, t]) + 0.25).dropout(0.125, fold(key5, (5 * 0) + t));
                }
                let (a10, a11) = (a2, (x7 @ w8) / (abs(broadcast_to(x9, [M])) + 0.5));
                let index12[i in 0..3, j in 0..N]: u32 = 2 - i;
                (a11, a10)
            }
        }
    }
    #[test]
    fn agrees() {
        let mut net = Net::zeros();
        net.w8 = [-0.49484965799855396, 0.4588729185867171, 0.40410424899841413];
        let mut workspace = Workspace::new();
        let pass = net.run(&mut workspace, &[[0.40109110883076915, -0.018120045837739296, -0.9786761923106893], [-0.15698557299909366, -0.8470900459196686, 0.8787439943883637], [0.18061874244732712, -0.06985414028111969, -0.6718850127371574]], 13819607779374746528, Tensor::new(&[-0.43745954695206435, 0.9783849630431232, 0.26185005220854607, -0.28973540211305715, -0.23176480135111088, -0.9496898361808221, -0.06161412687493306, -0.7032360281650039, 0.8853992610737293, -0.20921698829998525, 0.3455868200090233, -0.9900237346973397, -0.9271369833510634, 0.6149183778845189, 0.49225352465717487, 0.25639096160875474, -0.7939006342509041, 0.5745915978363725, 0.8960680463420905, 0.8030376356321991, -0.09378551625701981, 0.7556415117879545, 0.9459460284088956, -0.24880591091333115, -0.35063037360773097, 0.867773616868114, 0.13211334171839106, 0.11183376552898916, 0.6012771668725299, 0.785236094473553, -0.017385680554274252, -0.09890984285897941], [2, 2, 2, 4]), &[[0.9278857477987283, 0.22326912943077426, 0.39039853404577274], [-0.5090843137275727, -0.6492345516234947, -0.9391091516657015], [-0.10962579622978019, -0.9559375581659868, 0.7344510867885465], [0.16999960985258222, -0.5317349755308212, 0.33178584620845086]], &[-0.5095262257487803, 0.5903494327573744, 0.9162211591430258, 0.04016838993663874]);
        agree("result 0", &pass.value().0.iter().flat_map(Array::flat).collect::<Vec<_>>(), &[-0.19707272225593286, -0.3902363230434048, -0.06186234693063046, -0.35923419869921414]);
        agree("result 1", &pass.value().1.iter().flat_map(Array::flat).collect::<Vec<_>>(), &[0.40109110883076915, -0.018120045837739296, -0.9786761923106893, -0.15698557299909366, -0.8470900459196686, 0.8787439943883637, 0.18061874244732712, -0.06985414028111969, -0.6718850127371574]);
        let mut grads = Net::zeros();
        let mut d_x1 = [[0.5; 3]; 3];
        let mut d_x6 = [[[[0.5; 4]; 2]; 2]; 2];
        let mut d_x7 = [[0.5; 3]; 4];
        let mut d_x9 = [0.5; 4];
        pass.backward((&[-0.9604499142836616, -0.8062550946165392, -0.5687900907648074, -0.5973918279029979], &[[-0.5794516383647115, 0.6830951868669428, 0.8344536413562509], [0.03042288403270521, 0.4451813556071784, 0.38442516936153437], [0.5267703526167438, 0.6466715187456535, 0.0010934566028673043]]), &mut grads, &mut d_x1, &mut TensorMut::new(d_x6.as_flattened_mut().as_flattened_mut().as_flattened_mut(), [2, 2, 2, 4]), &mut d_x7, &mut d_x9);
        agree("w8", &grads.w8.flat(), &[-0.6503178750439722, 1.2396525416526205, -0.33890707887521976]);
        agree("x1", &d_x1.flat(), &[-0.5794516383647115, 0.6830951868669428, 0.8344536413562509, 0.03042288403270521, 0.4451813556071784, 0.38442516936153437, 0.5267703526167438, 0.6466715187456535, 0.0010934566028673043]);
        agree("x6", &d_x6.flat(), &[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
        agree("x7", &d_x7.flat(), &[0.47079342714003247, -0.43656563255383907, -0.38445944385874137, 0.36591485797504564, -0.33931198318367617, -0.2988134810023437, 0.19874408744058727, -0.18429492267322628, -0.1622984453962952, 0.5472721974042305, -0.5074842155089032, -0.4469135559762166]);
        agree("x9", &d_x9.flat(), &[0.18749238441821356, -0.28855889140282837, -0.024845476780539864, -0.39729013878684216]);
    }
}

/// Seed 104.
mod program_104 {
    use super::*;
    net! {
        dim N, M;
        pub struct Net { w2: f64 }
        impl Net {
            #[grad(self, x3)]
            pub fn run(x3: f64[M, 1], s6: dim N) -> f64 {
                let index1: u32 = 0;
                let a4 = ln_gamma(abs(((w2 != x3) as f64) * ((x3 > w2) as f64)) + 0.5);
                let index5[i in 0..M, j in 0..1]: u32 = j % N;
                (l2(a4) + (0.5 * w2)) + (0.5 * sum(x3))
            }
        }
    }
    #[test]
    fn agrees() {
        let mut net = Net::zeros();
        net.w2 = 0.5769958687331467;
        let mut workspace = Workspace::new();
        let pass = net.run(&mut workspace, &[[0.5262479111403826], [0.18804585735145563], [0.8914556467265815], [-0.5310296242076598]], 3);
        agree("result 0", &pass.value().flat(), &[1.8232510624677158]);
        let mut grads = Net::zeros();
        let mut d_x3 = [[0.5; 1]; 4];
        pass.backward(&mut grads, &mut d_x3);
        agree("w2", &grads.w2.flat(), &[0.5]);
        agree("x3", &d_x3.flat(), &[0.5, 0.5, 0.5, 0.5]);
    }
}

/// Seed 105.
mod program_105 {
    use super::*;
    net! {
        dim N, M;
        struct Layer4<const D: usize> { gain: f64[D], mix: f64[D, D] }
        impl Layer4<D> {
            fn call(x1: f64[.., D]) -> f64[.., D] {
                let h2 = powi((-1) * powi(x1, 2), 2);
                let h3 = softmax(powi(2 * h2, 2));
                h3 + (h2 * gain)
            }
            fn other(x5: f64[.., D]) -> f64[.., D] {
                gain - call(x5)
            }
        }
        pub struct Net { w7: f64[1, 1] }
        impl Net {
            #[grad(self, x6)]
            pub fn run(x6: f64[N, M], key10: u64[1], index11: u32[N]) -> f64 {
                let mut m8 = ln(1 - sin(max(x6, w7)));
                let mut m9 = zeros([N, M, 1]);
                for t in 0..1 {
                    m8 = sigmoid(m8 - one_hot(index11, [M]).dropout(0, fold(key10[t], (5 * 0) + 0)));
                    m9[.., .., t] += m8;
                }
                (sum(m9) + (0.5 * mean(m8))) + (0.5 * sum(x6))
            }
        }
    }
    #[test]
    fn agrees() {
        let mut net = Net::zeros();
        net.w7 = [[-0.7780655310123343]];
        let mut workspace = Workspace::new();
        let pass = net.run(&mut workspace, Tensor::new(&[-0.43745954695206435, 0.9783849630431232, 0.26185005220854607, -0.28973540211305715, -0.23176480135111088, -0.9496898361808221, -0.06161412687493306, -0.7032360281650039, 0.8853992610737293, -0.20921698829998525, 0.3455868200090233, -0.9900237346973397, -0.9271369833510634, 0.6149183778845189, 0.49225352465717487, 0.25639096160875474], [4, 4]), &[4603109932488716590], &[2, 1, 0, 3]);
        agree("result 0", &pass.value().flat(), &[6.450514821231749]);
        let mut grads = Net::zeros();
        let mut d_x6 = [[0.5; 4]; 4];
        pass.backward(&mut grads, &mut TensorMut::new(d_x6.as_flattened_mut(), [4, 4]));
        agree("w7", &grads.w7.flat(), &[-0.30342737821529164]);
        agree("x6", &d_x6.flat(), &[0.3409714970217053, 0.07965142358237776, 0.2737485940265536, 0.31083693630456266, 0.298115554896539, 0.5, 0.25781862423494484, 0.3877097067613128, 0.2952897994401573, 0.29302822665116113, 0.1484183889948117, 0.5, 0.5, 0.08407521528769307, 0.1104395827897347, 0.274110597557339]);
    }
}

/// Seed 109.
mod program_109 {
    use super::*;
    net! {
        dim N, M;
        struct Layer4<const D: usize> { gain: f64[D], mix: f64[D, D], inner: [Linear<D, D>; 2] }
        impl Layer4<D> {
            fn call(x1: f64[.., D]) -> f64[.., D] {
                let h2 = x1;
                let h3 = 2 * x1;
                h3 + (h2 * gain)
            }
            fn other(x5: f64[.., D]) -> f64[.., D] {
                gain - call((x5 - mean(x5, axis = -1, keep = true)) + x5)
            }
        }
        pub struct Net { w8: f64[5, 2] }
        impl Net {
            #[grad(self, x9)]
            pub fn run(index7: u32[5], x9: f64[2, N]) -> f64 {
                let mut m6 = zeros([5, N]);
                #[checkpoint]
                for t in 0..N {
                    m6 = (0.5 * m6) + sin(one_hot(index7, [N]));
                }
                let a10 = broadcast_to(tril(w8 @ x9, diagonal = -1), [5, N]);
                (l2(a10) + (0.5 * mean(m6))) + (0.5 * mean(w8))
            }
        }
    }
    #[test]
    fn agrees() {
        let mut net = Net::zeros();
        net.w8 = [[-0.49484965799855396, 0.4588729185867171], [0.40410424899841413, -0.037289146449547506], [-0.1561965018707474, 0.9042063866600893], [0.8161683285990404, 0.3282910323222319], [-0.9628145525540717, 0.5391080344622596]];
        let mut workspace = Workspace::new();
        let pass = net.run(&mut workspace, &[1, 2, 2, 2, 1], Tensor::new(&[-0.5095262257487803, 0.5903494327573744, 0.9162211591430258, 0.04016838993663874, -0.4036601606894432, -0.4511865287028147], [2, 3]));
        agree("result 0", &pass.value().flat(), &[3.3913589754594886]);
        let mut grads = Net::zeros();
        let mut d_x9 = [[0.5; 3]; 2];
        pass.backward(&mut grads, &mut TensorMut::new(d_x9.as_flattened_mut(), [2, 3]));
        agree("w8", &grads.w8.flat(), &[0.05, 0.05, 0.2613510277913436, 0.03333818738111856, -0.6079336409672439, 0.42842053270036007, 1.9716309792976086, -0.8054778591155534, -3.462249954552802, 1.7412369260949196]);
        agree("x9", &d_x9.flat(), &[-1.8475006093280597, 2.226583097082222, 3.1459461341822337, 0.5129866646262243, -1.4449550043489068, -0.8196801803076601]);
    }
}

/// Seed 115.
mod program_115 {
    use super::*;
    net! {
        dim N, M;
        struct Layer4<const D: usize> { gain: f64[D] }
        impl Layer4<D> {
            fn call(x1: f64[.., D]) -> f64[.., D] {
                let h2 = softmax((x1 - x1) - mean(x1 / (powi(x1, 2) + 0.5), axis = -1, keep = true));
                let h3 = x1 / (powi((h2 - x1) * gain, 2) + 0.5);
                h3 + (h2 * gain)
            }
            fn other(x5: f64[.., D]) -> f64[.., D] {
                gain - call(x5 + (x5 - x5))
            }
        }
        pub struct Net { w7: f64, w8: f64[3, 5] }
        impl Net {
            #[grad(self)]
            pub fn run(key6: u64[3]) -> f64 {
                let a9[i, j] = (w7.dropout(0.125, fold(key6[j], j)) < sum[k in 0..3](w8[2 - k, i])) as f64;
                (sum(a9) + (0.5 * w7)) + (0.5 * mean(w8))
            }
        }
    }
    #[test]
    fn agrees() {
        let mut net = Net::zeros();
        net.w7 = -0.7780655310123343;
        net.w8 = [[-0.49484965799855396, 0.4588729185867171, 0.40410424899841413, -0.037289146449547506, -0.1561965018707474], [0.9042063866600893, 0.8161683285990404, 0.3282910323222319, -0.9628145525540717, 0.5391080344622596], [0.1157679908692475, -0.31412748686293157, 0.4336661773850772, -0.16560329037345634, 0.20528050397040154]];
        let mut workspace = Workspace::new();
        let pass = net.run(&mut workspace, &[13829977775750183846, 13826761901866547362, 13810966521505549856]);
        agree("result 0", &pass.value().flat(), &[11.680120067351972]);
        let mut grads = Net::zeros();
        pass.backward(&mut grads);
        agree("w7", &grads.w7.flat(), &[0.5]);
        agree("w8", &grads.w8.flat(), &[0.03333333333333333, 0.03333333333333333, 0.03333333333333333, 0.03333333333333333, 0.03333333333333333, 0.03333333333333333, 0.03333333333333333, 0.03333333333333333, 0.03333333333333333, 0.03333333333333333, 0.03333333333333333, 0.03333333333333333, 0.03333333333333333, 0.03333333333333333, 0.03333333333333333]);
    }
}

/// Seed 116.
mod program_116 {
    use super::*;
    net! {
        dim N, M;
        fn g3(x1: f64[..]) -> f64[..] {
            let y2: f64[..] = x1;
            powi(if x1 > 0 { x1 } else { x1 }, 2)
        }
        fn f7(index4: u32, x6: f64[N, N]) -> f64[N, N] {
            let a5 = one_hot(index4, [3]);
            signum(x6)
        }
        fn g10(x8: f64[..]) -> f64[..] {
            let y9: f64[..] = (powi(x8, 2) / (powi(sin(x8), 2) + 0.5)) + (0.5 * sin(x8));
            y9
        }
        pub struct Net { w16: f64 }
        impl Net {
            #[grad(self, x11, x12, x13, x17, x18)]
            pub fn run(x11: f64[N, M], x12: f64[N, 3], x13: f64[M, 3, M], x17: f64[M, M * 2 - 1], x18: f64[M, M, 2, N]) -> f64 {
                let (a14, a15) = (x11.t() @ (x12 + x12), sum((x12 @ x13)[((M - 3) / 2) + 1..(((0 - M) / 2) + M) + 1], axis = 0));
                let a19[i in 0..M] = (if w16 < i { g10([w16, x17[i, 2 * i]]) } else { recip(abs(x18[i, i][.., 0]) + 0.5) }) @ (0.25 * ones([2]));
                (sum(a19) + (0.5 * l2(a15))) + (0.5 * mean(a14))
            }
        }
    }
    #[test]
    fn agrees() {
        let mut net = Net::zeros();
        net.w16 = 0.11838028998175143;
        let mut workspace = Workspace::new();
        let pass = net.run(&mut workspace, Tensor::new(&[-0.8442436553728168, -0.3919804951781791, -0.6595388597301262, -0.7244918304247383], [2, 2]), &[[0.9116991077079883, 0.3200385754814925, -0.24132337696172912], [-0.5477118688806055, 0.9835243112860164, -0.6610363220829192]], Tensor::new(&[0.2730502932491494, -0.42443305501973505, -0.36560947406089417, -0.42784383646994995, -0.29459360907664855, 0.44618962366247605, -0.1458372364487699, 0.12743556962125013, 0.5756618416007875, -0.677619184806032, 0.8770153277307939, 0.43310883753005447], [2, 3, 2]), Tensor::new(&[0.19076790749913264, 0.20804562063056853, -0.6392757496196846, 0.05903765722154852, 0.92416518622859, -0.12453330884755487], [2, 3]), Tensor::new(&[-0.5709527471923483, 0.8657129610383019, -0.5078268242902104, -0.873697616245334, -0.5946981476166182, -0.4972372766448707, 0.7649277698765427, 0.7002858352348569, 0.20034582645628962, 0.13308190902394634, -0.08925342770840361, -0.5317476941191794, 0.25449668225604816, -0.6648191738996454, 0.45238518040883124, 0.2827375571447919], [2, 2, 2, 2]));
        agree("result 0", &pass.value().flat(), &[1.8584872001966253]);
        let mut grads = Net::zeros();
        let mut d_x11 = [[0.5; 2]; 2];
        let mut d_x12 = [[0.5; 3]; 2];
        let mut d_x13 = [[[0.5; 2]; 3]; 2];
        let mut d_x17 = [[0.5; 3]; 2];
        let mut d_x18 = [[[[0.5; 2]; 2]; 2]; 2];
        pass.backward(&mut grads, &mut TensorMut::new(d_x11.as_flattened_mut(), [2, 2]), &mut d_x12, &mut TensorMut::new(d_x13.as_flattened_mut().as_flattened_mut(), [2, 3, 2]), &mut TensorMut::new(d_x17.as_flattened_mut(), [2, 3]), &mut TensorMut::new(d_x18.as_flattened_mut().as_flattened_mut().as_flattened_mut(), [2, 2, 2, 2]));
        agree("w16", &grads.w16.flat(), &[0.23618157804133566]);
        agree("x11", &d_x11.flat(), &[0.1650690510379586, 0.1650690510379586, -0.03753731327958472, -0.03753731327958472]);
        agree("x12", &d_x12.flat(), &[0.047903797970620166, 0.7279274861409191, -0.9169557716926682, 0.18499579434092248, 1.3818552803817852, -1.6992357508646525]);
        agree("x13", &d_x13.flat(), &[0.1747664912081521, 0.06188846600554809, -0.2303484293146095, -1.7488143359753003, 0.1537009771233734, 1.197336986665686, 0.1747664912081521, 0.06188846600554809, -0.2303484293146095, -1.7488143359753003, 0.1537009771233734, 1.197336986665686]);
        agree("x17", &d_x17.flat(), &[0.0, 0.0, 0.0, 0.0, 0.0, 0.006823778795061838]);
        agree("x18", &d_x18.flat(), &[0.21797133807276778, 0.0, 0.2461320574211211, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    }
}

/// Seed 119.
mod program_119 {
    use super::*;
    net! {
        dim N, M;
        struct Layer19<const D: usize> { gain: f64[D] }
        impl Layer19<D> {
            fn call(x16: f64[.., D]) -> f64[.., D] {
                let h17 = x16;
                let h18 = sigmoid((h17 + h17) - mean(h17 * x16, axis = -1, keep = true));
                h18 + (h17 * gain)
            }
            fn other(x20: f64[.., D]) -> f64[.., D] {
                gain - call(x20 * x20)
            }
        }
        fn g4(x1: f64[..], x2: f64[..]) -> f64[..] {
            let y3: f64[..] = sin(sigmoid(powi(x2, 2)));
            (x2 + x1) * (y3 - y3)
        }
        fn f11(key5: u64, x7: f64[2], x10: f64[5]) -> f64[5] {
            let mut m8 = x7;
            for t in (0..3).rev() {
                let key9 = fold(key5, t);
                m8 = cos(dropout(m8, 0.25, key9)) - 0.5;
            }
            x10
        }
        fn f15(x14: f64[N, M, 1]) -> f64[N, M] {
            let a13 = ({ let b12 = arange([M * N * 3]); if b12 < 0 { b12 / floor(b12) } else { 0 } }).reshape([N, 3, M]);
            x14[.., .., -1]
        }
        pub struct Net { w29: f64[3, 5] }
        impl Net {
            #[grad(self, x21, x23, x25)]
            pub fn run(x21: f64[M, M], x23: f64, x25: f64[M, 1], index27: u32, index28: u32[N]) -> f64[M, N] {
                let a22 = x21;
                let a26 = { let b24 = x23; if x25 >= stop_grad(x21) { a22 } else { a22 } };
                let a30[i in 0..M, j] = w29[index28[j]][index27];
                a30
            }
        }
    }
    #[test]
    fn agrees() {
        let mut net = Net::zeros();
        net.w29 = [[-0.12137479788142191, -0.2975631707011037, -0.8101518998541353, 0.20122327298172404, 0.33397264320723963], [0.7107474112944492, -0.9734461240778061, -0.41045358174527236, -0.9287845869109264, 0.8917761222750664], [-0.02714626257842001, 0.2103736308007922, 0.22807926661268563, -0.9630738615805068, -0.3050570107105388]];
        let mut workspace = Workspace::new();
        let pass = net.run(&mut workspace, Tensor::new(&[0.0; 0], [0, 0]), 0.059263455938541654, &[[0.0; 1]; 0], 4, &[0; 0]);
        agree("result 0", &pass.value().as_slice(), &[0.0; 0]);
        let mut grads = Net::zeros();
        let mut d_x21 = [[0.5; 0]; 0];
        let mut d_x23 = 0.5;
        let mut d_x25 = [[0.5; 1]; 0];
        pass.backward(Tensor::new(&[0.0; 0], [0, 0]), &mut grads, &mut TensorMut::new(d_x21.as_flattened_mut(), [0, 0]), &mut d_x23, &mut d_x25);
        agree("w29", &grads.w29.flat(), &[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
        agree("x21", &d_x21.flat(), &[0.0; 0]);
        agree("x23", &d_x23.flat(), &[0.0]);
        agree("x25", &d_x25.flat(), &[0.0; 0]);
    }
}

/// Seed 124.
mod program_124 {
    use super::*;
    net! {
        extern fn cube(x: f64) -> f64 { derivative(dx) = 3 * square_of(x) * dx }
        extern fn square_of(x: f64) -> f64 { derivative(dx) = dx * x + 2 * x * dx - x * dx }
        dim N, M;
        struct Layer14<const D: usize> { gain: f64[D], mix: f64[D, D] }
        impl Layer14<D> {
            fn call(x11: f64[.., D]) -> f64[.., D] {
                let h12 = ((x11 - mean(x11, axis = -1, keep = true)) * gain) * gain;
                let h13 = if (sin(h12) * (tanh(x11) @ mix)) > 0 { h12 } else { tanh(x11) @ mix };
                h13 + (h12 * gain)
            }
            fn other(x15: f64[.., D]) -> f64[.., D] {
                gain - call(tanh(if x15 > 0 { x15 } else { x15 }) @ mix)
            }
        }
        fn g3(x1: f64[..]) -> f64[..] {
            let y2: f64[..] = x1;
            (y2 + y2) - sigmoid(y2)
        }
        fn g6(x4: f64[..]) -> f64[..] {
            let y5: f64[..] = powi((2 * x4) + tanh(x4), 2);
            elu(x4 - x4)
        }
        fn f10(x7: f64[N, N, N], index9: u32) -> f64[5] {
            let a8 = sum((x7 - x7)[..(((0 - N) / 2) + N) + 1], axis = 0);
            one_hot(index9, [5])
        }
        pub struct Net { w18: f64[5, 6], w19: f64[3] }
        impl Net {
            #[grad(self)]
            pub fn run() -> f64 {
                let mut m16 = zeros([3, 5]);
                let mut m17 = zeros([5, 3, 5]);
                for t in (0..5).rev() {
                    let a20: f64 = t + (if cube(w18[t, t + 1]) <= 1.5 { w19.mean() } else { g6(w18[t, t]) });
                    m16 = (0.5 * m16) + sin(m16);
                    m17[t] = m16;
                }
                (l2(m17) + (0.5 * mean(w18))) + (0.5 * mean(w19))
            }
        }
    }
    #[test]
    fn agrees() {
        let mut net = Net::zeros();
        net.w18 = [[0.8611591615295995, 0.6222906069267522, 0.2493606347332249, -0.604120422094965, -0.8844909548093238, 0.13146568784165868], [-0.6338064403039705, 0.6598551938608397, 0.8371921206646629, 0.2729595471037476, -0.7100630179549372, 0.39772227745529487], [0.3541545063973808, -0.6745355445437036, -0.5303586447475275, 0.07902648153356662, 0.875424265521862, -0.9226461768672904], [0.565016400258314, -0.358086050929614, -0.6242955981204155, -0.02604606610365834, 0.23035287561900786, -0.9553490020945832], [0.7054729636793535, 0.7142381722088649, 0.5055598014998279, 0.7983619894571836, -0.9119036952575421, 0.8341811217996193]];
        net.w19 = [0.7758202350854027, -0.6400027266103414, -0.20967163359291918];
        let mut workspace = Workspace::new();
        let pass = net.run(&mut workspace, );
        agree("result 0", &pass.value().flat(), &[0.01865918238474417]);
        let mut grads = Net::zeros();
        pass.backward(&mut grads);
        agree("w18", &grads.w18.flat(), &[0.016666666666666666, 0.016666666666666666, 0.016666666666666666, 0.016666666666666666, 0.016666666666666666, 0.016666666666666666, 0.016666666666666666, 0.016666666666666666, 0.016666666666666666, 0.016666666666666666, 0.016666666666666666, 0.016666666666666666, 0.016666666666666666, 0.016666666666666666, 0.016666666666666666, 0.016666666666666666, 0.016666666666666666, 0.016666666666666666, 0.016666666666666666, 0.016666666666666666, 0.016666666666666666, 0.016666666666666666, 0.016666666666666666, 0.016666666666666666, 0.016666666666666666, 0.016666666666666666, 0.016666666666666666, 0.016666666666666666, 0.016666666666666666, 0.016666666666666666]);
        agree("w19", &grads.w19.flat(), &[0.16666666666666666, 0.16666666666666666, 0.16666666666666666]);
    }
}

/// Seed 128.
mod program_128 {
    use super::*;
    net! {
        dim N, M;
        pub struct Net { w3: f64[1], w6: f64 }
        impl Net {
            #[grad(self, x2, x8)]
            pub fn run(key1: u64, x2: f64[1], index7: u32[N], x8: f64[5, N + 1], s11: dim M) -> (f64[5, N], f64[1]) {
                let (a4, a5) = (dropout(atan2(x2, (x2 * x2) + 0.5), 0.25, fold(key1, 1)), 0 + broadcast_to(w3, [1]));
                let a9[i in 0..5, j] = [exp(w6), a4[-1] * x8[(i + 1) % 5, j + 1]].max(axis = 0);
                let index10[i in 0..1]: u32 = ((2 * i) + i) % M;
                (a9, a5)
            }
        }
    }
    #[test]
    fn agrees() {
        let mut net = Net::zeros();
        net.w3 = [0.7183712837351879];
        net.w6 = -0.8040031996457417;
        let mut workspace = Workspace::new();
        let pass = net.run(&mut workspace, 13830532196075986144, &[-0.4468240602845983], &[1, 2, 2], Tensor::new(&[0.233500890924079, -0.07515053692388918, 0.5713613693590838, -0.9359059698823344, -0.4491633991396602, 0.1261189610170219, -0.7505938563672192, 0.5168462086640822, 0.5694227935558369, -0.5051618826339084, -0.2019496614198284, -0.7340740530412326, -0.6509961706187335, 0.6000474046952031, -0.6106184602473876, 0.9696705367499239, 0.8476666632559611, 0.9782811166091698, -0.10817584687861226, 0.26381451007113443], [5, 4]), 3);
        agree("result 0", &pass.value().0.as_slice(), &[0.44753380615248434, 0.5687962532038005, 0.44753380615248434, 0.44753380615248434, 0.44753380615248434, 0.5562776292425516, 0.44753380615248434, 0.46272360129186413, 0.44753380615248434, 0.44753380615248434, 0.44753380615248434, 0.44753380615248434, 0.44753380615248434, 0.44753380615248434, 0.7092248417760826]);
        agree("result 1", &pass.value().1.flat(), &[0.7183712837351879]);
        let mut grads = Net::zeros();
        let mut d_x2 = [0.5; 1];
        let mut d_x8 = [[0.5; 4]; 5];
        pass.backward((Tensor::new(&[-0.9604499142836616, -0.8062550946165392, -0.5687900907648074, -0.5973918279029979, 0.9225812628423411, -0.2521955240206917, -0.9389514168457089, 0.18577221703553848, -0.5971327653540024, -0.7141981385261789, 0.21069169215730033, -0.6412672162057096, -0.41688976954319523, -0.8529937679125801, -0.9620168682730323], [5, 3]), &[-0.5794516383647115]), &mut grads, &mut d_x2, &mut TensorMut::new(d_x8.as_flattened_mut(), [5, 4]));
        agree("w3", &grads.w3.flat(), &[-0.5794516383647115]);
        agree("w6", &grads.w6.flat(), &[-2.3069436623545583]);
        agree("x2", &d_x2.flat(), &[0.916502864331489]);
        agree("x8", &d_x8.flat(), &[0.0, 0.0, 0.0, 0.7290115493895647, 0.0, 0.0, 0.6109760598946349, 0.0, 0.0, 0.0, 0.0, 0.19111250101620642, 0.0, 0.0, -0.140777252708396, 0.0, 0.0, 0.0, 0.0, 0.0]);
    }
}

/// Seed 129.
mod program_129 {
    use super::*;
    net! {
        dim N, M;
        pub struct Net {}
        impl Net {
            #[grad(x1, x4)]
            pub fn run(x1: f64[M, N, 1], x4: f64[N, M]) -> f64 {
                let mut m2 = x1[.., .., 0].std(axis = -1);
                let mut m3 = zeros([M, N]);
                for t in (0..N).rev() while l2(m2) < 1.5 {
                    m2 = sigmoid(m2 - ln_1p(sigmoid(x4[t]) + 0.25));
                    m3[.., t] = m2;
                }
                (mean(m3) + (0.5 * mean(x4))) + (0.5 * sum(m2))
            }
        }
    }
    #[test]
    fn agrees() {
        let mut net = Net::zeros();
        let mut workspace = Workspace::new();
        let pass = net.run(&mut workspace, Tensor::new(&[0.40109110883076915, -0.018120045837739296, -0.9786761923106893, -0.15698557299909366, -0.8470900459196686, 0.8787439943883637, 0.18061874244732712, -0.06985414028111969], [4, 2, 1]), Tensor::new(&[0.8579337371629059, 0.9882203950542872, 0.8933839815816325, 0.3007069448039965, 0.24800229388714445, -0.7563190900598615, 0.9841120478097769, -0.793423420992277], [2, 4]));
        agree("result 0", &pass.value().flat(), &[1.5336848544922979]);
        let mut d_x1 = [[[0.5; 1]; 2]; 4];
        let mut d_x4 = [[0.5; 4]; 2];
        pass.backward(&mut TensorMut::new(d_x1.as_flattened_mut().as_flattened_mut(), [4, 2, 1]), &mut TensorMut::new(d_x4.as_flattened_mut(), [2, 4]));
        agree("x1", &d_x1.flat(), &[0.03356308210168576, -0.03356308210168576, -0.034962658258799094, 0.034962658258799094, -0.0347915974345955, 0.0347915974345955, 0.0341146732441701, -0.0341146732441701]);
        agree("x4", &d_x4.flat(), &[0.04605221877996645, 0.04703392353577484, 0.04613528718057763, 0.041738242709758504, 0.05337803456426399, 0.05281391907981933, 0.0555325830504442, 0.053129576689099976]);
    }
}

/// Seed 132.
mod program_132 {
    use super::*;
    net! {
        dim N, M;
        fn f6(x1: f64[M, M], x3: f64, x5: f64[5, 5]) -> f64[5, 5] {
            let a2[i in 0..5, j in 0..M] = x1[j, j];
            { let b4 = x3; tan(0.75 * sin(sin(x5))) }
        }
        fn f10(key7: u64, x9: f64[3, 3]) -> f64[3, 3] {
            let key8 = key7.fold(1);
            x9
        }
        pub struct Net { w12: f64[3, 2, 1, 2], w13: f64[3, 1, 2], w15: f64[1, 3], w16: f64[3, 5] }
        impl Net {
            #[grad(self, x11, x18)]
            pub fn run(x11: f64[1, N, 2], x18: f64[N, 3]) -> f64 {
                let a14[i] = 2 / (sigmoid(sum(sum(x11[.., ((N - 3) / 2) + 1..], axis = 1) + (w12[i, ((i - 3) / 2) + 2] + w13[i]))) + 0.25);
                let a17 = exp(pad(w15 @ w16, [[0, 1], [0, 0]]));
                let a20[i in 0..3, j in 0..5] = norm((({ let b19 = x18; 2 * ones([3, N]) }) != ones([3, N])) as f64, axis = 0) @ ones([N]);
                (mean(a20) + (0.5 * sum(a17))) + (0.5 * l2(a14))
            }
        }
    }
    #[test]
    fn agrees() {
        let mut net = Net::zeros();
        net.w12 = [[[[-0.6736041932444663, -0.5604913891793488]], [[0.19760871984919537, 0.09095323100924468]]], [[[-0.5084580123461309, -0.7639273225439673]], [[-0.44917359727929296, -0.795963729726803]]], [[[0.7742328261473148, 0.879171071464113]], [[0.2721582240604552, 0.25118837890451773]]]];
        net.w13 = [[[-0.811400316592584, -0.6093506595483011]], [[-0.6259312388435381, -0.7058264468719819]], [[-0.6725329371677546, -0.28865910006006845]]];
        net.w15 = [[-0.7170796645769029, 0.8775309268293454, -0.43307748585913375]];
        net.w16 = [[0.11838028998175143, -0.17644756765615166, 0.2884987384891935, 0.7818599845219318, 0.43997798816519396], [-0.48440464138161166, 0.8150981951852456, -0.9774960768148504, -0.16859269833804524, -0.8002762569182862], [-0.6304650853578424, 0.5427027603424563, 0.4535770170810194, 0.48055798319931475, -0.7803496743434639]];
        let mut workspace = Workspace::new();
        let pass = net.run(&mut workspace, Tensor::new(&[-0.8442436553728168, -0.3919804951781791, -0.6595388597301262, -0.7244918304247383, -0.5720503734135627, 0.5485343282996833, -0.7425393519137506, 0.9145430851783276], [1, 4, 2]), &[[-0.5709527471923483, 0.8657129610383019, -0.5078268242902104], [-0.873697616245334, -0.5946981476166182, -0.4972372766448707], [0.7649277698765427, 0.7002858352348569, 0.20034582645628962], [0.13308190902394634, -0.08925342770840361, -0.5317476941191794]]);
        agree("result 0", &pass.value().flat(), &[77.88949360920225]);
        let mut grads = Net::zeros();
        let mut d_x11 = [[[0.5; 2]; 4]; 1];
        let mut d_x18 = [[0.5; 3]; 4];
        pass.backward(&mut grads, &mut TensorMut::new(d_x11.as_flattened_mut().as_flattened_mut(), [1, 4, 2]), &mut d_x18);
        agree("w12", &grads.w12.flat(), &[-3.987363739084136, -3.987363739084136, 0.0, 0.0, 0.0, 0.0, -4.221707849753667, -4.221707849753667, 0.0, 0.0, -7.8356435405998415, -7.8356435405998415]);
        agree("w13", &grads.w13.flat(), &[-3.987363739084136, -3.987363739084136, -4.221707849753667, -4.221707849753667, -7.8356435405998415, -7.8356435405998415]);
        agree("w15", &grads.w15.flat(), &[0.1935058083014859, 0.18159466944725697, 0.2116823611568277]);
        agree("w16", &grads.w16.flat(), &[-0.28290519559127086, -0.6577390369997794, -0.1015901062503619, -0.14335437572302662, -0.18167605862137526, 0.34620708235886793, 0.8049124459425492, 0.12432155658349599, 0.17543085434934771, 0.2223272642918747, -0.17085949706221867, -0.39723894368604484, -0.061354951167145566, -0.08657831994394243, -0.10972255189381935]);
        agree("x11", &d_x11.flat(), &[0.0, 0.0, -16.044715129437645, -16.044715129437645, -16.044715129437645, -16.044715129437645, -16.044715129437645, -16.044715129437645]);
        agree("x18", &d_x18.flat(), &[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    }
}

/// Seed 135.
mod program_135 {
    use super::*;
    net! {
        dim N, M;
        fn f6(x1: f64[5, 1], x2: f64[M, N], x5: f64[1]) -> f64[M, 3] {
            let (a3, (a4, _)) = (x1, (x2, max(elu(x5), (M * ones([N])) @ ones([N, 1]))));
            cumsum(ones([M, 3]), axis = 1)
        }
        pub struct Net {}
        impl Net {
            #[grad(x10, x13)]
            pub fn run(key7: u64, x10: f64[N, 3], index12: u32[N], x13: f64[5, N, 2], s14: dim M) -> f64 {
                let key8 = fold(key7, (5 * 0) + 0);
                let index9[i in 0..M] = argmax[j in 0..N](({ let b11 = x10[j]; x13[index12[j], j] }).sum(axis = 0));
                l2(x10) + (0.5 * sum(x13))
            }
        }
    }
    #[test]
    fn agrees() {
        let mut net = Net::zeros();
        let mut workspace = Workspace::new();
        let pass = net.run(&mut workspace, 4596400689493811272, &[[0.8006096414870465, 0.4076743384269843, -0.8895670365951687], [0.5364984726322297, -0.8051345298804984, 0.6502892204948587], [-0.5421116572111384, -0.03227599559459482, -0.9479090199673772]], &[3, 3, 2], Tensor::new(&[0.2730502932491494, -0.42443305501973505, -0.36560947406089417, -0.42784383646994995, -0.29459360907664855, 0.44618962366247605, -0.1458372364487699, 0.12743556962125013, 0.5756618416007875, -0.677619184806032, 0.8770153277307939, 0.43310883753005447, -0.3456200673327885, 0.3339427220592326, 0.3893891514947505, 0.9532528306781287, 0.4712564452968848, 0.8450224156188382, 0.13671035071824056, 0.8978769449541544, -0.5486347910300551, 0.7119176314656763, -0.4102489638535449, -0.8839421207242311, 0.3744886739793023, -0.9266490945589099, 0.5482371466603257, 0.2660533730657322, 0.27121295752459584, -0.8266790247820963], [5, 3, 2]), 0);
        agree("result 0", &pass.value().flat(), &[5.477966107769726]);
        let mut d_x10 = [[0.5; 3]; 3];
        let mut d_x13 = [[[0.5; 2]; 3]; 5];
        pass.backward(&mut d_x10, &mut TensorMut::new(d_x13.as_flattened_mut().as_flattened_mut(), [5, 3, 2]));
        agree("x10", &d_x10.flat(), &[1.601219282974093, 0.8153486768539686, -1.7791340731903373, 1.0729969452644594, -1.6102690597609968, 1.3005784409897174, -1.0842233144222768, -0.06455199118918964, -1.8958180399347544]);
        agree("x13", &d_x13.flat(), &[0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]);
    }
}

/// Seed 137.
mod program_137 {
    use super::*;
    net! {
        dim N, M;
        pub struct Net {}
        impl Net {
            #[grad(x1, x2)]
            pub fn run(x1: f64[M], x2: f64) -> f64 {
                let a3 = atan2(broadcast_to(x1, [M]).log_softmax(axis = 0), softplus(x2.hard_swish()) + 0.125);
                (sum(a3) + (0.5 * mean(x1))) + (0.5 * x2)
            }
        }
    }
    #[test]
    fn agrees() {
        let mut net = Net::zeros();
        let mut workspace = Workspace::new();
        let pass = net.run(&mut workspace, &[0.40109110883076915, -0.018120045837739296, -0.9786761923106893], -0.4468240602845983);
        agree("result 0", &pass.value().flat(), &[-3.247213560489214]);
        let mut d_x1 = [0.5; 3];
        let mut d_x2 = 0.5;
        pass.backward(&mut d_x1, &mut d_x2);
        agree("x1", &d_x1.flat(), &[0.22130415183548036, 0.1345483913740268, 0.14414745679049282]);
        agree("x2", &d_x2.flat(), &[0.7795787500075998]);
    }
}

/// Seed 138.
mod program_138 {
    use super::*;
    net! {
        extern fn powers(x: f64) -> f64[3] { derivative(dx) = stack([1 + 0 * x, 2 * x, 3 * x * x]) * dx }
        dim N, M;
        pub struct Net { w2: f64 }
        impl Net {
            #[grad(self, x1, x3)]
            pub fn run(x1: f64[2, 2], x3: f64[1]) -> f64 {
                let a6: f64[2] = (solve((0.25 * tanh(x1)) + (1.5 * eye([2])), x1[-1]) / (sigmoid(powers(w2)[0]) + 0.25)) * concat([x3, { let b4 = x3; let b5 = ln(b4); if b4 > 0 { b5 } else { 0 } }], axis = 0);
                let (d7, d8) = grad(acos(0.75 * sin(a6)) / (softplus(a6) + 0.125), (x3, w2));
                (d8 + (0.5 * l2(d7))) + (0.5 * mean(a6))
            }
        }
    }
    #[test]
    fn agrees() {
        let mut net = Net::zeros();
        net.w2 = 0.5769958687331467;
        let mut workspace = Workspace::new();
        let pass = net.run(&mut workspace, &[[0.40109110883076915, -0.018120045837739296], [-0.9786761923106893, -0.15698557299909366]], &[0.5262479111403826]);
        agree("result 0", &pass.value().flat(), &[3.4358227703461086]);
        let mut grads = Net::zeros();
        let mut d_x1 = [[0.5; 2]; 2];
        let mut d_x3 = [0.5; 1];
        pass.backward(&mut grads, &mut d_x1, &mut d_x3);
        agree("w2", &grads.w2.flat(), &[-2.0624880536892336]);
        agree("x1", &d_x1.flat(), &[-0.9862969946184954, -0.3502969197182766, -7.960797600154735, -6.995459679779775]);
        agree("x3", &d_x3.flat(), &[-1.0315917560042347]);
    }
}

/// Seed 140.
mod program_140 {
    use super::*;
    net! {
        dim N, M;
        fn g3(x1: f64[..]) -> f64[..] {
            let y2: f64[..] = relu(powi(x1, 2)) / (powi(powi(0.5 * x1, 2), 2) + 0.5);
            if (if x1 > 0 { y2 } else { x1 }) > 0 { x1 / (powi(x1, 2) + 0.5) } else { if x1 > 0 { x1 } else { y2 } }
        }
        fn g7(x4: f64[..], x5: f64[..]) -> f64[..] {
            let y6: f64[..] = if powi((-1) * x5, 2) > 0 { powi(if x5 > 0 { x5 } else { x5 }, 2) } else { tanh((-1) * x4) };
            y6
        }
        pub struct Net { layer17: BatchNorm<1> }
        impl Net {
            #[grad(self, x10, x12, x15, x16)]
            pub fn run(key9: u64, x10: f64[N, 3], x12: f64[M], x15: f64[1, 1], x16: f64, index22: u32[3, 5]) -> f64 {
                let index8[i in 0..2, j in 0..2]: u32 = if j > 0 { i / 2 } else { ((i * i) + 1) % 2 };
                let mut m13 = { let b11 = x10.dropout(0.25, fold(key9, (5 * 0) + 0)); g7(x12, x12) };
                let mut m14 = zeros([N, M]);
                for t in (0..N).rev() {
                    m13 = tanh(m13);
                    m14[t] += m13;
                }
                let (a18, a19, a20) = layer17((x15 - x15) + (softplus(x16) + 0.125).ln_gamma());
                let index21: u32[3, 5] = (index22 + 2) % 2;
                (mean(a20) + (0.5 * sum(a19))) + (0.5 * sum(a18))
            }
        }
    }
    #[test]
    fn agrees() {
        let mut net = Net::zeros();
        net.layer17.weight = [0.1444974904523766];
        net.layer17.bias = [-0.923404744582464];
        let mut workspace = Workspace::new();
        let pass = net.run(&mut workspace, 4593837642056340368, &[[0.8006096414870465, 0.4076743384269843, -0.8895670365951687], [0.5364984726322297, -0.8051345298804984, 0.6502892204948587]], &[0.9116991077079883, 0.3200385754814925, -0.24132337696172912, -0.5477118688806055], &[[-0.9768197697069783]], 0.6842584793093098, &[[0, 0, 0, 0, 0], [1, 1, 0, 0, 0], [0, 0, 0, 1, 1]]);
        agree("result 0", &pass.value().flat(), &[-0.5068482022973039]);
        let mut grads = Net::zeros();
        let mut d_x10 = [[0.5; 3]; 2];
        let mut d_x12 = [0.5; 4];
        let mut d_x15 = [[0.5; 1]; 1];
        let mut d_x16 = 0.5;
        pass.backward(&mut grads, &mut d_x10, &mut d_x12, &mut d_x15, &mut d_x16);
        agree("layer17.weight", &grads.layer17.weight.flat(), &[0.0]);
        agree("layer17.bias", &grads.layer17.bias.flat(), &[0.5]);
        agree("x10", &d_x10.flat(), &[0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
        agree("x12", &d_x12.flat(), &[0.0, 0.0, 0.0, 0.0]);
        agree("x15", &d_x15.flat(), &[0.0]);
        agree("x16", &d_x16.flat(), &[-0.08868332086931174]);
    }
}

/// Seed 142.
mod program_142 {
    use super::*;
    net! {
        dim N, M;
        fn g4(x1: f64[..], x2: f64[..]) -> f64[..] {
            let y3: f64[..] = (if silu(x2) > 0 { x1 * x1 } else { if x2 > 0 { x2 } else { x2 } }) - ((if x2 > 0 { x2 } else { x1 }) / (powi(x2 * x1, 2) + 0.5));
            0.5 * y3
        }
        fn f9(x5: f64[3], x6: f64[1], x7: f64) -> f64[1, 3] {
            let a8 = if max(x5) <= x5[0] { (if x6 > x6 { x6 } else { x6 }).reshape([]) } else { x7 };
            max(0 * ones([1, 3]), permute(ones([1, 1]), [0, 1]))
        }
        fn f15(x10: f64[1, 3], x11: f64, x12: f64[3, 5], s14: dim N) -> f64 {
            let a13 = ((if x10 < x11 { x10 } else { x10 }) @ (x12 @ (1.5 * ones([5, N])))) @ sum(log10(powi(1.5 * ones([N, N, 2]), 2) + 0.5)[.., ((N - 3) / 2) + 1..(((0 - N) / 2) + N) + 1], axis = 1);
            broadcast_to(reshape(ones([1]), []), [])
        }
        pub struct Net { layer17: Lstm<1, 1> }
        impl Net {
            #[grad(self, x16, x21, x22, x24)]
            pub fn run(x16: f64[N, 5, 1], x21: f64[5, 1], x22: f64[5, 1], x24: f64, index26: u32[2, 2]) -> f64 {
                let (a18, (a19, a20)) = layer17(cumsum(x16, axis = 0).softplus(), (ln(1 - sin(x21)), { let b23 = x22; if b23 > 0 { ln(b23) } else { 0 } }));
                let a20 = acos(0.75 * sin(broadcast_to(x24, [N, 3])));
                let index25: u32[2, 2] = (1 * index26) % N;
                (mean(a20) + (0.5 * sum(a19))) + (0.5 * l2(a18))
            }
        }
    }
    #[test]
    fn agrees() {
        let mut net = Net::zeros();
        net.layer17.w_ih = [[0.07121028441248689, 0.0840452312817821, -0.33026037855105916, -0.39003203639479334]];
        net.layer17.w_hh = [[0.6024883222351984, 0.9662025311306848, 0.897011618562513, 0.5379437919357304]];
        net.layer17.b_ih = [0.0006201861317569612, -0.6763931652662367, 0.6204527976824485, 0.20015043668506594];
        net.layer17.b_hh = [0.1966704275743001, 0.14186695947490802, 0.8198474989276536, 0.8374086346762362];
        let mut workspace = Workspace::new();
        let pass = net.run(&mut workspace, &[[[0.6842584793093098], [0.6246538005667106], [0.3109603205445455], [-0.46072802441403393], [-0.7704248224379431]], [[-0.004255403797227331], [0.37961750036750597], [0.3652552831055895], [0.3895630255843674], [-0.6761096770501893]]], &[[-0.5675739402329976], [-0.92192032100027], [-0.68374154153126], [0.16504434220736752], [-0.44206165938724995]], &[[-0.9332116435116473], [0.4119673621772397], [0.35443614117776456], [-0.37774958372624634], [-0.509914400256543]], 0.6400957656425053, &[[1, 1], [1, 0]]);
        agree("result 0", &pass.value().flat(), &[2.7390522732790163]);
        let mut grads = Net::zeros();
        let mut d_x16 = [[[0.5; 1]; 5]; 2];
        let mut d_x21 = [[0.5; 1]; 5];
        let mut d_x22 = [[0.5; 1]; 5];
        let mut d_x24 = 0.5;
        pass.backward(&mut grads, &mut d_x16, &mut d_x21, &mut d_x22, &mut d_x24);
        agree("layer17.w_ih", &grads.layer17.w_ih.flat(), &[0.6864266116694653, -0.035764154206903, 0.4759295855719712, 0.5835854958467253]);
        agree("layer17.w_hh", &grads.layer17.w_hh.flat(), &[0.24296170229650663, -0.03389332104203801, 0.11459666992254634, 0.18798825287434293]);
        agree("layer17.b_ih", &grads.layer17.b_ih.flat(), &[0.8660769993758759, 0.008505677223105662, 0.5461731352452577, 0.7271528461325875]);
        agree("layer17.b_hh", &grads.layer17.b_hh.flat(), &[0.8660769993758759, 0.008505677223105662, 0.5461731352452577, 0.7271528461325875]);
        agree("x16", &d_x16.flat(), &[-0.06405720348363368, -0.05131444575771875, -0.04285650541388051, -0.03994573675978925, -0.01820992806315492, -0.0402223733498267, -0.04120372697977056, -0.03503750344668252, -0.02531193068763911, -0.009121029615675244]);
        agree("x21", &d_x21.flat(), &[-0.07852485085878572, -0.001098904818059823, 0.004753558841432861, -0.18161769672984268, -0.08821396996537947]);
        agree("x22", &d_x22.flat(), &[0.0, 0.46594542190678023, 0.4600983918789188, 0.0, 0.0]);
        agree("x24", &d_x24.flat(), &[-0.6728086146947623]);
    }
}

/// Seed 147.
mod program_147 {
    use super::*;
    net! {
        dim N, M;
        fn f6(x1: f64, x3: f64[N], s5: dim M) -> f64[N] {
            let a2[i in 0..1, j in 0..M] = x1;
            { let b4 = max(0.25, atan(x3)); if b4 < 0 { b4 / floor(b4) } else { (x3 < x3) as f64 } }
        }
        fn g9(x7: f64[..]) -> f64[..] {
            let y8: f64[..] = (-1) * powi(x7, 2);
            if abs(x7) > 0 { 2 * y8 } else { if x7 > 0 { y8 } else { x7 } }
        }
        pub struct Net {}
        impl Net {
            #[grad(x15, x16, x19)]
            pub fn run(key10: u64[N], index11: u32, index13: u32[1], x15: f64[3, N, M], x16: f64[3, M], x19: f64[N, N, 3, M, M]) -> f64 {
                let a12[i in 0..5, j] = softplus(sum(one_hot(index11, [M])[((M - 3) / 2) + 1..(((0 - M) / 2) + M) + 1], axis = 0)).dropout(0.5, fold(key10[j], (5 * 1) + i));
                let mut index14 = index13;
                index14[-1] = 5 / 2;
                let mut m17 = x15.norm(axis = -2) + x16.leaky_relu();
                let mut m18 = zeros([3, M, N]);
                #[checkpoint]
                for t in (0..N).rev() {
                    m17 = (0.5 * m17) + sin(sum(x19[t, t][.., .., ((M - 3) / 2) + 1..(((0 - M) / 2) + M) + 1], axis = 2));
                    m18[.., .., t] = m17;
                }
                let a20: f64[3] = sum(powi(solve((0.25 * tanh(1.5 * ones([3, 3]))) + (1.5 * eye([3])), ones([3, 3])), 3), axis = -2);
                (l2(a20) + (0.5 * l2(m18))) + (0.5 * sum(x19))
            }
        }
    }
    #[test]
    fn agrees() {
        let mut net = Net::zeros();
        let mut workspace = Workspace::new();
        let pass = net.run(&mut workspace, &[4603109932488716590], 1, &[4], Tensor::new(&[-0.9768197697069783, -0.5272052268965204, 0.011311418856691846, 0.11357235174102942, -0.3196281604301441, 0.6540674486508078], [3, 1, 2]), Tensor::new(&[0.6842584793093098, 0.6246538005667106, 0.3109603205445455, -0.46072802441403393, -0.7704248224379431, -0.004255403797227331], [3, 2]), Tensor::new(&[0.023603611213263598, -0.015217170283737813, 0.8354322643753953, -0.8443218543581261, -0.22519976502318406, 0.18392389106606366, 0.9263775746032741, -0.5623431096205163, -0.04429901351470833, 0.5374491726024544, -0.13535640263095772, -0.2815258242223755], [1, 1, 3, 2, 2]));
        agree("result 0", &pass.value().flat(), &[1.2568032643086298]);
        let mut d_x15 = [[[0.5; 2]; 1]; 3];
        let mut d_x16 = [[0.5; 2]; 3];
        let mut d_x19 = [[[[[0.5; 2]; 2]; 3]; 1]; 1];
        pass.backward(&mut TensorMut::new(d_x15.as_flattened_mut().as_flattened_mut(), [3, 1, 2]), &mut TensorMut::new(d_x16.as_flattened_mut(), [3, 2]), &mut TensorMut::new(d_x19.as_flattened_mut().as_flattened_mut().as_flattened_mut().as_flattened_mut(), [1, 1, 3, 2, 2]));
        agree("x15", &d_x15.flat(), &[-0.4194627335658039, -0.2835200204157243, 0.059935857507112285, 0.2052648673896352, -0.3146824967116803, -0.03894961218426929]);
        agree("x16", &d_x16.flat(), &[0.4194627335658039, 0.2835200204157243, 0.05993585750711228, 0.002052648673896352, 0.003146824967116803, -0.0003894961218426929]);
        agree("x19", &d_x19.flat(), &[1.3388959654873367, 1.3388959654873367, 1.067017635863233, 1.067017635863233, 0.6197696169239836, 0.6197696169239836, 0.8836268890054892, 0.8836268890054892, 1.0543735971777828, 1.0543735971777828, 0.42877239199345063, 0.42877239199345063]);
    }
}

/// Seed 148.
mod program_148 {
    use super::*;
    net! {
        dim N, M;
        fn g3(x1: f64[..]) -> f64[..] {
            let y2: f64[..] = abs(sigmoid(x1 / (powi(x1, 2) + 0.5)));
            0.5 * (y2 * x1)
        }
        pub struct Net { w4: f64[3, 5, 3], layer11: [Linear<3, 3>; 1] }
        impl Net {
            #[grad(self, x6, x7, x9, x10)]
            pub fn run(x6: f64, x7: f64[3], x9: f64, x10: f64[1]) -> f64 {
                let a5[i, j] = w4[i, 2 * j, j];
                let mut m8 = (x6 + x6) - g3(x7);
                if (x9 + 1.5) >= powi(powi(x6, 2) + 0.5, 0) {
                    m8[0] -= (sigmoid(m8 @ x7) + 0.25).sqrt();
                } else {
                    m8 -= g3(x10) / (powi(min(a5, axis = -2), 2) + 0.5);
                }
                let mut m12 = zeros([3, 3]);
                for block13 in layer11 {
                    m12 += grad(sin(block13(x7)) * x7, block13.weight);
                }
                let (d14, d15) = grad(log2(powi(m8, 2) + 0.5), (x10, x6));
                (d15 + (0.5 * l2(d14))) + (0.5 * mean(m12))
            }
        }
    }
    #[test]
    fn agrees() {
        let mut net = Net::zeros();
        net.w4 = [[[0.26447536511008574, -0.6836468576261008, -0.9218268856012748], [0.3197452955363411, 0.6002660256157806, 0.4679444785516982], [-0.21001474695516453, -0.1455762688513944, -0.1743376545252615], [-0.442155483256379, -0.4338665893705784, -0.5426429254545238], [0.4270903799142234, 0.6341775718000366, 0.7711504512571346]], [[-0.2537554134902331, -0.4889556115848037, 0.22847214855070264], [-0.689906968274129, 0.6994099586338636, -0.7580636003925241], [-0.3288218624583972, -0.6255359053864042, 0.6991375263099626], [-0.5769328602158947, 0.630905626523592, 0.04564844460840134], [0.9279515366396487, 0.707349688378851, 0.29886644212136515]], [[-0.670482230948857, 0.2711772739071787, -0.2714658275333792], [0.05129766376466116, 0.5154656943097484, 0.07311421951129748], [0.39247984470750263, 0.016098274640155452, 0.07997224547899173], [0.8142976664400083, 0.7158785888897312, 0.1556840384526652], [-0.8122729780976434, -0.7625791872357122, 0.09755970890236543]]];
        net.layer11[0].weight = [[0.7533209061531687, 0.6166932324484866, -0.834186814556001], [0.7577988960954354, 0.08139232495706472, 0.18366580184751613], [-0.046472776106673885, 0.537073652948562, -0.44834677727805095]];
        net.layer11[0].bias = [-0.9269736225654919, -0.22537890879416667, 0.045766141750748];
        let mut workspace = Workspace::new();
        let pass = net.run(&mut workspace, -0.43745954695206435, &[0.9278857477987283, 0.22326912943077426, 0.39039853404577274], -0.5095262257487803, &[0.8006096414870465]);
        agree("result 0", &pass.value().flat(), &[-7.329711303475746]);
        let mut grads = Net::zeros();
        let mut d_x6 = 0.5;
        let mut d_x7 = [0.5; 3];
        let mut d_x9 = 0.5;
        let mut d_x10 = [0.5; 1];
        pass.backward(&mut grads, &mut d_x6, &mut d_x7, &mut d_x9, &mut d_x10);
        agree("w4", &grads.w4.flat(), &[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 2.319721491840898, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 2.018415480979638, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, -0.9081870381679529]);
        agree("layer11[0].weight", &grads.layer11[0].weight.flat(), &[0.005666688761144149, -0.009644206152057525, 0.023557127016651292, 0.001363526349507252, -0.0023206019886921167, 0.005668347911771982, 0.0023842019240974525, -0.004057702096115373, 0.009911422689106353]);
        agree("layer11[0].bias", &grads.layer11[0].bias.flat(), &[0.006107097532845536, -0.010393743168204682, 0.02538796082657492]);
        agree("x6", &d_x6.flat(), &[-4.251949731638325]);
        agree("x7", &d_x7.flat(), &[0.4039796496529535, 0.45209193093435474, 0.2594902540784791]);
        agree("x9", &d_x9.flat(), &[0.0]);
        agree("x10", &d_x10.flat(), &[-0.6889192942246859]);
    }
}

/// Seed 149.
mod program_149 {
    use super::*;
    net! {
        dim N, M;
        fn f7(x3: f64[3, 1, M], x5: f64[N, 1, N, 2, 1], x6: f64[N, 1, N, 1]) -> f64[N, 5] {
            let mut m1 = zeros([1, N]);
            let mut m2 = zeros([1, N, N]);
            for t in 0..N while l2(m1) < 1.5 {
                let a4 = x3;
                m1 = sigmoid(m1 - global_avg_pool(max_pool2d(if t == t { x5[(t - 2) % N] } else { x5[t] }, size = 1)));
                m2[.., .., t] += pad(flatten(x6[(t + 1) % N], from = 1), [[0, 0], [0, 0]]);
            }
            0 * ones([N, 5])
        }
        fn f12(x8: f64[3], x10: f64[M, N], x11: f64[N, 3, 1]) -> f64[M, 3] {
            let a9 = x8;
            x10 @ tril(x11.flatten(from = 1), diagonal = -1)
        }
        fn f17(x13: f64[3, N, 3], x15: f64[1], x16: f64[1]) -> (f64[1], f64[3, 3]) {
            let a14 = x13;
            (sqrt(sigmoid(stop_grad(cumsum(x15, axis = 0))) + 0.25), stack([if x16 > x16 { 0 * ones([3]) } else { x13[-1, 0] }, [1.5, 0, a14[-1, -1, -1]], ones([3])], axis = 0))
        }
        pub struct Net { layer24: LayerNorm<1> }
        impl Net {
            #[grad(self, x18, x21, x23)]
            pub fn run(x18: f64[M, N, 5], key20: u64, x21: f64[M], x23: f64[5, 1]) -> (f64[5, 1], f64[N, M]) {
                let a19[i in 0..N, j in 0..M] = hard_tanh(x18[(j + 1) % M, (i - 1) % N])[..(((0 - 5) / 2) + 5) + 1].sum(axis = 0);
                let a25 = ({ let b22 = x21.dropout(0.25, fold(key20, 0)); x23 }) - log_softmax(layer24(x23), axis = -2);
                (a25, a19)
            }
        }
    }
    #[test]
    fn agrees() {
        let mut net = Net::zeros();
        net.layer24.weight = [-0.7197506570668002];
        net.layer24.bias = [0.6067834202133484];
        let mut workspace = Workspace::new();
        let pass = net.run(&mut workspace, Tensor::new(&[-0.5709527471923483, 0.8657129610383019, -0.5078268242902104, -0.873697616245334, -0.5946981476166182, -0.4972372766448707, 0.7649277698765427, 0.7002858352348569, 0.20034582645628962, 0.13308190902394634, -0.08925342770840361, -0.5317476941191794, 0.25449668225604816, -0.6648191738996454, 0.45238518040883124, 0.2827375571447919, -0.28169794723151287, -0.11994710744528536, -0.46149442841949173, 0.8321417691532575, 0.40263156225350194, 0.3621434804515442, 0.6818233477740345, -0.05203634060243156, 0.8838797358949921, -0.6100698095223365, -0.7361918250326644, -0.6193079871875229, 0.4154058908137537, 0.15600001818358655, 0.030308117397759293, 0.3571472341084523, 0.8242790815002179, 0.5757352252613361, 0.17099335845907282, 0.6156694700680561, -0.4972962255143303, -0.1732687410757181, 0.8001335163695533, -0.42383815014572, -0.45615511550540666, 0.08121166354468845, 0.9140816190167338, 0.8758982858285802, -0.7091476738502531, 0.8912369329150642, 0.9147228581601343, -0.20212132487690382, -0.9885175354553004, -0.8518803343931678, 0.4762596687008185, 0.25539703162731664, -0.9707789024165774, -0.2685429054223172, -0.4363210431179019, 0.7612067423346756, -0.24659266090488363, 0.9728905320483112, 0.08703244325336912, 0.08284940585180367], [4, 3, 5]), 4604238864840086978, &[-0.5675739402329976, -0.92192032100027, -0.68374154153126, 0.16504434220736752], &[[0.059263455938541654], [0.477878039563985], [0.9117413353430261], [0.418293888238749], [0.4326606290410582]]);
        agree("result 0", &pass.value().0.flat(), &[1.668701368372642, 2.087315951998085, 2.5211792477771264, 2.027731800672849, 2.0420985414751582]);
        agree("result 1", &pass.value().1.as_slice(), &[-1.9655696217425238, 0.5391381670560156, 1.4875046134781031, -0.3665044395715349, -0.11890749753200636, 1.2117344330064295, 1.6038384661982947, -0.2130666104442569, 1.4465983904790807, -0.054895496521992326, -0.23912220208844226, 0.9679763284665288]);
        let mut grads = Net::zeros();
        let mut d_x18 = [[[0.5; 5]; 3]; 4];
        let mut d_x21 = [0.5; 4];
        let mut d_x23 = [[0.5; 1]; 5];
        pass.backward((&[[-0.9604499142836616], [-0.8062550946165392], [-0.5687900907648074], [-0.5973918279029979], [0.9225812628423411]], Tensor::new(&[-0.5794516383647115, 0.6830951868669428, 0.8344536413562509, 0.03042288403270521, 0.4451813556071784, 0.38442516936153437, 0.5267703526167438, 0.6466715187456535, 0.0010934566028673043, -0.9636396475256168, -0.40404645253446847, 0.43641326376680256], [3, 4])), &mut grads, &mut TensorMut::new(d_x18.as_flattened_mut().as_flattened_mut(), [4, 3, 5]), &mut d_x21, &mut d_x23);
        agree("layer24.weight", &grads.layer24.weight.flat(), &[0.0]);
        agree("layer24.bias", &grads.layer24.bias.flat(), &[0.0]);
        agree("x18", &d_x18.flat(), &[0.6466715187456535, 0.6466715187456535, 0.6466715187456535, 0.0, 0.0, 0.43641326376680256, 0.43641326376680256, 0.43641326376680256, 0.0, 0.0, 0.03042288403270521, 0.03042288403270521, 0.03042288403270521, 0.0, 0.0, 0.4451813556071784, 0.4451813556071784, 0.4451813556071784, 0.0, 0.0, 0.0010934566028673043, 0.0010934566028673043, 0.0010934566028673043, 0.0, 0.0, -0.5794516383647115, -0.5794516383647115, -0.5794516383647115, 0.0, 0.0, 0.38442516936153437, 0.38442516936153437, 0.38442516936153437, 0.0, 0.0, -0.9636396475256168, -0.9636396475256168, -0.9636396475256168, 0.0, 0.0, 0.6830951868669428, 0.6830951868669428, 0.6830951868669428, 0.0, 0.0, 0.5267703526167438, 0.5267703526167438, 0.5267703526167438, 0.0, 0.0, -0.40404645253446847, -0.40404645253446847, -0.40404645253446847, 0.0, 0.0, 0.8344536413562509, 0.8344536413562509, 0.8344536413562509, 0.0, 0.0]);
        agree("x21", &d_x21.flat(), &[0.0, 0.0, 0.0, 0.0]);
        agree("x23", &d_x23.flat(), &[-0.9604499142836616, -0.8062550946165392, -0.5687900907648074, -0.5973918279029979, 0.9225812628423411]);
    }
}

/// Seed 153.
mod program_153 {
    use super::*;
    net! {
        dim N, M;
        fn f6(x1: f64[5], x3: f64[3], x4: f64[3], s5: dim M) -> (f64, f64[3]) {
            let a2: f64 = max[i in 0..3](x1.max(axis = 0));
            (broadcast_to(broadcast_to(dot(x3, x4), []), []), ones([3, M])[.., ((M - 3) / 2) + 1..].sum(axis = 1))
        }
        pub struct Net { w15: f64[3] }
        impl Net {
            #[grad(self, x9, x12, x13)]
            pub fn run(index7: u32[2], x9: f64[N, M], x12: f64[N], x13: f64[N], mask14: bool[3]) -> f64 {
                let mut index8 = index7;
                index8[0] = M - 1;
                let a10: f64[N, M] = atan(x9);
                let mut m11 = zeros([3, 3]);
                if all(x12 <= x13, axis = 0) {
                    m11[.., 0] = cosh(0.75 * sin(if mask14 { w15 } else { w15 }));
                } else {
                    m11[1.., ..] *= broadcast_to(1.5 * ones([2, 3]), [2, 3]) @ m11;
                }
                let a16 = x12;
                let (a17, _) = f6((0 * ones([5])).gelu(), w15, stop_grad(w15), N);
                a17
            }
        }
    }
    #[test]
    fn agrees() {
        let mut net = Net::zeros();
        net.w15 = [-0.7170796645769029, 0.8775309268293454, -0.43307748585913375];
        let mut workspace = Workspace::new();
        let pass = net.run(&mut workspace, &[1, 2], Tensor::new(&[-0.5095262257487803, 0.5903494327573744, 0.9162211591430258], [1, 3]), &[0.9116991077079883], &[0.2730502932491494], &[false, false, true]);
        agree("result 0", &pass.value().flat(), &[1.4718198816497616]);
        let mut grads = Net::zeros();
        let mut d_x9 = [[0.5; 3]; 1];
        let mut d_x12 = [0.5; 1];
        let mut d_x13 = [0.5; 1];
        pass.backward(&mut grads, &mut TensorMut::new(d_x9.as_flattened_mut(), [1, 3]), &mut d_x12, &mut d_x13);
        agree("w15", &grads.w15.flat(), &[-0.7170796645769029, 0.8775309268293454, -0.43307748585913375]);
        agree("x9", &d_x9.flat(), &[0.0, 0.0, 0.0]);
        agree("x12", &d_x12.flat(), &[0.0]);
        agree("x13", &d_x13.flat(), &[0.0]);
    }
}

/// Seed 158.
mod program_158 {
    use super::*;
    net! {
        dim N, M;
        pub struct Net { w8: f64[2, 3, 3] }
        impl Net {
            #[grad(self, x1, x2, x4)]
            pub fn run(x1: f64[M, N], x2: f64[M], x4: f64[M]) -> f64 {
                let a3: f64[3, M] = [x1[.., 0], x2, if x2 <= 0.5 { x2 } else { x2 }];
                let a5 = x4;
                let a6 = x1;
                let a7 = tanh(grad((((x1 * a6) * x1) * a6) + x1, x1));
                let a9[i in 0..1, j in 0..3] = cumsum(sum(atan(w8) - ln(sum(exp(atan(w8)), axis = -1, keep = true)), axis = [-3, -1]), axis = 0);
                (mean(a9) + (0.5 * sum(a6))) + (0.5 * sum(a7))
            }
        }
    }
    #[test]
    fn agrees() {
        let mut net = Net::zeros();
        net.w8 = [[[-0.49484965799855396, 0.4588729185867171, 0.40410424899841413], [-0.037289146449547506, -0.1561965018707474, 0.9042063866600893], [0.8161683285990404, 0.3282910323222319, -0.9628145525540717]], [[0.5391080344622596, 0.1157679908692475, -0.31412748686293157], [0.4336661773850772, -0.16560329037345634, 0.20528050397040154], [0.9824787996329865, -0.5562015438663461, 0.5174782577342725]]];
        let mut workspace = Workspace::new();
        let pass = net.run(&mut workspace, Tensor::new(&[0.0; 0], [0, 3]), &[0.0; 0], &[0.0; 0]);
        agree("result 0", &pass.value().flat(), &[-14.078023731811845]);
        let mut grads = Net::zeros();
        let mut d_x1 = [[0.5; 3]; 0];
        let mut d_x2 = [0.5; 0];
        let mut d_x4 = [0.5; 0];
        pass.backward(&mut grads, &mut TensorMut::new(d_x1.as_flattened_mut(), [0, 3]), &mut d_x2, &mut d_x4);
        agree("w8", &grads.w8.flat(), &[0.3848449202877509, -0.2215090947065081, -0.18132314717010145, 0.17308075219258673, 0.2226569045301673, -0.22084779234445107, -0.11141172341582967, -0.02355463634150673, 0.10986945055882559, -0.3142828401542544, 0.03746371951154348, 0.3346385719301074, -0.14709826210793103, 0.18725043828915816, -0.016910569820690613, -0.08248394400265241, 0.14980936751855004, -0.02685918838597723]);
        agree("x1", &d_x1.flat(), &[0.0; 0]);
        agree("x2", &d_x2.flat(), &[0.0; 0]);
        agree("x4", &d_x4.flat(), &[0.0; 0]);
    }
}

/// Seed 159.
mod program_159 {
    use super::*;
    net! {
        dim N, M;
        struct Layer4<const D: usize> { gain: f64[D], inner: [Linear<D, D>; 2] }
        impl Layer4<D> {
            fn call(x1: f64[.., D]) -> f64[.., D] {
                let h2 = ((-1) * (x1 + x1)) - x1;
                let h3 = 0.5 * (((-1) * h2) - mean(0.5 * x1, axis = -1, keep = true));
                h3 + (h2 * gain)
            }
            fn other(x5: f64[.., D]) -> f64[.., D] {
                gain - call(powi(0.5 * x5, 2))
            }
        }
        pub struct Net {}
        impl Net {
            #[grad(x7, x8, x10)]
            pub fn run(index6: u32[3], x7: f64[3, 3], x8: f64[3, 2], mask9: bool, x10: f64[3, 3, 2]) -> f64 {
                let a11[i] = if (sum[j in 1..2](i) < (-1)) && ((if (i > 0) && (i < 2) { i } else { x7[index6[i], i] }) != x8[i, i / 2].abs()) { mask9 as f64 } else { x10[i, i][1] };
                (sum(a11) + (0.5 * l2(x7))) + (0.5 * l2(x8))
            }
        }
    }
    #[test]
    fn agrees() {
        let mut net = Net::zeros();
        let mut workspace = Workspace::new();
        let pass = net.run(&mut workspace, &[0, 1, 0], &[[0.9278857477987283, 0.22326912943077426, 0.39039853404577274], [-0.5090843137275727, -0.6492345516234947, -0.9391091516657015], [-0.10962579622978019, -0.9559375581659868, 0.7344510867885465]], &[[0.233500890924079, -0.07515053692388918], [0.5713613693590838, -0.9359059698823344], [-0.4491633991396602, 0.1261189610170219]], true, &[[[0.8006096414870465, 0.4076743384269843], [-0.8895670365951687, 0.5364984726322297], [-0.8051345298804984, 0.6502892204948587]], [[-0.5421116572111384, -0.03227599559459482], [-0.9479090199673772, 0.2129497235545379], [0.6508968631010277, -0.9061371506331324]], [[-0.9168582405576302, 0.7571855396755296], [-0.5773839990821477, 0.18201604969902596], [-0.2303778548959461, -0.9602476817714372]]]);
        agree("result 0", &pass.value().flat(), &[2.4460169149740305]);
        let mut d_x7 = [[0.5; 3]; 3];
        let mut d_x8 = [[0.5; 2]; 3];
        let mut d_x10 = [[[0.5; 2]; 3]; 3];
        pass.backward(&mut d_x7, &mut d_x8, &mut d_x10);
        agree("x7", &d_x7.flat(), &[0.9278857477987283, 0.22326912943077426, 0.39039853404577274, -0.5090843137275727, -0.6492345516234947, -0.9391091516657015, -0.10962579622978019, -0.9559375581659868, 0.7344510867885465]);
        agree("x8", &d_x8.flat(), &[0.233500890924079, -0.07515053692388918, 0.5713613693590838, -0.9359059698823344, -0.4491633991396602, 0.1261189610170219]);
        agree("x10", &d_x10.flat(), &[0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0]);
    }
}

/// Seed 162.
mod program_162 {
    use super::*;
    net! {
        dim N, M;
        pub struct Net { layer16: [Linear<5, 5>; 3] }
        impl Net {
            #[grad(self, x1, x2, x3, x13, x14)]
            pub fn run(x1: f64[5, M, N, N], x2: f64[5, N], x3: f64[N, N], key5: u64, x13: f64[3, 1, 5, N], x14: f64[4, 2, 1, 1]) -> f64 {
                let a4: f64[5, N] = min(prod(x1, axis = [-3, -1]), x2) @ x3;
                let key6[i in 0..3] = fold(key5, i);
                let mut m7 = zeros([5, N]);
                let mut m8 = zeros([2, 5, N]);
                #[checkpoint]
                for t in 0..2 {
                    let mut index9: u32 = t % 1;
                    let mut m10 = zeros([1]);
                    for r in 0..1 {
                        index9 = ((2 * r) + index9) % 1;
                        m10[-1] += min[i in 0..M, j in 0..M](N);
                    }
                    m7 = sigmoid(m7 - (if ({ let b11 = a4; let b12 = ln(b11); if b11 > 0 { b12 } else { 0 } }) >= x13[2 * t, t / 2] { ((x14[t + 2, t] != (N * ones([1, N]))) || (x2 != a4)) as f64 } else { broadcast_to(if a4 < m7[t] { x13[t, -1] } else { a4 }, [5, N]) }));
                    m8[t] = m7;
                }
                let mut m15 = cumsum(broadcast_to(ones([5]), [5]), axis = 0);
                for block17 in layer16 {
                    m15 = 0.5 * block17(m15);
                }
                (sum(m15) + (0.5 * mean(m8))) + (0.5 * sum(x13))
            }
        }
    }
    #[test]
    fn agrees() {
        let mut net = Net::zeros();
        net.layer16[0].weight = [[0.29714259220128425, -0.7941572250125104, -0.4531560036212765, 0.07203814348423654, 0.5843807092824105], [-0.09630965123209334, 0.5007386558614886, 0.8272270232338155, -0.09454647311724651, 0.7050524836764582], [-0.2068924165798285, 0.50000191704781, 0.8821871832556769, 0.005065865532398739, -0.2825123944604504], [-0.3469627525086658, -0.03956000824301209, 0.07528761192200362, -0.38707461141590915, 0.603452005499459], [-0.6777888391677231, -0.45375618439336574, 0.8068048004325792, -0.49938544929928064, -0.5366482282682989]];
        net.layer16[1].weight = [[-0.23053292860910735, 0.7269371561171836, -0.37708566689297607, 0.6296820645328505, -0.0741140000149465], [-0.7437360110731739, 0.24677517537897997, -0.9441616161362372, -0.03475963821495709, 0.6963375808233561], [-0.3066389129663021, -0.3642721666349322, -0.8424835957637984, 0.5838963909244259, -0.563879921194431], [-0.8788562048390343, -0.83466078083024, 0.9188279187345401, -0.03171193446951781, -0.5040070641756438], [0.18831739036512718, -0.846119983983213, 0.13090384846228487, 0.869991898762728, 0.08283041060824581]];
        net.layer16[2].weight = [[-0.21170318478931427, 0.3919360764677988, -0.9277487812369387, 0.10179329444036123, -0.14834093757456812], [0.924958407523371, -0.6081165364579932, -0.19173649801173687, 0.6901019317992074, 0.5418856050131184], [-0.17226015171935738, -0.3218489063362997, -0.7663486290330437, 0.9800611737840059, -0.6029251744448876], [0.8927032074370831, -0.7330423752955895, 0.17046511039940238, -0.35095539666529296, 0.15263765802313833], [-0.1525899390254004, 0.9460470875212994, 0.24697764310201742, 0.7033614947944413, 0.865866658390732]];
        net.layer16[0].bias = [0.5564786974649165, 0.12587720226143295, 0.8096871456647201, 0.45078331292208973, -0.29426334992511616];
        net.layer16[1].bias = [-0.8152561595305601, 0.5372655849063708, -0.7592418017231319, -0.17650395299129085, 0.7667615884747874];
        net.layer16[2].bias = [0.9065483575452669, -0.4775452317507234, -0.8048692220220905, 0.7556258926781672, 0.45559541095518963];
        let mut workspace = Workspace::new();
        let pass = net.run(&mut workspace, Tensor::new(&[0.40109110883076915, -0.018120045837739296, -0.9786761923106893, -0.15698557299909366, -0.8470900459196686, 0.8787439943883637, 0.18061874244732712, -0.06985414028111969, -0.6718850127371574, 0.2107549340922612, 0.9346285841030788, -0.8112240244038877, -0.9021203234019592, -0.8722928613900875, -0.3841736426347433, -0.05599417312834665, 0.21829550197080794, -0.8914385448428004, 0.9682976012552387, 0.14080541627870202, 0.5095566636476816, 0.8921264661833386, -0.7870437271877073, -0.4998688829374467, -0.33356814811659974, -0.4282917003458817, 0.4264400347526547, 0.2780965087092304, -0.7055332315120804, -0.09594061808253262, 0.28841881780637757, 0.9674935523318797, -0.3507674521364179, 0.8085370607689928, -0.21867394682366847, -0.15630717731279642, -0.8433320329473619, -0.0033236664179840947, 0.8749770248690882, -0.0851328773770752], [5, 2, 2, 2]), Tensor::new(&[-0.4468240602845983, 0.79251827972289, -0.7420292480280839, 0.6759735654270249, 0.9059928963033392, -0.7296164871496849, -0.8077244839529647, -0.8265891806341861, 0.7530634957141202, -0.114700750452146], [5, 2]), Tensor::new(&[0.5262479111403826, 0.18804585735145563, 0.8914556467265815, -0.5310296242076598], [2, 2]), 13819607779374746528, Tensor::new(&[0.2730502932491494, -0.42443305501973505, -0.36560947406089417, -0.42784383646994995, -0.29459360907664855, 0.44618962366247605, -0.1458372364487699, 0.12743556962125013, 0.5756618416007875, -0.677619184806032, 0.8770153277307939, 0.43310883753005447, -0.3456200673327885, 0.3339427220592326, 0.3893891514947505, 0.9532528306781287, 0.4712564452968848, 0.8450224156188382, 0.13671035071824056, 0.8978769449541544, -0.5486347910300551, 0.7119176314656763, -0.4102489638535449, -0.8839421207242311, 0.3744886739793023, -0.9266490945589099, 0.5482371466603257, 0.2660533730657322, 0.27121295752459584, -0.8266790247820963], [3, 1, 5, 2]), &[[[[-0.4382659690707442]], [[-0.8167554708218177]]], [[[-0.37444327585824033]], [[-0.44583207166588745]]], [[[-0.8540501501037738]], [[-0.09023273532918785]]], [[[0.8397856233415093]], [[-0.19354578682380952]]]]);
        agree("result 0", &pass.value().flat(), &[1.9512350402306244]);
        let mut grads = Net::zeros();
        let mut d_x1 = [[[[0.5; 2]; 2]; 2]; 5];
        let mut d_x2 = [[0.5; 2]; 5];
        let mut d_x3 = [[0.5; 2]; 2];
        let mut d_x13 = [[[[0.5; 2]; 5]; 1]; 3];
        let mut d_x14 = [[[[0.5; 1]; 1]; 2]; 4];
        pass.backward(&mut grads, &mut TensorMut::new(d_x1.as_flattened_mut().as_flattened_mut().as_flattened_mut(), [5, 2, 2, 2]), &mut TensorMut::new(d_x2.as_flattened_mut(), [5, 2]), &mut TensorMut::new(d_x3.as_flattened_mut(), [2, 2]), &mut TensorMut::new(d_x13.as_flattened_mut().as_flattened_mut().as_flattened_mut(), [3, 1, 5, 2]), &mut d_x14);
        agree("layer16[0].weight", &grads.layer16[0].weight.flat(), &[0.17403146278860493, 0.4465117117135524, -0.1126563206871144, -0.32074170567565796, -0.13532476111613279, 0.34806292557720986, 0.8930234234271048, -0.2253126413742288, -0.6414834113513159, -0.27064952223226557, 0.5220943883658148, 1.3395351351406573, -0.3379689620613432, -0.9622251170269739, -0.40597428334839836, 0.6961258511544197, 1.7860468468542097, -0.4506252827484576, -1.2829668227026318, -0.5412990444645311, 0.8701573139430246, 2.232558558567762, -0.563281603435572, -1.6037085283782897, -0.6766238055806639]);
        agree("layer16[1].weight", &grads.layer16[1].weight.flat(), &[0.47013230908008796, -0.8034788113087206, 0.52297838601658, -0.07803820815758142, -1.5450739338088675, 0.058941143902621944, -0.10073326024480356, 0.06556653034223418, -0.009783759099473443, -0.1937080760329215, -0.8925989943957339, 1.5254947706014175, -0.992933207169944, 0.14816430349618015, 2.9334964071782568, 0.3668870883332505, -0.6270277450093316, 0.40812769852445857, -0.06090032617775643, -1.205762007601502, -0.05789239532697913, 0.09894089830191131, -0.06439989527624591, 0.009609675212724364, 0.1902613993079895]);
        agree("layer16[2].weight", &grads.layer16[2].weight.flat(), &[0.06298474143460148, 0.06298474143460148, 0.06298474143460148, 0.06298474143460148, 0.06298474143460148, -0.39990845610146936, -0.39990845610146936, -0.39990845610146936, -0.39990845610146936, -0.39990845610146936, -1.2584877248466968, -1.2584877248466968, -1.2584877248466968, -1.2584877248466968, -1.2584877248466968, 0.32007765989104353, 0.32007765989104353, 0.32007765989104353, 0.32007765989104353, 0.32007765989104353, -0.21105982360574477, -0.21105982360574477, -0.21105982360574477, -0.21105982360574477, -0.21105982360574477]);
        agree("layer16[0].bias", &grads.layer16[0].bias.flat(), &[0.17403146278860493, 0.4465117117135524, -0.1126563206871144, -0.32074170567565796, -0.13532476111613279]);
        agree("layer16[1].bias", &grads.layer16[1].bias.flat(), &[-0.19851588317316526, 0.3392732274664917, -0.2208304219373956, 0.03295205097468534, 0.6524157361957724]);
        agree("layer16[2].bias", &grads.layer16[2].bias.flat(), &[0.5, 0.5, 0.5, 0.5, 0.5]);
        agree("x1", &d_x1.flat(), &[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0010513963811642835, -0.0002574659825114716, 0.0, 0.0, 0.0004504211546436371, 0.0002572674497355189, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, -3.298768651526218e-6, 1.4311040658826818e-6, 0.0, 0.0, -1.3720582521209187e-6, -0.0003481398340165423, 0.0, 0.0]);
        agree("x2", &d_x2.flat(), &[0.0, 0.0, 0.0, 0.0, 0.0, 0.0073267460607910635, -0.002607224975700771, 0.007362638659375327, 0.0, 0.004110464300217335]);
        agree("x3", &d_x3.flat(), &[0.0, 0.01242564809684562, 0.0, 0.022415068721585628]);
        agree("x13", &d_x13.flat(), &[0.49244861043078747, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.49281838882390466, 0.5, 0.5, 0.49379192240977254, 0.5, 0.5, 0.49377261351401996, 0.5, 0.49381352148432417, 0.5, 0.49382721366565485, 0.49400919262267984, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]);
        agree("x14", &d_x14.flat(), &[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    }
}

/// Seed 163.
mod program_163 {
    use super::*;
    net! {
        extern fn ratio(a: f64, b: f64) -> f64 { derivative(da, db) = (da - y * db) / b }
        dim N, M;
        fn f6(x3: f64[2, 3, N], x4: f64[N, M], x5: f64[3, 5]) -> (f64[N, M], f64[3, 5]) {
            let mut m1 = zeros([2, N, 3]);
            let mut m2 = zeros([2, N, 5, 3]);
            #[checkpoint]
            for t in 1..5 {
                m1 = sigmoid(m1 - (2 - (x3 / (sigmoid(x3) + 0.25)).t()));
                m2[.., .., t] += m1;
            }
            (x4 - arange([M]), x5)
        }
        fn f12(x7: f64[2, 3, N], x8: f64[N, 3], x9: f64[3, 1], s11: dim M) -> (f64[5, 3], f64[N, M]) {
            let (_, a10) = f6(x7, x8.norm(axis = 1, keep = true), x9 @ ones([1, 5]));
            (ln(powi(cosh(0.75 * sin(ones([5, N]))), 2) + 1) @ outer(tan(0.75 * sin(ones([N]))), ((-1) * ones([3])) @ ones([3, 3])), broadcast_to(if ones([1, 1]) >= ones([1, M]) { 0.25 * ones([N, M]) } else { (-0.5) * ones([N, M]) }, [N, M]))
        }
        fn f18(x13: f64, x14: f64[1], x15: f64[4], s17: dim M) -> f64[2, M] {
            let a16 = exp(ratio(x13, 0.5) - concat([x15, x14], axis = 0)) - 1;
            ones([2, M])
        }
        pub struct Net {}
        impl Net {
            #[grad(x19)]
            pub fn run(x19: f64[N, 3]) -> f64[N] {
                let a20 = (x19 + (x19 + x19)).sum(axis = -1);
                a20
            }
        }
    }
    #[test]
    fn agrees() {
        let mut net = Net::zeros();
        let mut workspace = Workspace::new();
        let pass = net.run(&mut workspace, &[[0.023603611213263598, -0.015217170283737813, 0.8354322643753953]]);
        agree("result 0", &pass.value().iter().flat_map(Array::flat).collect::<Vec<_>>(), &[2.5314561159147635]);
        let mut d_x19 = [[0.5; 3]; 1];
        pass.backward(&[-0.9604499142836616], &mut d_x19);
        agree("x19", &d_x19.flat(), &[-2.8813497428509844, -2.8813497428509844, -2.8813497428509844]);
    }
}

/// Seed 164.
mod program_164 {
    use super::*;
    net! {
        dim N, M;
        pub struct Net { w9: f64[4, 3], layer12: [Linear<3, 3>; 2] }
        impl Net {
            #[grad(self, x1, x6, x7, x8)]
            pub fn run(x1: f64, key3: u64, x6: f64[N, 1], x7: f64[1], x8: f64[N]) -> (f64[3], f64[N, 1, 3]) {
                let a2[i in 0..5, j in 0..5] = x1;
                let key4[i in 0..3] = key3.fold(2);
                let mut m5 = 0;
                m5 -= (x6 @ x7) @ x8;
                m5 = ln(1 - sin((x1 <= m5) as f64));
                let a10[i in 0..N, j in 0..1, k] = w9[k + 1, k];
                let mut m11 = reshape(atan2(ones([3, 1]), 3), [3]);
                for block13 in layer12 {
                    m11 = 0.5 * block13(m11);
                }
                (m11, a10)
            }
        }
    }
    #[test]
    fn agrees() {
        let mut net = Net::zeros();
        net.w9 = [[0.808128784125967, 0.06418173961793872, -0.6831861397035759], [0.512509334015266, 0.321315733579701, -0.6525919410623477], [-0.08451957655061992, -0.012430864481086878, 0.6489254514190663], [0.5741672530909343, 0.398158099241704, -0.6276355959161088]];
        net.layer12[0].weight = [[0.16684437044579892, -0.0025138721293980204, -0.7814293395201841], [0.65839008610694, -0.2228145423209995, 0.5131751979184656], [-0.989802829152056, 0.6064685539093189, 0.34335224995925806]];
        net.layer12[1].weight = [[0.17076067108860138, 0.9349673446152502, -0.10616955384376436], [0.8016538542371916, -0.8205612462472032, 0.29210187230618123], [-0.1421455612417466, -0.02515794966477758, 0.922649191305029]];
        net.layer12[0].bias = [0.49917603579297554, 0.6753026247218126, -0.960111454873092];
        net.layer12[1].bias = [0.9904081481549685, -0.9559622264980046, -0.8278615495678965];
        let mut workspace = Workspace::new();
        let pass = net.run(&mut workspace, 0.40109110883076915, 13819928312783060912, &[[-0.43745954695206435], [0.9783849630431232], [0.26185005220854607]], &[0.9278857477987283], &[0.233500890924079, -0.07515053692388918, 0.5713613693590838]);
        agree("result 0", &pass.value().0.flat(), &[0.707430626638164, -0.5314813432471209, -0.5833931812938015]);
        agree("result 1", &pass.value().1.iter().flat_map(Array::flat).collect::<Vec<_>>(), &[0.512509334015266, -0.012430864481086878, -0.6276355959161088, 0.512509334015266, -0.012430864481086878, -0.6276355959161088, 0.512509334015266, -0.012430864481086878, -0.6276355959161088]);
        let mut grads = Net::zeros();
        let mut d_x1 = 0.5;
        let mut d_x6 = [[0.5; 1]; 3];
        let mut d_x7 = [0.5; 1];
        let mut d_x8 = [0.5; 3];
        pass.backward((&[-0.9604499142836616, -0.8062550946165392, -0.5687900907648074], &[[[-0.5794516383647115, 0.6830951868669428, 0.8344536413562509]], [[0.03042288403270521, 0.4451813556071784, 0.38442516936153437]], [[0.5267703526167438, 0.6466715187456535, 0.0010934566028673043]]]), &mut grads, &mut d_x1, &mut d_x6, &mut d_x7, &mut d_x8);
        agree("w9", &grads.w9.flat(), &[0.0, 0.0, 0.0, -0.0222584017152625, 0.0, 0.0, 0.0, 1.7749480612197748, 0.0, 0.0, 0.0, 1.2199722673206526]);
        agree("layer12[0].weight", &grads.layer12[0].weight.flat(), &[-0.06897053463838314, -0.022081044024023028, -0.029599949014367667, -0.06897053463838314, -0.022081044024023028, -0.029599949014367667, -0.06897053463838314, -0.022081044024023028, -0.029599949014367667]);
        agree("layer12[1].weight", &grads.layer12[1].weight.flat(), &[-0.1071444478322526, -0.08994301070770495, -0.06345224180992863, -0.19159407276695672, -0.16083472440299285, -0.11346433418175199, 0.22473293741060626, 0.18865333113240035, 0.1330895718419192]);
        agree("layer12[0].bias", &grads.layer12[0].bias.flat(), &[-0.2143602666597392, -0.06862783520429411, -0.09199657501717291]);
        agree("layer12[1].bias", &grads.layer12[1].bias.flat(), &[-0.4802249571418308, -0.4031275473082696, -0.2843950453824037]);
        agree("x1", &d_x1.flat(), &[0.0]);
        agree("x6", &d_x6.flat(), &[0.0, 0.0, 0.0]);
        agree("x7", &d_x7.flat(), &[0.0]);
        agree("x8", &d_x8.flat(), &[0.0, 0.0, 0.0]);
    }
}

/// Seed 168.
mod program_168 {
    use super::*;
    net! {
        dim N, M;
        fn f5(x1: f64[N, M], x2: f64, x4: f64[2, 3, 2]) -> (f64[N], f64) {
            let a3 = broadcast_to(var(min(x1, x2), axis = -1, keep = true), [N, 1]);
            (((norm(conv1d(x4, ones([3, 1, 3]), padding = 1, groups = 3), axis = [0, 1, 2]) > (-1)) as f64) + ones([N]), ones([3])[argmin(sum(ones([3, 1])[.., ((1 - 3) / 2) + 1..(((0 - 1) / 2) + 1) + 1], axis = 1), axis = -1)])
        }
        pub struct Net { layer14: Lstm<2, 2>, w18: f64[2, 2] }
        impl Net {
            #[grad(self, x11, x13)]
            pub fn run(key6: u64, index10: u32[N], x11: f64[N, 5, 1], x13: f64[N * 12]) -> f64[2, 2] {
                let mut m8 = zeros([N]);
                for t in (0..3).rev() {
                    let key9 = key6.fold(t);
                    m8 = cos(dropout(m8, 0.25, key9)) - 0.5;
                }
                let a12[i, j, k in 0..5] = x11[index10[i], k, j];
                let (a15, (a16, a17)) = layer14(reshape(x13, [3, N, 2, 2])[.., ((N - 3) / 2) + 1..(((0 - N) / 2) + N) + 1].sum(axis = 1), (softmax(w18, axis = -1), { let b19 = w18; let b20 = recip(b19); if b19 != 0 { b20 } else { 0 } }));
                a17
            }
        }
    }
    #[test]
    fn agrees() {
        let mut net = Net::zeros();
        net.layer14.w_ih = [[0.7580385095639623, 0.14415766937819785, -0.9452950909866056, 0.8367386212364145, 0.7216921460838759, 0.20371712931049557, 0.4972928585194849, 0.09460007491407718], [0.3972563484043732, -0.09956758783303488, 0.6275032223187473, 0.9792293324410029, -0.9679039715349793, 0.9199219198858726, 0.21466056637923958, 0.40600928422424953]];
        net.layer14.w_hh = [[0.1509648202583731, -0.15130999146232882, -0.21773209536224591, -0.2954257791023951, -0.11911123614476793, 0.8277012539331554, 0.022602810967607745, -0.0707711628100598], [-0.5860539253837442, -0.5105484749162801, 0.2048826673176185, 0.8074411558314847, 0.9574923113512128, 0.7459408488283721, -0.3160869184668531, 0.6571562217249296]];
        net.layer14.b_ih = [-0.10983160568561767, 0.8709694722867318, -0.7950181262306637, -0.41143985026478136, 0.09786774641829021, 0.8362904383531269, 0.12866890545887588, 0.9697938156081038];
        net.layer14.b_hh = [0.07664410983821868, -0.08231318300071955, 0.791612811220358, 0.18065690478778063, -0.6432482694727231, -0.7420267322326408, 0.9067523664879416, 0.11444690579269778];
        net.w18 = [[0.8611591615295995, 0.6222906069267522], [0.2493606347332249, -0.604120422094965]];
        let mut workspace = Workspace::new();
        let pass = net.run(&mut workspace, 13829977775750183846, &[1, 0], &[[[-0.8442436553728168], [-0.3919804951781791], [-0.6595388597301262], [-0.7244918304247383], [-0.5720503734135627]], [[0.5485343282996833], [-0.7425393519137506], [0.9145430851783276], [-0.3895188243625105], [0.47882278933105615]]], &[0.2730502932491494, -0.42443305501973505, -0.36560947406089417, -0.42784383646994995, -0.29459360907664855, 0.44618962366247605, -0.1458372364487699, 0.12743556962125013, 0.5756618416007875, -0.677619184806032, 0.8770153277307939, 0.43310883753005447, -0.3456200673327885, 0.3339427220592326, 0.3893891514947505, 0.9532528306781287, 0.4712564452968848, 0.8450224156188382, 0.13671035071824056, 0.8978769449541544, -0.5486347910300551, 0.7119176314656763, -0.4102489638535449, -0.8839421207242311]);
        agree("result 0", &pass.value().flat(), &[-0.2028984446664493, 1.3581067663649344, -0.09100542536206835, 0.48372775585669947]);
        let mut grads = Net::zeros();
        let mut d_x11 = [[[0.5; 1]; 5]; 2];
        let mut d_x13 = [0.5; 24];
        pass.backward(&[[-0.9604499142836616, -0.8062550946165392], [-0.5687900907648074, -0.5973918279029979]], &mut grads, &mut d_x11, &mut d_x13);
        agree("layer14.w_ih", &grads.layer14.w_ih.flat(), &[0.01324099867385434, -0.10813430153200221, -0.2220760550232821, -0.11586765533141673, -0.1279026179828997, 0.1404712893577546, -0.008440433847447304, -0.047402817072367855, 0.44095456427558705, -0.41841135010196934, -0.37404346751398704, -0.13996678025970727, -0.23793706838696851, 0.12847537094060157, -0.010513904945525562, -0.03772753045793432]);
        agree("layer14.w_hh", &grads.layer14.w_hh.flat(), &[0.0962807173112591, -0.264516889779155, -0.39144538898435405, -0.06596838282129353, -0.3146107686878075, -0.4586772201818949, 0.004335078465431365, -0.06881248704340434, 0.10164830929063806, -0.24392915399411633, -0.16995541386199448, -0.27755571333425727, -0.3302072980383068, -0.5217868390737589, 0.0038378851006573055, -0.04732172031291623]);
        agree("layer14.b_ih", &grads.layer14.b_ih.flat(), &[0.2799054039462757, -0.6247593728469145, -0.700888659655021, -0.39504699753238826, -0.8264237263715071, -1.1688687239045275, 0.007366059975014865, -0.13212178776452888]);
        agree("layer14.b_hh", &grads.layer14.b_hh.flat(), &[0.2799054039462757, -0.6247593728469145, -0.700888659655021, -0.39504699753238826, -0.8264237263715071, -1.1688687239045275, 0.007366059975014865, -0.13212178776452888]);
        agree("w18", &grads.w18.flat(), &[0.3598233944561348, 0.5479748347551859, 1.6394816222641007, 0.5327396791397713]);
        agree("x11", &d_x11.flat(), &[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
        agree("x13", &d_x13.flat(), &[-0.23176484853389992, -0.2852729364100599, 0.26694660656502717, -0.1146818339914557, -0.23176484853389992, -0.2852729364100599, 0.26694660656502717, -0.1146818339914557, -0.41162175867272294, -0.4171067533939479, 0.16084627779729974, -0.014116589906980673, -0.41162175867272294, -0.4171067533939479, 0.16084627779729974, -0.014116589906980673, 0.05137159497833793, 0.016870631793428393, -0.22504485839191135, -0.1663746593244138, 0.05137159497833793, 0.016870631793428393, -0.22504485839191135, -0.1663746593244138]);
    }
}

/// Seed 173.
mod program_173 {
    use super::*;
    net! {
        dim N, M;
        struct Layer9<const D: usize> { gain: f64[D], mix: f64[D, D] }
        impl Layer9<D> {
            fn call(x6: f64[.., D]) -> f64[.., D] {
                let h7 = 2 * gelu(x6 - mean(x6, axis = -1, keep = true));
                let h8 = 2 * (if (if x6 > 0 { h7 } else { h7 }) > 0 { powi(h7, 2) } else { if x6 > 0 { h7 } else { x6 } });
                h8 + (h7 * gain)
            }
            fn other(x10: f64[.., D]) -> f64[.., D] {
                gain - call(softmax(x10) * softmax(x10))
            }
        }
        fn f5(x1: f64, x3: f64[N], x4: f64[N, 1]) -> f64[3, 1] {
            let a2[i in 0..3, j in 0..5] = x1;
            stack([x3 @ x4, ones([1]) - ones([1]), 1 - sigmoid(x4[0])], axis = 0)
        }
        pub struct Net { layer13: Conv1d<1, 1, 3>, layer14: BatchNorm<1> }
        impl Net {
            #[grad(self, x11, x12)]
            pub fn run(x11: f64[2, 1, 1], x12: f64[2, 1, 2]) -> f64 {
                let (a15, a16, a17) = layer14(layer13(x11 @ x12, padding = 1));
                (sum(a17) + (0.5 * sum(a16))) + (0.5 * l2(a15))
            }
        }
    }
    #[test]
    fn agrees() {
        let mut net = Net::zeros();
        net.layer13.weight = [[[0.6197193749215542, -0.6883322098108802, -0.48401785504597017]]];
        net.layer13.bias = [0.13954368486795188];
        net.layer14.weight = [-0.3621852136846828];
        net.layer14.bias = [0.8512820584600647];
        let mut workspace = Workspace::new();
        let pass = net.run(&mut workspace, &[[[-0.8442436553728168]], [[-0.3919804951781791]]], &[[[0.9116991077079883, 0.3200385754814925]], [[-0.24132337696172912, -0.5477118688806055]]]);
        agree("result 0", &pass.value().flat(), &[1.9340139929062279]);
        let mut grads = Net::zeros();
        let mut d_x11 = [[[0.5; 1]; 1]; 2];
        let mut d_x12 = [[[0.5; 2]; 1]; 2];
        pass.backward(&mut grads, &mut d_x11, &mut d_x12);
        agree("layer13.weight", &grads.layer13.weight.flat(), &[0.032807256757304185, -0.3136581452498011, -0.11356527152996607]);
        agree("layer13.bias", &grads.layer13.bias.flat(), &[0.4999999999999998]);
        agree("layer14.weight", &grads.layer14.weight.flat(), &[-1.4486363502527932]);
        agree("layer14.bias", &grads.layer14.bias.flat(), &[3.405128233840258]);
        agree("x11", &d_x11.flat(), &[-0.3572614411781695, 0.026572212451875486]);
        agree("x12", &d_x12.flat(), &[0.27453858388503943, 0.160352929291116, -0.008988090273986345, 0.022977090706362852]);
    }
}

/// Seed 174.
mod program_174 {
    use super::*;
    net! {
        dim N, M;
        struct Layer8<const D: usize> { gain: f64[D], mix: f64[D, D] }
        impl Layer8<D> {
            fn call(x5: f64[.., D]) -> f64[.., D] {
                let h6 = if (if (x5 - x5) > 0 { 2 * x5 } else { softmax(x5) }) > 0 { (x5 - mean(x5, axis = -1, keep = true)) - (x5 - mean(x5, axis = -1, keep = true)) } else { x5 };
                let h7 = ((h6 + x5) * gain) * gain;
                h7 + (h6 * gain)
            }
            fn other(x9: f64[.., D]) -> f64[.., D] {
                powi(if x9 > 0 { x9 } else { x9 }, 2)
            }
        }
        fn f4(x1: f64, x3: f64[M, 5, M]) -> f64[5, M] {
            let a2 = x1;
            stop_grad(std(tril(x3, diagonal = 0), axis = 0))
        }
        pub struct Net { layer18: Rnn<2, 2> }
        impl Net {
            #[grad(self, x11, x12, x17, x23)]
            pub fn run(key10: u64, x11: f64[N, 3], x12: f64[3, 2, N], x17: f64[N, 3, 2], index22: u32, x23: f64[2, 2], s25: dim M) -> f64 {
                let (a13, a14) = (dropout(x11, 0, key10), log_softmax(sum(x12, axis = 1), axis = 1));
                let mut m15 = 0.5 * ones([N, 3]);
                let mut m16 = 0.5 * zeros([N, 3]);
                #[checkpoint]
                for t in 0..M {
                    m15 = tanh(powi(m15 - m15, 2));
                    let d = jvp(m15 * (m15 + x11), x11, m15);
                    m16 += d;
                }
                let (a19, a20) = layer18(a13[-1, 0] * x17, x17[-1]);
                let a24[i in 0..3, j in 0..2, k in 0..M] = (if k < k { x23 } else { zeros([2, 2]) })[index22];
                (mean(a24) + (0.5 * sum(a20))) + (0.5 * l2(a19))
            }
        }
    }
    #[test]
    fn agrees() {
        let mut net = Net::zeros();
        net.layer18.w_ih = [[-0.8244360544550753, -0.1695877687302778], [-0.26100045809184524, -0.4831721898967498]];
        net.layer18.w_hh = [[-0.376572097716958, 0.7337757624606589], [0.3044938417001197, 0.11742032205614472]];
        net.layer18.b_ih = [-0.6360149037849205, -0.41681193954883966];
        net.layer18.b_hh = [0.14748132648874468, -0.2677891755665114];
        let mut workspace = Workspace::new();
        let pass = net.run(&mut workspace, 4603109932488716590, &[[-0.8442436553728168, -0.3919804951781791, -0.6595388597301262], [-0.7244918304247383, -0.5720503734135627, 0.5485343282996833]], Tensor::new(&[0.9116991077079883, 0.3200385754814925, -0.24132337696172912, -0.5477118688806055, 0.9835243112860164, -0.6610363220829192, -0.5232746463798932, -0.8069599774180616, -0.8710690372169514, 0.12419896814252862, -0.47830005391344943, 0.6596187126935851], [3, 2, 2]), &[[[0.19076790749913264, 0.20804562063056853], [-0.6392757496196846, 0.05903765722154852], [0.92416518622859, -0.12453330884755487]], [[0.9724912425568313, -0.5464543259859302], [-0.3139144565915266, 0.09384932820924785], [0.37509625884988873, 0.07345148411078717]]], 0, &[[0.059263455938541654, 0.477878039563985], [0.9117413353430261, 0.418293888238749]], 3);
        agree("result 0", &pass.value().flat(), &[0.4561171884863502]);
        let mut grads = Net::zeros();
        let mut d_x11 = [[0.5; 3]; 2];
        let mut d_x12 = [[[0.5; 2]; 2]; 3];
        let mut d_x17 = [[[0.5; 2]; 3]; 2];
        let mut d_x23 = [[0.5; 2]; 2];
        pass.backward(&mut grads, &mut d_x11, &mut TensorMut::new(d_x12.as_flattened_mut().as_flattened_mut(), [3, 2, 2]), &mut d_x17, &mut d_x23);
        agree("layer18.w_ih", &grads.layer18.w_ih.flat(), &[-0.5499197420468698, 0.03328104505315435, 0.355860107498674, -0.0752916252168543]);
        agree("layer18.w_hh", &grads.layer18.w_hh.flat(), &[-0.9377780968469853, 0.40733317937330504, 0.2611496198209597, -0.10496951603189093]);
        agree("layer18.b_ih", &grads.layer18.b_ih.flat(), &[-0.3046158075518249, -0.5895160299203468]);
        agree("layer18.b_hh", &grads.layer18.b_hh.flat(), &[-0.3046158075518249, -0.5895160299203468]);
        agree("x11", &d_x11.flat(), &[0.0, 0.0, 0.0, -0.5400043950285579, 0.0, 0.0]);
        agree("x12", &d_x12.flat(), &[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
        agree("x17", &d_x17.flat(), &[-0.28364063160188896, -0.0072628495728383905, -0.2910709290990554, -0.199011198861139, -0.14590982631233293, -0.12285407643687406, 0.8069297558431608, -0.0293684810473578, -0.13724948327691727, -0.21153878988011754, -0.012418528188722161, -0.07907255144782954]);
        agree("x23", &d_x23.flat(), &[0.0, 0.0, 0.0, 0.0]);
    }
}
