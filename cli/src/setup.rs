//! The options of every command, and the verifier that they configure.

use std::path::PathBuf;

use clap::Args;
use visavis::{Options, Verifier};

use crate::failure::{Failure, Result};

#[derive(Args)]
#[command(next_help_heading = "Engine")]
pub(crate) struct Setup {
    /// Inference engine: auto, onnxruntime or embedded
    #[arg(long, global = true, value_name = "ENGINE")]
    engine: Option<String>,
    /// Folder with other models and their manifest.toml (docs/MODELS.md)
    #[arg(long, global = true, value_name = "FOLDER")]
    models: Option<PathBuf>,
    /// How many photos are processed at once [default: one per core]
    #[arg(long, global = true, value_name = "N")]
    workers: Option<usize>,
    /// Any other option; may be repeated: `face=prominent|largest|single`, `search=quick|normal|thorough`,
    /// `min_face=PIXELS`, `threshold=SCORE`, `max_bytes=N`, `max_pixels=N`,
    /// `max_decode_bytes=N`, `deadline=SECONDS`, `onnxruntime=LIBRARY`
    #[arg(long = "set", global = true, value_name = "KEY=VALUE")]
    settings: Vec<String>,
    /// Used for options that no argument sets.
    #[arg(skip)]
    pub(crate) defaults: Options,
}

impl Setup {
    /// Loads the models and starts the engine.
    pub(crate) fn verifier(&self) -> Result<Verifier> {
        Ok(Verifier::new(self.options()?)?)
    }

    /// The same, whether or not the models have a score table.
    pub(crate) fn verifier_to_calibrate(&self) -> Result<Verifier> {
        Ok(Verifier::to_calibrate(self.options()?)?)
    }

    pub(crate) fn options(&self) -> Result<Options> {
        let mut options = self.defaults.clone();
        if let Some(engine) = &self.engine {
            options.set("engine", engine)?;
        }
        if self.models.is_some() {
            options.models.clone_from(&self.models);
        }
        if let Some(workers) = self.workers {
            options.workers = workers;
        }
        for setting in &self.settings {
            let (name, value) = setting
                .split_once('=')
                .ok_or_else(|| Failure::argument(format!("--set needs KEY=VALUE, not {setting:?}")))?;
            options.set(name, value)?;
        }
        Ok(options)
    }
}
