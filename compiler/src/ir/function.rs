//! Functions that are no operation of the language: those of Rust that a block declares, and random bits.

use super::{Scalar, ScalarId, Scalars};

/// A function of the user's, by its place in [`Scalars::externs`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ExternId(pub u32);

/// What a [`Scalar::Call`] calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Function {
    /// An `extern fn`.
    Extern(ExternId),
    /// In an [`Extern`]'s slopes: the argument of this number; behind the arguments, the result.
    Parameter(u32),
    /// A number evenly distributed over 0..1, of a key and a position.
    Uniform,
    /// A new key, of a key and an integer.
    Fold,
}

/// A function of Rust, of numbers.
#[derive(Clone, Debug)]
pub struct Extern {
    /// Its name.
    pub name: String,
    /// Its derivative by each argument, in terms of [`Function::Parameter`]s; `None` if it has none.
    pub slopes: Option<Vec<ScalarId>>,
}

impl Scalars {
    /// A call.
    pub fn call(&mut self, function: Function, arguments: Vec<ScalarId>) -> ScalarId {
        self.intern(Scalar::Call(function, arguments))
    }

    /// The derivative of a call by one of its arguments; `y` is its value. A function without one is noted
    /// in [`Scalars::undifferentiated`].
    pub fn slope(
        &mut self,
        function: ExternId,
        argument: usize,
        arguments: &[ScalarId],
        y: ScalarId,
    ) -> ScalarId {
        let Some(slopes) = &self.externs[function.0 as usize].slopes else {
            self.undifferentiated.insert(function);
            return self.number(f64::NAN);
        };
        let slope = slopes[argument];
        let values: Vec<ScalarId> = arguments.iter().copied().chain([y]).collect();
        self.rebuild(
            slope,
            &mut |scalars, id| match scalars[id] {
                Scalar::Call(Function::Parameter(number), _) => Some(values[number as usize]),
                _ => None,
            },
            &mut Clone::clone,
        )
    }
}
