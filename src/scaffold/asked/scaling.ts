import { isMapping, type AskedChange } from './change.ts'

/** More than an application has, whatever its load. */
const mostReplicas = 1000

function countOf(value: unknown): number {
  return typeof value === 'number' || (typeof value === 'string' && /^\d+$/.test(value)) ? Number(value) : Number.NaN
}

/** "Raise maxReplicas": as many as are wanted, and never fewer at least than one that may be replaced while another fails. */
function between(least: string, most: string): AskedChange['undo'] {
  return (generated, existing) => {
    if (!isMapping(generated) || !isMapping(existing)) return existing
    const [from, to] = [countOf(existing[least]), countOf(existing[most])]
    const fits = Number.isInteger(from) && Number.isInteger(to) && from <= to && to <= mostReplicas
    const spelled = [least, most].every((key) => typeof existing[key] === typeof generated[key])
    return fits && spelled && from >= countOf(generated[least])
      ? { ...existing, [least]: generated[least], [most]: generated[most] }
      : existing
  }
}

function noFewer(generated: unknown, existing: unknown): unknown {
  return Number.isInteger(existing) && countOf(existing) >= countOf(generated) && countOf(existing) <= mostReplicas
    ? generated
    : existing
}

export const askedScaling: readonly AskedChange[] = [
  { file: /\/horizontal-pod-autoscaler\.yaml$/, at: /^\/0\/spec$/, undo: between('minReplicas', 'maxReplicas') },
  { file: /\/ecs\/scalable-target\.json$/, at: /^\/0$/, undo: between('MinCapacity', 'MaxCapacity') },
  { file: /\/ecs\/service\.json$/, at: /^\/0\/desiredCount$/, undo: noFewer },
  {
    file: /\/cloud-run\/service\.yaml$/,
    at: /^\/0\/spec\/template\/metadata\/annotations$/,
    undo: between('autoscaling.knative.dev/minScale', 'autoscaling.knative.dev/maxScale'),
  },
]
