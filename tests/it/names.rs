//! Names: two skills of one name are never silently one, and a ref is kept until another is named.

use crate::support::shop::Shop;

#[test]
fn a_second_skill_of_the_repository_does_not_take_the_name_of_the_first() {
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
fn a_skill_that_moved_in_its_repository_is_still_the_same() {
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
fn adding_everything_takes_no_skill_off_the_ref_it_follows() {
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
fn one_skill_at_two_refs_that_agree_lands_once() {
    let (shop, repo) = Shop::stocked();
    let specs = ["add", "acme/skills/two", "acme/skills/two@main"];
    shop.run(&specs).ok();
    assert_eq!(shop.folders(".github/skills"), ["two"]);
    shop.has("two", &repo, "main:skills/two");
}

#[test]
fn adding_again_without_the_ref_restores_the_files_and_adds_the_target() {
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
fn what_add_finds_by_name_list_and_validate_find_too() {
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
fn all_behind_a_name_is_that_skill() {
    let (shop, _repo) = Shop::stocked();
    shop.run(&["add", "acme/skills/two", "--all"]).ok();
    assert_eq!(shop.folders(".github/skills"), ["two"]);
}
