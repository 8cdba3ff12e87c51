import { describe, expect, it } from 'vitest'
import { proposeRepair, type RepairPatch } from '../../../../ci/github/repair-pull-request.ts'
import { serveRepository } from './served-repository.ts'

const commit = 'a'.repeat(40)

const patch: RepairPatch = {
  branch: 'main',
  commit,
  files: [{ path: 'services/orders/Dockerfile', content: 'FROM scratch\n' }],
  title: 'Repair',
  text: 'why',
}

describe('a repair', () => {
  it('is a pull request from a branch of its own, based on the judged commit', async () => {
    const { place, refs, pulls, trees } = await serveRepository()
    expect(await proposeRepair(place, patch)).toEqual({
      url: 'https://git.example.com/acme/shop/pull/1',
      isNew: true,
    })
    const [[ref = '', sha] = []] = [...refs]
    expect([ref, sha]).toEqual([
      expect.stringMatching(/^refs\/heads\/loadline\/repair-[0-9a-f]{16}$/),
      'commit of tree-1',
    ])
    expect(pulls).toEqual([
      { head: ref.replace('refs/heads/', ''), base: 'main', title: 'Repair', body: 'why', state: 'open' },
    ])
    expect(trees).toEqual([{ base_tree: 'tree-before', tree: [{ ...patch.files[0], mode: '100644', type: 'blob' }] }])
  })

  it('is not proposed again, even after its pull request was closed; another one is', async () => {
    const { place, refs, pulls } = await serveRepository()
    await proposeRepair(place, patch)
    for (const pull of pulls) pull.state = 'closed'
    expect(await proposeRepair(place, { ...patch, commit: 'b'.repeat(40) })).toMatchObject({ isNew: false })
    await proposeRepair(place, { ...patch, files: [{ ...patch.files[0]!, content: 'FROM debian:12\n' }] })
    await proposeRepair(place, { ...patch, branch: 'next' })
    expect([refs.size, pulls.length]).toEqual([3, 3])
  })

  it('is proposed by the next run if only its branch was made', async () => {
    let isAllowed = false
    const { place, refs, pulls } = await serveRepository((line) =>
      line === 'POST /pulls' && !isAllowed ? 403 : undefined,
    )
    await expect(proposeRepair(place, patch)).rejects.toMatchObject({
      code: 'REPORT',
      message: expect.stringContaining('403 to POST /repos/acme/shop/pulls'),
      hint: expect.stringContaining('allow GitHub Actions to create pull requests'),
    })
    isAllowed = true
    expect(await proposeRepair(place, patch)).toMatchObject({ isNew: true })
    expect([refs.size, pulls.length]).toEqual([1, 1])
  })

  it('is not asked for with a token that no header can hold, which nobody is told', async () => {
    const { place } = await serveRepository()
    const proposing = proposeRepair({ ...place, token: 'ghs_canary\nx' }, patch)
    await expect(proposing).rejects.toMatchObject({ code: 'REPORT', message: expect.stringContaining('the token') })
    await expect(proposing).rejects.not.toThrow('canary')
  })

  it.each([401, 403, 500])('says that GitHub answered %i, and nothing of the token', async (status) => {
    const { place } = await serveRepository(() => status)
    const proposing = proposeRepair(place, patch)
    await expect(proposing).rejects.toMatchObject({ code: 'REPORT', message: expect.stringContaining(`${status}`) })
    await expect(proposing).rejects.not.toThrow('canary')
  })
})
