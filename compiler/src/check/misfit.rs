//! What is said of a value that is not of its type, and the way out.

use super::call::Callee;
use super::elaborate::{Elaborator, Place};
use super::elsewhere::INDICES;
use super::fit::Expected;
use super::items::InstanceContent;
use super::mapped;
use super::value::Array;
use super::words::{counted, spelled};
use crate::ir::{Int, Kind};
use crate::syntax::ast::{self, ExprKind as E};

impl Elaborator<'_> {
    /// Says that something else was expected: at the user's token, in the user's terms.
    pub fn misfit(
        &mut self,
        expected: &Expected<'_>,
        wanted: &str,
        found: &str,
        help: Option<String>,
        place: &Place,
    ) {
        let message = match expected {
            Expected::Argument { callee, parameter, .. } => {
                format!("{} takes {wanted} for `{parameter}`, found {found}", callee.shown())
            }
            Expected::Result(function) => {
                format!("`{}` returns {wanted}, but its body is {found}", function.name)
            }
            Expected::Binding(name) => format!("{name} is declared {wanted}, but its value is {found}"),
        };
        self.say(place, message, help);
    }

    /// What to do about a value that does not fit.
    pub fn way_out(
        &mut self,
        ty: &ast::TensorType,
        kind: Kind,
        array: &Array,
        wrong: Option<(usize, &ast::Expr)>,
        expected: &Expected<'_>,
    ) -> Option<String> {
        let float = self.float_name();
        match (kind, array.kind) {
            (Kind::Float, Kind::Index | Kind::Mask) => {
                return Some(format!("`… as {float}` makes numbers of it"));
            }
            (Kind::Float, Kind::Key) => return Some("a key is for `dropout` and `fold` alone".to_string()),
            (Kind::Index, Kind::Float) => {
                let is_argument = matches!(expected, Expected::Argument { .. });
                let help =
                    if is_argument { "indices are `u32` arguments, or come from `argmax`" } else { INDICES };
                return Some(help.to_string());
            }
            (Kind::Index | Kind::Float, _) if kind != array.kind => {
                return Some("another kind of value is expected here".to_string());
            }
            (Kind::Mask, found) if found != Kind::Mask => return Some("compare: `x > 0`".to_string()),
            (Kind::Key, found) if found != Kind::Key => {
                return Some("a random key is a `u64` argument".to_string());
            }
            _ => {}
        }
        if let Expected::Argument { callee, parameter, passed, .. } = expected
            && self.frame().library.is_none()
            && let Some(wanted) = self.known_shape(ty)
            && array.shape.len() > wanted.len()
            && self.shapes_agree(&array.shape[array.shape.len() - wanted.len()..], &wanted)
        {
            return Some(mapped::over_one_index(callee, parameter, passed));
        }
        if let Some(wanted) = self.known_shape(ty)
            && let Some(help) = self.reshaping(&wanted, array)
        {
            return Some(help);
        }
        match expected {
            Expected::Argument { kept: Some((kept, axis)), .. } if self.would_fit(ty, array, *axis) => {
                Some(format!("a range keeps the axis: `{kept}`"))
            }
            Expected::Argument { callee, parameter, passed, .. } => {
                let dim = wrong.and_then(|(_, size)| match &size.kind {
                    E::Name(name) => {
                        self.frame().dims.get(&name.to_string()).cloned().map(|fixed| (name, fixed))
                    }
                    _ => None,
                });
                if let Some((name, fixed)) = dim.filter(|(_, fixed)| fixed.by != *parameter) {
                    let size = self.show_size(&fixed.size);
                    let so = if *name == size.as_str() {
                        String::new()
                    } else {
                        format!(": it is {size} in this call")
                    };
                    return Some(format!("`{}` fixes its `{name}`{so}", fixed.by));
                }
                if let Some(other) = wrong.and_then(|_| self.layer_that_fits(callee, array)) {
                    return Some(format!("{other} would fit here"));
                }
                let (wanted, found) = (
                    ty.axes.len()
                        - usize::from(ty.axes.iter().any(|axis| matches!(axis, ast::AxisType::Rest(_)))),
                    array.shape.len(),
                );
                Some(match wrong {
                    Some((axis, size)) => {
                        let which = if axis + 1 == found {
                            "the last axis".to_string()
                        } else {
                            format!("axis {axis}")
                        };
                        let size = self
                            .known_size(size)
                            .map_or_else(|| "another size".to_string(), |size| self.show_size(&size));
                        format!("{which} is {}, and has to be {size}", self.show_size(&array.shape[axis]))
                    }
                    None if wanted < ty.axes.len() => format!(
                        "it takes {} or more, found {}",
                        counted(wanted, "axis"),
                        counted(found, "axis")
                    ),
                    None if found > wanted => {
                        let takes = counted(wanted, "axis");
                        format!(
                            "it takes {takes}, found {found}; {}",
                            mapped::over_one_index(callee, parameter, passed)
                        )
                    }
                    None => format!("it takes {}, found {}", counted(wanted, "axis"), counted(found, "axis")),
                })
            }
            Expected::Result(function) => {
                let index = wrong.and_then(|(axis, size)| self.reaching_index(function, axis, size, array));
                let right =
                    || format!("if the body is right, write `-> {}`", self.show(array.kind, &array.shape));
                Some(index.unwrap_or_else(right))
            }
            Expected::Binding(_) => Some(format!(
                "if the value is right, write `: {}`, or leave the type out",
                self.show(array.kind, &array.shape)
            )),
        }
    }

    /// Whether an array fits with one more axis of size 1, as far as sizes are known.
    fn would_fit(&mut self, ty: &ast::TensorType, array: &Array, axis: usize) -> bool {
        let mut shape = array.shape.clone();
        shape.insert(axis.min(shape.len()), Int::constant(1));
        let (axes, is_whole) = match ty.axes.split_first() {
            Some((ast::AxisType::Rest(_), axes)) => (axes, false),
            _ => (ty.axes.as_slice(), true),
        };
        let Some(lead) = shape.len().checked_sub(axes.len()) else { return false };
        let agrees = |this: &mut Self, (axis, found): (&ast::AxisType, &Int)| match axis {
            ast::AxisType::Rest(_) => false,
            ast::AxisType::Size(size) => {
                this.known_size(size).is_none_or(|wanted| this.agree(&wanted, found))
            }
        };
        (lead == 0 || !is_whole) && axes.iter().zip(&shape[lead..]).all(|pair| agrees(self, pair))
    }

    /// Of a result that index notation has made: which index without a range has run further than the type says.
    fn reaching_index(
        &mut self,
        function: &ast::Function,
        axis: usize,
        size: &ast::Expr,
        array: &Array,
    ) -> Option<String> {
        let E::Name(result) = &function.body.result.as_ref()?.kind else { return None };
        let indices = function.body.statements.iter().rev().find_map(|statement| match statement {
            ast::Statement::LetIndexed { name, indices, .. } if name == result => Some(indices),
            _ => None,
        })?;
        let index = indices.get(axis).filter(|index| index.range.is_none())?;
        let (wanted, found) = (self.known_size(size)?, &array.shape[axis]);
        if Self::is_at_least(&found.sub(&wanted), 0) != Some(true) {
            return None;
        }
        let (index, wanted, found) = (&index.name, self.show_size(&wanted), self.show_size(found));
        Some(format!(
            "`{index}` runs over {found}, as far as its reads are inside; write `{index} in 0..{wanted}` for less"
        ))
    }

    /// The sizes of a type, if all are known.
    pub fn known_shape(&mut self, ty: &ast::TensorType) -> Option<Vec<Int>> {
        let mut shape = Vec::new();
        for axis in &ty.axes {
            match axis {
                ast::AxisType::Rest(_) => shape.extend(self.frame().rest.clone()?.0),
                ast::AxisType::Size(size) => shape.push(self.known_size(size)?),
            }
        }
        Some(shape)
    }

    /// A size of a type, if it is known.
    fn known_size(&mut self, size: &ast::Expr) -> Option<Int> {
        self.quiet += 1;
        let size = self.integer(size);
        self.quiet -= 1;
        size
    }

    /// How a shape becomes another, where that is simple.
    pub fn reshaping(&self, wanted: &[Int], array: &Array) -> Option<String> {
        let found = array.shape.as_slice();
        if wanted.is_empty() {
            let help = match array.kind {
                Kind::Float => "reduce it: `sum(…)`, `mean(…)`",
                Kind::Mask => "reduce it: `any(…)`, `all(…)`",
                Kind::Index | Kind::Key => "take one, `x[0]`, or map over indices: `let y[n] = f(x[n]);`",
            };
            return Some(help.to_string());
        }
        if let ([a, b], [c, d]) = (wanted, found)
            && a == d
            && b == c
        {
            return Some("its transpose would fit: `.t()`".to_string());
        }
        let shown = self.show_sizes(wanted);
        let long = |shape: &[Int]| shape.iter().filter(|size| !size.is(1)).cloned().collect::<Vec<_>>();
        if long(wanted) == long(found) && wanted.len() != found.len() {
            return Some(format!(
                "with its axes of size 1 added or dropped it would fit: `reshape(…, [{shown}])`"
            ));
        }
        None
    }

    /// A layer of the caller's that takes such a value.
    fn layer_that_fits(&self, callee: &Callee, array: &Array) -> Option<String> {
        let caller = self.frames.len().checked_sub(2).map(|caller| &self.frames[caller])?;
        let layer = caller.layer.as_ref().filter(|_| caller.library.is_none() && callee.layer.is_some())?;
        let own = self.frame().layer.as_ref()?;
        let structure = &self.instances.list[own.instance].name;
        let last = array.shape.last()?.as_constant()?;
        self.instances.list[layer.instance].fields.iter().find_map(|field| {
            let InstanceContent::Layer { instance, lengths } = &field.content else { return None };
            let other = &self.instances.list[*instance];
            if !lengths.is_empty() || other.name != *structure {
                return None;
            }
            let definition = self.items.structs[&other.name];
            let call = self.items.methods[&other.name]
                .iter()
                .find(|callable| callable.function.name == *self.frame().function)?;
            let ast::Type::Tensor(ty) = &call.function.arguments.first()?.ty else { return None };
            let ast::AxisType::Size(ast::Expr { kind: E::Name(name), .. }) = ty.axes.last()? else {
                return None;
            };
            let generic = definition.generics.iter().position(|generic| generic.name == *name)?;
            (other.generics[generic] == last).then(|| format!("`{}` ({})", field.name, other.description()))
        })
    }

    pub fn show_type(&mut self, ty: &ast::Type, by: &str) -> String {
        match ty {
            ast::Type::Tensor(ty) => self.show_tensor_type(ty, by),
            ast::Type::Dim(name) => format!("a size (`{name}`)"),
            ast::Type::Error(_) => "…".to_string(),
            ast::Type::Tuple(parts, _) => format!(
                "({})",
                parts.iter().map(|part| self.show_type(part, by)).collect::<Vec<_>>().join(", ")
            ),
        }
    }

    /// A type as written, with what is known of its sizes but through the argument itself.
    pub fn show_tensor_type(&mut self, ty: &ast::TensorType, by: &str) -> String {
        let mut axes = Vec::new();
        for axis in &ty.axes {
            axes.push(match axis {
                ast::AxisType::Rest(_) => match self.frame().rest.clone() {
                    Some((known, _)) if known.is_empty() => continue,
                    Some((known, from)) if from != by || by.is_empty() => self.show_sizes(&known),
                    Some(_) | None => "..".to_string(),
                },
                ast::AxisType::Size(size) => {
                    let own = matches!(&size.kind, E::Name(name) if self.frame().dims.get(&name.to_string()).is_some_and(|fixed| fixed.by == by));
                    let known = if own { None } else { self.known_size(size) };
                    let written = || spelled(size).unwrap_or_else(|| "…".to_string());
                    known.map_or_else(written, |size| self.show_size(&size))
                }
            });
        }
        let scalar = match ty.scalar.to_string().as_str() {
            "f32" | "f64" => self.float_name().to_string(),
            other => other.to_string(),
        };
        if axes.is_empty() { scalar } else { format!("{scalar}[{}]", axes.join(", ")) }
    }
}
