import { hasShell, isPlainPath, violationsOf, type Repair } from '../repair.ts'

/** Programs lose their setuid and setgid bits. */
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
                what: 'removes setuid and setgid',
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
                text: 'Capabilities, access control lists and device nodes: remove them where they are set (setcap -r, setfacl -b), or remove the file.',
              },
            ],
          }),
    }
  },
}

/** Nothing stays world-writable. */
export const worldWritable: Repair = {
  id: 'world-writable',
  title: 'Files and directories are no longer world-writable',
  answers: ['world-writable'],
  propose(situation) {
    if (!hasShell(situation)) return {}
    const volumes = situation.image.configuration?.volumes ?? []
    const isInVolume = (path: string) =>
      volumes.some((volume) => `${path}/`.startsWith(`${volume.replace(/\/$/, '')}/`))
    const all = violationsOf(situation, 'world-writable').flatMap(({ id }) => (isPlainPath(id) ? [id] : []))
    const paths = all.filter((path) => !isInVolume(path))
    // A new volume takes the mode of the directory: nobody but root might write there.
    const remains = paths.length === all.length ? {} : { remains: [ofVolume(all.filter(isInVolume))] }
    return paths.length === 0
      ? remains
      : {
          ...remains,
          proposals: [
            {
              repair: worldWritable.id,
              what: 'nothing is world-writable',
              equal: false,
              asRoot: [`chmod o-w ${paths.join(' ')}`],
            },
          ],
        }
  },
}

function ofVolume(paths: readonly string[]) {
  return {
    rule: 'world-writable' as const,
    text: `${paths.join(', ')}: a new volume takes this mode. Once the directory belongs to the user that the image runs as, take the mode away where it is set.`,
  }
}
