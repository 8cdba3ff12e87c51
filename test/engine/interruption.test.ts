import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { execa } from 'execa'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Run } from '../../src/model/index.ts'
import { root } from '../repo/source-files.ts'
import { advisory, application, base } from './application.ts'
import { buildAndScan, scratch } from './command-line.ts'

const dockerfile = `FROM ${base}\nCOPY hello.txt /hello.txt\n`

/** Starts a run, does something once it has said a line, and waits for its end. */
async function during(
  line: string,
  act: (pid: number) => void,
): Promise<{ exitCode: number | undefined; seconds: number; run: Run; stderr: string }> {
  const source = application({ Dockerfile: dockerfile, 'hello.txt': String(Date.now()), 'loadline.yaml': advisory })
  const output = scratch()
  const running = execa(
    'node',
    [join(root, 'ci/loadline.mjs'), 'build-and-scan', source, '--output', output, '--progress', 'plain'],
    { reject: false, env: { npm_command: '' } },
  )
  let asked: number | undefined
  let said = ''
  running.stderr.on('data', (text: Buffer) => {
    said += text.toString()
    if (asked !== undefined || !said.includes(line) || running.pid === undefined) return
    asked = performance.now()
    act(running.pid)
  })
  const { exitCode, stderr } = await running
  if (asked === undefined) throw new Error(`the run never said "${line}":\n${stderr}`)
  return {
    exitCode,
    seconds: (performance.now() - asked) / 1000,
    stderr,
    run: Run.parse(JSON.parse(readFileSync(join(output, 'verdict.json'), 'utf8'))),
  }
}

/** The session with the engine is a child of the run; killing it is what the run sees of an engine that goes away. */
function killSession(pid: number): void {
  for (const child of readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .split(' ')
    .filter(Boolean)
    .map(Number)) {
    if (readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('session')) process.kill(child, 'SIGKILL')
  }
}

describe('a run', () => {
  it.each([
    ['SIGINT', 130, 'source done'],
    ['SIGTERM', 143, 'lint done'],
    ['SIGTERM', 143, 'build: linux/amd64 done'],
  ] as const)(
    'ends at once on %s with exit code %d, after "%s", and its report says that it did not end [fault 59]',
    async (signal, code, line) => {
      const { exitCode, seconds, run } = await during(line, (pid) => process.kill(pid, signal))
      expect(exitCode).toBe(code)
      expect(seconds).toBeLessThan(5)
      expect(run).toMatchObject({
        outcome: 'broken',
        failure: { message: expect.stringContaining('has not finished') },
      })
      expect(run.release).toBeUndefined()
    },
  )

  it('whose engine goes away ends with exit code 3 and says so, and the next one is clean [fault 57]', async () => {
    const { exitCode, run } = await during('source done', killSession)
    expect(exitCode).toBe(3)
    expect(run.outcome).toBe('broken')
    expect(run.verdict).toBeUndefined()
    const next = await buildAndScan(
      application({ Dockerfile: dockerfile, 'hello.txt': 'hello', 'loadline.yaml': advisory }),
    )
    expect({ exitCode: next.exitCode, outcome: next.run.outcome }).toEqual({ exitCode: 0, outcome: 'passed' })
  })

  it('that meets something else than an engine says so within seconds [fault 60]', async () => {
    const address = join(scratch(), 'engine.sock')
    // Whoever knocks may be gone before the answer.
    const server = createServer((socket) =>
      socket.on('error', () => undefined).end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'),
    )
    await new Promise<void>((resolve) => server.listen(address, resolve))
    onTestFinished(() => void server.close())
    const source = application({
      Dockerfile: dockerfile,
      'hello.txt': 'hello',
    })
    const { exitCode, run } = await buildAndScan(source, ['--engine', `unix://${address}`], { LOADLINE_LOCK: '' })
    expect({ exitCode, code: run.failure?.code }).toEqual({ exitCode: 3, code: 'ENGINE' })
    expect(run.failure?.message).toContain('something other than a Dagger engine')
    expect(run.failure?.hint).toContain('engine up')
  })
})
