"""The scripts that `emtui completion` prints. Each calls emtui for the candidates, which are never outdated.

`emtui __complete SHELL …` prints one line that says what follows, then the candidates:

- bash: `words`, `open` (no blank after the word) or `files`, then text that is ready for the command line;
- zsh and fish: `words` or `files PREFIX`, then `value TAB description` or `value TAB description TAB open`.
"""

from __future__ import annotations

_BASH = r"""# Completion of emtui for bash. Load it with:  source <(emtui completion bash)

_emtui() {
    local program=${1/#\~\//$HOME/} listing="" line directive=""
    type -P -- "$program" >/dev/null || program=emtui
    case ${COMP_TYPE-} in 33 | 63 | 64) listing=${COLUMNS:-80} ;; esac
    COMPREPLY=()
    while IFS= read -r line; do
        if [[ -z $directive ]]; then directive=$line; else COMPREPLY+=("$line"); fi
    done < <("$program" __complete bash "${COMP_LINE:0:COMP_POINT}" "$COMP_WORDBREAKS" "$listing" \
        </dev/null 2>/dev/null)
    case $directive in
        open) compopt -o nospace -o nosort 2>/dev/null ;;
        words) compopt -o nosort 2>/dev/null ;;
        files)
            compopt -o default -o filenames 2>/dev/null || while IFS= read -r line; do
                COMPREPLY+=("$line")
            done < <(compgen -f -- "$2")
            ;;
    esac
}
complete -F _emtui emtui
"""

_ZSH = r"""#compdef emtui
# Completion of emtui for zsh: save it as _emtui in a folder of $fpath, or, after compinit, load it with
#   source <(emtui completion zsh)

_emtui() {
    local program=${(Q)words[1]} line directive=
    local -a before values displays open_values open_displays parts
    program=${program/#\~\//$HOME/}
    (( $+commands[$program] )) || [[ $program == */* && -x $program ]] || program=emtui
    before=("${(@Q)words[2,CURRENT-1]}")
    for line in "${(@f)$($program __complete zsh "${before[@]}" "$PREFIX" </dev/null 2>/dev/null)}"; do
        if [[ -z $directive ]]; then
            directive=$line
            continue
        fi
        parts=("${(@ps:\t:)line}")
        if [[ ${parts[3]} == open ]]; then
            open_values+=("${parts[1]}")
            open_displays+=("${parts[1]}${parts[2]:+  -- ${parts[2]}}")
        elif [[ -n ${parts[1]} ]]; then
            values+=("${parts[1]}")
            displays+=("${parts[1]}${parts[2]:+  -- ${parts[2]}}")
        fi
    done
    if [[ $directive == files* ]]; then
        local prefix=${directive#files }
        [[ -n $prefix ]] && compset -P "${(b)prefix}"
        _files
        return
    fi
    (( $#open_values )) && compadd -U -l -V open -S '' -d open_displays -a -- open_values
    (( $#values )) && compadd -U -l -V words -d displays -a -- values
    (( $#values + $#open_values ))
}

if [[ ${funcstack[1]-} == _emtui ]]; then
    _emtui "$@"
elif (( $+functions[compdef] )); then
    compdef _emtui emtui
else
    print -u2 'emtui: run compinit before this script: autoload -Uz compinit && compinit'
fi
"""

_FISH = r"""# Completion of emtui for fish: save it as ~/.config/fish/completions/emtui.fish, or load it with
#   emtui completion fish | source

function __emtui_complete
    set -l words (commandline -opc)
    set -l typed (commandline -ct)
    set -l program emtui
    command -q -- $words[1]; and set program $words[1]
    set -l lines ($program __complete fish $words[2..-1] "$typed" </dev/null 2>/dev/null)
    switch "$lines[1]"
        case words
            printf '%s\n' $lines[2..-1]
        case 'files*'
            set -l prefix (string replace -r '^files ?' '' -- $lines[1])
            set -l path (string sub -s (math (string length -- "$prefix") + 1) -- "$typed")
            for file in (complete -C "'' $path")
                printf '%s\n' "$prefix$file"
            end
    end
end

complete -c emtui -f -k -a '(__emtui_complete)'
"""

SCRIPTS = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}
