//! A server in this process and a client for it.

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

mod program;

pub(crate) use program::Program;
pub(crate) use testkit::files::photo;
pub(crate) use testkit::wire::*;

/// A server on a free port; stops when dropped.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<bool>>,
}

impl Running {
    /// With the defaults.
    pub(crate) fn start() -> Self {
        Self::with("")
    }

    /// With settings in the form of the file.
    pub(crate) fn with(settings: &str) -> Self {
        Self::with_verifier(settings, verifier())
    }

    pub(crate) fn with_verifier(settings: &str, verifier: Arc<Verifier>) -> Self {
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
    pub(crate) fn stop(&mut self) {
        self.stop.take().unwrap().send(()).unwrap();
    }

    /// Waits for its end; returns whether everything was finished.
    pub(crate) fn wait(mut self) -> bool {
        self.thread.take().unwrap().join().unwrap()
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
        stream
    }

    /// Sends bytes as they are and reads one reply.
    pub(crate) fn raw(&self, request: &[u8]) -> Reply {
        let mut stream = self.connect();
        stream.write_all(request).unwrap();
        Reply::read(&mut BufReader::new(stream)).expect("a reply")
    }

    pub(crate) fn get(&self, path: &str) -> Reply {
        self.raw(&request("GET", path, &[], b""))
    }

    /// Sends a valid request with this body.
    pub(crate) fn post(&self, body: &[u8]) -> Reply {
        self.raw(&post(VERIFY, body))
    }

    pub(crate) fn verify(&self, probe: &[u8], reference: &[u8]) -> Reply {
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

/// One verifier for all tests.
pub(crate) fn verifier() -> Arc<Verifier> {
    static VERIFIER: OnceLock<Arc<Verifier>> = OnceLock::new();
    Arc::clone(VERIFIER.get_or_init(|| Arc::new(Verifier::new(Options::default()).unwrap())))
}

pub(crate) fn config(settings: &str) -> Config {
    let quick = Layer {
        listen: Some(([127, 0, 0, 1], 0).into()),
        shutdown_delay: Some(visavis_server::config::Seconds::new(0)),
        ..Layer::default()
    };
    toml::from_str::<Layer>(settings).unwrap().over(quick).complete().unwrap()
}
