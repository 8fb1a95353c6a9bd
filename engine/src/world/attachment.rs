//! Networks beside the cluster's own, by what NetworkAttachmentDefinitions say of them.

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::read::{Attachment, Interface, Machine, Object, Plugin, Reading};
use alloc::format;
use alloc::string::String;
use hashbrown::HashMap;

/// The definitions by the providers that annotations call them.
pub(super) struct Attachments<'w>(HashMap<String, &'w Attachment>);

/// Where an interface belongs that such a network has.
pub(super) enum Network {
    /// On the Subnet of this provider.
    OfProvider(String),
    /// On no Subnet: it has no logical port.
    Elsewhere(Diagnostic),
}

impl<'w> Attachments<'w> {
    /// Those of a reading.
    pub(super) fn of(reading: &'w Reading) -> Self {
        let mut known: HashMap<String, &Attachment> = HashMap::new();
        for object in &reading.objects {
            let Object::Attachment(attachment) = object else { continue };
            known.insert(attachment.provider(), attachment);
            known.insert(attachment.addresses_provider(), attachment);
        }
        Self(known)
    }

    /// Where an interface belongs; nothing where no definition speaks of it.
    pub(super) fn network(&self, said: &Machine, interface: &Interface) -> Option<Network> {
        let provider = interface.provider.as_deref()?;
        let attachment = self.attachment(provider)?;
        match &attachment.plugin {
            Plugin::Unknown => None,
            Plugin::KubeOvn(named) => Some(Network::OfProvider(String::clone(named))),
            Plugin::AddressesOnly(kind) => {
                let why = format!("`{kind}` makes its interfaces and Kube-OVN only gives addresses");
                Some(Network::Elsewhere(elsewhere(said, interface, attachment, &why)))
            }
            Plugin::Foreign(kind) => {
                let why = format!("`{kind}` makes its interfaces");
                Some(Network::Elsewhere(elsewhere(said, interface, attachment, &why)))
            }
        }
    }

    /// The same attachment twice on one machine has the name of the interface at its end.
    fn attachment(&self, provider: &str) -> Option<&'w Attachment> {
        let shorter = || provider.rmatch_indices(".ovn.").next().and_then(|(at, _)| provider.get(..at + ".ovn".len()));
        self.0.get(provider).or_else(|| self.0.get(shorter()?)).copied()
    }
}

fn elsewhere(said: &Machine, interface: &Interface, attachment: &Attachment, why: &str) -> Diagnostic {
    let (id, network) = (
        format!("{}/{}", said.namespace, said.name.value),
        format!("{}/{}", attachment.namespace, attachment.name.value),
    );
    let message = format!(
        "network `{network}` of `{id}` is none of OVN's: {why}; the interface has no logical port, no rule holds for it, \
         and it has no endpoint in this answer"
    );
    Diagnostic::new(Code::NoEndpoint, message)
        .severity(Severity::Warning)
        .at(interface.place)
        .label(attachment.name.place, "the network")
        .help("look elsewhere for what isolates that network")
}
