//! What generated code says when its caller made a mistake.
//!
//! Every message names the function, the argument, what was found and what was expected. The
//! functions are cold and report the place of the caller's call; none writes anything before it
//! panics. Not public API.

/// The leading axis of an array argument disagrees with a dim that another argument fixed.
#[cold]
#[track_caller]
pub fn rows(function: &str, argument: &str, found: usize, dim: &str, expected: usize, source: &str) -> ! {
    panic!(
        "{function}: `{argument}` has {found} {}, but {dim} = {expected} (from `{source}`)",
        plural(found, "row")
    );
}

/// Some axis of a tensor argument disagrees with a dim that another argument fixed.
#[cold]
#[track_caller]
pub fn axis(
    function: &str,
    argument: &str,
    axis: usize,
    found: usize,
    dim: &str,
    expected: usize,
    source: &str,
) -> ! {
    panic!(
        "{function}: axis {axis} of `{argument}` has size {found}, but {dim} = {expected} (from `{source}`)"
    );
}

/// Some axis of a tensor argument has not the size that the net declares.
#[cold]
#[track_caller]
pub fn size(function: &str, argument: &str, axis: usize, found: usize, expected: usize) -> ! {
    panic!("{function}: axis {axis} of `{argument}` has size {found}, expected {expected}");
}

/// A slice has the wrong number of elements.
#[cold]
#[track_caller]
pub fn length(function: &str, argument: &str, found: usize, expected: usize) -> ! {
    panic!("{function}: `{argument}` has {found} {}, expected {expected}", plural(found, "element"));
}

/// An index argument points outside what it indexes; `row` are its axes but for the first.
#[cold]
#[track_caller]
pub fn index(function: &str, argument: &str, position: usize, row: &[usize], found: u32, bound: usize) -> ! {
    let place = Place { position, row };
    panic!("{function}: `{argument}[{place}]` is {found}, expected less than {bound}");
}

/// A scalar index argument points outside what it indexes.
#[cold]
#[track_caller]
pub fn scalar_index(function: &str, argument: &str, found: u32, bound: usize) -> ! {
    panic!("{function}: `{argument}` is {found}, expected less than {bound}");
}

/// A computed subscript falls outside its axis.
#[cold]
#[track_caller]
pub fn subscript(function: &str, tensor: &str, axis: usize, found: isize, bound: usize) -> ! {
    if bound == 0 {
        panic!("{function}: axis {axis} of `{tensor}` has size 0, expected at least 1");
    }
    panic!("{function}: subscript {found} of axis {axis} of `{tensor}` is outside 0..{bound}");
}

/// A subscript that must be inside its axis.
///
/// # Panics
/// Where it is not.
#[inline]
#[track_caller]
pub fn inside(function: &str, tensor: &str, axis: usize, found: isize, bound: usize) -> usize {
    if found < 0 || found.cast_unsigned() >= bound {
        subscript(function, tensor, axis, found, bound);
    }
    found.cast_unsigned()
}

/// Whether there can be as much memory as sizes ask for, each of `sums` a sum of products: of a number
/// and of sizes.
///
/// # Panics
/// Where there cannot.
#[inline]
#[track_caller]
pub const fn check_memory(function: &str, sizes: &[(&str, usize)], sums: &[&[(u64, &[usize])]]) {
    // In elements, of 8 bytes at most.
    const MOST: u128 = isize::MAX as u128 / 16;
    if !are_at_most(MOST, sizes, sums) {
        too_large(function, sizes, "need more memory than there can be");
    }
}

/// Whether the operations that sizes ask for can be counted, each of `sums` a sum of products: of a number
/// and of sizes.
///
/// # Panics
/// Where they cannot.
#[inline]
#[track_caller]
pub const fn check_operations(function: &str, sizes: &[(&str, usize)], sums: &[&[(u64, &[usize])]]) {
    // What may be negative on the way is counted in an `i64`.
    const MOST: u128 = i64::MAX as u128;
    if !are_at_most(MOST, sizes, sums) {
        too_large(function, sizes, "take more operations than can be counted");
    }
}

const fn are_at_most(most: u128, sizes: &[(&str, usize)], sums: &[&[(u64, &[usize])]]) -> bool {
    // In a constant there are no iterators.
    let mut position = 0;
    while position < sizes.len() {
        if sizes[position].1 as u128 > most {
            return false;
        }
        position += 1;
    }
    position = 0;
    while position < sums.len() {
        if sum_of_products(sums[position]) > most {
            return false;
        }
        position += 1;
    }
    true
}

const fn sum_of_products(products: &[(u64, &[usize])]) -> u128 {
    let (mut sum, mut term) = (0u128, 0);
    while term < products.len() {
        let (coefficient, factors) = products[term];
        let (mut product, mut factor) = (coefficient as u128, 0);
        while factor < factors.len() {
            product = product.saturating_mul(factors[factor] as u128);
            factor += 1;
        }
        sum = sum.saturating_add(product);
        term += 1;
    }
    sum
}

/// Sizes of which too much follows.
#[cold]
#[track_caller]
const fn too_large(function: &str, sizes: &[(&str, usize)], problem: &str) -> ! {
    let mut message = Message::new();
    message.push(function);
    message.push(": the sizes ");
    let mut position = 0;
    while position < sizes.len() {
        message.push(if position == 0 { "" } else { ", " });
        message.push(sizes[position].0);
        message.push(" = ");
        message.push_number(sizes[position].1);
        position += 1;
    }
    message.push(" ");
    message.push(problem);
    panic!("{}", message.text());
}

/// A text that a constant can write, where there is no formatting; what finds no room is left out.
struct Message {
    bytes: [u8; 512],
    len: usize,
}

impl Message {
    const fn new() -> Self {
        Self { bytes: [0; 512], len: 0 }
    }

    const fn push(&mut self, text: &str) {
        let text = text.as_bytes();
        let mut position = 0;
        while position < text.len() && self.len + text.len() - position <= self.bytes.len() {
            self.bytes[self.len] = text[position];
            self.len += 1;
            position += 1;
        }
    }

    const fn push_number(&mut self, number: usize) {
        const DIGITS: [&str; 10] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
        if number >= 10 {
            self.push_number(number / 10);
        }
        self.push(DIGITS[number % 10]);
    }

    const fn text(&self) -> &str {
        match core::str::from_utf8(self.bytes.split_at(self.len).0) {
            Ok(text) => text,
            Err(_) => "sizes need more memory than there can be",
        }
    }
}

/// A workspace in the caller's memory is too short.
#[cold]
#[track_caller]
pub fn workspace(function: &str, found: usize, expected: usize) -> ! {
    panic!(
        "{function}: the workspace has {found} {}, expected at least {expected}",
        plural(found, "element")
    );
}

/// Every element of an index argument of one axis, against the size of the axis that it indexes.
///
/// # Panics
/// As [`index`], at the first one that is too large.
#[inline]
#[track_caller]
pub fn check_indices(function: &str, argument: &str, values: &[u32], bound: usize) {
    check_rows_of_indices(function, argument, values, &[], bound);
}

/// The same of an argument of more axes; `row` are all but the first.
///
/// # Panics
/// As [`index`], at the first one that is too large.
#[inline]
#[track_caller]
pub fn check_rows_of_indices(function: &str, argument: &str, values: &[u32], row: &[usize], bound: usize) {
    // The maximum first: it vectorises, and almost always settles it.
    let largest = values.iter().fold(0, |largest, &value| value.max(largest));
    if largest as usize >= bound && !values.is_empty() {
        let position = values.iter().position(|&value| value as usize >= bound).unwrap_or(0);
        index(function, argument, position, row, values[position], bound);
    }
}

/// The place of an element: a subscript for each axis.
struct Place<'a> {
    position: usize,
    row: &'a [usize],
}

impl core::fmt::Display for Place<'_> {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let mut rest = self.position;
        for axis in 0..self.row.len() {
            let stride = self.row[axis..].iter().product::<usize>().max(1);
            write!(formatter, "{}, ", rest / stride)?;
            rest %= stride;
        }
        write!(formatter, "{rest}")
    }
}

const fn plural(count: usize, noun: &'static str) -> Plural {
    Plural { noun, one: count == 1 }
}

struct Plural {
    noun: &'static str,
    one: bool,
}

impl core::fmt::Display for Plural {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter.write_str(self.noun)?;
        formatter.write_str(if self.one { "" } else { "s" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "Mlp::loss: `label` has 3 rows, but N = 2 (from `x`)")]
    fn rows_name_the_source() {
        rows("Mlp::loss", "label", 3, "N", 2, "x");
    }

    #[test]
    #[should_panic(expected = "Net::two: `i[1, 2, 0]` is 9, expected less than 5")]
    fn elements_of_rows_have_a_subscript_for_each_axis() {
        check_rows_of_indices("Net::two", "i", &[0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 9, 1], &[3, 2], 5);
    }

    #[test]
    #[should_panic(expected = "Net::f: the sizes S = 4294967296, N = 3 need more memory than there can be")]
    fn memory_that_cannot_be() {
        check_memory("Net::f", &[("S", 1000), ("N", 3)], &[&[(2, &[1000, 1000]), (1, &[3])], &[]]);
        let s = 1 << 32;
        check_memory("Net::f", &[("S", s), ("N", 3)], &[&[(1, &[3])], &[(2, &[s, s]), (1, &[3])]]);
    }

    #[test]
    #[should_panic(
        expected = "Net::f_operations: the sizes N = 4294967296 take more operations than can be counted"
    )]
    fn operations_that_nobody_counts() {
        check_operations("Net::f_operations", &[("N", 1 << 31)], &[&[(1, &[1 << 31, 1 << 31]), (5, &[])]]);
        check_operations("Net::f_operations", &[("N", 1 << 32)], &[&[(5, &[])], &[(1, &[1 << 32, 1 << 32])]]);
    }

    #[test]
    #[should_panic(expected = "Mlp::loss: `y` has 1 element, expected 4")]
    fn one_is_singular() {
        length("Mlp::loss", "y", 1, 4);
    }

    #[test]
    #[should_panic(expected = "Mlp::loss: `label[2]` is 12, expected less than 10")]
    fn the_first_bad_index_is_named() {
        check_indices("Mlp::loss", "label", &[0, 9, 12, 13], 10);
    }

    #[test]
    fn good_indices_pass() {
        check_indices("f", "i", &[], 0);
        check_rows_of_indices("f", "i", &[], &[3], 0);
        check_indices("f", "i", &[0, 9, 3], 10);
    }
}
