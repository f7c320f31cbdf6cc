//! [`Diagnosis`]: the settings that apply to an address, and the credentials for it. Sends nothing.

use reqwest::Url;

use super::credentials::CredentialChain;
use super::settings::{FileSetting, HttpSettings, ProxySetting, Scope};
use super::url_match::UrlMatch;
use super::{HttpError, client::Client};
use crate::environment::Environment;
use crate::redact::redact_url;

/// A value, and the key or the variable that sets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The key of git's configuration, or the variable.
    pub key: String,
    /// The value, without a user name and a password.
    pub value: String,
}

/// The settings that apply to an address. It has no secrets.
#[derive(Debug, Default)]
pub struct Diagnosis {
    /// The proxy.
    pub proxy: Option<Setting>,
    /// The files and folders of additional certificate authorities.
    pub authorities: Vec<Setting>,
    /// The client certificate.
    pub certificate: Option<Setting>,
    /// The names of the headers that git's configuration adds.
    pub headers: Vec<String>,
    /// Whether git would not check certificates, which mdskill still does.
    pub is_unverified: bool,
    /// The setting that can't be used.
    pub problem: Option<HttpError>,
}

impl Diagnosis {
    /// Returns the settings for an http or https URL.
    #[must_use]
    pub fn of(env: &dyn Environment, client: &Client, url: &Url) -> Self {
        let settings = HttpSettings::of(env, url, Scope::All);
        let is_secure = url.scheme() == "https";
        let connection = &settings.connection;
        let files = [&connection.ca_file, &connection.ca_folder];
        let files = files.into_iter().flatten().filter(|_| is_secure);
        Self {
            proxy: proxy(env, &connection.proxy, url),
            authorities: files.map(Setting::of).collect(),
            certificate: connection
                .certificate
                .as_ref()
                .filter(|_| is_secure)
                .map(Setting::of),
            headers: settings
                .headers
                .iter()
                .map(|(name, _)| name.to_string())
                .collect(),
            is_unverified: settings.is_unverified && is_secure,
            problem: client.check(url, &settings).err(),
        }
    }
}

impl Setting {
    fn of(file: &FileSetting) -> Self {
        Self {
            key: file.key.clone(),
            value: file.path.display().to_string(),
        }
    }
}

/// Returns the proxy for `url`; `None` for a direct connection.
fn proxy(env: &dyn Environment, setting: &ProxySetting, url: &Url) -> Option<Setting> {
    use hyper_util::client::proxy::matcher::Matcher;
    let target = url.as_str().parse().ok()?;
    match setting {
        ProxySetting::Direct => None,
        ProxySetting::System => {
            let found = Matcher::from_system().intercept(&target)?;
            Some(Setting {
                key: "the operating system".to_owned(),
                // The user name and the password are not part of it.
                value: found.uri().to_string(),
            })
        }
        ProxySetting::Proxy { url, origin } => {
            let no_proxy = env.no_proxy().unwrap_or_default();
            let matcher = Matcher::builder().all("http://proxy.invalid").no(no_proxy);
            matcher.build().intercept(&target)?;
            let is_short = !url.contains("://");
            let shown = redact_url(&if is_short {
                format!("http://{url}")
            } else {
                url.clone()
            });
            Some(Setting {
                key: origin.clone(),
                value: shown,
            })
        }
    }
}

/// Returns the origins of the credentials for a repository at `url`, in the order in which they are
/// tried: `GH_TOKEN`, `gh auth token`, `netrc`, `git credential (store)`. Programs are asked, without
/// a prompt.
pub async fn credential_origins(env: &dyn Environment, url: &Url) -> Vec<String> {
    let settings = HttpSettings::of(env, url, Scope::All);
    let mut chain = CredentialChain::open(env, url, &settings);
    while chain.advance(env, url).await {}
    let origins = chain.tried().iter().map(|origin| {
        if origin == "git credential" {
            format!("git credential ({})", helpers(env, url).join(", "))
        } else {
            origin.clone()
        }
    });
    origins.collect()
}

/// Returns the names of git's credential helpers for `url`.
///
/// Source: gitcredentials(7), "Configuration Options".
fn helpers(env: &dyn Environment, url: &Url) -> Vec<String> {
    let mut names = Vec::new();
    for entry in env.git_config().in_section("credential") {
        let is_for_url = match &entry.subsection {
            None => true,
            Some(pattern) => UrlMatch::of(pattern, url).is_some(),
        };
        if entry.name != "helper" || !is_for_url {
            continue;
        }
        match entry.value.as_deref().unwrap_or_default() {
            "" => names.clear(),
            helper => names.push(helper_name(helper)),
        }
    }
    names
}

/// Returns the name of a helper, never its arguments, which may contain a password.
fn helper_name(helper: &str) -> String {
    let (command, is_shell) = match helper.strip_prefix('!') {
        Some(command) => (command, true),
        None => (helper, false),
    };
    let word = command.split_whitespace().next().unwrap_or_default();
    let name = word.rsplit(['/', '\\']).next().unwrap_or_default();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if is_shell && (word.is_empty() || !name.chars().all(is_plain)) {
        return "a shell command".to_owned();
    }
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn helper_is_named_without_its_arguments() {
        for (helper, name) in [
            ("store", "store"),
            ("cache --timeout=300", "cache"),
            (
                "/usr/lib/git-core/git-credential-libsecret",
                "git-credential-libsecret",
            ),
            ("!/usr/bin/gh auth git-credential", "gh"),
            ("!f() { echo password=canary; }; f", "a shell command"),
            ("!TOKEN=canary helper", "a shell command"),
        ] {
            assert_eq!(helper_name(helper), name, "{helper}");
        }
    }
}
