import { isUnknown, showUnknown } from '../formats/unknown-value.ts'

/**
 * Who a container's user is, as written: `name[:group]` or `id[:group]`, as Docker reads it. Without a name before the
 * colon it is root.
 */
export function userKind(written: string): 'root' | 'unknown' | 'other' {
  const name = (written.split(':')[0] ?? '').trim()
  if (isUnknown(name)) return /^[+-]?\d*[1-9]\d*/.test(name) ? 'other' : 'unknown'
  // Kubernetes reads numbers by YAML 1.1, which also has 0b0 and 0_0.
  if (name === '' || /^[+-]?0(?:[box]?[0_]*0)?$/i.test(name) || name === 'root') return 'root'
  return /^(containeradministrator|nt authority\\system)$/i.test(name) ? 'root' : 'other'
}

/** The message for an unknown user. */
export function unknownUser(written: string): string {
  return `user ${showUnknown(written)}: its value is unknown here`
}
