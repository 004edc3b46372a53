/**
 * The completion script for bash. What is typed goes to `sluice complete` as it is, word by word,
 * and is never evaluated. It needs nothing but bash 4, and may be sourced again.
 */

/** `pathOptions` take a path, which bash completes itself. */
export function bashScript(pathOptions: readonly string[]): string {
  return `# bash completion for sluice

_sluice() {
    local word line words=() previous=''
    COMPREPLY=()
    # bash takes --state=paid for three words.
    for word in "\${COMP_WORDS[@]:1:COMP_CWORD}"; do
        if [[ $word != '=' ]]; then
            words+=("$word")
        fi
    done
    if [[ \${COMP_WORDS[COMP_CWORD]} == '=' ]]; then
        words+=('')
    fi
    if (( \${#words[@]} > 1 )); then
        previous=\${words[-2]}
    fi
    case $previous in
        ${pathOptions.join('|')})
            compopt -o default
            return
            ;;
    esac
    # A word, a tab and what it means; the last line tells other shells more.
    while IFS= read -r line; do
        if [[ $line != :* ]]; then
            COMPREPLY+=("\${line%%$'\\t'*}")
        fi
    done < <(sluice complete -- "\${words[@]}" 2>/dev/null)
}

complete -F _sluice sluice`;
}
