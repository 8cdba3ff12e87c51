import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import { read, root } from '../repo/source-files.ts'
import { scratch } from '../engine/command-line.ts'
import { compiled } from '../engine/compiled.ts'
import { actProgram } from './modules.ts'

/** By which a caller names Loadline. */
export const commit = '0123456789abcdef0123456789abcdef01234567'

/** What a checkout of Loadline would have, from the files that lie here. */
export async function copyOfLoadline(directory: string): Promise<void> {
  const { stdout } = await execa('git', ['-C', root, 'ls-files', '-z'])
  for (const path of stdout.split('\0').filter((name) => name !== '' && existsSync(join(root, name)))) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    copyFileSync(join(root, path), join(directory, path))
  }
}

/**
 * What a workflow uses of others cannot be had without GitHub, so these stand in: checkout puts the repository, or the files of Loadline as they lie here;
 * setup-node leaves the Node that is there; the two uploads copy to where the test looks.
 */
function standIns(uploads: string): Record<string, string> {
  const composite = (inputs: string[], run: string) =>
    `name: stand-in\ndescription: stand-in\ninputs:\n${inputs.map((name) => `  ${name}: {default: ''}\n`).join('')}runs:\n  using: composite\n  steps:\n    - shell: bash\n      env:\n${inputs.map((name) => `        IN_${name.toUpperCase().replaceAll('-', '_')}: \${{ inputs.${name} }}\n`).join('')}      run: |\n${run
      .trim()
      .split('\n')
      .map((line) => `        ${line.trim()}\n`)
      .join('')}`
  const checkout = `
    set -euo pipefail
    cd "$GITHUB_WORKSPACE"
    if [ -z "$IN_REPOSITORY" ]; then
      git clone --quiet "$TEST_REPOSITORY" .
      git remote set-url origin "$(git -C "$TEST_REPOSITORY" remote get-url origin)"
      exit
    fi
    [ "$IN_REPOSITORY $IN_REF" = "example/loadline ${commit}" ]
    cp --recursive --no-dereference "$TEST_LOADLINE" "$IN_PATH"`
  const pinned = (name: string) =>
    new RegExp(`uses: (${name}(?:/[\\w-]+)*@[0-9a-f]{40})`).exec(read('.github/workflows/build-and-scan.yml'))?.[1] ??
    ''
  const texts: Record<string, [string, string]> = {
    [pinned('actions/checkout')]: [
      'action.yml',
      composite(['repository', 'ref', 'path', 'fetch-depth', 'persist-credentials'], checkout),
    ],
    [pinned('actions/setup-node')]: ['action.yml', composite(['node-version'], 'node --version')],
    [pinned('actions/upload-artifact')]: [
      'action.yml',
      composite(['name', 'path'], 'cp -r "$IN_PATH" "$TEST_UPLOADS/$IN_NAME"'),
    ],
    [pinned('github/codeql-action')]: [
      'upload-sarif/action.yml',
      composite(['sarif_file', 'category'], 'cp "$IN_SARIF_FILE" "$TEST_UPLOADS/code-scanning.sarif"'),
    ],
  }
  return Object.fromEntries(
    Object.entries(texts).map(([uses, [name, text]]) => {
      const directory = join(uploads, 'stand-ins', uses.replaceAll(/[^\w]/g, '-'))
      mkdirSync(dirname(join(directory, name)), { recursive: true })
      writeFileSync(join(directory, name), text)
      const [owner = '', repo = ''] = uses.split('@')[0]?.split('/') ?? []
      return [`${owner}/${repo}@${uses.split('@')[1]}`, directory]
    }),
  )
}

/** How a workflow that act has run ended. */
export interface WorkflowRun {
  exitCode: number | undefined
  log: string
  /** Where the uploads went. */
  uploads: string
}

/** The repository's workflow that act runs, and what it is given. */
interface Given {
  /** Below .github/workflows. */
  workflow?: string
  secrets?: Record<string, string>
  /** The directory that stands in for Loadline's repository, where the workflow uses it. */
  copy?: string
}

/** Runs a repository's workflow with act on this machine. */
export async function runWorkflow(
  directory: string,
  argv: string[],
  { workflow = 'image.yml', secrets = {}, copy }: Given = {},
): Promise<WorkflowRun> {
  const { act } = await compiled(actProgram)
  const home = scratch()
  const uploads = scratch()
  const configuration = join(home, 'act')
  mkdirSync(configuration)
  writeFileSync(join(configuration, 'actrc'), '')
  const replaced = { ...standIns(home), ...(copy === undefined ? {} : { [`example/loadline@${commit}`]: copy }) }
  const ended = await execa(
    act,
    [
      ...argv,
      '--workflows',
      `.github/workflows/${workflow}`,
      '--platform',
      'ubuntu-24.04=-self-hosted',
      '--no-skip-checkout',
      '--no-cache-server',
      '--use-new-action-cache',
      '--action-cache-path',
      join(home, 'actions'),
      ...Object.entries(replaced).flatMap(([uses, path]) => ['--local-repository', `${uses}=${path}`]),
      ...Object.keys(secrets).flatMap((name) => ['--secret', name]),
    ],
    {
      cwd: directory,
      reject: false,
      all: true,
      stdin: 'ignore',
      env: {
        ...secrets,
        XDG_CONFIG_HOME: home,
        TEST_REPOSITORY: directory,
        TEST_LOADLINE: copy ?? '',
        TEST_UPLOADS: uploads,
        npm_command: '',
      },
    },
  )
  return { exitCode: ended.exitCode, log: ended.all, uploads }
}

/** Makes the directory a repository with one commit and the given origin. */
export async function commitAll(directory: string, origin: string): Promise<(...argv: string[]) => Promise<unknown>> {
  const git = (...argv: string[]) =>
    execa('git', ['-C', directory, '-c', 'user.name=somebody', '-c', 'user.email=somebody@example.com', ...argv])
  await git('init', '--quiet', '--initial-branch=main')
  await git('remote', 'add', 'origin', origin)
  await git('add', '.')
  await git('commit', '--quiet', '--message', 'everything')
  return git
}
