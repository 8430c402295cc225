//! Plans of whole programs.
