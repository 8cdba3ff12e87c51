import { z } from 'zod'
import { DeliveryError } from '../model/errors.ts'
import { Digest, type Run } from '../model/index.ts'

/** What the run of an image under hardening has measured, of all its platforms the most. */
export const Measured = z.strictObject({
  /** Images that were run. */
  images: z.array(Digest).min(1, 'the digest of an image'),
  /** Peak of the memory that the kernel cannot reclaim, in bytes. */
  peakMemory: z.int('whole bytes').min(1, 'at least one byte'),
  /** From the start to the first answer, while every system call was followed. */
  readySeconds: z.number('seconds').min(0, 'seconds'),
  /** Whether it wrote to /tmp. */
  temporary: z.boolean('true or false'),
})
export type Measured = z.infer<typeof Measured>

/** Reads it from a verdict document. Throws `USAGE` unless every platform that was run became ready. */
export function measuredIn(run: Run): Measured {
  const ran = (run.evidence?.platforms ?? []).flatMap(({ archive, evidence: { runtime } }) =>
    runtime.status === 'collected' && runtime.value.outcome !== 'not-run'
      ? [{ digest: archive.digest, run: runtime.value }]
      : [],
  )
  const failed = ran.find((one) => one.run.outcome !== 'ready')
  if (ran.length === 0 || failed !== undefined)
    throw new DeliveryError(
      'USAGE',
      `expected a verdict in which the image became ready under hardening, found ${failed === undefined ? 'no run' : `"${failed.run.outcome}"${failed.run.reason === '' ? '' : `: ${failed.run.reason}`}`}`,
      'Give the verdict.json of a "loadline build-and-scan" in which the image was started.',
    )
  return {
    images: ran.map(({ digest }) => digest),
    peakMemory: Math.max(...ran.map((one) => one.run.peakMemory)),
    readySeconds: Math.max(...ran.map((one) => one.run.readySeconds ?? 0)),
    temporary: ran.some((one) => one.run.usedTmpfs.includes('/tmp')),
  }
}
