import { fileURLToPath } from 'node:url'
import { compiled } from './compiled.ts'

/** actionlint, which reads workflows as GitHub does, and act, which runs them on this machine. */
export function workflowPrograms(): Promise<Record<'actionlint' | 'act', string>> {
  return compiled({
    goDirectory: fileURLToPath(new URL('./go/', import.meta.url)),
    module: 'workflows',
    programs: {
      actionlint: { version: 'v1.7.12', package: 'github.com/rhysd/actionlint/cmd/actionlint' },
      act: { version: 'v0.2.82', package: 'github.com/nektos/act' },
    },
  })
}
