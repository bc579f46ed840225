//! `visavis-server`: settings in, a server out.

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};
use tracing::{info, warn};
use visavis::Verifier;
use visavis_server::app::App;
use visavis_server::auth::Users;
use visavis_server::config::{Config, Layer};
use visavis_server::serve::Server;

/// Face verification over HTTP.
///
/// Settings come from a file, the environment and the options here; the later win. Credentials come from a file or
/// from `VISAVIS_USERNAME` and `VISAVIS_PASSWORD`, never from the command line.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// TOML file of settings, named as the options here
    #[arg(long, env = "VISAVIS_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// Without credentials, make a password for this run and print it once
    #[arg(long)]
    dev: bool,
    /// Check settings, credentials and models, print the settings and end
    #[arg(long)]
    check_config: bool,
    #[command(flatten)]
    layer: Layer,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    match run(arguments) {
        Ok(code) => code,
        Err(message) => {
            eprintln!("visavis-server: {message}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: Arguments) -> Result<ExitCode, String> {
    let beneath = arguments.config.as_deref().map(Layer::from_file).transpose()?.unwrap_or_default();
    let config = arguments.layer.over(beneath).complete()?;
    let users = users(&config, arguments.dev)?;
    let verifier = Verifier::new(config.core_options().map_err(text)?).map_err(text)?;
    if arguments.check_config {
        print!("{config}");
        return Ok(ExitCode::SUCCESS);
    }
    let engine = verifier.engine();
    info!(
        engine = engine.engine.name(),
        version = engine.version,
        model = verifier.extractor_id(),
        "models loaded"
    );
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(text)?;
    runtime.block_on(serve(config, users, verifier))
}

async fn serve(config: Config, users: Users, verifier: Verifier) -> Result<ExitCode, String> {
    let address = config.listen;
    if !address.ip().is_loopback() {
        warn!(
            "plain HTTP to other machines: put TLS in front, or passwords and photos can be read on the way"
        );
    }
    let mut terminate = signal(SignalKind::terminate()).map_err(text)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(text)?;
    let app = App::new(config, users, Arc::new(verifier)).map_err(text)?;
    let server = Server::bind(app).await.map_err(|error| format!("{address}: {error}"))?;
    info!(address = %server.address().map_err(text)?, "ready");
    let finished = server
        .run(async {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        })
        .await;
    Ok(if finished { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Credentials from the file or the environment, or new ones with `--dev`.
fn users(config: &Config, dev: bool) -> Result<Users, String> {
    let file = Some(&config.credentials_file).filter(|path| !path.as_os_str().is_empty());
    match (file, variable("VISAVIS_USERNAME")?, variable("VISAVIS_PASSWORD")?) {
        (Some(path), None, None) => {
            let fail = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
            let text = std::fs::read_to_string(path).map_err(|error| fail(&error))?;
            Users::parse(&text).map_err(|error| fail(&error))
        }
        (None, Some(name), Some(password)) => Users::single(&name, &password),
        (None, None, None) if dev => development_user(),
        (None, None, None) => Err("no credentials: name a --credentials-file, set VISAVIS_USERNAME and \
             VISAVIS_PASSWORD, or try it with --dev"
            .to_owned()),
        _ => {
            Err("give either a credentials file or both of VISAVIS_USERNAME and VISAVIS_PASSWORD".to_owned())
        }
    }
}

fn variable(name: &str) -> Result<Option<String>, String> {
    match env::var(name) {
        Ok(value) => Ok(Some(value)),
        Err(env::VarError::NotPresent) => Ok(None),
        Err(env::VarError::NotUnicode(_)) => Err(format!("{name} is not UTF-8")),
    }
}

fn development_user() -> Result<Users, String> {
    let mut bytes = [0; 12];
    getrandom::fill(&mut bytes).map_err(text)?;
    let password = URL_SAFE_NO_PAD.encode(bytes);
    eprintln!("for this run only: user dev, password {password}");
    Users::single("dev", &password)
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
