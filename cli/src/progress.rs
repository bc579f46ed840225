//! How far long work has come.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar on standard error, gone when it is dropped; nothing when that is no terminal.
pub(crate) struct Progress(ProgressBar);

impl Progress {
    pub(crate) fn new(what: &'static str, unit: &str, total: u64) -> Self {
        let template = format!("{what} [{{bar:40}}] {{human_pos}}/{{human_len}} {unit}, {{eta}} left");
        let style = ProgressStyle::with_template(&template).expect("the template is ours");
        Progress(ProgressBar::new(total).with_style(style.progress_chars("=> ")))
    }

    pub(crate) fn add(&self, done: u64) {
        self.0.inc(done);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
