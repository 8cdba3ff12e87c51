import { groupBy } from '../../model/group-by.ts'
import type { Code } from './setting.ts'

interface Declared {
  name: string
  code: Code
}

/** What a name means in a file, of several things with that name: the file's own, what it imports, or the nearest. */
export type Meaning<T> = (name: string, code: Code) => T | undefined

export function meanings<T extends Declared>(all: readonly T[]): Meaning<T> {
  const named = groupBy(all, ({ name }) => name)
  return (name, code) => {
    const candidates = named.get(name) ?? []
    if (candidates.length < 2) return candidates[0]
    return (
      candidates.findLast((one) => one.code.path === code.path) ??
      candidates.find((one) => isImported(one, code.text)) ??
      nearest(candidates, code.path)
    )
  }
}

/** Whether a line imports the name from a module that is called as the file of what has it: `from app.settings import Base`, `use crate::settings::Base`. */
function isImported({ name, code }: Declared, text: string): boolean {
  const parts = code.path.replace(/(?:\/(?:__init__|mod|lib|main))?\.\w+$/, '').split('/')
  const module = parts.at(-1) ?? ''
  const lines = new RegExp(
    `\\bfrom[ \\t]+[\\w.]*\\b${module}[ \\t]+import\\b[^\\n]{0,200}\\b${name}\\b|\\b${module}::(?:\\w+::)*(?:${name}\\b|\\{[^{}]{0,400}\\b${name}\\b)`,
  )
  return /^\w+$/.test(module) && lines.test(text)
}

/** The one whose path has most in common with another. */
function nearest<T extends Declared>(candidates: readonly T[], path: string): T | undefined {
  const shared = ({ code }: Declared) => {
    const other = code.path.split('/')
    const differs = path.split('/').findIndex((part, index) => part !== other[index])
    return differs === -1 ? other.length : differs
  }
  return candidates.reduce((best, one) => (shared(one) >= shared(best) ? one : best))
}
