import type { Repair } from './repair.ts'
import { addToCopy } from './rules/add-to-copy.ts'
import { baseDigest } from './rules/base-digest.ts'
import { bytecode } from './rules/bytecode.ts'
import { cleanCaches } from './rules/clean-caches.ts'
import { codeLast } from './rules/code-last.ts'
import { commandOptions } from './rules/command-options.ts'
import { commands } from './rules/commands.ts'
import { dependenciesFirst } from './rules/dependencies-first.ts'
import { distrolessBase } from './rules/distroless-base.ts'
import { distrolessTag } from './rules/distroless-tag.ts'
import { execForm } from './rules/exec-form.ts'
import { healthCheck } from './rules/health-check.ts'
import { ignoredFiles } from './rules/ignored-files.ts'
import { initProcess } from './rules/init-process.ts'
import { judgedVersions } from './rules/judged-versions.ts'
import { labels } from './rules/labels.ts'
import { setuid, worldWritable } from './rules/modes.ts'
import { obsoleteInstructions } from './rules/obsolete-instructions.ts'
import { packageManagers } from './rules/package-managers.ts'
import { pipefail } from './rules/pipefail.ts'
import { programBase } from './rules/program-base.ts'
import { secretArguments } from './rules/secret-arguments.ts'
import { slimBase } from './rules/slim-base.ts'
import { spelling } from './rules/spelling.ts'
import { startedScript } from './rules/started-script.ts'
import { structureTests } from './rules/structure-tests.ts'
import { twoStages } from './rules/two-stages.ts'
import { user } from './rules/user.ts'
import { workingDirectory } from './rules/working-directory.ts'
import { writableDirectories } from './rules/writable-directories.ts'

/** Every repair, in the order in which a round makes them. */
export const repairs: readonly Repair[] = [
  twoStages,
  distrolessBase,
  programBase,
  user,
  startedScript,
  slimBase,
  distrolessTag,
  setuid,
  worldWritable,
  packageManagers,
  cleanCaches,
  commandOptions,
  commands,
  judgedVersions,
  addToCopy,
  secretArguments,
  pipefail,
  workingDirectory,
  obsoleteInstructions,
  spelling,
  execForm,
  baseDigest,
  labels,
  bytecode,
  writableDirectories,
  ignoredFiles,
  healthCheck,
  initProcess,
  structureTests,
  dependenciesFirst,
  codeLast,
]
