/** A stage's name for people: one without a name is only a number in a Dockerfile. */
export function nameOfStage(stage: string): string {
  return /^\d+$/.test(stage) ? `stage ${stage}` : stage
}
