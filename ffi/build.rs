//! Sets the SONAME of the shared library. Within one SONAME the ABI only grows.

fn main() {
    let (major, minor) = (env!("CARGO_PKG_VERSION_MAJOR"), env!("CARGO_PKG_VERSION_MINOR"));
    // While the major version is 0, a minor version may change the ABI. xtask/src/install.rs repeats this rule.
    let abi = if major == "0" { format!("0.{minor}") } else { major.to_owned() };
    match std::env::var("CARGO_CFG_TARGET_OS").unwrap_or_default().as_str() {
        "linux" | "android" | "freebsd" => {
            println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,libvisavis.so.{abi}");
        }
        "macos" => println!("cargo:rustc-cdylib-link-arg=-Wl,-install_name,@rpath/libvisavis.{abi}.dylib"),
        _ => {}
    }
    println!("cargo:rerun-if-changed=build.rs");
}
