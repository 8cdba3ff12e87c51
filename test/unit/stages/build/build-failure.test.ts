import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { buildFailure } from '../../../../src/stages/build/build-failure.ts'
import { builtInstructions } from '../../../../src/tools/dockerfile/built-instructions.ts'
import { readingOf } from '../../recorded-reading.ts'

/** Errors of the real engine, each for a Dockerfile that does not build. */
const recorded = JSON.parse(
  readFileSync(new URL('../../../fixtures/dagger/build-errors-0.21.8.json', import.meta.url), 'utf8'),
) as Record<string, { dockerfile: string; error: { message: string } & Record<string, unknown> }>

function failureOf(name: string, more = '') {
  const { dockerfile, error } = recorded[name] ?? { dockerfile: '', error: { message: '' } }
  const cause = Object.assign(new Error(error.message), error)
  // One of them would not be built today: it asks for a download from the machine itself.
  const text = dockerfile + more
  const written = { text, reading: readingOf(text, { isBuilt: false }) }
  return buildFailure(cause, 'build/Dockerfile', 'linux/amd64', builtInstructions(written, 'linux/amd64'))
}

describe('a build that fails', () => {
  it.each([
    ['shell-form', 'build/Dockerfile:4: RUN echo one && echo two >&2 && exit 7 exited with code 7: two', 4],
    ['heredoc', 'build/Dockerfile:2: RUN <<EOF echo hi false exit 4 EOF exited with code 4: hi', 2],
    ['other-shell', 'build/Dockerfile:4: RUN echo $V; exit 9 exited with code 9: 1', 4],
    ['colours', 'exited with code 2: line 30', 2],
    ['no-shell', 'build/Dockerfile:3: RUN echo hi exited with code 1: fork/exec /bin/sh: no such file or directory', 3],
    ['no-such-user', 'build/Dockerfile:3: RUN id failed: get user: unable to find user nobodyhere', 3],
    ['copy-missing', 'build/Dockerfile:3: COPY nothere.txt . failed: lstat /nothere.txt: no such file or directory', 3],
    ['copy-from-missing', 'build/Dockerfile:3: COPY --from=a /nothere /x failed: lstat /nothere', 3],
  ])('at %s is its author’s to repair, and says line, command and reason [fault 99]', (name, message, line) => {
    const failure = failureOf(name)
    expect([failure.code, failure.exitCode, failure.step?.line]).toEqual(['BUILD_STEP', 2, line])
    expect(failure.message).toContain(message)
    expect(failure.hint).toContain(`Correct line ${line} of build/Dockerfile`)
  })

  it('names the exec form by its words', () => {
    const failure = failureOf('exec-form')
    expect([failure.step?.line, failure.step?.exitCode, failure.step?.output]).toEqual([2, 3, ['out']])
  })

  it('is of the stage that is built where another has the same instruction', () => {
    expect(failureOf('twice').message).toBe('build/Dockerfile:4: RUN exit 5 exited with code 5')
  })

  it('names no line where two instructions that are built are the same, and still the command', () => {
    const failure = failureOf('twice', 'RUN exit 5\n')
    expect([failure.code, failure.step?.line]).toEqual(['BUILD_STEP', undefined])
    expect(failure.message).toBe('build/Dockerfile: RUN exit 5 exited with code 5')
  })

  it('is not the Dockerfile’s fault where a process was killed, or the network or a registry is away', () => {
    expect(['killed', 'add-refused', 'no-such-base'].map((name) => failureOf(name).code)).toEqual([
      'BUILD',
      'BUILD',
      'BUILD',
    ])
    expect(failureOf('killed').hint).toContain('more memory')
    expect(failureOf('add-refused').hint).toContain('its network')
    expect(failureOf('killed').message).toContain('build/Dockerfile:2: RUN kill -9 $$ was killed (exit code 137')
    expect(failureOf('add-refused').message).toBe(
      'failed to build the image for linux/amd64: Get "http://127.0.0.1:9/x": dial tcp 127.0.0.1:9: connect: connection refused',
    )
  })

  it.each([
    ['both are long', 40, 40, ['out 35', 'out 40', 'error 35', 'error 40']],
    ['only the output is', 40, 2, ['out 31', 'out 40', 'error 1', 'error 2']],
    ['only the errors are', 3, 40, ['out 1', 'out 3', 'error 32', 'error 40']],
    ['there are only errors', 0, 40, ['error 29', 'error 40', 'error 29', 'error 40']],
  ])('shows the end of the output and of the errors where %s [fault 99]', (_what, outs, errors, [a, b, c, d]) => {
    const lines = (word: string, count: number) => Array.from({ length: count }, (_, n) => `${word} ${n + 1}`)
    const said = { cmd: ['/bin/sh', '-c', 'make'], exitCode: 2, stdout: lines('out', outs).join('\n') }
    const cause = Object.assign(new Error('exit code: 2'), { ...said, stderr: lines('error', errors).join('\n') })
    const failure = buildFailure(cause, 'Dockerfile', 'linux/amd64', [{ line: 2, text: 'RUN make' }])
    const output = failure.step?.output ?? []
    const [written, reported] = ['out', 'error'].map((word) => output.filter((line) => line.startsWith(word)))
    expect(output).toHaveLength(12)
    expect([(written ?? [])[0] ?? a, (written ?? []).at(-1) ?? b]).toEqual([a, b])
    expect([reported?.[0], reported?.at(-1)]).toEqual([c, d])
    expect(failure.message).toBe(`Dockerfile:2: RUN make exited with code 2: error ${errors}`)
  })

  it('repeats neither the ids of the engine’s objects nor escape sequences of a step, and at most twelve lines', () => {
    for (const name of Object.keys(recorded)) {
      const { message, step } = failureOf(name)
      expect(message.length, name).toBeLessThan(400)
      expect(message, name).not.toMatch(/xxh3|traceparent|converted ID/)
      expect(step?.output.length ?? 0, name).toBeLessThanOrEqual(12)
      expect(step?.output.join('') ?? '', name).not.toContain('\u001b')
    }
  })
})
