import type { BaseLock } from '../../model/index.ts'
import { fullReference, parseImageReference } from '../../formats/image-reference.ts'
import type { Application } from '../application.ts'
import { authority } from '../database-tls.ts'
import { fill } from '../fill.ts'
import { runtimeOf } from '../resources.ts'
import { runFolder } from '../run-files/run-files.ts'
import { copyLine } from '../top-level.ts'
import { authorityInImage, bringsAuthority } from './database-authority.ts'
import { templateOf, type Templates } from '../templates.ts'

/** The Dockerfile: the template of the stack, on bases that are pinned if a lock file of the publishers' images has them. */
export function dockerfile(application: Application, templates: Templates, lock: BaseLock | undefined): string {
  const { language, bases, values, secret, port, healthcheck, entrypoint, command = [], environment } = application
  const { healthcheckSeconds, startSeconds } = runtimeOf(application)
  return fill(templateOf(templates, application.template), {
    ...values,
    buildBase: pinned(bases.build, lock),
    runBase: pinned(bases.run, lock),
    secretMount:
      secret === undefined ? '' : `--mount=type=secret,id=${secret.id},target=${secret.target},required=true \\`,
    labels: `LABEL ${assignments({
      'org.opencontainers.image.title': application.name,
      'org.opencontainers.image.description': application.description,
      'org.opencontainers.image.source': application.repository,
    }).join(' \\\n      ')}`,
    environment: assignments(environment).join(' \\\n    '),
    copyFiles: copiedFiles(application),
    authority: bringsAuthority(application)
      ? `# Amazon ECS has no files to mount: the certificates of the database's authority come with the image.\nCOPY ${authorityInImage} ${authority.path}`
      : '',
    port: String(port),
    healthcheck: `--interval=${healthcheckSeconds}s --timeout=${language === 'java' ? 5 : 3}s --start-period=${startSeconds * 2}s --retries=3 \\\n    CMD ${execForm(healthcheck)}`,
    entrypoint: execForm(entrypoint),
    command: command.length === 0 ? '' : `CMD ${execForm(command)}`,
  })
}

/** What the program reads while it runs, where it looks for it: paths without a slash at the start are below the working directory. */
function copiedFiles({ language, files, fromWorkingDirectory }: Application): string {
  const folder = runFolder[language]
  return [
    ...files.map(({ path }) => copyLine([path, `${folder}/${path}`])),
    ...(fromWorkingDirectory ? [`WORKDIR ${folder}`] : []),
  ].join('\n')
}

/** Adds the digest that the lock file has for a base. */
function pinned(image: string, lock: BaseLock | undefined): string {
  const parsed = parseImageReference(image)
  const found =
    parsed === undefined ? undefined : lock?.bases.find(({ reference }) => reference === fullReference(parsed))
  return found === undefined ? image : `${image}@${found.digest}`
}

function execForm(argv: readonly string[]): string {
  return `[${argv.map((argument) => JSON.stringify(argument)).join(', ')}]`
}

function assignments(values: Readonly<Record<string, string>>): string[] {
  return Object.entries(values).map(
    ([name, value]) =>
      `${name}=${/^[\w./:@+,-]+$/.test(value) && !name.startsWith('org.') ? value : JSON.stringify(value).replaceAll('$', '\\$')}`,
  )
}
