import type { Situation } from '../repair.ts'
import { callsNoGit } from './go-code.ts'

/**
 * Debian's packages of headers, by the packages of Python that need the library itself when they run. None do of what the
 * interpreter needs as well, because that is in every base that has it.
 */
const neededBy: ReadonlyArray<readonly [headers: RegExp, needing: RegExp]> = [
  [/^libpq-dev$/, / (psycopg2|psycopg-c|pygresql) |^(?!.* psycopg-binary ).* psycopg /],
  [/^((default-)?libmysqlclient|libmariadb)-dev$/, / (mysqlclient|mysql-python|mariadb) /],
  [/^(python[0-9.]*|libssl|zlib1g|libsqlite3|libbz2|liblzma)-dev$/, /^$/],
]

/**
 * Tells of a distribution's package whether it is headers alone that the built application does without. A program in
 * machine code is linked when it is built, and the gate's rule on shared libraries says what it lacks. Python opens
 * modules later, and the rule does not see that: there the packages of the judged image say whether one needs the library.
 * Go downloads modules with git.
 */
export function onlyHeaders({ image, source }: Situation, runtime: string): (name: string) => boolean {
  // The interpreter and pip: every other package of Debian for Python is one that the application imports.
  if (runtime === 'debian') return (name) => /^python3(-pip|-dev|-setuptools|-wheel)?$/.test(name)
  if (runtime === 'golang') return (name) => /^(git|openssh-client)$/.test(name) && callsNoGit(source)
  if (runtime === 'rust') return (name) => /^[\w+.-]+-dev$/.test(name)
  const installed = image.packages
    .filter(({ type }) => type === 'python-pkg')
    .map(({ name }) => name.toLowerCase().replaceAll(/[-_.]+/g, '-'))
  const all = ` ${installed.join('  ')} `
  return (name) =>
    runtime === 'python' &&
    installed.length > 0 &&
    neededBy.some(([headers, needing]) => headers.test(name) && !needing.test(all))
}
