import type { JSX } from 'preact'

interface ChoiceProps<Value> {
  readonly name: string
  readonly legend: string
  readonly options: readonly (readonly [value: Value, text: string])[]
  readonly chosen: Value
  readonly choose: (value: Value) => void
}

/** One of several, all to be seen. */
export function Choice<Value>({ name, legend, options, chosen, choose }: ChoiceProps<Value>): JSX.Element {
  return (
    <fieldset class="shelve-times">
      <legend>{legend}</legend>
      {options.map(([value, text]) => (
        <label key={text}>
          <input type="radio" name={name} checked={chosen === value} onChange={() => choose(value)} /> {text}
        </label>
      ))}
    </fieldset>
  )
}
