import type { Vulnerability } from '../model/index.ts'

/** The same for a vulnerability. */
export function nameOfVulnerability(vulnerability: Vulnerability, platform: string): string {
  return nameOf(vulnerability.id, platform, subjectOfVulnerability(vulnerability), vulnerability.package.path)
}

/** The package that has a vulnerability, as the gate names it. */
export function subjectOfVulnerability({ package: { name, version, purl } }: Vulnerability): string {
  return purl ?? `${name}@${version}`
}

/** What identifies a finding among its kind on one platform. */
export function nameOf(id: string, platform: string, subject: string, path: string | undefined): string {
  return `${id}\0${platform}\0${subject}\0${path ?? ''}`
}
