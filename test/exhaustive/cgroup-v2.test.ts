import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { firstDay } from '../world/first-day.ts'
import { makeWorld, type World } from '../world/world.ts'

// What takes a minute elsewhere takes a quarter of an hour in a machine without acceleration.
vi.setConfig({ testTimeout: 3_600_000, hookTimeout: 3_600_000 })

let world: World | undefined

beforeAll(async () => {
  world = await makeWorld('machine')
})

afterAll(() => world?.end())

function there(): World {
  if (world === undefined) throw new Error('the world was not made')
  return world
}

describe('a host with control groups of the second version', () => {
  it('has these and no others, with the memory controller', async () => {
    const { stdout } = await there().laptop.run(['docker', 'info', '--format', '{{.CgroupVersion}} {{.MemoryLimit}}'])
    expect(stdout).toBe('2 true')
  })

  // Compiling for a second platform would take as long again, and shows nothing of the host.
  firstDay(there, '--platform', 'linux/amd64')
})
