import { clientsOf } from './clients.ts'
import type { Code } from './settings/setting.ts'

/** What an application writes where its image is read-only, or where the next replica does not see it. */
export interface KeptFile {
  /** A database in a file, or any other file. */
  what: 'SQLite' | 'file'
  /** What the code has for it; empty if only a library shows it. */
  target: string
  /** The file of the code; the library if no code shows it. */
  path: string
}

const sqliteLibraries =
  /^(?:aiosqlite|better-sqlite3|sqlite3?|sqlite-jdbc|github\.com\/(?:mattn\/go-sqlite3|glebarez\/sqlite)|modernc\.org\/sqlite|gorm\.io\/driver\/sqlite|rusqlite|sqlx-sqlite|libsqlite3-sys)$/

const sqliteForms = [
  /["'`]((?:jdbc:)?sqlite(?:\+\w{1,20})?:[^"'`\n]{0,200})["'`]/g,
  /\bsqlite3\.connect\(\s*["']([^"'\n]{1,200})["']/g,
  /\bprovider\s{0,4}=\s{0,4}"(sqlite)"/g,
  /[=:]\s{0,4}(jdbc:(?:sqlite|h2:file):[^\s"']{1,200})/g,
  /["'](django\.db\.backends\.sqlite3)["']/g,
  /\bnew DatabaseSync\(\s*["'`]([^"'`\n]{1,200})["'`]/g,
  /\bsql\.Open\(\s*"sqlite3?",\s*"([^"\n]{1,200})"/g,
]

/** A name that classes of applications have too. */
const namedDatabase = /\bnew Database\(\s*["'`]([^"'`\n]{1,200})["'`]/g
const sqliteInNode = /["'](?:better-sqlite3|sqlite3|libsql|bun:sqlite)["']/

/** What stands before the text that is taken where the environment says nothing. */
const insteadOfVariable =
  /(?:\b(?:\w{0,40}env\w{0,40}(?:(?:\.|::)\w{1,20})?|config)!?\(\s*["'`]\w{1,80}["'`]\s*(?:,\s*(?:\w{1,20}\s*=\s*)?|\)\s*(?:or|\?\?|\|\||\?:)\s*|\)\s*\.\s*(?:unwrap_or|unwrap_or_else|orElse|orElseGet)\(\s*(?:(?:\|\w?\||\(\)\s*->)\s*)?)|\bprocess\.env(?:\??\.\w{1,80}|\[["'`]\w{1,80}["'`]\])\s*(?:\?\?|\|\|)\s*|\$\{[\w.-]{1,80}:)["'`]?$/i

/** Calls that write, with the path as their first argument. */
const writes = [
  /\bopen\(\s*f?["']([^"'\n]{1,200})["'],\s*(?:mode\s?=\s?)?["'][rb+t]{0,2}[wax]/g,
  /\b(?:Path)\(\s*["']([^"'\n]{1,200})["']\)\.(?:write_\w+|mkdir|touch)\(/g,
  /\bos\.(?:makedirs|mkdir)\(\s*["']([^"'\n]{1,200})["']/g,
  /\b(?:FileHandler|RotatingFileHandler|TimedRotatingFileHandler)\(\s*["']([^"'\n]{1,200})["']/g,
  /\b(?:writeFile|writeFileSync|appendFile|appendFileSync|createWriteStream|mkdir|mkdirSync)\(\s*["'`]([^"'`\n]{1,200})["'`]/g,
  /\bdest(?:ination)?:\s*["'`]([^"'`\n]{1,200})["'`]/g,
  /\bos\.(?:Create|WriteFile|MkdirAll|Mkdir)\(\s*"([^"\n]{1,200})"/g,
  /\bnew (?:FileWriter|FileOutputStream)\(\s*"([^"\n]{1,200})"/g,
  /\bFiles\.(?:write\w{0,20}|createDirector\w{1,5}|newBufferedWriter)\(\s*(?:Path\.of|Paths\.get)\(\s*"([^"\n]{1,200})"/g,
  /\b(?:File::create|fs::write|fs::create_dir(?:_all)?)\(\s*"([^"\n]{1,200})"/g,
]

/** Places that can be written to, or that hold nothing. */
const harmless =
  /^(?:\/tmp(?:\/|$)|\/dev\/|sqlite(?:\+\w+)?:\/\/(?:\/?:memory:|\/?)$|(?:jdbc:)?sqlite(?:\+\w+)?:$|sqlite::memory:|file::memory:|:memory:|jdbc:sqlite::memory:|(?:sqlite(?:\+\w+)?:\/\/\/|jdbc:sqlite:|sqlite:)\/tmp\/)/

/** What an application keeps in files of its own, each once. */
export function keptFiles(libraries: ReadonlySet<string>, code: readonly Code[]): KeptFile[] {
  const library = [...libraries].find((name) => sqliteLibraries.test(name))
  const inNode = code.filter(({ text }) => library !== undefined || sqliteInNode.test(text))
  const all = [...found(code, sqliteForms, 'SQLite'), ...found(inNode, [namedDatabase], 'SQLite')]
  const { needs, others } = clientsOf(libraries, code)
  const another = needs.includes('postgres') || others.some(({ title }) => title === 'MySQL')
  const database = all.filter(({ instead }) => !another || !instead)
  const shown: KeptFile[] =
    all.length === 0 && library !== undefined && !code.some(({ text }) => /:memory:/.test(text))
      ? [{ what: 'SQLite', target: '', path: library }]
      : once(database)
  return [...shown, ...once(found(code, writes, 'file'))]
}

/** In characters, from the function that reads a variable to what is taken instead. */
const longestRead = 250

type FoundFile = KeptFile & { /** Whether it is only for where the environment says nothing. */ instead: boolean }

function found(code: readonly Code[], forms: readonly RegExp[], what: KeptFile['what']): FoundFile[] {
  return code.flatMap(({ path, text }) =>
    forms.flatMap((form) =>
      [...text.matchAll(form)].flatMap((match) => {
        const target = match[1] ?? ''
        if (harmless.test(target)) return []
        const at = match.index + match[0].indexOf(target)
        const instead = insteadOfVariable.test(text.slice(Math.max(0, at - longestRead), at))
        return [{ what, target: target.split('?')[0] as string, path, instead }]
      }),
    ),
  )
}

function once(files: readonly FoundFile[]): KeptFile[] {
  const named = files.map(({ what, target, path }) => [target, { what, target, path }] as const)
  return [...new Map(named).values()]
}

/** What a person should know of them. */
export function keptFilesNotes(files: readonly KeptFile[]): string[] {
  const listed = (what: KeptFile['what']) =>
    files
      .filter((file) => file.what === what)
      .slice(0, 5)
      .map(({ target, path }) => (target === '' ? path : `${target} in ${path}`))
      .join(', ')
  const [databases, others] = [listed('SQLite'), listed('file')]
  return [
    ...(databases === ''
      ? []
      : [
          `It keeps data in SQLite (${databases}): the image is read-only, so it cannot write there, and each replica would have a file of its own that ends with it. Give it another database, or change the files here: one replica, and a volume that lasts where the file is.`,
        ]),
    ...(others === ''
      ? []
      : [
          `It writes files (${others}) where the image is read-only: that fails. Let it write below /tmp, which is memory and ends with the replica, to a volume that you add, or to a store of objects.`,
        ]),
  ]
}
