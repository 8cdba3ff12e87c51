import type { Code, Property } from '../settings/setting.ts'
import { isTest, type SourceTree } from '../source-tree.ts'
import { profileNames, profileRule, type ProfileRule } from './active-profiles.ts'
import { profilesInImage, profilesVariable } from './container-profiles.ts'
import { configurationPath, readConfiguration, type ConditionalPiece } from './read-configuration.ts'

/** The configuration of Spring, Quarkus and Micronaut that may hold in the container. Its text is what likely does; lines stay where they are. */
export function shippedConfiguration(tree: SourceTree, settings: Readonly<Record<string, string | null>> = {}): Code[] {
  const read = [...tree.texts].flatMap(([path, text]) =>
    configurationPath.test(path) && !isTest(path) ? [{ path, text, ...readConfiguration(path, text) }] : [],
  )
  const answer = settings[profilesVariable]
  const told = typeof answer === 'string' ? profileNames(answer) : profilesInImage(tree.texts.get('Dockerfile'))
  const rule = profileRule(read, told)
  return read.flatMap(({ path, text, properties, pieces }) => {
    const held = properties.flatMap(({ name, value, profiles }): Property[] => {
      const holds = rule(profiles)
      return holds === undefined ? [] : [{ name, value, holds }]
    })
    const [first] = pieces
    const isOut = first?.to === text.length && first.from === 0 && rule(first.profiles) === undefined
    return isOut ? [] : [{ path, text: withoutOthers(text, pieces, rule), properties: held }]
  })
}

/** Text without the pieces that hold for other profiles. */
function withoutOthers(text: string, pieces: readonly ConditionalPiece[], rule: ProfileRule): string {
  const parts: string[] = []
  let done = 0
  for (const { from, to, profiles } of pieces) {
    const holds = rule(profiles)
    if (to <= done || holds === 'surely' || holds === 'likely') continue
    const start = Math.max(from, done)
    parts.push(text.slice(done, start), text.slice(start, to).replaceAll(/[^\n]/g, ' '))
    done = to
  }
  return `${parts.join('')}${text.slice(done)}`
}
