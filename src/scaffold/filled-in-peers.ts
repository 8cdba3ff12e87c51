import { z } from 'zod'
import { isMapping, type AskedChange } from './asked/change.ts'

/** Who a NetworkPolicy lets in or out. */
const Peer = z.strictObject({ ipBlock: z.strictObject({ cidr: z.string() }) })
const Neighbour = z.strictObject({
  namespaceSelector: z.strictObject({
    matchLabels: z.strictObject({ 'kubernetes.io/metadata.name': z.string() }),
  }),
})

/** Addresses that generated policies leave to an administrator, and the namespace of databases. */
const left = /^(?:192\.0\.2|198\.51\.100|203\.0\.113)\.0\/24$/
const ofData = 'data'

/** RFC 1918 and RFC 6598: addresses that no route of the internet has. */
const privateRanges = /^(?:10|192\.168|172\.(?:1[6-9]|2\d|3[01])|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\./

/** Where clouds say who a machine is and hand out its credentials, and the node itself: AWS and most others, Azure, Alibaba, Oracle. IPv6 is allowed nowhere. */
const ofMachines = [
  '0.0.0.0/8',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '168.63.129.16/32',
  '100.100.100.200/32',
  '192.0.0.0/24',
]

/** Addresses of nobody in particular. */
const ofGroups = '224.0.0.0/3'

/** A wider block is a whole network, and no longer the subnets of one thing. */
const widest = 16

/**
 * Whether a list of peers is a generated one in which addresses were filled in: private subnets in place of those that nobody has, one or several, or in place of the namespace of databases where these
 * are outside of the cluster, or that namespace in place of addresses where they are inside.
 */
export function isFilledInPeers(generated: readonly unknown[], existing: readonly unknown[]): boolean {
  const own = generated.filter((peer) => !isLeft(peer))
  const given = existing.filter((peer) => !own.some((other) => JSON.stringify(other) === JSON.stringify(peer)))
  return (
    own.length < generated.length &&
    existing.length === own.length + given.length &&
    given.length > 0 &&
    given.every(
      (peer) =>
        generated.some((other) => JSON.stringify(other) === JSON.stringify(peer)) || mayStandThere(peer, generated),
    )
  )
}

/** Whether a generated peer is one that an administrator may replace. */
function isLeft(peer: unknown): boolean {
  const block = Peer.safeParse(peer)
  if (block.success) return left.test(block.data.ipBlock.cidr)
  return namespaceOf(peer) === ofData
}

function mayStandThere(peer: unknown, generated: readonly unknown[]): boolean {
  const block = Peer.safeParse(peer)
  if (block.success) return isPrivateSubnet(block.data.ipBlock.cidr)
  // Only a database that may be outside may also be inside.
  return isNamespaceOfOthers(peer) && generated.some((other) => blockOf(other) === '192.0.2.0/24')
}

function blockOf(peer: unknown): string | undefined {
  const block = Peer.safeParse(peer)
  return block.success ? block.data.ipBlock.cidr : undefined
}

function namespaceOf(peer: unknown): string | undefined {
  const found = Neighbour.safeParse(peer)
  return found.success ? found.data.namespaceSelector.matchLabels['kubernetes.io/metadata.name'] : undefined
}

function isPrivateSubnet(cidr: string): boolean {
  return isOfOthers(cidr) && privateRanges.test(cidr) && sizeOf(cidr) >= widest
}

/** Whether it is a block without any address of a machine's own. */
function isOfOthers(cidr: string): boolean {
  return z.cidrv4().safeParse(cidr).success && ![...ofMachines, ofGroups].some((other) => overlap(cidr, other))
}

const sizeOf = (cidr: string) => Number(cidr.split('/')[1])

function overlap(one: string, other: string): boolean {
  const common = 2 ** (32 - Math.min(sizeOf(one), sizeOf(other)))
  const [first, second] = [one, other].map((cidr) => Math.floor(addressOf(cidr) / common))
  return first === second
}

function addressOf(cidr: string): number {
  return (cidr.split('/')[0] ?? '').split('.').reduce((all, part) => all * 256 + Number(part), 0)
}

/** The ports of a node's kubelet, which runs commands in any pod. */
const ofKubelet = [10_250, 10_255]

const Ports = z
  .array(z.strictObject({ protocol: z.enum(['TCP', 'UDP', 'SCTP']).optional(), port: z.int().min(1).max(65_535) }))
  .min(1)
  .refine((ports) => ports.every(({ port }) => !ofKubelet.includes(port)))
const AddedRule = z.strictObject({ to: z.array(z.unknown()).min(1), ports: Ports })

/** Fewer than this many addresses of the internet are those of one service. */
const narrowestPublic = 24

/** "Outgoing traffic to it is not allowed until you allow it": to named ports of named namespaces, of private subnets, or of few addresses of the internet. */
function withoutAllowed(generated: unknown, existing: unknown): unknown {
  if (!Array.isArray(generated) || !Array.isArray(existing)) return existing
  // Peers may be filled in, so a generated rule is known by its ports, in their order.
  let next = 0
  return existing.filter((rule: unknown) => {
    if (next < generated.length && portsOf(rule) === portsOf(generated[next])) {
      next += 1
      return true
    }
    return !isAllowed(rule)
  })
}

function portsOf(rule: unknown): string {
  return JSON.stringify(isMapping(rule) ? rule['ports'] : undefined) ?? ''
}

function isAllowed(rule: unknown): boolean {
  const { success, data } = AddedRule.safeParse(rule)
  return success && data.to.every((peer) => isNarrow(peer))
}

const Pods = z.strictObject({
  podSelector: z.strictObject({ matchLabels: z.record(z.string(), z.string()) }),
  namespaceSelector: z.unknown().optional(),
})

function isNarrow(peer: unknown): boolean {
  const cidr = blockOf(peer)
  if (cidr !== undefined) return isPrivateSubnet(cidr) || isPublicPart(cidr)
  const pods = Pods.safeParse(peer)
  if (!pods.success) return isNamespaceOfOthers(peer)
  const { podSelector, namespaceSelector } = pods.data
  const labelled = Object.keys(podSelector.matchLabels).length > 0
  return labelled && (namespaceSelector === undefined || namespaceOf({ namespaceSelector }) !== undefined)
}

/** A namespace, and not one of the cluster's own, where a pod may be the node. */
function isNamespaceOfOthers(peer: unknown): boolean {
  return namespaceOf(peer)?.startsWith('kube-') === false
}

function isPublicPart(cidr: string): boolean {
  return isOfOthers(cidr) && sizeOf(cidr) >= narrowestPublic
}

export const askedOfNetwork: readonly AskedChange[] = [
  { file: /\/network-policy\.yaml$/, at: /^\/1\/spec\/egress$/, undo: withoutAllowed },
]
