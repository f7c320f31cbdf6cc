//! Servers that answer with errors, or not at all: statuses and transport faults in each phase of a fetch.

use crate::suite::{Group, Suite};
use crate::support::authority::Authority;
use crate::support::fault::Fault;
use crate::support::git_server::GitServer;
use crate::support::proxy::Proxy;
use crate::support::test_context::{Prepared, ServedContext};
use crate::support::wire::Request;
use crate::tally::Tried;
use crate::watch::Watch;
use std::net::TcpListener;
use std::time::Duration;

pub const ADD: [&str; 2] = ["add", "acme/skills/one"];

/// A status, and the exit code after it (docs/reference/exit-codes.md).
const STATUSES: [(u16, i32); 31] = [
    (201, 5),
    (204, 5),
    (206, 5),
    (300, 5),
    (301, 5),
    (302, 5),
    (304, 5),
    (307, 5),
    (308, 5),
    (400, 5),
    (401, 4),
    (402, 5),
    (403, 4),
    (404, 1),
    (405, 5),
    (407, 4),
    (408, 5),
    (409, 5),
    (410, 1),
    (413, 5),
    (418, 5),
    (422, 5),
    (425, 5),
    (429, 5),
    (451, 1),
    (500, 5),
    (501, 5),
    (502, 5),
    (503, 5),
    (504, 5),
    (599, 5),
];

/// The requests of a fetch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// The list of refs.
    Refs,
    /// The trees of a commit.
    Trees,
    /// The files.
    Blobs,
}

pub const PHASES: [(&str, Phase); 3] = [
    ("refs", Phase::Refs),
    ("trees", Phase::Trees),
    ("files", Phase::Blobs),
];

impl Phase {
    pub fn is_of(self, request: &Request) -> bool {
        let is_filtered = || {
            request
                .lines()
                .iter()
                .any(|line| line.starts_with("filter "))
        };
        match request.command().as_deref() {
            Some("ls-refs") => self == Self::Refs,
            Some("fetch") => {
                self == if is_filtered() {
                    Self::Trees
                } else {
                    Self::Blobs
                }
            }
            _ => false,
        }
    }
}

/// An `add` without retries, with a short time limit.
pub fn impatient(context: &ServedContext) -> Prepared {
    let prepared = context.mdskill(ADD).env("MDSKILL_RETRIES", "0");
    prepared.env("MDSKILL_TIMEOUT", "1")
}

/// Fails the requests of a phase, and checks that `add` ends with this code and this sentence, changes nothing, and
/// works when the fault is gone.
pub fn refuses(phase: Phase, fault: Fault, code: i32, sentence: &str) {
    let context = ServedContext::new();
    let watch = Watch::over(&context);
    context
        .server
        .fault_when(move |request| phase.is_of(request), fault);
    Watch::run(context.mdskill(ADD).env("MDSKILL_RETRIES", "0"))
        .fails(code)
        .says(sentence);
    settle(&context, &watch);
}

/// The same with a time limit of one second without data.
fn times_out(phase: Phase, fault: Fault, sentence: &str) {
    let context = ServedContext::new();
    let watch = Watch::over(&context);
    context
        .server
        .fault_when(move |request| phase.is_of(request), fault);
    Watch::run(impatient(&context)).fails(5).says(sentence);
    settle(&context, &watch);
}

fn settle(context: &ServedContext, watch: &Watch<'_>) {
    context.server.clear_faults();
    watch.settle();
}

pub fn register(suite: &mut Suite) {
    let mut group = suite.group("server", Tried::Fault);
    statuses(&mut group);
    connections(&mut group);
    slow(&mut group);
    old_servers(&mut group);
    redirects(&mut group);
    certificates(&mut group);
    recovered(&mut group);
}

fn statuses(group: &mut Group<'_>) {
    for (status, code) in STATUSES {
        let sentence = if (300..400).contains(&status) {
            "refused the redirect".to_owned()
        } else {
            status.to_string()
        };
        for (name, phase) in PHASES {
            let sentence = sentence.clone();
            let is_short = phase == Phase::Refs || [401, 404, 429, 503].contains(&status);
            group.case_of_form(is_short, format!("status_{status}_for_{name}"), move || {
                refuses(phase, Fault::status(status), code, &sentence);
            });
        }
    }
    for status in [401, 404, 429, 500] {
        group.case(format!("status_{status}_for_capabilities"), move || {
            let context = ServedContext::new();
            let watch = Watch::over(&context);
            let is_get = |request: &Request| request.method == "GET";
            context.server.fault_when(is_get, Fault::status(status));
            context.server.fault(Fault::status(404));
            let outcome = Watch::run(context.mdskill(ADD).env("MDSKILL_RETRIES", "0"));
            outcome.fails(1).says("does not exist or is private (404)");
            settle(&context, &watch);
        });
    }
    for (name, wait) in [
        ("in_an_hour", "3600"),
        ("in_a_date", "Fri, 31 Dec 9999 23:59:59 GMT"),
        ("that_overflows", "99999999999999999999"),
        ("that_is_negative", "-1"),
        ("that_is_garbage", "\u{b2}"),
    ] {
        group.case(format!("retry_after_{name}"), move || {
            let fault = Fault::Status {
                code: 429,
                headers: vec![("Retry-After", wait.to_owned())],
                body: String::new(),
            };
            refuses(Phase::Refs, fault, 5, "too many requests (429)");
        });
    }
    group.case("explanation_without_end", || {
        let fault = Fault::Status {
            code: 403,
            headers: vec![("Content-Type", "text/plain".to_owned())],
            body: "no. ".repeat(1 << 20),
        };
        refuses(Phase::Refs, fault, 4, "the server says: no. no.");
    });
    group.case("explanation_with_control_characters", || {
        let fault = Fault::Status {
            code: 403,
            headers: vec![("Content-Type", "text/plain".to_owned())],
            body: "\u{1b}]0;title\u{7}\u{202e}no".to_owned(),
        };
        refuses(Phase::Refs, fault, 4, "is forbidden (403)");
    });
}

fn connections(group: &mut Group<'_>) {
    let chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let raw = |bytes: &[u8]| Fault::Raw(bytes.to_vec());
    let faults = [
        ("reset", Fault::Reset, "the connection to"),
        ("reset_in_the_body", Fault::ResetMidBody(10), "the connection to"),
        ("short_length", Fault::ShortLength, "the connection to"),
        ("empty_body", Fault::EmptyOk, "ended early"),
        ("captive_portal", Fault::Garbage, "is not git protocol version 2"),
        ("no_answer", raw(b""), "the connection to"),
        ("no_status", raw(b"hello\r\n\r\n"), "the connection to"),
        ("half_a_head", raw(b"HTTP/1.1 200 OK\r\nContent-"), "the connection to"),
        ("endless_head", raw(&[b"HTTP/1.1 200 OK\r\n".as_slice(), &b"a: b\r\n".repeat(200_000)].concat()), "the connection to"),
        ("long_header", raw(&[b"HTTP/1.1 200 OK\r\na: ".as_slice(), &b"x".repeat(1 << 21)].concat()), "the connection to"),
        ("bad_chunk_size", raw(&[chunked.as_slice(), b"zz\r\nabc\r\n"].concat()), "the connection to"),
        ("huge_chunk_size", raw(&[chunked.as_slice(), b"ffffffffffffffff\r\nabc"].concat()), "the connection to"),
        ("end_in_a_chunk", raw(&[chunked.as_slice(), b"10\r\nabc"].concat()), "the connection to"),
        ("two_lengths", raw(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"), "the connection to"),
        ("negative_length", raw(b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nab"), "the connection to"),
        ("huge_length", raw(b"HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551615\r\n\r\nab"), ""),
        ("gzipped_body", raw(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b\x08\0"), "is not git protocol version 2"),
        ("upgrade", raw(b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"), ""),
    ];
    for (name, fault, sentence) in faults {
        for (phase_name, phase) in PHASES {
            let fault = fault.clone();
            let is_short = phase == Phase::Trees;
            group.case_of_form(is_short, format!("{name}_for_{phase_name}"), move || {
                refuses(phase, fault, 5, sentence);
            });
        }
    }
    group.case("refused_connection", || {
        let context = ServedContext::new();
        let watch = Watch::over(&context);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        drop(listener);
        let prepared = impatient(&context).env("MDSKILL_GITHUB_URL", &url);
        Watch::run(prepared)
            .fails(5)
            .says("can't connect to")
            .says("hint: ");
        watch.settle();
    });
    group.case("unknown_host", || {
        let context = ServedContext::new();
        let watch = Watch::over(&context);
        let prepared = context.mdskill(ADD).env("MDSKILL_RETRIES", "0");
        let prepared = prepared.env("MDSKILL_TIMEOUT", "5");
        let prepared = prepared.env("MDSKILL_GITHUB_URL", "https://forge.invalid");
        Watch::run(prepared)
            .fails(5)
            .says("can't connect to forge.invalid");
        watch.settle();
    });
}

fn slow(group: &mut Group<'_>) {
    for (name, fault, sentence) in [
        ("silence", Fault::Hang, "no data from 127.0.0.1"),
        (
            "silence_in_the_body",
            Fault::Stall(20),
            "no data from 127.0.0.1",
        ),
        (
            "drip",
            Fault::SlowDrip(Duration::from_millis(20)),
            "less than 1 KiB per second",
        ),
    ] {
        for (phase_name, phase) in PHASES {
            let fault = fault.clone();
            group.case(format!("{name}_for_{phase_name}"), move || {
                times_out(phase, fault, sentence);
            });
        }
    }
    group.case_of_form(false, "rate_just_above_the_least", || {
        // 8 KiB a second of progress, which never ends.
        let progress = [b"\x02".as_slice(), &b".".repeat(800)].concat();
        let progress = crate::support::packets::frame(&progress);
        let fault = Fault::Paced(
            b"000dpackfile\n".to_vec(),
            progress,
            Duration::from_millis(100),
        );
        times_out(
            Phase::Trees,
            fault,
            "the response was not complete after 4s",
        );
    });
}

/// A server that only the user's git can be asked about.
fn old_servers(group: &mut Group<'_>) {
    let is_git = |request: &Request| {
        let agent = request.header("user-agent").unwrap_or_default();
        agent.starts_with("git/")
    };
    for (name, fault, code, sentence) in [
        ("is_silent", Fault::Hang, 1, "`git` failed"),
        ("is_private", Fault::status(401), 1, "`git` failed"),
        ("resets_connections", Fault::Reset, 1, "`git` failed"),
    ] {
        group.case(format!("old_server_{name}"), move || {
            let context = ServedContext::new();
            let watch = Watch::over(&context);
            context.server.fault_when(is_git, fault);
            context.server.fault(Fault::V0Only);
            let outcome = Watch::run(impatient(&context));
            outcome
                .fails(code)
                .says(sentence)
                .says("does not support git protocol version 2");
            settle(&context, &watch);
        });
    }
}

fn redirects(group: &mut Group<'_>) {
    for code in [301, 302, 303, 307, 308] {
        for (name, to, sentence) in [
            ("loop", "{target}", "more than five redirects"),
            (
                "another_page",
                "/login?secret=hunter2",
                "it is not the address of a git repository",
            ),
            (
                "a_file",
                "file:///etc/passwd",
                "its target does not use https",
            ),
            ("nothing", "http://", "it has no valid address"),
        ] {
            group.case(format!("redirect_{code}_to_{name}"), move || {
                let context = ServedContext::new();
                let watch = Watch::over(&context);
                let to = to.to_owned();
                context.server.fault(Fault::Redirect { code, to });
                let outcome = Watch::run(context.mdskill(ADD).env("MDSKILL_RETRIES", "0"));
                outcome.fails(5).says(sentence).never_says("hunter2");
                settle(&context, &watch);
            });
        }
    }
}

fn certificates(group: &mut Group<'_>) {
    for (name, reason) in [
        ("unknown", "UnknownIssuer"),
        ("expired", "expired"),
        ("of_another_host", "not valid for name"),
    ] {
        group.case(format!("certificate_{name}"), move || {
            let context = ServedContext::new();
            let authority = Authority::new(&context.path("temp"));
            let certificate = match name {
                "expired" => authority.expired_certificate(&["127.0.0.1"]),
                "unknown" => authority.certificate(&["127.0.0.1"]),
                _ => authority.certificate(&["elsewhere.example"]),
            };
            let server = GitServer::start_with(context.root(), certificate);
            let watch = Watch::over(&context);
            let mut prepared = impatient(&context).env("MDSKILL_GITHUB_URL", server.url());
            if name != "unknown" {
                prepared = prepared.env("SSL_CERT_FILE", authority.pem());
            }
            Watch::run(prepared)
                .fails(5)
                .says("can't trust")
                .says(reason)
                .says("SSL_CERT_FILE");
            assert_eq!(server.traffic().requests, 0, "a request was sent");
            watch.settle();
        });
    }
    for (status, code) in [(407, 4), (403, 5), (502, 5)] {
        group.case(format!("proxy_refuses_with_{status}"), move || {
            let context = ServedContext::new();
            let proxy = Proxy::start(context.server.address());
            proxy.refuse(status);
            let watch = Watch::over(&context);
            let prepared = impatient(&context).env("MDSKILL_GITHUB_URL", "https://forge.example");
            Watch::run(prepared.env("HTTPS_PROXY", proxy.url())).fails(code);
            watch.settle();
        });
    }
    for (name, proxy) in [
        ("broken_address", "http://ada:open-sesame@[::bad"),
        ("unknown_scheme", "gopher://ada:open-sesame@proxy.example"),
        ("no_host", "http://"),
    ] {
        group.case(format!("proxy_with_{name}"), move || {
            let context = ServedContext::new();
            let watch = Watch::over(&context);
            let prepared = impatient(&context).env("MDSKILL_GITHUB_URL", "https://forge.example");
            let outcome = Watch::run(prepared.env("HTTPS_PROXY", proxy));
            outcome
                .fails(1)
                .says("`HTTPS_PROXY`")
                .says("is not the URL of a proxy");
            outcome.never_says("open-sesame");
            watch.settle();
        });
    }
}

/// One fault, after which the request is sent again.
fn recovered(group: &mut Group<'_>) {
    for (name, fault) in [
        ("status_503", Fault::status(503)),
        ("reset", Fault::Reset),
        ("damaged_pack", Fault::CorruptPack),
        ("cut_body", Fault::CutBody(30)),
    ] {
        for (phase_name, phase) in PHASES {
            let fault = fault.clone();
            group.case(format!("single_{name}_for_{phase_name}"), move || {
                let context = ServedContext::new();
                let number = PHASES
                    .iter()
                    .position(|(_, other)| *other == phase)
                    .unwrap()
                    + 1;
                context.server.fault_nth(number, fault);
                let watch = Watch::over(&context).or_as_after(&ADD);
                // The fault of the copy is over.
                context.server.reset();
                Watch::run(context.mdskill(ADD)).ok();
                watch.settle();
                context.has("one", "HEAD:skills/one");
            });
        }
    }
    for (name, fault) in [
        ("without_filters", Fault::NoFilter),
        ("with_an_endless_body", Fault::Endless),
    ] {
        group.case(format!("server_{name}"), move || {
            let context = ServedContext::new();
            let watch = Watch::over(&context).or_as_after(&ADD);
            context.server.fault(fault);
            Watch::run(context.mdskill(ADD)).ok();
            settle(&context, &watch);
            context.has("one", "HEAD:skills/one");
        });
    }
}
