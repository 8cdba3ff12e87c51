import type { Owner, Violation, Vulnerability } from '../model/index.ts'

/** What a rule says about one vulnerability of one package; the finding has the rest. */
interface Said {
  platform: string
  /** Omitted if the rule is about the run and not about what somebody added. */
  owner?: Owner
  wanted: string
  /** After the name and version of the package. */
  found: string
  /** What to do instead of the usual: to update at once, or to remove the package. */
  remedy?: string
}

/** A vulnerability that denies at any severity, because of what is known about its exploitation. */
export function foundInPackage(finding: Vulnerability, { platform, owner, wanted, found, remedy }: Said): Violation {
  const { name, version, purl, path } = finding.package
  return {
    id: finding.id,
    subject: purl ?? `${name}@${version}`,
    severity: finding.severity,
    platform,
    wanted,
    found: `${name} ${version}, ${found}`,
    remedy: remedy ?? remedyOf(finding),
    ...(path === undefined ? {} : { location: { path, within: 'image' } }),
    ...(finding.url === undefined ? {} : { url: finding.url }),
    ...(owner === undefined ? {} : { owner }),
  }
}

function remedyOf({ fixedVersion, package: { name, version } }: Vulnerability): string {
  return fixedVersion
    ? `Update ${name} to ${fixedVersion} at once.`
    : `No fix is published for ${name} ${version}: remove it, or take the image out of service.`
}
