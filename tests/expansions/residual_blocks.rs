/// `Linear<8, 16>`
///
/// 144 parameters, 576 bytes.
#[derive(
    ::chainrule::__private::core::clone::Clone,
    ::chainrule::__private::core::marker::Copy
)]
#[repr(C)]
pub struct ResidualLinear8x16 {
    /// `f32[8, 16]`, starts as `glorot_uniform`.
    pub weight: [[f32; 16]; 8],
    /// `f32[16]`, starts as `zeros`.
    pub bias: [f32; 16],
}
#[automatically_derived]
impl ::chainrule::Params for ResidualLinear8x16 {
    type Float = f32;
    const __WITNESS: ::chainrule::__private::Witness<Self> = ::chainrule::__private::Witness::new(
        144,
    );
    #[inline(always)]
    fn __visit<'a>(
        &'a self,
        path: ::chainrule::__private::Path<'_>,
        visitor: &mut dyn ::chainrule::__private::core::ops::FnMut(
            ::chainrule::__private::Path<'_>,
            &'static [usize],
            &'a [f32],
        ),
    ) {
        visitor(path.field("weight"), &[8, 16], self.weight.as_flattened());
        visitor(path.field("bias"), &[16], &self.bias);
    }
    fn __initialise(&mut self, rng: &mut ::chainrule::__private::Rng) {
        ::chainrule::__private::init::glorot_uniform(
            self.weight.as_flattened_mut(),
            rng,
            8,
            16,
        );
        ::chainrule::__private::init::zeros(&mut self.bias);
    }
}
/// `LayerNorm<16>`
///
/// 32 parameters, 128 bytes.
#[derive(
    ::chainrule::__private::core::clone::Clone,
    ::chainrule::__private::core::marker::Copy
)]
#[repr(C)]
pub struct ResidualLayerNorm16 {
    /// `f32[16]`, starts as `ones`.
    pub weight: [f32; 16],
    /// `f32[16]`, starts as `zeros`.
    pub bias: [f32; 16],
}
#[automatically_derived]
impl ::chainrule::Params for ResidualLayerNorm16 {
    type Float = f32;
    const __WITNESS: ::chainrule::__private::Witness<Self> = ::chainrule::__private::Witness::new(
        32,
    );
    #[inline(always)]
    fn __visit<'a>(
        &'a self,
        path: ::chainrule::__private::Path<'_>,
        visitor: &mut dyn ::chainrule::__private::core::ops::FnMut(
            ::chainrule::__private::Path<'_>,
            &'static [usize],
            &'a [f32],
        ),
    ) {
        visitor(path.field("weight"), &[16], &self.weight);
        visitor(path.field("bias"), &[16], &self.bias);
    }
    fn __initialise(&mut self, _rng: &mut ::chainrule::__private::Rng) {
        ::chainrule::__private::init::ones(&mut self.weight);
        ::chainrule::__private::init::zeros(&mut self.bias);
    }
}
/// `Linear<16, 16>`
///
/// 272 parameters, 1,088 bytes.
#[derive(
    ::chainrule::__private::core::clone::Clone,
    ::chainrule::__private::core::marker::Copy
)]
#[repr(C)]
pub struct ResidualLinear16x16 {
    /// `f32[16, 16]`, starts as `glorot_uniform`.
    pub weight: [[f32; 16]; 16],
    /// `f32[16]`, starts as `zeros`.
    pub bias: [f32; 16],
}
#[automatically_derived]
impl ::chainrule::Params for ResidualLinear16x16 {
    type Float = f32;
    const __WITNESS: ::chainrule::__private::Witness<Self> = ::chainrule::__private::Witness::new(
        272,
    );
    #[inline(always)]
    fn __visit<'a>(
        &'a self,
        path: ::chainrule::__private::Path<'_>,
        visitor: &mut dyn ::chainrule::__private::core::ops::FnMut(
            ::chainrule::__private::Path<'_>,
            &'static [usize],
            &'a [f32],
        ),
    ) {
        visitor(path.field("weight"), &[16, 16], self.weight.as_flattened());
        visitor(path.field("bias"), &[16], &self.bias);
    }
    fn __initialise(&mut self, rng: &mut ::chainrule::__private::Rng) {
        ::chainrule::__private::init::glorot_uniform(
            self.weight.as_flattened_mut(),
            rng,
            16,
            16,
        );
        ::chainrule::__private::init::zeros(&mut self.bias);
    }
}
/// `Block<16>`
///
/// 304 parameters, 1,216 bytes.
#[derive(
    ::chainrule::__private::core::clone::Clone,
    ::chainrule::__private::core::marker::Copy
)]
#[repr(C)]
pub struct ResidualBlock16 {
    /// `LayerNorm<16>`
    pub norm: ResidualLayerNorm16,
    /// `Linear<16, 16>`
    pub fc: ResidualLinear16x16,
}
#[automatically_derived]
impl ::chainrule::Params for ResidualBlock16 {
    type Float = f32;
    const __WITNESS: ::chainrule::__private::Witness<Self> = ::chainrule::__private::Witness::new(
        304,
    );
    #[inline(always)]
    fn __visit<'a>(
        &'a self,
        path: ::chainrule::__private::Path<'_>,
        visitor: &mut dyn ::chainrule::__private::core::ops::FnMut(
            ::chainrule::__private::Path<'_>,
            &'static [usize],
            &'a [f32],
        ),
    ) {
        ::chainrule::Params::__visit(&self.norm, path.field("norm"), visitor);
        ::chainrule::Params::__visit(&self.fc, path.field("fc"), visitor);
    }
    fn __initialise(&mut self, rng: &mut ::chainrule::__private::Rng) {
        ::chainrule::Params::__initialise(&mut self.norm, rng);
        ::chainrule::Params::__initialise(&mut self.fc, rng);
    }
}
/// `Linear<16, 4>`
///
/// 68 parameters, 272 bytes.
#[derive(
    ::chainrule::__private::core::clone::Clone,
    ::chainrule::__private::core::marker::Copy
)]
#[repr(C)]
pub struct ResidualLinear16x4 {
    /// `f32[16, 4]`, starts as `glorot_uniform`.
    pub weight: [[f32; 4]; 16],
    /// `f32[4]`, starts as `zeros`.
    pub bias: [f32; 4],
}
#[automatically_derived]
impl ::chainrule::Params for ResidualLinear16x4 {
    type Float = f32;
    const __WITNESS: ::chainrule::__private::Witness<Self> = ::chainrule::__private::Witness::new(
        68,
    );
    #[inline(always)]
    fn __visit<'a>(
        &'a self,
        path: ::chainrule::__private::Path<'_>,
        visitor: &mut dyn ::chainrule::__private::core::ops::FnMut(
            ::chainrule::__private::Path<'_>,
            &'static [usize],
            &'a [f32],
        ),
    ) {
        visitor(path.field("weight"), &[16, 4], self.weight.as_flattened());
        visitor(path.field("bias"), &[4], &self.bias);
    }
    fn __initialise(&mut self, rng: &mut ::chainrule::__private::Rng) {
        ::chainrule::__private::init::glorot_uniform(
            self.weight.as_flattened_mut(),
            rng,
            16,
            4,
        );
        ::chainrule::__private::init::zeros(&mut self.bias);
    }
}
/// Residual blocks between two linear layers.
///
/// 3,860 parameters, 15,440 bytes.
/// Values and gradients have this one type, a plain row of floats.
#[derive(
    ::chainrule::__private::core::clone::Clone,
    ::chainrule::__private::core::marker::Copy
)]
#[repr(C, align(64))]
pub struct Residual {
    /// `Linear<8, 16>`
    pub enter: ResidualLinear8x16,
    /// `[Block<16>; 12]`
    pub blocks: [ResidualBlock16; 12],
    /// `Linear<16, 4>`
    pub leave: ResidualLinear16x4,
}
::chainrule::__with_alloc! {
    #[allow(
        dead_code,
        deprecated,
        missing_debug_implementations,
        non_snake_case,
        unreachable_pub,
        clippy::approx_constant,
        clippy::assign_op_pattern,
        clippy::duplicate_underscore_argument,
        clippy::int_plus_one,
        clippy::manual_div_ceil,
        clippy::manual_range_contains,
        clippy::many_single_char_names,
        clippy::needless_borrow,
        clippy::similar_names,
        clippy::too_many_arguments,
        clippy::type_complexity,
        clippy::unnecessary_box_returns,
    )]
    impl Residual {
        /// Parameters as the net initialises them, boxed and never built on the stack; the same bits for the same `seed`.
        #[must_use]
        pub fn init(seed: u64) -> ::chainrule::__private::alloc::boxed::Box<Self> {
            <Self as ::chainrule::Params>::init(seed)
        }
        /// Zeros, boxed and never built on the stack: where gradients go.
        #[must_use]
        pub fn zeros() -> ::chainrule::__private::alloc::boxed::Box<Self> {
            <Self as ::chainrule::Params>::zeros()
        }
    }
}
#[automatically_derived]
impl ::chainrule::Params for Residual {
    type Float = f32;
    const __WITNESS: ::chainrule::__private::Witness<Self> = ::chainrule::__private::Witness::new(
        3860,
    );
    fn __visit<'a>(
        &'a self,
        path: ::chainrule::__private::Path<'_>,
        visitor: &mut dyn ::chainrule::__private::core::ops::FnMut(
            ::chainrule::__private::Path<'_>,
            &'static [usize],
            &'a [f32],
        ),
    ) {
        ::chainrule::Params::__visit(&self.enter, path.field("enter"), visitor);
        for (i, part) in ::chainrule::__private::core::iter::Iterator::enumerate(
            self.blocks.iter(),
        ) {
            ::chainrule::Params::__visit(part, path.field("blocks").index(i), visitor);
        }
        ::chainrule::Params::__visit(&self.leave, path.field("leave"), visitor);
    }
    fn __initialise(&mut self, rng: &mut ::chainrule::__private::Rng) {
        ::chainrule::Params::__initialise(&mut self.enter, rng);
        for part in &mut self.blocks {
            ::chainrule::Params::__initialise(part, rng);
        }
        ::chainrule::Params::__initialise(&mut self.leave, rng);
    }
}
#[allow(
    dead_code,
    deprecated,
    missing_debug_implementations,
    non_snake_case,
    unreachable_pub,
    clippy::approx_constant,
    clippy::assign_op_pattern,
    clippy::duplicate_underscore_argument,
    clippy::int_plus_one,
    clippy::manual_div_ceil,
    clippy::manual_range_contains,
    clippy::many_single_char_names,
    clippy::needless_borrow,
    clippy::similar_names,
    clippy::too_many_arguments,
    clippy::type_complexity,
    clippy::unnecessary_box_returns,
)]
impl Residual {
    /// How surprising the labels are.
    ///
    /// Goes forward and returns a [`ResidualLossPass`]: `value()` of it is the value, `backward(…)` the gradient with respect to the parameters.
    ///
    /// * `x: f32[N, 8]`
    /// * `label: u32[N]`
    /// * returns `f32`
    ///
    /// Workspace: `4080 * N` bytes. Operations: `25425 * N + 2`, forward and backward together.
    ///
    /// # Panics
    /// Before anything is written:
    /// * if `label` has not `N` rows
    /// * if an element of `label` is not less than `4`
    /// * if the workspace is a slice and too short
    #[track_caller]
    pub fn loss<'w, S: ::chainrule::Storage<f32>>(
        &'w self,
        ws: &'w mut ::chainrule::Workspace<f32, S>,
        x: &'w [[f32; 8]],
        label: &'w [u32],
    ) -> ResidualLossPass<'w> {
        let n = x.len();
        if label.len() != n {
            ::chainrule::__private::panics::rows(
                "Residual::loss",
                "label",
                label.len(),
                "N",
                n,
                "x",
            );
        }
        ::chainrule::__private::panics::check_indices(
            "Residual::loss",
            "label",
            label,
            4,
        );
        let arena = ws.request(1020 * n, "Residual::loss");
        let value = ::chainrule::__private::vectorised_rows(
            n,
            #[inline(always)]
            |cpu, n| {
                use ::chainrule::__private::{carve, kernels};
                let [centred_each, norm_each, fc_each, h_part_each, norm_part_each_2, h,
                scratch, norm_part_each] = carve(
                    arena,
                    [
                        0..n * 192,
                        n * 192..n * 384,
                        n * 384..n * 576,
                        n * 576..n * 768,
                        n * 768..n * 960,
                        n * 960..n * 976,
                        n * 976..n * 992,
                        n * 1008..n * 1020,
                    ],
                );
                let centred_each = &mut centred_each.as_chunks_mut::<16>().0[..n * 12];
                let norm_each = &mut norm_each.as_chunks_mut::<16>().0[..n * 12];
                let fc_each = &mut fc_each.as_chunks_mut::<16>().0[..n * 12];
                let h_part_each = &mut h_part_each.as_chunks_mut::<16>().0[..n * 12];
                let norm_part_each_2 = &mut norm_part_each_2
                    .as_chunks_mut::<16>()
                    .0[..n * 12];
                let h = &mut h.as_chunks_mut::<16>().0[..n];
                let norm_part_each = &mut norm_part_each[..n * 12];
                kernels::matmul_small::<
                    16,
                    _,
                >(
                    cpu,
                    n,
                    8,
                    x.as_flattened(),
                    (8, 1),
                    self.enter.weight.as_flattened(),
                    false,
                    h.as_flattened_mut(),
                    false,
                );
                Self::__compute_h(n, &self.enter.bias, h);
                for block in 0..12 {
                    let [fc_product] = carve(scratch, [0..n * 16]);
                    let fc_product = &mut fc_product.as_chunks_mut::<16>().0[..n];
                    Self::__compute_centred_each(
                        n,
                        block,
                        &self.blocks[block].norm.weight,
                        &self.blocks[block].norm.bias,
                        h,
                        centred_each,
                        norm_part_each,
                        norm_part_each_2,
                        norm_each,
                    );
                    kernels::matmul_small::<
                        16,
                        _,
                    >(
                        cpu,
                        n,
                        16,
                        norm_each[block * n..][..n].as_flattened(),
                        (16, 1),
                        self.blocks[block].fc.weight.as_flattened(),
                        false,
                        fc_product.as_flattened_mut(),
                        false,
                    );
                    Self::__compute_h_2(
                        n,
                        cpu,
                        block,
                        &self.blocks[block].fc.bias,
                        fc_product,
                        h,
                        fc_each,
                        h_part_each,
                    );
                }
                let [h, leave, each_sum_exp, each_part, each_sum_rest] = carve(
                    arena,
                    [
                        n * 960..n * 976,
                        n * 976..n * 980,
                        n * 980..n * 984,
                        n * 984..n * 985,
                        n * 985..n * 986,
                    ],
                );
                let h = &h.as_chunks::<16>().0[..n];
                let leave = &mut leave.as_chunks_mut::<4>().0[..n];
                let each_sum_exp = &mut each_sum_exp.as_chunks_mut::<4>().0[..n];
                let each_part = &mut each_part[..n];
                let each_sum_rest = &mut each_sum_rest[..n];
                kernels::matmul_small::<
                    4,
                    _,
                >(
                    cpu,
                    n,
                    16,
                    h.as_flattened(),
                    (16, 1),
                    self.leave.weight.as_flattened(),
                    false,
                    leave.as_flattened_mut(),
                    false,
                );
                Self::__compute_leave(
                    n,
                    cpu,
                    &self.leave.bias,
                    label,
                    leave,
                    each_part,
                    each_sum_exp,
                    each_sum_rest,
                );
                Self::__compute_each_part(
                    n,
                    cpu,
                    leave,
                    label,
                    each_sum_rest,
                    each_part,
                );
                let loss_mean = Self::__compute_loss_mean(n, cpu, each_part);
                let loss = loss_mean / n as f32;
                loss
            },
        );
        ResidualLossPass {
            model: self,
            value,
            x,
            label,
            arena,
        }
    }
    /// One step of training by `loss`: forward, backward and update in one. Returns the value before it.
    ///
    /// Each parameter is updated as soon as its gradient is complete, so that a whole gradient is never held. The result is that of `backward` and the optimiser's `step`.
    ///
    /// * `optimiser`, used for this network alone
    /// * `x: f32[N, 8]`
    /// * `label: u32[N]`
    /// * returns `f32`
    ///
    /// Workspace: `4080 * N + 14592` bytes. Operations: `25425 * N + 2`, forward and backward together.
    ///
    /// # Panics
    /// Before anything is written:
    /// * if `label` has not `N` rows
    /// * if an element of `label` is not less than `4`
    /// * if the workspace is a slice and too short
    #[track_caller]
    pub fn loss_step<S: ::chainrule::Storage<f32>, O: ::chainrule::Optimiser<f32>>(
        &mut self,
        ws: &mut ::chainrule::Workspace<f32, S>,
        optimiser: &mut O,
        x: &[[f32; 8]],
        label: &[u32],
    ) -> f32 {
        let n = x.len();
        if label.len() != n {
            ::chainrule::__private::panics::rows(
                "Residual::loss",
                "label",
                label.len(),
                "N",
                n,
                "x",
            );
        }
        ::chainrule::__private::panics::check_indices(
            "Residual::loss",
            "label",
            label,
            4,
        );
        let arena = ws.request(1020 * n + 3648, "Residual::loss");
        let value = ::chainrule::__private::vectorised_rows(
            n,
            #[inline(always)]
            |cpu, n| {
                use ::chainrule::__private::{carve, kernels};
                let [centred_each, norm_each, fc_each, h_part_each, norm_part_each_2, h,
                scratch, norm_part_each] = carve(
                    arena,
                    [
                        0..n * 192,
                        n * 192..n * 384,
                        n * 384..n * 576,
                        n * 576..n * 768,
                        n * 768..n * 960,
                        n * 960..n * 976,
                        n * 976..n * 992,
                        n * 1008 + 3072..n * 1020 + 3072,
                    ],
                );
                let centred_each = &mut centred_each.as_chunks_mut::<16>().0[..n * 12];
                let norm_each = &mut norm_each.as_chunks_mut::<16>().0[..n * 12];
                let fc_each = &mut fc_each.as_chunks_mut::<16>().0[..n * 12];
                let h_part_each = &mut h_part_each.as_chunks_mut::<16>().0[..n * 12];
                let norm_part_each_2 = &mut norm_part_each_2
                    .as_chunks_mut::<16>()
                    .0[..n * 12];
                let h = &mut h.as_chunks_mut::<16>().0[..n];
                let norm_part_each = &mut norm_part_each[..n * 12];
                kernels::matmul_small::<
                    16,
                    _,
                >(
                    cpu,
                    n,
                    8,
                    x.as_flattened(),
                    (8, 1),
                    self.enter.weight.as_flattened(),
                    false,
                    h.as_flattened_mut(),
                    false,
                );
                Self::__compute_h(n, &self.enter.bias, h);
                for block in 0..12 {
                    let [fc_product] = carve(scratch, [0..n * 16]);
                    let fc_product = &mut fc_product.as_chunks_mut::<16>().0[..n];
                    Self::__compute_centred_each(
                        n,
                        block,
                        &self.blocks[block].norm.weight,
                        &self.blocks[block].norm.bias,
                        h,
                        centred_each,
                        norm_part_each,
                        norm_part_each_2,
                        norm_each,
                    );
                    kernels::matmul_small::<
                        16,
                        _,
                    >(
                        cpu,
                        n,
                        16,
                        norm_each[block * n..][..n].as_flattened(),
                        (16, 1),
                        self.blocks[block].fc.weight.as_flattened(),
                        false,
                        fc_product.as_flattened_mut(),
                        false,
                    );
                    Self::__compute_h_2(
                        n,
                        cpu,
                        block,
                        &self.blocks[block].fc.bias,
                        fc_product,
                        h,
                        fc_each,
                        h_part_each,
                    );
                }
                let [h, leave, each_sum_exp, each_part, each_sum_rest] = carve(
                    arena,
                    [
                        n * 960..n * 976,
                        n * 976..n * 980,
                        n * 980..n * 984,
                        n * 984..n * 985,
                        n * 985..n * 986,
                    ],
                );
                let h = &h.as_chunks::<16>().0[..n];
                let leave = &mut leave.as_chunks_mut::<4>().0[..n];
                let each_sum_exp = &mut each_sum_exp.as_chunks_mut::<4>().0[..n];
                let each_part = &mut each_part[..n];
                let each_sum_rest = &mut each_sum_rest[..n];
                kernels::matmul_small::<
                    4,
                    _,
                >(
                    cpu,
                    n,
                    16,
                    h.as_flattened(),
                    (16, 1),
                    self.leave.weight.as_flattened(),
                    false,
                    leave.as_flattened_mut(),
                    false,
                );
                Self::__compute_leave(
                    n,
                    cpu,
                    &self.leave.bias,
                    label,
                    leave,
                    each_part,
                    each_sum_exp,
                    each_sum_rest,
                );
                Self::__compute_each_part(
                    n,
                    cpu,
                    leave,
                    label,
                    each_sum_rest,
                    each_part,
                );
                let loss_mean = Self::__compute_loss_mean(n, cpu, each_part);
                let loss = loss_mean / n as f32;
                loss
            },
        );
        ::chainrule::Optimiser::begin(optimiser, <Self as ::chainrule::Params>::count());
        ::chainrule::__private::vectorised_rows(
            n,
            #[inline(always)]
            |cpu, n| {
                use ::chainrule::__private::{carve, kernels};
                let [each_sum_exp, each_part, each_sum_rest, d_bias, d_h] = carve(
                    arena,
                    [
                        n * 980..n * 984,
                        n * 984..n * 985,
                        n * 985..n * 986,
                        n * 986..n * 986 + 4,
                        n * 992 + 3072..n * 1008 + 3072,
                    ],
                );
                let each_sum_exp = &mut each_sum_exp.as_chunks_mut::<4>().0[..n];
                let each_part = &each_part[..n];
                let each_sum_rest = &each_sum_rest[..n];
                let d_bias = &mut d_bias.as_chunks_mut::<4>().0[0];
                let d_h = &mut d_h.as_chunks_mut::<16>().0[..n];
                let d_loss_mean = if 0 < n { 1.0 / n as f32 } else { 0.0 };
                d_bias.fill(0.0);
                Self::__compute_each_sum_exp(
                    n,
                    cpu,
                    d_loss_mean,
                    each_part,
                    each_sum_rest,
                    label,
                    each_sum_exp,
                    d_bias,
                );
                ::chainrule::Optimiser::update(
                    optimiser,
                    3856,
                    &mut self.leave.bias,
                    d_bias,
                );
                kernels::matmul_small::<
                    16,
                    _,
                >(
                    cpu,
                    n,
                    4,
                    each_sum_exp.as_flattened(),
                    (4, 1),
                    self.leave.weight.as_flattened(),
                    true,
                    d_h.as_flattened_mut(),
                    false,
                );
                let [h, each_sum_exp, d_weight, d_weight_3, d_bias_3] = carve(
                    arena,
                    [
                        n * 960..n * 976,
                        n * 980..n * 984,
                        n * 984..n * 984 + 64,
                        n * 1020 + 3072..n * 1020 + 3264,
                        n * 1020 + 3264..n * 1020 + 3456,
                    ],
                );
                let h = &h.as_chunks::<16>().0[..n];
                let each_sum_exp = &each_sum_exp.as_chunks::<4>().0[..n];
                let d_weight = &mut d_weight
                    .as_chunks_mut::<4>()
                    .0
                    .as_chunks_mut::<16>()
                    .0[0];
                let d_weight_3 = &mut d_weight_3
                    .as_chunks_mut::<16>()
                    .0
                    .as_chunks_mut::<12>()
                    .0[0];
                let d_bias_3 = &mut d_bias_3
                    .as_chunks_mut::<16>()
                    .0
                    .as_chunks_mut::<12>()
                    .0[0];
                kernels::matmul_small::<
                    4,
                    _,
                >(
                    cpu,
                    16,
                    n,
                    h.as_flattened(),
                    (1, 16),
                    each_sum_exp.as_flattened(),
                    false,
                    d_weight.as_flattened_mut(),
                    false,
                );
                ::chainrule::Optimiser::update(
                    optimiser,
                    3792,
                    self.leave.weight.as_flattened_mut(),
                    d_weight.as_flattened(),
                );
                d_weight_3.as_flattened_mut().fill(0.0);
                d_bias_3.as_flattened_mut().fill(0.0);
                let [centred_each, norm_each, fc_each, h_part_each, norm_part_each_2,
                d_weight_4, scratch_2, d_h, norm_part_each, d_weight_3, d_bias_3,
                d_bias_4] = carve(
                    arena,
                    [
                        0..n * 192,
                        n * 192..n * 384,
                        n * 384..n * 576,
                        n * 576..n * 768,
                        n * 768..n * 960,
                        n * 960..n * 960 + 3072,
                        n * 960 + 3072..n * 992 + 3072,
                        n * 992 + 3072..n * 1008 + 3072,
                        n * 1008 + 3072..n * 1020 + 3072,
                        n * 1020 + 3072..n * 1020 + 3264,
                        n * 1020 + 3264..n * 1020 + 3456,
                        n * 1020 + 3456..n * 1020 + 3648,
                    ],
                );
                let centred_each = &centred_each.as_chunks::<16>().0[..n * 12];
                let norm_each = &norm_each.as_chunks::<16>().0[..n * 12];
                let fc_each = &fc_each.as_chunks::<16>().0[..n * 12];
                let h_part_each = &h_part_each.as_chunks::<16>().0[..n * 12];
                let norm_part_each_2 = &norm_part_each_2.as_chunks::<16>().0[..n * 12];
                let d_weight_4 = &mut d_weight_4
                    .as_chunks_mut::<16>()
                    .0
                    .as_chunks_mut::<16>()
                    .0
                    .as_chunks_mut::<12>()
                    .0[0];
                let d_h = &mut d_h.as_chunks_mut::<16>().0[..n];
                let norm_part_each = &norm_part_each[..n * 12];
                let d_weight_3 = &mut d_weight_3
                    .as_chunks_mut::<16>()
                    .0
                    .as_chunks_mut::<12>()
                    .0[0];
                let d_bias_3 = &mut d_bias_3
                    .as_chunks_mut::<16>()
                    .0
                    .as_chunks_mut::<12>()
                    .0[0];
                let d_bias_4 = &mut d_bias_4
                    .as_chunks_mut::<16>()
                    .0
                    .as_chunks_mut::<12>()
                    .0[0];
                d_weight_4.as_flattened_mut().as_flattened_mut().fill(0.0);
                d_bias_4.as_flattened_mut().fill(0.0);
                for block in ::chainrule::__private::core::iter::Iterator::rev(0..12) {
                    let [d_fc, d_norm] = carve(scratch_2, [0..n * 16, n * 16..n * 32]);
                    let d_fc = &mut d_fc.as_chunks_mut::<16>().0[..n];
                    let d_norm = &mut d_norm.as_chunks_mut::<16>().0[..n];
                    Self::__compute_d_bias_4(
                        block,
                        n,
                        cpu,
                        d_h,
                        fc_each,
                        h_part_each,
                        d_bias_4,
                        d_fc,
                    );
                    kernels::matmul_small::<
                        16,
                        _,
                    >(
                        cpu,
                        n,
                        16,
                        d_fc.as_flattened(),
                        (16, 1),
                        self.blocks[block].fc.weight.as_flattened(),
                        true,
                        d_norm.as_flattened_mut(),
                        false,
                    );
                    kernels::matmul_small::<
                        16,
                        _,
                    >(
                        cpu,
                        16,
                        n,
                        norm_each[block * n..][..n].as_flattened(),
                        (1, 16),
                        d_fc.as_flattened(),
                        false,
                        d_weight_4[block].as_flattened_mut(),
                        true,
                    );
                    Self::__compute_d_h(
                        n,
                        block,
                        &self.blocks[block].norm.weight,
                        d_norm,
                        norm_part_each,
                        norm_part_each_2,
                        centred_each,
                        d_h,
                    );
                    Self::__compute_d_weight_3(
                        block,
                        n,
                        d_norm,
                        norm_part_each_2,
                        d_weight_3,
                    );
                    Self::__compute_d_bias_3(block, n, d_norm, d_bias_3);
                }
                for part_0 in 0..12 {
                    ::chainrule::Optimiser::update(
                        optimiser,
                        144 + part_0 * 304,
                        &mut self.blocks[part_0].norm.weight,
                        &(d_weight_3.as_flattened())[(part_0) * 16..][..16],
                    );
                }
                for part_0 in 0..12 {
                    ::chainrule::Optimiser::update(
                        optimiser,
                        160 + part_0 * 304,
                        &mut self.blocks[part_0].norm.bias,
                        &(d_bias_3.as_flattened())[(part_0) * 16..][..16],
                    );
                }
                for part_0 in 0..12 {
                    ::chainrule::Optimiser::update(
                        optimiser,
                        176 + part_0 * 304,
                        self.blocks[part_0].fc.weight.as_flattened_mut(),
                        &(d_weight_4
                            .as_flattened()
                            .as_flattened())[(part_0) * 256..][..256],
                    );
                }
                for part_0 in 0..12 {
                    ::chainrule::Optimiser::update(
                        optimiser,
                        432 + part_0 * 304,
                        &mut self.blocks[part_0].fc.bias,
                        &(d_bias_4.as_flattened())[(part_0) * 16..][..16],
                    );
                }
                let [d_bias_2, d_h] = carve(
                    arena,
                    [0..16, n * 992 + 3072..n * 1008 + 3072],
                );
                let d_bias_2 = &mut d_bias_2.as_chunks_mut::<16>().0[0];
                let d_h = &d_h.as_chunks::<16>().0[..n];
                d_bias_2.fill(0.0);
                Self::__compute_d_bias_2(n, d_h, d_bias_2);
                ::chainrule::Optimiser::update(
                    optimiser,
                    128,
                    &mut self.enter.bias,
                    d_bias_2,
                );
                let [d_weight_2, d_h] = carve(
                    arena,
                    [0..128, n * 992 + 3072..n * 1008 + 3072],
                );
                let d_weight_2 = &mut d_weight_2
                    .as_chunks_mut::<16>()
                    .0
                    .as_chunks_mut::<8>()
                    .0[0];
                let d_h = &d_h.as_chunks::<16>().0[..n];
                kernels::matmul_small::<
                    16,
                    _,
                >(
                    cpu,
                    8,
                    n,
                    x.as_flattened(),
                    (1, 8),
                    d_h.as_flattened(),
                    false,
                    d_weight_2.as_flattened_mut(),
                    false,
                );
                ::chainrule::Optimiser::update(
                    optimiser,
                    0,
                    self.enter.weight.as_flattened_mut(),
                    d_weight_2.as_flattened(),
                );
            },
        );
        value
    }
    /// The value of `loss` alone; nothing is stored for a backward pass.
    ///
    /// * `x: f32[N, 8]`
    /// * `label: u32[N]`
    /// * returns `f32`
    ///
    /// Workspace: `192 * N` bytes. Operations: `9271 * N + 1`.
    ///
    /// # Panics
    /// Before anything is written:
    /// * if `label` has not `N` rows
    /// * if an element of `label` is not less than `4`
    /// * if the workspace is a slice and too short
    #[track_caller]
    pub fn loss_value<S: ::chainrule::Storage<f32>>(
        &self,
        ws: &mut ::chainrule::Workspace<f32, S>,
        x: &[[f32; 8]],
        label: &[u32],
    ) -> f32 {
        let n = x.len();
        if label.len() != n {
            ::chainrule::__private::panics::rows(
                "Residual::loss",
                "label",
                label.len(),
                "N",
                n,
                "x",
            );
        }
        ::chainrule::__private::panics::check_indices(
            "Residual::loss",
            "label",
            label,
            4,
        );
        let arena = ws.request(48 * n, "Residual::loss");
        let value = ::chainrule::__private::vectorised_rows(
            n,
            #[inline(always)]
            |cpu, n| {
                use ::chainrule::__private::{carve, kernels};
                let [scratch, h] = carve(arena, [0..n * 32, n * 32..n * 48]);
                let h = &mut h.as_chunks_mut::<16>().0[..n];
                kernels::matmul_small::<
                    16,
                    _,
                >(
                    cpu,
                    n,
                    8,
                    x.as_flattened(),
                    (8, 1),
                    self.enter.weight.as_flattened(),
                    false,
                    h.as_flattened_mut(),
                    false,
                );
                Self::__compute_h(n, &self.enter.bias, h);
                for block in 0..12 {
                    let [norm, fc_product] = carve(scratch, [0..n * 16, n * 16..n * 32]);
                    let norm = &mut norm.as_chunks_mut::<16>().0[..n];
                    let fc_product = &mut fc_product.as_chunks_mut::<16>().0[..n];
                    Self::__compute_norm(
                        n,
                        &self.blocks[block].norm.weight,
                        &self.blocks[block].norm.bias,
                        h,
                        norm,
                    );
                    kernels::matmul_small::<
                        16,
                        _,
                    >(
                        cpu,
                        n,
                        16,
                        norm.as_flattened(),
                        (16, 1),
                        self.blocks[block].fc.weight.as_flattened(),
                        false,
                        fc_product.as_flattened_mut(),
                        false,
                    );
                    Self::__compute_h_3(
                        n,
                        cpu,
                        &self.blocks[block].fc.bias,
                        fc_product,
                        h,
                    );
                }
                let [leave, each_sum_top, each_sum_rest, h] = carve(
                    arena,
                    [0..n * 4, n * 4..n * 5, n * 5..n * 6, n * 32..n * 48],
                );
                let leave = &mut leave.as_chunks_mut::<4>().0[..n];
                let each_sum_top = &mut each_sum_top[..n];
                let each_sum_rest = &mut each_sum_rest[..n];
                let h = &h.as_chunks::<16>().0[..n];
                kernels::matmul_small::<
                    4,
                    _,
                >(
                    cpu,
                    n,
                    16,
                    h.as_flattened(),
                    (16, 1),
                    self.leave.weight.as_flattened(),
                    false,
                    leave.as_flattened_mut(),
                    false,
                );
                Self::__compute_leave_2(
                    n,
                    cpu,
                    &self.leave.bias,
                    label,
                    leave,
                    each_sum_top,
                    each_sum_rest,
                );
                let loss_mean = Self::__compute_loss_mean_2(
                    n,
                    cpu,
                    each_sum_top,
                    leave,
                    label,
                    each_sum_rest,
                );
                let loss = loss_mean / n as f32;
                loss
            },
        );
        value
    }
    /// How many elements a workspace must have for every method of `Residual::loss`, at these sizes or smaller: `1020 * N + 3648`.
    ///
    /// # Panics
    /// If the sizes need more memory than there can be.
    #[must_use]
    #[track_caller]
    pub const fn loss_workspace(n: usize) -> usize {
        ::chainrule::__private::panics::check_memory(
            "Residual::loss_workspace",
            &[("N", n)],
            &[&[(3648, &[]), (1020, &[n])]],
        );
        1020 * n + 3648
    }
    /// How many scalar floating-point operations `Residual::loss` takes, and how many it takes together with each derivative, in the order of the attributes: `9271 * N + 1`, `25425 * N + 2`.
    ///
    /// # Panics
    /// If they are more than can be counted.
    #[must_use]
    #[track_caller]
    pub const fn loss_operations(n: usize) -> [u64; 2] {
        ::chainrule::__private::panics::check_operations(
            "Residual::loss_operations",
            &[("N", n)],
            &[&[(1, &[]), (9271, &[n])], &[(2, &[]), (25425, &[n])]],
        );
        let n = n as u64;
        [9271 * n + 1, 25425 * n + 2]
    }
    /// How `Residual::loss` is computed, as text: its value, then its gradients.
    pub const LOSS_DERIVATION: &'static str = "Given x[N, 8], label[N], weight[8, 16], bias[16], weight₂[12, 16], bias₂[12, 16], weight₃[12, 16, 16], bias₃[12, 16], weight₄[16, 4], bias₄[4]\n\nValue\n    h_product[i, j] = Σ_k x[i, k] · weight[k, j]\n    h[i, j] = h_product[i, j] + bias[j]\n    centred_each[i, j, k] = 0\n    norm_part_each₂[i, j] = 0\n    centred_each₂ ← centred_each\n    norm_each₂ ← centred_each\n    fc_each₂ ← centred_each\n    h_part_each₂ ← centred_each\n    norm_part_each₃ ← centred_each\n    for block = 0, …, 11:\n        centred_mean[i] = Σ_k h[i, k]\n        centred[i, j] = h[i, j] − centred_mean[i] / 16\n        variance_mean[i] = Σ_k centred[i, k]²\n        variance[i, j] = variance_mean[i] / 16\n        norm_part[i] = √(variance[i, 0] + 1e-5)\n        norm_part₂[i, j] = centred[i, j] / norm_part[i]\n        norm[i, j] = norm_part₂[i, j] · weight₂[block, j] + bias₂[block, j]\n        fc_product[i, j] = Σ_k norm[i, k] · weight₃[block, k, j]\n        fc[i, j] = fc_product[i, j] + bias₃[block, j]\n        h_part[i, j] = Φ(fc[i, j])\n        h₂[i, j] = h[i, j] + fc[i, j] · h_part[i, j]\n        centred_each₂[block, i, j] ← centred[i, j]\n        norm_each₂[block, i, j] ← norm[i, j]\n        fc_each₂[block, i, j] ← fc[i, j]\n        h_part_each₂[block, i, j] ← h_part[i, j]\n        norm_part_each₂[block, i] ← norm_part[i]\n        norm_part_each₃[block, i, j] ← norm_part₂[i, j]\n        h ← h₂\n    leave_product[i, j] = Σ_k h[i, k] · weight₄[k, j]\n    leave[i, j] = leave_product[i, j] + bias₄[j]\n    others[i, j] = −∞ if j = label[i] else leave[i, j]\n    each_sum_at[i] = argmax_k others[i, k]\n    each_sum_top[i] = constant(others[i, each_sum_at[i]])\n    each_sum_shift[i] = each_sum_top[i] if |each_sum_top[i]| < ∞ else 0\n    each_sum_exp[i, k] = exp(others[i, k] − each_sum_shift[i])\n    each_sum_one[i] = 1 if |each_sum_top[i]| < ∞ else 0\n    each_sum_rest[i] = Σ_k (each_sum_exp[i, k] − (each_sum_one[i] if k = each_sum_at[i] else 0))\n    each_part[i] = each_sum_top[i] − leave[i, label[i]] + ln(1 + each_sum_rest[i])\n    each[i] = softplus(each_part[i])\n    loss_mean = Σ_k each[k]\n    loss = loss_mean / N\n    → loss\n\nGradient\n    d_loss_mean = 1 / N if N > 0 else 0\n    each_part₂[i] = d_loss_mean · σ(each_part[i])\n    d_each_sum_rest[i] = each_part₂[i] / (1 + each_sum_rest[i])\n    d_others[i, k] = d_each_sum_rest[i] · each_sum_exp[i, k]\n    d_leave[i, j] = 0 if j = label[i] else d_others[i, j]\n    d_leave[i, label[i]] += −each_part₂[i]   for i < N\n    d_bias₃[j] = Σ_i d_leave[i, j]\n    d_h₃[i, k] = Σ_j d_leave[i, j] · weight₄[k, j]\n    d_weight[k, j] = Σ_i d_leave[i, j] · h[i, k]\n    d_weight₂[i, j] = 0\n    d_weight₃[i, j, k] = 0\n    d_weight₄ ← d_weight₂\n    d_bias₄ ← d_weight₂\n    d_bias₅ ← d_weight₂\n    for block = 11, …, 0:\n        d_fc[i, j] = d_h₃[i, j] · (h_part_each₂[block, i, j] + fc_each₂[block, i, j] · φ(fc_each₂[block, i, j]))\n        d_bias₅[block, j] += Σ_i d_fc[i, j]\n        d_norm[i, k] = Σ_j d_fc[i, j] · weight₃[block, k, j]\n        d_weight₃[block, k, j] += Σ_i d_fc[i, j] · norm_each₂[block, i, k]\n        norm_part₃[i, j] = d_norm[i, j] · weight₂[block, j] / norm_part_each₂[block, i]\n        d_variance_part[i] = Σ_j norm_part₃[i, j] · norm_part_each₃[block, i, j]\n        d_variance[i, 0] = −0.5 · d_variance_part[i] / norm_part_each₂[block, i]\n        d_weight₄[block, j] += Σ_i d_norm[i, j] · norm_part_each₃[block, i, j]\n        d_bias₄[block, j] += Σ_i d_norm[i, j]\n        d_variance_mean[i] = d_variance[i, 0] / 16\n        d_centred₂[i, k] = norm_part₃[i, k] + 2 · d_variance_mean[i] · centred_each₂[block, i, k]\n        d_centred_mean_part[i] = Σ_j d_centred₂[i, j]\n        d_h₄[i, k] = d_h₃[i, k] + (d_centred₂[i, k] − d_centred_mean_part[i] / 16)\n        d_h₃ ← d_h₄\n    d_bias₆[j] = Σ_i d_h₃[i, j]\n    d_weight₅[k, j] = Σ_i d_h₃[i, j] · x[i, k]\n    → ∂loss/∂enter.weight = d_weight₅\n    → ∂loss/∂enter.bias = d_bias₆\n    → ∂loss/∂blocks.norm.weight = d_weight₄\n    → ∂loss/∂blocks.norm.bias = d_bias₄\n    → ∂loss/∂blocks.fc.weight = d_weight₃\n    → ∂loss/∂blocks.fc.bias = d_bias₅\n    → ∂loss/∂leave.weight = d_weight\n    → ∂loss/∂leave.bias = d_bias₃\n";
    /// How `Residual::loss` is computed, as LaTeX.
    pub const LOSS_LATEX: &'static str = "\\begin{aligned}\n{\\mathit{h\\_product}}_{i, j} &= \\sum_{k} x_{i, k} \\, \\mathit{weight}_{k, j} \\\\\nh_{i, j} &= {\\mathit{h\\_product}}_{i, j} + \\mathit{bias}_{j} \\\\\n{\\mathit{centred\\_each}}_{i, j, k} &= 0 \\\\\n{\\mathit{norm\\_part\\_each}^{(2)}}_{i, j} &= 0 \\\\\n\\mathit{centred\\_each}^{(2)} &\\leftarrow \\mathit{centred\\_each} \\\\\n\\mathit{norm\\_each}^{(2)} &\\leftarrow \\mathit{centred\\_each} \\\\\n\\mathit{fc\\_each}^{(2)} &\\leftarrow \\mathit{centred\\_each} \\\\\n\\mathit{h\\_part\\_each}^{(2)} &\\leftarrow \\mathit{centred\\_each} \\\\\n\\mathit{norm\\_part\\_each}^{(3)} &\\leftarrow \\mathit{centred\\_each} \\\\\n&\\text{for } \\mathit{block} = 0, \\dots, 11: \\\\\n&\\quad {\\mathit{centred\\_mean}}_{i} = \\sum_{k} h_{i, k} \\\\\n&\\quad \\mathit{centred}_{i, j} = h_{i, j} - \\frac{{\\mathit{centred\\_mean}}_{i}}{16} \\\\\n&\\quad {\\mathit{variance\\_mean}}_{i} = \\sum_{k} \\mathit{centred}_{i, k}^{2} \\\\\n&\\quad \\mathit{variance}_{i, j} = \\frac{{\\mathit{variance\\_mean}}_{i}}{16} \\\\\n&\\quad {\\mathit{norm\\_part}}_{i} = \\sqrt{\\mathit{variance}_{i, 0} + 10^{-5}} \\\\\n&\\quad {\\mathit{norm\\_part}^{(2)}}_{i, j} = \\frac{\\mathit{centred}_{i, j}}{{\\mathit{norm\\_part}}_{i}} \\\\\n&\\quad \\mathit{norm}_{i, j} = {\\mathit{norm\\_part}^{(2)}}_{i, j} \\, {\\mathit{weight}^{(2)}}_{\\mathit{block}, j} + {\\mathit{bias}^{(2)}}_{\\mathit{block}, j} \\\\\n&\\quad {\\mathit{fc\\_product}}_{i, j} = \\sum_{k} \\mathit{norm}_{i, k} \\, {\\mathit{weight}^{(3)}}_{\\mathit{block}, k, j} \\\\\n&\\quad \\mathit{fc}_{i, j} = {\\mathit{fc\\_product}}_{i, j} + {\\mathit{bias}^{(3)}}_{\\mathit{block}, j} \\\\\n&\\quad {\\mathit{h\\_part}}_{i, j} = \\Phi\\left(\\mathit{fc}_{i, j}\\right) \\\\\n&\\quad {h^{(2)}}_{i, j} = h_{i, j} + \\mathit{fc}_{i, j} \\, {\\mathit{h\\_part}}_{i, j} \\\\\n&\\quad {\\mathit{centred\\_each}^{(2)}}_{\\mathit{block}, i, j} \\leftarrow \\mathit{centred}_{i, j} \\\\\n&\\quad {\\mathit{norm\\_each}^{(2)}}_{\\mathit{block}, i, j} \\leftarrow \\mathit{norm}_{i, j} \\\\\n&\\quad {\\mathit{fc\\_each}^{(2)}}_{\\mathit{block}, i, j} \\leftarrow \\mathit{fc}_{i, j} \\\\\n&\\quad {\\mathit{h\\_part\\_each}^{(2)}}_{\\mathit{block}, i, j} \\leftarrow {\\mathit{h\\_part}}_{i, j} \\\\\n&\\quad {\\mathit{norm\\_part\\_each}^{(2)}}_{\\mathit{block}, i} \\leftarrow {\\mathit{norm\\_part}}_{i} \\\\\n&\\quad {\\mathit{norm\\_part\\_each}^{(3)}}_{\\mathit{block}, i, j} \\leftarrow {\\mathit{norm\\_part}^{(2)}}_{i, j} \\\\\n&\\quad h \\leftarrow h^{(2)} \\\\\n{\\mathit{leave\\_product}}_{i, j} &= \\sum_{k} h_{i, k} \\, {\\mathit{weight}^{(4)}}_{k, j} \\\\\n\\mathit{leave}_{i, j} &= {\\mathit{leave\\_product}}_{i, j} + {\\mathit{bias}^{(4)}}_{j} \\\\\n\\mathit{others}_{i, j} &= \\begin{cases} -\\infty & \\text{if } j = \\mathit{label}_{i} \\\\ \\mathit{leave}_{i, j} & \\text{otherwise} \\end{cases} \\\\\n{\\mathit{each\\_sum\\_at}}_{i} &= \\operatorname*{arg\\,max}_{k} \\mathit{others}_{i, k} \\\\\n{\\mathit{each\\_sum\\_top}}_{i} &= \\operatorname{constant}\\left(\\mathit{others}_{i, {\\mathit{each\\_sum\\_at}}_{i}}\\right) \\\\\n{\\mathit{each\\_sum\\_shift}}_{i} &= \\begin{cases} {\\mathit{each\\_sum\\_top}}_{i} & \\text{if } \\left|{\\mathit{each\\_sum\\_top}}_{i}\\right| < \\infty \\\\ 0 & \\text{otherwise} \\end{cases} \\\\\n{\\mathit{each\\_sum\\_exp}}_{i, k} &= e^{\\mathit{others}_{i, k} - {\\mathit{each\\_sum\\_shift}}_{i}} \\\\\n{\\mathit{each\\_sum\\_one}}_{i} &= \\begin{cases} 1 & \\text{if } \\left|{\\mathit{each\\_sum\\_top}}_{i}\\right| < \\infty \\\\ 0 & \\text{otherwise} \\end{cases} \\\\\n{\\mathit{each\\_sum\\_rest}}_{i} &= \\sum_{k} \\left({\\mathit{each\\_sum\\_exp}}_{i, k} - \\begin{cases} {\\mathit{each\\_sum\\_one}}_{i} & \\text{if } k = {\\mathit{each\\_sum\\_at}}_{i} \\\\ 0 & \\text{otherwise} \\end{cases}\\right) \\\\\n{\\mathit{each\\_part}}_{i} &= {\\mathit{each\\_sum\\_top}}_{i} - \\mathit{leave}_{i, \\mathit{label}_{i}} + \\ln\\left(1 + {\\mathit{each\\_sum\\_rest}}_{i}\\right) \\\\\n\\mathit{each}_{i} &= \\operatorname{softplus}\\left({\\mathit{each\\_part}}_{i}\\right) \\\\\n\\mathit{loss\\_mean} &= \\sum_{k} \\mathit{each}_{k} \\\\\n\\mathit{loss} &= \\frac{\\mathit{loss\\_mean}}{N} \\\\\n\\partial \\mathit{loss\\_mean} &= \\begin{cases} \\frac{1}{N} & \\text{if } N > 0 \\\\ 0 & \\text{otherwise} \\end{cases} \\\\\n{\\mathit{each\\_part}^{(2)}}_{i} &= \\partial \\mathit{loss\\_mean} \\, \\sigma\\left({\\mathit{each\\_part}}_{i}\\right) \\\\\n{\\partial \\mathit{each\\_sum\\_rest}}_{i} &= \\frac{{\\mathit{each\\_part}^{(2)}}_{i}}{1 + {\\mathit{each\\_sum\\_rest}}_{i}} \\\\\n\\partial \\mathit{others}_{i, k} &= {\\partial \\mathit{each\\_sum\\_rest}}_{i} \\, {\\mathit{each\\_sum\\_exp}}_{i, k} \\\\\n\\partial \\mathit{leave}_{i, j} &= \\begin{cases} 0 & \\text{if } j = \\mathit{label}_{i} \\\\ \\partial \\mathit{others}_{i, j} & \\text{otherwise} \\end{cases} \\\\\n\\partial \\mathit{leave}_{i, \\mathit{label}_{i}} &\\mathrel{+}= -{\\mathit{each\\_part}^{(2)}}_{i} \\quad \\text{for } i < N \\\\\n{\\partial \\mathit{bias}^{(3)}}_{j} &= \\sum_{i} \\partial \\mathit{leave}_{i, j} \\\\\n{\\partial h^{(3)}}_{i, k} &= \\sum_{j} \\partial \\mathit{leave}_{i, j} \\, {\\mathit{weight}^{(4)}}_{k, j} \\\\\n\\partial \\mathit{weight}_{k, j} &= \\sum_{i} \\partial \\mathit{leave}_{i, j} \\, h_{i, k} \\\\\n{\\partial \\mathit{weight}^{(2)}}_{i, j} &= 0 \\\\\n{\\partial \\mathit{weight}^{(3)}}_{i, j, k} &= 0 \\\\\n\\partial \\mathit{weight}^{(4)} &\\leftarrow \\partial \\mathit{weight}^{(2)} \\\\\n\\partial \\mathit{bias}^{(4)} &\\leftarrow \\partial \\mathit{weight}^{(2)} \\\\\n\\partial \\mathit{bias}^{(5)} &\\leftarrow \\partial \\mathit{weight}^{(2)} \\\\\n&\\text{for } \\mathit{block} = 11, \\dots, 0: \\\\\n&\\quad \\partial \\mathit{fc}_{i, j} = {\\partial h^{(3)}}_{i, j} \\, \\left({\\mathit{h\\_part\\_each}^{(2)}}_{\\mathit{block}, i, j} + {\\mathit{fc\\_each}^{(2)}}_{\\mathit{block}, i, j} \\, \\varphi\\left({\\mathit{fc\\_each}^{(2)}}_{\\mathit{block}, i, j}\\right)\\right) \\\\\n&\\quad {\\partial \\mathit{bias}^{(5)}}_{\\mathit{block}, j} \\mathrel{+}= \\sum_{i} \\partial \\mathit{fc}_{i, j} \\\\\n&\\quad \\partial \\mathit{norm}_{i, k} = \\sum_{j} \\partial \\mathit{fc}_{i, j} \\, {\\mathit{weight}^{(3)}}_{\\mathit{block}, k, j} \\\\\n&\\quad {\\partial \\mathit{weight}^{(3)}}_{\\mathit{block}, k, j} \\mathrel{+}= \\sum_{i} \\partial \\mathit{fc}_{i, j} \\, {\\mathit{norm\\_each}^{(2)}}_{\\mathit{block}, i, k} \\\\\n&\\quad {\\mathit{norm\\_part}^{(3)}}_{i, j} = \\frac{\\partial \\mathit{norm}_{i, j} \\, {\\mathit{weight}^{(2)}}_{\\mathit{block}, j}}{{\\mathit{norm\\_part\\_each}^{(2)}}_{\\mathit{block}, i}} \\\\\n&\\quad {\\partial \\mathit{variance\\_part}}_{i} = \\sum_{j} {\\mathit{norm\\_part}^{(3)}}_{i, j} \\, {\\mathit{norm\\_part\\_each}^{(3)}}_{\\mathit{block}, i, j} \\\\\n&\\quad \\partial \\mathit{variance}_{i, 0} = -\\frac{0.5 \\, {\\partial \\mathit{variance\\_part}}_{i}}{{\\mathit{norm\\_part\\_each}^{(2)}}_{\\mathit{block}, i}} \\\\\n&\\quad {\\partial \\mathit{weight}^{(4)}}_{\\mathit{block}, j} \\mathrel{+}= \\sum_{i} \\partial \\mathit{norm}_{i, j} \\, {\\mathit{norm\\_part\\_each}^{(3)}}_{\\mathit{block}, i, j} \\\\\n&\\quad {\\partial \\mathit{bias}^{(4)}}_{\\mathit{block}, j} \\mathrel{+}= \\sum_{i} \\partial \\mathit{norm}_{i, j} \\\\\n&\\quad {\\partial \\mathit{variance\\_mean}}_{i} = \\frac{\\partial \\mathit{variance}_{i, 0}}{16} \\\\\n&\\quad {\\partial \\mathit{centred}^{(2)}}_{i, k} = {\\mathit{norm\\_part}^{(3)}}_{i, k} + 2 \\, {\\partial \\mathit{variance\\_mean}}_{i} \\, {\\mathit{centred\\_each}^{(2)}}_{\\mathit{block}, i, k} \\\\\n&\\quad {\\partial \\mathit{centred\\_mean\\_part}}_{i} = \\sum_{j} {\\partial \\mathit{centred}^{(2)}}_{i, j} \\\\\n&\\quad {\\partial h^{(4)}}_{i, k} = {\\partial h^{(3)}}_{i, k} + \\left({\\partial \\mathit{centred}^{(2)}}_{i, k} - \\frac{{\\partial \\mathit{centred\\_mean\\_part}}_{i}}{16}\\right) \\\\\n&\\quad \\partial h^{(3)} \\leftarrow \\partial h^{(4)} \\\\\n{\\partial \\mathit{bias}^{(6)}}_{j} &= \\sum_{i} {\\partial h^{(3)}}_{i, j} \\\\\n{\\partial \\mathit{weight}^{(5)}}_{k, j} &= \\sum_{i} {\\partial h^{(3)}}_{i, j} \\, x_{i, k} \\\\\n\\frac{\\partial \\mathit{loss}}{\\partial \\mathit{enter.weight}} &= \\partial \\mathit{weight}^{(5)} \\\\\n\\frac{\\partial \\mathit{loss}}{\\partial \\mathit{enter.bias}} &= \\partial \\mathit{bias}^{(6)} \\\\\n\\frac{\\partial \\mathit{loss}}{\\partial \\mathit{blocks.norm.weight}} &= \\partial \\mathit{weight}^{(4)} \\\\\n\\frac{\\partial \\mathit{loss}}{\\partial \\mathit{blocks.norm.bias}} &= \\partial \\mathit{bias}^{(4)} \\\\\n\\frac{\\partial \\mathit{loss}}{\\partial \\mathit{blocks.fc.weight}} &= \\partial \\mathit{weight}^{(3)} \\\\\n\\frac{\\partial \\mathit{loss}}{\\partial \\mathit{blocks.fc.bias}} &= \\partial \\mathit{bias}^{(5)} \\\\\n\\frac{\\partial \\mathit{loss}}{\\partial \\mathit{leave.weight}} &= \\partial \\mathit{weight} \\\\\n\\frac{\\partial \\mathit{loss}}{\\partial \\mathit{leave.bias}} &= \\partial \\mathit{bias}^{(3)}\n\\end{aligned}\n";
    /// How `Residual::loss` is computed, as a graph in the DOT language, forward and backward.
    pub const LOSS_DOT: &'static str = "digraph {\n    node [shape = box, fontname = \"monospace\"]\n    input0 [shape = ellipse, label = \"x[N, 8]\"]\n    input1 [shape = ellipse, label = \"label[N]\"]\n    input2 [shape = ellipse, label = \"weight[8, 16]\"]\n    input4 [shape = ellipse, label = \"bias[16]\"]\n    input12 [shape = ellipse, label = \"weight₂[12, 16]\"]\n    input13 [shape = ellipse, label = \"bias₂[12, 16]\"]\n    input15 [shape = ellipse, label = \"weight₃[12, 16, 16]\"]\n    input17 [shape = ellipse, label = \"bias₃[12, 16]\"]\n    input20 [shape = ellipse, label = \"weight₄[16, 4]\"]\n    input22 [shape = ellipse, label = \"bias₄[4]\"]\n    subgraph cluster_forward {\n        label = \"forward\"\n        node0 [label = \"h_product[i, j] = Σ_k x[i, k] · weight[k, j]\"]\n        node1 [label = \"h[i, j] = h_product[i, j] + bias[j]\"]\n        node2 [label = \"centred_each[i, j, k] = 0\"]\n        node3 [label = \"norm_part_each₂[i, j] = 0\"]\n        node4 [label = \"centred_each₂ ← centred_each\\lnorm_each₂ ← centred_each\\lfc_each₂ ← centred_each\\lh_part_each₂ ← centred_each\\lnorm_part_each₃ ← centred_each\\lfor block = 0, …, 11:\\l  centred_mean[i] = Σ_k h[i, k]\\l  centred[i, j] = h[i, j] − centred_mean[i] / 16\\l  variance_mean[i] = Σ_k centred[i, k]²\\l  variance[i, j] = variance_mean[i] / 16\\l  norm_part[i] = √(variance[i, 0] + 1e-5)\\l  norm_part₂[i, j] = centred[i, j] / norm_part[i]\\l  norm[i, j] = norm_part₂[i, j] · weight₂[block, j] + bias₂[block, j]\\l  fc_product[i, j] = Σ_k norm[i, k] · weight₃[block, k, j]\\l  fc[i, j] = fc_product[i, j] + bias₃[block, j]\\l  h_part[i, j] = Φ(fc[i, j])\\l  h₂[i, j] = h[i, j] + fc[i, j] · h_part[i, j]\\l  centred_each₂[block, i, j] ← centred[i, j]\\l  norm_each₂[block, i, j] ← norm[i, j]\\l  fc_each₂[block, i, j] ← fc[i, j]\\l  h_part_each₂[block, i, j] ← h_part[i, j]\\l  norm_part_each₂[block, i] ← norm_part[i]\\l  norm_part_each₃[block, i, j] ← norm_part₂[i, j]\\l  h ← h₂\\l\"]\n        node5 [label = \"leave_product[i, j] = Σ_k h[i, k] · weight₄[k, j]\"]\n        node6 [label = \"leave[i, j] = leave_product[i, j] + bias₄[j]\"]\n        node7 [label = \"others[i, j] = −∞ if j = label[i] else leave[i, j]\"]\n        node8 [label = \"each_sum_at[i] = argmax_k others[i, k]\"]\n        node9 [label = \"each_sum_top[i] = constant(others[i, each_sum_at[i]])\"]\n        node10 [label = \"each_sum_shift[i] = each_sum_top[i] if |each_sum_top[i]| < ∞ else 0\"]\n        node11 [label = \"each_sum_exp[i, k] = exp(others[i, k] − each_sum_shift[i])\"]\n        node12 [label = \"each_sum_one[i] = 1 if |each_sum_top[i]| < ∞ else 0\"]\n        node13 [label = \"each_sum_rest[i] = Σ_k (each_sum_exp[i, k] − (each_sum_one[i] if k = each_sum_at[i] else 0))\"]\n        node14 [label = \"each_part[i] = each_sum_top[i] − leave[i, label[i]] + ln(1 + each_sum_rest[i])\"]\n        node15 [label = \"each[i] = softplus(each_part[i])\"]\n        node16 [label = \"loss_mean = Σ_k each[k]\"]\n        node17 [label = \"loss = loss_mean / N\"]\n    }\n    subgraph cluster_backward {\n        label = \"backward\"\n        node18 [label = \"d_loss_mean = 1 / N if N > 0 else 0\"]\n        node19 [label = \"each_part₂[i] = d_loss_mean · σ(each_part[i])\"]\n        node20 [label = \"d_each_sum_rest[i] = each_part₂[i] / (1 + each_sum_rest[i])\"]\n        node21 [label = \"d_others[i, k] = d_each_sum_rest[i] · each_sum_exp[i, k]\"]\n        node22 [label = \"d_leave[i, j] = 0 if j = label[i] else d_others[i, j]\"]\n        node23 [label = \"d_leave[i, label[i]] += −each_part₂[i]   for i < N\"]\n        node24 [label = \"d_bias₃[j] = Σ_i d_leave[i, j]\"]\n        node25 [label = \"d_h₃[i, k] = Σ_j d_leave[i, j] · weight₄[k, j]\"]\n        node26 [label = \"d_weight[k, j] = Σ_i d_leave[i, j] · h[i, k]\"]\n        node27 [label = \"d_weight₂[i, j] = 0\"]\n        node28 [label = \"d_weight₃[i, j, k] = 0\"]\n        node29 [label = \"d_weight₄ ← d_weight₂\\ld_bias₄ ← d_weight₂\\ld_bias₅ ← d_weight₂\\lfor block = 11, …, 0:\\l  d_fc[i, j] = d_h₃[i, j] · (h_part_each₂[block, i, j] + fc_each₂[block, i, j] · φ(fc_each₂[block, i, j]))\\l  d_bias₅[block, j] += Σ_i d_fc[i, j]\\l  d_norm[i, k] = Σ_j d_fc[i, j] · weight₃[block, k, j]\\l  d_weight₃[block, k, j] += Σ_i d_fc[i, j] · norm_each₂[block, i, k]\\l  norm_part₃[i, j] = d_norm[i, j] · weight₂[block, j] / norm_part_each₂[block, i]\\l  d_variance_part[i] = Σ_j norm_part₃[i, j] · norm_part_each₃[block, i, j]\\l  d_variance[i, 0] = −0.5 · d_variance_part[i] / norm_part_each₂[block, i]\\l  d_weight₄[block, j] += Σ_i d_norm[i, j] · norm_part_each₃[block, i, j]\\l  d_bias₄[block, j] += Σ_i d_norm[i, j]\\l  d_variance_mean[i] = d_variance[i, 0] / 16\\l  d_centred₂[i, k] = norm_part₃[i, k] + 2 · d_variance_mean[i] · centred_each₂[block, i, k]\\l  d_centred_mean_part[i] = Σ_j d_centred₂[i, j]\\l  d_h₄[i, k] = d_h₃[i, k] + (d_centred₂[i, k] − d_centred_mean_part[i] / 16)\\l  d_h₃ ← d_h₄\\l\"]\n        node30 [label = \"d_bias₆[j] = Σ_i d_h₃[i, j]\"]\n        node31 [label = \"d_weight₅[k, j] = Σ_i d_h₃[i, j] · x[i, k]\"]\n    }\n    out0 [shape = ellipse, label = \"result\"]\n    out1 [shape = ellipse, label = \"∂/∂enter.weight\"]\n    out2 [shape = ellipse, label = \"∂/∂enter.bias\"]\n    out3 [shape = ellipse, label = \"∂/∂blocks.norm.weight\"]\n    out4 [shape = ellipse, label = \"∂/∂blocks.norm.bias\"]\n    out5 [shape = ellipse, label = \"∂/∂blocks.fc.weight\"]\n    out6 [shape = ellipse, label = \"∂/∂blocks.fc.bias\"]\n    out7 [shape = ellipse, label = \"∂/∂leave.weight\"]\n    out8 [shape = ellipse, label = \"∂/∂leave.bias\"]\n    input0 -> node0\n    input2 -> node0\n    node0 -> node1\n    input4 -> node1\n    node1 -> node4\n    node2 -> node4\n    node3 -> node4\n    input12 -> node4\n    input13 -> node4\n    input15 -> node4\n    input17 -> node4\n    node4 -> node5\n    input20 -> node5\n    node5 -> node6\n    input22 -> node6\n    node6 -> node7\n    input1 -> node7\n    node7 -> node8\n    node7 -> node9\n    node8 -> node9\n    node9 -> node10\n    node7 -> node11\n    node10 -> node11\n    node9 -> node12\n    node11 -> node13\n    node8 -> node13\n    node12 -> node13\n    node6 -> node14\n    input1 -> node14\n    node9 -> node14\n    node13 -> node14\n    node14 -> node15\n    node15 -> node16\n    node16 -> node17\n    node18 -> node19\n    node14 -> node19\n    node13 -> node20\n    node19 -> node20\n    node11 -> node21\n    node20 -> node21\n    input1 -> node22\n    node21 -> node22\n    node19 -> node23\n    input1 -> node23\n    node22 -> node23\n    node23 -> node24\n    input20 -> node25\n    node23 -> node25\n    node4 -> node26\n    node23 -> node26\n    node27 -> node29\n    node28 -> node29\n    node25 -> node29\n    node4 -> node29\n    input15 -> node29\n    input12 -> node29\n    node29 -> node30\n    input0 -> node31\n    node29 -> node31\n    node17 -> out0\n    node31 -> out1\n    node30 -> out2\n    node29 -> out3\n    node29 -> out4\n    node29 -> out5\n    node29 -> out6\n    node26 -> out7\n    node24 -> out8\n}\n";
}
/// `Residual::loss` gone forward, from which its gradients are computed.
///
/// Borrows the model, the arguments and the workspace, so that they cannot change in between.
#[must_use]
#[allow(
    dead_code,
    deprecated,
    missing_debug_implementations,
    non_snake_case,
    unreachable_pub,
    clippy::approx_constant,
    clippy::assign_op_pattern,
    clippy::duplicate_underscore_argument,
    clippy::int_plus_one,
    clippy::manual_div_ceil,
    clippy::manual_range_contains,
    clippy::many_single_char_names,
    clippy::needless_borrow,
    clippy::similar_names,
    clippy::too_many_arguments,
    clippy::type_complexity,
    clippy::unnecessary_box_returns,
)]
pub struct ResidualLossPass<'w> {
    model: &'w Residual,
    value: f32,
    x: &'w [[f32; 8]],
    label: &'w [u32],
    arena: &'w mut [f32],
}
#[allow(
    dead_code,
    deprecated,
    missing_debug_implementations,
    non_snake_case,
    unreachable_pub,
    clippy::approx_constant,
    clippy::assign_op_pattern,
    clippy::duplicate_underscore_argument,
    clippy::int_plus_one,
    clippy::manual_div_ceil,
    clippy::manual_range_contains,
    clippy::many_single_char_names,
    clippy::needless_borrow,
    clippy::similar_names,
    clippy::too_many_arguments,
    clippy::type_complexity,
    clippy::unnecessary_box_returns,
)]
impl ResidualLossPass<'_> {
    /// The value of `Residual::loss`.
    #[must_use]
    pub fn value(&self) -> f32 {
        self.value
    }
    /// Writes the gradient with respect to the parameters.
    /// Everything is overwritten, with zeros where nothing depends on it or it is frozen.
    ///
    /// ```text
    /// Given x[N, 8], label[N], weight[8, 16], bias[16], weight₂[12, 16], bias₂[12, 16], weight₃[12, 16, 16], bias₃[12, 16], weight₄[16, 4], bias₄[4]
    ///
    /// Value
    ///     h_product[i, j] = Σ_k x[i, k] · weight[k, j]
    ///     h[i, j] = h_product[i, j] + bias[j]
    ///     centred_each[i, j, k] = 0
    ///     norm_part_each₂[i, j] = 0
    ///     centred_each₂ ← centred_each
    ///     norm_each₂ ← centred_each
    ///     fc_each₂ ← centred_each
    ///     h_part_each₂ ← centred_each
    ///     norm_part_each₃ ← centred_each
    ///     for block = 0, …, 11:
    ///         centred_mean[i] = Σ_k h[i, k]
    ///         centred[i, j] = h[i, j] − centred_mean[i] / 16
    ///         variance_mean[i] = Σ_k centred[i, k]²
    ///         variance[i, j] = variance_mean[i] / 16
    ///         norm_part[i] = √(variance[i, 0] + 1e-5)
    ///         norm_part₂[i, j] = centred[i, j] / norm_part[i]
    ///         norm[i, j] = norm_part₂[i, j] · weight₂[block, j] + bias₂[block, j]
    ///         fc_product[i, j] = Σ_k norm[i, k] · weight₃[block, k, j]
    ///         fc[i, j] = fc_product[i, j] + bias₃[block, j]
    ///         h_part[i, j] = Φ(fc[i, j])
    ///         h₂[i, j] = h[i, j] + fc[i, j] · h_part[i, j]
    ///         centred_each₂[block, i, j] ← centred[i, j]
    ///         norm_each₂[block, i, j] ← norm[i, j]
    ///         fc_each₂[block, i, j] ← fc[i, j]
    ///         h_part_each₂[block, i, j] ← h_part[i, j]
    ///         norm_part_each₂[block, i] ← norm_part[i]
    ///         norm_part_each₃[block, i, j] ← norm_part₂[i, j]
    ///         h ← h₂
    ///     leave_product[i, j] = Σ_k h[i, k] · weight₄[k, j]
    ///     leave[i, j] = leave_product[i, j] + bias₄[j]
    ///     others[i, j] = −∞ if j = label[i] else leave[i, j]
    ///     each_sum_at[i] = argmax_k others[i, k]
    ///     each_sum_top[i] = constant(others[i, each_sum_at[i]])
    ///     each_sum_shift[i] = each_sum_top[i] if |each_sum_top[i]| < ∞ else 0
    ///     each_sum_exp[i, k] = exp(others[i, k] − each_sum_shift[i])
    ///     each_sum_one[i] = 1 if |each_sum_top[i]| < ∞ else 0
    ///     each_sum_rest[i] = Σ_k (each_sum_exp[i, k] − (each_sum_one[i] if k = each_sum_at[i] else 0))
    ///     each_part[i] = each_sum_top[i] − leave[i, label[i]] + ln(1 + each_sum_rest[i])
    ///     each[i] = softplus(each_part[i])
    ///     loss_mean = Σ_k each[k]
    ///     loss = loss_mean / N
    ///     → loss
    ///
    /// Gradient
    ///     d_loss_mean = 1 / N if N > 0 else 0
    ///     each_part₂[i] = d_loss_mean · σ(each_part[i])
    ///     d_each_sum_rest[i] = each_part₂[i] / (1 + each_sum_rest[i])
    ///     d_others[i, k] = d_each_sum_rest[i] · each_sum_exp[i, k]
    ///     d_leave[i, j] = 0 if j = label[i] else d_others[i, j]
    ///     d_leave[i, label[i]] += −each_part₂[i]   for i < N
    ///     d_bias₃[j] = Σ_i d_leave[i, j]
    ///     d_h₃[i, k] = Σ_j d_leave[i, j] · weight₄[k, j]
    ///     d_weight[k, j] = Σ_i d_leave[i, j] · h[i, k]
    ///     d_weight₂[i, j] = 0
    ///     d_weight₃[i, j, k] = 0
    ///     d_weight₄ ← d_weight₂
    ///     d_bias₄ ← d_weight₂
    ///     d_bias₅ ← d_weight₂
    ///     for block = 11, …, 0:
    ///         d_fc[i, j] = d_h₃[i, j] · (h_part_each₂[block, i, j] + fc_each₂[block, i, j] · φ(fc_each₂[block, i, j]))
    ///         d_bias₅[block, j] += Σ_i d_fc[i, j]
    ///         d_norm[i, k] = Σ_j d_fc[i, j] · weight₃[block, k, j]
    ///         d_weight₃[block, k, j] += Σ_i d_fc[i, j] · norm_each₂[block, i, k]
    ///         norm_part₃[i, j] = d_norm[i, j] · weight₂[block, j] / norm_part_each₂[block, i]
    ///         d_variance_part[i] = Σ_j norm_part₃[i, j] · norm_part_each₃[block, i, j]
    ///         d_variance[i, 0] = −0.5 · d_variance_part[i] / norm_part_each₂[block, i]
    ///         d_weight₄[block, j] += Σ_i d_norm[i, j] · norm_part_each₃[block, i, j]
    ///         d_bias₄[block, j] += Σ_i d_norm[i, j]
    ///         d_variance_mean[i] = d_variance[i, 0] / 16
    ///         d_centred₂[i, k] = norm_part₃[i, k] + 2 · d_variance_mean[i] · centred_each₂[block, i, k]
    ///         d_centred_mean_part[i] = Σ_j d_centred₂[i, j]
    ///         d_h₄[i, k] = d_h₃[i, k] + (d_centred₂[i, k] − d_centred_mean_part[i] / 16)
    ///         d_h₃ ← d_h₄
    ///     d_bias₆[j] = Σ_i d_h₃[i, j]
    ///     d_weight₅[k, j] = Σ_i d_h₃[i, j] · x[i, k]
    ///     → ∂loss/∂enter.weight = d_weight₅
    ///     → ∂loss/∂enter.bias = d_bias₆
    ///     → ∂loss/∂blocks.norm.weight = d_weight₄
    ///     → ∂loss/∂blocks.norm.bias = d_bias₄
    ///     → ∂loss/∂blocks.fc.weight = d_weight₃
    ///     → ∂loss/∂blocks.fc.bias = d_bias₅
    ///     → ∂loss/∂leave.weight = d_weight
    ///     → ∂loss/∂leave.bias = d_bias₃
    /// ```
    #[track_caller]
    pub fn backward(self, grads: &mut Residual) {
        let Self { model, arena, x, label, .. } = self;
        let n = x.len();
        ::chainrule::__private::vectorised_rows(
            n,
            #[inline(always)]
            |cpu, n| {
                use ::chainrule::__private::{carve, kernels};
                let [h, each_sum_exp, each_part, each_sum_rest, d_h] = carve(
                    arena,
                    [
                        n * 960..n * 976,
                        n * 980..n * 984,
                        n * 984..n * 985,
                        n * 985..n * 986,
                        n * 992..n * 1008,
                    ],
                );
                let h = &h.as_chunks::<16>().0[..n];
                let each_sum_exp = &mut each_sum_exp.as_chunks_mut::<4>().0[..n];
                let each_part = &each_part[..n];
                let each_sum_rest = &each_sum_rest[..n];
                let d_h = &mut d_h.as_chunks_mut::<16>().0[..n];
                let d_loss_mean = if 0 < n { 1.0 / n as f32 } else { 0.0 };
                grads.leave.bias.fill(0.0);
                Residual::__compute_each_sum_exp(
                    n,
                    cpu,
                    d_loss_mean,
                    each_part,
                    each_sum_rest,
                    label,
                    each_sum_exp,
                    &mut grads.leave.bias,
                );
                kernels::matmul_small::<
                    16,
                    _,
                >(
                    cpu,
                    n,
                    4,
                    each_sum_exp.as_flattened(),
                    (4, 1),
                    model.leave.weight.as_flattened(),
                    true,
                    d_h.as_flattened_mut(),
                    false,
                );
                kernels::matmul_small::<
                    4,
                    _,
                >(
                    cpu,
                    16,
                    n,
                    h.as_flattened(),
                    (1, 16),
                    each_sum_exp.as_flattened(),
                    false,
                    grads.leave.weight.as_flattened_mut(),
                    false,
                );
                for i in 0..12 {
                    grads.blocks[i].norm.weight.fill(0.0);
                }
                for i in 0..12 {
                    grads.blocks[i].norm.bias.fill(0.0);
                }
                for i in 0..12 {
                    grads.blocks[i].fc.weight.as_flattened_mut().fill(0.0);
                }
                for i in 0..12 {
                    grads.blocks[i].fc.bias.fill(0.0);
                }
                let [centred_each, norm_each, fc_each, h_part_each, norm_part_each_2,
                scratch_2, d_h, norm_part_each] = carve(
                    arena,
                    [
                        0..n * 192,
                        n * 192..n * 384,
                        n * 384..n * 576,
                        n * 576..n * 768,
                        n * 768..n * 960,
                        n * 960..n * 992,
                        n * 992..n * 1008,
                        n * 1008..n * 1020,
                    ],
                );
                let centred_each = &centred_each.as_chunks::<16>().0[..n * 12];
                let norm_each = &norm_each.as_chunks::<16>().0[..n * 12];
                let fc_each = &fc_each.as_chunks::<16>().0[..n * 12];
                let h_part_each = &h_part_each.as_chunks::<16>().0[..n * 12];
                let norm_part_each_2 = &norm_part_each_2.as_chunks::<16>().0[..n * 12];
                let d_h = &mut d_h.as_chunks_mut::<16>().0[..n];
                let norm_part_each = &norm_part_each[..n * 12];
                for block in ::chainrule::__private::core::iter::Iterator::rev(0..12) {
                    let [d_fc, d_norm] = carve(scratch_2, [0..n * 16, n * 16..n * 32]);
                    let d_fc = &mut d_fc.as_chunks_mut::<16>().0[..n];
                    let d_norm = &mut d_norm.as_chunks_mut::<16>().0[..n];
                    Residual::__compute_d_bias_5(
                        n,
                        block,
                        cpu,
                        d_h,
                        fc_each,
                        h_part_each,
                        &mut grads.blocks[block].fc.bias,
                        d_fc,
                    );
                    kernels::matmul_small::<
                        16,
                        _,
                    >(
                        cpu,
                        n,
                        16,
                        d_fc.as_flattened(),
                        (16, 1),
                        model.blocks[block].fc.weight.as_flattened(),
                        true,
                        d_norm.as_flattened_mut(),
                        false,
                    );
                    kernels::matmul_small::<
                        16,
                        _,
                    >(
                        cpu,
                        16,
                        n,
                        norm_each[block * n..][..n].as_flattened(),
                        (1, 16),
                        d_fc.as_flattened(),
                        false,
                        grads.blocks[block].fc.weight.as_flattened_mut(),
                        true,
                    );
                    Residual::__compute_d_h(
                        n,
                        block,
                        &model.blocks[block].norm.weight,
                        d_norm,
                        norm_part_each,
                        norm_part_each_2,
                        centred_each,
                        d_h,
                    );
                    Residual::__compute_d_weight_5(
                        n,
                        block,
                        d_norm,
                        norm_part_each_2,
                        &mut grads.blocks[block].norm.weight,
                    );
                    Residual::__compute_d_bias_2(
                        n,
                        d_norm,
                        &mut grads.blocks[block].norm.bias,
                    );
                }
                grads.enter.bias.fill(0.0);
                Residual::__compute_d_bias_2(n, d_h, &mut grads.enter.bias);
                kernels::matmul_small::<
                    16,
                    _,
                >(
                    cpu,
                    8,
                    n,
                    x.as_flattened(),
                    (1, 8),
                    d_h.as_flattened(),
                    false,
                    grads.enter.weight.as_flattened_mut(),
                    false,
                );
            },
        );
    }
    /// Adds the gradient with respect to the parameters to what is there.
    #[track_caller]
    pub fn accumulate(self, grads: &mut Residual) {
        let Self { model, arena, x, label, .. } = self;
        let n = x.len();
        ::chainrule::__private::vectorised_rows(
            n,
            #[inline(always)]
            |cpu, n| {
                use ::chainrule::__private::{carve, kernels};
                let [h, each_sum_exp, each_part, each_sum_rest, d_h] = carve(
                    arena,
                    [
                        n * 960..n * 976,
                        n * 980..n * 984,
                        n * 984..n * 985,
                        n * 985..n * 986,
                        n * 992..n * 1008,
                    ],
                );
                let h = &h.as_chunks::<16>().0[..n];
                let each_sum_exp = &mut each_sum_exp.as_chunks_mut::<4>().0[..n];
                let each_part = &each_part[..n];
                let each_sum_rest = &each_sum_rest[..n];
                let d_h = &mut d_h.as_chunks_mut::<16>().0[..n];
                let d_loss_mean = if 0 < n { 1.0 / n as f32 } else { 0.0 };
                Residual::__compute_each_sum_exp(
                    n,
                    cpu,
                    d_loss_mean,
                    each_part,
                    each_sum_rest,
                    label,
                    each_sum_exp,
                    &mut grads.leave.bias,
                );
                kernels::matmul_small::<
                    16,
                    _,
                >(
                    cpu,
                    n,
                    4,
                    each_sum_exp.as_flattened(),
                    (4, 1),
                    model.leave.weight.as_flattened(),
                    true,
                    d_h.as_flattened_mut(),
                    false,
                );
                kernels::matmul_small::<
                    4,
                    _,
                >(
                    cpu,
                    16,
                    n,
                    h.as_flattened(),
                    (1, 16),
                    each_sum_exp.as_flattened(),
                    false,
                    grads.leave.weight.as_flattened_mut(),
                    true,
                );
                let [centred_each, norm_each, fc_each, h_part_each, norm_part_each_2,
                scratch_2, d_h, norm_part_each] = carve(
                    arena,
                    [
                        0..n * 192,
                        n * 192..n * 384,
                        n * 384..n * 576,
                        n * 576..n * 768,
                        n * 768..n * 960,
                        n * 960..n * 992,
                        n * 992..n * 1008,
                        n * 1008..n * 1020,
                    ],
                );
                let centred_each = &centred_each.as_chunks::<16>().0[..n * 12];
                let norm_each = &norm_each.as_chunks::<16>().0[..n * 12];
                let fc_each = &fc_each.as_chunks::<16>().0[..n * 12];
                let h_part_each = &h_part_each.as_chunks::<16>().0[..n * 12];
                let norm_part_each_2 = &norm_part_each_2.as_chunks::<16>().0[..n * 12];
                let d_h = &mut d_h.as_chunks_mut::<16>().0[..n];
                let norm_part_each = &norm_part_each[..n * 12];
                for block in ::chainrule::__private::core::iter::Iterator::rev(0..12) {
                    let [d_fc, d_norm] = carve(scratch_2, [0..n * 16, n * 16..n * 32]);
                    let d_fc = &mut d_fc.as_chunks_mut::<16>().0[..n];
                    let d_norm = &mut d_norm.as_chunks_mut::<16>().0[..n];
                    Residual::__compute_d_bias_5(
                        n,
                        block,
                        cpu,
                        d_h,
                        fc_each,
                        h_part_each,
                        &mut grads.blocks[block].fc.bias,
                        d_fc,
                    );
                    kernels::matmul_small::<
                        16,
                        _,
                    >(
                        cpu,
                        n,
                        16,
                        d_fc.as_flattened(),
                        (16, 1),
                        model.blocks[block].fc.weight.as_flattened(),
                        true,
                        d_norm.as_flattened_mut(),
                        false,
                    );
                    kernels::matmul_small::<
                        16,
                        _,
                    >(
                        cpu,
                        16,
                        n,
                        norm_each[block * n..][..n].as_flattened(),
                        (1, 16),
                        d_fc.as_flattened(),
                        false,
                        grads.blocks[block].fc.weight.as_flattened_mut(),
                        true,
                    );
                    Residual::__compute_d_h(
                        n,
                        block,
                        &model.blocks[block].norm.weight,
                        d_norm,
                        norm_part_each,
                        norm_part_each_2,
                        centred_each,
                        d_h,
                    );
                    Residual::__compute_d_weight_5(
                        n,
                        block,
                        d_norm,
                        norm_part_each_2,
                        &mut grads.blocks[block].norm.weight,
                    );
                    Residual::__compute_d_bias_2(
                        n,
                        d_norm,
                        &mut grads.blocks[block].norm.bias,
                    );
                }
                Residual::__compute_d_bias_2(n, d_h, &mut grads.enter.bias);
                kernels::matmul_small::<
                    16,
                    _,
                >(
                    cpu,
                    8,
                    n,
                    x.as_flattened(),
                    (1, 8),
                    d_h.as_flattened(),
                    false,
                    grads.enter.weight.as_flattened_mut(),
                    true,
                );
            },
        );
    }
}
#[allow(
    dead_code,
    deprecated,
    missing_debug_implementations,
    non_snake_case,
    unreachable_pub,
    clippy::approx_constant,
    clippy::assign_op_pattern,
    clippy::duplicate_underscore_argument,
    clippy::int_plus_one,
    clippy::manual_div_ceil,
    clippy::manual_range_contains,
    clippy::many_single_char_names,
    clippy::needless_borrow,
    clippy::similar_names,
    clippy::too_many_arguments,
    clippy::type_complexity,
    clippy::unnecessary_box_returns,
)]
impl Residual {
    /// Computes `h` from `bias`.
    #[inline(always)]
    fn __compute_h(n: usize, bias: &[f32; 16], h: &mut [[f32; 16]]) {
        use ::chainrule::__private::kernels;
        let h = &mut h[..n];
        let bias_row = kernels::row::<16, _>(bias);
        for i in kernels::rows(0..n) {
            let mut h_row = kernels::row::<16, _>(&h[i]);
            for j in 0..16 {
                h_row[j] = h_row[j] + bias_row[j];
            }
            h[i].copy_from_slice(&h_row);
        }
    }
    /// Computes `centred_each`, `norm_part_each`, `norm_part_each_2` and `norm_each` from `weight`, `bias` and `h`.
    #[inline(always)]
    fn __compute_centred_each(
        n: usize,
        block: usize,
        weight: &[f32; 16],
        bias: &[f32; 16],
        h: &[[f32; 16]],
        centred_each: &mut [[f32; 16]],
        norm_part_each: &mut [f32],
        norm_part_each_2: &mut [[f32; 16]],
        norm_each: &mut [[f32; 16]],
    ) {
        use ::chainrule::__private::{kernels, math::f32 as math};
        let h = &h[..n];
        let centred_each = &mut centred_each[..n * 12];
        let norm_part_each = &mut norm_part_each[..n * 12];
        let norm_part_each_2 = &mut norm_part_each_2[..n * 12];
        let norm_each = &mut norm_each[..n * 12];
        let weight_row = kernels::row::<16, _>(weight);
        let bias_row = kernels::row::<16, _>(bias);
        for i in kernels::rows(0..n) {
            let h_row = kernels::row::<16, _>(&h[i]);
            let centred_mean = kernels::sum_of_row::<
                16,
                _,
            >(16, #[inline(always)] |k| h_row[k]);
            let h_row = kernels::row::<16, _>(&h[i]);
            let mut centred_each_row = [0.0_f32; 16];
            for j in 0..16 {
                centred_each_row[j] = h_row[j] - centred_mean / 16.0;
            }
            centred_each[block * n + i].copy_from_slice(&centred_each_row);
            let centred_each_row = kernels::row::<16, _>(&centred_each[block * n + i]);
            let variance_mean = kernels::sum_of_row::<
                16,
                _,
            >(16, #[inline(always)] |k| centred_each_row[k] * centred_each_row[k]);
            norm_part_each[block * n + i] = math::sqrt(variance_mean / 16.0 + 1e-5);
            let centred_each_row = kernels::row::<16, _>(&centred_each[block * n + i]);
            let mut norm_part_each_2_row = [0.0_f32; 16];
            let mut norm_each_row = [0.0_f32; 16];
            for j in 0..16 {
                norm_part_each_2_row[j] = centred_each_row[j]
                    / norm_part_each[block * n + i];
                norm_each_row[j] = norm_part_each_2_row[j] * weight_row[j] + bias_row[j];
            }
            norm_part_each_2[block * n + i].copy_from_slice(&norm_part_each_2_row);
            norm_each[block * n + i].copy_from_slice(&norm_each_row);
        }
    }
    /// Computes `h`, `fc_each` and `h_part_each` from `bias` and `fc_product`.
    #[inline(always)]
    fn __compute_h_2(
        n: usize,
        cpu: ::chainrule::__private::kernels::Cpu,
        block: usize,
        bias: &[f32; 16],
        fc_product: &[[f32; 16]],
        h: &mut [[f32; 16]],
        fc_each: &mut [[f32; 16]],
        h_part_each: &mut [[f32; 16]],
    ) {
        use ::chainrule::__private::{kernels, math::f32 as math};
        let fc_product = &fc_product[..n];
        let h = &mut h[..n];
        let fc_each = &mut fc_each[..n * 12];
        let h_part_each = &mut h_part_each[..n * 12];
        let bias_row = kernels::row::<16, _>(bias);
        for i in kernels::rows(0..n) {
            let fc_product_row = kernels::row::<16, _>(&fc_product[i]);
            let mut fc_each_row = [0.0_f32; 16];
            let mut h_part_each_row = [0.0_f32; 16];
            let mut h_row = kernels::row::<16, _>(&h[i]);
            for j in 0..16 {
                fc_each_row[j] = fc_product_row[j] + bias_row[j];
                h_part_each_row[j] = math::normal_cdf(cpu, fc_each_row[j]);
                h_row[j] = h_row[j] + fc_each_row[j] * h_part_each_row[j];
            }
            fc_each[block * n + i].copy_from_slice(&fc_each_row);
            h_part_each[block * n + i].copy_from_slice(&h_part_each_row);
            h[i].copy_from_slice(&h_row);
        }
    }
    /// Computes `leave`, `each_part`, `each_sum_exp` and `each_sum_rest` from `bias` and `label`.
    #[inline(always)]
    fn __compute_leave(
        n: usize,
        cpu: ::chainrule::__private::kernels::Cpu,
        bias: &[f32; 4],
        label: &[u32],
        leave: &mut [[f32; 4]],
        each_part: &mut [f32],
        each_sum_exp: &mut [[f32; 4]],
        each_sum_rest: &mut [f32],
    ) {
        use ::chainrule::__private::{kernels, math::f32 as math};
        let label = &label[..n];
        let leave = &mut leave[..n];
        let each_part = &mut each_part[..n];
        let each_sum_exp = &mut each_sum_exp[..n];
        let each_sum_rest = &mut each_sum_rest[..n];
        for i in kernels::rows(0..n) {
            let mut others = [0.0_f32; 4];
            for j in 0..4 {
                leave[i][j] = leave[i][j] + bias[j];
                others[j] = if j == (label[i] as usize) {
                    -::chainrule::__private::core::primitive::f32::INFINITY
                } else {
                    leave[i][j]
                };
            }
            let mut each_sum_at = 0;
            let mut largest = ::chainrule::__private::core::primitive::f32::NEG_INFINITY;
            for k in 0..4 {
                let candidate = others[k];
                let better = (candidate > largest)
                    | (candidate.is_nan() & !largest.is_nan());
                each_sum_at = if better { k } else { each_sum_at };
                largest = if better { candidate } else { largest };
            }
            each_part[i] = largest;
            let element = each_part[i];
            let each_sum_shift = if math::abs(element)
                < ::chainrule::__private::core::primitive::f32::INFINITY
            {
                element
            } else {
                0.0
            };
            let others_row = kernels::row::<8, _>(&others);
            let mut each_sum_exp_row = [0.0_f32; 8];
            for k in 0..8 {
                each_sum_exp_row[k] = math::exp(cpu, others_row[k] - each_sum_shift);
            }
            each_sum_exp[i].copy_from_slice(&each_sum_exp_row[..4]);
            let each_sum_one = if math::abs(each_part[i])
                < ::chainrule::__private::core::primitive::f32::INFINITY
            {
                1.0
            } else {
                0.0
            };
            each_sum_rest[i] = 0.0;
            for k in 0..4 {
                each_sum_rest[i]
                    += each_sum_exp[i][k]
                        - (if k == each_sum_at { each_sum_one } else { 0.0 });
            }
        }
    }
    /// Computes `each_part` from `leave`, `label` and `each_sum_rest`.
    #[inline(always)]
    fn __compute_each_part(
        n: usize,
        cpu: ::chainrule::__private::kernels::Cpu,
        leave: &[[f32; 4]],
        label: &[u32],
        each_sum_rest: &[f32],
        each_part: &mut [f32],
    ) {
        use ::chainrule::__private::math::f32 as math;
        let leave = &leave[..n];
        let label = &label[..n];
        let each_sum_rest = &each_sum_rest[..n];
        let each_part = &mut each_part[..n];
        for i in 0..n {
            each_part[i] = each_part[i] - leave[i][label[i] as usize]
                + math::ln_1p(cpu, each_sum_rest[i]);
        }
    }
    /// Computes `loss_mean` from `each_part`.
    #[inline(always)]
    fn __compute_loss_mean(
        n: usize,
        cpu: ::chainrule::__private::kernels::Cpu,
        each_part: &[f32],
    ) -> f32 {
        use ::chainrule::__private::{kernels, math::f32 as math};
        let each_part = &each_part[..n];
        let loss_mean = kernels::sum_of(
            n,
            #[inline(always)]
            |k| math::softplus(cpu, each_part[k]),
        );
        loss_mean
    }
    /// Computes `each_sum_exp` and `d_bias` from `d_loss_mean`, `each_part`, `each_sum_rest` and `label`.
    #[inline(always)]
    fn __compute_each_sum_exp(
        n: usize,
        cpu: ::chainrule::__private::kernels::Cpu,
        d_loss_mean: f32,
        each_part: &[f32],
        each_sum_rest: &[f32],
        label: &[u32],
        each_sum_exp: &mut [[f32; 4]],
        d_bias: &mut [f32; 4],
    ) {
        use ::chainrule::__private::math::f32 as math;
        let each_part = &each_part[..n];
        let each_sum_rest = &each_sum_rest[..n];
        let label = &label[..n];
        let each_sum_exp = &mut each_sum_exp[..n];
        for i in 0..n {
            let each_part_2 = d_loss_mean * math::sigmoid(cpu, each_part[i]);
            let d_each_sum_rest = each_part_2 / (1.0 + each_sum_rest[i]);
            for j in 0..4 {
                each_sum_exp[i][j] = if j == (label[i] as usize) {
                    0.0
                } else {
                    d_each_sum_rest * each_sum_exp[i][j]
                };
            }
            each_sum_exp[i][label[i] as usize] -= each_part_2;
            for j in 0..4 {
                d_bias[j] += each_sum_exp[i][j];
            }
        }
    }
    /// Computes `d_bias_4` and `d_fc` from `d_h`, `fc_each` and `h_part_each`.
    #[inline(always)]
    fn __compute_d_bias_4(
        block: usize,
        n: usize,
        cpu: ::chainrule::__private::kernels::Cpu,
        d_h: &[[f32; 16]],
        fc_each: &[[f32; 16]],
        h_part_each: &[[f32; 16]],
        d_bias_4: &mut [[f32; 16]; 12],
        d_fc: &mut [[f32; 16]],
    ) {
        use ::chainrule::__private::{kernels, math::f32 as math};
        let d_h = &d_h[..n];
        let fc_each = &fc_each[..n * 12];
        let h_part_each = &h_part_each[..n * 12];
        let d_fc = &mut d_fc[..n];
        let mut d_bias_4_row = kernels::row::<16, _>(&d_bias_4[block]);
        for i in kernels::rows(0..n) {
            let d_h_row = kernels::row::<16, _>(&d_h[i]);
            let fc_each_row = kernels::row::<16, _>(&fc_each[block * n + i]);
            let h_part_each_row = kernels::row::<16, _>(&h_part_each[block * n + i]);
            let mut d_fc_row = [0.0_f32; 16];
            for j in 0..16 {
                d_fc_row[j] = d_h_row[j]
                    * (h_part_each_row[j]
                        + fc_each_row[j] * math::normal_pdf(cpu, fc_each_row[j]));
                d_bias_4_row[j] += d_fc_row[j];
            }
            d_fc[i].copy_from_slice(&d_fc_row);
        }
        d_bias_4[block].copy_from_slice(&d_bias_4_row);
    }
    /// Computes `d_h` from `weight`, `d_norm`, `norm_part_each`, `norm_part_each_2` and `centred_each`.
    #[inline(always)]
    fn __compute_d_h(
        n: usize,
        block: usize,
        weight: &[f32; 16],
        d_norm: &[[f32; 16]],
        norm_part_each: &[f32],
        norm_part_each_2: &[[f32; 16]],
        centred_each: &[[f32; 16]],
        d_h: &mut [[f32; 16]],
    ) {
        use ::chainrule::__private::kernels;
        let d_norm = &d_norm[..n];
        let norm_part_each = &norm_part_each[..n * 12];
        let norm_part_each_2 = &norm_part_each_2[..n * 12];
        let centred_each = &centred_each[..n * 12];
        let d_h = &mut d_h[..n];
        let weight_row = kernels::row::<16, _>(weight);
        for i in kernels::rows(0..n) {
            let mut d_centred = [0.0_f32; 16];
            let d_norm_row = kernels::row::<16, _>(&d_norm[i]);
            let mut d_centred_row = [0.0_f32; 16];
            for j in 0..16 {
                d_centred_row[j] = d_norm_row[j] * weight_row[j]
                    / norm_part_each[block * n + i];
            }
            d_centred.copy_from_slice(&d_centred_row);
            let norm_part_each_2_row = kernels::row::<
                16,
                _,
            >(&norm_part_each_2[block * n + i]);
            let d_centred_row = kernels::row::<16, _>(&d_centred);
            let d_variance_part = kernels::sum_of_row::<
                16,
                _,
            >(16, #[inline(always)] |j| d_centred_row[j] * norm_part_each_2_row[j]);
            let d_variance = -0.5 * d_variance_part / norm_part_each[block * n + i];
            let d_variance_mean = d_variance / 16.0;
            let centred_each_row = kernels::row::<16, _>(&centred_each[block * n + i]);
            let mut d_centred_row = kernels::row::<16, _>(&d_centred);
            for k in 0..16 {
                d_centred_row[k] += 2.0 * (d_variance_mean * centred_each_row[k]);
            }
            d_centred.copy_from_slice(&d_centred_row);
            let d_centred_row = kernels::row::<16, _>(&d_centred);
            let d_centred_mean_part = kernels::sum_of_row::<
                16,
                _,
            >(16, #[inline(always)] |j| d_centred_row[j]);
            let d_centred_row = kernels::row::<16, _>(&d_centred);
            let mut d_h_row = kernels::row::<16, _>(&d_h[i]);
            for k in 0..16 {
                d_h_row[k] += d_centred_row[k] - d_centred_mean_part / 16.0;
            }
            d_h[i].copy_from_slice(&d_h_row);
        }
    }
    /// Computes `d_weight_3` from `d_norm` and `norm_part_each_2`.
    #[inline(always)]
    fn __compute_d_weight_3(
        block: usize,
        n: usize,
        d_norm: &[[f32; 16]],
        norm_part_each_2: &[[f32; 16]],
        d_weight_3: &mut [[f32; 16]; 12],
    ) {
        use ::chainrule::__private::kernels;
        let d_norm = &d_norm[..n];
        let norm_part_each_2 = &norm_part_each_2[..n * 12];
        let mut d_weight_3_row = kernels::row::<16, _>(&d_weight_3[block]);
        for i in kernels::rows(0..n) {
            let d_norm_row = kernels::row::<16, _>(&d_norm[i]);
            let norm_part_each_2_row = kernels::row::<
                16,
                _,
            >(&norm_part_each_2[block * n + i]);
            for j in 0..16 {
                d_weight_3_row[j] += d_norm_row[j] * norm_part_each_2_row[j];
            }
        }
        d_weight_3[block].copy_from_slice(&d_weight_3_row);
    }
    /// Computes `d_bias_3` from `d_norm`.
    #[inline(always)]
    fn __compute_d_bias_3(
        block: usize,
        n: usize,
        d_norm: &[[f32; 16]],
        d_bias_3: &mut [[f32; 16]; 12],
    ) {
        use ::chainrule::__private::kernels;
        let d_norm = &d_norm[..n];
        let mut d_bias_3_row = kernels::row::<16, _>(&d_bias_3[block]);
        for i in kernels::rows(0..n) {
            let d_norm_row = kernels::row::<16, _>(&d_norm[i]);
            for j in 0..16 {
                d_bias_3_row[j] += d_norm_row[j];
            }
        }
        d_bias_3[block].copy_from_slice(&d_bias_3_row);
    }
    /// Computes `d_bias_2` from `d_h`.
    #[inline(always)]
    fn __compute_d_bias_2(n: usize, d_h: &[[f32; 16]], d_bias_2: &mut [f32; 16]) {
        use ::chainrule::__private::kernels;
        let d_h = &d_h[..n];
        let mut d_bias_2_row = kernels::row::<16, _>(d_bias_2);
        for i in kernels::rows(0..n) {
            let d_h_row = kernels::row::<16, _>(&d_h[i]);
            for j in 0..16 {
                d_bias_2_row[j] += d_h_row[j];
            }
        }
        d_bias_2.copy_from_slice(&d_bias_2_row);
    }
    /// Computes `norm` from `weight`, `bias` and `h`.
    #[inline(always)]
    fn __compute_norm(
        n: usize,
        weight: &[f32; 16],
        bias: &[f32; 16],
        h: &[[f32; 16]],
        norm: &mut [[f32; 16]],
    ) {
        use ::chainrule::__private::{kernels, math::f32 as math};
        let h = &h[..n];
        let norm = &mut norm[..n];
        let weight_row = kernels::row::<16, _>(weight);
        let bias_row = kernels::row::<16, _>(bias);
        for i in kernels::rows(0..n) {
            let h_row = kernels::row::<16, _>(&h[i]);
            let centred_mean = kernels::sum_of_row::<
                16,
                _,
            >(16, #[inline(always)] |k| h_row[k]);
            let mut centred = [0.0_f32; 16];
            let h_row = kernels::row::<16, _>(&h[i]);
            let mut centred_row = [0.0_f32; 16];
            for j in 0..16 {
                centred_row[j] = h_row[j] - centred_mean / 16.0;
            }
            centred.copy_from_slice(&centred_row);
            let centred_row = kernels::row::<16, _>(&centred);
            let variance_mean = kernels::sum_of_row::<
                16,
                _,
            >(16, #[inline(always)] |k| centred_row[k] * centred_row[k]);
            let variance = variance_mean / 16.0;
            let centred_row = kernels::row::<16, _>(&centred);
            let mut norm_row = [0.0_f32; 16];
            for j in 0..16 {
                norm_row[j] = centred_row[j] / math::sqrt(variance + 1e-5)
                    * weight_row[j] + bias_row[j];
            }
            norm[i].copy_from_slice(&norm_row);
        }
    }
    /// Computes `h` from `bias` and `fc_product`.
    #[inline(always)]
    fn __compute_h_3(
        n: usize,
        cpu: ::chainrule::__private::kernels::Cpu,
        bias: &[f32; 16],
        fc_product: &[[f32; 16]],
        h: &mut [[f32; 16]],
    ) {
        use ::chainrule::__private::{kernels, math::f32 as math};
        let fc_product = &fc_product[..n];
        let h = &mut h[..n];
        let bias_row = kernels::row::<16, _>(bias);
        for i in kernels::rows(0..n) {
            let mut h_row = kernels::row::<16, _>(&h[i]);
            let fc_product_row = kernels::row::<16, _>(&fc_product[i]);
            for j in 0..16 {
                let total = fc_product_row[j] + bias_row[j];
                h_row[j] = h_row[j] + total * math::normal_cdf(cpu, total);
            }
            h[i].copy_from_slice(&h_row);
        }
    }
    /// Computes `leave`, `each_sum_top` and `each_sum_rest` from `bias` and `label`.
    #[inline(always)]
    fn __compute_leave_2(
        n: usize,
        cpu: ::chainrule::__private::kernels::Cpu,
        bias: &[f32; 4],
        label: &[u32],
        leave: &mut [[f32; 4]],
        each_sum_top: &mut [f32],
        each_sum_rest: &mut [f32],
    ) {
        use ::chainrule::__private::{kernels, math::f32 as math};
        let label = &label[..n];
        let leave = &mut leave[..n];
        let each_sum_top = &mut each_sum_top[..n];
        let each_sum_rest = &mut each_sum_rest[..n];
        for i in kernels::rows(0..n) {
            let mut others = [0.0_f32; 4];
            for j in 0..4 {
                leave[i][j] = leave[i][j] + bias[j];
                others[j] = if j == (label[i] as usize) {
                    -::chainrule::__private::core::primitive::f32::INFINITY
                } else {
                    leave[i][j]
                };
            }
            let mut each_sum_at = 0;
            let mut largest = ::chainrule::__private::core::primitive::f32::NEG_INFINITY;
            for k in 0..4 {
                let candidate = others[k];
                let better = (candidate > largest)
                    | (candidate.is_nan() & !largest.is_nan());
                each_sum_at = if better { k } else { each_sum_at };
                largest = if better { candidate } else { largest };
            }
            each_sum_top[i] = largest;
            let element = each_sum_top[i];
            let each_sum_shift = if math::abs(element)
                < ::chainrule::__private::core::primitive::f32::INFINITY
            {
                element
            } else {
                0.0
            };
            let each_sum_one = if math::abs(each_sum_top[i])
                < ::chainrule::__private::core::primitive::f32::INFINITY
            {
                1.0
            } else {
                0.0
            };
            each_sum_rest[i] = 0.0;
            let others_row = kernels::row::<8, _>(&others);
            let numbers = kernels::numbers::<8>();
            each_sum_rest[i]
                += kernels::sum_of_row::<
                    8,
                    _,
                >(
                    4,
                    #[inline(always)]
                    |k| {
                        let k_number = numbers[k];
                        math::exp(cpu, others_row[k] - each_sum_shift)
                            - (if k_number == kernels::number(each_sum_at) {
                                each_sum_one
                            } else {
                                0.0
                            })
                    },
                );
        }
    }
    /// Computes `loss_mean` from `each_sum_top`, `leave`, `label` and `each_sum_rest`.
    #[inline(always)]
    fn __compute_loss_mean_2(
        n: usize,
        cpu: ::chainrule::__private::kernels::Cpu,
        each_sum_top: &[f32],
        leave: &[[f32; 4]],
        label: &[u32],
        each_sum_rest: &[f32],
    ) -> f32 {
        use ::chainrule::__private::{kernels, math::f32 as math};
        let each_sum_top = &each_sum_top[..n];
        let leave = &leave[..n];
        let label = &label[..n];
        let each_sum_rest = &each_sum_rest[..n];
        let loss_mean = kernels::sum_of(
            n,
            #[inline(always)]
            |k| math::softplus(
                cpu,
                each_sum_top[k] - leave[k][label[k] as usize]
                    + math::ln_1p(cpu, each_sum_rest[k]),
            ),
        );
        loss_mean
    }
    /// Computes `d_bias_5` and `d_fc` from `d_h`, `fc_each` and `h_part_each`.
    #[inline(always)]
    fn __compute_d_bias_5(
        n: usize,
        block: usize,
        cpu: ::chainrule::__private::kernels::Cpu,
        d_h: &[[f32; 16]],
        fc_each: &[[f32; 16]],
        h_part_each: &[[f32; 16]],
        d_bias_5: &mut [f32; 16],
        d_fc: &mut [[f32; 16]],
    ) {
        use ::chainrule::__private::{kernels, math::f32 as math};
        let d_h = &d_h[..n];
        let fc_each = &fc_each[..n * 12];
        let h_part_each = &h_part_each[..n * 12];
        let d_fc = &mut d_fc[..n];
        let mut bias_row = kernels::row::<16, _>(d_bias_5);
        for i in kernels::rows(0..n) {
            let d_h_row = kernels::row::<16, _>(&d_h[i]);
            let fc_each_row = kernels::row::<16, _>(&fc_each[block * n + i]);
            let h_part_each_row = kernels::row::<16, _>(&h_part_each[block * n + i]);
            let mut d_fc_row = [0.0_f32; 16];
            for j in 0..16 {
                d_fc_row[j] = d_h_row[j]
                    * (h_part_each_row[j]
                        + fc_each_row[j] * math::normal_pdf(cpu, fc_each_row[j]));
                bias_row[j] += d_fc_row[j];
            }
            d_fc[i].copy_from_slice(&d_fc_row);
        }
        d_bias_5.copy_from_slice(&bias_row);
    }
    /// Computes `d_weight_5` from `d_norm` and `norm_part_each_2`.
    #[inline(always)]
    fn __compute_d_weight_5(
        n: usize,
        block: usize,
        d_norm: &[[f32; 16]],
        norm_part_each_2: &[[f32; 16]],
        d_weight_5: &mut [f32; 16],
    ) {
        use ::chainrule::__private::kernels;
        let d_norm = &d_norm[..n];
        let norm_part_each_2 = &norm_part_each_2[..n * 12];
        let mut weight_row = kernels::row::<16, _>(d_weight_5);
        for i in kernels::rows(0..n) {
            let d_norm_row = kernels::row::<16, _>(&d_norm[i]);
            let norm_part_each_2_row = kernels::row::<
                16,
                _,
            >(&norm_part_each_2[block * n + i]);
            for j in 0..16 {
                weight_row[j] += d_norm_row[j] * norm_part_each_2_row[j];
            }
        }
        d_weight_5.copy_from_slice(&weight_row);
    }
}
