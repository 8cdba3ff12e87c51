/**
 * The mount points at a directory and below it, outermost first, from the text of `/proc/self/mountinfo`
 * (proc_pid_mountinfo(5)), where white space is written in octal.
 */
export function mountsBelow(directory: string, mountinfo: string): string[] {
  const points = mountinfo.split('\n').flatMap((line) => {
    const point = line.split(' ')[4]
    return point === undefined
      ? []
      : [point.replaceAll(/\\([0-7]{3})/g, (_escape, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))]
  })
  return points.filter((point) => point === directory || point.startsWith(`${directory}/`)).toSorted()
}
