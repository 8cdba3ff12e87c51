import { describe, expect, it } from 'vitest'
import { admissionPolicy } from '../../../pipelines/admission.ts'
import {
  comparable,
  Decisions,
  decidingPrograms,
  decisionsPath,
  policyTexts,
  Question,
  recordedRegistry,
} from '../../exhaustive/admission/decisions.ts'
import { read } from '../../repo/source-files.ts'

const recorded = Decisions.parse(JSON.parse(read(decisionsPath)))
const publicKey = '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n'

/** If one of these fails: npm run test:exhaustive -- admission. */
describe('what admission controllers have decided', () => {
  it('was decided by the programs that are named now, as often yes as no is asked for', () => {
    expect(recorded.programs).toEqual(decidingPrograms())
    for (const controller of ['kyverno', 'policy-controller']) {
      const answers = recorded.decisions.filter(({ question }) => question.controller === controller)
      expect(new Set(answers.map(({ admitted }) => admitted))).toEqual(new Set([true, false]))
    }
  })

  it.each(Object.entries(recorded.policies))('is about the policy that is written now: %s', (key, text) => {
    const { controller, image, policy, source, maximumAge, anyPolicy = false } = Question.parse(JSON.parse(key))
    const written = admissionPolicy({
      controller,
      image: `${recordedRegistry}/${image}`,
      identity: { kind: 'key', publicKey, transparencyLog: 'none' },
      application: { path: 'loadline.yaml', text: policyTexts()[policy] },
      anyPolicy,
      now: new Date(),
      ...(source === undefined ? {} : { source }),
      ...(maximumAge === undefined ? {} : { maximumAge }),
    })
    expect(comparable(written, recordedRegistry).trimEnd()).toBe(text)
  })
})
