/** What generated files leave to a release or to an administrator, and what may stand there instead. */
const placeholders: ReadonlyArray<readonly [placeholder: RegExp, instead: string]> = [
  [/sha256:0{64}/, 'sha256:[0-9a-f]{64}'],
  // A region may be one of another partition: China, the government's, or one of its own.
  [/\barn:aws:/, 'arn:aws(?:-cn|-us-gov|-eusc|-iso(?:-[bef])?):'],
  [/(?<=REGION)\.amazonaws\.com\b/, '\\.amazonaws\\.com\\.cn'],
  [/\b0{12}\b/, '\\d{12}'],
  [/\bREGION\b/, '[a-z]{2,4}(?:-[a-z]+)+-\\d'],
  [/\bsubnet-PRIVATE-[A-C]\b/, 'subnet-[0-9a-f]{8,17}'],
  [/^sg-[a-z0-9-]+$/, 'sg-[0-9a-f]{8,17}'],
  [/\bTARGET-GROUP\b/, '[0-9a-f]{16}'],
  [/\bPROJECT\b/, '[a-z][a-z0-9-]{4,28}[a-z0-9]'],
  [/\bCLUSTER\b/, '[A-Za-z0-9][A-Za-z0-9_-]{0,99}'],
  [/\bBUCKET\b/, '[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]'],
  [/\bACCESS-LOGS\b/, '[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]'],
  [/\bKEY-ID\b/, '(?:mrk-[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})'],
  [/\bCERTIFICATE-ID\b/, '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'],
  [/\bISSUER-ID\b/, '[0-9A-F]{32}'],
  [/\b(?:DATABASE|REDIS)-HOST\b/, '[a-z0-9-]+(?:\\.[a-z0-9-]+)+'],
  // The network of Cloud Run, which may be of another project, and the namespaces that an application in a cluster works with.
  [/"default"/, '"(?:projects/[a-z][a-z0-9-]+/(?:global|regions/[a-z0-9-]+)/(?:sub)?networks/)?[a-z][a-z0-9-]{0,61}"'],
  [/^(?:ingress|monitoring|observability|data|secret-store|gateway)$/, '[a-z0-9]+(?:-[a-z0-9]+)*'],
  [/\.(?:observability|data)\.svc\b/, '\\.[a-z0-9]+(?:-[a-z0-9]+)*\\.svc'],
]

/** Whether a text is the generated one with every placeholder kept, or replaced by what may stand there. */
export function fitsText(generated: string, existing: string): boolean {
  return generated === existing || new RegExp(`^${formOf(generated)}$`).test(existing)
}

/** What stands at each place of a text that can be filled in; undefined where it is not the generated one. One that goes on is a part of it, without a sign that stands for several others. */
export function placedIn(generated: string, existing: string, goesOn: boolean): readonly string[] | undefined {
  return new RegExp(`^${formOf(generated)}${goesOn ? '[^*?$]+\\*?' : ''}$`).exec(existing)?.slice(1)
}

function formOf(generated: string): string {
  const form = placeholders.reduce(
    (parts, [placeholder, instead]) =>
      parts.flatMap((part) =>
        typeof part !== 'string'
          ? [part]
          : part
              .split(new RegExp(`(${placeholder.source})`))
              .map((piece, index) => (index % 2 === 0 ? piece : { pattern: `(${escaped(piece)}|${instead})` })),
      ),
    [generated] as Array<string | { pattern: string }>,
  )
  return form.map((part) => (typeof part === 'string' ? escaped(part) : part.pattern)).join('')
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/-]/g, '\\$&')
}
