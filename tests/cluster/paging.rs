//! Lists in pages.

use super::manifest::{Loaded, Manifest};
use super::server::{Server, runtime};
use kube::api::ApiResource;
use ringfence_cluster::{Access, Connection, Listing, PAGE, Progress, read};

const COUNT: usize = 45;

fn subnets() -> Manifest {
    let subnet = |index: usize| {
        format!(
            "---\napiVersion: kubeovn.io/v1\nkind: Subnet\nmetadata: {{name: s{index}}}\nspec: {{cidrBlock: 10.{index}.0.0/24}}\n"
        )
    };
    Manifest::of(&(0..COUNT).map(subnet).collect::<String>())
}

async fn connection(server: &Server) -> Result<Connection, String> {
    let access = Access { kubeconfig: Some(server.kubeconfig()), context: None };
    access.connect().await.map_err(|error| error.to_string())
}

/// However many objects are asked for at once, the cluster is the same.
pub fn small_pages_are_the_same_world(server: &Server) -> Result<(), String> {
    runtime().block_on(async {
        let loaded = Loaded::load(server, &subnets()).await?;
        let connection = connection(server).await?;
        let whole = read(&connection, PAGE).await;
        let pieces = read(&connection, 4).await;
        loaded.clear().await?;
        let (whole, pieces) = (whole.map_err(|error| error.to_string())?, pieces.map_err(|error| error.to_string())?);
        let count = whole.documents.iter().filter(|document| document.name.starts_with("subnet/s")).count();
        if whole == pieces && count == COUNT { Ok(()) } else { Err(format!("{count} subnets")) }
    })
}

/// A continue token that is too old: the list is read from its beginning, and has every object once, new ones too.
pub fn an_expired_list_is_begun_anew(server: &Server) -> Result<(), String> {
    runtime().block_on(async {
        let loaded = Loaded::load(server, &subnets()).await?;
        let resource = ApiResource {
            group: "kubeovn.io".to_owned(),
            version: "v1".to_owned(),
            api_version: "kubeovn.io/v1".to_owned(),
            kind: "Subnet".to_owned(),
            plural: "subnets".to_owned(),
        };
        let mut listing = Listing::new(&connection(server).await?, &resource, 10);
        let failed = |error: kube::Error| error.to_string();
        let first = listing.step().await.map_err(failed)?;
        let late = Manifest::of("{apiVersion: kubeovn.io/v1, kind: Subnet, metadata: {name: a-late-one}, spec: {}}");
        let late = Loaded::load(server, &late).await?;
        server.compact();
        let second = listing.step().await.map_err(failed)?;
        let restarts = listing.restarts();
        let all = listing.all().await.map_err(failed)?;
        late.clear().await?;
        loaded.clear().await?;
        let mut names: Vec<&str> = all.iter().filter_map(|object| object["metadata"]["name"].as_str()).collect();
        names.sort_unstable();
        names.dedup();
        let complete = names.len() == COUNT + 1 && all.len() == COUNT + 1 && names.contains(&"a-late-one");
        let expected = first == Progress::More && second == Progress::More && restarts == 1 && complete;
        if expected { Ok(()) } else { Err(format!("{first:?} {second:?} {restarts} {names:?}")) }
    })
}
