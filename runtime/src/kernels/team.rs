//! Two things at once, on threads of rayon's pool that wait for more.
//!
//! A step is some ten pieces of work of 10 to 500 µs, of which each needs what the one before has made. A thread of
//! rayon's pool falls asleep between them, and waking it takes 30 µs. So threads are asked once to help, and stay
//! awake for as long as that would take, looking for what is to be done. Nobody waits for one that has not come: what
//! no helper has taken, who offers it does itself. Nothing here knows what is computed.

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
/// How many things may be on offer at a time, by all threads: more are not shared.
const PLACES: usize = usize::BITS as usize;
/// How often a thread that waits looks before it lets others have the CPU.
const SPINS: u32 = 1 << 14;

/// What is on offer, and who helps.
struct Team {
    /// Places that somebody uses.
    used: AtomicUsize,
    /// Places with an offer that nobody has taken: who clears the bit has it.
    open: AtomicUsize,
    /// What is on offer there, from before its bit in `open` is set to when it is done.
    offers: [AtomicPtr<Offer>; PLACES],
    /// Helpers that have been asked to come and have not gone.
    helpers: AtomicUsize,
    /// Of these, who look for work.
    idle: AtomicUsize,
}

static TEAM: Team = Team {
    used: AtomicUsize::new(0),
    open: AtomicUsize::new(0),
    offers: [const { AtomicPtr::new(ptr::null_mut()) }; PLACES],
    helpers: AtomicUsize::new(0),
    idle: AtomicUsize::new(0),
};

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

/// Whether a helper looks for work just now, and there is none for it.
pub(super) fn has_idle() -> bool {
    TEAM.idle.load(Relaxed) > TEAM.open.load(Relaxed).count_ones() as usize && !is_alone()
}

/// Asks a thread of the pool to help, and says whether there was one that does not yet.
pub(super) fn call() -> bool {
    let most = rayon::current_num_threads().saturating_sub(1);
    let join = |helpers: usize| (helpers < most).then_some(helpers + 1);
    let comes = TEAM.helpers.fetch_update(AcqRel, Relaxed, join).is_ok();
    if comes {
        let caller = rayon::current_thread_index();
        rayon::spawn(move || {
            // Who asks would only help itself.
            if caller.is_none() || caller != rayon::current_thread_index() {
                TEAM.help();
            }
            TEAM.helpers.fetch_sub(1, AcqRel);
        });
    }
    comes
}

/// Does both, the second on a helper's thread if one takes it before the first is done.
///
/// Allocates nothing. A panic of one comes out when both are done.
pub(super) fn both<W: FnOnce() + Send>(first: impl FnOnce(), second: W) {
    let Some(place) = (if is_alone() { None } else { TEAM.place() }) else {
        first();
        return second();
    };
    let errand = Errand {
        offer: Offer { run: run::<W>, done: AtomicBool::new(false) },
        work: UnsafeCell::new(Some(second)),
        panicked: UnsafeCell::new(None),
    };
    TEAM.offers[place].store(ptr::from_ref(&errand).cast::<Offer>().cast_mut(), Relaxed);
    TEAM.open.fetch_or(1 << place, Release);
    // The errand stays where it is until nobody else can know of it.
    let firsts = catch_unwind(AssertUnwindSafe(first));
    if TEAM.take(place) {
        TEAM.leave(place);
        if let (Ok(()), Some(second)) = (&firsts, errand.work.into_inner()) {
            second();
        }
    } else {
        wait(&errand.offer.done);
        TEAM.leave(place);
        if let (Ok(()), Some(panic)) = (&firsts, errand.panicked.into_inner()) {
            resume_unwind(panic);
        }
    }
    if let Err(panic) = firsts {
        resume_unwind(panic);
    }
}

/// # Safety
/// `offer` must be the beginning of an `Errand<W>` that nobody else uses, and that stays until it is done.
unsafe fn run<W: FnOnce()>(offer: *mut Offer) {
    let errand = offer.cast::<Errand<W>>();
    // SAFETY: who offers it looks at `done` alone until that is set, which comes last.
    unsafe {
        if let Some(work) = (*(*errand).work.get()).take()
            && let Err(panic) = catch_unwind(AssertUnwindSafe(work))
        {
            *(*errand).panicked.get() = Some(panic);
        }
        (*offer).done.store(true, Release);
    }
}

/// Waits for another thread that is at work.
fn wait(done: &AtomicBool) {
    let mut spins = 0;
    while !done.load(Acquire) {
        spins += 1;
        if spins < SPINS {
            spin_loop();
        } else {
            thread::yield_now();
        }
    }
}

impl Team {
    /// A place for an offer, now used.
    fn place(&self) -> Option<usize> {
        let mut used = self.used.load(Relaxed);
        loop {
            let place = (!used).trailing_zeros();
            if place == usize::BITS {
                return None;
            }
            match self.used.compare_exchange_weak(used, used | 1 << place, AcqRel, Relaxed) {
                Ok(_) => return Some(place as usize),
                Err(now) => used = now,
            }
        }
    }

    /// Makes the place free for others.
    fn leave(&self, place: usize) {
        self.used.fetch_and(!(1 << place), Release);
    }

    /// Takes the offer at a place, unless somebody has.
    fn take(&self, place: usize) -> bool {
        self.open.fetch_and(!(1 << place), AcqRel) & 1 << place != 0
    }

    /// Does what is on offer, for as long as there is something every now and then.
    fn help(&self) {
        self.idle.fetch_add(1, AcqRel);
        let start = Instant::now();
        let mut last = start;
        let mut spins = 0_u32;
        loop {
            let open = self.open.load(Relaxed);
            if open == 0 {
                spin_loop();
                spins = spins.wrapping_add(1);
                if spins.is_multiple_of(64) && last.elapsed() > PATIENCE {
                    break;
                }
            } else {
                let place = open.trailing_zeros() as usize;
                if self.take(place) {
                    self.idle.fetch_sub(1, AcqRel);
                    let offer = self.offers[place].load(Relaxed);
                    // SAFETY: it is ours, and stays until it is done.
                    unsafe { ((*offer).run)(offer) };
                    self.idle.fetch_add(1, AcqRel);
                    last = Instant::now();
                    if last - start > SHIFT {
                        break;
                    }
                }
            }
        }
        self.idle.fetch_sub(1, AcqRel);
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
    fn more_at_a_time_than_places() {
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
