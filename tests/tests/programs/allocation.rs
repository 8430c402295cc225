//! A training step allocates nothing after the first.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use crate::fused::Wide;
use crate::networks::{Attention, Deep, Mlp, Recurrent, labels, numbers, rows};
use chainrule::{Adam, Sgd, Tensor, TensorMut, Workspace};

/// The system's allocator, which counts what each thread asks for.
struct Counting;

thread_local! {
    static REQUESTS: Cell<usize> = const { Cell::new(0) };
}

fn count() {
    // A thread that ends asks for nothing that is counted.
    let _ = REQUESTS.try_with(|requests| requests.set(requests.get() + 1));
}

// SAFETY: everything is handed to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's promise is the one asked for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's promise is the one asked for.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: the caller's promise is the one asked for.
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise is the one asked for.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// How often some work asks for memory.
fn requests(work: impl FnOnce()) -> usize {
    let before = REQUESTS.get();
    work();
    REQUESTS.get() - before
}

#[test]
fn the_allocator_counts() {
    let found = requests(|| drop(std::hint::black_box(vec![1_u8; 100])));
    assert_eq!(found, 1);
}

/// The largest batch first, which may allocate; then nothing does, whatever the size.
#[track_caller]
fn only_the_first_allocates(sizes: &[usize], mut step: impl FnMut(usize)) {
    let largest = *sizes.iter().max().expect("a size");
    assert!(requests(|| step(largest)) > 0, "the first step makes the workspace");
    let found = requests(|| sizes.iter().for_each(|size| step(*size)));
    assert_eq!(found, 0, "requests for memory");
}

#[test]
fn steps_of_a_classifier() {
    let (x, label) = (rows::<6>(32, 0), labels(32, 3));
    let (mut model, mut gradient) = (Mlp::init(1), Mlp::zeros());
    let mut d_x = vec![[0.0; 6]; 32];
    let mut workspace = Workspace::new();
    let mut adam = Adam::new(1e-3);
    only_the_first_allocates(&[32, 1, 0, 7, 31, 32, 2], |size| {
        let pass = model.loss(&mut workspace, &x[..size], &label[..size]);
        std::hint::black_box(pass.value());
        pass.backward(&mut gradient, &mut d_x[..size]);
        adam.step(&mut model, &gradient);
        std::hint::black_box(model.loss_value(&mut workspace, &x[..size], &label[..size]));
        std::hint::black_box(model.loss_step(&mut workspace, &mut adam, &x[..size], &label[..size]));
        std::hint::black_box(model.predict(&mut workspace, &x[..size]));
    });
}

#[test]
fn steps_of_layers_in_a_loop() {
    let (x, label) = (rows::<6>(20, 0), labels(20, 3));
    let (mut model, mut gradient) = (Deep::init(1), Deep::zeros());
    let mut workspace = Workspace::new();
    let mut sgd = Sgd::new(1e-2).momentum(0.9);
    only_the_first_allocates(&[20, 3, 19, 1], |size| {
        let pass = model.loss(&mut workspace, &x[..size], &label[..size]);
        pass.accumulate(&mut gradient);
        chainrule::clip_global_norm(&mut gradient, 1.0);
        sgd.step(&mut model, &gradient);
    });
}

#[test]
fn steps_that_apply_gradients_as_they_are_computed() {
    let (x, label) = (rows::<70>(7, 0), labels(7, 3));
    let mut model = Wide::init(1);
    let mut workspace = Workspace::new();
    let mut adam = Adam::new(1e-3);
    only_the_first_allocates(&[7, 1, 0, 2], |size| {
        std::hint::black_box(model.loss_step(&mut workspace, &mut adam, &x[..size], &label[..size]));
    });
}

#[test]
fn steps_of_attention() {
    let (data, targets) = (numbers(5 * 7 * 4, 0), numbers(5 * 7 * 4, 1));
    let (mut model, mut gradient) = (Attention::init(1), Attention::zeros());
    let mut d_data = vec![0.0; 5 * 7 * 4];
    let mut workspace = Workspace::new();
    let mut adam = chainrule::AdamW::new(1e-3);
    // By the number of sequences and their length: 57 is five of length seven.
    only_the_first_allocates(&[57, 51, 23, 17, 0, 56, 57], |shape| {
        let (n, t) = (shape / 10, shape % 10);
        let count = n * t * 4;
        let (x, target) = (Tensor::new(&data[..count], [n, t, 4]), Tensor::new(&targets[..count], [n, t, 4]));
        let pass = model.loss(&mut workspace, x, target);
        pass.backward(&mut gradient, &mut TensorMut::new(&mut d_data[..count], [n, t, 4]));
        let pass = model.attend(&mut workspace, x);
        pass.accumulate(target, &mut gradient, &mut TensorMut::new(&mut d_data[..count], [n, t, 4]));
        adam.step(&mut model, &gradient);
    });
}

#[test]
fn steps_over_time() {
    let data = numbers(6 * 3 * 4, 0);
    let label = labels(3, 3);
    let (mut model, mut gradient) = (Recurrent::init(1), Recurrent::zeros());
    let mut workspace = Workspace::new();
    let mut adam = Adam::new(1e-3);
    only_the_first_allocates(&[6, 1, 5, 0, 6], |t| {
        let pass = model.loss(&mut workspace, Tensor::new(&data[..t * 12], [t, 3, 4]), &label);
        pass.backward(&mut gradient);
        adam.step(&mut model, &gradient);
    });
}
