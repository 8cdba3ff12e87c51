import {
  hasComments,
  instructionAt,
  type DockerfileFile,
  type Edit,
  type PlacedInstruction,
} from '../dockerfile-file.ts'
import { lintOf, type Proposal, type Repair } from '../repair.ts'

/** Writes an instruction in the form that a check of BuildKit asks for; undefined if it is not written plainly. */
type Writing = (file: DockerfileFile, one: PlacedInstruction) => Edit | undefined

const forms: Readonly<Record<string, Writing>> = {
  ConsistentInstructionCasing({ text }, { start, keyword }) {
    const end = start + keyword.length
    // The check goes by what most instructions of the file have.
    return { start, end, text: text.slice(start, end) === keyword ? keyword.toLowerCase() : keyword }
  },
  FromAsCasing({ text }, { start, end, keyword }) {
    const [found, before = ''] = /^(.*\s)as(?=\s+\S+\s*$)/is.exec(text.slice(start, end)) ?? []
    const isUpper = text.slice(start).startsWith(keyword)
    return found === undefined
      ? undefined
      : { start: start + before.length, end: start + found.length, text: isUpper ? 'AS' : 'as' }
  },
  LegacyKeyValueFormat(file, one) {
    const [name = '', value = '', separator] = one.words
    const isPlain = one.words.length === 3 && separator === '' && /^\w[\w.-]*$/.test(name) && !/["'\\]/.test(value)
    if (!isPlain || hasComments(file, one)) return undefined
    const text = `${one.keyword} ${name}=${/[\s$]/.test(value) ? `"${value}"` : value}`
    return { start: one.start, end: one.end, text }
  },
  RedundantTargetPlatform({ text }, { start, end }) {
    const found = /\s--platform=\$\{?TARGETPLATFORM\}?(?=\s)/.exec(text.slice(start, end))
    return found === null
      ? undefined
      : { start: start + found.index, end: start + found.index + found[0].length, text: '' }
  },
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
      const edits = [...found].flatMap((one) => (one === undefined ? [] : (write(file, one) ?? [])))
      return edits.length === 0
        ? []
        : [{ repair: `${spelling.id} ${code}`, what: 'written as BuildKit asks', equal: true, edits }]
    })
    return { proposals }
  },
}
