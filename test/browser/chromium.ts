import { chromium, type Browser } from 'playwright-core'
import { findDebianProgram } from './debian-program.ts'

/** A headless Chromium of this machine: it fetches nothing of its own, for it is shown pages of this repository alone. */
export async function launchChromium(neededBy: string): Promise<Browser> {
  return chromium.launch({
    executablePath: await findDebianProgram({
      names: ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'],
      packages: ['chromium', 'fonts-liberation'],
      neededBy,
    }),
    // Chromium's own sandbox needs what root in a container has not.
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}
