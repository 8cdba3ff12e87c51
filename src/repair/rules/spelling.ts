import {
  hasComments,
  instructionAt,
  type DockerfileFile,
  type Edit,
  type PlacedInstruction,
} from '../dockerfile-file.ts'
import { lintOf, type Proposal, type Repair } from '../repair.ts'

/** Writes an instruction in the form that a check of BuildKit asks for; no edits if it is not written plainly. */
type Writing = (file: DockerfileFile, one: PlacedInstruction) => Edit[]

const forms: Readonly<Record<string, Writing>> = {
  ConsistentInstructionCasing(file, one) {
    const others = file.instructions.filter((other) => other !== one)
    const isCapital = (other: PlacedInstruction) => writtenKeyword(file, other) === other.keyword
    // The check goes by what most instructions of the file have.
    const capital = others.filter(isCapital).length * 2 >= others.length
    const text = capital ? one.keyword : one.keyword.toLowerCase()
    return [{ start: one.start, end: one.start + text.length, text }, ...casedAs(file, one, capital)]
  },
  FromAsCasing: (file, one) => casedAs(file, one, writtenKeyword(file, one) === one.keyword),
  LegacyKeyValueFormat(file, one) {
    const [name = '', value = '', separator] = one.words
    const isPlain = one.words.length === 3 && separator === '' && /^\w[\w.-]*$/.test(name) && !/["'\\]/.test(value)
    if (!isPlain || value.includes(file.escape) || hasComments(file, one)) return []
    const text = `${writtenKeyword(file, one)} ${name}=${/[\s$]/.test(value) ? `"${value}"` : value}`
    return [{ start: one.start, end: one.end, text }]
  },
  RedundantTargetPlatform({ text }, { start, end }) {
    const found = /\s--platform=\$\{?TARGETPLATFORM\}?(?=\s)/.exec(text.slice(start, end))
    return found === null ? [] : [{ start: start + found.index, end: start + found.index + found[0].length, text: '' }]
  },
}

function writtenKeyword({ text }: DockerfileFile, { start, keyword }: PlacedInstruction): string {
  return text.slice(start, start + keyword.length)
}

/** The word before the name of a stage in the letters of its FROM. */
function casedAs({ text }: DockerfileFile, { start, end, keyword }: PlacedInstruction, capital: boolean): Edit[] {
  const [found, before = ''] = /^(.*\s)as(?=\s+\S+\s*$)/is.exec(text.slice(start, end)) ?? []
  return keyword !== 'FROM' || found === undefined
    ? []
    : [{ start: start + before.length, end: start + found.length, text: capital ? 'AS' : 'as' }]
}

/** What BuildKit reads in the same way, as it wants it to be written. */
export const spelling: Repair = {
  id: 'spelling',
  title:
    'FROM … AS, keywords, ENV and LABEL are written as BuildKit’s checks ask, and a platform that is the default is left out',
  answers: Object.keys(forms),
  propose(situation) {
    const { file } = situation
    const proposals = Object.entries(forms).flatMap(([code, write]): Proposal[] => {
      const found = new Set(lintOf(situation, code).map(({ line }) => instructionAt(file, line)))
      const edits = [...found].flatMap((one) => (one === undefined ? [] : write(file, one)))
      return edits.length === 0
        ? []
        : [{ repair: `${spelling.id} ${code}`, what: 'written as BuildKit asks', equal: true, edits }]
    })
    return { proposals }
  },
}
