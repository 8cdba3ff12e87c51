import { endOfString } from '../settings/code-text.ts'
import type { Code } from '../settings/setting.ts'
import { plainStart } from '../source-tree.ts'

/** A text in the code that may name a file or a folder. */
export interface NamedPath {
  /** As written, without a pattern at its end. */
  path: string
  /** The same with the texts that follow it in a call, or behind a slash: whether they are joined to it is not known. */
  joined?: string
  /** Whether it is one word, which may mean something else. */
  isWord: boolean
  /** Where its file is, and its line from 1. */
  file: string
  line: number
  /** Whether a call or a name beside it says that it is a file or a folder. */
  isRead: boolean
  /** Whether it is sought beside the file that names it, and not where the program was started. */
  besideCode: boolean
}

/** Calls that read a file, a folder, or put a path together. */
const readers =
  /(?:^|[.:])(?:ParseGlob|ParseFiles|LoadHTML\w*|LoadTemplates|Static(?:File|FS|Files)?|ServeFiles?|Dir|DirFS|Open|ReadFile|ReadDir|Glob|AddConfigPath|SetConfigFile|SetConfigName|MustLoad|open|read\w*|Path|Jinja2Templates|FileSystemLoader|templates|send_?[fF]ile|send_from_directory|createReadStream|static|serveStatic|ServeStatic\w*|useStaticAssets|setBaseViewsDir|setViewEngine|set|join|resolve|joinpath|abspath|get_abs_path|with_name|from|new|File|FileInputStream|FileReader|newInputStream|lines|addPath|parse_file|from_file|from_path|safe_load|Config|Folder|URL|push|local|loadFile|register)$/

/** Names of variables, arguments and keys that hold a path. */
const holders =
  /(?:dir|dirs|director(?:y|ies)|path|paths|folder|file|filename|root|templates?|static|views?|public|assets?|locales?|i18n|config|configuration|conf|migrations?|location|source|layouts?|partials)["']?\]?$/i

/** Names that folders have whose files a program serves or reads: as an argument of any call, they are that folder. */
const usualFolders =
  /^(?:public|static|templates?|views|assets|locales?|i18n|translations|migrations?|config(?:s|uration)?|data|resources|web|www|schemas?|emails?|layouts|partials)$/

const isImported = /(?:\bfrom|\bimport(?:\s*\()?|\brequire(?:\s*\()?)\s*$/
const builtIn = /(?:^|::)(?:include_\w+|migrate|embed_migrations|query_file\w*|template|embed|include_proto)!?$/

/** Every text of the code that may be a path, with what is joined to it. It starts with one of `names`, those of the source's files and folders. */
export function namedPaths({ path: file, text }: Code, quotes: RegExp, names: ReadonlySet<string>): NamedPath[] {
  const found: NamedPath[] = []
  for (let at = 0, line = 1; at < text.length; at += 1) {
    const character = text[at] as string
    if (character === '\n') line += 1
    if (!quotes.test(character)) continue
    const end = endOfString(text, at)
    const held = text.slice(at + 1, end)
    const mayBe = end - at <= longestPath && names.has(firstName(held))
    const before = mayBe ? statementBefore(text, at) : ''
    const named = !mayBe || isImported.test(before) ? undefined : pathIn(text, before, held, end + 1)
    if (named !== undefined) found.push({ ...named, file, line })
    line += held.split('\n').length - 1
    at = end
  }
  return found
}

/** In characters. */
const [longestBefore, longestPath] = [400, 250]

/** The first part of a path that is a name. */
function firstName(text: string): string {
  return /^(?:file:\/\/)?(?:\$\{[^}]{0,80}\})?(?:\.{0,2}\/)*([^/]*)/.exec(text)?.[1] ?? ''
}

function statementBefore(text: string, at: number): string {
  const before = text.slice(Math.max(0, at - longestBefore), at)
  return before.slice(Math.max(before.lastIndexOf(';'), before.lastIndexOf('\n\n')) + 1)
}

function pathIn(
  text: string,
  before: string,
  held: string,
  behind: number,
): Omit<NamedPath, 'file' | 'line'> | undefined {
  const calls = openCalls(before)
  if (calls.some((call) => builtIn.test(call)) || /#\[folder\s*=\s*$|\bfolder\s*=\s*$/.test(before)) return undefined
  const beside = /__dirname|__filename|__file__|import\.meta|__name__|runtime\.Caller/.test(
    `${before.slice(-160)}${held}`,
  )
  const appended = /(?:[+/]\s*|\bPath\(__file__\)[^\n]{0,60})$/.test(before) || /^\$\{[^}]*\}\//.test(held)
  const plain = held.replace(/^\$\{[^}]*\}/, '').replace(/^file:\/\//, '')
  const isRead =
    appended ||
    calls.some((call) => readers.test(call)) ||
    (calls.length > 0 && usualFolders.test(plain)) ||
    holders.test(
      /(?<![\w$])([\w$]+["']?\]?)\s*(?::=|=|:|,)\s*(?:(?:[\w.]+\(|\[)\s*)*[fr]{0,2}$/.exec(before)?.[1] ?? '',
    )
  const first = appended || beside ? plain.replace(/^\/+/, '') : plain
  const path = withoutPattern(first)
  const more = isRead && path === first ? joinedTo(text, behind) : []
  return path === '' || path.startsWith('/') || /^[a-z][a-z0-9+.-]*:/i.test(path) || /[\s<>|"'`=;,()]/.test(path)
    ? undefined
    : {
        path,
        isWord: !/[/.]/.test(first),
        ...(more.length === 0 ? {} : { joined: withoutPattern([path, ...more].join('/')) }),
        isRead,
        besideCode: beside,
      }
}

/** The names of the calls that are open at the end of a text, the nearest first. */
function openCalls(text: string): string[] {
  const calls: string[] = []
  let closed = 0
  for (let at = text.length - 1; at >= 0; at -= 1) {
    const character = text[at] as string
    if (')]}'.includes(character)) closed += 1
    else if ('([{'.includes(character)) {
      if (closed > 0) closed -= 1
      else if (character === '(')
        calls.push(/(?<![\w.$:!])[\w.$:!]*$/.exec(text.slice(Math.max(0, at - 60), at))?.[0] ?? '')
      else if (character === '{' && /(?:=>|\))\s*$/.test(text.slice(0, at))) break
    }
  }
  return calls
}

/** The texts that are joined to one, by a comma in a call or by a slash between paths. */
function joinedTo(text: string, from: number): string[] {
  const parts: string[] = []
  const next = /\s*(?:,|\/|\)\s*\.join\()\s*(["'`])([^"'`\n\\]{1,120})\1/y
  next.lastIndex = from
  for (let match = next.exec(text); match !== null && parts.length < 6; match = next.exec(text))
    parts.push(match[2] as string)
  return parts
}

function withoutPattern(path: string): string {
  return plainStart(path, /[*?{}$%<[]/)
}
