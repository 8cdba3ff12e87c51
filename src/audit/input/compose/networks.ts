import { canBe } from '../../../formats/unknown-value.ts'
import { fact } from '../facts.ts'
import type { Container, Fact } from '../../container.ts'
import { at, find, listOf, textOf, type Placed } from '../placed.ts'

/** The engine's own networks, whatever a project calls them. */
const ofEngine = /^(host|none|bridge)$/

/**
 * The networks that a service joins, or whose network it shares: its `network_mode`, or one of the project's networks
 * that is one of the engine's.
 */
export function networksOf(
  service: Placed,
  project: ReadonlyMap<string, Placed>,
): { networks?: Fact<string[]>; shared?: Container['namespaces']['network'] } {
  const mode = at(service, 'network_mode')
  const joined = namesOf(at(service, 'networks'))
  // Without any, it is on the default network.
  const networks = joined.length === 0 ? {} : { networks: fact(service, joined) }
  if (mode !== undefined) return { ...networks, shared: fact(mode, textOf(mode)) }
  const real = (joined.length > 0 ? joined : ['default']).map((name) => realNetwork(name, project.get(name)))
  const shared = real.find((network) => network !== undefined)
  return shared === undefined ? networks : { ...networks, shared }
}

/** The engine's network that a project's network stands for, if it is one. */
function realNetwork(name: string, network: Placed | undefined): Fact<string> | undefined {
  const external = find(network, 'external')
  const named = find(network, 'name') ?? find(external, 'name')
  const driver = find(network, 'driver')
  if (driver !== undefined && /^(host|none)$/.test(textOf(driver))) return fact(driver, textOf(driver))
  const isOthers = external !== undefined && external.value !== false
  const own = named ?? (isOthers ? { ...external, value: name } : undefined)
  if (own === undefined) return undefined
  const real = textOf(own)
  return ofEngine.test(real) || (isOthers && canBe(real, 'host')) ? fact(own, real) : undefined
}

function namesOf(placed: Placed | undefined): string[] {
  return placed?.value instanceof Map ? [...placed.value.keys()] : listOf(placed).map(textOf)
}
