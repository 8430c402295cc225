//! The name of a tensor, and whether the tensor is a derivative: the text alone does not tell, as a user may
//! call anything `d_x`.

use std::ops::Deref;

/// The name of a tensor, for people. It reads as its text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    text: String,
    is_derivative: bool,
}

/// How the name of a derivative begins.
const DERIVATIVE: &str = "d_";

impl Name {
    /// `d_x`, the name of a derivative by what is called `x`.
    pub fn derivative(of: &str) -> Self {
        Self { text: format!("{DERIVATIVE}{of}"), is_derivative: true }
    }

    /// What it is the derivative by, if it is one.
    pub fn derivative_by(&self) -> Option<&str> {
        self.text.strip_prefix(DERIVATIVE).filter(|_| self.is_derivative)
    }

    /// `x_part`, the name of what belongs to `x`; of a derivative it is a derivative, too.
    pub fn with(&self, suffix: &str) -> Self {
        Self { text: format!("{}_{suffix}", self.text), is_derivative: self.is_derivative }
    }
}

impl Deref for Name {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

impl From<String> for Name {
    fn from(text: String) -> Self {
        Self { text, is_derivative: false }
    }
}

impl From<&str> for Name {
    fn from(text: &str) -> Self {
        Self::from(text.to_string())
    }
}

impl From<&String> for Name {
    fn from(text: &String) -> Self {
        Self::from(text.as_str())
    }
}
