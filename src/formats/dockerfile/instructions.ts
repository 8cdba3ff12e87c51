import { DeliveryError } from '../../model/errors.ts'
import { WordFault } from './expand.ts'
import { heredocName, heredocWords } from './heredoc-words.ts'
import { isSpace, trim, trimStart } from './spaces.ts'

/** An instruction as written, read by BuildKit's rules; nothing is expanded. */
export interface Instruction {
  /** In capitals. */
  keyword: string
  /** Its first and last line, counted from 1; here-documents are part of it. */
  line: number
  lastLine: number
  /** `--name=value` words before the arguments, without quotes. */
  flags: string[]
  /** The arguments, with continued lines joined. */
  rest: string
  /** The arguments, if they are a JSON array of strings. */
  json: string[] | undefined
  heredocs: Heredoc[]
  /** ONBUILD: the instruction that an image built on this one runs. */
  inner?: Instruction
}

/** A here-document of RUN, COPY or ADD. */
export interface Heredoc {
  name: string
  text: string
  /** The line on which its text starts. */
  line: number
  /** False if its name is quoted: then the builder expands nothing. */
  expands: boolean
}

/** A Dockerfile split into instructions. */
export interface DockerfileText {
  instructions: Instruction[]
  /** The character that escapes and continues lines. */
  escape: string
  /** `# syntax=`, if there is one. */
  syntax?: { value: string; line: number }
}

const keywords = new Set(
  'ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER ONBUILD RUN SHELL STOPSIGNAL USER VOLUME WORKDIR'.split(
    ' ',
  ),
)

/** Keywords whose arguments may be a JSON array. */
const arrays = new Set('ADD CMD COPY ENTRYPOINT HEALTHCHECK RUN SHELL VOLUME'.split(' '))

/**
 * Splits a Dockerfile as BuildKit does: directives, comments, continued lines, here-documents, flags. Unknown values
 * stay marked. Throws `SOURCE`, with the line, where BuildKit would fail.
 */
export function readInstructions(text: string): DockerfileText {
  const lines = (text.startsWith('\uFEFF') ? text.slice(1) : text).split('\n')
  if (lines.at(-1) === '') lines.pop()
  const directives = readDirectives(lines)
  const escape = directives.escape ?? '\\'
  const instructions: Instruction[] = []
  let next = 0
  while (next < lines.length) {
    const start = next
    const { joined, end } = joinLines(lines, start, escape)
    next = end
    if (joined === '') continue
    const instruction = readInstruction(joined, start + 1, escape)
    const outer = instruction.inner ?? instruction
    if (/^(RUN|COPY|ADD)$/.test(outer.keyword) && outer.json === undefined) {
      const heredocs = readHeredocs(joined, lines, next, start + 1)
      outer.heredocs = heredocs.found
      next = heredocs.end
    }
    instruction.lastLine = next
    instructions.push(instruction)
  }
  return {
    instructions,
    escape,
    ...(directives.syntax === undefined ? {} : { syntax: directives.syntax }),
  }
}

/** An error in a Dockerfile, prefixed with its line. */
export function dockerfileFault(
  line: number,
  message: string,
  hint: string = 'Correct the Dockerfile.',
): DeliveryError {
  return new DeliveryError('SOURCE', `line ${line}: ${message}`, hint)
}

/** `# name=value` lines at the very top. */
function readDirectives(lines: readonly string[]): { escape?: string; syntax?: { value: string; line: number } } {
  const found: { escape?: string; syntax?: { value: string; line: number } } = {}
  const seen = new Set<string>()
  for (const [index, line] of lines.entries()) {
    const match = /^#[\t\f\r ]*([a-zA-Z][a-zA-Z0-9]*)[\t\f\r ]*=([^\n]+)$/.exec(trimStart(line))
    const name = match?.[1]?.toLowerCase() ?? ''
    const value = trim(match?.[2] ?? '')
    if (!/^(syntax|escape|check)$/.test(name)) break
    if (seen.has(name)) throw dockerfileFault(index + 1, `the directive ${name} appears twice`)
    seen.add(name)
    if (name === 'syntax') found.syntax = { value, line: index + 1 }
    if (name !== 'escape') continue
    if (value !== '\\' && value !== '`')
      throw dockerfileFault(index + 1, `expected \\ or \` as the escape character, found ${value.slice(0, 20)}`)
    found.escape = value
  }
  return found
}

const isComment = (line: string) => trimStart(line).startsWith('#')

/** The lines of one instruction, joined; `end` is the number of the following line, counted from 0. */
function joinLines(lines: readonly string[], start: number, escape: string): { joined: string; end: number } {
  const read = (index: number) => (lines[index] ?? '').replace(/(?<!\r)\r+$/, '')
  const first = trimStart(read(start))
  if (isComment(first)) return { joined: '', end: start + 1 }
  let [joined, goesOn] = withoutContinuation(first, escape)
  let end = start + 1
  for (; goesOn && end < lines.length; end++) {
    const line = read(end)
    if (isComment(line) || trimStart(line) === '') continue
    const [part, more] = withoutContinuation(line, escape)
    joined += part
    goesOn = more
  }
  return { joined, end }
}

/** A line without its final escape character, and whether it had one. Two of them are an escaped character. */
function withoutContinuation(line: string, escape: string): [text: string, goesOn: boolean] {
  const bare = line.replace(/(?<![ \t])[ \t]+$/, '')
  const isContinued = bare.endsWith(escape) && bare.at(-2) !== escape
  return isContinued ? [bare.slice(0, -1), true] : [line, false]
}

function readInstruction(joined: string, line: number, escape: string): Instruction {
  const [, word = '', behind = ''] = /^([^\t\v\f\r ]*)[\t\v\f\r ]*(.*)/s.exec(trim(joined)) ?? []
  const keyword = word.toUpperCase()
  if (!/^[A-Za-z]+$/.test(word) || !keywords.has(keyword))
    throw dockerfileFault(line, `${word.slice(0, 40)} is not a Dockerfile instruction`)
  const { flags, rest } = splitFlags(behind)
  const instruction: Instruction = { keyword, line, lastLine: line, flags, rest, json: undefined, heredocs: [] }
  if (keyword === 'ONBUILD') {
    if (rest === '') throw dockerfileFault(line, 'ONBUILD has no instruction')
    return { ...instruction, inner: readInstruction(rest, line, escape) }
  }
  const arrayed = keyword === 'HEALTHCHECK' ? rest.replace(/^\S+\s*/, '') : rest
  return arrays.has(keyword) ? { ...instruction, json: readArray(arrayed, line) } : instruction
}

/** A JSON array of strings; undefined if it is not one, and BuildKit then reads words. */
function readArray(text: string, line: number): string[] | undefined {
  if (!text.startsWith('[')) return undefined
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!Array.isArray(value)) return undefined
  // An unpaired surrogate is not a character: BuildKit replaces it with U+FFFD.
  if (value.every((word): word is string => typeof word === 'string'))
    return value.map((word) => word.replaceAll(/\p{Surrogate}/gu, '\uFFFD'))
  throw dockerfileFault(line, 'expected an array of strings')
}

/**
 * The words before the arguments that start with two dashes. Two dashes alone end them. BuildKit reads them byte by
 * byte, each byte as one character, and the backslash is the escape whatever the file says.
 */
function splitFlags(text: string): { flags: string[]; rest: string } {
  const bytes = Buffer.from(text).toString('latin1')
  const rest = (from: number) => trim(Buffer.from(bytes.slice(from), 'latin1').toString())
  const flags: string[] = []
  let position = 0
  while (position < bytes.length) {
    if (isSpace(bytes[position] ?? '')) {
      position++
      continue
    }
    if (!bytes.startsWith('--', position)) return { flags, rest: rest(position) }
    const { word, end } = readFlag(bytes, position)
    if (word === '--') return { flags, rest: rest(end) }
    flags.push(word)
    position = end
  }
  return { flags, rest: '' }
}

function readFlag(bytes: string, begin: number): { word: string; end: number } {
  let word = ''
  let quote = ''
  let position = begin
  for (; position < bytes.length; position++) {
    const character = bytes[position] ?? ''
    if (quote === '' && isSpace(character)) break
    if (character === '\\') word += bytes[++position] ?? ''
    else if (quote === character) quote = ''
    else if (quote === '' && (character === "'" || character === '"')) quote = character
    else word += character
  }
  return { word, end: position }
}

/** The here-documents that a line opens, and the number of the line after the last of them, counted from 0. */
function readHeredocs(
  joined: string,
  lines: readonly string[],
  from: number,
  line: number,
): { found: Heredoc[]; end: number } {
  const found: Heredoc[] = []
  let next = from
  for (const { name, expands, chomps } of heredocNames(joined, line)) {
    const begin = next
    const content: string[] = []
    const isEnd = (written: string) =>
      (chomps ? written.replace(/^\t+/, '') : written).replace(/(?<![\r\n])[\r\n]+$/, '') === name
    while (next < lines.length && !isEnd(lines[next] ?? '')) {
      const written = lines[next++] ?? ''
      content.push(chomps ? written.replace(/^\t+/, '') : written)
    }
    if (next >= lines.length) throw dockerfileFault(line, `the here-document ${name.slice(0, 40)} is not terminated`)
    next++
    found.push({ name, text: content.map((written) => `${written}\n`).join(''), line: begin + 1, expands })
  }
  return { found, end: next }
}

/** The names after `<<` in a line. A word with more in front than a descriptor's number opens none. */
function heredocNames(joined: string, line: number): Array<{ name: string; expands: boolean; chomps: boolean }> {
  if (!joined.includes('<<')) return []
  return wordsOf(joined).flatMap((word) => {
    const [, dash, written = ''] = /^[0-9]*<<(-?)([^<]+)$/s.exec(word) ?? []
    const named = nameOf(written, line)
    return named === undefined ? [] : [{ ...named, chomps: dash === '-' }]
  })
}

/** None if BuildKit cannot split the line, because it then finds no here-document in it. */
function wordsOf(joined: string): string[] {
  try {
    return heredocWords(joined)
  } catch (error) {
    if (error instanceof WordFault) return []
    throw error
  }
}

function nameOf(written: string, line: number): ReturnType<typeof heredocName> {
  try {
    return written === '' ? undefined : heredocName(written)
  } catch (error) {
    if (!(error instanceof WordFault)) throw error
    throw dockerfileFault(line, `the here-document ${written.slice(0, 40)} has an invalid name: ${error.message}`)
  }
}

/** The words of ENV, LABEL and ARG: quotes are kept, and white space inside them does not split. */
export function splitWords(text: string, escape: string): string[] {
  const words: string[] = []
  let word = ''
  let [quote, begun] = ['', false]
  for (let position = 0; position < text.length; position++) {
    const character = text[position] ?? ''
    if (quote === '' && isSpace(character)) {
      if (begun) words.push(word)
      ;[word, begun] = ['', false]
      continue
    }
    begun = true
    if (character === escape && quote !== "'") {
      if (position + 1 < text.length) word += character + (text[++position] ?? '')
      continue
    }
    if (quote === character) quote = ''
    else if (quote === '' && (character === "'" || character === '"')) quote = character
    word += character
  }
  if (begun) words.push(word)
  return words
}

/** `NAME=value` split; without a value if there is no equals sign. */
export function pair(word: string): [name: string, value: string | undefined] {
  const equals = word.indexOf('=')
  return equals === -1 ? [word, undefined] : [word.slice(0, equals), word.slice(equals + 1)]
}
