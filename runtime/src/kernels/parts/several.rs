//! Halves of halves of loops over rows, and what each has for itself. Nothing here knows what is computed.

use super::super::{team, threads};
use super::{Cpu, one};

/// How often parts are divided: more parts than eight are not worth what each has for itself.
const DEPTH: u32 = 3;

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

/// What the function of this name does without the feature `rayon`, where it is described, in parts.
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
    let (own, sums) = (own.again(), sums.again());
    part::<R, O::Arrays, S::Arrays, T>(count, work, rows, own, sums, &each, DEPTH)
}

/// So many rows, in two halves or as they are.
#[inline]
fn part<R: Rows, O: Arrays, S: Arrays, T: Elements>(
    count: usize,
    work: u64,
    rows: R,
    mut own: O::Lent<'_>,
    mut sums: S::Lent<'_>,
    each: &(impl for<'a> Fn(Cpu, usize, R, O::Lent<'a>, S::Lent<'a>) -> T + Copy + Sync),
    depth: u32,
) -> T {
    if is_divided::<O, S, T>(count, work, depth) {
        halves::<R, O, S, T>(count, work, rows, own, sums, each, depth.saturating_sub(1))
    } else {
        one(count, rows, own.again(), sums.again(), *each)
    }
}

/// Whether so many rows are two halves, for which a thread is asked: where there are sums, their size alone says so; else,
/// whether a thread has nothing to do besides, without a limit.
fn is_divided<O: Arrays, S: Arrays, T: Elements>(count: usize, work: u64, depth: u32) -> bool {
    let are_sums = size_of::<(S, T)>() > 0;
    if are_sums && depth == 0 || !threads::divides(count, work, size_of::<(O, S)>()) {
        return false;
    }
    let multiplications = usize::try_from(work).unwrap_or(usize::MAX).saturating_mul(count);
    threads::finds_help(multiplications) || are_sums
}

/// Two halves, the first with what the caller has given.
fn halves<R: Rows, O: Arrays, S: Arrays, T: Elements>(
    count: usize,
    work: u64,
    rows: R,
    mut own: O::Lent<'_>,
    mut sums: S::Lent<'_>,
    each: &(impl for<'a> Fn(Cpu, usize, R, O::Lent<'a>, S::Lent<'a>) -> T + Copy + Sync),
    depth: u32,
) -> T {
    let middle = threads::middle_row(count);
    let (first, second) = rows.split(middle, count);
    let (mut before, mut behind) = (T::ZERO, None);
    team::both(
        || {
            let (own, sums) = (own.again(), sums.again());
            before = part::<R, O, S, T>(middle, work, first, own, sums, each, depth);
        },
        || {
            let (mut own, mut sums) = (O::ZERO, S::ZERO);
            let (rows, rest) = (second, count - middle);
            let value = part::<R, O, S, T>(rest, work, rows, own.lend(), sums.lend(), each, depth);
            behind = Some((sums, value));
        },
    );
    if let Some((others, value)) = behind {
        S::add_to(sums, &others);
        before.add(&value);
    }
    before
}
