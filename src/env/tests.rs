//! Tests of the environment.

use super::*;

fn env(pairs: &'static [(&str, &str)]) -> Env {
    let lookup = |name: &str| {
        let pair = pairs.iter().find(|(key, _)| *key == name)?;
        Some(pair.1.to_owned())
    };
    Env::from_lookup(lookup, PathBuf::new())
}

#[test]
fn token_is_sent_to_its_own_host_only() {
    let all = env(&[
        ("MDSKILL_TOKEN", "m"),
        ("GH_TOKEN", "g"),
        ("GH_ENTERPRISE_TOKEN", "e"),
        ("GITLAB_TOKEN", "l"),
        ("MDSKILL_GITHUB_URL", "https://ghe.acme.com:8443/"),
    ]);
    let variable = |host| all.token_for(host).map(|token| token.origin);
    assert_eq!(
        variable("ghe.acme.com:8443").as_deref(),
        Some("MDSKILL_TOKEN")
    );
    assert_eq!(variable("github.com").as_deref(), Some("GH_TOKEN"));
    assert_eq!(variable("acme.ghe.com").as_deref(), Some("GH_TOKEN"));
    assert_eq!(variable("gitlab.com").as_deref(), Some("GITLAB_TOKEN"));
    for other in [
        "evil.com",
        "gitlab.evil.com",
        "gitlab.com.evil.com",
        "github.com.evil.com",
        "acme.ghe.com.evil.com",
        "notgithub.com",
        "ghe.acme.com",
    ] {
        assert_eq!(variable(other), None, "{other}");
    }
    assert_eq!(variable("notghe.com"), None);
    assert!(!format!("{:?}", all.token_for("github.com")).contains("\"g\""));
}

#[test]
fn gitlab_token_is_sent_to_configured_hosts() {
    for (host, is_served) in [
        ("gitlab.acme.com", true),
        ("git.acme.com:8443", true),
        ("gitlab.com", true),
        ("git.acme.com", false),
        ("acme.com", false),
        ("gitlab.acme.com.evil.com", false),
    ] {
        let env = env(&[
            ("GITLAB_TOKEN", "l"),
            ("GITLAB_HOST", "GitLab.Acme.com:443"),
            ("CI_SERVER_URL", "https://git.acme.com:8443/gitlab"),
        ]);
        assert_eq!(env.token_for(host).is_some(), is_served, "{host}");
    }
}

#[test]
fn api_is_that_of_the_server() {
    let api = |pairs| {
        let api = env(pairs).github_api()?;
        Some((api.base, api.host))
    };
    let pair = |base: &str, host: &str| Some((base.to_owned(), host.to_owned()));
    assert_eq!(api(&[]), pair("https://api.github.com", "github.com"));
    assert_eq!(
        api(&[("GH_HOST", "acme.ghe.com")]),
        pair("https://api.acme.ghe.com", "acme.ghe.com")
    );
    assert_eq!(
        api(&[("GH_HOST", "git.acme.com")]),
        pair("https://git.acme.com/api/v3", "git.acme.com")
    );
    assert_eq!(
        api(&[("MDSKILL_GITHUB_URL", "https://mirror.acme.com")]),
        None
    );
    assert_eq!(api(&[("MDSKILL_GITHUB_URL", "/mirror")]), None);
    assert_eq!(
        api(&[("MDSKILL_GITHUB_API_URL", "http://127.0.0.1:1")]),
        pair("http://127.0.0.1:1", "github.com")
    );
}

#[test]
fn enterprise_token_is_sent_to_gh_host() {
    let env = env(&[
        ("GH_HOST", "ghe.acme.com"),
        ("GH_ENTERPRISE_TOKEN", "e"),
        ("GH_TOKEN", "g"),
    ]);
    assert_eq!(env.github_url, "https://ghe.acme.com");
    let variable = |host| env.token_for(host).map(|token| token.origin);
    assert_eq!(
        variable("ghe.acme.com").as_deref(),
        Some("GH_ENTERPRISE_TOKEN")
    );
    assert_eq!(variable("github.com").as_deref(), Some("GH_TOKEN"));
}

#[test]
fn links_are_shown_by_known_terminals() {
    let shows = |pairs| env(pairs).shows_links;
    assert!(!shows(&[
        ("TERM", "xterm-256color"),
        ("COLORTERM", "truecolor")
    ]));
    assert!(!shows(&[("VTE_VERSION", "4600")]));
    assert!(shows(&[("VTE_VERSION", "7006")]));
    assert!(shows(&[("TERM_PROGRAM", "WezTerm")]));
    assert!(!shows(&[("TERM_PROGRAM", "Apple_Terminal")]));
    assert!(shows(&[("TERM", "xterm-kitty")]));
    assert!(!shows(&[("TERM", "xterm-kitty"), ("FORCE_HYPERLINK", "0")]));
    assert!(shows(&[("FORCE_HYPERLINK", "1")]));
}
