/** What can be configured by environment variables. */
export interface Settings {
  /** PORT */
  port: number
  /** LOG_LEVEL */
  logLevel: (typeof logLevels)[number]
  /** FLAGS_LIMIT: how many flags are kept at most. */
  flagsLimit: number
}

const logLevels = ['debug', 'info', 'warn', 'error'] as const

/** Reads the settings. Throws with the variable's name, what was wanted and what was found. */
export function readSettings(env: Record<string, string | undefined>): Settings {
  return {
    port: wholeNumber(env, 'PORT', 3000, 65535),
    logLevel: oneOf(env, 'LOG_LEVEL', 'info'),
    flagsLimit: wholeNumber(env, 'FLAGS_LIMIT', 10_000, 1_000_000),
  }
}

function wholeNumber(
  env: Record<string, string | undefined>,
  name: string,
  otherwise: number,
  highest: number,
): number {
  const text = env[name]
  if (text === undefined || text === '') return otherwise
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < 1 || value > highest) {
    throw new Error(`${name} is "${text}"; wanted a whole number from 1 to ${highest}`)
  }
  return value
}

function oneOf(
  env: Record<string, string | undefined>,
  name: string,
  otherwise: Settings['logLevel'],
): Settings['logLevel'] {
  const text = env[name]
  if (text === undefined || text === '') return otherwise
  const found = logLevels.find((level) => level === text)
  if (found === undefined) throw new Error(`${name} is "${text}"; wanted one of ${logLevels.join(', ')}`)
  return found
}
