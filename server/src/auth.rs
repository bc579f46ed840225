//! Admission of requests.

use std::net::IpAddr;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use http::HeaderMap;
use prometheus::IntCounter;

use crate::contract::Code;
use crate::limiter::{Account, Limiter};
use crate::login::{Login, Presented};
use crate::queue::Queue;
use crate::turns::Turns;
use crate::users::{Check, Users};

/// How many accounts may wait for a hash at once, one login of each.
const MAX_WAITING: usize = 256;

/// How many logins of one account may wait. A password is hashed once, however many requests with it are waiting.
const MAX_WAITING_ALIKE: usize = 64;

/// Decides who is admitted.
pub(crate) struct Auth {
    users: RwLock<Arc<Users>>,
    limiter: Arc<Limiter>,
    turns: Turns<Account>,
    /// Hashes cost time and memory by design: one thread computes them, one at a time, which bounds what they can cost the
    /// server. It is a separate thread because Argon2's memory stays with the thread that used it.
    hashing: Queue,
    /// The same for unknown names, so that users never wait behind them.
    hashing_strangers: Queue,
    hashes: IntCounter,
}

impl Auth {
    /// Admits these users, and refuses accounts after this many failures a minute (0: never). Counts the hashes that it
    /// computes.
    pub(crate) fn new(users: Users, failures_per_minute: u32, hashes: IntCounter) -> std::io::Result<Self> {
        Ok(Auth {
            users: RwLock::new(Arc::new(users)),
            limiter: Arc::new(Limiter::new(failures_per_minute)),
            turns: Turns::new(MAX_WAITING_ALIKE),
            hashing: Queue::start("password", 1, MAX_WAITING)?,
            hashing_strangers: Queue::start("stranger", 1, MAX_WAITING)?,
            hashes,
        })
    }

    /// Replaces the users. Passwords that were verified and did not change need not be hashed again.
    pub(crate) fn replace(&self, mut users: Users) {
        let mut known = self.users.write().unwrap_or_else(PoisonError::into_inner);
        users.remember(&known);
        *known = Arc::new(users);
    }

    /// Admits a request and returns its user, or the reason for refusing it. Only wrong credentials count as a failure: many
    /// clients first try without any. `certified` are the names in the certificate of its connection.
    pub(crate) async fn admit(
        &self,
        headers: &HeaderMap,
        peer: IpAddr,
        certified: &[String],
    ) -> Result<String, Code> {
        let users = self.users();
        let presented = Presented::in_headers(headers);
        let account = match &presented {
            Presented::Nothing => {
                return users.of_certificate(certified).map(str::to_owned).ok_or(Code::Unauthorized);
            }
            Presented::Unreadable => return Err(Code::Unauthorized),
            Presented::Login(_) | Presented::Key(_) => account(&users, &presented, peer),
        };
        if self.limiter.wait(&account).is_some() {
            return Err(Code::TooManyRequests);
        }
        if let Presented::Login(login) = presented {
            match users.check_known(&login) {
                Check::Right => {}
                Check::Wrong => return Err(self.failed(&account)),
                Check::NeedsHash => self.check_hash(users, login, &account).await?,
            }
        }
        // An unknown key is wrong; a correct password always has a user.
        let Some(name) = account.user().map(str::to_owned) else { return Err(self.failed(&account)) };
        self.limiter.succeeded(&account);
        Ok(name)
    }

    /// Computes the hash, unless it became unnecessary while this login waited: its account failed too often, or another
    /// request verified the same password.
    async fn check_hash(&self, users: Arc<Users>, login: Login, account: &Account) -> Result<(), Code> {
        let _turn = self.turns.take(account).await.ok_or(Code::Overloaded)?;
        if self.limiter.wait(account).is_some() {
            return Err(Code::TooManyRequests);
        }
        if users.check_known(&login) == Check::Right {
            return Ok(());
        }
        let queue = if account.user().is_some() { &self.hashing } else { &self.hashing_strangers };
        let overloaded = |_| Code::Overloaded;
        // Each user has a share: an attack on one user's password from many addresses delays only that user. Accounts
        // that have failed count as another user, so that a first login does not wait behind them.
        let mut share = account.user().unwrap_or_default().to_owned();
        if self.limiter.is_suspect(account) {
            share.push('\n');
        }
        let hashes = self.hashes.clone();
        let checked = queue.submit(&share, 1, move || users.verify(&login, &hashes)).map_err(overloaded)?;
        if checked.await.map_err(|_| Code::InternalError)?.map_err(overloaded)? {
            Ok(())
        } else {
            Err(self.failed(account))
        }
    }

    fn failed(&self, account: &Account) -> Code {
        self.limiter.failed(account);
        Code::Unauthorized
    }

    /// How long the account of a request is refused or, if it is not, a login waits to be hashed.
    pub(crate) fn wait(&self, headers: &HeaderMap, peer: IpAddr) -> Duration {
        let account = account(&self.users(), &Presented::in_headers(headers), peer);
        self.limiter.wait(&account).unwrap_or_else(|| self.hashing.wait())
    }

    /// Whether some user logs in by a certificate.
    pub(crate) fn has_certificates(&self) -> bool {
        self.users().has_certificates()
    }

    /// Whether some password is not hashed.
    pub(crate) fn has_plain(&self) -> bool {
        self.users().has_plain()
    }

    fn users(&self) -> Arc<Users> {
        Arc::clone(&self.users.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The account whose failures are counted together. An unknown name may be a password: it is neither kept nor passed on.
fn account(users: &Users, presented: &Presented, peer: IpAddr) -> Account {
    let name = match presented {
        Presented::Login(login) => users.name(login),
        Presented::Key(key) => users.of_key(key),
        Presented::Nothing | Presented::Unreadable => None,
    };
    Account::new(peer, name.map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use http::HeaderValue;
    use http::header::AUTHORIZATION;

    use super::*;
    use crate::login::API_KEY;
    use crate::secret::{hash_password, new_key};

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    fn auth(users: Users, failures_per_minute: u32) -> std::io::Result<Auth> {
        Auth::new(users, failures_per_minute, IntCounter::new("hashes", "computed").unwrap())
    }

    fn headers(values: &[&str]) -> HeaderMap {
        let value = |text: &&str| (AUTHORIZATION, HeaderValue::from_str(text).unwrap());
        let mut headers = HeaderMap::new();
        for (name, value) in values.iter().map(value) {
            headers.append(name, value);
        }
        headers
    }

    fn basic(login: &str) -> String {
        format!("Basic {}", STANDARD.encode(login))
    }

    #[tokio::test]
    async fn only_a_single_correct_basic_authorization_is_admitted() {
        let auth = auth(Users::single("ann", "a:b").unwrap(), 0).unwrap();
        let right = basic("ann:a:b");
        for value in [&right, &right.replace("Basic", "bAsIC")] {
            assert_eq!(auth.admit(&headers(&[value]), HERE, &[]).await, Ok("ann".to_owned()));
        }
        let wrong = [basic("ann:a"), basic("ann"), basic(""), basic("ann:a:b ")];
        for value in
            wrong.iter().map(String::as_str).chain(["", "Basic", "Basic !", "Bearer YTpi", &right[6..]])
        {
            assert_eq!(auth.admit(&headers(&[value]), HERE, &[]).await, Err(Code::Unauthorized), "{value}");
        }
        assert_eq!(auth.admit(&headers(&[&right, &right]), HERE, &[]).await, Err(Code::Unauthorized));
    }

    #[tokio::test]
    async fn keys_and_certificates_admit_their_users_despite_failures_of_others() {
        let (key, line) = new_key().unwrap();
        let text = format!("job:{line}\ncam:{{CERTIFICATE}}camera 7\n");
        let auth = auth(Users::parse(&text).unwrap(), 2).unwrap();
        let api_key = |key: &str| {
            HeaderMap::from_iter([(http::HeaderName::from_static(API_KEY), key.parse().unwrap())])
        };
        let bearer = |key: &str| headers(&[&format!("Bearer {key}")]);
        for (wrong, code) in
            [(&key[1..], Code::Unauthorized), ("x", Code::Unauthorized), (&key, Code::TooManyRequests)]
        {
            let headers = if wrong == key { bearer("x") } else { bearer(wrong) };
            assert_eq!(auth.admit(&headers, HERE, &[]).await, Err(code), "{wrong}");
            for right in [api_key(&key), bearer(&key)] {
                assert_eq!(auth.admit(&right, HERE, &[]).await, Ok("job".to_owned()));
            }
        }
        let mut twice = api_key(&key);
        twice.insert(AUTHORIZATION, format!("Bearer {key}").parse().unwrap());
        assert_eq!(auth.admit(&twice, HERE, &[]).await, Err(Code::Unauthorized));
        let camera = ["camera 7".to_owned()];
        assert_eq!(auth.admit(&headers(&[]), HERE, &camera).await, Ok("cam".to_owned()));
        assert_eq!(auth.admit(&headers(&[]), HERE, &["camera 8".to_owned()]).await, Err(Code::Unauthorized));
        // What the request itself presents takes precedence over the certificate.
        assert_eq!(auth.admit(&headers(&["Basic !"]), HERE, &camera).await, Err(Code::Unauthorized));
    }

    #[tokio::test]
    async fn failures_are_limited_and_missing_credentials_do_not_count() {
        let hash = hash_password("right").unwrap();
        let auth = auth(Users::parse(&format!("ann:{hash}")).unwrap(), 2).unwrap();
        let elsewhere = IpAddr::V4([10, 0, 0, 1].into());
        let ask = async |login: &str, peer| auth.admit(&headers(&[&basic(login)]), peer, &[]).await;
        for _ in 0..5 {
            assert_eq!(auth.admit(&headers(&[]), HERE, &[]).await, Err(Code::Unauthorized));
            assert_eq!(ask("ann:right", HERE).await, Ok("ann".to_owned()));
        }
        for _ in 0..2 {
            assert_eq!(ask("ann:wrong", elsewhere).await, Err(Code::Unauthorized));
        }
        for login in ["ann:wrong", "ann:right"] {
            assert_eq!(ask(login, elsewhere).await, Err(Code::TooManyRequests));
        }
        // Where ann has logged in before, others need more failures to lock her out; failures of other names do not count.
        for _ in 0..2 {
            assert_eq!(ask("ann:wrong", HERE).await, Err(Code::Unauthorized));
            assert_eq!(ask("nobody:wrong", HERE).await, Err(Code::Unauthorized));
        }
        assert_eq!(ask("ann:right", HERE).await, Ok("ann".to_owned()));
        assert_eq!(ask("nobody:wrong", HERE).await, Err(Code::TooManyRequests));
    }

    #[tokio::test]
    async fn a_thousand_wrong_passwords_at_once_cost_as_many_hashes_as_are_allowed() {
        let hash = hash_password("right").unwrap();
        let auth = auth(Users::parse(&format!("ann:{hash}")).unwrap(), 3).unwrap();
        let (right, wrong) = (headers(&[&basic("ann:right")]), headers(&[&basic("ann:wrong")]));
        assert_eq!(auth.admit(&right, IpAddr::V4([10, 0, 0, 1].into()), &[]).await, Ok("ann".to_owned()));
        let attack = (0..1000).map(|_| auth.admit(&wrong, HERE, &[]));
        let answers = futures_util::future::join_all(attack).await;
        let count = |code| answers.iter().filter(|answer| answer.as_ref().err() == Some(&code)).count();
        assert_eq!(count(Code::Unauthorized), 3);
        assert_eq!(count(Code::TooManyRequests) + count(Code::Overloaded), 997);
        assert!(count(Code::Overloaded) >= 997 - MAX_WAITING_ALIKE);
        assert!(auth.wait(&wrong, HERE) > Duration::from_secs(30));
        // A login that was verified before is admitted at once, despite the failures of others.
        assert_eq!(auth.admit(&right, IpAddr::V4([10, 0, 0, 1].into()), &[]).await, Ok("ann".to_owned()));
    }

    #[tokio::test]
    async fn a_first_login_does_not_wait_behind_failed_accounts_of_the_same_user() {
        let hash = hash_password("right").unwrap();
        let auth = auth(Users::parse(&format!("ann:{hash}")).unwrap(), 0).unwrap();
        let (right, wrong) = (headers(&[&basic("ann:right")]), headers(&[&basic("ann:wrong")]));
        let guesses = || (1..=30).map(|host| auth.admit(&wrong, IpAddr::V4([10, 0, 0, host].into()), &[]));
        futures_util::future::join_all(guesses()).await;
        let before = auth.hashes.get();
        // All of them are queued before her login.
        let guessing = futures_util::future::join_all(guesses());
        let login = async {
            let answer = auth.admit(&right, HERE, &[]).await;
            (answer, auth.hashes.get() - before)
        };
        let (_, (answer, hashes)) = futures_util::future::join(guessing, login).await;
        assert_eq!(answer, Ok("ann".to_owned()));
        assert!(hashes < 15, "{hashes} hashes came first");
    }

    #[tokio::test]
    async fn replaced_users_are_forgotten_at_once() {
        let auth = auth(Users::single("ann", "a").unwrap(), 0).unwrap();
        assert_eq!(auth.admit(&headers(&[&basic("ann:a")]), HERE, &[]).await, Ok("ann".to_owned()));
        auth.replace(Users::single("bob", "b").unwrap());
        assert_eq!(auth.admit(&headers(&[&basic("ann:a")]), HERE, &[]).await, Err(Code::Unauthorized));
        assert_eq!(auth.admit(&headers(&[&basic("bob:b")]), HERE, &[]).await, Ok("bob".to_owned()));
    }
}
