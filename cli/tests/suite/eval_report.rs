//! `eval --report`: the page and the plot.

use std::fs;

use crate::eval::small_set;
use crate::program::{args, run};

#[test]
fn the_page_links_to_the_photos_and_contains_none() {
    let (folder, pairs) = small_set();
    let report = folder.path().join("out/report");
    assert_eq!(run(args!["eval", pairs, "--report", report]).code, 0);
    let page = fs::read_to_string(report.join("index.html")).unwrap();
    assert!(page.starts_with("<!doctype html>") && page.ends_with("</html>\n"));
    assert_eq!(page.matches("<figure").count(), 7, "4 pairs of one person, 3 of two people");
    assert!(!page.contains("data:") && !page.contains("<script") && page.len() < 50_000);
    // The worst comes first: the failure, marked wrong.
    let first = &page[page.find("<figure").unwrap()..];
    assert!(
        first.starts_with("<figure class=\"wrong\">") && first.contains("<b>failure to extract</b>"),
        "{first}"
    );
    assert!(page.contains("collins/faceless &amp; &lt;b&gt;.png") && !page.contains("<b>.png"));
    // The links of the page lead to files.
    let sources = page.split("src=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
    let mut found = 0;
    for source in sources {
        let path = source.replace("%20", " ").replace("%26", "&").replace("%3C", "<").replace("%3E", ">");
        assert!(report.join(&path).is_file(), "{path}");
        found += 1;
    }
    assert_eq!(found, 14);
}

#[test]
fn the_plot_is_sound_and_says_what_its_axes_are() {
    let (folder, pairs) = small_set();
    let report = folder.path().join("report");
    assert_eq!(run(args!["eval", pairs, "--report", report]).code, 0);
    let plot = fs::read_to_string(report.join("det.svg")).unwrap();
    assert!(plot.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\"") && plot.ends_with("</svg>\n"));
    for words in
        ["log-log axes", "false match rate", "false non-match rate", ">10 %<", ">20, 27, 30, 40, 50<"]
    {
        assert!(plot.contains(words), "{words}");
    }
    assert!(!plot.contains("NaN") && !plot.contains("inf"));
    assert!(fs::read_to_string(report.join("index.html")).unwrap().contains(&plot));
}
