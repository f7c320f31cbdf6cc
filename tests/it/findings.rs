//! The output formats of `validate`, each read back by a parser of its consumer, also with names and texts that try to
//! break out of the format.

use std::collections::BTreeMap;

use quick_xml::events::Event;
use serde_json::Value;
use unicode_width::UnicodeWidthStr;

use crate::support::outcome::Outcome;
use crate::support::test_context::TestContext;

/// A valid skill.
const SOUND: &str =
    "---\nname: sound\ndescription: Use it when a sound one is needed.\n---\nText\n";

fn skill(name: &str, body: &str) -> String {
    format!(
        "---\nname: {name}\ndescription: Use it when one is needed. Made for {name}.\n---\n{body}"
    )
}

/// A context with these skills: folder, and the body of its `SKILL.md`.
fn context(skills: &[(&str, &str)]) -> TestContext {
    let context = TestContext::with_origin("");
    for (folder, body) in skills {
        context.write(&format!("{folder}/SKILL.md"), skill(folder, body));
    }
    context
}

/// A context with a folder and links that try to forge commands, markup, fields, and lines.
fn hostile() -> TestContext {
    let context = TestContext::with_origin("");
    let folder = "evil\n::error::%0A<b>]]>,a=b|`\"&\u{202e}";
    let body = "[a](<references/x&\"'::error::forged%2C,.md>)\n\n\
                [b](<references/##[error]y.md>)\n\n[c](<references/@me%0A::error::.md>)\n\n\
                [d](<references/a%1b[2J.md>)\n";
    context.write(&format!("{folder}/SKILL.md"), skill("evil", body));
    context.write(
        "::warning::x/SKILL.md",
        skill("x", "[a](references/::error::z.md)\n"),
    );
    context
}

/// A page with broken links on every other line from the fifth on.
fn broken_links(number: usize) -> String {
    let links: Vec<String> = (0..number)
        .map(|at| format!("[x](references/{at}.md)\n\n"))
        .collect();
    links.concat()
}

fn validate(context: &TestContext, flags: &[&str]) -> Outcome {
    context.mdskill([&["validate"], flags].concat()).run()
}

/// The command that the GitHub Actions runner finds in a line: `TryParseV2`, then `TryParse`.
fn runner_command(line: &str) -> Option<(String, BTreeMap<String, String>, String)> {
    let unescape = |text: &str| {
        text.replace("%0D", "\r")
            .replace("%0A", "\n")
            .replace("%3A", ":")
            .replace("%2C", ",")
            .replace("%25", "%")
    };
    assert!(
        !line.contains("##[") || line.starts_with("::"),
        "an old command: {line}"
    );
    let (info, data) = line.trim_start().strip_prefix("::")?.split_once("::")?;
    let (name, properties) = info.split_once(' ').unwrap_or((info, ""));
    let pairs = properties
        .split(',')
        .filter_map(|pair| pair.split_once('='));
    let properties = pairs
        .map(|(key, value)| (key.to_owned(), unescape(value)))
        .collect();
    Some((name.to_owned(), properties, unescape(data)))
}

#[test]
fn text_output_shows_lines_marks_and_help() {
    let long = format!(
        "{} [here](references/long.md) {}",
        "技能 ".repeat(60),
        "tail ".repeat(60)
    );
    let body = format!(
        "技能 [wide](references/wide.md) x\n\n*\ttab\t[b](references/tab.md)\n\ne\u{301}e\u{301} [c](references/combined.md)\n\n{long}\n"
    );
    let context = context(&[("wide", &body)]);
    let outcome = validate(&context, &[]);
    outcome
        .fails(3)
        .says("Validated 1 skill in 0.")
        .says(" s: 4 errors, 0 warnings");
    let blocks: Vec<Vec<&str>> = outcome
        .stdout
        .split("\n\n")
        .map(|block| block.lines().collect())
        .collect();
    assert_eq!(
        blocks[0].join("\n"),
        "\
error[SK301]: the link target `references/wide.md` does not exist in the skill
 --> wide/SKILL.md:5:4
  |
5 | 技能 [wide](references/wide.md) x
  |      ^^^^^^^^^^^^^^^^^^^^^^^^^^
  = help: add the file, or correct or remove the link"
    );
    let lines: Vec<&str> = blocks.iter().map(|block| block[3]).collect();
    assert_eq!(lines[1], "7 | *    tab    [b](references/tab.md)");
    assert_eq!(lines[2], "9 | e\u{301}e\u{301} [c](references/combined.md)");
    assert!(
        lines[3].starts_with("11 | …") && lines[3].ends_with('…'),
        "{outcome}"
    );
    for block in blocks {
        let (line, mark) = (block[3], block[4]);
        let (start, end) = (line.find('[').unwrap(), line.find(')').unwrap());
        let marked = mark.trim_end_matches('^');
        assert_eq!(marked.width(), line[..start].width(), "{outcome}");
        assert_eq!(
            mark.len() - marked.len(),
            line[start..=end].width(),
            "{outcome}"
        );
        assert!(line.width() <= 140, "{outcome}");
    }
}

#[test]
fn many_similar_findings_are_folded() {
    let many = broken_links(200);
    let context = context(&[("many", &many), ("other", "[x](references/gone.md)\n")]);
    let page = validate(&context, &[]);
    page.fails(3)
        .says("… 199 similar: 7:1 `references/1.md`, 9:1 `references/2.md`, ")
        .says("201 errors");
    assert_eq!(page.stdout.matches("error[").count(), 2, "{page}");
    let all = validate(&context, &["--max", "0"]);
    assert_eq!(all.stdout.matches("error[").count(), 201);
    let one = validate(&context, &["--max", "1"]);
    assert!(
        one.stdout
            .ends_with("\n\n… and 1 more; use `--max 0` to show all\n"),
        "{one}"
    );
    let concise = validate(&context, &["--concise"]);
    assert_eq!(concise.stdout.lines().count(), 201);
    assert_eq!(
        concise.stdout.lines().next().unwrap(),
        "many/SKILL.md:5:1: error[SK301] the link target `references/0.md` does not exist in the skill"
    );
    let few = validate(&context, &["--format", "concise", "--max", "3"]);
    assert!(
        few.stdout
            .ends_with("… and 198 more; use `--max 0` to show all\n"),
        "{few}"
    );
}

#[test]
fn color_and_quiet_options_are_respected() {
    let context = context(&[("one", "[x](references/gone.md)\n")]);
    for format in ["text", "concise"] {
        let flags = ["--format", format];
        validate(&context, &flags).fails(3).never_says("\u{1b}");
        let colored = validate(&context, &[&flags[..], &["--color", "always"]].concat());
        assert!(
            colored.stdout.contains("\u{1b}[1m\u{1b}[31merror[SK301]"),
            "{colored}"
        );
        let quiet = validate(&context, &[&flags[..], &["--quiet"]].concat());
        assert!(
            quiet.stdout.contains("SK301") && quiet.stderr.is_empty(),
            "{quiet}"
        );
    }
}

#[test]
fn conflicting_format_options_are_refused() {
    let context = context(&[("one", "[x](references/gone.md)\n")]);
    let refused = |flags: &[&str], why: &str| {
        validate(&context, flags).fails(2).says(why);
    };
    refused(
        &["--json", "--format", "sarif"],
        "--json cannot be used with another --format",
    );
    refused(
        &["--json", "--concise"],
        "--json cannot be used with another --format",
    );
    refused(&["--format", "text", "--concise"], "cannot be used with");
    refused(
        &["--format", "json", "--max", "3"],
        "--max can be used only with",
    );
    refused(&["--format", "yaml"], "invalid value 'yaml'");
    refused(&["--severity", "bad"], "unknown severity `bad`");
    let flags = validate(&context, &["--json", "--format", "json"]);
    assert_eq!(flags.json(), validate(&context, &["--json"]).json());
}

#[test]
fn json_has_all_severities_by_default() {
    let context = context(&[("one", "[x](references/gone.md)\n")]);
    let text =
        "---\nname: list\ndescription: Use it when needed.\nallowed-tools:\n  - Read\n---\nText\n";
    context.write("list/SKILL.md", text);
    let json = |flags: &[&str]| validate(&context, flags).json();
    assert_eq!(
        json(&["--json"])["diagnostics"].as_array().unwrap().len(),
        2
    );
    let less = json(&["--json", "--severity", "error"]);
    assert_eq!(less["diagnostics"].as_array().unwrap().len(), 1);
    assert_eq!(less["summary"]["infos"], 1);
    assert_eq!(less["diagnostics"][0]["rule"], "broken-link");
    assert_eq!(
        json(&["--format", "sarif"])["runs"][0]["results"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    let less = json(&["--format", "sarif", "--severity", "error"]);
    assert_eq!(less["runs"][0]["results"].as_array().unwrap().len(), 1);
    validate(&context, &[]).fails(3).never_says("SK112");
    validate(&context, &["--severity", "info"])
        .fails(3)
        .says("info[SK112]");
}

#[test]
fn sarif_matches_the_published_schema() {
    let schema = include_str!("../../testdata/sarif/sarif-schema-2.1.0.json");
    let schema: Value = serde_json::from_str(schema).unwrap();
    let validator = jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .unwrap();
    let context = hostile();
    context.write("sound/SKILL.md", SOUND);
    context.write("unnamed/SKILL.md", "No frontmatter\n");
    let log = validate(&context, &["--format", "sarif"]);
    log.fails(3);
    let faults = |log: &Value| {
        validator
            .iter_errors(log)
            .map(|fault| fault.to_string())
            .collect::<Vec<_>>()
    };
    let log = log.json();
    assert_eq!(faults(&log), [] as [String; 0]);
    let mut wrong = log.clone();
    wrong["runs"][0]["results"][0]["severity"] = "error".into();
    assert_eq!(faults(&wrong).len(), 1);
    let run = &log["runs"][0];
    let (rules, results) = (
        &run["tool"]["driver"]["rules"],
        run["results"].as_array().unwrap(),
    );
    for result in results {
        let at = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[at]["id"], result["ruleId"]);
        let uri = &result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
        let uri = uri.as_str().unwrap();
        assert!(
            uri.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-._~/%".contains(&byte)),
            "{uri}"
        );
    }
    assert!(results.len() >= 5, "{results:?}");
    let empty = validate(&context, &["sound", "--format", "sarif"]);
    assert_eq!(faults(&empty.ok().json()), [] as [String; 0]);
}

#[test]
fn sarif_of_an_absolute_path_is_a_file_uri() {
    let context = context(&[("one", "[x](references/gone.md)\n")]);
    let folder = context.project().join("one");
    let log = validate(&context, &[folder.to_str().unwrap(), "--format", "sarif"]).json();
    let place = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    let uri = place["artifactLocation"]["uri"].as_str().unwrap();
    assert!(
        uri.starts_with("file:///") && uri.ends_with("/one/SKILL.md"),
        "{uri}"
    );
}

#[test]
fn untrusted_text_is_never_a_command_in_any_format() {
    let context = hostile();
    for format in ["text", "concise", "json", "sarif", "junit", "github"] {
        for color in ["--color=never", "--color=always"] {
            let flags = ["validate", "--format", format, "--severity", "info", color];
            let outcome = context.mdskill(flags).env("CI", "true").run();
            outcome.fails(3).never_says("\u{202e}");
            let lines = outcome.stdout.lines().chain(outcome.stderr.lines());
            for line in lines {
                let Some((name, properties, message)) = runner_command(line) else {
                    continue;
                };
                assert_eq!(format, "github", "{line}");
                assert!(
                    ["error", "warning", "notice"].contains(&name.as_str()),
                    "{line}"
                );
                let file = properties["file"]
                    .replace(' ', "\n")
                    .replace("\\u{202e}", "\u{202e}");
                assert!(context.project().join(&file).is_file(), "{file:?}");
                assert!(
                    message.contains("\nhelp: ") && !message.starts_with("forged"),
                    "{line}"
                );
            }
        }
    }
    validate(&context, &["--json"]).json();
}

#[test]
fn github_summary_has_findings_beyond_the_annotation_limit() {
    let many = broken_links(25);
    let context = context(&[("many", &many), ("bad", "[<b>](references/b.md)\n")]);
    let summary = context.path("temp/summary.md");
    std::fs::write(&summary, "# Earlier\n").unwrap();
    let flags = ["validate", "--format", "github"];
    let run = |file: &std::path::Path| {
        context
            .mdskill(flags)
            .env("GITHUB_STEP_SUMMARY", file)
            .run()
    };
    let outcome = run(&summary);
    outcome
        .fails(3)
        .says("16 more findings are in the step summary only");
    assert_eq!(
        outcome.stdout.lines().filter_map(runner_command).count(),
        10,
        "{outcome}"
    );
    let page = std::fs::read_to_string(&summary).unwrap();
    assert!(
        page.starts_with("# Earlier\n### mdskill validate\n\n2 skills: 26 errors"),
        "{page}"
    );
    assert_eq!(
        page.matches("| error | SK301 | many/SKILL.md:").count(),
        16,
        "{page}"
    );
    // An unwritable summary, a full summary, and no findings.
    let outcome = context.mdskill(flags).run();
    outcome
        .fails(3)
        .says("16 more findings are not shown")
        .says("use --format text --max 0 to show all");
    std::fs::write(&summary, vec![b'x'; 1024 * 1024 - 400]).unwrap();
    run(&summary)
        .fails(3)
        .says("16 more findings are not shown");
    assert_eq!(
        std::fs::metadata(&summary).unwrap().len(),
        1024 * 1024 - 400
    );
    std::fs::write(&summary, vec![b'x'; 1024 * 1024 - 1500]).unwrap();
    run(&summary).fails(3).says("in the step summary only");
    let page = std::fs::read_to_string(&summary).unwrap();
    assert!(
        page.len() <= 1024 * 1024 && page.ends_with("is reached.\n"),
        "{}",
        page.len()
    );
    run(&context.path("temp/no/such"))
        .fails(3)
        .says("warning: ")
        .says("failed to write");
    let fresh = context.path("temp/fresh.md");
    let bad = context.mdskill(["validate", "bad", "--format", "github"]);
    bad.env("GITHUB_STEP_SUMMARY", &fresh)
        .run()
        .fails(3)
        .never_says("more findings");
    assert!(!fresh.exists());
}

/// The attributes of every element with this name.
fn elements(xml: &str, name: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = quick_xml::Reader::from_str(xml);
    let mut found = Vec::new();
    loop {
        match reader.read_event().unwrap() {
            Event::Eof => return found,
            Event::Start(element) | Event::Empty(element) if element.name().as_ref() == name => {
                let attributes = element.attributes().map(Result::unwrap);
                let pair = |attribute: quick_xml::events::attributes::Attribute<'_>| {
                    let key = attribute.key.as_ref().to_owned();
                    (
                        key,
                        attribute
                            .normalized_value(quick_xml::XmlVersion::Explicit1_0)
                            .unwrap()
                            .into_owned(),
                    )
                };
                found.push(attributes.map(pair).collect());
            }
            _ => {}
        }
    }
}

#[test]
fn junit_has_one_suite_per_skill() {
    let context = hostile();
    context.write("sound/SKILL.md", SOUND);
    let outcome = validate(&context, &["--format", "junit"]);
    outcome.fails(3);
    let suites = elements(&outcome.stdout, "testsuite");
    assert_eq!(suites.len(), 3, "{outcome}");
    let sound = suites
        .iter()
        .find(|suite| suite["name"] == "sound")
        .unwrap();
    assert_eq!(
        (sound["tests"].as_str(), sound["failures"].as_str()),
        ("1", "0")
    );
    let cases = elements(&outcome.stdout, "testcase");
    let failures = elements(&outcome.stdout, "failure");
    assert_eq!(cases.len(), failures.len() + 1);
    assert_eq!(
        elements(&outcome.stdout, "testsuites")[0]["tests"],
        cases.len().to_string()
    );
    let json = validate(&context, &["--json", "--severity", "warning"]).json();
    for (failure, found) in failures.iter().zip(json["diagnostics"].as_array().unwrap()) {
        assert_eq!(failure["type"], found["severity"].as_str().unwrap());
        let message = found["message"].as_str().unwrap().replace('\n', " ");
        assert_eq!(failure["message"], message.replace('\u{202e}', "\\u{202e}"));
    }
    assert!(failures.len() >= 4, "{failures:?}");
}
