//! Loops over many rows in halves of halves, which threads may take at the same time.
//!
//! Which arrays have a row for each iteration, and of which each half has its own, is said by who calls. How rows are
//! divided depends on sizes alone, and so do the bits of every sum, with any number of threads. Without the feature
//! `rayon` there is one part, and none of the types that more of them take: a network has many such loops, and each
//! costs its user's build.

#[cfg(feature = "rayon")]
mod several;

use super::cpu::{Cpu, vectorised};

#[cfg(feature = "rayon")]
pub use several::in_parts;

/// Does something with `count` rows, each of which takes as long as `work` multiplications in a product: `each` gets
/// how many they are, and what stands for them, and is compiled as by [`vectorised`].
///
/// Of `rows`, slices with as many elements for each row, a part gets its own; of `own`, whose elements an iteration writes
/// before it reads them, memory that holds anything; of `sums`, to which iterations add, the sums of its rows. What
/// the parts return is added up.
#[cfg(not(feature = "rayon"))]
#[inline(always)]
pub fn in_parts<R, O, S, T>(
    count: usize,
    _work: u64,
    rows: R,
    own: O,
    sums: S,
    each: impl Fn(Cpu, usize, R, O, S) -> T + Copy,
) -> T {
    one(count, rows, own, sums, each)
}

/// One part. What it is given is its own value: by reference, the compiler could not know that no array is written over
/// it.
#[inline(always)]
fn one<R, O, S, T>(
    count: usize,
    rows: R,
    own: O,
    sums: S,
    each: impl Fn(Cpu, usize, R, O, S) -> T + Copy,
) -> T {
    let mut given = Some((rows, own, sums));
    vectorised(
        #[inline(always)]
        move |cpu| match given.take() {
            Some((rows, own, sums)) => each(cpu, count, rows, own, sums),
            None => twice(),
        },
    )
}

/// `vectorised` calls what it is given once.
#[cold]
#[inline(never)]
fn twice() -> ! {
    unreachable!("a part is done once")
}

#[cfg(test)]
mod tests {
    use super::in_parts;

    /// Of so many rows: twice each element, by way of memory of its own; the sums of the columns; and that of all.
    fn run(count: usize, work: u64) -> (Vec<[f32; 3]>, [f32; 3], f32) {
        let rows: Vec<[f32; 3]> =
            (0..count * 3).map(|i| (i % 7) as f32).collect::<Vec<_>>().as_chunks().0.to_vec();
        let mut flat = vec![1.0_f32; count * 2];
        let (mut out, mut own, mut sums) = (vec![[f32::NAN; 3]; count], [f32::NAN; 3], [0.5; 3]);
        let total = in_parts(
            count,
            work,
            (&*rows, &mut *out, &mut *flat),
            (&mut own,),
            (&mut sums,),
            #[inline(always)]
            move |_, rows, (x, out, flat), (own,), (sums,)| {
                let mut total = 0.0;
                for i in 0..rows {
                    *own = x[i];
                    for j in 0..3 {
                        out[i][j] = 2.0 * own[j];
                        sums[j] += own[j];
                        total += own[j];
                    }
                    flat[2 * i + 1] += 1.0;
                }
                assert_eq!((x.len(), out.len(), flat.len()), (rows, rows, 2 * rows));
                total
            },
        );
        assert!(flat.iter().enumerate().all(|(i, &x)| x == 1.0 + (i % 2) as f32));
        (out, sums, total)
    }

    #[test]
    fn parts_are_the_whole() {
        for count in [0, 1, 2, 3, 4, 5, 8, 31, 1000] {
            // Small integers: their sums are exact.
            assert_eq!(run(count, 0), run(count, u64::MAX), "{count} rows");
        }
    }
}
