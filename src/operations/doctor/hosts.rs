//! The hosts in use: whether each is reachable, with which credentials, and through which proxy.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::operations::concurrent::join_all;
use futures_util::future::join;
use reqwest::Url;

use super::{Section, Status};
use crate::context::Context;
use crate::fetch::{FetchError, Location, locate};
use crate::hint::{HasHint, Hint};
use crate::lockfile::Lockfile;
use crate::source::Source;
use mdskill_git::http::client::Client;
use mdskill_git::http::diagnosis::{Diagnosis, Setting, credential_origins};
use mdskill_git::http::retry::Retry;
use mdskill_git::http::{HttpError, host_of};
use mdskill_git::transport::ssh::SshAddress;
use mdskill_git::transport::{Remote, TransportError};

/// The time limit for the answer of a host.
const LIMIT: Duration = Duration::from_secs(10);

/// A host, and a repository on it.
struct Host {
    name: String,
    /// The address to ask; it may contain a password.
    url: String,
    /// Whether a skill is installed from this repository.
    is_source: bool,
    /// The address in the lockfile, if git's configuration replaces it.
    written: Option<String>,
}

/// Checks the hosts of the sources in the lockfile, and the host of `owner/repo`.
pub(super) async fn check(context: &Context<'_>, lockfile: Option<&Lockfile>) -> Vec<Section> {
    let mut sections = Vec::new();
    let mut sources = Section::new("sources");
    let mut hosts: BTreeMap<String, Host> = BTreeMap::new();
    let entries = lockfile
        .iter()
        .flat_map(|lockfile| lockfile.skills.values());
    let mut used: Vec<&Source> = entries.map(|entry| &entry.source).collect();
    used.sort_unstable();
    used.dedup();
    for source in used {
        match host_at(context, source, true) {
            Ok(Some(host)) => {
                hosts.entry(host.name.clone()).or_insert(host);
            }
            Ok(None) => {}
            Err(error) => {
                sources.ok(source.to_string(), "not found");
                sources.but(context, Status::Problem, error.to_string(), error.hint());
            }
        }
    }
    let base = &context.env.github_url;
    if base.contains("://") && !base.starts_with("file://") {
        let own = Source::GitHub {
            owner: "mdskill".to_owned(),
            repo: "mdskill".to_owned(),
        };
        match host_at(context, &own, false) {
            Ok(Some(host)) => {
                hosts.entry(host.name.clone()).or_insert(host);
            }
            Ok(None) => {}
            Err(error) => {
                sources.ok("owner/repo", "MDSKILL_GITHUB_URL");
                sources.but(context, Status::Problem, error.to_string(), error.hint());
            }
        }
    } else {
        mirror(context, base, &mut sources);
    }
    // One client for all, because each reads the certificates of the system: some hundred files.
    let client = Client::new(limit(context), without_retries());
    let checked = join_all(
        hosts
            .values()
            .map(|host| check_host(context, &client, host)),
    );
    sections.push(sources);
    sections.extend(checked.await);
    sections
}

/// Returns the host of a source; `None` for one on this machine.
fn host_at(
    context: &Context<'_>,
    source: &Source,
    is_source: bool,
) -> Result<Option<Host>, FetchError> {
    let located = locate(source, &context.env, &context.scope.root)?;
    let Location::Server(url) = located.location else {
        return Ok(None);
    };
    let name = match (Url::parse(&url), SshAddress::parse(&url)) {
        (Ok(parsed), _) if parsed.scheme() == "https" => host_of(&parsed),
        (Ok(parsed), _) if parsed.scheme() == "http" => format!("http://{}", host_of(&parsed)),
        (_, Some(address)) => {
            let host = address.destination.rsplit('@').next().unwrap_or_default();
            format!("{host} (ssh)")
        }
        _ => return Ok(None),
    };
    Ok(Some(Host {
        name,
        url,
        is_source,
        written: located.is_rewritten.then_some(located.address),
    }))
}

/// Checks the folder of repositories that `MDSKILL_GITHUB_URL` names.
fn mirror(context: &Context<'_>, base: &str, section: &mut Section) {
    let folder = base.strip_prefix("file://").unwrap_or(base);
    let folder = context.env.current_dir.join(folder);
    section.ok("owner/repo", format!("in {}", folder.display()));
    if !folder.is_dir() {
        section.but(
            context,
            Status::Problem,
            "MDSKILL_GITHUB_URL is neither a URL nor an existing folder",
            Hint::text("set it to a URL such as https://github.com, or to the folder of a mirror"),
        );
    }
}

async fn check_host(context: &Context<'_>, client: &Client, host: &Host) -> Section {
    let mut section = Section::about("host", &host.name);
    if let Some(written) = &host.written {
        section.ok(
            "in place of",
            format!("{written} (git's `url.<base>.insteadOf`)"),
        );
    }
    let url = Url::parse(&host.url).ok();
    let url = url.filter(|url| matches!(url.scheme(), "https" | "http"));
    let found = url
        .as_ref()
        .map(|url| Diagnosis::of(&context.env, client, url));
    let problem = found.as_ref().and_then(|found| found.problem.as_ref());
    let may_ask = problem.is_none() && !context.offline;
    let asked = async {
        match may_ask {
            true => Some(ask(context, host, client).await),
            false => None,
        }
    };
    let origins = async {
        match &url {
            Some(url) => Some(credential_origins(&context.env, url).await),
            None => None,
        }
    };
    let (asked, origins) = join(asked, origins).await;
    match asked {
        None if problem.is_some() => {}
        None => section.ok("connection", "not tried (--offline)"),
        Some(Ok((time, warnings))) => {
            section.ok(
                "connection",
                format!("reachable in {} ms", time.as_millis()),
            );
            if !warnings.is_empty() {
                section.but(
                    context,
                    Status::Warning,
                    warnings.join("; "),
                    Hint::text("renew or unset that token"),
                );
            }
        }
        Some(Err((sentence, hint))) => {
            section.ok("connection", "failed");
            section.but(context, Status::Problem, sentence, hint);
        }
    }
    match origins.as_deref() {
        None => section.ok("credentials", "those of ssh"),
        Some([]) => section.ok("credentials", "none (public repositories only)"),
        Some(origins) => section.ok("credentials", origins.join(", then ")),
    }
    if let Some(found) = &found {
        connection(
            context,
            found,
            host.url.starts_with("https://"),
            &mut section,
        );
    }
    section
}

/// Adds the proxy, the certificates, and the headers.
fn connection(context: &Context<'_>, found: &Diagnosis, is_secure: bool, section: &mut Section) {
    let with_key = |setting: &Setting| format!("{} ({})", setting.value, setting.key);
    let proxy = found.proxy.as_ref();
    section.ok("proxy", proxy.map_or_else(|| "none".to_owned(), with_key));
    if is_secure {
        let set = context.env.system_certificates.iter();
        let mut certificates: Vec<String> = set
            .map(|(variable, path)| format!("{path} ({variable})"))
            .collect();
        if certificates.is_empty() {
            certificates.push("those of the system".to_owned());
        }
        certificates.extend(found.authorities.iter().map(with_key));
        section.ok("certificates", certificates.join(", "));
        if let Some(problem) = &found.problem {
            section.but(
                context,
                Status::Problem,
                problem.to_string(),
                problem.hint(),
            );
        } else if found.is_unverified {
            section.but(
                context,
                Status::Warning,
                "git does not verify certificates here (`http.sslVerify=false`); mdskill always does",
                Hint::text("name the file of the certificate in git's `http.sslCAInfo` instead"),
            );
        }
    } else if let Some(problem) = &found.problem {
        section.but(
            context,
            Status::Problem,
            problem.to_string(),
            problem.hint(),
        );
    }
    if let Some(certificate) = &found.certificate {
        section.ok("client", with_key(certificate));
    }
    if !found.headers.is_empty() {
        section.ok(
            "headers",
            format!("{} (http.extraHeader)", found.headers.join(", ")),
        );
    }
}

/// Sends the first request of the protocol. Returns the time of the answer, and warnings.
async fn ask(
    context: &Context<'_>,
    host: &Host,
    client: &Client,
) -> Result<(Duration, Vec<String>), (String, Option<Hint>)> {
    let failed = |error: TransportError| (error.to_string(), error.hint());
    let start = Instant::now();
    let mut remote = Remote::open(&host.url, client, &context.env).map_err(failed)?;
    let prefixes = ["HEAD".to_owned()];
    let limit = limit(context);
    let Ok(listed) = tokio::time::timeout(limit, remote.list_refs(&prefixes)).await else {
        let error = HttpError::Timeout {
            host: host.name.clone(),
            seconds: limit.as_secs(),
        };
        return Err((error.to_string(), error.hint()));
    };
    match listed {
        Ok(_) => Ok((start.elapsed(), remote.take_warnings())),
        // The host answers. Its repository is only an example, and may not exist there.
        Err(TransportError::Http(HttpError::Status {
            status: 401 | 403 | 404 | 410,
            retry_after: None,
            ..
        })) if !host.is_source => Ok((start.elapsed(), Vec::new())),
        Err(error) => Err(failed(error)),
    }
}

fn limit(context: &Context<'_>) -> Duration {
    LIMIT.min(context.env.timeout)
}

fn without_retries() -> Retry {
    Retry {
        times: 0,
        delay: Duration::ZERO,
        patience: Duration::ZERO,
    }
}
