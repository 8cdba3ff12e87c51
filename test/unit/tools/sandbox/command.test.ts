import { describe, expect, it } from 'vitest'
import { defaultPolicy } from '../../../../src/policy/default.ts'
import type { Policy } from '../../../../src/policy/schema.ts'
import { runImage, sandboxPlan } from '../../../../src/tools/sandbox/command.ts'

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
