import type { Violation } from '../../model/index.ts'
import { ownerOfPath, ownersOn } from '../owners.ts'
import { collectedOf, onEveryPlatform, type Rule } from '../rule.ts'

/**
 * Programs that run with their owner's privileges, or with their own capabilities, are the usual way from an
 * unprivileged user to root; a device node is another.
 */
export const setuid: Rule = {
  id: 'setuid',
  title: 'No setuid or setgid programs, file capabilities or device nodes',
  needs: ['configuration'],
  severities: ['medium'],
  remedy:
    'Remove the file, or strip it in the instruction that adds it (chmod a-s, setcap -r, setfacl -b); a distroless base has none.',
  source: 'CIS Docker Benchmark 1.6.0, 4.8',
  judge({ evidence }) {
    const images = collectedOf(evidence, 'configuration').map(({ platform, value }) => {
      const files = [
        ...value.setuid.map(({ path, mode }) => ({ path, wanted: 'no setuid or setgid bit', found: `mode ${mode}` })),
        ...(value.privileges ?? []).map(({ path, kind, detail }) => ({ path, ...privilege[kind](detail) })),
      ]
      return { platform, value, files, text: `${files.length} ${files.length === 1 ? 'file' : 'files'}` }
    })
    const violations = images.flatMap(({ platform, value, files }) => {
      const owners = ownersOn(evidence, platform)
      return files.map(({ path, wanted, found }): Violation => ({
        id: path,
        subject: '',
        severity: 'medium',
        platform,
        wanted,
        found,
        remedy: setuid.remedy,
        location: { path, within: 'image' },
        owner: ownerOfPath(owners, value, path),
      }))
    })
    return { wanted: 'none', found: onEveryPlatform(images), violations }
  },
}

const privilege = {
  capabilities: (detail: string) => ({ wanted: 'no file capabilities', found: detail }),
  writers: (detail: string) => ({
    wanted: 'no write access through an access control list',
    found: `writable by ${detail}`,
  }),
  device: (detail: string) => ({ wanted: 'no device node outside /dev', found: detail }),
} as const
