import type { ReportedFinding } from './reported-finding.ts'

/** Merges equal findings on several platforms, in the order of their first appearance. Changes the findings. */
export function foldPlatforms(findings: readonly ReportedFinding[]): ReportedFinding[] {
  const spread = idsOnSeveral(findings)
  const firsts = new Map<string, ReportedFinding>()
  return findings.filter((finding) => {
    if (!spread.has(finding.id)) return true
    const key = contentOf(finding)
    const first = firsts.get(key)
    if (first === undefined) firsts.set(key, finding)
    // Two remarks on one platform are two findings even if they are worded alike.
    const repeated = first !== undefined && finding.platforms.some((platform) => first.platforms.includes(platform))
    if (first === undefined || finding.platforms.length === 0 || repeated) return true
    first.platforms = [...first.platforms, ...finding.platforms].sort()
    return false
  })
}

/** The IDs that findings on different platforms have. Of an image for one platform, this leaves nothing to compare. */
function idsOnSeveral(findings: readonly ReportedFinding[]): Set<string> {
  const platforms = new Map<string, string>()
  const several = new Set<string>()
  for (const finding of findings) {
    const here = finding.platforms.join()
    const before = platforms.get(finding.id)
    if (before === undefined) platforms.set(finding.id, here)
    else if (before !== here) several.add(finding.id)
  }
  return several
}

/** Everything about a finding that must be equal on the platforms that it is one finding on. */
function contentOf(finding: ReportedFinding): string {
  const { state, kind, rule, id, subject, severity, found, location, owner } = finding
  return [
    state,
    kind,
    rule,
    id,
    subject,
    severity,
    found,
    location?.path,
    location?.line,
    location?.column,
    finding.vulnerability?.package.path,
    owner === undefined ? '' : JSON.stringify(owner),
    finding.exception === undefined ? '' : JSON.stringify(finding.exception),
  ].join('\0')
}
