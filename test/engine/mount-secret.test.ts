import { dag, ReturnType } from '@dagger.io/dagger'
import { expect, it } from 'vitest'
import { mountSecret } from '../../src/engine/mount-secret.ts'
import { digestOf } from '../../src/model/index.ts'
import { pinnedImage } from '../../src/engine/pinned-image.ts'
import { onEngine } from './application.ts'

it("a mounted secret can be read by the image's own user, whoever that is, and by nobody else [fault 88]", async () => {
  await onEngine(async (lock) => {
    const image = dag.container().from(pinnedImage('docker.io/library/debian:12-slim', lock) ?? '')
    const secret = dag.setSecret('mounted', 'for one')
    for (const user of ['', '65532', '65532:65533', 'daemon']) {
      const mounted = await mountSecret(user === '' ? image : image.withUser(user), '/loadline/secret', secret)
      // The engine blots out the value itself.
      const read = mounted.withExec(['sha256sum', '/loadline/secret'])
      expect(`sha256:${(await read.stdout()).split(' ')[0]}`, user).toBe(digestOf('for one'))
      const other = mounted.withUser('4711').withExec(['sha256sum', '/loadline/secret'], { expect: ReturnType.Any })
      expect([await other.exitCode(), await other.stdout()], user).toEqual([1, ''])
    }
  })
})
