# Completions of mdskill for bash.

_mdskill() {
    local IFS=$'\n' LC_ALL=C line files='' folders='' space=
    COMPREPLY=()
    while read -r line; do
        case $line in
            $'\tfiles') files=1 ;;
            $'\tfolders') folders=1 ;;
            *) COMPREPLY+=("$line") ;;
        esac
    done < <(MDSKILL_COMPLETE=bash command mdskill -- "$2" "${COMP_LINE:0:COMP_POINT}" 2>/dev/null)
    for line in "${COMPREPLY[@]}"; do
        [[ $line == */ ]] || space=1
    done
    # More of a spec follows its slash. bash 3 has no compopt.
    if [[ ${#COMPREPLY[@]} -gt 0 && -z $space ]]; then
        compopt -o nospace 2>/dev/null
    fi
    if [[ -n $files ]]; then
        compopt -o filenames 2>/dev/null
        while read -r line; do
            COMPREPLY+=("$line")
        done < <(compgen -f -- "$2")
    elif [[ -n $folders ]]; then
        compopt -o filenames -o nospace 2>/dev/null
        while read -r line; do
            COMPREPLY+=("$line")
        done < <(compgen -d -- "$2")
    fi
    # bash itself completes ~, but also files that no argument means, and names of hosts after @.
    if [[ ${#COMPREPLY[@]} -eq 0 && $2 != '~'* ]]; then
        compopt +o default +o bashdefault 2>/dev/null
    fi
    return 0
}

complete -o default -o bashdefault -F _mdskill mdskill
