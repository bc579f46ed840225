//! Writes the C header to its standard output: `cargo xtask header` calls it.

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let ffi = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("this crate is in ffi/");
    let config = match cbindgen::Config::from_file(ffi.join("cbindgen.toml")) {
        Ok(config) => config,
        Err(why) => return fail(&why),
    };
    match cbindgen::Builder::new().with_crate(ffi).with_config(config).generate() {
        Ok(bindings) => bindings.write(std::io::stdout()),
        Err(error) => return fail(&error.to_string()),
    }
    ExitCode::SUCCESS
}

fn fail(why: &str) -> ExitCode {
    eprintln!("the header cannot be generated: {why}");
    ExitCode::FAILURE
}
