//! The cost of merges: as many requests as an update without edits, and never a whole clone.

use crate::support::git_server::GitServer;
use crate::support::noise::noise;
use crate::support::repo::Repo;
use crate::support::test_context::TestContext;
use crate::support::wire::Request;

/// Incompressible bytes in the repository outside of the skills.
const BALLAST: usize = 600_000;
/// Six small skills with their trees, commits, and HTTP headers.
const ENOUGH: u64 = 40_000;

fn page(name: &str, first: &str, last: &str) -> String {
    format!("---\nname: {name}\ndescription: Skill {name}\n---\n\n{first}\n\nmiddle\n\n{last}\n")
}

/// A context, and the server with its repository.
struct EditedSkills {
    _root: tempfile::TempDir,
    repo: Repo,
    server: GitServer,
    context: TestContext,
}

/// Six skills of which three changed upstream, and two of those are edited if they are to be.
fn skills(with_edits: bool) -> EditedSkills {
    let root = tempfile::tempdir().unwrap();
    let mut repo = Repo::create(root.path(), "acme/skills");
    let films = noise(2 * BALLAST);
    repo.write("film.bin", &films[..BALLAST]);
    for name in ["a", "b", "c", "d", "e", "f"] {
        repo.write(
            &format!("skills/{name}/SKILL.md"),
            page(name, "first", "last"),
        );
    }
    repo.commit("Six skills");
    let server = GitServer::start(root.path());
    let context = TestContext::with_origin(&server.url());
    context.mdskill(["add", "acme/skills", "--all"]).run().ok();
    for name in ["a", "b", "c"] {
        repo.write(
            &format!("skills/{name}/SKILL.md"),
            page(name, "theirs", "last"),
        );
    }
    repo.write("film.bin", &films[BALLAST..]);
    repo.commit("Three of them, and another film");
    if with_edits {
        for name in ["a", "b"] {
            context.write(
                &format!(".github/skills/{name}/SKILL.md"),
                page(name, "first", "ours"),
            );
        }
    }
    EditedSkills {
        _root: root,
        repo,
        server,
        context,
    }
}

/// Updates, and returns the number of requests.
fn update(skills: &EditedSkills, with_edits: bool) -> usize {
    let EditedSkills {
        repo,
        server,
        context,
        ..
    } = skills;
    server.reset();
    context
        .mdskill(["update"])
        .run()
        .ok()
        .says("3 updated, 3 unchanged");
    for (name, last) in [("a", "ours"), ("b", "ours"), ("c", "last")] {
        let last = if with_edits { last } else { "last" };
        let text = context.read(&format!(".github/skills/{name}/SKILL.md"));
        assert_eq!(text, page(name, "theirs", last));
    }
    context.mdskill(["verify"]).run().ok();
    let traffic = server.traffic();
    assert!(traffic.down < ENOUGH, "{} bytes came down", traffic.down);
    let requests = server.requests();
    let fetches = || {
        requests
            .iter()
            .filter(|request| request.command().as_deref() == Some("fetch"))
    };
    assert!(fetches().count() > 0);
    for request in fetches() {
        assert!(is_modest(request, repo), "{:?}", request.lines());
    }
    assert_eq!(u64::try_from(requests.len()).unwrap(), traffic.requests);
    requests.len()
}

/// Whether a request omits the files, names the commits that are present, or wants only single files.
fn is_modest(request: &Request, repo: &Repo) -> bool {
    let lines = request.lines();
    let has = |start: &str| lines.iter().any(|line| line.starts_with(start));
    let is_file = |id: &String| repo.git(&["cat-file", "-t", id]) == "blob";
    has("filter ") || has("have ") || request.wants().iter().all(is_file)
}

#[test]
fn merge_takes_as_many_requests_as_replacement() {
    let counts = [false, true].map(|with_edits| {
        let skills = skills(with_edits);
        update(&skills, with_edits)
    });
    assert_eq!(counts, [3, 3]);
}

#[test]
fn bases_missing_in_cache_take_at_most_one_more_request() {
    let skills = skills(true);
    skills.context.mdskill(["cache", "clear"]).run().ok();
    let requests = update(&skills, true);
    assert!(requests <= 4, "{requests} requests");
    eprintln!("{requests} requests with an empty store");
}
