//! GFLOP/s as colours: widths from left to right, batch sizes from top to bottom.

use std::error::Error;

use plotters::prelude::*;

const CELL: (i32, i32) = (26, 20);
const LEFT: i32 = 60;
const TOP: i32 = 60;

pub fn draw(
    path: &str,
    widths: &[usize],
    batches: &[usize],
    rates: &[Vec<f64>],
) -> Result<(), Box<dyn Error>> {
    let size = (
        u32::try_from(LEFT + CELL.0 * widths.len() as i32 + 20)?,
        u32::try_from(TOP + CELL.1 * batches.len() as i32 + 20)?,
    );
    let area = SVGBackend::new(path, size).into_drawing_area();
    area.fill(&WHITE)?;
    let best = rates.iter().flatten().copied().fold(1.0, f64::max);
    let least = rates.iter().flatten().copied().fold(best, f64::min);
    let style = |size: i32| ("sans-serif", size).into_font().color(&BLACK);
    area.draw(&Text::new(
        "GFLOP/s of a training step, by width (across) and batch (down); the colour is its logarithm",
        (LEFT, 10),
        style(14),
    ))?;
    for (column, width) in widths.iter().enumerate() {
        let place = (LEFT + CELL.0 * column as i32 + 2, TOP - 18);
        area.draw(&Text::new(width.to_string(), place, style(11)))?;
    }
    for (row, batch) in batches.iter().enumerate() {
        let place = (LEFT - 34, TOP + CELL.1 * row as i32 + 4);
        area.draw(&Text::new(batch.to_string(), place, style(11)))?;
    }
    for (column, rates) in rates.iter().enumerate() {
        for (row, &rate) in rates.iter().enumerate() {
            let corner = (LEFT + CELL.0 * column as i32, TOP + CELL.1 * row as i32);
            let end = (corner.0 + CELL.0 - 1, corner.1 + CELL.1 - 1);
            let share = (rate / least).ln() / (best / least).ln();
            // From blue over green to red.
            let colour = HSLColor(0.66 * (1.0 - share), 0.7, 0.6);
            area.draw(&Rectangle::new([corner, end], colour.filled()))?;
            let number = if rate < 9.95 { format!("{rate:.1}") } else { format!("{rate:.0}") };
            area.draw(&Text::new(number, (corner.0 + 3, corner.1 + 5), style(10)))?;
        }
    }
    area.present()?;
    Ok(())
}
