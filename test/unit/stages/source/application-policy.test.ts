import { expect, it } from 'vitest'
import { applicationPolicy } from '../../../../src/stages/source/application-policy.ts'

it('opens the policy of the source only where none was given, and only where there is one', async () => {
  const broken = async () => Promise.reject(new Error('it is a directory, has 2 MB or is no UTF-8'))
  const given = { path: 'given.yaml', text: 'version: 1\n' }
  expect(await applicationPolicy(given, ['Dockerfile', 'loadline.yaml'], broken)).toBe(given)
  expect(await applicationPolicy(undefined, ['Dockerfile'], broken)).toBeUndefined()
  await expect(applicationPolicy(undefined, ['loadline.yaml'], broken)).rejects.toThrow('it is a directory')
  expect(await applicationPolicy(undefined, ['loadline.yaml'], async () => Promise.resolve('version: 1\n'))).toEqual({
    path: 'loadline.yaml',
    text: 'version: 1\n',
  })
})
