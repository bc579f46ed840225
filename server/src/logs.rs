//! Destination and form of the log. Log lines never contain photos, templates, credentials or bodies.

use tracing::error;
use tracing::level_filters::LevelFilter;

/// Starts logging to standard error, as text or as one JSON object per line.
pub fn start(json: bool, level: LevelFilter) {
    let lines =
        tracing_subscriber::fmt().with_writer(std::io::stderr).with_max_level(level).with_target(false);
    if json {
        lines.json().flatten_event(true).init();
    } else {
        lines.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).init();
    }
    // A formatted panic message could contain anything, so only literal ones are logged.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let message = panic.payload().downcast_ref::<&'static str>().copied().unwrap_or_default();
        error!(place, message, "panic");
    }));
}
