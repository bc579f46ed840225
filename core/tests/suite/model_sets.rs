//! Folders of models of every family, with small networks whose outputs are known.

use testkit::files::{photo, root};
use testkit::networks::{self, FACE, LANDMARKS, Takes, write_set};
use visavis::{Engine, ErrorKind, Options, PixelFormat, Pixels, Result, Template, Verifier};

use crate::verifiers;

const SIDE: usize = 128;

/// A detector, and the size of its cells in pixels.
struct Detector {
    family: &'static str,
    net: fn(Takes) -> Vec<u8>,
    cell: usize,
    /// The lines of the manifest, and the same for the network.
    input: &'static str,
    takes: Takes,
}

/// The input of the published networks of each family, except that red is first for all.
const DETECTORS: [Detector; 4] = [
    Detector {
        family: "retinaface",
        net: networks::retinaface,
        cell: 32,
        input: "mean = [104, 104, 104]\nscale = 1.0",
        takes: Takes { mean: 104.0, scale: 1.0 },
    },
    Detector {
        family: "yunet",
        net: networks::yunet,
        cell: 32,
        input: "mean = [0, 0, 0]\nscale = 1.0",
        takes: Takes { mean: 0.0, scale: 1.0 },
    },
    Detector {
        family: "scrfd",
        net: networks::scrfd,
        cell: 32,
        input: "mean = [127.5, 127.5, 127.5]\nscale = 0.0078125",
        takes: Takes { mean: 127.5, scale: 1.0 / 128.0 },
    },
    Detector {
        family: "centerface",
        net: networks::centerface,
        cell: 4,
        input: "mean = [0, 0, 0]\nscale = 1.0",
        takes: Takes { mean: 0.0, scale: 1.0 },
    },
];

const EXTRACTOR: &str = r#"
[[extractors]]
id = "thumbnail"
channels = "rgb"
mean = [0.0, 0.0, 0.0]
scale = 1.0
input_size = 112
dimensions = 48
output = "embedding"
file = "thumbnail.onnx"
sha256 = sha256("thumbnail.onnx")
"#;

const CALIBRATION: &str = r#"
[calibration]
protocol = "none"
comparisons = 1
knots = [[-1.0, 0.0], [1.0, 100.0]]
"#;

fn detector(family: &str, channels: &str, input: &str, sizes: &str) -> String {
    format!(
        r#"format = 3

[detector]
id = "small"
family = "{family}"
channels = "{channels}"
{input}
input_sizes = {sizes}

[detector.net]
file = "detector.onnx"
sha256 = sha256("detector.onnx")
"#
    )
}

/// A set whose detector finds one face in every photo, with these extractors.
fn certain(extractors: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let manifest =
        detector("yunet", "bgr", "mean = [0, 0, 0]\nscale = 1.0", "[32]") + extractors + CALIBRATION;
    let files: [(&str, &[u8]); 4] = [
        ("detector.onnx", &networks::certain()),
        ("thumbnail.onnx", &networks::thumbnail(28, 48)),
        ("coarse.onnx", &networks::thumbnail(56, 12)),
        ("mobilefacenet.onnx", &std::fs::read(root().join("models/mobilefacenet.onnx")).unwrap()),
    ];
    write_set(folder.path(), &manifest, &files);
    folder
}

fn with(engine: Engine, folder: &std::path::Path) -> Option<Verifier> {
    verifiers::make(engine, &[("models".into(), folder.to_str().unwrap().into())])
}

fn both(folder: &std::path::Path) -> Vec<Verifier> {
    [Engine::OnnxRuntime, Engine::Embedded].into_iter().filter_map(|engine| with(engine, folder)).collect()
}

fn refused(manifest: &str, files: &[(&str, &[u8])]) -> (ErrorKind, String) {
    let folder = tempfile::tempdir().unwrap();
    write_set(folder.path(), manifest, files);
    let mut options = Options::default();
    options.engine = Engine::Embedded;
    options.models = Some(folder.path().into());
    let error = Verifier::new(options).map(drop).unwrap_err();
    (error.kind(), error.message().to_owned())
}

fn image(side: usize, colour: impl Fn(usize, usize) -> [u8; 3]) -> Pixels<'static> {
    let pixels: Vec<u8> = (0..side * side).flat_map(|at| colour(at % side, at / side)).collect();
    Pixels::new(pixels, side as u32, side as u32, PixelFormat::Rgb8)
}

/// Black with one red cell.
fn red_cell(cell: usize, x: usize, y: usize) -> Pixels<'static> {
    let lit = move |at: usize, from: usize| (from..from + cell).contains(&at);
    image(SIDE, move |column, row| if lit(column, x) && lit(row, y) { [255, 0, 0] } else { [0; 3] })
}

/// The tests of other languages use these files. Run with `VISAVIS_WRITE_NETWORKS=1` to write them.
#[test]
fn the_networks_of_other_languages_are_these() {
    let folder = root().join("tests/models");
    for (name, bytes) in
        [("yunet.onnx", networks::certain()), ("extractor.onnx", networks::thumbnail(14, 128))]
    {
        let path = folder.join(name);
        if std::env::var_os("VISAVIS_WRITE_NETWORKS").is_some() {
            std::fs::write(&path, &bytes).unwrap();
        }
        assert!(std::fs::read(&path).unwrap() == bytes, "{} is a different file", path.display());
    }
}

#[test]
fn every_family_finds_the_face_where_its_network_says() {
    for Detector { family, net, cell, input, takes } in DETECTORS {
        let folder = tempfile::tempdir().unwrap();
        let files: [(&str, &[u8]); 2] =
            [("detector.onnx", &net(takes)), ("thumbnail.onnx", &networks::thumbnail(28, 48))];
        let set = |channels| detector(family, channels, input, "[128]") + EXTRACTOR + CALIBRATION;
        write_set(folder.path(), &set("rgb"), &files);
        for verifier in both(folder.path()) {
            let engine = verifier.engine().engine;
            for (x, y) in [(32, 64), (0, 32), (64, 0)] {
                let found = verifier.detect(red_cell(cell, x, y)).unwrap();
                assert_eq!((found.faces.len(), found.looks), (1, 1), "{family} {engine:?} {:?}", found.faces);
                let face = &found.faces[0];
                let bounds = [face.bounds.x, face.bounds.y, face.bounds.width, face.bounds.height];
                let (x, y) = (x as f32, y as f32);
                close(&bounds, &[FACE[0] + x, FACE[1] + y, FACE[2], FACE[3]]);
                let landmarks: Vec<f32> =
                    face.landmarks.iter().flat_map(|point| [point.x, point.y]).collect();
                close(&landmarks, LANDMARKS.map(|[px, py]| [px + x, py + y]).as_flattened());
                close(&[face.confidence], &[1.0]);
            }
            // A third of the confidence is no face, and neither is another colour.
            assert_eq!(verifier.detect(image(SIDE, |_, _| [85, 0, 0])).unwrap().faces.len(), 0, "{family}");
            assert_eq!(
                verifier.detect(image(SIDE, |_, _| [0, 255, 255])).unwrap().faces.len(),
                0,
                "{family}"
            );
        }
        write_set(folder.path(), &set("bgr"), &files);
        for verifier in both(folder.path()) {
            assert_eq!(verifier.detect(red_cell(cell, 32, 64)).unwrap().faces.len(), 0, "{family}");
        }
    }
}

#[track_caller]
fn close(found: &[f32], expected: &[f32]) {
    let far = found.iter().zip(expected).any(|(one, other)| (one - other).abs() > 2e-3);
    assert!(!far && found.len() == expected.len(), "{found:?} {expected:?}");
}

#[test]
fn a_set_determines_what_its_confidences_are_worth() {
    let Detector { family, net, cell, input, takes } = &DETECTORS[1];
    let folder = tempfile::tempdir().unwrap();
    let files: [(&str, &[u8]); 2] =
        [("detector.onnx", &net(*takes)), ("thumbnail.onnx", &networks::thumbnail(28, 48))];
    // A red of 154 is a confidence of 0.604: enough in a first look of a YuNet, unless the set requires more.
    let dim = image(SIDE, |x, y| if x / cell == 1 && y / cell == 2 { [154, 0, 0] } else { [0; 3] });
    let belief = "[detector.belief]\nhint = 0.4\nfirst = 0.8\nretry = 0.85\ncloser = 0.9\nsure = 0.95\n";
    for (belief, expected) in [("", Some(0.95)), (belief, None)] {
        let manifest = detector(family, "rgb", input, "[128]") + belief + EXTRACTOR + CALIBRATION;
        write_set(folder.path(), &manifest, &files);
        for verifier in both(folder.path()) {
            let faces = verifier.detect(&dim).unwrap().faces;
            match expected {
                Some(confidence) => close(&[faces[0].confidence], &[confidence]),
                None => assert_eq!(faces.len(), 0),
            }
        }
    }
}

/// The vectors of the one face that the certain detector of 32 pixels finds in a picture, by engine.
fn vectors(extractors: &str, image: &Pixels<'static>) -> Vec<Vec<f32>> {
    let folder = certain(extractors);
    let verifiers = both(folder.path());
    verifiers.iter().map(|verifier| verifier.extract(image).unwrap().template.vector().to_vec()).collect()
}

/// The left half is bright, so that the mirror image differs.
fn half_bright() -> Pixels<'static> {
    image(96, |x, _| if x < 45 { [250, 100, 50] } else { [10, 20, 30] })
}

#[test]
fn a_flipped_vector_is_the_sum_with_the_mirror_image() {
    let flip = EXTRACTOR.to_owned() + "flip = true\n";
    for (plain, flipped) in vectors(EXTRACTOR, &half_bright()).iter().zip(vectors(&flip, &half_bright())) {
        // Four rows of four in each of three planes.
        let mirror: Vec<f32> = plain.chunks(4).flat_map(|row| row.iter().rev().copied()).collect();
        let sum: Vec<f32> = plain.iter().zip(&mirror).map(|(one, other)| one + other).collect();
        let length = sum.iter().map(|value| value * value).sum::<f32>().sqrt();
        close(&flipped, &sum.iter().map(|value| value / length).collect::<Vec<f32>>());
        assert!(plain.iter().zip(&flipped).any(|(one, other)| (one - other).abs() > 0.05));
    }
}

#[test]
fn landmarks_move_the_face_on_the_chip() {
    // A column of the thumbnail further to the right.
    let moved = "landmarks = [[66.2946, 51.6963], [101.5318, 51.5014], [84.0252, 71.7366], [69.5493, 92.3655], [98.7299, 92.2041]]\n";
    let moved = EXTRACTOR.to_owned() + moved;
    for (plain, moved) in vectors(EXTRACTOR, &half_bright()).iter().zip(vectors(&moved, &half_bright())) {
        let columns = |vector: &[f32], from: usize| -> Vec<f32> {
            let values: Vec<f32> = vector.chunks(4).flat_map(|row| row[from..from + 3].to_vec()).collect();
            let length = values.iter().map(|value| value * value).sum::<f32>().sqrt();
            values.iter().map(|value| value / length).collect()
        };
        close(&columns(&moved, 1), &columns(plain, 0));
    }
}

fn other(file: &str, dimensions: usize, more: &str) -> String {
    EXTRACTOR
        .replace("thumbnail.onnx", file)
        .replace("dimensions = 48", &format!("dimensions = {dimensions}"))
        .replace("id = \"thumbnail\"", &format!("id = \"{}\"", file.trim_end_matches(".onnx")))
        + more
}

#[test]
fn several_extractors_agree_by_their_weights_in_photos_and_in_templates() {
    let (probe, reference) = (photo("astronaut.jpg"), photo("hopper.jpg"));
    let similarity = |extractors: &str| {
        let folder = certain(extractors);
        let verifiers = both(folder.path());
        let ids = verifiers[0].extractor_id().to_owned();
        let similarities = verifiers.iter().map(|verifier| {
            let verdict = verifier.verify(&probe, &reference).unwrap();
            let [one, other] = [&probe, &reference].map(|photo| {
                let bytes = verifier.extract(photo).unwrap().template.to_bytes();
                Template::from_bytes(&bytes).unwrap()
            });
            assert_eq!(verifier.compare(&one, &other).unwrap(), verdict.comparison);
            f64::from(verdict.comparison.similarity)
        });
        (similarities.collect::<Vec<f64>>(), ids)
    };
    let coarse = |more| other("coarse.onnx", 12, more);
    let (fine, _) = similarity(EXTRACTOR);
    let (coarse_alone, _) = similarity(&coarse(""));
    // 3 and 1 are three quarters and one.
    let (joined, ids) = similarity(&(EXTRACTOR.to_owned() + "weight = 3\n" + &coarse("weight = 1\n")));
    assert_eq!(ids, "thumbnail+coarse");
    assert!((fine[0] - coarse_alone[0]).abs() > 1e-3);
    for ((joined, fine), coarse) in joined.iter().zip(fine).zip(coarse_alone) {
        assert!((joined - (0.75 * fine + 0.25 * coarse)).abs() < 1e-5, "{joined} {fine} {coarse}");
    }
}

#[test]
fn only_templates_that_mean_the_same_are_comparable() {
    let photo = photo("hopper.jpg");
    let coarse = |more| other("coarse.onnx", 12, more);
    let sets = [
        EXTRACTOR.to_owned(),
        EXTRACTOR.to_owned() + "flip = true\n",
        EXTRACTOR.to_owned() + "landmarks = [[38, 51], [73, 51], [56, 71], [41, 92], [70, 92]]\n",
        EXTRACTOR.replace("scale = 1.0", "scale = 0.5"),
        EXTRACTOR.to_owned() + &coarse(""),
        EXTRACTOR.to_owned() + "weight = 2\n" + &coarse(""),
        coarse("") + EXTRACTOR,
    ];
    let mut models: Vec<[u8; 16]> = Vec::new();
    for set in &sets {
        let folder = certain(set);
        let verifier = with(Engine::Embedded, folder.path()).unwrap();
        let template = verifier.extract(&photo).unwrap().template;
        assert!(!models.contains(template.model()), "{set}");
        models.push(*template.model());
    }
    // Only the ratios of weights count, so the weight of a single extractor means nothing.
    for (set, same) in [
        (EXTRACTOR.to_owned() + "weight = 7\n", 0),
        (EXTRACTOR.to_owned() + "weight = 5\n" + &coarse("weight = 5\n"), 4),
    ] {
        let folder = certain(&set);
        let verifier = with(Engine::Embedded, folder.path()).unwrap();
        assert_eq!(verifier.extract(&photo).unwrap().template.model(), &models[same]);
    }
}

/// Templates of versions 0.1 and 0.2 must stay comparable.
#[test]
fn the_default_set_is_identified_by_the_hash_of_its_extractor() {
    let expected =
        [0x68, 0xc5, 0x4d, 0x43, 0x58, 0x4a, 0x4f, 0xf9, 0xaa, 0x95, 0xc5, 0x8d, 0xe3, 0xc2, 0x80, 0x19];
    let verifier = verifiers::fastest();
    assert_eq!(verifier.extract(photo("hopper.jpg")).unwrap().template.model(), &expected);
}

#[test]
fn a_set_that_is_not_calibrated_measures_and_does_not_judge() -> Result<()> {
    let folder = certain(EXTRACTOR);
    let path = folder.path().join("manifest.toml");
    let manifest = std::fs::read_to_string(&path).unwrap().replace(CALIBRATION, "");
    std::fs::write(path, manifest).unwrap();
    let mut options = Options::default();
    options.engine = Engine::Embedded;
    options.models = Some(folder.path().into());
    let error = Verifier::new(options.clone()).unwrap_err();
    assert!(error.kind() == ErrorKind::ModelInvalid && error.message().contains("calibrate"), "{error}");
    let verifier = Verifier::to_calibrate(options)?;
    assert_eq!(verifier.calibration().comparisons, 0);
    let similarity = verifier.verify(photo("hopper.jpg"), photo("hopper.jpg"))?.comparison.similarity;
    assert!(similarity > 0.999);
    Ok(())
}

#[test]
fn manifests_that_cannot_be_used_are_refused_by_name() {
    let (net, thumbnail) = (networks::certain(), networks::thumbnail(28, 48));
    let files: [(&str, &[u8]); 2] = [("detector.onnx", &net), ("thumbnail.onnx", &thumbnail)];
    let sound = detector("yunet", "bgr", "mean = [0, 0, 0]\nscale = 1.0", "[32]") + EXTRACTOR + CALIBRATION;
    for (from, to, said) in [
        ("format = 3", "format = 2", "format 2"),
        ("format = 3\n", "", "format"),
        ("\"yunet\"", "\"mtcnn\"", "mtcnn"),
        ("[32]", "[33]", "multiples of 32"),
        ("[32]", "[]", "multiples of 32"),
        ("[32]", "[32]\nlook = 64", "look"),
        ("[32]", "[32]\noutputs = [\"a\"]", "12 names"),
        ("[32]", "[32]\nlooks = 3", "looks"),
        (
            "\n[[ext",
            "\n[detector.fine]\nfile = \"detector.onnx\"\nsha256 = sha256(\"detector.onnx\")\nstrides = [8]\n[[ext",
            "fine",
        ),
        (
            "\n[[ext",
            "\n[detector.belief]\nhint = 0.5\nfirst = 0.4\nretry = 0.6\ncloser = 0.7\nsure = 0.8\n[[ext",
            "belief",
        ),
        ("dimensions = 48", "dimensions = 0", "dimensions"),
        ("dimensions = 48", "dimensions = 48\nflips = true", "flips"),
        ("dimensions = 48", "dimensions = 48\nweight = -1", "weight"),
        (
            "dimensions = 48",
            "dimensions = 48\nlandmarks = [[1, 1], [1, 1], [1, 1], [1, 1], [1, 1]]",
            "landmarks",
        ),
        ("input_size = 112", "input_size = 0", "input_size"),
        ("\"thumbnail.onnx\"", "\"../thumbnail.onnx\"", "plain file name"),
        ("comparisons = 1", "comparisons = 0", "comparisons"),
        ("[[extractors]]", "[extractors]", "manifest"),
        ("[[extractors]]", "[[others]]", "others"),
    ] {
        assert!(sound.contains(from), "{from}");
        let (kind, message) = refused(&sound.replacen(from, to, 1), &files);
        assert_eq!(kind, ErrorKind::ModelInvalid, "{to}: {message}");
        assert!(message.contains(said), "{to}: {message}");
    }
}

#[test]
fn other_networks_are_an_error_and_not_a_panic() {
    let (net, thumbnail) = (networks::certain(), networks::thumbnail(28, 48));
    let set = |family: &str| {
        detector(family, "bgr", "mean = [0, 0, 0]\nscale = 1.0", "[32]") + EXTRACTOR + CALIBRATION
    };
    for engine in [Engine::OnnxRuntime, Engine::Embedded] {
        for (manifest, detector, extractor, said) in [
            (set("retinaface"), &net, &thumbnail, "retinaface"),
            (set("scrfd"), &net, &thumbnail, "scrfd"),
            (set("centerface"), &net, &thumbnail, "centerface"),
            (set("yunet"), &thumbnail, &thumbnail, "cls_8"),
            (set("yunet").replace("48", "47"), &net, &thumbnail, "48 numbers instead of 47"),
            (set("yunet").replace("\"embedding\"", "\"feature\""), &net, &thumbnail, "feature"),
            (set("yunet"), &net, &b"no model".to_vec(), "model"),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let files: [(&str, &[u8]); 2] = [("detector.onnx", detector), ("thumbnail.onnx", extractor)];
            write_set(folder.path(), &manifest, &files);
            let mut options = Options::default();
            options.engine = engine;
            options.models = Some(folder.path().into());
            let verified = Verifier::new(options).and_then(|verifier| verifier.extract(photo("hopper.jpg")));
            let error = verified.map(drop).unwrap_err();
            if error.kind() != ErrorKind::EngineUnavailable {
                assert_eq!(error.kind(), ErrorKind::ModelInvalid, "{error}");
                assert!(error.message().contains(said), "{said}: {error}");
            }
        }
    }
}
