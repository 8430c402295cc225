//! Loops over many rows in halves of halves, which threads may take at the same time.
//!
//! Which arrays have a row for each iteration, and of which each half has its own, is said by who calls. How rows are
//! divided depends on sizes alone, and so do the bits of every sum, with any number of threads. Without the feature
//! `rayon` there is one part.

use super::cpu::{Cpu, vectorised};
#[cfg(feature = "rayon")]
use super::{team, threads};

/// Slices of which each part gets its rows.
pub trait Rows: Sized + Send {
    /// Those before a row and the others, of so many.
    #[must_use]
    fn split(self, at: usize, count: usize) -> (Self, Self);
}

impl<T: Sync> Rows for &[T] {
    #[inline]
    fn split(self, at: usize, count: usize) -> (Self, Self) {
        self.split_at(self.len() / count * at)
    }
}

impl<T: Send> Rows for &mut [T] {
    #[inline]
    fn split(self, at: usize, count: usize) -> (Self, Self) {
        let middle = self.len() / count * at;
        self.split_at_mut(middle)
    }
}

/// Numbers, and arrays of them, which a part has for itself.
pub trait Elements: Copy + Send + 'static {
    /// All of them 0.
    const ZERO: Self;

    /// Adds others, one by one.
    fn add(&mut self, others: &Self);
}

macro_rules! numbers {
    ($($number:ty),*) => {$(
        impl Elements for $number {
            const ZERO: Self = 0 as $number;

            #[inline]
            fn add(&mut self, others: &Self) {
                *self += others;
            }
        }
    )*};
}

numbers!(f32, f64, u32, u8);

impl<T: Elements, const N: usize> Elements for [T; N] {
    const ZERO: Self = [T::ZERO; N];

    #[inline]
    fn add(&mut self, others: &Self) {
        self.iter_mut().zip(others).for_each(|(element, other)| element.add(other));
    }
}

/// Arrays of which each part has its own.
pub trait Arrays: Elements {
    /// References to them.
    type Lent<'a>: Lent<Arrays = Self>;

    /// Lends all of them.
    fn lend(&mut self) -> Self::Lent<'_>;

    /// Adds to each what others hold.
    fn add_to(lent: Self::Lent<'_>, others: &Self);
}

/// References to arrays.
pub trait Lent: Send {
    /// The arrays.
    type Arrays: Arrays;

    /// Lends them again, for less long.
    fn again(&mut self) -> <Self::Arrays as Arrays>::Lent<'_>;
}

macro_rules! tuples {
    ($($($name:ident)*;)*) => {$(
        #[allow(non_snake_case, unused_variables, clippy::unused_unit)]
        impl<$($name: Rows),*> Rows for ($($name,)*) {
            #[inline]
            fn split(self, at: usize, count: usize) -> (Self, Self) {
                let ($($name,)*) = self;
                $(let $name = $name.split(at, count);)*
                (($($name.0,)*), ($($name.1,)*))
            }
        }

        #[allow(non_snake_case, unused_variables, clippy::unused_unit)]
        impl<$($name: Elements),*> Elements for ($($name,)*) {
            const ZERO: Self = ($($name::ZERO,)*);

            #[inline]
            fn add(&mut self, others: &Self) {
                Self::add_to(self.lend(), others);
            }
        }

        #[allow(non_snake_case, unused_variables, clippy::unused_unit)]
        impl<$($name: Elements),*> Arrays for ($($name,)*) {
            type Lent<'a> = ($(&'a mut $name,)*);

            #[inline]
            fn lend(&mut self) -> Self::Lent<'_> {
                let ($($name,)*) = self;
                ($($name,)*)
            }

            #[inline]
            fn add_to(lent: Self::Lent<'_>, others: &Self) {
                tuples!(@add [$($name)*] lent others);
            }
        }

        #[allow(non_snake_case, unused_variables, clippy::unused_unit)]
        impl<$($name: Elements),*> Lent for ($(&mut $name,)*) {
            type Arrays = ($($name,)*);

            #[inline]
            fn again(&mut self) -> <Self::Arrays as Arrays>::Lent<'_> {
                let ($($name,)*) = self;
                ($(&mut **$name,)*)
            }
        }
    )*};
    (@add [$($name:ident)*] $lent:ident $others:ident) => {
        let ($($name,)*) = $lent;
        tuples!(@each [$($name)*] $others [0 1 2 3 4 5 6 7 8 9 10 11]);
    };
    (@each [] $others:ident [$($place:tt)*]) => {};
    (@each [$first:ident $($name:ident)*] $others:ident [$place:tt $($places:tt)*]) => {
        $first.add(&$others.$place);
        tuples!(@each [$($name)*] $others [$($places)*]);
    };
}

tuples! {
    ;
    A;
    A B;
    A B C;
    A B C D;
    A B C D E;
    A B C D E G;
    A B C D E G H;
    A B C D E G H I;
    A B C D E G H I J;
    A B C D E G H I J K;
    A B C D E G H I J K L;
    A B C D E G H I J K L M;
}

/// Does something with `count` rows, each of which takes as long as `work` multiplications in a product: `each` gets
/// how many they are, and what stands for them, and is compiled as by [`vectorised`].
///
/// Of `rows`, slices with as many elements for each row, a part gets its own; of `own`, whose elements an iteration writes
/// before it reads them, memory that holds anything; of `sums`, to which iterations add, the sums of its rows. What
/// the parts return is added up.
#[inline]
pub fn in_parts<R: Rows, O: Lent, S: Lent, T: Elements>(
    count: usize,
    work: u64,
    rows: R,
    mut own: O,
    mut sums: S,
    each: impl for<'a> Fn(Cpu, usize, R, <O::Arrays as Arrays>::Lent<'a>, <S::Arrays as Arrays>::Lent<'a>) -> T
    + Copy
    + Sync,
) -> T {
    #[cfg(feature = "rayon")]
    if threads::divides(count, work, size_of::<(O::Arrays, S::Arrays)>()) {
        let (own, sums) = (own.again(), sums.again());
        return several::halves::<R, O::Arrays, S::Arrays, T>(count, work, rows, own, sums, &each, DEPTH);
    }
    let _ = work;
    one(
        rows,
        own.again(),
        sums.again(),
        #[inline(always)]
        move |cpu, rows, own, sums| each(cpu, count, rows, own, sums),
    )
}

/// One part. What it is given is its own value: by reference, the compiler could not know that no array is written over
/// it.
#[inline(always)]
fn one<R, O, S, T: Elements>(rows: R, own: O, sums: S, each: impl Fn(Cpu, R, O, S) -> T + Copy) -> T {
    let mut given = Some((rows, own, sums));
    vectorised(
        #[inline(always)]
        move |cpu| match given.take() {
            Some((rows, own, sums)) => each(cpu, rows, own, sums),
            None => T::ZERO,
        },
    )
}

/// How often parts are divided: more parts than eight are not worth what each has for itself.
#[cfg(feature = "rayon")]
const DEPTH: u32 = 3;

#[cfg(feature = "rayon")]
mod several {
    use super::{Arrays, Cpu, Elements, Lent, Rows, one, team, threads};

    /// Two halves, and so on, the first with what the caller has given.
    pub fn halves<R: Rows, O: Arrays, S: Arrays, T: Elements>(
        count: usize,
        work: u64,
        rows: R,
        mut own: O::Lent<'_>,
        mut sums: S::Lent<'_>,
        each: &(impl for<'a> Fn(Cpu, usize, R, O::Lent<'a>, S::Lent<'a>) -> T + Copy + Sync),
        depth: u32,
    ) -> T {
        if depth == 0 || !threads::divides(count, work, size_of::<(O, S)>()) {
            let each = *each;
            return one(
                rows,
                own.again(),
                sums.again(),
                #[inline(always)]
                move |cpu, rows, own, sums| each(cpu, count, rows, own, sums),
            );
        }
        if !team::has_idle() {
            threads::calls_for(usize::try_from(work).unwrap_or(usize::MAX).saturating_mul(count));
        }
        let middle = threads::middle_row(count);
        let (first, second) = rows.split(middle, count);
        let (mut before, mut behind) = (T::ZERO, None);
        team::both(
            || {
                let (own, sums) = (own.again(), sums.again());
                before = halves::<R, O, S, T>(middle, work, first, own, sums, each, depth - 1);
            },
            || {
                let (mut own, mut sums) = (O::ZERO, S::ZERO);
                let (rows, rest) = (second, count - middle);
                let value = halves::<R, O, S, T>(rest, work, rows, own.lend(), sums.lend(), each, depth - 1);
                behind = Some((sums, value));
            },
        );
        if let Some((others, value)) = behind {
            S::add_to(sums, &others);
            before.add(&value);
        }
        before
    }
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
