//! The chain rule, symbolically: reverse and forward mode over a graph, each one rule.
//!
//! Both modes take nodes and make nodes of the same form, so they nest to any order. Nothing here knows
//! which layer or function a node came from.

mod activity;
mod application;
mod forward;
mod guards;
mod reverse;
mod rows;
mod share;
mod table;
mod tame;
mod units;

pub use activity::{differentiable_parts, spread_back};
pub use forward::forward;
pub use reverse::{Open, dependents, reverse};
pub use rows::keeps_rows;
pub use units::{front_axes, over_units};
