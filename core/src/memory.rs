//! Allocations that may fail. Rust aborts the program when an allocation fails, so memory that depends on the size of a
//! photo is requested in a way that can be refused.

use std::hint::black_box;

use crate::error::{Error, ErrorKind, Result};

/// Memory for everything other than the photo itself and the engine: small allocations that cannot be checked one by
/// one. Tensors and scaled pictures for the larger detector take 9 MiB of it.
pub(crate) const HEADROOM: usize = 16 << 20;

/// An empty vector with room for this many elements.
pub(crate) fn room_for<T>(length: usize) -> Result<Vec<T>> {
    let mut room = Vec::new();
    match room.try_reserve_exact(length) {
        Ok(()) => Ok(room),
        Err(_) => Err(out_of_memory(length.saturating_mul(size_of::<T>()))),
    }
}

/// Adds one more element.
pub(crate) fn push<T>(to: &mut Vec<T>, element: T) -> Result<()> {
    to.try_reserve(1).map_err(|_| out_of_memory(size_of::<T>()))?;
    to.push(element);
    Ok(())
}

/// Checks that this many bytes could be allocated now, for code that cannot handle a refusal. Another thread may still
/// take them first.
pub(crate) fn check(bytes: usize) -> Result<()> {
    // The compiler may remove an allocation that is not used.
    room_for::<u8>(bytes).map(|room| drop(black_box(room)))
}

fn out_of_memory(bytes: usize) -> Error {
    Error::new(ErrorKind::OutOfMemory, format!("{} MiB of memory are not available", bytes.div_ceil(1 << 20)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_much_is_refused_instead_of_aborting_the_program() {
        assert_eq!(room_for::<u16>(100).unwrap().capacity(), 100);
        assert!(check(1 << 20).is_ok());
        for bytes in [1 << 62, usize::MAX] {
            assert_eq!(check(bytes).unwrap_err().kind(), ErrorKind::OutOfMemory);
        }
    }
}
