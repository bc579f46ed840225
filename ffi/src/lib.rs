//! The C ABI: `include/visavis.h` is generated from these files, one per handle. Its opening comment explains its use.
//!
//! Signatures describe the pointers of C: `Option<&T>` is a `const T *` that may be NULL, `Option<&mut T>` a `T *`,
//! `Option<Box<T>>` one whose ownership is transferred, `Option<&mut MaybeUninit<Option<Box<T>>>>` a `T **` that receives
//! a handle. (An alias would appear in the header.) So `unsafe` is needed only for byte arrays, strings and structs that
//! carry their size.

#![allow(unsafe_code, reason = "pointers come from C; every use states why it is sound")]
#![allow(unreachable_pub, reason = "the linker and cbindgen reach what is public here")]
#![allow(
    clippy::doc_markdown,
    clippy::missing_safety_doc,
    reason = "the documentation of exports is written for the header"
)]
#![allow(non_camel_case_types, reason = "types have their C names")]

mod advice;
mod boundary;
mod config;
mod enroll;
mod error;
mod faces;
mod panics;
mod photo;
mod ranked;
mod settings;
mod status;
mod template;
mod verifier;
mod version;

/// The header promises that any number of threads may use a `const vav_x *` at once.
const _: () = {
    const fn shared_between_threads<T: Send + Sync>() {}
    shared_between_threads::<config::vav_config>();
    shared_between_threads::<verifier::vav_verifier>();
    shared_between_threads::<template::vav_template>();
    shared_between_threads::<faces::vav_faces>();
    shared_between_threads::<error::vav_error>();
};

/// Panics on purpose: tests check what a C program sees of a defect.
#[cfg(feature = "test-panic")]
#[unsafe(no_mangle)]
pub extern "C" fn vav_test_panic(
    err: Option<&mut std::mem::MaybeUninit<Option<Box<error::vav_error>>>>,
) -> status::vav_status {
    boundary::guard(err, || panic!("on purpose"))
}
