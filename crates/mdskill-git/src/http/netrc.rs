//! The user's netrc file, which git reads through curl.
//!
//! Source: curl's netrc.c, and the GNU inetutils manual, "The .netrc file".

use std::path::Path;

use reqwest::Url;

use crate::environment::Environment;

/// The names of the file in the home folder.
const NAMES: [&str; 2] = [".netrc", "_netrc"];
/// The maximum size of the file.
const MAX_BYTES: u64 = 1 << 20;

/// A user name and a password.
pub(super) type Login = (String, String);

/// Returns the login for the host of `url`, and for this user if one is given.
pub(super) fn ask_netrc(env: &dyn Environment, url: &Url, user: Option<&str>) -> Option<Login> {
    let home = env.home()?;
    let text = NAMES.iter().find_map(|name| read(&home.join(name)))?;
    find(&text, url.host_str()?, user)
}

fn read(path: &Path) -> Option<String> {
    let size = path.metadata().ok()?.len();
    let bytes = (size <= MAX_BYTES).then(|| std::fs::read(path).ok())??;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// Returns the first login for this host, and for this user if one is given.
fn find(text: &str, host: &str, user: Option<&str>) -> Option<Login> {
    let mut words = Words { rest: text };
    let (mut is_wanted, mut login, mut password) = (false, None, None);
    let complete = |is_wanted: bool, login: &Option<String>, password: &Option<String>| {
        let name = login.clone().or_else(|| user.map(str::to_owned))?;
        let is_user = user.is_none_or(|user| user == name);
        (is_wanted && is_user).then(|| Some((name, password.clone()?)))?
    };
    while let Some(word) = words.next() {
        match word.as_str() {
            "machine" | "default" => {
                if let Some(found) = complete(is_wanted, &login, &password) {
                    return Some(found);
                }
                is_wanted = word == "default" || words.next()?.eq_ignore_ascii_case(host);
                (login, password) = (None, None);
            }
            "login" => login = words.next(),
            "password" => password = words.next(),
            "account" => drop(words.next()),
            // A macro ends at an empty line.
            "macdef" => {
                let end = words
                    .rest
                    .find("\n\n")
                    .map_or(words.rest.len(), |at| at + 2);
                words.rest = &words.rest[end..];
            }
            _ => {}
        }
    }
    complete(is_wanted, &login, &password)
}

/// The words of the file, without comments. A quoted word may contain spaces and escapes.
struct Words<'a> {
    rest: &'a str,
}

impl Iterator for Words<'_> {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        self.rest = self.rest.trim_start();
        while self.rest.starts_with('#') {
            let end = self.rest.find('\n').unwrap_or(self.rest.len());
            self.rest = self.rest[end..].trim_start();
        }
        let Some(quoted) = self.rest.strip_prefix('"') else {
            let end = self.rest.find(char::is_whitespace);
            let (word, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
            self.rest = rest;
            return (!word.is_empty()).then(|| word.to_owned());
        };
        let mut word = String::new();
        let mut chars = quoted.chars();
        loop {
            match chars.next()? {
                '"' => break,
                '\\' => word.push(match chars.next()? {
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    other => other,
                }),
                other => word.push(other),
            }
        }
        self.rest = chars.as_str();
        Some(word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NETRC: &str = "# machine commented.example login no password no\n\
        machine a.example login ada password \"open \\\"sesame\\\"\"\n\
        machine b.example\n\tlogin bob\n\taccount x\n\tpassword \"#hash\" # a comment\n\
        macdef init\nmachine c.example login no password no\n\n\
        machine b.example login eve password other\n\
        machine d.example password only\n\
        default login anonymous password guest\n";

    #[test]
    fn login_of_host_is_found_as_in_curl() {
        let login = |host, user| find(NETRC, host, user);
        let is = |user: &str, password: &str| Some((user.to_owned(), password.to_owned()));
        assert_eq!(login("a.example", None), is("ada", "open \"sesame\""));
        assert_eq!(login("B.example", None), is("bob", "#hash"));
        assert_eq!(login("b.example", Some("eve")), is("eve", "other"));
        assert_eq!(login("d.example", Some("dan")), is("dan", "only"));
        for other in ["commented.example", "c.example", "sub.a.example"] {
            assert_eq!(login(other, None), is("anonymous", "guest"), "{other}");
        }
        assert_eq!(find("machine a", "a", None), None);
        assert_eq!(find("machine a login \"x", "a", None), None);
        assert_eq!(find("", "a", None), None);
    }
}
