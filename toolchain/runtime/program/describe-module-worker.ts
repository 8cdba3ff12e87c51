/** Writes the description of a module to a file, on a thread of its own. */
import { writeFileSync } from 'node:fs'
import { workerData } from 'node:worker_threads'
import { describeModule } from './describe-module.ts'

const { files, moduleName, description } = workerData as { files: string[]; moduleName: string; description: string }
writeFileSync(description, JSON.stringify(await describeModule(files, moduleName)))
