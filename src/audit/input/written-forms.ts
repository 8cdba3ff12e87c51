import { isUnknown, showUnknown } from '../../formats/unknown-value.ts'
import type { Mount, PortRange, PublishedPort, Truth } from '../container.ts'

// Short syntaxes shared by compose files and `docker run`.

/** `[[ip:][host]:]container[/protocol]`, with ranges; undefined if it is not valid. */
export function readPort(written: string): PublishedPort | undefined {
  const [, address = '', protocol = 'tcp'] = /^(.*?)(?:\/([a-z]+))?$/is.exec(written) ?? []
  if (!/^(tcp|udp|sctp)$/i.test(protocol)) return undefined
  const parts = address.split(':')
  const container = readRange(parts.pop() ?? '')
  const written_host = parts.pop() ?? ''
  const host = readRange(written_host)
  const hostIp = parts.join(':').replace(/^\[(.*)\]$/, '$1')
  const isIp = parts.length === 0 || isUnknown(hostIp) || /^[0-9a-f.:%]*$/i.test(hostIp) || hostIp === 'localhost'
  if (container === undefined || (host === undefined && written_host !== '') || !isIp) return undefined
  return { hostIp, host, container, protocol: protocol.toLowerCase(), written: showUnknown(written) }
}

/** `8000` or `8000-8010`; `unknown` if a variable decides; undefined if it is neither. */
export function readRange(text: string): PortRange {
  if (isUnknown(text)) return 'unknown'
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text)
  return match === null ? undefined : [Number(match[1]), Number(match[2] ?? match[1])]
}

/** `[source:]target[:options]` of --volume and of compose's short syntax, with Windows drive letters and pipes. */
export function readVolume(written: string): Mount {
  const parts = written.split(/:(?<!^[A-Za-z]:|:[A-Za-z]:)/)
  const [first = '', second, options = ''] =
    parts.length === 1 ? ['', parts[0]] : [parts[0], parts[1], parts.slice(2).join(':')]
  const words = options.split(',')
  return {
    kind: isPath(first) ? 'bind' : 'volume',
    source: first,
    target: second ?? '',
    readOnly: words.includes('ro') || words.includes('readonly'),
    propagation: words.find((word) => /^r?(shared|slave|private)$/.test(word)) ?? '',
  }
}

/**
 * A source that is a path is a bind mount, anything else a volume. One that starts with an unknown value can be either,
 * and is treated as a path, the riskier one.
 */
export function isPath(source: string): boolean {
  return /^([./~\uE000]|[A-Za-z]:|\\\\)/.test(source)
}

/**
 * The directory or disk of the host that options of a volume (`device` and `o` of its driver) are another name for, or a
 * view of; undefined if there is none.
 */
export function hostSource(device: string, how: string): string | undefined {
  const [, lower] = /(?:^|,)lowerdir=([^,:]+)/.exec(how) ?? []
  return lower ?? (/(^|,)r?bind(,|$)/.test(how) || device.startsWith('/dev/') ? device : undefined)
}

/** The values of --security-opt and security_opt: `name=value`, `name:value`, or the name alone. */
export function readSecurityOption(written: string): { name: string; value: string } {
  const match = /^([\w-]+)(?:[=:](.*))?$/s.exec(written)
  return { name: match?.[1] ?? written, value: match?.[2] ?? '' }
}

/** The value of the security option no-new-privileges, which may have none. */
export function refusesPrivileges(value: string): Truth {
  return isUnknown(value) ? 'unknown' : value !== 'false'
}

/** What a security option lays open that engines mask: all of /proc and /sys, or in Podman's words the paths that it names; undefined for any other. */
export function unmaskedBy({ name, value }: { name: string; value: string }): string | undefined {
  const isOpen = name === 'systempaths' ? value === 'unconfined' || isUnknown(value) : name === 'unmask'
  return isOpen ? `${name}=${value}: /proc and /sys are not masked` : undefined
}

/** `/path:options` of a tmpfs. */
export function readTmpfs(written: string): Mount {
  return { kind: 'tmpfs', source: '', target: written.split(':')[0] ?? '', readOnly: false, propagation: '' }
}
