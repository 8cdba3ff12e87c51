import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readLineage, type BuiltLayer } from '../../../../src/tools/dockerfile/lineage.ts'
import type { DockerfileReading } from '../../../../src/tools/dockerfile/output.ts'
import { readingOf } from '../../recorded-reading.ts'
import { parseInspection, parseLayerList } from '../../../../src/tools/inspect/output.ts'
import { runs } from '../../runs.ts'

const diff = (index: number) => `sha256:${String(index).padStart(64, '0')}`
const copy = 'Directory.withDirectoryDockerfileCompat'
const exec = (command: string) => `mount / from exec /bin/sh -c ${command}`
const layersOf = (...texts: string[]): BuiltLayer[] =>
  texts.map((createdBy, index) => ({ diffId: diff(index), createdBy }))

/** Lineage of a Dockerfile on a base of one layer, above which the history says the given texts. */
function lineage(dockerfile: string, ...history: string[]) {
  return lineageOf(readingOf(dockerfile), ...history)
}
function lineageOf(reading: DockerfileReading, ...history: string[]) {
  const layers = layersOf('import image layer sha256:0', ...history)
  return readLineage({ reading, platform: 'linux/amd64' }, layers, [diff(0)])
}
const lines = (dockerfile: string, ...history: string[]) =>
  lineage(dockerfile, ...history)
    .layers.slice(1)
    .map(({ line }) => line)

describe('readLineage', () => {
  const dockerfile = [
    'ARG TAG=3.11',
    'FROM python:${TAG} AS build',
    'RUN make',
    'FROM python:${TAG}',
    'ENV TOKEN=canary OTHER=canary',
    'WORKDIR /srv',
    'RUN --mount=type=cache,target=/root/.cache \\',
    '    # a comment in between',
    '    pip install -r requirements.txt \\',
    '',
    '    && rm -rf /tmp/*',
    'COPY --from=build /app /more /app/',
    'COPY --from=0 --chown=1:1 /a /b',
    'EXPOSE 8000 53/UDP $PORT',
    'USER 65532:65532',
    'WORKDIR app',
    '',
  ].join('\n')
  const told = [
    'withNewDirectory /srv',
    exec('    pip install -r requirements.txt     && rm -rf /tmp/*'),
    copy,
    copy,
    copy,
    'withNewDirectory /srv/app',
    'chown /srv/app 65532:65532',
  ]

  it('gives each layer above the base its instruction and line', () => {
    const { base, layers } = lineage(dockerfile, ...told)
    expect(base).toEqual([diff(0)])
    expect(layers.map(({ diffId: _diffId, ...origin }) => origin)).toEqual([
      { instruction: 'import image layer sha256:0' },
      { instruction: 'WORKDIR /srv', line: 6 },
      { instruction: 'RUN pip install -r requirements.txt && rm -rf /tmp/*', line: 7 },
      { instruction: 'COPY --from=build /app /more /app/', line: 12, copiedFrom: 'build' },
      { instruction: 'COPY --from=build /app /more /app/', line: 12, copiedFrom: 'build' },
      { instruction: 'COPY --from=0 --chown=1:1 /a /b', line: 13, copiedFrom: 'build' },
      { instruction: 'WORKDIR app', line: 16 },
      { instruction: 'WORKDIR app', line: 16 },
    ])
  })

  it('lists the instructions of every stage with names and without values', () => {
    const { instructions } = lineage(dockerfile, ...told)
    expect(JSON.stringify(instructions)).not.toContain('canary')
    expect(
      instructions.map(({ keyword, line, lastLine, stage, shipped, names }) => [
        keyword,
        line,
        lastLine,
        stage,
        shipped,
        ...names,
      ]),
    ).toEqual([
      ['FROM', 2, 2, 'build', false],
      ['RUN', 3, 3, 'build', false],
      ['FROM', 4, 4, '1', true],
      ['ENV', 5, 5, '1', true, 'TOKEN', 'OTHER'],
      ['WORKDIR', 6, 6, '1', true],
      ['RUN', 7, 11, '1', true],
      ['COPY', 12, 12, '1', true],
      ['COPY', 13, 13, '1', true],
      ['EXPOSE', 14, 14, '1', true, '8000/tcp', '53/udp'],
      ['USER', 15, 15, '1', true],
      ['WORKDIR', 16, 16, '1', true],
    ])
  })

  it('follows the stages that the target is made from', () => {
    const text = 'FROM alpine:3 AS a\nRUN one\nFROM a AS b\nRUN two\nFROM b AS c\nRUN three\n'
    const { layers, instructions } = readLineage(
      { reading: readingOf(text, { target: 'b' }), platform: 'linux/amd64' },
      layersOf('base', exec('one'), exec('two')),
      [diff(0)],
    )
    expect(layers.map(({ line }) => line)).toEqual([undefined, 2, 4])
    expect(instructions.filter(({ shipped }) => shipped).map(({ line }) => line)).toEqual([1, 2, 3, 4])
  })

  it('tells two stages of one name apart', () => {
    const { instructions } = lineage('FROM alpine:3 AS a\nFROM alpine:3 AS A\nRUN one\n', exec('one'))
    expect(instructions.map(({ shipped }) => shipped)).toEqual([false, true, true])
  })

  it("takes every layer for the application's on scratch", () => {
    const { layers } = readLineage(
      { reading: readingOf('FROM scratch\nCOPY a /a\nCOPY b /b\n'), platform: 'linux/amd64' },
      layersOf(copy, copy),
      [],
    )
    expect(layers.map(({ line }) => line)).toEqual([2, 3])
  })

  it.each([
    ['a linked copy', 'FROM a\nCOPY --link a b /c/\nRUN x\n', ['Directory.withDirectory', exec('x')], [2, 3]],
    [
      'a linked copy that the builder made plainly',
      'FROM a\nCOPY --link a b /c/\nRUN x\n',
      [copy, copy, exec('x')],
      [2, 2, 3],
    ],
    [
      'an array',
      'FROM a\nCOPY ["a b", "c", "/d/"]\nRUN ["/bin/x", "--y z"]\n',
      [copy, copy, 'mount / from exec /bin/x --y z'],
      [2, 2, 3],
    ],
    [
      'a shell of its own',
      'FROM a\nSHELL ["/bin/bash", "-ec"]\nRUN x  y\n',
      ['mount / from exec /bin/bash -ec x  y'],
      [3],
    ],
    ['a here-document', 'FROM a\nRUN <<EOF\nx\nEOF\nCOPY <<EOF /y\nz\nEOF\n', [exec('x\n'), copy], [2, 5]],
    ['a redacted command', 'FROM a\nRUN curl -H "X-Api-Key: canary"\n', [exec('curl -H "X-Api-Key: <redacted>"')], [2]],
    ['a command that was cut', 'FROM a\nRUN long\n', [exec('lo... (20000 more bytes)')], [2]],
    ['the escape of Windows', '# escape=`\nFROM a\nRUN x `\n  y\n', [exec('x   y')], [3]],
    ['CRLF', 'FROM a\r\nRUN x \\\r\n  y\r\nCOPY a /b\r\n', [exec('x   y'), copy], [2, 4]],
    ['the root as working directory', 'FROM a\nWORKDIR /\nWORKDIR "/x y"\n', ['withNewDirectory /x y'], [3]],
    ['a working directory of a named user', 'FROM a\nUSER app\nWORKDIR /x\n', ['Directory.withDirectory'], [3]],
    ['ONBUILD of the Dockerfile itself, which makes nothing here', 'FROM a\nONBUILD RUN x\nRUN y\n', [exec('y')], [3]],
  ])('reads %s', (_title, text, history, wanted) => expect(lines(text, ...history)).toEqual(wanted))

  it.each([
    [
      'a layer that no instruction makes, as an ONBUILD of the base does',
      'FROM a\nRUN x\n',
      [exec('onbuild'), exec('x')],
    ],
    ['a layer too few', 'FROM a\nRUN x\nCOPY a /a\n', [exec('x')]],
    ['another command', 'FROM a\nRUN x\n', [exec('y')]],
    ['another path', 'FROM a\nWORKDIR /x\n', ['withNewDirectory /y']],
    ['words of another engine', 'FROM a\nCOPY a /a\n', ['COPY a /a # buildkit']],
    ['another order', 'FROM a\nRUN x\nCOPY a /a\n', [copy, exec('x')]],
  ])('gives no line at all to %s', (_title, text, history) =>
    expect(lines(text, ...history)).toEqual(history.map(() => undefined)),
  )

  it('gives no line where two readings fit, and lines where they agree', () => {
    // A working directory of a named user and a linked copy look alike, and --link may have been made plainly.
    const text = 'FROM a\nRUN first\nCOPY --link a /a\nCOPY --link b c /b/\nRUN last\n'
    expect(lines(text, exec('first'), copy, copy, copy, exec('last'))).toEqual([2, 3, 4, 4, 5])
    const ambiguous = 'FROM a\nRUN first\nWORKDIR /x\nRUN <<A\nx\nA\nRUN <<B\ny\nB\n'
    expect(lines(ambiguous, exec('first'), 'withNewDirectory /x', exec('?'), exec('?'))).toEqual([2, 3, 4, 7])
  })

  it('gives no line where the base is not known, or is not what the image starts with', () => {
    const of = (base: string[] | undefined) =>
      readLineage({ reading: readingOf('FROM a\nRUN x\n'), platform: 'linux/amd64' }, layersOf('base', exec('x')), base)
    expect(of([diff(0)]).layers[1]).toEqual({ diffId: diff(1), instruction: 'RUN x', line: 2 })
    expect(of(undefined).layers[1]).toEqual({ diffId: diff(1), instruction: 'RUN x' })
    expect(of(undefined)).not.toHaveProperty('base')
    expect(of([diff(9)]).layers[1]).toEqual({ diffId: diff(1), instruction: 'RUN x' })
  })

  it('reads through layers of which the engine has forgotten what made them, as far as the others say', () => {
    const lost = 'rehydrated persisted snapshot'
    const text = 'FROM a\nRUN x\nCOPY a b /c/\nRUN y\nWORKDIR /w\nUSER 1\nWORKDIR /v\nRUN z\n'
    expect(lines(text, lost, lost, copy, exec('y'), lost, lost, lost, exec('z'))).toEqual([
      2,
      3,
      3,
      4,
      5,
      undefined,
      7,
      8,
    ])
    expect(
      lineage(text, lost, lost, lost, lost, 'withNewDirectory /w', 'withNewDirectory /v', lost, lost)
        .layers.slice(1)
        .map(({ instruction, line }) => [instruction, line]),
    ).toEqual([
      ['RUN', 2],
      ['COPY a b /c/', 3],
      ['COPY a b /c/', 3],
      ['RUN', 4],
      ['WORKDIR /w', 5],
      ['WORKDIR /v', 7],
      ['WORKDIR /v', 7],
      ['RUN', 8],
    ])
    expect(lines('FROM a\nRUN x\n', lost, lost)).toEqual([undefined, undefined])
  })

  it('reads what was recorded from an image on a distribution', () => {
    const read = (name: string) => readFileSync(new URL(`../../../fixtures/inspect/${name}`, import.meta.url), 'utf8')
    const base = parseLayerList(read('debian-base-layers-1.1.0.json')).layers.map(({ diffId }) => diffId)
    const { layers } = readLineage(
      { reading: readingOf(read('debian.Dockerfile')), platform: 'linux/amd64' },
      parseInspection(read('debian-1.2.0.json')).layers,
      base,
    )
    expect(
      layers.slice(1).map(({ instruction, line, copiedFrom }) => [line, instruction.slice(0, 30), copiedFrom]),
    ).toEqual([
      [7, 'RUN useradd --uid 10001 --crea', undefined],
      [12, 'WORKDIR /srv/app', undefined],
      [13, 'COPY --from=tools /built /etc/', 'tools'],
      [13, 'COPY --from=tools /built /etc/', 'tools'],
      [14, 'RUN ln /etc/passwd /etc/passwd', undefined],
      [16, 'WORKDIR data', undefined],
      [17, 'COPY --chown=10001:10001 passw', undefined],
      [17, 'COPY --chown=10001:10001 passw', undefined],
    ])
    expect(JSON.stringify(layers)).not.toContain('not-a-real')
  })

  it('keeps credentials of an address out, and cuts what is long', () => {
    const { layers } = lineage(
      `FROM a\nADD https://user:canary@example.test/a.tar?token=canary /\nCOPY ${'x'.repeat(300)} /x\n`,
      copy,
      copy,
    )
    expect(layers[1]?.instruction).toBe('ADD https://example.test/a.tar /')
    expect(layers[2]?.instruction).toHaveLength(200)
  })
})

/** An instruction with what the engine's history says when it has made its layers. */
const made = fc.oneof(
  fc.constantFrom('x', 'y', 'x && y').map((command) => ({ text: `RUN ${command}`, history: [exec(command)] })),
  fc.constantFrom('x', 'y').map((command) => ({ text: `RUN <<EOF\n${command}\nEOF`, history: [exec(`${command}\n`)] })),
  fc
    .constantFrom(['a'], ['a', 'b'], ['a', 'b', 'c'])
    .map((sources) => ({ text: `COPY ${sources.join(' ')} /d/`, history: sources.map(() => copy) })),
  fc.tuple(fc.constantFrom(['a'], ['a', 'b']), fc.boolean()).map(([sources, plain]) => ({
    text: `COPY --link ${sources.join(' ')} /d/`,
    history: plain ? sources.map(() => copy) : ['Directory.withDirectory'],
  })),
  fc
    .constantFrom('/w', '/v')
    .chain((path) =>
      fc
        .constantFrom(
          [`withNewDirectory ${path}`],
          [`withNewDirectory ${path}`, `chown ${path} 1:1`],
          ['Directory.withDirectory'],
        )
        .map((history) => ({ text: `WORKDIR ${path}`, history })),
    ),
  fc
    .constantFrom('ENV A=b', 'USER 1', 'LABEL a=b', 'ARG x', 'EXPOSE 1')
    .map((text) => ({ text, history: [] as string[] })),
)

/** The reading of one stage with the given instructions, put together from recorded ones of each. */
function together(texts: readonly string[]): DockerfileReading {
  let line = 1
  const instructions = texts.flatMap((text) => {
    const shift = line - 1
    line += text.split('\n').length
    return readingOf(`FROM a\n${text}\n`)
      .instructions.slice(1)
      .map((one) => ({ ...one, line: one.line + shift, lastLine: one.lastLine + shift }))
  })
  const from = readingOf('FROM a\nRUN x\n')
  return { ...from, instructions: [...from.instructions.slice(0, 1), ...instructions] }
}

/** Lines that are found for a Dockerfile of the given instructions. */
function linesTogether(texts: readonly string[], history: readonly string[]) {
  return lineageOf(together(texts), ...history)
    .layers.slice(1)
    .map(({ line }) => line)
}

describe('readLineage, on any Dockerfile', () => {
  it('never gives a layer to an instruction that did not make it', () => {
    fc.assert(
      fc.property(fc.array(made, { maxLength: 8 }), fc.infiniteStream(fc.boolean()), (instructions, forgotten) => {
        const truth: number[] = []
        let line = 2
        for (const { text, history } of instructions) {
          truth.push(...history.map(() => line))
          line += text.split('\n').length
        }
        const found = linesTogether(
          instructions.map(({ text }) => text),
          instructions
            .flatMap(({ history }) => history)
            .map((text) => (forgotten.next().value === true ? 'rehydrated persisted snapshot' : text)),
        )
        return (
          found.length === truth.length && found.every((given, index) => given === undefined || given === truth[index])
        )
      }),
      { numRuns: runs(500) },
    )
  })

  it('finds every line where no instruction can be read in two ways', () => {
    fc.assert(
      fc.property(
        fc.array(
          made.filter(({ text }) => !/--link|WORKDIR/.test(text)),
          { maxLength: 8 },
        ),
        (instructions) => {
          const found = linesTogether(
            instructions.map(({ text }) => text),
            instructions.flatMap(({ history }) => history),
          )
          return found.every((line) => line !== undefined)
        },
      ),
      { numRuns: runs(200) },
    )
  })
})
