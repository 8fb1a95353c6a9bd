//! Whether this replica acts. The Lease is renewed beside everything else, however long an evaluation takes.

use ringfence_cluster::{ClusterError, Tenure};
use std::sync::{Arc, Mutex};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// An election that goes on.
pub struct Election {
    tenure: Arc<tokio::sync::Mutex<Tenure>>,
    /// Until when this replica may act.
    until: Arc<Mutex<Option<Instant>>>,
    changes: watch::Receiver<(bool, String)>,
    task: JoinHandle<()>,
}

impl Election {
    /// Begins to look at the Lease.
    pub fn start(tenure: Tenure, mut trouble: impl FnMut(&ClusterError) + Send + 'static) -> Self {
        let pause = tenure.pause();
        let tenure = Arc::new(tokio::sync::Mutex::new(tenure));
        let until: Arc<Mutex<Option<Instant>>> = Arc::default();
        let (tell, changes) = watch::channel((false, String::new()));
        let (own, seen) = (Arc::clone(&tenure), Arc::clone(&until));
        let task = tokio::spawn(async move {
            loop {
                let mut tenure = own.lock().await;
                if let Err(error) = tenure.look().await {
                    trouble(&error);
                }
                let now = (tenure.is_held(), tenure.holder().to_owned());
                if let Ok(mut seen) = seen.lock() {
                    *seen = tenure.until();
                }
                drop(tenure);
                tell.send_if_modified(|known| {
                    let differs = *known != now;
                    known.clone_from(&now);
                    differs
                });
                tokio::time::sleep(pause).await;
            }
        });
        Self { tenure, until, changes, task }
    }

    /// Whether this replica may act at this moment.
    pub fn is_held(&self) -> bool {
        self.until.lock().is_ok_and(|until| until.is_some_and(|until| Instant::now() < until))
    }

    /// Who acts.
    pub fn holder(&self) -> String {
        self.changes.borrow().1.clone()
    }

    /// Waits until somebody else acts.
    pub async fn changed(&mut self) {
        if self.changes.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Gives the Lease back, for others not to wait.
    pub async fn end(self) -> Result<(), ClusterError> {
        self.task.abort();
        self.tenure.lock().await.release().await
    }
}
