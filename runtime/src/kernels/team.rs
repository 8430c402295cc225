//! Two things at once, on threads of rayon's pool that wait for more.
//!
//! A step is some ten pieces of work of 10 to 500 µs, of which each needs what the one before has made. A thread of
//! rayon's pool falls asleep between them, and waking it takes 30 µs. So threads are asked once to help, and stay
//! awake for as long as that would take, each looking at a place of its own for what is to be done: to hand over and to
//! hear that it is done are two lines of the cache there and two back, half a µs. Nobody waits for one that has not come:
//! what no helper has taken, who offers it does itself. Nothing here knows what is computed.

use core::any::Any;
use core::cell::UnsafeCell;
use core::hint::spin_loop;
use core::ptr;
use core::sync::atomic::{
    AtomicBool, AtomicPtr, AtomicUsize,
    Ordering::{AcqRel, Acquire, Relaxed, Release},
};
use core::time::Duration;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::thread;
use std::time::Instant;

/// How long a helper looks for work before it goes: some times what it takes to wake one.
const PATIENCE: Duration = Duration::from_micros(100);
/// How long it stays at most, however much there is to do: a thread of the pool that waits for something else may have
/// become one, and goes on when it leaves.
const SHIFT: Duration = Duration::from_millis(20);
/// How many helpers there may be at a time, of all threads: more do not come.
const PLACES: usize = usize::BITS as usize;
/// How often a thread that waits looks at full speed: some µs, since a hint to the CPU takes part of one.
const EAGER: u32 = 1 << 12;
/// How often it looks before it lets others have the CPU.
const SPINS: u32 = 1 << 14;

/// What stands in a line of its own: who writes it takes the line away from all others, which costs 0.1 µs.
#[repr(align(128))]
struct Apart<T>(T);

/// Who helps.
struct Team {
    /// Places of helpers that have been asked to come and have not gone.
    used: Apart<AtomicUsize>,
    /// By place, what its helper is to do: an offer, until it is taken or taken back; [`idle`] while the helper looks for
    /// one, or comes; else null.
    offers: [Apart<AtomicPtr<Offer>>; PLACES],
}

static TEAM: Team = Team {
    used: Apart(AtomicUsize::new(0)),
    offers: [const { Apart(AtomicPtr::new(ptr::null_mut())) }; PLACES],
};

/// What stands where a helper looks for an offer, or will when it has come.
fn idle() -> *mut Offer {
    ptr::without_provenance_mut(1)
}

/// What is on offer: the beginning of an [`Errand`].
struct Offer {
    /// Runs the errand that this is the beginning of, and catches panics.
    run: unsafe fn(*mut Offer),
    done: AtomicBool,
}

/// Work on the stack of who offers it, who stays until it is done.
#[repr(C)]
struct Errand<W> {
    offer: Offer,
    work: UnsafeCell<Option<W>>,
    panicked: UnsafeCell<Option<Box<dyn Any + Send>>>,
}

/// Whether the pool around has one thread, which is to be the only one.
fn is_alone() -> bool {
    rayon::current_num_threads() == 1
}

/// Whether a helper looks for work, or comes.
pub(super) fn has_idle() -> bool {
    TEAM.places().any(|place| TEAM.is_idle(place)) && !is_alone()
}

/// Asks a thread of the pool to help, and says whether there was one that does not yet.
pub(super) fn call() -> bool {
    let Some(place) = TEAM.place(rayon::current_num_threads() - 1) else { return false };
    let caller = rayon::current_thread_index();
    rayon::spawn(move || {
        // Who asks would only help itself.
        let helps = caller.is_none() || caller != rayon::current_thread_index();
        TEAM.help(place, if helps { PATIENCE } else { Duration::ZERO });
    });
    true
}

/// Does both, the second on a helper's thread if there is one that has nothing else to do.
///
/// Allocates nothing. A panic of one comes out when both are done.
pub(super) fn both<W: FnOnce() + Send>(first: impl FnOnce(), second: W) {
    let errand = Errand {
        offer: Offer { run: run::<W>, done: AtomicBool::new(false) },
        work: UnsafeCell::new(Some(second)),
        panicked: UnsafeCell::new(None),
    };
    let offer = ptr::from_ref(&errand).cast::<Offer>().cast_mut();
    let place = if is_alone() { None } else { TEAM.offer(offer) };
    // The errand stays where it is until nobody else can know of it.
    let firsts = catch_unwind(AssertUnwindSafe(first));
    if place.is_none_or(|place| !errand.offer.done.load(Acquire) && TEAM.take_back(place, offer)) {
        if let (Ok(()), Some(second)) = (&firsts, errand.work.into_inner()) {
            second();
        }
    } else {
        wait(&errand.offer.done);
        if let (Ok(()), Some(panic)) = (&firsts, errand.panicked.into_inner()) {
            resume_unwind(panic);
        }
    }
    if let Err(panic) = firsts {
        resume_unwind(panic);
    }
}

/// # Safety
/// `offer` must be the beginning of an `Errand<W>` that nobody else uses, and that stays until it is done: who runs it says
/// when that is.
unsafe fn run<W: FnOnce()>(offer: *mut Offer) {
    let errand = offer.cast::<Errand<W>>();
    // SAFETY: who offers it looks at `done` alone until that is set.
    unsafe {
        if let Some(work) = (*(*errand).work.get()).take()
            && let Err(panic) = catch_unwind(AssertUnwindSafe(work))
        {
            *(*errand).panicked.get() = Some(panic);
        }
    }
}

/// Waits for another thread that is at work.
fn wait(done: &AtomicBool) {
    let mut spins = 0;
    while !done.load(Acquire) {
        spins += 1;
        if spins >= SPINS {
            thread::yield_now();
        } else if spins >= EAGER {
            spin_loop();
        }
    }
}

impl Team {
    /// A place for a helper, if there are not so many already.
    fn place(&self, most: usize) -> Option<usize> {
        let mut used = self.used.0.load(Relaxed);
        while (used.count_ones() as usize) < most.min(PLACES) {
            let place = (!used).trailing_zeros() as usize;
            match self.used.0.compare_exchange_weak(used, used | 1 << place, AcqRel, Relaxed) {
                Ok(_) => {
                    self.offers[place].0.store(idle(), Release);
                    return Some(place);
                }
                Err(now) => used = now,
            }
        }
        None
    }

    /// Places with a helper.
    fn places(&self) -> impl Iterator<Item = usize> {
        let mut used = self.used.0.load(Acquire);
        core::iter::from_fn(move || {
            let place = used.trailing_zeros();
            used &= used.wrapping_sub(1);
            (place < usize::BITS).then_some(place as usize)
        })
    }

    fn is_idle(&self, place: usize) -> bool {
        self.offers[place].0.load(Relaxed) == idle()
    }

    /// Offers something to a helper that looks for it, and says to which.
    fn offer(&self, offer: *mut Offer) -> Option<usize> {
        self.places().find(|&place| {
            let there = &self.offers[place].0;
            there.load(Relaxed) == idle() && there.compare_exchange(idle(), offer, Release, Relaxed).is_ok()
        })
    }

    /// Takes an offer back, unless the helper has taken it.
    fn take_back(&self, place: usize, offer: *mut Offer) -> bool {
        self.offers[place].0.compare_exchange(offer, idle(), Relaxed, Relaxed).is_ok()
    }

    /// Does what is on offer at a place, for as long as there is something every now and then; then leaves it.
    fn help(&self, place: usize, patience: Duration) {
        let there = &self.offers[place].0;
        let start = Instant::now();
        let mut last = start;
        let mut spins = 0_u32;
        loop {
            let offer = there.load(Relaxed);
            if offer == idle() {
                spins = spins.wrapping_add(1);
                if spins >= EAGER {
                    spin_loop();
                }
                if !spins.is_multiple_of(64) || last.elapsed() <= patience && last - start <= SHIFT {
                    continue;
                }
                if there.compare_exchange(idle(), ptr::null_mut(), AcqRel, Relaxed).is_ok() {
                    break;
                }
            } else if there.compare_exchange(offer, ptr::null_mut(), Acquire, Relaxed).is_ok() {
                // SAFETY: it is ours, and stays until it is done.
                unsafe {
                    ((*offer).run)(offer);
                    // Before who waits goes on: what comes next finds a helper.
                    there.store(idle(), Release);
                    (*offer).done.store(true, Release);
                }
                last = Instant::now();
                spins = 0;
            }
        }
        self.used.0.fetch_and(!(1 << place), AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;
    use std::thread;

    use super::{both, call};

    /// As many as 2 to the power of `depth`, in parts of parts.
    fn count(depth: u32) -> usize {
        if depth == 0 {
            return 1;
        }
        call();
        let (mut first, mut second) = (0, 0);
        both(|| first = count(depth - 1), || second = count(depth - 1));
        first + second
    }

    #[test]
    fn of_parts_of_parts_by_many() {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().expect("threads");
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..100).for_each(|_| assert_eq!(count(7), 128)));
                scope.spawn(|| pool.install(|| (0..100).for_each(|_| assert_eq!(count(7), 128))));
            }
        });
    }

    #[test]
    fn more_at_a_time_than_helpers() {
        assert_eq!((0..100).fold(0, |_, depth| nested(depth)), 100);
    }

    /// Each waits for the next.
    fn nested(depth: usize) -> usize {
        let (mut inner, mut outer) = (0, 0);
        both(|| inner = if depth == 0 { 0 } else { nested(depth - 1) }, || outer = 1);
        inner + outer
    }

    #[test]
    fn a_panic_comes_out_when_both_are_done() {
        call();
        for _ in 0..200 {
            let mut done = false;
            let of_first = catch_unwind(core::panic::AssertUnwindSafe(|| {
                both(|| panic!("first"), || done = true);
            }));
            assert_eq!(of_first.expect_err("a panic").downcast_ref::<&str>(), Some(&"first"));
            let mut done = false;
            let of_second = catch_unwind(core::panic::AssertUnwindSafe(|| {
                both(|| done = true, || panic!("second"));
            }));
            assert_eq!(of_second.expect_err("a panic").downcast_ref::<&str>(), Some(&"second"));
            assert!(done);
        }
    }
}
