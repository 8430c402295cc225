//! A workspace in the caller's memory, of exactly the length that the net says.

use crate::message_of;
use chainrule::Params as _;
use chainrule_tests_no_std::{Gate, LENGTH, OUTPUTS, filled, initialised, learn, start};

#[test]
fn it_learns_on_the_stack() {
    let (loss, outputs) = learn(400);
    assert!(loss < 0.1, "{loss}");
    assert_eq!(outputs, OUTPUTS);
}

#[test]
fn it_begins_with_the_same_numbers() {
    assert_eq!(initialised(3).as_slice(), Gate::init(3).as_slice());
}

#[test]
fn exactly_as_long_is_enough() {
    let mut gradient = filled(f32::NAN);
    let exact = start(&mut [f32::NAN; LENGTH], &mut gradient);
    assert!(gradient.as_slice().iter().all(|gradient| gradient.is_finite()));
    let mut other = filled(7.0);
    let longer = start(&mut [-1.0; LENGTH + 5], &mut other);
    assert_eq!(exact.to_bits(), longer.to_bits());
    assert_eq!(gradient.as_slice(), other.as_slice());
}

#[test]
fn one_too_few_panics_and_writes_nothing() {
    // `LENGTH` is for every method of the function; going forward and back may take less.
    let mut gradient = filled(0.25);
    let enough = |length: &usize| {
        let mut memory = vec![0.5; *length];
        let mut gradient = filled(0.25);
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| start(&mut memory, &mut gradient))).is_ok()
    };
    let expected = (0..=LENGTH).find(enough).expect("a length that is enough");
    let found = expected - 1;
    let mut memory = vec![0.5; found];
    let message = message_of(|| start(&mut memory, &mut gradient));
    assert_eq!(
        message,
        format!("Gate::loss: the workspace has {found} elements, expected at least {expected}")
    );
    assert_eq!(memory, vec![0.5; found]);
    assert_eq!(gradient.as_slice(), filled(0.25).as_slice());
}
