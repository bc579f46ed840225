//! The C ABI: `include/visavis.h` is made from these files, one per handle. How it is used stands at the top of it.
//!
//! References say at the border what C's pointers are: `Option<&T>` is a `const T *` that may be NULL,
//! `Option<&mut T>` a `T *`, `Option<Box<T>>` one that is given up,
//! `Option<&mut MaybeUninit<Option<Box<T>>>>` a `T **` to hand one out through. (An alias would show in the header.) So little is left that needs `unsafe`: byte
//! arrays, and structs whose size their caller tells.

#![allow(unsafe_code, reason = "pointers come from C; every use says why it is sound")]
#![allow(unreachable_pub, reason = "the linker and the header's maker reach what is public here")]
#![allow(
    clippy::doc_markdown,
    clippy::missing_safety_doc,
    reason = "docs of exports are the header's, for C"
)]
#![allow(non_camel_case_types, reason = "types have their C names")]

mod boundary;
mod config;
mod error;
mod faces;
mod pixels;
mod status;
mod template;
mod verifier;
mod version;

/// Panics: how a defect reaches a C program.
#[cfg(feature = "test-panic")]
#[unsafe(no_mangle)]
pub extern "C" fn vav_test_panic(
    err: Option<&mut std::mem::MaybeUninit<Option<Box<error::vav_error>>>>,
) -> status::vav_status {
    boundary::guard(err, || panic!("on purpose"))
}
