//! What a database holds, without sequence numbers and what is kept for a rollback.

use ringfence_tests::ovn::database::Database;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const TABLES: &[(&str, &[&str])] = &[
    ("Logical_Switch", &["_uuid", "name", "acls", "ports", "load_balancer", "external_ids", "other_config"]),
    ("Logical_Switch_Port", &["_uuid", "name", "addresses", "external_ids"]),
    (
        "ACL",
        &[
            "_uuid",
            "direction",
            "priority",
            "match",
            "action",
            "name",
            "log",
            "severity",
            "meter",
            "label",
            "options",
            "external_ids",
        ],
    ),
    ("Port_Group", &["_uuid", "name", "ports", "acls", "external_ids"]),
    ("Address_Set", &["_uuid", "name", "addresses", "external_ids"]),
    ("NB_Global", &["_uuid", "options"]),
];

/// All rows, sorted.
pub fn of(database: &Database) -> Result<BTreeMap<String, Vec<String>>, String> {
    let mut contents = BTreeMap::new();
    for (table, columns) in TABLES {
        let rows = database.select(table, json!([]), columns).map_err(|error| error.to_string())?;
        let mut rows: Vec<String> = rows.iter().map(Value::to_string).collect();
        rows.sort();
        contents.insert((*table).to_owned(), rows);
    }
    Ok(contents)
}

/// An error that names the first table which differs.
pub fn same(before: &BTreeMap<String, Vec<String>>, after: &BTreeMap<String, Vec<String>>) -> Result<(), String> {
    for (table, rows) in before {
        let now = &after[table];
        if rows != now {
            let gone: Vec<_> = rows.iter().filter(|row| !now.contains(row)).take(3).collect();
            let come: Vec<_> = now.iter().filter(|row| !rows.contains(row)).take(3).collect();
            return Err(format!("{table} differs: gone {gone:#?}, come {come:#?}"));
        }
    }
    Ok(())
}

/// How many applies were counted.
pub fn nb_cfg(database: &Database) -> Result<i64, String> {
    let rows = database.select("NB_Global", json!([]), &["nb_cfg"]).map_err(|error| error.to_string())?;
    rows[0]["nb_cfg"].as_i64().ok_or_else(|| "no nb_cfg".to_owned())
}
