//! What is worth several threads, and where it is divided, under the feature `rayon`.
//!
//! Where work is divided depends on sizes alone; whether a product is, on who has nothing to do. Every element of one is
//! computed as it would be by a single thread, and sums over rows, or over the rows of weights, are divided in any case:
//! the same bits with any number of threads. No two threads write the same element at a time.
//!
//! What a core has written, another reads from its cache at a sixth of the speed of its own. So weights stay where they
//! are: who updates some of their rows ([`first_half`]) is who reads them in every product with them.

use super::contract::Contraction;
use super::matmul::Product;
use crate::Float;

/// Computes a product, by several threads where that is worth it.
///
/// # Safety
/// As [`MatmulFloat::multiply`](super::MatmulFloat::multiply).
#[inline]
pub(super) unsafe fn multiply<F: Float>(product: Product<F>) {
    // SAFETY: the caller's.
    unsafe {
        #[cfg(feature = "rayon")]
        several::multiply(product);
        #[cfg(not(feature = "rayon"))]
        F::multiply(product);
    }
}

/// Computes a product as [`multiply`] does, by one thread: sums that are divided in any case are divided.
///
/// # Safety
/// As [`multiply`].
#[cfg(test)]
pub(super) unsafe fn alone<F: Float>(product: Product<F>) {
    // SAFETY: the caller's.
    unsafe {
        #[cfg(feature = "rayon")]
        several::alone(product);
        #[cfg(not(feature = "rayon"))]
        F::multiply(product);
    }
}

/// Computes a contraction, by several threads where that is worth it.
///
/// # Safety
/// As [`MatmulFloat::contract`](super::MatmulFloat::contract).
#[inline]
pub(super) unsafe fn contract<F: Float>(contraction: Contraction<F>) {
    #[cfg(feature = "rayon")]
    if let Some(parts) = several::parts_of_contraction(&contraction) {
        // SAFETY: parts of the contraction, whose elements of C are different; the rest is the caller's.
        return unsafe { several::both(parts, |part| contract(part)) };
    }
    // SAFETY: the caller's.
    unsafe { F::contract(contraction) }
}

#[cfg(feature = "rayon")]
pub(super) use several::{
    Narrow, apart, divides, finds_help, first_half, is_worth_two, middle_row, of_narrow,
};

#[cfg(feature = "rayon")]
mod several {
    use std::sync::OnceLock;

    use super::{Contraction, Float, Product};
    use crate::kernels::narrow::{FEW, HEIGHT};
    use crate::kernels::team;
    use crate::kernels::tile::{TALL, WIDE};

    /// How many multiplications are worth a thread that waits for work: to hand over a part and to hear that it
    /// is done takes half a µs, in which one core does fifty thousand.
    const WORTH: usize = 1 << 16;
    /// As many times that many are worth to wake one.
    const ASLEEP: usize = 16;
    /// A byte that a part has for itself takes as long as so many.
    const BYTE: u64 = 4;

    /// Parts of products are whole tiles, so that what is left over is what a single thread has left over; parts of loops
    /// over rows have a multiple of so many.
    const SHORT: usize = 4;

    /// What is handed to another thread.
    struct Part<T>(T);

    // SAFETY: `apart` asks for it.
    unsafe impl<T> Send for Part<T> {}

    /// Whether so many multiplications are worth two threads, and there is another that does nothing.
    pub fn is_worth_two(multiplications: usize) -> bool {
        multiplications >= 2 * worth() && finds_help(multiplications)
    }

    /// Whether there is a thread that does nothing: one that is awake, or one that sleeps and has been woken now, since so
    /// many multiplications are worth that.
    pub fn finds_help(multiplications: usize) -> bool {
        team::has_idle() || multiplications >= 2 * ASLEEP * worth() && team::call()
    }

    /// Whether so many rows, each of so many multiplications, are computed in two parts, of which one has so many bytes of
    /// its own: they are set to zero, and added up.
    pub fn divides(count: usize, multiplications: u64, bytes: usize) -> bool {
        // Of what is worth it, as much as of `WORTH`.
        let worth = worth() as u64;
        let part = worth + worth * BYTE * bytes as u64 / WORTH as u64;
        count >= 2 && (count as u64).saturating_mul(multiplications) >= 2 * part
    }

    /// [`WORTH`], or what the environment variable `CHAINRULE_PART` says: tests do everything in parts.
    fn worth() -> usize {
        static KNOWN: OnceLock<usize> = OnceLock::new();
        *KNOWN.get_or_init(|| {
            let said = std::env::var("CHAINRULE_PART").ok();
            said.and_then(|said| said.parse().ok()).unwrap_or(WORTH)
        })
    }

    /// Where the second of two parts of so many rows starts.
    pub fn middle_row(count: usize) -> usize {
        middle(count, SHORT).unwrap_or(count / 2)
    }

    /// Runs `work` on two parts at once.
    ///
    /// # Safety
    /// As [`apart`].
    pub unsafe fn both<T>(parts: (T, T), work: impl Fn(T) + Sync) {
        // SAFETY: the caller's.
        unsafe { apart(parts, &work, &work) };
    }

    /// Does something with each of two parts at once.
    ///
    /// # Safety
    /// Any thread may use a part: it holds nothing but sizes, and pointers to floats of which no other thread
    /// meanwhile writes those that it reads or writes.
    pub unsafe fn apart<T>(
        (first, second): (T, T),
        with_first: impl FnOnce(T) + Send,
        with_second: impl FnOnce(T) + Send,
    ) {
        /// As a function, so that a closure takes the whole `Part`, not the pointers in it.
        fn of<T>(part: Part<T>) -> T {
            part.0
        }
        let (first, second) = (Part(first), Part(second));
        team::both(move || with_first(of(first)), move || with_second(of(second)));
    }

    /// Where the second of two parts of `len` starts, at the multiple of `step` that is nearest to the middle; nothing if
    /// one would have less than two.
    ///
    /// A part of one row or column is a product with a vector, whose sums have another order.
    fn middle(len: usize, step: usize) -> Option<usize> {
        let first = (len / 2 + step / 2) / step * step;
        (first > 1 && first + 1 < len).then_some(first)
    }

    /// The same of rows in tiles. Two rows are a tile whose sums have another order; below twelve others they are none: of
    /// 14 rows, the tiles are eight and six.
    fn middle_tile(rows: usize) -> Option<usize> {
        middle(rows, TALL).filter(|first| rows - first > 2)
    }

    /// Of so many rows of weights, how many the first of two threads reads and updates: whole tiles.
    pub fn first_half(rows: usize) -> usize {
        (rows / 2).next_multiple_of(TALL)
    }

    /// Computes a product, by several threads where that is worth it.
    ///
    /// # Safety
    /// As [`MatmulFloat::multiply`](crate::kernels::MatmulFloat::multiply).
    pub unsafe fn multiply<F: Float>(product: Product<F>) {
        // SAFETY: parts of the product, whose elements of C are different in each phase; the rest is the caller's.
        unsafe {
            match phases_of_product(&product) {
                Some(phases) => phases.into_iter().for_each(|parts| both(parts, |part| divided(part))),
                None => divided(product),
            }
        }
    }

    /// The same by one thread.
    ///
    /// # Safety
    /// As [`multiply`].
    #[cfg(test)]
    pub unsafe fn alone<F: Float>(product: Product<F>) {
        // SAFETY: as above.
        unsafe {
            let Some(phases) = phases_of_product(&product) else { return F::multiply(product) };
            phases.into_iter().flat_map(|(first, second)| [first, second]).for_each(|part| F::multiply(part));
        }
    }

    /// Computes a product whose elements are single sums.
    ///
    /// # Safety
    /// As [`multiply`].
    unsafe fn divided<F: Float>(product: Product<F>) {
        // SAFETY: parts of the product, whose elements of C are different; the rest is the caller's.
        unsafe {
            match parts_of_product(&product) {
                Some(parts) => both(parts, |part| divided(part)),
                None => F::multiply(product),
            }
        }
    }

    /// Of a product with no fewer weights than elements: each thread multiplies half of the rows by its half of the
    /// weights, then the other half of the rows, whose sums the other thread has begun.
    fn phases_of_product<F: Float>(product: &Product<F>) -> Option<[(Product<F>, Product<F>); 2]> {
        let Product { m, n, k, b_strides, .. } = *product;
        let multiplications = m.saturating_mul(n).saturating_mul(k);
        // Whether it is two sums may not depend on who has nothing to do.
        if n == 1 || k < m || b_strides.1 != 1 || multiplications < 2 * worth() {
            return None;
        }
        let (rows, depth) = (middle(m, SHORT)?, first_half(k));
        if depth >= k {
            return None;
        }
        finds_help(multiplications);
        let first = |part: Product<F>| Product { k: depth, ..part };
        let begun = |part: Product<F>| Product { accumulate: true, ..part };
        // SAFETY: `middle` is inside, and so is `depth`.
        unsafe {
            let (upper, lower) = (Product { m: rows, ..*product }, product.from(rows, 0, 0));
            let second =
                |part: &Product<F>| Product { accumulate: part.accumulate, ..part.from(0, 0, depth) };
            Some([(first(upper), second(&lower)), (begun(first(lower)), begun(second(&upper)))])
        }
    }

    /// Two parts of a product that is worth two threads, by rows or by columns.
    fn parts_of_product<F: Float>(product: &Product<F>) -> Option<(Product<F>, Product<F>)> {
        let Product { m, n, k, b_strides, .. } = *product;
        if m == 1 || n == 1 || !is_worth_two(m.saturating_mul(n).saturating_mul(k)) {
            return None;
        }
        // SAFETY: `middle` is inside.
        let rows =
            middle_tile(m).map(|rows| unsafe { (Product { m: rows, ..*product }, product.from(rows, 0, 0)) });
        // SAFETY: as above.
        let columns = middle(n, WIDE)
            .map(|columns| unsafe { (Product { n: columns, ..*product }, product.from(0, columns, 0)) });
        // Who has computed a row goes on with it: by rows, each thread reads B, half of which was made by another, and
        // copies it; by columns A, and whoever goes on reads half of each row of C. The columns of a transposed B are
        // rows of weights, which stay.
        let by_rows = match b_strides.1 {
            1 => m.saturating_mul(k + n) >= 2 * n.saturating_mul(k),
            _ => m > n,
        };
        let ways = if by_rows { [rows, columns] } else { [columns, rows] };
        // Where the inner dimension is taken in other pieces, sums are others.
        let alike = |part: &Product<F>| part.depth() == product.depth();
        ways.into_iter().flatten().find(|(first, second)| alike(first) && alike(second))
    }

    /// How a product of few columns is divided.
    #[derive(Clone, Copy)]
    pub enum Narrow {
        /// The first part has so many rows.
        Rows(usize),
        /// The first part adds up so many products: who has computed a row of a batch has it, and half of all rows is what
        /// either thread would have to get from the other for sums that are not divided.
        Depth(usize),
    }

    /// How a product of so many rows, columns and summands is divided, if it is worth it: of few columns, with a second
    /// matrix that may be turned.
    #[inline]
    pub fn of_narrow(m: usize, n: usize, k: usize, turned: bool) -> Option<Narrow> {
        let multiplications = m.saturating_mul(n).saturating_mul(k);
        if m == 1 || multiplications < 2 * worth() {
            None
        } else if m >= 2 * FEW {
            is_worth_two(multiplications).then(|| middle(m, 2 * HEIGHT).map(Narrow::Rows))?
        } else if m < FEW && k >= 2 * FEW && !turned {
            // Whether they are two sums may not depend on who has nothing to do.
            finds_help(multiplications);
            middle(k, SHORT).map(Narrow::Depth)
        } else {
            None
        }
    }

    /// Two parts of a contraction that is worth two threads: panels of columns.
    pub fn parts_of_contraction<F: Float>(
        contraction: &Contraction<F>,
    ) -> Option<(Contraction<F>, Contraction<F>)> {
        let (columns, multiplications) = contraction.work();
        if !is_worth_two(multiplications) {
            return None;
        }
        Some(contraction.split(middle(columns, contraction.step())?))
    }

    #[cfg(test)]
    mod tests {
        use super::{middle, middle_tile};

        #[test]
        fn parts_have_two_or_more() {
            assert_eq!(middle(3, 1), None);
            assert_eq!(middle(4, 1), Some(2));
            assert_eq!(middle(5, 4), None);
            assert_eq!(middle(13, 12), None);
            assert_eq!(middle(24, 12), Some(12));
            assert_eq!(middle(30, 12), Some(12));
            assert_eq!(middle(128, 12), Some(60));
            assert_eq!(middle(100, 32), Some(64));
        }

        #[test]
        fn parts_have_the_tiles_of_all() {
            assert_eq!([13, 14, 15, 16, 26].map(middle_tile), [None, None, Some(12), Some(12), Some(12)]);
        }
    }
}
