//! The report as one HTML file. It names the photos by their place and neither holds nor copies them.

use std::fmt::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::report::Report;
use super::worst::worst;
use super::{Measured, text};
use crate::failure::{Failure, Result};

pub(crate) const STYLE: &str = "body{font:15px/1.5 sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem;color:#222}\
    pre{background:#f5f5f5;padding:1rem;overflow-x:auto}\
    svg{max-width:40rem;display:block}\
    .pairs{display:grid;grid-template-columns:repeat(auto-fill,minmax(16rem,1fr));gap:1rem}\
    figure{margin:0;border:1px solid #ddd;border-radius:6px;overflow:hidden}\
    .photos{display:grid;grid-template-columns:1fr 1fr}\
    .photos img{width:100%;aspect-ratio:1;object-fit:contain;background:#eee;font-size:11px}\
    figcaption{padding:.4rem .6rem;font-size:12px;overflow-wrap:anywhere}\
    .wrong{border-color:#c62828}.wrong b{color:#c62828}\
    td,th{text-align:left;padding:.1rem 1rem .1rem 0}";

/// The page for a folder that exists.
pub(super) fn html(
    folder: &Path,
    report: &Report,
    measured: &Measured<'_>,
    plot: Option<&str>,
) -> Result<String> {
    let folder = folder.canonicalize().map_err(|error| Failure::unwritable(folder, error))?;
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>visavis eval</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<h1>visavis eval</h1>\n<pre>{}</pre>\n",
        escaped(&text::summary(report))
    );
    page.push_str(
        plot.unwrap_or("<p>No DET curve: it needs pairs of one person and of different people.</p>\n"),
    );
    failures(&mut page, report);
    for (title, same) in
        [("Pairs of one person, least alike", true), ("Pairs of different people, most alike", false)]
    {
        let pairs = worst(measured.trials, same);
        if pairs.is_empty() {
            continue;
        }
        // Writing to a string cannot fail.
        let _ = write!(page, "<h2>{title}</h2>\n<div class=\"pairs\">\n");
        for place in pairs {
            figure(&mut page, place, measured, &folder);
        }
        page.push_str("</div>\n");
    }
    page.push_str("</body>\n</html>\n");
    Ok(page)
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
    let names = pairs.rows[place].photos.map(|photo| escaped(&pairs.photos.text(photo)));
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

#[cfg(test)]
mod tests {
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
}
