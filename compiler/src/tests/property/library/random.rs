//! Random numbers as the language defines them: functions of a key and a position, by the cipher Threefry-2×32 as
//! its authors describe it (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", 2011).

use super::super::number::Number;
use super::super::tensor::{Element, Tensor};
use super::real;

/// How far the second word is rotated, round by round.
const DISTANCES: [u32; 8] = [13, 15, 26, 6, 17, 29, 16, 24];

/// The parity of the key schedule.
const PARITY: u32 = 0x1BD1_1BDA;

/// A function of keys; none if there is no such.
pub fn call(name: &str, arguments: &[Tensor]) -> Option<Tensor> {
    Some(match (name, arguments) {
        ("dropout", [x, share, key]) => {
            let (share, key) = (share.only().number(), key.only().key());
            let scale = real(1.0).sub(&share);
            let mut position = 0;
            x.map(|x| {
                let number = (cipher(key, position) >> 12) as f64 * 2f64.powi(-52);
                position += 1;
                if number < share.real() { Number::Real(0.0) } else { x.div(&scale) }
            })
        }
        // Under the complement of the key, so that no key is a number that the key itself makes.
        ("fold", [key, number]) => {
            let number = u64::try_from(number.only().index()).expect("a key is folded with a natural number");
            Tensor::scalar(Element::Key(cipher(!key.only().key(), number)))
        }
        _ => return None,
    })
}

/// Twenty rounds, with a word of the key for each word of the state before them and after every fourth.
fn cipher(key: u64, counter: u64) -> u64 {
    let halves = |both: u64| [both as u32, (both >> 32) as u32];
    let [first, second] = halves(key);
    let schedule = [first, second, PARITY ^ first ^ second];
    let inject = |[x, y]: [u32; 2], group: u32| {
        let word = |which: u32| schedule[(which % 3) as usize];
        [x.wrapping_add(word(group)), y.wrapping_add(word(group + 1)).wrapping_add(group)]
    };
    let mut state = inject(halves(counter), 0);
    for group in 0..5 {
        for round in 0..4 {
            let [x, y] = state;
            let sum = x.wrapping_add(y);
            state = [sum, y.rotate_left(DISTANCES[(4 * group + round) % 8]) ^ sum];
        }
        state = inject(state, group as u32 + 1);
    }
    u64::from(state[0]) | u64::from(state[1]) << 32
}

#[test]
fn the_cipher_gives_the_published_numbers() {
    // `kat_vectors` of Random123, threefry2x32 with 20 rounds.
    assert_eq!(cipher(0, 0), 0x99BA_4EFE_6B20_0159);
    assert_eq!(cipher(u64::MAX, u64::MAX), 0xBB00_2BE7_1CB9_96FC);
    assert_eq!(cipher(0x0370_7344_1319_8A2E, 0x85A3_08D3_243F_6A88), 0x483D_F7A0_C492_3A9C);
}
