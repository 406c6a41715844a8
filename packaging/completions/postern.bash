# bash completion for postern
# Made by "postern completion"; do not edit.
_postern() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} where='' next i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    next=${where:+$where }${COMP_WORDS[i]}
    case $next in
      'serve'|'status'|'probe'|'explain'|'queue'|'queue list'|'queue show'|'queue retry'|'queue hold'|'queue release'|'queue remove'|'queue recalculate'|'queue export'|'queue check'|'queue salvage'|'backup'|'account'|'account list'|'account show'|'account add'|'account set'|'account remove'|'account import'|'account export'|'domain'|'domain list'|'domain show'|'domain add'|'domain validate'|'domain set'|'domain remove'|'domain import'|'domain export'|'route'|'route list'|'route show'|'route add'|'route set'|'route remove'|'route import'|'route export'|'sender'|'sender list'|'sender show'|'sender add'|'sender remove'|'sender import'|'sender export'|'policy'|'policy list'|'policy show'|'policy export'|'policy add'|'policy set'|'policy promote'|'policy remove'|'policy import'|'exception'|'exception list'|'exception show'|'exception add'|'exception remove'|'exception import'|'exception export'|'user'|'user list'|'user show'|'user add'|'user set'|'user remove'|'sts'|'sts show'|'sts refetch'|'sts forget'|'tls-report'|'tls-report list'|'tls-report failures'|'tls-report show'|'tls-report sent'|'tls-report preview'|'tls-report send'|'posture'|'posture show'|'certificate'|'certificate list'|'certificate renew'|'certificate roll'|'evidence'|'evidence list'|'evidence export'|'evidence forget'|'audit'|'audit list'|'audit show'|'audit verify'|'audit export'|'config'|'config check'|'config example'|'config reference'|'docs'|'docs events'|'docs metrics'|'docs truth-table'|'docs openapi'|'docs typescript'|'docs man'|'version'|'lint'|'lint sts-record'|'lint sts-policy'|'lint tlsrpt-record'|'lint tlsa'|'lint report'|'lab'|'lab list'|'completion'|'completion bash'|'completion zsh') where=$next ;;
    esac
  done
  case $prev in
    --account) return ;;
    --after) return ;;
    --before) return ;;
    --ca-file) COMPREPLY=($(compgen -f -- "$cur")); return ;;
    --certificate) COMPREPLY=($(compgen -f -- "$cur")); return ;;
    --client-name) return ;;
    --config) COMPREPLY=($(compgen -f -- "$cur")); return ;;
    --data-dir) COMPREPLY=($(compgen -f -- "$cur")); return ;;
    --day) return ;;
    --days) return ;;
    --direction) COMPREPLY=($(compgen -W 'both delivery receipt' -- "$cur")); return ;;
    --domain) return ;;
    --end) return ;;
    --enforce-receipt) return ;;
    --exclude) return ;;
    --expect) COMPREPLY=($(compgen -W 'relaxed strict' -- "$cur")); return ;;
    --file) COMPREPLY=($(compgen -f -- "$cur")); return ;;
    --floor) COMPREPLY=($(compgen -W 'standard tls1.3 legacy' -- "$cur")); return ;;
    --for) return ;;
    --from) return ;;
    --grant) return ;;
    --head) return ;;
    --hop) COMPREPLY=($(compgen -W 'partner-to-gateway gateway-to-internal internal-to-gateway gateway-to-partner' -- "$cur")); return ;;
    --host) return ;;
    --limit) return ;;
    --message) return ;;
    --mode) COMPREPLY=($(compgen -W 'opportunistic relaxed strict' -- "$cur")); return ;;
    --mx) return ;;
    --name) return ;;
    --note) return ;;
    --on-failure) COMPREPLY=($(compgen -W 'defer bounce' -- "$cur")); return ;;
    --outcome) COMPREPLY=($(compgen -W 'accepted delivered deferred refused bounced probed' -- "$cur")); return ;;
    --parallel) return ;;
    --password-file) COMPREPLY=($(compgen -f -- "$cur")); return ;;
    --port) return ;;
    --priority) return ;;
    --range) return ;;
    --reason) return ;;
    --require) COMPREPLY=($(compgen -W 'any pkix dane' -- "$cur")); return ;;
    --spki) return ;;
    --stage) COMPREPLY=($(compgen -W 'enforce monitor' -- "$cur")); return ;;
    --state) return ;;
    --sts-max-age) return ;;
    --sts-mode) return ;;
    --sts-mx) return ;;
    --time-limit) return ;;
    --timeout) return ;;
    --title) return ;;
    --tls) COMPREPLY=($(compgen -W 'starttls implicit' -- "$cur")); return ;;
    --until) return ;;
    --user) return ;;
    --valid-from) return ;;
    --valid-until) return ;;
    --verify-name) return ;;
  esac
  local words='' files=''
  case $where in
    '') words='serve status probe explain queue backup account domain route sender policy exception user sts tls-report posture certificate evidence audit config docs version lint lab completion --help --config --data-dir --account --json --version' ;;
    'serve') words='--help --help --config --data-dir --account --json --version' ;;
    'status') words='--help --help --config --data-dir --account --json --version' ;;
    'probe') words='--help --file --parallel --timeout --expect --csv --details --dialogue --help --config --data-dir --account --json --version' ;;
    'explain') words='--help --help --config --data-dir --account --json --version' ;;
    'queue') words='list show retry hold release remove recalculate export check salvage --help --help --config --data-dir --account --json --version' ;;
    'queue list') words='--help --domain --state --limit --after --help --config --data-dir --account --json --version' ;;
    'queue show') words='--help --help --config --data-dir --account --json --version' ;;
    'queue retry') words='--help --domain --all --help --config --data-dir --account --json --version' ;;
    'queue hold') words='--help --domain --all --help --config --data-dir --account --json --version' ;;
    'queue release') words='--help --domain --all --help --config --data-dir --account --json --version' ;;
    'queue remove') words='--help --domain --all --help --config --data-dir --account --json --version' ;;
    'queue recalculate') words='--help --help --config --data-dir --account --json --version' ;;
    'queue export') words='--help --file --help --config --data-dir --account --json --version' ;;
    'queue check') words='--help --help --config --data-dir --account --json --version' ;;
    'queue salvage') words='--help --help --config --data-dir --account --json --version' ;;
    'backup') words='--help --help --config --data-dir --account --json --version' ;;
    'account') words='list show add set remove import export --help --help --config --data-dir --account --json --version' ;;
    'account list') words='--help --help --config --data-dir --account --json --version' ;;
    'account show') words='--help --help --config --data-dir --account --json --version' ;;
    'account add') words='--help --title --ca-file --help --config --data-dir --account --json --version' ;;
    'account set') words='--help --title --ca-file --no-ca --help --config --data-dir --account --json --version' ;;
    'account remove') words='--help --help --config --data-dir --account --json --version' ;;
    'account import') words='--help --dry-run --update --title --help --config --data-dir --account --json --version' files=yes ;;
    'account export') words='--help --help --config --data-dir --account --json --version' ;;
    'domain') words='list show add validate set remove import export --help --help --config --data-dir --account --json --version' ;;
    'domain list') words='--help --help --config --data-dir --account --json --version' ;;
    'domain show') words='--help --help --config --data-dir --account --json --version' ;;
    'domain add') words='--help --already-validated --help --config --data-dir --account --json --version' ;;
    'domain validate') words='--help --help --config --data-dir --account --json --version' ;;
    'domain set') words='--help --enforce-receipt --sts-mode --sts-max-age --sts-mx --help --config --data-dir --account --json --version' ;;
    'domain remove') words='--help --help --config --data-dir --account --json --version' ;;
    'domain import') words='--help --dry-run --update --enforce-receipt --sts-mode --sts-max-age --sts-mx --already-validated --help --config --data-dir --account --json --version' files=yes ;;
    'domain export') words='--help --help --config --data-dir --account --json --version' ;;
    'route') words='list show add set remove import export --help --help --config --data-dir --account --json --version' ;;
    'route list') words='--help --help --config --data-dir --account --json --version' ;;
    'route show') words='--help --help --config --data-dir --account --json --version' ;;
    'route add') words='--help --host --port --priority --implicit-tls --mode --name --verify-name --consult-published --user --password-file --help --config --data-dir --account --json --version' ;;
    'route set') words='--help --mode --help --config --data-dir --account --json --version' ;;
    'route remove') words='--help --help --config --data-dir --account --json --version' ;;
    'route import') words='--help --dry-run --update --host --port --priority --tls --mode --name --verify-name --consult-published --help --config --data-dir --account --json --version' files=yes ;;
    'route export') words='--help --help --config --data-dir --account --json --version' ;;
    'sender') words='list show add remove import export --help --help --config --data-dir --account --json --version' ;;
    'sender list') words='--help --help --config --data-dir --account --json --version' ;;
    'sender show') words='--help --help --config --data-dir --account --json --version' ;;
    'sender add') words='--help --range --user --password-file --certificate --require-tls --note --help --config --data-dir --account --json --version' ;;
    'sender remove') words='--help --help --config --data-dir --account --json --version' ;;
    'sender import') words='--help --dry-run --update --require-tls --note --help --config --data-dir --account --json --version' files=yes ;;
    'sender export') words='--help --help --config --data-dir --account --json --version' ;;
    'policy') words='list show export add set promote remove import --help --help --config --data-dir --account --json --version' ;;
    'policy list') words='--help --mode --stage --help --config --data-dir --account --json --version' ;;
    'policy show') words='--help --help --config --data-dir --account --json --version' ;;
    'policy export') words='--help --help --config --data-dir --account --json --version' ;;
    'policy add') words='--help --mode --stage --mx --name --spki --client-name --require --floor --on-failure --time-limit --direction --exclude --valid-from --valid-until --note --no-probe --help --config --data-dir --account --json --version' ;;
    'policy set') words='--help --mode --stage --mx --name --spki --client-name --require --floor --on-failure --time-limit --direction --exclude --valid-from --valid-until --note --help --config --data-dir --account --json --version' ;;
    'policy promote') words='--help --help --config --data-dir --account --json --version' ;;
    'policy remove') words='--help --help --config --data-dir --account --json --version' ;;
    'policy import') words='--help --dry-run --update --mode --stage --mx --name --spki --client-name --require --floor --on-failure --time-limit --direction --exclude --valid-from --valid-until --note --help --config --data-dir --account --json --version' files=yes ;;
    'exception') words='list show add remove import export --help --help --config --data-dir --account --json --version' ;;
    'exception list') words='--help --all --help --config --data-dir --account --json --version' ;;
    'exception show') words='--help --help --config --data-dir --account --json --version' ;;
    'exception add') words='--help --mode --reason --for --until --help --config --data-dir --account --json --version' ;;
    'exception remove') words='--help --help --config --data-dir --account --json --version' ;;
    'exception import') words='--help --dry-run --update --mode --end --reason --help --config --data-dir --account --json --version' files=yes ;;
    'exception export') words='--help --help --config --data-dir --account --json --version' ;;
    'user') words='list show add set remove --help --help --config --data-dir --account --json --version' ;;
    'user list') words='--help --help --config --data-dir --account --json --version' ;;
    'user show') words='--help --help --config --data-dir --account --json --version' ;;
    'user add') words='--help --password-file --grant --help --config --data-dir --account --json --version' ;;
    'user set') words='--help --password-file --grant --reset-second-factor --help --config --data-dir --account --json --version' ;;
    'user remove') words='--help --help --config --data-dir --account --json --version' ;;
    'sts') words='show refetch forget --help --help --config --data-dir --account --json --version' ;;
    'sts show') words='--help --help --config --data-dir --account --json --version' ;;
    'sts refetch') words='--help --help --config --data-dir --account --json --version' ;;
    'sts forget') words='--help --help --config --data-dir --account --json --version' ;;
    'tls-report') words='list failures show sent preview send --help --help --config --data-dir --account --json --version' ;;
    'tls-report list') words='--help --days --help --config --data-dir --account --json --version' ;;
    'tls-report failures') words='--help --days --help --config --data-dir --account --json --version' ;;
    'tls-report show') words='--help --help --config --data-dir --account --json --version' ;;
    'tls-report sent') words='--help --help --config --data-dir --account --json --version' ;;
    'tls-report preview') words='--help --day --help --config --data-dir --account --json --version' ;;
    'tls-report send') words='--help --help --config --data-dir --account --json --version' ;;
    'posture') words='show --help --help --config --data-dir --account --json --version' ;;
    'posture show') words='--help --help --config --data-dir --account --json --version' ;;
    'certificate') words='list renew roll --help --help --config --data-dir --account --json --version' ;;
    'certificate list') words='--help --help --config --data-dir --account --json --version' ;;
    'certificate renew') words='--help --help --config --data-dir --account --json --version' ;;
    'certificate roll') words='--help --give-up --help --config --data-dir --account --json --version' ;;
    'evidence') words='list export forget --help --help --config --data-dir --account --json --version' ;;
    'evidence list') words='--help --from --until --domain --message --hop --outcome --all-accounts --limit --help --config --data-dir --account --json --version' ;;
    'evidence export') words='--help --from --until --domain --message --hop --outcome --all-accounts --csv --help --config --data-dir --account --json --version' ;;
    'evidence forget') words='--help --before --help --config --data-dir --account --json --version' ;;
    'audit') words='list show verify export --help --help --config --data-dir --account --json --version' ;;
    'audit list') words='--help --from --until --limit --help --config --data-dir --account --json --version' ;;
    'audit show') words='--help --help --config --data-dir --account --json --version' ;;
    'audit verify') words='--help --head --help --config --data-dir --account --json --version' ;;
    'audit export') words='--help --from --until --csv --help --config --data-dir --account --json --version' ;;
    'config') words='check example reference --help --help --config --data-dir --account --json --version' ;;
    'config check') words='--help --help --config --data-dir --account --json --version' ;;
    'config example') words='--help --help --config --data-dir --account --json --version' ;;
    'config reference') words='--help --help --config --data-dir --account --json --version' ;;
    'docs') words='events metrics truth-table openapi typescript man --help --help --config --data-dir --account --json --version' ;;
    'docs events') words='--help --help --config --data-dir --account --json --version' ;;
    'docs metrics') words='--help --help --config --data-dir --account --json --version' ;;
    'docs truth-table') words='--help --help --config --data-dir --account --json --version' ;;
    'docs openapi') words='--help --help --config --data-dir --account --json --version' ;;
    'docs typescript') words='--help --help --config --data-dir --account --json --version' ;;
    'docs man') words='--help --help --config --data-dir --account --json --version' ;;
    'version') words='--help --help --config --data-dir --account --json --version' ;;
    'lint') words='sts-record sts-policy tlsrpt-record tlsa report --help --help --config --data-dir --account --json --version' ;;
    'lint sts-record') words='--help --help --config --data-dir --account --json --version' ;;
    'lint sts-policy') words='--help --help --config --data-dir --account --json --version' ;;
    'lint tlsrpt-record') words='--help --help --config --data-dir --account --json --version' ;;
    'lint tlsa') words='--help --help --config --data-dir --account --json --version' ;;
    'lint report') words='--help --help --config --data-dir --account --json --version' ;;
    'lab') words='list --help --help --config --data-dir --account --json --version' ;;
    'lab list') words='--help --help --config --data-dir --account --json --version' ;;
    'completion') words='bash zsh --help --help --config --data-dir --account --json --version' ;;
    'completion bash') words='--help --help --config --data-dir --account --json --version' ;;
    'completion zsh') words='--help --help --config --data-dir --account --json --version' ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
  [[ -n $files && $cur != -* ]] && COMPREPLY+=($(compgen -f -- "$cur"))
  return 0
}
complete -o filenames -F _postern postern
