import { AuditTree } from '../src/audit/audit-tree.ts'
import { classify, type AuditFile } from '../src/audit/classify.ts'
import type { Audit } from '../src/audit/document.ts'
import { evaluateAudit } from '../src/audit/evaluate-controls.ts'
import { askForOthers, readInputs, withoutIgnored, type Classifications } from '../src/audit/read-inputs.ts'
import { DeliveryError } from '../src/model/errors.ts'
import { readRun } from '../src/model/read-run.ts'
import { defaultPolicy, loadPolicy, type PolicyText } from '../src/policy/index.ts'

/** What is audited. */
export interface AuditRequest {
  files: readonly AuditFile[]
  /** Files that were found but not read, and why. */
  passedOver?: ReadonlyArray<{ path: string; reason: string }>
  /** Returns another file, for compose files that name it; undefined if there is none. Throws `SOURCE` if it is outside the tree. */
  open: (path: string) => Promise<string | undefined>
  /** Renders charts and kustomizations; if absent, the report says for each that it was not rendered. */
  render?: (
    files: readonly AuditFile[],
  ) => Promise<Pick<AuditRequest, 'files'> & Required<Pick<AuditRequest, 'passedOver'>>>
  /** A `docker run` command line. */
  dockerRun?: string | undefined
  /** A verdict.json: section 4 is then judged by its evidence instead of the Dockerfile. */
  verdict?: { path: string; text: string } | undefined
  /** The policy whose exceptions, build arguments and ignored paths apply. */
  policy?: PolicyText | undefined
  /** Whether finding nothing to judge is acceptable. */
  allowEmpty?: boolean
  now: Date
}

/**
 * Audits build files, deployments and a run by the CIS Docker Benchmark. Needs no engine. Throws before judging
 * anything if a named input cannot be read.
 */
export async function audit(request: AuditRequest): Promise<Audit> {
  const { files, passedOver = [], dockerRun, verdict, now, allowEmpty = false } = request
  const policy =
    request.policy === undefined ? defaultPolicy : loadPolicy(request.policy.text, request.policy.path, now)
  const run = verdict === undefined ? undefined : { ...verdict, run: readRun(verdict.text, verdict.path) }
  const { kept, ignored } = withoutIgnored(files, policy)
  const rendered = (await request.render?.(kept)) ?? { files: kept, passedOver: [] }
  const classified = { files: rendered.files.map(classify), ignored }
  const tree = await openedTree(request, classified)
  const notRead = [...passedOver, ...rendered.passedOver]
  const audited = readInputs({
    classified,
    tree,
    passedOver: notRead,
    dockerRun,
    run,
    policy,
    policyPath: request.policy?.path,
  })
  return evaluateAudit(audited, { policy, now, allowEmpty })
}

/** The files, and those that compose files name: each is opened when a reading asks for it, until none asks for anything new. */
async function openedTree({ files, open }: AuditRequest, classified: Classifications): Promise<AuditTree> {
  const tree = new AuditTree(files)
  for (const { file, documents, kind } of classified.files) if (kind === 'compose') tree.keep(file.path, documents)
  for (const file of classified.files) {
    do {
      for (const path of tree.missing) tree.add(path, await open(path).catch(asFault))
      askForOthers(file, tree)
    } while (tree.missing.size > 0)
  }
  return tree
}

function asFault(error: unknown): DeliveryError {
  if (error instanceof DeliveryError) return error
  throw error
}
