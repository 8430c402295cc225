/// A network that satisfies Burgers' equation.
///
/// 501 parameters, 4,008 bytes.
/// Values and gradients have this one type, a plain row of floats.
#[derive(
    ::chainrule::__private::core::clone::Clone,
    ::chainrule::__private::core::marker::Copy
)]
#[repr(C, align(64))]
pub struct Burgers {
    /// `f64[2, 20]`, starts as `glorot_normal`.
    pub w1: [[f64; 20]; 2],
    /// `f64[20]`, starts as `zeros`.
    pub b1: [f64; 20],
    /// `f64[20, 20]`, starts as `glorot_normal`.
    pub w2: [[f64; 20]; 20],
    /// `f64[20]`, starts as `zeros`.
    pub b2: [f64; 20],
    /// `f64[20]`, starts as `normal(0.2)`.
    pub w3: [f64; 20],
    /// `f64`, starts as `zeros`.
    pub b3: f64,
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
    impl Burgers {
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
impl ::chainrule::Params for Burgers {
    type Float = f64;
    const __WITNESS: ::chainrule::__private::Witness<Self> = ::chainrule::__private::Witness::new(
        501,
    );
    #[inline(always)]
    fn __visit<'a>(
        &'a self,
        path: ::chainrule::__private::Path<'_>,
        visitor: &mut dyn ::chainrule::__private::core::ops::FnMut(
            ::chainrule::__private::Path<'_>,
            &'static [usize],
            &'a [f64],
        ),
    ) {
        visitor(path.field("w1"), &[2, 20], self.w1.as_flattened());
        visitor(path.field("b1"), &[20], &self.b1);
        visitor(path.field("w2"), &[20, 20], self.w2.as_flattened());
        visitor(path.field("b2"), &[20], &self.b2);
        visitor(path.field("w3"), &[20], &self.w3);
        visitor(
            path.field("b3"),
            &[],
            ::chainrule::__private::core::slice::from_ref(&self.b3),
        );
    }
    fn __initialise(&mut self, rng: &mut ::chainrule::__private::Rng) {
        ::chainrule::__private::init::glorot_normal(
            self.w1.as_flattened_mut(),
            rng,
            2,
            20,
        );
        ::chainrule::__private::init::zeros(&mut self.b1);
        ::chainrule::__private::init::glorot_normal(
            self.w2.as_flattened_mut(),
            rng,
            20,
            20,
        );
        ::chainrule::__private::init::zeros(&mut self.b2);
        ::chainrule::__private::init::normal(&mut self.w3, rng, 0.2);
        ::chainrule::__private::init::zeros(
            ::chainrule::__private::core::slice::from_mut(&mut self.b3),
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
impl Burgers {
    /// How far the network is from satisfying the equation.
    ///
    /// Goes forward and returns a [`BurgersResidualPass`]: `value()` of it is the value, `backward(…)` the gradient with respect to the parameters.
    ///
    /// * `t: f64[N]`
    /// * `x: f64[N]`
    /// * returns `f64`
    ///
    /// Workspace: `2912 * N` bytes. Operations: `11753 * N + 2`, forward and backward together.
    ///
    /// # Panics
    /// Before anything is written:
    /// * if `x` has not `N` rows
    /// * if the workspace is a slice and too short
    #[track_caller]
    pub fn residual<'w, S: ::chainrule::Storage<f64>>(
        &'w self,
        ws: &'w mut ::chainrule::Workspace<f64, S>,
        t: &'w [f64],
        x: &'w [f64],
    ) -> BurgersResidualPass<'w> {
        let n = t.len();
        if x.len() != n {
            ::chainrule::__private::panics::rows(
                "Burgers::residual",
                "x",
                x.len(),
                "N",
                n,
                "t",
            );
        }
        let arena = ws.request(364 * n, "Burgers::residual");
        let value = ::chainrule::__private::vectorised_rows(
            n,
            #[inline(always)]
            |cpu, n| {
                use ::chainrule::__private::{carve, kernels};
                let [h_part_part, h, u_left, d_u_product, d_u_product_part, d_h, d_h_3,
                h_part, d_h_2, d_u_product_2, d_u_product_3, d_u_left, u, d_r, d_u] = carve(
                    arena,
                    [
                        0..n * 20,
                        n * 20..n * 40,
                        n * 40..n * 60,
                        n * 60..n * 80,
                        n * 80..n * 100,
                        n * 100..n * 120,
                        n * 120..n * 140,
                        n * 140..n * 160,
                        n * 160..n * 180,
                        n * 180..n * 200,
                        n * 200..n * 220,
                        n * 220..n * 240,
                        n * 360..n * 361,
                        n * 361..n * 362,
                        n * 362..n * 363,
                    ],
                );
                let h_part_part = &mut h_part_part.as_chunks_mut::<20>().0[..n];
                let h = &mut h.as_chunks_mut::<20>().0[..n];
                let u_left = &mut u_left.as_chunks_mut::<20>().0[..n];
                let d_u_product = &mut d_u_product.as_chunks_mut::<20>().0[..n];
                let d_u_product_part = &mut d_u_product_part
                    .as_chunks_mut::<20>()
                    .0[..n];
                let d_h = &mut d_h.as_chunks_mut::<20>().0[..n];
                let d_h_3 = &mut d_h_3.as_chunks_mut::<20>().0[..n];
                let h_part = &mut h_part.as_chunks_mut::<20>().0[..n];
                let d_h_2 = &mut d_h_2.as_chunks_mut::<20>().0[..n];
                let d_u_product_2 = &mut d_u_product_2.as_chunks_mut::<20>().0[..n];
                let d_u_product_3 = &mut d_u_product_3.as_chunks_mut::<20>().0[..n];
                let d_u_left = &mut d_u_left.as_chunks_mut::<20>().0[..n];
                let u = &mut u[..n];
                let d_r = &mut d_r[..n];
                let d_u = &mut d_u[..n];
                Self::__compute_h(n, cpu, &self.w1, &self.b1, t, x, h, h_part_part);
                kernels::matmul_small::<
                    20,
                    _,
                >(
                    cpu,
                    n,
                    20,
                    h.as_flattened(),
                    (20, 1),
                    self.w2.as_flattened(),
                    false,
                    u_left.as_flattened_mut(),
                    false,
                );
                Self::__compute_u_left(
                    n,
                    cpu,
                    &self.b2,
                    &self.w3,
                    u_left,
                    d_u_product_part,
                    d_u_product,
                );
                kernels::dots_small(
                    cpu,
                    n,
                    20,
                    &self.w3,
                    u_left.as_flattened(),
                    u,
                    false,
                );
                Self::__compute_u(n, self.b3, u);
                kernels::matmul_small::<
                    20,
                    _,
                >(
                    cpu,
                    n,
                    20,
                    d_u_product.as_flattened(),
                    (20, 1),
                    self.w2.as_flattened(),
                    true,
                    d_h.as_flattened_mut(),
                    false,
                );
                Self::__compute_h_part(
                    n,
                    &self.w1,
                    d_h,
                    h_part_part,
                    h,
                    h_part,
                    d_h_2,
                    d_h_3,
                );
                kernels::dots_small(
                    cpu,
                    n,
                    20,
                    &self.w1[0],
                    h_part.as_flattened(),
                    d_r,
                    false,
                );
                kernels::dots_small(
                    cpu,
                    n,
                    20,
                    &self.w1[1],
                    h_part.as_flattened(),
                    d_u,
                    false,
                );
                kernels::matmul_small::<
                    20,
                    _,
                >(
                    cpu,
                    n,
                    20,
                    d_h_3.as_flattened(),
                    (20, 1),
                    self.w2.as_flattened(),
                    false,
                    d_u_product_2.as_flattened_mut(),
                    false,
                );
                Self::__compute_d_u_left(
                    n,
                    &self.w3,
                    u_left,
                    d_u_product_2,
                    d_u_product_part,
                    d_u_left,
                    d_u_product_3,
                );
                kernels::matmul_small::<
                    20,
                    _,
                >(
                    cpu,
                    n,
                    20,
                    d_u_product_3.as_flattened(),
                    (20, 1),
                    self.w2.as_flattened(),
                    true,
                    d_h_2.as_flattened_mut(),
                    true,
                );
                let residual_mean = Self::__compute_residual_mean(
                    n,
                    &self.w1,
                    h,
                    d_h_2,
                    u,
                    d_u,
                    d_r,
                );
                let residual = residual_mean / n as f64;
                residual
            },
        );
        BurgersResidualPass {
            model: self,
            value,
            t,
            x,
            arena,
        }
    }
    fn __residual_of_rows(
        &self,
        arena: &mut [f64],
        grads: &mut Burgers,
        t: &[f64],
        x: &[f64],
        n_of_all: usize,
        blocks: usize,
    ) -> f64 {
        let _ = blocks;
        let n = t.len();
        let value = ::chainrule::__private::vectorised_rows(
            n,
            #[inline(always)]
            |cpu, n| {
                use ::chainrule::__private::{carve, kernels};
                let n_of_all: usize = n_of_all;
                let [h_part_part, h, u_left, d_u_product, d_u_product_part, d_h, d_h_3,
                h_part, d_h_2, d_u_product_2, d_u_product_3, d_u_left, u, d_r, d_u] = carve(
                    arena,
                    [
                        0..n * 20,
                        n * 20..n * 40,
                        n * 40..n * 60,
                        n * 60..n * 80,
                        n * 80..n * 100,
                        n * 100..n * 120,
                        n * 120..n * 140,
                        n * 140..n * 160,
                        n * 160..n * 180,
                        n * 180..n * 200,
                        n * 200..n * 220,
                        n * 220..n * 240,
                        n * 360..n * 361,
                        n * 361..n * 362,
                        n * 362..n * 363,
                    ],
                );
                let h_part_part = &mut h_part_part.as_chunks_mut::<20>().0[..n];
                let h = &mut h.as_chunks_mut::<20>().0[..n];
                let u_left = &mut u_left.as_chunks_mut::<20>().0[..n];
                let d_u_product = &mut d_u_product.as_chunks_mut::<20>().0[..n];
                let d_u_product_part = &mut d_u_product_part
                    .as_chunks_mut::<20>()
                    .0[..n];
                let d_h = &mut d_h.as_chunks_mut::<20>().0[..n];
                let d_h_3 = &mut d_h_3.as_chunks_mut::<20>().0[..n];
                let h_part = &mut h_part.as_chunks_mut::<20>().0[..n];
                let d_h_2 = &mut d_h_2.as_chunks_mut::<20>().0[..n];
                let d_u_product_2 = &mut d_u_product_2.as_chunks_mut::<20>().0[..n];
                let d_u_product_3 = &mut d_u_product_3.as_chunks_mut::<20>().0[..n];
                let d_u_left = &mut d_u_left.as_chunks_mut::<20>().0[..n];
                let u = &mut u[..n];
                let d_r = &mut d_r[..n];
                let d_u = &mut d_u[..n];
                Self::__compute_h(n, cpu, &self.w1, &self.b1, t, x, h, h_part_part);
                kernels::matmul_small::<
                    20,
                    _,
                >(
                    cpu,
                    n,
                    20,
                    h.as_flattened(),
                    (20, 1),
                    self.w2.as_flattened(),
                    false,
                    u_left.as_flattened_mut(),
                    false,
                );
                Self::__compute_u_left(
                    n,
                    cpu,
                    &self.b2,
                    &self.w3,
                    u_left,
                    d_u_product_part,
                    d_u_product,
                );
                kernels::dots_small(
                    cpu,
                    n,
                    20,
                    &self.w3,
                    u_left.as_flattened(),
                    u,
                    false,
                );
                Self::__compute_u(n, self.b3, u);
                kernels::matmul_small::<
                    20,
                    _,
                >(
                    cpu,
                    n,
                    20,
                    d_u_product.as_flattened(),
                    (20, 1),
                    self.w2.as_flattened(),
                    true,
                    d_h.as_flattened_mut(),
                    false,
                );
                Self::__compute_h_part(
                    n,
                    &self.w1,
                    d_h,
                    h_part_part,
                    h,
                    h_part,
                    d_h_2,
                    d_h_3,
                );
                kernels::dots_small(
                    cpu,
                    n,
                    20,
                    &self.w1[0],
                    h_part.as_flattened(),
                    d_r,
                    false,
                );
                kernels::dots_small(
                    cpu,
                    n,
                    20,
                    &self.w1[1],
                    h_part.as_flattened(),
                    d_u,
                    false,
                );
                kernels::matmul_small::<
                    20,
                    _,
                >(
                    cpu,
                    n,
                    20,
                    d_h_3.as_flattened(),
                    (20, 1),
                    self.w2.as_flattened(),
                    false,
                    d_u_product_2.as_flattened_mut(),
                    false,
                );
                Self::__compute_d_u_left(
                    n,
                    &self.w3,
                    u_left,
                    d_u_product_2,
                    d_u_product_part,
                    d_u_left,
                    d_u_product_3,
                );
                kernels::matmul_small::<
                    20,
                    _,
                >(
                    cpu,
                    n,
                    20,
                    d_u_product_3.as_flattened(),
                    (20, 1),
                    self.w2.as_flattened(),
                    true,
                    d_h_2.as_flattened_mut(),
                    true,
                );
                let residual_mean = Self::__compute_residual_mean(
                    n,
                    &self.w1,
                    h,
                    d_h_2,
                    u,
                    d_u,
                    d_r,
                );
                let residual = residual_mean / n_of_all as f64;
                residual
            },
        );
        {
            use ::chainrule::__private::{carve, kernels};
            let [h_part_part, h, d_h_2, d_u_product_3, d_h_part, d_h_4, d_h_part_2,
            d_h_6, u, d_r, d_u, d_u_xx] = carve(
                arena,
                [
                    0..n * 20,
                    n * 20..n * 40,
                    n * 160..n * 180,
                    n * 200..n * 220,
                    n * 240..n * 260,
                    n * 260..n * 280,
                    n * 280..n * 300,
                    n * 300..n * 320,
                    n * 360..n * 361,
                    n * 361..n * 362,
                    n * 362..n * 363,
                    n * 363..n * 364,
                ],
            );
            let h_part_part = &h_part_part.as_chunks::<20>().0[..n];
            let h = &h.as_chunks::<20>().0[..n];
            let d_h_2 = &d_h_2.as_chunks::<20>().0[..n];
            let d_u_product_3 = &d_u_product_3.as_chunks::<20>().0[..n];
            let d_h_part = &mut d_h_part.as_chunks_mut::<20>().0[..n];
            let d_h_4 = &mut d_h_4.as_chunks_mut::<20>().0[..n];
            let d_h_part_2 = &mut d_h_part_2.as_chunks_mut::<20>().0[..n];
            let d_h_6 = &mut d_h_6.as_chunks_mut::<20>().0[..n];
            let u = &mut u[..n];
            let d_r = &mut d_r[..n];
            let d_u = &mut d_u[..n];
            let d_u_xx = &mut d_u_xx[..n];
            let d_residual_mean = if 0 < n_of_all { 1.0 / n_of_all as f64 } else { 0.0 };
            grads.w1.as_flattened_mut().fill(0.0);
            Self::__compute_d_w1_2(
                n,
                &self.w1,
                d_residual_mean,
                h,
                d_h_2,
                h_part_part,
                &mut grads.w1,
                d_r,
                d_u,
                u,
                d_u_xx,
                d_h_4,
                d_h_part,
                d_h_part_2,
                d_h_6,
            );
            kernels::matmul_narrow::<
                20,
                _,
            >(
                20,
                n,
                d_h_4.as_flattened(),
                (1, 20),
                d_u_product_3.as_flattened(),
                false,
                grads.w2.as_flattened_mut(),
                false,
            );
            let [u_left, d_u_product_part, d_h_3, d_u_product_2, d_u_product_4, d_h_4,
            d_u_product_5, d_u_left_2] = carve(
                arena,
                [
                    n * 40..n * 60,
                    n * 80..n * 100,
                    n * 120..n * 140,
                    n * 180..n * 200,
                    n * 200..n * 220,
                    n * 260..n * 280,
                    n * 320..n * 340,
                    n * 340..n * 360,
                ],
            );
            let u_left = &u_left.as_chunks::<20>().0[..n];
            let d_u_product_part = &d_u_product_part.as_chunks::<20>().0[..n];
            let d_h_3 = &d_h_3.as_chunks::<20>().0[..n];
            let d_u_product_2 = &d_u_product_2.as_chunks::<20>().0[..n];
            let d_u_product_4 = &mut d_u_product_4.as_chunks_mut::<20>().0[..n];
            let d_h_4 = &d_h_4.as_chunks::<20>().0[..n];
            let d_u_product_5 = &mut d_u_product_5.as_chunks_mut::<20>().0[..n];
            let d_u_left_2 = &mut d_u_left_2.as_chunks_mut::<20>().0[..n];
            kernels::matmul_narrow::<
                20,
                _,
            >(
                n,
                20,
                d_h_4.as_flattened(),
                (20, 1),
                self.w2.as_flattened(),
                false,
                d_u_product_4.as_flattened_mut(),
                false,
            );
            grads.w3.fill(0.0);
            Self::__compute_d_w3_2(
                n,
                &self.w3,
                d_u_product_4,
                d_u_product_part,
                u_left,
                d_u_product_2,
                &mut grads.w3,
                d_u_left_2,
                d_u_product_5,
            );
            kernels::matmul_narrow::<
                20,
                _,
            >(
                20,
                n,
                d_h_3.as_flattened(),
                (1, 20),
                d_u_product_5.as_flattened(),
                false,
                grads.w2.as_flattened_mut(),
                true,
            );
            let [h_part_part, h, d_u_product, d_h, d_h_5, h_part, d_h_2, d_h_part, d_h_4,
            d_h_part_2, d_h_6, d_u_product_5, u, d_r, d_u_xx] = carve(
                arena,
                [
                    0..n * 20,
                    n * 20..n * 40,
                    n * 60..n * 80,
                    n * 100..n * 120,
                    n * 120..n * 140,
                    n * 140..n * 160,
                    n * 160..n * 180,
                    n * 240..n * 260,
                    n * 260..n * 280,
                    n * 280..n * 300,
                    n * 300..n * 320,
                    n * 320..n * 340,
                    n * 360..n * 361,
                    n * 361..n * 362,
                    n * 363..n * 364,
                ],
            );
            let h_part_part = &h_part_part.as_chunks::<20>().0[..n];
            let h = &h.as_chunks::<20>().0[..n];
            let d_u_product = &d_u_product.as_chunks::<20>().0[..n];
            let d_h = &d_h.as_chunks::<20>().0[..n];
            let d_h_5 = &mut d_h_5.as_chunks_mut::<20>().0[..n];
            let h_part = &h_part.as_chunks::<20>().0[..n];
            let d_h_2 = &d_h_2.as_chunks::<20>().0[..n];
            let d_h_part = &d_h_part.as_chunks::<20>().0[..n];
            let d_h_4 = &d_h_4.as_chunks::<20>().0[..n];
            let d_h_part_2 = &d_h_part_2.as_chunks::<20>().0[..n];
            let d_h_6 = &d_h_6.as_chunks::<20>().0[..n];
            let d_u_product_5 = &d_u_product_5.as_chunks::<20>().0[..n];
            let u = &u[..n];
            let d_r = &d_r[..n];
            let d_u_xx = &d_u_xx[..n];
            kernels::matmul_narrow::<
                20,
                _,
            >(
                n,
                20,
                d_u_product_5.as_flattened(),
                (20, 1),
                self.w2.as_flattened(),
                true,
                d_h_5.as_flattened_mut(),
                false,
            );
            Self::__compute_d_w1_2_2(n, h_part_part, d_h_5, &mut grads.w1);
            Self::__compute_d_w1_2_2(n, d_h, d_h_part, &mut grads.w1);
            kernels::matmul_narrow::<
                20,
                _,
            >(1, n, u, (0, 1), h_part.as_flattened(), false, &mut grads.w1[1], true);
            kernels::matmul_narrow::<
                20,
                _,
            >(1, n, d_r, (0, 1), h_part.as_flattened(), false, &mut grads.w1[0], true);
            Self::__compute_d_h_5(
                n,
                &self.w1,
                h,
                d_h,
                d_h_2,
                d_h_4,
                d_h_part_2,
                d_u_xx,
                d_h_5,
            );
            kernels::matmul_narrow::<
                20,
                _,
            >(
                20,
                n,
                d_h_6.as_flattened(),
                (1, 20),
                d_u_product.as_flattened(),
                false,
                grads.w2.as_flattened_mut(),
                true,
            );
            let [d_u_product_6, h, u_left, d_u_product_part, d_h_5, d_u_product_2,
            d_u_product_4, d_u_left, d_h_6, d_u_left_2, d_u] = carve(
                arena,
                [
                    0..n * 20,
                    n * 20..n * 40,
                    n * 40..n * 60,
                    n * 80..n * 100,
                    n * 120..n * 140,
                    n * 180..n * 200,
                    n * 200..n * 220,
                    n * 220..n * 240,
                    n * 300..n * 320,
                    n * 340..n * 360,
                    n * 362..n * 363,
                ],
            );
            let d_u_product_6 = &mut d_u_product_6.as_chunks_mut::<20>().0[..n];
            let h = &h.as_chunks::<20>().0[..n];
            let u_left = &u_left.as_chunks::<20>().0[..n];
            let d_u_product_part = &d_u_product_part.as_chunks::<20>().0[..n];
            let d_h_5 = &mut d_h_5.as_chunks_mut::<20>().0[..n];
            let d_u_product_2 = &d_u_product_2.as_chunks::<20>().0[..n];
            let d_u_product_4 = &d_u_product_4.as_chunks::<20>().0[..n];
            let d_u_left = &d_u_left.as_chunks::<20>().0[..n];
            let d_h_6 = &d_h_6.as_chunks::<20>().0[..n];
            let d_u_left_2 = &d_u_left_2.as_chunks::<20>().0[..n];
            let d_u = &d_u[..n];
            kernels::matmul_narrow::<
                20,
                _,
            >(
                n,
                20,
                d_h_6.as_flattened(),
                (20, 1),
                self.w2.as_flattened(),
                false,
                d_u_product_6.as_flattened_mut(),
                false,
            );
            Self::__compute_d_w3_2_2(n, d_u_product_6, d_u_product_part, &mut grads.w3);
            Self::__compute_d_b3_2(n, d_u, &mut grads.b3);
            kernels::matmul_narrow::<
                20,
                _,
            >(1, n, d_u, (0, 1), u_left.as_flattened(), false, &mut grads.w3, true);
            grads.b2.fill(0.0);
            Self::__compute_d_b2_2(
                n,
                &self.w3,
                u_left,
                d_u_product_2,
                d_u_left,
                d_u_product_4,
                d_u_left_2,
                d_u,
                &mut grads.b2,
                d_u_product_6,
            );
            kernels::matmul_narrow::<
                20,
                _,
            >(
                n,
                20,
                d_u_product_6.as_flattened(),
                (20, 1),
                self.w2.as_flattened(),
                true,
                d_h_5.as_flattened_mut(),
                true,
            );
            kernels::matmul_narrow::<
                20,
                _,
            >(
                20,
                n,
                h.as_flattened(),
                (1, 20),
                d_u_product_6.as_flattened(),
                false,
                grads.w2.as_flattened_mut(),
                true,
            );
            grads.b1.fill(0.0);
            Self::__compute_d_b1_2(n, h, &mut grads.b1, d_h_5);
            kernels::matmul_narrow::<
                20,
                _,
            >(1, n, t, (0, 1), d_h_5.as_flattened(), false, &mut grads.w1[0], true);
            kernels::matmul_narrow::<
                20,
                _,
            >(1, n, x, (0, 1), d_h_5.as_flattened(), false, &mut grads.w1[1], true);
        };
        value
    }
    /// One step of training by `residual`: forward, backward and update in one. Returns the value before it.
    ///
    /// The rows of the batch are taken in blocks of about 352 at most, whose memory stays in the cache: the workspace below is that of the rows of a block.
    ///
    /// * `optimiser`, used for this network alone
    /// * `t: f64[N]`
    /// * `x: f64[N]`
    /// * returns `f64`
    ///
    /// Workspace: `2912 * N` bytes. Operations: `11753 * N + 2`, forward and backward together.
    ///
    /// # Panics
    /// Before anything is written:
    /// * if `x` has not `N` rows
    /// * if the workspace is a slice and too short
    #[track_caller]
    pub fn residual_step<S: ::chainrule::Storage<f64>, O: ::chainrule::Optimiser<f64>>(
        &mut self,
        ws: &mut ::chainrule::Workspace<f64, S>,
        optimiser: &mut O,
        t: &[f64],
        x: &[f64],
    ) -> f64 {
        let n = t.len();
        if x.len() != n {
            ::chainrule::__private::panics::rows(
                "Burgers::residual",
                "x",
                x.len(),
                "N",
                n,
                "t",
            );
        }
        let blocks = ::chainrule::__private::kernels::blocks(n, 352);
        let arena = ws
            .request(
                ::chainrule::__private::kernels::memory_of_blocks::<
                    Self,
                >(
                    blocks,
                    {
                        let n = ::chainrule::__private::kernels::rows_of_block(
                            n,
                            blocks,
                        );
                        364 * n
                    },
                ),
                "Burgers::residual",
            );
        let model = &*self;
        let (value, gradient) = ::chainrule::__private::kernels::in_blocks::<
            Self,
        >(
            blocks,
            2126080,
            arena,
            |block, arena, grads| {
                let t = &t[::chainrule::__private::kernels::block(block, n, blocks)];
                let x = &x[::chainrule::__private::kernels::block(block, n, blocks)];
                model.__residual_of_rows(arena, grads, t, x, n, blocks)
            },
        );
        ::chainrule::Optimiser::step(optimiser, self, gradient);
        value
    }
    /// The value of `residual` alone; nothing is stored for a backward pass.
    ///
    /// * `t: f64[N]`
    /// * `x: f64[N]`
    /// * returns `f64`
    ///
    /// Workspace: `824 * N` bytes. Operations: `4027 * N + 1`.
    ///
    /// # Panics
    /// Before anything is written:
    /// * if `x` has not `N` rows
    /// * if the workspace is a slice and too short
    #[track_caller]
    pub fn residual_value<S: ::chainrule::Storage<f64>>(
        &self,
        ws: &mut ::chainrule::Workspace<f64, S>,
        t: &[f64],
        x: &[f64],
    ) -> f64 {
        let n = t.len();
        if x.len() != n {
            ::chainrule::__private::panics::rows(
                "Burgers::residual",
                "x",
                x.len(),
                "N",
                n,
                "t",
            );
        }
        let arena = ws.request(103 * n, "Burgers::residual");
        let value = ::chainrule::__private::vectorised_rows(
            n,
            #[inline(always)]
            |cpu, n| {
                use ::chainrule::__private::{carve, kernels};
                let [h, u_left, d_u_product, h_part, u_product] = carve(
                    arena,
                    [
                        0..n * 20,
                        n * 20..n * 40,
                        n * 40..n * 60,
                        n * 60..n * 80,
                        n * 100..n * 101,
                    ],
                );
                let h = &mut h.as_chunks_mut::<20>().0[..n];
                let u_left = &mut u_left.as_chunks_mut::<20>().0[..n];
                let d_u_product = &mut d_u_product.as_chunks_mut::<20>().0[..n];
                let h_part = &mut h_part.as_chunks_mut::<20>().0[..n];
                let u_product = &mut u_product[..n];
                Self::__compute_h_2(n, cpu, &self.w1, &self.b1, t, x, h);
                kernels::matmul_small::<
                    20,
                    _,
                >(
                    cpu,
                    n,
                    20,
                    h.as_flattened(),
                    (20, 1),
                    self.w2.as_flattened(),
                    false,
                    u_left.as_flattened_mut(),
                    false,
                );
                Self::__compute_u_left_2(
                    n,
                    cpu,
                    &self.b2,
                    &self.w3,
                    u_left,
                    d_u_product,
                );
                kernels::dots_small(
                    cpu,
                    n,
                    20,
                    &self.w3,
                    u_left.as_flattened(),
                    u_product,
                    false,
                );
                kernels::matmul_small::<
                    20,
                    _,
                >(
                    cpu,
                    n,
                    20,
                    d_u_product.as_flattened(),
                    (20, 1),
                    self.w2.as_flattened(),
                    true,
                    h_part.as_flattened_mut(),
                    false,
                );
                let [h, d_h_2, h_part, d_h, d_t, d_x] = carve(
                    arena,
                    [
                        0..n * 20,
                        n * 40..n * 60,
                        n * 60..n * 80,
                        n * 80..n * 100,
                        n * 101..n * 102,
                        n * 102..n * 103,
                    ],
                );
                let h = &h.as_chunks::<20>().0[..n];
                let d_h_2 = &mut d_h_2.as_chunks_mut::<20>().0[..n];
                let h_part = &mut h_part.as_chunks_mut::<20>().0[..n];
                let d_h = &mut d_h.as_chunks_mut::<20>().0[..n];
                let d_t = &mut d_t[..n];
                let d_x = &mut d_x[..n];
                Self::__compute_h_part_2(n, &self.w1, h, h_part, d_h, d_h_2);
                kernels::dots_small(
                    cpu,
                    n,
                    20,
                    &self.w1[0],
                    h_part.as_flattened(),
                    d_t,
                    false,
                );
                kernels::dots_small(
                    cpu,
                    n,
                    20,
                    &self.w1[1],
                    h_part.as_flattened(),
                    d_x,
                    false,
                );
                let [h, u_left, d_h_2, d_u_product_2, d_h, u_product, d_t, d_x] = carve(
                    arena,
                    [
                        0..n * 20,
                        n * 20..n * 40,
                        n * 40..n * 60,
                        n * 60..n * 80,
                        n * 80..n * 100,
                        n * 100..n * 101,
                        n * 101..n * 102,
                        n * 102..n * 103,
                    ],
                );
                let h = &h.as_chunks::<20>().0[..n];
                let u_left = &u_left.as_chunks::<20>().0[..n];
                let d_h_2 = &d_h_2.as_chunks::<20>().0[..n];
                let d_u_product_2 = &mut d_u_product_2.as_chunks_mut::<20>().0[..n];
                let d_h = &mut d_h.as_chunks_mut::<20>().0[..n];
                let u_product = &u_product[..n];
                let d_t = &d_t[..n];
                let d_x = &d_x[..n];
                kernels::matmul_small::<
                    20,
                    _,
                >(
                    cpu,
                    n,
                    20,
                    d_h_2.as_flattened(),
                    (20, 1),
                    self.w2.as_flattened(),
                    false,
                    d_u_product_2.as_flattened_mut(),
                    false,
                );
                Self::__compute_d_u_product_2(n, &self.w3, u_left, d_u_product_2);
                kernels::matmul_small::<
                    20,
                    _,
                >(
                    cpu,
                    n,
                    20,
                    d_u_product_2.as_flattened(),
                    (20, 1),
                    self.w2.as_flattened(),
                    true,
                    d_h.as_flattened_mut(),
                    true,
                );
                let residual_mean = Self::__compute_residual_mean_2(
                    n,
                    &self.w1,
                    h,
                    d_h,
                    d_t,
                    u_product,
                    self.b3,
                    d_x,
                );
                let residual = residual_mean / n as f64;
                residual
            },
        );
        value
    }
    /// How many elements a workspace must have for every method of `Burgers::residual`, at these sizes or smaller: `364 * N`, or what blocks of 352 rows take, if that is more.
    ///
    /// # Panics
    /// If the sizes need more memory than there can be.
    #[must_use]
    #[track_caller]
    pub const fn residual_workspace(n: usize) -> usize {
        ::chainrule::__private::panics::check_memory(
            "Burgers::residual_workspace",
            &[("N", n)],
            &[&[(364, &[n])]],
        );
        ::chainrule::__private::larger(
            364 * n,
            {
                let blocks = ::chainrule::__private::kernels::blocks(n, 352);
                ::chainrule::__private::kernels::memory_of_blocks::<
                    Self,
                >(
                    blocks,
                    {
                        let n = ::chainrule::__private::kernels::rows_of_block(
                            n,
                            blocks,
                        );
                        364 * n
                    },
                )
            },
        )
    }
    /// How many scalar floating-point operations `Burgers::residual` takes, and how many it takes together with each derivative, in the order of the attributes: `4027 * N + 1`, `11753 * N + 2`.
    ///
    /// # Panics
    /// If they are more than can be counted.
    #[must_use]
    #[track_caller]
    pub const fn residual_operations(n: usize) -> [u64; 2] {
        ::chainrule::__private::panics::check_operations(
            "Burgers::residual_operations",
            &[("N", n)],
            &[&[(1, &[]), (4027, &[n])], &[(2, &[]), (11753, &[n])]],
        );
        let n = n as u64;
        [4027 * n + 1, 11753 * n + 2]
    }
    /// How `Burgers::residual` is computed, as text: its value, then its gradients.
    pub const RESIDUAL_DERIVATION: &'static str = "Given t[N], x[N], w1[2, 20], b1[20], w2[20, 20], b2[20], w3[20], b3\n\nValue\n    h[i, j] = tanh(t[i] · w1[0, j] + x[i] · w1[1, j] + b1[j])\n    u_product[i, j] = Σ_k h[i, k] · w2[k, j]\n    u_left[i, j] = tanh(u_product[i, j] + b2[j])\n    u_product₂[i] = Σ_k u_left[i, k] · w3[k]\n    u[i] = u_product₂[i] + b3\n    d_u_product_part₂[i, j] = (1 − u_left[i, j]) · (1 + u_left[i, j])\n    d_u_product₄[i, j] = w3[j] · d_u_product_part₂[i, j]\n    d_h₅[i, k] = Σ_j d_u_product₄[i, j] · w2[k, j]\n    h_part_part₂[i, j] = (1 − h[i, j]) · (1 + h[i, j])\n    h_part[i, j] = d_h₅[i, j] · h_part_part₂[i, j]\n    d_t₂[i] = Σ_j h_part[i, j] · w1[0, j]\n    d_x[i] = Σ_j h_part[i, j] · w1[1, j]\n    d_h₆[i, j] = −2 · w1[1, j] · d_h₅[i, j] · h[i, j]\n    d_h₇[i, j] = w1[1, j] · h_part_part₂[i, j]\n    d_u_product₅[i, j] = Σ_k d_h₇[i, k] · w2[k, j]\n    d_u_left₅[i, j] = −2 · d_u_product₅[i, j] · w3[j] · u_left[i, j]\n    d_u_product₆[i, j] = d_u_left₅[i, j] · d_u_product_part₂[i, j]\n    d_h₆[i, k] += Σ_j d_u_product₆[i, j] · w2[k, j]\n    u_xx[i] = Σ_j d_h₆[i, j] · (1 − h[i, j]) · (1 + h[i, j]) · w1[1, j]\n    r[i] = d_t₂[i] + u[i] · d_x[i] − 0.003183098861837907 · u_xx[i]\n    residual_mean = Σ_k r[k]²\n    residual = residual_mean / N\n    → residual\n\nGradient\n    d_residual_mean = 1 / N if N > 0 else 0\n    d_r[k] = 2 · d_residual_mean · r[k]\n    d_u₃[i] = d_r[i] · d_x[i]\n    d_x₂[i] = d_r[i] · u[i]\n    d_u_xx[i] = −0.003183098861837907 · d_r[i]\n    d_w1[1, j] = Σ_i d_u_xx[i] · d_h₆[i, j] · (1 − h[i, j]) · (1 + h[i, j])\n    d_h₈[i, j] = d_u_xx[i] · w1[1, j] · (1 − h[i, j]) · (1 + h[i, j])\n    d_w2[k, j] = Σ_i d_h₈[i, k] · d_u_product₆[i, j]\n    d_u_product₇[i, j] = Σ_k d_h₈[i, k] · w2[k, j]\n    d_u_left₆[i, j] = d_u_product₇[i, j] · d_u_product_part₂[i, j]\n    d_u_left_part[i, j] = −2 · d_u_left₆[i, j] · u_left[i, j]\n    d_w3[j] = Σ_i d_u_left_part[i, j] · d_u_product₅[i, j]\n    d_u_product₈[i, j] = d_u_left_part[i, j] · w3[j]\n    d_w2[k, j] += Σ_i d_u_product₈[i, j] · d_h₇[i, k]\n    d_h₉[i, k] = Σ_j d_u_product₈[i, j] · w2[k, j]\n    d_w1[1, j] += Σ_i d_h₉[i, j] · h_part_part₂[i, j]\n    d_h_part_part[i, j] = d_h₉[i, j] · w1[1, j]\n    d_h_part₃[i, j] = −2 · d_h₈[i, j] · h[i, j]\n    d_w1[1, j] += Σ_i d_h_part₃[i, j] · d_h₅[i, j]\n    d_w1[1, j] += Σ_i d_x₂[i] · h_part[i, j]\n    d_w1[0, j] += Σ_i d_r[i] · h_part[i, j]\n    d_h_part₄[i, j] = d_x₂[i] · w1[1, j] + d_r[i] · w1[0, j]\n    d_h₁₀[i, j] = d_h_part₃[i, j] · w1[1, j] + d_h_part₄[i, j] · h_part_part₂[i, j]\n    d_h₁₁[i, j] = −2 · (w1[1, j] · (d_u_xx[i] · d_h₆[i, j] · h[i, j] + d_h₈[i, j] · d_h₅[i, j]) + h[i, j] · (d_h_part₄[i, j] · d_h₅[i, j] + d_h_part_part[i, j]))\n    d_w2[k, j] += Σ_i d_h₁₀[i, k] · d_u_product₄[i, j]\n    d_u_product₉[i, j] = Σ_k d_h₁₀[i, k] · w2[k, j]\n    d_w3[j] += Σ_i d_u_product₉[i, j] · d_u_product_part₂[i, j]\n    d_b3 = Σ_i d_u₃[i]\n    d_u_left₇[i, k] = d_u₃[i] · w3[k] − 2 · (u_left[i, k] · (d_u_product₇[i, k] · d_u_left₅[i, k] + d_u_product₉[i, k] · w3[k]) + d_u_left₆[i, k] · d_u_product₅[i, k] · w3[k])\n    d_w3[k] += Σ_i d_u₃[i] · u_left[i, k]\n    u_left_part[i, j] = d_u_left₇[i, j] · (1 − u_left[i, j]) · (1 + u_left[i, j])\n    d_b2[j] = Σ_i u_left_part[i, j]\n    d_h₁₁[i, k] += Σ_j u_left_part[i, j] · w2[k, j]\n    d_w2[k, j] += Σ_i u_left_part[i, j] · h[i, k]\n    h_part₂[i, j] = d_h₁₁[i, j] · (1 − h[i, j]) · (1 + h[i, j])\n    d_w1[0, j] += Σ_i h_part₂[i, j] · t[i]\n    d_w1[1, j] += Σ_i h_part₂[i, j] · x[i]\n    d_b1[j] = Σ_i h_part₂[i, j]\n    → ∂residual/∂w1 = d_w1\n    → ∂residual/∂b1 = d_b1\n    → ∂residual/∂w2 = d_w2\n    → ∂residual/∂b2 = d_b2\n    → ∂residual/∂w3 = d_w3\n    → ∂residual/∂b3 = d_b3\n";
    /// How `Burgers::residual` is computed, as LaTeX.
    pub const RESIDUAL_LATEX: &'static str = "\\begin{aligned}\nh_{i, j} &= \\tanh\\left(t_{i} \\, {w_{1}}_{0, j} + x_{i} \\, {w_{1}}_{1, j} + {b_{1}}_{j}\\right) \\\\\n{\\mathit{u\\_product}}_{i, j} &= \\sum_{k} h_{i, k} \\, {w_{2}}_{k, j} \\\\\n{\\mathit{u\\_left}}_{i, j} &= \\tanh\\left({\\mathit{u\\_product}}_{i, j} + {b_{2}}_{j}\\right) \\\\\n{\\mathit{u\\_product}^{(2)}}_{i} &= \\sum_{k} {\\mathit{u\\_left}}_{i, k} \\, {w_{3}}_{k} \\\\\nu_{i} &= {\\mathit{u\\_product}^{(2)}}_{i} + b_{3} \\\\\n{\\partial \\mathit{u\\_product\\_part}^{(2)}}_{i, j} &= \\left(1 - {\\mathit{u\\_left}}_{i, j}\\right) \\, \\left(1 + {\\mathit{u\\_left}}_{i, j}\\right) \\\\\n{\\partial \\mathit{u\\_product}^{(4)}}_{i, j} &= {w_{3}}_{j} \\, {\\partial \\mathit{u\\_product\\_part}^{(2)}}_{i, j} \\\\\n{\\partial h^{(5)}}_{i, k} &= \\sum_{j} {\\partial \\mathit{u\\_product}^{(4)}}_{i, j} \\, {w_{2}}_{k, j} \\\\\n{\\mathit{h\\_part\\_part}^{(2)}}_{i, j} &= \\left(1 - h_{i, j}\\right) \\, \\left(1 + h_{i, j}\\right) \\\\\n{\\mathit{h\\_part}}_{i, j} &= {\\partial h^{(5)}}_{i, j} \\, {\\mathit{h\\_part\\_part}^{(2)}}_{i, j} \\\\\n{\\partial t^{(2)}}_{i} &= \\sum_{j} {\\mathit{h\\_part}}_{i, j} \\, {w_{1}}_{0, j} \\\\\n\\partial x_{i} &= \\sum_{j} {\\mathit{h\\_part}}_{i, j} \\, {w_{1}}_{1, j} \\\\\n{\\partial h^{(6)}}_{i, j} &= -2 \\, {w_{1}}_{1, j} \\, {\\partial h^{(5)}}_{i, j} \\, h_{i, j} \\\\\n{\\partial h^{(7)}}_{i, j} &= {w_{1}}_{1, j} \\, {\\mathit{h\\_part\\_part}^{(2)}}_{i, j} \\\\\n{\\partial \\mathit{u\\_product}^{(5)}}_{i, j} &= \\sum_{k} {\\partial h^{(7)}}_{i, k} \\, {w_{2}}_{k, j} \\\\\n{\\partial \\mathit{u\\_left}^{(5)}}_{i, j} &= -2 \\, {\\partial \\mathit{u\\_product}^{(5)}}_{i, j} \\, {w_{3}}_{j} \\, {\\mathit{u\\_left}}_{i, j} \\\\\n{\\partial \\mathit{u\\_product}^{(6)}}_{i, j} &= {\\partial \\mathit{u\\_left}^{(5)}}_{i, j} \\, {\\partial \\mathit{u\\_product\\_part}^{(2)}}_{i, j} \\\\\n{\\partial h^{(6)}}_{i, k} &\\mathrel{+}= \\sum_{j} {\\partial \\mathit{u\\_product}^{(6)}}_{i, j} \\, {w_{2}}_{k, j} \\\\\n{\\mathit{u\\_xx}}_{i} &= \\sum_{j} {\\partial h^{(6)}}_{i, j} \\, \\left(1 - h_{i, j}\\right) \\, \\left(1 + h_{i, j}\\right) \\, {w_{1}}_{1, j} \\\\\nr_{i} &= {\\partial t^{(2)}}_{i} + u_{i} \\, \\partial x_{i} - 0.003183098861837907 \\, {\\mathit{u\\_xx}}_{i} \\\\\n\\mathit{residual\\_mean} &= \\sum_{k} r_{k}^{2} \\\\\n\\mathit{residual} &= \\frac{\\mathit{residual\\_mean}}{N} \\\\\n\\partial \\mathit{residual\\_mean} &= \\begin{cases} \\frac{1}{N} & \\text{if } N > 0 \\\\ 0 & \\text{otherwise} \\end{cases} \\\\\n\\partial r_{k} &= 2 \\, \\partial \\mathit{residual\\_mean} \\, r_{k} \\\\\n{\\partial u^{(3)}}_{i} &= \\partial r_{i} \\, \\partial x_{i} \\\\\n{\\partial x^{(2)}}_{i} &= \\partial r_{i} \\, u_{i} \\\\\n{\\partial \\mathit{u\\_xx}}_{i} &= -0.003183098861837907 \\, \\partial r_{i} \\\\\n{\\partial w_{1}}_{1, j} &= \\sum_{i} {\\partial \\mathit{u\\_xx}}_{i} \\, {\\partial h^{(6)}}_{i, j} \\, \\left(1 - h_{i, j}\\right) \\, \\left(1 + h_{i, j}\\right) \\\\\n{\\partial h^{(8)}}_{i, j} &= {\\partial \\mathit{u\\_xx}}_{i} \\, {w_{1}}_{1, j} \\, \\left(1 - h_{i, j}\\right) \\, \\left(1 + h_{i, j}\\right) \\\\\n{\\partial w_{2}}_{k, j} &= \\sum_{i} {\\partial h^{(8)}}_{i, k} \\, {\\partial \\mathit{u\\_product}^{(6)}}_{i, j} \\\\\n{\\partial \\mathit{u\\_product}^{(7)}}_{i, j} &= \\sum_{k} {\\partial h^{(8)}}_{i, k} \\, {w_{2}}_{k, j} \\\\\n{\\partial \\mathit{u\\_left}^{(6)}}_{i, j} &= {\\partial \\mathit{u\\_product}^{(7)}}_{i, j} \\, {\\partial \\mathit{u\\_product\\_part}^{(2)}}_{i, j} \\\\\n{\\partial \\mathit{u\\_left\\_part}}_{i, j} &= -2 \\, {\\partial \\mathit{u\\_left}^{(6)}}_{i, j} \\, {\\mathit{u\\_left}}_{i, j} \\\\\n{\\partial w_{3}}_{j} &= \\sum_{i} {\\partial \\mathit{u\\_left\\_part}}_{i, j} \\, {\\partial \\mathit{u\\_product}^{(5)}}_{i, j} \\\\\n{\\partial \\mathit{u\\_product}^{(8)}}_{i, j} &= {\\partial \\mathit{u\\_left\\_part}}_{i, j} \\, {w_{3}}_{j} \\\\\n{\\partial w_{2}}_{k, j} &\\mathrel{+}= \\sum_{i} {\\partial \\mathit{u\\_product}^{(8)}}_{i, j} \\, {\\partial h^{(7)}}_{i, k} \\\\\n{\\partial h^{(9)}}_{i, k} &= \\sum_{j} {\\partial \\mathit{u\\_product}^{(8)}}_{i, j} \\, {w_{2}}_{k, j} \\\\\n{\\partial w_{1}}_{1, j} &\\mathrel{+}= \\sum_{i} {\\partial h^{(9)}}_{i, j} \\, {\\mathit{h\\_part\\_part}^{(2)}}_{i, j} \\\\\n{\\partial \\mathit{h\\_part\\_part}}_{i, j} &= {\\partial h^{(9)}}_{i, j} \\, {w_{1}}_{1, j} \\\\\n{\\partial \\mathit{h\\_part}^{(3)}}_{i, j} &= -2 \\, {\\partial h^{(8)}}_{i, j} \\, h_{i, j} \\\\\n{\\partial w_{1}}_{1, j} &\\mathrel{+}= \\sum_{i} {\\partial \\mathit{h\\_part}^{(3)}}_{i, j} \\, {\\partial h^{(5)}}_{i, j} \\\\\n{\\partial w_{1}}_{1, j} &\\mathrel{+}= \\sum_{i} {\\partial x^{(2)}}_{i} \\, {\\mathit{h\\_part}}_{i, j} \\\\\n{\\partial w_{1}}_{0, j} &\\mathrel{+}= \\sum_{i} \\partial r_{i} \\, {\\mathit{h\\_part}}_{i, j} \\\\\n{\\partial \\mathit{h\\_part}^{(4)}}_{i, j} &= {\\partial x^{(2)}}_{i} \\, {w_{1}}_{1, j} + \\partial r_{i} \\, {w_{1}}_{0, j} \\\\\n{\\partial h^{(10)}}_{i, j} &= {\\partial \\mathit{h\\_part}^{(3)}}_{i, j} \\, {w_{1}}_{1, j} + {\\partial \\mathit{h\\_part}^{(4)}}_{i, j} \\, {\\mathit{h\\_part\\_part}^{(2)}}_{i, j} \\\\\n{\\partial h^{(11)}}_{i, j} &= -2 \\, \\left({w_{1}}_{1, j} \\, \\left({\\partial \\mathit{u\\_xx}}_{i} \\, {\\partial h^{(6)}}_{i, j} \\, h_{i, j} + {\\partial h^{(8)}}_{i, j} \\, {\\partial h^{(5)}}_{i, j}\\right) + h_{i, j} \\, \\left({\\partial \\mathit{h\\_part}^{(4)}}_{i, j} \\, {\\partial h^{(5)}}_{i, j} + {\\partial \\mathit{h\\_part\\_part}}_{i, j}\\right)\\right) \\\\\n{\\partial w_{2}}_{k, j} &\\mathrel{+}= \\sum_{i} {\\partial h^{(10)}}_{i, k} \\, {\\partial \\mathit{u\\_product}^{(4)}}_{i, j} \\\\\n{\\partial \\mathit{u\\_product}^{(9)}}_{i, j} &= \\sum_{k} {\\partial h^{(10)}}_{i, k} \\, {w_{2}}_{k, j} \\\\\n{\\partial w_{3}}_{j} &\\mathrel{+}= \\sum_{i} {\\partial \\mathit{u\\_product}^{(9)}}_{i, j} \\, {\\partial \\mathit{u\\_product\\_part}^{(2)}}_{i, j} \\\\\n\\partial b_{3} &= \\sum_{i} {\\partial u^{(3)}}_{i} \\\\\n{\\partial \\mathit{u\\_left}^{(7)}}_{i, k} &= {\\partial u^{(3)}}_{i} \\, {w_{3}}_{k} - 2 \\, \\left({\\mathit{u\\_left}}_{i, k} \\, \\left({\\partial \\mathit{u\\_product}^{(7)}}_{i, k} \\, {\\partial \\mathit{u\\_left}^{(5)}}_{i, k} + {\\partial \\mathit{u\\_product}^{(9)}}_{i, k} \\, {w_{3}}_{k}\\right) + {\\partial \\mathit{u\\_left}^{(6)}}_{i, k} \\, {\\partial \\mathit{u\\_product}^{(5)}}_{i, k} \\, {w_{3}}_{k}\\right) \\\\\n{\\partial w_{3}}_{k} &\\mathrel{+}= \\sum_{i} {\\partial u^{(3)}}_{i} \\, {\\mathit{u\\_left}}_{i, k} \\\\\n{\\mathit{u\\_left\\_part}}_{i, j} &= {\\partial \\mathit{u\\_left}^{(7)}}_{i, j} \\, \\left(1 - {\\mathit{u\\_left}}_{i, j}\\right) \\, \\left(1 + {\\mathit{u\\_left}}_{i, j}\\right) \\\\\n{\\partial b_{2}}_{j} &= \\sum_{i} {\\mathit{u\\_left\\_part}}_{i, j} \\\\\n{\\partial h^{(11)}}_{i, k} &\\mathrel{+}= \\sum_{j} {\\mathit{u\\_left\\_part}}_{i, j} \\, {w_{2}}_{k, j} \\\\\n{\\partial w_{2}}_{k, j} &\\mathrel{+}= \\sum_{i} {\\mathit{u\\_left\\_part}}_{i, j} \\, h_{i, k} \\\\\n{\\mathit{h\\_part}^{(2)}}_{i, j} &= {\\partial h^{(11)}}_{i, j} \\, \\left(1 - h_{i, j}\\right) \\, \\left(1 + h_{i, j}\\right) \\\\\n{\\partial w_{1}}_{0, j} &\\mathrel{+}= \\sum_{i} {\\mathit{h\\_part}^{(2)}}_{i, j} \\, t_{i} \\\\\n{\\partial w_{1}}_{1, j} &\\mathrel{+}= \\sum_{i} {\\mathit{h\\_part}^{(2)}}_{i, j} \\, x_{i} \\\\\n{\\partial b_{1}}_{j} &= \\sum_{i} {\\mathit{h\\_part}^{(2)}}_{i, j} \\\\\n\\frac{\\partial \\mathit{residual}}{\\partial w_{1}} &= \\partial w_{1} \\\\\n\\frac{\\partial \\mathit{residual}}{\\partial b_{1}} &= \\partial b_{1} \\\\\n\\frac{\\partial \\mathit{residual}}{\\partial w_{2}} &= \\partial w_{2} \\\\\n\\frac{\\partial \\mathit{residual}}{\\partial b_{2}} &= \\partial b_{2} \\\\\n\\frac{\\partial \\mathit{residual}}{\\partial w_{3}} &= \\partial w_{3} \\\\\n\\frac{\\partial \\mathit{residual}}{\\partial b_{3}} &= \\partial b_{3}\n\\end{aligned}\n";
    /// How `Burgers::residual` is computed, as a graph in the DOT language, forward and backward.
    pub const RESIDUAL_DOT: &'static str = "digraph {\n    node [shape = box, fontname = \"monospace\"]\n    input0 [shape = ellipse, label = \"t[N]\"]\n    input1 [shape = ellipse, label = \"x[N]\"]\n    input2 [shape = ellipse, label = \"w1[2, 20]\"]\n    input3 [shape = ellipse, label = \"b1[20]\"]\n    input5 [shape = ellipse, label = \"w2[20, 20]\"]\n    input7 [shape = ellipse, label = \"b2[20]\"]\n    input8 [shape = ellipse, label = \"w3[20]\"]\n    input11 [shape = ellipse, label = \"b3\"]\n    subgraph cluster_forward {\n        label = \"forward\"\n        node0 [label = \"h[i, j] = tanh(t[i] · w1[0, j] + x[i] · w1[1, j] + b1[j])\"]\n        node1 [label = \"u_product[i, j] = Σ_k h[i, k] · w2[k, j]\"]\n        node2 [label = \"u_left[i, j] = tanh(u_product[i, j] + b2[j])\"]\n        node3 [label = \"u_product₂[i] = Σ_k u_left[i, k] · w3[k]\"]\n        node4 [label = \"u[i] = u_product₂[i] + b3\"]\n        node5 [label = \"d_u_product_part₂[i, j] = (1 − u_left[i, j]) · (1 + u_left[i, j])\"]\n        node6 [label = \"d_u_product₄[i, j] = w3[j] · d_u_product_part₂[i, j]\"]\n        node7 [label = \"d_h₅[i, k] = Σ_j d_u_product₄[i, j] · w2[k, j]\"]\n        node8 [label = \"h_part_part₂[i, j] = (1 − h[i, j]) · (1 + h[i, j])\"]\n        node9 [label = \"h_part[i, j] = d_h₅[i, j] · h_part_part₂[i, j]\"]\n        node10 [label = \"d_t₂[i] = Σ_j h_part[i, j] · w1[0, j]\"]\n        node11 [label = \"d_x[i] = Σ_j h_part[i, j] · w1[1, j]\"]\n        node12 [label = \"d_h₆[i, j] = −2 · w1[1, j] · d_h₅[i, j] · h[i, j]\"]\n        node13 [label = \"d_h₇[i, j] = w1[1, j] · h_part_part₂[i, j]\"]\n        node14 [label = \"d_u_product₅[i, j] = Σ_k d_h₇[i, k] · w2[k, j]\"]\n        node15 [label = \"d_u_left₅[i, j] = −2 · d_u_product₅[i, j] · w3[j] · u_left[i, j]\"]\n        node16 [label = \"d_u_product₆[i, j] = d_u_left₅[i, j] · d_u_product_part₂[i, j]\"]\n        node17 [label = \"d_h₆[i, k] += Σ_j d_u_product₆[i, j] · w2[k, j]\"]\n        node18 [label = \"u_xx[i] = Σ_j d_h₆[i, j] · (1 − h[i, j]) · (1 + h[i, j]) · w1[1, j]\"]\n        node19 [label = \"r[i] = d_t₂[i] + u[i] · d_x[i] − 0.003183098861837907 · u_xx[i]\"]\n        node20 [label = \"residual_mean = Σ_k r[k]²\"]\n        node21 [label = \"residual = residual_mean / N\"]\n    }\n    subgraph cluster_backward {\n        label = \"backward\"\n        node22 [label = \"d_residual_mean = 1 / N if N > 0 else 0\"]\n        node23 [label = \"d_r[k] = 2 · d_residual_mean · r[k]\"]\n        node24 [label = \"d_u₃[i] = d_r[i] · d_x[i]\"]\n        node25 [label = \"d_x₂[i] = d_r[i] · u[i]\"]\n        node26 [label = \"d_u_xx[i] = −0.003183098861837907 · d_r[i]\"]\n        node27 [label = \"d_w1[1, j] = Σ_i d_u_xx[i] · d_h₆[i, j] · (1 − h[i, j]) · (1 + h[i, j])\"]\n        node28 [label = \"d_h₈[i, j] = d_u_xx[i] · w1[1, j] · (1 − h[i, j]) · (1 + h[i, j])\"]\n        node29 [label = \"d_w2[k, j] = Σ_i d_h₈[i, k] · d_u_product₆[i, j]\"]\n        node30 [label = \"d_u_product₇[i, j] = Σ_k d_h₈[i, k] · w2[k, j]\"]\n        node31 [label = \"d_u_left₆[i, j] = d_u_product₇[i, j] · d_u_product_part₂[i, j]\"]\n        node32 [label = \"d_u_left_part[i, j] = −2 · d_u_left₆[i, j] · u_left[i, j]\"]\n        node33 [label = \"d_w3[j] = Σ_i d_u_left_part[i, j] · d_u_product₅[i, j]\"]\n        node34 [label = \"d_u_product₈[i, j] = d_u_left_part[i, j] · w3[j]\"]\n        node35 [label = \"d_w2[k, j] += Σ_i d_u_product₈[i, j] · d_h₇[i, k]\"]\n        node36 [label = \"d_h₉[i, k] = Σ_j d_u_product₈[i, j] · w2[k, j]\"]\n        node37 [label = \"d_w1[1, j] += Σ_i d_h₉[i, j] · h_part_part₂[i, j]\"]\n        node38 [label = \"d_h_part_part[i, j] = d_h₉[i, j] · w1[1, j]\"]\n        node39 [label = \"d_h_part₃[i, j] = −2 · d_h₈[i, j] · h[i, j]\"]\n        node40 [label = \"d_w1[1, j] += Σ_i d_h_part₃[i, j] · d_h₅[i, j]\"]\n        node41 [label = \"d_w1[1, j] += Σ_i d_x₂[i] · h_part[i, j]\"]\n        node42 [label = \"d_w1[0, j] += Σ_i d_r[i] · h_part[i, j]\"]\n        node43 [label = \"d_h_part₄[i, j] = d_x₂[i] · w1[1, j] + d_r[i] · w1[0, j]\"]\n        node44 [label = \"d_h₁₀[i, j] = d_h_part₃[i, j] · w1[1, j] + d_h_part₄[i, j] · h_part_part₂[i, j]\"]\n        node45 [label = \"d_h₁₁[i, j] = −2 · (w1[1, j] · (d_u_xx[i] · d_h₆[i, j] · h[i, j] + d_h₈[i, j] · d_h₅[i, j]) + h[i, j] · (d_h_part₄[i, j] · d_h₅[i, j] + d_h_part_part[i, j]))\"]\n        node46 [label = \"d_w2[k, j] += Σ_i d_h₁₀[i, k] · d_u_product₄[i, j]\"]\n        node47 [label = \"d_u_product₉[i, j] = Σ_k d_h₁₀[i, k] · w2[k, j]\"]\n        node48 [label = \"d_w3[j] += Σ_i d_u_product₉[i, j] · d_u_product_part₂[i, j]\"]\n        node49 [label = \"d_b3 = Σ_i d_u₃[i]\"]\n        node50 [label = \"d_u_left₇[i, k] = d_u₃[i] · w3[k] − 2 · (u_left[i, k] · (d_u_product₇[i, k] · d_u_left₅[i, k] + d_u_product₉[i, k] · w3[k]) + d_u_left₆[i, k] · d_u_product₅[i, k] · w3[k])\"]\n        node51 [label = \"d_w3[k] += Σ_i d_u₃[i] · u_left[i, k]\"]\n        node52 [label = \"u_left_part[i, j] = d_u_left₇[i, j] · (1 − u_left[i, j]) · (1 + u_left[i, j])\"]\n        node53 [label = \"d_b2[j] = Σ_i u_left_part[i, j]\"]\n        node54 [label = \"d_h₁₁[i, k] += Σ_j u_left_part[i, j] · w2[k, j]\"]\n        node55 [label = \"d_w2[k, j] += Σ_i u_left_part[i, j] · h[i, k]\"]\n        node56 [label = \"h_part₂[i, j] = d_h₁₁[i, j] · (1 − h[i, j]) · (1 + h[i, j])\"]\n        node57 [label = \"d_w1[0, j] += Σ_i h_part₂[i, j] · t[i]\"]\n        node58 [label = \"d_w1[1, j] += Σ_i h_part₂[i, j] · x[i]\"]\n        node59 [label = \"d_b1[j] = Σ_i h_part₂[i, j]\"]\n    }\n    out0 [shape = ellipse, label = \"result\"]\n    out1 [shape = ellipse, label = \"∂/∂w1\"]\n    out2 [shape = ellipse, label = \"∂/∂b1\"]\n    out3 [shape = ellipse, label = \"∂/∂w2\"]\n    out4 [shape = ellipse, label = \"∂/∂b2\"]\n    out5 [shape = ellipse, label = \"∂/∂w3\"]\n    out6 [shape = ellipse, label = \"∂/∂b3\"]\n    input0 -> node0\n    input1 -> node0\n    input2 -> node0\n    input3 -> node0\n    node0 -> node1\n    input5 -> node1\n    node1 -> node2\n    input7 -> node2\n    node2 -> node3\n    input8 -> node3\n    node3 -> node4\n    input11 -> node4\n    node2 -> node5\n    input8 -> node6\n    node5 -> node6\n    input5 -> node7\n    node6 -> node7\n    node0 -> node8\n    node7 -> node9\n    node8 -> node9\n    input2 -> node10\n    node9 -> node10\n    input2 -> node11\n    node9 -> node11\n    input2 -> node12\n    node0 -> node12\n    node7 -> node12\n    input2 -> node13\n    node8 -> node13\n    input5 -> node14\n    node13 -> node14\n    node2 -> node15\n    input8 -> node15\n    node14 -> node15\n    node15 -> node16\n    node5 -> node16\n    input5 -> node17\n    node16 -> node17\n    node12 -> node17\n    input2 -> node18\n    node0 -> node18\n    node17 -> node18\n    node4 -> node19\n    node10 -> node19\n    node11 -> node19\n    node18 -> node19\n    node19 -> node20\n    node20 -> node21\n    node19 -> node23\n    node22 -> node23\n    node11 -> node24\n    node23 -> node24\n    node4 -> node25\n    node23 -> node25\n    node23 -> node26\n    node0 -> node27\n    node17 -> node27\n    node26 -> node27\n    input2 -> node28\n    node0 -> node28\n    node26 -> node28\n    node16 -> node29\n    node28 -> node29\n    input5 -> node30\n    node28 -> node30\n    node30 -> node31\n    node5 -> node31\n    node2 -> node32\n    node31 -> node32\n    node14 -> node33\n    node32 -> node33\n    input8 -> node34\n    node32 -> node34\n    node13 -> node35\n    node34 -> node35\n    node29 -> node35\n    input5 -> node36\n    node34 -> node36\n    node8 -> node37\n    node36 -> node37\n    node27 -> node37\n    input2 -> node38\n    node36 -> node38\n    node0 -> node39\n    node28 -> node39\n    node7 -> node40\n    node39 -> node40\n    node37 -> node40\n    node9 -> node41\n    node25 -> node41\n    node40 -> node41\n    node9 -> node42\n    node23 -> node42\n    node41 -> node42\n    input2 -> node43\n    node23 -> node43\n    node25 -> node43\n    input2 -> node44\n    node8 -> node44\n    node39 -> node44\n    node43 -> node44\n    input2 -> node45\n    node0 -> node45\n    node7 -> node45\n    node17 -> node45\n    node26 -> node45\n    node28 -> node45\n    node43 -> node45\n    node38 -> node45\n    node6 -> node46\n    node44 -> node46\n    node35 -> node46\n    input5 -> node47\n    node44 -> node47\n    node47 -> node48\n    node5 -> node48\n    node33 -> node48\n    node24 -> node49\n    node2 -> node50\n    input8 -> node50\n    node14 -> node50\n    node15 -> node50\n    node30 -> node50\n    node31 -> node50\n    node47 -> node50\n    node24 -> node50\n    node2 -> node51\n    node24 -> node51\n    node48 -> node51\n    node2 -> node52\n    node50 -> node52\n    node52 -> node53\n    input5 -> node54\n    node52 -> node54\n    node45 -> node54\n    node0 -> node55\n    node52 -> node55\n    node46 -> node55\n    node0 -> node56\n    node54 -> node56\n    input0 -> node57\n    node56 -> node57\n    node42 -> node57\n    input1 -> node58\n    node56 -> node58\n    node57 -> node58\n    node56 -> node59\n    node21 -> out0\n    node58 -> out1\n    node59 -> out2\n    node55 -> out3\n    node53 -> out4\n    node51 -> out5\n    node49 -> out6\n}\n";
}
/// `Burgers::residual` gone forward, from which its gradients are computed.
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
pub struct BurgersResidualPass<'w> {
    model: &'w Burgers,
    value: f64,
    t: &'w [f64],
    x: &'w [f64],
    arena: &'w mut [f64],
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
impl BurgersResidualPass<'_> {
    /// The value of `Burgers::residual`.
    #[must_use]
    pub fn value(&self) -> f64 {
        self.value
    }
    /// Writes the gradient with respect to the parameters.
    /// Everything is overwritten, with zeros where nothing depends on it or it is frozen.
    ///
    /// ```text
    /// Given t[N], x[N], w1[2, 20], b1[20], w2[20, 20], b2[20], w3[20], b3
    ///
    /// Value
    ///     h[i, j] = tanh(t[i] · w1[0, j] + x[i] · w1[1, j] + b1[j])
    ///     u_product[i, j] = Σ_k h[i, k] · w2[k, j]
    ///     u_left[i, j] = tanh(u_product[i, j] + b2[j])
    ///     u_product₂[i] = Σ_k u_left[i, k] · w3[k]
    ///     u[i] = u_product₂[i] + b3
    ///     d_u_product_part₂[i, j] = (1 − u_left[i, j]) · (1 + u_left[i, j])
    ///     d_u_product₄[i, j] = w3[j] · d_u_product_part₂[i, j]
    ///     d_h₅[i, k] = Σ_j d_u_product₄[i, j] · w2[k, j]
    ///     h_part_part₂[i, j] = (1 − h[i, j]) · (1 + h[i, j])
    ///     h_part[i, j] = d_h₅[i, j] · h_part_part₂[i, j]
    ///     d_t₂[i] = Σ_j h_part[i, j] · w1[0, j]
    ///     d_x[i] = Σ_j h_part[i, j] · w1[1, j]
    ///     d_h₆[i, j] = −2 · w1[1, j] · d_h₅[i, j] · h[i, j]
    ///     d_h₇[i, j] = w1[1, j] · h_part_part₂[i, j]
    ///     d_u_product₅[i, j] = Σ_k d_h₇[i, k] · w2[k, j]
    ///     d_u_left₅[i, j] = −2 · d_u_product₅[i, j] · w3[j] · u_left[i, j]
    ///     d_u_product₆[i, j] = d_u_left₅[i, j] · d_u_product_part₂[i, j]
    ///     d_h₆[i, k] += Σ_j d_u_product₆[i, j] · w2[k, j]
    ///     u_xx[i] = Σ_j d_h₆[i, j] · (1 − h[i, j]) · (1 + h[i, j]) · w1[1, j]
    ///     r[i] = d_t₂[i] + u[i] · d_x[i] − 0.003183098861837907 · u_xx[i]
    ///     residual_mean = Σ_k r[k]²
    ///     residual = residual_mean / N
    ///     → residual
    ///
    /// Gradient
    ///     d_residual_mean = 1 / N if N > 0 else 0
    ///     d_r[k] = 2 · d_residual_mean · r[k]
    ///     d_u₃[i] = d_r[i] · d_x[i]
    ///     d_x₂[i] = d_r[i] · u[i]
    ///     d_u_xx[i] = −0.003183098861837907 · d_r[i]
    ///     d_w1[1, j] = Σ_i d_u_xx[i] · d_h₆[i, j] · (1 − h[i, j]) · (1 + h[i, j])
    ///     d_h₈[i, j] = d_u_xx[i] · w1[1, j] · (1 − h[i, j]) · (1 + h[i, j])
    ///     d_w2[k, j] = Σ_i d_h₈[i, k] · d_u_product₆[i, j]
    ///     d_u_product₇[i, j] = Σ_k d_h₈[i, k] · w2[k, j]
    ///     d_u_left₆[i, j] = d_u_product₇[i, j] · d_u_product_part₂[i, j]
    ///     d_u_left_part[i, j] = −2 · d_u_left₆[i, j] · u_left[i, j]
    ///     d_w3[j] = Σ_i d_u_left_part[i, j] · d_u_product₅[i, j]
    ///     d_u_product₈[i, j] = d_u_left_part[i, j] · w3[j]
    ///     d_w2[k, j] += Σ_i d_u_product₈[i, j] · d_h₇[i, k]
    ///     d_h₉[i, k] = Σ_j d_u_product₈[i, j] · w2[k, j]
    ///     d_w1[1, j] += Σ_i d_h₉[i, j] · h_part_part₂[i, j]
    ///     d_h_part_part[i, j] = d_h₉[i, j] · w1[1, j]
    ///     d_h_part₃[i, j] = −2 · d_h₈[i, j] · h[i, j]
    ///     d_w1[1, j] += Σ_i d_h_part₃[i, j] · d_h₅[i, j]
    ///     d_w1[1, j] += Σ_i d_x₂[i] · h_part[i, j]
    ///     d_w1[0, j] += Σ_i d_r[i] · h_part[i, j]
    ///     d_h_part₄[i, j] = d_x₂[i] · w1[1, j] + d_r[i] · w1[0, j]
    ///     d_h₁₀[i, j] = d_h_part₃[i, j] · w1[1, j] + d_h_part₄[i, j] · h_part_part₂[i, j]
    ///     d_h₁₁[i, j] = −2 · (w1[1, j] · (d_u_xx[i] · d_h₆[i, j] · h[i, j] + d_h₈[i, j] · d_h₅[i, j]) + h[i, j] · (d_h_part₄[i, j] · d_h₅[i, j] + d_h_part_part[i, j]))
    ///     d_w2[k, j] += Σ_i d_h₁₀[i, k] · d_u_product₄[i, j]
    ///     d_u_product₉[i, j] = Σ_k d_h₁₀[i, k] · w2[k, j]
    ///     d_w3[j] += Σ_i d_u_product₉[i, j] · d_u_product_part₂[i, j]
    ///     d_b3 = Σ_i d_u₃[i]
    ///     d_u_left₇[i, k] = d_u₃[i] · w3[k] − 2 · (u_left[i, k] · (d_u_product₇[i, k] · d_u_left₅[i, k] + d_u_product₉[i, k] · w3[k]) + d_u_left₆[i, k] · d_u_product₅[i, k] · w3[k])
    ///     d_w3[k] += Σ_i d_u₃[i] · u_left[i, k]
    ///     u_left_part[i, j] = d_u_left₇[i, j] · (1 − u_left[i, j]) · (1 + u_left[i, j])
    ///     d_b2[j] = Σ_i u_left_part[i, j]
    ///     d_h₁₁[i, k] += Σ_j u_left_part[i, j] · w2[k, j]
    ///     d_w2[k, j] += Σ_i u_left_part[i, j] · h[i, k]
    ///     h_part₂[i, j] = d_h₁₁[i, j] · (1 − h[i, j]) · (1 + h[i, j])
    ///     d_w1[0, j] += Σ_i h_part₂[i, j] · t[i]
    ///     d_w1[1, j] += Σ_i h_part₂[i, j] · x[i]
    ///     d_b1[j] = Σ_i h_part₂[i, j]
    ///     → ∂residual/∂w1 = d_w1
    ///     → ∂residual/∂b1 = d_b1
    ///     → ∂residual/∂w2 = d_w2
    ///     → ∂residual/∂b2 = d_b2
    ///     → ∂residual/∂w3 = d_w3
    ///     → ∂residual/∂b3 = d_b3
    /// ```
    #[track_caller]
    pub fn backward(self, grads: &mut Burgers) {
        let Self { model, arena, t, x, .. } = self;
        let n = t.len();
        {
            use ::chainrule::__private::{carve, kernels};
            let [h_part_part, h, d_h_2, d_u_product_3, d_h_part, d_h_4, d_h_part_2,
            d_h_6, u, d_r, d_u, d_u_xx] = carve(
                arena,
                [
                    0..n * 20,
                    n * 20..n * 40,
                    n * 160..n * 180,
                    n * 200..n * 220,
                    n * 240..n * 260,
                    n * 260..n * 280,
                    n * 280..n * 300,
                    n * 300..n * 320,
                    n * 360..n * 361,
                    n * 361..n * 362,
                    n * 362..n * 363,
                    n * 363..n * 364,
                ],
            );
            let h_part_part = &h_part_part.as_chunks::<20>().0[..n];
            let h = &h.as_chunks::<20>().0[..n];
            let d_h_2 = &d_h_2.as_chunks::<20>().0[..n];
            let d_u_product_3 = &d_u_product_3.as_chunks::<20>().0[..n];
            let d_h_part = &mut d_h_part.as_chunks_mut::<20>().0[..n];
            let d_h_4 = &mut d_h_4.as_chunks_mut::<20>().0[..n];
            let d_h_part_2 = &mut d_h_part_2.as_chunks_mut::<20>().0[..n];
            let d_h_6 = &mut d_h_6.as_chunks_mut::<20>().0[..n];
            let u = &mut u[..n];
            let d_r = &mut d_r[..n];
            let d_u = &mut d_u[..n];
            let d_u_xx = &mut d_u_xx[..n];
            let d_residual_mean = if 0 < n { 1.0 / n as f64 } else { 0.0 };
            grads.w1.as_flattened_mut().fill(0.0);
            Burgers::__compute_d_w1_2(
                n,
                &model.w1,
                d_residual_mean,
                h,
                d_h_2,
                h_part_part,
                &mut grads.w1,
                d_r,
                d_u,
                u,
                d_u_xx,
                d_h_4,
                d_h_part,
                d_h_part_2,
                d_h_6,
            );
            kernels::matmul_narrow::<
                20,
                _,
            >(
                20,
                n,
                d_h_4.as_flattened(),
                (1, 20),
                d_u_product_3.as_flattened(),
                false,
                grads.w2.as_flattened_mut(),
                false,
            );
            let [u_left, d_u_product_part, d_h_3, d_u_product_2, d_u_product_4, d_h_4,
            d_u_product_5, d_u_left_2] = carve(
                arena,
                [
                    n * 40..n * 60,
                    n * 80..n * 100,
                    n * 120..n * 140,
                    n * 180..n * 200,
                    n * 200..n * 220,
                    n * 260..n * 280,
                    n * 320..n * 340,
                    n * 340..n * 360,
                ],
            );
            let u_left = &u_left.as_chunks::<20>().0[..n];
            let d_u_product_part = &d_u_product_part.as_chunks::<20>().0[..n];
            let d_h_3 = &d_h_3.as_chunks::<20>().0[..n];
            let d_u_product_2 = &d_u_product_2.as_chunks::<20>().0[..n];
            let d_u_product_4 = &mut d_u_product_4.as_chunks_mut::<20>().0[..n];
            let d_h_4 = &d_h_4.as_chunks::<20>().0[..n];
            let d_u_product_5 = &mut d_u_product_5.as_chunks_mut::<20>().0[..n];
            let d_u_left_2 = &mut d_u_left_2.as_chunks_mut::<20>().0[..n];
            kernels::matmul_narrow::<
                20,
                _,
            >(
                n,
                20,
                d_h_4.as_flattened(),
                (20, 1),
                model.w2.as_flattened(),
                false,
                d_u_product_4.as_flattened_mut(),
                false,
            );
            grads.w3.fill(0.0);
            Burgers::__compute_d_w3_2(
                n,
                &model.w3,
                d_u_product_4,
                d_u_product_part,
                u_left,
                d_u_product_2,
                &mut grads.w3,
                d_u_left_2,
                d_u_product_5,
            );
            kernels::matmul_narrow::<
                20,
                _,
            >(
                20,
                n,
                d_h_3.as_flattened(),
                (1, 20),
                d_u_product_5.as_flattened(),
                false,
                grads.w2.as_flattened_mut(),
                true,
            );
            let [h_part_part, h, d_u_product, d_h, d_h_5, h_part, d_h_2, d_h_part, d_h_4,
            d_h_part_2, d_h_6, d_u_product_5, u, d_r, d_u_xx] = carve(
                arena,
                [
                    0..n * 20,
                    n * 20..n * 40,
                    n * 60..n * 80,
                    n * 100..n * 120,
                    n * 120..n * 140,
                    n * 140..n * 160,
                    n * 160..n * 180,
                    n * 240..n * 260,
                    n * 260..n * 280,
                    n * 280..n * 300,
                    n * 300..n * 320,
                    n * 320..n * 340,
                    n * 360..n * 361,
                    n * 361..n * 362,
                    n * 363..n * 364,
                ],
            );
            let h_part_part = &h_part_part.as_chunks::<20>().0[..n];
            let h = &h.as_chunks::<20>().0[..n];
            let d_u_product = &d_u_product.as_chunks::<20>().0[..n];
            let d_h = &d_h.as_chunks::<20>().0[..n];
            let d_h_5 = &mut d_h_5.as_chunks_mut::<20>().0[..n];
            let h_part = &h_part.as_chunks::<20>().0[..n];
            let d_h_2 = &d_h_2.as_chunks::<20>().0[..n];
            let d_h_part = &d_h_part.as_chunks::<20>().0[..n];
            let d_h_4 = &d_h_4.as_chunks::<20>().0[..n];
            let d_h_part_2 = &d_h_part_2.as_chunks::<20>().0[..n];
            let d_h_6 = &d_h_6.as_chunks::<20>().0[..n];
            let d_u_product_5 = &d_u_product_5.as_chunks::<20>().0[..n];
            let u = &u[..n];
            let d_r = &d_r[..n];
            let d_u_xx = &d_u_xx[..n];
            kernels::matmul_narrow::<
                20,
                _,
            >(
                n,
                20,
                d_u_product_5.as_flattened(),
                (20, 1),
                model.w2.as_flattened(),
                true,
                d_h_5.as_flattened_mut(),
                false,
            );
            Burgers::__compute_d_w1_2_2(n, h_part_part, d_h_5, &mut grads.w1);
            Burgers::__compute_d_w1_2_2(n, d_h, d_h_part, &mut grads.w1);
            kernels::matmul_narrow::<
                20,
                _,
            >(1, n, u, (0, 1), h_part.as_flattened(), false, &mut grads.w1[1], true);
            kernels::matmul_narrow::<
                20,
                _,
            >(1, n, d_r, (0, 1), h_part.as_flattened(), false, &mut grads.w1[0], true);
            Burgers::__compute_d_h_5(
                n,
                &model.w1,
                h,
                d_h,
                d_h_2,
                d_h_4,
                d_h_part_2,
                d_u_xx,
                d_h_5,
            );
            kernels::matmul_narrow::<
                20,
                _,
            >(
                20,
                n,
                d_h_6.as_flattened(),
                (1, 20),
                d_u_product.as_flattened(),
                false,
                grads.w2.as_flattened_mut(),
                true,
            );
            let [d_u_product_6, h, u_left, d_u_product_part, d_h_5, d_u_product_2,
            d_u_product_4, d_u_left, d_h_6, d_u_left_2, d_u] = carve(
                arena,
                [
                    0..n * 20,
                    n * 20..n * 40,
                    n * 40..n * 60,
                    n * 80..n * 100,
                    n * 120..n * 140,
                    n * 180..n * 200,
                    n * 200..n * 220,
                    n * 220..n * 240,
                    n * 300..n * 320,
                    n * 340..n * 360,
                    n * 362..n * 363,
                ],
            );
            let d_u_product_6 = &mut d_u_product_6.as_chunks_mut::<20>().0[..n];
            let h = &h.as_chunks::<20>().0[..n];
            let u_left = &u_left.as_chunks::<20>().0[..n];
            let d_u_product_part = &d_u_product_part.as_chunks::<20>().0[..n];
            let d_h_5 = &mut d_h_5.as_chunks_mut::<20>().0[..n];
            let d_u_product_2 = &d_u_product_2.as_chunks::<20>().0[..n];
            let d_u_product_4 = &d_u_product_4.as_chunks::<20>().0[..n];
            let d_u_left = &d_u_left.as_chunks::<20>().0[..n];
            let d_h_6 = &d_h_6.as_chunks::<20>().0[..n];
            let d_u_left_2 = &d_u_left_2.as_chunks::<20>().0[..n];
            let d_u = &d_u[..n];
            kernels::matmul_narrow::<
                20,
                _,
            >(
                n,
                20,
                d_h_6.as_flattened(),
                (20, 1),
                model.w2.as_flattened(),
                false,
                d_u_product_6.as_flattened_mut(),
                false,
            );
            Burgers::__compute_d_w3_2_2(
                n,
                d_u_product_6,
                d_u_product_part,
                &mut grads.w3,
            );
            Burgers::__compute_d_b3_2(n, d_u, &mut grads.b3);
            kernels::matmul_narrow::<
                20,
                _,
            >(1, n, d_u, (0, 1), u_left.as_flattened(), false, &mut grads.w3, true);
            grads.b2.fill(0.0);
            Burgers::__compute_d_b2_2(
                n,
                &model.w3,
                u_left,
                d_u_product_2,
                d_u_left,
                d_u_product_4,
                d_u_left_2,
                d_u,
                &mut grads.b2,
                d_u_product_6,
            );
            kernels::matmul_narrow::<
                20,
                _,
            >(
                n,
                20,
                d_u_product_6.as_flattened(),
                (20, 1),
                model.w2.as_flattened(),
                true,
                d_h_5.as_flattened_mut(),
                true,
            );
            kernels::matmul_narrow::<
                20,
                _,
            >(
                20,
                n,
                h.as_flattened(),
                (1, 20),
                d_u_product_6.as_flattened(),
                false,
                grads.w2.as_flattened_mut(),
                true,
            );
            grads.b1.fill(0.0);
            Burgers::__compute_d_b1_2(n, h, &mut grads.b1, d_h_5);
            kernels::matmul_narrow::<
                20,
                _,
            >(1, n, t, (0, 1), d_h_5.as_flattened(), false, &mut grads.w1[0], true);
            kernels::matmul_narrow::<
                20,
                _,
            >(1, n, x, (0, 1), d_h_5.as_flattened(), false, &mut grads.w1[1], true);
        };
    }
    /// Adds the gradient with respect to the parameters to what is there.
    #[track_caller]
    pub fn accumulate(self, grads: &mut Burgers) {
        let Self { model, arena, t, x, .. } = self;
        let n = t.len();
        {
            use ::chainrule::__private::{carve, kernels};
            let [h_part_part, h, d_h_2, d_u_product_3, d_h_part, d_h_4, d_h_part_2,
            d_h_6, u, d_r, d_u, d_u_xx] = carve(
                arena,
                [
                    0..n * 20,
                    n * 20..n * 40,
                    n * 160..n * 180,
                    n * 200..n * 220,
                    n * 240..n * 260,
                    n * 260..n * 280,
                    n * 280..n * 300,
                    n * 300..n * 320,
                    n * 360..n * 361,
                    n * 361..n * 362,
                    n * 362..n * 363,
                    n * 363..n * 364,
                ],
            );
            let h_part_part = &h_part_part.as_chunks::<20>().0[..n];
            let h = &h.as_chunks::<20>().0[..n];
            let d_h_2 = &d_h_2.as_chunks::<20>().0[..n];
            let d_u_product_3 = &d_u_product_3.as_chunks::<20>().0[..n];
            let d_h_part = &mut d_h_part.as_chunks_mut::<20>().0[..n];
            let d_h_4 = &mut d_h_4.as_chunks_mut::<20>().0[..n];
            let d_h_part_2 = &mut d_h_part_2.as_chunks_mut::<20>().0[..n];
            let d_h_6 = &mut d_h_6.as_chunks_mut::<20>().0[..n];
            let u = &mut u[..n];
            let d_r = &mut d_r[..n];
            let d_u = &mut d_u[..n];
            let d_u_xx = &mut d_u_xx[..n];
            let d_residual_mean = if 0 < n { 1.0 / n as f64 } else { 0.0 };
            Burgers::__compute_d_w1_2(
                n,
                &model.w1,
                d_residual_mean,
                h,
                d_h_2,
                h_part_part,
                &mut grads.w1,
                d_r,
                d_u,
                u,
                d_u_xx,
                d_h_4,
                d_h_part,
                d_h_part_2,
                d_h_6,
            );
            kernels::matmul_narrow::<
                20,
                _,
            >(
                20,
                n,
                d_h_4.as_flattened(),
                (1, 20),
                d_u_product_3.as_flattened(),
                false,
                grads.w2.as_flattened_mut(),
                true,
            );
            let [u_left, d_u_product_part, d_h_3, d_u_product_2, d_u_product_4, d_h_4,
            d_u_product_5, d_u_left_2] = carve(
                arena,
                [
                    n * 40..n * 60,
                    n * 80..n * 100,
                    n * 120..n * 140,
                    n * 180..n * 200,
                    n * 200..n * 220,
                    n * 260..n * 280,
                    n * 320..n * 340,
                    n * 340..n * 360,
                ],
            );
            let u_left = &u_left.as_chunks::<20>().0[..n];
            let d_u_product_part = &d_u_product_part.as_chunks::<20>().0[..n];
            let d_h_3 = &d_h_3.as_chunks::<20>().0[..n];
            let d_u_product_2 = &d_u_product_2.as_chunks::<20>().0[..n];
            let d_u_product_4 = &mut d_u_product_4.as_chunks_mut::<20>().0[..n];
            let d_h_4 = &d_h_4.as_chunks::<20>().0[..n];
            let d_u_product_5 = &mut d_u_product_5.as_chunks_mut::<20>().0[..n];
            let d_u_left_2 = &mut d_u_left_2.as_chunks_mut::<20>().0[..n];
            kernels::matmul_narrow::<
                20,
                _,
            >(
                n,
                20,
                d_h_4.as_flattened(),
                (20, 1),
                model.w2.as_flattened(),
                false,
                d_u_product_4.as_flattened_mut(),
                false,
            );
            Burgers::__compute_d_w3_2(
                n,
                &model.w3,
                d_u_product_4,
                d_u_product_part,
                u_left,
                d_u_product_2,
                &mut grads.w3,
                d_u_left_2,
                d_u_product_5,
            );
            kernels::matmul_narrow::<
                20,
                _,
            >(
                20,
                n,
                d_h_3.as_flattened(),
                (1, 20),
                d_u_product_5.as_flattened(),
                false,
                grads.w2.as_flattened_mut(),
                true,
            );
            let [h_part_part, h, d_u_product, d_h, d_h_5, h_part, d_h_2, d_h_part, d_h_4,
            d_h_part_2, d_h_6, d_u_product_5, u, d_r, d_u_xx] = carve(
                arena,
                [
                    0..n * 20,
                    n * 20..n * 40,
                    n * 60..n * 80,
                    n * 100..n * 120,
                    n * 120..n * 140,
                    n * 140..n * 160,
                    n * 160..n * 180,
                    n * 240..n * 260,
                    n * 260..n * 280,
                    n * 280..n * 300,
                    n * 300..n * 320,
                    n * 320..n * 340,
                    n * 360..n * 361,
                    n * 361..n * 362,
                    n * 363..n * 364,
                ],
            );
            let h_part_part = &h_part_part.as_chunks::<20>().0[..n];
            let h = &h.as_chunks::<20>().0[..n];
            let d_u_product = &d_u_product.as_chunks::<20>().0[..n];
            let d_h = &d_h.as_chunks::<20>().0[..n];
            let d_h_5 = &mut d_h_5.as_chunks_mut::<20>().0[..n];
            let h_part = &h_part.as_chunks::<20>().0[..n];
            let d_h_2 = &d_h_2.as_chunks::<20>().0[..n];
            let d_h_part = &d_h_part.as_chunks::<20>().0[..n];
            let d_h_4 = &d_h_4.as_chunks::<20>().0[..n];
            let d_h_part_2 = &d_h_part_2.as_chunks::<20>().0[..n];
            let d_h_6 = &d_h_6.as_chunks::<20>().0[..n];
            let d_u_product_5 = &d_u_product_5.as_chunks::<20>().0[..n];
            let u = &u[..n];
            let d_r = &d_r[..n];
            let d_u_xx = &d_u_xx[..n];
            kernels::matmul_narrow::<
                20,
                _,
            >(
                n,
                20,
                d_u_product_5.as_flattened(),
                (20, 1),
                model.w2.as_flattened(),
                true,
                d_h_5.as_flattened_mut(),
                false,
            );
            Burgers::__compute_d_w1_2_2(n, h_part_part, d_h_5, &mut grads.w1);
            Burgers::__compute_d_w1_2_2(n, d_h, d_h_part, &mut grads.w1);
            kernels::matmul_narrow::<
                20,
                _,
            >(1, n, u, (0, 1), h_part.as_flattened(), false, &mut grads.w1[1], true);
            kernels::matmul_narrow::<
                20,
                _,
            >(1, n, d_r, (0, 1), h_part.as_flattened(), false, &mut grads.w1[0], true);
            Burgers::__compute_d_h_5(
                n,
                &model.w1,
                h,
                d_h,
                d_h_2,
                d_h_4,
                d_h_part_2,
                d_u_xx,
                d_h_5,
            );
            kernels::matmul_narrow::<
                20,
                _,
            >(
                20,
                n,
                d_h_6.as_flattened(),
                (1, 20),
                d_u_product.as_flattened(),
                false,
                grads.w2.as_flattened_mut(),
                true,
            );
            let [d_u_product_6, h, u_left, d_u_product_part, d_h_5, d_u_product_2,
            d_u_product_4, d_u_left, d_h_6, d_u_left_2, d_u] = carve(
                arena,
                [
                    0..n * 20,
                    n * 20..n * 40,
                    n * 40..n * 60,
                    n * 80..n * 100,
                    n * 120..n * 140,
                    n * 180..n * 200,
                    n * 200..n * 220,
                    n * 220..n * 240,
                    n * 300..n * 320,
                    n * 340..n * 360,
                    n * 362..n * 363,
                ],
            );
            let d_u_product_6 = &mut d_u_product_6.as_chunks_mut::<20>().0[..n];
            let h = &h.as_chunks::<20>().0[..n];
            let u_left = &u_left.as_chunks::<20>().0[..n];
            let d_u_product_part = &d_u_product_part.as_chunks::<20>().0[..n];
            let d_h_5 = &mut d_h_5.as_chunks_mut::<20>().0[..n];
            let d_u_product_2 = &d_u_product_2.as_chunks::<20>().0[..n];
            let d_u_product_4 = &d_u_product_4.as_chunks::<20>().0[..n];
            let d_u_left = &d_u_left.as_chunks::<20>().0[..n];
            let d_h_6 = &d_h_6.as_chunks::<20>().0[..n];
            let d_u_left_2 = &d_u_left_2.as_chunks::<20>().0[..n];
            let d_u = &d_u[..n];
            kernels::matmul_narrow::<
                20,
                _,
            >(
                n,
                20,
                d_h_6.as_flattened(),
                (20, 1),
                model.w2.as_flattened(),
                false,
                d_u_product_6.as_flattened_mut(),
                false,
            );
            Burgers::__compute_d_w3_2_2(
                n,
                d_u_product_6,
                d_u_product_part,
                &mut grads.w3,
            );
            Burgers::__compute_d_b3_2_2(n, d_u, &mut grads.b3);
            kernels::matmul_narrow::<
                20,
                _,
            >(1, n, d_u, (0, 1), u_left.as_flattened(), false, &mut grads.w3, true);
            Burgers::__compute_d_b2_2(
                n,
                &model.w3,
                u_left,
                d_u_product_2,
                d_u_left,
                d_u_product_4,
                d_u_left_2,
                d_u,
                &mut grads.b2,
                d_u_product_6,
            );
            kernels::matmul_narrow::<
                20,
                _,
            >(
                n,
                20,
                d_u_product_6.as_flattened(),
                (20, 1),
                model.w2.as_flattened(),
                true,
                d_h_5.as_flattened_mut(),
                true,
            );
            kernels::matmul_narrow::<
                20,
                _,
            >(
                20,
                n,
                h.as_flattened(),
                (1, 20),
                d_u_product_6.as_flattened(),
                false,
                grads.w2.as_flattened_mut(),
                true,
            );
            Burgers::__compute_d_b1_2(n, h, &mut grads.b1, d_h_5);
            kernels::matmul_narrow::<
                20,
                _,
            >(1, n, t, (0, 1), d_h_5.as_flattened(), false, &mut grads.w1[0], true);
            kernels::matmul_narrow::<
                20,
                _,
            >(1, n, x, (0, 1), d_h_5.as_flattened(), false, &mut grads.w1[1], true);
        };
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
impl Burgers {
    /// Computes `h` and `h_part_part` from `w1`, `b1`, `t` and `x`.
    #[inline(always)]
    fn __compute_h(
        n: usize,
        cpu: ::chainrule::__private::kernels::Cpu,
        w1: &[[f64; 20]; 2],
        b1: &[f64; 20],
        t: &[f64],
        x: &[f64],
        h: &mut [[f64; 20]],
        h_part_part: &mut [[f64; 20]],
    ) {
        use ::chainrule::__private::{kernels, math::f64 as math};
        let t = &t[..n];
        let x = &x[..n];
        let h = &mut h[..n];
        let h_part_part = &mut h_part_part[..n];
        let w1_row = kernels::row::<32, _>(&w1[0]);
        let w1_row_2 = kernels::row::<32, _>(&w1[1]);
        let b1_row = kernels::row::<32, _>(b1);
        for i in kernels::rows(0..n) {
            let mut h_row = [0.0_f64; 32];
            let mut h_part_part_row = [0.0_f64; 32];
            for j in 0..32 {
                h_row[j] = math::tanh(
                    cpu,
                    t[i] * w1_row[j] + x[i] * w1_row_2[j] + b1_row[j],
                );
                h_part_part_row[j] = (1.0 - h_row[j]) * (1.0 + h_row[j]);
            }
            h[i].copy_from_slice(&h_row[..20]);
            h_part_part[i].copy_from_slice(&h_part_part_row[..20]);
        }
    }
    /// Computes `u_left`, `d_u_product_part` and `d_u_product` from `b2` and `w3`.
    #[inline(always)]
    fn __compute_u_left(
        n: usize,
        cpu: ::chainrule::__private::kernels::Cpu,
        b2: &[f64; 20],
        w3: &[f64; 20],
        u_left: &mut [[f64; 20]],
        d_u_product_part: &mut [[f64; 20]],
        d_u_product: &mut [[f64; 20]],
    ) {
        use ::chainrule::__private::{kernels, math::f64 as math};
        let u_left = &mut u_left[..n];
        let d_u_product_part = &mut d_u_product_part[..n];
        let d_u_product = &mut d_u_product[..n];
        let b2_row = kernels::row::<32, _>(b2);
        let w3_row = kernels::row::<32, _>(w3);
        for i in kernels::rows(0..n) {
            let mut u_left_row = kernels::row::<32, _>(&u_left[i]);
            let mut d_u_product_part_row = [0.0_f64; 32];
            let mut d_u_product_row = [0.0_f64; 32];
            for j in 0..32 {
                u_left_row[j] = math::tanh(cpu, u_left_row[j] + b2_row[j]);
                d_u_product_part_row[j] = (1.0 - u_left_row[j]) * (1.0 + u_left_row[j]);
                d_u_product_row[j] = w3_row[j] * d_u_product_part_row[j];
            }
            u_left[i].copy_from_slice(&u_left_row[..20]);
            d_u_product_part[i].copy_from_slice(&d_u_product_part_row[..20]);
            d_u_product[i].copy_from_slice(&d_u_product_row[..20]);
        }
    }
    /// Computes `u` from `b3`.
    #[inline(always)]
    fn __compute_u(n: usize, b3: f64, u: &mut [f64]) {
        let u = &mut u[..n];
        for i in 0..n {
            u[i] = u[i] + b3;
        }
    }
    /// Computes `h_part`, `d_h_2` and `d_h_3` from `w1`, `d_h`, `h_part_part` and `h`.
    #[inline(always)]
    fn __compute_h_part(
        n: usize,
        w1: &[[f64; 20]; 2],
        d_h: &[[f64; 20]],
        h_part_part: &[[f64; 20]],
        h: &[[f64; 20]],
        h_part: &mut [[f64; 20]],
        d_h_2: &mut [[f64; 20]],
        d_h_3: &mut [[f64; 20]],
    ) {
        use ::chainrule::__private::kernels;
        let d_h = &d_h[..n];
        let h_part_part = &h_part_part[..n];
        let h = &h[..n];
        let h_part = &mut h_part[..n];
        let d_h_2 = &mut d_h_2[..n];
        let d_h_3 = &mut d_h_3[..n];
        let w1_row = kernels::row::<32, _>(&w1[1]);
        for i in kernels::rows(0..n) {
            let d_h_row = kernels::row::<32, _>(&d_h[i]);
            let h_part_part_row = kernels::row::<32, _>(&h_part_part[i]);
            let mut h_part_row = [0.0_f64; 32];
            let h_row = kernels::row::<32, _>(&h[i]);
            let mut d_h_2_row = [0.0_f64; 32];
            let mut d_h_3_row = [0.0_f64; 32];
            for j in 0..32 {
                h_part_row[j] = d_h_row[j] * h_part_part_row[j];
                d_h_2_row[j] = -2.0 * (w1_row[j] * d_h_row[j] * h_row[j]);
                d_h_3_row[j] = w1_row[j] * h_part_part_row[j];
            }
            h_part[i].copy_from_slice(&h_part_row[..20]);
            d_h_2[i].copy_from_slice(&d_h_2_row[..20]);
            d_h_3[i].copy_from_slice(&d_h_3_row[..20]);
        }
    }
    /// Computes `d_u_left` and `d_u_product_3` from `w3`, `u_left`, `d_u_product_2` and `d_u_product_part`.
    #[inline(always)]
    fn __compute_d_u_left(
        n: usize,
        w3: &[f64; 20],
        u_left: &[[f64; 20]],
        d_u_product_2: &[[f64; 20]],
        d_u_product_part: &[[f64; 20]],
        d_u_left: &mut [[f64; 20]],
        d_u_product_3: &mut [[f64; 20]],
    ) {
        use ::chainrule::__private::kernels;
        let u_left = &u_left[..n];
        let d_u_product_2 = &d_u_product_2[..n];
        let d_u_product_part = &d_u_product_part[..n];
        let d_u_left = &mut d_u_left[..n];
        let d_u_product_3 = &mut d_u_product_3[..n];
        let w3_row = kernels::row::<32, _>(w3);
        for i in kernels::rows(0..n) {
            let u_left_row = kernels::row::<32, _>(&u_left[i]);
            let d_u_product_2_row = kernels::row::<32, _>(&d_u_product_2[i]);
            let mut d_u_left_row = [0.0_f64; 32];
            let d_u_product_part_row = kernels::row::<32, _>(&d_u_product_part[i]);
            let mut d_u_product_3_row = [0.0_f64; 32];
            for j in 0..32 {
                d_u_left_row[j] = -2.0
                    * (d_u_product_2_row[j] * w3_row[j] * u_left_row[j]);
                d_u_product_3_row[j] = d_u_left_row[j] * d_u_product_part_row[j];
            }
            d_u_left[i].copy_from_slice(&d_u_left_row[..20]);
            d_u_product_3[i].copy_from_slice(&d_u_product_3_row[..20]);
        }
    }
    /// Computes `residual_mean` and `d_r` from `w1`, `h`, `d_h_2`, `u` and `d_u`.
    #[inline(always)]
    fn __compute_residual_mean(
        n: usize,
        w1: &[[f64; 20]; 2],
        h: &[[f64; 20]],
        d_h_2: &[[f64; 20]],
        u: &[f64],
        d_u: &[f64],
        d_r: &mut [f64],
    ) -> f64 {
        use ::chainrule::__private::kernels;
        let h = &h[..n];
        let d_h_2 = &d_h_2[..n];
        let u = &u[..n];
        let d_u = &d_u[..n];
        let d_r = &mut d_r[..n];
        let mut residual_mean = 0.0;
        let w1_row = kernels::row::<32, _>(&w1[1]);
        for i in kernels::rows(0..n) {
            let h_row = kernels::row::<32, _>(&h[i]);
            let d_h_2_row = kernels::row::<32, _>(&d_h_2[i]);
            let u_xx = kernels::sum_of_row::<
                32,
                _,
            >(
                20,
                #[inline(always)]
                |j| d_h_2_row[j] * ((1.0 - h_row[j]) * (1.0 + h_row[j])) * w1_row[j],
            );
            d_r[i] = d_r[i] + u[i] * d_u[i] - 0.003183098861837907 * u_xx;
            residual_mean += d_r[i] * d_r[i];
        }
        residual_mean
    }
    /// Computes `d_w1_2`, `d_r`, `d_u`, `u`, `d_u_xx`, `d_h_4`, `d_h_part`, `d_h_part_2` and `d_h_6` from `w1`, `d_residual_mean`, `h`, `d_h_2` and `h_part_part`.
    fn __compute_d_w1_2(
        n: usize,
        w1: &[[f64; 20]; 2],
        d_residual_mean: f64,
        h: &[[f64; 20]],
        d_h_2: &[[f64; 20]],
        h_part_part: &[[f64; 20]],
        d_w1_2: &mut [[f64; 20]; 2],
        d_r: &mut [f64],
        d_u: &mut [f64],
        u: &mut [f64],
        d_u_xx: &mut [f64],
        d_h_4: &mut [[f64; 20]],
        d_h_part: &mut [[f64; 20]],
        d_h_part_2: &mut [[f64; 20]],
        d_h_6: &mut [[f64; 20]],
    ) {
        use ::chainrule::__private::kernels;
        kernels::in_parts(
            n,
            3752,
            (
                &h[..n],
                &d_h_2[..n],
                &h_part_part[..n],
                &mut d_r[..n],
                &mut d_u[..n],
                &mut u[..n],
                &mut d_u_xx[..n],
                &mut d_h_4[..n],
                &mut d_h_part[..n],
                &mut d_h_part_2[..n],
                &mut d_h_6[..n],
            ),
            (),
            (d_w1_2,),
            #[inline(always)]
            move |
                _,
                rows,
                (
                    h,
                    d_h_2,
                    h_part_part,
                    d_r,
                    d_u,
                    u,
                    d_u_xx,
                    d_h_4,
                    d_h_part,
                    d_h_part_2,
                    d_h_6,
                ),
                (),
                (d_w1_2,)|
            {
                let h = &h[..rows];
                let d_h_2 = &d_h_2[..rows];
                let h_part_part = &h_part_part[..rows];
                let d_r = &mut d_r[..rows];
                let d_u = &mut d_u[..rows];
                let u = &mut u[..rows];
                let d_u_xx = &mut d_u_xx[..rows];
                let d_h_4 = &mut d_h_4[..rows];
                let d_h_part = &mut d_h_part[..rows];
                let d_h_part_2 = &mut d_h_part_2[..rows];
                let d_h_6 = &mut d_h_6[..rows];
                let mut w1_row = kernels::row::<32, _>(&d_w1_2[1]);
                let w1_row_2 = kernels::row::<32, _>(&w1[1]);
                let w1_row_3 = kernels::row::<32, _>(&w1[0]);
                for k in kernels::rows(0..rows) {
                    d_r[k] = 2.0 * (d_residual_mean * d_r[k]);
                    d_u[k] = d_r[k] * d_u[k];
                    u[k] = d_r[k] * u[k];
                    d_u_xx[k] = -0.003183098861837907 * d_r[k];
                    let h_row = kernels::row::<32, _>(&h[k]);
                    let d_h_2_row = kernels::row::<32, _>(&d_h_2[k]);
                    let mut d_h_4_row = [0.0_f64; 32];
                    let mut d_h_part_row = [0.0_f64; 32];
                    let mut d_h_part_2_row = [0.0_f64; 32];
                    let h_part_part_row = kernels::row::<32, _>(&h_part_part[k]);
                    let mut d_h_6_row = [0.0_f64; 32];
                    for j in 0..32 {
                        w1_row[j]
                            += d_u_xx[k]
                                * (d_h_2_row[j] * ((1.0 - h_row[j]) * (1.0 + h_row[j])));
                        d_h_4_row[j] = d_u_xx[k] * w1_row_2[j]
                            * ((1.0 - h_row[j]) * (1.0 + h_row[j]));
                        d_h_part_row[j] = -2.0 * (d_h_4_row[j] * h_row[j]);
                        d_h_part_2_row[j] = u[k] * w1_row_2[j] + d_r[k] * w1_row_3[j];
                        d_h_6_row[j] = d_h_part_row[j] * w1_row_2[j]
                            + d_h_part_2_row[j] * h_part_part_row[j];
                    }
                    d_h_4[k].copy_from_slice(&d_h_4_row[..20]);
                    d_h_part[k].copy_from_slice(&d_h_part_row[..20]);
                    d_h_part_2[k].copy_from_slice(&d_h_part_2_row[..20]);
                    d_h_6[k].copy_from_slice(&d_h_6_row[..20]);
                }
                d_w1_2[1].copy_from_slice(&w1_row[..20]);
            },
        )
    }
    /// Computes `d_w3_2`, `d_u_left_2` and `d_u_product_5` from `w3`, `d_u_product_4`, `d_u_product_part`, `u_left` and `d_u_product_2`.
    fn __compute_d_w3_2(
        n: usize,
        w3: &[f64; 20],
        d_u_product_4: &[[f64; 20]],
        d_u_product_part: &[[f64; 20]],
        u_left: &[[f64; 20]],
        d_u_product_2: &[[f64; 20]],
        d_w3_2: &mut [f64; 20],
        d_u_left_2: &mut [[f64; 20]],
        d_u_product_5: &mut [[f64; 20]],
    ) {
        use ::chainrule::__private::kernels;
        kernels::in_parts(
            n,
            1440,
            (
                &d_u_product_4[..n],
                &d_u_product_part[..n],
                &u_left[..n],
                &d_u_product_2[..n],
                &mut d_u_left_2[..n],
                &mut d_u_product_5[..n],
            ),
            (),
            (d_w3_2,),
            #[inline(always)]
            move |
                _,
                rows,
                (
                    d_u_product_4,
                    d_u_product_part,
                    u_left,
                    d_u_product_2,
                    d_u_left_2,
                    d_u_product_5,
                ),
                (),
                (d_w3_2,)|
            {
                let d_u_product_4 = &d_u_product_4[..rows];
                let d_u_product_part = &d_u_product_part[..rows];
                let u_left = &u_left[..rows];
                let d_u_product_2 = &d_u_product_2[..rows];
                let d_u_left_2 = &mut d_u_left_2[..rows];
                let d_u_product_5 = &mut d_u_product_5[..rows];
                let mut w3_row = kernels::row::<32, _>(d_w3_2);
                let w3_row_2 = kernels::row::<32, _>(w3);
                for i in kernels::rows(0..rows) {
                    let d_u_product_4_row = kernels::row::<32, _>(&d_u_product_4[i]);
                    let d_u_product_part_row = kernels::row::<
                        32,
                        _,
                    >(&d_u_product_part[i]);
                    let mut d_u_left_2_row = [0.0_f64; 32];
                    let u_left_row = kernels::row::<32, _>(&u_left[i]);
                    let d_u_product_2_row = kernels::row::<32, _>(&d_u_product_2[i]);
                    let mut d_u_product_5_row = [0.0_f64; 32];
                    for j in 0..32 {
                        d_u_left_2_row[j] = d_u_product_4_row[j]
                            * d_u_product_part_row[j];
                        let d_u_left_part = -2.0 * (d_u_left_2_row[j] * u_left_row[j]);
                        w3_row[j] += d_u_left_part * d_u_product_2_row[j];
                        d_u_product_5_row[j] = d_u_left_part * w3_row_2[j];
                    }
                    d_u_left_2[i].copy_from_slice(&d_u_left_2_row[..20]);
                    d_u_product_5[i].copy_from_slice(&d_u_product_5_row[..20]);
                }
                d_w3_2.copy_from_slice(&w3_row[..20]);
            },
        )
    }
    /// Computes `d_w1_2` from `h_part_part` and `d_h_5`.
    fn __compute_d_w1_2_2(
        n: usize,
        h_part_part: &[[f64; 20]],
        d_h_5: &[[f64; 20]],
        d_w1_2: &mut [[f64; 20]; 2],
    ) {
        use ::chainrule::__private::kernels;
        kernels::in_parts(
            n,
            320,
            (&h_part_part[..n], &d_h_5[..n]),
            (),
            (d_w1_2,),
            #[inline(always)]
            move |_, rows, (h_part_part, d_h_5), (), (d_w1_2,)| {
                let h_part_part = &h_part_part[..rows];
                let d_h_5 = &d_h_5[..rows];
                let mut w1_row = kernels::row::<32, _>(&d_w1_2[1]);
                for i in kernels::rows(0..rows) {
                    let h_part_part_row = kernels::row::<32, _>(&h_part_part[i]);
                    let d_h_5_row = kernels::row::<32, _>(&d_h_5[i]);
                    for j in 0..32 {
                        w1_row[j] += d_h_5_row[j] * h_part_part_row[j];
                    }
                }
                d_w1_2[1].copy_from_slice(&w1_row[..20]);
            },
        )
    }
    /// Computes `d_h_5` from `w1`, `h`, `d_h`, `d_h_2`, `d_h_4`, `d_h_part_2` and `d_u_xx`.
    fn __compute_d_h_5(
        n: usize,
        w1: &[[f64; 20]; 2],
        h: &[[f64; 20]],
        d_h: &[[f64; 20]],
        d_h_2: &[[f64; 20]],
        d_h_4: &[[f64; 20]],
        d_h_part_2: &[[f64; 20]],
        d_u_xx: &[f64],
        d_h_5: &mut [[f64; 20]],
    ) {
        use ::chainrule::__private::kernels;
        kernels::in_parts(
            n,
            1920,
            (
                &h[..n],
                &d_h[..n],
                &d_h_2[..n],
                &d_h_4[..n],
                &d_h_part_2[..n],
                &d_u_xx[..n],
                &mut d_h_5[..n],
            ),
            (),
            (),
            #[inline(always)]
            move |_, rows, (h, d_h, d_h_2, d_h_4, d_h_part_2, d_u_xx, d_h_5), (), ()| {
                let h = &h[..rows];
                let d_h = &d_h[..rows];
                let d_h_2 = &d_h_2[..rows];
                let d_h_4 = &d_h_4[..rows];
                let d_h_part_2 = &d_h_part_2[..rows];
                let d_u_xx = &d_u_xx[..rows];
                let d_h_5 = &mut d_h_5[..rows];
                let w1_row = kernels::row::<32, _>(&w1[1]);
                for i in kernels::rows(0..rows) {
                    let h_row = kernels::row::<32, _>(&h[i]);
                    let d_h_row = kernels::row::<32, _>(&d_h[i]);
                    let d_h_2_row = kernels::row::<32, _>(&d_h_2[i]);
                    let mut d_h_5_row = kernels::row::<32, _>(&d_h_5[i]);
                    let d_h_4_row = kernels::row::<32, _>(&d_h_4[i]);
                    let d_h_part_2_row = kernels::row::<32, _>(&d_h_part_2[i]);
                    for j in 0..32 {
                        d_h_5_row[j] = -2.0
                            * (w1_row[j]
                                * (d_u_xx[i] * d_h_2_row[j] * h_row[j]
                                    + d_h_4_row[j] * d_h_row[j])
                                + h_row[j]
                                    * (d_h_part_2_row[j] * d_h_row[j]
                                        + d_h_5_row[j] * w1_row[j]));
                    }
                    d_h_5[i].copy_from_slice(&d_h_5_row[..20]);
                }
            },
        )
    }
    /// Computes `d_w3_2` from `d_u_product_6` and `d_u_product_part`.
    fn __compute_d_w3_2_2(
        n: usize,
        d_u_product_6: &[[f64; 20]],
        d_u_product_part: &[[f64; 20]],
        d_w3_2: &mut [f64; 20],
    ) {
        use ::chainrule::__private::kernels;
        kernels::in_parts(
            n,
            320,
            (&d_u_product_6[..n], &d_u_product_part[..n]),
            (),
            (d_w3_2,),
            #[inline(always)]
            move |_, rows, (d_u_product_6, d_u_product_part), (), (d_w3_2,)| {
                let d_u_product_6 = &d_u_product_6[..rows];
                let d_u_product_part = &d_u_product_part[..rows];
                let mut w3_row = kernels::row::<32, _>(d_w3_2);
                for i in kernels::rows(0..rows) {
                    let d_u_product_6_row = kernels::row::<32, _>(&d_u_product_6[i]);
                    let d_u_product_part_row = kernels::row::<
                        32,
                        _,
                    >(&d_u_product_part[i]);
                    for j in 0..32 {
                        w3_row[j] += d_u_product_6_row[j] * d_u_product_part_row[j];
                    }
                }
                d_w3_2.copy_from_slice(&w3_row[..20]);
            },
        )
    }
    /// Computes `d_b3_2` from `d_u`.
    fn __compute_d_b3_2(n: usize, d_u: &[f64], d_b3_2: &mut f64) {
        use ::chainrule::__private::kernels;
        ::chainrule::__private::vectorised(
            #[inline(always)]
            move |_| {
                let d_u = &d_u[..n];
                *d_b3_2 = kernels::sum_of(n, #[inline(always)] |i| d_u[i]);
            },
        )
    }
    /// Computes `d_b2_2` and `d_u_product_6` from `w3`, `u_left`, `d_u_product_2`, `d_u_left`, `d_u_product_4`, `d_u_left_2` and `d_u`.
    fn __compute_d_b2_2(
        n: usize,
        w3: &[f64; 20],
        u_left: &[[f64; 20]],
        d_u_product_2: &[[f64; 20]],
        d_u_left: &[[f64; 20]],
        d_u_product_4: &[[f64; 20]],
        d_u_left_2: &[[f64; 20]],
        d_u: &[f64],
        d_b2_2: &mut [f64; 20],
        d_u_product_6: &mut [[f64; 20]],
    ) {
        use ::chainrule::__private::kernels;
        kernels::in_parts(
            n,
            2560,
            (
                &u_left[..n],
                &d_u_product_2[..n],
                &d_u_left[..n],
                &d_u_product_4[..n],
                &d_u_left_2[..n],
                &d_u[..n],
                &mut d_u_product_6[..n],
            ),
            (),
            (d_b2_2,),
            #[inline(always)]
            move |
                _,
                rows,
                (
                    u_left,
                    d_u_product_2,
                    d_u_left,
                    d_u_product_4,
                    d_u_left_2,
                    d_u,
                    d_u_product_6,
                ),
                (),
                (d_b2_2,)|
            {
                let u_left = &u_left[..rows];
                let d_u_product_2 = &d_u_product_2[..rows];
                let d_u_left = &d_u_left[..rows];
                let d_u_product_4 = &d_u_product_4[..rows];
                let d_u_left_2 = &d_u_left_2[..rows];
                let d_u = &d_u[..rows];
                let d_u_product_6 = &mut d_u_product_6[..rows];
                let w3_row = kernels::row::<32, _>(w3);
                let mut b2_row = kernels::row::<32, _>(d_b2_2);
                for i in kernels::rows(0..rows) {
                    let u_left_row = kernels::row::<32, _>(&u_left[i]);
                    let d_u_product_2_row = kernels::row::<32, _>(&d_u_product_2[i]);
                    let d_u_left_row = kernels::row::<32, _>(&d_u_left[i]);
                    let d_u_product_4_row = kernels::row::<32, _>(&d_u_product_4[i]);
                    let d_u_left_2_row = kernels::row::<32, _>(&d_u_left_2[i]);
                    let mut d_u_product_6_row = kernels::row::<32, _>(&d_u_product_6[i]);
                    for j in 0..32 {
                        d_u_product_6_row[j] = (-2.0
                            * (u_left_row[j]
                                * (d_u_product_4_row[j] * d_u_left_row[j]
                                    + d_u_product_6_row[j] * w3_row[j])
                                + d_u_left_2_row[j] * d_u_product_2_row[j] * w3_row[j])
                            + d_u[i] * w3_row[j])
                            * ((1.0 - u_left_row[j]) * (1.0 + u_left_row[j]));
                        b2_row[j] += d_u_product_6_row[j];
                    }
                    d_u_product_6[i].copy_from_slice(&d_u_product_6_row[..20]);
                }
                d_b2_2.copy_from_slice(&b2_row[..20]);
            },
        )
    }
    /// Computes `d_b1_2` and `d_h_5` from `h`.
    fn __compute_d_b1_2(
        n: usize,
        h: &[[f64; 20]],
        d_b1_2: &mut [f64; 20],
        d_h_5: &mut [[f64; 20]],
    ) {
        use ::chainrule::__private::kernels;
        kernels::in_parts(
            n,
            960,
            (&h[..n], &mut d_h_5[..n]),
            (),
            (d_b1_2,),
            #[inline(always)]
            move |_, rows, (h, d_h_5), (), (d_b1_2,)| {
                let h = &h[..rows];
                let d_h_5 = &mut d_h_5[..rows];
                let mut b1_row = kernels::row::<32, _>(d_b1_2);
                for i in kernels::rows(0..rows) {
                    let h_row = kernels::row::<32, _>(&h[i]);
                    let mut d_h_5_row = kernels::row::<32, _>(&d_h_5[i]);
                    for j in 0..32 {
                        d_h_5_row[j] = d_h_5_row[j]
                            * ((1.0 - h_row[j]) * (1.0 + h_row[j]));
                        b1_row[j] += d_h_5_row[j];
                    }
                    d_h_5[i].copy_from_slice(&d_h_5_row[..20]);
                }
                d_b1_2.copy_from_slice(&b1_row[..20]);
            },
        )
    }
    /// Computes `h` from `w1`, `b1`, `t` and `x`.
    #[inline(always)]
    fn __compute_h_2(
        n: usize,
        cpu: ::chainrule::__private::kernels::Cpu,
        w1: &[[f64; 20]; 2],
        b1: &[f64; 20],
        t: &[f64],
        x: &[f64],
        h: &mut [[f64; 20]],
    ) {
        use ::chainrule::__private::{kernels, math::f64 as math};
        let t = &t[..n];
        let x = &x[..n];
        let h = &mut h[..n];
        let w1_row = kernels::row::<32, _>(&w1[0]);
        let w1_row_2 = kernels::row::<32, _>(&w1[1]);
        let b1_row = kernels::row::<32, _>(b1);
        for i in kernels::rows(0..n) {
            let mut h_row = [0.0_f64; 32];
            for j in 0..32 {
                h_row[j] = math::tanh(
                    cpu,
                    t[i] * w1_row[j] + x[i] * w1_row_2[j] + b1_row[j],
                );
            }
            h[i].copy_from_slice(&h_row[..20]);
        }
    }
    /// Computes `u_left` and `d_u_product` from `b2` and `w3`.
    #[inline(always)]
    fn __compute_u_left_2(
        n: usize,
        cpu: ::chainrule::__private::kernels::Cpu,
        b2: &[f64; 20],
        w3: &[f64; 20],
        u_left: &mut [[f64; 20]],
        d_u_product: &mut [[f64; 20]],
    ) {
        use ::chainrule::__private::{kernels, math::f64 as math};
        let u_left = &mut u_left[..n];
        let d_u_product = &mut d_u_product[..n];
        let b2_row = kernels::row::<32, _>(b2);
        let w3_row = kernels::row::<32, _>(w3);
        for i in kernels::rows(0..n) {
            let mut u_left_row = kernels::row::<32, _>(&u_left[i]);
            let mut d_u_product_row = [0.0_f64; 32];
            for j in 0..32 {
                u_left_row[j] = math::tanh(cpu, u_left_row[j] + b2_row[j]);
                d_u_product_row[j] = w3_row[j]
                    * ((1.0 - u_left_row[j]) * (1.0 + u_left_row[j]));
            }
            u_left[i].copy_from_slice(&u_left_row[..20]);
            d_u_product[i].copy_from_slice(&d_u_product_row[..20]);
        }
    }
    /// Computes `h_part`, `d_h` and `d_h_2` from `w1` and `h`.
    #[inline(always)]
    fn __compute_h_part_2(
        n: usize,
        w1: &[[f64; 20]; 2],
        h: &[[f64; 20]],
        h_part: &mut [[f64; 20]],
        d_h: &mut [[f64; 20]],
        d_h_2: &mut [[f64; 20]],
    ) {
        use ::chainrule::__private::kernels;
        let h = &h[..n];
        let h_part = &mut h_part[..n];
        let d_h = &mut d_h[..n];
        let d_h_2 = &mut d_h_2[..n];
        let w1_row = kernels::row::<32, _>(&w1[1]);
        for i in kernels::rows(0..n) {
            let h_row = kernels::row::<32, _>(&h[i]);
            let mut h_part_row = kernels::row::<32, _>(&h_part[i]);
            let mut d_h_row = [0.0_f64; 32];
            let mut d_h_2_row = [0.0_f64; 32];
            for j in 0..32 {
                d_h_row[j] = -2.0 * (w1_row[j] * h_part_row[j] * h_row[j]);
                h_part_row[j] = h_part_row[j] * ((1.0 - h_row[j]) * (1.0 + h_row[j]));
                d_h_2_row[j] = w1_row[j] * ((1.0 - h_row[j]) * (1.0 + h_row[j]));
            }
            h_part[i].copy_from_slice(&h_part_row[..20]);
            d_h[i].copy_from_slice(&d_h_row[..20]);
            d_h_2[i].copy_from_slice(&d_h_2_row[..20]);
        }
    }
    /// Computes `d_u_product_2` from `w3` and `u_left`.
    #[inline(always)]
    fn __compute_d_u_product_2(
        n: usize,
        w3: &[f64; 20],
        u_left: &[[f64; 20]],
        d_u_product_2: &mut [[f64; 20]],
    ) {
        use ::chainrule::__private::kernels;
        let u_left = &u_left[..n];
        let d_u_product_2 = &mut d_u_product_2[..n];
        let w3_row = kernels::row::<32, _>(w3);
        for i in kernels::rows(0..n) {
            let u_left_row = kernels::row::<32, _>(&u_left[i]);
            let mut d_u_product_2_row = kernels::row::<32, _>(&d_u_product_2[i]);
            for j in 0..32 {
                d_u_product_2_row[j] = -2.0
                    * (d_u_product_2_row[j] * w3_row[j] * u_left_row[j])
                    * ((1.0 - u_left_row[j]) * (1.0 + u_left_row[j]));
            }
            d_u_product_2[i].copy_from_slice(&d_u_product_2_row[..20]);
        }
    }
    /// Computes `residual_mean` from `w1`, `h`, `d_h`, `d_t`, `u_product`, `b3` and `d_x`.
    #[inline(always)]
    fn __compute_residual_mean_2(
        n: usize,
        w1: &[[f64; 20]; 2],
        h: &[[f64; 20]],
        d_h: &[[f64; 20]],
        d_t: &[f64],
        u_product: &[f64],
        b3: f64,
        d_x: &[f64],
    ) -> f64 {
        use ::chainrule::__private::kernels;
        let h = &h[..n];
        let d_h = &d_h[..n];
        let d_t = &d_t[..n];
        let u_product = &u_product[..n];
        let d_x = &d_x[..n];
        let mut residual_mean = 0.0;
        let w1_row = kernels::row::<32, _>(&w1[1]);
        for i in kernels::rows(0..n) {
            let h_row = kernels::row::<32, _>(&h[i]);
            let d_h_row = kernels::row::<32, _>(&d_h[i]);
            let u_xx = kernels::sum_of_row::<
                32,
                _,
            >(
                20,
                #[inline(always)]
                |j| d_h_row[j] * ((1.0 - h_row[j]) * (1.0 + h_row[j])) * w1_row[j],
            );
            let difference = d_t[i] + (u_product[i] + b3) * d_x[i]
                - 0.003183098861837907 * u_xx;
            residual_mean += difference * difference;
        }
        residual_mean
    }
    /// Computes `d_b3_2` from `d_u`.
    fn __compute_d_b3_2_2(n: usize, d_u: &[f64], d_b3_2: &mut f64) {
        use ::chainrule::__private::kernels;
        ::chainrule::__private::vectorised(
            #[inline(always)]
            move |_| {
                let d_u = &d_u[..n];
                *d_b3_2 += kernels::sum_of(n, #[inline(always)] |i| d_u[i]);
            },
        )
    }
}
