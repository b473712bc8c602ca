// Fields for words: the label always stands above, the advice under it, and a problem in its place, tied to the field
// for screen readers. Never a placeholder in the place of a label.
import {
  useId,
  type InputHTMLAttributes,
  type ReactNode,
  type Ref,
  type TextareaHTMLAttributes,
} from 'react';

interface FieldWords {
  readonly label: string;
  readonly advice?: string | undefined;
  /** What is wrong with what was typed; read out when it appears. */
  readonly problem?: string | undefined;
  /** The label is only read out: where the screen's heading says the same. */
  readonly labelHidden?: boolean;
}

export interface TextFieldProps extends InputHTMLAttributes<HTMLInputElement>, FieldWords {
  readonly ref?: Ref<HTMLInputElement>;
}

export function TextField({ label, advice, problem, labelHidden, ...rest }: TextFieldProps): ReactNode {
  const id = useId();
  return (
    <Field id={id} label={label} advice={advice} problem={problem} labelHidden={labelHidden ?? false}>
      <input
        {...rest}
        id={id}
        aria-invalid={problem !== undefined || undefined}
        aria-describedby={`${id}-note`}
      />
    </Field>
  );
}

export interface TextAreaProps extends TextareaHTMLAttributes<HTMLTextAreaElement>, FieldWords {
  readonly ref?: Ref<HTMLTextAreaElement>;
}

/** Grows with what is typed, where the browser can; scrolls where it cannot. */
export function TextArea({ label, advice, problem, labelHidden, ...rest }: TextAreaProps): ReactNode {
  const id = useId();
  return (
    <Field id={id} label={label} advice={advice} problem={problem} labelHidden={labelHidden ?? false}>
      <textarea
        dir="auto"
        rows={4}
        {...rest}
        id={id}
        aria-invalid={problem !== undefined || undefined}
        aria-describedby={`${id}-note`}
      />
    </Field>
  );
}

function Field({
  id,
  label,
  advice,
  problem,
  labelHidden,
  children,
}: {
  readonly id: string;
  readonly label: string;
  readonly advice: string | undefined;
  readonly problem: string | undefined;
  readonly labelHidden: boolean;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <div className="field">
      <label htmlFor={id} className={labelHidden ? 'only-read' : undefined}>
        {label}
      </label>
      {children}
      {/* Always there, so that a problem that comes later is announced. */}
      <p
        id={`${id}-note`}
        className={problem === undefined ? 'note' : 'note problem'}
        role={problem === undefined ? undefined : 'alert'}
      >
        {problem ?? advice}
      </p>
    </div>
  );
}
