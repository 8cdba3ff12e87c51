import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Runtime } from '../../src/model/index.ts'
import { application } from './application.ts'
import { buildAndScan } from './command-line.ts'

/** Listens on port 8000 for ever; what it does before is the case. */
const program = (before: string) => `import ctypes, os, signal, socket, sys, time, urllib.request
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
${before}
server = socket.create_server(('0.0.0.0', 8000))
while True:
    server.accept()[0].close()
`

interface Case {
  before: string
  /** Lines of the section runtime. */
  runtime?: string
  dockerfile?: string
  files?: Record<string, string>
}

/** Everything but the rules about runs only warns, so that the exit code is theirs. */
async function run({ before, runtime = '', dockerfile = '', files = {} }: Case): Promise<{
  run: Runtime
  failed: Record<string, string[]>
  off: string[]
  output: string
  exitCode: number | undefined
}> {
  const deny = ['run', 'ready', 'refused-writes', 'memory', 'stop']
    .map((rule) => `  runtime-${rule}: {level: deny}\n`)
    .join('')
  const source = application({
    Dockerfile: `FROM gcr.io/distroless/python3-debian12:nonroot\nCOPY app.py /app.py\nENV PYTHONDONTWRITEBYTECODE=1\nUSER 65532:65532\n${dockerfile}ENTRYPOINT ["/usr/bin/python3", "/app.py"]\n`,
    'app.py': program(before),
    'loadline.yaml': `version: 1\nextends: advisory\ndatabase: {accept: [example, given], maximumAge: 36500d}\nrules:\n${deny}runtime:\n  probe: {tcp: {port: 8000}}\n  readySeconds: 10\n  stopSeconds: 2\n${runtime}`,
    ...files,
  })
  const ended = await buildAndScan(source)
  const cell = ended.run.evidence?.platforms[0]?.evidence.runtime
  if (cell?.status !== 'collected') throw new Error(`no run: ${JSON.stringify(cell ?? ended.run.failure)}`)
  const results = (ended.run.verdict?.results ?? []).filter(({ rule }) => rule.startsWith('runtime-'))
  return {
    run: cell.value,
    failed: Object.fromEntries(
      results
        .filter(({ status }) => status === 'failed')
        .map(({ rule, violations }) => [rule, violations.map(({ id }) => id)]),
    ),
    off: results.filter(({ status }) => status === 'off').map(({ rule }) => rule),
    output: ended.output,
    exitCode: ended.exitCode,
  }
}

describe('an image that is run as production would', () => {
  it('comes up, stays up and stops, under a profile that another run of it derived', async () => {
    const before = "open('/tmp/scratch', 'w').write('x')"
    const first = await run({ before })
    expect(first).toMatchObject({ failed: {}, off: [], exitCode: 0 })
    expect(first.run).toMatchObject({
      outcome: 'ready',
      user: '65532:65532',
      refusedWrites: [],
      usedTmpfs: ['/tmp'],
      listens: ['0.0.0.0:8000'],
      stop: { signal: 'SIGTERM', exit: { code: 0 }, forced: false },
    })
    const profile = readFileSync(join(first.output, 'runtime/seccomp.json'), 'utf8')
    const second = await run({ before, runtime: '  seccomp: seccomp.json\n', files: { 'seccomp.json': profile } })
    expect(second.run).toMatchObject({ outcome: 'ready', limits: { seccomp: 'seccomp.json' }, refusedCalls: [] })
    const third = await run({
      before: `${before}\nos.getpriority(os.PRIO_PROCESS, 0)`,
      runtime: '  seccomp: seccomp.json\n',
      files: { 'seccomp.json': profile },
    })
    expect(third.failed).toHaveProperty('runtime-ready')
    expect(third.run.refusedCalls.map(({ name }) => name)).toEqual(['getpriority'])
  })

  it('writes to its root: each path is named', async () => {
    const {
      run: seen,
      failed,
      exitCode,
    } = await run({
      before:
        "for path in ['/var/log/app.log', 'here']:\n    try: open(path, 'w')\n    except OSError as error: print(error)",
    })
    expect(seen.outcome).toBe('ready')
    expect(failed).toEqual({ 'runtime-refused-writes': ['/home/nonroot/here', '/var/log/app.log'] })
    expect(exitCode).toBe(1)
  })

  it('listens on port 80 without being root', async () => {
    const { run: seen } = await run({ before: "web = socket.create_server(('0.0.0.0', 80))" })
    expect(seen.outcome, seen.reason).toBe('ready')
    expect(seen.listens).toContain('0.0.0.0:80')
  })

  it('ignores SIGTERM', async () => {
    const { run: seen, failed } = await run({ before: 'signal.signal(signal.SIGTERM, signal.SIG_IGN)' })
    expect(failed).toEqual({ 'runtime-stop': ['killed'] })
    expect(seen.stop).toMatchObject({ forced: true, exit: { signal: 'SIGKILL' } })
  })

  it('never becomes ready', async () => {
    const { failed, off, output } = await run({ before: "print('waiting for nothing', flush=True)\ntime.sleep(600)" })
    expect(failed).toEqual({ 'runtime-ready': ['not-ready'] })
    expect(off).toEqual(['runtime-stop'])
    expect(existsSync(join(output, 'runtime/seccomp.json'))).toBe(false)
    expect(readFileSync(join(output, 'summary.md'), 'utf8')).toContain('waiting for nothing')
  })

  it('needs a system call that is refused', async () => {
    const { run: seen, failed } = await run({
      before:
        "if ctypes.CDLL(None, use_errno=True).unshare(0x10000000) != 0: sys.exit('no namespace: ' + os.strerror(ctypes.get_errno()))",
    })
    expect(failed).toEqual({ 'runtime-ready': ['exited'] })
    expect(seen).toMatchObject({ refusedCalls: [{ name: 'unshare', count: 1 }], exit: { code: 1 } })
  })

  it('needs more memory than it has', async () => {
    const { run: seen, failed } = await run({
      before: 'hoard = []\nwhile True: hoard.append(bytearray(10_000_000))',
      runtime: '  memory: 64 MiB\n',
    })
    expect(failed).toEqual({ 'runtime-memory': ['out-of-memory'], 'runtime-ready': ['exited'] })
    expect(seen).toMatchObject({ outOfMemory: 1, exit: { signal: 'SIGKILL' } })
  })

  it('reaches a service that the policy declares, and nothing else', async () => {
    const before =
      "print(urllib.request.urlopen('http://neighbour:9000/', timeout=5).status, flush=True)\ntry: socket.create_connection(('1.1.1.1', 53), 2)\nexcept OSError as error: print('alone:', error.strerror, flush=True)"
    const service =
      '  services:\n    neighbour: {image: "docker.io/library/python:3.11-slim-bookworm", ports: [9000], arguments: [python3, -m, http.server, "9000", --directory, /]}\n'
    const { run: seen } = await run({ before, runtime: service })
    expect(seen.outcome, seen.reason + seen.output.join()).toBe('ready')
    expect(seen.output).toEqual(['200', 'alone: Network is unreachable'])
  })

  it('is not started as root, and nothing about it is called passed', async () => {
    const { run: seen, failed, off } = await run({ before: '', dockerfile: 'USER 0\n' })
    expect(seen.outcome).toBe('refused')
    expect(failed).toEqual({ 'runtime-run': ['refused'] })
    expect(off).toEqual(['runtime-ready', 'runtime-refused-writes', 'runtime-memory', 'runtime-stop'])
  })
})
