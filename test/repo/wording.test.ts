import { describe, expect, it } from 'vitest'
import { filesBelow, read } from './source-files.ts'

const files = ['ci', 'src', 'pipelines', 'programs', 'toolchain']
  .flatMap((room) => filesBelow(room))
  .filter((path) => /\.(ts|mjs|cts|go|rs|py|java|md|yaml)$/i.test(path))
  .filter((path) => !path.endsWith('_test.go') && !path.startsWith('toolchain/go/engine/'))

/** Phrases that were translated word by word, with what is said instead. */
const translated: ReadonlyArray<readonly [phrase: RegExp, instead: string]> = [
  [/["'`?](?:%\w: |Loadline: )?wanted /i, 'expected'],
  [/\b(?:that|which) (?:is|are) none(?: of)?\b/, 'is not one'],
  [
    /(?<!there )\b(?:is|are|was) no (?:JSON|YAML|image|instruction|name|tag|file|path|reference|platform|stage)[ `"',.)]/i,
    'is not a',
  ],
  [/\bto be had\b|\b(?:cannot|could not) be had\b/, 'failed to fetch, not available'],
  [/\bwhatever of (?:it|them)\b/, 'any part of it'],
  [/\bcame so far\b/, 'got this far'],
  [/\b(?:is|are) there twice\b/, 'appears twice'],
  [/\bended with exit code\b/, 'exited with code'],
  [/\bnobody can (?:say|tell)\b/, 'it is unknown'],
  [/\bas it is written\b/, 'as written'],
  [/\banew\b/, 'again'],
]

/** The lines of a text that say something in a translated phrase. */
function found(text: string): string[] {
  return text
    .split('\n')
    .flatMap((line) =>
      translated.filter(([phrase]) => phrase.test(line)).map(([, instead]) => `${line.trim()} -> ${instead}`),
    )
}

describe('messages and comments', () => {
  it('say what was expected, and nothing word by word from another language', () => {
    expect(files.length).toBeGreaterThan(400)
    expect(files.flatMap((path) => found(read(path)).map((line) => `${path}: ${line}`))).toEqual([])
  })

  it.each([
    "throw new Error('wanted one image, found two')",
    'return fmt.Errorf("%w: wanted a command, found none", errUsage)',
    ': "${POSTGRES_PASSWORD:?wanted a password}"',
    '// characters that are none',
    '`${name} is no image reference`',
    'the key is there twice',
  ])('are recognised in %s', (line) => expect(found(line)).toHaveLength(1))

  it.each(["wanted: 'none in the shipped image',", 'const wanted = digestOf(image)', '// There is no image to scan.'])(
    'may be %s',
    (line) => expect(found(line)).toEqual([]),
  )
})
