import { describe, expect, it } from 'vitest'
import { scaffoldOf } from './applications.ts'
import { records } from './records.ts'

describe('golden scaffolds', () => {
  it.each([
    ['python-pip', ['compose', 'kubernetes'], ['hipaa', 'soc2']],
    ['node-npm', ['cloud-run'], ['internal']],
    ['go', ['ecs'], ['pci-dss']],
    ['java-maven', ['kubernetes'], ['internal']],
    ['rust', ['compose'], ['internal']],
  ])('%s for %j under %j', async (stack, targets, compliance) => {
    const { files } = await scaffoldOf(stack, { targets, compliance, name: 'orders' })
    for (const [path, text] of Object.entries(files))
      await expect(text).toMatchFileSnapshot(`../../golden/scaffold/${stack}/${path}`)
  })

  it('FastAPI with PostgreSQL and S3, on EKS and ECS under HIPAA', async () => {
    for (const [path, text] of Object.entries((await records()).files))
      await expect(text).toMatchFileSnapshot(`../../golden/scaffold/records/${path}`)
  })
})
