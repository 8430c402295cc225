//! Parameters whose gradient is a product of matrices, updated as it is computed.

use super::{Optimiser, Rule};
use crate::Float;
use crate::kernels::{Cpu, Runs, matmul_runs, vectorised};

/// A row of at least so many parameters is worth a loop of its own.
const LONG: usize = 64;
/// So many rows are worth being taken as if they were none.
const FLAT: usize = 32;

/// [`Optimiser::update`] by the gradient A B, `m` × `n` from `m` × `k` and `k` × `n`, which never exists
/// as a whole.
///
/// Strides are those of [`matmul`](crate::kernels::matmul()). The rows of the parameters are contiguous.
///
/// # Panics
/// If a slice is too short for its sizes and strides, if there are not `m` · `n` parameters, or if they reach
/// beyond what [`begin`](Optimiser::begin) announced.
// One instance for each optimiser, not for each call.
#[inline(never)]
#[track_caller]
#[allow(clippy::too_many_arguments)]
pub fn update_by_product<F: Float>(
    optimiser: &mut impl Optimiser<F>,
    offset: usize,
    parameters: &mut [F],
    m: usize,
    n: usize,
    k: usize,
    a: &[F],
    a_strides: (usize, usize),
    b: &[F],
    b_strides: (usize, usize),
) {
    assert!(parameters.len() == m * n, "update_by_product: {} parameters, not {m} x {n}", parameters.len());
    let rule = optimiser.prepare(offset, parameters.len());
    if k == 1 && n >= LONG && b_strides.1 == 1 {
        let (column, row) = (&a[..m.saturating_sub(1) * a_strides.0 + usize::from(m > 0)], &b[..n]);
        vectorised_with(
            rule,
            #[inline(always)]
            |_, rule| outer(parameters, column, a_strides.0, row, rule),
        );
        return;
    }
    matmul_runs(m, n, k, a, a_strides, b, b_strides, Update { parameters, rule });
}

/// [`update_by_product`] where the number of columns is known, and those of B are contiguous: with k = 1, a loop over
/// rows whose length the compiler knows.
///
/// # Panics
/// As [`update_by_product`].
#[inline]
#[track_caller]
#[allow(clippy::too_many_arguments)]
pub fn update_by_narrow_product<const N: usize, F: Float>(
    optimiser: &mut impl Optimiser<F>,
    offset: usize,
    parameters: &mut [F],
    m: usize,
    k: usize,
    a: &[F],
    a_strides: (usize, usize),
    b: &[F],
    b_row_stride: usize,
) {
    if k != 1 {
        let b_strides = (b_row_stride, 1);
        return update_by_product(optimiser, offset, parameters, m, N, k, a, a_strides, b, b_strides);
    }
    let len = parameters.len();
    assert!(len == m * N, "update_by_narrow_product: {len} parameters, not {m} x {N}");
    let rule = optimiser.prepare(offset, len);
    let rows = parameters.as_chunks_mut().0;
    let row = b.first_chunk().expect("update_by_narrow_product: a row of `b`");
    vectorised_with(
        rule,
        #[inline(always)]
        |cpu, rule| narrow_outer::<N, F>(cpu, rows, a, a_strides.0, row, rule),
    );
}

/// What the elements of the gradient change.
struct Update<'a, F, R> {
    parameters: &'a mut [F],
    rule: R,
}

impl<F: Float, R: Rule<F>> Runs<F> for Update<'_, F, R> {
    #[inline(always)]
    fn each(&mut self, start: usize, gradient: &mut [F]) {
        let parameters = &mut self.parameters[start..start + gradient.len()];
        self.rule.apply(start, parameters, gradient.iter().copied());
    }

    fn split(self, at: usize) -> Result<(impl Runs<F> + Send, impl Runs<F> + Send), Self> {
        let Self { parameters, rule } = self;
        match rule.split(at) {
            Ok((before, behind)) => {
                let (first, second) = parameters.split_at_mut(at);
                Ok((Update { parameters: first, rule: before }, Update { parameters: second, rule: behind }))
            }
            Err(rule) => Err(Self { parameters, rule }),
        }
    }
}

/// [`vectorised`], with the rule as a value: by reference it costs a third more instructions, since its constants may
/// change with the parameters.
#[inline(always)]
fn vectorised_with<R>(rule: R, mut work: impl FnMut(Cpu, R)) {
    let mut rule = Some(rule);
    vectorised(
        #[inline(always)]
        |cpu| {
            if let Some(rule) = rule.take() {
                work(cpu, rule);
            }
        },
    );
}

/// The gradient is a column, of which elements lie a stride apart, times a row: it is never stored at all.
///
/// From the last row on: what the forward pass has read last is still next to the CPU, and what is written last is what
/// the next one reads first.
// Slices as arguments, which the compiler knows to be apart.
#[inline(always)]
fn outer<F: Float>(parameters: &mut [F], column: &[F], stride: usize, row: &[F], mut rule: impl Rule<F>) {
    // `enumerate().rev()` takes a twelfth more instructions.
    let mut rows = parameters.chunks_exact_mut(row.len());
    let mut i = rows.len();
    while let Some(parameters) = rows.next_back() {
        i -= 1;
        let x = column[i * stride];
        let gradients = row.iter().map(
            #[inline(always)]
            |&y| x * y,
        );
        rule.apply(i * row.len(), parameters, gradients);
    }
}

/// As [`outer`], of rows of `N`, and from the last on too, but for those that are no whole block. A row's gradients stand
/// in an array before the rule takes them: taken from an iterator, as there, or with a length that is not part of a type,
/// they cost two to three times as many instructions.
#[inline(always)]
fn narrow_outer<const N: usize, F: Float>(
    cpu: Cpu,
    rows: &mut [[F; N]],
    column: &[F],
    stride: usize,
    row: &[F; N],
    mut rule: impl Rule<F>,
) {
    let (count, mut done) = (rows.len(), 0);
    if stride == 1 && count >= FLAT {
        done = F::outer_flat(
            cpu,
            &column[..count],
            row,
            #[inline(always)]
            |start, gradients| {
                let parameters = &mut rows.as_flattened_mut()[start..start + gradients.len()];
                rule.apply(start, parameters, gradients.iter().copied());
            },
        );
    }
    for (i, parameters) in rows.iter_mut().enumerate().skip(done).rev() {
        let x = column[i * stride];
        let mut gradients = *row;
        for gradient in &mut gradients {
            *gradient = x * *gradient;
        }
        rule.apply(i * N, parameters, gradients.into_iter());
    }
}
