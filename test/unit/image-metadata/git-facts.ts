import type { GitFacts } from '../../../src/model/index.ts'

/** A clean commit on main with the tag of its release. */
export function released(changes: Partial<GitFacts> = {}): GitFacts {
  return {
    repository: 'https://git.example.com/shop/orders',
    revision: '3f5a0c9d21b7e84f6a10c2d3e4f5a6b7c8d9e0f1',
    committedAt: '2026-11-20T09:30:00.000Z',
    branch: 'main',
    tags: ['v1.4.0'],
    allTags: ['v1.2.0', 'v1.3.9', 'v1.4.0', 'v2.0.0-rc.1', 'nightly'],
    dirty: false,
    ...changes,
  }
}
