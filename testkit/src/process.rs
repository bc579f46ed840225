//! Memory and processor time of a process, watched from outside (Linux).

/// Memory of a process in KiB: `VmRSS` is the current size, `VmHWM` the peak so far. `None` if there is no such
/// process.
pub fn memory_kib(process: u32, field: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

/// Processor time of a process in seconds, user and system. Unlike wall-clock time, it does not depend on what else
/// runs.
pub fn processor_seconds(process: u32) -> Option<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name, in parentheses, may hold anything. Fields 14 and 15 of proc_pid_stat(5): 100 ticks a second on any Linux.
    let (_, fields) = stat.rsplit_once(") ")?;
    let mut ticks = fields.split(' ').skip(11).map(str::parse::<f64>);
    Some((ticks.next()?.ok()? + ticks.next()?.ok()?) / 100.0)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn this_process_has_memory_and_takes_time() {
        let this = std::process::id();
        let (now, peak) = (memory_kib(this, "VmRSS").unwrap(), memory_kib(this, "VmHWM").unwrap());
        assert!(now > 0 && now <= peak, "{now} {peak}");
        let before = processor_seconds(this).unwrap();
        let mut sum = 0_u64;
        while processor_seconds(this).unwrap() <= before {
            sum = std::hint::black_box((0..100_000).fold(sum, u64::wrapping_add));
        }
        assert_eq!(memory_kib(this, "VmNothing"), None);
    }
}
