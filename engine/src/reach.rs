//! Who can talk to whom: all endpoints and all headers at once.

mod endpoint;

pub use endpoint::{AddressRange, Attachment, Endpoint, EndpointKind};
