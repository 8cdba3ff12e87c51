/** Programs that start another one: their options that take a value, and how many of their own words come before that program. */
const wrappers: Readonly<Record<string, { valued: string; own: number }>> = {
  sudo: { valued: 'ugphCrtUDT', own: 0 },
  doas: { valued: 'uC', own: 0 },
  env: { valued: 'uC', own: 0 },
  exec: { valued: 'a', own: 0 },
  command: { valued: '', own: 0 },
  builtin: { valued: '', own: 0 },
  nohup: { valued: '', own: 0 },
  setsid: { valued: '', own: 0 },
  eatmydata: { valued: '', own: 0 },
  busybox: { valued: '', own: 0 },
  time: { valued: 'fo', own: 0 },
  nice: { valued: 'n', own: 0 },
  ionice: { valued: 'cnp', own: 0 },
  stdbuf: { valued: 'ioe', own: 0 },
  timeout: { valued: 'sk', own: 1 },
  chroot: { valued: '', own: 1 },
  gosu: { valued: '', own: 1 },
  'su-exec': { valued: '', own: 1 },
  xargs: { valued: 'InPLdaEs', own: 0 },
  tini: { valued: 'pe', own: 0 },
  'dumb-init': { valued: 'r', own: 0 },
  catatonit: { valued: '', own: 0 },
}

/**
 * A command without its wrappers (`sudo -E`, `env A=b`, `timeout 30`, `find -exec`), with the variables that these set,
 * the words of each wrapper up to the program that it starts, and the words of other commands that `find` starts too.
 */
export function unwrapped(words: readonly string[]): {
  name: string
  args: string[]
  given: Array<{ name: string; value: string }>
  through: Array<readonly string[]>
  others: Array<readonly string[]>
} {
  const through: Array<readonly string[]> = []
  const given: Array<{ name: string; value: string }> = []
  let others: Array<readonly string[]> = []
  let rest = words
  for (;;) {
    const name = (rest[0] ?? '').replace(/^.*\//s, '')
    const wrapper = Object.hasOwn(wrappers, name) ? wrappers[name] : undefined
    const [first, ...more] = name === 'find' ? foundBy(rest) : []
    if (more.length > 0) others = [...others, ...more]
    const inner = wrapper === undefined ? first : behind(rest, wrapper, given)
    if (inner === undefined || inner.length === 0) return { name, args: rest.slice(1), given, through, others }
    if (wrapper !== undefined) through.push(rest.slice(0, rest.length - inner.length))
    rest = inner
  }
}

/** Options of these whose value is the next word. */
const valuedWords =
  /^--(unset|chdir|user|group|other-user|host|prompt|chroot|close-from|signal|kill-after|adjustment|class|classdata|input|output|error|userspec|groups|max-args|max-procs|format)$/

/** The words after a wrapper's own. */
function behind(
  words: readonly string[],
  { valued, own }: { valued: string; own: number },
  given: Array<{ name: string; value: string }>,
): readonly string[] {
  let index = 1
  let left = own
  for (; index < words.length; index++) {
    const word = words[index] ?? ''
    const assignment = /^([A-Za-z_]\w*)=(.*)/s.exec(word)
    if (/^-[A-Za-z0-9]/.test(word)) {
      // Behind the first letter that takes a value, the rest of the word is that value.
      if ([...word].findIndex((letter) => valued.includes(letter)) === word.length - 1) index++
    } else if (valuedWords.test(word)) index++
    else if (word.startsWith('--')) continue
    else if (assignment !== null) given.push({ name: assignment[1] ?? '', value: assignment[2] ?? '' })
    else if (left > 0) left--
    else break
  }
  return words.slice(index)
}

/** The programs that `find` runs for each match. */
function foundBy(words: readonly string[]): string[][] {
  const programs: string[][] = []
  let program: string[] | undefined
  for (const word of words) {
    if (program === undefined) {
      if (/^-(exec|execdir|ok|okdir)$/.test(word)) programs.push((program = []))
    } else if (word === ';' || word === '+') program = undefined
    else program.push(word)
  }
  return programs
}

/** Whether a program is a Unix shell whose scripts are read. */
export function isShell(program: string): boolean {
  return /(^|\/)(ba|da|z|k|a)?sh$/.test(program)
}

/** Shells, also those whose scripts are not read. */
const shells = /^-?(?:r?bash|rksh|(?:|da|a|z|k|mk|ok|lok|pdk|c|tc|fi|ya|po|xon|el|o)sh|ksh93|nu|elvish)$/

/** Programs that stay process 1 beside the shell, and pass signals on. */
const inits = /^(?:tini|dumb-init|catatonit)$/

/** Whether a command gives a script to a shell that is process 1, as an instruction in shell form does. */
export function givesScript(words: readonly string[]): boolean {
  const { name, args, through } = unwrapped(splitByEnv(words))
  if (through.some(([one = '']) => inits.test(one.replace(/^.*\//s, '')))) return false
  const program = name.replace(/^.*\\/s, '').toLowerCase()
  if (/^cmd(?:\.exe)?$/.test(program)) return args.some((word) => /^\/[ck]/i.test(word))
  if (/^(?:powershell|pwsh)(?:\.exe)?$/.test(program)) return isPowerShellScript(args)
  const isOfBusybox = through.some(([one = '']) => /(?:^|\/)busybox$/.test(one))
  return shells.test(name) && (isOfBusybox || hasScriptOption(args))
}

/** `env -S "sh -c"` splits one word into several. */
function splitByEnv(words: readonly string[]): readonly string[] {
  const index = words.findIndex((word) => /^-[iv0]*S|^--split-string(?:=|$)/.test(word))
  if (index < 0 || !words.slice(0, index).some((word) => /(?:^|\/)env$/.test(word))) return words
  const [, own = ''] = /^(?:-[iv0]*S|--split-string=?)(.*)$/s.exec(words[index] ?? '') ?? []
  const [text = '', ...rest] = own === '' ? words.slice(index + 1) : [own, ...words.slice(index + 1)]
  return [...words.slice(0, index), ...(text.match(/"[^"]*"|'[^']*'|[^\s"']+/g) ?? []), ...rest]
}

/** `-c`, with or behind other options: `-ec`, `-o pipefail -c`. The first other word is a file, and the rest its arguments. */
function hasScriptOption(args: readonly string[]): boolean {
  for (let index = 0; index < args.length; index++) {
    const word = args[index] ?? ''
    if (/^-[abd-zA-Z]*c[a-zA-Z]*$/.test(word) || /^--command(?:=|$)/.test(word)) return true
    if (!/^[-+]./.test(word) || word === '--') return false
    if (/^[-+][a-np-zA-NP-Z]*[oO][a-zA-Z]*$|^--(?:rcfile|init-file|init-command)$/.test(word)) index++
  }
  return false
}

/** `-Command`, also shortened, before a file. */
function isPowerShellScript(args: readonly string[]): boolean {
  const option = args.find((word) => /^[-/](?:c|co|com.*|e|ec|en.*|f|fi.*)$/i.test(word))
  return option !== undefined && !/^[-/]f/i.test(option)
}
