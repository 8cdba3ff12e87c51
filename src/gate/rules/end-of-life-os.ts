import type { Violation } from '../../model/index.ts'
import { collectedOf, onEveryPlatform, type Rule } from '../rule.ts'

/** A distribution past its end of life gets no more advisories: its findings stop, its vulnerabilities do not. */
export const endOfLifeOs: Rule = {
  id: 'end-of-life-os',
  title: 'The distribution is still supported',
  needs: ['vulnerabilities'],
  severities: ['high'],
  remedy: 'Build on a release that its distribution still supports.',
  source: "CIS Docker Benchmark 1.6.0, 4.4; the distribution's end-of-life date, as Trivy knows it",
  judge({ evidence }) {
    const images = collectedOf(evidence, 'vulnerabilities').map(({ platform, value: { os } }) => ({
      platform,
      os,
      text: os ? `${os.family} ${os.version}${os.endOfLife ? ', past its end of life' : ''}` : 'no distribution',
    }))
    const violations = images.flatMap(({ platform, os, text }): Violation[] =>
      os?.endOfLife === true
        ? [
            {
              id: `${os.family} ${os.version}`,
              subject: '',
              severity: 'high',
              platform,
              wanted: 'a supported release',
              found: text,
              remedy: endOfLifeOs.remedy,
            },
          ]
        : [],
    )
    return { wanted: 'a supported release', found: onEveryPlatform(images), violations }
  },
}
