//! Calls that are still running when the interpreter exits.
//!
//! ONNX Runtime is shut down at process exit by destructors that must not run during a call: daemon threads that verified
//! at exit got errors from a partly destroyed library, and one of 60 programs crashed. So the interpreter waits for running
//! calls before it exits, and lets no other call start.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::thread;
use std::time::Duration;

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;

static EXITING: AtomicBool = AtomicBool::new(false);
static RUNNING: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    /// Whether this thread ends the interpreter.
    static ENDS_INTERPRETER: Cell<bool> = const { Cell::new(false) };
}

/// A call that the interpreter waits for. It lasts until the answer exists: a thread that Python ends before that
/// crashes, because it is unwound through Rust frames.
pub(crate) struct Call(());

impl Call {
    /// During exit, an error in the thread that ends the interpreter. Other threads, which are daemons, block forever.
    pub(crate) fn begin(py: Python<'_>) -> PyResult<Self> {
        RUNNING.fetch_add(1, SeqCst);
        let call = Call(());
        if !EXITING.load(SeqCst) {
            return Ok(call);
        }
        drop(call);
        if ENDS_INTERPRETER.get() {
            return Err(PyRuntimeError::new_err("visavis cannot be used while the interpreter exits"));
        }
        py.detach(|| {
            loop {
                thread::park();
            }
        })
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        RUNNING.fetch_sub(1, SeqCst);
    }
}

/// For `atexit`: lets no call start and waits until none is running.
#[pyfunction]
pub(crate) fn close(py: Python<'_>) {
    ENDS_INTERPRETER.set(true);
    EXITING.store(true, SeqCst);
    py.detach(|| {
        while RUNNING.load(SeqCst) > 0 {
            thread::sleep(Duration::from_millis(1));
        }
    });
}

/// For a child of `fork`, in which none of its parent's calls are running.
#[pyfunction]
pub(crate) fn reopen() {
    EXITING.store(false, SeqCst);
    RUNNING.store(0, SeqCst);
}
