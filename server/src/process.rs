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
    /// Catches these signals: from now on they no longer end the process.
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
            warn!("a second signal: running requests are lost");
            // Not with exit(): ONNX Runtime's destructors would run while its threads are still working.
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

/// Makes glibc return large buffers to the system. By default it adapts its thresholds and keeps buffers of up to 32 MiB
/// with the thread that freed them: 226 instead of 161 MiB resident after the mixture of `cargo xtask soak`.
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

/// Raises the limit on file descriptors as far as allowed: many systems start programs with a limit of 1024.
pub(crate) fn allow_many_connections() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    if let Err(error) = setrlimit(Resource::Nofile, limit) {
        warn!(%error, "the limit on open files cannot be raised");
    }
}

/// How many threads serve connections: one for every four cores. A request takes little of their time, verifications have
/// separate threads, and idle threads wake each other needlessly: with two instead of one, a request of 170 kB costs twelve
/// futex calls instead of eight, and seven calls of `epoll_wait` instead of three.
pub(crate) fn connection_threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from).div_ceil(4)
}
