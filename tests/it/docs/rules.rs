//! `docs/reference/rules.md` and `mdskill rule`, made from the rules. `SNAPSHOTS=overwrite cargo test --test it docs`
//! writes the page.

use std::path::Path;

use mdskill::config::Config;
use mdskill::output::rules_page;
use mdskill_lint::registry::RULES;
use pulldown_cmark::{Event, Parser as Markdown, Tag, TagEnd};

use crate::support::snapshot_file::assert_matches_file;
use crate::support::test_context::TestContext;

#[test]
fn the_page_of_rules_is_made_of_the_rules() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference/rules.md");
    assert_matches_file(&rules_page::markdown(), &page);
}

#[test]
fn the_configuration_on_the_page_is_one() {
    let page = rules_page::markdown();
    let (_, rest) = page.split_once("```toml\n").unwrap();
    let (block, _) = rest.split_once("```").unwrap();
    Config::parse(block).unwrap();
}

#[test]
fn every_rule_has_a_heading_and_every_link_a_goal() {
    let page = rules_page::markdown();
    let (mut headings, mut links, mut heading) = (Vec::new(), Vec::new(), None);
    for event in Markdown::new(&page) {
        match event {
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::End(TagEnd::Heading(_)) => headings.extend(heading.take()),
            Event::Text(text) => {
                if let Some(heading) = &mut heading {
                    heading.push_str(&text);
                }
            }
            Event::Start(Tag::Link { dest_url, .. }) => links.push(dest_url.to_string()),
            // A tag in the text of a rule must not become HTML.
            Event::Html(html) | Event::InlineHtml(html) => panic!("{html}"),
            _ => {}
        }
    }
    for rule in RULES {
        assert!(
            headings.iter().any(|heading| heading == rule.code),
            "{}",
            rule.code
        );
        assert!(links.contains(&format!("#{}", rule.code.to_lowercase())));
    }
    let anchors: Vec<String> = headings
        .iter()
        .map(|heading| format!("#{}", heading.to_lowercase().replace(' ', "-")))
        .collect();
    for link in links {
        assert!(anchors.contains(&link), "{link} leads nowhere");
    }
}

#[test]
fn rule_lists_all_rules_a_group_or_one() {
    let context = TestContext::with_origin("");
    let all = context.mdskill(["rule"]).run();
    all.ok();
    for rule in RULES {
        let row = all.stdout.lines().find(|line| line.starts_with(rule.code));
        let row = row.unwrap_or_else(|| panic!("no row for {}", rule.code));
        assert!(
            row.contains(rule.name) && row.contains(rule.summary),
            "{row}"
        );
    }
    assert_eq!(context.mdskill(["rule", "all"]).run().stdout, all.stdout);
    let group = context.mdskill(["rule", "sk1"]).run();
    group.ok().says("SK103").never_says("SK302");
    for name in ["SK302", "sk302", "broken-path"] {
        let one = context.mdskill(["rule", name]).run();
        let rule = RULES.iter().find(|rule| rule.code == "SK302").unwrap();
        one.ok()
            .says("SK302 broken-path")
            .says(rule.why)
            .says(rule.example);
        one.says("mdskill-ignore SK302: reason").never_says("SK301");
    }
}

#[test]
fn rule_as_json_has_the_keys_that_the_page_names() {
    let context = TestContext::with_origin("");
    let page = rules_page::markdown();
    let all = context.mdskill(["rule", "--json"]).run().json();
    assert_eq!(all["rules"].as_array().unwrap().len(), RULES.len());
    let one = context
        .mdskill(["rule", "name-not-folder", "--json"])
        .run()
        .json();
    let rule = &one["rules"][0];
    for (key, _) in rule.as_object().unwrap() {
        assert!(
            page.contains(&format!("`{key}`")),
            "{key} is not documented"
        );
    }
    assert_eq!(rule["code"], "SK203");
    assert_eq!(rule["group"], "name-and-description");
    assert_eq!(rule["severity"], "error");
    assert_eq!(rule["on"], true);
    let profiles = serde_json::json!({
        "claude": "info", "copilot": "error", "spec": "error"
    });
    assert_eq!(rule["profiles"], profiles);
}

#[test]
fn an_unknown_rule_is_a_usage_error_with_the_nearest() {
    let context = TestContext::with_origin("");
    let cases = [
        ("SK3022", "did you mean `SK302`?"),
        ("broken-pth", "did you mean `broken-path`?"),
        ("nonsense", "`mdskill rule` lists all rules"),
        ("SK999", "`mdskill rule` lists all rules"),
        ("S", "`mdskill rule` lists all rules"),
        ("SK301 SK302", "; separate rules with commas"),
        ("", "`mdskill rule` lists all rules"),
    ];
    for (wanted, said) in cases {
        context.mdskill(["rule", wanted]).run().fails(2).says(said);
    }
}
