# Completions of mdskill for fish.

function __mdskill_complete
    set -l words (commandline -opc)
    set -l current (string trim --left --chars \'\" -- (commandline -ct))
    for line in (MDSKILL_COMPLETE=fish command mdskill -- $words "$current" 2>/dev/null)
        switch $line
            case \tfiles
                __fish_complete_path "$current"
            case \tfolders
                __fish_complete_directories "$current" ''
            case '*'
                echo $line
        end
    end
end

complete --command mdskill --no-files --arguments '(__mdskill_complete)'
