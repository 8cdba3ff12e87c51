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
    expect(stdout.trim()).toBe('2 true')
  })

  it('is slow, which the example is told', async () => {
    const { laptop } = there()
    const change = (file: string, how: string) => laptop.run(['sed', '--in-place', how, `go-service/${file}`])
    const changes = [
      await change('Dockerfile', 's/--timeout=3s/--timeout=90s/'),
      await change('loadline.yaml', 's/^runtime:/&\\n  readySeconds: 600\\n  stopSeconds: 120/'),
    ]
    expect(changes.map(({ exitCode }) => exitCode)).toEqual([0, 0])
  })

  // Compiling for a second platform would take as long again, and shows nothing of the host.
  firstDay(there, '--platform', 'linux/amd64')
})
