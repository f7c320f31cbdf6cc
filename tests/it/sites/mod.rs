//! Skills from sites: archives, single files, and indexes of skills.

mod archives;
mod bad_archives;
mod bad_indexes;
mod indexes;
mod policy;

use crate::support::site_server::{Packed, SiteServer, file, script, sha256, zip};
use crate::support::test_context::TestContext;
use serde_json::{Value, json};

const SCHEMA: &str = "https://schemas.agentskills.io/discovery/0.2.0/schema.json";
const INDEX: &str = "/.well-known/agent-skills/index.json";
const OLD_INDEX: &str = "/.well-known/skills/index.json";

/// The text of a `SKILL.md` with this body.
fn page(name: &str, body: &str) -> String {
    format!(
        "---\nname: {name}\ndescription: Skill {name}. Use when a test needs it.\n---\n\n# {name}\n\n{body}\n"
    )
}

/// The entries of an archive with a skill in this folder, which ends with a slash or is empty.
fn skill(folder: &str, name: &str, body: &str) -> Vec<Packed> {
    let body = format!("Run [run.sh](run.sh).\n\n{body}");
    vec![
        file(&format!("{folder}SKILL.md"), &page(name, &body)),
        script(&format!("{folder}run.sh"), "#!/bin/sh\nexit 0\n"),
    ]
}

/// A zip with one skill.
fn zipped(name: &str, body: &str) -> Vec<u8> {
    zip(&skill("", name, body))
}

/// Serves an index of zips of the current format, and the zips.
fn serve(site: &SiteServer, skills: &[(&str, &[u8])]) {
    let listed = skills.iter().map(|(name, bytes)| {
        site.put(&format!("/{name}.zip"), *bytes);
        listed(name, "archive", &format!("/{name}.zip"), bytes)
    });
    put_index(site, &listed.collect::<Vec<_>>());
}

/// An entry of an index of the current format.
fn listed(name: &str, kind: &str, url: &str, bytes: &[u8]) -> Value {
    json!({
        "name": name, "type": kind, "description": format!("Skill {name}"),
        "url": url, "digest": sha256(bytes),
    })
}

fn put_index(site: &SiteServer, skills: &[Value]) {
    let index = json!({"$schema": SCHEMA, "skills": skills});
    site.put(INDEX, index.to_string());
}

/// Commits the project, so that a clone has it.
fn commit(context: &TestContext) {
    context.git(&["add", "--all"]).ok();
    let identity = ["-c", "user.name=T", "-c", "user.email=t@example.com"];
    let commit = [&identity[..], &["commit", "--quiet", "-m", "Skills"]].concat();
    context.git(&commit).ok();
}
