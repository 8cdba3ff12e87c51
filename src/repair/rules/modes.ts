import { hasShell, isPlainPath, violationsOf, type Repair } from '../repair.ts'

/** Programs lose the bits that lend them the rights of their owner. */
export const setuid: Repair = {
  id: 'setuid',
  title: 'Programs lose their setuid and setgid bits',
  answers: ['setuid'],
  propose(situation) {
    const paths = violationsOf(situation, 'setuid').map(({ id }) => id)
    const bits = new Set(situation.image.configuration?.setuid.map(({ path }) => path))
    const known = paths.filter((path) => bits.has(path) && isPlainPath(path) && hasShell(situation))
    return {
      proposals:
        known.length === 0
          ? []
          : [
              {
                repair: setuid.id,
                what: 'takes setuid and setgid away',
                equal: false,
                asRoot: [`chmod a-s ${known.join(' ')}`],
              },
            ],
      ...(known.length === paths.length
        ? {}
        : {
            remains: [
              {
                rule: 'setuid' as const,
                text: 'Capabilities, access lists and device nodes: take them away where they are given (setcap -r, setfacl -b), or leave the file out.',
              },
            ],
          }),
    }
  },
}

/** Nothing stays writable for everybody. */
export const worldWritable: Repair = {
  id: 'world-writable',
  title: 'Files and directories lose the right of everybody to write them',
  answers: ['world-writable'],
  propose(situation) {
    if (!hasShell(situation)) return {}
    const paths = violationsOf(situation, 'world-writable').flatMap(({ id }) => (isPlainPath(id) ? [id] : []))
    return paths.length === 0
      ? {}
      : {
          proposals: [
            {
              repair: worldWritable.id,
              what: 'nothing is writable for everybody',
              equal: false,
              asRoot: [`chmod o-w ${paths.join(' ')}`],
            },
          ],
        }
  },
}
