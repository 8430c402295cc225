//! What scalar expressions and subscripts are worth while a plan runs. Writes nothing.

use crate::eval::{function, random};
use crate::ir::{Atom, Binary, Comparison, Function, Int, Kind, Scalar, ScalarId, TensorId, Unary};

use super::Machine;

impl Machine<'_> {
    /// The place of an element, whose subscripts must be inside.
    pub(super) fn place(&self, tensor: TensorId, at: &[Int]) -> usize {
        let shape = self.plan.graph.shape(tensor);
        assert_eq!(shape.len(), at.len(), "subscripts of {tensor:?}");
        shape.iter().zip(at).fold(0, |place, (extent, at)| {
            let (extent, at) = (self.size(extent), self.integer(at));
            assert!(
                at >= 0 && (at as usize) < extent,
                "subscript {at} outside 0..{extent} of {tensor:?} {} {:?}",
                self.plan.graph.tensor(tensor).name,
                shape
            );
            place * extent + at as usize
        })
    }

    pub(super) fn integer(&self, value: &Int) -> i64 {
        value.evaluate(&mut |atom| match atom {
            Atom::Dim(dim) => self.dims[dim.0 as usize] as i64,
            Atom::Index(depth) => self.indices[*depth],
            Atom::Loop(counter) => self.counters[counter],
            Atom::Read(tensor, at) => self.load(*tensor, self.place(*tensor, at), true) as i64,
            Atom::Div(..) | Atom::Mod(..) | Atom::Root(_) | Atom::Inside(_) => {
                unreachable!("computed by `evaluate`")
            }
        })
    }

    pub(super) fn scalar(&self, id: ScalarId) -> f64 {
        let flag = |value: bool| f64::from(u8::from(value));
        match &self.plan.graph.scalars[id] {
            Scalar::Number(bits) => bits.value(),
            Scalar::Integer(value) => match value.as_atom() {
                // A key stays the number that has its bits.
                Some(Atom::Read(tensor, at)) if self.plan.graph.tensor(*tensor).kind == Kind::Key => {
                    self.load(*tensor, self.place(*tensor, at), true)
                }
                _ => self.integer(value) as f64,
            },
            Scalar::Flag(value) => flag(*value),
            Scalar::Read(tensor, at) => self.load(*tensor, self.place(*tensor, at), true),
            Scalar::Unary(Unary::StopGradient, a) => self.scalar(*a),
            Scalar::Unary(unary, a) => function::unary(*unary, self.scalar(*a)),
            Scalar::Binary(binary, a, b) => {
                let (a, b) = (self.scalar(*a), self.scalar(*b));
                match binary {
                    Binary::Add => a + b,
                    Binary::Sub => a - b,
                    Binary::Mul => a * b,
                    Binary::Div => a / b,
                    _ => function::binary(*binary, a, b),
                }
            }
            Scalar::Call(Function::Extern(function), arguments) => {
                let arguments: Vec<f64> = arguments.iter().map(|&argument| self.scalar(argument)).collect();
                let name = &self.plan.graph.scalars.externs[function.0 as usize].name;
                function::external(name, &arguments).expect("a function that tests know")
            }
            Scalar::Call(function, arguments) => {
                let key = || self.scalar(arguments[0]).to_bits();
                let number = |place: usize| self.scalar(arguments[place]) as u64;
                match function {
                    Function::Uniform => random::uniform(key(), number(1)),
                    Function::Fold => f64::from_bits(random::fold(key(), number(1))),
                    Function::Word(half) => f64::from(random::word(key(), *half)),
                    Function::Key => f64::from_bits(random::key(number(0), number(1))),
                    Function::Extern(_) | Function::Parameter(_) => unreachable!("no function of keys"),
                }
            }
            Scalar::Compare(comparison, a, b) => {
                let (a, b) = (self.scalar(*a), self.scalar(*b));
                flag(match comparison {
                    Comparison::Less => a < b,
                    Comparison::LessEqual => a <= b,
                    Comparison::Equal => a == b,
                    Comparison::NotEqual => a != b,
                })
            }
            Scalar::CompareInt(comparison, a, b) => {
                let (a, b) = (self.integer(a), self.integer(b));
                flag(match comparison {
                    Comparison::Less => a < b,
                    Comparison::LessEqual => a <= b,
                    Comparison::Equal => a == b,
                    Comparison::NotEqual => a != b,
                })
            }
            Scalar::Not(a) => flag(self.scalar(*a) == 0.0),
            Scalar::And(a, b) => flag(self.scalar(*a) != 0.0 && self.scalar(*b) != 0.0),
            Scalar::Or(a, b) => flag(self.scalar(*a) != 0.0 || self.scalar(*b) != 0.0),
            Scalar::Select(c, a, b) => {
                if self.scalar(*c) != 0.0 {
                    self.scalar(*a)
                } else {
                    self.scalar(*b)
                }
            }
        }
    }

    /// Whether the value is a zero that a guard put there: then nothing is added.
    pub(super) fn is_guarded_zero(&self, id: ScalarId) -> bool {
        match &self.plan.graph.scalars[id] {
            Scalar::Select(c, a, b) => {
                let taken = if self.scalar(*c) != 0.0 { *a } else { *b };
                self.plan.graph.scalars.as_number(taken) == Some(0.0) || self.is_guarded_zero(taken)
            }
            _ => false,
        }
    }
}
