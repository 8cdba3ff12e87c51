import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  containerEngine,
  findRuntime,
  labelEngine,
  listEngines,
  pullEngine,
  removeEnded,
  removeEngines,
  removeEngineVolumes,
  serverVersion,
  unusableError,
  type UnusableRuntime,
} from '../../../../ci/run/container-runtime.ts'
import { pinsOf } from '../../../../src/tools/pins.ts'

const pins = pinsOf()
const path = process.env['PATH']
let programs: string

beforeEach(() => {
  programs = mkdtempSync(join(tmpdir(), 'loadline-'))
  process.env['PATH'] = programs
})

afterEach(() => {
  process.env['PATH'] = path
  rmSync(programs, { recursive: true })
})

/** A command that answers as a container runtime did. */
function command(name: string, script: string): void {
  const file = join(programs, name)
  writeFileSync(file, `#!/bin/sh\n${script}\n`)
  chmodSync(file, 0o755)
}

const docker20 = `Client:
 Version:           20.10.24+dfsg1
 API version:       1.41

Server:
 Engine:
  Version:          20.10.24+dfsg1
  API version:      1.41 (minimum version 1.12)`

const refusals = {
  'not-running': 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
  'no-rights':
    'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: dial unix: connect: permission denied',
  'too-old': 'Error response from daemon: client version 1.24 is too old. Minimum supported API version is 1.44',
} as const

describe('a container runtime', () => {
  it('is the first whose service answers', async () => {
    command('docker', `echo '${refusals['not-running']}' >&2; exit 1`)
    command('podman', "echo 'Client:       Podman Engine'; echo 'Version:      4.3.1'")
    expect(await findRuntime()).toEqual({ command: 'podman', version: '4.3.1' })
  })

  it('says its version as its service has it, not its command', () => {
    expect(serverVersion('Client:\n Version: 28.2.2\nServer: Docker Engine\n Engine:\n  Version:  25.0.1\n')).toBe(
      '25.0.1',
    )
    expect(serverVersion(docker20)).toBe('20.10.24+dfsg1')
    expect(serverVersion('nothing')).toBe('')
  })

  it('may be missing altogether', async () => {
    expect(await findRuntime()).toBeUndefined()
  })

  it.each(Object.entries(refusals))('that is there and cannot be used says why: %s [fault 91]', async (why, said) => {
    command('docker', `echo '${said}' >&2; exit 1`)
    expect(await findRuntime()).toEqual({ command: 'docker', why, said })
    const told = unusableError({ command: 'docker', why: why as UnusableRuntime['why'], said })
    expect(told).toMatchObject({ code: 'PREREQUISITE', message: expect.stringContaining(said) })
  })

  it('that is older than any that was tried is refused by its version', async () => {
    command('docker', `echo '${docker20.replaceAll('20.10.24+dfsg1', '19.03.15')}'`)
    expect(await findRuntime()).toMatchObject({ why: 'too-old', said: expect.stringContaining('19.03.15') })
    command('docker', `echo '${docker20}'`)
    expect(await findRuntime()).toEqual({ command: 'docker', version: '20.10.24+dfsg1' })
  })
})

describe('the engine in a container runtime', () => {
  const docker = { command: 'docker' } as const
  const said: string[] = []
  beforeEach(() => void said.splice(0))
  const pull = () => pullEngine(docker, pins, (line) => said.push(line))

  it('is pinned by digest, and has a container and a volume of its own', () => {
    const { reference, container, address } = containerEngine(docker, pins)
    expect(reference).toMatch(/^registry\.dagger\.io\/engine@sha256:[0-9a-f]{64}$/)
    expect(address).toBe(`image+docker://${reference}?container=${container}&volume=${container}&cleanup=false`)
    expect(containerEngine({ command: 'podman' }, pins).address).toMatch(/^image\+podman:/)
  })

  it('is not pulled twice', async () => {
    command('docker', 'test "$1 $2" = "image inspect"')
    await pull()
    expect(said).toEqual([])
  })

  it('is pulled by digest, and that is said', async () => {
    command(
      'docker',
      'test "$1" = image && exit 1; echo "$@" > $0.pulled; echo 0123456789ab: Pulling fs layer; echo 0123456789ab: Pull complete',
    )
    await pull()
    expect(said[0]).toMatch(/^pulling the engine registry\.dagger\.io\/engine@sha256:/)
    expect(said.at(-1)).toMatch(/^engine pulled \(\d+ s\)$/)
  })

  it.each([
    ['toomanyrequests: You have reached your pull rate limit.', 'docker login'],
    ['dial tcp: lookup registry.dagger.io: no such host', 'can reach the registry'],
    [
      'x509: certificate signed by unknown authority',
      "your network's or proxy's CA certificate to the container runtime",
    ],
    ['write /var/lib/docker/tmp/x: no space left on device', 'disk'],
    ['manifest unknown: manifest unknown', 'collected from public files'],
    ['manifest unknown', '--engine image://registry.dagger.io/engine:v'],
  ])('that cannot be pulled says why, and what to do: %s [fault 91]', async (reason, remedy) => {
    command('docker', `test "$1" = image && exit 1; echo 'Error response from daemon: ${reason}' >&2; exit 1`)
    await expect(pull()).rejects.toMatchObject({
      code: 'ENGINE',
      message: expect.stringContaining(reason),
      hint: expect.stringContaining(remedy),
    })
  })

  const states = {
    aaa: 'Up 2 hours',
    bbb: 'Exited (1) 3 days ago',
    ccc: 'Up 5 minutes (Paused)',
    ddd: 'Created',
    eee: 'Restarting (1) 2 seconds ago',
    fff: 'Initialized',
    ggg: 'Dead',
  }
  /** A runtime with an engine in each state, and a container of somebody else that is called like one. What is changed in it is written down. */
  const withEngines = () => {
    const names = Object.keys(states).map((name) => `loadline-engine-${name}`)
    const rows = Object.entries(states).map(
      ([name, state]) =>
        `*volume=loadline-engine-${name}*) echo 'loadline-engine-${name}\t${state}'; echo 'someone-${name}\tUp' ;;`,
    )
    command(
      'docker',
      `case "$*" in "volume ls"*label=loadline-engine) echo '${names.join('\n')}' ;; ${rows.join('\n')} rm*|volume*) echo "$@" >> $0.log ;; *) exit 1 ;; esac`,
    )
  }
  const changes = () => {
    const log = join(programs, 'docker.log')
    return existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []
  }

  it('is known by the label of its volume, never by its name', async () => {
    withEngines()
    expect(await listEngines(docker)).toEqual(
      Object.entries(states).map(([name, state]) => ({
        name: `loadline-engine-${name}`,
        state,
        stands: ['bbb', 'ddd', 'fff', 'ggg'].includes(name),
      })),
    )
    command('docker', `test "$1" = ps && printf 'loadline-engine-aaa\\tExited (1)\\n'; exit 0`)
    expect(await listEngines(docker)).toEqual([])
  })

  it('of another release is removed by a run only where it has ended, not where it may be about to begin, and without force', async () => {
    withEngines()
    await removeEnded(docker, 'loadline-engine-zzz', (line) => said.push(line))
    expect(changes()).toEqual(['rm loadline-engine-bbb loadline-engine-ggg'])
    expect(said.at(-1)).toMatch(
      /is running here too \(loadline-engine-aaa, loadline-engine-ccc, loadline-engine-eee\).*engine down/,
    )
  })

  it('of this release stays, ended or not', async () => {
    withEngines()
    await removeEnded(docker, 'loadline-engine-bbb', (line) => said.push(line))
    expect(changes()).toEqual(['rm loadline-engine-ggg'])
  })

  it('is removed by "engine down" in every state, and its cache by "engine clean"', async () => {
    withEngines()
    const names = Object.keys(states).map((name) => `loadline-engine-${name}`)
    expect(await removeEngines(docker)).toEqual(names)
    await removeEngineVolumes(docker)
    expect(changes()).toEqual([`rm --force ${names.join(' ')}`, `volume rm --force ${names.join(' ')}`])
  })

  it('has its volume from an earlier run, or from one beside this, where the runtime makes none twice', async () => {
    // As Podman does, and podman-docker.
    const refusing = `case "$1 $2" in
      "volume create") test -e $0.volume && { echo 'Error: volume with name zzz already exists: volume already exists' >&2; exit 125; }; : > $0.volume ;;
      "volume inspect") test -e $0.volume ;; *) exit 1 ;; esac`
    for (const name of ['podman', 'docker'] as const) {
      command(name, refusing)
      for (const _ of [1, 2, 3]) await labelEngine({ command: name }, 'zzz')
      expect(existsSync(join(programs, `${name}.volume`))).toBe(true)
    }
  })

  it.each([
    ['volumes', "echo 'database is locked' >&2; exit 125"],
    ['containers', `test "$1" = volume && echo loadline-engine-aaa || { echo 'database is locked' >&2; exit 125; }`],
  ])('is not taken for missing where the %s cannot be listed; a run goes on, and says so', async (_, script) => {
    command('docker', script)
    const fault = { code: 'ENGINE', message: expect.stringContaining('database is locked') as string }
    await expect(listEngines(docker)).rejects.toMatchObject(fault)
    await expect(removeEngines(docker)).rejects.toMatchObject(fault)
    await removeEnded(docker, 'loadline-engine-zzz', (line) => said.push(line))
    expect(said).toEqual([expect.stringContaining('database is locked')])
  })

  it('has its volume labelled before it is there, and says why where that cannot be', async () => {
    withEngines()
    await labelEngine(docker, 'loadline-engine-zzz')
    expect(changes()).toEqual(['volume create --label loadline-engine loadline-engine-zzz'])
    command('docker', "test $1 = volume && echo 'no space left on device' >&2; exit 1")
    await expect(labelEngine(docker, 'loadline-engine-zzz')).rejects.toMatchObject({
      code: 'ENGINE',
      message: expect.stringContaining('no space left'),
    })
  })
})
