//! bindgen MODULE FOLDER: writes a module to FOLDER, with the JavaScript through which a page calls it. The program
//! `wasm-bindgen` does the same, but depends on an HTTP client and a server for tests.

use wasm_bindgen_cli_support::Bindgen;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let (Some(module), Some(folder)) = (arguments.next(), arguments.next()) else {
        panic!("usage: bindgen MODULE FOLDER");
    };
    let mut bindgen = Bindgen::new();
    bindgen.input_path(module).out_name("visavis").typescript(false);
    bindgen.remove_name_section(true).remove_producers_section(true);
    let made = bindgen.web(true).and_then(|bindgen| bindgen.generate(folder));
    made.expect("the module was built with wasm-bindgen");
}
