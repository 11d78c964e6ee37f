/** ATen's snake_case as camelCase; leading and trailing underscores stay: `index_select` → `indexSelect`, `add_` → `add_`. */
export const camelCase = (name: string): string =>
  name.replace(/(?<=[a-zA-Z0-9])_+([a-zA-Z0-9])/g, (_, letter: string) => letter.toUpperCase())
