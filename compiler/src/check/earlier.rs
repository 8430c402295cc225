//! Derivatives in a loop by what stands outside of it: right if what they reach of earlier iterations does not depend
//! on that. Whether it does shows at the end of the loop, which may assign it last.

use proc_macro2::Span;

use super::elaborate::{Elaborator, Place};
use crate::differentiate;
use crate::ir::{Carried, TensorId};

/// A derivative that has reached what loops carry.
#[derive(Debug)]
pub struct Pending {
    place: Place,
    /// "gradient"
    what: &'static str,
    /// What it has reached, each with the variables that this must not depend on.
    reached: Vec<(TensorId, Vec<TensorId>)>,
    /// What is said if it does not: where the derivative is zero then.
    zeros: Vec<(Span, String)>,
}

impl Elaborator<'_> {
    /// Takes note of what the derivative that was taken last has reached of earlier iterations.
    pub fn note_reached(&mut self, what: &'static str, place: &Place) {
        let reached: Vec<_> =
            self.open.iter_mut().flat_map(|level| std::mem::take(&mut level.reached)).collect();
        if !reached.is_empty() {
            self.pending.push(Pending { place: place.clone(), what, reached, zeros: Vec::new() });
        }
    }

    /// Warns of a derivative that is zero, once that is certain.
    pub fn warn_of_zero(&mut self, span: Span, place: &Place, message: String) {
        let at = |span: Span| format!("{span:?}");
        match self.pending.last_mut().filter(|last| at(last.place.span) == at(place.span)) {
            Some(pending) => pending.zeros.push((span, message)),
            None => self.warn(span, message),
        }
    }

    /// At the end of a loop, which is the last node: whether derivatives in it went through its earlier iterations.
    pub fn settle(&mut self, carried: &[Carried]) {
        let is_carried = |tensor: &TensorId| carried.iter().any(|carried| carried.inside == *tensor);
        for mut pending in std::mem::take(&mut self.pending) {
            let (here, further) = pending.reached.into_iter().partition(|(tensor, _)| is_carried(tensor));
            let here: Vec<(TensorId, Vec<TensorId>)> = here;
            let depends = here
                .iter()
                .any(|(tensor, by)| differentiate::dependents(&self.graph, &self.open, by).contains(tensor));
            pending.reached = further;
            if depends {
                let message = format!(
                    "this {} would go through earlier iterations of the loop around it",
                    pending.what
                );
                let help = "take it behind the loop, or with respect to a value of this iteration";
                self.say(&pending.place, message, Some(help.to_string()));
            } else if pending.reached.is_empty() {
                pending.zeros.into_iter().for_each(|(span, message)| self.warn(span, message));
            } else {
                self.pending.push(pending);
            }
        }
    }
}
