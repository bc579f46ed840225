//! The program `visavis-server`.

mod credentials;
mod process;

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use tokio::signal::unix::Signal;
use tracing::{error, info, warn};
use visavis::Verifier;
use visavis_server::app::App;
use visavis_server::config::{Config, Layer, LogFormat};
use visavis_server::device;
use visavis_server::environment::variable;
use visavis_server::logs;
use visavis_server::secret;
use visavis_server::serve::Server;
use visavis_server::tls::Tls;
use visavis_server::users::Users;

use crate::process::Signals;

/// Face verification over HTTP.
///
/// Settings come from a file, from environment variables (`--queue-length` is `VISAVIS_QUEUE_LENGTH`) and from these options;
/// options override variables, which override the file. Credentials come from a file or from `VISAVIS_USERNAME` and
/// `VISAVIS_PASSWORD`, never from the command line.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// TOML file with settings, named like these options; or set `VISAVIS_CONFIG`
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Without credentials, generate a password for this run and print it
    #[arg(long)]
    dev: bool,
    /// Check settings, credentials, certificate and models, print the settings and exit
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
    /// Generate an API key; print it to standard error, and its digest for the credentials file to standard output
    MakeKey,
    /// Check whether the server with these settings is up; exit with 0 if it is
    Healthcheck,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let result = match arguments.command {
        Some(Command::HashPassword) => hash_password(),
        Some(Command::MakeKey) => make_key(),
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
    println!("{}", secret::hash_password(&password)?);
    Ok(ExitCode::SUCCESS)
}

fn make_key() -> Result<ExitCode, String> {
    let (key, digest) = secret::new_key()?;
    eprintln!("{key}");
    println!("{digest}");
    Ok(ExitCode::SUCCESS)
}

fn healthcheck(arguments: Arguments) -> Result<ExitCode, String> {
    visavis_server::healthcheck::ask(&config(arguments.config, arguments.layer)?)?;
    Ok(ExitCode::SUCCESS)
}

fn config(file: Option<PathBuf>, options: Layer) -> Result<Config, String> {
    let file = match file {
        Some(file) => Some(file),
        None => variable("VISAVIS_CONFIG")?.map(PathBuf::from),
    };
    let file = file.map(|file| Layer::from_file(&file)).transpose()?.unwrap_or_default();
    options.over(Layer::from_environment()?).over(file).complete()
}

fn run(arguments: Arguments) -> Result<ExitCode, String> {
    process::return_large_buffers();
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.enable_all().worker_threads(process::connection_threads()).build().map_err(text)?;
    // Before anything slow: until then, a signal to reload ends the process.
    let signals = runtime.block_on(async { Signals::catch() }).map_err(text)?;
    let config = config(arguments.config, arguments.layer)?;
    let users = credentials::users(&config, arguments.dev)?;
    let verifier = Verifier::new(config.core_options().map_err(text)?).map_err(text)?;
    if arguments.check_config {
        if let Some(tls) = Tls::of(&config) {
            tls?.check_validity()?;
        }
        device::check(&config)?;
        print!("{config}");
        return Ok(ExitCode::SUCCESS);
    }
    logs::start(config.log_format == LogFormat::Json, config.level()?);
    process::allow_many_connections();
    let engine = verifier.engine();
    let (engine, version) = (engine.engine.name(), &engine.version);
    info!(engine, version, extractor = verifier.extractor_id(), "models loaded");
    runtime.block_on(serve(config, users, verifier, signals))
}

async fn serve(
    config: Config,
    users: Users,
    verifier: Verifier,
    signals: Signals,
) -> Result<ExitCode, String> {
    if !config.listen.ip().is_loopback() && config.tls_files().is_none() {
        warn!("plain HTTP to other machines: without TLS, passwords and photos can be read in transit");
    }
    let app = App::new(config, users, Arc::new(verifier))?;
    let server = Server::bind(Arc::clone(&app)).await?;
    if let Some(admin) = server.admin_address() {
        info!(%admin, "health, readiness and metrics");
    }
    info!(address = %server.address().map_err(text)?, "ready");
    let Signals { hangup, stop } = signals;
    tokio::spawn(reload(Arc::clone(&app), hangup));
    let finished = server.run(stop.wait()).await;
    // It may block until the collector answers.
    let _ = tokio::task::spawn_blocking(move || app.end()).await;
    Ok(if finished { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Reads users and certificate again at every SIGHUP.
async fn reload(app: Arc<App>, mut hangup: Signal) {
    while hangup.recv().await.is_some() {
        // Reading a file may be slow and must not block the connections' threads.
        let app = Arc::clone(&app);
        let read = tokio::task::spawn_blocking(move || app.reload()).await;
        match read.unwrap_or_else(|error| Err(error.to_string())) {
            Ok(read) if read.is_empty() => {
                info!("there is nothing to read again: no credentials file and no certificate");
            }
            Ok(read) => info!("read again: {}", read.join(", ")),
            Err(error) => error!(error, "nothing changes: users or certificate cannot be read"),
        }
    }
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
