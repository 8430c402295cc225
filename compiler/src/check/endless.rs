//! Functions are lowered where they are called, so that none may call itself.

use proc_macro2::Span;

use super::elaborate::{Elaborator, Frame};
use super::value::Layer;
use super::words::list;
use crate::syntax::ast;

/// How deep calls may nest: the passes walk by recursion.
const DEEPEST_CALL: usize = 64;

impl Elaborator<'_> {
    /// Reports a function that calls itself: once for each such function.
    pub fn is_endless(&mut self, function: &ast::Function, layer: Option<&Layer>, span: Span) -> bool {
        let instance = layer.map(|layer| layer.instance);
        let is_same = |frame: &Frame| {
            function.name == frame.function
                && frame.layer.as_ref().map(|layer| layer.instance) == instance
                && frame.library.is_none() == self.frame().library.is_none()
        };
        let name = function.name.to_string();
        if let Some(first) = self.frames.iter().position(is_same) {
            let through: Vec<String> =
                self.frames[first + 1..].iter().map(|frame| frame.function.clone()).collect();
            let structure =
                layer.map_or_else(String::new, |layer| self.instances.list[layer.instance].name.clone());
            let members = std::iter::once(name.clone()).chain(through.iter().cloned());
            let is_new = members.fold(true, |is_new, member| {
                is_new & (self.quiet > 0 || self.seen.endless.insert((structure.clone(), member)))
            });
            if is_new {
                let through =
                    if through.is_empty() { String::new() } else { format!(", through {}", list(&through)) };
                self.error_with_help(
                    span,
                    format!("`{name}` calls itself{through}: it never ends"),
                    "repeat with a loop: `for t in 0..T { … }`",
                );
            }
            return true;
        }
        let too_deep = self.frames.len() > DEEPEST_CALL;
        if too_deep {
            self.error_with_help(
                span,
                format!("calls nest more than {DEEPEST_CALL} deep here"),
                "call fewer functions from functions",
            );
        }
        too_deep
    }
}
