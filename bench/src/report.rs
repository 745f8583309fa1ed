//! The outcome of a benchmark: Markdown for people, one JSON object for programs.

use std::path::Path;

use anyhow::Context;
use serde_json::{Value, json};

use crate::Machine;

/// The outcome of a benchmark.
#[derive(Debug)]
pub struct Report {
    name: &'static str,
    paragraphs: Vec<String>,
    figures: Vec<(String, Value)>,
}

impl Report {
    /// The outcome of the benchmark called `name`.
    pub fn new(name: &'static str) -> Self {
        Self {
            name,
            paragraphs: Vec::new(),
            figures: Vec::new(),
        }
    }

    /// Adds a table, and its rows as figures under `key`.
    pub fn table(&mut self, key: &str, header: &[&str], rows: Vec<Vec<String>>) {
        let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
        let names: Vec<String> = header.iter().map(|name| (*name).to_owned()).collect();
        let rule: Vec<String> = header.iter().map(|_| "---".to_owned()).collect();
        let body: String = rows.iter().map(|row| line(row)).collect();
        self.paragraphs.push(line(&names) + &line(&rule) + &body);
        let objects: Vec<Value> = rows
            .iter()
            .map(|row| {
                header
                    .iter()
                    .zip(row)
                    .map(|(name, cell)| ((*name).to_owned(), json!(cell)))
                    .collect()
            })
            .collect();
        self.figures.push((key.to_owned(), json!(objects)));
    }

    /// Adds a sentence for people.
    pub fn note(&mut self, sentence: impl Into<String>) {
        self.paragraphs.push(sentence.into() + "\n");
    }

    /// Adds figures for programs alone.
    pub fn figures(&mut self, key: &str, figures: Value) {
        self.figures.push((key.to_owned(), figures));
    }

    /// Prints the tables, then everything as one line of JSON, which `file` keeps as well.
    ///
    /// # Errors
    ///
    /// When `file` cannot be written.
    pub fn print(self, file: Option<&Path>) -> anyhow::Result<()> {
        let machine = Machine::this();
        anstream::println!(
            "{} on {}, {} cores\n",
            self.name,
            machine.processor,
            machine.cores
        );
        for paragraph in &self.paragraphs {
            anstream::println!("{paragraph}");
        }
        let mut all = json!({ "benchmark": self.name, "machine": machine });
        for (key, value) in self.figures {
            all[key] = value;
        }
        anstream::println!("{all}");
        if let Some(file) = file {
            std::fs::write(file, format!("{all}\n"))
                .with_context(|| format!("write {}", file.display()))?;
        }
        Ok(())
    }
}
