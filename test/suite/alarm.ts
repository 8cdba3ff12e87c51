const firstMinutes = 60
const thenMinutes = 5

/** What is not finished: what runs, with the seconds that it has run for, and how much has not been begun. */
export interface StillToCome {
  running: ReadonlyArray<{ what: string; seconds: number }>
  waiting: readonly string[]
}

/** A run that takes longer than an hour says what is still to come, and again every five minutes. Gives the function that ends it. */
export function alarm(started: number, stillToCome: () => StillToCome, say: (text: string) => void): () => void {
  let next = firstMinutes
  const timer = setInterval(() => {
    const minutes = (Date.now() - started) / 60_000
    if (minutes < next) return
    next = minutes + thenMinutes
    say(alarmText(minutes, stillToCome()))
  }, 1_000)
  timer.unref()
  return () => clearInterval(timer)
}

export function alarmText(minutes: number, { running, waiting }: StillToCome): string {
  const seconds = (value: number) => `${Math.round(value)} s so far`
  return [
    `Still to come after ${Math.floor(minutes)} minutes: ${running.length} running, ${waiting.length} waiting.`,
    ...running.map((entry) => `  running  ${entry.what} (${seconds(entry.seconds)})`),
    ...waiting.map((what) => `  waiting  ${what}`),
    '',
  ].join('\n')
}
