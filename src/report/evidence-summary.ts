import type { Evidence, PlatformEvidence } from '../model/index.ts'
import { byteSize, counted, wholeNumber, moment } from '../model/measures.ts'

type Values = { [K in keyof PlatformEvidence]: Extract<PlatformEvidence[K], { status: 'collected' }>['value'] }

/** What a collector found on one platform, in one line and without judging it. */
export function evidenceSummary<K extends keyof PlatformEvidence>(kind: K, value: Values[K]): string {
  return summaries[kind](value)
}

/** What the linter and BuildKit's checks found, in one line. */
export function lintSummary({
  findings,
  unread,
  checks,
  pragmas,
}: Extract<Evidence['lint'], { status: 'collected' }>['value']): string {
  return [
    unread === undefined
      ? findings.length === 0
        ? 'no remarks'
        : counted(findings.length, 'remark')
      : `not read by the linter from line ${unread.line} on`,
    ...(checks.length === 0 ? [] : [`${counted(checks.length, 'warning')} of BuildKit`]),
    ...(pragmas.length === 0 ? [] : [`${counted(pragmas.length, 'comment')} that silence it`]),
  ].join(', ')
}

const summaries: { [K in keyof Values]: (value: Values[K]) => string } = {
  vulnerabilities: ({ findings, packageCount, os, uncovered }) =>
    [
      `${findings.length === 0 ? 'none known' : counted(findings.length, 'finding')} in ${counted(packageCount, 'package')}`,
      os === undefined ? 'no operating system' : `${os.family} ${os.version}${os.endOfLife ? ', end of life' : ''}`,
      ...(uncovered.length === 0 ? [] : [`not covered: ${uncovered.join(', ')}`]),
    ].join('; '),
  secrets: ({ findings, search }) => {
    const found = findings.length === 0 ? 'none found' : `${wholeNumber(findings.length)} found`
    if (search === undefined) return found
    const unread = search.notLookedAt.reduce((sum, { files }) => sum + files, 0)
    return [
      `${found} in ${counted(search.files, 'file')} of ${byteSize(search.bytes)}`,
      ...(search.known.length === 0 ? [] : [`${counted(search.known.length, 'place')} that may be published`]),
      ...(unread === 0 ? [] : [`${counted(unread, 'place')} not searched`]),
    ].join(', ')
  },
  licenses: ({ packages }) => {
    const named = new Set<string>()
    for (const { licenses } of packages) for (const license of licenses) named.add(license)
    const without = packages.filter(({ licenses }) => licenses.length === 0).length
    return `${counted(named.size, 'licence')} in ${counted(packages.length, 'package')}${without === 0 ? '' : `, ${wholeNumber(without)} without one`}`
  },
  structure: ({ tests }) =>
    `${wholeNumber(tests.filter(({ passed }) => passed).length)} of ${counted(tests.length, 'test')} passed`,
  sbom: ({ documents }) =>
    documents.map(({ format, components }) => `${format} with ${counted(components, 'component')}`).join(', ') ||
    'no document',
  size: ({ unpacked, compressed, layers, efficiency, wasted }) =>
    `${byteSize(unpacked)} unpacked, ${byteSize(compressed)} compressed, in ${counted(layers.length, 'layer')}; ${(efficiency * 100).toFixed(1)} % efficient, ${byteSize(wasted)} wasted`,
  runtime: ({ outcome, reason, readySeconds, peakMemory, refusedWrites, stop, reused }) => {
    if (outcome !== 'ready' || readySeconds === undefined || stop === undefined)
      return outcome === 'not-asked'
        ? 'not run: the policy does not require it'
        : `${outcome.replace('-', ' ')}: ${reason}`
    const ended = stop.forced
      ? 'killed'
      : stop.exit.signal === undefined
        ? `exit code ${stop.exit.code}`
        : `terminated by ${stop.exit.signal}`
    return [
      `ready after ${readySeconds.toFixed(1)} s`,
      `${byteSize(peakMemory)} peak memory`,
      refusedWrites.length === 0 ? 'no refused write' : counted(refusedWrites.length, 'refused write'),
      `${ended} within ${stop.seconds.toFixed(1)} s of ${stop.signal}`,
      ...(reused === undefined ? [] : [`run at ${moment(reused.startedAt)}, reused`]),
    ].join(', ')
  },
  configuration: ({ user, exposedPorts, setuid, shells, healthcheck }) =>
    [
      user === '' ? 'no user set' : `user ${user}`,
      exposedPorts.length === 0 ? 'no ports' : `ports ${exposedPorts.join(', ')}`,
      healthcheck === undefined ? 'no health check' : 'health check',
      counted(setuid.length, 'setuid file'),
      shells.length === 0 ? 'no shell' : counted(shells.length, 'shell'),
    ].join(', '),
  base: ({ images }) =>
    images
      .filter(({ final }) => final)
      .map(({ reference, pinnedBy }) => `${reference}, ${pinned[pinnedBy]}`)
      .join('; ') || 'no base',
}

const pinned = {
  dockerfile: 'pinned by the Dockerfile',
  lock: 'pinned by the lock file',
  nobody: 'not pinned',
  scratch: 'nothing to pin',
} as const
