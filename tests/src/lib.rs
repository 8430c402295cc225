//! What a user's crate sees. Everything is in `tests/`; here is what several of them share.

/// Arrays of floats of any number of dimensions, as a flat row.
pub trait Array: Sized {
    /// How many floats it holds.
    const COUNT: usize;

    /// The next `COUNT` floats, row by row.
    fn take(floats: &mut impl Iterator<Item = f64>) -> Self;

    /// Appends its floats, row by row.
    fn give(&self, floats: &mut Vec<f64>);

    /// An array that holds one number.
    #[must_use]
    fn filled(number: f64) -> Self {
        Self::take(&mut std::iter::repeat(number))
    }

    /// An array of these floats.
    ///
    /// # Panics
    /// If there are more or fewer of them.
    #[must_use]
    fn of(floats: &[f64]) -> Self {
        assert_eq!(floats.len(), Self::COUNT, "another number of elements");
        Self::take(&mut floats.iter().copied())
    }

    /// Its floats, row by row.
    #[must_use]
    fn flat(&self) -> Vec<f64> {
        let mut floats = Vec::with_capacity(Self::COUNT);
        self.give(&mut floats);
        floats
    }
}

impl Array for f64 {
    const COUNT: usize = 1;

    fn take(floats: &mut impl Iterator<Item = f64>) -> Self {
        floats.next().expect("as many floats as the array holds")
    }

    fn give(&self, floats: &mut Vec<f64>) {
        floats.push(*self);
    }
}

impl<T: Array, const N: usize> Array for [T; N] {
    const COUNT: usize = N * T::COUNT;

    fn take(floats: &mut impl Iterator<Item = f64>) -> Self {
        std::array::from_fn(|_| T::take(floats))
    }

    fn give(&self, floats: &mut Vec<f64>) {
        self.iter().for_each(|part| part.give(floats));
    }
}

/// Whether `found` is within `tolerance` of `expected`, absolutely and relative to it; NaN is near nothing.
#[must_use]
pub fn near(found: f64, expected: f64, tolerance: f64) -> bool {
    (found - expected).abs() <= tolerance * expected.abs().max(1.0)
}

/// Holds numbers against those expected, and says at which place they differ.
///
/// # Panics
/// If one is not [`near`], or there are more or fewer.
#[track_caller]
pub fn assert_near(what: &str, found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len(), "{what}: another number of elements");
    for (place, (found, expected)) in found.iter().zip(expected).enumerate() {
        let apart = (found - expected).abs();
        assert!(
            near(*found, *expected, tolerance),
            "{what}[{place}]: {found:e}, expected {expected:e}, {apart:.1e} apart"
        );
    }
}

/// The central differences of a function of numbers, of which each moves in its turn.
pub fn slopes(x: &[f64], mut of: impl FnMut(&[f64]) -> Vec<f64>) -> Vec<Vec<f64>> {
    let mut at = |place: usize, by: f64| {
        let mut moved = x.to_vec();
        moved[place] += by;
        of(&moved)
    };
    let slope = |(above, below): (&f64, &f64)| (above - below) / 2e-5;
    (0..x.len()).map(|place| at(place, 1e-5).iter().zip(&at(place, -1e-5)).map(slope).collect()).collect()
}
