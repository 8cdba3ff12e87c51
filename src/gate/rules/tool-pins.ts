import type { Evidence, Platform, ToolIdentity, Violation } from '../../model/index.ts'
import { namesDigest } from '../../formats/image-reference.ts'
import { ownTools, tools } from '../../tools/images.ts'
import type { Rule } from '../rule.ts'

const pinned: ReadonlyMap<string, string> = new Map(
  [...Object.values(tools), ...Object.values(ownTools)].map(({ name, version }) => [name, version]),
)

/** Evidence is as good as the tool behind it: a different version may read less, and a tag may be a different program tomorrow. */
export const toolPins: Rule = {
  id: 'tool-pins',
  title: 'Every tool is the pinned one',
  needs: [],
  severities: ['unknown'],
  means: 'undecided',
  remedy:
    'Omit your own pins (--tools), or write them for this version ("loadline tools --output FILE"), and collect the evidence again.',
  source: 'SLSA 1.0, build requirements; NIST SP 800-204D, 5.1: tools of a pipeline are pinned by digest',
  judge({ evidence }) {
    const used = toolsOf(evidence)
    const violations = used.flatMap(({ kind, platform, tool }): Violation[] => {
      const version = pinned.get(tool.name)
      const fault =
        version === undefined
          ? 'is not a tool of this Loadline'
          : version !== tool.version
            ? `is not version ${version}`
            : namesDigest(tool.reference)
              ? undefined
              : 'is not pinned by digest'
      if (fault === undefined) return []
      const wanted = version === undefined ? 'a tool that this Loadline pins' : `${tool.name} ${version}, by digest`
      return [
        {
          id: tool.name,
          subject: kind,
          severity: 'unknown',
          ...(platform === undefined ? {} : { platform }),
          wanted,
          found: `${tool.name} ${tool.version} (${tool.reference}), which ${fault}`,
          remedy: toolPins.remedy,
        },
      ]
    })
    const names = [...new Set(used.map(({ tool }) => `${tool.name} ${tool.version}`))].toSorted()
    return {
      wanted: 'each by digest, in the version that this Loadline pins',
      found: names.join(', ') || 'no tool',
      violations,
    }
  },
}

/** The tool behind each existing piece of evidence; missing evidence is up to the rule `evidence`. */
function toolsOf({
  lint,
  platforms,
}: Evidence): Array<{ kind: string; platform: Platform | undefined; tool: ToolIdentity }> {
  const cells = platforms.flatMap(({ archive, evidence: kinds }) =>
    Object.entries(kinds).map(([kind, cell]) => ({ kind, platform: archive.platform as Platform | undefined, cell })),
  )
  return [{ kind: 'lint', platform: undefined, cell: lint }, ...cells].flatMap(({ kind, platform, cell }) =>
    cell?.status === 'collected' ? [{ kind, platform, tool: cell.tool }] : [],
  )
}
