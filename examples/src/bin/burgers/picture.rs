//! The solution over time and place, in colours, and profiles of it at three times beside the right ones.

use std::error::Error;
use std::path::Path;

use chainrule_examples::output::write_whole;
use plotters::prelude::*;

use crate::Reference;

const SIZE: (u32, u32) = (900, 640);

/// Blue below 0, red above.
fn colour(u: f64) -> RGBColor {
    let pale = |share: f64| (255.0 * (1.0 - share.abs().min(1.0))).round() as u8;
    if u < 0.0 { RGBColor(pale(u), pale(u), 255) } else { RGBColor(255, pale(u), pale(u)) }
}

/// Draws what was learnt, `found`, and the profiles of the reference, dotted.
///
/// # Errors
/// A file that cannot be written.
pub fn draw(path: &Path, reference: &Reference, found: &[f64]) -> Result<(), Box<dyn Error>> {
    let (t, x) = (&reference.t, &reference.x);
    let mut text = String::new();
    {
        let area = SVGBackend::with_string(&mut text, SIZE).into_drawing_area();
        area.fill(&WHITE)?;
        let (above, below) = area.split_vertically(280);
        let mut chart = ChartBuilder::on(&above)
            .caption("Burgers' equation, learnt from the equation alone", ("sans-serif", 20))
            .margin(12)
            .x_label_area_size(36)
            .y_label_area_size(48)
            .build_cartesian_2d(0.0..1.0, -1.0..1.0)?;
        chart.configure_mesh().disable_mesh().x_desc("t").y_desc("x").draw()?;
        let half = (x[1] - x[0]) / 2.0;
        let boxes = found.iter().enumerate().map(|(place, &u)| {
            let (time, x) = (place / x.len(), x[place % x.len()]);
            let begin = if time == 0 { 0.0 } else { t[time - 1] };
            let corners = [(begin, (x - half).max(-1.0)), (t[time], (x + half).min(1.0))];
            Rectangle::new(corners, colour(u).filled())
        });
        chart.draw_series(boxes)?;

        let profiles = below.split_evenly((1, 3));
        for (area, time) in profiles.iter().zip([t.len() / 4, t.len() / 2, t.len() - 1]) {
            let mut chart = ChartBuilder::on(area)
                .caption(format!("t = {:.2}", t[time]), ("sans-serif", 16))
                .margin(12)
                .x_label_area_size(36)
                .y_label_area_size(40)
                .build_cartesian_2d(-1.0..1.0, -1.1..1.1)?;
            chart.configure_mesh().light_line_style(WHITE).x_desc("x").x_labels(5).draw()?;
            let row =
                |u: &[f64]| x.iter().copied().zip(u[time * x.len()..].iter().copied()).collect::<Vec<_>>();
            chart.draw_series(LineSeries::new(row(found), RED.stroke_width(2)))?;
            let dots = row(&reference.u).into_iter().step_by(4);
            chart.draw_series(dots.map(|point| Circle::new(point, 2, BLACK.filled())))?;
        }
        area.present()?;
    }
    Ok(write_whole(path, text.as_bytes())?)
}
