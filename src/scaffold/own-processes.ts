import { parse } from 'yaml'
import { z } from 'zod'
import { groupBy } from '../model/group-by.ts'
import type { OwnProcess } from './replaced.ts'
import type { SourceTree } from './source-tree.ts'

const words = z.union([z.string(), z.array(z.string())])
const Compose = z.object({
  services: z.record(
    z.string(),
    z
      .looseObject({
        build: z.unknown().optional(),
        command: words.optional(),
        entrypoint: words.optional(),
      })
      .nullable(),
  ),
})

/** The processes that a Procfile and the Compose files of the project start of the same application, apart from the one that serves. */
export function ownProcesses(tree: SourceTree, isWritten: boolean): OwnProcess[] {
  const compose = ['docker-compose.yml', 'docker-compose.yaml', 'compose.yml', 'compose.yaml'].filter(
    (path) => tree.texts.has(path) && !(isWritten && path === 'compose.yaml'),
  )
  return [...ofProcfile(tree), ...compose.flatMap((path) => ofCompose(path, tree.texts.get(path) ?? ''))]
}

function ofProcfile(tree: SourceTree): OwnProcess[] {
  return [...(tree.texts.get('Procfile') ?? '').matchAll(/^([\w-]{1,60}):[ \t]*(\S.{0,300})$/gm)].flatMap(
    ([, name = '', command = '']) => (name === 'web' ? [] : [{ name, command: command.trim(), path: 'Procfile' }]),
  )
}

/** Services of one build, if several are: the one without a command, or else the first, is the application itself. */
function ofCompose(path: string, text: string): OwnProcess[] {
  return [...groupBy(servicesOf(text), ({ build }) => build).values()].flatMap((alike) => {
    const main = alike.find(({ command }) => command === '') ?? alike[0]
    return alike.flatMap((one) =>
      one === main || one.command === '' ? [] : [{ name: one.name, command: one.command, path }],
    )
  })
}

/** The services that are built, each with its build as text. A file that Compose would not take has none: nor has one with a build that contains itself, which is no text. */
function servicesOf(text: string): Array<{ name: string; build: string; command: string }> {
  try {
    const parsed = Compose.safeParse(parse(text, { merge: true, maxAliasCount: 100 }))
    return Object.entries(parsed.data?.services ?? {}).flatMap(([name, service]) =>
      service?.build === undefined
        ? []
        : [{ name, build: JSON.stringify(service.build), command: commandOf(service.command ?? service.entrypoint) }],
    )
  } catch {
    return []
  }
}

function commandOf(command: string | readonly string[] | undefined): string {
  return (typeof command === 'string' ? command : (command ?? []).join(' '))
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, 200)
}

/** Files of migrations, by what applies them. */
const migrations: ReadonlyArray<readonly [tool: string, form: RegExp]> = [
  ['Alembic', /(?:^|\/)alembic\.ini$/],
  ['Django', /(?:^|\/)migrations\/0001_\w+\.py$/],
  ['Prisma', /(?:^|\/)prisma\/migrations\/[^/]+\/migration\.sql$/],
  ['Flyway', /(?:^|\/)V\d(?=[\w.]*__)[^/]+\.(?:sql|java)$/],
  ['Liquibase', /(?:^|\/)(?:db\.)?changelog[^/]*\.(?:xml|ya?ml|sql)$/],
  ['TypeORM, Sequelize or Knex', /(?:^|\/)migrations\/\d{8}[^/]*\.[cm]?[jt]s$/],
  ['SQL files', /(?:^|\/)migrations?\/[^/\d]*\d[^/]*(?:\.sql|\/up\.sql)$/],
]

/** The migrations of its database: the tool and one of its files. */
export function ownMigrations(tree: SourceTree): Array<{ tool: string; path: string }> {
  return migrations.flatMap(([tool, form]) => {
    const path = tree.paths.find(
      (one) =>
        form.test(one) &&
        (tool !== 'Django' || /\bdjango\b/.test(tree.texts.get(one) ?? '')) &&
        !/(?:^|\/)(?:tests?|examples?|deploy)\//.test(one),
    )
    return path === undefined ? [] : [{ tool, path }]
  })
}
