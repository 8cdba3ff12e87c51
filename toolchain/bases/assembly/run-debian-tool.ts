import type { AssembleContext } from '../../image.ts'

/**
 * The modification time of every file in a base, in seconds: 2 January 1980.
 * A day later than the earliest time that ZIP archives (wheels among them) can hold, in every time zone.
 */
export const LAYER_TIME = 315_619_200

/**
 * Arguments for `/usr/bin/env` that start a Debian tool with a known environment: what a developer's shell exports
 * (interpreter shims in PATH, pip and certificate settings) must not reach maintainer scripts. Only proxies pass through.
 */
export function cleanEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  extra: Record<string, string> = {},
): string[] {
  const variables: Record<string, string> = {
    PATH: '/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: '/root',
    LC_ALL: 'C.UTF-8',
    DEBIAN_FRONTEND: 'noninteractive',
    DEBCONF_NONINTERACTIVE_SEEN: 'true',
    SOURCE_DATE_EPOCH: String(LAYER_TIME),
  }
  for (const name of ['http_proxy', 'https_proxy', 'no_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY']) {
    const value = environment[name]
    if (value !== undefined) variables[name] = value
  }
  return ['-i', ...Object.entries({ ...variables, ...extra }).map(([name, value]) => `${name}=${value}`)]
}

/**
 * Starts a program with the permissions that Debian's packages expect of new files: on a hardened machine the umask of root is stricter,
 * and the image's user could not enter directories that maintainer scripts make. Perl, because every Debian has it.
 */
const USUAL_UMASK = ['perl', '-e', 'umask 022; exec { $ARGV[0] } @ARGV or die "$ARGV[0]: $!\\n"', '--']

/**
 * Runs a program of Debian in a clean environment, and gives its standard output.
 *
 * @param options.variables added to the environment.
 */
export async function runDebianTool(
  context: AssembleContext,
  command: readonly string[],
  options: { cwd?: string; variables?: Record<string, string> } = {},
): Promise<string> {
  return context.run(
    '/usr/bin/env',
    [...cleanEnvironment(process.env, options.variables), ...USUAL_UMASK, ...command],
    options.cwd === undefined ? {} : { cwd: options.cwd },
  )
}
