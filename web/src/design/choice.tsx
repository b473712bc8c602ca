// One of a few, and on or off: native radio buttons and a native checkbox in the app's clothes. `Segmented` is for
// views and short words; `Choices` gives each option a sentence, as the question who may see something needs.
import { useId, type ReactNode } from 'react';
import { Icon, type IconName } from './icon.tsx';

export interface Choice<Value extends string> {
  readonly value: Value;
  readonly label: string;
  readonly icon?: IconName;
  /** What this choice means, in a sentence. */
  readonly about?: string;
}

export interface ChoiceProps<Value extends string> {
  /** The question; read out before the options. */
  readonly label: string;
  readonly labelHidden?: boolean;
  readonly options: readonly Choice<Value>[];
  readonly value: Value;
  readonly onChange: (value: Value) => void;
}

export function Segmented<Value extends string>(props: ChoiceProps<Value>): ReactNode {
  return <Radios {...props} look="segmented" />;
}

export function Choices<Value extends string>(props: ChoiceProps<Value>): ReactNode {
  return <Radios {...props} look="choices" />;
}

function Radios<Value extends string>({
  label,
  labelHidden,
  options,
  value,
  onChange,
  look,
}: ChoiceProps<Value> & { readonly look: string }): ReactNode {
  const name = useId();
  return (
    <fieldset className={look}>
      <legend className={labelHidden === true ? 'only-read' : undefined}>{label}</legend>
      {options.map((option) => (
        <label key={option.value} className="choice">
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={option.value === value}
            onChange={() => onChange(option.value)}
          />
          {option.icon !== undefined && <Icon name={option.icon} size={20} />}
          <span>
            <span className="choice-label">{option.label}</span>
            {option.about !== undefined && <small>{option.about}</small>}
          </span>
        </label>
      ))}
    </fieldset>
  );
}

export interface SwitchProps {
  readonly label: string;
  readonly about?: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}

export function Switch({ label, about, checked, onChange }: SwitchProps): ReactNode {
  return (
    <label className="switch">
      <span>
        {label}
        {about !== undefined && <small>{about}</small>}
      </span>
      <input
        type="checkbox"
        role="switch"
        checked={checked}
        onChange={(event) => onChange(event.target.checked)}
      />
    </label>
  );
}
