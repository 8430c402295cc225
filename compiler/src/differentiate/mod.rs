//! The chain rule, symbolically: reverse and forward mode over a graph, each one rule.
//!
//! Both modes take nodes and make nodes of the same form, so they nest to any order. Nothing here knows
//! which layer or function a node came from.

mod activity;
mod forward;
mod reverse;
mod share;
mod table;

pub use activity::spread_back;
pub use forward::forward;
pub use reverse::{reverse, Open, ThroughEarlierIterations};
