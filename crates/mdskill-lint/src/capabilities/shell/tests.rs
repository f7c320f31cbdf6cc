use super::calls;
use proptest::prelude::*;

fn programs(text: &str) -> Vec<String> {
    calls(text).into_iter().map(|call| call.program).collect()
}

#[test]
fn programs_are_found() {
    for (text, expected) in [
        ("curl -L https://x.io | jq .", "curl jq"),
        ("cd x && npm ci; git add . & wait", "npm git"),
        ("A=1 B='x y' python3 run.py", "python3"),
        ("sudo -u root apt-get install jq", "sudo apt-get"),
        ("env -i PATH=/bin X=1 node x", "env node"),
        ("exec nohup timeout -k 5 10s curl x", "nohup timeout curl"),
        ("ls | xargs -I {} -n 1 rm {}", "ls xargs rm"),
        ("find . -name '*.py' -exec grep -l curl {} \\;", "find grep"),
        ("X=$(curl x) Y=`wget y`", "curl wget"),
        (
            "echo \"at $(date +%F) for ${USER:-$(whoami)}\"",
            "date whoami",
        ),
        ("diff <(sort a) <(uniq b) > out 2>&1", "diff sort uniq"),
        (
            "if ! grep -q x y; then make; elif [ -f z ]; then tar x; else zip y; fi",
            "grep make tar zip",
        ),
        ("for f in curl wget; do gzip \"$f\"; done", "gzip"),
        ("while read -r l; do sed s/a/b/; done < wget", "sed"),
        (
            "case $1 in curl|wget) tar x;; *) unzip y ;; esac; zip z",
            "tar unzip zip",
        ),
        ("x=$(case a in b) jq .;; esac) && yq .", "jq yq"),
        ("[[ $a == curl && ( -f wget ) ]] && rsync a b", "rsync"),
        ("bash -lc \"npm ci && curl x\"; jq .", "bash jq"),
        ("eval 'curl x'; jq .", "jq"),
        ("\"curl\" x; c\\url x; 'wget' y", "curl curl wget"),
        (
            "/usr/bin/curl x; /usr/bin/env python3 x",
            "curl env python3",
        ),
        ("cat <<'END' > x\ncurl y\nEND\njq .", "cat jq"),
        ("cat <<-END\n\tcurl y\n\tEND\njq .", "cat jq"),
        ("bash <<END\ncurl y\nEND\njq .", "bash curl jq"),
        ("grep x <<< curl", "grep"),
        ("docker run \\\n  -it x \\\n  curl\njq .", "docker jq"),
        ("(cd x; make) && { tar x; }", "make tar"),
        (
            "up() { curl x; }\nfunction down { wget y; }\nup; down",
            "curl wget",
        ),
        ("a=(curl wget) jq", "jq"),
        ("(( curl = 1 )); echo $(( wget + 1 )); jq", "jq"),
        ("git log # curl x\n# wget y", "git"),
        (">out curl x 2>/dev/null", "curl"),
        (
            "g++ x.cc; pip3.12 x; docker-compose up; apt_x",
            "g++ pip3.12 docker-compose apt_x",
        ),
        ("x=`wget y`; a=`jq \"z\"` yq .", "wget jq yq"),
        ("curl() { wget x; }; curl", "wget"),
        ("Rscript x.R", "Rscript"),
        ("time nice -n 10 make", "nice make"),
        ("[[ \"${A:-$(id -u)}\" -eq 0 ]] || jq .", "id jq"),
        ("X=\"${A:-$(git x || echo \"y\")}\"; jq .", "git jq"),
        ("[ -z \"$(ls \"$A\")\" ] && rmdir x", "ls rmdir"),
    ] {
        assert_eq!(programs(text).join(" "), expected, "{text}");
    }
}

#[test]
fn other_words_are_not_programs() {
    for text in [
        "cd x; export A=curl; echo curl; source curl; . curl",
        "./run.sh; scripts/curl; ../curl; ~/curl; install.sh; check.py",
        "$curl x; ${curl} x; \"$CMD\" x; $(echo curl)",
        "command -v curl; type curl; hash curl",
        "echo 'curl $(wget)' \\$\\(wget\\)",
        "<command> curl; ... ; …; - curl; * curl; 1. curl; -x",
        "don't curl",
        "echo a (curl is required) b\n: x (wget or\n",
        "fix(api): curl the rest\nfeat(x)!: wget",
        "username = curl\nstrict = true\nservers =\n",
        "Fixes #12\nThe timeout is up",
        "[ -f curl ]; test -f curl; :",
        "",
    ] {
        assert_eq!(programs(text), [""; 0], "{text}");
    }
}

#[test]
fn call_has_its_position() {
    let found = calls("cd x\n  curl y && (jq .)");
    let places: Vec<_> = found.iter().map(|call| call.at).collect();
    assert_eq!(places, [7, 18]);
}

#[test]
fn unclosed_nesting_ends() {
    for piece in [
        "$(",
        "\"$(",
        "`",
        "${",
        "<(",
        "(",
        "\"",
        "case x in a) ",
        "bash -c '",
        "cat <<E\n",
        "\"`",
        "((",
        "[[ ",
        "a(",
    ] {
        let text = piece.repeat(20_000);
        calls(&text);
    }
}

proptest! {
    #[test]
    fn any_text_is_read_to_its_end(text in "([a-c $(){}`'\"\\\\;&|<>=#\n\t-]|case |esac|in |if |é){0,60}") {
        for call in calls(&text) {
            prop_assert!(text.is_char_boundary(call.at));
        }
    }
}
