//! Names and refs: skills with the same name are never confused, and a ref is kept until another one is requested.

use crate::support::shop::Shop;

#[test]
fn add_refuses_second_skill_with_the_same_name() {
    let shop = Shop::open();
    let mut repo = shop.repo("acme/skills");
    repo.skill("plugins/py/skills/lint", "lint", "Lints Python")
        .skill("plugins/w3/skills/lint", "lint", "Lints the web");
    repo.commit("Two of a name");
    shop.run(&["add", "acme/skills/plugins/py/skills/lint"])
        .ok();
    let web = "acme/skills/plugins/w3/skills/lint";
    let outcome = shop.refuses(&["add", web], 1, "would be installed as `lint`");
    outcome.says("acme/skills/plugins/py/skills/lint").says(web);
    shop.run(&["add", web, "--name", "lint-web"]).ok();
    assert_eq!(shop.folders(".github/skills"), ["lint", "lint-web"]);
    shop.has("lint", &repo, "main:plugins/py/skills/lint");
}

#[test]
fn add_follows_skill_that_moved_in_its_repository() {
    let shop = Shop::open();
    let mut repo = shop.repo("acme/skills");
    repo.skill("old/lint", "lint", "Lints");
    repo.commit("Here");
    shop.run(&["add", "acme/skills/lint"]).ok();
    repo.rename("old/lint", "new/lint");
    repo.commit("There");
    shop.run(&["add", "acme/skills/lint"]).ok();
    shop.has("lint", &repo, "main:new/lint");
}

#[test]
fn add_all_keeps_the_ref_of_an_installed_skill() {
    let (shop, mut repo) = Shop::stocked();
    repo.tag("v1");
    repo.write("skills/one/more.md", "more");
    repo.commit("More");
    shop.run(&["add", "acme/skills/one@v1"]).ok();
    let outcome = shop.run(&["add", "acme/skills", "--all"]);
    outcome.ok().says("it follows `v1`");
    assert_eq!(shop.entry("one")["ref"], "v1");
    shop.has("one", &repo, "v1:skills/one");
    shop.has("two", &repo, "main:skills/two");
    shop.run(&["add", "acme/skills/one@HEAD"]).ok();
    shop.has("one", &repo, "main:skills/one");
}

#[test]
fn add_of_equal_refs_installs_skill_once() {
    let (shop, repo) = Shop::stocked();
    let specs = ["add", "acme/skills/two", "acme/skills/two@main"];
    shop.run(&specs).ok();
    assert_eq!(shop.folders(".github/skills"), ["two"]);
    shop.has("two", &repo, "main:skills/two");
}

#[test]
fn add_without_ref_restores_files_and_adds_target() {
    let (shop, mut repo) = Shop::stocked();
    shop.run(&["add", "acme/skills/one", "--pin"]).ok();
    let pinned = shop.entry("one")["commit"].clone();
    repo.write("skills/one/more.md", "more");
    repo.commit("More");
    std::fs::remove_dir_all(shop.room.project().join(".github/skills/one")).unwrap();
    shop.run(&["add", "acme/skills/one", "--agent", "claude"])
        .ok();
    assert_eq!(shop.folders(".claude/skills"), ["one"]);
    shop.has("one", &repo, &format!("{pinned}:skills/one"));
    assert_eq!(shop.entry("one")["ref"], pinned);
}

#[test]
fn list_and_validate_find_skills_by_name_like_add() {
    let (shop, _repo) = Shop::stocked();
    let listed = shop.run(&["list", "acme/skills/two", "--names"]);
    assert_eq!(listed.ok().stdout, "two\n");
    shop.refuses(
        &["add", "acme/skills/skills"],
        2,
        "acme/skills/skills has 3 skills",
    );
    shop.run(&["add", "acme/skills/two"]).ok();
    let json = shop.run(&["validate", "two", "--json"]).json();
    assert_eq!(json["summary"]["skills"], 1);
    shop.refuses(
        &["validate", "nobody"],
        2,
        "installed skill is named `nobody`",
    );
    shop.refuses(
        &["verify", "-g"],
        1,
        "hint: `mdskill -g add owner/repo/skill` installs a skill",
    );
}

#[test]
fn add_all_of_a_single_skill_installs_it() {
    let (shop, _repo) = Shop::stocked();
    shop.run(&["add", "acme/skills/two", "--all"]).ok();
    assert_eq!(shop.folders(".github/skills"), ["two"]);
}
