import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { describe, expect, it, onTestFinished } from 'vitest'
import { buildAndScan, loadline, scratch } from './command-line.ts'
import { tinyImage } from './tiny-image.ts'

/** Asks the agent for its keys, as ssh does, and says how many it has. */
const count = [
  'import os, socket, struct',
  's = socket.socket(socket.AF_UNIX)',
  's.connect(os.environ["SSH_AUTH_SOCK"])',
  's.sendall(b"\\0\\0\\0\\1\\x0b")',
  'answer = s.recv(9)',
  'print(answer[4], struct.unpack(">I", answer[5:])[0])',
].join('; ')

/** The agent's step, and one after it, which must find nothing of it. */
const dockerfile = `FROM docker.io/library/python:3.11-slim-bookworm
RUN --mount=type=ssh,required=true python3 -c '${count}' > /keys
RUN test ! -e /run/buildkit/ssh_agent.0
USER 65532
`

const keys = `schemaVersion: 2.0.0
fileContentTests: [{name: the agent has one key, path: /keys, expectedContents: ['^12 1\\n$']}]
`

const policy = `version: 1
extends: advisory
database: {accept: [official, given, example], maximumAge: 36500d}
rules: {structure-tests: {level: deny}}
`

function source(): string {
  const directory = tinyImage('hello', policy)
  writeFileSync(join(directory, 'Dockerfile'), dockerfile)
  writeFileSync(join(directory, 'structure-test.yaml'), keys)
  return directory
}

/** A real agent with one key, until the test ends. */
async function agent(): Promise<string> {
  const directory = scratch()
  const socket = join(directory, 'agent')
  const running = execa('ssh-agent', ['-D', '-a', socket], { reject: false })
  onTestFinished(() => void running.kill())
  await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(directory, 'key')])
  await expect
    .poll(() => execa('ssh-add', [join(directory, 'key')], { env: { SSH_AUTH_SOCK: socket }, reject: false }), {
      timeout: 10_000,
    })
    .toMatchObject({ exitCode: 0 })
  return socket
}

describe('an ssh agent', () => {
  it('is there for the step that mounts it and for no other, from either face', async () => {
    const socket = await agent()
    const directory = source()
    const ended = await buildAndScan(directory, ['--ssh', 'env:SSH_AUTH_SOCK'], { SSH_AUTH_SOCK: socket })
    expect(ended.exitCode, `${ended.run.failure?.message} ${ended.stdout}`).toBe(0)
    expect(ended.run.outcome).toBe('passed')
    expect(ended.run.evidence?.platforms[0]?.evidence.configuration).toMatchObject({
      value: { environment: expect.not.arrayContaining(['SSH_AUTH_SOCK']) },
    })
    const called = await loadline(
      ['dagger', '--silent', 'call', 'build-and-scan', '--source', directory, '--ssh', socket],
      {},
    )
    expect(called.exitCode, called.stdout + called.stderr).toBe(0)
  })

  it('is asked for before anything is built, and must be one', async () => {
    const without = await buildAndScan(source())
    expect([without.exitCode, without.run.failure?.message]).toEqual([
      2,
      expect.stringMatching(/line 2: a mount of type ssh: no agent is given/),
    ])
    const file = join(scratch(), 'key')
    writeFileSync(file, 'a key')
    const wrong = await buildAndScan(source(), ['--ssh', `file:${file}`])
    expect([wrong.exitCode, wrong.run.failure?.message]).toEqual([
      2,
      expect.stringMatching(/expected --ssh to name the socket/),
    ])
  })
})
