/** Waits before the second and the third attempt, at most, in milliseconds. */
const waits = [2_000, 8_000]

/**
 * Does something up to three times, as long as its result asks for that, and gives the last result.
 * Each wait is a random part of its limit, so that many who were refused at once do not come back at once.
 */
export async function repeat<T>(
  attempt: () => Promise<T>,
  again: (result: T) => boolean,
  wait: (milliseconds: number) => Promise<void> = sleep,
): Promise<T> {
  let result = await attempt()
  for (const limit of waits) {
    if (!again(result)) break
    await wait(limit / 2 + (Math.random() * limit) / 2)
    result = await attempt()
  }
  return result
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
