import { posix } from 'node:path'
import { debianPython, runsOn } from '../../bases/index.ts'
import type { Situation } from '../repair.ts'
import type { SingleStage } from './single-stage.ts'
import type { Way } from './way.ts'

const interpreter = '/usr/bin/python3'

/** Programs that a package brings, by the module that does the same. */
const modules = new Map([
  ...['alembic', 'celery', 'daphne', 'fastapi', 'flask', 'gunicorn', 'hypercorn', 'uvicorn'].map(
    (name) => [name, name] as const,
  ),
  ['waitress-serve', 'waitress'],
])

/** Installations elsewhere than in the interpreter's own directory of packages. */
const elsewhere = /\b(venv|virtualenv|conda|mamba|pyenv|pipx|pdm)\b|\buv (sync|venv)\b|--(user|target|prefix|root)\b/

/** Where packages have files beside their modules, below the prefix of the interpreter: pip's scheme for data. */
const dataOf = (from: string, to: string) =>
  ['share', 'etc'].map((name) => [`${from}/${name}`, `${to}/${name}`] as const)

/**
 * A Python application: its packages and its files go to an image of the same version without shell and package
 * manager, or else to the slim form of its base.
 */
export function pythonStages({ image }: Situation, { bases, runs, started, places }: SingleStage): Way[] {
  const scripts = runs.map(({ script }) => script.text)
  const installs = scripts.some((text) =>
    /\bpip[0-9.]* install\b|\bpoetry install\b|\bpipenv (install|sync)\b/.test(text),
  )
  const own =
    scripts.some((text) => /\bpoetry\b/.test(text)) && !scripts.some((text) => /virtualenvs\.create false/.test(text))
  const [version] = /^\d+\.\d+/.exec(bases.version) ?? []
  if (version === undefined || !installs || own || scripts.some((text) => elsewhere.test(text))) return []
  const packages = `/usr/local/lib/python${version}/site-packages`
  const last = runs.findLast(({ script }) => /\b(pip[0-9.]*|poetry|pipenv)\b/.test(script.text))
  const files = places.map((path) => [path, path] as const)
  const words = moduleWords(started.words)
  return [
    ...(bases.distroless === undefined || words === undefined || !runsOn(bases.distroless, image.os)
      ? []
      : [
          {
            base: bases.distroless,
            words,
            // They look for their data below its prefix.
            copies: [
              [packages, `/usr/local/lib/python${version}/dist-packages`] as const,
              ...dataOf('/usr/local', '/usr'),
              ...files,
            ],
            resetsEntrypoint: started.instruction.keyword === 'CMD',
            finish: [`rm -rf ${packages}/pip ${packages}/pip-*`],
            ...(last === undefined ? {} : { finishBehind: last.instruction }),
          },
        ]),
    ...(bases.slim === undefined
      ? []
      : [
          {
            base: bases.slim,
            words: started.words,
            copies: [
              ...[packages, '/usr/local/bin'].map((path) => [path, path] as const),
              ...dataOf('/usr/local', '/usr/local'),
              ...files,
            ],
          },
        ]),
  ]
}

/** A Python application on Debian's own interpreter, whose packages pip installed: distroless has the same one. */
export function debianPythonStages({ bases, runs, started, places }: SingleStage): Way[] {
  const { version, base } = debianPython(bases) ?? {}
  const scripts = runs.map(({ script }) => script.text)
  const words = moduleWords(started.words)
  const isInstalled =
    scripts.some((text) => /\bpip3? install\b/.test(text)) && !scripts.some((text) => elsewhere.test(text))
  if (version === undefined || base === undefined || words === undefined || !isInstalled) return []
  const packages = `/usr/local/lib/python${version}/dist-packages`
  return [
    {
      base,
      words,
      copies: [
        [packages, packages] as const,
        ...dataOf('/usr/local', '/usr/local'),
        ...places.map((path) => [path, path] as const),
      ],
      resetsEntrypoint: started.instruction.keyword === 'CMD',
    },
  ]
}

/**
 * A command by the interpreter itself: a script that a package installed names one that the other image does not have.
 * `places` are the directories in which packages install their scripts.
 */
export function moduleWords(
  [program = '', ...args]: readonly string[],
  places: readonly string[] = ['/usr/local/bin'],
): string[] | undefined {
  const name = posix.basename(program)
  if (/^python[0-9.]*$/.test(name)) return [interpreter, ...args]
  const module = program === name || places.includes(posix.dirname(program)) ? modules.get(name) : undefined
  return module === undefined ? undefined : [interpreter, '-m', module, ...args]
}
