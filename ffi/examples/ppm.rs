//! `ppm PHOTO`: writes the decoded photo as PPM to its standard output, for programs that read pixels only.

use std::io::Write;

use face::{Options, Verifier};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let photo = std::env::args_os().nth(1).ok_or("usage: ppm PHOTO")?;
    let image = Verifier::new(Options::default())?.decode(face::Photo::file(photo))?;
    let mut out = std::io::stdout().lock();
    write!(out, "P6\n{} {}\n255\n", image.width(), image.height())?;
    out.write_all(image.rgb())?;
    Ok(())
}
