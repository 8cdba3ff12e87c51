import { compareText, type Owner } from '../model/index.ts'
import type { ReportedFinding } from './reported-finding.ts'

/** The findings that one owner can fix, most severe first. */
export interface OwnerGroup {
  /** `Application`, `Build stage`, `Base image`, `Image as a whole` or `Unknown owner`. */
  title: string
  /** Which one: the instruction, the stage, the base. Empty if the title is unique. */
  name: string
  /** The Dockerfile line where it starts, if known. */
  line: number | undefined
  findings: ReportedFinding[]
}

/** Findings by owner: first what the Dockerfile itself adds, instruction by instruction, then the base, then what belongs to no layer. */
export function ownerGroups(findings: readonly ReportedFinding[]): OwnerGroup[] {
  const groups = new Map<string, OwnerGroup>()
  for (const finding of findings) {
    const about = describe(finding.owner)
    // A Dockerfile line is one instruction, however much of it each collector quotes.
    const key =
      about.title === titles.application && about.line !== undefined
        ? `${about.title}\0${about.line}`
        : `${about.title}\0${about.name}\0${about.title === titles.build ? '' : about.line}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { ...about, findings: [finding] })
    else {
      group.findings.push(finding)
      if (about.name.length > group.name.length) group.name = about.name
      if (about.line !== undefined && (group.line === undefined || about.line < group.line)) group.line = about.line
    }
  }
  return [...groups.values()].sort(
    (left, right) =>
      order.indexOf(left.title) - order.indexOf(right.title) ||
      (left.line ?? Infinity) - (right.line ?? Infinity) ||
      compareText(left.name, right.name),
  )
}

const titles = {
  application: 'Application',
  build: 'Build stage',
  base: 'Base image',
  whole: 'Image as a whole',
  unknown: 'Unknown owner',
} as const
const order: readonly string[] = Object.values(titles)

function describe(owner: Owner | undefined): Omit<OwnerGroup, 'findings'> {
  switch (owner?.kind) {
    case undefined:
      return { title: titles.whole, name: '', line: undefined }
    case 'application':
      return { title: titles.application, name: owner.instruction, line: owner.line }
    case 'build':
      return { title: titles.build, name: owner.stage, line: owner.line }
    case 'base':
      return { title: titles.base, name: owner.reference, line: owner.line }
    case 'unknown':
      return { title: titles.unknown, name: '', line: undefined }
  }
}
