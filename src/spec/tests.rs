use proptest::prelude::*;

use super::*;

fn spec(text: &str) -> Spec {
    text.parse().unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn every_form_parses_and_displays_the_same() {
    for text in [
        "owner/repo",
        "owner/repo/skill",
        "owner/repo/plugins/x/skills/skill@feature/x",
        "owner/repo@^1.2",
        "owner/repo/skill@367cb6a4a182cf7e9b0a17c9429f7411ddd9cf35",
        "gitlab.com/owner/repo/skill@v1",
        "https://github.com/owner/repo",
        "https://github.com/owner/repo/tree/feature/x/skills/pdf",
        "https://github.com/owner/repo/blob/main/skills/pdf/SKILL.md",
        "https://gitlab.com/owner/repo/-/tree/main/skills/pdf",
        "https://gitlab.com/group/sub/repo/-/tree/main/skills/pdf?ref_type=heads",
        "https://gitlab.com/group/sub/repo",
        "http://127.0.0.1:3000/owner/repo/src/branch/feature/x/skills/pdf",
        "https://codeberg.org/owner/repo/src/tag/v1.2/skills/pdf",
        "https://github.com/owner/repo/tree/refs/heads/main/skills/my%20skill",
        "https://github.com/owner/repo/tree/@scope/pkg@2.0.0/skills/pdf",
        "https://gitlab.com/group/sub/repo.git//skills/pdf@main",
        "ssh://git@host:2222/owner/x.git//skills/pdf",
        "git@host:owner/x.git//skills/pdf@v1",
        "file:///srv/x.git//pdf",
        "./skills/x",
        "../x",
        "/abs/x",
    ] {
        assert_eq!(spec(text).to_string(), text);
    }
}

#[test]
fn lockfile_form_and_skill_file_parse() {
    assert_eq!(spec("github:a/b/c").to_string(), "a/b/c");
    assert_eq!(spec("a/b.git/c/SKILL.md").to_string(), "a/b/c");
    assert_eq!(
        spec("https://github.com/a/b").source().to_string(),
        "github:a/b"
    );
    assert_eq!(
        spec("https://github.com/a/b.git//c").source().to_string(),
        "github:a/b"
    );
    assert_eq!(spec("github.com/a/b/c").source().to_string(), "github:a/b");
    assert_eq!(
        spec("gitlab.com/a/b/c").source().to_string(),
        "https://gitlab.com/a/b"
    );
}

#[test]
fn address_in_an_address_is_refused() {
    for text in [
        "https://github.com/https://",
        "https://github.com/https://github.com/a/b",
    ] {
        let error = text.parse::<Spec>().unwrap_err().to_string();
        assert!(error.contains("it does not name a repository"), "{error}");
    }
    assert!("file:///C:/x.git//pdf".parse::<Spec>().is_ok());
}

#[test]
fn page_of_a_site_is_an_address_of_its_skill() {
    for (page, expected) in [
        (
            "https://skills.example.com/pdf/index.html",
            "https://skills.example.com/pdf",
        ),
        (
            "https://skills.example.com/index.html",
            "https://skills.example.com",
        ),
        (
            "https://skills.example.com/acme/docs/pdf/index.html",
            "https://skills.example.com/acme/docs/pdf",
        ),
    ] {
        assert_eq!(spec(page).to_string(), spec(expected).to_string());
    }
}

/// The source, and skill or page, of an address.
fn meaning(text: &str) -> (String, String) {
    let spec = spec(text);
    let place = match &spec.origin {
        SpecSource::Web {
            page: Some(page), ..
        } => format!("{:?} {}", page.refs, page.rest),
        _ => {
            let git_ref = spec.git_ref.as_ref().map(|git_ref| format!("@{git_ref}"));
            format!(
                "{}{}",
                spec.skill.as_deref().unwrap_or_default(),
                git_ref.unwrap_or_default()
            )
        }
    };
    (spec.source().to_string(), place)
}

const GITHUB: &str = "github:a/b";
const GITLAB: &str = "https://gitlab.com/a/b";
const NESTED: &str = "https://gitlab.com/g/s/b.git";
const GITEA: &str = "https://codeberg.org/a/b";
const BITBUCKET: &str = "https://bitbucket.org/a/b";

/// Addresses, each with its source, and its skill or page.
const ADDRESSES: &[(&str, &str, &str)] = &[
    ("https://github.com/a/b/", GITHUB, ""),
    ("HTTPS://GitHub.com/a/b", GITHUB, ""),
    ("http://www.github.com/a/b", GITHUB, ""),
    (
        "https://github.com/a/b?tab=readme-ov-file#usage",
        GITHUB,
        "",
    ),
    ("github.com/a/b?tab=readme-ov-file", GITHUB, ""),
    ("https://github.com/a/b/c", GITHUB, "c"),
    ("https://github.com/a/b.git/c", GITHUB, "c"),
    ("https://github.com/a/b.git#v1", GITHUB, "@v1"),
    ("git+https://github.com/a/b.git@v1", GITHUB, "@v1"),
    ("https://github.com/a/b@v1", GITHUB, "@v1"),
    ("https://github.com/a/b.git/", GITHUB, ""),
    (
        "https://github.com/a/b.git/tree/main/c",
        GITHUB,
        "Any main/c",
    ),
    ("https://github.com/a/b/tree/main", GITHUB, "Any main"),
    (
        "https://github.com/a/b/tree/main/c/?x=1#L10",
        GITHUB,
        "Any main/c",
    ),
    ("github.com/a/b/tree/main/c", GITHUB, "Any main/c"),
    (
        "https://github.com/a/b/blob/main/c%20d/SKILL.md#L10",
        GITHUB,
        "Any main/c d/SKILL.md",
    ),
    (
        "https://github.com/a/b/edit/main/c/SKILL.md",
        GITHUB,
        "Any main/c/SKILL.md",
    ),
    (
        "https://github.com/a/b/blob/refs/tags/v1/c/SKILL.md",
        GITHUB,
        "Tags v1/c/SKILL.md",
    ),
    (
        "https://github.com/a/b/releases/tag/v1.2",
        GITHUB,
        "Tags v1.2",
    ),
    (
        "https://github.com/a/b/commits/main/c",
        GITHUB,
        "Any main/c",
    ),
    (
        "https://raw.githubusercontent.com/a/b/refs/heads/main/c/SKILL.md",
        GITHUB,
        "Branches main/c/SKILL.md",
    ),
    (
        "raw.githubusercontent.com/a/b/main/c/SKILL.md",
        GITHUB,
        "Any main/c/SKILL.md",
    ),
    ("https://skills.sh/a/b/c", GITHUB, "c"),
    ("https://www.skills.sh/a/b/c/?x#y", GITHUB, "c"),
    ("skills.sh/a/b", GITHUB, ""),
    (
        "https://gitlab.com/a/b/-/tree/main/c?ref_type=heads",
        GITLAB,
        "Branches main/c",
    ),
    (
        "gitlab.com/a/b/-/blob/v1/c/SKILL.md?ref_type=tags",
        GITLAB,
        "Tags v1/c/SKILL.md",
    ),
    ("https://gitlab.com/a/b/-/", GITLAB, ""),
    ("https://gitlab.com/a/b/-/tags/v1", GITLAB, "Tags v1"),
    ("https://gitlab.com/a/b/tree/main/c", GITLAB, "Any main/c"),
    ("https://gitlab.com/g/s/b", NESTED, ""),
    ("https://gitlab.com/g/s/b.git//c", NESTED, "c"),
    (
        "https://gitlab.com/g/s/b/-/raw/main/c/SKILL.md",
        NESTED,
        "Any main/c/SKILL.md",
    ),
    ("gitlab:a/b/c", GITLAB, "c"),
    (
        "https://codeberg.org/a/b/src/branch/main/c",
        GITEA,
        "Branches main/c",
    ),
    ("https://codeberg.org/a/b/src/tag/v1/c", GITEA, "Tags v1/c"),
    (
        "codeberg.org/a/b/src/commit/367cb6a4a182cf7e9b0a17c9429f7411ddd9cf35/c",
        GITEA,
        "Any 367cb6a4a182cf7e9b0a17c9429f7411ddd9cf35/c",
    ),
    (
        "https://codeberg.org/a/b/_edit/main/c/SKILL.md",
        GITEA,
        "Branches main/c/SKILL.md",
    ),
    (
        "https://bitbucket.org/a/b/src/main/c/",
        BITBUCKET,
        "Any main/c",
    ),
    (
        "https://bitbucket.org/a/b/src/367cb6a4a182cf7e9b0a17c9429f7411ddd9cf35/c/?at=feature%2Fx",
        BITBUCKET,
        "c@feature/x",
    ),
    (
        "https://dev.azure.com/o/my%20p/_git/r?path=/skills/c&version=GBmain",
        "https://dev.azure.com/o/my%20p/_git/r",
        "skills/c@main",
    ),
];

#[test]
fn addresses_of_pages_of_every_forge_parse() {
    for (text, source, place) in ADDRESSES {
        let meant = ((*source).to_owned(), (*place).to_owned());
        assert_eq!(meaning(text), meant, "{text}");
        assert_eq!(spec(&spec(text).to_string()), spec(text), "{text}");
    }
}

#[test]
fn notations_of_other_tools_parse() {
    for (text, source, place) in [
        ("a/b#main", "github:a/b", "@main"),
        ("a/b/c#v1", "github:a/b", "c@v1"),
        ("a/b@c#d", "github:a/b", "@c#d"),
        ("@a/b", "github:a/b", ""),
        ("gh:a/b/c", "github:a/b", "c"),
        ("git@h:a/b.git#v1", "git@h:a/b.git", "@v1"),
    ] {
        let meant = (source.to_owned(), place.to_owned());
        assert_eq!(meaning(text), meant, "{text}");
    }
}

#[test]
fn path_is_never_a_host() {
    for path in [
        ".claude/skills/pdf",
        ".github",
        ".agents/skills/a@b",
        "./x",
        "..",
        "/a/b",
    ] {
        assert_eq!(spec(path).origin, SpecSource::Folder(path.to_owned()));
        assert_eq!(spec(path).to_string(), path);
    }
}

#[test]
fn invalid_spec_is_rejected_with_a_valid_form() {
    for (text, problem) in [
        ("", "it is empty"),
        ("async-python-patterns", "it does not name a repository"),
        ("a//b", "it has an empty part"),
        ("a/b/../c", "`..`"),
        ("gitlab.com/a", "the host is not followed by `owner/repo`"),
        ("a/b@", "it is empty"),
        ("a/b@^x", "invalid version range"),
        ("@./-/a", "not a valid owner or host"),
        ("github:-a/b", "not a valid owner or host"),
        ("a/b@x..y", "invalid ref"),
        ("ftp://h/x.git", "`ftp` is not https"),
        (
            "https://token@h/a/b.git",
            "contains a user name or password",
        ),
        ("https://u:p@h/a/b.git", "contains a user name or password"),
        ("ssh://u:p@h/a/b.git", "contains a user name or password"),
        ("ssh://-oProxyCommand=x/a/b.git", "host"),
        ("https://github.com/a", "it does not name a repository"),
        (
            "https://github.com/a/b/pulls",
            "`/pulls` is not the page of a folder or a file",
        ),
        (
            "https://gitlab.com/a/b/-/issues",
            "`/issues` is not the page of a folder or a file",
        ),
        ("https://github.com/a/b/tree/main/c@v1", "it has two refs"),
        ("https://github.com/a/b/tree/main/%2e%2e/c", "`..`"),
        (
            "https://github.com/a/b/tree/main/%1b",
            "not valid in the path of a URL",
        ),
        ("https://h/a/b.git?x", "can't have `?`"),
        ("https://github.com/a/b/tree", "its ref is missing"),
        ("-x/y", "starts with `-`"),
        ("a/b c", "is not a valid owner or repository"),
        ("a/b\u{1b}[31m", "control"),
    ] {
        let error = text.parse::<Spec>().expect_err(text);
        assert!(!error.expected.is_empty(), "{error}");
        let error = error.to_string();
        assert!(error.contains(problem), "{error}");
        assert!(!error.contains('\u{1b}'));
    }
}

/// Found by fuzzing: such a host was read as a spec, but its text was not the same spec again.
#[test]
fn host_is_a_name_or_an_address_with_a_port() {
    let crash = ":OOOOOOOOOOOOOO:/ox/ph-lh/lrhs_rlb@rhs_2gOOf#";
    for text in [
        crash,
        "a.b:/o/r",
        "a.b:x/o/r",
        "a.b:1:2/o/r",
        ":80/o/r",
        "[::1/o/r",
        "[]:1/o/r",
        "[g]/o/r",
    ] {
        let parsed = text.parse::<Spec>();
        assert!(parsed.is_err(), "{text}: {parsed:?}");
    }
    for text in [
        "a.b/o/r",
        "a.b:80/o/r",
        "[::1]:80/o/r",
        "[::1]/o/r",
        "127.0.0.1:8080/o/r/s",
    ] {
        let spec = text.parse::<Spec>().unwrap();
        assert_eq!(spec.to_string().parse::<Spec>().unwrap(), spec, "{text}");
    }
}

proptest! {
    #[test]
    fn displayed_spec_parses_to_the_same(
        host in proptest::option::of("[a-z]{1,5}\\.[a-z]{2,3}"),
        owner in "[a-zA-Z0-9][a-zA-Z0-9-]{0,6}", repo in "[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,6}[a-z]",
        skill in proptest::option::of("[a-zA-Z0-9 _.ü-]{0,4}[a-z](/[a-z-]{1,6}){0,3}"),
        git_ref in proptest::option::of("[a-z]{1,4}(/[a-z0-9]{1,4})?|v[0-9]\\.[0-9]|[0-9a-f]{40}|\\^[0-9]\\.[0-9]"),
    ) {
        let mut text = host.map(|host| host + "/").unwrap_or_default();
        text = format!("{text}{owner}/{repo}");
        if let Some(skill) = skill { text = format!("{text}/{skill}"); }
        if let Some(git_ref) = git_ref { text = format!("{text}@{git_ref}"); }
        if let Ok(spec) = text.parse::<Spec>() {
            prop_assert_eq!(spec.to_string().parse::<Spec>().unwrap(), spec);
        }
    }

    #[test]
    fn any_text_is_rejected_or_round_trips(text in "\\PC{0,40}|[a-z@:/.-]{0,40}") {
        if let Ok(spec) = text.parse::<Spec>() {
            prop_assert_eq!(spec.to_string().parse::<Spec>().unwrap(), spec);
        }
    }
}
