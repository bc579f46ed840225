//! A server in this process and a client for it.

#![allow(dead_code, unreachable_pub, unused_imports, reason = "each test file uses its part")]

use std::io::{BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc::channel;
use std::sync::{Arc, OnceLock};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::sync::oneshot;
use visavis::{Options, Verifier};
use visavis_server::app::App;
use visavis_server::config::{Config, Layer};
use visavis_server::serve::Server;
use visavis_server::users::Users;

pub use testkit::files::photo;
pub use testkit::wire::*;

/// A server on a free port; stops when dropped.
pub struct Running {
    pub address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<bool>>,
}

impl Running {
    /// With the defaults.
    pub fn start() -> Self {
        Self::with("")
    }

    /// With settings as they stand in a file.
    pub fn with(settings: &str) -> Self {
        Self::with_verifier(settings, verifier())
    }

    pub fn with_verifier(settings: &str, verifier: Arc<Verifier>) -> Self {
        let config = config(settings);
        let (ready, wait_ready) = channel();
        let (stop, stopped) = oneshot::channel();
        let thread = thread::spawn(move || {
            let (name, password) = LOGIN.split_once(':').unwrap();
            let app = App::new(config, Users::single(name, password).unwrap(), verifier).unwrap();
            let runtime =
                tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
            runtime.block_on(async {
                let server = Server::bind(app).await.unwrap();
                ready.send(server.address().unwrap()).unwrap();
                server
                    .run(async {
                        let _ = stopped.await;
                    })
                    .await
            })
        });
        let address = wait_ready.recv().unwrap();
        Running { address, stop: Some(stop), thread: Some(thread) }
    }

    /// Asks it to stop; it may take its time.
    pub fn stop(&mut self) {
        self.stop.take().unwrap().send(()).unwrap();
    }

    /// Waits for its end and says whether everything was finished.
    pub fn wait(mut self) -> bool {
        self.thread.take().unwrap().join().unwrap()
    }

    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
        stream
    }

    /// Sends bytes as they are and reads one reply.
    pub fn raw(&self, request: &[u8]) -> Reply {
        let mut stream = self.connect();
        stream.write_all(request).unwrap();
        Reply::read(&mut BufReader::new(stream)).expect("a reply")
    }

    pub fn get(&self, path: &str) -> Reply {
        self.raw(&request("GET", path, &[], b""))
    }

    /// A request in good form with this body.
    pub fn post(&self, body: &[u8]) -> Reply {
        self.raw(&post(VERIFY, body))
    }

    pub fn verify(&self, probe: &[u8], reference: &[u8]) -> Reply {
        self.post(&verify_body("s", probe, reference))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// One verifier for all tests of a file.
pub fn verifier() -> Arc<Verifier> {
    static VERIFIER: OnceLock<Arc<Verifier>> = OnceLock::new();
    Arc::clone(VERIFIER.get_or_init(|| Arc::new(Verifier::new(Options::default()).unwrap())))
}

pub fn config(settings: &str) -> Config {
    let quick = Layer {
        listen: Some(([127, 0, 0, 1], 0).into()),
        shutdown_delay: Some(visavis_server::config::Seconds::new(0)),
        ..Layer::default()
    };
    toml::from_str::<Layer>(settings).unwrap().over(quick).complete().unwrap()
}
