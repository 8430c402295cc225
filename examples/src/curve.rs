//! The learning curve as an SVG file.

use std::error::Error;
use std::path::Path;

use plotters::prelude::*;

use crate::output::write_whole;

/// A line of the drawing: its name, and one value for each epoch from the first.
pub struct Curve<'a> {
    /// What the legend calls it.
    pub name: &'a str,
    /// The value after each epoch.
    pub values: &'a [f64],
}

const COLOURS: [RGBColor; 4] =
    [RGBColor(31, 119, 180), RGBColor(214, 92, 14), RGBColor(44, 140, 70), RGBColor(120, 80, 160)];
const SIZE: (u32, u32) = (800, 480);

/// Draws the curves over the epochs, the axis upwards logarithmic, and puts the file in its place when it is
/// complete.
///
/// # Errors
/// Nothing to draw, or a file that cannot be written.
pub fn draw(path: &Path, title: &str, upwards: &str, curves: &[Curve<'_>]) -> Result<(), Box<dyn Error>> {
    let epochs = curves.iter().map(|curve| curve.values.len()).max().unwrap_or(0);
    let positive = || {
        curves
            .iter()
            .flat_map(|curve| curve.values)
            .copied()
            .filter(|value| *value > 0.0 && value.is_finite())
    };
    let (low, high) =
        positive().fold((f64::INFINITY, 0.0_f64), |(low, high), value| (low.min(value), high.max(value)));
    if epochs == 0 || high == 0.0 {
        return Err("no epochs, so there is no learning curve to draw".into());
    }

    let mut text = String::new();
    {
        let area = SVGBackend::with_string(&mut text, SIZE).into_drawing_area();
        area.fill(&WHITE)?;
        let mut chart = ChartBuilder::on(&area)
            .caption(title, ("sans-serif", 20))
            .margin(12)
            .x_label_area_size(40)
            .y_label_area_size(64)
            .build_cartesian_2d(1.0..(epochs.max(2) as f64), (low * 0.8..high * 1.25).log_scale())?;
        chart
            .configure_mesh()
            .x_desc("epoch")
            .y_desc(upwards)
            .x_label_formatter(&|epoch| format!("{epoch:.0}"))
            .light_line_style(WHITE)
            .draw()?;
        for (curve, colour) in curves.iter().zip(COLOURS.into_iter().cycle()) {
            let points =
                curve.values.iter().enumerate().filter(|(_, value)| **value > 0.0 && value.is_finite());
            let points = points.map(|(epoch, value)| ((epoch + 1) as f64, *value));
            let legend = move |(x, y)| PathElement::new([(x, y), (x + 18, y)], colour.stroke_width(2));
            chart
                .draw_series(LineSeries::new(points, colour.stroke_width(2)))?
                .label(curve.name)
                .legend(legend);
        }
        chart.configure_series_labels().border_style(BLACK.mix(0.3)).background_style(WHITE).draw()?;
        area.present()?;
    }
    Ok(write_whole(path, text.as_bytes())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_every_curve_with_its_name() {
        let path = std::env::temp_dir().join(format!("curve-{}.svg", std::process::id()));
        let curves = [
            Curve { name: "training", values: &[2.3, 0.5, 0.1] },
            Curve { name: "test", values: &[2.2, f64::INFINITY, 0.3] },
        ];
        draw(&path, "digits", "cost", &curves).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        assert!(text.trim_end().ends_with("</svg>"), "{text}");
        for word in ["digits", "cost", "epoch", "training", "test"] {
            assert!(text.contains(word), "{word} is not in the drawing");
        }
        for colour in ["#1F77B4", "#D65C0E"] {
            assert_eq!(text.matches(colour).count(), 2, "a line and its legend");
        }
    }

    #[test]
    fn nothing_to_draw_is_an_error_and_writes_nothing() {
        let path = Path::new("/no/such/folder/curve.svg");
        let message =
            |values: &[f64]| draw(path, "", "", &[Curve { name: "", values }]).unwrap_err().to_string();
        assert_eq!(message(&[]), "no epochs, so there is no learning curve to draw");
        assert_eq!(message(&[0.0]), "no epochs, so there is no learning curve to draw");
        assert!(message(&[1.0]).starts_with("/no/such/folder/curve.svg: "), "{}", message(&[1.0]));
    }
}
