import { manifestOf, record } from '../manifest.ts'
import { violationsOf, type Repair, type Situation } from '../repair.ts'

const prefix = 'org.opencontainers.image.'

/**
 * Labels that the policy requires and that the source itself states: in its package.json, pyproject.toml or Cargo.toml.
 */
export const labels: Repair = {
  id: 'labels',
  title: "Labels that the policy requires get their values from the source's manifest",
  answers: ['labels'],
  propose(situation) {
    const facts = factsOf(situation)
    const missing = violationsOf(situation, 'labels').map(({ id }) => id)
    const known = missing.flatMap((name) => {
      const value = facts.get(name.replace(prefix, ''))
      return name.startsWith(prefix) && value !== undefined && !/["\\$`\p{Cc}]/u.test(value)
        ? [`${name}="${value}"`]
        : []
    })
    const unknown = missing.length - known.length
    return {
      proposals:
        known.length === 0
          ? []
          : [{ repair: labels.id, what: 'labels from the manifest', equal: true, tail: [`LABEL ${known.join(' ')}`] }],
      remains:
        unknown === 0
          ? []
          : [
              {
                rule: 'labels',
                text: 'The source does not state them. Build in a clone that has a remote, which gives the source, or pass --label name=value.',
              },
            ],
    }
  },
}

/** A manifest's facts about the application, by the last word of the label. */
function factsOf({ source: { name, texts } }: Situation): Map<string, string | undefined> {
  const node = manifestOf(texts, 'package.json')
  const pyproject = manifestOf(texts, 'pyproject.toml')
  const cargo = manifestOf(texts, 'Cargo.toml')
  const [python, rust] = [record(pyproject['project']), record(cargo['package'])]
  const urls = Object.fromEntries(
    Object.entries(record(python['urls'])).map(([key, value]) => [key.toLowerCase(), value]),
  )
  const repository = record(node['repository'])['url'] ?? node['repository']
  const first = (...values: unknown[]) =>
    values.find((value): value is string => typeof value === 'string' && value.trim() !== '')
  return new Map([
    ['title', first(node['name'], python['name'], rust['name'], name)],
    ['description', first(node['description'], python['description'], rust['description'])],
    ['version', first(node['version'], python['version'], rust['version'])],
    ['licenses', first(node['license'], python['license'], rust['license'])],
    ['source', address(first(repository, urls['repository'], urls['source'], urls['source code'], rust['repository']))],
    ['url', address(first(node['homepage'], urls['homepage'], rust['homepage']))],
  ])
}

/** A web address that a person can open. */
function address(written: string | undefined): string | undefined {
  const short = /^(?:github:)?([\w.-]+\/[\w.-]+)$/.exec(written ?? '')?.[1]
  const long =
    short === undefined
      ? written
          ?.replace(/^git\+/, '')
          .replace(/^git:\/\//, 'https://')
          .replace(/\.git$/, '')
      : `https://github.com/${short}`
  return long !== undefined && /^https:\/\/[^\s@]+$/.test(long) ? long : undefined
}
