//! Tests of the suite's TLS server, proxy, and slow link, with real git.

use crate::support::authority::Authority;
use crate::support::git_server::GitServer;
use crate::support::link::Link;
use crate::support::proxy::Proxy;
use crate::support::test_context::ServedContext;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

fn root_of(context: &ServedContext) -> &std::path::Path {
    context.repo.folder().ancestors().nth(2).unwrap()
}

#[test]
fn git_trusts_only_valid_certificates_of_server() {
    let context = ServedContext::new();
    let authority = Authority::new(&context.path("temp"));
    let trust = format!("http.sslCAInfo={}", authority.pem().display());
    let look = |server: &GitServer| {
        context.git(&[
            "-c",
            &trust,
            "ls-remote",
            &server.url_of("acme/skills"),
            "HEAD",
        ])
    };

    let good = GitServer::start_tls(root_of(&context), &authority, &["localhost", "127.0.0.1"]);
    look(&good).ok().says(&context.commit);
    context
        .git(&["ls-remote", &good.url_of("acme/skills")])
        .fails(128)
        .says("certificate");
    assert!(good.traffic().down > 100);

    let other = GitServer::start_tls(root_of(&context), &authority, &["elsewhere.example"]);
    look(&other).fails(128).says("certificate");
    let expired = GitServer::start_with(
        root_of(&context),
        authority.expired_certificate(&["127.0.0.1"]),
    );
    look(&expired).fails(128).says("certificate");
}

#[test]
fn proxy_forwards_and_records_requests() {
    let context = ServedContext::new();
    let authority = Authority::new(&context.path("temp"));
    let server = GitServer::start_tls(root_of(&context), &authority, &["github.example"]);
    let proxy = Proxy::start(server.address());
    let trust = format!("http.sslCAInfo={}", authority.pem().display());
    let look = [
        "-c",
        &trust,
        "ls-remote",
        "https://github.example/acme/skills",
        "HEAD",
    ];
    let prepared = context.command("git", look).env("HTTPS_PROXY", proxy.url());
    prepared.run().ok().says(&context.commit);
    assert_eq!(proxy.asked(), ["CONNECT github.example:443"]);

    let plain = Proxy::start(context.server.address());
    let prepared = || {
        context.command(
            "git",
            ["clone", "http://github.example/acme/skills", "copy"],
        )
    };
    prepared().env("http_proxy", plain.url()).run().ok();
    let asked = plain.asked();
    assert_eq!(
        asked[0],
        "GET http://github.example/acme/skills/info/refs?service=git-upload-pack"
    );
    assert_eq!(
        asked[1..],
        ["POST http://github.example/acme/skills/git-upload-pack"; 2]
    );

    plain.refuse(403);
    std::fs::remove_dir_all(context.project().join("copy")).unwrap();
    prepared()
        .env("http_proxy", plain.url())
        .run()
        .fails(128)
        .says("403");
    proxy.refuse(407);
    context
        .command("git", look)
        .env("HTTPS_PROXY", proxy.url())
        .run()
        .fails(128)
        .says("407");
}

#[test]
fn git_clones_over_slow_link() {
    let context = ServedContext::new();
    let link = Link::start(
        context.server.address(),
        Duration::from_millis(20),
        50_000_000,
    );
    let url = format!("http://{}/acme/skills.git", link.address());
    let start = Instant::now();
    context.git(&["clone", "--quiet", &url, "copy"]).ok();
    // One round trip for the handshake, and one for each of the three requests.
    assert!(
        start.elapsed() >= Duration::from_millis(80),
        "{:?}",
        start.elapsed()
    );
    let traffic = context.server.traffic();
    assert_eq!(traffic.requests, 3);
    assert_eq!(link.carried(), (traffic.up, traffic.down));
}

#[test]
fn link_has_configured_delay_and_bandwidth() {
    let size = 2_000_000;
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = server.local_addr().unwrap();
    std::thread::spawn(move || {
        for mut client in server.incoming().flatten() {
            client.read_exact(&mut [0]).unwrap();
            client.write_all(&vec![7; size]).unwrap();
        }
    });
    let link = Link::start(address, Duration::from_millis(50), 50_000_000);
    // Two round trips for the handshake and the request, then the bytes at the bandwidth.
    let (trip, pace) = (Duration::from_millis(50), |bytes: usize| {
        Duration::from_secs_f64(bytes as f64 * 8.0 / 50e6)
    });
    let windows = (0..)
        .map(|doublings| 14_600 << doublings)
        .take_while(|window| pace(*window) < trip);
    // While a window is shorter than a round trip, the sender waits for the rest of it.
    let slow_start: Duration = windows
        .map(|window| trip.saturating_sub(pace(window)))
        .sum();
    let expected = trip * 2 + slow_start + pace(size);
    let fetch = || {
        let start = Instant::now();
        let mut client = TcpStream::connect(link.address()).unwrap();
        client.write_all(b"?").unwrap();
        let mut answer = Vec::new();
        client.read_to_end(&mut answer).unwrap();
        assert_eq!(answer.len(), size);
        start.elapsed()
    };
    // A busy machine is only slower, so the best of several attempts counts.
    let best = (0..5).map(|_| fetch()).min().unwrap();
    assert!(
        best >= expected.mul_f64(0.99),
        "{best:?}, expected {expected:?}"
    );
    assert!(
        best <= expected.mul_f64(1.05),
        "{best:?}, expected {expected:?}"
    );
}
