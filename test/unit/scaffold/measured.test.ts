import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { Run, type Runtime } from '../../../src/model/index.ts'
import { measuredIn } from '../../../src/scaffold/index.ts'
import { scaffoldOf } from './applications.ts'

const passed = readFileSync(new URL('../../golden/report/passed/verdict.json', import.meta.url), 'utf8')

/** The verdict of a run that passed, with other measures on each of its platforms. */
function verdictWith(...changes: Array<Partial<Runtime>>): Run {
  const run = Run.parse(JSON.parse(passed))
  const [platform] = run.evidence?.platforms ?? []
  if (run.evidence === undefined || platform?.evidence.runtime.status !== 'collected') throw new Error('no run')
  const { archive, evidence } = platform
  const { runtime } = platform.evidence
  return {
    ...run,
    evidence: {
      ...run.evidence,
      platforms: changes.map((change, index) => ({
        archive: { ...archive, digest: `sha256:${String(index + 1).repeat(64)}` },
        evidence: { ...evidence, runtime: { ...runtime, value: { ...runtime.value, ...change } } },
      })) as typeof run.evidence.platforms,
    },
  }
}

describe('what a verdict has measured', () => {
  it('is the most of all platforms that were run', () => {
    expect(
      measuredIn(
        verdictWith(
          { peakMemory: 10_000_000, readySeconds: 2.5, usedTmpfs: ['/tmp'] },
          { peakMemory: 20_000_000, readySeconds: 0.5, usedTmpfs: [] },
          { outcome: 'not-run', peakMemory: 0 },
        ),
      ),
    ).toEqual({
      images: [`sha256:${'1'.repeat(64)}`, `sha256:${'2'.repeat(64)}`],
      peakMemory: 20_000_000,
      readySeconds: 2.5,
      temporary: true,
    })
  })

  it.each<[string, Run]>([
    ['found no run', verdictWith({ outcome: 'not-run' })],
    ['found no run', verdictWith()],
    ['found "exited": it ended with 1', verdictWith({}, { outcome: 'exited', reason: 'it ended with 1' })],
  ])('is nothing where the image did not become ready: %s', (said, run) => {
    expect(() => measuredIn(run)).toThrow(said)
  })
})

interface Container {
  resources: { limits: { memory: string }; requests: { cpu: string; memory: string } }
  startupProbe: { failureThreshold: number }
}

function sizesIn(files: Readonly<Record<string, string>>) {
  const { spec } = (
    parse(files['deploy/kubernetes/base/deployment.yaml'] ?? '') as {
      spec: { template: { spec: { containers: [Container]; volumes: Array<{ emptyDir?: { sizeLimit: string } }> } } }
    }
  ).spec.template
  const [{ resources, startupProbe }] = spec.containers
  return {
    limit: resources.limits.memory,
    request: resources.requests.memory,
    cpu: resources.requests.cpu,
    starts: startupProbe.failureThreshold,
    temporary: spec.volumes.find(({ emptyDir }) => emptyDir !== undefined)?.emptyDir?.sizeLimit,
  }
}

const mebibytes = (count: number) => count * 2 ** 20

describe('a scaffold from a measured run', () => {
  const targets = ['kubernetes', 'compose', 'ecs', 'cloud-run']
  const measured = measuredIn(verdictWith({ peakMemory: mebibytes(70), readySeconds: 3.2, usedTmpfs: [] }))

  it('has three times the memory in steps of 32 MiB, twice the time, and a small /tmp where nothing was written', async () => {
    const { files } = await scaffoldOf('python-pip', { targets, measured })
    expect(sizesIn(files)).toEqual({ limit: '224Mi', request: '224Mi', cpu: '200m', starts: 14, temporary: '16Mi' })
    expect(files['compose.yaml']).toContain('memory: 224M')
    expect(files['compose.yaml']).toContain('/tmp:size=16m')
    expect(files['loadline.yaml']).toContain('memory: 224 MiB')
    expect(files['Dockerfile']).toContain('--start-period=14s')
  })

  it('has no less than 64 MiB, and keeps the usual /tmp where something was written', async () => {
    const little = measuredIn(verdictWith({ peakMemory: 1, readySeconds: 0, usedTmpfs: ['/tmp'] }))
    const { files } = await scaffoldOf('python-pip', { measured: little })
    expect(sizesIn(files)).toMatchObject({ limit: '64Mi', starts: 2, temporary: '64Mi' })
  })

  it('says in its document what was measured, in which image, and what was not', async () => {
    const { files } = await scaffoldOf('python-pip', { targets, measured })
    const document = files['DEPLOYMENT.md'] ?? ''
    expect(document).toContain(`the run of \`sha256:${'1'.repeat(64)}\` in the gate: at most 70.0 MiB`)
    expect(document).toContain('ready after 3.2 seconds while every system call was followed')
    expect(document).toContain('That run served no load')
    expect(document).not.toContain('These numbers come from the runtime')
  })

  it('has an alert for each bound that can be measured while it runs, and says of /tmp why there is none', async () => {
    const { files } = await scaffoldOf('python-pip', { targets, measured, name: 'orders' })
    const text = files['deploy/kubernetes/base/prometheus-rule.yaml'] ?? ''
    const { spec } = parse(text) as {
      spec: { groups: Array<{ rules: Array<{ alert: string; expr: string; for: string; annotations: object }> }> }
    }
    const rules = new Map(spec.groups.flatMap((group) => group.rules.map((rule) => [rule.alert, rule])))
    expect(rules.get('OrdersMemoryNearLimit')?.annotations).toMatchObject({
      description: expect.stringContaining('/tmp') as string,
    })
    // 14 probes, 3 seconds apart, and time for a node to pull the image.
    expect(rules.get('OrdersNotReady')).toMatchObject({
      expr: 'min by (pod) (kube_pod_container_status_ready{namespace="orders", container="orders"}) == 0 unless on (pod) (kube_pod_status_phase{namespace="orders", phase=~"Failed|Succeeded"} == 1)',
      for: '3m',
      annotations: { description: expect.stringContaining('42 seconds') as string },
    })
    expect(rules.get('OrdersEvicted')).toMatchObject({
      expr: 'sum(kube_pod_status_reason{namespace="orders", reason="Evicted"}) > 0',
      annotations: { description: expect.stringContaining('1 GiB') as string },
    })
    expect(text.replaceAll('\n# ', ' ')).toContain('no series says how full a volume in memory is')
  })

  it('allows a start the time of its runtime where nothing was measured', async () => {
    const { files } = await scaffoldOf('java-maven', { name: 'orders' })
    expect(files['deploy/kubernetes/base/prometheus-rule.yaml']).toMatch(
      /alert: OrdersNotReady\n(?: +.*\n)*? +for: 5m\n(?: +.*\n)*? +description: [^:]*180\s+seconds/,
    )
  })

  it('keeps the figures in deploy/scaffold.yaml, from which the same files are made again', async () => {
    const { files } = await scaffoldOf('python-pip', { targets, measured, name: 'orders' })
    const kept = parse(files['deploy/scaffold.yaml'] ?? '') as Record<string, unknown>
    expect(kept['measured']).toEqual(measured)
    expect((await scaffoldOf('python-pip', kept)).files).toEqual(files)
  })

  it('is what it was before without figures', async () => {
    const { files } = await scaffoldOf('python-pip')
    expect(sizesIn(files)).toEqual({ limit: '384Mi', request: '384Mi', cpu: '200m', starts: 20, temporary: '64Mi' })
    expect(files['DEPLOYMENT.md']).toContain('These numbers come from the runtime, not from your load: measure')
    expect(files['deploy/scaffold.yaml']).not.toContain('measured')
  })
})
