import type { Language } from '../application.ts'
import { argumentsFrom, lineAt, stringIn } from '../settings/code-text.ts'
import type { Code } from '../settings/setting.ts'
import type { NamedPath } from './named-paths.ts'

/** Calls that read a file or a folder, up to their first argument. */
const calls: Readonly<Record<Language, RegExp>> = {
  python:
    /(?<![\w.])(?:open|Jinja2Templates|StaticFiles|FileSystemLoader|send_file|send_from_directory)\(\s*(?:directory\s*=\s*)?/g,
  node: /\b(?:readFile|readFileSync|createReadStream|sendFile|express\.static)\(\s*/g,
  go: /\b(?:os\.Open|os\.ReadFile|ioutil\.ReadFile|os\.DirFS|http\.Dir|\w+\.ParseFiles|\w+\.ParseGlob|viper\.SetConfigFile)\(\s*/g,
  java: /\b(?:new FileInputStream|new FileReader|Files\.(?:readString|readAllBytes|readAllLines|lines|newInputStream|newBufferedReader))\(\s*/g,
  rust: /\b(?:File::open|fs::read_to_string|fs::read|fs::read_dir|ServeDir::new|ServeFile::new|NamedFile::open)\(\s*/g,
}

/** The limit on calls of one file, above what anybody writes. */
const mostCalls = 300

/** Files that are the machine's, or another's. */
const elsewhere = /^(?:\/|[a-z][a-z0-9+.-]*:|~)/i

/** The settings name these. */
const ofEnvironment = /environ|getenv|process\.env|\benv::var|\benv\(/i

/** Places that read a file of which the code does not say, or the source does not have, the name. */
export function openReads(code: readonly Code[], language: Language, found: readonly NamedPath[]): string[] {
  return code.flatMap(({ path, text }) => {
    const known = new Set(found.filter(({ file }) => file === path).map(({ line }) => line))
    const lines = text.split('\n')
    const resolved = lines.filter((_, index) => known.has(index + 1))
    const isKnown = (line: number, argument: string) => {
      const last = line + argument.split('\n').length - 1
      const held = new RegExp(`\\b${nameIn(argument)}\\b\\s*[=:]`)
      return [...known].some((one) => one >= line && one <= last) || resolved.some((one) => held.test(one))
    }
    return [...text.matchAll(calls[language])].slice(0, mostCalls).flatMap((match) => {
      const [argument = '', mode = ''] = argumentsFrom(text, match.index + match[0].length)
      const plain = stringIn(argument)
      const line = lineAt(text, match.index)
      const writes = language === 'python' && /["'][^"']{0,2}[wax]/.test(mode)
      return argument === '' ||
        writes ||
        ofEnvironment.test(argument) ||
        (plain !== undefined && elsewhere.test(plain)) ||
        isKnown(line, argument)
        ? []
        : [`${plain ?? short(argument)} (${path}:${line})`]
    })
  })
}

/** A name that no code has, where an argument has none. */
function nameIn(argument: string): string {
  return /^[A-Za-z_]\w*/.exec(argument)?.[0] ?? '0'
}

function short(argument: string): string {
  const one = argument.replaceAll(/\s+/g, ' ')
  return one.length > 40 ? `${one.slice(0, 37)}...` : one
}
