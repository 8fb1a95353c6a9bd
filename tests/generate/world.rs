//! Random worlds: Subnets and policies made of readable parts, about the lab's own cast.
//!
//! | module | noun |
//! |---|---|
//! | `parts` | selectors, blocks, ports and matches that hit something of the cast |
//! | `subnet` | Subnets with `acls`, `private`, `allowSubnets`, `allowEWTraffic` |
//! | `policy` | NetworkPolicies |
//! | `admin` | policies of administrators |
//! | `security` | SecurityGroups |

mod admin;
mod parts;
mod policy;
mod security;
mod subnet;

use crate::random::Random;
use parts::Cast;
use serde_json::Value;

/// A world: what stands at the head of its file, and its objects.
#[derive(Debug, Clone)]
pub struct World {
    head: Vec<String>,
    objects: Vec<Value>,
}

impl World {
    /// A random one.
    pub fn random(random: &mut Random) -> Self {
        let cast = *random.pick(&[Cast::Dual, Cast::Secured, Cast::Ipv4]);
        let profile =
            *random.pick(&["kube-ovn/1.16", "kube-ovn/1.16", "kube-ovn/1.15", "kube-ovn/1.14", "kube-ovn/1.12"]);
        let mut objects = subnet::subnets(random, cast);
        objects.extend(policy::policies(random, cast));
        objects.extend(admin::policies(random, cast));
        objects.extend(security::groups(random, cast));
        if objects.is_empty() {
            objects.push(policy::policy(random, cast, 0));
        }
        Self { head: vec![format!("cast: {}", cast.name()), format!("profile: {profile}")], objects }
    }

    /// The file.
    pub fn text(&self) -> String {
        let head = self.head.iter().map(|line| format!("# {line}\n")).collect::<String>();
        head + &self.objects.iter().map(document).collect::<Vec<_>>().join("---\n")
    }

    /// The world with one thing less: an object, an item of a list, or a field.
    pub fn steps(&self) -> Vec<Self> {
        let with = |objects: Vec<Value>| Self { head: self.head.clone(), objects };
        let without = (0..self.objects.len()).map(|index| {
            let others = self.objects.iter().enumerate().filter(|(other, _)| *other != index);
            with(others.map(|(_, object)| object.clone()).collect())
        });
        let smaller = self.objects.iter().enumerate().flat_map(|(index, object)| {
            let spec = parts_less(&object["spec"]).into_iter();
            spec.map(move |spec| {
                let mut objects = self.objects.clone();
                objects[index]["spec"] = spec;
                with(objects)
            })
        });
        without.chain(smaller).collect()
    }
}

/// An object as a document, each of its parts on a line.
fn document(object: &Value) -> String {
    let fields = object.as_object().into_iter().flatten();
    let line = |(key, value): (&String, &Value)| match value {
        Value::String(text) => format!("{key}: {text}\n"),
        other => format!("{key}: {other}\n"),
    };
    fields.map(line).collect()
}

/// Fields without which an object is none.
const NEEDED: [&str; 10] =
    ["cidrBlock", "gateway", "vpc", "provider", "podSelector", "direction", "match", "action", "subject", "tier"];

/// A value with one part less, at any depth.
fn parts_less(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(items) => {
            let without = (0..items.len()).map(|index| {
                let mut items = items.clone();
                items.remove(index);
                Value::Array(items)
            });
            let smaller = items.iter().enumerate().flat_map(|(index, item)| {
                parts_less(item).into_iter().map(move |item| {
                    let mut items = items.clone();
                    items[index] = item;
                    Value::Array(items)
                })
            });
            without.chain(smaller).collect()
        }
        Value::Object(fields) => {
            let without = fields.keys().filter(|key| !NEEDED.contains(&key.as_str())).map(|key| {
                let mut fields = fields.clone();
                fields.remove(key);
                Value::Object(fields)
            });
            let smaller = fields.iter().flat_map(|(key, item)| {
                parts_less(item).into_iter().map(move |item| {
                    let mut fields = fields.clone();
                    fields.insert(key.clone(), item);
                    Value::Object(fields)
                })
            });
            without.chain(smaller).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}
