import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Flags, FlagsFull, isOn } from '../src/flags.ts'

const subjects = Array.from({ length: 2000 }, (_, number) => `user-${number}`)

function share(rollout: number): Set<string> {
  return new Set(subjects.filter((subject) => isOn({ name: 'new-cart', enabled: true, rollout }, subject)))
}

test('a rollout reaches about its share of the subjects', () => {
  assert.equal(share(0).size, 0)
  assert.equal(share(100).size, subjects.length)
  assert.ok(Math.abs(share(30).size / subjects.length - 0.3) < 0.05)
})

test('a wider rollout keeps everybody who had it', () => {
  const wide = share(60)
  for (const subject of share(30)) assert.ok(wide.has(subject))
})

test('a disabled flag is on for nobody', () => {
  assert.equal(isOn({ name: 'new-cart', enabled: false, rollout: 100 }, 'user-1'), false)
})

test('there is a limit, and known flags can still be changed at it', () => {
  const flags = new Flags(1)
  flags.set({ name: 'a', enabled: true, rollout: 100 })
  flags.set({ name: 'a', enabled: false, rollout: 100 })
  assert.throws(() => flags.set({ name: 'b', enabled: true, rollout: 100 }), FlagsFull)
  assert.deepEqual(flags.list(), [{ name: 'a', enabled: false, rollout: 100 }])
})
