//! What a server-side apply makes of an object.

use serde_json::{Map, Value, json};

/// What becomes of a value that is there, where something was applied before and something else is wanted now: fields that
/// were applied and are not wanted any more go, fields of others stay, lists are replaced as a whole. What differs by no
/// more than the server's own defaults stays as it is.
pub(crate) fn merged(live: &Value, applied: &Value, wanted: &Value) -> Value {
    match (live, wanted) {
        (Value::Object(live), Value::Object(wanted)) => {
            let before = |key: &str| applied.get(key).unwrap_or(&Value::Null);
            let stays = |key: &String| wanted.contains_key(key) || before(key).is_null();
            let mut all: Map<String, Value> =
                live.iter().filter(|(key, _)| stays(key)).map(|(key, value)| (key.clone(), value.clone())).collect();
            for (key, value) in wanted {
                let merged = match all.get(key) {
                    Some(live) => merged(live, before(key), value),
                    None if is_nothing(value) => continue,
                    None => value.clone(),
                };
                all.insert(key.clone(), merged);
            }
            Value::Object(all)
        }
        (live, wanted) if covers(live, wanted) => live.clone(),
        (_, wanted) => wanted.clone(),
    }
}

/// What a server does not keep where its type leaves it out.
fn is_nothing(value: &Value) -> bool {
    value.is_null() || value.as_array().is_some_and(Vec::is_empty)
}

/// Whether a value is another one, but for what a server fills in.
fn covers(live: &Value, wanted: &Value) -> bool {
    match (live, wanted) {
        (Value::Array(live), Value::Array(wanted)) => {
            live.len() == wanted.len() && live.iter().zip(wanted).all(|(live, wanted)| covers(live, wanted))
        }
        (Value::Object(live), Value::Object(wanted)) => {
            let there = |(key, value): (&String, &Value)| match live.get(key) {
                Some(live) => covers(live, value),
                None => is_nothing(value),
            };
            // The only default inside of the lists of these kinds.
            let filled = |(key, value): (&String, &Value)| {
                wanted.contains_key(key) || (key == "protocol" && *value == json!("TCP"))
            };
            wanted.iter().all(there) && live.iter().all(filled)
        }
        (live, wanted) => live == wanted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_of_the_server_are_no_change() {
        let wanted = json!({"podSelector": {}, "ingress": [{"ports": [{"port": 80}], "from": []}], "egress": []});
        let live = json!({"podSelector": {}, "ingress": [{"ports": [{"port": 80, "protocol": "TCP"}]}], "policyTypes": ["Ingress"]});
        assert_eq!(merged(&live, &wanted, &wanted), live);
    }

    #[test]
    fn what_somebody_added_within_a_list_is_a_change() {
        let wanted = json!({"ingress": [{"from": [{"podSelector": {}}]}]});
        let live = json!({"ingress": [{"from": [{"podSelector": {}, "namespaceSelector": {}}]}]});
        assert_eq!(merged(&live, &wanted, &wanted), wanted);
    }

    #[test]
    fn fields_that_were_applied_go_and_those_of_others_stay() {
        let (live, applied) = (json!({"a": 1, "b": {"c": 1, "d": 2}, "e": 3}), json!({"a": 1, "b": {"c": 1}}));
        assert_eq!(merged(&live, &applied, &json!({"b": {}})), json!({"b": {"d": 2}, "e": 3}));
    }
}
