import type { ControlId } from './control-ids.ts'
import type { RuleId } from './rule-ids.ts'

/** The form of the IDs of a rule's violations, if known. The IDs of other rules are names that depend on the image. */
const forms: Partial<Record<RuleId | ControlId, { form: RegExp; wanted: string }>> = {
  'lint-level': { form: /^(DL|SC)\d{4}$/, wanted: 'a code of hadolint or ShellCheck, e.g. DL3008 or SC2086' },
  'lint-pragmas': {
    form: /^((DL|SC)\d{4}|[A-Z][A-Za-z]+|all rules)$/,
    wanted: 'the code or the build check that the comment silences, e.g. DL3008 or UndefinedVar',
  },
  'lint-read': oneOf('unread'),
  'build-checks': { form: /^[A-Z][A-Za-z]+$/, wanted: "the name of one of BuildKit's checks, e.g. UndefinedVar" },
  // Other databases have their own forms: only a text that claims to be a CVE or a GHSA can be known to be invalid.
  vulnerabilities: {
    form: /^(CVE-\d{4}-\d{4,}|GHSA(-[2-9cfghjmpqrvwx]{4}){3}|(?![Cc][Vv][Ee]-|[Gg][Hh][Ss][Aa]-)\S+)$/,
    wanted: 'the ID of one vulnerability, e.g. CVE-2024-12345',
  },
  inventory: oneOf('empty', 'licenses'),
  'sbom-complete': oneOf('cyclonedx', 'spdx', 'subject', 'operating-system'),
  'size-unpacked': oneOf('size-unpacked'),
  'size-compressed': oneOf('size-compressed'),
  'layer-efficiency': oneOf('layer-efficiency'),
  'wasted-bytes': oneOf('wasted-bytes'),
  'runtime-run': oneOf('refused', 'not-started', 'not-run', 'not-asked'),
  'runtime-ready': oneOf('exited', 'not-ready'),
  'runtime-refused-writes': path(),
  'runtime-memory': oneOf('out-of-memory', 'peak'),
  'runtime-stop': oneOf('killed', 'exit-code'),
  user: oneOf('user'),
  healthcheck: oneOf('healthcheck'),
  'exec-form': oneOf('ENTRYPOINT', 'CMD'),
  'exposed-ports': { form: /^\d/, wanted: 'a port as the image exposes it, e.g. 8080/tcp' },
  setuid: path(),
  'world-writable': path(),
  shells: path(),
  'package-managers': path(),
  'package-caches': path(),
  'ssh-server': path(),
}

/** Why no violation of a rule can have an ID; undefined if one could, or if that is unknown. */
export function exceptionIdFault(rule: RuleId | ControlId, id: string): string | undefined {
  const known = forms[rule]
  return known === undefined || known.form.test(id)
    ? undefined
    : `expected ${known.wanted}; no violation of ${rule} can have the id ${JSON.stringify(id)}`
}

function oneOf(...ids: string[]): { form: RegExp; wanted: string } {
  return { form: new RegExp(`^(${ids.join('|')})$`), wanted: ids.map((id) => JSON.stringify(id)).join(' or ') }
}

function path(): { form: RegExp; wanted: string } {
  return { form: /^\//, wanted: 'an absolute path inside the image' }
}
