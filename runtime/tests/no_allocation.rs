//! After the first step, training allocates nothing: what the test's own thread asks for is counted, since the thread
//! that watches over the tests allocates when it likes.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use chainrule::__private::{Params, Path, Visitor, Witness, init, kernels};
use chainrule::{Adam, Rng, Sgd, Train, Workspace, clip_global_norm};

struct Counting;

thread_local! {
    static REQUESTS: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: every call is passed on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // A thread that ends asks for nothing that is counted.
        let _ = REQUESTS.try_with(|requests| requests.set(requests.get() + 1));
        // SAFETY: the caller's.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        // SAFETY: the caller's.
        unsafe { System.dealloc(place, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[repr(C)]
#[derive(Clone, Copy)]
struct Line {
    weight: [[f32; 2]; 3],
    bias: [f32; 2],
}

impl Params for Line {
    type Float = f32;
    const __WITNESS: Witness<Self> = Witness::new(8);
    fn __visit<'a>(&'a self, path: Path<'_>, visitor: Visitor<'_, 'a, f32>) {
        visitor(path.field("weight"), &[3, 2], self.weight.as_flattened());
        visitor(path.field("bias"), &[2], &self.bias);
    }
    fn __initialise(&mut self, rng: &mut Rng) {
        init::glorot_uniform(self.weight.as_flattened_mut(), rng, 3, 2);
        init::zeros(&mut self.bias);
    }
}

/// ½ Σ (x W + b)², and its gradient.
fn evaluate(model: &Line, gradients: &mut Line, workspace: &mut Workspace<f32>, x: &[f32]) -> f32 {
    let rows = x.len() / 3;
    let y = workspace.request(rows * 2, "evaluate");
    kernels::matmul(rows, 2, 3, x, (3, 1), model.weight.as_flattened(), (2, 1), y, 2, false);
    gradients.bias = [0.0; 2];
    let mut cost = 0.0;
    for row in y.chunks_exact_mut(2) {
        for (j, y) in row.iter_mut().enumerate() {
            *y += model.bias[j];
            cost += 0.5 * *y * *y;
            gradients.bias[j] += *y;
        }
    }
    kernels::matmul(3, 2, rows, x, (1, 3), y, (2, 1), gradients.weight.as_flattened_mut(), 2, false);
    cost
}

#[test]
fn only_the_first_step_allocates() {
    let mut model = Line::init(1);
    let mut gradients = Line::zeros();
    let mut workspace = Workspace::new();
    let (mut adam, mut sgd) = (Adam::new(1e-2), Sgd::new(1e-3).momentum(0.9));
    let x: Vec<f32> = (0..600u16).map(|i| f32::from(i % 17) - 8.0).collect();
    let mut costs = [0.0; 100];
    let mut after_first = 0;
    for (step, slot) in costs.iter_mut().enumerate() {
        // A smaller batch must not give anything back.
        let batch = if step % 3 == 1 { &x[..300] } else { &x[..] };
        *slot = evaluate(&model, &mut gradients, &mut workspace, batch);
        let _ = clip_global_norm(&mut gradients, 1.0);
        adam.step(&mut model, &gradients);
        sgd.step(&mut model, &gradients);
        if step == 0 {
            after_first = REQUESTS.get();
        }
    }
    assert_eq!(REQUESTS.get(), after_first);
    assert!(costs[99] < costs[0]);

    // The loop allocates its two copies of the parameters, once.
    let mut seen = [0; 2];
    let limits = Train { tolerance: -1.0, change: -1.0, patience: 1, epochs: 20 };
    limits.run_observed(
        &mut *model,
        |model, gradients| evaluate(model, gradients, &mut workspace, &x),
        &mut adam,
        |epoch, _| seen[usize::from(epoch > 0)] = REQUESTS.get(),
    );
    assert_eq!(seen[0], after_first + 2);
    assert_eq!(seen[1], seen[0]);
}
