//! Tells the linker that Node's own symbols are provided by the program that loads the module.

fn main() {
    napi_build::setup();
}
