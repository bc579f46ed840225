//! The process: memory, open files, signals.

use std::io;

use rustix::process::{Resource, getpid, getrlimit, kill_process, setrlimit};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing::warn;

/// The signals that the server handles.
pub(crate) struct Signals {
    /// Read users and certificate again.
    pub(crate) hangup: Signal,
    pub(crate) stop: Stop,
}

/// The signals to stop.
pub(crate) struct Stop {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// From now on, these signals no longer end the process.
    pub(crate) fn catch() -> io::Result<Self> {
        let stop =
            Stop { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? };
        Ok(Signals { hangup: signal(SignalKind::hangup())?, stop })
    }
}

impl Stop {
    /// Waits for a signal to stop. A second one ends the process at once.
    pub(crate) async fn wait(mut self) {
        self.next().await;
        tokio::spawn(async move {
            self.next().await;
            warn!("a second signal: requests that still run are lost");
            // Not by exit(): ONNX Runtime's destructors would run beside its threads.
            let _ = kill_process(getpid(), rustix::process::Signal::KILL);
        });
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// By default, glibc adapts and keeps buffers of up to 32 MiB with the thread that freed them, so that after many photos each
/// thread holds some: 226 instead of 161 MiB resident after the mixture of `cargo xtask soak`.
pub(crate) fn return_large_buffers() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    #[allow(unsafe_code, reason = "no safe crate wraps it")]
    // SAFETY: each takes two numbers, and the allocator's own lock.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, 4 << 20);
        // Setting one threshold stops glibc from adapting the other, which would stay at 128 KiB: too little for the memory
        // that one request frees and the next one needs.
        libc::mallopt(libc::M_TRIM_THRESHOLD, 32 << 20);
    }
}

/// Many systems start programs with a limit of 1024 file descriptors, but let them raise it.
pub(crate) fn allow_many_connections() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    if let Err(error) = setrlimit(Resource::Nofile, limit) {
        warn!(%error, "the number of open files stays small");
    }
}

/// How many threads serve connections: one for every four cores. A request takes little of them, verifications have threads of
/// their own, and idle ones wake each other for nothing: with two instead of one, a request of 170 kB costs twelve futex
/// calls instead of eight, and seven calls of `epoll_wait` instead of three.
pub(crate) fn connection_threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from).div_ceil(4)
}
