//! The parameters of the layers that a program has, with their shapes.

use super::library::layers;
use super::tree::{Content, Field, Size, Struct};

/// A parameter inside of a field that is a layer.
#[derive(Clone, Debug)]
pub struct Held {
    /// The layers around it from outside inward, the lengths of those that are arrays.
    pub layers: Vec<(String, Option<usize>)>,
    pub name: String,
    pub shape: Vec<usize>,
}

impl Held {
    /// Its name among the parameters.
    pub fn path(&self) -> String {
        let layers: String = self.layers.iter().map(|(name, _)| format!("{name}.")).collect();
        layers + &self.name
    }

    /// Its shape with the axes of the arrays around it.
    pub fn whole(&self) -> Vec<usize> {
        let lengths = self.layers.iter().filter_map(|(_, length)| *length);
        lengths.chain(self.shape.iter().copied()).collect()
    }
}

/// The parameters of a field that is a layer, as far as their shapes are known.
pub fn of(structs: &[Struct], field: &Field, dim: &dyn Fn(char) -> i64) -> Vec<Held> {
    let Content::Layer { layer, generics, length } = &field.content else { return Vec::new() };
    let generics: Vec<i64> = generics.iter().map(|size| size.value(dim)).collect();
    let mut held = match structs.iter().find(|own| own.name == *layer) {
        Some(own) => {
            let dim = |name: char| {
                let position = own.generics.iter().position(|generic| *generic == name);
                generics[position.expect("a generic of the layer")]
            };
            let parameters = |field: &Field| match &field.content {
                Content::Tensor(shape) => {
                    let shape = shape.iter().map(|size: &Size| size.value(&dim) as usize).collect();
                    vec![Held { layers: Vec::new(), name: field.name.clone(), shape }]
                }
                Content::Layer { .. } => of(structs, field, &dim),
            };
            own.fields.iter().flat_map(parameters).collect()
        }
        None => {
            let sizes: Vec<usize> = generics.iter().map(|&size| size as usize).collect();
            let names = layers::fields(layer).unwrap_or_default();
            let named = names.iter().zip(layers::shapes(layer, &sizes));
            named
                .map(|(name, shape)| Held { layers: Vec::new(), name: name.to_string(), shape })
                .collect::<Vec<_>>()
        }
    };
    held.iter_mut().for_each(|held| held.layers.insert(0, (field.name.clone(), *length)));
    held
}
