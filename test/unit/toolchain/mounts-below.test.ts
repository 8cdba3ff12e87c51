import { expect, test } from 'vitest'
import { mountsBelow } from '../../../toolchain/mounts-below.ts'

/** Recorded in the mount namespace of a killed mmdebstrap 1.3.5; the directory was renamed for the test. */
const mountinfo = [
  '22 1 254:0 / / rw,relatime - ext4 /dev/vda rw',
  '88 22 0:5 / /cache/work/engine-root-1a2b/root/dev/shm rw,relatime - tmpfs tmpfs rw',
  '87 22 0:22 / /cache/work/engine-root-1a2b/root/proc rw,relatime - proc proc rw',
  '89 22 0:23 / /cache/work/a\\040name\\134of\\011mine rw,relatime shared:1 - tmpfs tmpfs rw',
  '90 22 0:24 / /cache/works rw,relatime - tmpfs tmpfs rw',
  '',
].join('\n')

test.each([
  [
    '/cache/work',
    [
      '/cache/work/a name\\of\tmine',
      '/cache/work/engine-root-1a2b/root/dev/shm',
      '/cache/work/engine-root-1a2b/root/proc',
    ],
  ],
  ['/cache/work/engine-root-1a2b/root/proc', ['/cache/work/engine-root-1a2b/root/proc']],
  ['/cache/works', ['/cache/works']],
  ['/cache/steps', []],
])('mounts below %s', (directory, wanted) => {
  expect(mountsBelow(directory, mountinfo)).toEqual(wanted)
})
