//! Any bytes for the decoder of messages, for values and for database files: no panic, and values survive the way back.
#![no_main]

use bytes::BytesMut;
use libfuzzer_sys::fuzz_target;
use ringfence_ovsdb::codec::{Codec, Limits};
use ringfence_ovsdb::{Datum, Schema, file};
use tokio_util::codec::Decoder;

fuzz_target!(|bytes: &[u8]| {
    let mut codec = Codec::new(Limits { bytes: 4096, depth: 20 });
    let mut buffer = BytesMut::new();
    'stream: for part in bytes.chunks(7) {
        buffer.extend_from_slice(part);
        loop {
            match codec.decode(&mut buffer) {
                Ok(Some(message)) => {
                    let _ = Schema::from_json(&message);
                    for value in message.as_object().into_iter().flatten().map(|(_, value)| value) {
                        if let Ok(datum) = Datum::from_json(value) {
                            let again = Datum::from_json(&datum.to_json());
                            assert_eq!(again.as_ref(), Ok(&datum), "a value survives the way back");
                        }
                    }
                }
                Ok(None) => break,
                Err(_) => break 'stream,
            }
        }
    }
    let _ = file::is_database(bytes);
    let _ = file::read(bytes);
});
