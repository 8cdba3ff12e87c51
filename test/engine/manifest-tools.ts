import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import { parse, parseAllDocuments } from 'yaml'
import { digestOf } from '../../src/model/index.ts'
import { hadolintArguments } from '../../src/tools/hadolint/command.ts'
import { actionlintProgram, manifestPrograms } from '../programs/modules.ts'
import { compiled } from './compiled.ts'
import type { KubernetesObject } from './kubernetes-objects.ts'
import { takeProgram } from './tool-programs.ts'

type Files = Readonly<Record<string, string>>

/** What Kubernetes' own types and Pod Security's own library say of an object. */
export interface PodSecurity {
  /** Whether Kubernetes itself has this kind. */
  registered: boolean
  /** Why it is no object of its kind; empty where it is one. */
  invalid: string
  /** Why a restricted namespace refuses its pods; empty where it takes them, or where there are none. */
  forbidden: string
  pods: boolean
}

/** The directory of the overlay that everything of Kubernetes comes from. */
export const overlay = 'deploy/kubernetes/overlays/production'

/** The digests for which a compose file asks. */
export const composeDigests = Object.fromEntries(
  ['ORDERS', 'RECORDS', 'POSTGRES', 'REDIS'].map((name) => [`${name}_DIGEST`, `sha256:${'0'.repeat(64)}`]),
)

export type ManifestTools = Awaited<ReturnType<typeof manifestTools>>

/** The programs that read what a scaffold writes. Each is asked once about the same content, however many scaffolds have it. */
export async function manifestTools() {
  const home = mkdtempSync(join(tmpdir(), 'loadline-manifests-'))
  const programs = {
    ...(await compiled(manifestPrograms)),
    ...(await compiled(actionlintProgram)),
    hadolint: await takeProgram('hadolint'),
  }
  const asked = new Map<string, Promise<unknown>>()
  const once = <T>(question: unknown, ask: () => Promise<T>): Promise<T> => {
    const key = digestOf(JSON.stringify(question))
    const answer = asked.get(key) ?? ask()
    asked.set(key, answer)
    return answer as Promise<T>
  }

  /** A directory that holds these files. */
  function written(files: Files): string {
    const directory = mkdtempSync(join(home, 'files-'))
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(directory, path)), { recursive: true })
      writeFileSync(join(directory, path), text)
    }
    return directory
  }

  /** What a program says: nothing where it agrees. */
  async function complaints(
    program: keyof typeof programs,
    argv: string[],
    files: Files,
    env: Record<string, string> = {},
  ): Promise<string> {
    return once([program, argv, files, env], async () => {
      const { exitCode, all } = await execa(programs[program], argv, {
        cwd: written(files),
        all: true,
        reject: false,
        env,
        stdin: 'ignore',
      })
      return exitCode === 0 ? '' : `${program} ended with ${exitCode}: ${all}`
    })
  }

  return {
    complaints,
    written,

    /** Everything that the production overlay applies, as kustomize prints it. */
    async objectsOf(files: Files): Promise<KubernetesObject[]> {
      const read = below(files, 'deploy/kubernetes/')
      const { stdout } = await once(['kustomize', read], () =>
        execa(programs.kustomize, ['build', overlay], { cwd: written(read) }),
      )
      return parseAllDocuments(stdout).map((document) => document.toJS() as KubernetesObject)
    },

    compose(files: Files, env = composeDigests) {
      const read = {
        ...below(files, 'compose.yaml'),
        ...below(files, 'deploy/seccomp.json'),
        ...secretFiles(files['compose.yaml'] ?? ''),
      }
      return complaints('composeConfig', ['compose.yaml'], read, env)
    },

    actionlint(files: Files) {
      const workflows = below(files, '.github/')
      return complaints('actionlint', ['-no-color', '-shellcheck=', '-pyflakes=', ...Object.keys(workflows)], workflows)
    },

    hadolint: (dockerfile: string): Promise<unknown[]> =>
      once(['hadolint', dockerfile], async () => {
        const request = { program: programs.hadolint, dockerfile: 'Dockerfile', obeyPragmas: false }
        const [program = '', ...argv] = hadolintArguments(request)
        const { stdout } = await execa(program, argv, { cwd: written({ Dockerfile: dockerfile }) })
        return JSON.parse(stdout) as unknown[]
      }),

    async podSecurity(objects: readonly object[]): Promise<PodSecurity[]> {
      const { stdout } = await execa(programs.podSecurity, { input: JSON.stringify(objects) })
      return JSON.parse(stdout) as PodSecurity[]
    },

    end: () => rmSync(home, { recursive: true, force: true }),
  }
}

/** The files with secrets that the deployment document tells somebody to write. */
function secretFiles(compose: string): Files {
  const { services } = parse(compose) as { services: Record<string, { env_file?: Array<{ path: string }> }> }
  const named = Object.values(services).flatMap(({ env_file: files = [] }) => files)
  return Object.fromEntries(named.map(({ path }) => [path, '']))
}

function below(files: Files, start: string): Files {
  return Object.fromEntries(Object.entries(files).filter(([path]) => path.startsWith(start)))
}
