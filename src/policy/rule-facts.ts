import { severities } from '../model/index.ts'

/** The possible owners of a finding. A finding with an unknown owner is judged by the strictest of all owners' settings. */
export const ownerKinds = ['base', 'application', 'build'] as const
type OwnerKind = (typeof ownerKinds)[number]

/** What the policy must know about a rule: what a policy file may say about it. What the rule checks is in the gate. */
export interface RuleFacts {
  /** The policy keys by which it judges; a lock on one of them covers the rule too. Empty: it has no settings of its own. */
  keys: readonly string[]
  /** The owners that its findings can have. Absent: it judges the image as a whole, or the run. */
  owners?: readonly OwnerKind[]
  /**
   * Whether an earlier verdict can make its findings known. Missing evidence and evidence that proves nothing are not
   * findings; exceptions have their own register; a leaked credential stays leaked, and an exploited vulnerability
   * stays exploited, however long it is known; and a measurement names nothing that could recur.
   */
  known?: true
  /** `source`: its violations are the same for every image built from the source. Default: they are about an image. */
  about?: 'source'
  /** Whether its violations can name a package, so that an exception can. */
  packages?: true
  /** `false`: no exception may allow its violations. Missing evidence cannot be accepted, and an exception cannot allow another. */
  exceptions?: false
  /** `false`: it always rejects, because nothing can be known without it. */
  levels?: false
}

const inImage = ['base', 'application'] as const
const inSource = ['application', 'build'] as const
const inConfiguration = ['application'] as const
const perSeverity = severities.map((severity) => `vulnerabilities.${severity}`)

/**
 * Every rule of the gate, in the order of the reports. They are here and not in the gate, because a policy names rules
 * and the policy does not depend on the gate. A test keeps the two lists equal.
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
  'runtime-run': { keys: ['runtime.required', 'runtime.reuse'] },
  'runtime-ready': { keys: ['runtime.required', 'runtime.reuse', 'runtime.readySeconds'] },
  'runtime-refused-writes': { keys: ['runtime.required', 'runtime.reuse', 'runtime.tmpfs'], known: true },
  'runtime-memory': { keys: ['runtime.required', 'runtime.reuse', 'runtime.memory', 'runtime.peakMemory'] },
  'runtime-stop': { keys: ['runtime.required', 'runtime.reuse', 'runtime.stopSeconds'] },
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
  'shared-libraries': { keys: [], known: true },
  labels: { keys: ['configuration.labels'], known: true },
  reproducible: { keys: ['build.reproducible'] },
  'base-pinned': { keys: ['base.digest'], owners: inSource, known: true },
  'base-allowed': { keys: ['base.allow'], owners: inSource, known: true },
  'base-latest': { keys: ['base.digest'], owners: inSource, known: true },
  exceptions: { keys: ['exceptions.maximumDays', 'exceptions.unused', 'exceptions.expired'], exceptions: false },
} as const satisfies Record<string, RuleFacts>
