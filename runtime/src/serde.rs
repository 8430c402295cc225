//! Parameters in any format of serde (feature `serde`).
//!
//! A network is a map from the names of its tensors (`blocks.0.weight`) to their shape and elements, row
//! after row. Reading is all or nothing: what comes back is a whole network whose every tensor was there
//! once, in its shape.
//!
//! As a field of one's own struct:
//!
//! ```
//! # use chainrule::net;
//! # use serde::{Deserialize, Serialize};
//! net! {
//!     pub struct Line { weight: f32[2, 1] = normal(1), bias: f32[1] }
//! }
//!
//! #[derive(Serialize, Deserialize)]
//! struct Checkpoint {
//!     epoch: u32,
//!     #[serde(with = "chainrule::serde")]
//!     model: Box<Line>,
//! }
//!
//! let text = serde_json::to_string(&Checkpoint { epoch: 3, model: Line::init(1) })?;
//! let read: Checkpoint = serde_json::from_str(&text)?;
//! assert_eq!(read.model.weight, Line::init(1).weight);
//! # Ok::<(), serde_json::Error>(())
//! ```
//!
//! Alone, in [`Model`]. (`serde_json` reads the last bit of a number right only with its feature
//! `float_roundtrip`.)

use alloc::{boxed::Box, string::String, string::ToString as _, vec::Vec};
use core::fmt;
use core::marker::PhantomData;

use ::serde::de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};
use ::serde::ser::SerializeMap as _;
use ::serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Float, Params};

/// A network, borrowed or boxed, as what serde writes and reads.
///
/// ```
/// # use chainrule::net;
/// use chainrule::serde::Model;
/// # net! { pub struct Line { weight: f32[2, 1], bias: f32[1] } }
///
/// let text = serde_json::to_string(&Model(Line::zeros()))?;
/// assert_eq!(
///     text,
///     r#"{"weight":{"shape":[2,1],"data":[0.0,0.0]},"bias":{"shape":[1],"data":[0.0]}}"#
/// );
/// let Model(line) = serde_json::from_str::<Model<Box<Line>>>(&text)?;
/// assert_eq!(line.bias, [0.0]);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Model<P>(pub P);

impl<P: Params> Serialize for Model<&P> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize(self.0, serializer)
    }
}

impl<P: Params> Serialize for Model<Box<P>> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize(&*self.0, serializer)
    }
}

impl<'de, P: Params> Deserialize<'de> for Model<Box<P>> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize(deserializer).map(Self)
    }
}

/// Writes a network; for `#[serde(with = "chainrule::serde")]`.
///
/// # Errors
/// Those of the format.
pub fn serialize<P: Params, S: Serializer>(model: &P, serializer: S) -> Result<S::Ok, S::Error> {
    let tensors = model.tensors();
    let mut map = serializer.serialize_map(Some(tensors.len()))?;
    for tensor in &tensors {
        let (shape, data) = (tensor.shape, Elements(tensor.data));
        map.serialize_entry(&tensor.name, &Written { shape, data })?;
    }
    map.end()
}

/// Reads a network; for `#[serde(with = "chainrule::serde")]`.
///
/// # Errors
/// Those of the format; a tensor that is missing, there twice, of another shape, or not the network's.
pub fn deserialize<'de, P: Params, D: Deserializer<'de>>(deserializer: D) -> Result<Box<P>, D::Error> {
    deserializer.deserialize_map(Network(PhantomData))
}

#[derive(Serialize)]
#[serde(rename = "Tensor", bound = "")]
struct Written<'a, F: Float> {
    shape: &'a [usize],
    data: Elements<'a, F>,
}

struct Elements<'a, F>(&'a [F]);

impl<F: Float> Serialize for Elements<'_, F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // As what they are: a float of 32 bits is not written with the digits of 64.
        match F::NAME {
            "f32" => serializer.collect_seq(bytemuck::cast_slice::<F, f32>(self.0)),
            _ => serializer.collect_seq(bytemuck::cast_slice::<F, f64>(self.0)),
        }
    }
}

/// Reads a whole network.
struct Network<P>(PhantomData<P>);

impl<'de, P: Params> Visitor<'de> for Network<P> {
    type Value = Box<P>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a map from the names of a network's tensors to their shape and data")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Box<P>, A::Error> {
        let mut model = P::zeros();
        let mut start = 0;
        let mut awaited = Vec::new();
        model.for_each_tensor(|path, shape, data| {
            // Its shape and place, until it comes.
            awaited.push((path.to_string(), Some((shape, start))));
            start += data.len();
        });
        while let Some(name) = map.next_key::<String>()? {
            let Some((_, place)) = awaited.iter_mut().find(|(awaited, _)| *awaited == name) else {
                return Err(A::Error::custom(format_args!("`{name}` is not a tensor of the network")));
            };
            let Some((shape, start)) = place.take() else {
                return Err(A::Error::custom(format_args!("`{name}` is there twice")));
            };
            let len = shape.iter().product::<usize>();
            let data = &mut model.as_mut_slice()[start..start + len];
            map.next_value_seed(Read { name: &name, shape, data })?;
        }
        match awaited.iter().find(|(_, place)| place.is_some()) {
            Some((name, _)) => Err(A::Error::custom(format_args!("`{name}` is missing"))),
            None => Ok(model),
        }
    }
}

/// Reads a tensor to its place.
struct Read<'a, F> {
    name: &'a str,
    shape: &'static [usize],
    data: &'a mut [F],
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "lowercase")]
enum Field {
    Shape,
    Data,
}

impl<'de, F: Float> DeserializeSeed<'de> for Read<'_, F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_struct("Tensor", &["shape", "data"], self)
    }
}

impl<F: Float> Read<'_, F> {
    fn check<E: ::serde::de::Error>(&self, found: &[usize]) -> Result<(), E> {
        let Self { name, shape, .. } = self;
        if found == *shape {
            return Ok(());
        }
        Err(E::custom(format_args!("`{name}` has shape {found:?}, expected {shape:?}")))
    }
}

impl<'de, F: Float> Visitor<'de> for Read<'_, F> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the shape and data of `{}`", self.name)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<(), A::Error> {
        let shape: Vec<usize> = parts.next_element()?.ok_or_else(|| A::Error::invalid_length(0, &self))?;
        self.check(&shape)?;
        let filled = parts.next_element_seed(Fill { name: self.name, data: &mut *self.data })?;
        filled.ok_or_else(|| A::Error::invalid_length(1, &self))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let (mut shape, mut filled) = (false, false);
        while let Some(field) = map.next_key()? {
            match field {
                Field::Shape if shape => return Err(A::Error::duplicate_field("shape")),
                Field::Data if filled => return Err(A::Error::duplicate_field("data")),
                Field::Shape => {
                    self.check(&map.next_value::<Vec<usize>>()?)?;
                    shape = true;
                }
                Field::Data => {
                    map.next_value_seed(Fill { name: self.name, data: &mut *self.data })?;
                    filled = true;
                }
            }
        }
        match (shape, filled) {
            (false, _) => Err(A::Error::missing_field("shape")),
            (_, false) => Err(A::Error::missing_field("data")),
            _ => Ok(()),
        }
    }
}

/// Reads exactly as many elements as there is room for.
struct Fill<'a, F> {
    name: &'a str,
    data: &'a mut [F],
}

impl<'de, F: Float> DeserializeSeed<'de> for Fill<'_, F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, F: Float> Visitor<'de> for Fill<'_, F> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the {} elements of `{}`", self.data.len(), self.name)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        for at in 0..self.data.len() {
            let next = match F::NAME {
                "f32" => elements.next_element::<f32>()?.map(|x| bytemuck::cast::<f32, F>(x)),
                _ => elements.next_element::<f64>()?.map(|x| bytemuck::cast::<f64, F>(x)),
            };
            self.data[at] = next.ok_or_else(|| A::Error::invalid_length(at, &self))?;
        }
        match elements.next_element::<::serde::de::IgnoredAny>()? {
            Some(_) => Err(A::Error::invalid_length(self.data.len() + 1, &self)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Model;
    use crate::Params;
    use crate::params::tests::{Net, Vector};
    use alloc::{boxed::Box, format, string::String, string::ToString as _};

    #[test]
    fn there_and_back() {
        let model = Net::init(4);
        let text = serde_json::to_string(&Model(&*model)).unwrap();
        assert_eq!(text, serde_json::to_string(&Model(model.clone())).unwrap());
        let Model(read) = serde_json::from_str::<Model<Box<Net>>>(&text).unwrap();
        assert_eq!(read, model);
        assert!(
            text.contains(r#""empty":{"shape":[0,3],"data":[]},"scale":{"shape":[],"data":[1.5]}"#),
            "{text}"
        );
    }

    #[test]
    fn floats_of_32_bits_are_written_as_such() {
        let text = serde_json::to_string(&Model(&Vector { x: [0.1f32, f32::MIN_POSITIVE] })).unwrap();
        assert_eq!(text, r#"{"x":{"shape":[2],"data":[0.1,1.1754944e-38]}}"#);
        let Model(read) = serde_json::from_str::<Model<Box<Vector<f32, 2>>>>(&text).unwrap();
        assert_eq!(read.x, [0.1, f32::MIN_POSITIVE]);
    }

    #[test]
    fn a_tensor_without_names_of_its_parts() {
        // As formats write it that know the order.
        let Model(read) = serde_json::from_str::<Model<Box<Vector<f64, 2>>>>(r#"{"x":[[2],[1,2]]}"#).unwrap();
        assert_eq!(read.x, [1.0, 2.0]);
    }

    #[test]
    fn what_is_no_such_network() {
        let error = |text: &str| -> String {
            serde_json::from_str::<Model<Box<Vector<f32, 2>>>>(text).unwrap_err().to_string()
        };
        let tensor = r#"{"shape":[2],"data":[1,2]}"#;
        for (text, expected) in [
            ("{}", "`x` is missing"),
            ("[1,2]", "expected a map from the names of a network's tensors to their shape and data"),
            (&format!(r#"{{"y":{tensor}}}"#), "`y` is not a tensor of the network"),
            (&format!(r#"{{"x":{tensor},"x":{tensor}}}"#), "`x` is there twice"),
            (r#"{"x":{"shape":[1,2],"data":[1,2]}}"#, "`x` has shape [1, 2], expected [2]"),
            (r#"{"x":{"data":[1,2]}}"#, "missing field `shape`"),
            (r#"{"x":{"shape":[2]}}"#, "missing field `data`"),
            (r#"{"x":{"shape":[2],"shape":[2]}}"#, "duplicate field `shape`"),
            (r#"{"x":{"data":[1,2],"data":[1,2]}}"#, "duplicate field `data`"),
            (r#"{"x":{"shape":[2],"data":[1]}}"#, "invalid length 1, expected the 2 elements of `x`"),
            (r#"{"x":{"shape":[2],"data":[1,2,3]}}"#, "invalid length 3, expected the 2 elements of `x`"),
            (r#"{"x":{"shape":[2],"data":[1,null]}}"#, "invalid type: null, expected f32"),
            (r#"{"x":[[2]]}"#, "invalid length 1, expected the shape and data of `x`"),
        ] {
            let found = error(text);
            assert!(found.contains(expected), "{text}\n{found}\n{expected}");
        }
    }
}
