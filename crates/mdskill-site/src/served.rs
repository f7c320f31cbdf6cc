//! Files that do more than lie on a site.

/// The extensions of pages that need no `<` at their beginning, or that are compressed.
const PAGES: [&str; 8] = [
    "htm", "html", "mht", "mhtml", "shtml", "svgz", "xht", "xhtml",
];
/// The extensions of programs that servers run; those of PHP begin with `php`.
const PROGRAMS: [&str; 9] = [
    "asp", "aspx", "cfm", "cgi", "fcgi", "jsp", "jspx", "phar", "phtml",
];
/// The files that configure a folder of a server.
const FOR_SERVERS: [&str; 4] = [".htaccess", ".htpasswd", ".user.ini", "web.config"];

/// Whether a site would run a file of a skill: a browser as a page, or the server. A stranger's page
/// could do there what the site's own can.
///
/// A browser takes a file for a page because of its extension, or because it begins with `<`: all XML does,
/// whatever its extension, and all HTML that is recognized without one.
pub(crate) fn runs(path: &str, content: &[u8]) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    let name = name.to_ascii_lowercase();
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    let is_page = PAGES.contains(&extension);
    let is_for_server = extension.starts_with("php")
        || FOR_SERVERS.contains(&&*name)
        || PROGRAMS.contains(&extension);
    is_page || is_for_server || begins_as_page(content)
}

/// Whether the first character that is not a space is `<`, in any encoding.
fn begins_as_page(bytes: &[u8]) -> bool {
    let is_space = |byte: &u8| {
        byte.is_ascii_whitespace() || matches!(byte, 0 | 0xef | 0xbb | 0xbf | 0xfe | 0xff)
    };
    bytes.iter().find(|byte| !is_space(byte)) == Some(&b'<')
}
