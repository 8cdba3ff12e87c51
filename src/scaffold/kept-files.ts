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
  /\bnew (?:Database|DatabaseSync)\(\s*["'`]([^"'`\n]{1,200})["'`]/g,
  /\bsql\.Open\(\s*"sqlite3?",\s*"([^"\n]{1,200})"/g,
]

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
  /^(?:\/tmp(?:\/|$)|\/dev\/|sqlite(?:\+\w+)?:\/\/(?:\/?:memory:|\/?)$|sqlite::memory:|file::memory:|:memory:|jdbc:sqlite::memory:|(?:sqlite(?:\+\w+)?:\/\/\/|jdbc:sqlite:|sqlite:)\/tmp\/)/

/** What an application keeps in files of its own, each once. */
export function keptFiles(libraries: ReadonlySet<string>, code: readonly Code[]): KeptFile[] {
  const database = found(code, sqliteForms, 'SQLite')
  const library = [...libraries].find((name) => sqliteLibraries.test(name))
  const shown: KeptFile[] =
    database.length === 0 && library !== undefined && !code.some(({ text }) => /:memory:/.test(text))
      ? [{ what: 'SQLite', target: '', path: library }]
      : database
  return [...shown, ...found(code, writes, 'file')]
}

function found(code: readonly Code[], forms: readonly RegExp[], what: KeptFile['what']): KeptFile[] {
  const all = code.flatMap(({ path, text }) =>
    forms.flatMap((form) =>
      [...text.matchAll(form)].flatMap(([, target = '']) =>
        harmless.test(target) ? [] : [{ what, target: target.split('?')[0] as string, path }],
      ),
    ),
  )
  return [...new Map(all.map((file) => [file.target, file])).values()]
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
