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
#[expect(clippy::enum_variant_names, reason = "`schema` is a command, too")]
pub enum Schema {
    /// The file mdskill.toml
    Config,
    /// The output of `add --json`
    Add,
    /// The output of `agents --json`
    Agents,
    /// The output of `cache --json`
    Cache,
    /// The output of `completions --json`
    Completions,
    /// The output of `diff --local --json`
    DiffLocal,
    /// The output of `doctor --json`
    Doctor,
    /// The output of `import --json`
    Import,
    /// The output of `init --json`
    Init,
    /// The output of `install --json`
    Install,
    /// The output of `keep --json`
    Keep,
    /// The output of `list --json`
    List,
    /// The output of `lock --json`
    Lock,
    /// The output of `log --json`
    Log,
    /// The output of `man --json`
    Man,
    /// The output of `policy --json`
    Policy,
    /// The output of `remove --json`
    Remove,
    /// The output of `rule --json`
    Rule,
    /// The output of `schema --json`
    Schema,
    /// The output of `search --json`
    Search,
    /// The output of `show --json`
    Show,
    /// The output of `site --json`
    Site,
    /// The output of `update --json`, `outdated --json`, and `diff --json`
    #[value(aliases = ["outdated", "diff"])]
    Update,
    /// The output of `validate --json`
    Validate,
    /// The output of `verify --json`
    Verify,
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
            Self::Add => include_str!("../../docs/schema/add.json"),
            Self::Agents => include_str!("../../docs/schema/agents.json"),
            Self::Cache => include_str!("../../docs/schema/cache.json"),
            Self::Completions => include_str!("../../docs/schema/completions.json"),
            Self::DiffLocal => include_str!("../../docs/schema/diff-local.json"),
            Self::Doctor => include_str!("../../docs/schema/doctor.json"),
            Self::Import => include_str!("../../docs/schema/import.json"),
            Self::Init => include_str!("../../docs/schema/init.json"),
            Self::Install => include_str!("../../docs/schema/install.json"),
            Self::Keep => include_str!("../../docs/schema/keep.json"),
            Self::List => include_str!("../../docs/schema/list.json"),
            Self::Lock => include_str!("../../docs/schema/lock.json"),
            Self::Log => include_str!("../../docs/schema/log.json"),
            Self::Man => include_str!("../../docs/schema/man.json"),
            Self::Policy => include_str!("../../docs/schema/policy.json"),
            Self::Remove => include_str!("../../docs/schema/remove.json"),
            Self::Rule => include_str!("../../docs/schema/rule.json"),
            Self::Schema => include_str!("../../docs/schema/schema.json"),
            Self::Search => include_str!("../../docs/schema/search.json"),
            Self::Show => include_str!("../../docs/schema/show.json"),
            Self::Site => include_str!("../../docs/schema/site.json"),
            Self::Update => include_str!("../../docs/schema/update.json"),
            Self::Validate => include_str!("../../docs/schema/validate.json"),
            Self::Verify => include_str!("../../docs/schema/verify.json"),
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
