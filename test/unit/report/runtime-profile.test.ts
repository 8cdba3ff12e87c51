import { describe, expect, it } from 'vitest'
import { runtimeFiles, seccompProfile, suggestedRuntime } from '../../../src/report/runtime-profile.ts'
import { loadPolicy } from '../../../src/policy/load.ts'
import { failedRun, goodRun, now } from '../gate/good-evidence.ts'
import { brokenRun, passedRun } from './runs.ts'

const names = (profile: string): string[] =>
  (JSON.parse(profile) as { syscalls: [{ names: string[] }] }).syscalls[0].names

describe('a derived seccomp profile', () => {
  it('refuses what was not seen', () => {
    const profile = seccompProfile(goodRun({ calls: ['accept4', 'read'] }), 'linux/amd64')
    expect(JSON.parse(profile)).toMatchObject({
      defaultAction: 'SCMP_ACT_ERRNO',
      archMap: [{ architecture: 'SCMP_ARCH_X86_64' }],
    })
    expect(names(profile)).toContain('accept4')
    for (const call of ['mount', 'unshare', 'ptrace', 'bpf', 'socket', 'connect'])
      expect(names(profile)).not.toContain(call)
  })

  it('allows what starts a program under any engine', () => {
    expect(names(seccompProfile(goodRun({ calls: ['read'] }), 'linux/arm64'))).toEqual(
      expect.arrayContaining(['execve', 'exit_group', 'futex', 'rt_sigreturn']),
    )
  })

  it('does not allow what was refused, and names no call that has no name', () => {
    const profile = seccompProfile(
      goodRun({ calls: ['call_999', 'io_uring_setup', 'read'], refusedCalls: [{ name: 'io_uring_setup', count: 1 }] }),
      'linux/amd64',
    )
    expect(names(profile)).not.toContain('io_uring_setup')
    expect(names(profile).filter((name) => name.startsWith('call_'))).toEqual([])
  })

  it('lets a C library make its threads in the older way, where clone3 was refused or not seen', () => {
    const rules = (calls: string[], refused: string[]) =>
      (
        JSON.parse(
          seccompProfile(goodRun({ calls, refusedCalls: refused.map((name) => ({ name, count: 1 })) }), 'linux/amd64'),
        ) as { syscalls: unknown[] }
      ).syscalls.slice(1)
    const notThere = [{ names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: 38 }]
    expect(rules(['clone', 'clone3'], ['clone3'])).toEqual(notThere)
    expect(rules(['clone'], [])).toEqual(notThere)
    expect(rules(['clone3'], [])).toEqual([])
  })

  it('is the same for the same run', () => {
    expect(seccompProfile(goodRun({ calls: ['b', 'a'] }), 'linux/amd64')).toBe(
      seccompProfile(goodRun({ calls: ['a', 'b'] }), 'linux/amd64'),
    )
  })
})

describe('a suggested policy', () => {
  const writes = goodRun({
    usedTmpfs: ['/tmp'],
    refusedWrites: [
      { path: '/var/log/app.log', why: 'read-only', call: 'openat', count: 1 },
      { path: '/pid', why: 'read-only', call: 'openat', count: 1 },
    ],
  })

  it('is a policy file that loads', () => {
    const policy = loadPolicy(suggestedRuntime(writes), 'loadline.yaml', now)
    expect(policy.runtime).toMatchObject({ tmpfs: ['/tmp', '/var/log'], memory: '79 MiB', seccomp: 'seccomp.json' })
  })

  it('never makes the root itself writable', () => {
    expect(suggestedRuntime(writes)).toContain('It also tries to write to / itself')
  })
})

describe('the files of a run', () => {
  it('lie in a directory of their own', () => {
    expect(Object.keys(runtimeFiles(passedRun())).toSorted()).toEqual(
      ['linux/amd64', 'linux/arm64'].length === (passedRun().evidence?.platforms.length ?? 0)
        ? [
            'runtime/linux-amd64/loadline.yaml',
            'runtime/linux-amd64/seccomp.json',
            'runtime/linux-arm64/loadline.yaml',
            'runtime/linux-arm64/seccomp.json',
          ]
        : ['runtime/loadline.yaml', 'runtime/seccomp.json'],
    )
  })

  it('are empty if nothing was started', () => {
    expect(runtimeFiles(brokenRun())).toEqual({})
  })

  it('have no profile of an image that never came up: too little of it was seen', () => {
    const run = passedRun()
    for (const { evidence } of run.evidence?.platforms ?? [])
      if (evidence.runtime.status === 'collected') evidence.runtime.value = failedRun('exited')
    expect(Object.keys(runtimeFiles(run)).filter((path) => path.endsWith('seccomp.json'))).toEqual([])
  })
})
