//! How the crates are divided into files: none is too long to be read at once, and no two depend on each other,
//! directly or through others, so that each can be understood, and moved, with what it imports.
//!
//! What a file needs is read from its paths: `use` trees, and `crate::`, `super::`, `self::` or a child module in the
//! code. A name that a file only passes on (`pub use`) counts for the file that defines it, declaring a module does not
//! count, and test modules may use whatever they test. Nor does it count what a file uses of its parent modules: a
//! trait that a parent uses and its children implement is their common ground.

mod paths;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use paths::Source;
use testkit::files::root;

/// Path of a module, empty for the crate's root.
type Module = Vec<String>;

/// How long a file may be, without its tests.
const MAX_LINES: usize = 350;

#[test]
fn no_two_files_depend_on_each_other() {
    let found = crates().filter_map(|(folder, files)| {
        let circle = circle(&files)?;
        Some(format!("{folder}/src: {}", circle.join(" -> ")))
    });
    let found: Vec<String> = found.collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn no_file_is_too_long() {
    let found = crates().flat_map(|(folder, files)| {
        let long = files.into_iter().filter(|(_, source)| source.lines > MAX_LINES);
        long.map(move |(module, source)| format!("{folder}/src: {}: {} lines", name(&module), source.lines))
    });
    let found: Vec<String> = found.collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// The folder of each crate of the workspace, and its files.
fn crates() -> impl Iterator<Item = (String, BTreeMap<Module, Source>)> {
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let folders: Vec<String> = members(&manifest).into_iter().map(str::to_owned).collect();
    assert!(folders.len() >= 10, "{folders:?} are not all crates of the workspace");
    folders.into_iter().map(|folder| {
        let files = read(&root().join(&folder).join("src"));
        (folder, files)
    })
}

/// The folders of the workspace's crates.
fn members(manifest: &str) -> Vec<&str> {
    let (_, list) = manifest.split_once("\nmembers = [").expect("the workspace lists its crates");
    let (list, _) = list.split_once(']').expect("the list ends");
    list.split('"').skip(1).step_by(2).collect()
}

/// The files of a crate by their modules; for a library with a program, those of the library.
fn read(folder: &Path) -> BTreeMap<Module, Source> {
    let mut files = BTreeMap::new();
    let top = if folder.join("lib.rs").is_file() { "lib.rs" } else { "main.rs" };
    files.insert(Module::new(), source(&folder.join(top)));
    below(folder, &Module::new(), &mut files);
    files
}

fn below(folder: &Path, module: &Module, files: &mut BTreeMap<Module, Source>) {
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let inner = [module.clone(), vec![name.clone()]].concat();
        if path.is_dir() {
            below(&path, &inner, files);
        } else if name == "mod" {
            files.insert(module.clone(), source(&path));
        } else if path.extension().is_some_and(|kind| kind == "rs")
            && !matches!(&*name, "lib" | "main" | "tests")
        {
            files.insert(inner, source(&path));
        }
    }
}

fn source(path: &Path) -> Source {
    Source::read(&std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}

/// The names of files that depend on each other in a cycle, if any do.
fn circle(files: &BTreeMap<Module, Source>) -> Option<Vec<String>> {
    let needs: BTreeMap<&Module, BTreeSet<&Module>> = files
        .iter()
        .map(|(module, source)| {
            let needed = source.paths.iter().filter_map(|path| defining(files, module, path, 0));
            (module, needed.filter(|needed| !module.starts_with(needed)).collect())
        })
        .collect();
    let mut done = BTreeSet::new();
    files.keys().find_map(|start| walk(start, &needs, &mut Vec::new(), &mut done))
}

fn name(module: &Module) -> String {
    if module.is_empty() { "the root".into() } else { module.join("::") }
}

/// Depth first; `way` is the path to `module`.
fn walk<'a>(
    module: &'a Module,
    needs: &BTreeMap<&'a Module, BTreeSet<&'a Module>>,
    way: &mut Vec<&'a Module>,
    done: &mut BTreeSet<&'a Module>,
) -> Option<Vec<String>> {
    if let Some(place) = way.iter().position(|known| *known == module) {
        return Some(way[place..].iter().chain([&module]).map(|module| name(module)).collect());
    }
    if !done.insert(module) {
        return None;
    }
    way.push(module);
    let found = needs[module].iter().find_map(|needed| walk(needed, needs, way, done));
    way.pop();
    found
}

/// The file that defines what a path of `module` names. `None` for other crates.
fn defining<'a>(
    files: &'a BTreeMap<Module, Source>,
    module: &Module,
    path: &[String],
    steps: u8,
) -> Option<&'a Module> {
    let mut full = module.clone();
    let mut rest = path;
    match path.first()?.as_str() {
        "crate" => {
            full.clear();
            rest = &path[1..];
        }
        "self" => rest = &path[1..],
        "super" => {}
        child if files.contains_key(&[module.clone(), vec![child.to_owned()]].concat()) => {}
        _ => return None,
    }
    while rest.first().is_some_and(|word| word == "super") {
        full.pop()?;
        rest = &rest[1..];
    }
    while let Some(word) = rest.first() {
        let inner = [full.clone(), vec![word.clone()]].concat();
        if !files.contains_key(&inner) {
            break;
        }
        full = inner;
        rest = &rest[1..];
    }
    let (found, source) = files.get_key_value(&full)?;
    let passed_on = rest.first().and_then(|name| source.imports.get(name));
    let elsewhere = passed_on.filter(|_| steps < 8).and_then(|path| defining(files, &full, path, steps + 1));
    Some(elsewhere.unwrap_or(found))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(files: &[(&str, &str)]) -> Option<String> {
        let module = |name: &str| name.split("::").filter(|word| !word.is_empty()).map(Into::into).collect();
        let files = files.iter().map(|(name, text)| (module(name), Source::read(text))).collect();
        circle(&files).map(|names| names.join(" -> "))
    }

    #[test]
    fn a_cycle_is_found() {
        let circle = [
            ("", "mod a; mod b; mod c;"),
            ("a", "use crate::b::{self, B};"),
            ("b", "fn f() { crate::c::g() }"),
            ("c", "use std::fmt; use super::a as first;"),
        ];
        assert_eq!(made(&circle).as_deref(), Some("a -> b -> c -> a"));
        assert_eq!(made(&circle[..3]), None);
    }

    #[test]
    fn a_child_may_use_its_parent_but_not_what_depends_on_it() {
        let files = [
            ("", "mod a; mod c;"),
            ("a", "mod b; fn f() { b::g() }"),
            ("a::b", "use super::Limit;"),
            ("c", "use crate::a;"),
        ];
        assert_eq!(made(&files), None);
        let inside = ("a::b", "use super::super::c;");
        assert_eq!(made(&[files[0], files[1], inside, files[3]]).as_deref(), Some("a -> a::b -> c -> a"));
    }

    #[test]
    fn a_reexport_counts_for_the_file_that_defines_it() {
        let files =
            [("", "mod a; mod b; pub use a::A; pub use b::B;"), ("a", "use crate::B;"), ("b", "struct B;")];
        assert_eq!(made(&files), None);
    }

    #[test]
    fn comments_and_tests_do_not_count() {
        let quiet = "// use crate::b;\n//! crate::b\n#[cfg(test)]\nmod tests {\n    use crate::b;\n}\n";
        assert_eq!(made(&[("", "mod a; mod b;"), ("a", quiet), ("b", "use crate::a;")]), None);
    }
}
