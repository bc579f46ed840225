//! One template against many.

use testkit::files;
use visavis::{Comparison, ErrorKind, Photo, Ranked, Side, Template};

use crate::verifiers;

fn templates() -> Vec<Template> {
    let names = ["hopper.jpg", "astronaut-dark.jpg", "hopper-128.png", "astronaut.jpg"];
    let template = |name| verifiers::fastest().extract(Photo::file(files::golden(name))).unwrap().template;
    names.into_iter().map(template).collect()
}

fn plain(ranked: &[Ranked]) -> Vec<(usize, Comparison)> {
    ranked.iter().map(|ranked| (ranked.index, ranked.comparison)).collect()
}

#[test]
fn the_best_come_first_and_equals_in_their_order() {
    let (verifier, people) = (verifiers::fastest(), templates());
    let probe = &people[3];
    // More than are kept at once, most of them equally similar.
    let gallery: Vec<&Template> = people.iter().cycle().take(5000).collect();
    let mut expected: Vec<_> =
        gallery.iter().map(|one| verifier.compare(probe, one).unwrap()).enumerate().collect();
    expected.sort_by(|(_, one), (_, other)| other.similarity.total_cmp(&one.similarity));
    assert_eq!(expected[..3].iter().map(|(index, _)| *index).collect::<Vec<_>>(), [3, 7, 11]);
    let stored: Vec<u8> = gallery.iter().flat_map(|template| template.to_bytes()).collect();
    for top in [None, Some(0), Some(1), Some(1300), Some(5000), Some(usize::MAX)] {
        let expected = &expected[..top.unwrap_or(5000).min(5000)];
        let ranked = verifier.rank(probe, gallery.iter().copied(), top).unwrap();
        assert!(plain(&ranked) == expected, "{top:?}");
        assert_eq!(verifier.rank_stored(probe, &stored, top).unwrap(), ranked);
    }
    assert!(verifier.rank(probe, [], None).unwrap().is_empty());
    assert!(verifier.rank_stored(probe, &[], None).unwrap().is_empty());
}

#[test]
fn a_reference_that_cannot_be_compared_is_an_error_that_names_it() {
    let (verifier, people) = (verifiers::fastest(), templates());
    let [first, failed] = [people[0].clone(), Template::failed()];
    let error = verifier.rank(&first, [&first, &failed], Some(1)).unwrap_err();
    assert_eq!((error.kind(), error.side()), (ErrorKind::TemplateFailed, Some(Side::Reference)));
    assert!(error.to_string().starts_with("reference: index 1: the template records a failure"), "{error}");
    // Even if there is nothing to compare it with.
    let error = verifier.rank(&failed, [], None).unwrap_err();
    assert_eq!((error.kind(), error.side()), (ErrorKind::TemplateFailed, Some(Side::Probe)));
    let one = first.to_bytes();
    let stored = |last: &[u8]| verifier.rank_stored(&first, &[&one, last].concat(), None);
    let error = stored(&failed.to_bytes()).unwrap_err();
    assert_eq!((error.kind(), error.side()), (ErrorKind::TemplateFailed, Some(Side::Reference)));
    for length in 1..one.len() {
        let error = stored(&one[..length]).unwrap_err();
        assert_eq!((error.kind(), error.side()), (ErrorKind::TemplateMalformed, Some(Side::Reference)));
        assert!(error.message().starts_with("index 1: not a template"), "{error}");
    }
    let mut damaged = one.clone();
    damaged[30] ^= 1;
    assert_eq!(stored(&damaged).unwrap_err().kind(), ErrorKind::TemplateMalformed);
}
