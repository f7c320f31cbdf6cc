//! `search`: what is installed and cached, a repository, and catalogs on the web.

mod catalogs;
mod choose;
mod failures;
mod local;

use crate::support::outcome::Outcome;
use crate::support::search_server::SearchServer;
use crate::support::test_context::{Prepared, ServedContext, TestContext};
use serde_json::{Value, json};

/// The place of skills.sh's search, and of GitHub's, on the stand-in.
const SKILLS_SH: &str = "/api/search";
const GITHUB: &str = "/search/code";
const INDEX: &str = "/.well-known/agent-skills/index.json";

/// Prepares a search that asks only the stand-in.
fn prepare(context: &TestContext, server: &SearchServer, arguments: &[&str]) -> Prepared {
    context
        .mdskill([&["search"], arguments].concat())
        .env("MDSKILL_SKILLS_SH_URL", server.url())
}

fn search(context: &TestContext, server: &SearchServer, arguments: &[&str]) -> Outcome {
    prepare(context, server, arguments).run()
}

/// A context with `acme/skills` on a git server, of which all skills are cached, and a catalog without
/// skills.
fn cached() -> (ServedContext, SearchServer) {
    let context = ServedContext::new();
    context.run(&["list", "acme/skills"]).ok();
    let server = SearchServer::start();
    server.json(SKILLS_SH, &json!({"skills": []}));
    (context, server)
}

/// Returns one field of each skill in a report.
fn each(report: &Value, field: &str) -> Vec<String> {
    let skills = report["skills"].as_array().unwrap().iter();
    let text = |skill: &Value| match &skill[field] {
        Value::String(text) => text.clone(),
        Value::Array(parts) => {
            let parts = parts.iter().map(|part| part.as_str().unwrap());
            parts.collect::<Vec<_>>().join(" ")
        }
        other => other.to_string(),
    };
    skills.map(text).collect()
}
