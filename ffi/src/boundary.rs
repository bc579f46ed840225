//! The border between C and Rust: no panic passes it, and every pointer is looked at here.

use std::any::Any;
use std::mem::{MaybeUninit, size_of};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::{ptr, slice};

use face::{Error, ErrorKind, Result};

use crate::error::vav_error;
use crate::status::vav_status;

/// What the header promises of `const vav_x *`.
const _: () = {
    const fn shared_between_threads<T: Send + Sync>() {}
    shared_between_threads::<crate::config::vav_config>();
    shared_between_threads::<crate::verifier::vav_verifier>();
    shared_between_threads::<crate::template::vav_template>();
    shared_between_threads::<crate::faces::vav_faces>();
    shared_between_threads::<vav_error>();
};

/// The most that any version of a struct could measure: more is a struct that was never initialised.
const MAX_STRUCT_SIZE: usize = 4096;

/// Runs the body of a function that can fail: errors and panics become a status and an error object.
pub(crate) fn guard(
    err: Option<&mut MaybeUninit<Option<Box<vav_error>>>>,
    work: impl FnOnce() -> Result<()>,
) -> vav_status {
    let result = catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|payload| Err(panicked(payload)));
    let status = result.as_ref().map_or_else(|error| error.kind().into(), |()| vav_status::VAV_OK);
    if let Some(err) = err {
        err.write(result.err().map(|error| Box::new(vav_error::new(error))));
    }
    status
}

/// Runs the body of a function that cannot fail; should it panic all the same, the answer is `fallback`.
pub(crate) fn guard_or<T>(fallback: T, work: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|payload| {
        drop(panicked(payload));
        fallback
    })
}

fn panicked(payload: Box<dyn Any + Send>) -> Error {
    let message = match payload.downcast::<String>() {
        Ok(message) => *message,
        Err(payload) => match payload.downcast::<&str>() {
            Ok(message) => (*message).to_owned(),
            Err(payload) => {
                // Dropping what nobody knows might panic again.
                std::mem::forget(payload);
                "of an unknown kind".to_owned()
            }
        },
    };
    Error::new(ErrorKind::Panic, format!("a defect in the library: {message}"))
}

/// Hands a new handle out through a `T **`, or NULL and the error. What it held before is not looked at: programs
/// need not initialise it.
pub(crate) fn hand_out<T>(
    out: Option<&mut MaybeUninit<Option<Box<T>>>>,
    name: &str,
    make: impl FnOnce() -> Result<T>,
) -> Result<()> {
    let out = given(out, name)?;
    // Before the work, so that not even a panic leaves it unset.
    out.write(None);
    out.write(Some(Box::new(make()?)));
    Ok(())
}

/// An argument that must not be NULL.
pub(crate) fn given<T>(argument: Option<T>, name: &str) -> Result<T> {
    argument.ok_or_else(|| invalid(format!("{name} is NULL")))
}

/// What a number that came in stands for. Enums of C hold any integer, so none is taken at its word.
pub(crate) fn listed<T: Copy>(number: i32, list: &[(i32, T)], what: &str) -> Result<T> {
    let found = list.iter().find(|(known, _)| *known == number);
    found.map(|(_, value)| *value).ok_or_else(|| invalid(format!("there is no {what} {number}")))
}

pub(crate) fn invalid(message: String) -> Error {
    Error::new(ErrorKind::InvalidArgument, message)
}

/// An array of bytes; NULL is fine when it is empty.
///
/// # Safety
///
/// Unless `data` is NULL, `len` bytes can be read from it for as long as the result is used.
pub(crate) unsafe fn bytes<'a>(data: *const u8, len: usize, name: &str) -> Result<&'a [u8]> {
    if data.is_null() {
        return if len == 0 { Ok(&[]) } else { Err(invalid(format!("{name} is NULL, but has {len} bytes"))) };
    }
    if isize::try_from(len).is_err() {
        return Err(invalid(format!("{name} cannot have {len} bytes")));
    }
    // SAFETY: not NULL, no longer than an object can be; the caller vouches for the rest.
    Ok(unsafe { slice::from_raw_parts(data, len) })
}

/// A struct of the caller's, which begins with its `size_t struct_size`.
pub(crate) struct SizedOut<T> {
    place: *mut T,
    size: usize,
}

impl<T: Copy> SizedOut<T> {
    /// Checks the size that the caller set. `first` is the size of the struct in the first release that had it.
    ///
    /// # Safety
    ///
    /// `place` is NULL, or points to a `size_t`, and as many bytes as that says can be written from there on for as
    /// long as the result is used.
    pub(crate) unsafe fn new(place: *mut T, first: usize, name: &str) -> Result<Self> {
        if place.is_null() {
            return Err(invalid(format!("{name} is NULL")));
        }
        // SAFETY: not NULL; the caller vouches for the rest. A struct on C's side may not be aligned as ours.
        let size = unsafe { place.cast::<usize>().read_unaligned() };
        if !(first..=MAX_STRUCT_SIZE).contains(&size) {
            let why = format!("{name}->struct_size is {size}: initialise it as visavis.h says");
            return Err(invalid(why));
        }
        Ok(SizedOut { place, size })
    }

    /// Fills the members that both sides know; `struct_size` stays.
    pub(crate) fn write(self, value: T) {
        let from = size_of::<usize>();
        let known = self.size.min(size_of::<T>()) - from;
        // SAFETY: `new` was promised `size` bytes, `known` lies within them and within `value`, and `value` is ours.
        unsafe {
            let source = ptr::from_ref(&value).cast::<u8>().add(from);
            ptr::copy_nonoverlapping(source, self.place.cast::<u8>().add(from), known);
        }
    }
}
