//! A home or a cache folder that can't be used: what needs neither works, and errors name the variable.

use crate::support::test_context::{Prepared, TestContext};

/// A context with an installed skill, and a file in place of the home folder.
fn without_home() -> (TestContext, String) {
    let (context, repo) = TestContext::with_skills();
    context.run(&["add", "acme/skills/one"]).ok();
    let bundle = context.root().join("acme/packed.bundle");
    let bundle = bundle.display().to_string();
    let folder = repo.folder().display().to_string();
    let create = [
        "-C", &folder, "bundle", "create", "--quiet", &bundle, "--all", "HEAD",
    ];
    context.git(&create).ok();
    let file = context.path("temp/file");
    std::fs::write(&file, "").unwrap();
    (context, file.display().to_string())
}

/// Sets the home folder, and lets the other folders be those of the platform.
fn with_home(prepared: Prepared, home: &str) -> Prepared {
    let set = ["MDSKILL_CACHE_DIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"].into_iter();
    let prepared = prepared.env("HOME", home);
    set.fold(prepared, |prepared, name| prepared.env(name, ""))
}

#[test]
fn commands_without_network_need_no_home() {
    let (context, file) = without_home();
    for command in [
        vec!["list"],
        vec!["verify"],
        vec!["validate"],
        vec!["install"],
        vec!["outdated"],
        vec!["show", "one"],
        vec!["remove", "one"],
    ] {
        let prepared = with_home(context.mdskill(&command), &file);
        prepared.run().ok();
    }
}

#[test]
fn personal_skills_need_home() {
    let (context, file) = without_home();
    for home in [file.as_str(), "/nonexistent"] {
        let prepared = with_home(context.mdskill(["-g", "list"]), home);
        context.assert_refused(prepared, 1, "no home folder found: set HOME");
    }
}

#[test]
fn error_for_unusable_cache_names_variable() {
    let (context, file) = without_home();
    let add = ["add", "acme/packed/two"];
    let prepared = with_home(context.mdskill(add), &file);
    let outcome = context.assert_refused(prepared, 1, "can't use the cache folder");
    outcome.says("hint: set MDSKILL_CACHE_DIR to a folder");
    let prepared = context.mdskill(add).env("MDSKILL_CACHE_DIR", &file);
    let outcome =
        context.assert_refused(prepared, 1, &format!("can't use the cache folder {file}"));
    outcome.says("hint: set MDSKILL_CACHE_DIR to a folder");
    let cache = context.path("temp/cache").display().to_string();
    let prepared = with_home(context.mdskill(add), &file);
    prepared.env("MDSKILL_CACHE_DIR", cache).run().ok();
}

#[test]
fn read_only_cache_is_no_permission() {
    use std::os::unix::fs::PermissionsExt;
    if rustix::process::geteuid().is_root() {
        eprintln!("skipped: root may write everywhere");
        return;
    }
    let (context, _) = without_home();
    let cache = context.path("temp/cache");
    std::fs::create_dir(&cache).unwrap();
    std::fs::set_permissions(&cache, PermissionsExt::from_mode(0o555)).unwrap();
    let prepared = context.mdskill(["add", "acme/packed/two"]);
    let prepared = prepared.env("MDSKILL_CACHE_DIR", &cache);
    let outcome = context.assert_refused(prepared, 4, "can't use the cache folder");
    outcome.says("hint: set MDSKILL_CACHE_DIR");
}
