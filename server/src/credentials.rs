//! Credentials from a file or the environment, or generated for one run.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use visavis_server::config::{Config, named};
use visavis_server::environment::variable;
use visavis_server::users::Users;

use crate::text;

/// Credentials from the file or the environment, or new ones with `--dev`.
pub(crate) fn users(config: &Config, dev: bool) -> Result<Users, String> {
    let file = named(&config.credentials_file);
    match (file, variable("VISAVIS_USERNAME")?, variable("VISAVIS_PASSWORD")?) {
        (Some(path), None, None) => Users::from_file(path),
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

fn development_user() -> Result<Users, String> {
    let mut bytes = [0; 12];
    getrandom::fill(&mut bytes).map_err(text)?;
    let password = URL_SAFE_NO_PAD.encode(bytes);
    eprintln!("for this run only: user dev, password {password}");
    Users::single("dev", &password)
}
