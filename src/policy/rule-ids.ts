/**
 * The ids of every rule of the gate, in the order of the reports. They stand here and not in the gate,
 * because a policy names rules and the policy knows nothing of the gate. A test holds the two lists together.
 */
export const ruleIds = [
  'evidence',
  'lint-level',
  'lint-pragmas',
  'vulnerabilities',
  'database-age',
  'database-coverage',
  'end-of-life-os',
  'inventory',
  'secrets',
  'suspected-secrets',
  'licenses',
  'structure-tests',
  'sbom-complete',
  'size-unpacked',
  'size-compressed',
  'layer-efficiency',
  'wasted-bytes',
  'user',
  'healthcheck',
  'exposed-ports',
  'setuid',
  'world-writable',
  'shells',
  'package-managers',
  'package-caches',
  'ssh-server',
  'exec-form',
  'labels',
  'base-pinned',
  'base-allowed',
  'base-latest',
  'exceptions',
] as const
export type RuleId = (typeof ruleIds)[number]

/** Rules that always deny: without the first nothing can be known, and the second watches over the exceptions. */
export const rulesThatAlwaysDeny = ['evidence'] as const satisfies readonly RuleId[]

/** Rules whose violations no exception may allow: missing evidence cannot be accepted, and an exception cannot allow another. */
export const rulesWithoutExceptions = ['evidence', 'exceptions'] as const satisfies readonly RuleId[]
