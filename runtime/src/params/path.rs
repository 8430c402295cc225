//! Where a tensor stands in a network, without allocating: a list linked along the call stack.

use core::fmt;

/// The fields and array positions that lead to a tensor; displays as `blocks.0.weight`.
///
/// ```
/// use chainrule::Params;
///
/// fn print<P: Params>(model: &P) {
///     model.for_each_tensor(|path, shape, _| println!("{path} {shape:?}"));
/// }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Path<'a> {
    parent: Option<&'a Path<'a>>,
    part: Part,
    frozen: bool,
}

#[derive(Debug, Clone, Copy)]
enum Part {
    Root,
    Field(&'static str),
    Index(usize),
}

impl Path<'_> {
    /// The network itself.
    pub(crate) const ROOT: Path<'static> = Path { parent: None, part: Part::Root, frozen: false };

    /// The path to a field of what this path leads to.
    #[doc(hidden)]
    #[must_use]
    pub const fn field<'b>(&'b self, name: &'static str) -> Path<'b> {
        Path { parent: Some(self), part: Part::Field(name), frozen: self.frozen }
    }

    /// The path to one element of the array that this path leads to.
    #[doc(hidden)]
    #[must_use]
    pub const fn index<'b>(&'b self, position: usize) -> Path<'b> {
        Path { parent: Some(self), part: Part::Index(position), frozen: self.frozen }
    }

    /// The same path, marked as never trained, with all that is reached through it.
    #[doc(hidden)]
    #[must_use]
    pub const fn frozen(mut self) -> Self {
        self.frozen = true;
        self
    }

    /// Whether the tensor is `#[frozen]`, or inside something that is.
    #[must_use]
    pub const fn is_frozen(&self) -> bool {
        self.frozen
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent
            && !matches!(parent.part, Part::Root)
        {
            write!(formatter, "{parent}.")?;
        }
        match self.part {
            Part::Root => Ok(()),
            Part::Field(name) => formatter.write_str(name),
            Part::Index(position) => write!(formatter, "{position}"),
        }
    }
}
