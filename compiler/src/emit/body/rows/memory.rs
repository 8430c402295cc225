//! Where rows are in memory: how an element's place follows a loop, and the arrays that rows are copied to and
//! from. Decides nothing about which loops work on rows.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::{Key, Row, Use};
use crate::emit::body::{Access, Body};
use crate::ir::{Atom, Axis, Int, Kind, Scalar, ScalarId, TensorId};

/// The widest steps between neighbours of a row: of a vector of them, one in so many is used.
const WIDEST: i64 = 4;

/// How an element's place depends on an index.
pub(super) enum Along {
    Nothing,
    /// Subscripts up to the axis that the index runs along; of that one, where it begins and its steps.
    Row {
        prefix: Vec<Int>,
        start: Int,
        stride: i64,
    },
    Otherwise,
}

impl Body<'_> {
    /// How an element's place depends on an index.
    pub(super) fn along(&self, tensor: TensorId, at: &[Int], depth: usize) -> Along {
        let mut mentioning = (0..at.len()).filter(|&axis| at[axis].mentions_index(depth));
        let Some(axis) = mentioning.next() else { return Along::Nothing };
        let shape = self.plan.graph.shape(tensor);
        let alone = |atoms: &[Atom]| matches!(atoms, [Atom::Index(index)] if *index == depth);
        let stride = at[axis].terms().find(|(atoms, _)| alone(atoms)).map_or(0, |(_, factor)| factor);
        let start = at[axis].sub(&Int::index(depth).scale(stride));
        let even = mentioning.next().is_none()
            && (1..=WIDEST).contains(&stride)
            && !start.mentions_index(depth)
            && axis >= self.stacked(tensor)
            && shape[axis + 1..].iter().all(|extent| extent.is(1))
            && (shape[axis].as_constant().is_some() || axis + 1 == shape.len());
        match even {
            true => Along::Row { prefix: at[..axis].to_vec(), start, stride },
            false => Along::Otherwise,
        }
    }

    /// Rows of one memory are the same if they begin at the same element of the same shape and take the same
    /// steps.
    pub(super) fn row_key(&self, tensor: TensorId, prefix: &[Int], start: &Int, stride: i64) -> Key {
        let shape = self.plan.graph.shape(tensor);
        let kept = shape[..prefix.len() + 1].iter().cloned();
        let own = [start.clone(), Int::constant(stride)];
        (self.root(tensor), prefix.iter().cloned().chain(own).chain(kept).collect())
    }

    pub(super) fn bound_row(&self, key: &Key, lanes: i64) -> Option<&Row> {
        self.rows.iter().find(|row| row.key == *key && row.lanes == lanes)
    }

    /// `let mut row = …;`
    pub(super) fn open_row(&mut self, each: &Use, width: i64, lanes: i64) -> TokenStream {
        let slice = self.row_slice(each, width, false);
        let wish = format!("{}_row", self.name_of(each.tensor));
        let name = self.names.take(&wish);
        self.rows.push(Row { key: each.key.clone(), lanes, name: name.clone() });
        let length = Literal::i64_unsuffixed(lanes);
        let mutable = if each.stored { quote!(mut) } else { quote!() };
        if each.loaded || self.kind(each.tensor) != Kind::Float {
            let kernels = self.import("kernels");
            let row = match each.stride {
                1 => quote!(row::<#length, _>),
                stride => {
                    let stride = Literal::i64_unsuffixed(stride);
                    quote!(strided_row::<#length, #stride, _>)
                }
            };
            return quote!(let #mutable #name = #kernels::#row(#slice););
        }
        let zero: Literal = format!("0.0_{}", self.float()).parse().expect("a literal");
        quote!(let #mutable #name = [#zero; #length];)
    }

    pub(super) fn store_row(&self, each: &Use, width: i64, lanes: i64) -> TokenStream {
        let Some(row) = self.bound_row(&each.key, lanes).filter(|_| each.stored) else {
            return TokenStream::new();
        };
        let name = &row.name;
        let slice = self.row_slice(each, width, true);
        let length = Literal::i64_unsuffixed(width);
        let part = if width == lanes { quote!(&#name) } else { quote!(&#name[..#length]) };
        quote!(#slice.copy_from_slice(#part);)
    }

    /// The elements of a row: an argument, or the receiver of a method that changes them.
    pub(super) fn row_slice(&self, each: &Use, width: i64, mutable: bool) -> TokenStream {
        let flat = self.flat(each.tensor, &each.prefix, mutable);
        let span = (width - 1) * each.stride + 1;
        let whole = self.plan.graph.shape(each.tensor)[each.prefix.len()].is(span);
        let flat = match whole {
            true => flat,
            false => {
                let (start, end) = (self.subscript(&each.start), self.subscript(&each.start.plus(span)));
                flat.range(&start, &end, mutable)
            }
        };
        if mutable { flat.receiver() } else { flat.argument() }
    }

    /// All that a value reads along an axis, if it does nothing else and they are neighbours.
    pub(in crate::emit::body) fn read_row(&self, value: ScalarId, axis: &Axis) -> Option<TokenStream> {
        let Scalar::Read(tensor, at) = &self.plan.graph.scalars[value] else { return None };
        let along = self.along(*tensor, at, self.indices.len());
        let (Along::Row { prefix, start, stride: 1 }, Kind::Float) = (along, self.kind(*tensor)) else {
            return None;
        };
        let key = self.row_key(*tensor, &prefix, &start, 1);
        let each =
            Use { key, tensor: *tensor, prefix, start, stride: 1, inside: true, loaded: true, stored: false };
        Some(self.row_slice(&each, axis.extent.as_constant()?, false))
    }

    pub(super) fn name_of(&self, tensor: TensorId) -> String {
        match (self.buffer(tensor), self.access(tensor)) {
            (_, Some(Access::Field { field, .. })) => {
                field.path.last().map_or_else(String::new, |step| step.name.to_string())
            }
            (_, Some(Access::Variable(name))) => name.to_string(),
            (Some(buffer), None) => self.names.buffer(buffer).to_string(),
            (None, None) => self.plan.graph.tensor(tensor).name.to_string(),
        }
    }
}
