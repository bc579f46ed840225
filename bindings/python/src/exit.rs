//! Calls that are still running when the interpreter exits.
//!
//! ONNX Runtime ends with the process, in destructors that must not run beside a call: daemon threads that verified at
//! exit got errors out of a library that was half gone, and one of 60 programs crashed. So the interpreter waits for
//! the calls that run before it exits, and lets no other begin.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::thread;
use std::time::Duration;

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;

static EXITING: AtomicBool = AtomicBool::new(false);
static RUNNING: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    /// Whether this is the thread that ends the interpreter.
    static ENDS_IT: Cell<bool> = const { Cell::new(false) };
}

/// A call that the interpreter waits for. It lasts until the answer is made: a thread that Python ends while it makes
/// one crashes, since it is unwound through frames of Rust.
pub(crate) struct Call(());

impl Call {
    /// After the end an error; in other threads than the one that ends the interpreter, which are daemons, no return.
    pub(crate) fn begin(py: Python<'_>) -> PyResult<Self> {
        RUNNING.fetch_add(1, SeqCst);
        let call = Call(());
        if !EXITING.load(SeqCst) {
            return Ok(call);
        }
        drop(call);
        if ENDS_IT.get() {
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

/// For `atexit`: lets no call begin and waits until none is running.
#[pyfunction]
pub(crate) fn close(py: Python<'_>) {
    ENDS_IT.set(true);
    EXITING.store(true, SeqCst);
    py.detach(|| {
        while RUNNING.load(SeqCst) > 0 {
            thread::sleep(Duration::from_millis(1));
        }
    });
}

/// For a child of `fork`, which has none of its parent's calls.
#[pyfunction]
pub(crate) fn reopen() {
    EXITING.store(false, SeqCst);
    RUNNING.store(0, SeqCst);
}
