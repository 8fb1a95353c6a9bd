//! The Kube-OVN that runs.

use super::manifest::{Loaded, Manifest};
use super::program::{argument, ringfence};
use super::server::{Server, runtime};

fn controller(image: &str) -> Manifest {
    Manifest::of(&format!(
        "
apiVersion: apps/v1
kind: Deployment
metadata: {{name: kube-ovn-controller, namespace: kube-system}}
spec:
  selector: {{matchLabels: {{app: kube-ovn-controller}}}}
  template:
    metadata: {{labels: {{app: kube-ovn-controller}}}}
    spec:
      hostNetwork: true
      containers: [{{name: kube-ovn-controller, image: \"{image}\", args: [--enable-lb=false]}}]
"
    ))
}

/// Its release is the profile, told and overridden; one that is not known is warned of.
pub fn the_running_release_is_the_profile(server: &Server) -> Result<(), String> {
    let kubeconfig = argument(&server.kubeconfig());
    let cases: [(&str, &[&str], &str, &str); 6] = [
        ("kube-ovn:v1.14.5", &[], "kube-ovn/1.14", "profile `kube-ovn/1.14`: Kube-OVN 1.14 runs"),
        ("host.example:5000/kubeovn/kube-ovn:v1.12.30-arm", &[], "kube-ovn/1.12", "profile `kube-ovn/1.12`"),
        ("kube-ovn:v1.14.5", &["--profile", "kube-ovn/1.16"], "kube-ovn/1.16", "`kube-ovn/1.16` was asked for"),
        ("kube-ovn:v1.99.0", &[], "kube-ovn/1.17", "Kube-OVN 1.99 runs, of which nothing is known"),
        ("kube-ovn:latest", &[], "kube-ovn/1.16", "tells no release"),
        ("kube-ovn:latest", &["--profile", "kube-ovn/1.13"], "kube-ovn/1.13", ""),
    ];
    for (image, arguments, profile, words) in cases {
        let loaded = runtime().block_on(Loaded::load(server, &controller(image)))?;
        let json = ringfence(&[&["reach", "-o", "json", "--kubeconfig", &kubeconfig], arguments].concat());
        let table = ringfence(&[&["reach", "--kubeconfig", &kubeconfig], arguments].concat());
        runtime().block_on(loaded.clear())?;
        let (json, table) = (json?.json()?, table?);
        if json["profile"] != profile || !table.err.contains(words) {
            return Err(format!("{image}: {} and {}", json["profile"], table.err));
        }
    }
    Ok(())
}
