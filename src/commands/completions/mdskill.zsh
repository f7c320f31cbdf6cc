#compdef mdskill
# Completions of mdskill for zsh.

_mdskill() {
    local line value help files= folders= found=1
    local -a values parts
    while IFS= read -r line; do
        case $line in
            ($'\tfiles') files=1 ;;
            ($'\tfolders') folders=1 ;;
            (*)
                value=${${line%%$'\t'*}//:/\\:}
                [[ $line == *$'\t'* ]] && help=:${line#*$'\t'} || help=
                # More of a spec follows its slash.
                if [[ $value == */ ]]; then
                    parts+=("$value$help")
                else
                    values+=("$value$help")
                fi
                ;;
        esac
    done < <(MDSKILL_COMPLETE=zsh command mdskill -- "${(@Q)words[1,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)
    (( $#values )) && _describe -V 'mdskill' values && found=0
    (( $#parts )) && _describe -V 'mdskill' parts -S '' && found=0
    [[ -n $files ]] && _files && found=0
    [[ -n $folders ]] && _files -/ && found=0
    return found
}

if [[ $funcstack[1] == _mdskill ]]; then
    _mdskill "$@"
else
    (( $+functions[compdef] )) || { autoload -Uz compinit && compinit -i }
    compdef _mdskill mdskill
fi
