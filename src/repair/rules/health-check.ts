import { posix } from 'node:path'
import { compiledCheck } from '../compiled-check.ts'
import { shippedInstructions } from '../dockerfile-file.ts'
import { arrayText, replacing } from '../kept-remarks.ts'
import { withPortVariable } from '../port-variable.ts'
import { violationsOf, type Repair, type Seen, type Situation } from '../repair.ts'

/** A health check for the port and path on which the running image was seen to answer, with a program in the image. */
export const healthCheck: Repair = {
  id: 'health-check',
  title:
    'A health check probes the port and path on which the running image was seen to answer, with a program in the image, or with one that is compiled beside a Go, Java or Rust application',
  answers: ['healthcheck', 'DL3057'],
  propose(situation) {
    if (violationsOf(situation, 'healthcheck').length === 0) return {}
    const { seen } = situation.image
    if (seen === undefined)
      return remains('The image was not seen to answer: first it must start under hardening, and listen on a TCP port.')
    const { port, path = '' } = seen
    const asked = port === undefined ? undefined : asking(situation, { ...seen, port })
    const own = asked === undefined || port === undefined ? undefined : withPortVariable(situation, asked, port)
    const made =
      own !== undefined || port === undefined || seen.path === undefined
        ? undefined
        : compiledCheck(situation, urlOf({ ...seen, port }))
    const command = own ?? made?.command
    if (command === undefined)
      return remains(
        port === undefined
          ? 'Its own health check passes, but the port on which it answers is unknown.'
          : `It answers on ${port}${path}, but has no program that can check that: add one to the application, e.g. an option that sends the request and exits.`,
      )
    const patience = Math.max(5, Math.ceil(seen.readySeconds * 3))
    const line = `HEALTHCHECK --interval=30s --timeout=5s --start-period=${patience}s --retries=3 CMD ${arrayText(command)}`
    const existing = shippedInstructions(situation.file).findLast(({ keyword }) => keyword === 'HEALTHCHECK')
    return {
      proposals: [
        {
          repair: healthCheck.id,
          what: `probes ${port}${path}, which was seen to answer`,
          equal: false,
          ...made?.more,
          ...(existing === undefined
            ? { tail: [...(made?.more.tail ?? []), line] }
            : {
                edits: [...(made?.more.edits ?? []), replacing(situation.file, existing, { ...existing, text: line })],
              }),
        },
      ],
    }
  },
}

/** The address on which the image listens, as it is called from within. */
function hostOf({ listens, port }: { listens: readonly string[]; port: number }): string {
  return listens.some((one) => /^(127\.0\.0\.1|0\.0\.0\.0|\[::\]):/.test(one) && one.endsWith(`:${port}`))
    ? '127.0.0.1'
    : '[::1]'
}

function urlOf(seen: { listens: readonly string[]; port: number; path?: string | undefined }): string {
  return `http://${hostOf(seen)}:${seen.port}${seen.path ?? ''}`
}

function remains(text: string) {
  return { remains: [{ rule: 'healthcheck' as const, text }] }
}

/**
 * A command that exits with 0 if the image answers. The interpreter that runs the application is present as long as the
 * application is.
 */
function asking({ image }: Situation, { port, path, listens }: Seen & { port: number }): string[] | undefined {
  const { entrypoint = [], cmd = [] } = image.configuration ?? {}
  const words = [...entrypoint, ...cmd].flatMap((word) => word.split(/\s+/))
  const host = hostOf({ listens, port })
  const url = urlOf({ listens, port, path })
  const runs = (names: RegExp) => words.find((word) => names.test(posix.basename(word)))
  const has = (name: string) =>
    image.packages.some(
      (one) => one.name === name && /^(debian|ubuntu|alpine|wolfi|redhat|fedora|rocky|alma|amazon)/.test(one.type),
    )
  const brings = (type: string) => image.packages.some((one) => one.type === type)
  const python = runs(/^python[0-9.]*$/) ?? (brings('python-pkg') ? 'python3' : undefined)
  if (python !== undefined)
    return path === undefined
      ? [
          python,
          '-c',
          `import socket; socket.create_connection(("${host.replaceAll(/[[\]]/g, '')}", ${port}), 3).close()`,
        ]
      : [python, '-c', `import urllib.request; urllib.request.urlopen("${url}", timeout=3).close()`]
  const node =
    runs(/^node(js)?$/) ?? (brings('node-pkg') || runs(/^(npm|npx|yarn|pnpm)$/) !== undefined ? 'node' : undefined)
  if (node !== undefined)
    return path === undefined
      ? [
          node,
          '-e',
          `require("net").connect(${port}, "${host.replaceAll(/[[\]]/g, '')}").on("connect", () => process.exit(0)).on("error", () => process.exit(1))`,
        ]
      : [
          node,
          '-e',
          `require("http").get("${url}", {timeout: 3000}, (answer) => process.exit(answer.statusCode < 400 ? 0 : 1)).on("error", () => process.exit(1)).on("timeout", () => process.exit(1))`,
        ]
  const bash = image.configuration?.shells.find((shell) => posix.basename(shell) === 'bash')
  const connection = `exec 3<>/dev/tcp/${host.replaceAll(/[[\]]/g, '')}/${port}`
  if (path === undefined && has('busybox')) return ['nc', '-z', '-w', '3', host, String(port)]
  if (path === undefined) return bash === undefined ? undefined : [bash, '-c', connection]
  if (has('curl'))
    return ['curl', '--fail', '--silent', '--show-error', '--max-time', '3', '--output', '/dev/null', url]
  if (has('wget') || has('busybox')) return ['wget', '-q', '-T', '3', '-O', '/dev/null', url]
  return bash === undefined ? undefined : [bash, '-c', `${connection} && ${bashRequest(path)}`]
}

/** A request by bash itself, which opens connections where Debian and Ubuntu compile it. */
function bashRequest(path: string): string {
  const request = String.raw`GET ${path} HTTP/1.0\r\nHost: localhost\r\n\r\n`
  return `printf '${request}' >&3 && read -r -t 3 answer <&3 && [[ $answer == HTTP/*' '[23]* ]]`
}
