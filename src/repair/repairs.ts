import type { Repair } from './repair.ts'
import { addToCopy } from './rules/add-to-copy.ts'
import { baseDigest } from './rules/base-digest.ts'
import { bytecode } from './rules/bytecode.ts'
import { cleanCaches } from './rules/clean-caches.ts'
import { commandOptions } from './rules/command-options.ts'
import { commands } from './rules/commands.ts'
import { execForm } from './rules/exec-form.ts'
import { healthCheck } from './rules/health-check.ts'
import { ignoredFiles } from './rules/ignored-files.ts'
import { judgedVersions } from './rules/judged-versions.ts'
import { labels } from './rules/labels.ts'
import { setuid, worldWritable } from './rules/modes.ts'
import { obsoleteInstructions } from './rules/obsolete-instructions.ts'
import { packageManagers } from './rules/package-managers.ts'
import { pipefail } from './rules/pipefail.ts'
import { startedScript } from './rules/started-script.ts'
import { structureTests } from './rules/structure-tests.ts'
import { user } from './rules/user.ts'

/** Every repair. The user comes first: the image is not started as root, so no other repair's effect would be seen. */
export const repairs: readonly Repair[] = [
  user,
  setuid,
  worldWritable,
  packageManagers,
  cleanCaches,
  commandOptions,
  commands,
  judgedVersions,
  addToCopy,
  pipefail,
  obsoleteInstructions,
  startedScript,
  execForm,
  baseDigest,
  labels,
  bytecode,
  ignoredFiles,
  healthCheck,
  structureTests,
]
