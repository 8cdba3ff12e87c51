import { violationsOf, type Proposal, type Repair } from '../repair.ts'

/** A base referenced by tag is pinned to the digest that was judged. */
export const baseDigest: Repair = {
  id: 'base-digest',
  title: 'Bases are pinned to the digest that was built on and judged',
  answers: ['base-pinned'],
  propose({ file, image, ...situation }) {
    const loose = violationsOf(situation, 'base-pinned')
    if (loose.length === 0) return {}
    const pinned = (image.base?.images ?? []).filter(
      ({ pinnedBy, digest, substitute }) => pinnedBy === 'nobody' && digest !== undefined && substitute === undefined,
    )
    const proposals = pinned.flatMap(({ reference, written, digest }): Proposal[] => {
      const places = file.images.filter(
        (one) => one.reference === reference && file.text.slice(one.start, one.end).endsWith(written),
      )
      return places.length === 0
        ? []
        : [
            {
              repair: `${baseDigest.id} ${written}`,
              what: `${written} by its digest`,
              equal: true,
              edits: places.map(({ end }) => ({ start: end, end, text: `@${digest}` })),
            },
          ]
    })
    return {
      proposals,
      remains: [
        {
          rule: 'base-pinned',
          text: 'Run "loadline lock": it writes every digest and its date into loadline.lock.json, including those of bases that a build argument names.',
        },
      ],
    }
  },
}
