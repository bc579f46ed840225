//! What the process asks of its system before it starts to work.

use rustix::process::{Resource, getrlimit, setrlimit};
use tracing::warn;

/// Left to itself, glibc learns to keep buffers of up to 32 MiB with the thread that freed them. That many photos later,
/// each thread sits on some: 226 instead of 161 MiB resident after the mixture of `cargo xtask soak`.
pub(crate) fn return_large_buffers() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    #[allow(unsafe_code, reason = "no safe crate wraps it")]
    // SAFETY: each takes two numbers, and the allocator's own lock.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, 4 << 20);
        // Setting the one ends glibc's learning of the other, which stays at 128 KiB: too little for what one request
        // leaves and the next one needs.
        libc::mallopt(libc::M_TRIM_THRESHOLD, 32 << 20);
    }
}

/// Many systems start programs with 1024 file descriptors although they would give more.
pub(crate) fn allow_many_connections() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    if let Err(error) = setrlimit(Resource::Nofile, limit) {
        warn!(%error, "the number of open files stays small");
    }
}
