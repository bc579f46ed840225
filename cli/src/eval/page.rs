//! The report as an HTML file. It links to the photos and neither contains nor copies them.

use std::fmt::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::by_group::ByGroup;
use super::rates::{Point, Rate, Trial};
use super::report::Report;
use super::{Measured, text};
use crate::failure::{Failure, Result};

/// The page for a folder that exists.
pub(super) fn html(
    folder: &Path,
    report: &Report,
    measured: &Measured<'_>,
    plot: Option<&str>,
) -> Result<String> {
    let folder = folder.canonicalize().map_err(|error| Failure::unwritable(folder, error))?;
    let no_plot = "<p>No DET curve: it needs pairs of one person and of different people.</p>\n";
    let mut body = plot.unwrap_or(no_plot).to_owned();
    if let Some(report) = &report.by_group {
        groups(&mut body, report);
    }
    failures(&mut body, report);
    for (title, same) in
        [("Pairs of one person, least similar", true), ("Pairs of different people, most similar", false)]
    {
        let pairs = worst(measured.trials, same);
        if pairs.is_empty() {
            continue;
        }
        // Writing to a string cannot fail.
        let _ = write!(body, "<h2>{title}</h2>\n<div class=\"pairs\">\n");
        for place in pairs {
            figure(&mut body, place, measured, &folder);
        }
        body.push_str("</div>\n");
    }
    Ok(page("visavis eval", &text::summary(report), &body))
}

/// A page with a summary in plain text and a body in HTML.
pub(crate) fn page(title: &str, summary: &str, body: &str) -> String {
    format!(
        include_str!("page.html"),
        title = title,
        style = include_str!("page.css"),
        summary = escaped(summary),
        body = body
    )
}

/// All pairs of groups, at the scores that the summary shows group by group.
fn groups(page: &mut String, report: &ByGroup) {
    let name = |group: usize| escaped(&report.groups[group].name);
    for at in report.at.iter().filter(|at| text::BY_GROUP.contains(&at.score)) {
        let _ = writeln!(
            page,
            "<h2>Groups at score {}</h2>\n<table><tr><th>group<th>other group<th>FMR<th>FNMR</tr>",
            at.score
        );
        let is_empty = |rate: &Rate| rate.of == 0;
        for pair in at.pairs_of_groups.iter().filter(|pair| !(is_empty(&pair.fmr) && is_empty(&pair.fnmr))) {
            let [one, other] = pair.groups.map(name);
            let (fmr, fnmr) = (text::rate(&pair.fmr), text::rate(&pair.fnmr));
            let _ = writeln!(page, "<tr><td>{one}<td>{other}<td>{fmr}<td>{fnmr}</tr>");
        }
        page.push_str("</table>\n");
    }
}

fn failures(page: &mut String, report: &Report) {
    let photos = &report.failures_to_extract.photos;
    if photos.is_empty() {
        return;
    }
    page.push_str("<h2>Failures to extract</h2>\n<table><tr><th>photo<th>error<th>reason</tr>\n");
    for photo in photos {
        let (path, message) = (escaped(&photo.path), escaped(&photo.message));
        let _ = writeln!(page, "<tr><td>{path}<td>{}<td>{message}</tr>", photo.error);
    }
    page.push_str("</table>\n");
}

fn figure(page: &mut String, place: usize, measured: &Measured<'_>, folder: &Path) {
    let Measured { verifier, pairs, trials, .. } = measured;
    let trial = &trials[place];
    let names = pairs.rows[place].photos.map(|photo| escaped(&pairs.text(photo)));
    let links = pairs.rows[place].photos.map(|photo| escaped(&link(folder, &pairs.path(photo))));
    let matched = trial.outcome.is_some_and(|point| point.score >= verifier.options().threshold);
    let class = if matched == trial.same { "" } else { " class=\"wrong\"" };
    let score = match trial.outcome {
        Some(point) => format!("<b>score {:.1}</b>, similarity {:.3}", point.score, point.similarity),
        None => "<b>failure to extract</b>".into(),
    };
    let _ = writeln!(
        page,
        "<figure{class}><div class=\"photos\"><img loading=\"lazy\" src=\"{}\" alt=\"{}\">\
         <img loading=\"lazy\" src=\"{}\" alt=\"{}\"></div><figcaption>{score}<br>{}<br>{}</figcaption></figure>",
        links[0], names[0], links[1], names[1], names[0], names[1]
    );
}

/// A relative link from a folder to a file, so that both can be moved together.
fn link(folder: &Path, file: &Path) -> String {
    let file = file.canonicalize().unwrap_or_else(|_| file.to_owned());
    let shared = folder.components().zip(file.components()).take_while(|(one, other)| one == other).count();
    let up = folder.components().skip(shared).map(|_| "..".as_ref());
    let down = file.components().skip(shared).map(std::path::Component::as_os_str);
    let path: PathBuf = up.chain(down).collect();
    let mut link = String::new();
    for &byte in path.as_os_str().as_bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            link.push(byte.into());
        } else {
            let _ = write!(link, "%{byte:02X}");
        }
    }
    link
}

pub(crate) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            letter => safe.push(letter),
        }
    }
    safe
}

/// How many pairs of each kind are shown.
const SHOWN: usize = 24;

/// The pairs of one person that are least similar (those with a failure first), or the pairs of different people that
/// are most similar, by their index; the worst first.
pub(super) fn worst(trials: &[Trial], same: bool) -> Vec<usize> {
    let of_kind = trials.iter().enumerate().filter(|(_, trial)| trial.same == same);
    let similarity = |outcome: Option<Point>| outcome.map_or(f32::NEG_INFINITY, |point| point.similarity);
    let mut places: Vec<(f32, usize)> =
        of_kind.map(|(place, trial)| (similarity(trial.outcome), place)).collect();
    if same {
        places.sort_by(|one, other| one.0.total_cmp(&other.0));
    } else {
        places.retain(|(similarity, _)| similarity.is_finite());
        places.sort_by(|one, other| other.0.total_cmp(&one.0));
    }
    places.into_iter().take(SHOWN).map(|(_, place)| place).collect()
}

#[cfg(test)]
mod tests {
    use super::super::rates::trials;
    use super::*;

    #[test]
    fn links_are_relative_and_safe() {
        for (folder, file, expected) in [
            ("/nowhere/a/report", "/nowhere/a/photos/x.jpg", "../photos/x.jpg"),
            ("/nowhere/a", "/nowhere/a/x y\"#?%.jpg", "x%20y%22%23%3F%25.jpg"),
            ("/nowhere/a/b", "/else/ü.jpg", "../../../else/%C3%BC.jpg"),
        ] {
            assert_eq!(link(Path::new(folder), Path::new(file)), expected);
        }
    }

    #[test]
    fn text_stays_text() {
        assert_eq!(escaped("<img src=\"x\" & y>"), "&lt;img src=&quot;x&quot; &amp; y&gt;");
    }

    #[test]
    fn the_worst_come_first() {
        let all = [
            trials(true, &[Some(0.9), Some(0.1), None]),
            trials(false, &[Some(0.2), None, Some(0.7), Some(0.7)]),
        ]
        .concat();
        assert_eq!(worst(&all, true), [2, 1, 0]);
        assert_eq!(worst(&all, false), [5, 6, 3]);
        assert_eq!(worst(&trials(true, &[Some(0.5); 99]), true).len(), SHOWN);
    }
}
