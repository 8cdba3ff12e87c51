import { evaluateAudit } from '../src/audit/evaluate.ts'
import { readInputs, type AuditFile } from '../src/audit/read-inputs.ts'
import { filesNamedBy, isCompose } from '../src/audit/input/compose.ts'
import { readManifest } from '../src/audit/input/placed.ts'
import type { Audit } from '../src/audit/document.ts'
import { defaultPolicy, loadPolicy, type PolicyText } from '../src/policy/index.ts'
import { readRun } from '../src/report/index.ts'

/** What is audited. */
export interface AuditRequest {
  files: readonly AuditFile[]
  /** Gives a file beside those, for `extends` and `include`; undefined where there is none. Throws `SOURCE` where it lies outside of the tree. */
  open: (path: string) => Promise<string | undefined>
  /** A `docker run` line. */
  dockerRun?: string | undefined
  /** A verdict.json: section 4 then reads its evidence, and not the Dockerfile. */
  verdict?: { path: string; text: string } | undefined
  /** Whose exceptions count; without one, none. */
  policy?: PolicyText | undefined
  now: Date
}

/** Audits build files, deployments and a run by the CIS Docker Benchmark. Needs no engine. Throws before anything is judged where an input cannot be read. */
export async function audit(request: AuditRequest): Promise<Audit> {
  const policy =
    request.policy === undefined ? defaultPolicy : loadPolicy(request.policy.text, request.policy.path, request.now)
  const run =
    request.verdict === undefined
      ? undefined
      : { ...request.verdict, run: readRun(request.verdict.text, request.verdict.path) }
  const others = await openNamed(request)
  const audited = readInputs({
    files: request.files,
    open: (path) => others.get(path),
    dockerRun: request.dockerRun,
    run,
  })
  return evaluateAudit(audited, policy, request.now)
}

/** Files that compose files extend and include, and what those do, and so on. */
async function openNamed({ files, open }: AuditRequest): Promise<Map<string, string>> {
  const known = new Map(files.map(({ path, text }) => [path, text]))
  const waiting = files
    .filter(
      ({ path, text }) =>
        /\.ya?ml$/i.test(path) && /\b(extends|include)\b/.test(text) && isCompose(readManifest(text, path)[0], path),
    )
    .map(({ path }) => path)
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    for (const wanted of filesNamedBy(readManifest(known.get(path) ?? '', path))) {
      if (known.has(wanted)) continue
      const text = await open(wanted)
      if (text === undefined) continue
      known.set(wanted, text)
      waiting.push(wanted)
    }
  }
  return known
}
