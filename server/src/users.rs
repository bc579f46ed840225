//! The users: their names, and the secrets that authenticate them.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use prometheus::IntCounter;
use sha2::{Digest, Sha256};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

use crate::login::Login;
use crate::secret::{self, Secret};

/// All users. Deliberately has no `Debug` output.
pub struct Users {
    users: Vec<User>,
    /// Part of every digest, so that the digests of this process are useless outside it.
    key: [u8; 32],
}

struct User {
    name: String,
    secret: Secret,
    /// Digest of the last correct password: the slow hash is computed only once.
    known: Mutex<Option<[u8; 32]>>,
}

/// The result of checking a login without computing a hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Check {
    /// The login is correct.
    Right,
    /// The login is wrong.
    Wrong,
    /// Only [`Users::verify`] can decide.
    NeedsHash,
}

impl Users {
    /// One user with a plain password.
    pub fn single(name: &str, password: &str) -> Result<Self, String> {
        if password.is_empty() {
            return Err("the password is empty".to_owned());
        }
        Self::new(vec![User::new(name, Secret::Plain(password.to_owned()))?])
    }

    /// Reads a file of `name:secret` lines, see [`parse`](Self::parse).
    pub fn from_file(path: &Path) -> Result<Self, String> {
        let fail = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        let text = std::fs::read_to_string(path).map_err(|error| fail(&error))?;
        Self::parse(&text).map_err(|error| fail(&error))
    }

    /// Reads lines of `name:secret`, where the secret is an Argon2 or bcrypt hash, `{PLAIN}` and a password, `{KEY}` and
    /// the digest of an API key, or `{CERTIFICATE}` and a name in the client's certificate. Empty lines and those that
    /// start with `#` are ignored.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut users: Vec<User> = Vec::new();
        for (number, line) in (1..).zip(text.lines()) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let user = User::parse(line).map_err(|why| format!("line {number}: {why}"))?;
            if users.iter().any(|known| known.name == user.name) {
                return Err(format!("line {number}: this user appears twice"));
            }
            if !user.secret.is_password() && users.iter().any(|known| known.secret == user.secret) {
                return Err(format!("line {number}: this key or certificate is another user's"));
            }
            users.push(user);
        }
        if users.is_empty() { Err("there are no users".to_owned()) } else { Self::new(users) }
    }

    fn new(users: Vec<User>) -> Result<Self, String> {
        let mut key = [0; 32];
        getrandom::fill(&mut key).map_err(|error| error.to_string())?;
        Ok(Users { users, key })
    }

    /// Keeps the known passwords of users whose name and hash have not changed.
    pub(crate) fn remember(&mut self, earlier: &Users) {
        self.key = earlier.key;
        for user in &mut self.users {
            let same = |known: &&User| known.name == user.name && known.secret == user.secret;
            let known = earlier.users.iter().find(same).map(|known| &known.known);
            let known = known.and_then(|known| *known.lock().unwrap_or_else(PoisonError::into_inner));
            user.known = Mutex::new(known);
        }
    }

    /// Whether some password is not hashed.
    pub(crate) fn has_plain(&self) -> bool {
        self.users.iter().any(|user| matches!(user.secret, Secret::Plain(_)))
    }

    /// Whether some user logs in with a certificate.
    pub(crate) fn has_certificates(&self) -> bool {
        self.users.iter().any(|user| matches!(user.secret, Secret::Certificate(_)))
    }

    /// The user whose API key this is. The time that it takes reveals nothing about keys.
    pub(crate) fn of_key(&self, key: &str) -> Option<&str> {
        let digest = secret::digest_of_key(key)?;
        let is_theirs = |user: &User| match &user.secret {
            Secret::Key(known) => known.ct_eq(&digest),
            _ => Choice::from(0),
        };
        self.found(is_theirs).map(|user| &*user.name)
    }

    /// The user whose certificate has one of these names. The names are not secret.
    pub(crate) fn of_certificate(&self, names: &[String]) -> Option<&str> {
        let is_theirs =
            |user: &&User| matches!(&user.secret, Secret::Certificate(name) if names.contains(name));
        self.users.iter().find(is_theirs).map(|user| &*user.name)
    }

    /// Checks a login without computing a hash. The time that it takes reveals nothing about names or passwords.
    pub(crate) fn check_known(&self, login: &Login) -> Check {
        let digest = self.digest(login);
        let (mut right, mut hashed) = (Choice::from(0), false);
        for user in &self.users {
            let same = match &user.secret {
                Secret::Plain(password) => login.password.ct_eq(password.as_bytes()),
                Secret::Argon2(_) | Secret::Bcrypt(_) => {
                    hashed = true;
                    let known = *user.known.lock().unwrap_or_else(PoisonError::into_inner);
                    known.map_or(Choice::from(0), |known| known.ct_eq(&digest))
                }
                Secret::Key(_) | Secret::Certificate(_) => Choice::from(0),
            };
            right |= same & login.name.ct_eq(user.name.as_bytes());
        }
        match (bool::from(right), hashed) {
            (true, _) => Check::Right,
            (false, false) => Check::Wrong,
            (false, true) => Check::NeedsHash,
        }
    }

    /// The name of the user that a login claims to be. The time that it takes reveals nothing about names.
    pub(crate) fn name(&self, login: &Login) -> Option<&str> {
        self.claimed(login).map(|user| &*user.name)
    }

    /// Computes the hash, which is slow on purpose, and equally slow for names that do not exist. If hashes have different
    /// costs, one of each cost is computed for every login: otherwise the time would reveal which names exist. Each is
    /// counted.
    pub(crate) fn verify(&self, login: &Login, hashes: &IntCounter) -> bool {
        let claimed = self.claimed(login);
        let mut costs: Vec<&str> = Vec::new();
        let mut right = false;
        for user in &self.users {
            let Some(cost) = user.secret.cost().filter(|cost| !costs.contains(cost)) else { continue };
            costs.push(cost);
            hashes.inc();
            let claimed = claimed.filter(|claimed| claimed.secret.cost() == Some(cost));
            right |= claimed.unwrap_or(user).secret.matches(&login.password) && claimed.is_some();
        }
        if let Some(claimed) = claimed.filter(|_| right) {
            *claimed.known.lock().unwrap_or_else(PoisonError::into_inner) = Some(self.digest(login));
        }
        right
    }

    /// The user that a login claims to be.
    fn claimed(&self, login: &Login) -> Option<&User> {
        self.found(|user| login.name.ct_eq(user.name.as_bytes()))
    }

    /// The user for whom this holds; at most one exists. All users are checked, so that the time reveals nothing.
    fn found(&self, holds: impl Fn(&User) -> Choice) -> Option<&User> {
        let mut place = u32::MAX;
        for (number, user) in (0..).zip(&self.users) {
            place.conditional_assign(&number, holds(user));
        }
        self.users.get(place as usize)
    }

    fn digest(&self, login: &Login) -> [u8; 32] {
        Sha256::new().chain_update(self.key).chain_update(&login.password).finalize().into()
    }
}

impl User {
    fn parse(line: &str) -> Result<Self, String> {
        // Characters that an editor does not show would become part of a name or a password.
        let is_stray = |text: &str| text.trim() != text || text.contains('\u{feff}');
        let (name, secret) = line.split_once(':').ok_or("there is no colon")?;
        if is_stray(name) || is_stray(secret) {
            return Err(
                "there is a space or a byte order mark at an end of the name or of the password".to_owned()
            );
        }
        User::new(name, Secret::parse(secret)?)
    }

    fn new(name: &str, secret: Secret) -> Result<Self, String> {
        if name.is_empty() || name.contains(':') {
            return Err("a user name must not be empty or contain a colon".to_owned());
        }
        Ok(User { name: name.to_owned(), secret, known: Mutex::new(None) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::{PLAIN, hash_password, new_key};

    fn login(name: &str, password: &str) -> Login {
        Login { name: name.into(), password: password.into() }
    }

    fn verify(users: &Users, login: &Login) -> bool {
        users.verify(login, &IntCounter::new("hashes", "computed").unwrap())
    }

    #[test]
    fn hashes_are_verified_once_and_remembered() {
        let argon2 = hash_password("right").unwrap();
        let bcrypt = bcrypt::hash("right", 4).unwrap();
        assert_ne!(argon2, hash_password("right").unwrap(), "a salt is never used twice");
        let users = Users::parse(&format!("ann:{argon2}\nbob:{bcrypt}\n")).unwrap();
        for name in ["ann", "bob"] {
            assert_eq!(users.check_known(&login(name, "right")), Check::NeedsHash);
            assert!(!verify(&users, &login(name, "wrong")));
            assert!(verify(&users, &login(name, "right")));
            assert_eq!(users.check_known(&login(name, "right")), Check::Right);
            assert_eq!(users.check_known(&login(name, "wrong")), Check::NeedsHash);
        }
        let mut again =
            Users::parse(&format!("ann:{argon2}\nbob:{}\n", bcrypt::hash("right", 4).unwrap())).unwrap();
        again.remember(&users);
        assert_eq!(again.check_known(&login("ann", "right")), Check::Right);
        assert_eq!(
            again.check_known(&login("bob", "right")),
            Check::NeedsHash,
            "another hash is another password"
        );
        assert!(!verify(&users, &login("cy", "right")));
        assert_eq!(users.check_known(&login("cy", "right")), Check::NeedsHash);
        assert!(!users.has_plain());
    }

    #[test]
    fn every_login_computes_a_hash_of_each_cost() {
        let (cheap, dear) = (bcrypt::hash("right", 4).unwrap(), bcrypt::hash("right", 5).unwrap());
        let argon2 = hash_password("right").unwrap();
        let users = Users::parse(&format!("ann:{cheap}\nbob:{dear}\ncy:{argon2}\ndan:{PLAIN}a\neve:{cheap}"));
        let users = users.unwrap();
        let costs: Vec<_> = users.users.iter().map(|user| user.secret.cost()).collect();
        let [ann, bob, cy, dan, eve] = costs[..] else { panic!("{costs:?}") };
        assert_eq!((ann, bob, dan, eve), (Some("$2b$04"), Some("$2b$05"), None, ann));
        assert!(
            cy.is_some_and(|cost| cost.starts_with("$argon2id$v=19$m=") && !cost.ends_with('$')),
            "{cy:?}"
        );
        for name in ["ann", "bob", "cy", "eve"] {
            assert!(
                verify(&users, &login(name, "right")) && !verify(&users, &login(name, "wrong")),
                "{name}"
            );
        }
        assert!(!verify(&users, &login("dan", "right")) && !verify(&users, &login("nobody", "right")));
    }

    #[test]
    fn plain_passwords_need_no_hash() {
        let users = Users::parse("# people\n\nann:{PLAIN}a:b\nbob:{PLAIN}ü\n").unwrap();
        assert!(users.has_plain());
        for (name, password, check) in [
            ("ann", "a:b", Check::Right),
            ("bob", "ü", Check::Right),
            ("ann", "ü", Check::Wrong),
            ("ann", "a", Check::Wrong),
            ("ANN", "a:b", Check::Wrong),
            ("", "", Check::Wrong),
        ] {
            assert_eq!(users.check_known(&login(name, password)), check, "{name}:{password}");
        }
        assert!(!verify(&users, &login("ann", "a:b")));
    }

    #[test]
    fn keys_and_certificates_have_their_users() {
        let (key, line) = new_key().unwrap();
        let (other, _) = new_key().unwrap();
        let text = format!("ann:{{PLAIN}}a\njob:{line}\ncam:{{CERTIFICATE}}camera 7\n");
        let users = Users::parse(&text).unwrap();
        let cut = &key[..key.len() - 1];
        for (given, user) in
            [(&*key, Some("job")), (&other, None), (cut, None), ("", None), (&line[5..], None)]
        {
            assert_eq!(users.of_key(given), user, "{given}");
        }
        let of = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
            users.of_certificate(&names).map(str::to_owned)
        };
        assert_eq!(of(&["x", "camera 7"]).as_deref(), Some("cam"));
        assert_eq!((of(&["camera 8"]), of(&["cam"]), of(&[])), (None, None, None));
        assert!(users.has_certificates() && users.has_plain());
        // Neither is a password.
        for (name, password) in [("job", &*key), ("job", &line[5..]), ("cam", "camera 7")] {
            assert_eq!(users.check_known(&login(name, password)), Check::Wrong, "{name}");
            assert!(!verify(&users, &login(name, password)), "{name}");
        }
        for again in [format!("bob:{line}"), "bob:{CERTIFICATE}camera 7".to_owned()] {
            let error = Users::parse(&format!("{text}{again}")).err().unwrap();
            assert_eq!(error, "line 4: this key or certificate is another user's");
        }
    }

    /// A hash with these parameters.
    fn argon2(parameters: &str) -> String {
        format!(
            "$argon2id$v=19${parameters}$c29tZXNhbHRzb21lc2FsdA$iWh06vD8Fy27wf9npn6FXWiCX4K6pW6Ue1Bnzz07Z8A"
        )
    }

    #[test]
    fn invalid_files_are_refused() {
        for (text, why) in [
            ("", "no user"),
            ("# ann:a", "no user"),
            ("ann", "line 1: there is no colon"),
            ("ann:{PLAIN}a\nann:{PLAIN}b", "line 2: this user appears twice"),
            ("ann:a", "line 1: neither"),
            ("ann:{SHA}0DPiKuNIrrVmD8IUCuw1hQxNqZc=", "line 1: neither"),
            ("ann:0a0b0c", "line 1: neither"),
            ("\u{feff}ann:{PLAIN}a", "line 1: there is a space or a byte order mark"),
            ("# x\nann :{PLAIN}a", "line 2: there is a space"),
            ("ann: {PLAIN}a", "line 1: there is a space"),
            ("ann:{PLAIN}a ", "line 1: there is a space"),
            ("\u{feff}# ann", "no colon"),
            ("ann:", "line 1: the password is empty"),
            ("ann:{PLAIN}", "line 1: the password is empty"),
            (":{PLAIN}a", "line 1: a user name"),
            ("ann:{KEY}0a0b", "line 1: {KEY} needs"),
            ("ann:{KEY}", "line 1: {KEY} needs"),
            ("ann:{CERTIFICATE}", "line 1: {CERTIFICATE} needs"),
            ("ann:$1$abc$def", "line 1: a secret that starts"),
            ("ann:$argon2id$v=19$m=65536", "line 1: a secret that starts"),
            ("ann:$2b$04$short", "line 1: this bcrypt hash"),
            (&format!("ann:{}", argon2("m=4294967295,t=1,p=1")), "line 1: this hash costs"),
            (&format!("ann:{}", argon2("m=1,t=2,p=1")), "line 1: a secret that starts"),
            (
                &format!("ann:{}", argon2("m=19456,t=2,p=1").replace("id", "xd")),
                "line 1: a secret that starts",
            ),
            ("ann:$2b$31$zVHmKQtGGQob.b/Nc7l9NO8UlrYcW05FiuCj/SxsFO/ZtiN9.mNzy", "line 1: this hash costs"),
        ] {
            let error = Users::parse(text).err().unwrap_or_else(|| panic!("{text:?} is accepted"));
            assert!(error.contains(why), "{text:?}: {error}");
        }
        assert!(Users::single("a:b", "c").is_err() && Users::single("a", "").is_err());
    }
}
