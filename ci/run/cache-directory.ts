import { homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'

/**
 * Where Loadline keeps what can be fetched or made again: `LOADLINE_CACHE`, else `$XDG_CACHE_HOME/loadline`, else
 * `~/.cache/loadline`. A relative `XDG_CACHE_HOME` is ignored, as its specification requires.
 */
export function cacheDirectory(env: NodeJS.ProcessEnv = process.env): string {
  if (env['LOADLINE_CACHE']) return resolve(env['LOADLINE_CACHE'])
  const xdg = env['XDG_CACHE_HOME']
  return join(xdg && isAbsolute(xdg) ? xdg : join(homedir(), '.cache'), 'loadline')
}
