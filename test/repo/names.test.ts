import { execFileSync } from 'node:child_process'
import { basename } from 'node:path'
import { describe, expect, it } from 'vitest'
import { groupBy } from '../../src/model/group-by.ts'
import { filesBelow, read, root } from './source-files.ts'

const sources = ['src', 'pipelines', 'ci', 'toolchain'].flatMap((room) => filesBelow(room, '.ts'))

/** Files named after an entry of a list: a command, a rule, a group of controls, an artifact, a stack, a base; and the two files that each tool has. */
const namedByList = [
  /\/index\.ts$/,
  /^ci\/cli\//,
  /^src\/gate\/rules\//,
  /^src\/audit\/controls\//,
  /^src\/scaffold\/(artifacts|stacks)\//,
  /^src\/tools\/[^/]+\/(command|output)\.ts$/,
  /^toolchain\/bases(-on-demand)?\//,
]

/** Names that files of several rooms share because they are about the same thing, and what that is. */
const oneThing: Readonly<Record<string, string>> = {
  'audit-files.ts': 'the files that are audited, as each face finds them',
  'compliance.ts': 'what a compliance framework asks for',
  'exploit-prediction.ts': 'how likely findings are to be exploited, as evidence',
  'json.ts': 'a report in JSON',
  'known-exploited.ts': 'the list of exploited vulnerabilities as evidence',
  'lineage.ts': 'which layer of an image came from which instruction',
  'markdown.ts': 'a report in Markdown',
  'merged.ts': 'the verdict on several images',
  'openvex.ts': 'an OpenVEX document',
  'repair.ts': 'what is proposed to repair an application',
  'reverdict.ts': 'the judgement of a published image',
  'runtime.ts': 'the run under hardening as evidence',
  'sarif.ts': 'a report in SARIF',
  'scaffold.ts': 'what takes an application to production',
  'secrets.ts': 'the search for secrets as evidence',
  'terminal.ts': 'a report for a terminal',
  'tool-image.ts': 'the image of a tool, as the toolchain makes it and as the engine runs it',
  'verification.ts': 'what a consumer has checked',
}

/** Functions that are called through the name of their tool, as in cosign.sign: they build its arguments for the stage of the same name. */
const ofTools = ['attest', 'probeReferrers', 'sign']

/** Every name shared by more than one file, with the files. */
function shared(names: ReadonlyArray<readonly [name: string, path: string]>): Array<[string, string[]]> {
  return [...groupBy(names, ([name]) => name)]
    .map(([name, pairs]): [string, string[]] => [name, pairs.map(([, path]) => path)])
    .filter(([, paths]) => paths.length > 1)
}

/** The functions that a file exports under their own names; the formatter puts them at the margin. */
function functionsOf(text: string): string[] {
  return [...text.matchAll(/^export (?:async )?function\*? ?(\w+)/gm)].map(([, name = '']) => name)
}

describe('names', () => {
  it('of files are for one thing each, wherever it is met', () => {
    const files = sources.filter((path) => !namedByList.some((list) => list.test(path)))
    const several = shared(files.map((path) => [basename(path), path] as const))
    expect(several.filter(([name]) => oneThing[name] === undefined)).toEqual([])
    const names = several.map(([name]) => name)
    expect(Object.keys(oneThing).filter((name) => !names.includes(name))).toEqual([])
  })

  it('of functions are for one function each', () => {
    const several = shared(sources.flatMap((path) => functionsOf(read(path)).map((name) => [name, path] as const)))
    expect(several.filter(([name]) => !ofTools.includes(name))).toEqual([])
    expect(several.map(([name]) => name).toSorted()).toEqual(ofTools)
  })

  it('are read from what is written', () => {
    expect(
      functionsOf(
        'export async function a() {}\nfunction b() {}\nexport const c = 1\nexport function d(): string\nexport { b }\nexport function* e() {}',
      ),
    ).toEqual(['a', 'd', 'e'])
    expect(
      shared([
        ['a', '1'],
        ['b', '1'],
        ['a', '2'],
      ]),
    ).toEqual([['a', ['1', '2']]])
  })
})

it('no two files or directories have names that differ only in case: on macOS and Windows one would take the place of the other', () => {
  const files = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' }).split('\0').filter(Boolean)
  const paths = new Set(
    files.flatMap((file) => file.split('/').map((_, end, words) => words.slice(0, end + 1).join('/'))),
  )
  const seen = new Map<string, string>()
  const same = [...paths].filter((path) => {
    const other = seen.get(path.toLowerCase())
    seen.set(path.toLowerCase(), path)
    return other !== undefined
  })
  expect(paths.size).toBeGreaterThan(1_000)
  expect(same).toEqual([])
})
