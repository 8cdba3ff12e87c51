import type { Rule } from './rule.ts'
import { addUrl } from './rules/add-url.ts'
import { additionalFindings } from './rules/additional-findings.ts'
import { baseAllowed } from './rules/base-allowed.ts'
import { baseLatest } from './rules/base-latest.ts'
import { basePinned } from './rules/base-pinned.ts'
import { buildChecks } from './rules/build-checks.ts'
import { databaseAge } from './rules/database-age.ts'
import { databaseCoverage } from './rules/database-coverage.ts'
import { dockerfile } from './rules/dockerfile.ts'
import { endOfLifeOs } from './rules/end-of-life-os.ts'
import { evidence } from './rules/evidence.ts'
import { exceptions } from './rules/exceptions.ts'
import { execForm } from './rules/exec-form.ts'
import { exposedPorts } from './rules/exposed-ports.ts'
import { healthcheck } from './rules/healthcheck.ts'
import { inventory } from './rules/inventory.ts'
import { exploitPrediction } from './rules/exploit-prediction.ts'
import { exploitPredictionList } from './rules/exploit-prediction-list.ts'
import { knownExploited } from './rules/known-exploited.ts'
import { knownExploitedList } from './rules/known-exploited-list.ts'
import { labels } from './rules/labels.ts'
import { layerEfficiency } from './rules/layer-efficiency.ts'
import { licenses } from './rules/licenses.ts'
import { lintLevel } from './rules/lint-level.ts'
import { lintPragmas } from './rules/lint-pragmas.ts'
import { lintRead } from './rules/lint-read.ts'
import { packageCaches } from './rules/package-caches.ts'
import { packageManagers } from './rules/package-managers.ts'
import { packageRecords } from './rules/package-records.ts'
import { reproducible } from './rules/reproducible.ts'
import { runtimeMemory } from './rules/runtime-memory.ts'
import { runtimeReady } from './rules/runtime-ready.ts'
import { runtimeRefusedWrites } from './rules/runtime-refused-writes.ts'
import { runtimeRun } from './rules/runtime-run.ts'
import { runtimeStop } from './rules/runtime-stop.ts'
import { sbomComplete } from './rules/sbom-complete.ts'
import { secrets } from './rules/secrets.ts'
import { setuid } from './rules/setuid.ts'
import { sharedLibraries } from './rules/shared-libraries.ts'
import { shells } from './rules/shells.ts'
import { sizeCompressed } from './rules/size-compressed.ts'
import { sizeGrowth } from './rules/size-growth.ts'
import { sizeUnpacked } from './rules/size-unpacked.ts'
import { sshServer } from './rules/ssh-server.ts'
import { structureTests } from './rules/structure-tests.ts'
import { suspectedSecrets } from './rules/suspected-secrets.ts'
import { toolPins } from './rules/tool-pins.ts'
import { user } from './rules/user.ts'
import { vulnerabilities } from './rules/vulnerabilities.ts'
import { wastedBytes } from './rules/wasted-bytes.ts'
import { worldWritable } from './rules/world-writable.ts'

/** Every rule of the gate, in the order of the reports. A new rule is a file, a line here and a row in src/policy/rule-facts.ts. */
export const rules: readonly Rule[] = [
  evidence,
  toolPins,
  dockerfile,
  lintLevel,
  lintPragmas,
  lintRead,
  buildChecks,
  addUrl,
  vulnerabilities,
  knownExploited,
  knownExploitedList,
  exploitPrediction,
  exploitPredictionList,
  additionalFindings,
  databaseAge,
  databaseCoverage,
  endOfLifeOs,
  inventory,
  packageRecords,
  secrets,
  suspectedSecrets,
  licenses,
  structureTests,
  sbomComplete,
  sizeUnpacked,
  sizeCompressed,
  sizeGrowth,
  layerEfficiency,
  wastedBytes,
  runtimeRun,
  runtimeReady,
  runtimeRefusedWrites,
  runtimeMemory,
  runtimeStop,
  user,
  healthcheck,
  exposedPorts,
  setuid,
  worldWritable,
  shells,
  packageManagers,
  packageCaches,
  sshServer,
  execForm,
  sharedLibraries,
  labels,
  reproducible,
  basePinned,
  baseAllowed,
  baseLatest,
  exceptions,
]
