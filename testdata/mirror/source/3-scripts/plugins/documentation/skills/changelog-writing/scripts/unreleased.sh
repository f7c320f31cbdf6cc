#!/bin/sh
# Prints the commits since the newest tag, or since the commit that is given:
# first those that look breaking, then the others, newest first. A repository
# without a tag gives all of its commits.
set -eu

since=${1:-$(git describe --tags --abbrev=0 2>/dev/null || :)}
range=${since:+$since..}HEAD

commits() {
    git log --no-merges --format='- %s (%h)' --extended-regexp "$@" "$range" --
}

# `feat!: …` and `fix(api)!: …` in the subject, or a footer.
breaking='^[a-z]+(\([^)]*\))?!:|^BREAKING[ -]CHANGE:'

echo "Since ${since:-the beginning}"
echo
echo "Breaking:"
commits --grep="$breaking"
echo
echo "Others:"
commits --grep="$breaking" --invert-grep
