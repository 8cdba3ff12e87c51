import { describe, expect, it } from 'vitest'
import type { BuildSettings } from '../../../../src/formats/dockerfile/dockerfile.ts'
import { parseDockerfile } from '../../../../src/formats/dockerfile/parse-dockerfile.ts'
import { showUnknown } from '../../../../src/formats/unknown-value.ts'

const read = (text: string, settings: Partial<BuildSettings> = {}) =>
  parseDockerfile(text, { buildArgs: {}, ...settings })
const references = (text: string, settings: Partial<BuildSettings> = {}) =>
  read(text, settings).images.map(({ reference }) => showUnknown(reference))
const userOf = (text: string, settings: Partial<BuildSettings> = {}) =>
  showUnknown(read(text, settings).steps.findLast(({ keyword }) => keyword === 'USER')?.text ?? '')
const shipped = (text: string, settings: Partial<BuildSettings> = {}) =>
  read(text, settings)
    .steps.filter((step) => step.shipped)
    .map(({ line }) => line)

describe('images, with variables as the builder fills them in', () => {
  it.each([
    ['a default', 'ARG V=3.20\nFROM alpine:$V', 'alpine:3.20'],
    ['an argument of an argument', 'ARG A=3\nARG V=$A.20\nFROM alpine:$V', 'alpine:3.20'],
    ['two in one line', 'ARG A=3 B=20\nFROM alpine:$A.$B', 'alpine:3.20'],
    ['one that the next on its line uses', 'ARG A=3 B=$A.20\nFROM alpine:$B', 'alpine:3.20'],
    ['a dash', 'FROM alpine:${V-3.20}', 'alpine:3.20'],
    ['a prefix taken away', 'ARG V=v3.20\nFROM alpine:${V#v}', 'alpine:3.20'],
    ['a default in a default', 'FROM alpine:${W:-${X:-3.20}}', 'alpine:3.20'],
    ['quotes', 'FROM "alpine:3.20"', 'alpine:3.20'],
    ['quotes of a default', `ARG V="3.20"\nFROM 'alpine':$V`, 'alpine:3.20'],
    ['no default', 'ARG V\nFROM alpine:$V', 'alpine:${V}'],
    ['a platform', 'FROM --platform=$BUILDPLATFORM alpine:3.20 AS x', 'alpine:3.20'],
    ['a platform in its name', 'FROM base/$TARGETARCH:1', 'base/${TARGETARCH}:1'],
    ['continued lines and comments', 'FROM \\\n# why\n\n  alpine:3.20', 'alpine:3.20'],
    ['lower case', 'from alpine:3.20 as x', 'alpine:3.20'],
    ['windows line ends', 'ARG V=3.20\r\nFROM alpine:$V\r\n', 'alpine:3.20'],
    ['a byte order mark', '\uFEFFFROM alpine:3.20', 'alpine:3.20'],
  ])('%s', (_what, text, reference) => {
    expect(references(text)).toEqual([reference])
  })

  it('take what a call gives before what the file says', () => {
    expect(references('ARG V=1\nFROM a:$V', { buildArgs: { V: '2' } })).toEqual(['a:2'])
    expect(references('ARG V\nFROM a:$V', { buildArgs: { V: '2' } })).toEqual(['a:2'])
    expect(references('FROM a:${V:-1}', { buildArgs: { V: '2' } })).toEqual(['a:1'])
  })

  it('are also copied from and mounted, and stages are not external', () => {
    const text =
      'FROM a:1 AS one\nFROM One AS two\nCOPY --from=one /x /x\nCOPY --from=0 /x /x\nCOPY --from=b:2 /x /x\nRUN --mount=type=bind,from=c:3,target=/c true\nADD --from=d:4 x y\n'
    expect(references(text)).toEqual(['a:1', 'b:2', 'c:3'])
  })

  it('are any that a stage chosen by platform can start from', () => {
    const text =
      'FROM a:1 AS base-amd64\nUSER 7\nFROM b:1 AS base-arm64\nUSER 8\nFROM x:1 AS base-none\nFROM base-${TARGETARCH}\nRUN id\n'
    expect(read(text).images.map(({ reference, final }) => [reference, final])).toEqual([
      ['a:1', true],
      ['b:1', true],
      ['x:1', false],
    ])
    expect(shipped(text)).toEqual([1, 2, 3, 4, 6, 7])
  })
})

describe('what BuildKit reads otherwise than it looks', () => {
  it.each([
    [
      'a line that BuildKit cannot split opens no here-document',
      'FROM a:1\nCOPY ${b//} <<"EOF"\nFROM b:2',
      ['a:1', 'b:2'],
    ],
    ['nor does one whose word a substitution ends', 'FROM a:1\nRUN cat <<E${x-OF}\nFROM b:2', ['a:1', 'b:2']],
    ['a substitution is split where it has white space', 'FROM a:1\nRUN x${y:- <<EOF }\nFROM b:2\nEOF', ['a:1']],
    ['a number is an image of a mount', 'FROM a:1\nRUN --mount=from=0,target=/x true', ['a:1', '0']],
    ['and a stage of a copy, with a sign as well', 'FROM a:1\nFROM b:2\nCOPY --from=+0 /x /y', ['a:1', 'b:2']],
    ['the last key of a mount counts', 'FROM a:1\nRUN --mount=FROM=b:2,target=/x,from=c:3 true', ['a:1', 'c:3']],
    ['fields of a mount may stand in quotes', 'FROM a:1\nRUN --mount=target=/x,\\"from=b:2\\" true', ['a:1', 'b:2']],
    ['a stage further down is a stage', 'FROM a:1\nCOPY --from=x /x /y\nFROM b:2 AS x', ['a:1', 'b:2']],
    ['other white space splits no words', 'FROM a:1\u00A0AS', ['a:1\u00A0AS']],
    ['what is declared without a value may be empty', 'ARG V\nFROM a${V-:1}', ['a${V}']],
    ['as may an unknown value', 'ARG V=$W\nFROM a${V:+:1}', ['a${V}']],
  ])('%s [fault 75]', (_what, text, found) => {
    expect(references(text)).toEqual(found)
  })

  it('a stage that may be the one that is started from counts as shipped, and so does an image', () => {
    const text = 'FROM a:1 AS base\nUSER 7\nFROM b:1 AS other\nFROM ${X}base\n'
    expect(references(text)).toEqual(['a:1', 'b:1', '${X}base'])
    expect(shipped(text)).toEqual([1, 2, 4])
  })

  it('says that it does not know what ONBUILD comes to', () => {
    expect(() => read('FROM a:1 AS base\nONBUILD USER root\nFROM base\n')).toThrow(/^line 3: .*ONBUILD/)
  })
})

describe('the user, by variables of the stage', () => {
  it.each([
    ['ARG U=root\nUSER $U', 'root'],
    ['ENV U=root\nUSER ${U}', 'root'],
    ['ENV U root\nUSER $U', 'root'],
    ['USER ${U:-root}', 'root'],
    ['USER "root"', 'root'],
    ["USER 'root'", 'root'],
    ['USER 00', '00'],
    ['USER $U', '${U}'],
    ['ARG U\nUSER $U', '${U}'],
    ['ARG U=7\nENV U=root\nUSER $U', 'root'],
    ['ENV A=ro\nENV U=${A}ot\nUSER $U', 'root'],
    ['ENV A=1 U=$A\nUSER $U', '${A}'],
    ['ARG U=7 V=$U\nUSER $V', '7'],
    ['ARG U=root V=${U:-1000}\nUSER $V', 'root'],
  ])('%j: %s', (text, user) => {
    expect(userOf(`FROM scratch\n${text}`)).toBe(user)
  })

  it('does not see an argument from before FROM unless the stage asks for it', () => {
    expect(userOf('ARG U=root\nFROM scratch\nUSER $U')).toBe('${U}')
    expect(userOf('ARG U=root\nFROM scratch\nARG U\nUSER $U')).toBe('root')
  })

  it('sees what a stage below has set, and nothing of another one', () => {
    expect(userOf('FROM a AS x\nENV U=root\nFROM x\nUSER $U')).toBe('root')
    expect(userOf('FROM a AS x\nENV U=root\nFROM a\nUSER $U')).toBe('${U}')
  })
})

describe('what ships', () => {
  const text = 'FROM a AS one\nRUN a\nFROM a AS two\nRUN b\nFROM one\nRUN c\n'
  it('is the last stage with those it starts from, or the target', () => {
    expect(shipped(text)).toEqual([1, 2, 5, 6])
    expect(shipped(text, { target: 'TWO' })).toEqual([3, 4])
    expect(shipped(text, { target: '0' })).toEqual([1, 2])
    expect(() => read(text, { target: 'three' })).toThrow(/has no stage "three"/)
  })
})

describe('here-documents, shells and directives', () => {
  const scripts = (content: string) => read(content).steps.map(({ script }) => script)
  it.each([
    ['FROM a\nRUN <<E\na\nb\nE\nRUN c', [undefined, 'a\nb\n', 'c']],
    ['FROM a\nRUN <<-E\n\ta\n\tE\n', [undefined, 'a\n']],
    ['FROM a\nRUN <<"E" sh\na\nE\n', [undefined, '<<"E" sh\na\nE\n']],
    ['FROM a\nRUN <<E\n#!/usr/bin/env python3\nimport os\nE\n', [undefined, undefined]],
    ['FROM a\nRUN <<E\n#!/bin/bash\na\nE\n', [undefined, '#!/bin/bash\na\n']],
    ['FROM a\nRUN ["a", "b"]', [undefined, undefined]],
    ['FROM a\nRUN ["a", b]', [undefined, '["a", b]']],
    ['FROM a\nRUN --mount=type=cache,target=/x --network=none a --b', [undefined, 'a --b']],
    ['FROM a\nHEALTHCHECK --interval=5s CMD a b', [undefined, 'a b']],
    ['# escape=`\nFROM a\nRUN dir `\n C:\\\n', [undefined, undefined]],
    ['# escape=`\r\nFROM a\r\nRUN dir `\r\n C:\\\r\n', [undefined, undefined]],
    ['FROM a\nSHELL ["pwsh", "-c"]\nRUN Get-Item', [undefined, undefined, undefined]],
    ['FROM a\nSHELL ["/bin/bash", "-o", "pipefail", "-c"]\nRUN a', [undefined, undefined, 'a']],
  ])('%j', (content, expected) => {
    expect(scripts(content)).toEqual(expected)
  })

  it('gives instructions their lines, here-documents and continued lines counted', () => {
    const content = '# syntax=docker/dockerfile:1\n\nFROM a\nRUN a \\\n  b\nCOPY <<E /x\nFROM b\nE\nUSER 7\n'
    expect(read(content).steps.map(({ keyword, line }) => [keyword, line])).toEqual([
      ['FROM', 3],
      ['RUN', 4],
      ['COPY', 6],
      ['USER', 9],
    ])
  })

  it('takes ONBUILD for what another image runs', () => {
    expect(read('FROM a\nONBUILD USER root\nUSER 7').steps.map(({ keyword, onBuild }) => [keyword, onBuild])).toEqual([
      ['FROM', false],
      ['USER', true],
      ['USER', false],
    ])
  })
})

describe('what BuildKit would refuse', () => {
  it.each([
    ['', 1],
    ['RUN a', 1],
    ['FROM', 1],
    ['FROM a b', 1],
    ['FROM a AS', 1],
    ['FROM a\nFETCH b', 2],
    ['FROM a\nRUN <<E\na', 2],
    ['FROM a\nUSER "a', 2],
    ['FROM a\nENV A=${B', 2],
    ['FROM a:${V^}', 1],
    ['# escape=x\nFROM a', 1],
    ['# syntax=a\n# syntax=b\nFROM a', 2],
    ['FROM a\nCMD ["a", 1]', 2],
    ['FROM a\nONBUILD', 2],
  ])('%j is refused with its line', expectRefused)

  it('thousands of lines that each set dozens of variables take no time', () => {
    const pairs = (line: number) => Array.from({ length: 40 }, (_, index) => `V${line}_${index}=x`)
    const lines = Array.from({ length: 4_990 }, (_, line) => `ENV ${pairs(line).join(' ')}`)
    const { steps } = read(['FROM a', ...lines, 'USER ${V4989_39:+known}'].join('\n'))
    expect(steps.at(-1)?.text).toBe('known')
  })

  it('too many instructions are refused with the first line that is one too many', () => {
    expectRefused(`FROM a\n${'RUN b\n'.repeat(5_000)}`, 5_001)
    expectRefused(Array.from({ length: 102 }, (_, stage) => `FROM $X AS s${stage}\n`).join(''), 102)
  })

  function expectRefused(text: string, line: number): void {
    expect(() => read(text)).toThrow(
      expect.objectContaining({
        code: 'SOURCE',
        message: expect.stringMatching(new RegExp(`^line ${line}: `)) as string,
      }) as Error,
    )
  }
})

it('each instruction keeps the variables as they were before it', () => {
  const { steps } = read(
    'ARG G=1 H=$G\nARG G=2\nFROM a AS one\nENV A=1 B=$A\nENV A=2 B=$A C=${B:-none}\nARG A=3 D=$A\nARG G\nUSER $A\nFROM one\nENV A=4\nUSER $A\n',
  )
  const seen = (line: number, name: string) => steps.find((step) => step.line === line)?.environment(name)
  expect(seen(2, 'G')).toBe('1')
  expect(seen(2, 'H')).toBe('1')
  expect([4, 5, 6, 7, 8, 9, 10, 11].map((line) => seen(line, 'A'))).toEqual([
    undefined,
    '1',
    '2',
    '3',
    '3',
    '3',
    '3',
    '4',
  ])
  expect([7, 8].map((line) => [seen(line, 'D'), seen(line, 'G')])).toEqual([
    ['3', undefined],
    ['3', '2'],
  ])
  expect(steps.filter(({ keyword }) => keyword === 'USER').map(({ text }) => text)).toEqual(['3', '4'])
  expect(steps.find(({ line }) => line === 5)?.properties.map(({ value }) => value)).toEqual([
    '2',
    '1',
    expect.any(String),
  ])
})
