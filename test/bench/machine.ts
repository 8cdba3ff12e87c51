import { cpus, totalmem } from 'node:os'

/** The machine on which something was measured, for the head of a table: cores, memory, Node. */
export function machine(): string {
  return `${cpus().length} cores (${cpus()[0]?.model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.versions.node}`
}
