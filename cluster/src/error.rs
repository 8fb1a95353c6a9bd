//! Why a cluster cannot be read at all.

use kube::config::KubeconfigError;
use std::error::Error;
use std::fmt;

/// Why a cluster cannot be read at all. No text of a kubeconfig is repeated: it may be a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClusterError {
    /// There is no kubeconfig, and this is no pod.
    NoKubeconfig,
    /// The kubeconfig cannot be used.
    Kubeconfig(String),
    /// The kubeconfig has no such context.
    Context {
        /// The one that was asked for, if any.
        name: Option<String>,
        /// Those that it has.
        known: Vec<String>,
    },
    /// Nobody answers.
    Unreachable {
        /// Where it was looked for.
        server: String,
        /// What the network says.
        why: String,
    },
    /// The server's certificate is not trusted.
    Certificate {
        /// Whose it is.
        server: String,
        /// What is wrong with it.
        why: String,
    },
    /// The server does not know who asks.
    Unauthorized {
        /// Which server.
        server: String,
    },
    /// The server lets nobody ask what it has.
    Forbidden {
        /// Which server.
        server: String,
    },
    /// Anything else.
    Failed {
        /// Which server.
        server: String,
        /// What happened.
        why: String,
    },
}

impl ClusterError {
    /// What a client's error means.
    pub fn of(error: &kube::Error, server: &str) -> Self {
        let server = server.to_owned();
        if let kube::Error::Api(status) = error {
            return match status.code {
                401 => Self::Unauthorized { server },
                403 => Self::Forbidden { server },
                _ => Self::Failed { server, why: status.message.clone() },
            };
        }
        let (all, why) = chain(error);
        if let kube::Error::Auth(_) = error {
            return Self::Kubeconfig(format!("its credentials cannot be used: {why}"));
        }
        if all.contains("certificate") {
            return Self::Certificate { server, why };
        }
        match error {
            kube::Error::Service(_) | kube::Error::HyperError(_) => Self::Unreachable { server, why },
            _ => Self::Failed { server, why },
        }
    }

    pub(crate) fn of_kubeconfig(error: &KubeconfigError, known: &[String]) -> Self {
        let known = known.to_vec();
        match error {
            KubeconfigError::CurrentContextNotSet => Self::Context { name: None, known },
            KubeconfigError::LoadContext(name) => Self::Context { name: Some(name.clone()), known },
            KubeconfigError::ReadConfig(error, path) => {
                let said = error.to_string();
                let said = said.split(" (os error").next().unwrap_or_default().to_lowercase();
                Self::Kubeconfig(format!("`{}`: {said}", path.display()))
            }
            KubeconfigError::LoadClusterOfContext(name) => {
                Self::Kubeconfig(format!("its context names cluster `{name}`, which it does not have"))
            }
            KubeconfigError::MissingClusterUrl => Self::Kubeconfig("its cluster has no `server`".to_owned()),
            KubeconfigError::ParseClusterUrl(_) => Self::Kubeconfig("the `server` of its cluster is no URL".to_owned()),
            // The parser shows the lines around a mistake, and a token may be in them.
            KubeconfigError::Parse(_) => Self::Kubeconfig("it is not the YAML of a kubeconfig".to_owned()),
            other => Self::Kubeconfig(first_line(&other.to_string())),
        }
    }

    /// What to do.
    pub fn help(&self) -> String {
        match self {
            Self::NoKubeconfig => "name one with `--kubeconfig`, or in KUBECONFIG".to_owned(),
            Self::Kubeconfig(_) => "see that `kubectl` takes the same kubeconfig".to_owned(),
            Self::Context { known, .. } if known.is_empty() => "name a kubeconfig that has contexts".to_owned(),
            Self::Context { known, .. } => format!("it has {}", quoted(known)),
            Self::Unreachable { .. } => "see that the server runs and that `kubectl version` reaches it".to_owned(),
            Self::Certificate { why, .. } if why.contains("valid for name") => {
                "reach it by a name that its certificate has, or write one into `tls-server-name` of the kubeconfig's cluster"
                    .to_owned()
            }
            Self::Certificate { why, .. } if why.contains("expired") || why.contains("not valid yet") => {
                "renew the certificate of the server, or set the clock of this machine".to_owned()
            }
            Self::Certificate { .. } => {
                "write the authority that signed it into `certificate-authority-data` of the kubeconfig's cluster"
                    .to_owned()
            }
            Self::Unauthorized { .. } => "renew the token or the certificate in the kubeconfig".to_owned(),
            Self::Forbidden { .. } => {
                "let an administrator bind you to `system:discovery` and to the role of `deploy/viewer.yaml`".to_owned()
            }
            Self::Failed { .. } => {
                "see that `kubectl get subnets` works with the same kubeconfig, and try again".to_owned()
            }
        }
    }
}

impl fmt::Display for ClusterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoKubeconfig => write!(f, "there is no kubeconfig, and no account of a pod"),
            Self::Kubeconfig(why) => write!(f, "the kubeconfig cannot be used: {why}"),
            Self::Context { name: Some(name), .. } => write!(f, "the kubeconfig has no context `{name}`"),
            Self::Context { name: None, .. } => write!(f, "the kubeconfig names no current context"),
            Self::Unreachable { server, why } => write!(f, "cannot reach the API server `{server}`: {why}"),
            Self::Certificate { server, why } => {
                write!(f, "the certificate of the API server `{server}` is refused: {why}")
            }
            Self::Unauthorized { server } => {
                write!(f, "the API server `{server}` does not accept the kubeconfig's credentials")
            }
            Self::Forbidden { server } => write!(f, "the API server `{server}` does not say which kinds it has"),
            Self::Failed { server, why } => write!(f, "cannot read from the API server `{server}`: {why}"),
        }
    }
}

impl Error for ClusterError {}

/// What an error and all that it comes from say, and what the last of them says.
pub(crate) fn chain(error: &dyn Error) -> (String, String) {
    let (mut all, mut last, mut next) = (error.to_string(), error.to_string(), error.source());
    while let Some(error) = next {
        last = error.to_string();
        all.push_str(": ");
        all.push_str(&last);
        next = error.source();
    }
    let last = last.split(" (os error").next().unwrap_or_default();
    (all.to_lowercase(), lower(&first_line(last)))
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

fn lower(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

fn quoted(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}
