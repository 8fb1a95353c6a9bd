//! Which routers meet which switches.

use crate::ovn::network::{Link, Network};
use alloc::vec;
use alloc::vec::Vec;

/// The links of every switch.
#[derive(Debug, Clone)]
pub struct Topology<'n> {
    /// By switch: each link with the index of its router, in the order of routers.
    links: Vec<Vec<(usize, &'n Link)>>,
}

impl<'n> Topology<'n> {
    /// The links of a network by switch.
    pub fn of(network: &'n Network) -> Self {
        let mut links = vec![Vec::new(); network.switches.len()];
        for (router, link) in
            network.routers.iter().enumerate().flat_map(|(at, of)| of.links.iter().map(move |l| (at, l)))
        {
            links.get_mut(link.switch).into_iter().for_each(|links| links.push((router, link)));
        }
        Self { links }
    }

    /// The links of a switch, each with the index of its router.
    pub fn links(&self, switch: usize) -> &[(usize, &'n Link)] {
        self.links.get(switch).map_or(&[], Vec::as_slice)
    }

    /// Where a router meets a switch.
    pub fn link(&self, router: usize, switch: usize) -> Option<&'n Link> {
        self.links(switch).iter().find(|(at, _)| *at == router).map(|(_, link)| *link)
    }

    /// The links of two switches with the first router that meets both.
    pub fn between(&self, one: usize, other: usize) -> Option<(&'n Link, &'n Link)> {
        self.links(one).iter().find_map(|(router, link)| Some((*link, self.link(*router, other)?)))
    }
}
