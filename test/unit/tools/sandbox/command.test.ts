import { describe, expect, it } from 'vitest'
import { defaultPolicy } from '../../../../src/policy/default.ts'
import type { Policy } from '../../../../src/policy/schema.ts'
import {
  insideImage,
  judgeCommands,
  runImage,
  sandboxPlan,
  testPlan,
  type Asking,
} from '../../../../src/tools/sandbox/command.ts'

function plan(runtime: Partial<Policy['runtime']>, seccomp?: string): unknown {
  return JSON.parse(sandboxPlan({ ...defaultPolicy, runtime: { ...defaultPolicy.runtime, ...runtime } }, seccomp))
}

describe('the plan of a run', () => {
  it('says all limits in bytes and seconds', () => {
    expect(plan({})).toEqual({
      schemaVersion: 1,
      environment: {},
      minimumUid: 1000,
      memory: 536_870_912,
      pids: 256,
      cpus: 1,
      tmpfs: ['/tmp'],
      seccomp: null,
      probe: { kind: 'healthcheck' },
      readySeconds: 30,
      stopSeconds: 10,
      services: [],
    })
  })

  it.each([
    { probe: { http: { port: 8080, path: '/health' } }, wanted: { kind: 'http', port: 8080, path: '/health' } },
    { probe: { tcp: { port: 5432 } }, wanted: { kind: 'tcp', port: 5432 } },
  ])('spells the probe $wanted.kind', ({ probe, wanted }) => {
    expect(plan({ probe })).toMatchObject({ probe: wanted })
  })

  it('tells the sandbox where services are, and not what is in their environment', () => {
    const services = {
      database: {
        image: 'docker.io/library/postgres:15',
        ports: [5432],
        environment: { POSTGRES_PASSWORD: 'only-for-this-run' },
      },
    }
    expect(plan({ services })).toMatchObject({ services: [{ name: 'database', ports: [5432] }] })
    expect(JSON.stringify(plan({ services }))).not.toContain('only-for-this-run')
  })

  it("asks for paths, with the policy's probe or as soon as any port accepts connections", () => {
    const asked = (asking: Asking) => JSON.parse(sandboxPlan(defaultPolicy, undefined, asking)) as unknown
    expect(asked({ paths: ['/health'] })).toMatchObject({ probe: { kind: 'healthcheck' }, ask: ['/health'] })
    expect(asked({ paths: ['/'], expectedPorts: [8000] })).toMatchObject({
      probe: { kind: 'listening', ports: [8000] },
      ask: ['/'],
    })
  })

  it('has the profile itself', () => {
    expect(plan({}, '{"defaultAction":"SCMP_ACT_ERRNO"}')).toMatchObject({
      seccomp: { defaultAction: 'SCMP_ACT_ERRNO' },
    })
  })
})

it('the program is called by argument list', () => {
  expect(runImage('/sandbox', { plan: '/plan.json', configuration: '/image.json', root: '/image' })).toEqual([
    '/sandbox',
    'run',
    '/usr/bin/crun',
    '/plan.json',
    '/image.json',
    '/image',
  ])
})

describe('command tests', () => {
  const paths = { plan: '/plan.json', configuration: '/image.json', root: '/image' }
  const { plan: text, tests } = testPlan(
    '/sandbox',
    paths,
    {
      globalEnvVars: [{ key: 'A', value: 1 }],
      commandTests: [
        {
          name: 'greets',
          command: 'cat',
          args: ['/x', 2],
          setup: [['sh', '-c', 'echo x > /x']],
          teardown: [['rm', '/x']],
          envVars: [{ key: 'B', value: '${A}b' }],
          expectedOutput: ['x'],
        },
        { name: 'ends', command: 'false', exitCode: 1 },
      ],
    },
    defaultPolicy,
  )

  it('are judged as they are written, behind the program that runs each by itself [fault 85]', () => {
    const behind = (index: string, ...command: unknown[]) => [
      'command',
      '/usr/bin/crun',
      '/plan.json',
      '/image.json',
      '/image',
      index,
      ...command,
    ]
    const nothing = { setup: [], teardown: [], envVars: [] }
    expect(tests).toEqual({
      schemaVersion: '2.0.0',
      commandTests: [
        {
          ...nothing,
          name: 'greets',
          command: '/sandbox',
          args: behind('0', 'cat', '/x', 2),
          expectedOutput: ['x'],
        },
        { ...nothing, name: 'ends', command: '/sandbox', args: behind('1', 'false'), exitCode: 1 },
      ],
    })
  })

  it('have what they need in a plan, as text', () => {
    expect(JSON.parse(text)).toEqual({
      schemaVersion: 1,
      memory: 536_870_912,
      pids: 256,
      cpus: 1,
      tests: [
        {
          environment: [
            { key: 'A', value: '1' },
            { key: 'B', value: '${A}b' },
          ],
          setup: [['sh', '-c', 'echo x > /x']],
        },
        { environment: [{ key: 'A', value: '1' }], setup: [] },
      ],
    })
  })

  it('and the tests of files are started by argument list', () => {
    expect(judgeCommands('/sandbox', ['/judge', 'test'])).toEqual(['/sandbox', 'tests', '/judge', 'test'])
    expect(insideImage('/sandbox', '/image', ['/judge', 'test'])).toEqual([
      '/sandbox',
      'within',
      '/image',
      '/judge',
      'test',
    ])
  })
})
