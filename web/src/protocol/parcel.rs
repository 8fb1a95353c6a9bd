//! What crosses as bytes and is read only where somebody looks at it.

use serde::de::{DeserializeOwned, Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::cell::OnceCell;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;
use std::rc::Rc;

/// A value that stays packed until it is looked at. Two are equal where their bytes are, and that is quickly seen.
pub struct Parcel<T> {
    bytes: Rc<[u8]>,
    opened: Rc<OnceCell<T>>,
}

impl<T: Serialize> Parcel<T> {
    /// Packs a value.
    pub fn of(value: &T) -> Self {
        // Whatever a protocol holds can be written; of anything else nothing would be left.
        Self::packed(postcard::to_allocvec(value).unwrap_or_default().into())
    }
}

impl<T> Parcel<T> {
    fn packed(bytes: Rc<[u8]>) -> Self {
        Self { bytes, opened: Rc::default() }
    }

    /// The same value; where that of another is the same, the other one, which may have been opened already.
    pub fn or_same(self, other: &Self) -> Self {
        if self == *other { other.clone() } else { self }
    }
}

impl<T: DeserializeOwned + Default> Deref for Parcel<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.opened.get_or_init(|| postcard::from_bytes(&self.bytes).unwrap_or_default())
    }
}

impl<T> Clone for Parcel<T> {
    fn clone(&self) -> Self {
        Self { bytes: Rc::clone(&self.bytes), opened: Rc::clone(&self.opened) }
    }
}

impl<T> PartialEq for Parcel<T> {
    fn eq(&self, other: &Self) -> bool {
        // Of slices behind one pointer not even the bytes are compared.
        self.bytes == other.bytes
    }
}

impl<T> Eq for Parcel<T> {}

impl<T> Default for Parcel<T> {
    fn default() -> Self {
        Self::packed(Rc::default())
    }
}

impl<T> fmt::Debug for Parcel<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Parcel({} bytes)", self.bytes.len())
    }
}

impl<T> Serialize for Parcel<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.bytes)
    }
}

impl<'de, T> Deserialize<'de> for Parcel<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_bytes(Packed(PhantomData))
    }
}

/// Takes bytes as they are.
struct Packed<T>(PhantomData<T>);

impl<T> Visitor<'_> for Packed<T> {
    type Value = Parcel<T>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("bytes")
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Parcel<T>, E> {
        Ok(Parcel::packed(bytes.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parcel_crosses_and_is_opened_once() {
        let sent = Parcel::of(&["a".to_owned(), "b".to_owned()].to_vec());
        let bytes = postcard::to_allocvec(&sent).unwrap();
        let came: Parcel<Vec<String>> = postcard::from_bytes(&bytes).unwrap();
        assert_eq!(came, sent);
        assert!(came.opened.get().is_none());
        assert_eq!(came.concat(), "ab");
        // The next one that says the same need not be opened again.
        let next = Parcel::of(&["a".to_owned(), "b".to_owned()].to_vec()).or_same(&came);
        assert!(next.opened.get().is_some());
        assert!(Parcel::of(&["c".to_owned()].to_vec()).or_same(&came).opened.get().is_none());
    }

    #[test]
    fn nothing_is_in_an_empty_parcel() {
        assert!(Parcel::<Vec<String>>::default().is_empty());
    }
}
