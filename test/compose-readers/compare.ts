import { DeliveryError } from '../../src/model/errors.ts'
import { open, ours, type Project } from './ours.ts'
import type { Answer, Service } from './theirs.ts'

/** What compose-go reads in a project and Loadline does not; nothing where the two agree, or compose-go refuses the project. */
export function differences(project: Project, answer: Answer): string[] {
  if (answer.services === undefined) return []
  const read = readOrFault(project)
  if (typeof read === 'string') return [`refused: ${read}`]
  const names = new Set([...Object.keys(answer.services), ...Object.keys(read)])
  return [...names].flatMap((name) => {
    const [own, other] = [read[name], answer.services?.[name]]
    if (own === undefined || other === undefined)
      return [`${name} is read by ${own === undefined ? 'compose-go' : 'Loadline'} alone`]
    return (Object.keys(other) as Array<keyof Service>)
      .filter((key) => !isEqual(sorted(own[key]), sorted(other[key])))
      .map((key) => `${name}.${key}: ${JSON.stringify(own[key])}, and compose-go ${JSON.stringify(other[key])}`)
  })
}

function readOrFault(project: Project): Record<string, Service> | string {
  try {
    return ours(project)
  } catch (error) {
    if (error instanceof DeliveryError) return error.message
    throw error
  }
}

/** Lists whose order means nothing. */
function sorted(value: unknown): unknown {
  return Array.isArray(value)
    ? value
        .map((item) => JSON.stringify(item))
        .toSorted()
        .map((item) => JSON.parse(item) as unknown)
    : value
}

/** Equal, where what is open stands for anything. */
function isEqual(own: unknown, other: unknown): boolean {
  if (own === open) return true
  if (typeof own !== 'object' || own === null) return own === other
  if (typeof other !== 'object' || other === null) return false
  const keys = Object.keys(own)
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => isEqual((own as Record<string, unknown>)[key], (other as Record<string, unknown>)[key]))
  )
}
