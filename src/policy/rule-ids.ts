/**
 * The ids of every rule of the gate, in the order of the reports. They stand here and not in the gate,
 * because a policy names rules and the policy knows nothing of the gate. A test holds the two lists together.
 */
export const ruleIds = [
  'evidence',
  'tool-pins',
  'dockerfile',
  'lint-level',
  'lint-pragmas',
  'lint-read',
  'build-checks',
  'add-url',
  'vulnerabilities',
  'known-exploited',
  'known-exploited-list',
  'additional-findings',
  'database-age',
  'database-coverage',
  'end-of-life-os',
  'inventory',
  'package-records',
  'secrets',
  'suspected-secrets',
  'licenses',
  'structure-tests',
  'sbom-complete',
  'size-unpacked',
  'size-compressed',
  'size-growth',
  'layer-efficiency',
  'wasted-bytes',
  'runtime-run',
  'runtime-ready',
  'runtime-refused-writes',
  'runtime-memory',
  'runtime-stop',
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

/** Rules whose violations can name a package, so that an exception can. */
export const rulesWithPackages = ['vulnerabilities', 'licenses'] as const satisfies readonly RuleId[]

/** Rules whose violations are about the source: the same for every image that is built from it. */
export const rulesWithoutImage = [
  'lint-level',
  'lint-pragmas',
  'lint-read',
  'build-checks',
  'add-url',
] as const satisfies readonly RuleId[]

/** Whose a finding can be, as far as it is known. A finding of an unknown owner is judged by the strictest of what the policy says of any. */
export const ownerKinds = ['base', 'application', 'build'] as const
export type OwnerKind = (typeof ownerKinds)[number]

const inImage = ['base', 'application'] as const
const inSource = ['application', 'build'] as const
const inConfiguration = ['application'] as const

/** The rules that attribute their findings, and the owners that these can have. Every other rule looks at the image as a whole, or at the run. */
export const ruleOwners: Readonly<Partial<Record<RuleId, readonly OwnerKind[]>>> = {
  'lint-level': inSource,
  'lint-pragmas': inSource,
  'lint-read': inSource,
  'build-checks': inSource,
  'add-url': inSource,
  vulnerabilities: inImage,
  'known-exploited': inImage,
  'package-records': inImage,
  secrets: inImage,
  'suspected-secrets': inConfiguration,
  licenses: inImage,
  user: inConfiguration,
  'exposed-ports': inConfiguration,
  setuid: inImage,
  'world-writable': inImage,
  shells: inImage,
  'package-managers': inImage,
  'package-caches': inImage,
  'ssh-server': inImage,
  'exec-form': inConfiguration,
  'base-pinned': inSource,
  'base-allowed': inSource,
  'base-latest': inSource,
}

/**
 * Rules for which no earlier verdict makes a finding a known one. Missing evidence and evidence that proves nothing are not findings; exceptions have a register of their own;
 * a leaked credential is leaked however long it is known, and one that attackers use is used; and a measure names no thing that could be met again.
 */
export const rulesWithoutBaseline = [
  'evidence',
  'tool-pins',
  'dockerfile',
  'known-exploited',
  'known-exploited-list',
  'additional-findings',
  'database-age',
  'database-coverage',
  'inventory',
  'package-records',
  'secrets',
  'suspected-secrets',
  'sbom-complete',
  'size-unpacked',
  'size-compressed',
  'size-growth',
  'layer-efficiency',
  'wasted-bytes',
  'runtime-run',
  'runtime-ready',
  'runtime-memory',
  'runtime-stop',
  'exceptions',
] as const satisfies readonly RuleId[]

/** Rules whose findings can be known from an earlier verdict. */
export const rulesWithBaseline: readonly RuleId[] = ruleIds.filter(
  (rule) => !(rulesWithoutBaseline as readonly string[]).includes(rule),
)
