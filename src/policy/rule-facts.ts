import { severities } from '../model/index.ts'

/** Whose a finding can be, as far as it is known. A finding of an unknown owner is judged by the strictest of what the policy says of any. */
export const ownerKinds = ['base', 'application', 'build'] as const
type OwnerKind = (typeof ownerKinds)[number]

/** What the policy has to know of a rule: which words of it are allowed in a policy file. What the rule looks at stands in the gate. */
export interface RuleFacts {
  /** By which keys of the policy it judges; a lock on one of them holds the rule too. Empty: it has no numbers of its own. */
  keys: readonly string[]
  /** The owners that its findings can have. Absent: it looks at the image as a whole, or at the run. */
  owners?: readonly OwnerKind[]
  /**
   * Whether an earlier verdict can make its findings known. Missing evidence and evidence that proves nothing are not findings; exceptions have a register of their own;
   * a leaked credential is leaked however long it is known, and one that attackers use is used; and a measure names no thing that could be met again.
   */
  known?: true
  /** `source`: its violations are the same for every image that is built from the source. Default: they are about an image. */
  about?: 'source'
  /** Whether its violations can name a package, so that an exception can. */
  packages?: true
  /** `false`: no exception may allow its violations. Missing evidence cannot be accepted, and an exception cannot allow another. */
  exceptions?: false
  /** `false`: it always denies, because nothing can be known without it. */
  levels?: false
}

const inImage = ['base', 'application'] as const
const inSource = ['application', 'build'] as const
const inConfiguration = ['application'] as const
const perSeverity = severities.map((severity) => `vulnerabilities.${severity}`)

/**
 * Every rule of the gate, in the order of the reports. They stand here and not in the gate, because a policy names rules and the policy knows nothing of the gate.
 * A test holds the two lists together.
 */
export const ruleFacts = {
  evidence: { keys: [], exceptions: false, levels: false },
  'tool-pins': { keys: [] },
  dockerfile: { keys: [] },
  'lint-level': { keys: ['lint.failOn'], owners: inSource, known: true, about: 'source' },
  'lint-pragmas': { keys: ['lint.pragmas'], owners: inSource, known: true, about: 'source' },
  'lint-read': { keys: ['lint.unread'], owners: inSource, known: true, about: 'source' },
  'build-checks': { keys: ['lint.buildChecks'], owners: inSource, known: true, about: 'source' },
  'add-url': { keys: [], owners: inSource, known: true, about: 'source' },
  vulnerabilities: {
    keys: [...perSeverity, 'vulnerabilities.unfixed', 'vulnerabilities.base', 'vulnerabilities.application'],
    owners: inImage,
    known: true,
    packages: true,
  },
  'known-exploited': { keys: ['vulnerabilities.knownExploited'], owners: inImage },
  'known-exploited-list': { keys: ['vulnerabilities.knownExploited'] },
  'exploit-prediction': { keys: ['vulnerabilities.exploitPrediction'], owners: inImage },
  'exploit-prediction-list': { keys: ['vulnerabilities.exploitPrediction'] },
  'additional-findings': { keys: [...perSeverity] },
  'database-age': { keys: ['database.maximumAge'] },
  'database-coverage': { keys: ['database.accept', 'inventory.allowEmpty'] },
  'end-of-life-os': { keys: [], known: true },
  inventory: { keys: ['inventory.allowEmpty'] },
  'package-records': { keys: ['inventory.unowned'], owners: inImage },
  secrets: { keys: ['secrets.allowed'], owners: inImage },
  'suspected-secrets': { keys: ['secrets.allowed'], owners: inConfiguration },
  licenses: { keys: ['licenses.deny', 'licenses.unknown'], owners: inImage, known: true, packages: true },
  'structure-tests': { keys: ['structure.required', 'structure.file'], known: true },
  'sbom-complete': { keys: ['inventory.allowEmpty'] },
  'size-unpacked': { keys: ['image.class', 'size.unpacked'] },
  'size-compressed': { keys: ['size.compressed'] },
  'size-growth': { keys: ['size.growth'] },
  'layer-efficiency': { keys: ['size.efficiency'] },
  'wasted-bytes': { keys: ['size.wasted'] },
  'runtime-run': { keys: ['runtime.required'] },
  'runtime-ready': { keys: ['runtime.required', 'runtime.readySeconds'] },
  'runtime-refused-writes': { keys: ['runtime.required', 'runtime.tmpfs'], known: true },
  'runtime-memory': { keys: ['runtime.required', 'runtime.memory', 'runtime.peakMemory'] },
  'runtime-stop': { keys: ['runtime.required', 'runtime.stopSeconds'] },
  user: { keys: ['configuration.minimumUid'], owners: inConfiguration, known: true },
  healthcheck: { keys: ['configuration.healthcheck'], known: true },
  'exposed-ports': { keys: ['configuration.ports'], owners: inConfiguration, known: true },
  setuid: { keys: [], owners: inImage, known: true },
  'world-writable': { keys: [], owners: inImage, known: true },
  shells: { keys: ['configuration.shells'], owners: inImage, known: true },
  'package-managers': { keys: ['configuration.packageManagers'], owners: inImage, known: true },
  'package-caches': { keys: [], owners: inImage, known: true },
  'ssh-server': { keys: [], owners: inImage, known: true },
  'exec-form': { keys: [], owners: inConfiguration, known: true },
  labels: { keys: ['configuration.labels'], known: true },
  'base-pinned': { keys: ['base.digest'], owners: inSource, known: true },
  'base-allowed': { keys: ['base.allow'], owners: inSource, known: true },
  'base-latest': { keys: ['base.digest'], owners: inSource, known: true },
  exceptions: { keys: ['exceptions.maximumDays', 'exceptions.unused', 'exceptions.expired'], exceptions: false },
} as const satisfies Record<string, RuleFacts>
