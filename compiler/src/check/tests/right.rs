//! Right programs: nothing is said about them.
