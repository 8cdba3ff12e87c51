import type { Mount, PublishedPort } from '../container.ts'

// Short forms that compose files and `docker run` share.

/** `[[ip:][host]:]container[/protocol]`, with ranges; undefined where it is none. */
export function readPort(written: string): PublishedPort | undefined {
  const match =
    /^(?:(?:\[(?<six>[0-9a-fA-F:.%]+)\]|(?<four>[^:[\]]+)):(?=[^:]*:))?(?:(?<host>[\d-]*):)?(?<container>\d+(?:-\d+)?)(?:\/(?:tcp|udp|sctp))?$/.exec(
      written,
    )
  if (match?.groups === undefined) return undefined
  const { six, four, host = '', container = '' } = match.groups
  return { hostIp: six ?? four ?? '', host: readRange(host), container: readRange(container), written }
}

export function readRange(text: string): [number, number] | undefined {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text)
  return match === null ? undefined : [Number(match[1]), Number(match[2] ?? match[1])]
}

/** `[source:]target[:options]` of --volume and of the short form in compose. A source that is a path is a bind mount, anything else a volume. */
export function readVolume(written: string): Mount {
  const parts = written.split(':')
  const [first = '', second, options = ''] =
    parts.length === 1 ? ['', parts[0]] : [parts[0], parts[1], parts.slice(2).join(':')]
  const words = options.split(',')
  return {
    kind: /^[./~]|^\$|^[A-Za-z]:\\/.test(first) ? 'bind' : 'volume',
    source: first,
    target: second ?? '',
    readOnly: words.includes('ro'),
    propagation: words.find((word) => /^r?(shared|slave|private)$/.test(word)) ?? '',
  }
}

/** What --security-opt and security_opt say: `name=value`, `name:value`, or the name alone. */
export function readSecurityOption(written: string): { name: string; value: string } {
  const match = /^([\w-]+)(?:[=:](.*))?$/s.exec(written)
  return { name: match?.[1] ?? written, value: match?.[2] ?? '' }
}
