import type { Run, SuppressionKind } from '../model/index.ts'
import { age, counted, moment } from '../model/measures.ts'
import { portOf } from '../model/port-of.ts'

/** Something that a reader must know to interpret the verdict. */
export interface Notice {
  title: string
  text: string
  items: string[]
}

/**
 * The conditions of a run: an image that was not built here, substituted bases, the example database, where the policy
 * comes from, the earlier verdict that it was compared with, an earlier run that counted, a port below 1024, a missing signature, uncommitted changes, a tag that was
 * not moved, other tools' ignore files, other scanners' findings, and tags that another release has moved.
 */
export function notices(run: Run): Notice[] {
  return [
    ...unsignedNotice(run),
    ...givenNotice(run),
    ...dirtyNotice(run),
    ...latestNotice(run),
    ...sealedNotice(run),
    ...exampleNotice(run),
    ...policyNotice(run),
    ...baselineNotice(run),
    ...reusedNotice(run),
    ...lowPortNotice(run),
    ...suppressionNotice(run),
    ...additionalNotice(run),
    ...overtakenNotice(run),
  ]
}

function unsignedNotice(run: Run): Notice[] {
  if (run.release?.unsigned === undefined) return []
  return [
    {
      title: 'Released without a signature',
      text: `${run.release.unsigned}. Nobody can verify this release until it is signed.`,
      items: [],
    },
  ]
}

function givenNotice({ subject: { image, dockerfile } }: Run): Notice[] {
  if (image === undefined) return []
  const without =
    'There is no Dockerfile: nothing was linted, it is unknown what the image is built on, and whether findings belong to the base or the application.'
  const beside = `${dockerfile} was linted too, but nothing proves that the image was built from it.`
  return [
    {
      title: 'Not built here',
      text: `The image already existed and was judged as it is. ${dockerfile === undefined ? without : beside} It is unknown who built it, and from which source.`,
      items: [`${image.form}: ${image.name}`],
    },
  ]
}

function dirtyNotice({ subject: { revision } }: Run): Notice[] {
  if (revision?.dirty !== true) return []
  return [
    {
      title: 'Uncommitted changes',
      text: `The source was commit ${revision.revision} with uncommitted changes: nobody else can rebuild this image.`,
      items: [],
    },
  ]
}

function latestNotice({ release }: Run): Notice[] {
  if (release?.latestWithheld === undefined) return []
  return [
    {
      title: 'The tag latest was not moved',
      text: `It is unknown whether this is the newest version: ${release.latestWithheld}. Fetch the full history with every tag, or add the tag with your own rule.`,
      items: [],
    },
  ]
}

function sealedNotice(run: Run): Notice[] {
  if (run.mode !== 'sealed') return []
  const substituted = new Set<string>()
  for (const { evidence } of run.evidence?.platforms ?? []) {
    if (evidence.base.status !== 'collected') continue
    for (const image of evidence.base.value.images) {
      if (image.substitute !== undefined)
        substituted.add(
          `${image.reference} → ${image.substitute}${image.digest === undefined ? '' : `, ${image.digest}`}`,
        )
    }
  }
  return [
    {
      title: 'Sealed network',
      text:
        substituted.size === 0
          ? 'No container registry could be reached. Tools were compiled from published source, and no base image was substituted.'
          : `No container registry could be reached: ${counted(substituted.size, 'base image')} of the Dockerfile ${substituted.size === 1 ? 'was' : 'were'} substituted by ${substituted.size === 1 ? 'one' : 'ones'} assembled from distribution packages. An image built on the published base has a different digest and needs its own verdict.`,
      items: [...substituted].sort(),
    },
  ]
}

function exampleNotice(run: Run): Notice[] {
  const described = new Map<string, string>()
  const judgedAt = run.verdict?.binding.at ?? run.startedAt
  for (const { name, coverage, updatedAt, digest } of run.verdict?.binding.databases ?? []) {
    if (coverage === 'example')
      described.set(digest, `${name}, updated ${updatedAt.slice(0, 10)}, ${age(updatedAt, judgedAt)}`)
  }
  for (const { evidence } of run.evidence?.platforms ?? []) {
    if (evidence.vulnerabilities.status !== 'collected') continue
    const { name, coverage, updatedAt, digest, ecosystems } = evidence.vulnerabilities.value.database
    if (coverage !== 'example') continue
    const advisories = Object.values(ecosystems).reduce((sum, count) => sum + count, 0)
    described.set(
      digest,
      `${name}, ${counted(advisories, 'advisory', 'advisories')} for ${Object.keys(ecosystems).sort().join(', ') || 'no ecosystem'}, updated ${updatedAt.slice(0, 10)}, ${age(updatedAt, judgedAt)}`,
    )
  }
  if (described.size === 0) return []
  return [
    {
      title: 'Example vulnerability database',
      text: 'Vulnerabilities were looked up in the small database of Loadline’s own examples. It demonstrates the gate; its lack of findings for a package proves nothing about that package.',
      items: [...described.values()].sort(),
    },
  ]
}

function policyNotice(run: Run): Notice[] {
  if (run.policy?.origin === 'default')
    return [
      {
        title: 'Default policy',
        text: 'No policy file was found, so Loadline’s default policy applied.',
        items: [],
      },
    ]
  const layers = run.policy?.layers ?? []
  if (!layers.some(({ role }) => role === 'organisation')) return []
  return [
    {
      title: 'Organisation policy',
      text: `The policy has ${counted(layers.length, 'layer')}: each says what differs from the one before it, and an application’s file cannot change what the organisation’s file locks.`,
      items: layers.map(({ role, name, digest }) => `${role}: ${name}, ${digest}`),
    },
  ]
}

function baselineNotice(run: Run): Notice[] {
  const baseline = run.verdict?.binding.baseline
  if (run.verdict === undefined || baseline === undefined) return []
  const known = run.verdict.results.flatMap((result) => result.known ?? [])
  const said =
    known.length === 0
      ? 'No rejecting finding was known from it'
      : `${counted(known.length, 'finding')} that would reject ${known.length === 1 ? 'is' : 'are'} known from it and ${known.length === 1 ? 'does' : 'do'} not`
  return [
    {
      title: 'Compared with an earlier verdict',
      text: `${said}. It was judged ${moment(baseline.at)}, ${age(baseline.at, run.verdict.binding.at)}; a finding known for longer than the policy allows counts again.`,
      items: [
        `document ${baseline.digest}`,
        ...baseline.images.map(({ platform, digest }) => `image ${platform} ${digest}`),
      ],
    },
  ]
}

function reusedNotice({ evidence }: Run): Notice[] {
  const earlier = (evidence?.platforms ?? []).flatMap(({ archive: { platform }, evidence: { runtime } }) => {
    const reused = runtime.status === 'collected' ? runtime.value.reused : undefined
    return reused === undefined ? [] : [{ platform, ...reused }]
  })
  if (earlier.length === 0) return []
  const said = earlier.map(({ platform, startedAt }) => `${platform} run at ${moment(startedAt)}, reused`).join('; ')
  return [
    {
      title: 'An earlier run under hardening',
      text: `The policy lets it count (runtime.reuse): ${said}. The same bytes were started under the same conditions then, and it went well; they were not started again.`,
      items: earlier.map(({ platform, kernel }) => `${platform} on ${kernel}`),
    },
  ]
}

/** Every image that is started runs as a user other than root. */
function lowPortNotice({ evidence }: Run): Notice[] {
  const listening = (evidence?.platforms ?? []).flatMap(({ evidence: { runtime } }) =>
    runtime.status === 'collected' ? runtime.value.listens : [],
  )
  const ports = listening.flatMap((address) => portOf(address) ?? []).filter((port) => port < 1024)
  if (ports.length === 0) return []
  return [
    {
      title: 'A port below 1024',
      text: 'It listens there without being root, as Docker since 20.10 and containerd since 2.0 allow. On a cluster that does not, give the pod the sysctl net.ipv4.ip_unprivileged_port_start, or let it listen on a higher port.',
      items: [...new Set(ports)].toSorted((left, right) => left - right).map((port) => `port ${port}`),
    },
  ]
}

const kindNames: Readonly<Record<SuppressionKind, string>> = {
  openvex: 'OpenVEX',
  trivyignore: 'Trivy',
  hadolint: 'hadolint',
}

/** The most lines of a list; the rest is counted. */
const mostItems = 20

/** Other tools' ignore files in the source: readers of the verdict must know which of them had an effect. */
function suppressionNotice(run: Run): Notice[] {
  const files = run.suppressions ?? []
  if (files.length === 0) return []
  const honoured = files.filter((file) => file.honoured)
  const lines = files.flatMap(({ kind, path, honoured: isHonoured, entries, left }) => [
    `${path} (${kindNames[kind]}): ${isHonoured ? `honoured, ${counted(entries, 'exception')}` : 'found and not honoured'}`,
    ...left.map((line) => `${path}: not taken over: ${line}`),
  ])
  const cut = lines.length - mostItems
  return [
    {
      title: 'Other tools’ ignore files',
      text: `${honoured.length === 0 ? 'None is honoured.' : `The policy honours ${honoured.map(({ path }) => path).join(', ')}.`} Files that the policy does not name were not read, and no tool saw them.`,
      items: cut > 0 ? [...lines.slice(0, mostItems), `and ${counted(cut, 'more line')}: see verdict.json`] : lines,
    },
  ]
}

function additionalNotice({ evidence }: Run): Notice[] {
  const files = evidence?.additional ?? []
  if (files.length === 0) return []
  return [
    {
      title: 'Other scanners’ findings',
      text: `${counted(files.length, 'scan')} of other scanners ${files.length === 1 ? 'was' : 'were'} judged too. Their findings were added and replace nothing; what they scanned is known only from what they report.`,
      items: files.map(
        ({ name, digest, scanner, images, findings }) =>
          `${scanner.name}${scanner.version === undefined ? '' : ` ${scanner.version}`}: ${counted(findings.length, 'finding')}, about ${images.length === 0 ? 'an image that it does not name' : images.join(', ')} (${name}, ${digest})`,
      ),
    },
  ]
}

function overtakenNotice(run: Run): Notice[] {
  const overtaken = run.release?.overtaken ?? []
  if (run.release === undefined || overtaken.length === 0) return []
  return [
    {
      title: 'Overtaken',
      text: `${run.release.digest} was published and tagged, but another release moved ${overtaken.length === 1 ? 'the tag' : `${counted(overtaken.length, 'tag')}`} right afterwards. Pulling by tag gives the other image, which has its own verdict; this one is available by digest.`,
      items: overtaken.map(({ tag, digest }) => `${tag} → ${digest}`),
    },
  ]
}
