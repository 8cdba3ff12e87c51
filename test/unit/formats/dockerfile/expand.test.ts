import { describe, expect, it } from 'vitest'
import { expandWord, unknown, WordFault, type Variable } from '../../../../src/formats/dockerfile/expand.ts'
import { isUnknown, showUnknown } from '../../../../src/formats/unknown-value.ts'

const values: Record<string, Variable> = {
  A: 'alpha',
  EMPTY: '',
  V: 'v1.2.3',
  PATH: '/usr/local/bin:/usr/bin',
  FILE: 'name.tar.gz',
  GIVEN: unknown,
}
const expand = (word: string, escape?: string) => expandWord(word, (name) => values[name], escape)

describe('a word as BuildKit expands it', () => {
  it.each([
    ['$A', 'alpha'],
    ['x${A}y', 'xalphay'],
    ['$A$A', 'alphaalpha'],
    ['$A-$EMPTY.', 'alpha-.'],
    ["'$A'", '$A'],
    ['"$A b"', 'alpha b'],
    ['\\$A', '$A'],
    ['"\\$A \\" \\\\ \\n"', '$A " \\ \\n'],
    ['a\\ b', 'a b'],
    ['"root"', 'root'],
    [`r'oo'"t"`, 'root'],
    ['$', '$'],
    ['a$', 'a$'],
    ['${NONE:-d}', 'd'],
    ['${NONE-d}', 'd'],
    ['${EMPTY:-d}', 'd'],
    ['${EMPTY-d}', ''],
    ['${A:-d}', 'alpha'],
    ['${A:+d}', 'd'],
    ['${EMPTY:+d}', ''],
    ['${EMPTY+d}', 'd'],
    ['${NONE+d}', ''],
    ['${NONE:-${NONE:-deep}}', 'deep'],
    ['${NONE:-${A}}', 'alpha'],
    ['${NONE:-"a b"}', 'a b'],
    ['${V#v}', '1.2.3'],
    ['${V%.*}', 'v1.2'],
    ['${V%%.*}', 'v1'],
    ['${PATH##*/}', 'bin'],
    ['${PATH#*/}', 'usr/local/bin:/usr/bin'],
    ['${FILE%.gz}', 'name.tar'],
    ['${FILE#x}', 'name.tar.gz'],
    ['${V/./-}', 'v1-2.3'],
    ['${V//./-}', 'v1-2-3'],
    ['${V//[0-9]/-}', 'v1.2.3'],
    ['${FILE/n?me/x}', 'x.tar.gz'],
    ['${A:?needed}', 'alpha'],
  ])('%s is %j', (word, value) => {
    expect(expand(word)).toBe(value)
  })

  it.each([
    '$NONE',
    '${NONE}',
    '${NONE:?needed}',
    '$GIVEN',
    '${GIVEN:-d}',
    '${GIVEN#v}',
    '${NONE#v}',
    '${GIVEN/a/b}',
    '$1',
    '$$',
  ])('%s is not known, and says so [fault 98]', (word) => {
    const value = expand(`a${word}`)
    expect(isUnknown(value)).toBe(true)
    expect(showUnknown(value)).toMatch(/^a\$\{\w+\}$|^a\$$/)
  })

  it('escapes by a backtick where the file says so', () => {
    expect(expand('C:\\a\\`$A', '`')).toBe('C:\\a\\$A')
  })

  it.each(['"open', "'open", '${A', '${A:-x', '${}', '${A^}', '${A:}', '${A/x', '${A:#v}'])('%s is refused', (word) => {
    expect(() => expand(word)).toThrow(WordFault)
  })

  it('is bounded for every input', () => {
    expect(() => expand('${A:-'.repeat(5_000))).toThrow(WordFault)
    const [word, value] = [`\${X##${'*a'.repeat(400)}b}`, 'a'.repeat(900)]
    const begun = process.cpuUsage()
    expandWord(word, () => value)
    expandWord(word, () => 'a'.repeat(1_000_000))
    expandWord(`\${X//${'*a'.repeat(100)}b/c}`, () => 'a'.repeat(150))
    expandWord('${X//*b/c}', () => 'a'.repeat(100_000))
    expect(process.cpuUsage(begun).user / 1e6).toBeLessThan(10)
  })
})
