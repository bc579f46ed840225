//! What a photo costs beyond its two networks, and what the embedded engine costs beyond ONNX Runtime.
//!
//! `cargo bench -p visavis [-- PHOTO...]`. For each photo, it times in turn: the two networks alone, all steps from bytes
//! to template, the same on the embedded engine, and decoding. The medians of these interleaved runs are printed as
//! ratios, since machines differ and are shared: a harness that measures one subject after the other would compare
//! different moments.

use std::hint::black_box;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use std::{env, fs};

use visavis::{Engine, Options, Verifier};

const ROUNDS: usize = 60;

fn main() {
    let photos: Vec<PathBuf> =
        env::args().skip(1).filter(|argument| !argument.starts_with("--")).map(Into::into).collect();
    let golden = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/golden/images/exif-1.jpg"));
    let photos: Vec<Vec<u8>> = if photos.is_empty() { vec![golden] } else { photos }
        .iter()
        .map(|path| fs::read(path).expect("a photo"))
        .collect();

    let fast = verifier(Engine::Auto);
    let embedded = verifier(Engine::Embedded);
    println!(
        "engine: {} {}; {} photos, {ROUNDS} rounds, one thread",
        fast.engine().engine.name(),
        fast.engine().version,
        photos.len()
    );

    let mut times: [Vec<Duration>; 4] = Default::default();
    for round in 0..ROUNDS * photos.len() {
        let photo = &photos[round % photos.len()];
        times[0].push(timed(|| fast.warm_up().expect("the networks run")));
        times[1].push(timed(|| fast.extract(photo).expect("a face")));
        times[2].push(timed(|| embedded.extract(photo).expect("a face")));
        times[3].push(timed(|| fast.decode(photo).expect("an image")));
    }
    let [networks, whole, slow, decode] = times.map(median);
    println!("networks alone     {networks:>10.2?}");
    println!("bytes to template  {whole:>10.2?}  {:.2} x the networks alone", ratio(whole, networks));
    println!("  of it decoding   {decode:>10.2?}  {:.2} x the networks alone", ratio(decode, networks));
    println!("embedded engine    {slow:>10.2?}  {:.2} x {}", ratio(slow, whole), fast.engine().engine.name());
}

fn verifier(engine: Engine) -> Verifier {
    let mut options = Options::default();
    options.engine = engine;
    options.workers = 1;
    Verifier::new(options).expect("the engine starts")
}

fn timed<T>(work: impl FnOnce() -> T) -> Duration {
    let start = Instant::now();
    black_box(work());
    start.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn ratio(one: Duration, other: Duration) -> f64 {
    one.as_secs_f64() / other.as_secs_f64()
}
