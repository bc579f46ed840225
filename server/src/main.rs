//! `visavis-server`: settings in, a server out.

mod credentials;
mod process;

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};
use tracing::{error, info, warn};
use visavis::Verifier;
use visavis_server::app::App;
use visavis_server::config::{Config, Layer, LogFormat};
use visavis_server::logs;
use visavis_server::serve::Server;
use visavis_server::tls::Tls;
use visavis_server::users::{self, Users};

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
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    layer: Layer,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Ask for a password, or read one line from a pipe, and print its hash for the credentials file
    HashPassword,
    /// Ask the server of these settings whether it is up; ends with 0 if it is
    Healthcheck,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let result = match arguments.command {
        Some(Command::HashPassword) => hash_password(),
        Some(Command::Healthcheck) => healthcheck(arguments),
        None => run(arguments),
    };
    result.unwrap_or_else(|message| {
        eprintln!("visavis-server: {message}");
        ExitCode::from(2)
    })
}

fn hash_password() -> Result<ExitCode, String> {
    let password = if std::io::stdin().is_terminal() {
        rpassword::prompt_password("password: ").map_err(text)?
    } else {
        let mut line = String::new();
        std::io::stdin().read_line(&mut line).map_err(text)?;
        line.trim_end_matches(['\r', '\n']).to_owned()
    };
    println!("{}", users::hash_password(&password)?);
    Ok(ExitCode::SUCCESS)
}

fn healthcheck(arguments: Arguments) -> Result<ExitCode, String> {
    visavis_server::healthcheck::ask(&config(arguments.config.as_deref(), arguments.layer)?)?;
    Ok(ExitCode::SUCCESS)
}

fn config(file: Option<&Path>, layer: Layer) -> Result<Config, String> {
    let beneath = file.map(Layer::from_file).transpose()?.unwrap_or_default();
    layer.over(beneath).complete()
}

fn run(arguments: Arguments) -> Result<ExitCode, String> {
    let config = config(arguments.config.as_deref(), arguments.layer)?;
    let users = credentials::users(&config, arguments.dev)?;
    let verifier = Verifier::new(config.core_options().map_err(text)?).map_err(text)?;
    if arguments.check_config {
        config.tls_files().map(|(certificate, key)| Tls::load(certificate, key)).transpose()?;
        print!("{config}");
        return Ok(ExitCode::SUCCESS);
    }
    process::return_large_buffers();
    logs::start(config.log_format == LogFormat::Json, config.level()?);
    process::allow_many_connections();
    if config.credentials_file.exists() && users.has_plain() {
        warn!("the credentials file holds plain passwords: `visavis-server hash-password` hashes them");
    }
    let engine = verifier.engine();
    let (engine, version) = (engine.engine.name(), &engine.version);
    info!(engine, version, extractor = verifier.extractor_id(), "models loaded");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(text)?;
    runtime.block_on(serve(config, users, verifier))
}

async fn serve(config: Config, users: Users, verifier: Verifier) -> Result<ExitCode, String> {
    let address = config.listen;
    if !address.ip().is_loopback() && config.tls_files().is_none() {
        warn!("plain HTTP to other machines: without TLS, passwords and photos can be read on the way");
    }
    let mut terminate = signal(SignalKind::terminate()).map_err(text)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(text)?;
    let app = App::new(config, users, Arc::new(verifier))?;
    reload_on_hangup(Arc::clone(&app))?;
    let server = Server::bind(app).await.map_err(|error| format!("{address}: {error}"))?;
    info!(address = %server.address().map_err(text)?, "ready");
    let stop = async {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    };
    Ok(if server.run(stop).await { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn reload_on_hangup(app: Arc<App>) -> Result<(), String> {
    let mut hangup = signal(SignalKind::hangup()).map_err(text)?;
    tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            match app.reload() {
                Ok(()) => info!("users and certificate read again"),
                Err(error) => error!(error, "nothing changes: users or certificate cannot be read"),
            }
        }
    });
    Ok(())
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
