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
  /** Files that were met and not read, and why. */
  passedOver?: ReadonlyArray<{ path: string; reason: string }>
  /** Gives a file beside those, for compose files; undefined where there is none. Throws `SOURCE` where it lies outside of the tree. */
  open: (path: string) => Promise<string | undefined>
  /** Renders charts and kustomizations; where it is absent, the report says of each that it is not rendered. */
  render?: (
    files: readonly AuditFile[],
  ) => Promise<Pick<AuditRequest, 'files'> & Required<Pick<AuditRequest, 'passedOver'>>>
  /** A `docker run` line. */
  dockerRun?: string | undefined
  /** A verdict.json: section 4 then reads its evidence, and not the Dockerfile. */
  verdict?: { path: string; text: string } | undefined
  /** Whose exceptions, build arguments and list of what is ignored count. */
  policy?: PolicyText | undefined
  /** True where it is no fault that nothing is there to judge. */
  allowEmpty?: boolean
  now: Date
}

/** Audits build files, deployments and a run by the CIS Docker Benchmark. Needs no engine. Throws before anything is judged where an input that a person named cannot be read. */
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

/** The files, and those beside them that compose files name: each is opened when a reading asks for it, until one asks for nothing new. */
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
