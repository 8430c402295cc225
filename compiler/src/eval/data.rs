//! What a tensor holds while a graph is interpreted: elements row by row, without their shape.

use super::Precision;
use crate::ir::Kind;

/// The elements of a tensor.
#[derive(Clone, Debug, PartialEq)]
pub enum Data {
    Float(Vec<f64>),
    Index(Vec<u32>),
    Key(Vec<u64>),
    Mask(Vec<bool>),
}

/// The value of a scalar expression. A key is an integer of the same bits.
#[derive(Clone, Copy, Debug)]
pub(super) enum Value {
    Float(f64),
    Integer(i64),
    Flag(bool),
}

impl Data {
    /// Zeros.
    pub fn zeros(kind: Kind, count: usize) -> Self {
        match kind {
            Kind::Float => Self::Float(vec![0.0; count]),
            Kind::Index => Self::Index(vec![0; count]),
            Kind::Key => Self::Key(vec![0; count]),
            Kind::Mask => Self::Mask(vec![false; count]),
        }
    }

    /// Which kind it is.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Float(_) => Kind::Float,
            Self::Index(_) => Kind::Index,
            Self::Key(_) => Kind::Key,
            Self::Mask(_) => Kind::Mask,
        }
    }

    /// How many elements.
    pub fn len(&self) -> usize {
        match self {
            Self::Float(values) => values.len(),
            Self::Index(values) => values.len(),
            Self::Key(values) => values.len(),
            Self::Mask(values) => values.len(),
        }
    }

    /// Some of the elements.
    #[cfg(test)]
    pub fn part(&self, range: std::ops::Range<usize>) -> Self {
        match self {
            Self::Float(values) => Self::Float(values[range].to_vec()),
            Self::Index(values) => Self::Index(values[range].to_vec()),
            Self::Key(values) => Self::Key(values[range].to_vec()),
            Self::Mask(values) => Self::Mask(values[range].to_vec()),
        }
    }

    /// The floats; panics on any other kind.
    #[track_caller]
    pub fn floats(&self) -> &[f64] {
        match self {
            Self::Float(values) => values,
            Self::Index(_) | Self::Key(_) | Self::Mask(_) => {
                panic!("floats expected, found {:?}", self.kind())
            }
        }
    }

    pub(super) fn get(&self, position: usize) -> Value {
        match self {
            Self::Float(values) => Value::Float(values[position]),
            Self::Index(values) => Value::Integer(i64::from(values[position])),
            Self::Key(values) => Value::Integer(values[position].cast_signed()),
            Self::Mask(values) => Value::Flag(values[position]),
        }
    }

    /// Puts a value there; `None` where an integer is no `u32` or the kinds differ.
    pub(super) fn set(&mut self, position: usize, value: Value) -> Option<()> {
        match self {
            Self::Float(values) => values[position] = value.float()?,
            Self::Index(values) => values[position] = value.integer()?.try_into().ok()?,
            Self::Key(values) => values[position] = value.integer()?.cast_unsigned(),
            Self::Mask(values) => values[position] = value.flag()?,
        }
        Some(())
    }

    /// Adds a value there; masks do not add.
    pub(super) fn add(&mut self, position: usize, value: Value, precision: Precision) -> Option<()> {
        let sum = match self.get(position) {
            Value::Float(old) => Value::Float(precision.round(old + value.float()?)),
            Value::Integer(old) => Value::Integer(old.checked_add(value.integer()?)?),
            Value::Flag(_) => return None,
        };
        self.set(position, sum)
    }
}

impl Value {
    pub(super) fn float(self) -> Option<f64> {
        match self {
            Self::Float(value) => Some(value),
            Self::Integer(value) => Some(value as f64),
            Self::Flag(_) => None,
        }
    }

    pub(super) fn integer(self) -> Option<i64> {
        match self {
            Self::Integer(value) => Some(value),
            Self::Float(_) | Self::Flag(_) => None,
        }
    }

    pub(super) fn flag(self) -> Option<bool> {
        match self {
            Self::Flag(value) => Some(value),
            Self::Float(_) | Self::Integer(_) => None,
        }
    }
}

impl From<Vec<f64>> for Data {
    fn from(values: Vec<f64>) -> Self {
        Self::Float(values)
    }
}

impl From<Vec<u32>> for Data {
    fn from(values: Vec<u32>) -> Self {
        Self::Index(values)
    }
}

impl From<Vec<u64>> for Data {
    fn from(values: Vec<u64>) -> Self {
        Self::Key(values)
    }
}

impl From<Vec<bool>> for Data {
    fn from(values: Vec<bool>) -> Self {
        Self::Mask(values)
    }
}
