//! `net!` inside the body of a function.

/// w x at x = 3 for w = 2, and its gradient by w.
#[must_use]
pub fn product() -> (f64, f64) {
    ::nets::net! {
        /// A line.
        pub struct Line {
            w: f64,
        }

        impl Line {
            /// Its height.
            #[grad]
            pub fn loss(x: f64) -> f64 {
                w * x
            }
        }
    }

    let mut model = Line::zeros();
    model.w = 2.0;
    let mut gradient = Line::zeros();
    let mut workspace = ::nets::Workspace::new();
    let pass = model.loss(&mut workspace, 3.0);
    let value = pass.value();
    pass.backward(&mut gradient);
    (value, gradient.w)
}
