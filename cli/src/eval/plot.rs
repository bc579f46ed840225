//! The DET curve as SVG, both axes logarithmic.

use std::fmt::Write;

use super::report::Report;

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 520.0;
/// Left, top, right and bottom edge of the field.
const FIELD: [f64; 4] = [80.0, 50.0, 610.0, 450.0];

const LABEL_HEIGHT: f64 = 13.0;

/// A logarithmic axis: rates from `10^lowest` to 1 between two coordinates.
struct Axis {
    lowest: i32,
    from: f64,
    to: f64,
}

impl Axis {
    /// Down to the decade of one error in `trials`.
    fn new(trials: usize, from: f64, to: f64) -> Axis {
        let lowest = -(trials as f64).log10().ceil().max(1.0) as i32;
        Axis { lowest, from, to }
    }

    /// A rate of zero, which has no logarithm, is placed on the axis.
    fn place(&self, rate: f64) -> f64 {
        let decades = rate.log10().max(f64::from(self.lowest));
        self.to + (self.from - self.to) * decades / f64::from(self.lowest)
    }

    /// The decades and their labels in percent.
    fn ticks(&self) -> impl Iterator<Item = (f64, String)> {
        (self.lowest..=0).map(|decade| {
            let rate = 10_f64.powi(decade);
            (self.place(rate), format!("{} %", 100.0 * rate))
        })
    }
}

/// The plot; none without pairs of both kinds, since one of the rates is missing then.
pub(super) fn svg(report: &Report) -> Option<String> {
    let [left, top, right, bottom] = FIELD;
    if report.counts.genuine == 0 || report.counts.impostor == 0 || report.det.is_empty() {
        return None;
    }
    let x = Axis::new(report.counts.impostor, left, right);
    let y = Axis::new(report.counts.genuine, bottom, top);
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" \
         font-size=\"13\" fill=\"#222\" role=\"img\" aria-label=\"DET curve\">\n\
         <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#fff\"/>\n\
         <text x=\"{left}\" y=\"28\" font-size=\"16\">Detection error trade-off (log-log axes, 0 on the edge; dots are scores)</text>\n"
    );
    // Writing to a string cannot fail.
    let _ = grid(&mut text, &x, &y);
    let _ = curve(&mut text, report, &x, &y);
    let _ = marks(&mut text, report, &x, &y);
    text.push_str("</svg>\n");
    Some(text)
}

fn grid(text: &mut String, x: &Axis, y: &Axis) -> std::fmt::Result {
    let [left, top, right, bottom] = FIELD;
    for (at, name) in x.ticks() {
        writeln!(text, "<path d=\"M{at:.1} {top}V{bottom}\" stroke=\"#ddd\"/>")?;
        writeln!(text, "<text x=\"{at:.1}\" y=\"{}\" text-anchor=\"middle\">{name}</text>", bottom + 20.0)?;
    }
    for (at, name) in y.ticks() {
        writeln!(text, "<path d=\"M{left} {at:.1}H{right}\" stroke=\"#ddd\"/>")?;
        writeln!(text, "<text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{name}</text>", left - 8.0, at + 4.0)?;
    }
    let middle = f64::midpoint(left, right);
    writeln!(
        text,
        "<text x=\"{middle}\" y=\"{}\" text-anchor=\"middle\">false match rate</text>",
        bottom + 48.0
    )?;
    let middle = f64::midpoint(top, bottom);
    let turn = format!("transform=\"translate(20 {middle}) rotate(-90)\"");
    writeln!(text, "<text {turn} text-anchor=\"middle\">false non-match rate</text>")
}

fn curve(text: &mut String, report: &Report, x: &Axis, y: &Axis) -> std::fmt::Result {
    write!(text, "<path fill=\"none\" stroke=\"#1565c0\" stroke-width=\"2\" d=\"")?;
    let mut last = String::new();
    for point in &report.det {
        let place =
            format!("{:.1} {:.1}", x.place(point.fmr.unwrap_or(0.0)), y.place(point.fnmr.unwrap_or(0.0)));
        // Thousands of thresholds fall on the same tenth of a pixel.
        if place != last {
            write!(text, "{}{place}", if last.is_empty() { 'M' } else { 'L' })?;
            last = place;
        }
    }
    writeln!(text, "\"/>")
}

/// A dot for each of the fixed scores; labels that would overlap become one.
fn marks(text: &mut String, report: &Report, x: &Axis, y: &Axis) -> std::fmt::Result {
    let mut labels: Vec<([f64; 2], Vec<String>)> = Vec::new();
    for rates in &report.rates {
        let (Some(across), Some(up)) = (rates.fmr.value, rates.fnmr.value) else { continue };
        let place = [x.place(across), y.place(up)];
        writeln!(text, "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"4\" fill=\"#c62828\"/>", place[0], place[1])?;
        let near = |at: [f64; 2]| (0..2).all(|axis| (at[axis] - place[axis]).abs() < LABEL_HEIGHT);
        match labels.last_mut() {
            Some((at, scores)) if near(*at) => scores.push(rates.score.to_string()),
            _ => labels.push((place, vec![rates.score.to_string()])),
        }
    }
    for ([x, y], scores) in labels {
        let (x, y, scores) = (x + 7.0, y - 7.0, scores.join(", "));
        writeln!(text, "<text x=\"{x:.1}\" y=\"{y:.1}\" fill=\"#c62828\">{scores}</text>")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decades_are_evenly_apart_and_zero_lies_on_the_axis() {
        let axis = Axis::new(1000, 100.0, 400.0);
        for (rate, place) in [(1.0, 400.0), (0.1, 300.0), (0.01, 200.0), (0.001, 100.0), (0.0, 100.0)] {
            assert!((axis.place(rate) - place).abs() < 1e-9, "{rate}");
        }
        assert_eq!(axis.ticks().map(|(_, name)| name).collect::<Vec<_>>(), ["0.1 %", "1 %", "10 %", "100 %"]);
        assert_eq!(Axis::new(1, 0.0, 1.0).lowest, -1);
    }
}
