//! The boundary between C and Rust: no panic crosses it, and every pointer is checked here.

use std::ffi::{CStr, OsStr, c_char};
use std::mem::{MaybeUninit, size_of};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::{ptr, slice};

use face::{Error, ErrorKind, Result};

use crate::error::vav_error;
use crate::panics::caught;
pub(crate) use crate::panics::guard_or;
use crate::status::vav_status;

/// No version of a struct is larger than this: a larger size means that the struct was never initialised.
const MAX_STRUCT_SIZE: usize = 4096;

/// Runs the body of a function that can fail: errors and panics become a status and an error object.
pub(crate) fn guard(
    err: Option<&mut MaybeUninit<Option<Box<vav_error>>>>,
    work: impl FnOnce() -> Result<()>,
) -> vav_status {
    let result = caught(work);
    let status = result.as_ref().map_or_else(|error| error.kind().into(), |()| vav_status::VAV_OK);
    if let Some(err) = err {
        err.write(result.err().map(|error| Box::new(vav_error::new(error))));
    }
    status
}

/// Writes a new handle to a `T **`, or writes NULL and returns the error. The previous value is not read, so programs need
/// not initialise it.
pub(crate) fn hand_out<T>(
    out: Option<&mut MaybeUninit<Option<Box<T>>>>,
    name: &str,
    make: impl FnOnce() -> Result<T>,
) -> Result<()> {
    let out = non_null(out, name)?;
    // Before the work, so that not even a panic leaves it unset.
    out.write(None);
    out.write(Some(Box::new(make()?)));
    Ok(())
}

/// An argument that must not be NULL.
pub(crate) fn non_null<T>(argument: Option<T>, name: &str) -> Result<T> {
    argument.ok_or_else(|| invalid(format!("{name} is NULL")))
}

/// The value that an integer from C stands for. An enum in C can hold any integer, so each is checked.
pub(crate) fn enumerator<T: Copy>(number: i32, known: &[(i32, T)], what: &str) -> Result<T> {
    let found = known.iter().find(|(value, _)| *value == number);
    found.map(|(_, value)| *value).ok_or_else(|| invalid(format!("there is no {what} {number}")))
}

/// The integer that stands for a value; -1 if there is none.
pub(crate) fn number<T: PartialEq + Copy>(value: T, known: &[(i32, T)]) -> i32 {
    known.iter().find(|(_, other)| *other == value).map_or(-1, |(number, _)| *number)
}

pub(crate) fn invalid(message: String) -> Error {
    Error::new(ErrorKind::InvalidArgument, message)
}

/// An array of bytes; NULL is allowed when it is empty.
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

/// An array to write to; NULL is allowed when it is empty.
///
/// # Safety
///
/// Unless `places` is NULL, `count` elements can be written there for as long as the result is used.
pub(crate) unsafe fn places<'a, T>(
    places: *mut T,
    count: usize,
    name: &str,
) -> Result<&'a mut [MaybeUninit<T>]> {
    if places.is_null() {
        let message = || invalid(format!("{name} is NULL, but has {count} places"));
        return if count == 0 { Ok(&mut []) } else { Err(message()) };
    }
    if count.checked_mul(size_of::<T>()).is_none_or(|len| isize::try_from(len).is_err()) {
        return Err(invalid(format!("{name} cannot have {count} places")));
    }
    // SAFETY: not NULL, no longer than an object can be, and nothing is read; the caller vouches for the rest.
    Ok(unsafe { slice::from_raw_parts_mut(places.cast(), count) })
}

/// An array of pointers; NULL is allowed when it is empty.
///
/// # Safety
///
/// Unless `array` is NULL, `count` pointers can be read from it for as long as the result is used; `count` of them are
/// no more than an object can hold.
pub(crate) unsafe fn pointers<'a, T>(
    array: *const *const T,
    count: usize,
    name: &str,
) -> Result<&'a [*const T]> {
    if array.is_null() {
        let message = || invalid(format!("{name} is NULL, but has {count} pointers"));
        return if count == 0 { Ok(&[]) } else { Err(message()) };
    }
    // SAFETY: not NULL; the caller vouches for the rest.
    Ok(unsafe { slice::from_raw_parts(array, count) })
}

/// A path; none for NULL.
///
/// # Safety
///
/// `path` is NULL or a string that ends with 0.
pub(crate) unsafe fn path(path: *const c_char) -> Option<PathBuf> {
    // SAFETY: not NULL, and the caller vouches for the rest.
    let path = (!path.is_null()).then(|| unsafe { CStr::from_ptr(path) })?;
    Some(OsStr::from_bytes(path.to_bytes()).into())
}

/// The size that the caller set at the start of a struct. `first` is the size in the first release that had it.
///
/// # Safety
///
/// `place` is NULL or points to a `size_t`.
unsafe fn struct_size<T>(place: *const T, first: usize, name: &str) -> Result<usize> {
    if place.is_null() {
        return Err(invalid(format!("{name} is NULL")));
    }
    // SAFETY: not NULL; the caller vouches for the rest. A struct on C's side may be aligned differently.
    let size = unsafe { place.cast::<usize>().read_unaligned() };
    if (first..=MAX_STRUCT_SIZE).contains(&size) {
        Ok(size)
    } else {
        Err(invalid(format!("{name}->struct_size is {size}: initialise it as visavis.h says")))
    }
}

/// A copy of a struct of the caller, which begins with `size_t struct_size`. Members that the caller's version lacks are
/// zero. Members that this version lacks must be zero, since they would request something unknown here.
///
/// # Safety
///
/// `place` is NULL or points to a `size_t`, and the number of bytes that it holds can be read from `place` on. All bits
/// zero are a valid `T`, and so is any content of its members.
pub(crate) unsafe fn sized_in<T: Copy>(place: *const T, first: usize, name: &str) -> Result<T> {
    // SAFETY: the caller vouches for it.
    let size = unsafe { struct_size(place, first, name) }?;
    let mut value = MaybeUninit::<T>::zeroed();
    let known = size.min(size_of::<T>());
    // SAFETY: `size` bytes can be read; the first `known` of them fit into `value`, of which any content is valid.
    let (value, unknown) = unsafe {
        ptr::copy_nonoverlapping(place.cast::<u8>(), value.as_mut_ptr().cast(), known);
        (value.assume_init(), slice::from_raw_parts(place.cast::<u8>().add(known), size - known))
    };
    if unknown.iter().any(|byte| *byte != 0) {
        return Err(invalid(format!(
            "{name} has a member set that this version of the library does not have"
        )));
    }
    Ok(value)
}

/// Where to write a struct of the caller, which begins with `size_t struct_size`.
pub(crate) struct SizedOut<T> {
    place: *mut T,
    size: usize,
}

impl<T: Copy> SizedOut<T> {
    /// Checks the size that the caller set.
    ///
    /// # Safety
    ///
    /// `place` is NULL or points to a `size_t`, and the number of bytes that it holds can be written from `place` on for
    /// as long as the result is used.
    pub(crate) unsafe fn new(place: *mut T, first: usize, name: &str) -> Result<Self> {
        // SAFETY: the caller vouches for it.
        unsafe { struct_size(place, first, name) }.map(|size| SizedOut { place, size })
    }

    /// Fills the members that both sides know; `struct_size` keeps its value.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[repr(C)]
    #[derive(Clone, Copy, Debug, PartialEq)]
    struct Sized {
        struct_size: usize,
        one: u32,
        two: u32,
    }

    const FIRST: usize = size_of::<usize>() + size_of::<u32>();

    /// A struct of another version in memory of exactly its size, at an odd address.
    fn memory(size: usize, members: &[u8]) -> Vec<u8> {
        [&[0xff][..], &size.to_ne_bytes(), members].concat()
    }

    fn read(memory: &[u8]) -> Result<Sized> {
        // SAFETY: the memory is as long as its struct_size says, or that is refused; any bits are a `Sized`.
        unsafe { sized_in(memory[1..].as_ptr().cast(), FIRST, "it") }
    }

    #[test]
    fn an_input_struct_of_any_version_is_read_within_its_size() {
        let size = size_of::<Sized>();
        let whole = Sized { struct_size: size, one: 1, two: 2 };
        let members = [1_u32.to_ne_bytes(), 2_u32.to_ne_bytes()].concat();
        assert_eq!(read(&memory(size, &members)).unwrap(), whole);
        let older = read(&memory(FIRST, &members[..4])).unwrap();
        assert_eq!(older, Sized { struct_size: FIRST, one: 1, two: 0 });
        let newer = |tail: [u8; 4]| read(&memory(size + 4, &[&members[..], &tail].concat()));
        assert_eq!(newer([0; 4]).unwrap().two, 2);
        assert_eq!(newer([0, 0, 0, 1]).unwrap_err().kind(), ErrorKind::InvalidArgument);
        for wrong in [0, FIRST - 1, MAX_STRUCT_SIZE + 1, usize::MAX] {
            assert_eq!(read(&memory(wrong, &[])).unwrap_err().kind(), ErrorKind::InvalidArgument);
        }
    }

    #[test]
    fn an_output_struct_of_any_version_is_written_within_its_size() {
        let value = Sized { struct_size: 0, one: 1, two: 2 };
        for (size, expected) in [(FIRST, &[1][..]), (size_of::<Sized>(), &[1, 2]), (FIRST + 8, &[1, 2, 9])] {
            let mut memory = memory(size, &9_u32.to_ne_bytes().repeat((size - size_of::<usize>()) / 4));
            // SAFETY: the memory is as long as its struct_size says.
            unsafe { SizedOut::<Sized>::new(memory[1..].as_mut_ptr().cast(), FIRST, "it") }
                .unwrap()
                .write(value);
            let members: Vec<u32> = memory[1 + size_of::<usize>()..]
                .chunks_exact(4)
                .map(|member| u32::from_ne_bytes(member.try_into().unwrap()))
                .collect();
            assert_eq!(
                (members.as_slice(), &memory[1..=size_of::<usize>()]),
                (expected, &size.to_ne_bytes()[..])
            );
        }
    }

    #[test]
    fn handles_bytes_and_null() {
        let mut out = MaybeUninit::<Option<Box<String>>>::uninit();
        hand_out(Some(&mut out), "out", || Ok("made".to_owned())).unwrap();
        // SAFETY: written by `hand_out`.
        assert_eq!(unsafe { out.assume_init() }.as_deref().map(String::as_str), Some("made"));
        let mut out = MaybeUninit::<Option<Box<String>>>::uninit();
        assert!(hand_out(Some(&mut out), "out", || Err(invalid("no".into()))).is_err());
        // SAFETY: as above.
        assert_eq!(unsafe { out.assume_init() }, None);
        let data = [1_u8, 2, 3];
        // SAFETY: the lengths are those of the data, or refused.
        unsafe {
            assert_eq!(bytes(data.as_ptr(), 3, "data").unwrap(), data);
            assert!(bytes(ptr::null(), 0, "data").unwrap().is_empty());
            assert!(
                bytes(ptr::null(), 1, "data").is_err() && bytes(data.as_ptr(), usize::MAX, "data").is_err()
            );
        }
    }
}
