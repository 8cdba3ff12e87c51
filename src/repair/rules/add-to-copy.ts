import { posix } from 'node:path'
import { instructionAt } from '../dockerfile-file.ts'
import { lintOf, violationsOf, type Repair, type Situation } from '../repair.ts'

const archive = /\.(tar|t?gz|tgz|tbz2?|bz2|txz|xz|lzma|tzst|zst|z)$/i

/** ADD of existing files becomes COPY, which neither unpacks nor downloads. */
export const addToCopy: Repair = {
  id: 'add-to-copy',
  title: "ADD of the source's files and directories becomes COPY",
  answers: ['DL3020', 'add-url'],
  propose(situation) {
    const { file } = situation
    const edits = lintOf(situation, 'DL3020').flatMap(({ line }) => {
      const instruction = instructionAt(file, line)
      if (instruction?.keyword !== 'ADD' || instruction.heredocs > 0) return []
      const isPlain = instruction.flags.every((flag) => /^--(chown|chmod|link|exclude|parents)\b/.test(flag))
      const sources = instruction.words.slice(0, -1)
      return isPlain && sources.length > 0 && sources.every((source) => isCopied(situation, source))
        ? [{ start: instruction.start, end: instruction.start + 'ADD'.length, text: 'COPY' }]
        : []
    })
    return {
      proposals: edits.length === 0 ? [] : [{ repair: addToCopy.id, what: 'COPY instead of ADD', equal: true, edits }],
      remains:
        violationsOf(situation, 'add-url').length === 0
          ? []
          : [
              {
                rule: 'add-url',
                text: "Only the publisher knows the right bytes: add the publisher's checksum, ADD --checksum=sha256:..., or keep the file in the source.",
              },
            ],
    }
  },
}

/** True for a source that ADD copies unchanged: a directory, or a file whose name is not an archive's. */
function isCopied({ source: { paths } }: Situation, written: string): boolean {
  if (/[$*?[\\]/.test(written) || written.includes('://') || written.includes('@')) return false
  const path = posix.normalize(written).replace(/^\/+|(?<!\/)\/+$/g, '')
  if (paths.has(path)) return !archive.test(path)
  return path === '.' || path === '' || [...paths].some((one) => one.startsWith(`${path}/`))
}
