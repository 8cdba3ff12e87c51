import { unknownValue } from '../../formats/unknown-value.ts'
import type { Placed } from './placed.ts'

/**
 * `${NAME}` in a manifest means nothing to Kubernetes or ECS: envsubst, Flux, Terraform or an OpenShift template
 * replaces it first (OpenShift also `${{NAME}}`, for values that are not strings). Helm, Jinja or Argo replaces `{{ ...
 * }}` in a quoted value. Its value is the default written with it, and otherwise unknown. Values shared by aliases stay
 * shared.
 */
export function withPlaceholders(object: Placed): Placed {
  const done = new Map<Placed['value'], Placed['value']>()
  const valueOf = (value: Placed['value']): Placed['value'] => {
    if (typeof value === 'string') return /\$[{(]|\{\{/.test(value) ? filled(value) : value
    if (typeof value !== 'object' || value === null) return value
    const ready = done.get(value)
    if (ready !== undefined) return ready
    const read = Array.isArray(value)
      ? value.map((item) => ({ ...item, value: valueOf(item.value) }))
      : new Map([...value].map(([key, item]) => [key, { ...item, value: valueOf(item.value) }]))
    done.set(value, read)
    return read
  }
  return { ...object, value: valueOf(object.value) }
}

/** `$${NAME}` is Flux's escape for one that is not replaced. */
function filled(text: string): string {
  return text
    .replaceAll(
      /(?<!\$)\$\{(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*)(?::?[-=]([^{}]*))?)\}/g,
      (_whole, bare: string | undefined, name: string | undefined, given: string | undefined) =>
        given ?? unknownValue(bare ?? name ?? ''),
    )
    .replaceAll(
      /\$\(((?:params|inputs|tasks|context|workspaces|resources)\.[^()\uE000]{1,200})\)/g,
      (_whole, name: string) => unknownValue(name),
    )
    .replaceAll(/\{\{([^{}\uE000]{1,200})\}\}/g, (_whole, inner: string) => unknownValue(inner.trim()))
}
