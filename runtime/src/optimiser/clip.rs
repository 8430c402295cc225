//! Clipping a gradient by its norm.

use crate::{Float, Params};

/// Scales `gradients` so that their Euclidean norm, all tensors together, is at most `max_norm`;
/// returns the norm before.
///
/// The factor is min(1, `max_norm` / (norm + 10⁻⁶)), as in `torch.nn.utils.clip_grad_norm_`
/// (<https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_norm_.html>). The norm
/// neither overflows nor underflows unless it is itself out of range. Gradients that are infinite
/// or NaN give such a norm and are left as they are.
///
/// ```
/// # use chainrule::{clip_global_norm, Params};
/// fn keep_small<P: Params<Float = f32>>(gradients: &mut P) {
///     let norm = clip_global_norm(gradients, 1.0);
///     if norm > 100.0 {
///         println!("large gradient: {norm}");
///     }
/// }
/// ```
pub fn clip_global_norm<P: Params>(gradients: &mut P, max_norm: f64) -> P::Float {
    let flat = gradients.as_mut_slice();
    let norm = norm(flat);
    if norm.is_finite() {
        let factor = max_norm / (norm + 1e-6);
        if factor < 1.0 {
            let factor = P::Float::from_f64(factor);
            flat.iter_mut().for_each(|gradient| *gradient *= factor);
        }
    }
    P::Float::from_f64(norm)
}

/// √Σx², scaled by the largest element where the plain sum leaves the range of `f64`.
fn norm<F: Float>(values: &[F]) -> f64 {
    let sum = |scale: f64| -> f64 {
        // Four sums side by side: shorter chains of rounding and of latency.
        let mut sums = [0.0; 4];
        let (chunks, rest) = values.as_chunks::<4>();
        for chunk in chunks {
            for (sum, value) in sums.iter_mut().zip(chunk) {
                let scaled = value.to_f64() * scale;
                *sum += scaled * scaled;
            }
        }
        for (sum, value) in sums.iter_mut().zip(rest) {
            let scaled = value.to_f64() * scale;
            *sum += scaled * scaled;
        }
        (sums[0] + sums[1]) + (sums[2] + sums[3])
    };
    let plain = sum(1.0);
    if plain.is_nan() || (1e-200..1e300).contains(&plain) {
        return crate::math::f64::sqrt(plain);
    }
    let largest = values.iter().fold(0.0, |largest: f64, value| largest.max(value.to_f64().abs()));
    if largest == 0.0 || largest.is_infinite() {
        return largest;
    }
    // A power of two, so that scaling is exact; halved, as 1/largest may overflow.
    let exponent = (largest.to_bits() >> 52).clamp(1, 2_045);
    let scale = f64::from_bits((2_046 - exponent) << 52);
    crate::math::f64::sqrt(sum(scale)) / scale
}

#[cfg(all(test, feature = "alloc"))]
mod tests {
    use super::*;
    use crate::params::tests::Vector;

    #[test]
    fn norms_of_every_size() {
        assert_eq!(norm(&[3.0f32, 4.0]), 5.0);
        assert_eq!(norm::<f32>(&[]), 0.0);
        assert_eq!(norm(&[3e38f32; 4]), 2.0 * f64::from(3e38f32));
        assert!((norm(&[3e200, 4e200]) / 5e200 - 1.0).abs() < 1e-15);
        assert!((norm(&[3e-200, 4e-200]) / 5e-200 - 1.0).abs() < 1e-15);
        assert_eq!(norm(&[f64::MIN_POSITIVE / 2.0]), f64::MIN_POSITIVE / 2.0);
        assert_eq!(norm(&[f64::MAX]), f64::MAX);
        assert_eq!(norm(&[f64::INFINITY, 1.0]), f64::INFINITY);
        assert!(norm(&[f64::NAN, 1.0]).is_nan());
    }

    #[test]
    fn large_gradients_shrink_and_small_ones_stay() {
        let mut gradients = Vector { x: [3.0f64, 4.0] };
        assert_eq!(clip_global_norm(&mut gradients, 10.0), 5.0);
        assert_eq!(gradients.x, [3.0, 4.0]);
        assert_eq!(clip_global_norm(&mut gradients, 1.0), 5.0);
        assert!((norm(&gradients.x) - 1.0).abs() < 1e-6);
        let mut broken = Vector { x: [f32::NAN, 4.0] };
        assert!(clip_global_norm(&mut broken, 1.0).is_nan());
        assert_eq!(broken.x[1], 4.0);
    }
}
