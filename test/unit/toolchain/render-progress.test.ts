import { expect, test } from 'vitest'
import { renderProgress } from '../../../toolchain/render-progress.ts'

test.each([
  [{ step: 't', state: 'running', seconds: 0, detail: 'compiling trivy' }, 'sealed: compiling trivy ...'],
  [{ step: 't', state: 'running', seconds: 40.2, detail: 'compiling trivy' }, 'sealed: compiling trivy (40 s so far)'],
  [{ step: 't', state: 'done', seconds: 182.34, detail: 'trivy compiled' }, 'sealed: trivy compiled in 182.3 s'],
  [{ step: 't', state: 'done', seconds: 0.01, detail: 'trivy compiled' }, undefined],
  [{ step: 't', state: 'cached', seconds: 3, detail: 'trivy compiled' }, undefined],
  [
    { step: 't', state: 'failed', seconds: 3.21, detail: 'compiling trivy failed: no space' },
    'sealed: compiling trivy failed: no space (after 3.2 s)',
  ],
] as const)('%j', (event, line) => {
  expect(renderProgress(event)).toBe(line)
})
