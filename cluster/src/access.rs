//! Which cluster, and how it is reached.

use crate::error::ClusterError;
use kube::config::{KubeConfigOptions, Kubeconfig, KubeconfigError};
use kube::{Client, Config};
use std::io::ErrorKind;
use std::path::PathBuf;
use std::time::Duration;

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(10);
/// How long the server may be silent.
const SILENCE: Duration = Duration::from_secs(60);

/// Which cluster, by whose credentials.
#[derive(Debug, Clone, Default)]
pub struct Access {
    /// The kubeconfig; without it what `KUBECONFIG` names, else `~/.kube/config`, else the account of the pod.
    pub kubeconfig: Option<PathBuf>,
    /// The context of it; without it the current one.
    pub context: Option<String>,
}

/// A cluster that can be asked.
#[derive(Clone)]
pub struct Connection {
    pub(crate) client: Client,
    /// Where its API server is.
    pub server: String,
}

impl Access {
    /// Finds out where the cluster is. The server is not asked yet.
    pub async fn connect(&self) -> Result<Connection, ClusterError> {
        let mut config = self.config().await?;
        config.connect_timeout = Some(CONNECT);
        config.read_timeout = Some(SILENCE);
        let server = config.cluster_url.to_string().trim_end_matches('/').to_owned();
        let client = Client::try_from(config).map_err(|error| ClusterError::of(&error, &server))?;
        Ok(Connection { client, server })
    }

    async fn config(&self) -> Result<Config, ClusterError> {
        let options = KubeConfigOptions { context: self.context.clone(), ..KubeConfigOptions::default() };
        let read = match &self.kubeconfig {
            Some(path) => Kubeconfig::read_from(path),
            None => Kubeconfig::read(),
        };
        let kubeconfig = match read {
            Err(error) if self.is_open() && is_missing(&error) => {
                return Config::incluster().map_err(|_| ClusterError::NoKubeconfig);
            }
            read => read.map_err(|error| ClusterError::of_kubeconfig(&error, &[]))?,
        };
        let contexts: Vec<String> = kubeconfig.contexts.iter().map(|context| context.name.clone()).collect();
        let config = Config::from_custom_kubeconfig(kubeconfig, &options).await;
        config.map_err(|error| ClusterError::of_kubeconfig(&error, &contexts))
    }

    /// Whether nobody named a kubeconfig or a context.
    fn is_open(&self) -> bool {
        self.kubeconfig.is_none() && self.context.is_none()
    }
}

fn is_missing(error: &KubeconfigError) -> bool {
    match error {
        KubeconfigError::FindPath => true,
        KubeconfigError::ReadConfig(error, _) => error.kind() == ErrorKind::NotFound,
        _ => false,
    }
}

impl Connection {
    /// The client that asks.
    pub fn client(&self) -> &Client {
        &self.client
    }
}
