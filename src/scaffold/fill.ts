/**
 * Fills a template: `{{name}}` is replaced by its value, and a line with nothing else is removed if the value is empty.
 * A name without a value and a value without a place are bugs in Loadline, and throw.
 */
export function fill(template: string, values: Readonly<Record<string, string>>): string {
  const used = new Set<string>()
  const valueOf = (name: string): string => {
    const value = values[name]
    if (value === undefined) throw new Error(`expected a value for {{${name}}} in the template, found none`)
    used.add(name)
    return value
  }
  const filled = template
    .replaceAll(/^[ \t]*\{\{(\w+)\}\}\n/gm, (line, name: string) => (valueOf(name) === '' ? '' : line))
    .replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => valueOf(name))
  const unused = Object.keys(values).filter((name) => !used.has(name))
  if (unused.length > 0) throw new Error(`the template has no place for ${unused.join(', ')}`)
  return filled
}
