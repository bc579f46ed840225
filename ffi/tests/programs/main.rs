//! The programs of tests/c, compiled by the system's compilers against the library of this build, and run.

mod compile;
mod privileges;

use std::collections::{BTreeSet, HashMap};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use face::{Error, Image, Options, Side, Verifier};
use testkit::{cases, enrolment, files, watch};

use compile::{library, program, ran, text};

fn images() -> PathBuf {
    files::root().join("tests/golden/images")
}

#[test]
fn every_mistake_of_a_program_gives_a_status() {
    if let Some(mut misuse) = program("misuse") {
        ran(misuse.arg(images()));
    }
}

#[test]
fn one_verifier_serves_many_threads() {
    if let Some(mut threads) = program("threads") {
        ran(threads.arg(images()));
    }
}

#[test]
fn an_ignored_status_is_a_warning() {
    if program("misuse").is_none() {
        return;
    }
    let [ignored, silenced] = ["", "#define VAV_MUST_USE\n"].map(|define| {
        let source = library().join(format!("ignored-{}.c", define.len()));
        let text = "#include <visavis.h>\nvoid f(vav_config *c) { vav_config_set_workers(c, 1); }\n";
        fs::write(&source, format!("{define}{text}")).expect("the target folder is writable");
        let mut cc = Command::new("cc");
        cc.args(["-c", "-o", "/dev/null", "-Wall", "-Werror", "-I"]).arg(files::root().join("include"));
        cc.arg(source).output().expect("the other programs need the compiler too")
    });
    assert!(text(&ignored.stderr).contains("unused-result") && !ignored.status.success());
    assert!(silenced.status.success(), "{}", text(&silenced.stderr));
}

/// ONNX Runtime without threads would survive fork() in any case; the embedded engine has threads, which a child lacks.
#[test]
fn verifiers_survive_fork_with_both_engines() {
    if let Some(mut forks) = program("forks") {
        ran(forks.arg(images()));
        ran(forks.env("VISAVIS_TEST_ENGINE", "embedded"));
    }
}

#[test]
fn the_floating_point_state_of_the_host_is_preserved_and_does_not_matter() {
    if let Some(mut program) = program("floating_point") {
        ran(program.arg(images()));
        ran(program.env("VISAVIS_TEST_ENGINE", "embedded"));
    }
}

#[test]
fn missing_memory_is_a_status() {
    if let Some(mut memory) = program("memory") {
        let photo = files::golden("hopper-128.png");
        for engine in ["embedded", "auto"] {
            ran(memory.arg(&photo).env("VISAVIS_TEST_ENGINE", engine));
            memory = Command::new(memory.get_program());
        }
    }
}

/// The second half runs as a user without rights, who must be able to read the photo and the engine.
#[test]
fn the_documented_stack_suffices_and_missing_threads_are_a_status() {
    let Some(mut limits) = program("limits") else { return };
    let folder = tempfile::tempdir().expect("there is room for temporary files");
    let photo = folder.path().join("photo.png");
    fs::copy(files::golden("hopper-128.png"), &photo).expect("there is room for temporary files");
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).expect("the folder is ours");
    let engine = Verifier::new(Options::default()).expect("the models are in the library").engine().engine;
    for engine in BTreeSet::from(["embedded", engine.name()]) {
        ran(limits.arg(&photo).env("VISAVIS_TEST_ENGINE", engine));
        limits = Command::new(limits.get_program());
    }
}

/// Programs may include the header while they hide their own symbols.
#[test]
fn a_program_that_hides_its_symbols_finds_the_librarys() {
    if program("misuse").is_none() {
        return;
    }
    let source = library().join("hidden.c");
    let text = "#pragma GCC visibility push(hidden)\n#include <visavis.h>\nint main(void) { return vav_version_number() == 0; }\n";
    fs::write(&source, text).expect("the target folder is writable");
    let mut cc = Command::new("cc");
    cc.arg("-I").arg(files::root().join("include")).arg(source).arg("-o").arg(library().join("hidden"));
    ran(cc.arg("-L").arg(library()).arg("-lvisavis"));
}

/// Decodes each hard photo with one memory limit and one engine, taking turns. VISAVIS_TEST_SWEEP=1 tries every limit and
/// both engines with each photo.
#[test]
fn hard_photos_and_little_memory_end_with_a_status() {
    let Some(memory) = program("memory") else { return };
    let Some(folder) = files::shared("decode") else { return };
    let mut photos: Vec<PathBuf> = ["exif", "generated"]
        .iter()
        .flat_map(|name| fs::read_dir(folder.join(name)).expect("the folders are there"))
        .map(|entry| entry.expect("a folder can be listed").path())
        .filter(|path| path.is_file())
        .collect();
    photos.sort();
    assert!(photos.len() > 100, "{} photos", photos.len());
    let all = std::env::var_os("VISAVIS_TEST_SWEEP").is_some();
    let decode_all = |index: usize, engine: &str| {
        for (number, photo) in photos.iter().enumerate().filter(|(number, _)| all || number % 2 == index) {
            let limit = (60 + 20 * (number / 2 % 18)).to_string();
            let limits = if all { ["60", "400", "20"] } else { [limit.as_str(), limit.as_str(), "20"] };
            let mut run = Command::new(memory.get_program());
            ran(run.arg(photo).args(limits).env("VISAVIS_TEST_ENGINE", engine));
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(|| decode_all(0, "embedded"));
        decode_all(1, "auto");
    });
}

#[test]
fn an_engine_that_fails_does_not_write_to_stderr() {
    let Some(mut quiet) = program("quiet") else { return };
    let models = library().join("broken-models");
    fs::create_dir_all(&models).expect("the target folder is writable");
    let mut manifest =
        fs::read_to_string(files::root().join("models/manifest.toml")).expect("it is committed");
    for model in fs::read_dir(files::root().join("models")).expect("it is committed") {
        let model = model.expect("a folder can be listed").path();
        if model.extension().is_some_and(|extension| extension == "onnx") {
            let broken = models.join(model.file_name().expect("files have names"));
            let sum = |path: &Path| text(&ran(Command::new("sha256sum").arg(path)).stdout)[..64].to_owned();
            // An operator name of the same length that no engine knows.
            let bytes = fs::read(&model).expect("it is committed");
            let at =
                bytes.windows(4).position(|word| word == b"Relu").expect("the networks have this operator");
            fs::write(&broken, [&bytes[..at], b"Rilu", &bytes[at + 4..]].concat()).expect("writable");
            manifest = manifest.replace(&sum(&model), &sum(&broken));
        }
    }
    fs::write(models.join("manifest.toml"), manifest).expect("the target folder is writable");
    let output = ran(quiet.arg(models));
    assert_eq!(text(&output.stderr), "quiet: 4 checks, 0 failures\n");
}

#[test]
fn the_wrapper_for_cpp_and_pixels_of_every_format() {
    let Some(mut wrapper) = program("wrapper") else { return };
    let verifier = Verifier::new(Options::default()).expect("the models are in the library");
    for name in ["astronaut", "hopper", "two-people"] {
        let photo = testkit::files::photo(&format!("{name}.jpg"));
        let image = verifier.decode(&photo).expect("golden photos are readable");
        fs::write(library().join(format!("{name}.ppm")), ppm(&image)).expect("the target folder is writable");
    }
    ran(wrapper.arg(images()).arg(library()));
}

fn ppm(image: &Image<'_>) -> Vec<u8> {
    let header = format!("P6\n{} {}\n255\n", image.width(), image.height());
    [header.as_bytes(), image.rgb()].concat()
}

#[test]
fn c_and_rust_give_the_same_for_every_golden_case_to_the_bit() {
    let Some(mut golden) = program("golden") else { return };
    let engine = Verifier::new(Options::default()).expect("the models are in the library").engine().engine;
    let engine = engine.name();
    golden.args([cases::table(), enrolment::table(), images()]);
    let by_c = ran(golden.env("VISAVIS_TEST_ENGINE", engine));
    let by_rust = [by_rust(engine), enrolled_by_rust(engine)].concat();
    let by_c: Vec<&str> = text(&by_c.stdout).lines().collect();
    assert!(by_c.len() > 100, "{} cases", by_c.len());
    assert_eq!(by_c, by_rust);
}

#[test]
fn a_c_program_opens_no_connection_and_writes_no_file() {
    let Some(program) = program("hermetic") else { return };
    for engine in ["auto", "embedded"] {
        let folder = tempfile::tempdir().expect("there is a place for temporary files");
        let score = watch::hermetic(
            Path::new(program.get_program()),
            |call| {
                call.arg(images()).env("VISAVIS_TEST_ENGINE", engine);
            },
            folder.path(),
        );
        assert!(score.is_none_or(|score| score == "10\n"));
    }
}

/// A line for every case, as tests/c/golden.c prints it: name, status, side, and the bits of similarity and score.
fn by_rust(engine: &str) -> Vec<String> {
    let mut verifiers: HashMap<Vec<(String, String)>, Verifier> = HashMap::new();
    let cases = cases::read(&cases::table()).into_iter();
    cases
        .map(|case| {
            let verifier = verifiers.entry(case.options).or_insert_with_key(|settings| {
                let mut options = Options::default();
                let settings = settings.iter().map(|(name, value)| (name.as_str(), value.as_str()));
                for (name, value) in settings.chain([("engine", engine)]) {
                    options.set(name, value).expect("the table names options of the core");
                }
                Verifier::new(options).expect("the models are in the library")
            });
            let [probe, reference] = [&case.probe, &case.reference].map(|name| files::photo(name));
            match verifier.verify(&probe, &reference).map(|verdict| verdict.comparison) {
                Ok(made) => {
                    let (similarity, score) = (made.similarity.to_bits(), made.score.to_bits());
                    format!("{}\tOK\t\t{similarity:08x}\t{score:08x}", case.name)
                }
                Err(error) => format!("{}\t{}\t{}\t\t", case.name, error.kind(), side(&error)),
            }
        })
        .collect()
}

/// A line for every enrolment: name, status, and the bits of similarity and score, then those of each photo's similarity
/// to the others; or the index of the photo that fails.
fn enrolled_by_rust(engine: &str) -> Vec<String> {
    let mut options = Options::default();
    options.set("engine", engine).expect("it is an engine");
    let verifier = Verifier::new(options).expect("the models are in the library");
    let line = |case: enrolment::Case| {
        let photos = case.photos.iter().map(|name| testkit::files::photo(name));
        match verifier.enroll(photos) {
            Ok(enrollment) => {
                let probe = verifier.extract(testkit::files::photo(&case.probe)).expect("probes have a face");
                let made = verifier.compare(&probe.template, &enrollment.template).expect("of one model");
                let others = enrollment.photos.iter().map(|photo| {
                    let similarity = photo.others.map_or(0.0, |others| others.similarity);
                    format!("\t{:08x}", similarity.to_bits())
                });
                let (similarity, score) = (made.similarity.to_bits(), made.score.to_bits());
                format!("{}\tOK\t{similarity:08x}\t{score:08x}{}", case.name, others.collect::<String>())
            }
            Err(error) => {
                let index = error.index().map_or("-1".to_owned(), |index| index.to_string());
                format!("{}\t{}\t{index}", case.name, error.kind())
            }
        }
    };
    enrolment::read().into_iter().map(line).collect()
}

fn side(error: &Error) -> &'static str {
    error.side().map_or("", Side::name)
}
