//! The ways to get mdskill have the platforms and names of `packaging/targets.json`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::sealed;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const VERSION: &str = env!("CARGO_PKG_VERSION");

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(ROOT).join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn table() -> Value {
    serde_json::from_str(&read("packaging/targets.json")).unwrap()
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("not a text: {value}"))
        .to_owned()
}

/// The targets with the extensions of their archives.
fn targets() -> BTreeMap<String, String> {
    let table = table();
    let rows = table["targets"].as_array().unwrap().iter();
    rows.map(|row| (text(&row["target"]), text(&row["archive"])))
        .collect()
}

fn target_names() -> BTreeSet<String> {
    targets().into_keys().collect()
}

/// Runs a command of `packaging/make.mjs`, and returns the folder that it writes to. Without Node, the test is skipped.
fn make(arguments: &[&str]) -> Option<TempDir> {
    let Some(node) = sealed::locate("node") else {
        eprintln!("SKIPPED: there is no node");
        return None;
    };
    let out = TempDir::new().unwrap();
    let output = Command::new(node)
        .arg(Path::new(ROOT).join("packaging/make.mjs"))
        .args(arguments)
        .arg("--out")
        .arg(out.path())
        .output()
        .unwrap();
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{message}");
    Some(out)
}

#[test]
fn release_workflow_builds_every_target() {
    let workflow: Value = serde_yaml::from_str(&read(".github/workflows/release.yml")).unwrap();
    let matrix = &workflow["jobs"]["build"]["strategy"]["matrix"]["include"];
    let built: Vec<String> = matrix
        .as_array()
        .unwrap()
        .iter()
        .map(|row| text(&row["target"]))
        .collect();
    assert_eq!(built.len(), targets().len());
    assert_eq!(built.into_iter().collect::<BTreeSet<_>>(), target_names());
}

#[test]
fn dependency_rules_cover_every_target() {
    let rules: toml_edit::DocumentMut = read("deny.toml").parse().unwrap();
    let covered = rules["graph"]["targets"].as_array().unwrap().iter();
    let covered: BTreeSet<String> = covered.map(|t| t.as_str().unwrap().to_owned()).collect();
    assert_eq!(covered, target_names());
}

/// A shell script that answers `uname` and `ldd` as the system would, and prints the target that `install.sh` chooses.
fn target_of_install_sh(system: &str, machine: &str, libc: &str) -> String {
    let script = read("install.sh");
    let start = script.find("find_target() {").unwrap();
    let function = &script[start..start + script[start..].find("\n}\n").unwrap() + 3];
    let shell = format!(
        "uname() {{ case $1 in -s) echo {system} ;; -m) echo {machine} ;; esac; }}\n\
         ldd() {{ echo {libc}; }}\n\
         die() {{ echo none; exit; }}\n\
         {function}find_target\necho \"$target\"\n"
    );
    let output = Command::new("sh").arg("-c").arg(shell).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn install_sh_finds_every_unix_target() {
    let mut chosen = BTreeSet::new();
    for machine in ["x86_64", "amd64", "aarch64", "arm64"] {
        chosen.insert(target_of_install_sh("Linux", machine, "glibc"));
        chosen.insert(target_of_install_sh("Linux", machine, "musl"));
        chosen.insert(target_of_install_sh("Darwin", machine, "glibc"));
    }
    let unix = targets()
        .into_iter()
        .filter(|(_, archive)| archive == "tar.gz");
    assert_eq!(chosen, unix.map(|(target, _)| target).collect());
    assert_eq!(target_of_install_sh("Linux", "riscv64", "glibc"), "none");
}

/// No PowerShell runs the script here, so this reads the names in it.
#[test]
fn install_ps1_names_every_windows_target() {
    let script = read("install.ps1");
    let named = script.split('\'').filter(|part| part.ends_with("-msvc"));
    let windows = targets()
        .into_iter()
        .filter(|(_, archive)| archive == "zip");
    assert_eq!(
        named.map(str::to_owned).collect::<BTreeSet<_>>(),
        windows.map(|(target, _)| target).collect()
    );
    assert!(script.contains("\"mdskill-$target.zip\""));
    let repository = format!("$repository = '{}'", text(&table()["repository"]));
    assert!(script.contains(&repository));
}

#[test]
fn binstall_downloads_the_archives_of_a_release() {
    let document: toml_edit::DocumentMut = read("Cargo.toml").parse().unwrap();
    let binstall = &document["package"]["metadata"]["binstall"];
    let repository = format!("https://github.com/{}", text(&table()["repository"]));
    let declared = &document["workspace"]["package"]["repository"];
    assert_eq!(declared.as_str(), Some(repository.as_str()));
    assert_eq!(
        binstall["bin-dir"].as_str(),
        Some("{ bin }{ binary-ext }"),
        "the program is not in a folder of the archive"
    );
    for (target, archive) in targets() {
        let of_target = binstall["overrides"].get(&target).unwrap_or(binstall);
        let format = if archive == "zip" { "zip" } else { "tgz" };
        assert_eq!(of_target["pkg-fmt"].as_str(), Some(format), "{target}");
        let url = of_target["pkg-url"].as_str().unwrap();
        let url = url
            .replace("{ repo }", &repository)
            .replace("{ version }", VERSION)
            .replace("{ target }", &target);
        let file = format!("mdskill-{target}.{archive}");
        assert_eq!(
            url,
            format!("{repository}/releases/download/v{VERSION}/{file}")
        );
    }
}

/// Creates an archive of every target whose content is its name, and returns the checksums.
fn archives(folder: &Path) -> BTreeMap<String, String> {
    use sha2::{Digest, Sha256};
    let create = |(target, archive): (String, String)| {
        let name = format!("mdskill-{target}.{archive}");
        fs::write(folder.join(&name), &name).unwrap();
        let sum = Sha256::digest(&name);
        let mut hex = String::new();
        for byte in sum {
            write!(hex, "{byte:02x}").unwrap();
        }
        (name, hex)
    };
    targets().into_iter().map(create).collect()
}

/// Asserts that a manifest has the checksum of each archive that it names, and returns those archives.
fn archives_of(manifest: &str, sums: &BTreeMap<String, String>) -> BTreeSet<String> {
    let pairs = manifest.split("releases/download/").skip(1);
    let mut found = BTreeSet::new();
    for pair in pairs.filter(|pair| !pair.starts_with("v$version")) {
        let (version, rest) = pair.split_once('/').unwrap();
        assert_eq!(version, format!("v{VERSION}"));
        let (name, rest) = rest.split_once('"').unwrap();
        assert!(rest.contains(&sums[name]), "{name}: {rest}");
        found.insert(name.to_owned());
    }
    found
}

#[test]
fn manifests_have_the_checksums_of_the_archives() {
    let folder = TempDir::new().unwrap();
    let sums = archives(folder.path());
    let arguments = ["manifests", "--archives", folder.path().to_str().unwrap()];
    let Some(out) = make(&arguments) else { return };
    let read = |name: &str| fs::read_to_string(out.path().join(name)).unwrap();

    let formula = archives_of(&read("mdskill.rb"), &sums);
    let expected = ["apple-darwin", "unknown-linux-musl"].map(|system| {
        ["x86_64", "aarch64"].map(|machine| format!("mdskill-{machine}-{system}.tar.gz"))
    });
    assert_eq!(formula, expected.into_iter().flatten().collect());

    let windows = ["x86_64", "aarch64"].map(|cpu| format!("mdskill-{cpu}-pc-windows-msvc.zip"));
    let windows = BTreeSet::from(windows);
    let scoop = read("mdskill.json");
    assert_eq!(archives_of(&scoop, &sums), windows);
    let scoop: Value = serde_json::from_str(&scoop).unwrap();
    for key in ["version", "homepage", "license", "bin"] {
        assert!(scoop[key].is_string(), "{key}");
    }

    let installer = read("mdskill.mdskill.installer.yaml");
    assert_eq!(archives_of(&installer, &sums), windows);
    for (name, kind) in [
        ("mdskill.mdskill.yaml", "version"),
        ("mdskill.mdskill.installer.yaml", "installer"),
        ("mdskill.mdskill.locale.en-US.yaml", "defaultLocale"),
    ] {
        let manifest: Value = serde_yaml::from_str(&read(name)).unwrap();
        assert_eq!(manifest["ManifestType"], kind);
        assert_eq!(manifest["PackageVersion"], VERSION);
        assert_eq!(manifest["PackageIdentifier"], "mdskill.mdskill");
    }
}

#[test]
fn aqua_downloads_archives_of_a_release() {
    let registry: Value = serde_yaml::from_str(&read("packaging/aqua/registry.yaml")).unwrap();
    let package = &registry["packages"][0];
    let replaced = |key: &str| text(&package["replacements"][key]);
    let targets = targets();
    for (system, archive) in [
        ("linux", "tar.gz"),
        ("darwin", "tar.gz"),
        ("windows", "zip"),
    ] {
        for machine in ["amd64", "arm64"] {
            let target = format!("{}-{}", replaced(machine), replaced(system));
            assert_eq!(targets.get(&target).map(String::as_str), Some(archive));
        }
    }
    let owner = text(&package["repo_owner"]) + "/" + &text(&package["repo_name"]);
    assert_eq!(table()["repository"], owner.as_str());
    assert_eq!(package["asset"], "mdskill-{{.Arch}}-{{.OS}}.{{.Format}}");
}

/// The `package.json` in each npm package, which must be packed already.
fn npm_packages(folder: &Path) -> Vec<Value> {
    let mut packages = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            packages.extend(npm_packages(&path));
            continue;
        }
        let mut tar = Command::new("tar");
        let output = tar.arg("-xzOf").arg(&path).arg("package/package.json");
        packages.push(serde_json::from_slice(&output.output().unwrap().stdout).unwrap());
    }
    packages
}

#[test]
fn npm_has_a_package_for_every_target() {
    if sealed::locate("npm").is_none() {
        eprintln!("SKIPPED: there is no npm");
        return;
    }
    let folder = TempDir::new().unwrap();
    let program = folder.path().join("mdskill");
    fs::write(&program, "a program").unwrap();
    let programs: Vec<String> = target_names()
        .iter()
        .map(|target| format!("--program={target}={}", program.display()))
        .collect();
    let mut arguments = vec!["npm"];
    arguments.extend(programs.iter().map(String::as_str));
    let Some(out) = make(&arguments) else { return };

    let mut packages: BTreeMap<String, Value> = npm_packages(out.path())
        .into_iter()
        .map(|package| (text(&package["name"]), package))
        .collect();
    let main = packages.remove(&text(&table()["npm"])).unwrap();
    assert_eq!(main["version"], VERSION);
    assert_eq!(main["bin"]["mdskill"], "bin/mdskill.js");
    // Nothing runs when it is installed, and nothing else is installed.
    assert!(main.get("scripts").is_none() && main.get("dependencies").is_none());
    assert_eq!(packages.len(), targets().len());
    let optional = main["optionalDependencies"].as_object().unwrap();
    assert_eq!(
        optional.keys().collect::<Vec<_>>(),
        packages.keys().collect::<Vec<_>>()
    );
    assert!(optional.values().all(|version| version == VERSION));

    let mut platforms = BTreeSet::new();
    for package in packages.values() {
        assert_eq!(package["version"], VERSION);
        assert_eq!(package["repository"], main["repository"]);
        assert!(package.get("scripts").is_none());
        platforms.insert(format!(
            "{}{}{}",
            package["os"], package["cpu"], package["libc"]
        ));
    }
    assert_eq!(
        platforms.len(),
        packages.len(),
        "two packages for one platform"
    );
}

#[test]
fn program_and_documentation_name_the_npm_package() {
    let name = text(&table()["npm"]);
    let constant = format!("NPM_PACKAGE: &str = \"{name}\"");
    assert!(read("src/hint.rs").contains(&constant), "{constant}");
    for page in ["docs/guide/installing.md", "packaging/npm/README.md"] {
        let page_text = read(page).replace("@NPM@", &name);
        let line = format!("npx {name} add wshobson/agents/async-python-patterns");
        assert!(page_text.contains(&line), "{page}: {line}");
        assert!(
            page_text.contains("npx mdskill add wshobson/agents/async-python-patterns"),
            "{page}"
        );
    }
}
