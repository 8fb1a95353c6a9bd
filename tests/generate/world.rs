//! Random worlds: policies and Subnets made of readable parts, about the lab's own cast.

use crate::random::Random;
use serde_json::{Value, json};

/// A world: what stands at the head of its file, and its objects.
#[derive(Debug, Clone)]
pub struct World {
    head: Vec<String>,
    objects: Vec<Value>,
}

impl World {
    /// A random one.
    pub fn random(random: &mut Random) -> Self {
        let _ = random;
        Self { head: Vec::new(), objects: Vec::new() }
    }

    /// The file.
    pub fn text(&self) -> String {
        let head = self.head.iter().map(|line| format!("# {line}\n")).collect::<String>();
        let object = |object: &Value| {
            let fields = object.as_object().into_iter().flatten();
            fields.map(|(key, value)| format!("{key}: {value}\n")).collect::<String>()
        };
        head + &self.objects.iter().map(object).collect::<Vec<_>>().join("---\n")
    }

    /// The world with one thing less.
    pub fn steps(&self) -> Vec<Self> {
        let _ = json!({});
        Vec::new()
    }
}
