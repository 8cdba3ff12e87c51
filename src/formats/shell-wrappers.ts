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
    } else if (word.startsWith('--')) continue
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
