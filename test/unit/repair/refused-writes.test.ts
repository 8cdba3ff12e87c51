import { describe, expect, it } from 'vitest'
import { loadPolicy } from '../../../src/policy/index.ts'
import { openExceptions, refusedDirectories } from '../../../src/repair/index.ts'
import { evaluate } from '../../../src/gate/evaluate.ts'
import { failedRun, now, policy, withRun } from '../gate/good-evidence.ts'
import { remains } from './situation.ts'

type Write = [path: string, call?: string, why?: 'read-only' | 'permission']

const started = { workingDir: '/app', entrypoint: ['/usr/bin/python3'], cmd: ['/srv/shop/main.py'] }
const run = (...writes: Write[]) => ({
  refusedWrites: writes.map(([path, call = 'openat', why = 'read-only']) => ({ path, call, why, count: 1 })),
})

describe('the directories that an application was refused to write to', () => {
  it.each<[string, Write[], string[]]>([
    [
      'those of its files, each once and none below another',
      [['/var/log/app/a.log'], ['/var/log/app/old/b.log'], ['/data/x']],
      ['/data', '/var/log/app'],
    ],
    ['the one in which nginx makes others', [['/var/cache/nginx/client_temp', 'mkdir']], ['/var/cache/nginx']],
    ['/run, whichever way it is written', [['/var/run/nginx.pid'], ['/run/lock/a']], ['/run']],
    ['a directory that it makes itself where only the system has files', [['/.npm', 'mkdir'], ['/.config']], ['/.npm']],
    [
      'not what holds the program or what it works with',
      [['/app/log.txt'], ['/srv/shop/cache.db'], ['/usr/lib/x/y']],
      [],
    ],
    ['below what it works with', [['/app/uploads/1.png']], ['/app/uploads']],
    ['not what its user may not write to on any root', [['/data/x', 'openat', 'permission']], []],
    ['not the compiled files of Python', [['/data/__pycache__/a.pyc'], ['/data/__pycache__', 'mkdir']], []],
  ])('are %s', (_, writes, directories) => {
    expect(refusedDirectories(run(...writes), started)).toEqual(directories)
  })
  it('are none if they are more than anybody would provide', () => {
    const many = Array.from({ length: 9 }, (__, index): Write => [`/data${index}/x`])
    expect(refusedDirectories(run(...many), started)).toHaveLength(6)
  })
})

describe('what is said of them', () => {
  const text = 'FROM debian:12-slim\nCMD ["/app"]\n'
  it('is the setting that allows an application that writes without harm', () => {
    expect(remains(text, { runtime: run(['/var/log/app/a.log']) })).toEqual([
      expect.stringMatching(
        /^runtime-refused-writes: It was refused to write to \/var\/log\/app\. .*tmpfs: \[\/tmp, \/var\/log\/app\]/,
      ),
    ])
  })
  it('is that it does not become ready without', () => {
    const seen = { listens: ['0.0.0.0:80'], readySeconds: 1, port: 80, tmpfs: ['/run'] }
    expect(remains(text, { runtime: { ...failedRun('exited'), ...run(['/run/a.pid']) }, seen })).toEqual([
      expect.stringMatching(/^runtime-ready: It becomes ready only if it can write to \/run\./),
    ])
  })
  it('is nothing if nothing was refused', () => {
    expect(remains(text, {})).toEqual([])
  })
  it('is a comment in the policy, which allows nothing until a person has decided', () => {
    const { results } = evaluate(policy, withRun(failedRun('exited')), now).verdict
    const written = openExceptions(results, policy, undefined, now, ['/run']) ?? ''
    expect(written).toMatch(
      /^version: 1\n# It becomes ready only if.*\n# .*\n# runtime:\n# {3}tmpfs:\n# {5}- \/tmp\n# {5}- \/run\n# What/,
    )
    const filled = written
      .replaceAll('reason: ""', 'reason: tried for this test')
      .replaceAll('owner: ""', 'owner: shop')
    expect(loadPolicy(filled, 'loadline.yaml', now).runtime.tmpfs).toEqual(['/tmp'])
    const decided = filled.replaceAll(/^# (runtime:| {2}tmpfs:| {4}- )/gm, '$1')
    expect(loadPolicy(decided, 'loadline.yaml', now).runtime.tmpfs).toEqual(['/tmp', '/run'])
  })
})
