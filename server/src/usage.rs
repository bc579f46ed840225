//! The resources that the process uses, under the names of Prometheus' own libraries.

use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

use prometheus::{Counter, IntGauge, Registry};
use rustix::process::{Resource, getrlimit};
use rustix::time::{ClockId, clock_gettime};

/// Gauges that are updated when they are read.
#[derive(Clone)]
pub(crate) struct Usage {
    resident: IntGauge,
    virtual_memory: IntGauge,
    processor: Counter,
    open_files: IntGauge,
    most_files: IntGauge,
}

impl Usage {
    /// Registers the metrics.
    pub(crate) fn new(registry: &Registry) -> prometheus::Result<Self> {
        let gauge = |name: &str, help: &str| {
            let gauge = IntGauge::new(name, help)?;
            registry.register(Box::new(gauge.clone()))?;
            Ok::<_, prometheus::Error>(gauge)
        };
        let processor = Counter::new("process_cpu_seconds_total", "Processor time, in user and system mode")?;
        registry.register(Box::new(processor.clone()))?;
        let start = gauge("process_start_time_seconds", "Start of the process since 1970")?;
        start.set(SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs() as i64));
        Ok(Usage {
            resident: gauge("process_resident_memory_bytes", "Resident memory")?,
            virtual_memory: gauge("process_virtual_memory_bytes", "Virtual memory")?,
            processor,
            open_files: gauge("process_open_fds", "Open file descriptors")?,
            most_files: gauge("process_max_fds", "Most file descriptors that may be open")?,
        })
    }

    /// Updates the gauges. On a system without /proc, memory and files stay 0.
    pub(crate) fn update(&self) {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let bytes = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_suffix("kB"));
            line.and_then(|number| number.trim().parse::<i64>().ok()).map_or(0, |kib| kib * 1024)
        };
        self.resident.set(bytes("VmRSS:"));
        self.virtual_memory.set(bytes("VmSize:"));
        self.open_files.set(fs::read_dir("/proc/self/fd").map_or(0, |files| files.count() as i64));
        self.most_files.set(getrlimit(Resource::Nofile).current.map_or(i64::MAX, |most| most as i64));
        let time = clock_gettime(ClockId::ProcessCPUTime);
        let seconds = time.tv_sec as f64 + time.tv_nsec as f64 / 1e9;
        self.processor.inc_by((seconds - self.processor.get()).max(0.0));
    }
}
