//! The floating-point state of the calling thread: rounding, traps, subnormal numbers.
//!
//! A host may have changed it, which Rust does not expect and an inference engine does not survive (SIGFPE at the first
//! inexact result). ONNX Runtime changes it too, permanently, in any thread in which this is requested. So it is set when a
//! call enters the library, and restored when it leaves. Threads inherit it from the thread that starts them.

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
pub(crate) use set::FloatingPoint;

/// Where the state cannot be changed there is nothing to restore.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
pub(crate) struct FloatingPoint;

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
impl FloatingPoint {
    pub(crate) fn standard() -> Self {
        FloatingPoint
    }

    #[cfg(any(test, feature = "onnxruntime"))]
    pub(crate) fn without_subnormals() -> Self {
        FloatingPoint
    }
}

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
#[allow(unsafe_code)]
mod set {
    use std::arch::asm;
    use std::marker::PhantomData;

    #[cfg(target_arch = "x86_64")]
    mod values {
        pub(super) type Register = u32;
        /// Round to nearest, no traps, no flags.
        pub(super) const STANDARD: Register = 0x1f80;
        /// Flush to zero, and denormals are zero.
        #[cfg(any(test, feature = "onnxruntime"))]
        pub(super) const WITHOUT_SUBNORMALS: Register = STANDARD | 0x8040;
    }
    #[cfg(target_arch = "aarch64")]
    mod values {
        pub(super) type Register = u64;
        pub(super) const STANDARD: Register = 0;
        #[cfg(any(test, feature = "onnxruntime"))]
        pub(super) const WITHOUT_SUBNORMALS: Register = 1 << 24;
    }
    use values::Register;

    /// Restores the state of this thread when dropped.
    pub(crate) struct FloatingPoint {
        control: Register,
        /// The flags of past exceptions, where they have a register of their own.
        #[cfg(target_arch = "aarch64")]
        flags: Register,
        /// Belongs to the thread that made it.
        thread: PhantomData<*const ()>,
    }

    impl FloatingPoint {
        /// The state in which programs start.
        pub(crate) fn standard() -> Self {
            Self::replace(values::STANDARD)
        }

        /// For networks: arithmetic with subnormal numbers is slow, and they make no difference there.
        #[cfg(any(test, feature = "onnxruntime"))]
        pub(crate) fn without_subnormals() -> Self {
            Self::replace(values::WITHOUT_SUBNORMALS)
        }

        fn replace(control: Register) -> Self {
            let before = read();
            write(control);
            before
        }
    }

    impl Drop for FloatingPoint {
        fn drop(&mut self) {
            write(self.control);
            // SAFETY: restores a register that the compiler does not use.
            #[cfg(target_arch = "aarch64")]
            unsafe {
                asm!("msr fpsr, {}", in(reg) self.flags);
            }
        }
    }

    #[cfg(target_arch = "x86_64")]
    fn read() -> FloatingPoint {
        let mut control = 0;
        // SAFETY: stores the register into our variable.
        unsafe { asm!("stmxcsr [{}]", in(reg) &raw mut control, options(nostack)) };
        FloatingPoint { control, thread: PhantomData }
    }

    #[cfg(target_arch = "x86_64")]
    fn write(control: Register) {
        // SAFETY: the value is valid, since it is a constant of this file or was read from the register; it is restored
        // at the end.
        unsafe { asm!("ldmxcsr [{}]", in(reg) &raw const control, options(nostack)) };
    }

    #[cfg(target_arch = "aarch64")]
    fn read() -> FloatingPoint {
        let (control, flags);
        // SAFETY: reads two registers.
        unsafe { asm!("mrs {}, fpcr", "mrs {}, fpsr", out(reg) control, out(reg) flags) };
        FloatingPoint { control, flags, thread: PhantomData }
    }

    #[cfg(target_arch = "aarch64")]
    fn write(control: Register) {
        // SAFETY: the value is valid, since it is a constant of this file or was read from the register; it is restored
        // at the end.
        unsafe { asm!("msr fpcr, {}", in(reg) control) };
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn the_state_is_set_and_restored_in_turn() {
            let before = read().control;
            {
                let _standard = FloatingPoint::standard();
                assert_eq!(read().control & !0x3f, values::STANDARD);
                let _flushed = FloatingPoint::without_subnormals();
                assert_eq!(read().control & !0x3f, values::WITHOUT_SUBNORMALS & !0x3f);
            }
            assert_eq!(read().control, before);
        }
    }
}
