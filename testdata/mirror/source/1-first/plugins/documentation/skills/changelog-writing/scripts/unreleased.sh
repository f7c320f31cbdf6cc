#!/bin/sh
# Prints the commits since the newest tag, or since the commit that is given:
# first those that look breaking, then the others, newest first.
set -eu

since=${1:-$(git describe --tags --abbrev=0)}

commits() {
    git log --no-merges --format='- %s (%h)' --extended-regexp "$@" "$since..HEAD"
}

# `feat!: …` and `fix(api)!: …` in the subject, or a footer.
breaking='^[a-z]+(\([^)]*\))?!:|^BREAKING[ -]CHANGE:'

echo "Since $since"
echo
echo "Breaking:"
commits --grep="$breaking"
echo
echo "Others:"
commits --grep="$breaking" --invert-grep
