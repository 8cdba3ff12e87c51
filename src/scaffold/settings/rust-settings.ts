import { plainText } from './code-text.ts'
import { filledStructs, secretType } from './rust-structs.ts'
import type { Code, Found } from './setting.ts'
import { wrapperCalls } from './wrappers.ts'

/** What the code reads by `std::env::var`, in the attributes of clap, and in structs that envy, config and figment fill. What `env!` reads is there at compile time alone. */
export function rustSettings(files: readonly Code[]): Array<Found & Code> {
  const read = files.flatMap((code) =>
    [...variables(code.text), ...wrapperCalls(code.text), ...clap(code.text)].map((found) => ({ ...found, ...code })),
  )
  return [...read, ...filledStructs(files)]
}

/** In characters: what is called on a variable. */
const longestChain = 400

function variables(text: string): Found[] {
  return [...text.matchAll(/\b(?:(?:env|dotenv|dotenvy)::)(var|var_os)\(\s*"(\w+)"\s*(?:,\s*)?\)/g)].map((match) => {
    const end = match.index + match[0].length
    const after = text.slice(end, end + longestChain).trimStart()
    return {
      name: match[2] as string,
      at: match.index,
      required: /^(\?|\.(expect|unwrap)\(|\.(map_err|context|with_context)\([^;]*\?)/.test(after),
      fallback: plainText(
        /^\.unwrap_or(?:_else)?\(\s*(?:\|[^|]*\|\s*)?(?:String::from\(\s*)?("[^"\n]*")/.exec(after)?.[1],
      ),
    }
  })
}

/** `#[arg(env)]` and `#[arg(env = "NAME")]`; one without default, on a field that is no Option, must be set. */
function clap(text: string): Found[] {
  return [
    ...text.matchAll(
      /#\[(?:arg|clap)\(((?:[^[\]"]|"[^"]*"|\[[^[\]]*\])*)\)\]\s*(?:#\[[^\]]*\]\s*)*(?:pub(?:\([^)]*\))?\s+)?(\w+)\s*:\s*((\w+)[\w:<> ]*)/g,
    ),
  ].flatMap((match): Found[] => {
    const options = match[1] ?? ''
    if (!/\benv\b/.test(options.replaceAll(/"[^"]*"|\[[^[\]]*\]/g, ' '))) return []
    const fallback = /\bdefault_values?(?:_t)?\s*=\s*("[^"]*"|[\w.]+)/.exec(options)?.[1]
    return [
      {
        name: /\benv\s*=\s*"(\w+)"/.exec(options)?.[1] ?? (match[2] as string).toUpperCase(),
        at: match.index,
        required: fallback === undefined && !['Option', 'bool', 'Vec'].includes(match[4] ?? ''),
        fallback: plainText(fallback),
        ...(secretType.test(match[3] ?? '') ? { secret: true as const } : {}),
      },
    ]
  })
}
