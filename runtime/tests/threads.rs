//! With any number of threads a net computes the same bits, and allocates nothing after its first steps but what rayon
//! takes to wake a thread.
#![cfg(feature = "rayon")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use chainrule::{Adam, Optimiser, Params, Rng, Rule, Sgd, Workspace, net};
use rayon::{ThreadPool, ThreadPoolBuilder};

struct Counting;

/// More than rayon takes to wake a thread: a job without arguments.
const LARGE: usize = 64;

/// How often that much was asked for.
static REQUESTS: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call is passed on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        REQUESTS.fetch_add(usize::from(layout.size() > LARGE), Ordering::Relaxed);
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

net! {
    dim N, T;

    /// Rows are shared, products, and updates by them.
    pub struct Perceptron {
        wide: Linear<200, 64>,
        deep: Linear<64, 64>,
        last: Linear<64, 10>,
    }

    impl Perceptron {
        pub fn logits(x: f32[N, 200]) -> f32[N, 10] { last(tanh(deep(tanh(wide(x))))) }

        #[grad(self, x)]
        pub fn loss(x: f32[N, 200], label: u32[N]) -> f32 { cross_entropy(logits(x), label) }
    }

    /// An iteration has memory of its own: a padded image, a convolution's result.
    pub struct Pictures {
        conv: Conv2d<1, 4, 3>,
        last: Linear<144, 10>,
    }

    impl Pictures {
        pub fn logits(x: f32[N, 1, 12, 12]) -> f32[N, 10] {
            last(flatten(max_pool2d(relu(conv(x, padding = 1)), 2), from = 1))
        }

        #[grad]
        pub fn loss(x: f32[N, 1, 12, 12], label: u32[N]) -> f32 { cross_entropy(logits(x), label) }
    }

    /// Several rows of memory for each element of the batch.
    pub struct Series {
        enter: Linear<8, 16>,
        last: Linear<16, 4>,
    }

    impl Series {
        #[grad]
        pub fn loss(x: f32[N, T, 8]) -> f32 {
            let h = tanh(enter(x));
            let scaled[n, t, j] = exp(-h[n, t, j]) * (1 + t / T) * (1 + n / N) + tanh(h[n, 0, j]);
            mean(last(scaled))
        }
    }
}

net! {
    dim N, M;

    /// A residual, whose rows are taken block by block.
    pub struct Residual {
        enter: Linear<2, 24>,
        deep: Linear<24, 24>,
        leave: Linear<24, 1>,
    }

    impl Residual {
        fn u(x: f32[N], t: f32[N]) -> f32[N] {
            leave(tanh(deep(tanh(enter(stack([x, t], axis = 1))))))[.., 0]
        }

        #[grad]
        pub fn loss(inside: f32[N, 2], edge: f32[M, 2]) -> f32 {
            let x = inside[.., 0];
            let v = u(x, inside[.., 1]);
            mean(powi(grad(grad(v, x), x) - v, 2)) + mean(powi(u(edge[.., 0], edge[.., 1]) - 1, 2))
        }
    }
}

fn random(count: usize) -> Vec<f32> {
    let mut rng = Rng::new(5);
    (0..count).map(|_| rng.uniform() as f32 - 0.5).collect()
}

fn labels(count: usize) -> Vec<u32> {
    (0..count as u32).map(|row| row * 7 % 10).collect()
}

fn pool(threads: usize) -> ThreadPool {
    ThreadPoolBuilder::new().num_threads(threads).build().expect("threads")
}

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}

/// What `work` returns in pools of several sizes, and outside of one, has the bits that it has on one thread.
fn same_bits(name: &str, work: impl Fn() -> Vec<f32> + Sync) {
    let alone = pool(1).install(|| bits(&work()));
    assert!(alone.iter().any(|&bits| bits != 0), "{name}: zeros");
    for threads in [2, 3, 4] {
        assert!(alone == pool(threads).install(|| bits(&work())), "{name}: other bits on {threads} threads");
    }
    assert!(alone == bits(&work()), "{name}: other bits outside");
}

/// A user's own rule, which cannot be split.
struct Plain;

impl Optimiser<f32> for Plain {
    fn begin(&mut self, _: usize) {}

    fn update(&mut self, _: usize, parameters: &mut [f32], gradients: &[f32]) {
        for (w, g) in parameters.iter_mut().zip(gradients) {
            *w -= 0.1 * g;
        }
    }
}

/// Three steps by an optimiser: the values and the parameters.
fn trained<P: Params<Float = f32>, O>(
    mut optimiser: O,
    mut step: impl FnMut(&mut P, &mut O) -> f32,
) -> Vec<f32> {
    let mut model = P::init(3);
    let mut all: Vec<f32> = (0..3).map(|_| step(&mut model, &mut optimiser)).collect();
    all.extend(model.as_slice());
    all
}

#[test]
fn perceptrons() {
    for rows in [1, 2, 131, 300, 1500] {
        let (x, label) = (random(rows * 200), labels(rows));
        let x = x.as_chunks::<200>().0;
        same_bits("inference", || {
            Perceptron::init(3).logits(&mut Workspace::new(), x).as_flattened().to_vec()
        });
        same_bits("backward", || {
            let (mut ws, mut grads, mut d_x) =
                (Workspace::new(), Perceptron::zeros(), vec![[0.0; 200]; rows]);
            let model = Perceptron::init(3);
            model.loss(&mut ws, x, &label).backward(&mut grads, &mut d_x);
            [grads.as_slice(), d_x.as_flattened()].concat()
        });
        let step = |name: &str, optimiser: &(dyn Fn() -> Vec<f32> + Sync)| same_bits(name, optimiser);
        step("sgd", &|| {
            trained(Sgd::new(0.1), |model: &mut Perceptron, sgd| {
                model.loss_step(&mut Workspace::new(), sgd, x, &label)
            })
        });
        step("momentum", &|| {
            trained(Sgd::new(0.1).momentum(0.9), |model: &mut Perceptron, sgd| {
                model.loss_step(&mut Workspace::new(), sgd, x, &label)
            })
        });
        step("adam", &|| {
            trained(Adam::new(0.1), |model: &mut Perceptron, adam| {
                model.loss_step(&mut Workspace::new(), adam, x, &label)
            })
        });
        step("a user's own", &|| {
            trained(Plain, |model: &mut Perceptron, plain| {
                model.loss_step(&mut Workspace::new(), plain, x, &label)
            })
        });
    }
}

#[test]
fn pictures() {
    for rows in [1, 3, 130, 257] {
        let (x, label) = (random(rows * 144), labels(rows));
        let x = x.as_chunks::<12>().0.as_chunks::<12>().0.as_chunks::<1>().0;
        same_bits("inference", || Pictures::init(3).logits(&mut Workspace::new(), x).as_flattened().to_vec());
        same_bits("steps", || {
            trained(Adam::new(0.1), |model: &mut Pictures, adam| {
                model.loss_step(&mut Workspace::new(), adam, x, &label)
            })
        });
    }
}

#[test]
fn series() {
    for (rows, length) in [(1, 1), (64, 9), (131, 5), (2, 300)] {
        let x = random(rows * length * 8);
        let x = chainrule::Tensor::new(&x, [rows, length, 8]);
        same_bits("steps", || {
            trained(Sgd::new(0.1), |model: &mut Series, sgd| model.loss_step(&mut Workspace::new(), sgd, x))
        });
    }
}

#[test]
fn blocks() {
    for (rows, others) in [(1, 1), (300, 2), (800, 400), (1700, 1)] {
        let (inside, edge) = (random(2 * rows), random(2 * others));
        let (inside, edge) = (inside.as_chunks().0, edge.as_chunks().0);
        same_bits("steps", || {
            trained(Adam::new(0.01), |model: &mut Residual, adam| {
                model.loss_step(&mut Workspace::new(), adam, inside, edge)
            })
        });
    }
}

#[test]
fn a_rule_is_the_same_in_parts() {
    let (start, gradients) = (random(1000), random(1000));
    let update = |mut adam: Adam<f32>, at: Option<usize>| {
        let mut parameters = start.clone();
        for _ in 0..2 {
            adam.begin(1000);
            let mut rule = adam.prepare(0, 1000);
            match at {
                None => rule.apply(0, &mut parameters, gradients.iter().copied()),
                Some(at) => {
                    let Ok((mut before, mut behind)) = rule.split(at) else { panic!("it can be split") };
                    let (first, second) = parameters.split_at_mut(at);
                    behind.apply(0, second, gradients[at..].iter().copied());
                    before.apply(0, first, gradients[..at].iter().copied());
                }
            }
        }
        bits(&parameters)
    };
    let whole = update(Adam::new(0.1), None);
    for at in [0, 1, 500, 1000] {
        assert!(whole == update(Adam::new(0.1), Some(at)), "split at {at}");
    }
}

#[test]
fn steps_allocate_nothing() {
    let rows = 200;
    let (x, label) = (random(rows * 144), labels(rows));
    let x = x.as_chunks::<12>().0.as_chunks::<12>().0.as_chunks::<1>().0;
    let (wide, mut d_wide) = (random(rows * 200), Perceptron::zeros());
    let wide = wide.as_chunks::<200>().0;
    let points = random(2000);
    let points = points.as_chunks().0;
    pool(2).install(|| {
        let (mut pictures, mut perceptron) = (Pictures::init(1), Perceptron::init(1));
        let (mut residual, mut other) = (Residual::init(1), Adam::new(0.01));
        let (mut ws, mut adam, mut sgd) = (Workspace::new(), Adam::new(0.01), Sgd::new(0.01));
        let mut d_x = vec![[0.0; 200]; rows];
        let mut step = || {
            pictures.loss_step(&mut ws, &mut adam, x, &label);
            perceptron.loss(&mut ws, wide, &label).backward(&mut d_wide, &mut d_x);
            sgd.step(&mut perceptron, &d_wide);
            residual.loss_step(&mut ws, &mut other, points, points);
        };
        // Threads may do nothing at first: what one allocates, it does once. The other tests allocate, too.
        let still = (0..2000).any(|_| {
            let before = REQUESTS.load(Ordering::Relaxed);
            (0..10).for_each(|_| step());
            before == REQUESTS.load(Ordering::Relaxed)
        });
        assert!(still, "every ten steps allocated");
    });
}
