//! How much work a value is, and how much it is with its gradient: in operations and in time.

use std::fmt;
use std::time::{Duration, Instant};

/// For how long a thing is repeated, and how often at least.
const SPAN: Duration = Duration::from_millis(200);
const RUNS: usize = 3;

/// The shortest of some runs, the first one, which fills the caches, not counted.
pub fn shortest(mut run: impl FnMut()) -> Duration {
    run();
    let (start, mut shortest, mut runs) = (Instant::now(), Duration::MAX, 0);
    while runs < RUNS || start.elapsed() < SPAN {
        let begin = Instant::now();
        run();
        shortest = shortest.min(begin.elapsed());
        runs += 1;
    }
    shortest
}

/// The operations of a value, and those of the value together with its gradient.
#[derive(Clone, Copy, Debug)]
pub struct Operations(pub [u64; 2]);

impl Operations {
    /// Value and gradient together, in times of the value.
    #[must_use]
    pub fn ratio(&self) -> f64 {
        let [value, both] = self.0.map(|count| count as f64);
        both / value
    }
}

impl fmt::Display for Operations {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [value, both] = self.0;
        let ratio = self.ratio();
        write!(formatter, "value {value} operations, value and gradient {both}: {ratio:.2} times")
    }
}

/// The time of a value, and that of the value together with its gradient.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    /// Of the value alone.
    pub value: Duration,
    /// Of the value and its gradient: forward, keeping what is needed, and backward.
    pub both: Duration,
}

impl Times {
    /// Measures both.
    pub fn measure(value: impl FnMut(), both: impl FnMut()) -> Self {
        Self { value: shortest(value), both: shortest(both) }
    }

    /// Value and gradient together, in times of the value.
    #[must_use]
    pub fn ratio(&self) -> f64 {
        self.both.as_secs_f64() / self.value.as_secs_f64()
    }
}

impl fmt::Display for Times {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
        let (value, both) = (milliseconds(self.value), milliseconds(self.both));
        let ratio = self.ratio();
        write!(
            formatter,
            "value {value:.3} ms, value and gradient {both:.3} ms: {ratio:.2} times; the gradient alone {:.2} times",
            ratio - 1.0
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeats_and_takes_the_shortest() {
        let mut runs = 0;
        let shortest = shortest(|| {
            runs += 1;
            if runs != 3 {
                std::thread::sleep(Duration::from_millis(60));
            }
        });
        assert!(runs >= 4 && shortest < Duration::from_millis(60), "{runs} runs, {shortest:?}");
    }

    #[test]
    fn says_how_often_the_value_fits() {
        let times = Times { value: Duration::from_millis(2), both: Duration::from_millis(5) };
        assert_eq!(times.ratio(), 2.5);
        let expected =
            "value 2.000 ms, value and gradient 5.000 ms: 2.50 times; the gradient alone 1.50 times";
        assert_eq!(times.to_string(), expected);
        let operations = Operations([200, 450]);
        assert_eq!(operations.to_string(), "value 200 operations, value and gradient 450: 2.25 times");
    }
}
