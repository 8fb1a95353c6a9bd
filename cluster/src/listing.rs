//! All objects of a kind, page by page.

use crate::access::Connection;
use kube::api::{ApiResource, DynamicObject, ListParams};
use kube::{Api, Error};
use serde_json::Value;

/// So many objects are asked for at once, as kubectl does.
pub const PAGE: u32 = 500;

/// A list that expires so often while it is read is asked for as a whole.
const RESTARTS: usize = 3;

/// A list that is being read.
///
/// The server keeps an old state of its objects for some minutes. Where reading takes longer, the rest cannot be had any
/// more (410), and a list with parts of two states would be of no world that ever was: then all of it is read anew.
pub struct Listing {
    api: Api<DynamicObject>,
    page: u32,
    next: Option<String>,
    objects: Vec<Value>,
    restarts: usize,
}

/// Whether there is more to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// There is.
    More,
    /// All of it was read.
    Done,
}

impl Listing {
    /// Everything of a kind, in all namespaces.
    pub fn new(connection: &Connection, resource: &ApiResource, page: u32) -> Self {
        let api = Api::all_with(connection.client.clone(), resource);
        Self { api, page, next: None, objects: Vec::new(), restarts: 0 }
    }

    /// Reads it to its end.
    pub async fn all(mut self) -> Result<Vec<Value>, Error> {
        while self.step().await? == Progress::More {}
        Ok(self.objects)
    }

    /// Reads one page.
    pub async fn step(&mut self) -> Result<Progress, Error> {
        let mut parameters = ListParams { continue_token: self.next.take(), ..ListParams::default() };
        if self.restarts < RESTARTS {
            parameters = parameters.limit(self.page);
        }
        match self.api.list(&parameters).await {
            Err(Error::Api(status)) if status.code == 410 && parameters.continue_token.is_some() => {
                self.objects.clear();
                self.restarts += 1;
                Ok(Progress::More)
            }
            Err(error) => Err(error),
            Ok(list) => {
                let objects = list.items.iter().filter_map(|object| serde_json::to_value(object).ok());
                self.objects.extend(objects);
                self.next = list.metadata.continue_.filter(|next| !next.is_empty());
                Ok(if self.next.is_some() { Progress::More } else { Progress::Done })
            }
        }
    }
}

impl Listing {
    /// How often it had to be begun anew.
    pub fn restarts(&self) -> usize {
        self.restarts
    }
}
