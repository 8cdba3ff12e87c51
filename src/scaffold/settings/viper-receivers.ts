import type { Code } from './setting.ts'

/** Whether what a method is called on at a place is a viper: much else has a `Get`, as the headers of a request. */
export type IsViper = (code: Code, receiver: string, at: number) => boolean

interface Declared {
  at: number
  viper: boolean
}

interface Vipers {
  packages: ReadonlySet<string>
  /** What is declared under a name, in order. */
  variables: ReadonlyMap<string, Declared[]>
  fields: ReadonlySet<string>
}

/** The package under its name in each file, and variables and fields that were made by it or have its type. */
export function vipersIn(files: readonly Code[]): IsViper {
  const own = new Map(files.map((code) => [code.path, vipersOf(code.text)]))
  const fields = new Set([...own.values()].flatMap((vipers) => [...vipers.fields]))
  const shared = new Set(files.flatMap(({ text }) => sharedIn(text)))
  return ({ path, text }, receiver, at) => {
    const here = own.get(path)
    if (text[at - 1] === '.') return fields.has(receiver) || shared.has(receiver)
    if (here?.packages.has(receiver) === true) return true
    const declared = here?.variables.get(receiver)
    return declared === undefined ? shared.has(receiver) : nearest(declared, at).viper
  }
}

/** The last declaration before a place; the first of all where one of the package stands below. */
function nearest(declared: readonly Declared[], at: number): Declared {
  let [low, high] = [0, declared.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((declared[middle] as Declared).at < at) low = middle + 1
    else high = middle
  }
  return declared[Math.max(0, low - 1)] as Declared
}

function vipersOf(text: string): Vipers {
  const packages = new Set(['viper'])
  for (const [, name = ''] of text.matchAll(/\b(\w+)[ \t]+"github\.com\/spf13\/viper"/g)) packages.add(name)
  const variables = new Map<string, Declared[]>()
  const fields = new Set<string>()
  const form =
    /\b(\w+)(?:[ \t]*,[ \t]*\w+)?(?:[ \t]*(:?=|:)[ \t]*&?([\w.]{1,100})|[ \t]+(?:=[ \t]*)?(\*?[\w.]{1,100})(?=[ \t]*[,)=\n`}]))/g
  for (const { 1: name = '', 2: sign, 3: value = '', 4: type = '', index } of text.matchAll(form)) {
    const [, from = '', what = ''] = /^\*?(\w+)\.(\w+)$/.exec(value === '' ? type : value) ?? []
    const made = /^(?:New|NewWithOptions|GetViper|Sub)$/.test(what) && value !== ''
    const viper = packages.has(from) && (made || (type !== '' && what === 'Viper'))
    if (viper) fields.add(name)
    if (sign === ':') continue
    const before = variables.get(name)
    if (before === undefined) variables.set(name, [{ at: index, viper }])
    else before.push({ at: index, viper })
  }
  return { packages, variables, fields }
}

/** The variables of a package, which its other files have too. */
function sharedIn(text: string): string[] {
  const form =
    /^(?:var[ \t]+|[ \t])(\w+)[ \t]*(?:\*viper\.Viper\b|=[ \t]*viper\.(?:New|NewWithOptions|GetViper|Sub)\()/gm
  return [...text.matchAll(form)].map(([, name]) => name as string)
}
