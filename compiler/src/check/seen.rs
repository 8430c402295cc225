//! What lowering has met. What it never met is worth a warning; a function that it never met, a look of its own.

use std::collections::BTreeSet;

/// A function: the struct whose it is (empty for a free one) and its name.
pub type FunctionName = (String, String);

/// What the functions of a block have mentioned so far.
#[derive(Debug, Default)]
pub struct Seen {
    /// Functions whose bodies were lowered.
    pub functions: BTreeSet<FunctionName>,
    /// Dims that a type or an expression mentions.
    pub dims: BTreeSet<String>,
    /// Functions whose endless recursion was reported.
    pub endless: BTreeSet<FunctionName>,
    /// Sizes that are declared nowhere, reported.
    pub undeclared: BTreeSet<String>,
}
