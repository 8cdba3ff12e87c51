import { describe, expect, it } from 'vitest'
import { digestOf } from '../../../src/model/index.ts'
import { applyPolicy, type PolicyCall } from '../../../src/policy/apply.ts'
import { defaultPolicy, policyDigest } from '../../../src/policy/index.ts'

const now = new Date('2026-11-23T12:00:00Z')
const organisation = { path: 'acme.yaml', text: 'version: 1\nvulnerabilities: {medium: 3}' }
const application = {
  path: 'loadline.yaml',
  text: 'version: 1\nbuild: {dockerfile: app/Dockerfile, target: app, platforms: [linux/arm64], args: {A: "1", B: "2"}}',
}
const apply = (call: PolicyCall, files = { application }) => applyPolicy(files, call, now).policy

describe('the policy of a call', () => {
  it('is that of its files if the call says nothing', () => {
    const policy = apply({})
    expect(policy).toStrictEqual({
      ...defaultPolicy,
      build: {
        ...defaultPolicy.build,
        dockerfile: 'app/Dockerfile',
        target: 'app',
        platforms: ['linux/arm64'],
        args: { A: '1', B: '2' },
      },
    })
    expect(apply({ platforms: [] })).toStrictEqual(policy)
    expect(applyPolicy({}, {}, now).policy).toStrictEqual(defaultPolicy)
  })

  it.each<[PolicyCall, object]>([
    [{ platforms: ['linux/amd64', 'linux/arm64'] }, { platforms: ['linux/amd64', 'linux/arm64'] }],
    [{ dockerfile: 'other/Dockerfile' }, { dockerfile: 'other/Dockerfile' }],
    [{ target: 'test' }, { target: 'test' }],
    [{ buildArgs: { B: '3', C: '4' } }, { args: { A: '1', B: '3', C: '4' } }],
  ])('%j replaces that part of the build, and nothing else', (call, changed) => {
    const policy = apply({})
    expect(apply(call)).toStrictEqual({ ...policy, build: { ...policy.build, ...changed } })
  })

  it('is refused with a platform of no such form, by its name', () => {
    expect(() => apply({ platforms: ['linux/amd64', 'amd64', 'arm64'] })).toThrow(
      expect.objectContaining({
        code: 'USAGE',
        message: '"amd64" is not a platform',
        hint: 'Write os/architecture, e.g. linux/amd64 or linux/arm64.',
      }),
    )
  })

  it('is refused if it changes what the organisation locks', () => {
    const files = { organisation: { path: 'acme.yaml', text: 'version: 1\nlocked: [build.target, build.args]' } }
    expect(applyPolicy(files, { dockerfile: 'other/Dockerfile' }, now).policy.build.dockerfile).toBe('other/Dockerfile')
    expect(() => applyPolicy(files, { target: 'test', buildArgs: { A: '1' } }, now)).toThrow(
      expect.objectContaining({
        code: 'USAGE',
        message:
          'build.target is locked at acme.yaml:2 (build.target): expected nothing; found "test"\nbuild.args.A is locked at acme.yaml:2 (build.args): expected nothing; found "1"',
      }),
    )
  })
})

describe('the description of the policy in the run document', () => {
  it.each([
    ['nothing', {}, { origin: 'default' }, ['default']],
    [
      'the file of an organisation',
      { organisation },
      { origin: 'organisation', path: 'acme.yaml' },
      ['default', 'acme.yaml'],
    ],
    [
      'the file of an application',
      { application },
      { origin: 'file', path: 'loadline.yaml' },
      ['default', 'loadline.yaml'],
    ],
    [
      'both',
      { organisation, application },
      { origin: 'file', path: 'loadline.yaml' },
      ['default', 'acme.yaml', 'loadline.yaml'],
    ],
  ])('names where it comes from, for %s', (_what, files, { ...origin }, names) => {
    const { policy, applied } = applyPolicy(files, { target: 'test' }, now)
    const { layers = [], ...others } = applied
    expect(others).toStrictEqual({ ...origin, digest: policyDigest(policy) })
    expect(layers?.map(({ name }) => name)).toEqual(names)
    expect(layers?.slice(1).map(({ digest }) => digest)).toEqual(
      Object.values<{ text: string }>(files).map((file) => digestOf(file.text)),
    )
  })
})
