//! `mdskill schema`.

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::Session;
use crate::output::exit_status::ExitStatus;
use crate::output::printer::Printer;

/// Arguments of `schema`.
#[derive(Debug, Args)]
pub struct SchemaArgs {
    /// The name of the schema [default: list the names]
    #[arg(value_name = "NAME")]
    pub name: Option<Schema>,
}

/// A JSON Schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Schema {
    /// The file mdskill.toml
    Config,
    /// The output of `update --json`, `outdated --json`, and `diff --json`
    Update,
}

/// The names of the schemas.
#[derive(Debug, Serialize)]
struct Names {
    schemas: Vec<String>,
}

impl Schema {
    const fn text(self) -> &'static str {
        match self {
            Self::Config => include_str!("../../docs/schema/mdskill.toml.json"),
            Self::Update => include_str!("../../docs/schema/update.json"),
        }
    }
}

pub(super) fn schema(session: &Session<'_>, arguments: &SchemaArgs) -> ExitStatus {
    if let Some(schema) = arguments.name {
        // A schema is JSON, also without --json.
        Printer::page(schema.text().as_bytes());
        return ExitStatus::Done;
    }
    let names = Schema::value_variants().iter();
    let names = names.filter_map(ValueEnum::to_possible_value);
    let schemas = names.map(|name| name.get_name().to_owned()).collect();
    let printer = session.printer;
    printer.show("schema", &Names { schemas }, |printer, names| {
        for name in &names.schemas {
            printer.data(name);
        }
    });
    ExitStatus::Done
}
