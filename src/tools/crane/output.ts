/** What a registry answered, as far as it decides what to do next. */
export type RegistryAnswer = 'missing' | 'denied' | 'unreachable' | 'other'

/** Reads crane's error text. Crane has one exit code for everything, so the registry's own words decide. */
export function readRegistryError(stderr: string): RegistryAnswer {
  if (/\b(MANIFEST_UNKNOWN|NAME_UNKNOWN|404 Not Found)\b/.test(stderr)) return 'missing'
  if (/\b(UNAUTHORIZED|DENIED|401 Unauthorized|403 Forbidden)\b/.test(stderr)) return 'denied'
  if (/connection refused|no such host|i\/o timeout|connection reset|EOF|TLS handshake|50[0234] /.test(stderr)) return 'unreachable'
  return 'other'
}
